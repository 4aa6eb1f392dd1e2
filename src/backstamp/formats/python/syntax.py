"""Text to a syntax tree within bounds, with older and newer dialects brought to the running parser's.

1. The tree of a hostile text may be a hundred times its size: punctuation, which makes nodes, is counted
first.
2. Brackets are counted: nesting beyond what the interpreter's tokenizer takes is refused early.
3. Python 2 statements (``print x``, ``except E, e``, ``exec s``) and newer ones (type parameters) are
   rewritten line by line, so that the code is still read; lines keep their numbers.
"""

import ast
import re
import warnings
from functools import cache

from backstamp.core.errors import ReadError

MOST_MARKS = 600_000
MOST_NESTED = 200
_KEPT = bytes(range(256)).translate(None, b"()[]{}")
_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \t\r\n\"'#-"


def tree_of(text: str) -> ast.Module:
    """Parse a module. Raises ``ReadError`` if it is no Python or too large or too deep to parse."""
    _check(text)
    try:
        return _parsed(text)
    except ReadError:
        repaired = _repaired(text)
        if repaired == text:
            raise
        return _parsed(repaired)


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ReadError(f"not Python of a known version: line {error.lineno or 0}") from error
    except (RecursionError, MemoryError) as error:
        raise ReadError("nested too deeply to parse") from error
    except ValueError as error:
        raise ReadError("not Python source") from error


def _check(text: str) -> None:
    data = text.encode("utf-8", "replace")
    if len(data) > MOST_MARKS and len(data.translate(None, _WORDS)) > MOST_MARKS:
        raise ReadError(f"more than {MOST_MARKS:,} punctuation marks")
    depth = deepest = 0
    for mark in data.translate(None, _KEPT):
        if mark in b"([{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    if deepest > MOST_NESTED * 20:  # brackets in texts count too, so only the absurd is refused here
        raise ReadError("brackets nested too deeply")


def _repaired(text: str) -> str:
    for pattern, by in _repairs():
        text = pattern.sub(by, text)
    return text.expandtabs(8)


@cache
def _repairs() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = re.MULTILINE
    return (
        (re.compile(r"^([ \t]*(?:[^\n#'\"]*[:;] *)?)print +>> *[^\n,]+, *([^\n]*)$", lines), r"\1print(\2)"),
        (re.compile(r"^([ \t]*(?:[^\n#'\"]*[:;] *)?)print +([^\n(=][^\n]*?),? *$", lines), r"\1print(\2)"),
        (re.compile(r"^([ \t]*(?:[^\n#'\"]*[:;] *)?)print *\([^\n]*\) *%[^\n]*$", lines), r"\1pass"),
        (re.compile(r"^([ \t]*)print *$", lines), r"\1print()"),
        (re.compile(r"^([ \t]*)except +([\w.]+|\([^\n)]*\)) *, *(\w+) *:", lines), r"\1except \2 as \3:"),
        (re.compile(r"^([ \t]*)exec +([^\n(][^\n]*?) +in +([^\n]+)$", lines), r"\1exec(\2)"),
        (re.compile(r"^([ \t]*)exec +([^\n(][^\n]*)$", lines), r"\1exec(\2)"),
        (re.compile(r"^([ \t]*)raise +([\w.]+) *, *([^\n]+)$", lines), r"\1raise \2(\3)"),
        (re.compile(r"\b0([0-7]+)\b(?!\.)"), r"0o\1"),
        (re.compile(r"\b(\d+|0[xX][0-9a-fA-F]+)[lL]\b"), r"\1"),
        (re.compile(r"\b[uU][rR](?=['\"])"), "r"),
        (re.compile(r"<>"), "!="),
        (re.compile(r"^([ \t]*(?:async +)?(?:def|class) +\w+)\[[^\]\n]*\]", lines), r"\1"),
        (re.compile(r"^([ \t]*)type +(\w+)(?:\[[^\]\n]*\])? *=", lines), r"\1\2 ="),
    )
