"""Messagepack: the byte strings and extensions of a document, as spans. Nothing is decoded or copied.

Source: github.com/msgpack/msgpack/blob/master/spec.md. No recursion: the number of values still to
come is counted, with the open containers on a stack of counts.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError


class Bytes(msgspec.Struct, frozen=True):
    """A text, byte string or extension (``code``, else -1) of the document."""

    kind: str
    code: int
    start: int
    end: int


class End(msgspec.Struct, frozen=True):
    """Where the document ends."""

    end: int


_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2,
          0xD2: 4, 0xD3: 8}  # fmt: skip
_SIZED = {0xC4: ("bin", 1), 0xC5: ("bin", 2), 0xC6: ("bin", 4), 0xD9: ("str", 1), 0xDA: ("str", 2),
          0xDB: ("str", 4), 0xC7: ("ext", 1), 0xC8: ("ext", 2), 0xC9: ("ext", 4)}  # fmt: skip
_FIXED_EXT = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_CONTAINERS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def parts_of(view: memoryview, start: int, end: int, budget: Budget) -> Iterator[Bytes | End]:
    """Yield the byte strings of one document. Raises ``ReadError`` where it breaks off."""
    at = start
    left = 1
    while left:
        budget.spend_operations()
        left -= 1
        if at >= end:
            raise ReadError("document breaks off")
        tag = view[at]
        at += 1
        if tag < 0x80 or tag >= 0xE0:
            continue
        if tag < 0xA0:
            left += (tag & 15) * (2 if tag < 0x90 else 1)
        elif tag < 0xC0:
            yield Bytes("str", -1, at, _held(at + (tag & 31), end))
            at += tag & 31
        elif tag in _FIXED:
            at += _FIXED[tag]
        elif tag in _CONTAINERS:
            width, each = _CONTAINERS[tag]
            left += each * int.from_bytes(view[at : at + width], "big")
            at += width
        elif tag in _SIZED or tag in _FIXED_EXT:
            kind, width = _SIZED.get(tag, ("ext", 0))
            size = int.from_bytes(view[at : at + width], "big") if width else _FIXED_EXT[tag]
            at += width
            code = -1
            if kind == "ext":
                code = view[at] if at < end else -1
                at += 1
            yield Bytes(kind, code, at, _held(at + size, end))
            at += size
        else:
            raise ReadError(f"byte {at - 1} is no msgpack")
        if at > end:
            raise ReadError("document breaks off")
    yield End(at)


def _held(end: int, limit: int) -> int:
    if end > limit:
        raise ReadError(f"value ends at byte {end}, beyond the document")
    return end
