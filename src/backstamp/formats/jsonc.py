"""JSON with comments and trailing commas, as editors keep their settings, brought to plain JSON.

Comments become spaces, so that every value keeps its place. Linear: one pass over the words.
"""

from functools import cache
from re import Match, Pattern


def plain_json(text: str) -> str:
    """Replace comments and trailing commas by spaces."""
    if "//" not in text and "/*" not in text and not _trailing().search(text):
        return text
    return _trailing().sub(_without_comma, _comments().sub(_blank, text))


def _blank(found: Match[str]) -> str:
    word = found[0]
    return word if word[0] == '"' else "".join("\n" if c == "\n" else " " for c in word)


def _without_comma(found: Match[str]) -> str:
    word = found[0]
    return word if word[0] == '"' else " " + word[1:]


@cache
def _comments() -> Pattern[str]:
    import re

    return re.compile(r'"(?:[^"\\\n]|\\.)*+"|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)')


@cache
def _trailing() -> Pattern[str]:
    import re

    return re.compile(r'"(?:[^"\\\n]|\\.)*+"|,\s*+(?=[}\]])')
