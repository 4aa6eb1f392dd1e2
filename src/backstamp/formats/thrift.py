"""Thrift's compact protocol, as far as file formats use it: fields of structs, read or skipped in order.

Source: thrift/doc/specs/thrift-compact-protocol.md. No schema: the reader of a format knows its fields.
Numbers are held against the bytes, nesting is bounded, every value costs budget.
"""

from collections.abc import Iterator

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

TRUE, FALSE, I8, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
_MOST_DEPTH = 40


class Compact:
    """Reads values one after another; a caller reads or skips each field that it is given."""

    __slots__ = ("at", "budget", "view")

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self.view = view
        self.budget = budget
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield number and type of each field of the struct here; its value must be read before the next."""
        number = 0
        while head := self._byte():
            self.budget.spend_operations()
            number = number + (head >> 4) if head >> 4 else self.number()
            kind = head & 0x0F
            if not 0 < kind <= STRUCT:
                raise ReadError(f"no Thrift field type {kind} at byte {self.at}")
            yield number, kind

    def elements(self) -> tuple[int, int]:
        """Read the head of a list: how many elements, of which type. Each takes at least a byte."""
        head = self._byte()
        count = head >> 4 if head >> 4 != 0x0F else self._varint()
        if count > len(self.view) - self.at:
            raise ReadError(f"a list of {count:,} elements reaches beyond the bytes at hand")
        return count, head & 0x0F

    def number(self) -> int:
        """Read a signed number."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def bytes(self) -> bytes:
        """Read bytes."""
        length = self._varint()
        if length > len(self.view) - self.at:
            raise ReadError(f"{length:,} bytes reach beyond the bytes at hand")
        self.at += length
        return bytes(self.view[self.at - length : self.at])

    def text(self) -> str:
        """Read text; bytes that are no UTF-8 are replaced."""
        return self.bytes().decode("utf-8", "replace")

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over a value of a field."""
        self.budget.spend_operations()
        if depth > _MOST_DEPTH:
            raise ReadError("Thrift nested too deep")
        if kind in (TRUE, FALSE):
            return
        if kind == I8:
            self._byte()
        elif kind in (I16, I32, I64):
            self._varint()
        elif kind == DOUBLE:
            self._pass(8)
        elif kind == BINARY:
            self._pass(self._varint())
        elif kind in (LIST, SET):
            count, inner = self.elements()
            self._each(count, (inner,), depth)
        elif kind == MAP:
            count = self._varint()
            kinds = self._byte() if count else 0
            self._each(count, (kinds >> 4, kinds & 0x0F), depth)
        elif kind == STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth + 1)
        else:
            raise ReadError(f"no Thrift type {kind} at byte {self.at}")

    def _each(self, count: int, kinds: tuple[int, ...], depth: int) -> None:
        if count > len(self.view) - self.at:
            raise ReadError(f"{count:,} elements reach beyond the bytes at hand")
        for _ in range(count):
            for kind in kinds:
                # Truth values are a byte each inside collections, and no byte as fields.
                self.skip(I8 if kind in (TRUE, FALSE) else kind, depth + 1)

    def _pass(self, length: int) -> None:
        if length > len(self.view) - self.at:
            raise ReadError(f"{length:,} bytes reach beyond the bytes at hand")
        self.at += length

    def _byte(self) -> int:
        if self.at >= len(self.view):
            raise ReadError("Thrift ends too early")
        self.at += 1
        return self.view[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ReadError(f"number at byte {self.at} does not end")
