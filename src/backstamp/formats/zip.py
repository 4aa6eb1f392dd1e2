"""The structure of zip files, as each of their loaders sees it.

1. Every end-of-central-directory record near the end is parsed, not only the one a library picks.
2. A directory is looked for both where its offset says (miniz, as in torch) and right before its end
   record (Python's zipfile, which shifts all offsets by what was put in front).
3. Local headers are parsed for each record, and can be looked for where no record points.

Sources: PKWARE APPNOTE 6.3.10, CPython's zipfile, miniz as bundled by PyTorch, CVE-2025-1944,
CVE-2025-1945, CVE-2025-10156.
"""

from collections.abc import Iterator
from struct import Struct

import msgspec

from backstamp.core.budget import Budget

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
TAIL = 65_557  # the longest comment, and the record itself

ENCRYPTED = 0x0001
STREAMED = 0x0008
UTF8 = 0x0800
METHODS = frozenset({0, 8, 9, 12, 14, 93, 95, 97, 98, 99})

_LOCAL = Struct("<4s5HL2L2H")
_CENTRAL = Struct("<4s4B4HL2L5H2L")
_END = Struct("<4s4H2LH")
_END64 = Struct("<4sQ2H2L4Q")
_LOCATOR64 = Struct("<4sLQL")
_FULL = 0xFFFFFFFF


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a central directory. ``local`` is where its local header should be."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    local: int
    attributes: int
    system: int
    unicode_name: bytes = b""

    @property
    def is_symlink(self) -> bool:
        """Unpackers which honour Unix modes make a symbolic link of it."""
        return (self.attributes >> 16) & 0xF000 == 0xA000

    @property
    def is_folder(self) -> bool:
        """It stands for a folder and holds nothing."""
        return self.name.endswith((b"/", b"\\")) and not self.size


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A local header. ``data`` is where the bytes of the entry begin.

    Sizes and checksum are ``None`` where it leaves them to a data descriptor.
    """

    start: int
    data: int
    name: bytes
    flags: int
    method: int
    crc: int | None
    packed: int | None
    size: int | None


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A central directory: its span, the span of its end records, what it lists, what it claims."""

    start: int
    end: int
    tail: int
    tail_end: int
    declared: int
    entries: tuple[Entry, ...]
    is_whole: bool


def text_of(name: bytes, flags: int = UTF8) -> str:
    """Decode a name as a loader would; bytes which are no text stay visible."""
    if flags & UTF8 or name.isascii():
        return name.decode("utf-8", "backslashreplace")
    return name.decode("cp437")


def ends_of(view: memoryview) -> list[int]:
    """Find end records, last first: loaders take the last, some the first whose comment fits."""
    base = max(0, len(view) - TAIL - 64)
    tail = bytes(view[base:])
    found: list[int] = []
    at = tail.rfind(END)
    while at >= 0 and len(found) < 16:
        if len(tail) - at >= _END.size:
            found.append(base + at)
        at = tail.rfind(END, 0, at)
    return found


def has_end(view: memoryview, *, exact: bool) -> bool:
    """Say whether a loader would take the bytes for a zip because of how they end.

    With ``exact``, the end record's comment must reach the last byte: a zip stored inside another
    file rarely does that.
    """
    for at in ends_of(view):
        record = _END.unpack_from(view, at)
        fits = at + _END.size + record[7] == len(view)
        if (fits or not exact) and _is_possible(record, at) and any(_places(view, at)):
            return True
    return False


def is_end_at(view: memoryview, at: int) -> bool:
    """Say whether an end record with a directory of its own is at an offset."""
    if len(view) - at < _END.size or bytes(view[at : at + 4]) != END:
        return False
    record = _END.unpack_from(view, at)
    return record[4] > 0 and _is_possible(record, at) and bool(_places(view, at))


def directories_of(view: memoryview, at: int, budget: Budget) -> Iterator[Directory]:
    """Read the central directories that an end record could mean: one, or two where loaders differ."""
    record = _END.unpack_from(view, at)
    if not _is_possible(record, at):
        return
    _, declared, tail = _claims(view, at)
    tail_end = min(len(view), at + _END.size + record[7])
    for start, shift in _places(view, at):
        entries, end, is_whole = _entries(view, start, tail, shift, budget)
        yield Directory(
            start=start,
            end=end,
            tail=tail,
            tail_end=tail_end,
            declared=declared,
            entries=entries,
            is_whole=is_whole,
        )


def header_at(view: memoryview, at: int) -> Header | None:
    """Parse a local header; ``None`` if there is none."""
    if at < 0 or at + _LOCAL.size > len(view):
        return None
    magic, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack_from(view, at)
    data = at + _LOCAL.size + name_size + extra_size
    if magic != LOCAL or data > len(view):
        return None
    name = bytes(view[at + _LOCAL.size : at + _LOCAL.size + name_size])
    if _FULL in (packed, size):
        wide = _field(bytes(view[data - extra_size : data]), 1)
        numbers = [int.from_bytes(wide[i : i + 8], "little") for i in range(0, len(wide) - 7, 8)]
        if size == _FULL and numbers:
            size = numbers.pop(0)
        if packed == _FULL and numbers:
            packed = numbers.pop(0)
    # With bit 3, or with nothing filled in, the descriptor tells; some writers fill in both.
    is_open = not packed and not size and not crc
    return Header(
        start=at,
        data=data,
        name=name,
        flags=flags,
        method=method,
        crc=None if is_open or (flags & STREAMED and not crc) else crc,
        packed=None if is_open or (flags & STREAMED and not packed) else packed,
        size=None if is_open or (flags & STREAMED and not size) else size,
    )


def is_likely(header: Header) -> bool:
    """Say whether a local header that no record points to is one, and not a chance of four bytes."""
    return (
        header.method in METHODS
        and 0 < len(header.name) < 4096
        and b"\0" not in header.name
        and not header.flags & 0x0780  # reserved bits
        and (header.name.isascii() or bool(header.flags & UTF8))
    )


def descriptor_end(view: memoryview, at: int, packed: int) -> int:
    """Skip the data descriptor behind an entry: with a signature, in its 32 or its 64 bit form."""
    if bytes(view[at : at + 4]) != DESCRIPTOR:
        return at
    if int.from_bytes(view[at + 8 : at + 16], "little") == packed and at + 24 <= len(view):
        follows = bytes(view[at + 24 : at + 26])
        if packed > _FULL or follows in (b"PK", b""):
            return at + 24
    return min(len(view), at + 16)


def _is_possible(record: tuple[bytes, int, int, int, int, int, int, int], at: int) -> bool:
    _, disk, first, here, total, size, offset, _ = record
    if disk not in (first, 0xFFFF):
        return False
    if here != total:
        return False
    return (size <= at or size == _FULL) and (offset <= at or offset == _FULL)


def _claims(view: memoryview, at: int) -> tuple[tuple[int, int], int, int]:
    """What an end record claims: directory size and offset, entries; and where the end records begin."""
    _, _, _, _, count, size, offset, _ = _END.unpack_from(view, at)
    locator = at - _LOCATOR64.size
    if locator < 0 or bytes(view[locator : locator + 4]) != b"PK\x06\x07":
        return (size, offset), count, at
    wanted = _LOCATOR64.unpack_from(view, locator)[2]
    for place in (locator - _END64.size, wanted):
        if 0 <= place <= locator - _END64.size and bytes(view[place : place + 4]) == b"PK\x06\x06":
            _, _, _, _, _, _, _, count, size, offset = _END64.unpack_from(view, place)
            return (size, offset), count, place
    return (size, offset), count, at


def _places(view: memoryview, at: int) -> list[tuple[int, int]]:
    """Where the directory may begin, with the shift of its offsets."""
    (size, offset), count, tail = _claims(view, at)
    found: list[tuple[int, int]] = []
    for start in (tail - size, offset):
        if start < 0 or start > tail:
            continue
        is_there = bytes(view[start : start + 4]) == CENTRAL or (count == 0 and size == 0 and start == tail)
        if is_there and all(start != seen for seen, _ in found):
            found.append((start, start - offset))
    return found


def _entries(
    view: memoryview, start: int, limit: int, shift: int, budget: Budget
) -> tuple[tuple[Entry, ...], int, bool]:
    found: list[Entry] = []
    at = start
    while at + _CENTRAL.size <= limit:
        raw = _CENTRAL.unpack_from(view, at)
        if raw[0] != CENTRAL:
            break
        budget.spend_operations(4)
        name_size, extra_size, comment_size = raw[12:15]
        after = at + _CENTRAL.size + name_size
        end = after + extra_size + comment_size
        if end > limit:
            return tuple(found), at, False
        found.append(
            _entry(raw, bytes(view[at + _CENTRAL.size : after]), view[after : after + extra_size], shift)
        )
        at = end
    return tuple(found), at, True


def _entry(raw: tuple[int, ...], name: bytes, extra: memoryview, shift: int) -> Entry:
    packed, size, local = raw[10], raw[11], raw[18]
    unicode_name = b""
    if len(extra) > 4:
        fields = bytes(extra)
        if _FULL in (packed, size, local):
            packed, size, local = _widened(_field(fields, 1), packed, size, local)
        unicode_name = _field(fields, 0x7075)[5:]
    return Entry(
        name=name,
        flags=raw[5],
        method=raw[6],
        crc=raw[9],
        packed=packed,
        size=size,
        local=local + shift,
        attributes=raw[17],
        system=raw[2],
        unicode_name=unicode_name,
    )


def _widened(wide: bytes, packed: int, size: int, local: int) -> tuple[int, int, int]:
    numbers = [int.from_bytes(wide[i : i + 8], "little") for i in range(0, len(wide) - 7, 8)]
    if size == _FULL and numbers:
        size = numbers.pop(0)
    if packed == _FULL and numbers:
        packed = numbers.pop(0)
    if local == _FULL and numbers:
        local = numbers.pop(0)
    return packed, size, local


def _field(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        size = int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""
