"""The licence that a part of a supply graph stands under, as far as the graph tells."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from backstamp.bom.claims import Claim
from backstamp.bom.graph import SupplyGraph
from backstamp.bom.licence_facts import Doubt, End
from backstamp.core.finding import shown
from backstamp.core.supply import Kind, Part, Relation, Trait
from backstamp.knowledge.licences import (
    Licence,
    Obligations,
    kin_of,
    normalised,
    obligations_of,
    origin_of,
    single,
)

_SURE = 0.6  # a text that is recognised with less is a variant of something
_VAGUE = 0.6  # a name without a version, or a list


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A part's licence: as it is understood, or why not."""

    end: End
    licence: Licence | None
    doubt: Doubt | None = None

    @property
    def is_asking(self) -> bool:
        """Its licence asks more of what is made of it than to name and copy it."""
        return is_asking(self.ways)

    @property
    def is_vague(self) -> bool:
        """Its licence is written without a version, or in a list."""
        return bool(self.licence and self.licence.confidence <= _VAGUE and not self.end.is_assumed)

    @property
    def ways(self) -> tuple[frozenset[str], ...]:
        """The sets of licences of which one has to be kept."""
        return self.licence.choices if self.licence and self.licence.is_known else ()


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """One place that says something of a licence."""

    claim: Claim
    licence: Licence | None


def standing_of(graph: SupplyGraph, part: Part) -> Standing:
    """Find the licence of a part: declared, by the text that lies beside it, or by its well-known name."""
    doubt: Doubt | None = None
    written, place = "", None
    for saying in sayings(graph, part):
        if saying.licence and saying.licence.is_known:
            return Standing(
                end=End(
                    part=part,
                    name=name_of(graph, part),
                    licence=saying.licence.expression,
                    place=saying.claim.evidence.place,
                ),
                licence=saying.licence,
            )
        if doubt is None:
            doubt = Doubt.OTHER if saying.licence else Doubt.STRANGE
            written, place = shown(str(saying.claim.value), 80), saying.claim.evidence.place
    assumed = origin_of(part.key) if doubt is None else ""
    return Standing(
        end=End(
            part=part,
            name=name_of(graph, part),
            licence=assumed or written,
            place=place,
            is_assumed=bool(assumed),
        ),
        licence=single(assumed, 0.6) if assumed else None,
        doubt=None if assumed else doubt or Doubt.UNDECLARED,
    )


def sayings(graph: SupplyGraph, part: Part) -> Iterator[Saying]:
    """Everything that is said of the licence of a part: what was chosen first, the losers last."""
    chosen: list[Claim] = []
    losers: list[Claim] = []
    for trait in (Trait.LICENSE, Trait.LICENSE_NAME, Trait.LICENSE_URL, Trait.LICENSE_TEXT):
        for value in graph.all(part, trait):
            chosen += value.claims[:1]
            losers += [c for c in (*value.claims[1:], *value.losers) if trait is not Trait.LICENSE_URL]
    for claim in (*chosen, *losers):
        licence = normalised(str(claim.value))
        if claim.trait is Trait.LICENSE_TEXT and claim.evidence.confidence < _SURE:
            continue
        if claim.trait is Trait.LICENSE or licence:
            yield Saying(claim=claim, licence=licence)


def name_of(graph: SupplyGraph, part: Part) -> str:
    """Name a part for people: its full name elsewhere, its own name, or its kind."""
    world, _, key = part.key.partition(":")
    if world in ("huggingface", "ollama", "pypi", "name") and key:
        return shown(key, 120)
    return shown(graph.text(part, Trait.NAME) or key or part.key or part.kind.value, 120)


def given_name(graph: SupplyGraph, part: Part) -> str:
    """The name that its maker gave a part: what it says of itself, or its name on a hub; empty if neither."""
    world, _, key = part.key.partition(":")
    return graph.text(part, Trait.NAME) or (key if world in ("huggingface", "ollama") else "")


def is_here(graph: SupplyGraph, part: Part) -> bool:
    """Say whether a part is in the target itself, and not only named by it."""
    if part == graph.subject:
        return True
    measured = (Trait.PARAMETERS, Trait.DIGEST, Trait.FORMAT, Trait.SIZE, Trait.ELEMENTS)
    return any(graph.first(part, trait) for trait in measured) or bool(files_of(graph, part))


def files_of(graph: SupplyGraph, part: Part) -> tuple[str, ...]:
    """The names of the files that a part holds, without folders."""
    return tuple(
        edge.target.key.replace("\\", "/").rsplit("/", 1)[-1].rpartition(":")[2]
        for edge in graph.edges_from(part, Relation.CONTAINS)
        if edge.target.kind is Kind.FILE
    )


def asked_by(way: frozenset[str]) -> list[Obligations]:
    """What a set of licences asks, as far as it is in the table."""
    return [found for each in sorted(way) if (found := obligations_of(each))]


@lru_cache(maxsize=1024)
def is_asking(ways: tuple[frozenset[str], ...]) -> bool:
    """Say whether any of these licences has terms that can get lost."""
    return any(
        one.forbids_commerce
        or one.forbids_derivatives
        or one.terms.share_alike is not None
        or one.terms.pass_on is not None
        or one.terms.outputs is not None
        or one.terms.notice is not None
        or one.terms.name_prefix is not None
        for way in ways
        for one in asked_by(way)
    )


def is_same(one: str, other: str) -> bool:
    """Say whether two ids name the same text, or texts that differ in date alone."""
    if _bare(one) == _bare(other):
        return True
    return kin_of(one) == kin_of(other) == "gemma"


def undated(licence_id: str) -> str:
    """An id without its version."""
    return _bare(licence_id).rstrip("0123456789.").rstrip("-")


def agree(one: Licence, other: Licence) -> bool:
    """Say whether two licences can both be meant: they share an id, or one is only a family's name."""
    if any(is_same(a, b) for a in one.ids for b in other.ids):
        return True
    if min(one.confidence, other.confidence) <= _VAGUE and any(
        undated(a) == undated(b) for a in one.ids for b in other.ids
    ):
        return True  # "cc-by-nc" agrees with each of its versions
    vague = min(one.confidence, other.confidence) <= 0.5 or any(
        each.endswith("-openrail") for each in one.ids | other.ids
    )
    if vague:
        return any(kin_of(a) and kin_of(a) == kin_of(b) for a in one.ids for b in other.ids) or any(
            _family(a) == _family(b) for a in one.ids for b in other.ids
        )
    return not one.ids or not other.ids


def _bare(licence_id: str) -> str:
    return licence_id.removesuffix("-only").removesuffix("-or-later").lower()


def _family(licence_id: str) -> str:
    return (
        licence_id.lower() if licence_id.startswith("LicenseRef-") else licence_id.partition("-")[0].lower()
    )
