"""Computes what a closed set of pure functions gives for known arguments; nothing else is ever called.

1. Only the functions and methods named here are evaluated, by our own code on built-in scalars.
2. Sizes are bounded before and after: no repeated text, power, format width or inflated stream may grow
beyond
   ``MOST_BYTES``.
3. Whatever does not fold gives ``None``: the caller keeps the taint.
"""

import base64
import binascii
import bz2
import codecs
import lzma
import operator
import zlib
from collections.abc import Callable

from backstamp.formats.python.values import Const, Items, Scalar, Value

MOST_BYTES = 1024 * 1024
_MOST_ITEMS = 20_000
_MOST_INNER = 64

Fold = Callable[..., object]


def known(value: Value, depth: int = 2) -> object:
    """Give the plain object that a value stands for, or raise ``TypeError`` if it is not known.

    Lists of lists of scalars are as deep as pure text functions need.
    """
    if isinstance(value, Const):
        return value.value
    if (
        isinstance(value, Items)
        and len(value.items) <= (_MOST_ITEMS if depth == 2 else _MOST_INNER)
        and depth
    ):
        return [known(item, depth - 1) for item in value.items]
    raise TypeError("not known")


def is_pure(name: str) -> bool:
    """Say whether that is the canonical name of a function that folds."""
    return name in _FUNCTIONS


def folded(name: str, values: list[Value], keywords: dict[str, Value]) -> Value | None:
    """Call the pure function of that canonical name. ``None`` if it is not one or does not fold."""
    function = _FUNCTIONS.get(name)
    if function is None or len(values) > 4:
        return None
    return _made(function, values, keywords)


def method_folded(
    receiver: Const | Items, name: str, values: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """Call a pure method of text or bytes."""
    if not isinstance(receiver, Const) or not isinstance(receiver.value, str | bytes):
        return None
    function = _METHODS.get(name)
    if function is None or len(values) > 64:
        return None
    return _made(function, [receiver, *values], keywords)


def operated(node_name: str, left: Value, right: Value) -> Value | None:
    """Apply a binary operator."""
    function = _OPERATORS.get(node_name)
    return None if function is None else _made(function, [left, right], {})


def joined_text(parts: list[Value]) -> Value | None:
    """Put the parts of an f-string together."""
    try:
        text = "".join(str(known(p)) for p in parts)
    except (TypeError, ValueError):
        return None
    return Const(text, _taint(parts), _steps(parts) + 1) if len(text) <= MOST_BYTES else None


def value_of(found: object, taint: int = 0, steps: int = 0) -> Value | None:
    """Wrap a plain object. ``None`` if it is too large or of another type."""
    if found is None or isinstance(found, int | float | complex):
        return Const(found, taint, steps)
    if isinstance(found, str | bytes):
        return Const(found, taint, steps) if len(found) <= MOST_BYTES else None
    if isinstance(found, bytearray):
        return Const(bytes(found), taint, steps)
    if isinstance(found, list | tuple) and len(found) <= _MOST_ITEMS:
        items = [value_of(item, taint, steps) for item in found]
        return None if None in items else Items([i for i in items if i is not None], taint)
    return None


def _made(function: Fold, values: list[Value], keywords: dict[str, Value]) -> Value | None:
    for value in values:
        if not isinstance(value, Const | Items):
            return None
    try:
        plain = [known(v) for v in values]
        named = {k: known(v) for k, v in keywords.items()}
        found = function(*plain, **named)
    except (
        TypeError,
        ValueError,
        LookupError,
        OverflowError,
        ArithmeticError,
        AttributeError,
        RecursionError,
    ):
        return None
    except (EOFError, OSError, zlib.error, lzma.LZMAError, MemoryError):
        return None
    return value_of(found, _taint(values), _steps(values) + 1)


def _taint(values: list[Value]) -> int:
    taint = 0
    for value in values:
        taint |= value.taint
    return taint


def _steps(values: list[Value]) -> int:
    return min(sum(v.steps for v in values if isinstance(v, Const)), 1000)


# --- functions: every one bounds what it gives -------------------------------------------------------


def _bytes(data: object) -> bytes:
    if isinstance(data, str):
        return data.encode("ascii")
    if isinstance(data, bytes):
        return data
    raise TypeError("not bytes")


def _inflated(data: object, wbits: int = 15, **_: object) -> bytes:
    machine = zlib.decompressobj(wbits if isinstance(wbits, int) and -15 <= wbits <= 47 else 15)
    return machine.decompress(_bytes(data), MOST_BYTES)


def _gunzipped(data: object) -> bytes:
    return _inflated(data, 31)


def _bunzipped(data: object) -> bytes:
    return bz2.BZ2Decompressor().decompress(_bytes(data), MOST_BYTES)


def _unxzed(data: object, **_: object) -> bytes:
    return lzma.LZMADecompressor(memlimit=64 * 1024 * 1024).decompress(_bytes(data), MOST_BYTES)


def _from_base64(data: object, *_: object, **__: object) -> bytes:
    return base64.b64decode(_bytes(data))


def _decoded(data: object, encoding: object = "utf-8", errors: object = "strict") -> object:
    name = str(encoding).lower().replace("_", "-")
    if name in {"hex", "hex-codec"}:
        return binascii.unhexlify(_bytes(data))
    if name in {"base64", "base64-codec"}:
        return base64.b64decode(_bytes(data))
    if name in {"rot13", "rot-13"} and isinstance(data, str):
        return codecs.decode(data, "rot13")
    if name in {"zlib", "zip", "zlib-codec"}:
        return _inflated(data)
    if name in {"bz2", "bz2-codec"}:
        return _bunzipped(data)
    if name in {"unicode-escape", "raw-unicode-escape", "string-escape"} and isinstance(data, bytes | str):
        raw = data.encode("latin-1", "backslashreplace") if isinstance(data, str) else data
        return codecs.decode(raw, "unicode_escape" if name != "raw-unicode-escape" else "raw_unicode_escape")
    if name in _TEXT_CODECS and isinstance(data, bytes):
        return data.decode(name, "strict" if errors == "strict" else "replace")
    raise ValueError(name)


_TEXT_CODECS = frozenset(
    "utf-8 utf8 ascii latin-1 latin1 iso-8859-1 utf-16 utf-16-le utf-16-be utf-32 cp1252 utf-7".split()
)


def _encoded(text: object, encoding: object = "utf-8", errors: object = "strict") -> object:
    name = str(encoding).lower().replace("_", "-")
    if name in {"rot13", "rot-13"} and isinstance(text, str):
        return codecs.encode(text, "rot13")
    if name in {"hex", "base64"} and isinstance(text, bytes):
        return binascii.hexlify(text) if name == "hex" else base64.encodebytes(text)
    if name in _TEXT_CODECS and isinstance(text, str):
        return text.encode(name, "strict" if errors == "strict" else "replace")
    raise ValueError(name)


def _text(value: object = "", encoding: object = None, *_: object) -> object:
    if isinstance(value, bytes) and encoding is not None:
        return _decoded(value, encoding)
    if isinstance(value, list):
        raise TypeError("list")
    return str(value)


def _as_bytes(value: object = b"", encoding: object = None, *_: object) -> object:
    if isinstance(value, str):
        return _encoded(value, encoding or "")
    if isinstance(value, int):
        if not 0 <= value <= MOST_BYTES:
            raise ValueError(value)
        return bytes(value)
    return bytes(value)  # type: ignore[call-overload]  # a list of numbers, or TypeError


def _range(*bounds: int) -> list[int]:
    made = range(*bounds)
    if len(made) > _MOST_ITEMS:
        raise ValueError("long")
    return list(made)


def _int(value: object, base: int = 10) -> int:
    if isinstance(value, str | bytes) and len(value) <= 4000:
        return int(value, base)
    if isinstance(value, int | float):
        return int(value)
    raise TypeError("not a number")


def _reversed(value: object) -> object:
    return value[::-1] if isinstance(value, str | bytes | list) else None


def _listed(value: object = "") -> list[object]:
    if isinstance(value, str | bytes | list) and len(value) <= _MOST_ITEMS:
        return list(value)
    raise TypeError("not a sequence")


def _sum(items: object, start: object = 0) -> object:
    total = start
    for item in _listed(items):
        total = operator.add(total, item)
    return total


def _zipped(*rows: object) -> list[list[object]]:
    return [list(pair) for pair in zip(*(_listed(r) for r in rows), strict=False)]


def _join(separator: object, items: object) -> object:
    if isinstance(items, str):
        items = list(items)
    if isinstance(items, list) and sum(len(i) for i in items) + len(items) * len(separator) > MOST_BYTES:  # type: ignore[arg-type]
        raise ValueError("long")
    return separator.join(items)  # type: ignore[attr-defined]


def _replace(text: object, old: object, new: object, count: int = -1) -> object:
    if text.count(old) * len(new) + len(text) > MOST_BYTES:  # type: ignore[attr-defined,arg-type]
        raise ValueError("long")
    return text.replace(old, new, count)  # type: ignore[attr-defined]


def _format(template: str, *values: object, **named: object) -> object:
    out, rest, at = [], template, 0
    while "{" in rest:
        before, _, tail = rest.partition("{")
        field, found, rest = tail.partition("}")
        if not found or field[:1] == "{" or "}" in before:
            raise ValueError("not a plain field")
        key = field.partition("!")[0].partition(":")[0]
        if key == "":
            value, at = values[at], at + 1
        else:
            value = values[int(key)] if key.isdigit() else named[key]
        out += [before, str(value)]
    if "}" in rest:
        raise ValueError("not a plain field")
    return "".join([*out, rest])


_METHODS: dict[str, Fold] = {
    "decode": _decoded,
    "encode": _encoded,
    "join": _join,
    "replace": _replace,
    "format": _format,
    "lower": lambda s: s.lower(),
    "upper": lambda s: s.upper(),
    "swapcase": lambda s: s.swapcase(),
    "title": lambda s: s.title(),
    "capitalize": lambda s: s.capitalize(),
    "strip": lambda s, *a: s.strip(*a),
    "lstrip": lambda s, *a: s.lstrip(*a),
    "rstrip": lambda s, *a: s.rstrip(*a),
    "removeprefix": lambda s, a: s.removeprefix(a),
    "removesuffix": lambda s, a: s.removesuffix(a),
    "split": lambda s, *a, **k: s.split(*a, **k),
    "splitlines": lambda s: s.splitlines(),
    "partition": lambda s, a: list(s.partition(a)),
    "hex": lambda s: s.hex(),
    "fromhex": lambda _, s: bytes.fromhex(s),
    "translate": lambda s, table: s.translate(table) if isinstance(s, bytes) else None,
    "casefold": lambda s: s.casefold(),
}


def _plus(a: object, b: object) -> object:
    if (
        isinstance(a, str | bytes | list)
        and isinstance(b, str | bytes | list)
        and len(a) + len(b) > MOST_BYTES
    ):
        raise ValueError("long")
    return operator.add(a, b)


def _times(a: object, b: object) -> object:
    size = len(a) if isinstance(a, str | bytes | list) else len(b) if isinstance(b, str | bytes | list) else 0
    count = b if isinstance(b, int) else a if isinstance(a, int) else 0
    if size and size * abs(count) > MOST_BYTES:
        raise ValueError("long")
    if not size and isinstance(a, int) and isinstance(b, int) and a.bit_length() + b.bit_length() > 8192:
        raise ValueError("large")
    return operator.mul(a, b)


def _power(a: object, b: object) -> object:
    if isinstance(a, int) and isinstance(b, int) and 0 <= b <= 64 and a.bit_length() <= 64:
        return a**b
    raise ValueError("large")


def _shifted(a: object, b: object) -> object:
    if isinstance(a, int) and isinstance(b, int) and 0 <= b <= 256 and a.bit_length() <= 4096:
        return a << b
    raise ValueError("large")


def _percent(template: object, values: object) -> object:
    if isinstance(template, int | float):
        return operator.mod(template, values)
    if not isinstance(template, str):
        raise TypeError("not text")
    todo = list(values) if isinstance(values, list) else [values]
    out, rest = [], template
    while "%" in rest:
        before, _, tail = rest.partition("%")
        mark, rest = tail[:1], tail[1:]
        if mark == "%":
            out += [before, "%"]
        elif mark in "sdcr" and mark:
            value = todo.pop(0)
            text = (
                chr(value)
                if mark == "c" and isinstance(value, int)
                else repr(value)
                if mark == "r"
                else str(value)
            )
            out += [before, text]
        else:
            raise ValueError("not a plain field")
    return "".join([*out, rest])


_OPERATORS: dict[str, Fold] = {
    "Add": _plus,
    "Sub": operator.sub,
    "Mult": _times,
    "Mod": _percent,
    "FloorDiv": operator.floordiv,
    "Div": operator.truediv,
    "BitXor": operator.xor,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "LShift": _shifted,
    "RShift": operator.rshift,
    "Pow": _power,
}

Plain = Scalar


_FUNCTIONS: dict[str, Fold] = {
    "base64.b64decode": _from_base64,
    "base64.standard_b64decode": _from_base64,
    "base64.decodebytes": _from_base64,
    "base64.decodestring": _from_base64,
    "binascii.a2b_base64": _from_base64,
    "base64.urlsafe_b64decode": lambda d: base64.urlsafe_b64decode(_bytes(d)),
    "base64.b32decode": lambda d, *_, **__: base64.b32decode(_bytes(d)),
    "base64.b16decode": lambda d, *_, **__: base64.b16decode(_bytes(d), casefold=True),
    "base64.b85decode": lambda d: base64.b85decode(_bytes(d)),
    "base64.a85decode": lambda d, **_: base64.a85decode(_bytes(d)),
    "binascii.unhexlify": lambda d: binascii.unhexlify(_bytes(d)),
    "binascii.a2b_hex": lambda d: binascii.unhexlify(_bytes(d)),
    "bytes.fromhex": bytes.fromhex,
    "bytearray.fromhex": bytes.fromhex,
    "zlib.decompress": _inflated,
    "gzip.decompress": _gunzipped,
    "bz2.decompress": _bunzipped,
    "lzma.decompress": _unxzed,
    "codecs.decode": _decoded,
    "codecs.encode": _encoded,
    "chr": chr,
    "unichr": chr,
    "ord": ord,
    "str": _text,
    "bytes": _as_bytes,
    "bytearray": _as_bytes,
    "int": _int,
    "range": _range,
    "reversed": _reversed,
    "list": _listed,
    "tuple": _listed,
    "sorted": lambda v: sorted(_listed(v)),  # type: ignore[type-var]  # unlike items are a TypeError
    "sum": _sum,
    "len": len,
    "zip": _zipped,
    "enumerate": lambda v: [[i, x] for i, x in enumerate(_listed(v))],
    "operator.add": _plus,
    "operator.concat": _plus,
    "os.path.join": lambda *parts: "/".join(parts),
    "os.path.expanduser": str,
    "pathlib.Path": lambda *parts: "/".join(parts),
    "str.join": _join,
    "textwrap.dedent": str,
}
