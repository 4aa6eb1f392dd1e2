"""Core ML models: custom code, other files and metadata of a Model message. No weight is read.

Source: coremltools/mlmodel/format/{Model,NeuralNetwork,CustomModel,LinkedModel,MIL}.proto. Models inside
pipelines and blocks inside operations are queued, so that nothing recurses.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.protobuf import LENGTH, Field, fields_of, text_of

_PIPELINES = frozenset({200, 201})  # PipelineClassifier, PipelineRegressor: a Pipeline in field 1
_PIPELINE = 202
_NETWORKS = frozenset({303, 403, 500})
_PROGRAM = 502
_CUSTOM = 555
_LINKED = 556


class Custom(msgspec.Struct, frozen=True):
    """A layer or model whose code the application supplies, by class name."""

    name: str
    at: int
    end: int


class File(msgspec.Struct, frozen=True):
    """A file that the model names; ``@model_path`` is the folder of the package."""

    name: str
    at: int
    end: int


class Text(msgspec.Struct, frozen=True):
    """An entry of the model's metadata."""

    key: str
    value: str
    at: int
    end: int


class Layers(msgspec.Struct, frozen=True):
    """How many layers or operations a part of the model has."""

    count: int


Part = Custom | File | Text | Layers


class _Walk:
    """Messages that wait for their walk, each with what it is."""

    __slots__ = ("budget", "queue", "view")

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self.view = view
        self.budget = budget
        self.queue: deque[tuple[str, int, int]] = deque()

    def inside(self, field: Field) -> Iterator[Field]:
        """Walk the message in a field; nothing if it is none."""
        if field.wire == LENGTH:
            yield from fields_of(self.view, field.start, field.end, self.budget)

    def under(self, field: Field, *numbers: int) -> Iterator[Field]:
        """The fields reached by going down by field number."""
        fields = [field]
        for number in numbers:
            fields = [f for above in fields for f in self.inside(above) if f.number == number]
        yield from fields


def parts_of(view: memoryview, size: int, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a model. Raises ``ReadError`` where it is damaged."""
    walk = _Walk(view, budget)
    walk.queue.append(("model", 0, size))
    while walk.queue:
        kind, start, end = walk.queue.popleft()
        for field in fields_of(view, start, end, budget):
            if field.wire == LENGTH:
                yield from _in_model(walk, field) if kind == "model" else _in_block(walk, field)


def _in_model(walk: _Walk, field: Field) -> Iterator[Part]:
    number = field.number
    if number == 2:
        yield from _metadata(walk, field)
    elif number in _PIPELINES:
        walk.queue.extend(("model", f.start, f.end) for f in walk.under(field, 1, 1))
    elif number == _PIPELINE:
        walk.queue.extend(("model", f.start, f.end) for f in walk.under(field, 1))
    elif number in _NETWORKS:
        yield from _network(walk, field)
    elif number == _PROGRAM:
        walk.queue.extend(("block", f.start, f.end) for f in walk.under(field, 2, 2, 3, 2))
    elif number == _CUSTOM:
        for name in walk.under(field, 10):
            yield Custom(text_of(walk.view, name), field.at, field.end)
    elif number == _LINKED:
        for path in ((1, 1, 1), (1, 2, 1)):
            for name in walk.under(field, *path):
                yield File(text_of(walk.view, name), field.at, field.end)


def _metadata(walk: _Walk, field: Field) -> Iterator[Part]:
    for metadata in walk.under(field, 100):
        for entry in walk.inside(metadata):
            if entry.number == 100:
                pair = {
                    f.number: text_of(walk.view, f, 65_536) for f in walk.inside(entry) if f.wire == LENGTH
                }
                yield Text(pair.get(1, ""), pair.get(2, ""), entry.at, entry.end)
            elif entry.number in (1, 2, 3, 4) and entry.wire == LENGTH:
                yield Text(f"field {entry.number}", text_of(walk.view, entry), entry.at, entry.end)


def _network(walk: _Walk, field: Field) -> Iterator[Part]:
    count = 0
    for layer in walk.inside(field):
        if layer.number == 1:
            count += 1
            for part in walk.inside(layer):
                if part.number == 500:
                    for name in walk.under(part, 10):
                        yield Custom(text_of(walk.view, name), layer.at, layer.end)
    yield Layers(count)


def _in_block(walk: _Walk, field: Field) -> Iterator[Part]:
    """An operation of a block: its attributes, values given in place, and blocks of its own."""
    if field.number not in (3, 4):
        return
    if field.number == 3:
        yield Layers(1)
    for part in walk.inside(field):
        if part.number == 4:
            walk.queue.append(("block", part.start, part.end))
        for value in _values(walk, part):
            for file in walk.under(value, 5, 1):
                if file.wire == LENGTH:
                    yield File(text_of(walk.view, file), field.at, field.end)


def _values(walk: _Walk, part: Field) -> Iterator[Field]:
    """Values of an operation's part: attributes (5) hold them, inputs (2) bind them in arguments."""
    if part.number == 5:
        yield from walk.under(part, 2)
    elif part.number == 2:
        yield from walk.under(part, 2, 1, 2)
