"""The structure of tar files: ustar, GNU long names, pax headers.

1. Each header's checksum is verified, signed or unsigned; a wrong one ends the archive, as for Python.
2. Zero blocks do not end the walk: what follows them is found and marked (``after_end``).
3. Names and sizes of pax and GNU headers override those of the header they precede.

Sources: POSIX.1-2017 (pax), the GNU tar manual, CPython's tarfile.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget

BLOCK = 512

LINKS = {"1": "hardlink", "2": "symlink"}
SPECIAL = {"3": "character device", "4": "block device", "6": "pipe"}
FOLDER = "5"
SPARSE = "S"

_LONGEST_EXTRA = 1024 * 1024


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: ``start`` of its (first) header, its content, ``end`` with padding."""

    name: str
    kind: str
    target: str
    start: int
    data: int
    size: int
    end: int
    is_sparse: bool = False
    after_end: bool = False


class Stop(msgspec.Struct, frozen=True):
    """Where the walk ended: after zero blocks (``problem`` empty), or because of what was there."""

    at: int
    problem: str = ""


def entries_of(view: memoryview, budget: Budget) -> Iterator[Entry | Stop]:
    """Walk a tar from header to header; the last thing yielded is a ``Stop``."""
    at = 0
    begun = 0
    extra: dict[str, str] = {}
    is_after_end = False
    while at + BLOCK <= len(view):
        budget.spend_operations(8)
        block = bytes(view[at : at + BLOCK])
        if not block.strip(b"\0"):
            is_after_end = True
            at += BLOCK
            begun = at
            continue
        if not has_checksum(block):
            yield Stop(at, "" if is_after_end else "a header's checksum is wrong")
            return
        size = _number(block[124:136])
        kind = chr(block[156])
        data = at + BLOCK
        if size is None or size < 0:
            yield Stop(at, "an entry has no valid size")
            return
        if kind in "LKxgX":
            if size > _LONGEST_EXTRA or data + size > len(view):
                yield Stop(at, "an extended header is too long")
                return
            _extend(extra, kind, bytes(view[data : data + size]))
            at = data + _padded(size)
            continue
        if "size" in extra and extra["size"].isdigit() and len(extra["size"]) < 19:
            size = int(extra["size"])
        held = size if kind not in "123456" else 0
        name = extra.get("path") or _name(block)
        end = data + _padded(held)
        yield Entry(
            name=name,
            kind=kind,
            target=extra.get("linkpath") or _text(block[157:257]),
            start=begun,
            data=data,
            size=held,
            end=min(end, len(view)),
            is_sparse=kind == SPARSE or any(key.startswith("GNU.sparse") for key in extra),
            after_end=is_after_end,
        )
        if data + held > len(view):
            yield Stop(len(view), "an entry is cut off")
            return
        extra = {}
        at = begun = end
    yield Stop(min(at, len(view)), "" if is_after_end or at >= len(view) else "the archive is cut off")


def has_checksum(block: bytes) -> bool:
    """Say whether a block is a tar header: its checksum fits, taken unsigned or signed."""
    field = block[148:156].strip(b" \0")
    if not field or len(block) < BLOCK:
        return False
    try:
        wanted = int(field, 8)
    except ValueError:
        return False
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * 32
    return wanted in (total, total - 256 * sum(1 for c in rest if c > 127))


def _extend(extra: dict[str, str], kind: str, data: bytes) -> None:
    if kind == "L":
        extra["path"] = _text(data)
    elif kind == "K":
        extra["linkpath"] = _text(data)
    else:
        extra.update(_pax(data))


def _pax(data: bytes) -> dict[str, str]:
    found = {}
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        digits = data[at:blank]
        if blank < 0 or not digits.isdigit():
            break
        length = int(digits)
        if length <= blank - at + 1:
            break
        key, _, value = data[blank + 1 : at + length - 1].partition(b"=")
        found[key.decode("utf-8", "backslashreplace")] = value.decode("utf-8", "backslashreplace")
        at += length
    return found


def _name(block: bytes) -> str:
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
        return f"{prefix}/{name}"
    return name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _number(field: bytes) -> int | None:
    """Octal digits, or GNU's base 256."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big") if field[0] == 0x80 else None
    digits = field.strip(b" \0").partition(b"\0")[0]
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return None


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
