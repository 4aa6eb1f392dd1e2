"""DER, read strictly: what timestamps and claims are written in. Source: ITU-T X.690.

Lengths are definite and as short as they can be; nothing is left over. Raises ``ReadError`` for all else.
"""

from backstamp.core.errors import ReadError

SEQUENCE, SET, INTEGER, OCTETS, OID, NULL, TIME, BOOLEAN = 0x30, 0x31, 0x02, 0x04, 0x06, 0x05, 0x18, 0x01


class Reader:
    """Reads the elements of some bytes one after the other."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def tag(self) -> int:
        """The tag of the next element; -1 at the end."""
        return self._data[self._at] if self._at < len(self._data) else -1

    def element(self) -> tuple[int, bytes, bytes]:
        """Take the next element: its tag, its content, and its whole encoding."""
        data, start = self._data, self._at
        if start + 2 > len(data):
            raise ReadError("DER that ends inside an element")
        tag, length, at = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            raise ReadError("DER with a tag of several bytes")
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(data):
                raise ReadError("DER with a length that is none")
            length = int.from_bytes(data[at : at + count])
            at += count
            if length < 0x80 or length >> (8 * (count - 1)) == 0:
                raise ReadError("DER with a length that is longer than needed")
        if at + length > len(data):
            raise ReadError("DER that ends inside an element")
        self._at = at + length
        return tag, data[at : self._at], data[start : self._at]

    def take(self, tag: int) -> bytes:
        """Take the content of the next element, which has this tag."""
        if self.tag != tag:
            raise ReadError(f"DER with the tag {self.tag:#x} where {tag:#x} is expected")
        return self.element()[1]

    def inside(self, tag: int) -> "Reader":
        """Read inside the next element, which has this tag."""
        return Reader(self.take(tag))

    def skip(self, tag: int) -> None:
        """Pass over the next element if it has this tag."""
        if self.tag == tag:
            self.element()

    def end(self) -> None:
        """Nothing is left."""
        if self._at != len(self._data):
            raise ReadError("DER with bytes left over")


def oid_text(raw: bytes) -> str:
    """Write an object identifier with dots."""
    if not raw or raw[-1] & 0x80:
        raise ReadError("DER with an object identifier that is none")
    numbers, value = [], 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    head = numbers[0]
    first = min(head // 40, 2)
    return ".".join(str(n) for n in (first, head - 40 * first, *numbers[1:]))


def integer(raw: bytes) -> int:
    """Read an integer."""
    if not raw or (len(raw) > 1 and raw[0] in (0, 255) and raw[0] >> 7 == raw[1] >> 7):
        raise ReadError("DER with an integer that is none")
    return int.from_bytes(raw, signed=True)
