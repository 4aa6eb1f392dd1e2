"""Flatbuffers, without a schema and without copying: tables through their vtables, vectors as spans.

Source: the flatbuffers internals page. Each offset is held against the bytes at hand.
"""

from collections.abc import Iterator

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError


class Flat:
    """Reads tables and vectors, and remembers the furthest byte that it met."""

    __slots__ = ("budget", "end", "view")

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self.view = view
        self.budget = budget
        self.end = 8

    def number(self, at: int, width: int = 4, *, signed: bool = False) -> int:
        """The little-endian number at a place."""
        if not 0 <= at <= len(self.view) - width:
            raise ReadError(f"byte {at} lies beyond the bytes at hand")
        return int.from_bytes(self.view[at : at + width], "little", signed=signed)

    def field(self, table: int, index: int) -> int:
        """Where a field of a table lies; zero if it is absent."""
        self.budget.spend_operations()
        vtable = table - self.number(table, signed=True)
        if 4 + 2 * index >= self.number(vtable, 2):
            return 0
        offset = self.number(vtable + 4 + 2 * index, 2)
        return table + offset if offset else 0

    def follow(self, table: int, index: int) -> int:
        """Where the table, vector or string in a field lies; zero if it is absent."""
        at = self.field(table, index)
        return at + self.number(at) if at else 0

    def scalar(self, table: int, index: int, width: int = 4, *, signed: bool = False) -> int:
        """The number in a field; zero if it is absent."""
        at = self.field(table, index)
        return self.number(at, width, signed=signed) if at else 0

    def vector(self, table: int, index: int, width: int) -> tuple[int, int]:
        """Start and count of a vector; its end is held against the bytes."""
        at = self.follow(table, index)
        if not at:
            return 0, 0
        count = self.number(at)
        last = at + 4 + count * width
        if last > len(self.view):
            raise ReadError(f"vector at byte {at} reaches beyond the bytes at hand")
        self.end = max(self.end, last)
        return at + 4, count

    def tables(self, table: int, index: int) -> Iterator[int]:
        """The tables of a vector of tables."""
        start, count = self.vector(table, index, 4)
        for at in range(start, start + 4 * count, 4):
            self.budget.spend_operations()
            inner = at + self.number(at)
            vtable = inner - self.number(inner, signed=True)
            self.end = max(self.end, inner + self.number(vtable + 2, 2))
            yield inner

    def text(self, table: int, index: int) -> str:
        """The text in a field, cut to a kilobyte."""
        start, count = self.vector(table, index, 1)
        return bytes(self.view[start : start + min(count, 1024)]).decode("utf-8", "replace")

    def numbers(self, table: int, index: int) -> list[int]:
        """The signed numbers of a vector."""
        start, count = self.vector(table, index, 4)
        self.budget.spend_operations(count)
        return [self.number(at, signed=True) for at in range(start, start + 4 * count, 4)]
