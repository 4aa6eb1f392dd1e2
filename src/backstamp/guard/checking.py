"""Decides on each load: holds the file, asks the approvals, tells of it, and looks again afterwards."""

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import msgspec

from backstamp.core.location import legible
from backstamp.guard.approvals import Answer, Approval, Approvals, Refusal
from backstamp.guard.errors import GuardError
from backstamp.guard.events import Event, Sink
from backstamp.guard.holding import DigestCache, Held, State, digest_of_bytes, hold, state_of

Mode: TypeAlias = Literal["enforce", "warn", "observe"]
SeenBy: TypeAlias = Literal["call", "import", "audit"]
_MIB = 1024 * 1024
CHANGED = "it was changed while it was loaded: what was loaded is not what was checked"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the guard works. ``install`` says what each means."""

    mode: Mode = "enforce"
    memory: Literal["allow", "check"] = "allow"
    audit: Mode | Literal["off"] = "enforce"
    copy_below: int = 64 * _MIB
    cache: bool = True


class Flight(threading.local):
    """What a thread does: whether it is inside the guard, which files it loads, and a session's checks."""

    def __init__(self) -> None:
        self.is_busy = False
        self.states: list[State] = []
        self.session: list[Held] | None = None


class Guard:
    """Checks loads against approvals. One is active in a process; it may be used by many threads."""

    def __init__(self, approvals: Approvals, settings: Settings, sinks: Iterable[Sink] = ()) -> None:
        self.approvals = approvals
        self.settings = settings
        self.sinks = tuple(sinks)
        self.cache = DigestCache(is_on=settings.cache)
        self.flight = Flight()
        self.resolved: dict[str, State] = {}  # files that a library was told the path of

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Mark what the guard itself does, so that it does not check its own reading."""
        before, self.flight.is_busy = self.flight.is_busy, True
        try:
            yield
        finally:
            self.flight.is_busy = before

    def is_loading(self, state: State) -> bool:
        """Say whether this thread loads this very file already, after it was checked."""
        return state in self.flight.states

    def admit(
        self,
        path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
        *,
        loader: str,
        seen_by: SeenBy = "call",
        copy: bool = True,
        descriptor: int = -1,
        mode: Mode | None = None,
    ) -> Held | None:
        """Check a file and hold it; ``None`` if there is nothing to check (no such file, a pipe, a device).

        Raises ``GuardError`` if it may not be loaded.
        """
        begun = time.perf_counter()
        name = _absolute(os.fsdecode(path))
        with self.busy():
            try:
                held = hold(
                    name,
                    self.approvals.algorithm,
                    self.cache,
                    copy_below=self.settings.copy_below if copy else 0,
                    descriptor=descriptor,
                )
            except OSError:
                return None  # the loader says better what is wrong with it
            if held is None:
                return None
            try:
                answer = self.approvals.approved(name, held.digest)
                self._tell(answer, held, loader, seen_by, begun, mode or self.settings.mode)
            except BaseException:
                held.close()
                raise
        return held

    def admit_bytes(self, data: bytes | memoryview, *, loader: str) -> None:
        """Check bytes in memory by their content. Raises ``GuardError``."""
        begun = time.perf_counter()
        with self.busy():
            digest = digest_of_bytes(data, self.approvals.algorithm)
            answer = self.approvals.approved(os.path.join(os.sep, digest), digest)
            held = Held("", -1, State(0, 0, len(data), 0, 0), self.approvals.algorithm)
            held.digest = digest
            self._tell(answer, held, loader, "call", begun, self.settings.mode)

    def refuse(
        self,
        path: str,
        why: str,
        *,
        loader: str,
        hint: str,
        mode: Mode | None = None,
        seen_by: SeenBy = "call",
    ) -> None:
        """Refuse a load of which there is nothing to hash. Raises ``GuardError`` in the mode ``enforce``."""
        with self.busy():
            held = Held(path, -1, State(0, 0, 0, 0, 0), "")
            self._tell(
                Refusal(why, (), hint), held, loader, seen_by, time.perf_counter(), mode or self.settings.mode
            )

    def mention(self, loader: str, reason: str) -> None:
        """Tell of a load that is not checked."""
        with self.busy():
            self._send(
                Event(
                    at=_now(),
                    decision="unchecked",
                    loader=loader,
                    seen_by="call",
                    reason=reason,
                    process=os.getpid(),
                )
            )

    @contextlib.contextmanager
    def loading(self, *files: Held) -> Iterator[None]:
        """Let this thread load files that were checked: what they load of themselves is not checked again."""
        added = [state for held in files for state in {held.state, state_of(os.fstat(held.file))}]
        before = self.flight.states
        self.flight.states = [*before, *added]
        try:
            yield
        finally:
            self.flight.states = before

    def confirm(self, held: Held, *, loader: str, by_path: bool) -> None:
        """Look again after the load. Raises ``GuardError`` if the file was changed meanwhile."""
        with self.busy():
            if held.is_changed(by_path=by_path):
                begun = time.perf_counter()
                refusal = Refusal(
                    CHANGED,
                    (f"{held.algorithm}:{held.digest}",),
                    "Find out who writes to it, and load it again.",
                )
                changed = Held(held.path, -1, held.state, held.algorithm)
                self._tell(refusal, changed, loader, "call", begun, self.settings.mode)

    @contextlib.contextmanager
    def session(self, loader: str) -> Iterator[None]:
        """Look again at all files that are checked in a call that loads many, when it ends."""
        if self.flight.session is not None:
            yield
            return
        checked: list[Held] = []
        self.flight.session = checked
        try:
            yield
            for held in checked:
                self.confirm(held, loader=loader, by_path=True)
        finally:
            self.flight.session = None

    def remember(self, held: Held) -> None:
        """Close a file that a library will open by its path, and note it for the end of the session."""
        self.resolved[held.path] = held.state
        held.close()
        if self.flight.session is not None:
            self.flight.session.append(held)

    def _tell(
        self, answer: Answer, held: Held, loader: str, seen_by: SeenBy, begun: float, mode: Mode
    ) -> None:
        """Send the event, and raise or warn if the answer is a refusal."""
        found = f"{held.algorithm}:{held.digest}" if held.digest else ""
        is_approved = isinstance(answer, Approval)
        event = Event(
            at=_now(),
            decision="approved" if is_approved else _DECISIONS[mode],
            loader=loader,
            seen_by=seen_by,
            path=legible(held.path),
            digest=found,
            size=held.state.size,
            reason=answer.reason,
            expected=answer.expected if isinstance(answer, Refusal) else (),
            is_cached=held.is_cached,
            is_copy=held.is_copy,
            seconds=round(time.perf_counter() - begun, 6),
            process=os.getpid(),
        )
        self._send(event)
        if isinstance(answer, Refusal) and mode != "observe":
            error = _error(answer, legible(held.path), found)
            if mode == "enforce":
                raise error
            import warnings

            warnings.warn(
                f"backstamp: would have {error.message}. {error.hint}", RuntimeWarning, stacklevel=5
            )

    def _send(self, event: Event) -> None:
        for sink in self.sinks:
            sink(event)


_DECISIONS: dict[Mode, Literal["refused", "warned", "observed"]] = {
    "enforce": "refused",
    "warn": "warned",
    "observe": "observed",
}


def _error(refusal: Refusal, path: str, found: str) -> GuardError:
    """Write the error: what, why, both digests, and what to do."""
    digests = ""
    if refusal.expected:
        digests += f"; expected {' or '.join(refusal.expected)}"
    if found:
        digests += f"{',' if digests else ';'} found {found}"
    named = f'"{path}"' if path else "bytes in memory"
    return GuardError(
        f"refused to load {named}: {refusal.reason}{digests}",
        hint=refusal.hint or "Load an approved file, or have this one approved.",
        path=path,
        expected=refusal.expected,
        found=found,
    )


def _absolute(path: str) -> str:
    """Make a path absolute; of a path to a descriptor, say which file it leads to."""
    path = os.path.abspath(path)
    return os.path.realpath(path) if path.startswith(("/proc/", "/dev/fd/")) else path


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
