"""Builds supply graphs for tests, as the resolver would: parts with values, and edges between them."""

from collections.abc import Iterable

from backstamp.bom.claims import Claim, Evidence
from backstamp.bom.graph import Edge, SupplyGraph, Value
from backstamp.core.location import Line, Location
from backstamp.core.supply import Kind, Method, Part, Relation, Scalar, Trait


def part(text: str) -> Part:
    """``model:huggingface:org/name``, ``dataset:name:x``; ``model:`` is the model of the folder."""
    kind, _, key = text.partition(":")
    return Part(Kind(kind), key)


def place(text: str) -> Location:
    """``card.md`` or ``card.md:3`` for a line."""
    name, _, line = text.rpartition(":")
    return Location((name,), Line(int(line))) if line.isdigit() else Location((text,))


def evidence(where: str = "README.md:2", confidence: float = 0.95) -> Evidence:
    """Something that a card declares."""
    return Evidence(
        place=place(where), digest=None, method=Method.DECLARED, confidence=confidence, by="test/1"
    )


def claim(
    of: str, trait: Trait, value: Scalar, where: str = "README.md:2", confidence: float = 0.95
) -> Claim:
    """A claim of a value."""
    return Claim(part=part(of), trait=trait, value=value, evidence=evidence(where, confidence))


def value(
    of: str, trait: Trait, said: Scalar, where: str = "README.md:2", *losers: tuple[Scalar, str]
) -> Value:
    """A value with the claims that lost against it."""
    return Value(
        trait=trait,
        name="",
        scope="",
        value=said,
        claims=(claim(of, trait, said, where),),
        losers=tuple(claim(of, trait, other, at) for other, at in losers),
    )


def edge(line: str, where: str = "README.md:5") -> Edge:
    """``model: derived-from/finetune model:huggingface:org/base``, with the manner after a slash."""
    left, relation, right = line.split()
    kind, _, manner = relation.partition("/")
    return Edge(
        part=part(left),
        relation=Relation(kind),
        target=part(right),
        manner=manner,
        revision="",
        evidence=(evidence(where),),
    )


def graph(subject: str, licences: dict[str, str], edges: Iterable[str] = (), *values: Value) -> SupplyGraph:
    """A graph of parts with licences (empty: none is declared), edges, and further values."""
    held: dict[Part, list[Value]] = {part(subject): []}
    for name, licence in licences.items():
        held.setdefault(part(name), [])
        if licence:
            held[part(name)].append(value(name, Trait.LICENSE, licence, f"{part(name).key or 'README.md'}:2"))
    made = [edge(line) for line in edges]
    for each in made:
        held.setdefault(each.part, [])
        held.setdefault(each.target, [])
    for each in values:
        held.setdefault(each.claims[0].part, []).append(each)
    return SupplyGraph(part(subject), {key: tuple(found) for key, found in held.items()}, made)
