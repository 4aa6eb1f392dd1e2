"""Counts the parameters of a model out of its stored tensors, as its makers count them.

1. Whole numbers are indexes and masks (``position_ids``, ``num_batches_tracked``), not parameters.
2. Packed weights count for what they hold: GPTQ and AWQ pack 32 bits into one number, bitsandbytes, MXFP4 and
   NVFP4 two values into a byte. The bits of GPTQ and AWQ follow from the shapes of zeros and scales.
3. Scales, zeros and maps that only serve to unpack are no parameters, nor are causal masks kept as floats.
"""

from collections.abc import Iterable

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """A stored tensor."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    elements: int


class Count(msgspec.Struct, frozen=True):
    """How many parameters there are, how many stored elements of each type, and how they are packed."""

    parameters: int
    elements: tuple[tuple[str, int], ...]
    packing: str


_SERVING = (
    ".scales", ".qzeros", ".g_idx", ".absmax", ".nested_absmax", ".quant_map", ".nested_quant_map", ".SCB",
    ".weight_scale", ".weight_scale_2", ".weight_scale_inv", ".weight_zero_point", ".input_scale", ".k_scale",
    ".v_scale", ".weight_shape", ".weight_g_idx", ".weight_format", ".q_scale", "_scales", ".inv_freq",
    "rope_freqs.weight",
    ".masked_bias",
)  # fmt: skip
_WHOLE = frozenset(
    {"I64", "I32", "I16", "U16", "U32", "U64", "BOOL", "int64", "int32", "int16", "bool", "uint16"}
)
_BYTES = frozenset({"I8", "U8", "int8", "uint8", "qint8", "quint8"})


def count_of(tensors: Iterable[Entry]) -> Count:
    """Count the parameters of a file."""
    held = {tensor.name: tensor for tensor in tensors}
    elements: dict[str, int] = {}
    parameters = 0
    packing = ""
    for tensor in held.values():
        elements[tensor.dtype] = elements.get(tensor.dtype, 0) + tensor.elements
        times, how = _packed(tensor, held)
        packing = packing or how
        parameters += tensor.elements * times
    ordered = sorted(elements.items(), key=lambda item: (-item[1], item[0]))
    return Count(parameters, tuple(ordered), packing)


def _packed(tensor: Entry, held: dict[str, Entry]) -> tuple[int, str]:
    """How many parameters an element stands for, and the packing it shows."""
    name, dtype = tensor.name, tensor.dtype
    stem, _, last = name.rpartition(".")
    if last in ("qweight", "weight_packed") and dtype in ("I32", "int32"):
        bits = _bits(stem, tensor, held)
        return 32 // bits, f"{bits} bits in I32"
    if name.endswith(_SERVING) or ".quant_state." in name or last.startswith("quant_state"):
        return 0, ""
    if dtype in _BYTES:
        if f"{name}.absmax" in held or f"{stem}.weight_scale_2" in held:
            return 2, "4 bits in U8"
        if name.endswith("_blocks") and name[:-7] + "_scales" in held:
            return 2, "MXFP4 in U8"
        return (1, "") if len(tensor.shape) > 1 else (0, "")
    if dtype in _WHOLE:
        return 0, ""
    if name.endswith(".attn.bias") and len(tensor.shape) == 4:  # the causal mask of GPT-2 and its kind
        return 0, ""
    return 1, ""


def _bits(stem: str, tensor: Entry, held: dict[str, Entry]) -> int:
    zeros, scales = held.get(f"{stem}.qzeros"), held.get(f"{stem}.scales")
    order = held.get(f"{stem}.g_idx")
    bits = 4
    if zeros and scales and len(zeros.shape) == len(scales.shape) == 2 and scales.shape[1]:
        bits = zeros.shape[1] * 32 // scales.shape[1]
    elif order and len(tensor.shape) == 2 and order.elements:
        bits = tensor.shape[0] * 32 // order.elements
    return bits if bits in (2, 3, 4, 8) else 4
