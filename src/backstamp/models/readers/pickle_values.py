"""Turns the machine's values into those of facts: bounded snapshots, and shapes to tell equal calls by."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from backstamp.formats.pickle.values import Attr, Big, Glob, Inst, Map, Pid, Seq, Unknown
from backstamp.models.facts.pickle import (
    AnyValue,
    Attribute,
    Constant,
    Items,
    Made,
    Name,
    Opaque,
    Pairs,
    Stored,
)

_DEPTH, _ITEMS, _TEXT, _NODES = 5, 16, 2048, 256
_WORD = 64
_LONG = 256
_WORD_SIGNS = str.maketrans("", "", "_<>|=+-")
_DATA = frozenset({str, int, float, bool, bytes, type(None), Big})
_LETTERS = {int: "n", float: "n", bool: "n", type(None): "0"}


def snapshot(value: object) -> AnyValue:
    """Copy what is known of a value, up to the bounds."""
    return Snapshot().of(value)


class Snapshot:
    """One budget of nodes for the values of a fact."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = _NODES

    def of(self, value: object, depth: int = _DEPTH) -> AnyValue:
        """Copy one value."""
        self._left -= 1
        if self._left < 0 or depth < 0:
            return Opaque("more than is shown")
        if value is None or isinstance(value, str | int | float | bytes):
            return _constant(value)
        if isinstance(value, Big):
            head = value.head(_TEXT)
            size = value.end - value.start
            text = head if isinstance(head, str) else head.decode("latin-1")
            return Constant(text, "str" if value.kind == "str" else "bytes", size)
        if isinstance(value, tuple):
            return self._items("tuple", value, len(value), depth)
        if isinstance(value, Seq):
            return self._items(value.kind, value.items, value.length, depth)
        if isinstance(value, Map):
            pairs = list(zip(value.flat[: 2 * _ITEMS : 2], value.flat[1 : 2 * _ITEMS : 2], strict=True))
            made = tuple((self.of(k, depth - 1), self.of(v, depth - 1)) for k, v in pairs)
            return Pairs(made, value.length)
        return self._object(value, depth)

    def _object(self, value: object, depth: int) -> AnyValue:
        match value:
            case Glob():
                return Name(value.module, value.name)
            case Inst():
                arguments = tuple(self.of(a, depth - 1) for a in value.args[:_ITEMS])
                keywords = tuple(self.of(v, depth - 1) for _, v in value.keywords[:_ITEMS])
                return Made(self.of(value.callee, depth - 1), (*arguments, *keywords))
            case Attr():
                return Attribute(self.of(value.of, depth - 1), value.name[:_TEXT])
            case Pid():
                return Stored(self.of(value.pid, depth - 1))
            case Unknown():
                return Opaque(value.why)
            case _:
                return Opaque("unknown")

    def _items(self, kind: str, items: tuple[object, ...] | list[object], length: int, depth: int) -> Items:
        return Items(kind, tuple(self.of(i, depth - 1) for i in items[:_ITEMS]), length)


def _constant(value: str | float | bytes | None) -> Constant:
    match value:
        case None:
            return Constant(None, "none")
        case bool():
            return Constant(value, "bool")
        case int():
            # msgpack holds 64 bits; longer numbers are told as text.
            return (
                Constant(value, "int") if -(2**63) <= value < 2**63 else Constant(hex(value)[:_TEXT], "int")
            )
        case float():
            return Constant(value, "float")
        case bytes():
            return Constant(value[:_TEXT].decode("latin-1"), "bytes", len(value))
        case str():
            # Lone surrogates cannot be written as UTF-8, neither in results nor in the cache.
            text = value[:_TEXT]
            text = text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
            return Constant(text, "str", len(value))


def shape(value: object, depth: int = 3) -> object:
    """Tell what a value is like, so that calls of equal shape are one fact. Hashable."""
    kind = type(value)
    letter = _LETTERS.get(kind)
    if letter is not None:
        return letter
    if kind is str:
        return _short_text(value) if len(value) <= _WORD else _long_text(value)  # type: ignore[arg-type]
    if kind is bytes:
        return _bytes_shape(value)  # type: ignore[arg-type]
    if kind is Glob:
        return (value.module, value.name, 0)  # type: ignore[attr-defined]
    if kind is Big:
        return ("big", value.kind)  # type: ignore[attr-defined]
    if depth <= 0:
        return kind.__name__
    below = depth - 1
    if kind is tuple:
        return tuple(_shapes(value, below))  # type: ignore[arg-type]
    if kind is Inst:
        return ("made", shape(value.callee, below), shape(value.args, below))  # type: ignore[attr-defined]
    if kind is Map:
        flat = value.flat  # type: ignore[attr-defined]
        return ("dict", frozenset(_shapes(flat, below, 2 * _ITEMS)))
    if kind is Seq:
        return (value.kind, frozenset(_shapes(value.items, below)))  # type: ignore[attr-defined]
    if kind is Attr:
        return ("attr", shape(value.of, below), value.name)  # type: ignore[attr-defined]
    return ("pid", shape(value.pid, below)) if kind is Pid else kind.__name__  # type: ignore[attr-defined]


def _shapes(items: Sequence[object], depth: int, most: int = _ITEMS) -> list[object]:
    letters = _LETTERS
    if len(items) > most:
        items = items[:most]
    return [letters.get(type(i)) or shape(i, depth) for i in items]


def outline(value: object, depth: int = 3) -> object:
    """Tell which globals a value holds and where; data is all alike. Hashable."""
    kind = type(value)
    if kind in _DATA:
        return "d"
    if kind is Glob:
        return (value.module, value.name, 0)  # type: ignore[attr-defined]
    if depth <= 0:
        return kind.__name__
    below = depth - 1
    if kind is tuple:
        return ("t", frozenset(_outlines(value, below)))  # type: ignore[arg-type]
    if kind is Inst:
        return ("made", outline(value.callee, below), outline(value.args, below))  # type: ignore[attr-defined]
    if kind is Map:
        return ("dict", frozenset(_outlines(value.flat, below, 2 * _ITEMS)))  # type: ignore[attr-defined]
    if kind is Seq:
        return (value.kind, frozenset(_outlines(value.items, below)))  # type: ignore[attr-defined]
    if kind is Attr:
        return ("attr", outline(value.of, below), value.name)  # type: ignore[attr-defined]
    return ("pid", outline(value.pid, below)) if kind is Pid else kind.__name__  # type: ignore[attr-defined]


def _outlines(items: Sequence[object], depth: int, most: int = _ITEMS) -> list[object]:
    if len(items) > most:
        items = items[:most]
    return ["d" if type(i) in _DATA else outline(i, depth) for i in items]


@lru_cache(maxsize=4096)
def _short_text(value: str) -> object:
    return "s" if not value or value.translate(_WORD_SIGNS).isalnum() else ("s", value)


def _long_text(value: str) -> object:
    return ("s", value if len(value) <= _LONG else hash(value))


def _bytes_shape(value: bytes) -> object:
    return ("b", value) if 16 < len(value) <= _LONG and value.isascii() else "b"


def globals_in(value: object) -> Iterator[Glob]:
    """Yield the globals inside of a value, looking at a bounded number of parts."""
    if isinstance(value, Glob):
        yield value
        return
    pending = [value]
    left = _NODES
    while pending and left:
        left -= 1
        one = pending.pop()
        if isinstance(one, Glob):
            yield one
        elif isinstance(one, tuple):
            pending.extend(one[:_NODES])
        elif isinstance(one, Seq):
            pending.extend(one.items[:_NODES])
        elif isinstance(one, Map):
            pending.extend(one.flat[:_NODES])
        elif isinstance(one, Inst):
            pending.append(one.callee)
            pending.extend(one.args[:_NODES])
        elif isinstance(one, Attr):
            pending.append(one.of)
        elif isinstance(one, Pid):
            pending.append(one.pid)


def data_in(args: tuple[object, ...]) -> Iterator[str | bytes | Big]:
    """Yield texts and bytes among arguments, and one level inside of them."""
    for one in args[:_ITEMS]:
        if isinstance(one, str | bytes | Big):
            yield one
        elif isinstance(one, tuple):
            yield from (i for i in one[:_ITEMS] if isinstance(i, str | bytes | Big))
        elif isinstance(one, Seq):
            yield from (i for i in one.items[:_ITEMS] if isinstance(i, str | bytes | Big))
