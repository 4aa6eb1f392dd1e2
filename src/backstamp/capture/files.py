"""Digests of what a run reads and writes: files and folders, as they are on this machine.

1. Names are relative: to the folder that was given, or to the working folder. No other path is kept.
2. Links to folders are not followed; what is no regular file is left out.
3. A folder's own digest is that of the sorted list of its files' digests and names.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator

import msgspec

_PIECE = 4 * 1024 * 1024
_MOST_FILES = 100_000
_SKIPPED = frozenset({".git", "__pycache__", ".ipynb_checkpoints"})


class Fingerprint(msgspec.Struct, frozen=True):
    """A file: its relative name, size and SHA-256."""

    name: str
    size: int
    sha256: str


def digest_of_file(path: str) -> str:
    """Compute the SHA-256 of a file. Raises ``OSError``."""
    made = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            made.update(piece)
    return made.hexdigest()


def fingerprints_of(path: str, *, names: Iterable[str] | None = None) -> list[Fingerprint]:
    """Compute the digests of a file, or of all files below a folder (or of some of them, by name).

    Files that vanish or cannot be read meanwhile are left out.
    """
    if os.path.isfile(path):
        found = _fingerprint(path, os.path.basename(path))
        return [found] if found else []
    wanted = sorted(names) if names is not None else [name for name, _ in listed(path)]
    made = (_fingerprint(os.path.join(path, *name.split("/")), name) for name in wanted[:_MOST_FILES])
    return [each for each in made if each]


def listed(folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """List the regular files below a folder with size and time of change, sorted by name."""
    count = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(files):
            path = os.path.join(here, name)
            try:
                status = os.stat(path)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and not (name.startswith(".") and name.endswith(".part")):
                count += 1
                if count > _MOST_FILES:
                    return
                relative = os.path.relpath(path, folder).replace(os.sep, "/")
                yield relative, (status.st_size, status.st_mtime_ns)


def tree_digest(files: Iterable[Fingerprint]) -> str:
    """Name a folder by its content: SHA-256 over "digest, two blanks, name" lines, sorted by name."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda f: f.name))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def shown_path(path: str, start: str = "") -> str:
    """Write a path relative to a folder; of what lies elsewhere only the name."""
    base = os.path.realpath(start or os.getcwd())
    relative = os.path.relpath(os.path.realpath(path), base).replace(os.sep, "/")
    if relative == "..":
        return os.path.basename(os.path.realpath(path))
    return relative if not relative.startswith("../") else os.path.basename(os.path.normpath(path))


def write_whole(path: str, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed. Raises ``OSError``."""
    folder, name = os.path.split(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f".{name[:100]}.{os.getpid()}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _fingerprint(path: str, name: str) -> Fingerprint | None:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        return Fingerprint(name, status.st_size, digest_of_file(path))
    except OSError:
        return None
