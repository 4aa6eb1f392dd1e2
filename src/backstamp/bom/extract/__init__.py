"""Turns facts that judging readers state already into statements of the supply graph, one module a family."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from backstamp.core.fact import Fact
from backstamp.core.supply import Linked, Stated

# The module whose ``statements_of(facts)`` reads facts of these modules.
_EXTRACTORS: dict[str, tuple[str, ...]] = {
    "backstamp.bom.extract.packages": ("backstamp.software.facts.packages",),
}


def statements_of(facts: Iterable[Fact]) -> Iterator[Stated | Linked]:
    """Yield what the facts say of parts."""
    known = list(facts)
    modules = {type(fact).__module__ for fact in known}
    for extractor, wanted in _EXTRACTORS.items():
        if modules.intersection(wanted):
            yield from import_module(extractor).statements_of(known)


"""Turns facts that judging readers state anyway into statements about parts: nothing is read twice."""
"""Turns facts that readers state for rules as well into the words of the supply graph."""
