"""What a reader says while it reads: facts, members, explained bytes, and what it could not read."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact


class Status(StrEnum):
    """How much of an artifact was examined."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    SKIPPED = "skipped"


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was examined of one artifact. ``unexplained`` counts bytes that no reader understood.

    ``kinds`` says as what it was read.
    """

    path: tuple[str, ...]
    status: Status
    reason: str = ""
    unexplained: int = 0
    kinds: tuple[str, ...] = ()


class Member:
    """An artifact inside the one being read, to be examined in its own right.

    ``kinds`` are formats which the loader of the container takes it for, whatever it looks like.
    """

    __slots__ = ("blob", "kinds")

    def __init__(self, blob: Blob, *, kinds: tuple[str, ...] = ()) -> None:
        self.blob = blob
        self.kinds = kinds


class Explained(msgspec.Struct, frozen=True):
    """Bytes from ``start`` up to ``end`` which the reader understood: they need no probing."""

    start: int
    end: int


class Unread(msgspec.Struct, frozen=True):
    """Something that could not be examined, and why. Never silence, never clean."""

    reason: str
    status: Status = Status.PARTIAL


Statement = Fact | Member | Explained | Unread


class Reader(Protocol):
    """Turns the bytes of one format into statements.

    ``kinds`` are the names of ``formats.sniff`` that it reads. ``version`` is part of the cache
    key: raise it whenever the statements for some bytes change. Only ``ReadError`` may be raised,
    and what was stated before it stays.
    """

    name: str
    version: int
    kinds: frozenset[str]

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the blob, in the order of its bytes."""
        ...
