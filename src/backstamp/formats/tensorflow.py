"""TensorFlow graphs: the parts of SavedModel, MetaGraphDef and GraphDef, by walking their protobuf fields.

Source: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph}.proto and
core/framework/{graph,node_def,function,attr_value,tensor}.proto. Graphs, functions and serialized graphs
inside byte strings (``DatasetFromGraph``) are queued: nothing recurses. Weights are spans.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.graphkinds import is_serialized_graph
from backstamp.formats.protobuf import LENGTH, Field, fields_of, text_of

_NAME = 1024
_TEXT = 256  # bytes of a text that are kept
_TEXTS = 8  # texts of one node
_FIRST_BYTES = (0x0A, 0x12, 0x22)  # tags with which a serialized GraphDef begins


class Node(msgspec.Struct, frozen=True):
    """An operator call. ``texts`` are its attributes' short texts as ``key=text``; a Const has ``values``."""

    graph: int
    name: str
    op: str
    inputs: tuple[str, ...]
    texts: tuple[str, ...]
    values: tuple[str, ...]
    at: int
    end: int


class GraphEnd(msgspec.Struct, frozen=True):
    """All nodes of a graph or function were stated. ``origin``: ``graph``, ``function`` or ``nested``."""

    number: int
    origin: str
    name: str


class Asset(msgspec.Struct, frozen=True):
    """A file beside the model, by the name under which it is read."""

    filename: str
    at: int
    end: int


class ObjectText(msgspec.Struct, frozen=True):
    """What a saved object says of itself: Keras writes its configuration here."""

    identifier: str
    start: int
    end: int


class Bytes(msgspec.Struct, frozen=True):
    """A byte string in the graph."""

    start: int
    end: int


class Header(msgspec.Struct, frozen=True):
    """The version of TensorFlow which wrote a MetaGraph."""

    version: str


class Unknown(msgspec.Struct, frozen=True):
    """A field which TensorFlow does not define."""

    start: int
    end: int


class Broken(msgspec.Struct, frozen=True):
    """The message stops being one; parsers refuse the whole file."""

    reason: str


Part = Node | GraphEnd | Asset | ObjectText | Bytes | Header | Unknown | Broken

# Fields that are defined, by message.
_SAVED_MODEL = frozenset({1, 2})
_META_GRAPH = frozenset({1, 2, 3, 4, 5, 6, 7})
_GRAPH = frozenset({1, 2, 3, 4, 5})
_NODE = frozenset({1, 2, 3, 4, 5, 6, 7})
_FUNCTION = frozenset({1, 2, 3, 4, 5, 6, 7, 8})
_ATTRIBUTE = frozenset(range(1, 11))


class _Walk:
    """Graphs and functions that wait for their walk."""

    __slots__ = ("budget", "graphs", "queue", "view")

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self.view = view
        self.budget = budget
        self.graphs = 0
        self.queue: deque[tuple[str, int, int]] = deque()

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """Walk a message."""
        return fields_of(self.view, start, end, self.budget)


def parts_of(view: memoryview, size: int, kind: str, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a file of a kind: ``savedmodel``, ``metagraph`` or ``graphdef``.

    Only running out of budget raises ``ReadError``.
    """
    walk = _Walk(view, budget)
    try:
        if kind == "savedmodel":
            yield from _saved_model(walk, size)
        elif kind == "metagraph":
            yield from _meta_graph(walk, 0, size)
        else:
            walk.queue.append(("graph", 0, size))
        while walk.queue:
            origin, start, end = walk.queue.popleft()
            yield from (_function if origin == "function" else _graph)(walk, origin, start, end)
    except BudgetExceeded:
        raise
    except ReadError as error:
        yield Broken(error.message)


def _saved_model(walk: _Walk, size: int) -> Iterator[Part]:
    for f in walk.fields(0, size):
        if f.number == 2 and f.wire == LENGTH:
            yield from _meta_graph(walk, f.start, f.end)
        else:
            yield from _unknown(f, _SAVED_MODEL)


def _meta_graph(walk: _Walk, start: int, end: int) -> Iterator[Part]:
    for f in walk.fields(start, end):
        match f.number, f.wire:
            case 1, 2:
                for part in walk.fields(f.start, f.end):
                    if part.number == 5 and part.wire == LENGTH:
                        yield Header(text_of(walk.view, part, _NAME))
            case 2, 2:
                walk.queue.append(("graph", f.start, f.end))
            case 4, 2:
                yield from _collection(walk, f)
            case 6, 2:
                for part in walk.fields(f.start, f.end):
                    if part.number == 2 and part.wire == LENGTH:
                        yield Asset(text_of(walk.view, part), f.at, f.end)
            case 7, 2:
                yield from _objects(walk, f)
            case _:
                yield from _unknown(f, _META_GRAPH)


def _collection(walk: _Walk, field: Field) -> Iterator[Part]:
    """Byte strings of a collection: ``collection_def`` entry, CollectionDef, BytesList."""
    for entry in walk.fields(field.start, field.end):
        if entry.number != 2 or entry.wire != LENGTH:
            continue
        for kind in walk.fields(entry.start, entry.end):
            if kind.number != 2 or kind.wire != LENGTH:
                continue
            for value in walk.fields(kind.start, kind.end):
                if value.wire == LENGTH:
                    yield from _bytes(walk, value)


def _objects(walk: _Walk, field: Field) -> Iterator[Part]:
    """Texts of the objects in a SavedObjectGraph."""
    for saved in walk.fields(field.start, field.end):
        if saved.number == 2 and saved.wire == LENGTH:  # concrete_functions
            continue
        if saved.number != 1 or saved.wire != LENGTH:
            continue
        for part in walk.fields(saved.start, saved.end):
            if part.number != 4 or part.wire != LENGTH:
                continue
            identifier = ""
            for own in walk.fields(part.start, part.end):
                if own.number == 1 and own.wire == LENGTH:
                    identifier = text_of(walk.view, own, _NAME)
                elif own.number == 3 and own.wire == LENGTH and own.end - own.start > 2:
                    yield ObjectText(identifier, own.start, own.end)


def _graph(walk: _Walk, origin: str, start: int, end: int) -> Iterator[Part]:
    number = walk.graphs
    walk.graphs += 1
    for f in walk.fields(start, end):
        match f.number, f.wire:
            case 1, 2:
                yield from _node(walk, f, number)
            case 2, 2:
                for part in walk.fields(f.start, f.end):
                    if part.number == 1 and part.wire == LENGTH:
                        walk.queue.append(("function", part.start, part.end))
            case _:
                yield from _unknown(f, _GRAPH)
    yield GraphEnd(number, origin, "")


def _function(walk: _Walk, origin: str, start: int, end: int) -> Iterator[Part]:
    number = walk.graphs
    walk.graphs += 1
    name = ""
    for f in walk.fields(start, end):
        match f.number, f.wire:
            case 1, 2:
                name = next(
                    (text_of(walk.view, p, _NAME) for p in walk.fields(f.start, f.end) if p.number == 1), name
                )
            case (2, 2) | (3, 2):
                yield from _node(walk, f, number)
            case _:
                yield from _unknown(f, _FUNCTION)
    yield GraphEnd(number, origin, name)


def _node(walk: _Walk, field: Field, graph: int) -> Iterator[Part]:
    name = op = ""
    inputs: list[str] = []
    texts: list[str] = []
    values: list[str] = []
    for f in walk.fields(field.start, field.end):
        match f.number, f.wire:
            case 1, 2:
                name = text_of(walk.view, f, _NAME)
            case 2, 2:
                op = text_of(walk.view, f, _NAME)
            case 3, 2:
                inputs.append(text_of(walk.view, f, _NAME))
            case 5, 2:
                yield from _attribute(walk, f, texts, values)
            case _:
                yield from _unknown(f, _NODE)
    yield Node(graph, name, op, tuple(inputs), tuple(texts), tuple(values), field.at, field.end)


def _attribute(walk: _Walk, field: Field, texts: list[str], values: list[str]) -> Iterator[Part]:
    key = ""
    for entry in walk.fields(field.start, field.end):
        if entry.number == 1 and entry.wire == LENGTH:
            key = text_of(walk.view, entry, _NAME)
        elif entry.number == 2 and entry.wire == LENGTH:
            for f in walk.fields(entry.start, entry.end):
                match f.number, f.wire:
                    case 2, 2:
                        yield from _text(walk, f, key, texts)
                    case 8, 2:
                        yield from _tensor(walk, f, values)
                    case 1, 2:
                        for part in walk.fields(f.start, f.end):
                            if part.number == 2 and part.wire == LENGTH:
                                yield from _text(walk, part, key, texts)
                            elif part.number == 8 and part.wire == LENGTH:
                                yield from _tensor(walk, part, values)
                    case _:
                        yield from _unknown(f, _ATTRIBUTE)


def _text(walk: _Walk, field: Field, key: str, texts: list[str]) -> Iterator[Part]:
    if len(texts) < _TEXTS and 0 < field.end - field.start <= 4096 and key != "_class":
        texts.append(f"{key}={text_of(walk.view, field, _TEXT)}")
    yield from _bytes(walk, field)


def _tensor(walk: _Walk, field: Field, values: list[str]) -> Iterator[Part]:
    for f in walk.fields(field.start, field.end):
        if f.wire == LENGTH and f.number in (4, 8):
            if f.number == 8 and len(values) < _TEXTS:
                values.append(text_of(walk.view, f, _TEXT))
            yield from _bytes(walk, f)
        elif f.wire == LENGTH and f.number == 15:  # VariantTensorDataProto
            for part in walk.fields(f.start, f.end):
                if part.number == 2 and part.wire == LENGTH:
                    yield from _bytes(walk, part)


def _bytes(walk: _Walk, field: Field) -> Iterator[Part]:
    """State a byte string, and queue it where it is a serialized graph."""
    if field.end - field.start < 8 or field.end > len(walk.view):
        return
    if walk.view[field.start] in _FIRST_BYTES and is_serialized_graph(walk.view, field.start, field.end):
        walk.queue.append(("nested", field.start, field.end))
    yield Bytes(field.start, field.end)


def _unknown(field: Field, defined: frozenset[int]) -> Iterator[Part]:
    if field.number not in defined or field.wire == 3:
        yield Unknown(field.at, field.end)
