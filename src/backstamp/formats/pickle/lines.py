"""Arguments written as text: the numbers and strings of protocol 0, read as C does."""

import codecs
from functools import cache
from re import Pattern
from re import compile as pattern

from backstamp.formats.pickle.values import Broken, Unknown

_LONGEST_NUMBER = 4300  # digits; CPython refuses more since 3.11, and the cost is quadratic


def integer(line: bytes) -> object:
    """Read INT: what ``strtol`` reads, else a Python integer; ``00`` and ``01`` are truths."""
    if not line:
        raise Broken("INT without a number")
    plain = line.partition(b"\0")[0]
    if not plain:  # strtol reads a zero off an empty text
        return False if len(line) == 2 else 0
    found = _c_integer().fullmatch(plain)
    if found and len(plain) < 100:
        sign, digits = found.groups()
        number = int(digits, 16 if digits[:2] in (b"0x", b"0X") else 8 if digits[:1] == b"0" else 10)
        number = -number if sign == b"-" else number
        if -(2**63) <= number < 2**63:
            return bool(number) if len(line) == 2 and number in (0, 1) else number
    return _python_integer(plain, 0)


def long_integer(line: bytes) -> object:
    """Read LONG: a Python integer with an L behind it or not."""
    if not line:
        raise Broken("LONG without a number")
    return _python_integer(line.removesuffix(b"L").partition(b"\0")[0], 0)


def index(line: bytes) -> int:
    """Read the memo index of GET and PUT."""
    if not line:
        raise Broken("memo index missing")
    found = _python_integer(line.partition(b"\0")[0], 10)
    if type(found) is not int or found >= 2**63:
        raise Broken("memo index out of range")
    return found


def real(line: bytes) -> float:
    """Read FLOAT."""
    plain = line.partition(b"\0")[0]
    if not plain or plain[:1].isspace() or plain[-1:].isspace() or b"_" in plain or len(plain) > 10_000:
        raise Broken("FLOAT without a number")
    try:
        number = float(plain)
    except ValueError:
        raise Broken("FLOAT without a number") from None
    if number in (float("inf"), float("-inf")) and plain[-1:].isdigit():
        raise Broken("FLOAT out of range")
    return number


def string(line: bytes) -> str:
    """Read STRING: quoted, with the escapes of byte literals."""
    if len(line) < 2 or line[0] != line[-1] or line[:1] not in (b"'", b'"'):
        raise Broken("the STRING opcode argument must be quoted")
    body = line[1:-1]
    return (unescaped(body) if b"\\" in body else body).decode("latin-1")


def unicode_line(line: bytes) -> str:
    """Read UNICODE: raw-unicode-escape."""
    try:
        return codecs.raw_unicode_escape_decode(line)[0]
    except UnicodeDecodeError:
        raise Broken("UNICODE is not raw-unicode-escape") from None


def unescaped(body: bytes) -> bytes:
    """Undo the escapes of a byte literal, in one pass; unknown ones stay as they are."""
    out = bytearray()
    at = 0
    for found in _escape().finditer(body):
        out += body[at : found.start()]
        out += _unescaped_one(found.group())
        at = found.end()
    out += body[at:]
    return bytes(out)


_SIMPLE = {
    b"\\\n": b"",
    b"\\\\": b"\\",
    b"\\'": b"'",
    b'\\"': b'"',
    b"\\b": b"\b",
    b"\\f": b"\f",
    b"\\t": b"\t",
    b"\\n": b"\n",
    b"\\r": b"\r",
    b"\\v": b"\v",
    b"\\a": b"\a",
}


def _unescaped_one(text: bytes) -> bytes:
    if text in _SIMPLE:
        return _SIMPLE[text]
    if text == b"\\":
        raise Broken("STRING ends in a backslash")
    if text[1:2] == b"x":
        if len(text) != 4:
            raise Broken("STRING has a broken \\x escape")
        return bytes.fromhex(text[2:].decode())
    if text[1:2].isdigit():
        return bytes([int(text[1:], 8) & 0xFF])
    return text


def _python_integer(text: bytes, base: int) -> object:
    if len(text) > _LONGEST_NUMBER:
        return Unknown("a very long number")
    try:
        return int(text, base)
    except ValueError:
        raise Broken("not a number") from None


@cache
def _c_integer() -> Pattern[bytes]:
    return pattern(rb"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")


@cache
def _escape() -> Pattern[bytes]:
    return pattern(rb"\\(?:x[0-9a-fA-F]{0,2}|[0-7]{1,3}|[\x00-\xff])?")
