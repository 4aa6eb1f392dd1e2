"""Configuration texts (YAML, JSON, MLmodel): the names that a loader would import, line by line.

Not a YAML parser: three marks are looked for, wherever they stand. Hydra's ``_target_`` (NeMo, Lightning),
YAML tags of Python objects (``!!python/...``), and MLflow's ``loader_module``. Escapes are undone.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from backstamp.core.budget import Budget

_LINE = 4096  # bytes of a line that are looked at


class Named(msgspec.Struct, frozen=True):
    """A name that a loader would import. ``mark``: ``target``, ``loader`` or a tag like ``object/apply``."""

    mark: str
    name: str
    line: int


def names_in(view: memoryview, budget: Budget) -> Iterator[Named]:
    """Yield the names in a text."""
    for number, line in enumerate(_lines(view), 1):
        budget.spend_operations(1 + len(line) // 256)
        if b"_" not in line and b"python/" not in line and b"\\" not in line:
            continue
        text = line.decode("utf-8", "replace")
        if "\\" in text:
            text = _escapes().sub(lambda found: chr(int(found[1] or found[2], 16)), text)
        for found in _marks().finditer(text):
            target, loader, tag, tagged = found.groups()
            if tag is not None:
                yield Named(tag, tagged or "", number)
            else:
                yield Named("target" if target else "loader", target or loader, number)


def _lines(view: memoryview) -> Iterator[bytes]:
    """Lines of a text; a very long one comes in overlapping pieces."""
    rest = b""
    for at in range(0, len(view), 65_536):
        chunk = rest + bytes(view[at : at + 65_536])
        *whole, rest = chunk.split(b"\n")
        yield from whole
        if len(rest) > _LINE:
            yield rest
            rest = rest[-256:]
    yield rest


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
