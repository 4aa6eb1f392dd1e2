"""Lists the files of a model as signing sees them: names, links, what is ignored and what is odd.

Source: ossf/model-signing-spec v1.0, sections 6.1 and 6.2.

1. ``.git``, ``.github``, ``.gitignore`` and ``.gitattributes`` at the top are left out, and so is the bundle.
2. Links are told apart by where they lead: into the folder, into the blobs of the same hub cache (whose
   snapshots are made of such links), or elsewhere.
3. An ignored path is still looked at: what lies there may be something that a loader reads.
"""

import os
import stat
from collections.abc import Iterator
from typing import Literal

import msgspec

from backstamp.attest.manifest import ALWAYS_IGNORED, is_below
from backstamp.core.errors import SourceError

Link = Literal["", "inside", "hub", "outside"]
_DEEPEST = 64
_PROSE = (".gif", ".jpeg", ".jpg", ".log", ".md", ".pdf", ".png", ".rst", ".svg", ".webp")
_ATTESTATIONS = (".sig", ".sigstore", ".sigstore.json", ".intoto.json", ".cdx.json", ".spdx.json")
_PROSE_NAMES = frozenset(
    {"authors", "changelog", "citation", "copying", "licence", "license", "notice", "readme"}
)
_READ_BY_LOADERS = frozenset({"modelfile", "dockerfile", "makefile"})
_LOADABLE = (
    b"PK\x03\x04",
    b"GGUF",
    b"\x89HDF\r\n\x1a\n",
    b"\x7fELF",
    b"\x1f\x8b",
    b"MZ",
    b"#!",
    b"\x93NUMPY",
)
_PICKLE = tuple(bytes((0x80, version)) for version in range(2, 6))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a folder: a file, or what is there instead of one (``problem`` is a reason's code)."""

    name: str
    path: str
    size: int = 0
    link: Link = ""
    is_ignored: bool = False
    problem: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing leaves out (``skipped``, the bundle at ``bundle_path``) and what it marks as ignored."""

    skipped: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    bundle_path: str = ""


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A folder under way: where it is, what it is called, and which real folders lead to it."""

    path: str
    name: str
    link: Link
    above: tuple[str, ...]
    is_ignored: bool


def found_in(target: str, scope: Scope) -> Iterator[Found]:
    """List a file, or everything below a folder. Raises ``SourceError`` if there is no target."""
    try:
        status = os.stat(target)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(
            f'cannot open "{target}": {(why or "").lower()}', hint="Check the path, and that you may read it."
        ) from error
    if not stat.S_ISDIR(status.st_mode):
        is_file = stat.S_ISREG(status.st_mode)
        name = os.path.basename(os.path.normpath(target))
        problem = "" if is_file else "special-file"
        yield Found(name=name, path=target, size=status.st_size, problem=problem)
        return
    root = os.path.realpath(target)
    skipped = scope.skipped | frozenset(ALWAYS_IGNORED)
    bundle = _identity(scope.bundle_path) if scope.bundle_path else ("", "")
    stack = [_Place(path=target, name="", link="", above=(root,), is_ignored=False)]
    while stack:
        place = stack.pop()
        try:
            with os.scandir(place.path) as listing:
                entries = sorted(listing, key=lambda each: each.name)
        except OSError:
            yield Found(name=place.name or ".", path=place.path, problem="unreadable-file")
            continue
        for entry in entries:
            name = f"{place.name}/{entry.name}" if place.name else entry.name
            if is_below(name, skipped):
                continue
            found = _looked_at(entry, name, place, root, scope)
            if isinstance(found, _Place):
                stack.append(found)
            elif entry.name != bundle[1] or _identity(found.path) != bundle:
                yield found


def model_name(target: str) -> str:
    """Name a model after the last part of its path."""
    return os.path.basename(os.path.abspath(target)) or "model"


def is_read_by_no_loader(path: str, name: str) -> bool:
    """Say whether an ignored file is plain documentation, a picture or another attestation.

    Whatever else it may be (weights, code, configuration, a vocabulary, a template), somebody's loader reads
    it. The content decides with the name: a pickle that is called README.md can be loaded.
    """
    base = name.rpartition("/")[2].lower()
    stem, _, suffix = base.partition(".")
    is_prose = base.endswith(_PROSE) or (stem in _PROSE_NAMES and suffix in ("", "md", "rst", "txt"))
    is_attestation = base.endswith(_ATTESTATIONS)
    is_plain = "." not in base and base not in _READ_BY_LOADERS
    if not (is_prose or is_attestation or is_plain):
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    if head.startswith(_LOADABLE + _PICKLE) or head[4:8] == b"TFL3" or head[8:10] == b'{"':
        return False
    if is_attestation:
        return head.lstrip()[:1] == b"{"
    is_picture = base.endswith((".gif", ".jpeg", ".jpg", ".pdf", ".png", ".webp"))
    return is_picture or b"\0" not in head


def _looked_at(
    entry: os.DirEntry[str], name: str, place: _Place, root: str, scope: Scope
) -> "Found | _Place":
    """Tell what an entry is: a folder to go into, or something found."""
    ignored = place.is_ignored or name in scope.ignored
    try:
        if not entry.is_symlink():
            if entry.is_dir(follow_symlinks=False):
                above = (*place.above, f"{place.above[-1]}{os.sep}{entry.name}")
                return _Place(path=entry.path, name=name, link=place.link, above=above, is_ignored=ignored)
            return _file(entry.path, name, place.link, entry.stat(follow_symlinks=False), is_ignored=ignored)
        end = os.path.realpath(entry.path, strict=True)
        link = _where(end, root) if place.link in ("", "inside") else place.link
        if not os.path.isdir(end):
            return _file(entry.path, name, link, os.stat(entry.path), is_ignored=ignored)
        if len(place.above) > _DEEPEST or any(_holds(end, each) for each in place.above):
            return Found(name=name, path=entry.path, problem="symlink-cycle", is_ignored=ignored)
        link = "outside" if link == "hub" else link
        return _Place(path=entry.path, name=name, link=link, above=(*place.above, end), is_ignored=ignored)
    except OSError:
        return Found(name=name, path=entry.path, problem="unreadable-file", is_ignored=ignored)


def _file(path: str, name: str, link: Link, status: os.stat_result, *, is_ignored: bool) -> Found:
    problem = "" if stat.S_ISREG(status.st_mode) else "special-file"
    size = status.st_size
    return Found(name=name, path=path, size=size, link=link, is_ignored=is_ignored, problem=problem)


def _where(end: str, root: str) -> Link:
    """Say where a link leads. A hub cache keeps ``snapshots/REVISION/FILE -> ../../blobs/DIGEST``."""
    if _holds(root, end):
        return "inside"
    cache, mark, _ = f"{root}{os.sep}".rpartition(f"{os.sep}snapshots{os.sep}")
    if mark and os.path.dirname(end) == os.path.join(cache, "blobs"):
        return "hub"
    return "outside"


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _identity(path: str) -> tuple[str, str]:
    """Tell a place by its real folder and its own name: another link to the same file is another place."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.realpath(folder), name
