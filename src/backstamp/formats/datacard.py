"""Cards of data sets: front matter, sections by heading, and bullets that name a field.

Sources: the dataset card template of the Hugging Face Hub; "Datasheets for Datasets" (Gebru et al., 2021).
One pass over the lines; code blocks, comments and pictures are no prose.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError

MOST_BYTES = 4 * MIB
_MOST_TEXT = 4000
_MOST_SECTIONS = 2000


class Section(msgspec.Struct, frozen=True):
    """A heading with the text right below it."""

    title: str
    level: int
    line: int
    text: str


class Bullet(msgspec.Struct, frozen=True):
    """A line ``- **Label:** value``."""

    label: str
    value: str
    line: int


class DataCard(msgspec.Struct, frozen=True):
    """A card taken apart. ``front`` is YAML text without its fences, ``body_line`` where the prose begins."""

    front: str
    sections: tuple[Section, ...]
    bullets: tuple[Bullet, ...]


def card_of(data: bytes | memoryview, budget: Budget) -> DataCard:
    """Take a card apart. Raises ``ReadError`` if it is too large or no UTF-8."""
    if len(data) > MOST_BYTES:
        raise ReadError(f"a card of {len(data):,} bytes is too large")
    try:
        text = str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 text at byte {error.start}") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    budget.spend_operations(len(lines))
    front, start = _front(lines)
    return DataCard(front, tuple(_sections(lines, start)), tuple(_bullets(lines, start)))


def _front(lines: list[str]) -> tuple[str, int]:
    if lines[0].rstrip() != "---":
        return "", 0
    for at in range(1, len(lines)):
        if lines[at].rstrip() in ("---", "..."):
            return "\n".join(lines[1:at]), at + 1
    return "", 0


def _sections(lines: list[str], start: int) -> Iterator[Section]:
    title, level, line = "", 0, start + 1
    held: list[str] = []
    count = 0
    for at, text in _prose(lines, start):
        found = _heading().match(text)
        if found is None:
            held.append(text)
            continue
        yield Section(title, level, line, _plain(held))
        title, level, line, held = _bare(found[2]), len(found[1]), at + 1, []
        count += 1
        if count > _MOST_SECTIONS:
            raise ReadError("a card with too many headings")
    yield Section(title, level, line, _plain(held))


def _bullets(lines: list[str], start: int) -> Iterator[Bullet]:
    for at, text in _prose(lines, start):
        found = _labelled().match(text)
        if found is not None:
            yield Bullet(_bare(found[1]), _unlinked(found[2]).strip()[:_MOST_TEXT], at + 1)


def _prose(lines: list[str], start: int) -> Iterator[tuple[int, str]]:
    """Yield lines that are neither code nor comments, with their places."""
    fence, hidden = "", False
    for at in range(start, len(lines)):
        text = lines[at][:20_000]
        bare = text.lstrip()
        if fence:
            if bare.startswith(fence):
                fence = ""
            continue
        if not hidden and bare.startswith(("```", "~~~")):
            fence = bare[:3]
            continue
        text, hidden = _uncommented(text, hidden=hidden)
        yield at, text


def _uncommented(text: str, *, hidden: bool) -> tuple[str, bool]:
    kept = []
    while text:
        if hidden:
            _, mark, text = text.partition("-->")
            hidden = not mark
        else:
            before, mark, text = text.partition("<!--")
            kept.append(before)
            hidden = bool(mark)
    return "".join(kept), hidden


def _plain(lines: list[str]) -> str:
    """Join the lines of a section as plain text: no pictures, tags and marks; bounded."""
    kept: list[str] = []
    size = 0
    for line in lines:
        text = _unlinked(_tag().sub("", _picture().sub("", line))).replace("**", "").rstrip()
        if text or (kept and kept[-1]):
            kept.append(text)
            size += len(text) + 1
        if size > _MOST_TEXT:
            break
    return "\n".join(kept).strip()[:_MOST_TEXT]


def _unlinked(text: str) -> str:
    return _link().sub(r"\1", text)


def _bare(title: str) -> str:
    return _unlinked(title).strip(" #*_:`\t").replace("**", "")[:200]


@cache
def _heading() -> Pattern[str]:
    import re

    return re.compile(r"(#{1,6})[ \t]+(\S.{0,300})")


@cache
def _labelled() -> Pattern[str]:
    import re

    return re.compile(
        r"\s{0,8}(?:[-*+]\s{1,4})?(?:\*\*|__)([^*_:\n]{1,80}):?\s{0,4}(?:\*\*|__):?\s{0,8}(\S.{0,3999})"
    )


@cache
def _link() -> Pattern[str]:
    import re

    return re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\s]{1,1000}\)")


@cache
def _picture() -> Pattern[str]:
    import re

    return re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")


@cache
def _tag() -> Pattern[str]:
    import re

    return re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>")
