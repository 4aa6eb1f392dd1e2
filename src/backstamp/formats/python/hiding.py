"""Finds text that hides code from human readers.

Sources: CVE-2021-42574 (bidirectional overrides), CVE-2021-42694 (lookalikes), the GlassWorm campaign (runs
of variation
selectors), and code pushed beyond the right edge of a screen (W4SP and its kin).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import msgspec

_OPENING, _CLOSING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"
_MOST = 50


class Hiding(msgspec.Struct, frozen=True):
    """One place where text hides code."""

    kind: str
    line: int
    detail: str


def hidings_in(text: str) -> list[Hiding]:
    """List hidden text, at most fifty places."""
    found: list[Hiding] = []
    for hiding in _all(text):
        found.append(hiding)
        if len(found) >= _MOST:
            break
    return found


def _all(text: str) -> Iterator[Hiding]:
    for match in _off_screen().finditer(text):
        yield Hiding("off-screen", _line(text, match.start()), match[1][:60])
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.isascii():
            continue
        if _is_unbalanced(line) and not _is_last(line):
            bare = re.sub(r"([\"']).*?\1", "", line)
            is_code = "#" in bare or re.search(r"[=(:]|\b(?:if|return|and|or|else)\b", bare)
            yield Hiding(
                "bidi" if is_code else "bidi-data",
                number,
                "a bidirectional override that is not closed on its line",
            )
        run = _invisible().search(line)
        if run is not None:
            yield Hiding("invisible", number, f"{len(run[0])} invisible characters in a row")
        if _styled().search(line):
            for word in _words().findall(line):
                plain = unicodedata.normalize("NFKC", word)
                if not word.isascii() and plain.isascii() and plain in _TELLING:
                    yield Hiding("lookalike", number, plain)


_TELLING = frozenset(
    "exec eval compile open getattr setattr globals locals vars system popen subprocess os sys import "
    "__import__ run call "
    "Popen base64 b64decode builtins socket pickle loads load marshal requests urllib".split()
)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _is_unbalanced(line: str) -> bool:
    depth = 0
    for char in line:
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING and depth:
            depth -= 1
    return depth > 0


def _is_last(line: str) -> bool:
    """Behind the only override stand closing marks and nothing that could be shown in another place."""
    before, _, after = line.rstrip("\"' )],;\r").rpartition(line.rstrip("\"' )],;\r")[-1:])
    return not after and not any(c in _OPENING for c in before) and len(line) - len(before) <= 5


@cache
def _off_screen() -> re.Pattern[str]:
    return re.compile(r"[^\s#\"'][ \t]{100,};[ \t]*([^\n;]*(?:import|exec|eval|\()[^\n]*)")


@cache
def _invisible() -> re.Pattern[str]:
    return re.compile(
        "[\u200b\u200c\u200d\u2060-\u2064\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e01ef\u180e\ufeff]{8,}"
    )


@cache
def _styled() -> re.Pattern[str]:
    return re.compile(
        "[\U0001d400-\U0001d7ff\uff21-\uff5a\u1d2c-\u1d6a\u2090-\u209c\u2100-\u214f\xaa\xba\u02b0-\u02b8\u017f]"
    )


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"\w+")
