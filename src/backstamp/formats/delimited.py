"""Tables in text: CSV and TSV as people write them; columns by a sample, rows by counting to the end.

Source: RFC 4180, and what Python's ``csv`` and pandas make of files that do not follow it.

1. A quote opens a field only at its beginning; line ends inside quoted fields are no rows.
2. Counting is linear in the bytes and holds one piece of them; blank lines are no rows.
3. Where a quote is never closed, lines are counted instead, and ``is_sure`` is false.
"""

import csv
from collections.abc import Iterator
from functools import lru_cache
from re import Pattern

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.valuetypes import looks, type_of_cells

_SAMPLE = 256 * 1024
_SAMPLE_ROWS = 200
_PIECE = 4 * MIB
_STEP = 64  # bytes of counting that cost as much as one operation
_MOST_COLUMNS = 10_000
_DELIMITERS = (",", "\t", ";", "|")
_MOST_NAME = 100


class Field(msgspec.Struct, frozen=True):
    """A column: ``looks`` is the share of sampled values that are wholly an address, a number and so on."""

    name: str
    type: str
    looks: dict[str, float]


class Delimited(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    ``rows`` are without the header, below zero if there are too many to count. ``line`` is where the header
    or the first row stands.
    """

    delimiter: str
    encoding: str
    has_header: bool
    fields: tuple[Field, ...]
    rows: int
    is_sure: bool
    line: int = 1


def delimited_of(view: memoryview, name: str, budget: Budget) -> Delimited | None:
    """Read a table; ``None`` if it is empty or no table. Raises ``ReadError`` for lines without an end."""
    encoding = _encoding_of(view)
    text = _sample_of(view, encoding)
    skipped, forced = 0, ""
    lines = text.split("\n", 30)
    if lines[0].strip().lower().startswith("sep=") and len(lines[0].strip()) == 5:
        skipped, forced = 1, lines[0].strip()[4]
    while skipped < len(lines) - 1 and (lines[skipped].startswith("#") or not lines[skipped].strip()):
        if lines[skipped].count("\t") or lines[skipped].count(",") > 1:
            break  # "#id<tab>text" is a header with a mark before it
        skipped += 1
    text = "\n".join(lines[skipped:])
    delimiter = forced or ("\t" if name.endswith((".tsv", ".tab")) else _delimiter_of(text))
    rows = _rows_of(text, delimiter, is_cut=len(view) > _SAMPLE)
    if not rows or max(map(len, rows)) > _MOST_COLUMNS:
        return None
    has_header = _has_header(rows)
    try:
        count, is_sure = _count(view, encoding, delimiter, budget)
    except BudgetExceeded:
        count, is_sure = -1, True
    above = has_header + sum(1 for line in lines[:skipped] if line.strip())
    return Delimited(
        delimiter=delimiter,
        encoding=encoding,
        has_header=has_header,
        fields=tuple(_fields(rows, has_header=has_header)),
        rows=max(0, count - above) if count >= 0 else -1,
        is_sure=is_sure,
        line=skipped + 1,
    )


def _encoding_of(view: memoryview) -> str:
    head = bytes(view[:_SAMPLE])
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head[:64]:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or len(view) <= len(head):
            return "cp1252"
    return "utf-8"


def _sample_of(view: memoryview, encoding: str) -> str:
    raw = bytes(view[:_SAMPLE])
    text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _rows_of(text: str, delimiter: str, *, is_cut: bool, most: int = _SAMPLE_ROWS) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(iter(text.splitlines(keepends=True)), delimiter=delimiter):
            if row and any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > most:
                return rows
    except csv.Error:
        return rows
    return rows[:-1] if is_cut and len(rows) > 1 else rows


def _delimiter_of(text: str) -> str:
    """Choose the delimiter by which most rows have the same number of fields, and more than one."""
    best, chosen = 0.0, ","
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in _rows_of(text, delimiter, is_cut=True, most=50)]
        if not widths:
            continue
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        if common < 2:
            continue
        score = widths.count(common) / len(widths) + min(common, 20) / 100
        if score > best:
            best, chosen = score, delimiter
    return chosen if best or not _is_spaced(text) else " "


def _is_spaced(text: str) -> bool:
    """Say whether blanks divide the columns: only in tables of numbers, since prose has blanks too."""
    rows = _rows_of(text, " ", is_cut=True, most=50)
    if len(rows) < 3 or len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        return False
    cells = [cell for row in rows[1:] for cell in row]
    return sum(type_of_cells([cell]) in ("integer", "number") for cell in cells) * 2 > len(cells)


def _has_header(rows: list[list[str]]) -> bool:
    first, below = rows[0], rows[1:]
    names = [cell.strip() for cell in first]
    filled = [name for name in names if name]
    if _names_numbers(names, below):
        return True
    if len(set(filled)) < len(filled) or len(filled) < len(names) - 1 or not filled:
        return False
    if any(len(name) > _MOST_NAME or "\n" in name for name in names):
        return False
    types = [type_of_cells([name]) for name in filled]
    if all(kind in ("integer", "number", "date", "timestamp") for kind in types):
        return False
    if any(kind in ("number", "date", "timestamp") for kind in types) and len(filled) < 12:
        return False
    if not below:
        return all(" " not in name and name[:1].isalpha() for name in filled)
    seen_below = [{row[at].strip() for row in below if at < len(row)} for at in range(len(names))]
    if any(name and name in seen for name, seen in zip(names, seen_below, strict=True)):
        return False
    if any(type_of_cells(seen) not in ("string", "empty") for seen in seen_below):
        return "integer" not in types or len(filled) > 3
    longest = [max(map(len, seen), default=0) for seen in seen_below]
    return all(len(name) <= 40 and name.count(" ") < 4 for name in filled) and max(longest) > 0


def _names_numbers(names: list[str], below: list[list[str]]) -> bool:
    """Say whether words stand above numbers or dates: then even repeated and empty names are names."""
    typed = ("integer", "number", "date", "timestamp")
    if any(name and (len(name) > _MOST_NAME or type_of_cells([name]) in typed) for name in names):
        return False
    columns = [[row[at] for row in below if at < len(row)] for at in range(len(names))]
    return any(
        name and type_of_cells([name]) == "string" and type_of_cells(cells) in typed
        for name, cells in zip(names, columns, strict=True)
    )


def _fields(rows: list[list[str]], *, has_header: bool) -> Iterator[Field]:
    width = max(map(len, rows)) if not has_header else len(rows[0])
    below = rows[1:] if has_header else rows
    for at in range(width):
        name = rows[0][at].strip() if has_header else ""
        cells = [row[at] for row in below if at < len(row)]
        yield Field(name[:_MOST_NAME] or str(at), type_of_cells(cells), looks(cells))


def _count(view: memoryview, encoding: str, delimiter: str, budget: Budget) -> tuple[int, bool]:
    """Count rows, the header among them; say whether quotes were closed."""
    rows = lines = 0
    quoted = False
    newline = _newline_of(view)
    field, rest = _quoted(delimiter, newline)
    for piece in _pieces(view, encoding, newline):
        budget.spend_operations(len(piece) // _STEP + 1)
        lines += _lines_in(piece, newline)
        outside = piece
        if quoted:
            found = rest.match(piece)
            if found is None or piece[found.end() - 1 : found.end()] != b'"':
                continue  # pieces end with a line end: the field goes on
            outside = b"x" + piece[found.end() :]
        if b'"' in outside:
            outside = field.sub(b"x", outside)
        quoted = not outside.endswith(newline)
        rows += _lines_in(outside, newline)
    if not quoted:
        return rows, True
    return (lines if rows * 2 < lines else rows + 1), False


def _lines_in(piece: bytes, newline: bytes) -> int:
    count = piece.count(newline)
    if newline == b"\n":
        piece = piece.replace(b"\r\n", b"\n") if b"\r\n" in piece else piece
    blank = newline * 2
    while blank in piece:
        shorter = piece.replace(blank, newline)
        count -= len(piece) - len(shorter)
        piece = shorter
    return count - piece.startswith(newline)


def _newline_of(view: memoryview) -> bytes:
    head = bytes(view[:_SAMPLE])
    return b"\r" if b"\r" in head and b"\n" not in head else b"\n"


def _pieces(view: memoryview, encoding: str, newline: bytes) -> Iterator[bytes]:
    """Yield the bytes as UTF-8 or an older eight-bit encoding, in pieces that end with a line end."""
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding.startswith("utf-16") else None
    left = b""
    for at in range(0, len(view), _PIECE):
        raw = bytes(view[at : at + _PIECE])
        piece = left + (decoder.decode(raw).encode("utf-8", "replace") if decoder else raw)
        end = piece.rfind(newline) + 1
        if not end and len(piece) > 2 * _PIECE:
            raise ReadError(f"a line of more than {_PIECE:,} bytes is no row of a table")
        left = piece[end:]
        if end:
            yield piece[:end]
    if left.strip():
        yield left + newline


@lru_cache(maxsize=16)
def _quoted(delimiter: str, newline: bytes) -> tuple[Pattern[bytes], Pattern[bytes]]:
    """Patterns of a quoted field, and of the rest of one; possessive, so that no byte is read twice."""
    import re

    ahead = re.escape(delimiter.encode()) + b"|" + re.escape(newline)
    inside = rb'[^"]*+(?:""[^"]*+)*+(?:"|\Z)'
    return re.compile(rb"(?:\A|(?<=" + ahead + rb'))"' + inside), re.compile(inside)
