"""TFLite models: operators, tensors and buffers of the flatbuffer, each offset held against the bytes.

Source: tensorflow/lite/schema/schema.fbs (version 3c) and the flatbuffers internals page. No code is
generated and nothing is copied; a table is read through its vtable, a vector is a span.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.flatbuffers import Flat

_CUSTOM = 32  # BuiltinOperator_CUSTOM
_ABSENT = -1  # an optional input


class Operator(msgspec.Struct, frozen=True):
    """An operator code: ``custom`` is its name if it is no built-in one; ``count`` calls of it."""

    code: int
    custom: str
    count: int
    at: int


class Buffer(msgspec.Struct, frozen=True):
    """The bytes of a buffer."""

    start: int
    end: int


class Text(msgspec.Struct, frozen=True):
    """The description of the model, or the name of an entry of its metadata."""

    key: str
    text: str
    at: int


class Fault(msgspec.Struct, frozen=True):
    """A number that no converter writes: ``index`` beyond its list, or a ``shape`` that cannot be."""

    kind: str
    detail: str
    at: int


class End(msgspec.Struct, frozen=True):
    """How far the flatbuffer reaches, and what it consists of."""

    end: int
    version: int
    operators: int
    subgraphs: int
    tensors: int


Part = Operator | Buffer | Text | Fault | End


def parts_of(view: memoryview, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a model. Raises ``ReadError`` where an offset leads out of the bytes."""
    flat = Flat(view, budget)
    root = flat.number(0)
    codes = list(flat.tables(root, 1))
    counts = [0] * len(codes)
    buffers = flat.vector(root, 4, 4)[1]
    subgraphs = tensors = 0
    for subgraph in flat.tables(root, 2):
        subgraphs += 1
        count = 0
        for tensor in flat.tables(subgraph, 0):
            count += 1
            yield from _tensor(flat, tensor, buffers)
        tensors += count
        yield from _beyond(flat, subgraph, (1, 2), count)
        for operator in flat.tables(subgraph, 3):
            yield from _beyond(flat, operator, (1, 2, 8), count)
            index = flat.scalar(operator, 0)
            if index < len(codes):
                counts[index] += 1
            else:
                yield Fault("index", f"operator code {index} of {len(codes)}", operator)
            start, length = flat.vector(operator, 5, 1)
            if length:
                yield Buffer(start, start + length)
    for code, calls in zip(codes, counts, strict=True):
        number = max(flat.scalar(code, 0, 1), flat.scalar(code, 3))
        custom = flat.text(code, 1)
        yield Operator(number, custom if number == _CUSTOM or custom else "", calls, code)
    for buffer in flat.tables(root, 4):
        yield from _buffer(flat, buffer)
    yield from _texts(flat, root)
    yield End(flat.end, flat.scalar(root, 0), sum(counts), subgraphs, tensors)


def _tensor(flat: Flat, tensor: int, buffers: int) -> Iterator[Part]:
    index = flat.scalar(tensor, 2)
    name = flat.text(tensor, 3)
    if index >= max(1, buffers):
        yield Fault("index", f"buffer {index} of {buffers} in tensor {name}", tensor)
    shape = flat.numbers(tensor, 0)
    product = 1
    for dim in shape:
        product = min(product * max(dim, 1), 1 << 80)
    if min(shape, default=0) < -1 or product >= 1 << 40:
        yield Fault("shape", f"shape {shape[:8]} of tensor {name}", tensor)
    quantization = flat.follow(tensor, 4)
    if quantization:
        for field, width in ((0, 4), (1, 4), (2, 4), (3, 8)):
            flat.vector(quantization, field, width)
    flat.vector(tensor, 7, 4)


def _beyond(flat: Flat, table: int, fields: tuple[int, ...], tensors: int) -> Iterator[Part]:
    """Faults for lists of tensor numbers that name tensors which are not there."""
    for field in fields:
        for number in flat.numbers(table, field):
            if number >= tensors or number < _ABSENT:
                yield Fault("index", f"tensor {number} of {tensors}", table)
                break


def _buffer(flat: Flat, buffer: int) -> Iterator[Part]:
    start, count = flat.vector(buffer, 0, 1)
    offset, size = flat.scalar(buffer, 1, 8), flat.scalar(buffer, 2, 8)
    if count:
        yield Buffer(start, start + count)
    elif offset > 1 and size:
        if offset + size > len(flat.view):
            yield Fault("index", f"buffer data at {offset}, {size} bytes long", buffer)
        else:
            flat.end = max(flat.end, offset + size)
            yield Buffer(offset, offset + size)


def _texts(flat: Flat, root: int) -> Iterator[Part]:
    description = flat.text(root, 3)
    if description:
        yield Text("description", description, root)
    for entry in flat.tables(root, 6):
        yield Text("metadata", flat.text(entry, 0), entry)
    for signature in flat.tables(root, 7):
        flat.text(signature, 2)
        for field in (0, 1):
            for pair in flat.tables(signature, field):
                flat.text(pair, 0)
