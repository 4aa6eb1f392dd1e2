"""TOML for hostile documents: bounded in size and depth, with the line of every value.

The standard library's parser makes the tree; a scan over the words before it counts brackets, since the
parser
nests calls as deep as the text nests brackets, and notes where each key stands. Source: TOML 1.0.0.
"""

from functools import cache
from re import Pattern

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, escaped, nearest

MOST_BYTES = 16 * MIB
_MOST_DEPTH = 60
_MOST_PARTS = 40  # of a dotted key
_MOST_WORDS = 3_000_000


class Toml:
    """A document: its tree, and the lines of its values by JSON pointer."""

    __slots__ = ("lines", "tree")

    def __init__(self, tree: Tree, lines: dict[str, int]) -> None:
        self.tree = tree
        self.lines = lines

    def line(self, pointer: str) -> int:
        """Give the line of a value, or of the nearest value around it whose line is known."""
        return nearest(self.lines, pointer)


def toml_of(text: str, budget: Budget) -> Toml:
    """Read a document. Raises ``ReadError`` if it is not TOML, is too large or too deep."""
    if len(text) > MOST_BYTES:
        raise ReadError(f"TOML of {len(text):,} characters is too large")
    lines = _Lines(text, budget).lines
    import tomllib

    try:
        tree: Tree = tomllib.loads(text, parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ReadError(f"not valid TOML: {str(error)[:200] or 'nested too deep'}") from error
    return Toml(tree, lines)


class _Lines:
    """Finds the line of every key, table and array element, by JSON pointer."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.lines: dict[str, int] = {"": 1}
        self.counts: dict[str, int] = {}
        self.table = ""
        self.stack: list[list[str | int]] = []  # open arrays and inline tables: pointer, index or -1
        self.key: list[str] = []
        self.state = "start"  # start, header, key, value
        self.is_list = False
        line = 1
        for count, found in enumerate(_words().finditer(text)):
            if count > _MOST_WORDS:
                raise ReadError("TOML of too many words to be read")
            if not count & 1023:
                budget.spend_operations(1024)
            word = found[0]
            if word == "\n":
                line += 1
                if not self.stack and self.state != "header":
                    self.state, self.key = "start", []
            elif word[0] != "#":
                self._word(word, line)
                line += word.count("\n")

    def _word(self, word: str, line: int) -> None:
        word = "[[" if word.endswith("[[") else word
        if self.state == "header":
            self._header(word, line)
        elif self.state == "value":
            self._value(word, line)
        elif self.state == "start" and word in ("[", "[["):
            self.state, self.key, self.is_list = "header", [], word == "[["
        elif word == "=":
            self._note(self._here(), line)
            self.state = "value"
        elif word in ("}", "]", "]]") and self.stack:
            self._close(len(word))
        elif word not in (",", "{"):
            self.state = "key"
            self._part(word)

    def _header(self, word: str, line: int) -> None:
        if word not in ("]", "]]"):
            self._part(word)
            return
        pointer = ""
        for at, part in enumerate(self.key):
            pointer += "/" + escaped(part)
            if self.is_list and at == len(self.key) - 1:
                self.counts[pointer] = self.counts.get(pointer, -1) + 1
            if pointer in self.counts:
                pointer += f"/{self.counts[pointer]}"
        self.table, self.key, self.state = pointer, [], "start"
        self._note(pointer, line)

    def _value(self, word: str, line: int) -> None:
        if word in ("[", "[[", "{"):
            for _ in word:
                pointer = self._here()
                self._note(pointer, line)
                self.stack.append([pointer, -1 if word == "{" else 0])
            if len(self.stack) > _MOST_DEPTH:
                raise ReadError(f"TOML nested too deep at line {line}")
            self.key = []
            self.state = "key" if word == "{" else "value"
        elif word in ("]", "]]", "}"):
            self._close(len(word))
        elif word == ",":
            self._next()
        else:
            self._note(self._here(), line)

    def _next(self) -> None:
        if not self.stack:
            return
        top = self.stack[-1]
        self.key = []
        if isinstance(top[1], int) and top[1] >= 0:
            top[1] += 1
            self.state = "value"
        else:
            self.state = "key"

    def _close(self, count: int) -> None:
        for _ in range(count):
            if self.stack:
                self.stack.pop()
        self.state = "value" if self.stack else "key"

    def _part(self, word: str) -> None:
        parts = [word[1:-1]] if word[0] in "\"'" else [p for p in word.split(".") if p]
        self.key.extend(parts)
        if len(self.key) > _MOST_PARTS:
            raise ReadError("TOML key of too many parts")

    def _here(self) -> str:
        base = str(self.stack[-1][0]) if self.stack else self.table
        if self.stack and self.stack[-1][1] != -1:
            return f"{base}/{self.stack[-1][1]}"
        return base + "".join("/" + escaped(part) for part in self.key)

    def _note(self, pointer: str, line: int) -> None:
        self.lines.setdefault(pointer, line)


@cache
def _words() -> Pattern[str]:
    import re

    return re.compile(
        r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*+\'{3,5}'
        r'|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'|\#[^\n]*+|\n|(?<![^\n])[ \t]*+\[\[|\]\]|[\[\]{}=,]'
        r"|[A-Za-z0-9_.:+-]+|[^\s]"
    )


def texts_with_lines(toml: Toml, pointer: str, values: Json) -> list[tuple[str, int]]:
    """List the texts of an array with their lines."""
    if not isinstance(values, list):
        return []
    return [
        (value, toml.line(f"{pointer}/{at}")) for at, value in enumerate(values) if isinstance(value, str)
    ]
