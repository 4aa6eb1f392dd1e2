"""Turns facts that judging readers state already into statements of the supply graph, one module a family."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from backstamp.core.fact import Fact
from backstamp.core.supply import Linked, Stated

_GRAPH = "backstamp.models.facts."

# Functions, as ``module:name``, which read facts of these modules and yield statements.
_EXTRACTORS: dict[str, tuple[str, ...]] = {
    "backstamp.bom.extract.packages:statements_of": ("backstamp.software.facts.packages",),
    "backstamp.bom.extract.weights:statements_of": (
        _GRAPH + "graph",
        _GRAPH + "pickle",
        _GRAPH + "repository",
    ),
    "backstamp.software.joining:joined": ("backstamp.software.facts.usage",),
}


def statements_of(facts: Iterable[Fact]) -> Iterator[Stated | Linked]:
    """Yield what the facts say of parts."""
    known = list(facts)
    modules = {type(fact).__module__ for fact in known}
    for extractor, wanted in _EXTRACTORS.items():
        if modules.intersection(wanted):
            module, _, name = extractor.partition(":")
            yield from getattr(import_module(module), name)(known)
