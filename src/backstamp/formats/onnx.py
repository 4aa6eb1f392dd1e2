"""ONNX models: the parts of a ModelProto, found by walking its protobuf fields.

Source: onnx/onnx.proto (IR version 13). Field numbers stand in the tables below. Tensors are spans:
no weight is read. Graphs inside nodes (If, Loop, Scan), functions and training graphs are queued, so
that nothing recurses. Repeated singular messages are merged by protobuf parsers: all are walked.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.protobuf import LENGTH, VARINT, Field, fields_of, numbers_of, signed, text_of

_NAME = 1024  # bytes of a name that are kept


class Header(msgspec.Struct, frozen=True):
    """The model's own fields."""

    ir_version: int
    producer: str
    producer_version: str
    opsets: tuple[tuple[str, int], ...]


class Node(msgspec.Struct, frozen=True):
    """An operator call in a graph; ``subgraphs`` are the numbers of the graphs in its attributes.

    ``elements`` counts the values of its largest tensor attribute.
    """

    graph: int
    domain: str
    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    subgraphs: tuple[int, ...]
    elements: int
    at: int
    end: int


class Graph(msgspec.Struct, frozen=True):
    """A graph, stated after its nodes. ``parent`` is the number of the graph around it, or -1."""

    number: int
    parent: int
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    at: int


class Function(msgspec.Struct, frozen=True):
    """A function which the model defines: calls of it need no operator library."""

    domain: str
    name: str


class Tensor(msgspec.Struct, frozen=True):
    """A stored tensor: its shape, and where its values lie."""

    graph: int
    name: str
    dims: tuple[int, ...]
    data_type: int
    external: tuple[tuple[str, str], ...]
    at: int
    end: int

    @property
    def elements(self) -> int:
        """How many values it has; a scalar has one."""
        count = 1
        for dim in self.dims:
            count *= dim
        return count


class Text(msgspec.Struct, frozen=True):
    """An entry of the model's ``metadata_props``."""

    key: str
    value: str
    at: int
    end: int


class Bytes(msgspec.Struct, frozen=True):
    """A byte string: an attribute, a tensor's bytes, a comment. ``what`` names it."""

    what: str
    start: int
    end: int


class Unknown(msgspec.Struct, frozen=True):
    """A field that no version of ONNX defines: parsers skip it, anything may hide in it."""

    start: int
    end: int


class Broken(msgspec.Struct, frozen=True):
    """The message stops being one at ``at``; protobuf parsers refuse the whole file."""

    reason: str
    at: int


Part = Header | Node | Graph | Function | Tensor | Text | Bytes | Unknown | Broken

_MOST_GRAPHS = 100_000

# Fields that are defined, by message.
_MODEL = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_GRAPH = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})
_FUNCTION = frozenset(range(1, 15))
_NODE = frozenset(range(1, 11))
_ATTRIBUTE = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 20, 21, 22, 23})
_TENSOR = frozenset({*range(1, 15), 16})


class _Walk:
    """The queue of messages that wait for their walk."""

    __slots__ = ("budget", "graphs", "queue", "view")

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self.view = view
        self.budget = budget
        self.graphs = 0
        self.queue: deque[tuple[int, int, int, int, bool]] = deque()

    def enqueue(self, field: Field, parent: int, *, is_function: bool = False) -> int:
        """Queue a graph or function and give it its number."""
        number = self.graphs
        self.graphs += 1
        if number > _MOST_GRAPHS:
            raise ReadError(f"more than {_MOST_GRAPHS:,} graphs")
        self.queue.append((number, parent, field.start, field.end, is_function))
        return number

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """Walk a message."""
        return fields_of(self.view, start, end, self.budget)


def parts_of(view: memoryview, size: int, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a model; ``size`` is the length of the file, of which ``view`` may be the head.

    Only running out of budget raises ``ReadError``; damage is a ``Broken`` part and ends the walk.
    """
    walk = _Walk(view, budget)
    try:
        yield from _model(walk, size)
        while walk.queue:
            number, parent, start, end, is_function = walk.queue.popleft()
            yield from (_function if is_function else _graph)(walk, number, parent, start, end)
    except ReadError as error:
        if "operations" in error.message:
            raise
        yield Broken(error.message, 0)


def tensor_in(view: memoryview, size: int, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a file which is one TensorProto."""
    try:
        yield from _tensor(_Walk(view, budget), Field(0, LENGTH, 0, 0, 0, size), -1)
    except ReadError as error:
        yield Broken(error.message, 0)


def _model(walk: _Walk, size: int) -> Iterator[Part]:
    version, producer, producer_version = 0, "", ""
    opsets: list[tuple[str, int]] = []
    for f in walk.fields(0, size):
        match f.number, f.wire:
            case 1, 0:
                version = f.value
            case 2, 2:
                producer = text_of(walk.view, f, _NAME)
            case 3, 2:
                producer_version = text_of(walk.view, f, _NAME)
            case 7, 2:
                walk.enqueue(f, -1)
            case 8, 2:
                opsets.append(_opset(walk, f))
            case 14, 2:
                yield from _texts(walk, f)
            case 20, 2:
                for part in walk.fields(f.start, f.end):
                    if part.number in (1, 2) and part.wire == LENGTH:
                        walk.enqueue(part, -1)
            case 25, 2:
                walk.enqueue(f, -1, is_function=True)
            case 6, 2:
                yield Bytes("doc_string", f.start, f.end)
            case _:
                yield from _unknown(f, _MODEL)
    yield Header(version, producer, producer_version, tuple(opsets))


def _graph(walk: _Walk, number: int, parent: int, start: int, end: int) -> Iterator[Part]:
    name = ""
    inputs: list[str] = []
    outputs: list[str] = []
    for f in walk.fields(start, end):
        match f.number, f.wire:
            case 1, 2:
                yield from _node(walk, f, number)
            case 2, 2:
                name = text_of(walk.view, f, _NAME)
            case 5, 2:
                yield from _tensor(walk, f, number)
            case 10, 2:
                yield Bytes("doc_string", f.start, f.end)
            case 11, 2:
                inputs.append(_value_name(walk, f))
            case 12, 2:
                outputs.append(_value_name(walk, f))
            case 15, 2:
                for part in walk.fields(f.start, f.end):
                    if part.number in (1, 2) and part.wire == LENGTH:
                        yield from _tensor(walk, part, number)
            case _:
                yield from _unknown(f, _GRAPH)
    yield Graph(number, parent, name, tuple(inputs), tuple(outputs), start)


def _function(walk: _Walk, number: int, parent: int, start: int, end: int) -> Iterator[Part]:
    name = domain = ""
    inputs: list[str] = []
    outputs: list[str] = []
    for f in walk.fields(start, end):
        match f.number, f.wire:
            case 1, 2:
                name = text_of(walk.view, f, _NAME)
            case 4, 2:
                inputs.append(text_of(walk.view, f, _NAME))
            case 5, 2:
                outputs.append(text_of(walk.view, f, _NAME))
            case 7, 2:
                yield from _node(walk, f, number)
            case 10, 2:
                domain = text_of(walk.view, f, _NAME)
            case _:
                yield from _unknown(f, _FUNCTION)
    yield Function(domain, name)
    yield Graph(number, parent, name, tuple(inputs), tuple(outputs), start)


def _node(walk: _Walk, field: Field, graph: int) -> Iterator[Part]:
    domain = op = name = ""
    inputs: list[str] = []
    outputs: list[str] = []
    subgraphs: list[int] = []
    elements = 0
    view = walk.view
    for f in walk.fields(field.start, field.end):
        match f.number, f.wire:
            case 1, 2:
                inputs.append(text_of(view, f, _NAME))
            case 2, 2:
                outputs.append(text_of(view, f, _NAME))
            case 3, 2:
                name = text_of(view, f, _NAME)
            case 4, 2:
                op = text_of(view, f, _NAME)
            case 5, 2:
                for part in _attribute(walk, f, graph):
                    if isinstance(part, int):
                        subgraphs.append(part)
                    else:
                        if isinstance(part, Tensor):
                            elements = max(elements, part.elements)
                        yield part
            case 7, 2:
                domain = text_of(view, f, _NAME)
            case 6, 2:
                yield Bytes("doc_string", f.start, f.end)
            case _:
                yield from _unknown(f, _NODE)
    yield Node(
        graph,
        domain,
        op,
        name,
        tuple(inputs),
        tuple(outputs),
        tuple(subgraphs),
        elements,
        field.at,
        field.end,
    )


def _attribute(walk: _Walk, field: Field, graph: int) -> Iterator[Part | int]:
    for f in walk.fields(field.start, field.end):
        match f.number, f.wire:
            case (4, 2) | (9, 2):
                yield Bytes("attribute", f.start, f.end)
            case (5, 2) | (10, 2):
                yield from _tensor(walk, f, graph)
            case (6, 2) | (11, 2):
                yield walk.enqueue(f, graph)
            case (22, 2) | (23, 2):
                for part in walk.fields(f.start, f.end):
                    if part.number in (1, 2) and part.wire == LENGTH:
                        yield from _tensor(walk, part, graph)
            case _:
                yield from _unknown(f, _ATTRIBUTE)


def _tensor(walk: _Walk, field: Field, graph: int) -> Iterator[Part]:
    name, data_type = "", 0
    dims: list[int] = []
    external: list[tuple[str, str]] = []
    for f in walk.fields(field.start, field.end):
        match f.number, f.wire:
            case (1, 0) | (1, 2):
                dims.extend(numbers_of(walk.view, f, walk.budget, 32))
            case 2, 0:
                data_type = signed(f.value)
            case 8, 2:
                name = text_of(walk.view, f, _NAME)
            case (6, 2) | (9, 2):
                yield Bytes("tensor", f.start, f.end)
            case 13, 2:
                if len(external) < 64:
                    external.append(_entry(walk, f))
            case _:
                yield from _unknown(f, _TENSOR)
    yield Tensor(graph, name, tuple(dims), data_type, tuple(external), field.at, field.end)


def _unknown(field: Field, defined: frozenset[int]) -> Iterator[Part]:
    if field.number not in defined or (field.wire == 3):
        yield Unknown(field.at, field.end)


def _texts(walk: _Walk, field: Field) -> Iterator[Part]:
    key, value = _entry(walk, field, 65_536)
    yield Text(key, value, field.at, field.end)
    yield from (
        Bytes("metadata", f.start, f.end) for f in walk.fields(field.start, field.end) if f.wire == LENGTH
    )


def _entry(walk: _Walk, field: Field, limit: int = 4096) -> tuple[str, str]:
    key = value = ""
    for f in walk.fields(field.start, field.end):
        if f.wire == LENGTH and f.number == 1:
            key = text_of(walk.view, f, _NAME)
        elif f.wire == LENGTH and f.number == 2:
            value = text_of(walk.view, f, limit)
    return key, value


def _opset(walk: _Walk, field: Field) -> tuple[str, int]:
    domain, version = "", 0
    for f in walk.fields(field.start, field.end):
        if f.number == 1 and f.wire == LENGTH:
            domain = text_of(walk.view, f, _NAME)
        elif f.number == 2 and f.wire == VARINT:
            version = signed(f.value)
    return domain, version


def _value_name(walk: _Walk, field: Field) -> str:
    for f in walk.fields(field.start, field.end):
        if f.number == 1 and f.wire == LENGTH:
            return text_of(walk.view, f, _NAME)
    return ""
