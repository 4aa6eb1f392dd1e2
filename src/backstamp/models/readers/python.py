"""Reads Python source: effects, hidden text, and constant payloads as members."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.core.location import Location
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.python.effects import MOMENTS, Analysis
from backstamp.formats.python.hiding import hidings_in
from backstamp.formats.python.machine import analysed
from backstamp.formats.python.sieve import is_worth_reading
from backstamp.formats.python.source import source_of
from backstamp.formats.python.values import named
from backstamp.formats.python.words import words_in
from backstamp.models.facts.python import PythonEffect, PythonHiding, PythonWord


class PythonReader:
    """Walks the syntax tree of a module."""

    name = "python"
    version = 1
    kinds = frozenset({"python"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield effects in order of place. Source without any telling word is not parsed."""
        if not blob.is_whole:
            yield Unread("only the head of the source is at hand")
        data = bytes(blob.view)
        budget.spend_operations(len(data) // 16 + 1)
        yield Explained(0, blob.size)
        if is_worth_reading(data):
            yield from statements_of(data, blob, budget)


def statements_of(data: bytes, blob: Blob, budget: Budget, first_line: int = 0) -> Iterator[Statement]:
    """Yield what source bytes say; ``first_line`` is added to their lines."""
    source = source_of(data)
    if source.codec:
        yield PythonHiding(place=blob.at_line(1), kind="codec", detail=source.codec)
    for hiding in hidings_in(source.text):
        yield PythonHiding(
            place=blob.at_line(hiding.line + first_line), kind=hiding.kind, detail=hiding.detail
        )
    try:
        found = analysed(source.text, budget)
    except BudgetExceeded:
        raise
    except ReadError as error:
        for word in words_in(source.text):
            yield PythonWord(place=blob.at_line(word.line + first_line), word=word.name)
        yield Unread(f"python: {error.message}")
        return
    yield from _effects(found, blob, first_line)


def _effects(found: Analysis, blob: Blob, first_line: int) -> Iterator[Statement]:
    for effect in found.effects:
        yield PythonEffect(
            place=Location(blob.path, blob.at_line(effect.line + first_line, max(effect.column, 1)).where),
            action=effect.action,
            callee=effect.callee,
            when=MOMENTS[effect.when],
            text=effect.text,
            known=effect.known,
            taint=named(effect.taint),
            hidden=effect.hidden,
            via=effect.via,
            layers=effect.layers,
        )
    for payload in found.payloads:
        part = Blob(payload.data, path=(*blob.path, f"line {payload.line + first_line}"))
        yield Member(part, kinds=(payload.kind,))
    if not found.complete:
        yield Unread("python: more code inside code than is followed")


READER = PythonReader()
