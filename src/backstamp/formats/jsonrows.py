"""Rows written as JSON: one object a line (JSON Lines), or one array of objects; keys by a sample.

Sources: jsonlines.org; RFC 8259. Counting is linear in the bytes and holds one piece of them.
"""

import json
from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.delimited import Field
from backstamp.formats.valuetypes import looks, type_of_values

_SAMPLE = 2 * MIB
_SAMPLE_ROWS = 200
_PIECE = 4 * MIB
_STEP = 64
_MOST_KEYS = 2000
_MOST_LAST = MIB
_MOST_NAME = 100
_OPENING = b"[{"
_BRACE, _QUOTE = b'{"'


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of JSON. ``sample`` are the first ones; ``problem`` says what is wrong with the last.

    ``rows`` are below zero if there are too many to count. ``is_alike`` says that nearly all of the sample
    have the same keys.
    """

    rows: int
    fields: tuple[Field, ...]
    sample: tuple[dict[str, object], ...]
    is_alike: bool
    problem: str = ""


def lines_of(view: memoryview, budget: Budget, *, is_whole: bool = True) -> Rows | None:
    """Read JSON Lines; ``None`` if it is empty. Raises ``ReadError`` if the first line is no JSON."""
    head = bytes(view[:_SAMPLE])
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    if len(view) > len(head) and len(lines) > 1:
        lines.pop()
    if not lines:
        return None
    values = []
    for at, line in enumerate(lines[:_SAMPLE_ROWS]):
        budget.spend_operations(len(line) // _STEP + 1)
        value = _value_of(line)
        if value is _NONE:
            if not at and len(view) > len(head):
                raise ReadError("the first line of these JSON lines is too long, or no JSON")
            if not at:
                raise ReadError("the first of these lines is no JSON")
            break
        values.append(value)
    problem = _last_problem(view) if is_whole else ""
    try:
        return _rows(values, _line_count(view, budget) - bool(problem), problem)
    except BudgetExceeded as error:
        return _rows(values, -1, error.message)


def array_of(view: memoryview, budget: Budget) -> Rows | None:
    """Read an array of objects; ``None`` if it is none, or not all of it is objects."""
    sample, start = _array_sample(bytes(view[:_SAMPLE]), budget)
    if len(sample) < 2 or not all(isinstance(value, dict) for value in sample):
        return None
    try:
        count, is_closed = _array_count(view, start, budget)
    except BudgetExceeded as error:
        return _rows(sample, -1, error.message)
    return _rows(sample, count, "" if is_closed else "the array is not closed: the file was cut short")


def _rows(values: list[object], count: int, problem: str) -> Rows:
    objects = tuple(value for value in values if isinstance(value, dict))
    cells: dict[str, list[object]] = {}
    for row in objects:
        for key, value in row.items():
            if len(cells) < _MOST_KEYS or key in cells:
                cells.setdefault(key, []).append(value)
    most = max((len(held) for held in cells.values()), default=0)
    shared = sum(1 for held in cells.values() if len(held) == most)
    return Rows(
        rows=count,
        fields=tuple(
            Field(key[:_MOST_NAME], type_of_values(held), looks(v for v in held if isinstance(v, str)))
            for key, held in cells.items()
        ),
        sample=objects,
        is_alike=bool(objects) and len(objects) == len(values) and most >= 0.9 * len(objects) and shared > 0,
        problem=problem,
    )


_NONE = object()


def _value_of(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _NONE


def _line_count(view: memoryview, budget: Budget) -> int:
    count = 0
    for at in range(0, len(view), _PIECE):
        piece = bytes(view[at : at + _PIECE])
        budget.spend_operations(len(piece) // _STEP + 1)
        count += _filled(piece, view, at)
    return count


def _filled(piece: bytes, view: memoryview, at: int) -> int:
    """Count the lines that begin in a piece and are not blank."""
    count = len(_line_start().findall(piece))
    if at and view[at - 1] != 10:
        # The piece begins inside a line; it was counted where it began, unless only blanks stood there.
        first = piece.split(b"\n", 1)[0]
        before = bytes(view[max(0, at - 4096) : at]).rsplit(b"\n", 1)[-1]
        count -= bool(first.strip()) and bool(before.strip())
    return count


def _last_problem(view: memoryview) -> str:
    """Say whether the last line was cut: one without a line end that is no JSON."""
    tail = bytes(view[-_MOST_LAST:])
    if tail.endswith(b"\n") or not tail.strip():
        return ""
    at = tail.rfind(b"\n")
    if at < 0 and len(view) > len(tail):
        return ""
    return "the last line is cut short" if _value_of(tail[at + 1 :]) is _NONE else ""


def _array_sample(head: bytes, budget: Budget) -> tuple[list[object], int]:
    start = len(head) - len(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if head[start : start + 1] != b"[":
        return [], 0
    text = head[start:].decode("utf-8", "replace")
    decoder, at = json.JSONDecoder(), 1
    found: list[object] = []
    while len(found) < _SAMPLE_ROWS:
        at += len(text[at : at + 4096]) - len(text[at : at + 4096].lstrip(" \t\r\n,"))
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        budget.spend_operations((end - at) // _STEP + 1)
        found.append(value)
        at = end
    return found, start


def _array_count(view: memoryview, start: int, budget: Budget) -> tuple[int, bool]:
    """Count the elements of the outermost array: what opens right below it."""
    depth = count = 0
    for structure in _structures(view, start, budget):
        for mark in structure:
            if mark in _OPENING:
                count += depth == 1
                depth += 1
            else:
                depth -= 1
                if depth <= 0:
                    return count, True
    return count, False


def arrays_in(view: memoryview, keys: tuple[str, ...], budget: Budget) -> dict[str, int]:
    """Count the objects in the arrays that an outermost object holds under some keys, as COCO has them.

    Raises ``ReadError`` for a text that does not end, and once the budget is spent.
    """
    found: dict[str, int] = {}
    depth = 0
    key = ""
    marked = -1
    for structure in _structures(view, 0, budget, keys):
        for mark in structure:
            if mark < len(keys):
                marked = mark
                continue
            if mark in _OPENING:
                if depth == 1:
                    key = keys[marked] if marked >= 0 else ""
                elif depth == 2 and key and mark == _BRACE:
                    found[key] = found.get(key, 0) + 1
                depth += 1
            else:
                depth -= 1
                if depth <= 0:
                    return found
            marked = -1
    return found


def _structures(view: memoryview, start: int, budget: Budget, keys: tuple[str, ...] = ()) -> Iterator[bytes]:
    """Yield what is left of a text without strings, numbers and words: its brackets.

    The number of a key stands before the bracket of the array that it names. Pieces end behind a comma, or
    before a string that is open.
    """
    kept = bytes(range(len(keys))) + b"[]{}"
    dropped = bytes(set(range(256)) - set(kept) - {_QUOTE})
    left = b""
    for at in range(start, len(view), _PIECE):
        piece = left + bytes(view[at : at + _PIECE])
        budget.spend_operations(len(piece) // _STEP + 1)
        if len(piece) > 5 * _PIECE:
            raise ReadError("a JSON text of more than 16 MiB")
        is_last = at + _PIECE >= len(view)
        cut = len(piece) if is_last else piece.rfind(b",") + 1 or len(piece)
        piece, rest = piece[:cut], piece[cut:]
        for number, key in enumerate(keys):
            piece = _key(key).sub(bytes([number]) + b"[", piece)
        bare = _strings().sub(b"", piece)
        opened = bare.find(b'"')
        if opened >= 0:
            bare, rest = bare[:opened], bare[opened:] + rest
        left = rest
        structure = bare.translate(None, dropped)
        budget.spend_operations(len(structure))
        yield structure


@cache
def _line_start() -> Pattern[bytes]:
    import re

    return re.compile(rb"^[ \t\r]*+[^ \t\r\n]", re.MULTILINE)


@cache
def _strings() -> Pattern[bytes]:
    import re

    return re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


@cache
def _key(name: str) -> Pattern[bytes]:
    import re

    return re.compile(b'"' + re.escape(name.encode()) + rb'"\s{0,64}:\s{0,64}\[')
