"""Reads 7z archives by py7zr, which is optional.

It is a parser of hostile bytes that is not ours: the engine runs this reader in a child process
with limits (``native``).
"""

from collections.abc import Iterator
from importlib.util import find_spec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained, Member, Statement, Status, Unread
from backstamp.formats import sevenzip
from backstamp.formats.names import escape_of
from backstamp.models.facts.archive import EncryptedEntry, EntryName


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
        yield Explained(0, _end_of(blob.view))
        try:
            for name in sevenzip.names_of(blob, budget):
                if why := escape_of(name):
                    yield EntryName(place=blob.whole(), name=name, why=why)
            for content in sevenzip.contents_of(blob, budget):
                if content.size:
                    path = (*blob.path, content.name)
                    yield Member(Blob(bytes(content.data), path=path, size=content.size))
        except sevenzip.Locked:
            yield EncryptedEntry(place=blob.whole(), name=blob.name, is_plain=False)
            yield Unread("7z: the archive is encrypted")
        except ReadError as error:
            yield Unread(error.message)


def _end_of(view: memoryview) -> int:
    """Where the archive ends by its first header: 32 bytes, offset and size of the last one."""
    if len(view) < 32:
        return len(view)
    end = 32 + int.from_bytes(view[12:20], "little") + int.from_bytes(view[20:28], "little")
    return min(end, len(view))


READER = _Reader()
