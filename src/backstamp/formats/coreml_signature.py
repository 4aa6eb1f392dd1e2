"""Core ML models: what goes in and comes out, by the description of the model.

Source: coremltools/mlmodel/format/{Model,FeatureTypes}.proto.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.protobuf import LENGTH, VARINT, Field, fields_of, numbers_of, text_of

_NAME = 1024
_MOST = 256
_PLAIN = {1: "int64", 2: "float64", 3: "string", 6: "dictionary", 7: "sequence"}
_ARRAYS = {65552: "float16", 65568: "float32", 65600: "float64", 131104: "int32", 131080: "int8"}
_COLOURS = {10: "grey", 20: "RGB", 30: "BGR", 40: "grey float16"}


class Value(msgspec.Struct, frozen=True):
    """An input or output in words: ``float32[1, 3, 224, 224]``, ``image of 224 x 224 pixels, RGB``."""

    is_input: bool
    name: str
    form: str
    description: str
    at: int
    end: int


class Version(msgspec.Struct, frozen=True):
    """The version of the specification that the file is written by."""

    number: int


def parts_of(view: memoryview, size: int, budget: Budget) -> Iterator[Value | Version]:
    """Yield the version, inputs and outputs. Raises ``ReadError`` where the message breaks."""
    told = 0
    for field in fields_of(view, 0, size, budget):
        if field.number == 1 and field.wire == VARINT:
            yield Version(field.value)
        elif field.number == 2 and field.wire == LENGTH:
            for part in fields_of(view, field.start, field.end, budget):
                if part.number in (1, 10) and part.wire == LENGTH and told < _MOST:
                    told += 1
                    yield _value(view, part, budget)


def _value(view: memoryview, field: Field, budget: Budget) -> Value:
    texts: dict[int, str] = {}
    form = ""
    for part in fields_of(view, field.start, field.end, budget):
        if part.number in (1, 2) and part.wire == LENGTH:
            texts[part.number] = text_of(view, part, _NAME)
        elif part.number == 3 and part.wire == LENGTH:
            form = _form(view, part, budget)
    return Value(field.number == 1, texts.get(1, ""), form, texts.get(2, ""), field.at, field.end)


def _form(view: memoryview, field: Field, budget: Budget) -> str:
    for part in fields_of(view, field.start, field.end, budget):
        if part.number in _PLAIN:
            return _PLAIN[part.number]
        if part.number == 4 and part.wire == LENGTH:
            numbers = _numbers(view, part, budget)
            colour = _COLOURS.get(numbers.get(3, 0), "")
            return f"image of {numbers.get(1, 0)} x {numbers.get(2, 0)} pixels" + (
                f", {colour}" if colour else ""
            )
        if part.number == 5 and part.wire == LENGTH:
            kind = _ARRAYS.get(_numbers(view, part, budget).get(2, 0), "array")
            sizes = [
                str(n)
                for inner in fields_of(view, part.start, part.end, budget)
                if inner.number == 1
                for n in numbers_of(view, inner, budget)
            ]
            return f"{kind}[{', '.join(sizes)}]"
    return ""


def _numbers(view: memoryview, field: Field, budget: Budget) -> dict[int, int]:
    return {f.number: f.value for f in fields_of(view, field.start, field.end, budget) if f.wire == VARINT}
