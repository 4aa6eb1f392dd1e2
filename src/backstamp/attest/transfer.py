"""Brings one locked file over, verified while it streams.

1. Bytes go into a partial file and are hashed as they come. Its name is the locked digest, so a later run
   finds it; what is in it is hashed again before it is gone on with.
2. The server's own words are compared before any byte: commit, size, digest, encoding, range.
3. No more than the locked bytes are read: a body that does not end is refused one byte later.
4. A broken connection goes on where it stopped. A server that answers a range with the whole begins anew.
5. Attempts are bounded, with growing pauses; a ``Retry-After`` counts up to a limit. Progress earns new ones.
6. A file that is whole and has another digest is thrown away. If it was begun by an earlier run, it is
   fetched once more from the start: the fault may have been there.
"""

import hashlib
import os
import time
from contextlib import suppress

from backstamp.attest.addresses import Address
from backstamp.attest.hubclient import Alarm, HubClient, Reply, Unreachable
from backstamp.attest.lockfile import LockedFile
from backstamp.core.errors import OutputError, VerificationError, why
from backstamp.core.finding import shown

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_PROGRESS = 8 * 1024 * 1024  # so many new bytes earn new attempts
_MOST_ATTEMPTS = 200
_HEX = frozenset("0123456789abcdef")
_GIT_LIMIT = 64 * 1024 * 1024


class Clock:
    """The time, and waiting for it to pass."""

    def now(self) -> float:
        """Give seconds that only ever grow."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let seconds pass."""
        time.sleep(seconds)


class Partial:
    """A file that is not whole yet, and the hash of what is in it. Owned by one process at a time."""

    def __init__(self, folder: str, file: LockedFile) -> None:
        self.file = file
        self.path = os.path.join(folder, file.sha256)
        self._handle = self._opened(self.path)
        if self._handle < 0:  # another process is at it: work beside it, and leave its file alone
            self.path += f".{os.getpid()}"
            self._handle = self._opened(self.path)
        self.size = 0
        self._hash = hashlib.sha256()
        self.is_resumed = self._resumed()

    @staticmethod
    def _opened(path: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            handle = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise OutputError(
                f"cannot write a partial file: {why(error)}", hint="Check the disk and the folder."
            ) from error
        try:
            import fcntl
        except ImportError:
            return handle
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.lstat(path)):
                return handle
        except OSError:
            pass
        os.close(handle)  # another process has it, or has just moved it to its place
        return -1

    def _resumed(self) -> bool:
        """Hash what an earlier run left; what is longer than the file is worth nothing."""
        found = os.fstat(self._handle).st_size
        if not found:
            return False
        if found > self.file.size:
            self.restart()
            return False
        while piece := os.read(self._handle, 1024 * 1024):
            self._hash.update(piece)
            self.size += len(piece)
        return True

    def restart(self) -> None:
        """Throw away what there is."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        self.size = 0
        self._hash = hashlib.sha256()
        self.is_resumed = False

    def write(self, piece: bytes) -> None:
        """Add bytes. Raises ``OutputError`` if the disk takes no more."""
        view = memoryview(piece)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            raise OutputError(
                f"cannot write: {why(error)}", hint="Free some space; it goes on then."
            ) from error
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def is_whole(self) -> bool:
        """Say whether all bytes are there."""
        return self.size == self.file.size

    @property
    def is_right(self) -> bool:
        """Say whether the bytes are the locked ones."""
        return self.is_whole and self._hash.hexdigest() == self.file.sha256

    def finish(self) -> None:
        """Make what was written last. Raises ``OutputError``."""
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise OutputError(f"cannot write: {why(error)}", hint="Check the disk.") from error

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self._handle)

    def remove(self) -> None:
        """Take the file away."""
        with suppress(OSError):
            os.unlink(self.path)


def transferred(
    client: HubClient, address: Address, partial: Partial, revision: str, clock: Clock | None = None
) -> str:
    """Bring a file over into its partial file, and give the ETag that the hub names it by (may be empty).

    Raises ``VerificationError`` if it is not what is locked, ``Unreachable`` if it does not come.
    """
    clock = clock or Clock()
    etag = ""
    begun = partial.is_resumed
    while True:
        if not partial.is_whole or (partial.file.size == 0 and not etag):
            etag = _streamed(client, address, partial, revision, clock)
        if partial.is_right:
            return etag
        partial.restart()
        if not begun:
            raise VerificationError("what the server sends is not what is locked")
        begun = False


def _streamed(client: HubClient, address: Address, partial: Partial, revision: str, clock: Clock) -> str:
    failed = 0
    for attempt in range(_MOST_ATTEMPTS):
        before = partial.size
        try:
            return _once(client, address, partial, revision, clock)
        except Unreachable as error:
            failed = 1 if partial.size - before >= _PROGRESS else failed + 1
            if not error.is_passing or failed >= client.pace.attempts or attempt == _MOST_ATTEMPTS - 1:
                raise
            wait = max(min(2.0 ** (failed - 1), 30.0), error.wait)
            clock.wait(min(wait, client.pace.longest_wait))
    raise Unreachable("too many attempts")


def _once(client: HubClient, address: Address, partial: Partial, revision: str, clock: Clock) -> str:
    reply = client.opened(address, partial.size)
    is_whole = False
    try:
        etag = _accepted(reply, partial, revision)
        _read(client, reply, partial, clock)
        is_whole = True
    finally:
        client.done(reply, is_whole=is_whole)
    return etag


def _accepted(reply: Reply, partial: Partial, revision: str) -> str:
    """Compare what the server says with the lock, and give the ETag; a range may begin anew."""
    named, headers = reply.named, reply.headers
    _refuse_status(reply, partial)
    commit = named.get("x-repo-commit", "")
    if commit and revision and commit != revision:
        raise VerificationError(f'the server answers with the revision "{shown(commit, 40)}"')
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise Unreachable(
            f'the server encodes the file ("{shown(encoding, 20)}"), so its bytes cannot be told'
        )
    size = partial.file.size
    linked = _number(named.get("x-linked-size", ""))
    if linked not in (None, size):
        raise VerificationError(f"the server has {linked:,} bytes, locked are {size:,}")
    etag = (named.get("x-linked-etag") or named.get("etag", "")).removeprefix("W/").strip('"')
    if (
        len(etag) == 64
        and _HEX.issuperset(etag)
        and named.get("x-linked-etag")
        and etag != partial.file.sha256
    ):
        raise VerificationError(f'the server has other content: "sha256:{etag}"')
    if reply.status == 206:
        _refuse_range(headers.get("content-range", ""), partial)
    elif partial.size:
        partial.restart()
    length, rest = headers.get("content-length", ""), size - partial.size
    if length and _number(length) != rest:
        raise VerificationError(f'the server sends "{shown(length, 20)}" bytes, {rest:,} are to come')
    return etag


def _refuse_range(text: str, partial: Partial) -> None:
    """Check the range of a reply. Source: RFC 9110 section 14.4."""
    wanted = f"bytes {partial.size}-{partial.file.size - 1}/"
    if text not in (f"{wanted}{partial.file.size}", f"{wanted}*"):
        partial.restart()
        raise Unreachable(f'the server sends another range: "{shown(text, 60)}"', is_passing=True)


def _refuse_status(reply: Reply, partial: Partial) -> None:
    status = reply.status
    if status in (200, 206) and (status == 200 or partial.size):
        return
    if status == 416 and partial.size:
        partial.restart()
        raise Unreachable("the server does not go on where the file stopped", is_passing=True)
    code = reply.headers.get("x-error-code", "")
    said = reply.headers.get("x-error-message", "")
    words = ", ".join(shown(each, 120) for each in (code, said) if each)
    message = f"the server answers {status}" + (f" ({words})" if words else "")
    if status in (401, 403):
        raise Unreachable(message, hint="Set HF_TOKEN to a token that may read it.")
    wait = _number(reply.headers.get("retry-after", "")) or 0
    raise Unreachable(message, is_passing=status in _PASSING, wait=float(wait))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _read(client: HubClient, reply: Reply, partial: Partial, clock: Clock) -> None:
    pace = client.pace
    started, mark = clock.now(), partial.size
    alarm = Alarm(pace.window * 2)
    alarm.watch(reply.line.sock)
    try:
        while piece := reply.piece():
            if partial.size + len(piece) > partial.file.size:
                partial.restart()
                raise VerificationError("the server sends more bytes than are locked")
            partial.write(piece)
            now = clock.now()
            if now - started >= pace.window:
                if partial.size - mark < pace.least and not partial.is_whole:
                    raise Unreachable("the server is too slow", is_passing=True)
                alarm.off()
                started, mark, alarm = now, partial.size, Alarm(pace.window * 2)
                alarm.watch(reply.line.sock)
    finally:
        alarm.off()
    if not partial.is_whole:
        raise Unreachable("the file ends too early", is_passing=True)


def git_name(path: str, size: int) -> str:
    """Compute the name that git has for a small file: what a hub's ETag is where it is no LFS."""
    if size > _GIT_LIMIT:
        return ""
    made = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with open(path, "rb") as file:
        while piece := file.read(1024 * 1024):
            made.update(piece)
    return made.hexdigest()
