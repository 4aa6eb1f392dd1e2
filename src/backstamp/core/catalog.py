"""How an area lists its rooms, so that the engine can join them without importing them."""

from enum import StrEnum

import msgspec


class Purpose(StrEnum):
    """What an examination is for."""

    JUDGE = "judge"  # find what is bad
    STOCK = "stock"  # take stock: what is there, for a BOM


JUDGE = (Purpose.JUDGE,)
STOCK = (Purpose.STOCK,)
BOTH = (Purpose.JUDGE, Purpose.STOCK)


class ReaderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A reader: ``module`` holds it as ``READER``; ``kinds`` are the formats (``formats.sniff``) it reads.

    ``serves`` are the purposes for which it runs: one that only takes stock costs a scan nothing.
    """

    name: str
    kinds: tuple[str, ...]
    module: str
    serves: tuple[Purpose, ...] = JUDGE


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
