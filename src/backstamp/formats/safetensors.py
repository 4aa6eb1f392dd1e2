"""Reads the head of a safetensors file; tensor data is never touched.

Source: the format section of github.com/huggingface/safetensors. Rules held here:

1. Eight bytes, little-endian: the length of the header, at most 100,000,000.
2. The header is one JSON object in UTF-8, padded with spaces only.
3. ``__metadata__`` maps strings to strings; every other key is a tensor: ``dtype``, ``shape``,
``data_offsets``.
4. Offsets count from the end of the header; tensors cover the rest of the file with no gap and no overlap.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.formats.json_text import JsonObject, JsonValue, parsed

MOST_HEADER = 100_000_000  # the reference reader refuses more
_MOST_READ = 32 * MIB  # ten times the largest header that is known
_LARGEST = 2**64 - 1

# Bits of an element.
DTYPES = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip


class Flaw(StrEnum):
    """What can be wrong with a header that is JSON."""

    DUPLICATE = "duplicate"
    DTYPE = "dtype"
    SHAPE = "shape"
    OVERFLOW = "overflow"
    LENGTH = "length"
    OFFSETS = "offsets"
    OVERLAP = "overlap"
    GAP = "gap"
    TRUNCATED = "truncated"
    METADATA = "metadata"
    PADDING = "padding"
    HEADER = "header"


class Problem(msgspec.Struct, frozen=True):
    """A flaw, with the tensor or key it concerns and what was seen."""

    flaw: Flaw
    name: str
    seen: str


class Tensor(msgspec.Struct, frozen=True):
    """A tensor's entry: ``start`` and ``end`` count from the end of the header."""

    name: str
    dtype: str
    elements: int
    start: int
    end: int
    shape: tuple[int, ...] = ()


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A header: what it says, and what is wrong with it. ``data`` is where tensor data begins."""

    data: int
    tensors: tuple[Tensor, ...]
    metadata: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


def header_of(view: memoryview, size: int, budget: Budget) -> Header:
    """Read the header of a file of ``size`` bytes. Raises ``ReadError`` if there is none to read."""
    if len(view) < 8:
        raise ReadError("shorter than the length of a header")
    length = int.from_bytes(view[:8], "little")
    if length > MOST_HEADER and 0 in view[:8]:  # a number, not eight letters
        seen = f"a header of {length:,} bytes, more than the format allows"
        return Header(data=8, tensors=(), metadata=(), problems=(Problem(Flaw.HEADER, "", seen),))
    if length > MOST_HEADER:
        raise ReadError(f"header of {length:,} bytes, more than the format allows")
    if 8 + length > size:
        raise ReadError(f"header of {length:,} bytes does not fit the file")
    if length > _MOST_READ or 8 + length > len(view):
        raise ReadError(f"header of {length:,} bytes is too large to be examined")
    budget.spend_operations(length // 16 + 1)
    problems: list[Problem] = []
    root = _root_of(view[8 : 8 + length], problems)
    tensors = list(_tensors_of(root, problems, budget))
    problems += _layout(tensors, size - 8 - length)
    return Header(
        data=8 + length, tensors=tuple(tensors), metadata=_metadata(root, problems), problems=tuple(problems)
    )


def _root_of(text: memoryview, problems: list[Problem]) -> JsonObject:
    held = bytes(text)
    body = held.rstrip(b" ")
    if body.endswith(b"\0"):
        body = body.rstrip(b"\0 ")
        problems.append(Problem(Flaw.PADDING, "", f"{len(held) - len(body)} bytes of padding are not spaces"))
    root = parsed(body)
    if not isinstance(root, JsonObject):
        raise ReadError("the header is not a JSON object")
    problems += [Problem(Flaw.DUPLICATE, name, "the key occurs twice") for name in root.repeated()]
    return root


def _metadata(root: JsonObject, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    out: list[tuple[str, str]] = []
    for value in root.all("__metadata__"):
        if not isinstance(value, JsonObject):
            problems.append(Problem(Flaw.METADATA, "__metadata__", "is not an object"))
            continue
        for key, text in value.pairs:
            if isinstance(text, str):
                out.append((key, text))
            else:
                problems.append(Problem(Flaw.METADATA, key, "is not a string"))
    return tuple(out)


def _tensors_of(root: JsonObject, problems: list[Problem], budget: Budget) -> Iterator[Tensor]:
    for name, value in root.pairs:
        budget.spend_operations()
        if name == "__metadata__":
            continue
        if not isinstance(value, JsonObject):
            problems.append(Problem(Flaw.OFFSETS, name, "is not an object"))
            continue
        if value.repeated():
            problems.append(Problem(Flaw.DUPLICATE, name, f'has "{value.repeated()[0]}" twice'))
        tensor = _tensor(name, value, problems, budget)
        if tensor:
            yield tensor


def _tensor(name: str, entry: JsonObject, problems: list[Problem], budget: Budget) -> Tensor | None:
    dtype, offsets = entry.get("dtype"), _integers(entry.get("data_offsets"))
    shape = _integers(entry.get("shape"))
    if not isinstance(dtype, str) or dtype not in DTYPES:
        problems.append(Problem(Flaw.DTYPE, name, f"dtype {dtype!r:.40}"))
    if shape is None:
        problems.append(Problem(Flaw.SHAPE, name, "shape is not a list of sizes"))
    if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        problems.append(Problem(Flaw.OFFSETS, name, f"data_offsets {offsets}"))
        return None
    elements = product_of(shape or [], budget)
    start, end = offsets
    if elements is None or end > _LARGEST:
        problems.append(Problem(Flaw.OVERFLOW, name, f"shape {str(shape)[:80]}, data_offsets {offsets}"))
        return None
    bits = elements * DTYPES.get(dtype if isinstance(dtype, str) else "", 0)
    if shape is not None and dtype in DTYPES and (bits % 8 or bits // 8 != end - start):
        problems.append(
            Problem(Flaw.LENGTH, name, f"needs {bits // 8:,} bytes but data_offsets hold {end - start:,}")
        )
    return Tensor(name, dtype if isinstance(dtype, str) else "", elements, start, end, tuple(shape or ()))


def product_of(sizes: list[int], budget: Budget) -> int | None:
    """Multiply sizes; ``None`` where a 64-bit machine would overflow."""
    total = 1
    for size in sizes:
        budget.spend_operations()
        total *= size
        if total > _LARGEST:
            return None
    return total


def _integers(value: JsonValue) -> list[int] | None:
    if not isinstance(value, list):
        return None
    out = [v for v in value if isinstance(v, int) and not isinstance(v, bool) and v >= 0]
    return out if len(out) == len(value) else None


def _layout(tensors: list[Tensor], room: int) -> Iterator[Problem]:
    """Tensors, in the order of their data, must follow each other exactly."""
    at, is_regular = 0, True
    for tensor in sorted(tensors, key=lambda t: (t.start, t.end)):
        if tensor.start < at and tensor.end > tensor.start:
            is_regular = False
            yield Problem(Flaw.OVERLAP, tensor.name, f"begins at {tensor.start:,}, before {at:,}")
        elif tensor.start > at:
            is_regular = False
            yield Problem(Flaw.GAP, tensor.name, f"begins at {tensor.start:,}, after {at:,}")
        at = max(at, tensor.end)
    if at > room:
        flaw = Flaw.TRUNCATED if is_regular else Flaw.OFFSETS
        yield Problem(flaw, "", f"tensors need {at:,} bytes, the file has {room:,}")
