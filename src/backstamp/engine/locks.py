"""Makes ``models.lock``: what a target uses, where it lies on this machine, and its pins.

1. ``in_use`` says what is to be locked.
2. What was locked stays as it is until ``update`` names it: other bytes than those of the lock are an error,
   not a new pin.
3. A branch or tag is pinned to the commit that the cache has for it; the lock remembers the branch.
4. What cannot be pinned is listed with the reason, and no lock comes of it unless that is allowed.
5. Models that a scan denies are not locked unless that is allowed.
"""

import os
from collections.abc import Callable
from functools import cache

import msgspec

from backstamp.attest import hubcache, stores
from backstamp.attest.enclosure import Enclosure
from backstamp.attest.lockfile import (
    DEFAULT_REF,
    HUB,
    OLLAMA,
    PATH,
    EntryKind,
    Judged,
    Lock,
    LockedFile,
    LockEntry,
    SignedBy,
    lock_of_entries,
)
from backstamp.attest.locking import Where, left_out, pinned, pinned_files
from backstamp.attest.safepaths import why_hostile
from backstamp.bom.assemble import assembled
from backstamp.core.errors import VerificationError
from backstamp.core.supply import Trait, is_commit
from backstamp.engine.in_use import Want, short, wants_of
from backstamp.engine.inventory import StockOptions, take


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """Something in use that could not be pinned, and why."""

    name: str
    place: str
    reason: str


class LockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to lock. ``day`` is the date of verdicts; ``update`` names what may be pinned anew ("*": all)."""

    day: str
    update: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    has_verdicts: bool = True
    jobs: int = 0


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the lock, what is not in it, and what differs from what was locked before."""

    lock: Lock
    unresolved: tuple[Unresolved, ...] = ()
    changed: tuple[Unresolved, ...] = ()
    denied: tuple[str, ...] = ()
    unknown_updates: tuple[str, ...] = ()


def locked(
    where: Where,
    options: LockOptions,
    old: Lock | None = None,
    *,
    signed_by: Callable[[str], SignedBy | None] | None = None,
) -> Locked:
    """Lock what a target uses. ``signed_by`` says who signed a folder, for whoever can tell.

    Raises ``SourceError`` if there is no target.
    """
    inventory = take(where.target, StockOptions(exclude=options.exclude, has_digests=False))
    return _Locking(where, options, old or Lock(), signed_by).run(
        wants_of(assembled(inventory), where.target)
    )


class _Locking:
    """One run: the entries as they are made."""

    def __init__(
        self,
        where: Where,
        options: LockOptions,
        old: Lock,
        signed_by: Callable[[str], SignedBy | None] | None,
    ) -> None:
        self._where = where
        self._options = options
        self._old = old
        self._signed_by = signed_by
        self._entries: dict[tuple[int, str, str], LockEntry] = {}
        self._unresolved: list[Unresolved] = []
        self._changed: list[Unresolved] = []
        self._denied: list[str] = []

    def run(self, wants: list[Want]) -> Locked:
        for want in wants:
            try:
                entry = self._pinned(want, wants)
            except VerificationError as error:
                self._unresolved.append(Unresolved(name=want.name, place=want.place, reason=error.message))
                continue
            self._add(entry)
        names = {entry.name for entry in (*self._entries.values(), *self._old.entries)}
        return Locked(
            lock=lock_of_entries(self._entries.values()),
            unresolved=tuple(self._unresolved),
            changed=tuple(self._changed),
            denied=tuple(self._denied),
            unknown_updates=tuple(u for u in self._options.update if u != "*" and u not in _spelt(names)),
        )

    def _add(self, entry: LockEntry) -> None:
        known = self._entries.get(entry.key)
        if known is not None and known.ref and not entry.ref:
            entry = msgspec.structs.replace(entry, ref=known.ref)
        self._entries[entry.key] = entry
        if entry.verdict and entry.verdict.outcome == "deny" and entry.shown not in self._denied:
            self._denied.append(entry.shown)

    def _pinned(self, want: Want, wants: list[Want]) -> LockEntry:
        old = self._known(want)
        world = want.name.partition(":")[0]
        if world == HUB:
            made, folder = self._of_hub(want, old)
        elif world == PATH:
            made, folder = self._local(want, wants), self._local_place(want)
        else:
            made, folder = self._stored(want), ""
        if made is None:
            if old is None:
                raise VerificationError(
                    "it is not on this machine", hint="Load or fetch it once, then lock it."
                )
            return old
        if old is not None and not self._may_update(want.name):
            if old.revision == made.revision and old.files != made.files:
                what = "other content than what is locked"
                self._changed.append(Unresolved(name=old.shown, place=want.place, reason=what))
            if old.revision == made.revision:
                return msgspec.structs.replace(old, kind=made.kind, ref=made.ref)
        return self._judged(made, folder)

    def _known(self, want: Want) -> LockEntry | None:
        """Find what was locked before: for that commit, or for the same branch or tag."""
        table = "dataset" if want.kind is EntryKind.DATASET else "model"
        found = [e for e in self._old.of_table(table) if e.name == want.name]
        if not want.name.startswith(HUB):
            return found[0] if found else None
        if is_commit(want.revision):
            return next((e for e in found if e.revision == want.revision), None)
        return next((e for e in found if e.ref == (want.revision or DEFAULT_REF)), None)

    def _may_update(self, name: str) -> bool:
        return "*" in self._options.update or not _spelt([name]).isdisjoint(self._options.update)

    def _of_hub(self, want: Want, old: LockEntry | None) -> tuple[LockEntry | None, str]:
        name = want.name.partition(":")[2]
        table = "dataset" if want.kind is EntryKind.DATASET else "model"
        ref = "" if is_commit(want.revision) else want.revision or DEFAULT_REF
        if ref and (why := why_hostile(ref)):
            raise VerificationError(f'the revision "{ref}" is refused: {why}')
        repositories = list(hubcache.repositories(self._where.roots, name, table))
        revision = want.revision if not ref else ""
        if ref and old is not None and not self._may_update(want.name):
            revision = old.revision
        for repository in repositories:
            commit = revision or hubcache.revision_of_ref(repository, ref)
            place = hubcache.snapshot(repository, commit) if commit else None
            if place is None:
                continue
            files = pinned(Enclosure(place.folder, place.blobs), jobs=self._options.jobs)
            folder = "datasets/" if table == "dataset" else ""
            source = f"https://huggingface.co/{folder}{name}"
            return self._entry(want, files, revision=commit, ref=ref, source=source), place.folder
        if repositories and old is None:
            asked = want.revision or DEFAULT_REF
            raise VerificationError(f'the cache has it, but not at the revision "{asked}"')
        return None, ""

    def _local_place(self, want: Want) -> str:
        path = want.name.partition(":")[2]
        return self._where.target if path == "." else os.path.join(self._where.target, *path.split("/"))

    def _local(self, want: Want, wants: list[Want]) -> LockEntry | None:
        path = want.name.partition(":")[2]
        if path != "." and (why := why_hostile(path)):
            raise VerificationError(f"its path is refused: {why}")
        place = self._local_place(want)
        if os.path.isfile(place) and path != ".":
            name = path.rpartition("/")[2]
            inside = Enclosure(self._where.target)
            files = pinned_files(inside, [path])
            one = msgspec.structs.replace(files[0], path=name)
            return self._entry(want, (one,))
        if not os.path.isdir(place):
            raise VerificationError("the target has no such file or folder")
        lock = Lock(entries=tuple(self._entry(w, ()) for w in wants if w.name.startswith(PATH)))
        files = pinned(Enclosure(place), left_out(path, lock, self._where), jobs=self._options.jobs)
        made = self._entry(want, files)
        if made.is_single_file:
            raise VerificationError("a folder whose only file has its name cannot be told from the file")
        return made

    def _stored(self, want: Want) -> LockEntry | None:
        world, _, name = want.name.partition(":")
        if world == OLLAMA:
            if why := why_hostile(stores.ollama_manifest(name)):
                raise VerificationError(f"its name is refused: {why}")
            for root in self._where.ollama:
                if store := stores.ollama_store(root, name):
                    return self._entry(
                        want, pinned_files(Enclosure(root), store.paths, jobs=self._options.jobs)
                    )
            return None
        file = stores.address_file(name)
        for root in self._where.torch:
            path = f"checkpoints/{file}"
            if file and not why_hostile(path) and os.path.isfile(os.path.join(root, "checkpoints", file)):
                one = msgspec.structs.replace(pinned_files(Enclosure(root), [path])[0], path=file)
                return self._entry(want, (one,), source=name)
        return None

    @staticmethod
    def _entry(
        want: Want, files: tuple[LockedFile, ...], *, revision: str = "", ref: str = "", source: str = ""
    ) -> LockEntry:
        return LockEntry(
            name=want.name,
            kind=want.kind,
            files=files,
            revision=revision,
            ref=ref,
            source=source,
            licence=want.licence,
        )

    def _judged(self, entry: LockEntry, folder: str) -> LockEntry:
        """Add what is known of the files: the licence that they state, who signed, and a scan's verdict."""
        if not folder:
            return entry
        licence = entry.licence or _licence(folder)
        signer = self._signed_by(folder) if self._signed_by else None
        verdict = _verdict(folder, self._options) if self._options.has_verdicts else None
        return msgspec.structs.replace(entry, licence=licence, signer=signer, verdict=verdict)


def _spelt(names: "list[str] | set[str]") -> set[str]:
    """All ways to write names: with their world and without."""
    return {spelling for name in names for spelling in (name, name.partition(":")[2])}


def _licence(folder: str) -> str:
    graph = assembled(take(folder, StockOptions(has_digests=False))).graph
    return short(graph.text(graph.subject, Trait.LICENSE))


def _verdict(folder: str, options: LockOptions) -> Judged:
    from backstamp.engine.scan import Options, scan

    report = scan([folder], Options(jobs=options.jobs))
    return Judged(outcome=report.verdict.outcome.value, date=options.day, rules=_rule_set())


@cache
def _rule_set() -> str:
    """Name the rules that there are."""
    from backstamp.attest.predicates import rule_set_digest
    from backstamp.engine.catalog import all_detectors

    return rule_set_digest(tuple(detector.RULE for detector in all_detectors()))
