"""Numbers, addresses and texts of an HDF5 file, each held against the bytes at hand."""

from backstamp.core.errors import ReadError


class Plain:
    """Reads little-endian values; ``base`` is what addresses count from."""

    __slots__ = ("base", "heaps", "lengths", "offsets", "view")

    def __init__(self, view: memoryview, base: int, offsets: int, lengths: int) -> None:
        if offsets not in (2, 4, 8) or lengths not in (2, 4, 8):
            raise ReadError(f"HDF5 with offsets of {offsets} and lengths of {lengths} bytes")
        self.view = view
        self.base = base
        self.offsets = offsets
        self.lengths = lengths
        self.heaps: dict[int, dict[int, tuple[int, int]]] = {}  # global heaps that were listed

    def number(self, at: int, width: int) -> int:
        """An unsigned number."""
        if not 0 <= at <= len(self.view) - width:
            raise ReadError(f"byte {at} lies beyond the bytes at hand")
        return int.from_bytes(self.view[at : at + width], "little")

    def byte(self, at: int) -> int:
        """A single byte."""
        if not 0 <= at < len(self.view):
            raise ReadError(f"byte {at} lies beyond the bytes at hand")
        return self.view[at]

    def signature(self, at: int) -> bytes:
        """The four letters with which most structures begin."""
        return bytes(self.view[at : at + 4])

    def address(self, at: int) -> int:
        """A stored address, as it stands."""
        return self.number(at, self.offsets)

    def length(self, at: int) -> int:
        """A stored length."""
        return self.number(at, self.lengths)

    def place(self, address: int) -> int:
        """Where an address leads."""
        if address + self.base >= len(self.view):
            raise ReadError(f"address {address} lies beyond the bytes at hand")
        return address + self.base

    def text(self, start: int, end: int) -> str:
        """A text of known length, cut at 4096 bytes; trailing NULs are padding."""
        return bytes(self.view[start : min(end, start + 4096)]).decode("utf-8", "replace").rstrip("\0")

    def line(self, start: int) -> str:
        """A text up to its NUL, at most 4096 bytes."""
        return bytes(self.view[start : start + 4096]).partition(b"\0")[0].decode("utf-8", "replace")
