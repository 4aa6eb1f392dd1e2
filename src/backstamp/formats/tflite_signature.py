"""TFLite models: inputs, outputs, stored tensors and the metadata that travels in a buffer.

Sources: tensorflow/lite/schema/schema.fbs (version 3c), tflite-support's metadata_schema.fbs.
"""

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.flatbuffers import Flat

TYPES = {
    0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 5: "string", 6: "bool", 7: "int16",
    8: "complex64", 9: "int8", 10: "float64", 11: "complex128", 12: "uint64", 15: "uint32", 16: "uint16",
    17: "int4",
    18: "bfloat16",
}  # fmt: skip
_MOST = 256
_METADATA = {0: "name", 1: "description", 2: "version", 4: "author", 5: "license"}


class Tensor(msgspec.Struct, frozen=True):
    """A tensor; a dimension of -1 is open. ``is_stored`` says that its values are in the file."""

    name: str
    kind: str
    shape: tuple[int, ...]
    is_stored: bool
    at: int


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a model takes and gives, stores, and says of itself."""

    description: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    stored: tuple[Tensor, ...]
    metadata: tuple[tuple[str, str], ...]


def signature_of(view: memoryview, budget: Budget) -> Signature:
    """Read a model. Raises ``ReadError`` where an offset leads out of the bytes."""
    flat = Flat(view, budget)
    root = flat.number(0)
    buffers = list(flat.tables(root, 4))
    filled = [_is_filled(flat, buffer) for buffer in buffers]
    stored: list[Tensor] = []
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    for number, subgraph in enumerate(flat.tables(root, 2)):
        tensors = [_tensor(flat, tensor, filled) for tensor in flat.tables(subgraph, 0)]
        stored += [t for t in tensors if t.is_stored]
        if number == 0:
            inputs = [tensors[n] for n in flat.numbers(subgraph, 1)[:_MOST] if 0 <= n < len(tensors)]
            outputs = [tensors[n] for n in flat.numbers(subgraph, 2)[:_MOST] if 0 <= n < len(tensors)]
    return Signature(
        description=flat.text(root, 3),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        stored=tuple(stored),
        metadata=tuple(_metadata(flat, root, buffers)),
    )


def _is_filled(flat: Flat, buffer: int) -> bool:
    return flat.vector(buffer, 0, 1)[1] > 0 or flat.scalar(buffer, 1, 8) > 1


def _tensor(flat: Flat, tensor: int, filled: list[bool]) -> Tensor:
    index = flat.scalar(tensor, 2)
    kind = flat.scalar(tensor, 1, 1)
    shape = flat.numbers(tensor, 7) or flat.numbers(tensor, 0)
    return Tensor(
        flat.text(tensor, 3),
        TYPES.get(kind, f"type {kind}"),
        tuple(shape[:64]),
        0 < index < len(filled) and filled[index],
        tensor,
    )


def _metadata(flat: Flat, root: int, buffers: list[int]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in flat.tables(root, 6):
        name, index = flat.text(entry, 0), flat.scalar(entry, 1)
        if not 0 < index < len(buffers) or len(found) >= _MOST:
            continue
        start, count = flat.vector(buffers[index], 0, 1)
        raw = flat.view[start : start + count]
        if name == "TFLITE_METADATA" and bytes(raw[4:8]) == b"M001":
            found += _described(raw, flat.budget)
        elif name == "min_runtime_version":
            found.append((name, bytes(raw[:64]).partition(b"\0")[0].decode("utf-8", "replace")))
    return found


def _described(raw: memoryview, budget: Budget) -> list[tuple[str, str]]:
    flat = Flat(raw, budget)
    try:
        root = flat.number(0)
        return [(name, text) for index, name in _METADATA.items() if (text := flat.text(root, index))]
    except ReadError:
        return []
