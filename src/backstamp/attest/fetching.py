"""Fetches what is locked: into a plain folder, or into a cache as hubs' clients keep it.

1. A file comes to its place only whole and verified: written elsewhere on the same disk, made to last, then
   renamed. What stands there wrongly is replaced in the same way.
2. What is there already and right is left alone; that is known by hashing it.
3. Nothing is written through a link, and nothing outside of the folder.
4. Safetensors come first, then what is small; equal files once.
5. A branch of a cache is set to the locked commit only when all files of it are in place.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

import msgspec

from backstamp.attest.addresses import address_of
from backstamp.attest.enclosure import Enclosure, Nested, NotHeld, Trouble
from backstamp.attest.hubcache import fetched_folder, repository_folder, revision_of_ref
from backstamp.attest.hubclient import HubClient
from backstamp.attest.lockfile import HUB, PATH, URL, Lock, LockedFile, LockEntry
from backstamp.attest.locking import is_bookkeeping
from backstamp.attest.transfer import Clock, Partial, git_name, transferred
from backstamp.core.errors import BackstampError, OutputError, VerificationError

_PARTIAL = ".backstamp-partial"
_SPARE = 16 * 1024 * 1024


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file is not in its place. ``is_wrong`` says that it came and was not what is locked."""

    path: str
    reason: str
    hint: str = ""
    is_wrong: bool = False


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an entry: the folder, how many files came and how many were there, and the problems."""

    name: str
    revision: str
    place: str
    came: int = 0
    kept: int = 0
    size: int = 0
    problems: tuple[Problem, ...] = ()


class Destination(Protocol):
    """Where entries go."""

    root: str

    def takes(self, entry: LockEntry) -> bool:
        """Say whether entries of this world have a place here."""
        ...

    def enclosure(self, entry: LockEntry) -> Enclosure:
        """Give the folder of an entry, to look into."""
        ...

    def place(self, entry: LockEntry, file: LockedFile, partial: str, etag: str) -> None:
        """Bring a verified file to its place. Raises ``OSError`` and ``NotHeld``."""
        ...

    def finish(self, entry: LockEntry) -> None:
        """All files of an entry are in place."""
        ...


class ToFolder:
    """A plain folder: ``models/org/name/...``, ``datasets/org/name/...``, ``urls/file``."""

    def __init__(self, root: str, lock: Lock) -> None:
        self._nested = Nested(root)
        self.root = self._nested.folder
        names = [(entry.table, entry.name) for entry in lock.entries]
        self._several = {name for name in names if names.count(name) > 1}

    def takes(self, entry: LockEntry) -> bool:
        """Hubs and addresses."""
        return entry.world in (HUB, URL)

    def _below(self, entry: LockEntry) -> str:
        if entry.world == URL:
            return "urls"
        is_several = (entry.table, entry.name) in self._several
        return fetched_folder(entry) + (f"@{entry.revision}" if is_several else "")

    def enclosure(self, entry: LockEntry) -> Enclosure:
        """The entry's folder."""
        return Enclosure(os.path.join(self.root, *self._below(entry).split("/")))

    def place(self, entry: LockEntry, file: LockedFile, partial: str, etag: str) -> None:  # noqa: ARG002  # of the protocol
        """Rename it to its place."""
        self._nested.place(partial, f"{self._below(entry)}/{file.path}")

    def finish(self, entry: LockEntry) -> None:
        """Nothing is left to do."""


class ToCache:
    """A cache of huggingface_hub: blobs, snapshots of links into them, and refs.

    A blob is named as the hub's own client names it, by the ETag, if that is a digest of these very bytes;
    else by its SHA-256. Where the disk has no links the file itself stands in the snapshot.
    """

    def __init__(self, root: str) -> None:
        self._nested = Nested(root)
        self.root = self._nested.folder

    def takes(self, entry: LockEntry) -> bool:
        """Hubs only."""
        return entry.world == HUB

    def enclosure(self, entry: LockEntry) -> Enclosure:
        """The entry's snapshot, whose links lead to its blobs."""
        folder = os.path.join(self.root, repository_folder(entry.bare_name, entry.table))
        return Enclosure(os.path.join(folder, "snapshots", entry.revision), os.path.join(folder, "blobs"))

    def place(self, entry: LockEntry, file: LockedFile, partial: str, etag: str) -> None:
        """Rename it to a blob, then link to it."""
        repository = repository_folder(entry.bare_name, entry.table)
        is_git = len(etag) == 40 and etag == git_name(partial, file.size)
        blob = etag if is_git else file.sha256
        snapshot = f"{repository}/snapshots/{entry.revision}/{file.path}"
        folder = self._nested.folder_for(snapshot)
        link = os.path.join(self.root, _PARTIAL, f"{file.sha256}.{os.getpid()}.link")
        ups = "../" * (file.path.count("/") + 2)
        with suppress(OSError):
            os.unlink(link)
        try:
            os.symlink(f"{ups}blobs/{blob}", link)
        except (OSError, NotImplementedError):
            self._nested.place(partial, snapshot)
            return
        self._nested.place(partial, f"{repository}/blobs/{blob}")
        end = os.path.join(folder, file.path.rpartition("/")[2])
        if os.path.isdir(end) and not os.path.islink(end):
            raise NotHeld(Trouble.SPECIAL, f'"{file.path}" is a folder')
        os.replace(link, end)

    def finish(self, entry: LockEntry) -> None:
        """Set the branch that was locked to its commit."""
        repository = repository_folder(entry.bare_name, entry.table)
        known = revision_of_ref(os.path.join(self.root, repository), entry.ref) if entry.ref else ""
        if known == (entry.revision if entry.ref else ""):
            return
        folder = self._nested.folder_for(f"{_PARTIAL}/ref")
        temporary = os.path.join(folder, f"ref.{os.getpid()}")
        with open(temporary, "w", encoding="ascii") as file:
            file.write(entry.revision)
            file.flush()
            os.fsync(file.fileno())
        self._nested.place(temporary, f"{repository}/refs/{entry.ref}")


class _Task(msgspec.Struct):
    """Bytes that are to come, and all the places that they go to."""

    file: LockedFile
    ends: list[tuple[LockEntry, LockedFile]]


class _Tally(msgspec.Struct):
    """What came of an entry so far."""

    came: int = 0
    kept: int = 0
    size: int = 0
    problems: list[Problem] = []


def fetched(
    lock: Lock,
    client: HubClient,
    destination: Destination,
    *,
    jobs: int = 4,
    clock: Clock | None = None,
    told: Callable[[str], None] | None = None,
) -> tuple[Fetched, ...]:
    """Fetch everything that is locked. Raises ``OutputError`` if the disk does not take it."""
    return _Fetching(lock, client, destination, clock, told).run(jobs)


class _Fetching:
    """One run."""

    def __init__(
        self,
        lock: Lock,
        client: HubClient,
        destination: Destination,
        clock: Clock | None,
        told: Callable[[str], None] | None,
    ) -> None:
        self._client = client
        self._destination = destination
        self._clock = clock
        self._told = told
        self._entries = [entry for entry in lock.entries if entry.world != PATH]
        self._tallies = {entry.key: _Tally(problems=[]) for entry in self._entries}
        self._partial = os.path.join(destination.root, _PARTIAL)

    def run(self, jobs: int) -> tuple[Fetched, ...]:
        from concurrent.futures import ThreadPoolExecutor

        wanted = [(entry, file) for entry in self._entries for file in self._wanted(entry)]
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            here = list(pool.map(self._is_here, wanted))
            absent = [each for each, is_here in zip(wanted, here, strict=True) if not is_here]
            tasks = _tasks(absent)
            self._check_room(tasks)
            if tasks:
                self._make_partial()
            try:
                list(pool.map(self._bring, tasks))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            self._finish()
        with suppress(OSError):
            os.rmdir(self._partial)
        return tuple(self._result(entry) for entry in self._entries)

    def _wanted(self, entry: LockEntry) -> tuple[LockedFile, ...]:
        if self._destination.takes(entry):
            names = [e.files[0].path for e in self._entries if e.world == URL]
            if entry.world != URL or names.count(entry.files[0].path) == 1:
                return entry.files
            problem = Problem(path=entry.files[0].path, reason="two addresses end in this name")
            self._tallies[entry.key].problems.append(problem)
            return ()
        hint = (
            "Use --to DIR."
            if entry.world == URL
            else "Fetch it with its own tool; `backstamp lock --verify` checks it."
        )
        self._tallies[entry.key].problems.append(
            Problem(path="", reason=f"{entry.world}: is not fetched to here", hint=hint)
        )
        return ()

    def _is_here(self, wanted: tuple[LockEntry, LockedFile]) -> bool:
        entry, file = wanted
        enclosure = self._destination.enclosure(entry)
        try:
            if enclosure.size_of(file.path) != file.size or enclosure.digest_of(file.path)[0] != file.sha256:
                return False
        except NotHeld:
            return False
        self._tallies[entry.key].kept += 1
        return True

    def _check_room(self, tasks: Iterable[_Task]) -> None:
        needed = sum(task.file.size * len(task.ends) for task in tasks)
        free = shutil.disk_usage(self._destination.root).free
        if needed and needed + _SPARE > free:
            raise OutputError(
                f"there is not enough room: {needed:,} bytes are to come, {free:,} are free",
                hint="Free some space, or choose another disk with --to.",
            )

    def _make_partial(self) -> None:
        """Make the folder of partial files. Raises ``OutputError`` if something else is there."""
        try:
            Nested(self._destination.root).folder_for(f"{_PARTIAL}/x")
        except (OSError, NotHeld) as error:
            raise OutputError(
                f'cannot use "{_PARTIAL}" in "{self._destination.root}"', hint="Move it away."
            ) from error

    def _bring(self, task: _Task) -> None:
        """Bring bytes over and put them where they belong; problems are noted for every place."""
        entry, file = task.ends[0]
        partial = Partial(self._partial, task.file)
        try:
            address = (
                address_of(entry.bare_name)
                if entry.world == URL
                else self._client.address_of_file(entry, file.path)
            )
            etag = transferred(self._client, address, partial, entry.revision, self._clock)
            partial.finish()
            self._put(task, partial, etag)
            if self._told:
                self._told(f"{entry.shown}: {file.path}")
        except OutputError:
            raise
        except BackstampError as error:
            is_wrong = isinstance(error, VerificationError)
            if is_wrong or not partial.size:
                partial.remove()
            for end, each in task.ends:
                self._note(end, each.path, error, is_wrong=is_wrong)
        except OSError as error:
            raise OutputError(
                f'cannot write "{file.path}": {(error.strerror or str(error)).lower()}',
                hint="Check the disk.",
            ) from error
        finally:
            partial.close()

    def _put(self, task: _Task, partial: Partial, etag: str) -> None:
        *others, (entry, file) = task.ends
        for end, each in others:
            copy = f"{partial.path}.copy"
            shutil.copyfile(partial.path, copy)
            if Enclosure(self._partial).digest_of(os.path.basename(copy))[0] != each.sha256:
                raise OutputError("a copy on this disk is not what was copied", hint="Check the disk.")
            self._place(end, each, copy, etag)
        self._place(entry, file, partial.path, etag)

    def _place(self, entry: LockEntry, file: LockedFile, partial: str, etag: str) -> None:
        try:
            self._destination.place(entry, file, partial, etag)
        except NotHeld as error:
            with suppress(OSError):
                os.unlink(partial)
            self._note(entry, file.path, error, is_wrong=True)
            return
        tally = self._tallies[entry.key]
        tally.came += 1
        tally.size += file.size

    def _note(self, entry: LockEntry, path: str, error: BackstampError, *, is_wrong: bool) -> None:
        problem = Problem(path=path, reason=error.message, hint=error.hint, is_wrong=is_wrong)
        self._tallies[entry.key].problems.append(problem)

    def _finish(self) -> None:
        for entry in self._entries:
            tally = self._tallies[entry.key]
            if tally.problems:
                continue
            tally.problems += self._extras(entry)
            if not tally.problems:
                try:
                    self._destination.finish(entry)
                except (OSError, NotHeld) as error:
                    raise OutputError(
                        f"cannot set the branch of {entry.shown}", hint="Check the cache."
                    ) from error

    def _extras(self, entry: LockEntry) -> list[Problem]:
        """What lies in the folder besides: it would be loaded with the rest."""
        if entry.world != HUB:
            return []
        locked = {file.path for file in entry.files}
        return [
            Problem(path=found.path, reason="it is there and not in the lock", is_wrong=True)
            for found in self._destination.enclosure(entry).files()
            if found.path not in locked and not is_bookkeeping(found)
        ]

    def _result(self, entry: LockEntry) -> Fetched:
        tally = self._tallies[entry.key]
        place = self._destination.enclosure(entry).folder if self._destination.takes(entry) else ""
        return Fetched(
            name=entry.name,
            revision=entry.revision,
            place=place,
            came=tally.came,
            kept=tally.kept,
            size=tally.size,
            problems=tuple(sorted(tally.problems, key=lambda each: each.path)),
        )


def _tasks(absent: Iterable[tuple[LockEntry, LockedFile]]) -> list[_Task]:
    """Join equal bytes, and put them in order: safetensors first, then the small before the large."""
    found: dict[str, _Task] = {}
    for entry, file in absent:
        task = found.setdefault(f"{file.sha256}{file.size}", _Task(file, []))
        task.ends.append((entry, file))
    return sorted(found.values(), key=_rank)


def _rank(task: _Task) -> tuple[bool, int, str]:
    is_safe = any(file.path.endswith(".safetensors") for _, file in task.ends)
    return not is_safe, task.file.size, task.file.sha256
