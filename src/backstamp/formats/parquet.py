"""Parquet: the footer at the end of the file says rows, columns and what the writer noted; no data is read.

Source: apache/parquet-format, ``parquet.thrift`` and README. A footer beyond 64 MiB is not read.
"""

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.formats.thrift import BINARY, I32, I64, LIST, STRUCT, Compact

MAGIC = b"PAR1"
_ENCRYPTED = b"PARE"
_MOST_FOOTER = 64 * MIB
_MOST_COLUMNS = 100_000
_MOST_NOTES = 1000
_DEPTH = 12
_REPEATED = 2

_PHYSICAL = ("bool", "int32", "int64", "int96", "float", "double", "binary", "fixed binary")
_CONVERTED = (
    "string", "map", "map", "list", "enum", "decimal", "date", "time", "time", "timestamp", "timestamp",
    "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "json", "bson", "interval",
)  # fmt: skip
_LOGICAL = {
    1: "string", 2: "map", 3: "list", 4: "enum", 5: "decimal", 6: "date", 7: "time", 8: "timestamp",
    11: "null", 12: "json", 13: "bson", 14: "uuid", 15: "half", 16: "variant", 17: "geometry",
    18: "geography",
}  # fmt: skip


class Column(msgspec.Struct, frozen=True):
    """A column of the table, with its type in short words: ``string``, ``list<int64>``."""

    name: str
    type: str


class Footer(msgspec.Struct, frozen=True, kw_only=True):
    """What the footer says. ``notes`` are key-value pairs of the writer; ``start`` is where it begins.

    ``problem`` says why not all of it was read.
    """

    rows: int
    columns: tuple[Column, ...]
    row_groups: int
    created_by: str
    notes: tuple[tuple[str, str], ...]
    start: int
    length: int
    problem: str = ""


class _Element(msgspec.Struct):
    """A node of the schema, which is written in preorder."""

    name: str = ""
    physical: int = -1
    repetition: int = 0
    children: int = 0
    converted: int = -1
    logical: str = ""


def footer_of(view: memoryview, budget: Budget) -> Footer:
    """Read the footer. Raises ``ReadError`` if there is none, or it is not what it promises."""
    if len(view) < 12:
        raise ReadError("too short for a Parquet file")
    tail = bytes(view[-8:])
    if tail[4:] == _ENCRYPTED:
        raise ReadError("the footer of this Parquet file is encrypted")
    if tail[4:] != MAGIC:
        raise ReadError("the footer of this Parquet file is missing: it was cut short")
    length = int.from_bytes(tail[:4], "little")
    if not 0 < length <= min(len(view) - 12, _MOST_FOOTER):
        raise ReadError(f"a Parquet footer of {length:,} bytes does not fit")
    start = len(view) - 8 - length
    return _footer(Compact(view[start : start + length], budget), start, length)


def _footer(compact: Compact, start: int, length: int) -> Footer:
    rows, groups, created_by, problem = -1, 0, "", ""
    elements: list[_Element] = []
    notes: list[tuple[str, str]] = []
    try:
        for number, kind in compact.fields():
            if (number, kind) == (2, LIST):
                elements = _elements(compact)
            elif (number, kind) == (3, I64):
                rows = compact.number()
            elif (number, kind) == (4, LIST):
                groups, inner = compact.elements()
                for _ in range(groups):
                    compact.skip(inner)
            elif (number, kind) == (5, LIST):
                notes = _notes(compact)
            elif (number, kind) == (6, BINARY):
                created_by = compact.text()
            else:
                compact.skip(kind)
    except ReadError as error:
        if rows < 0 or not elements:
            raise
        problem = error.message  # rows and columns come first, and are worth having
    if rows < 0 or not elements:
        raise ReadError("the Parquet footer says no rows or no columns")
    return Footer(
        rows=rows,
        columns=tuple(_columns(elements)),
        row_groups=groups,
        created_by=created_by[:200],
        notes=tuple(notes),
        start=start,
        length=length,
        problem=problem,
    )


def _elements(compact: Compact) -> list[_Element]:
    count, inner = compact.elements()
    if inner != STRUCT or count > _MOST_COLUMNS:
        raise ReadError(f"a Parquet schema of {count:,} elements is not read")
    return [_element(compact) for _ in range(count)]


def _element(compact: Compact) -> _Element:
    made = _Element()
    for number, kind in compact.fields():
        if kind == I32 and number in (1, 3, 5, 6):
            value = compact.number()
            match number:
                case 1:
                    made.physical = value
                case 3:
                    made.repetition = value
                case 5:
                    made.children = value
                case _:
                    made.converted = value
        elif (number, kind) == (4, BINARY):
            made.name = compact.text()[:200]
        elif (number, kind) == (10, STRUCT):
            for which, inner in compact.fields():
                made.logical = _LOGICAL.get(which, "") or made.logical
                compact.skip(inner)
        else:
            compact.skip(kind)
    return made


def _notes(compact: Compact) -> list[tuple[str, str]]:
    count, inner = compact.elements()
    if inner != STRUCT or count > _MOST_NOTES:
        raise ReadError(f"{count:,} notes of a Parquet writer are not read")
    notes = []
    for _ in range(count):
        key = value = ""
        for number, kind in compact.fields():
            if kind == BINARY and number in (1, 2):
                text = compact.text()
                key, value = (text, value) if number == 1 else (key, text)
            else:
                compact.skip(kind)
        notes.append((key, value))
    return notes


def _columns(elements: list[_Element]) -> list[Column]:
    at, columns = 1, []
    for _ in range(elements[0].children):
        if at >= len(elements):
            break
        name = elements[at].name
        at, word = _typed(elements, at, 0)
        columns.append(Column(name, word[:200]))
    return columns


def _typed(elements: list[_Element], at: int, depth: int) -> tuple[int, str]:
    """Word the type of a node and give the place after its descendants."""
    element = elements[at]
    at += 1
    if not element.children:
        return at, _repeated(element, _leaf(element))
    if depth > _DEPTH:
        raise ReadError("a Parquet schema nested too deep")
    inner: list[tuple[str, str]] = []
    for _ in range(element.children):
        if at >= len(elements):
            raise ReadError("a Parquet schema whose children are missing")
        name = elements[at].name
        at, word = _typed(elements, at, depth + 1)
        inner.append((name, word))
    group = element.logical or (_CONVERTED[element.converted] if 0 <= element.converted < 22 else "")
    if group == "list" and len(inner) == 1:
        return at, _repeated(element, f"list<{_inside(inner[0][1])}>")
    if group == "map" and len(inner) == 1:
        return at, _repeated(element, inner[0][1].replace("list<struct<", "map<", 1).removesuffix(">"))
    members = ", ".join(f"{name}: {word}" for name, word in inner[:50])
    return at, _repeated(element, f"struct<{members}>")


def _inside(word: str) -> str:
    """Take away the layers that a list wraps its element in."""
    if word.startswith("list<struct<") and word.endswith(">>"):
        member = word[len("list<struct<") : -2]
        name, colon, rest = member.partition(": ")
        if colon and name in ("element", "item", "array", "list"):
            return rest
    return word.removeprefix("list<").removesuffix(">") if word.startswith("list<") else word


def _repeated(element: _Element, word: str) -> str:
    return f"list<{word}>" if element.repetition == _REPEATED else word


def _leaf(element: _Element) -> str:
    if element.logical:
        return element.logical
    if 0 <= element.converted < len(_CONVERTED):
        return _CONVERTED[element.converted]
    return _PHYSICAL[element.physical] if 0 <= element.physical < len(_PHYSICAL) else "unknown"
