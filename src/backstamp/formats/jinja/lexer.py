r"""Takes templates apart into words, as Jinja2 3.1 does with its usual delimiters.

Strings are decoded, so that ``"\\x5f\\x5fclass\\x5f\\x5f"`` is what it says.
"""

from collections.abc import Generator, Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

DATA, BLOCK, BLOCK_END, OUTPUT, OUTPUT_END = "data", "{%", "%}", "{{", "}}"
NAME, STRING, INTEGER, FLOAT, OPERATOR = "name", "string", "integer", "float", "operator"
_OPENERS = "([{"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_RAW_END = "endraw"


class Token(msgspec.Struct, frozen=True):
    """A word of a template: ``text`` is decoded for strings, verbatim for the rest."""

    kind: str
    text: str
    line: int


def tokens_of(text: str, budget: Budget) -> Iterator[Token]:
    """Yield the words of a template. Raises ``ReadError`` where it breaks, after what came before."""
    at, line = 0, 1
    while at < len(text):
        budget.spend_operations()
        found = _opener().search(text, at)
        end = found.start() if found else len(text)
        if end > at:
            yield Token(DATA, text[at:end], line)
            line += text.count("\n", at, end)
        if not found:
            return
        mark = found.group()
        if mark == "{#":
            close = text.find("#}", end + 2)
            if close < 0:
                raise ReadError(f"line {line}: comment without an end")
            line += text.count("\n", end, close)
            at = close + 2
            continue
        raw = _raw().match(text, end) if mark == "{%" else None
        if raw:
            after = _raw_end().search(text, raw.end())
            if not after:
                raise ReadError(f"line {line}: raw without an end")
            yield Token(DATA, text[raw.end() : after.start()], line)
            line += text.count("\n", end, after.end())
            at = after.end()
            continue
        yield Token(mark, mark, line)
        at = end + 2
        if text[at : at + 1] in ("-", "+"):
            at += 1
        at, line = yield from _inside(text, at, line, mark, budget)


def _inside(
    text: str, at: int, line: int, mark: str, budget: Budget
) -> Generator[Token, None, tuple[int, int]]:
    """Yield the words between two delimiters and return the place behind them."""
    close = "%}" if mark == "{%" else "}}"
    depth: list[str] = []
    word = _word()
    while True:
        budget.spend_operations()
        if not depth:
            end = 1 if text.startswith(("-" + close, "+" + close), at) else 0
            if text.startswith(close, at + end):
                yield Token(close, close, line)
                return at + end + 2, line
        found = word.match(text, at)
        if not found or found.end() == at:
            raise ReadError(
                f"line {line}: unexpected {text[at : at + 10]!r}" if at < len(text) else "tag without an end"
            )
        kind, value = found.lastgroup or "", found.group()
        at = found.end()
        if kind == "space":
            line += value.count("\n")
            continue
        if kind == STRING:
            yield Token(STRING, _decoded(value, line), line)
            line += value.count("\n")
            continue
        if kind == OPERATOR:
            if value in _OPENERS:
                depth.append(value)
            elif value in _PAIRS and (not depth or depth.pop() != _PAIRS[value]):
                raise ReadError(f"line {line}: unexpected {value!r}")
        yield Token(kind, value, line)


def _decoded(literal: str, line: int) -> str:
    body = literal[1:-1]
    if "\\" not in body:
        return body
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unknown escapes stay as they are, as in the original
            return body.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeDecodeError as error:
        raise ReadError(f"line {line}: bad escape in a string") from error


@cache
def _opener() -> Pattern[str]:
    import re

    return re.compile(r"\{[%{#]")


@cache
def _raw() -> Pattern[str]:
    import re

    return re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}")


@cache
def _raw_end() -> Pattern[str]:
    import re

    return re.compile(r"\{%[-+]?\s*" + _RAW_END + r"\s*[-+]?%\}")


@cache
def _word() -> Pattern[str]:
    import re

    return re.compile(
        r"(?P<space>\s+)"
        r"|(?P<float>(?<!\.)\d+(?:_\d+)*(?:\.\d+(?:_\d+)*(?:[eE][+-]?\d+)?|[eE][+-]?\d+))"
        r"|(?P<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|\d+(?:_\d+)*)"
        r"|(?P<name>[^\W\d]\w*)"
        r"|(?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\")"
        r"|(?P<operator>//|\*\*|==|!=|>=|<=|[-+*/%~\[\](){}<>=.:|,;])",
        re.DOTALL,
    )
