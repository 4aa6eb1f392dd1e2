"""Pins what is on disk, and proves that what is on disk is what was pinned.

1. Every copy that a loader could find is proved, not the first one only.
2. A copy is the lock's when it has all locked files with their sizes and digests and nothing else.
3. A folder of the target that is called like a model of a hub is a copy too: loaders take it first.
4. Where the code pins no commit, the branch of the cache must stand for the locked one: that is what loads.
5. Sizes are compared first; only files whose size fits are hashed, several at a time, the largest first.
6. What could not be read is told apart from what differs: it proves neither.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

import msgspec

from backstamp.attest import hubcache
from backstamp.attest.enclosure import Enclosure, Found, NotHeld, Trouble
from backstamp.attest.lockfile import HUB, OLLAMA, PATH, URL, Lock, LockedFile, LockEntry
from backstamp.attest.safepaths import clashes, why_hostile
from backstamp.core.errors import VerificationError

In = TypeVar("In")
Out = TypeVar("Out")
_MOST_JOBS = 8
_BOOKS = ".cache/huggingface/"  # what a download into a folder leaves beside it
_IDENTITY = ("config.json", "adapter_config.json", "model_index.json", "modules.json", "dataset_infos.json")
_BOOK_NAMES = (".metadata", ".lock", ".gitignore", "CACHEDIR.TAG", ".incomplete")


class Flaw(StrEnum):
    """How a copy differs from the lock."""

    ABSENT = "absent"  # there is no copy at all
    REVISION = "revision"
    MISSING = "missing"
    EXTRA = "extra"
    SIZE = "size"
    CHANGED = "changed"
    LINK = "link"
    SPECIAL = "special"
    SWAPPED = "swapped"
    UNREADABLE = "unreadable"
    UNLOCKED = "unlocked"  # a model that the lock does not have


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. ``path`` is empty where it is about the copy as a whole."""

    flaw: Flaw
    path: str = ""
    expected: str = ""
    found: str = ""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that was held against its entry. ``place`` is its folder; empty if there is none."""

    name: str
    revision: str
    place: str
    differences: tuple[Difference, ...] = ()
    files: int = 0
    size: int = 0

    @property
    def is_unread(self) -> bool:
        """Say whether nothing differs, but something could not be read."""
        return bool(self.differences) and all(d.flaw is Flaw.UNREADABLE for d in self.differences)


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look: the folder that paths of the lock start at, hub caches, other stores.

    ``leave_out`` are paths of the target that belong to no model (the lock itself). ``is_exact`` asks that
    the target and the caches hold no model besides.
    """

    target: str
    roots: tuple[str, ...] = ()
    ollama: tuple[str, ...] = ()
    torch: tuple[str, ...] = ()
    leave_out: frozenset[str] = frozenset()
    is_exact: bool = False


class _Copy(msgspec.Struct):
    """A copy under examination. Where the folder is shared, what else is in it is nobody's business."""

    entry: LockEntry
    place: str
    enclosure: Enclosure | None = None
    prefix: str = ""
    is_shared: bool = False
    leave_out: frozenset[str] = frozenset()
    differences: list[Difference] = []
    files: int = 0


def verified(
    lock: Lock, where: Where, *, jobs: int = 0, progress: Callable[[str], None] | None = None
) -> tuple[Checked, ...]:
    """Hold everything that is locked against what is on disk; in the order of the lock."""
    copies = [copy for entry in lock.entries for copy in _copies(entry, lock, where)]
    work: list[tuple[_Copy, LockedFile]] = []
    for copy in copies:
        work += [(copy, file) for file in _fitting(copy)]
    if progress:
        progress(f"hashing {len(work):,} files")
    work.sort(key=lambda each: -each[1].size)
    for (copy, _), difference in zip(work, _each(_hashed, work, jobs), strict=True):
        copy.files += 1
        if difference is not None:
            copy.differences.append(difference)
    checked = [_checked(copy) for copy in copies]
    return (*checked, *_unlocked(lock, where))


def _checked(copy: _Copy) -> Checked:
    ordered = sorted(copy.differences, key=lambda each: (each.path, each.flaw))
    return Checked(
        name=copy.entry.name,
        revision=copy.entry.revision,
        place=copy.place,
        differences=tuple(ordered),
        files=copy.files,
        size=copy.entry.size if not copy.differences else 0,
    )


# --- finding the copies ----------------------------------------------------------------------------


def _copies(entry: LockEntry, lock: Lock, where: Where) -> list[_Copy]:
    if entry.world == PATH:
        return [_local(entry, lock, where)]
    if entry.world == HUB:
        return _of_hub(entry, lock, where)
    found = []
    for root, prefix in _shared_places(entry, where):
        paths = (os.path.join(root, *(prefix + file.path).split("/")) for file in entry.files)
        if any(os.path.lexists(path) for path in paths):
            copy = _Copy(entry, root, Enclosure(root), prefix=prefix, is_shared=True, differences=[])
            found.append(copy)
    return found or [_absent(entry)]


def _shared_places(entry: LockEntry, where: Where) -> list[tuple[str, str]]:
    if entry.world == OLLAMA:
        return [(root, "") for root in where.ollama]
    places = [(root, "checkpoints/") for root in where.torch] if entry.world == URL else []
    return [*places, *((root, "urls/") for root in where.roots)]


def _absent(entry: LockEntry, *differences: Difference) -> _Copy:
    return _Copy(entry, "", differences=[*(differences or [Difference(flaw=Flaw.ABSENT)])])


def _local(entry: LockEntry, lock: Lock, where: Where) -> _Copy:
    name = entry.bare_name
    place = where.target if name == "." else os.path.join(where.target, *name.split("/"))
    if not os.path.lexists(place):
        return _absent(entry)
    if not _is_below(place, where.target):
        link = Difference(flaw=Flaw.LINK, found="a link that leaves the folder of the lock")
        return _Copy(entry, place, differences=[link])
    if entry.is_single_file:
        prefix = name.removesuffix(entry.files[0].path)
        copy = _Copy(entry, place, Enclosure(where.target), prefix=prefix, is_shared=True, differences=[])
    elif os.path.isdir(place):
        copy = _Copy(entry, place, Enclosure(place), leave_out=left_out(name, lock, where), differences=[])
    else:
        wrong = Difference(flaw=Flaw.CHANGED, expected="a folder", found="a file")
        copy = _Copy(entry, place, differences=[wrong])
    return copy


def left_out(name: str, lock: Lock, where: Where) -> frozenset[str]:
    """Name the paths in a local model's folder that are not its own: those of other entries, the lock."""
    start = "" if name == "." else name + "/"
    others = {other.bare_name for other in lock.entries if other.world == PATH and other.bare_name != name}
    everything = others | where.leave_out | {"/".join([*name.split("/"), ".git"]).removeprefix("./")}
    return frozenset(path.removeprefix(start) for path in everything if path.startswith(start))


def _is_below(path: str, root: str) -> bool:
    end, start = os.path.realpath(path), os.path.realpath(root)
    return end == start or end.startswith(start.rstrip(os.sep) + os.sep)


def _of_hub(entry: LockEntry, lock: Lock, where: Where) -> list[_Copy]:
    copies = []
    for place in hubcache.places_of(entry, where.roots):
        enclosure = Enclosure(place.folder, place.blobs)
        copies.append(_Copy(entry, place.folder, enclosure, differences=[]))
    copies += _shadows(entry, lock, where)
    wrong = _wrong_refs(entry, where)
    if not copies:
        others = [
            revision
            for repository in hubcache.repositories(where.roots, entry.bare_name, entry.table)
            for revision in hubcache.revisions_in(repository)
        ]
        if others:
            at = Difference(
                flaw=Flaw.REVISION, expected=entry.revision, found=", ".join(sorted(set(others))[:5])
            )
            return [_absent(entry, at)]
        return [_absent(entry)]
    copies[0].differences += wrong
    return copies


def _shadows(entry: LockEntry, lock: Lock, where: Where) -> list[_Copy]:
    """A folder of the target that a loader would take for the model, if it is not locked as a folder."""
    name = entry.bare_name
    folder = os.path.join(where.target, *name.split("/"))
    if any(other.world == PATH and other.bare_name == name for other in lock.entries):
        return []
    is_named = "/" in name and os.path.isdir(folder)
    if is_named or any(os.path.lexists(os.path.join(folder, each)) for each in _IDENTITY):
        return [_Copy(entry, folder, Enclosure(folder), differences=[])]
    return []


def _wrong_refs(entry: LockEntry, where: Where) -> list[Difference]:
    """What a load without a commit would find in each cache, where that is not what is locked."""
    if not entry.ref:
        return []
    found = []
    for repository in hubcache.repositories(where.roots, entry.bare_name, entry.table):
        revision = hubcache.revision_of_ref(repository, entry.ref)
        if revision and revision != entry.revision:
            found.append(
                Difference(
                    flaw=Flaw.REVISION, path=f"refs/{entry.ref}", expected=entry.revision, found=revision
                )
            )
    return found


def _unlocked(lock: Lock, where: Where) -> list[Checked]:
    """What the target and the caches hold besides, if that is asked for."""
    if not where.is_exact:
        return []
    locked = {(e.bare_name, e.table, e.revision) for e in lock.entries if e.world == HUB}
    found = {}
    for root in dict.fromkeys((*where.roots, where.target)):
        for each in hubcache.cached_in(root):
            table = "dataset" if each.kind.value == "dataset" else "model"
            if (each.name, table, each.revision) not in locked:
                found[os.path.realpath(each.folder), each.revision] = Checked(
                    name=f"{HUB}:{each.name}",
                    revision=each.revision,
                    place=os.path.join(each.folder, "snapshots", each.revision),
                    differences=(Difference(flaw=Flaw.UNLOCKED),),
                )
    return [found[key] for key in sorted(found)]


# --- comparing ---------------------------------------------------------------------------------------


def _fitting(copy: _Copy) -> list[LockedFile]:
    """Compare names and sizes; give the files whose bytes are still to be compared."""
    if copy.enclosure is None:
        return []
    if copy.is_shared:
        return [*copy.entry.files]
    locked = {file.path: file for file in copy.entry.files}
    try:
        found = {each.path: each for each in copy.enclosure.files(copy.leave_out)}
    except NotHeld as error:
        copy.differences.append(Difference(flaw=Flaw.UNREADABLE, found=error.message))
        return []
    fitting = []
    for path, file in locked.items():
        each = found.pop(path, None)
        if each is None:
            copy.differences.append(Difference(flaw=Flaw.MISSING, path=path))
        elif each.trouble:
            copy.differences.append(Difference(flaw=_flaw(each.trouble), path=path, found=each.why))
        elif each.size != file.size:
            copy.differences.append(
                Difference(flaw=Flaw.SIZE, path=path, expected=str(file.size), found=str(each.size))
            )
        else:
            fitting.append(file)
    for path, each in found.items():
        if not is_bookkeeping(each):
            flaw = Flaw.UNREADABLE if each.trouble is Trouble.UNREADABLE else Flaw.EXTRA
            copy.differences.append(Difference(flaw=flaw, path=path, found=each.why))
    return fitting


def is_bookkeeping(found: Found) -> bool:
    """Say whether a file is what a hub's client notes beside a download; no loader reads it."""
    return found.path.startswith(_BOOKS) and found.path.endswith(_BOOK_NAMES) and found.trouble is None


def _hashed(work: tuple[_Copy, LockedFile]) -> Difference | None:
    copy, file = work
    if copy.enclosure is None:
        return None
    try:
        if (size := copy.enclosure.size_of(copy.prefix + file.path)) != file.size:
            return Difference(flaw=Flaw.SIZE, path=file.path, expected=str(file.size), found=str(size))
        digest, _ = copy.enclosure.digest_of(copy.prefix + file.path)
    except NotHeld as error:
        return Difference(flaw=_flaw(error.trouble), path=file.path, found=error.message)
    if digest != file.sha256:
        return Difference(flaw=Flaw.CHANGED, path=file.path, expected=file.sha256, found=digest)
    return None


def _flaw(trouble: Trouble) -> Flaw:
    return Flaw(trouble.value)


# --- pinning -----------------------------------------------------------------------------------------


def pinned(
    enclosure: Enclosure, leave_out: frozenset[str] = frozenset(), *, jobs: int = 0
) -> tuple[LockedFile, ...]:
    """Pin all files of a folder. Raises ``VerificationError`` if one may not be pinned."""
    found = [each for each in enclosure.files(leave_out) if not is_bookkeeping(each)]
    for each in found:
        if each.trouble:
            raise VerificationError(f'"{each.path}" cannot be pinned: {each.why}')
    return pinned_files(enclosure, [each.path for each in found], jobs=jobs)


def pinned_files(enclosure: Enclosure, paths: Iterable[str], *, jobs: int = 0) -> tuple[LockedFile, ...]:
    """Pin some files of a folder. Raises ``VerificationError`` if one may not be pinned."""
    listed = sorted(paths)
    for path in listed:
        if why := why_hostile(path):
            raise VerificationError(f'"{path}" cannot be pinned: {why}')
    for number, why in clashes(listed):
        raise VerificationError(f'"{listed[number]}" cannot be pinned: {why}')
    if not listed:
        raise VerificationError("there are no files to pin")
    made = _each(enclosure.digest_of, listed, jobs)
    return tuple(
        LockedFile(path=path, sha256=digest, size=size)
        for path, (digest, size) in zip(listed, made, strict=True)
    )


def _each(do: Callable[[In], Out], items: Sequence[In], jobs: int) -> Iterator[Out]:
    """Do something with each, several at a time; hashing frees the interpreter. Results keep the order."""
    count = jobs or min(os.cpu_count() or 1, _MOST_JOBS)
    if count == 1 or len(items) < 2:
        yield from map(do, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(count, len(items))) as pool:
        yield from pool.map(do, items)
