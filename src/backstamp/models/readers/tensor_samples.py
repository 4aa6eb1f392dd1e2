"""Samples the tensors of safetensors and GGUF, so that one model can be held against another.

Only the head of the file and some hundred values of a tensor are read, of at most two thousand tensors. Which
ones is decided by their names, so that two files of the same names are sampled alike.
"""

import struct
from collections.abc import Iterable, Iterator
from zlib import crc32

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.digest import digest_of
from backstamp.core.reading import Statement
from backstamp.formats import gguf, safetensors
from backstamp.formats.tensornames import long_name
from backstamp.formats.tensorvalues import sample_of
from backstamp.models.facts.weights import TensorSample

_MOST = 2000
_SIGNS = 96
_LARGEST = 3.4028234663852886e38


class _Place(msgspec.Struct, frozen=True):
    """A tensor, and the bytes that hold it."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    elements: int
    start: int
    end: int


class TensorSamplesReader:
    """States a sample of each tensor."""

    name = "tensor-samples"
    version = 1
    kinds = frozenset({"gguf", "safetensors"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield samples in the order of the file."""
        is_gguf = bytes(blob.view[:4]) in (b"GGUF", b"FUGG")
        places = _chosen(_of_gguf(blob, budget) if is_gguf else _of_safetensors(blob, budget))
        with blob.scattered():
            found = [_sampled(blob, place, budget, "gguf" if is_gguf else "safetensors") for place in places]
        yield from found


READER = TensorSamplesReader()


def _of_safetensors(blob: Blob, budget: Budget) -> Iterator[_Place]:
    header = safetensors.header_of(blob.view, blob.size, budget)
    for t in header.tensors:
        yield _Place(t.name, t.dtype, t.shape, t.elements, header.data + t.start, header.data + t.end)


def _of_gguf(blob: Blob, budget: Budget) -> Iterator[_Place]:
    """Dimensions are stored innermost first; big-endian files are left alone."""
    head = gguf.head_of(blob.view, blob.size, budget)
    if head.broken or head.is_big:
        return
    for t in head.tensors:
        start = head.data + t.offset
        yield _Place(
            long_name(t.name), t.kind, tuple(reversed(t.shape)), t.elements, start, start + (t.length or 0)
        )


def _chosen(places: Iterable[_Place]) -> list[_Place]:
    """Of too many, those whose names have the smallest checksums."""
    held = list(places)
    if len(held) <= _MOST:
        return held
    ranked = sorted((crc32(p.name.encode("utf-8", "replace")), p.name) for p in held)[:_MOST]
    kept = {name for _, name in ranked}
    return [p for p in held if p.name in kept][:_MOST]


def _sampled(blob: Blob, place: _Place, budget: Budget, form: str) -> TensorSample:
    budget.spend_operations(64)
    values = sample_of(blob.view, place.start, place.end, place.dtype, place.elements)
    is_plain = place.dtype in ("F64", "F32", "F16", "BF16")
    is_told = is_plain and len(set(values)) > 1
    at = min(max(place.start, 0), blob.size)
    return TensorSample(
        place=blob.at(at, max(0, min(place.end, blob.size) - at)),
        format=form,
        name=place.name[:300],
        dtype=place.dtype,
        shape=place.shape,
        digest=_digest(values) if is_told else "",
        signs=_signs(values),
    )


def _digest(values: tuple[float, ...]) -> str:
    single = [v if -_LARGEST <= v <= _LARGEST or v != v else _LARGEST for v in values]  # noqa: PLR0124  # NaN
    return digest_of(struct.pack(f"<{len(single)}f", *single)).hex[:32]


def _signs(values: tuple[float, ...]) -> str:
    step = max(1, len(values) // _SIGNS)
    return "".join("+" if v > 0 else "-" if v < 0 else "0" for v in values[::step][:_SIGNS])
