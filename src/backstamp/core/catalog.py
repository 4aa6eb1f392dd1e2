"""How an area lists its rooms, so that the engine can join them without importing them."""

import msgspec


class ReaderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A reader: ``module`` holds it as ``READER``; ``kinds`` are the formats (``formats.sniff``) it reads."""

    name: str
    kinds: tuple[str, ...]
    module: str


class FamilyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule family: ``module`` holds the tuple ``RULES`` of detector classes.

    ``facts`` are the modules whose fact types the family wants: it is loaded only when such facts
    occur. A ``tree`` family sees the facts of the whole target at once, after all files were read;
    the others see the facts of one file (with everything nested in it).
    """

    name: str
    module: str
    facts: tuple[str, ...]
    tree: bool = False


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A risk area's catalog. ``knowledge`` names modules whose ``snapshot()`` tells what is judged by."""

    name: str
    readers: tuple[ReaderEntry, ...]
    families: tuple[FamilyEntry, ...]
    knowledge: tuple[str, ...] = ()
