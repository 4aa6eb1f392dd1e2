"""Facts and structs to bytes and back: between processes, and in the cache."""

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TypeVar

import msgspec

from backstamp.core.errors import KnowledgeError
from backstamp.core.fact import Fact
from backstamp.core.location import legible

T = TypeVar("T")
_PACKAGE = __name__.partition(".")[0] + "."


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A fact with the address of its type."""

    module: str
    kind: str
    body: msgspec.Raw


def encoded(value: object) -> bytes:
    """Write a struct (or a sequence of structs of one type) as msgpack.

    Lone surrogates, which hostile texts may hold, become escapes: they are no Unicode, and cannot be written.
    """
    try:
        return msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(_legible(msgspec.to_builtins(value, builtin_types=(bytes,))))


def _legible(value: object) -> object:
    match value:
        case str():
            return legible(value)
        case dict():
            return {_legible(k): _legible(v) for k, v in value.items()}
        case list() | tuple():
            return [_legible(v) for v in value]
        case _:
            return value


def decoded(data: bytes, kind: type[T]) -> T:
    """Read a struct back. Raises ``KnowledgeError`` if the bytes are not one."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise KnowledgeError(f"stored record is damaged: {error}") from error


def sealed(facts: Iterable[Fact]) -> bytes:
    """Write facts of any types."""
    return msgspec.msgpack.encode(
        [_Sealed(type(f).__module__, type(f).__name__, msgspec.Raw(encoded(f))) for f in facts]
    )


def unsealed(data: bytes) -> list[Fact]:
    """Read facts back; only fact types of this package are looked up.

    Raises ``KnowledgeError`` if the bytes are not facts.
    """
    return [
        decoded(bytes(record.body), _type_of(record.module, record.kind))
        for record in decoded(data, list[_Sealed])
    ]


def _type_of(module: str, kind: str) -> type[Fact]:
    if not module.startswith(_PACKAGE):
        raise KnowledgeError(f'stored fact names the foreign module "{module}"')
    found = getattr(sys.modules.get(module) or import_module(module), kind, None)
    if not (isinstance(found, type) and issubclass(found, Fact)):
        raise KnowledgeError(f'stored fact names "{module}.{kind}", which is no fact')
    return found
