"""Handlers of the opcodes that move the stack and the memo, and bound the program.

See ``data_ops`` for what a handler is.
"""

from backstamp.formats.pickle import lines
from backstamp.formats.pickle.machine import Machine, Stopped
from backstamp.formats.pickle.values import Broken

_MAX_PROTOCOL = 5


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
