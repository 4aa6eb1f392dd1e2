"""Digests of files and parts of files, at the speed of the hash: several at once, each byte read once.

1. Threads share the work, the largest part first; the hash runs outside the interpreter's lock.
2. A file that changes while it is read has no digest: its size and times are compared before and after.
3. Only regular files are read. A path that is a link is followed only where the caller has resolved it.
4. A remembered digest is used only for the same device, inode, size and times, and is remembered only when
   the file was at rest for two seconds before: a change in the same tick of the clock would stay unseen.
"""

import os
import stat
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from backstamp.attest.ports import DigestMemory
from backstamp.core.errors import ReadError, SourceError, UsageError, why

ALGORITHMS = ("sha256", "blake2b", "blake3")
HEX_DIGITS = {"sha256": 64, "blake2b": 128, "blake3": 64}
_BUFFER = 1024 * 1024
_WORTH_A_THREAD = 4 * 1024 * 1024
_AT_REST_NS = 2_000_000_000
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class ChangedError(ReadError):
    """A file changed while it was read."""


class Part(msgspec.Struct, frozen=True):
    """Bytes of a file to be hashed: from ``start`` up to ``end``, or to the end of the file."""

    path: str
    start: int = 0
    end: int | None = None


class Hashed(msgspec.Struct, frozen=True):
    """A digest in lower-case hexadecimal, with the number of bytes that it is of; or why there is none."""

    digest: str = ""
    size: int = 0
    problem: str = ""
    has_changed: bool = False


class Hash(Protocol):
    """A hash under way."""

    def update(self, data: memoryview, /) -> object:
        """Take in bytes."""
        ...

    def hexdigest(self) -> str:
        """Give the digest."""
        ...


def hash_file(path: str, algorithm: str = "sha256", memory: DigestMemory | None = None) -> tuple[str, int]:
    """Hash a file: its digest and its size.

    Raises ``SourceError`` if it cannot be read, and ``ReadError`` if it changes while it is read.
    """
    return _hash_part(Part(path), new_hash(algorithm), memory, algorithm, None)


def hash_many(
    paths: Sequence[str], algorithm: str = "sha256", jobs: int = 0, memory: DigestMemory | None = None
) -> list[tuple[str, int]]:
    """Hash files, several at once: digest and size of each, in the order of the paths.

    Raises ``SourceError`` if one cannot be read, and ``ReadError`` if one changes while it is read.
    """
    made = []
    for path, each in zip(
        paths, hash_parts([Part(path) for path in paths], algorithm, jobs, memory), strict=True
    ):
        if each.has_changed:
            raise ChangedError(f'"{path}" changed while it was read')
        if each.problem:
            raise SourceError(f'cannot read "{path}": {each.problem}')
        made.append((each.digest, each.size))
    return made


def hash_parts(
    parts: Sequence[Part], algorithm: str = "sha256", jobs: int = 0, memory: DigestMemory | None = None
) -> list[Hashed]:
    """Hash parts of files, several at once, in the order given. What cannot be read says why."""
    import threading

    new_hash(algorithm)
    sizes = [_size_of(part) for part in parts]
    order = sorted(range(len(parts)), key=lambda at: -sizes[at])
    workers = min(jobs or usable_cores(), len(parts), 1 + sum(sizes) // _WORTH_A_THREAD)
    made: list[Hashed] = [Hashed()] * len(parts)
    turn, lock, faults = iter(order), threading.Lock(), list[BaseException]()

    def work() -> None:
        buffer = memoryview(bytearray(min(_BUFFER, max(sizes, default=0) + 1)))
        try:
            while True:
                with lock:
                    at = next(turn, None)
                if at is None or faults:
                    return
                made[at] = _hashed(parts[at], algorithm, memory, buffer)
        except BaseException as error:  # noqa: BLE001  # handed to the caller's thread
            faults.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return made


def new_hash(algorithm: str) -> Hash:
    """Begin a hash. Raises ``UsageError`` for an unknown algorithm, or one that is not installed."""
    import hashlib

    match algorithm:
        case "sha256":
            return hashlib.sha256()
        case "blake2b":
            return hashlib.blake2b()
        case "blake3":
            return _blake3()
    raise UsageError(
        f'"{algorithm}" is not a hash of model signing', hint=f"Choose of {', '.join(ALGORITHMS)}."
    )


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blake3() -> Hash:
    from importlib import import_module

    try:
        made: Hash = import_module("blake3").blake3()
    except ImportError as error:
        raise UsageError("blake3 is not installed", hint="pip install backstamp[blake3]") from error
    return made


def _hashed(part: Part, algorithm: str, memory: DigestMemory | None, buffer: memoryview) -> Hashed:
    try:
        return Hashed(*_hash_part(part, new_hash(algorithm), memory, algorithm, buffer))
    except ChangedError as error:
        return Hashed(problem=error.message, has_changed=True)
    except SourceError as error:
        return Hashed(problem=error.message)


def _hash_part(
    part: Part, made: Hash, memory: DigestMemory | None, algorithm: str, buffer: memoryview | None
) -> tuple[str, int]:
    try:
        handle = os.open(part.path, _FLAGS)
    except (OSError, ValueError) as error:
        raise SourceError(why(error)) from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise SourceError("it is not a regular file")
        end = before.st_size if part.end is None else part.end
        if end > before.st_size:
            raise ChangedError("it is shorter than its parts")
        key = _key(before, algorithm, part.start, end)
        if memory is not None and (known := memory.get(key)):
            return known, end - part.start
        room = buffer if buffer is not None else memoryview(bytearray(min(_BUFFER, end - part.start + 1)))
        _read_into(made.update, handle, part.start, end, room)
        after = os.fstat(handle)
    except OSError as error:
        raise SourceError(why(error)) from error
    finally:
        os.close(handle)
    if state_of(before) != state_of(after):
        raise ChangedError("it changed while it was read")
    digest = made.hexdigest()
    if memory is not None and _is_at_rest(before):
        memory.put(key, digest)
    return digest, end - part.start


def _read_into(
    update: Callable[[memoryview], object], handle: int, start: int, end: int, room: memoryview
) -> None:
    left = end - start
    with open(handle, "rb", buffering=0, closefd=False) as file:
        file.seek(start)
        while left:
            count = file.readinto(room[:left] if left < len(room) else room)
            if not count:
                raise ChangedError("it became shorter while it was read")
            update(room[:count])
            left -= count


def _size_of(part: Part) -> int:
    if part.end is not None:
        return part.end - part.start
    try:
        return os.stat(part.path).st_size
    except (OSError, ValueError):
        return 0


def state_of(status: os.stat_result) -> tuple[int, ...]:
    """Give what of a file changes when its bytes do."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _key(status: os.stat_result, algorithm: str, start: int, end: int) -> str:
    return ":".join(map(str, (algorithm, start, end, *state_of(status))))


def _is_at_rest(status: os.stat_result) -> bool:
    return time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _AT_REST_NS
