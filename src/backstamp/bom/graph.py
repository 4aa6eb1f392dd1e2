"""The supply graph: parts with the values that were chosen for them, and edges between them.

Made by ``resolve``; documents, drawings, scores and queries are views of it.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import msgspec

from backstamp.bom.claims import Claim, Evidence
from backstamp.core.supply import Kind, Part, Relation, Scalar, Trait

# A model made out of others; the direction is child -> parent.
LINEAGE = (Relation.DERIVED_FROM,)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The value that was chosen for a trait of a part, the claims for it, and those that say otherwise."""

    trait: Trait
    name: str
    scope: str
    value: Scalar
    claims: tuple[Claim, ...]  # the strongest first
    losers: tuple[Claim, ...] = ()
    is_contested: bool = False  # the losers disagree about something that has one answer

    @property
    def evidence(self) -> Evidence:
        """The strongest evidence for the value."""
        return self.claims[0].evidence


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """One part hangs on another. ``revision`` is empty where it is not pinned."""

    part: Part
    relation: Relation
    target: Part
    manner: str
    revision: str
    evidence: tuple[Evidence, ...]  # the strongest first


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two places say different things of one part: what was chosen, and what it stands against."""

    part: Part
    value: Value


class SupplyGraph:
    """All parts of a target. ``subject`` is what the document is about."""

    def __init__(
        self,
        subject: Part,
        values: dict[Part, tuple[Value, ...]],
        edges: Iterable[Edge],
        refs: dict[Part, str] | None = None,
    ) -> None:
        self.subject = subject
        self.values = values
        self.edges = tuple(edges)
        self._refs = refs or {}

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, sorted: the subject first."""
        return (self.subject, *sorted(p for p in self.values if p != self.subject))

    def of_kind(self, *kinds: Kind) -> tuple[Part, ...]:
        """All parts of these kinds, sorted."""
        return tuple(part for part in self.parts if part.kind in kinds)

    def ref(self, part: Part) -> str:
        """Name a part inside documents: ``model:huggingface:org/name``."""
        return self._refs.get(part) or f"{part.kind.value}:{part.key}"

    def all(self, part: Part, trait: Trait) -> Iterator[Value]:
        """Yield the values of a trait."""
        return (value for value in self.values.get(part, ()) if value.trait is trait)

    def first(self, part: Part, trait: Trait, name: str | None = None) -> Value | None:
        """Give the first value of a trait (of that name, if one is given)."""
        return next((v for v in self.all(part, trait) if name is None or v.name == name), None)

    def text(self, part: Part, trait: Trait, name: str | None = None) -> str:
        """Give the first value of a trait as text; empty if there is none."""
        value = self.first(part, trait, name)
        return str(value.value) if value else ""

    @cached_property
    def _from(self) -> dict[Part, tuple[Edge, ...]]:
        return _grouped(self.edges, lambda edge: edge.part)

    @cached_property
    def _to(self) -> dict[Part, tuple[Edge, ...]]:
        return _grouped(self.edges, lambda edge: edge.target)

    def edges_from(self, part: Part, *relations: Relation) -> tuple[Edge, ...]:
        """The edges that leave a part, of these relations or of all."""
        return tuple(e for e in self._from.get(part, ()) if not relations or e.relation in relations)

    def edges_to(self, part: Part, *relations: Relation) -> tuple[Edge, ...]:
        """The edges that end at a part, of these relations or of all."""
        return tuple(e for e in self._to.get(part, ()) if not relations or e.relation in relations)

    def ancestors(self, part: Part) -> tuple[Part, ...]:
        """Everything that a model or dataset was made out of, the nearest first; cycles are cut."""
        return self._reached(part, lambda at: [e.target for e in self.edges_from(at, *LINEAGE)])

    def descendants(self, part: Part) -> tuple[Part, ...]:
        """Everything that was made out of a model or dataset, the nearest first."""
        return self._reached(part, lambda at: [e.part for e in self.edges_to(at, *LINEAGE)])

    def trained_on(self, dataset: Part) -> tuple[Part, ...]:
        """The models that were trained on a dataset, or on one made out of it, with their descendants."""
        found: dict[Part, None] = {}
        for data in (dataset, *self.descendants(dataset)):
            for edge in self.edges_to(data, Relation.TRAINED_ON):
                found[edge.part] = None
                found.update(dict.fromkeys(self.descendants(edge.part)))
        return tuple(found)

    def conflicts(self) -> Iterator[Conflict]:
        """Yield where claims disagree, in the order of the parts."""
        for part in self.parts:
            for value in self.values.get(part, ()):
                if value.is_contested:
                    yield Conflict(part=part, value=value)

    @staticmethod
    def _reached(start: Part, step: Callable[[Part], list[Part]]) -> tuple[Part, ...]:
        seen: dict[Part, None] = {}
        edge = [start]
        while edge:
            nearest = [found for at in edge for found in step(at) if found != start and found not in seen]
            edge = list(dict.fromkeys(nearest))
            seen.update(dict.fromkeys(edge))
        return tuple(seen)


def _grouped(edges: Iterable[Edge], key: Callable[[Edge], Part]) -> dict[Part, tuple[Edge, ...]]:
    found: dict[Part, list[Edge]] = {}
    for edge in edges:
        found.setdefault(key(edge), []).append(edge)
    return {part: tuple(group) for part, group in found.items()}
