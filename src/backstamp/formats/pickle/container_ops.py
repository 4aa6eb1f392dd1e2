"""Handlers of the opcodes that build plain containers and put items into anything.

See ``data_ops`` for what a handler is.
"""

from backstamp.core.errors import BudgetExceeded
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import PLAIN, Big, Broken, Glob, Inst, Map, Pid, Seq, Unknown


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
    if not isinstance(index, int) or not -target.length <= index < target.length:
        raise Broken("not an index of the list")
    if target.is_whole:
        target.items[index] = value


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
