"""7z archives, by the optional library py7zr, in memory alone.

Only for a child process: a foreign parser of hostile bytes never runs in ours.
Source: 7zFormat.txt of the LZMA SDK; py7zr's ``WriterFactory``.
"""

from collections.abc import Iterator
from io import BytesIO

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

_HELD = 256 * 1024 * 1024


class Content:
    """What one entry holds: up to a window of it, and its whole size."""

    __slots__ = ("data", "name", "size")

    def __init__(self, name: str) -> None:
        self.name = name
        self.data = bytearray()
        self.size = 0


class Locked(Exception):  # said as it is
    """The archive needs a password."""


def names_of(blob: Blob, budget: Budget) -> Iterator[str]:
    """List the entries. Raises ``Locked`` if their list is encrypted, ``ReadError`` if it is broken."""
    import py7zr

    try:
        with py7zr.SevenZipFile(BytesIO(blob.view)) as archive:
            names = [str(info.filename) for info in archive.list()]
    except py7zr.exceptions.PasswordRequired as error:
        raise Locked from error
    except _library_errors() as error:
        raise ReadError(f"7z: {error}") from error
    budget.spend_members(len(names))
    yield from names


def contents_of(blob: Blob, budget: Budget) -> Iterator[Content]:
    """Decompress all entries. Raises ``Locked`` or ``ReadError``; what came out before is yielded first."""
    import py7zr
    from py7zr.io import Py7zIO, WriterFactory

    found: list[Content] = []
    room = min(_HELD, budget.limits.inflated)

    class Writer(Py7zIO):
        def __init__(self, content: Content) -> None:
            self.content = content

        def write(self, s: bytes | bytearray) -> int:
            nonlocal room
            budget.spend_inflated(len(s))
            budget.spend_operations(1 + (len(s) >> 12))
            content = self.content
            content.size += len(s)
            held = min(len(s), room, budget.limits.window - len(content.data))
            if held > 0:
                content.data += s[:held]
                room -= held
            return len(s)

        def read(self, size: int | None = None) -> bytes:
            return bytes(self.content.data[:size])

        def seek(self, offset: int, whence: int = 0) -> int:
            return offset if whence == 0 else self.content.size

        def flush(self) -> None:
            return

        def size(self) -> int:
            return self.content.size

    class Factory(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            found.append(Content(filename))
            return Writer(found[-1])

    problem: Exception | None = None
    try:
        with py7zr.SevenZipFile(BytesIO(blob.view)) as archive:
            archive.extractall(factory=Factory())
    except py7zr.exceptions.PasswordRequired:
        problem = Locked()
    except ReadError as error:
        problem = error
    except _library_errors() as error:
        problem = ReadError(f"7z: {error}")
    yield from found
    if problem is not None:
        raise problem


def _library_errors() -> tuple[type[Exception], ...]:
    """Everything: the library raises what its decoders raise, and the process is there to die."""
    return (Exception,)
