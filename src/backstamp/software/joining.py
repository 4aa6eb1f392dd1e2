"""Joins what modules share: a model that is named in one file and loaded in another.

A reader sees one file. It says which names of other modules a call waits for (``OpenUse``) and which names
its own module offers (``SharedText``); when all files were read, ``joined`` puts them together.
"""

from collections.abc import Iterable, Iterator, Sequence

from backstamp.core.fact import Fact, FactBook
from backstamp.core.supply import Kind, Linked, Method, Part, Relation, Stated, Teller, Trait
from backstamp.formats.usage.records import How
from backstamp.formats.usage.worlds import named_by_callee
from backstamp.software.facts.usage import OpenUse, SharedText

_BY = "usage/1"
_MOST_SPLITS = 12
_MOST_MODULES = 64
_MOST_TEXTS = 16  # under one name: entries of a table


def joined(facts: Iterable[Fact]) -> Iterator[Stated | Linked]:
    """Yield the links that only all files together tell, in order of the calls."""
    book = FactBook(facts)
    waiting = list(book.of(OpenUse))
    if not waiting:
        return
    shelf = _shelf(book.of(SharedText))
    for use in waiting:
        pins = _looked_up(use, use.pin, shelf) if use.pin else ()
        for found in _looked_up(use, use.symbol, shelf):
            yield from _used(use, found, pins[0].text if len(pins) == 1 else "")


def _used(use: OpenUse, found: SharedText, pin: str) -> Iterator[Stated | Linked]:
    named = named_by_callee(use.callee, found.text, use.address)
    if named is None:
        return
    how = How.DEFAULT if found.is_default else How.CARRIED
    tell = Teller(_BY, Method.DECLARED, how.confidence)
    shown = use.callee.replace("()", "") + (" by default" if found.is_default else "")
    revision = named.revision or use.revision or pin
    yield tell.links(use.place, Part(Kind.SYSTEM), Relation.USES, named.part, manner=shown, revision=revision)
    if named.provider and named.provider not in {"name", "self-hosted"}:
        yield tell.says(use.place, named.part, Trait.PROVIDER, named.provider)


_Shelf = dict[str, dict[tuple[str, ...], list[SharedText]]]


def _shelf(shared: Iterable[SharedText]) -> _Shelf:
    """Sort shared texts by the last part of their module's name, and by the whole of it with the symbol."""
    shelf: _Shelf = {}
    for text in shared:
        module = _module_of(text.place.path[0])
        if module:
            texts = shelf.setdefault(f"{module[-1]}.{text.symbol}", {}).setdefault(module, [])
            if len(texts) < _MOST_TEXTS:
                texts.append(text)
    return shelf


def _module_of(path: str) -> tuple[str, ...]:
    parts = path.replace("\\", "/").removesuffix(".py").split("/")
    return tuple(parts[:-1] if parts[-1] == "__init__" else parts)


def _looked_up(use: OpenUse, symbol: str, shelf: _Shelf) -> Sequence[SharedText]:
    """Find the module that a name was imported from: the nearest of those whose names end so."""
    folder = tuple(use.place.path[0].replace("\\", "/").split("/")[:-1])
    rest = symbol.lstrip(".")
    level = len(symbol) - len(rest)
    parts = rest.removesuffix(".value").split(".")
    if level:
        folder = folder[: len(folder) - (level - 1)] if level - 1 <= len(folder) else ()
    for at in range(1, min(len(parts), _MOST_SPLITS)):
        wanted = tuple(parts[:at])
        known = shelf.get(f"{wanted[-1]}.{'.'.join(parts[at:])}", {})
        if level:
            if (*folder, *wanted) in known:
                return known[(*folder, *wanted)]
            continue
        fitting = [module for module in list(known)[:_MOST_MODULES] if module[-len(wanted) :] == wanted]
        if fitting:
            return known[max(fitting, key=lambda module: (_shared(module, folder), -len(module)))]
    return ()


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
