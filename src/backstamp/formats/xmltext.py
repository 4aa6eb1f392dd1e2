"""XML texts: declarations of entities, and PMML's extensions. Nothing is expanded or fetched.

Source: XML 1.0, section 4.2. Declarations are looked for in the text itself, so that nothing is expanded.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from backstamp.core.budget import Budget

_HEAD = 1 << 20  # bytes in which a document type may stand
_PART = 4096


class Entity(msgspec.Struct, frozen=True):
    """An entity: ``target`` is the address of an external one; ``nested`` counts entities in its value."""

    name: str
    target: str
    nested: int
    at: int


class Extension(msgspec.Struct, frozen=True):
    """Text of a PMML extension or script."""

    text: str
    at: int


def parts_of(view: memoryview, budget: Budget) -> Iterator[Entity | Extension]:
    """Yield the parts of a text, whatever its encoding of one byte a letter or UTF-16."""
    for at in range(0, len(view), _HEAD):
        chunk = bytes(view[at : at + _HEAD + _PART])
        budget.spend_operations(1 + len(chunk) // 256)
        if chunk.count(b"\0") > len(chunk) // 4:
            chunk = chunk.replace(b"\0", b"")
        for found in _entities().finditer(chunk):
            if found.start() < _HEAD:
                value = found[4] or b""
                name, target = (text.decode("utf-8", "replace") for text in (found[1], found[3] or b""))
                yield Entity(name, target, value.count(b"&"), at + found.start())
        for found in _extensions().finditer(chunk):
            if found.start() < _HEAD:
                yield Extension(found[0].decode("utf-8", "replace"), at + found.start())


@cache
def _entities() -> re.Pattern[bytes]:
    return re.compile(
        rb"""<!ENTITY\s{1,64}(?:%\s{1,64})?([^\s"'>]{1,256})\s{1,64}"""
        rb"""(?:(SYSTEM|PUBLIC\s{1,64}["'][^"']{0,512}["'])\s{1,64}["']([^"']{0,1024})["']|["']([^"']{0,4096})["'])"""
    )


@cache
def _extensions() -> re.Pattern[bytes]:
    return re.compile(
        rb"<(?:Extension|script)\b[^<]{0,2048}(?:<!\[CDATA\[.{0,1024})?", re.DOTALL | re.IGNORECASE
    )
