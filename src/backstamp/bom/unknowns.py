"""What a document ought to say of a part and cannot: named, so that unknown is never mistaken for none.

Source: CISA, 2026 Minimum Elements for an SBOM, "Explicitly Identifying Unknown Information".
"""

from backstamp.bom.graph import SupplyGraph
from backstamp.bom.training_runs import is_checkpoint
from backstamp.core.supply import Kind, Part, Relation, Trait

_WANTED: dict[Kind, tuple[tuple[str, tuple[Trait, ...]], ...]] = {
    Kind.MODEL: (
        ("producer", (Trait.PRODUCER, Trait.AUTHOR)),
        ("release date", (Trait.RELEASED,)),
        ("licence", (Trait.LICENSE, Trait.LICENSE_NAME, Trait.LICENSE_TEXT)),
        ("hash", (Trait.DIGEST,)),
        ("description", (Trait.DESCRIPTION,)),
        ("intended use", (Trait.USE,)),
        ("limitations", (Trait.LIMITATION, Trait.MISUSE, Trait.RISK, Trait.BIAS)),
        ("training settings", (Trait.SETTING, Trait.TRAINING_NOTE, Trait.STEPS)),
    ),
    Kind.DATASET: (
        ("producer", (Trait.PRODUCER, Trait.AUTHOR)),
        ("licence", (Trait.LICENSE, Trait.LICENSE_NAME, Trait.LICENSE_TEXT)),
        ("hash", (Trait.DIGEST,)),
        ("description", (Trait.DESCRIPTION,)),
        ("sensitivity", (Trait.SENSITIVITY,)),
        ("rows", (Trait.ROWS, Trait.SPLIT)),
    ),
    Kind.LIBRARY: (
        ("version", (Trait.VERSION,)),
        ("licence", (Trait.LICENSE, Trait.LICENSE_NAME, Trait.LICENSE_TEXT)),
        ("hash", (Trait.DIGEST,)),
    ),
    Kind.SYSTEM: (("producer", (Trait.PRODUCER, Trait.AUTHOR)), ("version", (Trait.VERSION,))),
}


_MODELS = (Kind.MODEL, Kind.ADAPTER)
WORDS = tuple(
    sorted({word for wanted in _WANTED.values() for word, _ in wanted} | {"training data", "base model"})
)


def unknown_of(part: Part, graph: SupplyGraph) -> list[str]:
    """Name what is not known of a part."""
    kind = Kind.MODEL if part.kind is Kind.ADAPTER else part.kind
    known = {value.trait for value in graph.values.get(part, ())}
    found = [word for word, traits in _WANTED.get(kind, ()) if known.isdisjoint(traits)]
    if kind is Kind.MODEL and part.key.startswith("."):
        runs = [e.target for e in graph.edges_from(part, Relation.MADE_BY)]
        if any(graph.first(run, Trait.SETTING) for run in runs) and "training settings" in found:
            found.remove("training settings")
        if not _is_trained_on_something(part, graph, runs):
            found.append("training data")
        if not graph.edges_from(part, Relation.DERIVED_FROM):
            found.append("base model")
        if is_checkpoint(part.key):
            holders = [e.part for e in graph.edges_to(part, Relation.CONTAINS) if e.part.kind in _MODELS]
            for holder in holders:
                unknown = unknown_of(holder, graph)
                found = [word for word in found if word in unknown]
    return found


def _is_trained_on_something(part: Part, graph: SupplyGraph, runs: list[Part]) -> bool:
    if graph.edges_from(part, Relation.TRAINED_ON):
        return True
    return any(
        edge.target.kind is Kind.DATASET for run in runs for edge in graph.edges_from(run, Relation.CONSUMED)
    )
