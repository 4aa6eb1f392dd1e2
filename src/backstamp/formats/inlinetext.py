"""The inside of Markdown blocks: plain text without its marks, and the links in it. Linear in length."""

from collections.abc import Iterator
from functools import cache
from re import Match, Pattern

import msgspec

from backstamp.core.finding import shown
from backstamp.core.secrets import masked

_MOST = 40_000


class Link(msgspec.Struct, frozen=True):
    """A link: what is written and where it goes."""

    label: str
    url: str


def plain(text: str) -> str:
    """Give a text as it is read: no images, tags, emphasis, addresses of links; white space is single."""
    from html import unescape

    text = _escape().sub(_entity, text[:_MOST])
    text = _image().sub(" ", text)
    text = _linked().sub(_label, text)
    text = _autolink().sub(r"\1", text)
    text = _tag().sub(" ", text)
    text = _emphasis().sub("", text)
    return " ".join(unescape(text).split())


def links_in(text: str) -> Iterator[Link]:
    """Yield the links of a text: Markdown's, HTML's and bare addresses, in order, each address once."""
    text = text[:_MOST]
    seen: set[str] = set()
    for found in _any_link().finditer(_image().sub(" ", text)):
        label, url = (found[1] or "", found[2] or found[3] or found[4] or "")
        url = url.rstrip(".,;:!?*_`'\"").strip("<>")
        if url.startswith(("http://", "https://")) and url not in seen and len(url) <= 1000:
            seen.add(url)
            yield Link(plain(label), url)


def bounded(text: str, most: int = 2000) -> str:
    """Cut a text at the end of a sentence, or of a word, so that it is no longer than allowed."""
    if len(text) <= most:
        return text
    cut = text[:most]
    ends = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "。", "\n"))
    if ends > most // 3:
        return cut[: ends + 1].rstrip()
    return cut[: max(cut.rfind(" "), most - 100)].rstrip() + "…"


def fit(text: str, most: int = 2000) -> str:
    """Make prose fit to be stated: plain lines, credentials masked, invisible characters shown, bounded."""
    lines = (shown(line, most) for line in masked(text[: most * 2]).splitlines() if line.strip())
    return bounded("\n".join(lines), most)


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a plain text. A point inside a number or a name ends none."""
    start = 0
    for end in _sentence_end().finditer(text):
        yield text[start : end.end()].strip()
        start = end.end()
    if text[start:].strip():
        yield text[start:].strip()


def _entity(found: Match[str]) -> str:
    """An escaped character is no mark: it waits as an entity until the marks are gone."""
    return f"&#{ord(found[1])};"


def _label(found: Match[str]) -> str:
    return found[1]


@cache
def _image() -> Pattern[str]:
    import re

    return re.compile(r"!\[[^\[\]]{0,300}\]\([^()\s]{0,1000}(?:\([^()\s]{0,200}\))?[^()]{0,200}\)")


@cache
def _linked() -> Pattern[str]:
    import re

    return re.compile(r"\[([^\[\]]{0,500})\]\([^()]{0,1000}(?:\([^()]{0,200}\)[^()]{0,500})?\)")


@cache
def _autolink() -> Pattern[str]:
    import re

    return re.compile(r"<(https?://[^<>\s]{1,1000})>")


@cache
def _tag() -> Pattern[str]:
    import re

    return re.compile(r"</?[a-zA-Z][^<>]{0,500}>")


@cache
def _emphasis() -> Pattern[str]:
    import re

    return re.compile(r"\*{1,3}|`{1,3}|~~|(?<![\w])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\w])")


@cache
def _escape() -> Pattern[str]:
    import re

    return re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$&])")


@cache
def _any_link() -> Pattern[str]:
    import re

    return re.compile(
        r"\[([^\[\]]{0,500})\]\(\s*<?([^()\s<>]{1,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?)>?[^()]{0,300}\)"
        r"|<a\s[^<>]{0,200}?href\s*=\s*[\"']([^\"'<>\s]{1,1000})[\"']"
        r"|(https?://[^\s<>()\[\]\"'`|]{1,1000}(?:\([^\s()<>]{0,100}\))?)"
    )


@cache
def _sentence_end() -> Pattern[str]:
    import re

    return re.compile("[.!?](?=\\s+[^a-z\\s])|[\u3002\uff01\uff1f]")
