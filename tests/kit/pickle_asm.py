"""A small assembler for pickles: inert test programs, written opcode by opcode or as expressions.

``asm("PROTO 2", "GLOBAL 'posix system'", "MARK", ...)`` writes opcodes by their pickletools names;
arguments are Python literals, a text for two-line opcodes is split at its first space.
``pickled(Call(Ref("os", "system"), "id"))`` writes expressions, and ``reduce_call`` the usual one.
"""

import ast
import pickletools
import struct
from dataclasses import dataclass, field

CODES = {op.name: op.code.encode("latin-1") for op in pickletools.opcodes}
_ARGS = {op.name: op.arg.name if op.arg else "" for op in pickletools.opcodes}
_STRUCTS = {
    "uint1": "<B",
    "uint2": "<H",
    "int4": "<i",
    "uint4": "<I",
    "uint8": "<Q",
    "float8": ">d",
}
_SIZED = {
    "string1": "<B",
    "bytes1": "<B",
    "unicodestring1": "<B",
    "long1": "<B",
    "string4": "<i",
    "bytes4": "<I",
    "unicodestring4": "<I",
    "long4": "<i",
    "bytes8": "<Q",
    "unicodestring8": "<Q",
    "bytearray8": "<Q",
}

Arg = str | int | float | bytes | None


@dataclass(frozen=True)
class Ref:
    """A global, fetched by GLOBAL, or by STACK_GLOBAL from protocol 4 on."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """A call by REDUCE."""

    callee: object
    args: tuple[object, ...]

    def __init__(self, callee: object, *args: object) -> None:
        object.__setattr__(self, "callee", callee)
        object.__setattr__(self, "args", args)


@dataclass(frozen=True)
class New:
    """An instance by NEWOBJ."""

    cls: object
    args: tuple[object, ...] = ()


@dataclass(frozen=True)
class Built:
    """BUILD: an object with its state set."""

    target: object
    state: object


@dataclass(frozen=True)
class Appended:
    """APPENDS: an object to which items were appended."""

    target: object
    items: tuple[object, ...]


@dataclass(frozen=True)
class Updated:
    """SETITEMS: an object on which items were set."""

    target: object
    pairs: dict[object, object] = field(hash=False)


@dataclass(frozen=True)
class Pid:
    """A persistent id by BINPERSID."""

    pid: object


@dataclass(frozen=True)
class Code:
    """Opcodes as they are, which leave one object on the stack."""

    data: bytes


def op(name: str, arg: Arg = None, arg2: str | None = None) -> bytes:
    """Write one opcode; ``arg2`` is the second line of GLOBAL and INST."""
    kind = _ARGS[name]
    code = CODES[name]
    if not kind:
        return code
    if kind in _STRUCTS:
        return code + struct.pack(_STRUCTS[kind], arg)
    if kind in _SIZED:
        body = _body(kind, arg)
        return code + struct.pack(_SIZED[kind], len(body)) + body
    return code + _line(name, kind, arg, arg2)


def asm(*lines: str | bytes) -> bytes:
    """Write a program. Bytes among the lines are copied as they are."""
    return b"".join(line if isinstance(line, bytes) else _assembled(line) for line in lines)


def code(value: object, protocol: int = 2) -> bytes:
    """Write the opcodes that leave a value on the stack; lists, dicts and tuples may hold Refs and Calls."""
    match value:
        case Code():
            return value.data
        case Ref() if protocol >= 4:
            return code(value.module, 4) + code(value.name, 4) + op("STACK_GLOBAL")
        case Ref():
            return op("GLOBAL", value.module, value.name)
        case Call():
            return code(value.callee, protocol) + code(value.args, protocol) + op("REDUCE")
        case New():
            return code(value.cls, protocol) + code(value.args, protocol) + op("NEWOBJ")
        case Built():
            return code(value.target, protocol) + code(value.state, protocol) + op("BUILD")
        case Appended():
            items = b"".join(code(i, protocol) for i in value.items)
            return code(value.target, protocol) + op("MARK") + items + op("APPENDS")
        case Updated():
            pairs = b"".join(code(k, protocol) + code(v, protocol) for k, v in value.pairs.items())
            return code(value.target, protocol) + op("MARK") + pairs + op("SETITEMS")
        case Pid():
            return code(value.pid, protocol) + op("BINPERSID")
        case _:
            return _plain(value, protocol)


def pickled(value: object, protocol: int = 2) -> bytes:
    """Write a whole pickle of a value."""
    head = op("PROTO", protocol) if protocol >= 2 else b""
    return head + code(value, protocol) + op("STOP")


def reduce_call(module: str, name: str, *args: object, protocol: int = 2) -> bytes:
    """Write a pickle which calls ``module.name(*args)`` when it is loaded."""
    return pickled(Call(Ref(module, name), *args), protocol)


def _plain(value: object, protocol: int) -> bytes:
    match value:
        case None:
            return op("NONE")
        case bool() if protocol >= 2:
            return op("NEWTRUE" if value else "NEWFALSE")
        case bool():
            return b"I01\n" if value else b"I00\n"
        case int() if -(2**31) <= value < 2**31 and protocol:
            return op("BININT", value)
        case int() if protocol >= 2:
            return op("LONG1", value)
        case int():
            return op("LONG", value)
        case float():
            return op("BINFLOAT", value) if protocol else op("FLOAT", value)
        case str():
            return op("BINUNICODE", value) if protocol else op("UNICODE", value)
        case bytes() if protocol >= 3:
            return op("BINBYTES", value)
        case bytes():
            return code(Call(Ref("_codecs", "encode"), value.decode("latin-1"), "latin1"), protocol)
        case tuple() if not value and protocol:
            return op("EMPTY_TUPLE")
        case tuple():
            return op("MARK") + b"".join(code(i, protocol) for i in value) + op("TUPLE")
        case list():
            return op("MARK") + b"".join(code(i, protocol) for i in value) + op("LIST")
        case dict():
            pairs = b"".join(code(k, protocol) + code(v, protocol) for k, v in value.items())
            return op("MARK") + pairs + op("DICT")
        case _:
            raise TypeError(f"cannot assemble {value!r}")


def _assembled(line: str) -> bytes:
    name, _, rest = line.strip().partition(" ")
    if name == "RAW":
        raw = ast.literal_eval(rest)
        assert isinstance(raw, bytes)
        return raw
    if not rest:
        return op(name)
    arg = ast.literal_eval(rest)
    if _ARGS[name] == "stringnl_noescape_pair":
        module, _, attribute = arg.partition(" ")
        return op(name, module, attribute)
    return op(name, arg)


def _body(kind: str, arg: Arg) -> bytes:
    if isinstance(arg, int):
        return _long(arg)
    if isinstance(arg, str):
        return arg.encode("utf-8" if kind.startswith("unicode") else "latin-1", "surrogatepass")
    assert isinstance(arg, bytes)
    return arg


def _long(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True) if value else b""


def _line(name: str, kind: str, arg: Arg, arg2: str | None) -> bytes:
    match kind:
        case "stringnl_noescape_pair":
            return f"{arg}\n{arg2}\n".encode("utf-8", "surrogatepass")
        case "unicodestringnl":
            assert isinstance(arg, str)
            text = arg.replace("\\", "\\u005c").replace("\0", "\\u0000").replace("\n", "\\u000a")
            return (
                text.replace("\r", "\\u000d").replace("\x1a", "\\u001a").encode("raw-unicode-escape") + b"\n"
            )
        case "stringnl":
            return repr(arg).encode("ascii") + b"\n"
        case "decimalnl_long":
            return f"{arg}L\n".encode("ascii")
        case _:
            if isinstance(arg, bool) and name == "INT":
                return b"01\n" if arg else b"00\n"
            return f"{arg}\n".encode("ascii")
