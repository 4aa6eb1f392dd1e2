"""Each load is an event: what was loaded, what was decided and why, and what the check cost."""

import contextlib
import os
from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

Decision: TypeAlias = Literal["approved", "refused", "warned", "observed", "unchecked"]
SCHEMA = "backstamp.guard-event/1"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A load, or an attempt at one.

    ``seen_by`` says how it was found: ``call`` (a loader was called), ``import`` (code of a model was
    imported) or ``audit`` (the second line of defence). ``decision`` is ``warned`` or ``observed`` where the
    load would have been refused in the mode ``enforce``, and ``unchecked`` for bytes that are no file.
    """

    at: str
    decision: Decision
    loader: str
    seen_by: Literal["call", "import", "audit"]
    path: str = ""
    digest: str = ""
    size: int = 0
    reason: str = ""
    expected: tuple[str, ...] = ()
    is_cached: bool = False
    is_copy: bool = False
    seconds: float = 0.0
    process: int = 0
    schema: str = SCHEMA


Sink: TypeAlias = Callable[[Event], None]


class JsonLines:
    """A file that gets a line of JSON an event.

    It is opened anew for each: a line is written by one call to the system, so that processes which share
    the file, or were forked, do not mix their lines, and a log that is rotated is followed.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(os.fspath(path))

    def __call__(self, event: Event) -> None:
        """Write the event. A log that cannot be written does not end the program."""
        line = msgspec.json.encode(event) + b"\n"
        with contextlib.suppress(OSError):
            file = os.open(
                self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600
            )
            try:
                os.write(file, line)
            finally:
                os.close(file)
