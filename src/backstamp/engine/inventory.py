"""Takes stock of a target: every file, its digest, and what readers state about it.

Files are listed in the order of a scan and opened once each; large ones are hashed while they are mapped.
"""

import os
from collections.abc import Callable, Iterator, Sequence

import msgspec

from backstamp.bom.inventory import LEFT_OUT, FileRecord, Inventory
from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.digest import Digest
from backstamp.core.errors import SourceError
from backstamp.core.fact import Fact, Present
from backstamp.core.location import legible
from backstamp.core.reading import Coverage, Status
from backstamp.engine.examine import Examination, taken_stock_of
from backstamp.engine.isolation import guarded_file
from backstamp.sources.tree import Entry, entries_of, opened


class StockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to take stock.

    ``exclude`` are shell patterns of paths to leave out. ``has_digests`` says whether files are hashed:
    without, a file of any size costs no more than its header.
    """

    exclude: tuple[str, ...] = ()
    has_digests: bool = True


DEFAULTS = StockOptions()


def take(
    target: str,
    options: StockOptions = DEFAULTS,
    *,
    limits: Limits | None = None,
    progress: Callable[[int, int, Entry], None] | None = None,
) -> Inventory:
    """Take stock of a file or folder.

    Raises ``SourceError`` if there is no such target; what cannot be read inside it is a record that says so.
    """
    entries = _listed(target, options.exclude)
    if not os.path.isdir(target) and entries[0].skipped == "not a regular file":
        raise SourceError(f'"{target}" is neither a file nor a folder', hint="Name a file or a folder.")
    files: list[FileRecord] = []
    facts: list[Fact] = []
    for done, entry in enumerate(entries):
        if progress:
            progress(done + 1, len(entries), entry)
        records, stated = _stock_of(entry, options, limits)
        files += records
        facts += stated
    return Inventory(
        target=_name_of(target), is_folder=os.path.isdir(target), files=tuple(files), facts=tuple(facts)
    )


def _name_of(target: str) -> str:
    """Name a target by its last folder, without giving away where it lies on this machine."""
    return legible(os.path.basename(os.path.realpath(target))) or "root"


def _listed(target: str, exclude: tuple[str, ...]) -> Sequence[Entry]:
    from backstamp.engine.scan import is_excluded

    return [
        msgspec.structs.replace(entry, skipped=LEFT_OUT)
        if exclude and is_excluded(entry.shown, exclude)
        else entry
        for entry in entries_of(target)
    ]


def _stock_of(
    entry: Entry, options: StockOptions, limits: Limits | None
) -> tuple[list[FileRecord], list[Fact]]:
    if entry.skipped or entry.problem:
        status = Status.SKIPPED if entry.skipped else Status.FAILED
        return [_unread(entry, status, entry.skipped or entry.problem)], []
    try:
        with opened(entry) as blob:
            found = guarded_file(
                lambda: taken_stock_of(blob, budget=Budget(limits)),
                lambda reason: Examination(
                    coverage=[Coverage(path=(entry.shown,), status=Status.FAILED, reason=reason)],
                    findings=[],
                    facts=[],
                ),
            )
            digest = blob.digest if options.has_digests else None
            return list(_records(found, blob, digest)), [f for f in found.facts if not isinstance(f, Present)]
    except SourceError as error:
        return [_unread(entry, Status.FAILED, error.message)], []


def _records(found: Examination, blob: Blob, digest: Digest | None) -> Iterator[FileRecord]:
    sizes = {fact.place.path: fact for fact in found.facts if isinstance(fact, Present)}
    for covered in found.coverage:
        present = sizes.get(covered.path)
        is_root = covered.path == blob.path
        yield FileRecord(
            path=covered.path,
            size=blob.size if is_root else present.size if present else 0,
            digest=digest if is_root else found.digests.get(covered.path),
            kinds=covered.kinds,
            status=covered.status,
            reason=covered.reason,
        )


def _unread(entry: Entry, status: Status, reason: str) -> FileRecord:
    return FileRecord(
        path=(entry.shown,), size=entry.size, digest=None, kinds=(), status=status, reason=reason
    )
