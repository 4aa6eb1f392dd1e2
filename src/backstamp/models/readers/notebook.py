"""Reads notebooks: the code of their cells, and their shell lines."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement
from backstamp.formats.python.notebook import notebook_of
from backstamp.formats.python.sieve import is_worth_reading
from backstamp.models.facts.python import ShellLine
from backstamp.models.readers.python import statements_of


class NotebookReader:
    """Reads code cells as one module; lines count through the cells."""

    name = "notebook"
    version = 1
    kinds = frozenset({"notebook"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield shell lines, then what the code does."""
        budget.spend_operations(blob.size // 64 + 1)
        found = notebook_of(blob.view)
        yield Explained(0, blob.size)
        for line, command in found.commands:
            yield ShellLine(place=blob.at_line(line), command=command)
        code = found.code.encode("utf-8", "replace")
        if is_worth_reading(code):
            yield from statements_of(code, blob, budget)


READER = NotebookReader()
