"""A folder of results, so that what was examined once is not examined again.

An entry is valid for one digest under one state of the installed package: the stamp covers every
file of the package (name, size, time of change), so a new reader, rule or knowledge table makes
all entries unreachable. Damaged or foreign entries are ignored. Old ones are swept now and then.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

_KEPT_SECONDS = 30 * 24 * 3600


class FolderCache:
    """Results in ``folder``, one file each, readable by their owner only."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """Return a stored result, or ``None``."""
        try:
            with open(self._path(key), "rb") as file:
                return file.read()
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """Store a result, whole or not at all. A cache that cannot be written is no error."""
        path = self._path(key)
        folder = os.path.dirname(path)
        with suppress(OSError):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            import tempfile  # loads much, and most runs write nothing

            handle, temporary = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(temporary, path)
            except OSError:
                os.unlink(temporary)
                raise
            if key.endswith("00"):
                _sweep(folder)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key[2:])


def default_folder() -> str:
    """Name the folder for results: below ``BACKSTAMP_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("BACKSTAMP_CACHE")
    if chosen:
        return os.path.join(chosen, "results")
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(root, "backstamp", "results")


@cache
def stamp() -> str:
    """Name the state of the installed package: changes with every file of it."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    digest = hashlib.sha256()
    for name, size, changed in _files_below(root):
        digest.update(f"{name}\0{size}\0{changed}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _files_below(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as listing:
        for each in sorted(listing, key=lambda e: e.name):
            if each.is_dir():
                if each.name != "__pycache__":
                    yield from _files_below(each.path)
            else:
                status = each.stat()
                yield each.path, status.st_size, status.st_mtime_ns


def _sweep(folder: str) -> None:
    oldest = time.time() - _KEPT_SECONDS
    with os.scandir(folder) as listing:
        for each in listing:
            with suppress(OSError):
                if each.stat().st_mtime < oldest:
                    os.unlink(each.path)
