"""Reads chat templates: parsed, never rendered."""

from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.flow import gated_texts
from backstamp.formats.jinja.folding import depth_of, every
from backstamp.formats.jinja.parser import Template, template_of
from backstamp.formats.jinja.surface import Trick, Use, uses_of, words_uses
from backstamp.models.facts.template import (
    GatedText,
    TemplateSummary,
    TemplateText,
    TemplateTrick,
    TemplateWord,
)

_LARGEST = 2 * MIB  # a hundred times the longest chat template that is known
_MOST_FACTS = 1000
_DEEPEST = 120  # three times the deepest chat template that is known
_CHAT_WORDS = ("messages", "add_generation_prompt", "bos_token", "message.", "message[")


class JinjaReader:
    """States what a template uses, what it writes out and when."""

    name = "jinja"
    version = 1
    kinds = frozenset({"jinja"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the facts of one template."""
        if blob.size > _LARGEST:
            raise ReadError(f"template of {blob.size:,} bytes is too large to be examined")
        try:
            text = str(blob.view, "utf-8-sig")
        except UnicodeDecodeError as error:
            raise ReadError("template is not UTF-8 text") from error
        yield Explained(0, blob.size)
        template = template_of(text, budget)
        is_chat = _is_chat(text, blob)
        yield TemplateSummary(
            place=blob.whole(),
            is_chat=is_chat,
            is_broken=bool(template.broken),
            length=len(text),
        )
        if template.broken:
            # Templates of other programs may have tags and delimiters of their own; they are text to a model.
            if is_chat:
                yield Unread(f"template: {shown(template.broken)}")
            yield from _words(words_uses(template.tokens), blob)
            yield from _words(_rest_uses(text), blob)
            return
        yield from _words(uses_of(template.body, budget), blob)
        yield from _texts(template, blob)
        if depth_of(template.body) > _DEEPEST:
            yield Unread("template: nested too deep to be followed")
            return
        try:
            for gated in gated_texts(template.body, budget):
                yield GatedText(
                    place=blob.at_line(gated.line),
                    triggers=tuple(t[:300] for t in gated.triggers),
                    text=gated.text,
                )
        except RecursionError:
            yield Unread("template: nested too deep to be followed")


def _is_chat(text: str, blob: Blob) -> bool:
    parts = blob.path[-1].lower()
    return "chat" in parts or any(word in text for word in _CHAT_WORDS)


def _rest_uses(text: str) -> Iterator[Use]:
    """Names in double underscores between any delimiters of a template that could not be taken apart."""
    is_inside = False
    line = 1
    for found in _marks().finditer(text):
        mark = found.group()
        if mark == "\n":
            line += 1
        elif mark in ("{{", "{%"):
            is_inside = True
        elif mark in ("}}", "%}"):
            is_inside = False
        elif is_inside:
            yield Use("attribute", mark, "", line)


def _words(uses: Iterator[Use | Trick] | Iterator[Use], blob: Blob) -> Iterator[Statement]:
    for count, use in enumerate(uses):
        if count >= _MOST_FACTS:
            yield Unread("template: more names than are examined")
            return
        place = blob.at_line(use.line)
        if isinstance(use, Trick):
            yield TemplateTrick(place=place, kind=use.kind, seen=use.seen[:300])
        else:
            yield TemplateWord(place=place, role=use.role, name=use.name[:200], on=use.on[:200])


def _texts(template: Template, blob: Blob) -> Iterator[Statement]:
    for node in every(template.body):
        text = node.text if isinstance(node, n.Text) else node.value if isinstance(node, n.Const) else ""
        if isinstance(text, str) and text and (marks := marks_of(text)):
            yield TemplateText(place=blob.at_line(node.line), marks=marks, text=text.strip()[:1000])


def marks_of(text: str) -> tuple[str, ...]:
    """Name what is odd about a text."""
    marks = []
    if not text.isascii() and _invisible().search(text):
        marks.append("invisible")
    if "://" in text and _address().search(text):
        marks.append("address")
    if "<" in text and _markup().search(text):
        marks.append("markup")
    if _order().search(text):
        marks.append("orders")
    return tuple(marks)


@cache
def _marks() -> Pattern[str]:
    import re

    return re.compile(r"\{\{|\{%|\}\}|%\}|\n|\b__[a-z_]+__\b")


@cache
def _invisible() -> Pattern[str]:
    import re

    # Zero-width and bidirectional controls, tag characters, variation selectors supplement.
    return re.compile(
        "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\U000e0001-\U000e007f\U000e0100-\U000e01ef]"
    )


@cache
def _address() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:https?|ftp|wss?|file|data)://(?!json-schema\.org|www\.w3\.org)[^\s/$.?#'\"<>]+[.:/]",
        re.IGNORECASE,
    )


@cache
def _order() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|prior|earlier|above)\b.{0,20}\binstructions"
        r"|\b(?:curl|wget)\s.{0,200}\|\s*(?:ba|z)?sh\b",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _markup() -> Pattern[str]:
    import re

    return re.compile(
        r"<(?:script|iframe|object|embed|svg|img|a)\b[^>]*(?:\bsrc|\bhref|\bon\w+)\s*=|<script\b|javascript:",
        re.IGNORECASE,
    )


READER = JinjaReader()
