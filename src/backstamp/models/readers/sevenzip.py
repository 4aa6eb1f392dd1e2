"""Reads 7z archives by py7zr, which is optional. It is a parser of hostile bytes that is not ours: the engine
runs this reader in a child process with limits (``native``)."""

from collections.abc import Iterator
from importlib.util import find_spec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Statement, Status, Unread


class _Reader:
    """The reader of 7z archives."""

    name = "sevenzip"
    version = 1
    kinds = frozenset({"sevenzip"})
    native = True

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the archive holds."""
        if find_spec("py7zr") is None:
            yield Unread("7z was not read: install backstamp[sevenzip]", Status.UNSUPPORTED)
            return
        from backstamp.formats.sevenzip import statements_of

        yield from statements_of(blob, budget)


READER = _Reader()
