"""The table from opcode bytes to their handlers."""

from collections.abc import Callable

from backstamp.formats.pickle import call_ops as c
from backstamp.formats.pickle import container_ops as b
from backstamp.formats.pickle import data_ops as d
from backstamp.formats.pickle import stack_ops as s
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import Broken

Handler = Callable[[Machine, int], int]


def _unknown(m: Machine, pos: int) -> int:
    raise Broken(f"invalid load key {m.data[pos - 1]:#04x}")


_BY_CODE: dict[bytes, Handler] = {
    b"(": b.mark, b".": s.stop, b"0": s.pop, b"1": s.pop_mark, b"2": s.dup, b"F": d.float_line,
    b"I": d.int_line, b"J": d.binint, b"K": d.binint1, b"L": d.long_line, b"M": d.binint2, b"N": d.none,
    b"P": c.persid, b"Q": c.binpersid, b"R": c.reduce, b"S": d.string_line, b"T": d.binstring,
    b"U": d.short_binstring, b"V": d.unicode_line, b"X": d.binunicode, b"a": b.append, b"b": c.build,
    b"c": c.global_, b"d": b.dict_, b"}": b.empty_dict, b"e": b.appends, b"g": s.get_line, b"h": s.binget,
    b"i": c.inst, b"j": s.long_binget, b"l": b.list_, b"]": b.empty_list, b"o": c.obj, b"p": s.put_line,
    b"q": s.binput, b"r": s.long_binput, b"s": b.setitem, b"t": b.tuple_, b")": b.empty_tuple,
    b"u": b.setitems, b"G": d.binfloat, b"\x80": s.proto, b"\x81": c.newobj, b"\x82": c.ext1,
    b"\x83": c.ext2, b"\x84": c.ext4, b"\x85": b.tuple1, b"\x86": b.tuple2, b"\x87": b.tuple3,
    b"\x88": d.true, b"\x89": d.false, b"\x8a": d.long1, b"\x8b": d.long4, b"B": d.binbytes,
    b"C": d.short_binbytes, b"\x8c": d.short_binunicode, b"\x8d": d.binunicode8, b"\x8e": d.binbytes8,
    b"\x8f": b.empty_set, b"\x90": b.additems, b"\x91": b.frozenset_, b"\x92": c.newobj_ex,
    b"\x93": c.stack_global, b"\x94": s.memoize, b"\x95": s.frame, b"\x96": d.bytearray8,
    b"\x97": d.next_buffer, b"\x98": d.readonly_buffer,
}  # fmt: skip

TABLE: tuple[Handler, ...] = tuple(_BY_CODE.get(bytes([code]), _unknown) for code in range(256))
