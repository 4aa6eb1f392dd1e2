"""The protobuf wire format: fields of a message as spans, without a schema and without copying.

Source: protobuf.dev, "Encoding". Rules kept here:

1. A message is walked, never decoded: a length-delimited field is a span, whatever it holds.
2. Lengths are held against the end of the enclosing message before anything is read.
3. No recursion: groups are skipped by counting, messages inside messages are the caller's next walk.
4. Spans may end beyond the bytes at hand (the head of a huge file): only reading there is an error.
"""

from collections.abc import Iterator
from typing import NamedTuple

from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError

VARINT = 0
FIXED64 = 1
LENGTH = 2
GROUP = 3
_GROUP_END = 4
_GROUP_STEPS = 4096  # fields of groups that recognition walks through
FIXED32 = 5
_BATCH = 256
_MASK64 = (1 << 64) - 1


class Field(NamedTuple):
    """One field: ``at`` is where its tag begins, ``start`` to ``end`` its contents.

    ``value`` is the number of a varint (unsigned) and of nothing else.
    """

    number: int
    wire: int
    value: int
    at: int
    start: int
    end: int


def fields_of(view: memoryview, start: int, end: int, budget: Budget) -> Iterator[Field]:
    """Yield the fields of the message in a span.

    Raises ``ReadError`` at the first byte that cannot be a field; what came before was yielded.
    """
    at = start
    count = 0
    while at < end:
        count += 1
        if count == _BATCH:
            budget.spend_operations(count)
            count = 0
        field = _field(view, at, end, budget)
        yield field
        at = field.end
    budget.spend_operations(count + 1)


def text_of(view: memoryview, field: Field, limit: int = 4096) -> str:
    """Decode a string field, cut to a limit of bytes; bytes that are no UTF-8 are replaced."""
    return bytes(view[field.start : min(field.end, field.start + limit)]).decode("utf-8", "replace")


def signed(value: int) -> int:
    """Take a varint for a signed 64-bit number."""
    return value - (1 << 64) if value >> 63 else value


def numbers_of(view: memoryview, field: Field, budget: Budget, limit: int = 64) -> Iterator[int]:
    """Yield the signed numbers of a repeated varint field, packed or not, at most ``limit``."""
    if field.wire == VARINT:
        yield signed(field.value)
        return
    at = field.start
    for _ in range(limit):
        if at >= field.end:
            return
        budget.spend_operations()
        value, at = _varint(view, at, field.end)
        yield signed(value)


def first_fields(view: memoryview, start: int, end: int, most: int = 64) -> tuple[Field, ...] | None:
    """Take the first fields of what could be a message; ``None`` if it is not well formed so far."""
    found: list[Field] = []
    try:
        # Braces of texts read as groups: what is to be recognised is not walked to its end for that.
        for field in fields_of(view, start, end, Budget(Limits(operations=most + _GROUP_STEPS))):
            found.append(field)
            if len(found) >= most:
                break
    except ReadError:
        return None
    return tuple(found)


def _field(view: memoryview, at: int, end: int, budget: Budget) -> Field:
    start = at
    try:
        tag = view[at]
        at += 1
        if tag & 0x80:
            tag, at = _varint(view, start, end)
        wire = tag & 7
        number = tag >> 3
        if wire == LENGTH:
            length = view[at]
            at += 1
            if length & 0x80:
                length, at = _varint(view, at - 1, end)
            last = at + length
            value = 0
        elif wire == VARINT:
            value = view[at]
            last = at + 1
            if value & 0x80:
                value, last = _varint(view, at, end)
        elif wire in (FIXED32, FIXED64):
            last, value = at + (4 if wire == FIXED32 else 8), 0
        elif wire == GROUP:
            last, value = _group_end(view, at, end, number, budget), 0
        else:
            raise ReadError(f"byte {start} is no protobuf field (wire type {wire})")
    except IndexError:
        raise ReadError(f"message at byte {start} ends beyond the bytes at hand") from None
    if not 0 < number < 1 << 29 or last > end:
        raise ReadError(f"field at byte {start} does not fit its message")
    return Field(number, wire, value, start, at, last)


def _varint(view: memoryview, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    start = at
    while at < end:
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK64, at
        shift += 7
        if shift > 63:
            break
    raise ReadError(f"number at byte {start} does not end")


def _group_end(view: memoryview, at: int, end: int, number: int, budget: Budget) -> int:
    """Skip a group: its end tag must carry its number; groups inside it are counted, not entered."""
    opened = [number]
    while opened:
        budget.spend_operations()
        tag, after = _varint(view, at, end)
        wire = tag & 7
        if wire == GROUP:
            opened.append(tag >> 3)
            at = after
        elif wire == _GROUP_END:
            if opened.pop() != tag >> 3:
                raise ReadError(f"group at byte {at} ends another group")
            at = after
        else:
            at = _field(view, at, end, budget).end
    return at
