"""Files and folders on this machine, listed in a stable order and opened once each."""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB
from backstamp.core.digest import Digest
from backstamp.core.errors import SourceError, why
from backstamp.core.location import legible

# Larger files are mapped: a mapped file that another process cuts short kills the reader, a copy does not.
_COPIED = 8 * MIB
_LEFT_OUT = frozenset({".git", ".hg", ".svn"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a target: ``shown`` is its path relative to the target, with ``/``.

    ``problem`` says why it cannot be read at all, ``skipped`` why it is left out on purpose.
    """

    path: str
    shown: str
    size: int = 0
    problem: str = ""
    skipped: str = ""


def entries_of(target: str) -> Iterator[Entry]:
    """List the files of a target: a file itself, or everything below a folder, sorted by name.

    Symbolic links are followed to files (hub caches are made of them) and never to folders;
    a link whose end is missing is an entry with a problem. Raises ``SourceError`` if there is no target.
    """
    try:
        mode = os.stat(target).st_mode
    except (OSError, ValueError) as error:
        raise SourceError(
            f'cannot open "{target}": {why(error)}', hint="Check the path, and that you may read it."
        ) from error
    if stat.S_ISDIR(mode):
        yield from _below(target, "")
    else:
        yield _entry(target, legible(os.path.basename(os.path.normpath(target)) or target))


def _below(folder: str, shown: str) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda e: e.name)
    except OSError as error:
        yield Entry(path=folder, shown=shown or ".", problem=why(error))
        return
    for each in found:
        name = legible(f"{shown}/{each.name}" if shown else each.name)
        if each.is_dir(follow_symlinks=False):
            if each.name in _LEFT_OUT:
                yield Entry(path=each.path, shown=name, skipped="version control data")
            else:
                yield from _below(each.path, name)
        elif each.is_symlink() and os.path.isdir(each.path):
            yield Entry(path=each.path, shown=name, skipped="link to a folder")
        else:
            yield _entry(each.path, name)


def _entry(path: str, shown: str) -> Entry:
    try:
        status = os.stat(path)
    except OSError as error:
        return Entry(path=path, shown=shown, problem=why(error))
    if not stat.S_ISREG(status.st_mode):
        return Entry(path=path, shown=shown, skipped="not a regular file")
    return Entry(path=path, shown=shown, size=status.st_size)


@contextmanager
def opened(entry: Entry) -> Iterator[Blob]:
    """Open a file as a blob for the time of the context. Raises ``SourceError`` if it cannot be read."""
    try:
        handle = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        raise SourceError(f'cannot read "{entry.path}": {why(error)}') from error
    try:
        found = _bytes_of(handle, entry.path)
        if not isinstance(found, mmap.mmap):
            yield Blob(memoryview(found), path=(entry.shown,))
            return
        pages = _MappedPages(found) if hasattr(mmap, "MADV_DONTNEED") else None
        yield Blob(
            memoryview(found),
            path=(entry.shown,),
            digester=lambda: _digest_of(handle, entry.path),
            pages=pages,
        )
    finally:
        os.close(handle)


def _digest_of(handle: int, path: str) -> Digest:
    """Hash an open file by reading it: a mapped one costs a fault a page, half as much again as the hash."""
    import hashlib

    made = hashlib.sha256()
    held = memoryview(bytearray(MIB))
    at = 0
    try:
        while count := os.preadv(handle, [held], at):
            made.update(held[:count])
            at += count
    except OSError as error:
        raise SourceError(f'cannot read "{path}": {why(error)}') from error
    return Digest(made.hexdigest())


class _MappedPages:
    """Speaks to the system about a mapped file (madvise)."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped

    def give_back(self) -> None:
        self._mapped.madvise(mmap.MADV_DONTNEED)

    def expect(self, *, scattered: bool) -> None:
        self._mapped.madvise(mmap.MADV_RANDOM if scattered else mmap.MADV_NORMAL)


def _bytes_of(handle: int, path: str) -> bytes | mmap.mmap:
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(f'cannot read "{path}": it is not a regular file')
        if status.st_size > _COPIED:
            return mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise SourceError(f'cannot read "{path}": {why(error)}') from error
