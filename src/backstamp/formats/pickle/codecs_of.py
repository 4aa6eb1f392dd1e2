"""Text and bytes, transformed as pure functions do: decoders, joins, slices, arithmetic on constants."""

import binascii
import zlib
from collections.abc import Callable

from backstamp.core.budget import MIB, Budget
from backstamp.formats.pickle.values import Glob, Inst, Seq, bytes_of, items_of, text_of

MISS = object()  # "cannot tell"
_MOST = 16 * MIB
Args = tuple[object, ...]
Function = Callable[[Budget, Args], object]
_CODECS = frozenset(
    {
        "latin1",
        "latin-1",
        "iso-8859-1",
        "iso8859-1",
        "l1",
        "ascii",
        "us-ascii",
        "utf8",
        "utf-8",
        "u8",
        "utf-16",
        "utf-16-le",
    }
    | {
        "utf-32",
        "utf_8",
        "latin_1",
        "utf-7",
        "utf_7",
        "unicode_escape",
        "raw_unicode_escape",
        "unicode-escape",
        "cp1252",
    }
    | {"utf-16-be", "utf-32-le", "utf-32-be", "utf_16", "utf_32", "cp437", "utf-8-sig", "idna", "punycode"}
)


def decoded_as(budget: Budget, value: object, codec: object) -> object:
    """Decode text or bytes by the name of a codec, text codecs and the transforms like rot13 or base64."""
    name = codec.lower().replace("_", "-") if isinstance(codec, str) else "utf-8"
    raw = bytes_of(value)
    if name in ("rot13", "rot-13"):
        return _rot13(text_of(value))
    if raw is None:
        return MISS
    if name in ("base64", "base-64", "base64-codec"):
        return _base64(budget, (raw,))
    if name in ("hex", "hex-codec"):
        return _unhex(budget, (raw,))
    if name in ("zlib", "zip", "zlib-codec"):
        return _inflated(budget, (raw,))
    if name in _CODECS or name.replace("-", "_") in _CODECS:
        try:
            return raw.decode(name)
        except (UnicodeError, ValueError):
            return MISS
    return MISS


def encoded_as(value: object, codec: object) -> object:
    """Encode text by the name of a codec."""
    name = codec.lower() if isinstance(codec, str) else "utf-8"
    text = text_of(value)
    if name.replace("_", "-") in ("rot13", "rot-13"):
        return _rot13(text)
    if text is None:
        return MISS
    if name in _CODECS:
        try:
            return text.encode(name)
        except (UnicodeError, ValueError):
            return MISS
    return MISS


def sliced(of: str | bytes, key: Inst) -> object:
    """Take a slice whose bounds are constants."""
    if not (isinstance(key.callee, Glob) and key.callee.name == "slice" and 1 <= len(key.args) <= 3):
        return MISS
    bounds = [a if type(a) is int else None for a in key.args]
    if any(a is not None and type(a) is not int for a in key.args) or (len(bounds) == 3 and bounds[2] == 0):
        return MISS
    return of[slice(*bounds)]


def text_method(budget: Budget, text: str, name: str, args: Args, words: dict[str, object]) -> object:
    """Call a method of text on plain arguments."""
    if name == "join":
        return _joined(budget, text, args)
    if name == "encode":
        return encoded_as(text, args[0] if args else words.get("encoding"))
    plain = [text_of(a) if not isinstance(a, int) else a for a in args]
    if name in ("format", "__mod__"):
        return _formatted(budget, text, name, args)
    if any(a is None for a in plain):
        return MISS
    match name, plain:
        case (("upper" | "lower" | "strip" | "lstrip" | "rstrip" | "swapcase" | "title" | "capitalize"), _):
            budget.spend_operations(1 + len(text) // 64)
            return _plainly(text, name, plain)
        case (("replace" | "removeprefix" | "removesuffix" | "split" | "rsplit" | "partition"), _):
            if name == "replace" and len(plain) >= 2 and len(text) * (len(str(plain[1])) + 1) > _MOST:
                return MISS
            return _plainly(text, name, plain)
        case "__add__", [str() as other] if len(text) + len(other) < _MOST:
            return text + other
        case "__mul__", [int() as times] if len(text) * times < _MOST:
            return text * times
        case (("__str__" | "__format__"), _):
            return text
        case _:
            return MISS


def bytes_method(budget: Budget, data: bytes, name: str, args: Args) -> object:
    """Call a method of bytes on plain arguments."""
    match name:
        case "decode":
            return decoded_as(budget, data, args[0] if args else "utf-8")
        case "hex" if not args:
            return data.hex()
        case "join":
            parts = [bytes_of(i) for i in items_of(args[0]) or ()] if len(args) == 1 else [None]
            if any(p is None for p in parts):
                return MISS
            return data.join(p for p in parts if p is not None)
        case "__add__" if len(args) == 1:
            other = bytes_of(args[0])
            return MISS if other is None else data + other
        case "strip" if not args:
            return data.strip()
        case "replace" if len(args) == 2:
            old, new = bytes_of(args[0]), bytes_of(args[1])
            if old is None or new is None or len(data) * (len(new) + 1) > _MOST:
                return MISS
            return data.replace(old, new)
        case _:
            return MISS


def _plainly(text: str, name: str, args: list[str | int | None]) -> object:
    try:
        found: object = getattr(text, name)(*args)  # names from the closed list above
    except (TypeError, ValueError):
        return MISS
    return Seq("list", list(found)) if isinstance(found, list) else found


def _joined(budget: Budget, text: str, args: Args) -> object:
    items = items_of(args[0]) if len(args) == 1 else None
    parts = [text_of(i) for i in items] if items is not None else [None]
    if any(p is None for p in parts):
        return MISS
    size = sum(len(p) + len(text) for p in parts if p is not None)
    budget.spend_inflated(size)
    return text.join(p for p in parts if p is not None) if size < _MOST else MISS


def _formatted(budget: Budget, text: str, name: str, args: Args) -> object:
    plain: list[str | int] = []
    if name == "__mod__" and len(args) == 1 and type(args[0]) is tuple:
        args = args[0]
    for a in args:
        if not isinstance(a, str | int) or (isinstance(a, str) and len(a) > 4096):
            return MISS
        plain.append(a)
    # Widths and precisions could ask for gigabytes: only bare fields are filled in.
    bare = text.replace("%s", "").replace("%d", "") if name == "__mod__" else _without_bare_fields(text)
    if ("%" if name == "__mod__" else "{") in bare or len(text) > 65536:
        return MISS
    budget.spend_inflated(len(text) + 4096 * len(plain))
    try:
        return text % tuple(plain) if name == "__mod__" else text.format(*plain)
    except (ValueError, TypeError, IndexError, KeyError):
        return MISS


def _without_bare_fields(text: str) -> str:
    for field in ("{}", *(f"{{{i}}}" for i in range(10))):
        text = text.replace(field, "")
    return text


def _rot13(text: str | None) -> object:
    if text is None:
        return MISS
    upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
    turned = upper[13:] + upper[:13] + lower[13:] + lower[:13]
    return text.translate(str.maketrans(upper + lower, turned))


def _raw(value: object) -> bytes | None:
    found = bytes_of(value)
    if found is None:
        text = text_of(value)
        found = text.encode("latin-1", "replace") if text is not None else None
    return found


def _base64(_budget: Budget, args: Args) -> object:
    raw = _raw(args[0]) if args else None
    if raw is None:
        return MISS
    try:
        return binascii.a2b_base64(raw.replace(b"-", b"+").replace(b"_", b"/"))
    except (binascii.Error, ValueError):
        return MISS


def _unhex(_budget: Budget, args: Args) -> object:
    raw = _raw(args[0]) if args else None
    try:
        return MISS if raw is None else bytes.fromhex(raw.decode("latin-1"))
    except ValueError:
        return MISS


def _base32(_budget: Budget, args: Args) -> object:
    import base64

    raw = _raw(args[0]) if args else None
    try:
        return MISS if raw is None else base64.b32decode(raw)
    except (binascii.Error, ValueError):
        return MISS


def _base85(_budget: Budget, args: Args) -> object:
    import base64

    raw = _raw(args[0]) if args else None
    try:
        return MISS if raw is None else base64.b85decode(raw)
    except (binascii.Error, ValueError):
        return MISS


def _inflated(budget: Budget, args: Args, wbits: int = 15) -> object:
    raw = bytes_of(args[0]) if args else None
    if raw is None:
        return MISS
    try:
        found = zlib.decompressobj(wbits).decompress(raw, _MOST)
    except zlib.error:
        return MISS
    budget.spend_inflated(len(found))
    return found


def _gunzipped(budget: Budget, args: Args) -> object:
    return _inflated(budget, args, 31)


def _bunzipped(budget: Budget, args: Args) -> object:
    import bz2

    return _expanded(budget, args, bz2.BZ2Decompressor)


def _unxzed(budget: Budget, args: Args) -> object:
    import lzma

    return _expanded(budget, args, lzma.LZMADecompressor)


def _expanded(budget: Budget, args: Args, maker: Callable[[], object]) -> object:
    raw = bytes_of(args[0]) if args else None
    if raw is None:
        return MISS
    try:
        found = maker().decompress(raw, _MOST)  # type: ignore[attr-defined]  # both decompressors have it
    except (OSError, ValueError, EOFError, MemoryError):
        return MISS
    budget.spend_inflated(len(found))
    return bytes(found)


def _chr(_budget: Budget, args: Args) -> object:
    code = args[0] if len(args) == 1 else None
    return chr(code) if type(code) is int and 0 <= code < 0x110000 else MISS


def _ord(_budget: Budget, args: Args) -> object:
    text = text_of(args[0]) if len(args) == 1 else None
    return ord(text) if text is not None and len(text) == 1 else MISS


def _bytes(budget: Budget, args: Args) -> object:
    if not args:
        return b""
    text = text_of(args[0])
    if text is not None:
        return encoded_as(text, args[1] if len(args) > 1 else "utf-8")
    raw = bytes_of(args[0])
    if raw is not None:
        return raw
    items = items_of(args[0])
    if items is None or not all(type(i) is int and 0 <= i < 256 for i in items):
        return MISS
    budget.spend_operations(1 + len(items) // 8)
    return bytes(items)  # type: ignore[arg-type]  # all ints


def _bytearray(budget: Budget, args: Args) -> object:
    raw = _bytes(budget, args)
    if not isinstance(raw, bytes) or len(raw) > 1_000_000:
        return MISS
    return Seq("bytearray", list(raw))


def _str(budget: Budget, args: Args) -> object:
    if not args:
        return ""
    if len(args) > 1:
        return decoded_as(budget, args[0], args[1])
    if type(args[0]) is int and args[0].bit_length() < 10_000:
        return str(args[0])
    text = text_of(args[0])
    return MISS if text is None else text


def _int(_budget: Budget, args: Args) -> object:
    if len(args) == 1 and type(args[0]) is int:
        return args[0]
    text = text_of(args[0]) if args else None
    base = args[1] if len(args) > 1 else 10
    if text is None or len(text) > 4000 or type(base) is not int or not (base == 0 or 2 <= base <= 36):
        return MISS
    try:
        return int(text, base)
    except ValueError:
        return MISS


def _add(_budget: Budget, args: Args) -> object:
    if len(args) != 2:
        return MISS
    left, right = (text_of(a) if not isinstance(a, int | bytes) else a for a in args)
    match left, right:
        case (str(), str()) | (bytes(), bytes()) if len(left) + len(right) < _MOST:  # type: ignore[arg-type]
            return left + right  # type: ignore[operator]  # both of one type
        case int(), int() if abs(left) < 2**64 and abs(right) < 2**64:
            return left + right
        case _:
            pass
    lists = items_of(args[0]), items_of(args[1])
    if lists[0] is not None and lists[1] is not None and type(args[0]) is tuple:
        return (*lists[0], *lists[1])
    return MISS


def _mod(budget: Budget, args: Args) -> object:
    text = text_of(args[0]) if len(args) == 2 else None
    return MISS if text is None else _formatted(budget, text, "__mod__", args[1:])


def _xor(_budget: Budget, args: Args) -> object:
    if len(args) == 2 and type(args[0]) is int and type(args[1]) is int:
        return args[0] ^ args[1]
    return MISS


def _sub(_budget: Budget, args: Args) -> object:
    if (
        len(args) == 2
        and type(args[0]) is int
        and type(args[1]) is int
        and abs(args[0]) < 2**64 > abs(args[1])
    ):
        return args[0] - args[1]
    return MISS


def _encode(_budget: Budget, args: Args) -> object:
    return encoded_as(args[0], args[1] if len(args) > 1 else "utf-8") if args else MISS


def _decode(budget: Budget, args: Args) -> object:
    return decoded_as(budget, args[0], args[1] if len(args) > 1 else "utf-8") if args else MISS


def step_of(function: Function) -> Callable[..., object]:
    """Make a function of the closed set one that the machine calls."""

    def step(m: object, args: Args, _words: object, _at: int) -> object:
        budget: Budget = m.spare  # type: ignore[attr-defined]  # the machine
        return function(budget, args)

    return step


_BASE64 = ("b64decode", "urlsafe_b64decode", "standard_b64decode", "decodebytes", "decodestring")
FUNCTIONS: dict[tuple[str, str], Function] = {
    **{("base64", name): _base64 for name in _BASE64},
    **{("builtins", name): f for name, f in {"bytes": _bytes, "bytearray": _bytearray, "chr": _chr}.items()},
    **{("builtins", name): f for name, f in {"int": _int, "ord": _ord, "str": _str}.items()},
    **{(module, "add"): _add for module in ("operator", "_operator")},
    **{(module, "concat"): _add for module in ("operator", "_operator")},
    **{(module, "mod"): _mod for module in ("operator", "_operator")},
    **{(module, "sub"): _sub for module in ("operator", "_operator")},
    **{(module, "xor"): _xor for module in ("operator", "_operator")},
    **{(module, "decode"): _decode for module in ("codecs", "_codecs")},
    **{(module, "encode"): _encode for module in ("codecs", "_codecs")},
    ("base64", "b16decode"): _unhex,
    ("base64", "b32decode"): _base32,
    ("base64", "b85decode"): _base85,
    ("binascii", "a2b_base64"): _base64,
    ("binascii", "a2b_hex"): _unhex,
    ("binascii", "unhexlify"): _unhex,
    ("builtins", "bytearray.fromhex"): _unhex,
    ("builtins", "bytes.fromhex"): _unhex,
    ("builtins", "unichr"): _chr,
    ("bz2", "decompress"): _bunzipped,
    ("gzip", "decompress"): _gunzipped,
    ("lzma", "decompress"): _unxzed,
    ("zlib", "decompress"): _inflated,
}
