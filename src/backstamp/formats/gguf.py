"""Reads the head of a GGUF file, versions 1 to 3, of either byte order; tensor data is never touched.

Sources: docs/gguf.md of the ggml project and its reader. Rules held here:

1. Counts and lengths are checked against the bytes that are left before they are followed.
2. Sizes of tensors are computed as a 64-bit machine would, and every overflow is stated
   (CVE-2024-21802, CVE-2024-21836, CVE-2025-53630, CVE-2026-27940).
3. Tensors follow each other in the order of their entries, each padded to the alignment.
"""

import struct
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

_HUGE = 1 << 30  # the reference reader's limit on strings and arrays
_LARGEST = (1 << 63) - 1
_MOST_DIMENSIONS = 4
_MOST_NESTED = 3
_SHORT = 4096  # longer texts are places, not values
_STRING, _ARRAY, _BOOL = 8, 9, 7
_CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}

# Elements of a block, bytes of a block, by number of the element type.
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 31: ("Q4_0_4_4", 32, 18), 32: ("Q4_0_4_8", 32, 18),
    33: ("Q4_0_8_8", 32, 18), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 36: ("IQ4_NL_4_4", 32, 18),
    37: ("IQ4_NL_4_8", 32, 18), 38: ("IQ4_NL_8_8", 32, 18), 39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip


class Flaw(StrEnum):
    """What can be wrong with a file that begins like GGUF."""

    COUNT = "count"
    LENGTH = "length"
    KIND = "type"
    DIMENSIONS = "dimensions"
    OVERFLOW = "overflow"
    ALIGNMENT = "alignment"
    OFFSETS = "offsets"
    OVERLAP = "overlap"
    LAYOUT = "layout"
    TRUNCATED = "truncated"
    DUPLICATE = "duplicate"


class Problem(msgspec.Struct, frozen=True):
    """A flaw, with the key or tensor it concerns, what was seen and where."""

    flaw: Flaw
    name: str
    seen: str
    at: int


class Pair(msgspec.Struct, frozen=True):
    """A key with its value: its bytes from ``start`` to ``end``, and itself unless it is long."""

    key: str
    kind: int
    start: int
    end: int
    value: str | int | float | bool | None


class Tensor(msgspec.Struct, frozen=True):
    """A tensor's entry: ``offset`` counts from the data, ``length`` is ``None`` if it cannot be computed."""

    name: str
    kind: str
    elements: int
    offset: int
    length: int | None
    at: int
    shape: tuple[int, ...] = ()


class Gguf(msgspec.Struct, frozen=True, kw_only=True):
    """A file's head. ``data`` is where tensor data begins; ``broken`` tells why reading stopped before it."""

    version: int
    pairs: tuple[Pair, ...]
    tensors: tuple[Tensor, ...]
    head: int
    data: int
    alignment: int
    problems: tuple[Problem, ...]
    broken: str = ""
    is_big: bool = False  # the byte order of its numbers


class _Stop(Exception):
    """The rest of the head cannot be found."""


class _Cursor:
    """A place in the bytes, with the width of lengths and the byte order of the file."""

    __slots__ = ("at", "budget", "order", "problems", "size", "view", "wide")

    def __init__(self, view: memoryview, size: int, order: str, budget: Budget, *, wide: bool) -> None:
        self.view = view
        self.size = size
        self.order = order
        self.wide = "Q" if wide else "I"
        self.at = 4
        self.budget = budget
        self.problems: list[Problem] = []

    def number(self, code: str) -> int:
        length = struct.calcsize(code)
        self.need(length, "the head")
        found: int = struct.unpack_from(self.order + code, self.view, self.at)[0]
        self.at += length
        return found

    def need(self, length: int, what: str) -> None:
        """Stop unless so many bytes are left; absurd lengths are a flaw of their own."""
        if length > len(self.view) - self.at:
            flaw = Flaw.LENGTH if length > max(_HUGE, 2 * self.size) else Flaw.TRUNCATED
            self.problems.append(
                Problem(flaw, what[:200], f"{length:,} bytes, {len(self.view) - self.at:,} are left", self.at)
            )
            raise _Stop(f"{what} does not fit the file")

    def text(self, what: str) -> tuple[int, int]:
        length = self.number(self.wide)
        self.need(length, what)
        start, self.at = self.at, self.at + length
        return start, self.at

    def name(self, what: str) -> str:
        start, end = self.text(what)
        return str(self.view[start : min(end, start + 4096)], "utf-8", "replace")


def head_of(view: memoryview, size: int, budget: Budget) -> Gguf:
    """Read the head of a file of ``size`` bytes. Raises ``ReadError`` if it is no GGUF at all."""
    if len(view) < 8 or bytes(view[:4]) not in (b"GGUF", b"FUGG"):
        raise ReadError("no GGUF magic")
    little, big = int.from_bytes(view[4:8], "little"), int.from_bytes(view[4:8], "big")
    version, order = (little, "<") if little <= big else (big, ">")
    if not 1 <= version <= 3:
        raise ReadError(f"GGUF version {version} is not known")
    cursor = _Cursor(view, size, order, budget, wide=version > 1)
    cursor.at = 8
    pairs: list[Pair] = []
    tensors: list[Tensor] = []
    broken = ""
    try:
        _head(cursor, pairs, tensors)
    except _Stop as stop:
        broken = str(stop)
    alignment = _alignment(pairs, cursor)
    data = cursor.at + -cursor.at % alignment
    if not broken:
        cursor.problems += _layout(tensors, data, alignment, size)
    return Gguf(
        version=version,
        pairs=tuple(pairs),
        tensors=tuple(tensors),
        head=min(cursor.at, size),
        data=min(data, size),
        alignment=alignment,
        problems=tuple(cursor.problems),
        broken=broken,
        is_big=order == ">",
    )


def array_of(
    view: memoryview, head: Gguf, pair: Pair, most: int
) -> tuple[int, tuple[str | int | float, ...]]:
    """Give the length of an array, and its first texts or numbers; arrays of arrays give none."""
    if pair.kind != _ARRAY:
        return 0, ()
    order, wide = (">" if head.is_big else "<"), ("Q" if head.version > 1 else "I")
    kind, count = struct.unpack_from(order + "I" + wide, view, pair.start)
    at = pair.start + struct.calcsize(order + "I" + wide)
    found: list[str | int | float] = []
    while len(found) < min(count, most) and at < pair.end and (kind == _STRING or kind in _CODES):
        if kind == _STRING:
            length = struct.unpack_from(order + wide, view, at)[0]
            at += struct.calcsize(order + wide)
            found.append(str(view[at : at + min(length, _SHORT)], "utf-8", "replace"))
            at += length
        else:
            found.append(struct.unpack_from(order + _CODES[kind], view, at)[0])
            at += struct.calcsize(_CODES[kind])
    return count, tuple(found)


def _head(cursor: _Cursor, pairs: list[Pair], tensors: list[Tensor]) -> None:
    n_tensors, n_pairs = cursor.number(cursor.wide), cursor.number(cursor.wide)
    for what, count, least in (("tensors", n_tensors, 24), ("keys", n_pairs, 9)):
        if count * least > max(_HUGE, 2 * cursor.size):
            cursor.problems.append(Problem(Flaw.COUNT, what, f"{count:,} {what}", 8))
            raise _Stop(f"{count:,} {what} do not fit the file")
    seen: set[str] = set()
    for _ in range(n_pairs):
        pair = _pair(cursor)
        pairs.append(pair)
        if pair.key in seen:
            cursor.problems.append(Problem(Flaw.DUPLICATE, pair.key, "the key occurs twice", pair.start))
        seen.add(pair.key)
    names: set[str] = set()
    for _ in range(n_tensors):
        tensor = _tensor(cursor)
        tensors.append(tensor)
        if tensor.name in names:
            cursor.problems.append(
                Problem(Flaw.DUPLICATE, tensor.name, "two tensors of this name", tensor.at)
            )
        names.add(tensor.name)


def _pair(cursor: _Cursor) -> Pair:
    cursor.budget.spend_operations()
    key = cursor.name("a key")
    kind = cursor.number("I")
    start, value = cursor.at, None
    if kind == _STRING:
        start, end = cursor.text(f'the value of "{key}"')
        if end - start <= _SHORT:
            value = str(cursor.view[start:end], "utf-8", "replace")
        return Pair(key, kind, start, end, value)
    if kind == _ARRAY:
        _skip_array(cursor, key, 0)
        return Pair(key, kind, start, cursor.at, None)
    if kind not in _CODES:
        cursor.problems.append(Problem(Flaw.KIND, key, f"value of type {kind}", cursor.at))
        raise _Stop(f'the value of "{key}" is of the unknown type {kind}')
    number: int | float | bool = cursor.number(_CODES[kind])
    return Pair(key, kind, start, cursor.at, bool(number) if kind == _BOOL else number)


def _skip_array(cursor: _Cursor, key: str, depth: int) -> None:
    """Pass over an array; strings are stepped over one by one, since only their lengths tell the end."""
    kind, count = cursor.number("I"), cursor.number(cursor.wide)
    width = struct.calcsize(_CODES[kind]) if kind in _CODES else 8 if cursor.wide == "Q" else 4
    cursor.need(count * width, f'the array "{key}"')
    if kind in _CODES:
        cursor.at += count * width
    elif kind == _STRING:
        _skip_strings(cursor, key, count)
    elif kind == _ARRAY and depth < _MOST_NESTED:
        for _ in range(count):
            cursor.budget.spend_operations()
            _skip_array(cursor, key, depth + 1)
    else:
        cursor.problems.append(Problem(Flaw.KIND, key, f"array of type {kind}", cursor.at))
        raise _Stop(f'the array "{key}" is of the unknown type {kind}, or nested too deep')


def _skip_strings(cursor: _Cursor, key: str, count: int) -> None:
    cursor.budget.spend_operations(count)
    read = struct.Struct(cursor.order + cursor.wide).unpack_from
    view, at, width, end = cursor.view, cursor.at, struct.calcsize(cursor.wide), len(cursor.view)
    for _ in range(count):
        if at + width > end:
            break
        at += width + read(view, at)[0]
    else:
        if at <= end:
            cursor.at = at
            return
    _stop_in_strings(cursor, key, count)


def _stop_in_strings(cursor: _Cursor, key: str, count: int) -> None:
    """Go over a broken array once more, to name the string that breaks it."""
    for index in range(count):
        cursor.text(f'string {index:,} of "{key}"')


def _tensor(cursor: _Cursor) -> Tensor:
    cursor.budget.spend_operations()
    at = cursor.at
    name = cursor.name("a tensor's name")
    n_dimensions = cursor.number("I")
    if n_dimensions > _MOST_DIMENSIONS:
        cursor.problems.append(Problem(Flaw.DIMENSIONS, name, f"{n_dimensions:,} dimensions", at))
    if n_dimensions > 64:
        raise _Stop(f'tensor "{name}" claims {n_dimensions:,} dimensions')
    sizes = [cursor.number(cursor.wide) for _ in range(n_dimensions)]
    kind, offset = cursor.number("I"), cursor.number("Q")
    elements, length = _measure(sizes, kind)
    if kind not in TYPES:
        cursor.problems.append(Problem(Flaw.KIND, name, f"element type {kind}", at))
    elif length is None:
        cursor.problems.append(Problem(Flaw.OVERFLOW, name, f"shape {str(sizes)[:120]}", at))
    elif sizes and sizes[0] % TYPES[kind][1]:
        cursor.problems.append(
            Problem(Flaw.DIMENSIONS, name, f"rows of {sizes[0]:,} elements, blocks of {TYPES[kind][1]}", at)
        )
    written = TYPES[kind][0] if kind in TYPES else f"type {kind}"
    return Tensor(name, written, elements, offset, length, at, tuple(sizes))


def _measure(sizes: list[int], kind: int) -> tuple[int, int | None]:
    elements = 1
    for size in sizes:
        elements *= max(size, 1)  # an overflow hides behind a later zero otherwise
        if elements > _LARGEST:
            return 0, None
    if 0 in sizes:
        elements = 0
    _, block, width = TYPES.get(kind, ("", 1, 0))
    length = -(-elements // block) * width
    return (elements, length) if length <= _LARGEST else (0, None)


def _alignment(pairs: list[Pair], cursor: _Cursor) -> int:
    for pair in pairs:
        if pair.key == "general.alignment":
            value = pair.value
            if (
                pair.kind == 4
                and isinstance(value, int)
                and 0 < value <= 1 << 16
                and value & (value - 1) == 0
            ):
                return value
            cursor.problems.append(
                Problem(Flaw.ALIGNMENT, pair.key, f"alignment {value!r:.40}, type {pair.kind}", pair.start)
            )
    return 32


def _layout(tensors: list[Tensor], data: int, alignment: int, size: int) -> Iterator[Problem]:
    """Hold the offsets against the only layout that a writer makes."""
    room = max(0, size - data)
    at = 0
    is_regular = True
    for tensor in tensors:
        if tensor.length is None:
            continue
        if tensor.offset != at:
            is_regular = False
        if tensor.offset + tensor.length + alignment > _LARGEST:
            yield Problem(
                Flaw.OVERFLOW, tensor.name, f"offset {tensor.offset:,}, {tensor.length:,} bytes", tensor.at
            )
        elif tensor.offset + tensor.length > room:
            flaw = Flaw.TRUNCATED if is_regular and tensor.length < 1 << 44 else Flaw.OFFSETS
            seen = f"ends at {tensor.offset + tensor.length:,}, the data has {room:,} bytes"
            yield Problem(flaw, tensor.name, seen, tensor.at)
        elif tensor.offset % alignment:
            yield Problem(Flaw.LAYOUT, tensor.name, f"offset {tensor.offset:,} is not aligned", tensor.at)
        at = tensor.offset + tensor.length
        at += -at % alignment
    if not is_regular:
        yield from _overlaps(tensors)


def _overlaps(tensors: list[Tensor]) -> Iterator[Problem]:
    at = 0
    for tensor in sorted(tensors, key=lambda t: (t.offset, t.length or 0)):
        if tensor.length and tensor.offset < at:
            yield Problem(Flaw.OVERLAP, tensor.name, f"begins at {tensor.offset:,}, before {at:,}", tensor.at)
        elif tensor.length and tensor.offset >= at + (1 << 16):
            yield Problem(Flaw.LAYOUT, tensor.name, f"begins at {tensor.offset:,}, after {at:,}", tensor.at)
        at = max(at, tensor.offset + (tensor.length or 0))
