"""Markdown as people write it, cut into blocks: headings, paragraphs, list items, tables, code.

No renderer: comments are left out, code is kept apart, HTML counts where cards use it (headings, tables).
One pass over the lines, each of which is looked at by patterns that never go back over it.
Sources: CommonMark 0.31, GitHub Flavored Markdown (tables).
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.budget import Budget

_LONGEST_LINE = 20_000
_LONGEST_CODE = 64_000
_LONGEST_TEXT = 40_000
_MOST_CELLS = 64
_MOST_ROWS = 5_000
BOLD = 7  # the level of a line in bold letters that stands for a heading


class Heading(msgspec.Struct, frozen=True):
    """A heading, of level 1 to 6, or ``BOLD``."""

    text: str
    level: int
    line: int


class Paragraph(msgspec.Struct, frozen=True):
    """Running text, with its line breaks and inline marks."""

    text: str
    line: int


class Item(msgspec.Struct, frozen=True):
    """An entry of a list, with the depth of its indentation."""

    text: str
    indent: int
    line: int


class Table(msgspec.Struct, frozen=True):
    """A table; the first row is its header. ``lines`` are those of the rows."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


class Code(msgspec.Struct, frozen=True):
    """A block of code, and the language that it says it is in."""

    text: str
    language: str
    line: int


Block = Heading | Paragraph | Item | Table | Code


class _Line(msgspec.Struct, frozen=True):
    """A line without comments; or a whole block of code."""

    text: str
    number: int
    code: Code | None = None


def blocks_of(text: str, budget: Budget, first_line: int = 1) -> Iterator[Block]:
    """Yield the blocks of a text in order. ``first_line`` is the number of its first line in the file."""
    lines = list(_lines(text, budget, first_line))
    at = 0
    state = _State()
    while at < len(lines):
        budget.spend_operations()
        line = lines[at]
        if line.code is not None:
            yield from state.ended()
            yield line.code
            at += 1
            continue
        stripped = _unquoted(line.text).strip()
        if _is_table_start(lines, at):
            yield from state.ended()
            table, at = _table(lines, at)
            yield table
            continue
        if _starts_html_table(stripped):
            yield from state.ended()
            found, at = _html_table(lines, at)
            yield from found
            continue
        if state.is_code(line.text):
            at += 1
            continue
        heading, used = _heading(lines, at, stripped, state)
        if heading is not None:
            yield from state.ended()
            yield heading
            at += used
            continue
        yield from state.take(line, stripped)
        at += 1
    yield from state.ended()


class _State:
    """The paragraph or list item that lines are being added to."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.size = 0
        self.line = 0
        self.indent = -1  # of a list item; -1 for a paragraph
        self.was_item = False  # an indented line behind an item belongs to the list, it is no code

    def ended(self) -> Iterator[Block]:
        """Yield what was held."""
        text = "\n".join(self.held).strip()
        if text:
            yield Paragraph(text, self.line) if self.indent < 0 else Item(text, self.indent, self.line)
        self.held, self.size, self.indent = [], 0, -1

    def is_code(self, text: str) -> bool:
        """Say whether a line is code by its indentation: nothing is held, and no list is near."""
        return text.startswith(("    ", "\t")) and not self.held and not self.was_item and bool(text.strip())

    def take(self, line: _Line, stripped: str) -> Iterator[Block]:
        """Add a line to what is held, or begin anew."""
        if not stripped or _is_rule(stripped):
            yield from self.ended()
            return
        item = _item().match(line.text)
        if item is not None:
            yield from self.ended()
            self.indent, self.line, self.was_item = len(item[1].expandtabs(4)), line.number, True
            self.held, self.size = [line.text[item.end() :].strip()], len(line.text)
            return
        if not self.held:
            self.was_item = self.was_item and line.text.startswith((" ", "\t"))
            self.line = line.number
        if self.size < _LONGEST_TEXT:
            self.held.append(stripped)
            self.size += len(stripped)


def _lines(text: str, budget: Budget, first_line: int) -> Iterator[_Line]:
    """Yield lines without comments, scripts and styles; fenced code as one."""
    fence, language, start = "", "", 0
    code: list[str] = []
    size = 0
    until = ""  # what ends a comment or script
    for number, whole in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), first_line):
        budget.spend_operations(len(whole) // 64 + 1)
        line = whole[:_LONGEST_LINE]
        bare = line.strip().lstrip("> ")
        if fence:
            if bare.startswith(fence) and not bare.strip(fence[0]):
                yield _Line("", start, Code("\n".join(code), language, start))
                fence, code, size = "", [], 0
            elif size < _LONGEST_CODE:
                code.append(line)
                size += len(line)
            continue
        if not until and (opening := _fence().match(bare)) is not None:
            fence, language, start = opening[1], opening[2].strip("{}. ").lower(), number
            continue
        line, until = _without_comments(line, until)
        yield _Line(line, number)
    if fence:
        yield _Line("", start, Code("\n".join(code), language, start))


def _without_comments(line: str, until: str) -> tuple[str, str]:
    """Cut comments, scripts, styles and preformatted text out of a line."""
    kept: list[str] = []
    while line:
        if until:
            end = line.lower().find(until)
            if end < 0:
                return " ".join(kept), until
            line, until = line[end + len(until) :], ""
            continue
        opening = _hidden().search(line)
        if opening is None:
            kept.append(line)
            break
        kept.append(line[: opening.start()])
        pinned = _pinned().match(line, opening.start())
        if pinned is not None:  # what sentence-transformers writes behind the name of the base
            kept.append(f"(revision {pinned[1]})")
        word = opening[1].lower()
        until = "-->" if word == "!--" else f"</{word}>"
        line = line[opening.end() :]
        if len(kept) > 200:
            break
    return "".join(kept), until


def _heading(lines: list[_Line], at: int, stripped: str, state: _State) -> tuple[Heading | None, int]:
    """Recognise a heading of any style; say how many lines it takes."""
    number = lines[at].number
    if (found := _atx().match(stripped)) is not None:
        return Heading(found[2].strip().rstrip("#").strip(), len(found[1]), number), 1
    if (found := _html_heading().match(stripped)) is not None:
        return _html_title(lines, at, found[1])
    if (found := _bold_line().match(stripped)) is not None and not state.held:
        return Heading(found[1].strip().rstrip(":").strip(), BOLD, number), 1
    if stripped and not state.held and len(stripped) <= 200 and at + 1 < len(lines):
        under = _unquoted(lines[at + 1].text).strip() if lines[at + 1].code is None else ""
        if len(under) >= 2 and not under.strip("=") and not _is_rule(stripped):
            return Heading(stripped, 1, number), 2
        if (
            len(under) >= 2
            and not under.strip("-")
            and not _is_rule(stripped)
            and not _item().match(stripped)
        ):
            return Heading(stripped, 2, number), 2
    return None, 0


def _html_title(lines: list[_Line], at: int, level: str) -> tuple[Heading, int]:
    """Gather an HTML heading over at most six lines."""
    held: list[str] = []
    used = 0
    for line in lines[at : at + 6]:
        used += 1
        held.append(line.text)
        if f"</h{level}" in line.text.lower():
            break
    text = " ".join(" ".join(held).split())[:1000]
    return Heading(text, int(level), lines[at].number), used


def _is_table_start(lines: list[_Line], at: int) -> bool:
    if at + 1 >= len(lines) or "|" not in lines[at].text or lines[at + 1].code is not None:
        return False
    under = lines[at + 1].text.strip()
    return "-" in under and not under.strip("|:- \t>") and ("|" in under)


def _table(lines: list[_Line], at: int) -> tuple[Table, int]:
    rows, numbers = [_cells(lines[at].text)], [lines[at].number]
    at += 2
    while at < len(lines) and lines[at].code is None and "|" in lines[at].text:
        if len(rows) < _MOST_ROWS:
            rows.append(_cells(lines[at].text))
            numbers.append(lines[at].number)
        at += 1
    return Table(tuple(rows), tuple(numbers)), at


def _cells(line: str) -> tuple[str, ...]:
    inner = _unquoted(line).strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    cells = inner.replace("\\|", "\0").split("|")[:_MOST_CELLS]
    return tuple(cell.replace("\0", "|").strip() for cell in cells)


def _starts_html_table(stripped: str) -> bool:
    return stripped[:6].lower() in ("<table", "<thead", "<tbody") or stripped[:3].lower() == "<tr"


def _html_table(lines: list[_Line], at: int) -> tuple[list[Table], int]:
    """Read an HTML table up to its end: a row for each ``tr``, a cell for each ``td`` or ``th``."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    while at < len(lines) and lines[at].code is None:
        line = lines[at]
        at += 1
        for piece in _row_pieces().split(line.text):
            tag = piece[:4].lower()
            if tag[:3] == "<tr" and len(rows) < _MOST_ROWS:
                rows.append([])
                numbers.append(line.number)
            elif tag[:3] in ("<td", "<th") and tag != "<the" and rows and len(rows[-1]) < _MOST_CELLS:
                rows[-1].append(piece.partition(">")[2].strip())
            elif piece.strip() and not piece.startswith("<") and rows and rows[-1]:
                rows[-1][-1] = f"{rows[-1][-1]} {piece.strip()}"[:2000]
        if "</table" in line.text.lower():
            break
    kept = [(tuple(row), number) for row, number in zip(rows, numbers, strict=True) if row]
    table = Table(tuple(row for row, _ in kept), tuple(number for _, number in kept))
    return ([table] if kept else []), at


def _unquoted(line: str) -> str:
    """Take the marks of a quotation away."""
    while line.lstrip().startswith(">"):
        line = line.lstrip()[1:]
    return line


def _is_rule(stripped: str) -> bool:
    bare = stripped.replace(" ", "")
    return len(bare) >= 3 and bare[0] in "-*_=" and not bare.strip(bare[0])


@cache
def _fence() -> Pattern[str]:
    import re

    return re.compile(r"(`{3,}|~{3,})\s*([^`\s]{0,40})[^`]*$")


@cache
def _hidden() -> Pattern[str]:
    import re

    return re.compile(r"<(!--|(?:script|style|pre)(?=[\s>]))", re.IGNORECASE)


@cache
def _pinned() -> Pattern[str]:
    import re

    return re.compile(r"<!-- at revision ([0-9a-f]{40}) -->")


@cache
def _atx() -> Pattern[str]:
    import re

    return re.compile(r"(#{1,6})(?:\s+|(?<=##)(?=[^\W\d_]))(.+)$")


@cache
def _html_heading() -> Pattern[str]:
    import re

    return re.compile(r"(?:<(?:div|center|p)[^<>]{0,200}>\s*)?<h([1-6])\b", re.IGNORECASE)


@cache
def _bold_line() -> Pattern[str]:
    import re

    return re.compile(r"(?:\*\*|__)([^*_\n]{2,80})(?:\*\*|__):?\s*$")


@cache
def _item() -> Pattern[str]:
    import re

    return re.compile(r"(\s{0,40})(?:[-*+•]|\d{1,4}[.)])\s+(?=\S)")


@cache
def _row_pieces() -> Pattern[str]:
    import re

    return re.compile(r"(?=<(?:tr|td|th|/tr|/td|/th|/table)\b)", re.IGNORECASE)
