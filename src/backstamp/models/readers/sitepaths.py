"""Reads the ``.pth`` files of site-packages: lines that begin with ``import`` run at each start of Python.

Source: Python library reference, module site. PyTorch files of the same suffix are no text.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement
from backstamp.formats.python.sieve import is_worth_reading
from backstamp.models.readers.python import statements_of

_BEGINNINGS = (b"import ", b"import\t")


class SitePathsReader:
    """States what the lines run; the other lines are paths."""

    name = "site-paths"
    version = 1
    kinds = frozenset({"site-paths"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the effects of each line, which is a program of its own."""
        data = bytes(blob.view)
        budget.spend_operations(len(data) // 16 + 1)
        yield Explained(0, blob.size)
        for number, line in enumerate(data.splitlines()):
            budget.spend_operations()
            if line.startswith(_BEGINNINGS) and is_worth_reading(line):
                yield from statements_of(line, blob, budget, number)


READER = SitePathsReader()
