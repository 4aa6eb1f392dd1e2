"""Walks marshalled code objects (``.pyc`` files, ``marshal.dumps``) without ever making one.

1. ``marshal.loads`` is never called: it is native, unchecked and may crash on hostile bytes.
2. References (``FLAG_REF``) are followed by index only; nothing is copied, so they cannot multiply.
3. Depth, counts and lengths are checked against what is left of the bytes before anything is taken.

Sources: CPython ``Python/marshal.c`` and ``Objects/codeobject.c``, versions 2.7 to 3.14.
"""

import struct

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

_MOST_DEEP = 200
_MOST_TEXTS = 20_000
_MOST_WORD = 4096
_FLAG_REF = 0x80

# Magic numbers by the first version that has them; what lies between belongs to the older.
_MAGICS = (
    (3390, (3, 7)), (3400, (3, 8)), (3420, (3, 9)), (3430, (3, 10)), (3450, (3, 11)), (3500, (3, 12)),
    (3550, (3, 13)),
    (3600, (3, 14)), (3650, (3, 15)), (3800, (3, 16)),
)  # fmt: skip


class CodeObject(msgspec.Struct, frozen=True):
    """What a code object names and holds. Nested code objects follow it in the list of all."""

    name: str
    filename: str
    names: tuple[str, ...]
    texts: tuple[str, ...]
    first_line: int = 0


class Compiled(msgspec.Struct, frozen=True):
    """A walked file: all its code objects, and where the walk ended."""

    version: tuple[int, int]
    codes: tuple[CodeObject, ...]
    words: tuple[str, ...]
    end: int


def version_of(head: bytes) -> tuple[int, int] | None:
    """Tell the Python version from the first four bytes of a ``.pyc``, or ``None`` if they are not its magic."""
    if len(head) < 4 or head[2:4] != b"\r\n":
        return None
    magic = int.from_bytes(head[:2], "little")
    if 62011 <= magic <= 62300:
        return (2, 7)
    if 3000 <= magic < 3390:
        return (3, 6)
    found = None
    for first, version in _MAGICS:
        if magic >= first:
            found = version
    return found if magic < 3900 else None


def compiled_of(data: memoryview, budget: Budget) -> Compiled:
    """Walk a ``.pyc``. Raises ``ReadError`` if it is none, or breaks off; what was walked before is lost."""
    version = version_of(bytes(data[:4]))
    if version is None:
        raise ReadError("not a compiled Python file")
    start = 8 if version[0] == 2 else 12 if version < (3, 7) else 16
    walk = Walk(data, start, budget, version)
    walk.object(0)
    return Compiled(version, tuple(walk.codes), tuple(walk.words), walk.at)


def marshalled_of(data: memoryview, budget: Budget) -> Compiled:
    """Walk marshalled bytes under each code layout, newest first, and keep the one that gets furthest.

    Raises ``ReadError`` if no layout gives a code object.
    """
    best: Walk | None = None
    for version in ((3, 11), (3, 8), (3, 7), (2, 7)):
        walk = Walk(data, 0, budget, version)
        try:
            walk.object(0)
        except ReadError as error:
            walk.problem = error.message
            if best is None or walk.at > best.at:
                best = walk
            continue
        return Compiled(version, tuple(walk.codes), tuple(walk.words), walk.at)
    raise ReadError(best.problem if best else "not marshalled code")


class Walk:
    """The state of one walk."""

    def __init__(self, data: memoryview, at: int, budget: Budget, version: tuple[int, int]) -> None:
        self.data = data
        self.at = at
        self.budget = budget
        self.version = version
        self.codes: list[CodeObject] = []
        self.refs: list[str | None] = []
        self.interned: list[str] = []
        self.texts: list[str] = []
        self.words: dict[str, None] = {}  # every text met, once: shared tuples give their names only here
        self.problem = ""

    def object(self, depth: int) -> str | None:
        """Walk one object; gives its text if it is one."""
        self.budget.spend_operations()
        if depth > _MOST_DEEP:
            raise ReadError("marshalled objects nested too deeply")
        mark = self._byte()
        slot = -1
        if mark & _FLAG_REF and self.version[0] == 3:
            slot = len(self.refs)
            self.refs.append(None)
        text = self._body(mark & 0x7F, depth)
        if slot >= 0:
            self.refs[slot] = text
        return text

    def _body(self, mark: int, depth: int) -> str | None:
        kind = chr(mark)
        match kind:
            case "N" | "F" | "T" | "S" | "." | "0":
                return None
            case "i":
                self._skip(4)
            case "I" | "g":
                self._skip(8)
            case "y":
                self._skip(16)
            case "f":
                self._skip(self._byte())
            case "x":
                self._skip(self._byte())
                self._skip(self._byte())
            case "l":
                self._skip(2 * abs(self._long()))
            case "s" | "u" | "a" | "A" | "t":
                text = self._text(self._size(), "utf-8" if kind in "ut" else "latin-1")
                if kind == "t" and self.version[0] == 2:
                    self.interned.append(text)
                return text
            case "z" | "Z":
                return self._text(self._byte(), "latin-1")
            case "R":
                return self._at(self.interned, self._long())
            case "r":
                return self._at(self.refs, self._long())
            case "(" | "[" | "<" | ">" | ")":
                count = self._byte() if kind == ")" else self._size()
                for _ in range(count):
                    self._constant(depth)
            case "{":
                while self._peek() != ord("0"):
                    self._constant(depth)
                    self._constant(depth)
                self._skip(1)
            case ":":
                for _ in range(3):
                    self.object(depth + 1)
            case "c":
                self._code(depth)
            case _:
                raise ReadError(f"unknown marshal type 0x{mark:02x} at byte {self.at - 1}")
        return None

    def _constant(self, depth: int) -> None:
        text = self.object(depth + 1)
        if text and len(self.texts) < _MOST_TEXTS:
            self.texts.append(text)

    def _code(self, depth: int) -> None:
        version = self.version
        self._skip(4 * (4 if version[0] == 2 else 6 if (3, 8) <= version < (3, 11) else 5))
        place = len(self.codes)
        before = len(self.texts)
        self.object(depth + 1)  # the instructions
        self.object(depth + 1)  # constants: texts are gathered on the way
        texts = tuple(self.texts[before:])
        at_names = len(self.texts)
        self.object(depth + 1)
        names = tuple(self.texts[at_names:])
        if version >= (3, 11):
            self.object(depth + 1)  # names of locals
            self.object(depth + 1)  # their kinds
            filename, name = self.object(depth + 1), self.object(depth + 1)
            self.object(depth + 1)  # qualified name
            line = self._long()
            self.object(depth + 1)
            self.object(depth + 1)
        else:
            for _ in range(3):
                self.object(depth + 1)  # names of locals, of free and of cell variables
            filename, name = self.object(depth + 1), self.object(depth + 1)
            line = self._long()
            self.object(depth + 1)
        del self.texts[before:]
        self.codes.insert(place, CodeObject(name or "", filename or "", names, texts, line))

    def _at(self, items: list[str] | list[str | None], index: int) -> str | None:
        if not 0 <= index < len(items):
            raise ReadError("reference to an object that is not there")
        return items[index]

    def _text(self, size: int, encoding: str) -> str:
        raw = bytes(self.data[self.at : self.at + min(size, 65_536)])
        self._skip(size)
        text = raw.decode(encoding, "replace")
        if len(self.words) < _MOST_TEXTS and size <= _MOST_WORD:
            self.words[text] = None
        return text

    def _size(self) -> int:
        size = self._long()
        if not 0 <= size <= len(self.data) - self.at:
            raise ReadError(f"length {size} at byte {self.at - 4} is beyond the end")
        return size

    def _long(self) -> int:
        self._need(4)
        (value,) = struct.unpack_from("<i", self.data, self.at)
        self.at += 4
        return int(value)

    def _byte(self) -> int:
        self._need(1)
        self.at += 1
        return self.data[self.at - 1]

    def _peek(self) -> int:
        self._need(1)
        return self.data[self.at]

    def _skip(self, count: int) -> None:
        self._need(count)
        self.at += count

    def _need(self, count: int) -> None:
        if count > len(self.data) - self.at:
            raise ReadError("marshalled bytes break off")
