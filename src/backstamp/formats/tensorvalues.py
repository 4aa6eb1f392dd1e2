"""A few numbers of a stored tensor, as floats, whatever they are stored as.

Sources: IEEE 754; ggml-quants of the ggml project for blocks of ``Q8_0``, ``Q4_0``, ``Q4_K``, ``Q5_K`` and
``Q6_K``. Runs begin at whole blocks, so that the same elements are read in whatever type they are stored.
"""

import struct
from collections.abc import Callable

_RUN = 256  # elements at the beginning, in the middle and at the end; the longest block has as many
_WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}


def sample_of(view: memoryview, start: int, end: int, dtype: str, elements: int) -> tuple[float, ...]:
    """Read the sample of a tensor whose bytes are a run of the view; empty if its type is not known."""
    if start < 0 or end > len(view) or elements <= 0:
        return ()
    if dtype in _WIDTHS and end - start == elements * _WIDTHS[dtype]:
        return _floats(view, start, dtype, elements)
    if dtype in _BLOCKS:
        unit, width, read = _BLOCKS[dtype]
        if elements % unit == 0 and end - start == elements // unit * width:
            return _blocks(view, start, elements, unit, width, read)
    return ()


def _runs(elements: int) -> list[tuple[int, int]]:
    """First element and count of each run; one run for what is small."""
    if elements <= 3 * _RUN:
        return [(0, elements)]
    middle = elements // 2 // _RUN * _RUN
    last = (elements - _RUN) // _RUN * _RUN
    return [(0, _RUN), (middle, _RUN), (last, _RUN)]


def _floats(view: memoryview, start: int, dtype: str, elements: int) -> tuple[float, ...]:
    width = _WIDTHS[dtype]
    out: list[float] = []
    for first, count in _runs(elements):
        at = start + first * width
        raw = bytes(view[at : at + count * width])
        if dtype == "BF16":
            wide = bytearray(4 * count)
            wide[2::4], wide[3::4] = raw[0::2], raw[1::2]
            raw = bytes(wide)
        code = {"F16": "e", "F64": "d"}.get(dtype, "f")
        out += struct.unpack(f"<{count}{code}", raw)
    return tuple(out)


Block = Callable[[bytes], list[float]]


def _blocks(
    view: memoryview, start: int, elements: int, unit: int, width: int, read: Block
) -> tuple[float, ...]:
    out: list[float] = []
    for first, count in _runs(elements):
        for block in range(first // unit, (first + count) // unit):
            at = start + block * width
            out += read(bytes(view[at : at + width]))
    return tuple(out)


def _half(raw: bytes, at: int) -> float:
    value: float = struct.unpack_from("<e", raw, at)[0]
    return value


def _q8_0(raw: bytes) -> list[float]:
    scale = _half(raw, 0)
    return [scale * q for q in struct.unpack_from("<32b", raw, 2)]


def _q4_0(raw: bytes) -> list[float]:
    """The low halves of the bytes are the first sixteen values."""
    scale, body = _half(raw, 0), raw[2:]
    return [scale * ((b & 15) - 8) for b in body] + [scale * ((b >> 4) - 8) for b in body]


def _scales_of(packed: bytes) -> tuple[list[int], list[int]]:
    """Eight scales and eight least values, of six bits each."""
    scales = [b & 63 for b in packed[:4]]
    least = [b & 63 for b in packed[4:8]]
    scales += [(packed[8 + i] & 15) | (packed[i] >> 6) << 4 for i in range(4)]
    least += [(packed[8 + i] >> 4) | (packed[4 + i] >> 6) << 4 for i in range(4)]
    return scales, least


def _q4_k(raw: bytes) -> list[float]:
    return _q45_k(raw, raw[16:], None)


def _q5_k(raw: bytes) -> list[float]:
    return _q45_k(raw, raw[48:], raw[16:48])


def _q45_k(raw: bytes, body: bytes, high: bytes | None) -> list[float]:
    scale, lowest = _half(raw, 0), _half(raw, 2)
    scales, least = _scales_of(raw[4:16])
    out: list[float] = []
    for group in range(8):
        run = body[32 * (group // 2) : 32 * (group // 2) + 32]
        step, base = scale * scales[group], lowest * least[group]
        for i, b in enumerate(run):
            q = b >> 4 if group % 2 else b & 15
            if high is not None:
                q += (high[i] >> group & 1) << 4
            out.append(step * q - base)
    return out


def _q6_k(raw: bytes) -> list[float]:
    low, high = raw[:128], raw[128:192]
    scales = struct.unpack_from("<16b", raw, 192)
    scale = _half(raw, 208)
    out: list[float] = []
    for half in range(2):
        for quarter in range(4):
            for i in range(32):
                b = low[64 * half + 32 * (quarter % 2) + i]
                q = (b >> 4 if quarter > 1 else b & 15) | (high[32 * half + i] >> 2 * quarter & 3) << 4
                out.append(scale * scales[8 * half + 2 * quarter + i // 16] * (q - 32))
    return out


# Elements of a block, its bytes, and what reads it.
_BLOCKS: dict[str, tuple[int, int, Block]] = {
    "Q4_0": (32, 18, _q4_0),
    "Q8_0": (32, 34, _q8_0),
    "Q4_K": (256, 144, _q4_k),
    "Q5_K": (256, 176, _q5_k),
    "Q6_K": (256, 210, _q6_k),
}
