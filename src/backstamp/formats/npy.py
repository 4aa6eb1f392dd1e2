"""Numpy's ``.npy`` files: a header that is a Python literal, then raw numbers or a pickle of objects.

Source: numpy/lib/format.py, versions 1 to 3. The header is read by a small parser of literals: nothing
of it is evaluated.
"""

from functools import cache
from re import Pattern
from re import compile as pattern

import msgspec

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.formats.pickle.arrays import width_of

MAGIC = b"\x93NUMPY"
_LONGEST = MIB  # numpy itself takes 10,000 bytes unless told otherwise
_DEEPEST = 32

Literal = str | int | bool | None | tuple["Literal", ...] | list["Literal"] | dict[str, "Literal"]


class Array(msgspec.Struct, frozen=True):
    """One array of a file: where its data starts, and how long it is unless it holds objects."""

    start: int
    data: int
    length: int
    holds_objects: bool
    version: int


def array_at(view: memoryview, at: int, budget: Budget) -> Array:
    """Read a header. Raises ``ReadError`` if it is not one."""
    head = bytes(view[at : at + 12])
    if len(head) < 10 or not head.startswith(MAGIC):
        raise ReadError("no npy header")
    version = head[6]
    if version not in (1, 2, 3):
        raise ReadError(f"npy version {version} is not known")
    width = 2 if version == 1 else 4
    start = at + 8 + width
    size = int.from_bytes(head[8 : 8 + width], "little")
    if size > _LONGEST or start + size > len(view):
        raise ReadError("the npy header is longer than the file")
    try:
        text = bytes(view[start : start + size]).decode("utf-8" if version == 3 else "latin-1")
    except UnicodeDecodeError:
        raise ReadError("the npy header is not UTF-8") from None
    fields = _parsed(text, budget)
    if not isinstance(fields, dict) or not {"descr", "shape"} <= fields.keys():
        raise ReadError("the npy header lacks its fields")
    descr = fields["descr"]
    if _holds_objects(descr):
        return Array(at, start + size, len(view) - start - size, holds_objects=True, version=version)
    length = _size_of(descr) * _count(fields["shape"])
    return Array(at, start + size, length, holds_objects=False, version=version)


def _count(shape: Literal) -> int:
    sizes = shape if isinstance(shape, tuple | list) else (shape,)
    count = 1
    for size in sizes[:64]:
        if not isinstance(size, int) or not 0 <= size < 2**48 or count >= 2**64:
            raise ReadError("the npy shape is no tuple of sizes")
        count *= size
    return count


def _holds_objects(descr: Literal) -> bool:
    if isinstance(descr, str):
        return descr.lstrip("<>|=")[:1] == "O" or descr == "object"
    if isinstance(descr, tuple):
        return _holds_objects(descr[0]) if descr else False
    if isinstance(descr, list):
        return any(_holds_objects(f[1]) for f in descr if isinstance(f, tuple | list) and len(f) >= 2)
    return False


def _size_of(descr: Literal) -> int:
    size: int | None = None
    if isinstance(descr, str):
        size = width_of(descr)
    elif isinstance(descr, tuple) and len(descr) == 2:
        size = _size_of(descr[0]) * _count(descr[1])
    elif isinstance(descr, list):
        fields = [f for f in descr if isinstance(f, tuple | list) and len(f) in (2, 3)]
        if len(fields) == len(descr):
            size = sum(_size_of(f[1]) * (_count(f[2]) if len(f) == 3 else 1) for f in fields)
    if size is None:
        raise ReadError("the npy element type is not known")
    return size


# --- literals -----------------------------------------------------------------------------------


def _parsed(text: str, budget: Budget) -> Literal:
    tokens = [t for t in _token().findall(text) if t.strip()]
    budget.spend_operations(len(tokens) + 1)
    value, at = _value(tokens, 0, 0)
    if at != len(tokens):
        raise ReadError("the npy header is no literal")
    return value


def _value(tokens: list[str], at: int, depth: int) -> tuple[Literal, int]:
    if at >= len(tokens) or depth > _DEEPEST:
        raise ReadError("the npy header is no literal")
    token = tokens[at]
    if token == "{":
        return _dict(tokens, at + 1, depth)
    if token in ("(", "["):
        return _sequence(tokens, at + 1, depth, ")" if token == "(" else "]")
    if token[0] in "'\"":
        return token[1:-1], at + 1
    if token in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[token], at + 1
    digits = token.rstrip("L")
    if digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) < 30:
        return int(digits), at + 1
    raise ReadError("the npy header is no literal")


def _sequence(tokens: list[str], at: int, depth: int, close: str) -> tuple[Literal, int]:
    items: list[Literal] = []
    has_comma = False
    while at < len(tokens) and tokens[at] != close:
        item, at = _value(tokens, at, depth + 1)
        items.append(item)
        if at < len(tokens) and tokens[at] == ",":
            has_comma = True
            at += 1
        elif at >= len(tokens) or tokens[at] != close:
            raise ReadError("the npy header is no literal")
    if at >= len(tokens):
        raise ReadError("the npy header is no literal")
    if close == "]":
        return items, at + 1
    return (items[0] if len(items) == 1 and not has_comma else tuple(items)), at + 1


def _dict(tokens: list[str], at: int, depth: int) -> tuple[Literal, int]:
    made: dict[str, Literal] = {}
    while at < len(tokens) and tokens[at] != "}":
        key, at = _value(tokens, at, depth + 1)
        if not isinstance(key, str) or at >= len(tokens) or tokens[at] != ":":
            raise ReadError("the npy header is no literal")
        made[key], at = _value(tokens, at + 1, depth + 1)
        if at < len(tokens) and tokens[at] == ",":
            at += 1
    if at >= len(tokens):
        raise ReadError("the npy header is no literal")
    return made, at + 1


@cache
def _token() -> Pattern[str]:
    return pattern(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[{}()\[\],:]|-?\w+|[^\s]")
