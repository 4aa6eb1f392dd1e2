"""JavaScript and TypeScript as a run of tokens: names, texts, marks, without comments and patterns.

Not a parser: enough to see what text stands where in a call. Linear in the size of the text.
Source: ECMA-262, lexical grammar.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

_MOST = 1_000_000
# After these a slash begins a regular expression, not a division.
_BEFORE_PATTERN = frozenset(
    ("(", ",", "=", ":", "[", "!", "&", "|", "?", "{", "}", ";", "return", "=>", "typeof")
)


class Token(msgspec.Struct, frozen=True):
    """A token: ``kind`` is ``name``, ``text`` (of a literal) or ``mark``."""

    kind: str
    text: str
    line: int


def tokens_of(text: str, budget: Budget) -> Iterator[Token]:
    """Yield the tokens of a script. A template with something in it (``${...}``) is a mark, not a text."""
    line, at, before = 1, 0, ";"
    words, pattern = _words(), _pattern()
    count = 0
    while at < len(text):
        found = words.match(text, at)
        if found is None:
            at += 1
            continue
        word = found[0]
        if word == "/" and before in _BEFORE_PATTERN and (regex := pattern.match(text, at)):
            at = regex.end()
            before = "regex"
            continue
        at = found.end()
        count += 1
        if count > _MOST:
            raise ReadError("script of too many words to be read")
        if not count & 1023:
            budget.spend_operations(1024)
        first = word[0]
        if first.isspace() or word.startswith(("//", "/*")):
            line += word.count("\n")
            continue
        if first in "'\"`":
            is_plain = len(word) > 1 and word[-1] == first and not (first == "`" and "${" in word)
            yield Token("text" if is_plain else "mark", _unescaped(word[1:-1]) if is_plain else "`", line)
            line += word.count("\n")
        else:
            yield Token("name" if first.isalpha() or first in "_$" else "mark", word, line)
        before = word


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return text.replace("\\/", "/").replace("\\'", "'").replace('\\"', '"').replace("\\n", "\n")


@cache
def _words() -> Pattern[str]:
    import re

    return re.compile(
        r"\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
        r"|'(?:[^'\\\n]|\\[\s\S])*+'?|\"(?:[^\"\\\n]|\\[\s\S])*+\"?|`(?:[^`\\]|\\[\s\S])*+`?"
        r"|[A-Za-z_$][\w$]*+|\d[\w.]*+|=>|\?\?|\|\||&&|."
    )


@cache
def _pattern() -> Pattern[str]:
    import re

    return re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[a-z]*")
