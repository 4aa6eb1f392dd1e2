"""Facts: what readers say is there. What they mean is for rules."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

import msgspec

from backstamp.core.location import Location


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag=True):
    """A frozen, typed, located statement. Every kind of fact is a struct which extends this one."""

    place: Location


F = TypeVar("F", bound=Fact)
D = TypeVar("D")


class FactBook:
    """All facts of a scan, in the order in which they were read, to be looked up by type."""

    __slots__ = ("_derived", "_facts")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._derived: dict[Callable[[FactBook], Any], Any] = {}
        self._facts: dict[type[Fact], list[Fact]] = {}
        for fact in facts:
            self._facts.setdefault(type(fact), []).append(fact)

    def of(self, kind: type[F]) -> Iterator[F]:
        """Yield the facts of one type."""
        return iter(self._facts.get(kind, ()))  # type: ignore[arg-type]  # keyed by the type itself

    def once(self, derive: Callable[["FactBook"], D]) -> D:
        """Derive something from the facts that several rules need, once for this book."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        return cast("D", self._derived[derive])

    def modules(self) -> frozenset[str]:
        """Name the modules whose fact types occur."""
        return frozenset(kind.__module__ for kind in self._facts)


class Present(Fact, frozen=True, kw_only=True):
    """An artifact exists: its size in bytes and the formats it is taken for."""

    size: int
    kinds: tuple[str, ...]


class Embedded(Fact, frozen=True, kw_only=True):
    """An artifact found in bytes that no reader of its host explained: appended, prepended or in between.

    ``kind`` is its format, ``host`` what its host is read as; ``is_read`` says whether any reader
    explained a part of the host, so that what lies outside that part is known to be no part of it.
    """

    kind: str
    host: tuple[str, ...]
    is_read: bool = True


class Unexplained(Fact, frozen=True, kw_only=True):
    """Bytes other than padding that belong to nothing and hold nothing that is known."""

    length: int
