"""JSON for hostile documents: every pair of an object is kept, so that a repeated key hides nothing.

Source: RFC 8259. Values are what Python's own scanner makes of the text, since that is what the loaders
use; an object is a list of pairs in the order of the text.
"""

import json
from collections.abc import Iterator
from functools import cache
from re import Pattern
from typing import TypeAlias

from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, escaped

_WINDOW, _OVERLAP = 4 * 1024 * 1024, 64  # no word is longer than the overlap
MOST_VALUES = 1_500_000
_BEFORE_VALUES = (b",", b"[", b"{")
_MOST_DIGITS = 4000  # CPython refuses longer integers by default


class JsonObject:
    """An object of a document, with every pair, in order."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: "list[tuple[str, JsonValue]]") -> None:
        self.pairs = pairs

    def all(self, key: str) -> "list[JsonValue]":
        """List the values of a key: more than one where the key is repeated."""
        return [value for name, value in self.pairs if name == key]

    def get(self, key: str) -> "JsonValue":
        """Give the value that a loader sees: the last one; ``None`` where there is none."""
        found = self.all(key)
        return found[-1] if found else None

    def keys(self) -> frozenset[str]:
        """Name the keys."""
        return frozenset(name for name, _ in self.pairs)

    def repeated(self) -> tuple[str, ...]:
        """Name the keys that occur more than once, sorted."""
        seen: set[str] = set()
        twice: set[str] = set()
        for name, _ in self.pairs:
            (twice if name in seen else seen).add(name)
        return tuple(sorted(twice))


JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | JsonObject | None"


class Visit:
    """A value with its place: ``pointer`` by RFC 6901, ``key`` of the object that holds it."""

    __slots__ = ("key", "pointer", "value")

    def __init__(self, value: JsonValue, pointer: str, key: str) -> None:
        self.value = value
        self.pointer = pointer
        self.key = key


def parsed(data: bytes | memoryview | str) -> JsonValue:
    """Read a document. Raises ``ReadError`` if it is not one, or is nested too deep."""
    text = text_of(data)
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=JsonObject, parse_int=_integer)
    except RecursionError as error:
        raise ReadError("JSON nested too deep") from error
    except ValueError as error:
        raise ReadError(f"not valid JSON: {error}") from error
    return value


def tree_of(data: bytes | memoryview | str) -> Json:
    """Read a document as loaders see it: of a repeated key the last value counts.

    Raises ``ReadError`` if it is not one, is nested too deep or holds too many values.
    """
    if is_too_rich(data.encode() if isinstance(data, str) else data):
        raise ReadError("JSON of too many values")
    try:
        tree: Json = json.loads(text_of(data), parse_int=_integer)
    except RecursionError as error:
        raise ReadError("JSON nested too deep") from error
    except ValueError as error:
        raise ReadError(f"not valid JSON: {error}") from error
    return tree


def text_of(data: bytes | memoryview | str) -> str:
    """Decode UTF-8 with or without a byte order mark. Raises ``ReadError`` if it is not UTF-8."""
    if isinstance(data, str):
        return data
    try:
        return str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 text at byte {error.start}") from error


def walked(root: JsonValue) -> Iterator[Visit]:
    """Visit every value of a document, outermost first, without recursion and without a list of them."""
    first = Visit(root, "", "")
    yield first
    stack = [_below(first)]
    while stack:
        visit = next(stack[-1], None)
        if visit is None:
            stack.pop()
            continue
        yield visit
        if isinstance(visit.value, JsonObject | list):
            stack.append(_below(visit))


def _below(visit: Visit) -> Iterator[Visit]:
    value = visit.value
    if isinstance(value, JsonObject):
        return (Visit(v, f"{visit.pointer}/{escaped(k)}", k) for k, v in value.pairs)
    if isinstance(value, list):
        return (Visit(v, f"{visit.pointer}/{i}", visit.key) for i, v in enumerate(value))
    return iter(())


def is_too_rich(data: bytes | memoryview) -> bool:
    """Say whether a document has more values than are held: each takes some hundred bytes once parsed."""
    held = data if isinstance(data, bytes) else bytes(data)
    return len(held) > MOST_VALUES and sum(map(held.count, _BEFORE_VALUES)) > MOST_VALUES


def may_name(data: bytes | memoryview, words: tuple[bytes, ...]) -> bool:
    """Say whether a text could hold a key of these words, in plain or in escaped letters.

    A cheap test which keeps vocabularies of many megabytes from being parsed for nothing.
    """
    for at in range(0, len(data), _WINDOW):
        held = bytes(data[at : at + _WINDOW + _OVERLAP])
        if any(word in held for word in words) or _escaped_letter().search(held) is not None:
            return True
    return False


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("integer with too many digits")
    return int(digits)


@cache
def _escaped_letter() -> Pattern[bytes]:
    import re

    # Letters, digits and the underscore have no reason to be escaped but to hide a word.
    return re.compile(rb"\\u00(?:3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])")
