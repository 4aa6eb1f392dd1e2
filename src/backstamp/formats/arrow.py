"""Arrow IPC files and streams (Feather 2, caches of ``datasets``): columns and rows; no data is read.

Source: Apache Arrow columnar format, "Serialization and Interprocess Communication"; ``Schema.fbs``,
``Message.fbs``, ``File.fbs``.
"""

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.flatbuffers import Flat
from backstamp.formats.parquet import Column

MAGIC = b"ARROW1"
_CONTINUATION = b"\xff\xff\xff\xff"
_SCHEMA, _BATCH = 1, 3
_BLOCK = 24
_DEPTH = 4  # offsets can share children: breadth and depth bound what is said of a type
_BREADTH = 12
_MOST_COLUMNS = 100_000
_MOST_NOTES = 1000

_PLAIN = {
    1: "null", 4: "binary", 5: "string", 6: "bool", 7: "decimal", 8: "date", 9: "time", 10: "timestamp",
    11: "interval", 12: "list", 13: "struct", 14: "union", 15: "fixed binary", 16: "list", 17: "map",
    18: "duration", 19: "binary", 20: "string", 21: "list", 22: "run-end encoded", 23: "binary", 24: "string",
    25: "list", 26: "list",
}  # fmt: skip
_FLOATS = ("half", "float", "double")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """An Arrow table. ``notes`` are key-value pairs of the schema; ``problem`` says what was not read."""

    form: str  # "file" or "stream"
    rows: int
    columns: tuple[Column, ...]
    batches: int
    notes: tuple[tuple[str, str], ...]
    problem: str = ""


def table_of(view: memoryview, budget: Budget) -> Table:
    """Read the schema and count the rows. Raises ``ReadError`` if it is neither a file nor a stream."""
    if bytes(view[:6]) == MAGIC:
        return _file(view, budget)
    if bytes(view[:4]) == _CONTINUATION:
        return _stream(view, 0, budget, "stream")
    raise ReadError("neither an Arrow file nor an Arrow stream")


def _file(view: memoryview, budget: Budget) -> Table:
    if bytes(view[-6:]) != MAGIC or len(view) < 24:
        # A file is a stream between magic words: what is there of one that was cut can be read.
        return _stream(view, 8, budget, "file")
    length = int.from_bytes(view[-10:-6], "little")
    if not 8 <= length <= len(view) - 18:
        raise ReadError(f"an Arrow footer of {length:,} bytes does not fit")
    flat = Flat(view[len(view) - 10 - length : len(view) - 10], budget)
    root = flat.number(0)
    schema = flat.follow(root, 1)
    if not schema:
        raise ReadError("an Arrow footer without a schema")
    start, count = flat.vector(root, 3, _BLOCK)
    rows, problem = 0, ""
    try:
        for at in range(start, start + count * _BLOCK, _BLOCK):
            rows += _message(view, flat.number(at, 8), budget)[1]
    except ReadError as error:
        rows, problem = -1, error.message
    return Table(
        form="file",
        rows=rows,
        columns=_columns(flat, schema),
        batches=count,
        notes=_notes(flat, schema),
        problem=problem,
    )


def _stream(view: memoryview, at: int, budget: Budget, form: str) -> Table:
    columns: tuple[Column, ...] | None = None
    notes: tuple[tuple[str, str], ...] = ()
    rows = batches = 0
    problem = ""
    while at + 8 <= len(view):
        length = int.from_bytes(view[at + 4 : at + 8], "little")
        if bytes(view[at : at + 4]) != _CONTINUATION or not length:
            break
        try:
            kind, count, end = _message(view, at, budget)
        except ReadError as error:
            if columns is None:
                raise
            problem = error.message
            break
        if kind == _SCHEMA and columns is None:
            flat = Flat(view[at + 8 : at + 8 + length], budget)
            header = flat.follow(flat.number(0), 2)
            columns, notes = _columns(flat, header), _notes(flat, header)
        elif kind == _BATCH:
            rows, batches = rows + count, batches + 1
        at = end
        if at > len(view):
            problem = "the last batch of this Arrow stream is cut short"
            break
    if columns is None:
        raise ReadError("an Arrow stream without a schema")
    if form == "file" and not problem:
        problem = "the footer of this Arrow file is missing: it was cut short"
    return Table(form=form, rows=rows, columns=columns, batches=batches, notes=notes, problem=problem)


def _message(view: memoryview, at: int, budget: Budget) -> tuple[int, int, int]:
    """Kind and rows of the message at a place, and where the next one begins."""
    budget.spend_operations()
    if not 0 <= at <= len(view) - 8 or bytes(view[at : at + 4]) != _CONTINUATION:
        raise ReadError(f"no Arrow message at byte {at}")
    length = int.from_bytes(view[at + 4 : at + 8], "little")
    if not 8 <= length <= len(view) - at - 8:
        raise ReadError(f"the Arrow message at byte {at} is cut short")
    flat = Flat(view[at + 8 : at + 8 + length], budget)
    root = flat.number(0)
    kind = flat.scalar(root, 1, 1)
    header = flat.follow(root, 2)
    rows = flat.scalar(header, 0, 8) if kind == _BATCH and header else 0
    body = flat.scalar(root, 3, 8)
    return kind, rows, at + 8 + length + (body + 7) // 8 * 8


def _columns(flat: Flat, schema: int) -> tuple[Column, ...]:
    columns = []
    for field in flat.tables(schema, 1):
        columns.append(Column(flat.text(field, 0)[:200], _typed(flat, field, 0)[:200]))
        if len(columns) > _MOST_COLUMNS:
            raise ReadError("an Arrow schema with too many columns")
    return tuple(columns)


def _typed(flat: Flat, field: int, depth: int) -> str:
    kind = flat.scalar(field, 2, 1)
    inner = flat.follow(field, 3)
    if kind == 2:
        sign = "" if inner and flat.scalar(inner, 1, 1) else "u"
        return f"{sign}int{flat.scalar(inner, 0) if inner else 0}"
    if kind == 3:
        precision = flat.scalar(inner, 0, 2) if inner else 0
        return _FLOATS[precision] if precision < len(_FLOATS) else "float"
    word = _PLAIN.get(kind, "unknown")
    if word not in ("list", "struct", "map") or depth >= _DEPTH:
        return word
    children = []
    for child in flat.tables(field, 5):
        children.append((flat.text(child, 0)[:80], _typed(flat, child, depth + 1)[:200]))
        if len(children) >= _BREADTH:
            break
    if word == "struct":
        return f"struct<{', '.join(f'{name}: {kind}' for name, kind in children)}>"
    if word == "map":
        return children[0][1].replace("struct<", "map<", 1) if children else word
    return f"list<{children[0][1]}>" if children else word


def _notes(flat: Flat, schema: int) -> tuple[tuple[str, str], ...]:
    notes = []
    for pair in flat.tables(schema, 2):
        start, count = flat.vector(pair, 1, 1)
        value = bytes(flat.view[start : start + count]).decode("utf-8", "replace")
        notes.append((flat.text(pair, 0), value))
        if len(notes) > _MOST_NOTES:
            break
    return tuple(notes)
