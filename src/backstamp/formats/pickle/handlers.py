"""The table from opcode bytes to their handlers."""

from collections.abc import Callable

from backstamp.formats.pickle import call_ops as c
from backstamp.formats.pickle import data_ops as d
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import Broken

Handler = Callable[[Machine, int], int]


def _unknown(m: Machine, pos: int) -> int:
    raise Broken(f"invalid load key {m.data[pos - 1]:#04x}")


_BY_CODE: dict[bytes, Handler] = {
    b"(": d.mark, b".": d.stop, b"0": d.pop, b"1": d.pop_mark, b"2": d.dup, b"F": d.float_line,
    b"I": d.int_line, b"J": d.binint, b"K": d.binint1, b"L": d.long_line, b"M": d.binint2, b"N": d.none,
    b"P": c.persid, b"Q": c.binpersid, b"R": c.reduce, b"S": d.string_line, b"T": d.binstring,
    b"U": d.short_binstring, b"V": d.unicode_line, b"X": d.binunicode, b"a": d.append, b"b": c.build,
    b"c": c.global_, b"d": d.dict_, b"}": d.empty_dict, b"e": d.appends, b"g": d.get_line, b"h": d.binget,
    b"i": c.inst, b"j": d.long_binget, b"l": d.list_, b"]": d.empty_list, b"o": c.obj, b"p": d.put_line,
    b"q": d.binput, b"r": d.long_binput, b"s": d.setitem, b"t": d.tuple_, b")": d.empty_tuple,
    b"u": d.setitems, b"G": d.binfloat, b"\x80": d.proto, b"\x81": c.newobj, b"\x82": c.ext1,
    b"\x83": c.ext2, b"\x84": c.ext4, b"\x85": d.tuple1, b"\x86": d.tuple2, b"\x87": d.tuple3,
    b"\x88": d.true, b"\x89": d.false, b"\x8a": d.long1, b"\x8b": d.long4, b"B": d.binbytes,
    b"C": d.short_binbytes, b"\x8c": d.short_binunicode, b"\x8d": d.binunicode8, b"\x8e": d.binbytes8,
    b"\x8f": d.empty_set, b"\x90": d.additems, b"\x91": d.frozenset_, b"\x92": c.newobj_ex,
    b"\x93": c.stack_global, b"\x94": d.memoize, b"\x95": d.frame, b"\x96": d.bytearray8,
    b"\x97": d.next_buffer, b"\x98": d.readonly_buffer,
}  # fmt: skip

TABLE: tuple[Handler, ...] = tuple(_BY_CODE.get(bytes([code]), _unknown) for code in range(256))
