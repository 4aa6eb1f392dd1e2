"""ONNX models: what goes in, what comes out, and who made them. No tensor is read.

Source: onnx/onnx.proto (IR version 13): ModelProto, GraphProto, ValueInfoProto, TypeProto.
"""

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.protobuf import LENGTH, VARINT, Field, fields_of, signed, text_of

_NAME = 1024
_TEXT = 16_384
_MOST = 4096  # inputs, outputs, entries of metadata that are told
_DEEPEST = 8

# TensorProto.DataType
TYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string",
    9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128",
    16: "bfloat16",
    17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2", 20: "float8_e5m2fnuz", 21: "uint4",
    22: "int4",
    23: "float4_e2m1", 24: "float8_e8m0", 25: "uint2", 26: "int2",
}  # fmt: skip


class Value(msgspec.Struct, frozen=True):
    """An input or output: ``kind`` is its type in words; dimensions are numbers, names or ``?``."""

    name: str
    kind: str
    shape: tuple[str, ...] | None
    at: int
    end: int


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a model says of itself. ``stored`` names its initializers, which old files list as inputs too."""

    ir_version: int
    producer: str
    producer_version: str
    domain: str
    model_version: int
    description: str
    graph: str
    opsets: tuple[tuple[str, int], ...]
    metadata: tuple[tuple[str, str, int, int], ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    functions: int


class _Held:
    """What one walk gathers."""

    __slots__ = ("functions", "inputs", "metadata", "numbers", "opsets", "outputs", "stored", "texts")

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.texts: dict[int, str] = {}
        self.opsets: list[tuple[str, int]] = []
        self.metadata: list[tuple[str, str, int, int]] = []
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.stored: set[str] = set()
        self.functions = 0


def signature_of(view: memoryview, size: int, budget: Budget) -> Signature:
    """Read a model's own fields and those of its graph. Raises ``ReadError`` where the message breaks."""
    held = _Held()
    for field in fields_of(view, 0, size, budget):
        if field.wire == VARINT and field.number in (1, 5):
            held.numbers[field.number] = signed(field.value)
        elif field.wire == LENGTH and field.number in (2, 3, 4, 6):
            held.texts[field.number] = text_of(view, field, _TEXT if field.number == 6 else _NAME)
        elif field.wire == LENGTH and field.number == 7:
            _graph(view, field, held, budget)
        elif field.wire == LENGTH and field.number == 8:
            held.opsets.append(_opset(view, field, budget))
        elif field.wire == LENGTH and field.number == 14 and len(held.metadata) < _MOST:
            pair = {
                f.number: text_of(view, f, _TEXT) for f in _inside(view, field, budget) if f.wire == LENGTH
            }
            held.metadata.append((pair.get(1, ""), pair.get(2, ""), field.at, field.end))
        elif field.number == 25:
            held.functions += 1
    return Signature(
        ir_version=held.numbers.get(1, 0),
        producer=held.texts.get(2, ""),
        producer_version=held.texts.get(3, ""),
        domain=held.texts.get(4, ""),
        model_version=held.numbers.get(5, 0),
        description=held.texts.get(6, "") or held.texts.get(-10, ""),
        graph=held.texts.get(-2, ""),
        opsets=tuple(held.opsets),
        metadata=tuple(held.metadata),
        inputs=tuple(value for value in held.inputs if value.name not in held.stored),
        outputs=tuple(held.outputs),
        functions=held.functions,
    )


def _inside(view: memoryview, field: Field, budget: Budget) -> list[Field]:
    return list(fields_of(view, field.start, field.end, budget))


def _graph(view: memoryview, graph: Field, held: _Held, budget: Budget) -> None:
    for field in fields_of(view, graph.start, graph.end, budget):
        if field.wire != LENGTH:
            continue
        if field.number in (2, 10):
            held.texts[-field.number] = text_of(view, field, _TEXT)
        elif field.number == 5:
            _remember(view, field, held, budget)
        elif field.number in (11, 12):
            values = held.inputs if field.number == 11 else held.outputs
            if len(values) < _MOST:
                values.append(_value(view, field, budget))


def _remember(view: memoryview, tensor: Field, held: _Held, budget: Budget) -> None:
    for field in fields_of(view, tensor.start, tensor.end, budget):
        if field.number == 8 and field.wire == LENGTH:
            held.stored.add(text_of(view, field, _NAME))


def _opset(view: memoryview, field: Field, budget: Budget) -> tuple[str, int]:
    domain, version = "", 0
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == LENGTH:
            domain = text_of(view, part, _NAME)
        elif part.number == 2 and part.wire == VARINT:
            version = signed(part.value)
    return domain, version


def _value(view: memoryview, field: Field, budget: Budget) -> Value:
    name, kind, shape = "", "", None
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == LENGTH:
            name = text_of(view, part, _NAME)
        elif part.number == 2 and part.wire == LENGTH:
            kind, shape = _type(view, part, budget, 0)
    return Value(name, kind, shape, field.at, field.end)


def _type(view: memoryview, field: Field, budget: Budget, depth: int) -> tuple[str, tuple[str, ...] | None]:
    """A TypeProto: a tensor, or a sequence, map or option of another type."""
    if depth >= _DEEPEST:
        return "", None
    for part in fields_of(view, field.start, field.end, budget):
        if part.wire != LENGTH:
            continue
        if part.number in (1, 8):
            return _tensor(view, part, budget)
        if part.number in (4, 9):
            word = "sequence" if part.number == 4 else "optional"
            for inner in fields_of(view, part.start, part.end, budget):
                if inner.number == 1 and inner.wire == LENGTH:
                    kind, shape = _type(view, inner, budget, depth + 1)
                    return f"{word} of {kind}", shape
            return word, None
        if part.number == 5:
            return "map", None
    return "", None


def _tensor(view: memoryview, field: Field, budget: Budget) -> tuple[str, tuple[str, ...] | None]:
    kind, shape = "", None
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == VARINT:
            kind = TYPES.get(part.value, f"type {part.value}")
        elif part.number == 2 and part.wire == LENGTH:
            shape = tuple(
                _dimension(view, dim, budget)
                for dim in _inside(view, part, budget)[:64]
                if dim.number == 1 and dim.wire == LENGTH
            )
    return kind, shape


def _dimension(view: memoryview, field: Field, budget: Budget) -> str:
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == VARINT:
            return str(signed(part.value))
        if part.number == 2 and part.wire == LENGTH:
            return text_of(view, part, 100) or "?"
    return "?"
