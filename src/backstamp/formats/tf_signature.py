"""SavedModels: signatures with inputs and outputs, and the variables of the object graph. No weight is read.

Source: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph}.proto.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.protobuf import LENGTH, VARINT, Field, fields_of, signed, text_of

_NAME = 1024
_MOST = 256

TYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 17: "uint16",
    19: "float16",
    20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
}  # fmt: skip


class Value(msgspec.Struct, frozen=True):
    """An input or output of a signature; a dimension of -1 is open, ``None`` is an unknown rank."""

    signature: str
    is_input: bool
    name: str
    kind: str
    shape: tuple[int, ...] | None
    at: int
    end: int


class Variable(msgspec.Struct, frozen=True):
    """A variable of the object graph."""

    name: str
    kind: str
    shape: tuple[int, ...]


class Version(msgspec.Struct, frozen=True):
    """The TensorFlow that wrote a graph."""

    text: str


Part = Value | Variable | Version


def parts_of(view: memoryview, size: int, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a SavedModel. Raises ``ReadError`` where the message breaks."""
    for field in fields_of(view, 0, size, budget):
        if field.number != 2 or field.wire != LENGTH:
            continue
        for part in fields_of(view, field.start, field.end, budget):
            if part.wire != LENGTH:
                continue
            if part.number == 1:
                for inner in fields_of(view, part.start, part.end, budget):
                    if inner.number == 5 and inner.wire == LENGTH:
                        yield Version(text_of(view, inner, _NAME))
            elif part.number == 5:
                yield from _signature(view, part, budget)
            elif part.number == 7:
                yield from _objects(view, part, budget)


def _signature(view: memoryview, field: Field, budget: Budget) -> Iterator[Part]:
    """An entry of the map of signatures: a name, then inputs and outputs, each an entry of a map."""
    name, told = "", 0
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == LENGTH:
            name = text_of(view, part, _NAME)
        elif part.number == 2 and part.wire == LENGTH:
            for entry in fields_of(view, part.start, part.end, budget):
                if entry.number in (1, 2) and entry.wire == LENGTH and told < _MOST:
                    told += 1
                    yield _value(view, entry, name, budget)


def _value(view: memoryview, entry: Field, signature: str, budget: Budget) -> Value:
    name, kind, shape = "", "", None
    for part in fields_of(view, entry.start, entry.end, budget):
        if part.number == 1 and part.wire == LENGTH:
            name = text_of(view, part, _NAME)
        elif part.number == 2 and part.wire == LENGTH:
            for inner in fields_of(view, part.start, part.end, budget):
                if inner.number == 2 and inner.wire == VARINT:
                    kind = TYPES.get(inner.value, f"type {inner.value}")
                elif inner.number == 3 and inner.wire == LENGTH:
                    shape = _shape(view, inner, budget)
    return Value(signature, entry.number == 1, name, kind, shape, entry.at, entry.end)


def _shape(view: memoryview, field: Field, budget: Budget) -> tuple[int, ...] | None:
    sizes: list[int] = []
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 3 and part.wire == VARINT and part.value:
            return None
        if part.number == 2 and part.wire == LENGTH and len(sizes) < 64:
            size = 0
            for inner in fields_of(view, part.start, part.end, budget):
                if inner.number == 1 and inner.wire == VARINT:
                    size = signed(inner.value)
            sizes.append(size)
    return tuple(sizes)


def _objects(view: memoryview, field: Field, budget: Budget) -> Iterator[Part]:
    for node in fields_of(view, field.start, field.end, budget):
        if node.number != 1 or node.wire != LENGTH:
            continue
        for part in fields_of(view, node.start, node.end, budget):
            if part.number == 7 and part.wire == LENGTH:
                yield _variable(view, part, budget)


def _variable(view: memoryview, field: Field, budget: Budget) -> Variable:
    name, kind, shape = "", "", None
    for part in fields_of(view, field.start, field.end, budget):
        if part.number == 1 and part.wire == VARINT:
            kind = TYPES.get(part.value, f"type {part.value}")
        elif part.number == 2 and part.wire == LENGTH:
            shape = _shape(view, part, budget)
        elif part.number == 6 and part.wire == LENGTH:
            name = text_of(view, part, _NAME)
    return Variable(name, kind, shape or ())
