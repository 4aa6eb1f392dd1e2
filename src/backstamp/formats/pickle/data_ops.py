"""Handlers of the opcodes that push data.

Each takes the machine and the position behind the opcode byte, and returns where the next opcode is.
"""

import struct

from backstamp.formats.pickle import lines
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import Big, Broken, Inst, Pid, Unknown

KEPT_TEXT = 4096  # longer text and bytes stay in the file
_BINFLOAT = struct.Struct(">d")


# --- numbers and constants ----------------------------------------------------------------------


def none(m: Machine, pos: int) -> int:
    """NONE."""
    m.stack.append(None)
    return pos


def true(m: Machine, pos: int) -> int:
    """NEWTRUE."""
    m.stack.append(True)
    return pos


def false(m: Machine, pos: int) -> int:
    """NEWFALSE."""
    m.stack.append(False)
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
