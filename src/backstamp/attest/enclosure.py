"""Opens files of a folder so that they surely lie in it, and reads them so that a swap is noticed.

1. Every part of a path is opened below the one before and never through a link, so nothing that is exchanged
   meanwhile leads elsewhere (where the system offers it; elsewhere each part is looked at first).
2. A last part may be one link, if it leads to a file of the same folder, or of the one folder of blobs that
   a hub's cache has beside its snapshots. Links to links, to folders, and out of these are refused.
3. Only regular files are opened: no device, pipe or socket, which could block or never end.
4. What is read is compared before and after by number, size and times: a file that changes or is exchanged
   while it is read has no digest.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum

import msgspec

from backstamp.attest.hashing import state_of
from backstamp.core.errors import VerificationError, why

_PIECE = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AS_FOLDER = getattr(os, "O_DIRECTORY", 0)
_WALKS = os.open in os.supports_dir_fd and bool(_NO_LINK)
_MOST_FILES = 1_000_000
_MOST_DEPTH = 64


class Trouble(StrEnum):
    """Why a file of a folder was not read."""

    MISSING = "missing"
    LINK = "link"
    SPECIAL = "special"
    UNREADABLE = "unreadable"
    SWAPPED = "swapped"


class NotHeld(VerificationError):
    """A file could not be opened inside its folder, or did not stay the same."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a folder: its path there, and what is wrong with it as such (a pipe)."""

    path: str
    size: int = 0
    trouble: Trouble | None = None
    why: str = ""


class Enclosure:
    """A folder, and the one other folder that its links may lead to (``blobs``; empty for none)."""

    def __init__(self, folder: str, blobs: str = "") -> None:
        self.folder = os.path.realpath(folder)
        self.blobs = os.path.realpath(blobs) if blobs else ""

    def opened(self, path: str) -> int:
        """Open a file for reading and give its descriptor. Raises ``NotHeld``."""
        try:
            handle = _opened_below(self.folder, path)
        except OSError as error:
            if not os.path.islink(os.path.join(self.folder, *path.split("/"))):
                raise _trouble(error, path) from error
            handle = self._through_link(path)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise NotHeld(Trouble.SPECIAL, "not a regular file")
        return handle

    def _through_link(self, path: str) -> int:
        root, rest = self._link_target(path)
        try:
            return _opened_below(root, rest)
        except OSError as error:
            if os.path.islink(os.path.join(root, *rest.split("/"))):
                raise NotHeld(Trouble.LINK, "a link to a link") from error
            raise _trouble(error, path) from error

    def _link_target(self, path: str) -> tuple[str, str]:
        """Say in which of the two folders a link ends, and where. The link's text decides, not the disk."""
        link = os.path.join(self.folder, *path.split("/"))
        try:
            text = os.readlink(link)
        except OSError as error:
            raise _trouble(error, path) from error
        end = os.path.normpath(os.path.join(os.path.realpath(os.path.dirname(link)), text))
        for root in (self.folder, self.blobs):
            if root and end.startswith(root.rstrip(os.sep) + os.sep):
                return root, os.path.relpath(end, root).replace(os.sep, "/")
        raise NotHeld(Trouble.LINK, "a link that leaves the folder")

    def size_of(self, path: str) -> int:
        """Give the size of a file. Raises ``NotHeld``."""
        handle = self.opened(path)
        try:
            return os.fstat(handle).st_size
        finally:
            os.close(handle)

    def digest_of(self, path: str) -> tuple[str, int]:
        """Compute SHA-256 and size of a file. Raises ``NotHeld`` if it does not stay the same meanwhile."""
        handle = self.opened(path)
        try:
            before = os.fstat(handle)
            made = hashlib.sha256()
            buffer = bytearray(min(_PIECE, before.st_size + 1))
            view = memoryview(buffer)
            size = 0
            while count := _read_into(handle, view):
                made.update(view[:count])
                size += count
                if size > before.st_size:
                    raise NotHeld(Trouble.SWAPPED, "it grew while it was read")
            after = os.fstat(handle)
        except OSError as error:
            raise _trouble(error, path) from error
        finally:
            os.close(handle)
        if state_of(before) != state_of(after) or size != after.st_size:
            raise NotHeld(Trouble.SWAPPED, "it changed while it was read")
        self._still_there(path, after)
        return made.hexdigest(), size

    def _still_there(self, path: str, read: os.stat_result) -> None:
        handle = self.opened(path)
        try:
            now = os.fstat(handle)
        finally:
            os.close(handle)
        if state_of(now) != state_of(read):
            raise NotHeld(Trouble.SWAPPED, "it was exchanged while it was read")

    def files(self, leave_out: frozenset[str] = frozenset()) -> Iterator[Found]:
        """List everything in the folder but folders, sorted by path. ``leave_out`` are paths in it.

        Raises ``NotHeld`` if it is too large or too deep.
        """
        count = 0
        stack = [""]
        while stack:
            prefix = stack.pop()
            if prefix.count("/") > _MOST_DEPTH:
                raise NotHeld(Trouble.UNREADABLE, f'"{prefix}" is nested too deep')
            try:
                with os.scandir(os.path.join(self.folder, prefix)) as listing:
                    entries = sorted(listing, key=lambda each: each.name)
            except OSError as error:
                yield Found(path=prefix.rstrip("/") or ".", trouble=Trouble.UNREADABLE, why=why(error))
                continue
            below = []
            for each in entries:
                path = prefix + each.name
                if path in leave_out:
                    continue
                if each.is_dir(follow_symlinks=False):
                    below.append(path + "/")
                    continue
                count += 1
                if count > _MOST_FILES:
                    raise NotHeld(Trouble.UNREADABLE, f"more than {_MOST_FILES:,} files")
                yield self._found(path)
            stack.extend(reversed(below))

    def _found(self, path: str) -> Found:
        try:
            return Found(path=path, size=self.size_of(path))
        except NotHeld as error:
            if error.trouble is Trouble.MISSING:  # a link whose end is missing
                return Found(path=path, trouble=Trouble.LINK, why="a link to nothing")
            return Found(path=path, trouble=error.trouble, why=error.message)


def _opened_below(root: str, path: str) -> int:
    parts = path.split("/")
    if not _WALKS:
        at = root
        for part in parts:
            at = os.path.join(at, part)
            if os.path.islink(at):
                raise OSError(0, "a link", at)
        return os.open(at, _FLAGS)
    folder = os.open(root, _FLAGS | _AS_FOLDER)
    try:
        for part in parts[:-1]:
            below = os.open(part, _FLAGS | _AS_FOLDER | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], _FLAGS | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)


def _read_into(handle: int, view: memoryview) -> int:
    if hasattr(os, "readv"):
        return os.readv(handle, [view])
    data = os.read(handle, len(view))
    view[: len(data)] = data
    return len(data)


def _trouble(error: OSError, path: str) -> NotHeld:
    if isinstance(error, FileNotFoundError):
        return NotHeld(Trouble.MISSING, "it is not there")
    if isinstance(error, NotADirectoryError) and "/" in path:
        return NotHeld(Trouble.LINK, "a folder above it is a link or a file")
    import errno

    if error.errno in (errno.ELOOP, errno.EMLINK):
        return NotHeld(Trouble.LINK, "it is a link")
    if error.errno in (errno.ENXIO, errno.EOPNOTSUPP):
        return NotHeld(Trouble.SPECIAL, "not a regular file")
    return NotHeld(Trouble.UNREADABLE, why(error))


class Nested:
    """Makes files below a folder, never through a link: the twin of ``Enclosure`` for writing."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self.folder = os.path.realpath(folder)

    def folder_for(self, path: str) -> str:
        """Make the folders above a path and give the last one. Raises ``NotHeld`` if one is a link."""
        at = self.folder
        for part in path.split("/")[:-1]:
            at = os.path.join(at, part)
            with suppress(FileExistsError):
                os.mkdir(at)
            mode = os.lstat(at).st_mode
            if not stat.S_ISDIR(mode):
                kind = "a link" if stat.S_ISLNK(mode) else "no folder"
                raise NotHeld(Trouble.LINK, f'"{part}" in "{path}" is {kind}')
        return at

    def place(self, temporary: str, path: str) -> None:
        """Move a finished file of the same disk to its place, and make it last. Raises ``OSError``."""
        folder = self.folder_for(path)
        end = os.path.join(folder, path.rpartition("/")[2])
        if os.path.isdir(end) and not os.path.islink(end):
            raise NotHeld(Trouble.SPECIAL, f'"{path}" is a folder')
        os.replace(temporary, end)
        if _AS_FOLDER:
            handle = os.open(folder, os.O_RDONLY | _AS_FOLDER)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
