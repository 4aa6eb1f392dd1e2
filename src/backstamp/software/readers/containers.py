"""Reads container files: base images, models that are fetched or served, packages that are installed."""

import json
from collections.abc import Generator, Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.reading import Statement
from backstamp.formats.commandline import expanded
from backstamp.formats.dockerfile import Instruction, instructions_of, pairs_of
from backstamp.formats.plaintext import decoded
from backstamp.software.readers.commands import Commands
from backstamp.software.readers.images import image_links
from backstamp.software.readers.scope import is_test

_BY = "containers/1"
_MOST_PLACED = 100  # words of a command whose own lines are looked for
_NAMES = ("dockerfile", "containerfile")


class ContainersReader:
    """States what an image is built on and what it holds."""

    name = "containers"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what each instruction uses."""
        name = blob.name.lower()
        is_one = name.startswith(_NAMES) or name.endswith((".dockerfile", ".containerfile"))
        if (
            not is_one
            or name.endswith((".md", ".py", ".txt", ".j2", ".dockerignore"))
            or is_test(blob.path[-1])
        ):
            return
        commands = Commands(blob, _BY, budget, {})
        stages: set[str] = set()
        image = ""
        entry: list[str] = []
        for each in instructions_of(decoded(blob, MIB), budget):
            match each.keyword:
                case "from":
                    image = yield from _base(each, commands, stages)
                    entry = []
                case "arg" | "env":
                    yield from _variables(each, commands)
                case "run":
                    yield from _run(each, commands)
                case "entrypoint" | "cmd":
                    entry = yield from _start(each, commands, image, entry)


def _base(each: Instruction, commands: Commands, stages: set[str]) -> Generator[Statement, None, str]:
    words = [word for word in each.text.split() if not word.startswith("--")]
    image = expanded(words[0], commands.variables) if words else None
    if image and image not in stages and image != "scratch":
        yield from image_links(image, commands.blob.at_line(each.line), _BY, "base-image")
    if len(words) > 2 and words[1].lower() == "as":
        stages.add(words[2])
    return image or ""


def _variables(each: Instruction, commands: Commands) -> Iterator[Statement]:
    rows = each.text.split("\n")
    for key, raw in pairs_of(each.text):
        value = expanded(raw, commands.variables)
        if value is None:
            continue
        if value or each.keyword == "env":
            commands.variables[key] = value
        offset = next((at for at, row in enumerate(rows) if key in row), 0)
        yield from commands.environment(key, raw, each.line + offset)


def _run(each: Instruction, commands: Commands) -> Iterator[Statement]:
    text = each.text
    if text.lstrip().startswith("[") and (words := _array(text)):
        yield from commands.words(words, [each.line] * len(words))
        return
    start = text
    while start.lstrip().startswith("--"):
        # Options of RUN (--mount=..., --network=...) come before the command, and may end a line.
        start = start.lstrip()
        end = next((at for at, c in enumerate(start) if c in " \n"), len(start))
        start = start[end:]
    skipped = text[: len(text) - len(start)].count("\n")
    yield from commands.script(_joined(start), each.line + skipped)
    is_python = any(word.rpartition("/")[2].startswith("python") for word in start.partition("<<")[0].split())
    for line, document in each.documents:
        if is_python or document.startswith("#!/usr/bin/env python"):
            yield from commands.code(document, line)
        else:
            yield from commands.script(document, line)


def _joined(text: str) -> str:
    """Give line ends of an instruction back their continuation marks, so that a shell joins them."""
    return text.replace("\n", "\\\n")


def _start(
    each: Instruction, commands: Commands, image: str, entry: list[str]
) -> Generator[Statement, None, list[str]]:
    """Read what a container starts: the command is what the entry point gets as arguments."""
    words = _array(each.text)
    if not words:
        yield from commands.script(_joined(each.text), each.line)
        return []
    whole = [*entry, *words] if each.keyword == "cmd" else words
    lines = [each.line] * len(whole)
    for at, word in enumerate(words[:_MOST_PLACED]):
        found = max(each.text.find(json.dumps(word)), 0)
        lines[len(whole) - len(words) + at] += each.text[:found].count("\n")
    yield from commands.words(whole, lines, "" if entry else image)
    return words if each.keyword == "entrypoint" else entry


def _array(text: str) -> list[str]:
    if not text.strip().startswith("["):
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []


READER = ContainersReader()
