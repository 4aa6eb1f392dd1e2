"""R's serialized objects (RDS, RDA): the calls, promises and functions in them. Nothing is evaluated.

Source: "R Internals", section 1.8, and R's serialize.c. Read here: the form XDR, the native one and the
text form, versions 2 and 3, with bytecode. No recursion: what is still to be read stands on a stack of tasks.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError

_PLAIN_WIDTHS = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}  # logical, integer, double, complex, raw
_NONE = frozenset({254, 253, 252, 251, 250, 242, 241})  # NULL, environments and markers without a body
_PAIRS = frozenset({2, 3, 5, 6, 17})  # pairlist, closure, promise, call, dots
_VECTORS = frozenset({16, 19, 20})  # strings, lists, expressions
_SYMBOL, _PROMISE, _CALL, _CLOSURE, _BYTECODE = 1, 5, 6, 3, 21
_LANG = frozenset({2, 6, 239, 240, 243, 244})  # in bytecode: calls and lists, repeated ones too
_NAMES = 8
_FORMS = {b"X\n": "big", b"B\n": "little", b"A\n": "ascii"}
_SPACES = frozenset(b" \n\r\t")
_OCTAL = frozenset(b"01234567")
_ESCAPES = {ord("n"): 10, ord("t"): 9, ord("v"): 11, ord("b"): 8, ord("r"): 13, ord("f"): 12, ord("a"): 7}


class Call(msgspec.Struct, frozen=True):
    """A call in the data: the function's name and the first names and texts that it is given.

    ``context``: ``promise`` (evaluated when the value is first used), ``closure`` (in the body of a
    function) or ``data`` (a formula, a stored expression).
    """

    name: str
    words: tuple[str, ...]
    context: str
    at: int


class Promise(msgspec.Struct, frozen=True):
    """An argument that is not yet evaluated."""

    at: int


class Native(msgspec.Struct, frozen=True):
    """An internal function of R, by name."""

    name: str
    at: int


class End(msgspec.Struct, frozen=True):
    """Where the object ends."""

    end: int


Part = Call | Promise | Native | End


class _Reading:
    """Position, byte order, and the symbols met so far, to which references lead back."""

    __slots__ = ("at", "budget", "order", "references", "view")

    def __init__(self, view: memoryview, at: int, order: str, budget: Budget) -> None:
        self.view = view
        self.at = at
        self.order = order
        self.budget = budget
        self.references: list[str] = []

    def number(self) -> int:
        """The next signed number of four bytes, or the next word of a text form."""
        self.budget.spend_operations()
        if self.order == "ascii":
            word = self.word()
            try:
                return -(1 << 31) if word == b"NA" else int(word)
            except ValueError:
                raise ReadError(f"no number at byte {self.at}") from None
        if self.at + 4 > len(self.view):
            raise ReadError("R data breaks off")
        self.at += 4
        return int.from_bytes(
            self.view[self.at - 4 : self.at], "big" if self.order == "big" else "little", signed=True
        )

    def word(self) -> bytes:
        """The next word between spaces, at most 64 bytes long."""
        while self.at < len(self.view) and self.view[self.at] in _SPACES:
            self.at += 1
            self.budget.spend_operations()
        found = bytes(self.view[self.at : self.at + 64]).split(None, 1)
        if not found:
            raise ReadError("R data breaks off")
        self.at += len(found[0])
        return found[0]

    def values(self, count: int, width: int) -> None:
        """Step over the values of a vector."""
        if self.order != "ascii":
            self.skip(count * width)
            return
        for _ in range(count * (2 if width == 16 else 1)):
            self.budget.spend_operations()
            self.word()

    def length(self) -> int:
        """The length of a vector, long ones too."""
        size = self.number()
        if size == -1:
            size = (self.number() << 32) + (self.number() & 0xFFFFFFFF)
        if size < 0:
            raise ReadError("R vector of negative length")
        return size

    def skip(self, size: int) -> int:
        """Step over bytes and say where they began."""
        start = self.at
        if size < 0 or start + size > len(self.view):
            raise ReadError("R data breaks off")
        self.at += size
        return start

    def text(self, size: int) -> str:
        """A text of a length; -1 is NA."""
        if size == -1:
            return "NA"
        if self.order == "ascii":
            return self.escaped(size)
        start = self.skip(size)
        return bytes(self.view[start : min(self.at, start + 256)]).decode("utf-8", "replace")

    def escaped(self, size: int) -> str:
        """A text of a length in a text form: backslashes stand before what is no plain character."""
        while self.at < len(self.view) and self.view[self.at] in _SPACES:
            self.at += 1
        found = bytearray()
        for _ in range(size):
            self.budget.spend_operations()
            start = self.skip(1)
            if self.view[start] != 0x5C:
                found.append(self.view[start])
                continue
            start = self.skip(1)
            if self.view[start] not in _OCTAL:
                found.append(_ESCAPES.get(self.view[start], self.view[start]))
                continue
            while self.at < min(start + 3, len(self.view)) and self.view[self.at] in _OCTAL:
                self.at += 1
            found.append(int(bytes(self.view[start : self.at]), 8) & 0xFF)
        return bytes(found[:256]).decode("utf-8", "replace")


class _Task(NamedTuple):
    """What is to be read next: ``mode`` says as what; names go to ``call``."""

    mode: str
    context: str
    call: "_Open | None"


class _Open:
    """A call whose parts are being read."""

    __slots__ = ("at", "context", "words")

    def __init__(self, at: int, context: str) -> None:
        self.at = at
        self.context = context
        self.words: list[str] = []


def parts_of(view: memoryview, budget: Budget) -> Iterator[Part]:
    """Yield the parts of an object. Raises ``ReadError`` where it breaks off or is of a form not read."""
    start = 5 if bytes(view[:3]) in (b"RDX", b"RDB", b"RDA") else 0
    form = bytes(view[start : start + 2])
    if form not in _FORMS:
        raise ReadError("R data of unknown form")
    reading = _Reading(view, start + 2, _FORMS[form], budget)
    version = reading.number()
    reading.number()
    reading.number()
    if version == 3:
        reading.text(reading.number())
    yield from _items(reading)
    if reading.order == "ascii" and bytes(view[reading.at :]) in (b"\n", b"\r\n"):
        reading.at = len(view)
    yield End(reading.at)


def _items(reading: _Reading) -> Iterator[Part]:
    tasks: list[_Task] = [_Task("item", "data", None)]
    while tasks:
        task = tasks.pop()
        call = task.call
        if task.mode == "close":
            if call and call.words:
                yield Call(call.words[0], tuple(call.words[1:]), call.context, call.at)
        elif task.mode == "lang":
            _lang(reading, task, tasks)
        elif task.mode == "code":
            tasks.append(_Task("constants", task.context, None))
            tasks.append(_Task("item", task.context, None))
        elif task.mode == "constants":
            count = reading.number()
            if not 0 <= count <= len(reading.view) - reading.at:
                raise ReadError("R bytecode has more constants than bytes")
            tasks.extend(_Task("constant", task.context, None) for _ in range(count))
        elif task.mode == "constant":
            kind = reading.number()
            if kind == _BYTECODE:
                tasks.append(_Task("code", task.context, None))
            elif kind in _LANG:
                _lang_of(reading, kind, task, tasks)
            else:
                tasks.append(_Task("item", task.context, None))
        else:
            yield from _item(reading, task, tasks)


def _item(reading: _Reading, task: "_Task", tasks: list["_Task"]) -> Iterator[Part]:
    at = reading.at
    flags = reading.number()
    kind = flags & 0xFF
    if kind in _PAIRS:
        if kind == _PROMISE:
            yield Promise(at)
        _pair(kind, flags, at, task, tasks)
    elif kind in _VECTORS:
        _vector(reading, kind, flags, task, tasks)
    elif kind in _PLAIN_WIDTHS:
        reading.values(reading.length(), _PLAIN_WIDTHS[kind])
        _attributes(flags, task, tasks)
    elif kind in (7, 8):
        yield Native(reading.text(reading.number()), at)
    elif kind == _BYTECODE:
        reading.number()
        _attributes(flags, task, tasks)
        tasks.append(_Task("code", task.context, None))
    else:
        _single(reading, kind, flags, task, tasks)


def _pair(kind: int, flags: int, at: int, task: "_Task", tasks: list["_Task"]) -> None:
    """Queue attributes, tag, head and tail, in this order: the stack is last in, first out."""
    inner = {_PROMISE: "promise", _CLOSURE: "closure"}.get(kind, task.context)
    opened = task.call if kind in (2, 17) else None
    if kind == _CALL:
        opened = _Open(at, inner)
        tasks.append(_Task("close", inner, opened))
    tasks.append(_Task("item", inner, opened))
    tasks.append(_Task("item", inner, opened))
    if flags & 0x400:
        tasks.append(_Task("item", task.context, None))
    if flags & 0x200:
        tasks.append(_Task("item", task.context, None))


def _lang(reading: _Reading, task: "_Task", tasks: list["_Task"]) -> None:
    """A part of a call in bytecode: its kind stands before it."""
    kind = reading.number()
    if kind in _LANG:
        _lang_of(reading, kind, task, tasks)
    else:
        tasks.append(_Task("item", task.context, task.call))


def _lang_of(reading: _Reading, kind: int, task: "_Task", tasks: list["_Task"]) -> None:
    if kind == 243:  # a reference to a call that came before
        reading.number()
        return
    if kind == 244:  # a call that references lead to
        reading.number()
        kind = reading.number()
    opened = task.call
    if kind in (_CALL, 240):
        opened = _Open(reading.at, task.context)
        tasks.append(_Task("close", task.context, opened))
    tasks.append(_Task("lang", task.context, opened))
    tasks.append(_Task("lang", task.context, opened))
    tasks.append(_Task("item", task.context, None))
    if kind in (239, 240):
        tasks.append(_Task("item", task.context, None))


def _vector(reading: _Reading, kind: int, flags: int, task: "_Task", tasks: list["_Task"]) -> None:
    size = reading.length()
    if size > len(reading.view) - reading.at:
        raise ReadError("R vector is longer than its file")
    _attributes(flags, task, tasks)
    if kind == 16:
        for number in range(size):
            reading.number()
            text = reading.text(reading.number())
            if number < _NAMES:
                _say(task.call, text)
        return
    reading.budget.spend_operations(size)
    tasks.extend(_Task("item", task.context, None) for _ in range(size))


def _single(reading: _Reading, kind: int, flags: int, task: "_Task", tasks: list["_Task"]) -> None:
    plain = _Task("item", task.context, None)
    if kind == _SYMBOL:
        reading.number()
        name = reading.text(reading.number())
        reading.references.append(name)
        _say(task.call, name)
    elif kind == 255:
        index = (flags >> 8) or reading.number()
        if 0 < index <= len(reading.references):
            _say(task.call, reading.references[index - 1])
    elif kind == 9:
        _say(task.call, reading.text(reading.number()))
    elif kind == 4:
        reading.number()
        reading.references.append("")
        tasks.extend([plain] * 4)
    elif kind in (249, 248, 247):  # namespace, package, persistent name: a count of texts
        reading.number()
        for _ in range(reading.number()):
            reading.number()
            reading.text(reading.number())
        reading.references.append("")
    elif kind == 25:
        _attributes(flags, task, tasks)
    elif kind in (22, 23):  # external pointer, weak reference
        reading.references.append("")
        _attributes(flags, task, tasks)
        tasks.extend([plain] * (2 if kind == 22 else 0))
    elif kind == 238:  # ALTREP: class, state, attributes
        tasks.extend([plain] * 3)
    elif kind not in _NONE:
        raise ReadError(f"R data holds type {kind}, which is not read")


def _attributes(flags: int, task: "_Task", tasks: list["_Task"]) -> None:
    if flags & 0x200:
        tasks.append(_Task("item", task.context, None))


def _say(call: _Open | None, word: str) -> None:
    if call is not None and word and len(call.words) < _NAMES:
        call.words.append(word)
