"""Reads bytes with one reader, and shows its statements in a form that is easily compared."""

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.fact import Fact
from backstamp.core.reading import Explained, Member, Reader, Statement, Unread


def statements(
    reader: Reader, data: bytes, name: str = "a.bin", limits: Limits | None = None
) -> list[Statement]:
    """All statements, in order."""
    return list(reader.read(Blob(data, path=(name,)), Budget(limits)))


def members(reader: Reader, data: bytes, name: str = "a.bin") -> list[tuple[str, bytes, tuple[str, ...]]]:
    """Name, content and forced formats of the members."""
    found = [each for each in statements(reader, data, name) if isinstance(each, Member)]
    return [("!/".join(m.blob.path[1:]), bytes(m.blob.view), m.kinds) for m in found]


def facts(reader: Reader, data: bytes, name: str = "a.bin") -> list[Fact]:
    """The facts."""
    return [each for each in statements(reader, data, name) if isinstance(each, Fact)]


def unread(reader: Reader, data: bytes, name: str = "a.bin") -> list[str]:
    """What could not be read."""
    return [each.reason for each in statements(reader, data, name) if isinstance(each, Unread)]


def unexplained(reader: Reader, data: bytes, name: str = "a.bin") -> int:
    """How many bytes are not covered by what the reader explained."""
    covered = bytearray(len(data))
    for each in statements(reader, data, name):
        if isinstance(each, Explained):
            covered[each.start : each.end] = b"\1" * (each.end - each.start)
    return covered.count(0)
