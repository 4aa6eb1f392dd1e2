"""Takes notebooks apart: the code of their cells as one module, and their shell lines.

Source: nbformat 3 and 4.
"""

import msgspec

from backstamp.core.errors import ReadError

MOST_BYTES = 32 * 1024 * 1024
_SHELL_CELLS = ("%%bash", "%%sh", "%%script", "%%cmd", "%%system", "%%!")
_OTHER_CELLS = (
    "%%html",
    "%%javascript",
    "%%js",
    "%%latex",
    "%%markdown",
    "%%svg",
    "%%writefile",
    "%%R",
    "%%sql",
    "%%perl",
    "%%ruby",
    "%%file",
)


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    input: str | list[str] = ""


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Document(msgspec.Struct):
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []


class Notebook(msgspec.Struct, frozen=True):
    """Code cells as one module, line by line, and shell commands with the line on which they stand."""

    code: str
    commands: tuple[tuple[int, str], ...]


def notebook_of(data: bytes | memoryview) -> Notebook:
    """Take a notebook apart. Raises ``ReadError`` if it is none."""
    if len(data) > MOST_BYTES:
        raise ReadError("notebook is too large")
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ReadError("not a notebook") from error
    lines: list[str] = []
    commands: list[tuple[int, str]] = []
    for cell in [*document.cells, *(c for sheet in document.worksheets for c in sheet.cells)]:
        if cell.cell_type == "code":
            raw = cell.source or cell.input
            _add_cell("".join(raw) if isinstance(raw, list) else raw, lines, commands)
    return Notebook("\n".join(lines) + "\n", tuple(commands))


def _add_cell(text: str, lines: list[str], commands: list[tuple[int, str]]) -> None:
    rows = text.split("\n")
    first = rows[0].lstrip()
    if first.startswith(_SHELL_CELLS):
        commands.append((len(lines) + 1, "\n".join(rows[1:])))
        lines.extend("" for _ in rows)
    elif first.startswith(_OTHER_CELLS):
        lines.extend("" for _ in rows)
    else:
        for row in rows:
            stripped = row.lstrip()
            indent = row[: len(row) - len(stripped)]
            before, _, command = row.partition("= !") if "= !" in row else ("", "", stripped[1:])
            if stripped.startswith(("!", "%sx ", "%system ", "%%bash")) or before:
                commands.append((len(lines) + 1, command.lstrip("!").strip()))
                lines.append(indent + "pass")
            elif stripped.startswith(("%", "?")) or stripped.rstrip().endswith("?"):
                lines.append(indent + "pass")
            else:
                lines.append(row)
