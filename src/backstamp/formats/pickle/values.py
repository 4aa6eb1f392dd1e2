"""The objects of the symbolic machine: what is known of a value without making it.

Plain constants and tuples are themselves. Containers are mutable and keep their identity, since
the memo may reach them again. Long text and bytes stay in the file (``Big``).
"""

from collections.abc import Iterable, Sequence

HELD_ITEMS = 1_000_000  # values kept in containers, in all; later ones are counted, globals still kept
PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


class Broken(Exception):
    """The program cannot go on: the loader would raise here."""


class Glob:
    """A global. An empty name is the module itself; ``via`` tells how it was reached, outermost first."""

    __slots__ = ("module", "name", "via")

    def __init__(self, module: str, name: str, via: tuple[str, ...] = ()) -> None:
        self.module = module
        self.name = name
        self.via = via


class Inst:
    """The result of a call that is not known further: an instance or whatever the callee returns."""

    __slots__ = ("args", "callee", "keywords", "state")

    def __init__(
        self, callee: object, args: tuple[object, ...], keywords: tuple[tuple[str, object], ...] = ()
    ) -> None:
        self.callee = callee
        self.args = args
        self.keywords = keywords
        self.state: object = None


class Attr:
    """An attribute of an object that is not a global."""

    __slots__ = ("name", "of", "via")

    def __init__(self, of: object, name: str, via: tuple[str, ...] = ()) -> None:
        self.of = of
        self.name = name
        self.via = via


class Pid:
    """What ``persistent_load`` returns for an id."""

    __slots__ = ("pid",)

    def __init__(self, pid: object) -> None:
        self.pid = pid


class Unknown:
    """Something that cannot be known, and why."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Big:
    """Text or bytes that stay in the file: ``kind`` is ``str``, ``bytes`` or ``bytearray``."""

    __slots__ = ("end", "kind", "start", "view")

    def __init__(self, kind: str, view: memoryview, start: int, end: int) -> None:
        self.kind = kind
        self.view = view
        self.start = start
        self.end = end

    def head(self, length: int) -> str | bytes:
        """Copy the beginning."""
        raw = bytes(self.view[self.start : min(self.end, self.start + length)])
        return raw.decode("utf-8", "replace") if self.kind == "str" else raw

    def whole(self) -> str | bytes:
        """Copy all of it."""
        raw = bytes(self.view[self.start : self.end])
        return raw.decode("utf-8", "surrogatepass") if self.kind == "str" else raw


class Seq:
    """A list, set, frozenset or bytearray. ``length`` counts also the items which are not kept."""

    __slots__ = ("items", "kind", "length")

    def __init__(self, kind: str, items: list[object]) -> None:
        self.kind = kind
        self.items = items
        self.length = len(items)

    @property
    def is_whole(self) -> bool:
        """All items are kept."""
        return self.length == len(self.items)


class Map:
    """A dict, as keys and values in turn. ``length`` counts set pairs, also those which are not kept."""

    __slots__ = ("flat", "length")

    def __init__(self, flat: list[object]) -> None:
        self.flat = flat
        self.length = len(flat) // 2

    def get(self, key: object) -> object:
        """Look a plain key up; the last value set wins. ``None`` if it is not there."""
        flat = self.flat
        for at in range(len(flat) - 2, -1, -2):
            if type(flat[at]) is type(key) and flat[at] == key:
                return flat[at + 1]
        return None

    def pairs(self) -> Iterable[tuple[object, object]]:
        """Yield the kept pairs."""
        return zip(self.flat[::2], self.flat[1::2], strict=True)


def text_of(value: object) -> str | None:
    """The value as text if it is some."""
    if type(value) is str:
        return value
    if type(value) is Big and value.kind == "str":
        whole = value.whole()
        return whole if isinstance(whole, str) else None
    return None


def bytes_of(value: object) -> bytes | None:
    """The value as bytes if it is bytes, or a bytearray of known content."""
    if type(value) is bytes:
        return value
    if type(value) is Big and value.kind != "str":
        whole = value.whole()
        return whole if isinstance(whole, bytes) else None
    if type(value) is Seq and value.kind == "bytearray" and value.is_whole:
        return bytes(i for i in value.items if type(i) is int and 0 <= i < 256)
    return None


def items_of(value: object) -> Sequence[object] | None:
    """The items of a tuple, list or set, the characters of a text, the keys of a dict, if all are known."""
    if type(value) is tuple:
        return value
    if type(value) is Seq:
        return value.items if value.is_whole else None
    if type(value) is Map:
        return value.flat[::2] if value.length * 2 == len(value.flat) else None
    if type(value) is str or type(value) is bytes:
        return list(value)
    return None


def is_hashable(value: object, depth: int = 0) -> bool:
    """Say whether a value may be a dict key as far as is known."""
    if isinstance(value, tuple) and depth < 8:
        return all(is_hashable(i, depth + 1) for i in value[:64])
    if isinstance(value, Seq):
        return value.kind == "frozenset"
    if isinstance(value, Big):
        return value.kind != "bytearray"
    return not isinstance(value, Map)
