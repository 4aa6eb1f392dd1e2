"""Handlers of the opcodes that push data, build plain containers, and move the stack and the memo.

Each takes the machine and the position behind the opcode byte, and returns where the next opcode is.
"""

import struct

from backstamp.core.errors import BudgetExceeded
from backstamp.formats.pickle import lines
from backstamp.formats.pickle.machine import Machine, Stopped
from backstamp.formats.pickle.values import PLAIN, Big, Broken, Glob, Inst, Map, Pid, Seq, Unknown

KEPT_TEXT = 4096  # longer text and bytes stay in the file
_MAX_PROTOCOL = 5
_BINFLOAT = struct.Struct(">d")


# --- numbers and constants ----------------------------------------------------------------------


def none(m: Machine, pos: int) -> int:
    """NONE."""
    m.stack.append(None)
    return pos


def true(m: Machine, pos: int) -> int:
    """NEWTRUE."""
    m.stack.append(True)  # noqa: FBT003  # the value itself
    return pos


def false(m: Machine, pos: int) -> int:
    """NEWFALSE."""
    m.stack.append(False)  # noqa: FBT003  # the value itself
    return pos


def int_line(m: Machine, pos: int) -> int:
    """INT."""
    line, after = m.line(pos)
    m.stack.append(lines.integer(line))
    return after


def long_line(m: Machine, pos: int) -> int:
    """LONG."""
    line, after = m.line(pos)
    m.stack.append(lines.long_integer(line))
    return after


def float_line(m: Machine, pos: int) -> int:
    """FLOAT."""
    line, after = m.line(pos)
    m.stack.append(lines.real(line))
    return after


def binint(m: Machine, pos: int) -> int:
    """BININT."""
    m.stack.append(int.from_bytes(m.data[pos : pos + 4], "little", signed=True))
    return pos + 4


def binint1(m: Machine, pos: int) -> int:
    """BININT1."""
    m.stack.append(m.data[pos])
    return pos + 1


def binint2(m: Machine, pos: int) -> int:
    """BININT2."""
    m.stack.append(int.from_bytes(m.data[pos : pos + 2], "little"))
    return pos + 2


def binfloat(m: Machine, pos: int) -> int:
    """BINFLOAT."""
    raw = m.data[pos : pos + 8]
    if len(raw) < 8:
        raise Broken("the data ends too early")
    m.stack.append(_BINFLOAT.unpack(raw)[0])
    return pos + 8


def long1(m: Machine, pos: int) -> int:
    """LONG1."""
    return _long(m, *m.span(pos, 1))


def long4(m: Machine, pos: int) -> int:
    """LONG4."""
    return _long(m, *m.span(pos, 4, signed=True))


def _long(m: Machine, start: int, stop: int) -> int:
    if stop - start > KEPT_TEXT:
        m.stack.append(Unknown("a very long number"))
    else:
        m.stack.append(int.from_bytes(m.data[start:stop], "little", signed=True))
    return stop


# --- text and bytes -----------------------------------------------------------------------------


def string_line(m: Machine, pos: int) -> int:
    """STRING."""
    line, after = m.line(pos)
    m.stack.append(lines.string(line))
    return after


def unicode_line(m: Machine, pos: int) -> int:
    """UNICODE."""
    line, after = m.line(pos)
    m.stack.append(lines.unicode_line(line))
    return after


def short_binstring(m: Machine, pos: int) -> int:
    """SHORT_BINSTRING."""
    return _string(m, *m.span(pos, 1))


def binstring(m: Machine, pos: int) -> int:
    """BINSTRING."""
    return _string(m, *m.span(pos, 4, signed=True))


def _string(m: Machine, start: int, stop: int) -> int:
    # Python 2 text. Loaders read it as ASCII, Latin-1 or bytes: as Latin-1 nothing is lost.
    m.stack.append(str(m.data[start:stop], "latin-1"))
    return stop


def short_binunicode(m: Machine, pos: int) -> int:
    """SHORT_BINUNICODE."""
    return _unicode(m, *m.span(pos, 1))


def binunicode(m: Machine, pos: int) -> int:
    """BINUNICODE."""
    return _unicode(m, *m.span(pos, 4))


def binunicode8(m: Machine, pos: int) -> int:
    """BINUNICODE8."""
    return _unicode(m, *m.span(pos, 8))


def _unicode(m: Machine, start: int, stop: int) -> int:
    try:
        text = str(m.data[start:stop], "utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise Broken("text is not UTF-8") from None
    m.stack.append(text if stop - start <= KEPT_TEXT else Big("str", memoryview(m.data), start, stop))
    return stop


def short_binbytes(m: Machine, pos: int) -> int:
    """SHORT_BINBYTES."""
    return _bytes(m, *m.span(pos, 1))


def binbytes(m: Machine, pos: int) -> int:
    """BINBYTES."""
    return _bytes(m, *m.span(pos, 4))


def binbytes8(m: Machine, pos: int) -> int:
    """BINBYTES8."""
    return _bytes(m, *m.span(pos, 8))


def _bytes(m: Machine, start: int, stop: int) -> int:
    if stop - start <= KEPT_TEXT:
        m.stack.append(bytes(m.data[start:stop]))
    else:
        m.stack.append(Big("bytes", memoryview(m.data), start, stop))
    return stop


def bytearray8(m: Machine, pos: int) -> int:
    """BYTEARRAY8."""
    start, stop = m.span(pos, 8)
    m.stack.append(Big("bytearray", memoryview(m.data), start, stop))
    return stop


def next_buffer(m: Machine, pos: int) -> int:
    """NEXT_BUFFER: comes from outside of the file; a plain load has none and fails."""
    if not m.fold:
        raise Broken("no buffers were given")
    m.stack.append(Unknown("a buffer from outside of the file"))
    return pos


def readonly_buffer(m: Machine, pos: int) -> int:
    """READONLY_BUFFER."""
    top = m.stack[-1]
    if isinstance(top, Big) and top.kind == "bytearray":
        m.stack[-1] = Big("bytes", top.view, top.start, top.end)  # a view that cannot be changed
    elif not isinstance(top, bytes | Big) and not (m.fold and isinstance(top, Inst | Unknown | Pid)):
        raise Broken("not a buffer")
    return pos


# --- containers ---------------------------------------------------------------------------------


def empty_tuple(m: Machine, pos: int) -> int:
    """EMPTY_TUPLE."""
    m.stack.append(())
    return pos


def empty_list(m: Machine, pos: int) -> int:
    """EMPTY_LIST."""
    m.stack.append(Seq("list", []))
    return pos


def empty_dict(m: Machine, pos: int) -> int:
    """EMPTY_DICT."""
    m.stack.append(Map([]))
    return pos


def empty_set(m: Machine, pos: int) -> int:
    """EMPTY_SET."""
    m.stack.append(Seq("set", []))
    return pos


def mark(m: Machine, pos: int) -> int:
    """MARK."""
    if len(m.marks) > 2_000_000:
        raise BudgetExceeded("more than 2,000,000 marks on a pickle's stack")
    m.marks.append(m.stack)
    m.stack = []
    return pos


def tuple_(m: Machine, pos: int) -> int:
    """TUPLE."""
    items = m.pop_mark()
    m.stack.append(tuple(items))
    return pos


def tuple1(m: Machine, pos: int) -> int:
    """TUPLE1."""
    m.stack[-1] = (m.stack[-1],)
    return pos


def tuple2(m: Machine, pos: int) -> int:
    """TUPLE2."""
    m.stack[-2:] = [(m.stack[-2], m.stack[-1])]
    return pos


def tuple3(m: Machine, pos: int) -> int:
    """TUPLE3."""
    m.stack[-3:] = [(m.stack[-3], m.stack[-2], m.stack[-1])]
    return pos


def list_(m: Machine, pos: int) -> int:
    """LIST."""
    made = Seq("list", [])
    items = m.pop_mark()
    m.keep(made.items, items)
    made.length = len(items)
    m.stack.append(made)
    return pos


def frozenset_(m: Machine, pos: int) -> int:
    """FROZENSET."""
    made = Seq("frozenset", [])
    items = m.pop_mark()
    if not PLAIN.issuperset(map(type, items)):
        m.check_keys(items, pos - 1)
    m.keep(made.items, items)
    made.length = len(items)
    m.stack.append(made)
    return pos


def dict_(m: Machine, pos: int) -> int:
    """DICT."""
    items = m.pop_mark()
    if len(items) % 2:
        raise Broken("odd number of items for DICT")
    made = Map([])
    _update(m, made, items, pos - 1)
    m.stack.append(made)
    return pos


def append(m: Machine, pos: int) -> int:
    """APPEND."""
    value = m.stack.pop()
    target = m.stack[-1]
    if type(target) is Seq and target.kind == "list":
        if m.held < 1_000_000 or type(value) is Glob:
            m.held += 1
            target.items.append(value)
        target.length += 1
    else:
        _fill(m, "APPEND", target, [value], pos - 1)
    return pos


def appends(m: Machine, pos: int) -> int:
    """APPENDS."""
    items = m.pop_mark()
    target = m.stack[-1]
    if not items:
        return pos
    if type(target) is Seq and target.kind == "list":
        m.keep(target.items, items)
        target.length += len(items)
    else:
        _fill(m, "APPENDS", target, items, pos - 1)
    return pos


def setitem(m: Machine, pos: int) -> int:
    """SETITEM."""
    value = m.stack.pop()
    key = m.stack.pop()
    _set_items(m, "SETITEM", m.stack[-1], [key, value], pos - 1)
    return pos


def setitems(m: Machine, pos: int) -> int:
    """SETITEMS."""
    items = m.pop_mark()
    target = m.stack[-1]
    if not items:
        return pos
    if len(items) % 2:
        raise Broken("odd number of items for SETITEMS")
    _set_items(m, "SETITEMS", target, items, pos - 1)
    return pos


def additems(m: Machine, pos: int) -> int:
    """ADDITEMS."""
    items = m.pop_mark()
    target = m.stack[-1]
    if not items:
        return pos
    if type(target) is Seq and target.kind == "set":
        if not PLAIN.issuperset(map(type, items)):
            m.check_keys(items, pos - 1)
        m.keep(target.items, items)
        target.length += len(items)
    else:
        _fill(m, "ADDITEMS", target, items, pos - 1)
    return pos


def _set_items(m: Machine, op: str, target: object, items: list[object], at: int) -> None:
    if type(target) is Map:
        _update(m, target, items, at)
    elif type(target) is Seq and target.kind == "list":
        for index in range(0, len(items), 2):
            _set_index(m, target, items[index], items[index + 1])
    else:
        _fill(m, op, target, items, at)


def _set_index(m: Machine, target: Seq, index: object, value: object) -> None:
    # A list takes item assignment too: l[0] = x.
    if m.fold and type(index) in (Inst, Unknown, Pid):
        return
    if type(index) not in (int, bool) or not -target.length <= index < target.length:  # type: ignore[operator]
        raise Broken("not an index of the list")
    if target.is_whole:
        target.items[index] = value  # type: ignore[index]  # an int


def _update(m: Machine, target: Map, items: list[object], at: int) -> None:
    keys = items[::2]
    if not PLAIN.issuperset(map(type, keys)):
        m.check_keys(keys, at)
    m.keep_pairs(target.flat, items)
    target.length += len(keys)


def _fill(m: Machine, op: str, target: object, items: list[object], at: int) -> None:
    kind = type(target)
    if isinstance(target, Big | Seq) and target.kind == "bytearray":
        _fill_bytes(m, op, target, items)
        return
    if kind in PLAIN or kind in (tuple, Map, Big) or (kind is Seq and op.startswith("SETITEM")):
        raise Broken(f"{op} on a plain value")
    if kind is Seq and not _takes(target, op):
        raise Broken(f"{op} on a plain value")
    if isinstance(target, Glob) and target.name in ("__dict__", "modules"):
        _patch(m, target, items)
    m.sink.filled(at, op, target, items)


def _takes(target: object, op: str) -> bool:
    # Sets have add, but neither append nor extend; lists have no add.
    return isinstance(target, Seq) and target.kind == "set" and op == "ADDITEMS"


def _fill_bytes(m: Machine, op: str, target: Big | Seq, items: list[object]) -> None:
    """Extend a bytearray, or set its items: numbers up to 255."""
    if op == "ADDITEMS":
        raise Broken(f"{op} on a plain value")
    size = target.end - target.start if isinstance(target, Big) else target.length
    numbers = items if op.startswith("APPEND") else items[1::2]
    if op.startswith("SETITEM"):
        for index in items[::2]:
            if not (m.fold and type(index) in (Inst, Unknown, Pid)) and (
                type(index) not in (int, bool) or not -size <= index < size  # type: ignore[operator]
            ):
                raise Broken("not an index of the bytearray")
    for number in numbers:
        if type(number) in (int, bool) and 0 <= number < 256:  # type: ignore[operator]  # an int
            continue
        if not m.fold or type(number) not in (Inst, Unknown, Pid):
            raise Broken("not a byte")


def _patch(m: Machine, target: Glob, items: list[object]) -> None:
    """Remember what is put into a module's dict or into ``sys.modules``."""
    for key, value in zip(items[::2], items[1::2], strict=False):
        if type(key) is not str:
            continue
        if (target.module, target.name) == ("sys", "modules"):
            m.modules[key] = value
        elif target.name == "__dict__":
            m.patched.setdefault((target.module, ""), {})[key] = value


# --- stack and memo -----------------------------------------------------------------------------


def pop(m: Machine, pos: int) -> int:
    """POP: the top of the stack, or a MARK."""
    if m.stack:
        m.stack.pop()
    elif m.marks:
        m.stack = m.marks.pop()
    else:
        raise Broken("stack underflow")
    return pos


def pop_mark(m: Machine, pos: int) -> int:
    """POP_MARK."""
    m.pop_mark()
    return pos


def dup(m: Machine, pos: int) -> int:
    """DUP."""
    m.stack.append(m.stack[-1])
    return pos


def binput(m: Machine, pos: int) -> int:
    """BINPUT."""
    m.put(m.data[pos])
    return pos + 1


def long_binput(m: Machine, pos: int) -> int:
    """LONG_BINPUT."""
    if pos + 4 > m.end:
        raise Broken("the data ends too early")
    m.put(int.from_bytes(m.data[pos : pos + 4], "little"))
    return pos + 4


def put_line(m: Machine, pos: int) -> int:
    """PUT."""
    line, after = m.line(pos)
    if not m.stack:
        raise Broken("stack underflow")
    index = lines.index(line)
    if index < 0:
        raise Broken("negative PUT argument")
    m.put(index)
    return after


def memoize(m: Machine, pos: int) -> int:
    """MEMOIZE: at the number of entries."""
    m.put(m.memo_count + len(m.memo_extra))
    return pos


def binget(m: Machine, pos: int) -> int:
    """BINGET."""
    return _get(m, m.data[pos], pos + 1)


def long_binget(m: Machine, pos: int) -> int:
    """LONG_BINGET."""
    if pos + 4 > m.end:
        raise Broken("the data ends too early")
    return _get(m, int.from_bytes(m.data[pos : pos + 4], "little"), pos + 4)


def get_line(m: Machine, pos: int) -> int:
    """GET."""
    line, after = m.line(pos)
    return _get(m, lines.index(line), after)


def _get(m: Machine, index: int, after: int) -> int:
    if index not in m.memo:
        m.sink.odd(after - 1, "memo", f"GET of {index}, which was never PUT")
        raise Broken(f"memo value not found at index {index}")
    m.stack.append(m.memo[index])
    return after


def proto(m: Machine, pos: int) -> int:
    """PROTO: may come anywhere, and changes how names are looked up from there on."""
    number = m.data[pos]
    if number > _MAX_PROTOCOL:
        raise Broken(f"unsupported pickle protocol {number}")
    m.protocol = number
    return pos + 1


def frame(m: Machine, pos: int) -> int:
    """FRAME."""
    size = int.from_bytes(m.data[pos : pos + 8], "little")
    start = pos + 8
    if start > m.end or size >= 2**63:
        raise Broken("a size beyond the data")
    if pos - 1 < m.frame_end:
        m.sink.odd(pos - 1, "frame-divergence", "a frame begins before the end of the current one")
    if start + size > m.end:
        if not m.fold:
            raise Broken("a frame beyond the data")
        m.sink.odd(pos - 1, "frame-divergence", "a frame beyond the data: C refuses it, pickle.py reads on")
    m.frame_end = start + size
    m.limit = start
    return start


def stop(_m: Machine, _pos: int) -> int:
    """STOP."""
    raise Stopped
