"""YAML for hostile documents: bounded in size, depth and aliases, with the line of every value.

PyYAML's event parser (pure Python, no constructors) gives the structure; scalars are resolved here by the
core schema of YAML 1.2 with the words of 1.1 left as text: ``no`` is a language code as often as a truth
value. No tag ever makes an object. Source: YAML 1.2.2, 10.3.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from typing import TYPE_CHECKING

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, escaped

if TYPE_CHECKING:
    from yaml.events import Event, ScalarEvent

MOST_BYTES = 4 * MIB
_MOST_DEPTH = 100
_MOST_NODES = 400_000
_MOST_ALIASED = 10_000  # nodes that aliases repeat, in all


class Yaml:
    """A document: its tree, and the lines of its values by JSON pointer (``lines[""]`` is the whole)."""

    __slots__ = ("lines", "tree")

    def __init__(self, tree: Json, lines: dict[str, int]) -> None:
        self.tree = tree
        self.lines = lines


def documents_of(data: bytes | memoryview | str, budget: Budget) -> Iterator[Yaml]:
    """Yield the documents of a stream.

    Raises ``ReadError`` for what is no YAML, is too large or too deep, or repeats too much by aliases.
    """
    import yaml

    text = _text_of(data)
    if len(text) > MOST_BYTES:
        raise ReadError(f"YAML of {len(text):,} characters is too large")
    try:
        events = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder(events, budget)
                tree, _ = builder.value(next(events), "", 0)
                yield Yaml(tree, builder.lines)
    except yaml.YAMLError as error:
        raise ReadError(f"not valid YAML: {_why(error)}") from error
    except (RecursionError, ValueError, StopIteration) as error:
        raise ReadError("not valid YAML") from error


def document_of(data: bytes | memoryview | str, budget: Budget) -> Yaml:
    """Read the first document of a stream; an empty one gives ``None``."""
    return next(documents_of(data, budget), Yaml(None, {}))


class _Builder:
    """Builds one document out of events; counts what it makes."""

    def __init__(self, events: "Iterator[Event]", budget: Budget) -> None:
        self.events = events
        self.budget = budget
        self.lines: dict[str, int] = {}
        self.anchors: dict[str, tuple[Json, int]] = {}
        self.nodes = 0
        self.aliased = 0

    def value(self, event: "Event", pointer: str, depth: int) -> tuple[Json, int]:
        """Build the value that an event begins; say of how many nodes it is made."""
        import yaml

        self.budget.spend_operations()
        self.nodes += 1
        if self.nodes > _MOST_NODES or depth > _MOST_DEPTH:
            raise ReadError("YAML with too many values or nested too deep")
        if event.start_mark is not None:
            self.lines[pointer] = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "")
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.ScalarEvent):
            tree, count = scalar(event), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            tree, count = self._sequence(pointer, depth)
        else:
            tree, count = self._mapping(pointer, depth)
        if anchor:
            self.anchors[anchor] = (tree, count)
        return tree, count

    def _alias(self, anchor: str) -> tuple[Json, int]:
        if anchor not in self.anchors:
            raise ReadError(f'YAML with an alias of what is not there: "{anchor[:40]}"')
        tree, count = self.anchors[anchor]
        self.aliased += count
        if self.aliased > _MOST_ALIASED:
            raise ReadError("YAML whose aliases repeat too much")
        return tree, count

    def _sequence(self, pointer: str, depth: int) -> tuple[Json, int]:
        import yaml

        made: list[Json] = []
        count = 1
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            tree, nodes = self.value(event, f"{pointer}/{len(made)}", depth + 1)
            made.append(tree)
            count += nodes
        return made, count

    def _mapping(self, pointer: str, depth: int) -> tuple[Json, int]:
        import yaml

        made: dict[str, Json] = {}
        count = 1
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, _ = self.value(event, f"{pointer}/", depth + 1)
            name = key if isinstance(key, str) else _key_text(key)
            inner = f"{pointer}/{escaped(name)}"
            tree, nodes = self.value(next(self.events), inner, depth + 1)
            count += nodes + 1
            if name == "<<" and isinstance(tree, dict):
                made = {**tree, **made}
            else:
                made[name] = tree
        return made, count


def scalar(event: "ScalarEvent") -> Json:
    """Resolve a scalar: quoted ones and those with a tag of their own are text."""
    text: str = event.value
    if event.style in ("'", '"', "|", ">") or event.tag == "tag:yaml.org,2002:str":
        return text
    if event.tag is not None and not event.implicit[0] and not event.tag.startswith("tag:yaml.org,2002:"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _number().fullmatch(text) and len(text) < 300:
        try:
            return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
        except ValueError:
            return float(text)
    return text


def _key_text(key: Json) -> str:
    if key is None:
        return ""
    return str(key).lower() if isinstance(key, bool) else str(key)[:200]


def _text_of(data: bytes | memoryview | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if len(data) > MOST_BYTES * 4:
        raise ReadError(f"YAML of {len(data):,} bytes is too large")
    try:
        return str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 text at byte {error.start}") from error


def _why(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "unreadable"
    return f"{problem} at line {mark.line + 1}" if mark else str(problem)


@cache
def _number() -> Pattern[str]:
    import re

    return re.compile(
        r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    )
