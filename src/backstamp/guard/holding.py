"""Holds a file open while it is hashed and loaded, so that what is hashed is what is loaded.

1. A file is opened once. The descriptor is hashed, and the loader is given the same descriptor (on Linux by
   the path ``/proc/self/fd/N``): exchanging the file, a link or a folder of its path changes nothing.
2. A small file is copied, while it is hashed, to memory that nobody can write any more (``memfd_create`` with
   seals, Linux) and loaded from there: writing into the file changes nothing either.
3. A large file is looked at again after the load: device, inode, size and both times (nanoseconds).
   Times have a grain, so a file that was changed just before it was hashed is hashed again after the load,
   and its digest is not remembered.
"""

import contextlib
import hashlib
import os
import stat
import sys
import threading
import time
from collections import OrderedDict
from typing import NamedTuple, Protocol, Self

from backstamp.guard.errors import GuardError

_PIECE = 1024 * 1024
_GRAIN = 2_000_000_000  # FAT keeps times to two seconds; other file systems to milliseconds
_MOST_REMEMBERED = 100_000
HAS_DESCRIPTOR_PATHS = sys.platform == "linux"


class State(NamedTuple):
    """What the system says of a file. Equal states mean equal content, if it was left alone before."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


class Hash(Protocol):
    """A digest in the making."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Add bytes."""
        ...

    def hexdigest(self) -> str:
        """Give the digest in hexadecimal."""
        ...


class DigestCache:
    """Digests of files by their state. Nothing of it is written to a disk."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._digests: OrderedDict[tuple[State, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, state: State, algorithm: str) -> str:
        """Give the digest; empty if it is not known."""
        with self._lock:
            return self._digests.get((state, algorithm), "")

    def keep(self, state: State, algorithm: str, digest: str) -> None:
        """Remember a digest."""
        if self.is_on:
            with self._lock:
                self._digests[(state, algorithm)] = digest
                if len(self._digests) > _MOST_REMEMBERED:
                    self._digests.popitem(last=False)

    def after_fork(self) -> None:
        """Make a new lock: another thread of the parent may have held the old one."""
        self._lock = threading.Lock()


class Held:
    """A file that is held open: ``file`` is the descriptor that loaders read, ``digest`` is of its bytes."""

    __slots__ = ("algorithm", "digest", "file", "is_cached", "is_copy", "is_fresh", "path", "state")

    def __init__(self, path: str, file: int, state: State, algorithm: str) -> None:
        self.path = path
        self.file = file
        self.state = state
        self.algorithm = algorithm
        self.digest = ""
        self.is_cached = False
        self.is_copy = False
        self.is_fresh = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def stand_in(self) -> str:
        """Give a path that leads to the very bytes that were hashed, where the system has one."""
        return f"/proc/self/fd/{self.file}" if HAS_DESCRIPTOR_PATHS else self.path

    def close(self) -> None:
        """Let go of the file."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def is_changed(self, *, by_path: bool) -> bool:
        """Say whether the file is another one now. ``by_path``: whether the loader opened it by its path."""
        try:
            if by_path and state_of(os.stat(self.path)) != self.state:
                return True
            if self.is_copy:
                return False  # nobody can write there
            if self.file < 0:
                return self.is_fresh and _digest_at(self.path, self.algorithm) != self.digest
            return state_of(os.fstat(self.file)) != self.state or (
                self.is_fresh and hashed(self.file, self.algorithm) != self.digest
            )
        except OSError:
            return True


def state_of(status: os.stat_result) -> State:
    """Take from the system's answer what names a state of a file."""
    return State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def hold(
    path: str, algorithm: str, cache: DigestCache, *, copy_below: int = 0, descriptor: int = -1
) -> Held | None:
    """Open a file (or take a descriptor of it) and find its digest; ``None`` if it is no regular file.

    Raises ``OSError`` if it cannot be opened, and ``GuardError`` if it is written meanwhile.
    """
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    file = os.dup(descriptor) if descriptor >= 0 else os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            os.close(file)
            return None
        held = Held(path, file, state_of(status), algorithm)
        _fill(held, cache, copy_below)
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(file)
        raise
    return held


def _fill(held: Held, cache: DigestCache, copy_below: int) -> None:
    """Find the digest, by the cache or by hashing; copy a small file meanwhile."""
    held.digest = cache.get(held.state, held.algorithm)
    if held.digest:
        held.is_cached = True
        return
    begun = time.time_ns()
    file, copy = held.file, -1
    if held.state.size <= copy_below and HAS_DESCRIPTOR_PATHS:
        copy = os.memfd_create("backstamp-guard", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        held.digest = hashed(file, held.algorithm, copy=copy, most=held.state.size)
        if copy < 0 and state_of(os.fstat(file)) != held.state:
            raise GuardError(
                f'refused to load "{held.path}": it is being written',
                hint="Load it once nothing writes it any more.",
                path=held.path,
            )
        held.is_fresh = begun - max(held.state.modified, held.state.changed) < _GRAIN
        if not held.is_fresh and state_of(os.fstat(file)) == held.state:
            cache.keep(held.state, held.algorithm, held.digest)
        if copy >= 0:
            _seal(copy)
            held.is_copy = True
            held.file, copy = copy, -1
            os.close(file)
    finally:
        if copy >= 0:
            os.close(copy)


def hashed(file: int, algorithm: str, *, copy: int = -1, most: int = -1) -> str:
    """Compute the digest of an open file without moving its position; write what was read to ``copy``."""
    made = _hash(algorithm)
    buffer = bytearray(_PIECE)
    view = memoryview(buffer)
    at = 0
    while count := _read(file, view, at):
        if 0 <= most < at + count:
            count = most - at  # it grows: more than was promised is not read
        made.update(view[:count])
        if copy >= 0:
            _write(copy, view[:count])
        at += count
        if at == most:
            break
    return made.hexdigest()


def digest_of_bytes(data: bytes | memoryview, algorithm: str) -> str:
    """Compute the digest of bytes."""
    made = _hash(algorithm)
    made.update(data)
    return made.hexdigest()


def _digest_at(path: str, algorithm: str) -> str:
    file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        return hashed(file, algorithm)
    finally:
        os.close(file)


def _read(file: int, view: memoryview, at: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(file, [view], at)
    before = os.lseek(file, 0, os.SEEK_CUR)
    os.lseek(file, at, os.SEEK_SET)
    data = os.read(file, len(view))
    os.lseek(file, before, os.SEEK_SET)
    view[: len(data)] = data
    return len(data)


def _write(file: int, view: memoryview) -> None:
    while view:
        view = view[os.write(file, view) :]


def _seal(file: int) -> None:
    import fcntl

    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
    os.lseek(file, 0, os.SEEK_SET)


def _hash(algorithm: str) -> Hash:
    if algorithm == "blake3":
        from importlib import import_module

        made: Hash = getattr(import_module("blake3"), "blake3")()  # noqa: B009  # an extra, known by name only
        return made
    return hashlib.new(algorithm)
