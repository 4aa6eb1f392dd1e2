"""Configuration texts (YAML, JSON, MLmodel): the names that a loader would import, line by line.

Not a YAML parser: three marks are looked for, wherever they stand. Hydra's ``_target_`` (NeMo, Lightning),
YAML tags of Python objects (``!!python/...``), and MLflow's ``loader_module``. Escapes are undone.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from backstamp.core.budget import Budget

_LINE = 4096  # a line that is longer is looked at in pieces
_CHUNK = 65_536
_OVERLAP = 256


class Named(msgspec.Struct, frozen=True):
    """A name that a loader would import. ``mark``: ``target``, ``loader`` or a tag like ``object/apply``."""

    mark: str
    name: str
    line: int


def names_in(view: memoryview, budget: Budget) -> Iterator[Named]:
    """Yield the names in a text."""
    for number, line in _telling_lines(view, budget):
        text = line.decode("utf-8", "replace")
        if "\\" in text:
            text = _escapes().sub(lambda found: chr(int(found[1] or found[2], 16)), text)
        for found in _marks().finditer(text):
            target, loader, tag, tagged = found.groups()
            if tag is not None:
                yield Named(tag, tagged or "", number)
            else:
                yield Named("target" if target else "loader", target or loader, number)


def _telling_lines(view: memoryview, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Lines that hold a word of a mark, or an escape which could be a letter of one, with their numbers."""
    number = 1
    for chunk in _chunks(view):
        budget.spend_operations(1 + len(chunk) // 64)
        done = 0
        while (hit := _hint(chunk, done)) >= 0:
            start, end = chunk.rfind(b"\n", done, hit) + 1 or done, chunk.find(b"\n", hit)
            number += chunk.count(b"\n", done, start)
            done = end if end >= 0 else len(chunk)
            yield number, chunk[start:done]
            budget.spend_operations(1 + (done - start) // 64)
        number += chunk.count(b"\n", done)


def _hint(chunk: bytes, at: int) -> int:
    found = _hints().search(chunk, at)
    return found.start() if found is not None else -1


def _chunks(view: memoryview) -> Iterator[bytes]:
    """Runs of whole lines; a very long line comes in overlapping pieces."""
    rest = b""
    for at in range(0, len(view), _CHUNK):
        chunk = rest + bytes(view[at : at + _CHUNK])
        end = chunk.rfind(b"\n") + 1
        rest = chunk[end:]
        if len(rest) > _LINE:
            yield chunk
            rest = rest[-_OVERLAP:]
        elif end:
            yield chunk[:end]
    yield rest


@cache
def _hints() -> re.Pattern[bytes]:
    return re.compile(rb"_target_|loader_module|python/|\\(?:x[2-7]|u00[2-7])")


@cache
def _escapes() -> re.Pattern[str]:
    return re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(
        r"""["']?_target_["']?\s*:\s*["']?([A-Za-z_][\w.]*)"""
        r"""|["']?\bloader_module["']?\s*:\s*["']?([A-Za-z_][\w.]*)"""
        r"""|(?:!!|!<tag:yaml\.org,2002:|tag:yaml\.org,2002:)python/([a-z/]+)(?::([\w.]*))?"""
    )
