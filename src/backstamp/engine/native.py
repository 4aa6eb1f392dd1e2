"""Runs readers which use foreign parsers in a child process, from which only statements come back.

1. The child gets the bytes through a pipe and an environment of its own: no credentials, no folder.
2. It has limits of memory, processor time and open files, and may write no file.
3. Once the parser is loaded, an audit hook refuses sockets, processes and writes. The hook stops
   honest library code; what stops a parser that was taken over is the system's limits alone.
4. What comes back is decoded into known types, and bounded. A child that dies or hangs is coverage.
"""

import os
import sys
from collections.abc import Iterator
from struct import Struct

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget, Limits
from backstamp.core.codec import sealed, unsealed
from backstamp.core.errors import BackstampError
from backstamp.core.fact import Fact
from backstamp.core.reading import Explained, Member, Reader, Statement, Status, Unread

_LARGEST = 1024 * MIB
_ANSWER = 512 * MIB
_SECONDS = 60
_MEMORY = 3 * 1024 * MIB
_LENGTH = Struct("<Q")
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "ctypes.", "shutil.")
_REFUSED_NAMES = frozenset(
    {
        "os.system", "os.fork", "os.forkpty", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link",
        "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.startfile", "os.putenv", "pty.spawn",
    }
)  # fmt: skip


class _Task(msgspec.Struct, frozen=True):
    reader: str
    path: tuple[str, ...]
    window: int
    inflated: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One statement on its way back; one of the fields is filled."""

    fact: bytes | None = None
    member: bytes | None = None
    path: tuple[str, ...] = ()
    size: int = 0
    explained: Explained | None = None
    unread: Unread | None = None


def natively(reader: Reader, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Yield the statements that a reader makes in a child process."""
    if blob.size > _LARGEST or not blob.is_whole:
        yield Unread(f"{reader.name}: larger than {_LARGEST // MIB} MiB")
        return
    module = type(reader).__module__
    left = max(0, budget.limits.inflated - budget.inflated)
    task = _Task(module, blob.path, budget.limits.window, left)
    answer, problem = _asked(task, blob.view)
    at = 0
    while at + _LENGTH.size <= len(answer):
        (length,) = _LENGTH.unpack_from(answer, at)
        record = answer[at + _LENGTH.size : at + _LENGTH.size + length]
        if len(record) < length:
            break
        at += _LENGTH.size + length
        budget.spend_operations(1)
        try:
            yield from _statements(record, blob, budget)
        except (msgspec.MsgspecError, BackstampError, ValueError):
            yield Unread(f"{reader.name}: the child process gave no valid answer", Status.FAILED)
            return
    if problem:
        yield Unread(f"{reader.name}: {problem}", Status.FAILED)


def _statements(record: memoryview, blob: Blob, budget: Budget) -> Iterator[Statement]:
    answer = msgspec.msgpack.decode(record, type=_Answer)
    if answer.fact is not None:
        yield from unsealed(answer.fact)
    if answer.member is not None:
        budget.spend_members()
        budget.spend_inflated(answer.size)
        yield Member(Blob(answer.member, path=(*blob.path, *answer.path), size=answer.size))
    if answer.explained is not None:
        yield answer.explained
    if answer.unread is not None:
        yield answer.unread


def _asked(task: _Task, view: memoryview) -> tuple[memoryview, str]:
    import subprocess
    from threading import Thread, Timer

    folders = os.pathsep.join(os.path.abspath(folder) for folder in sys.path if folder)
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-P", "-s", "-B", "-m", __name__, msgspec.msgpack.encode(task).hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": folders, "PYTHONHASHSEED": "0"},
        cwd=os.path.abspath(os.sep),
    )
    assert process.stdin is not None  # noqa: S101  # both are pipes
    assert process.stdout is not None  # noqa: S101
    feeder = Thread(target=_feed, args=(process.stdin, view), daemon=True)
    timer = Timer(_SECONDS, process.kill)
    feeder.start()
    timer.start()
    try:
        answer = process.stdout.read(_ANSWER + 1)
    finally:
        is_late = not timer.is_alive()
        timer.cancel()
        if len(answer) > _ANSWER:
            process.kill()
        process.stdout.close()
        code = process.wait()
        feeder.join()
    if is_late:
        return memoryview(answer), f"did not end within {_SECONDS} seconds"
    return memoryview(answer), f"the child process ended with {code}" if code else ""


def _feed(pipe: object, view: memoryview) -> None:
    try:
        pipe.write(view)  # type: ignore[attr-defined]  # the child's stdin
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return  # the child ended before it had read everything: its exit code tells


def _main(argument: str) -> None:
    """The child: read the bytes, state, end."""
    from importlib import import_module

    task = msgspec.msgpack.decode(bytes.fromhex(argument), type=_Task)
    out = sys.stdout.buffer
    data = sys.stdin.buffer.read(_LARGEST)
    reader: Reader = import_module(task.reader).READER
    _load(reader.name)
    _confine()
    budget = Budget(Limits(window=task.window, inflated=task.inflated))
    blob = Blob(data, path=task.path)
    for statement in reader.read(blob, budget):
        record = msgspec.msgpack.encode(_answer(statement, blob))
        out.write(_LENGTH.pack(len(record)))
        out.write(record)
        out.flush()  # what was stated stays, whatever comes next


def _answer(statement: Statement, blob: Blob) -> _Answer:
    match statement:
        case Fact():
            return _Answer(fact=sealed([statement]))
        case Member():
            inner = statement.blob
            path = inner.path[len(blob.path) :]
            return _Answer(member=bytes(inner.view), path=path, size=inner.size)
        case Explained():
            return _Answer(explained=statement)
        case Unread():
            return _Answer(unread=statement)


def _load(name: str) -> None:
    """Import what the reader will need, before nothing more may be opened for writing."""
    if name == "sevenzip":
        from importlib.util import find_spec

        if find_spec("py7zr") is not None:
            import py7zr  # noqa: F401  # loaded for its effect


def _confine() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        pass
    else:
        for kind, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, 32),
        ):
            hard = resource.getrlimit(kind)[1]
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (limit, limit))
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    is_write = (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    if is_write or event.startswith(_REFUSED) or event in _REFUSED_NAMES:
        raise PermissionError(event)


if __name__ == "__main__":
    _main(sys.argv[1])
