"""What is odd about the lineage of a supply graph, as facts."""

from collections.abc import Iterator

from backstamp.bom.graph import Edge, SupplyGraph
from backstamp.bom.standing import name_of
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Part, Relation, Trait

_PINNED = frozenset({Kind.MODEL, Kind.ADAPTER, Kind.DATASET})


class LineageCycle(Fact, frozen=True, kw_only=True):
    """A part is made of itself, by way of others. ``way`` names them in order."""

    way: tuple[str, ...]


class UnpinnedEdge(Fact, frozen=True, kw_only=True):
    """A part hangs on another of which it is not said which revision. ``relation`` is the edge's."""

    part: str
    target: str
    relation: Relation
    manner: str


class LineageContradiction(Fact, frozen=True, kw_only=True):
    """What is declared of a child and its parent, and what their bytes or settings say, do not go together.

    ``subject``: ``weights`` (unrelated), ``shape`` (an architecture that a child of this kind keeps),
    ``vocabulary``, ``quantisation``.
    """

    child: str
    parent: str
    manner: str
    subject: str
    declared: str
    seen: str


def lineage_facts(graph: SupplyGraph) -> Iterator[Fact]:
    """Yield what is odd about the lineage."""
    yield from _cycles(graph)
    for edge in graph.edges:
        if edge.relation is Relation.DERIVED_FROM:
            yield from _contradictions(graph, edge)
        if _is_unpinned(graph, edge):
            yield UnpinnedEdge(
                place=_place(edge),
                part=name_of(graph, edge.part),
                target=name_of(graph, edge.target),
                relation=edge.relation,
                manner=edge.manner,
            )


def _is_unpinned(graph: SupplyGraph, edge: Edge) -> bool:
    """Say whether an edge leaves open which bytes are meant: hub models and data without a revision."""
    if edge.relation not in (Relation.DERIVED_FROM, Relation.TRAINED_ON, Relation.USES, Relation.CONSUMED):
        return False
    target = edge.target
    if edge.part.kind is Kind.RUN and graph.edges_to(target, Relation.DERIVED_FROM):
        return False  # told of the model that the run made
    if target.kind not in _PINNED or not target.key.startswith("huggingface:"):
        return False
    return not edge.revision and not graph.text(target, Trait.REVISION)


def _cycles(graph: SupplyGraph) -> Iterator[LineageCycle]:
    """Find parts that are among their own ancestors; each cycle is told once."""
    told: set[Part] = set()
    for part in graph.parts:
        if part in told:
            continue
        way = _way_back(graph, part)
        if way:
            told.update(edge.part for edge in way)
            names = tuple(name_of(graph, edge.part) for edge in way)
            yield LineageCycle(place=_place(way[0]), way=(*names, names[0]))


def _way_back(graph: SupplyGraph, start: Part) -> list[Edge]:
    """The shortest way from a part over its ancestors back to it."""
    came: dict[Part, Edge] = {}
    edge_of = [start]
    while edge_of:
        further: list[Part] = []
        for part in edge_of:
            for edge in graph.edges_from(part, Relation.DERIVED_FROM):
                if edge.target == start:
                    way = [edge]
                    while way[0].part != start:
                        way.insert(0, came[way[0].part])
                    return way
                if edge.target not in came:
                    came[edge.target] = edge
                    further.append(edge.target)
        edge_of = further
    return []


_KEPT = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "embedding_length",
    "block_count",
)


def _contradictions(graph: SupplyGraph, edge: Edge) -> Iterator[LineageContradiction]:
    """Hold what both ends say of their architecture against each other: these manners keep it."""
    if edge.manner not in ("finetune", "quantized", "converted"):
        return
    child, parent = edge.part, edge.target
    for name in _KEPT:
        one, other = graph.first(child, Trait.DIMENSION, name), graph.first(parent, Trait.DIMENSION, name)
        if one and other and str(one.value) != str(other.value):
            yield _contradiction(graph, edge, "shape", f"{name} {other.value}", f"{name} {one.value}")
            return
    family, origin = graph.first(child, Trait.FAMILY), graph.first(parent, Trait.FAMILY)
    if family and origin and str(family.value).casefold() != str(origin.value).casefold():
        yield _contradiction(graph, edge, "shape", str(origin.value), str(family.value))


def _contradiction(
    graph: SupplyGraph, edge: Edge, subject: str, declared: str, seen: str
) -> LineageContradiction:
    return LineageContradiction(
        place=_place(edge),
        child=name_of(graph, edge.part),
        parent=name_of(graph, edge.target),
        manner=edge.manner,
        subject=subject,
        declared=declared,
        seen=seen,
    )


def _place(edge: Edge) -> Location:
    return edge.evidence[0].place
