"""Where something was found: the artifact inside its containers, and the place inside the artifact."""

import msgspec


class Bytes(msgspec.Struct, frozen=True, tag_field="kind", tag="bytes"):
    """A run of bytes: ``offset`` from the start of the innermost artifact, ``length`` in bytes."""

    offset: int
    length: int = 0


class Line(msgspec.Struct, frozen=True, tag_field="kind", tag="line"):
    """A place in a text: ``line`` and ``column`` count from one."""

    line: int
    column: int = 1


class Pointer(msgspec.Struct, frozen=True, tag_field="kind", tag="pointer"):
    """A value in a JSON document, by RFC 6901."""

    pointer: str


class Whole(msgspec.Struct, frozen=True, tag_field="kind", tag="whole"):
    """The artifact as a whole."""


Where = Bytes | Line | Pointer | Whole


class Location(msgspec.Struct, frozen=True):
    """An artifact's path, one element a container, and the place inside it."""

    path: tuple[str, ...]
    where: Where = Whole()


def joined(path: tuple[str, ...]) -> str:
    """Write a path as reports show it: members of containers joined with ``!/``."""
    return "!/".join(path)


def legible(name: str) -> str:
    """Make a name fit to be written: bytes which are no text (PEP 383) and lone surrogates become escapes."""
    if name.isascii():
        return name
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = (
            name.encode("utf-8", "surrogateescape")
            if _is_escaped(name)
            else name.encode("utf-8", "surrogatepass")
        )
        return raw.decode("utf-8", "backslashreplace")
    return name


def _is_escaped(name: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in name)
