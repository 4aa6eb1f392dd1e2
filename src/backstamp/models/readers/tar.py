"""Reads tar files: entries as members, links, devices, names that lead outside, entries behind the end.

Files that old versions of torch wrote are tars of four pickles, with raw numbers behind two of them.
"""

from collections.abc import Iterator
from hashlib import sha256

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import tar as tars
from backstamp.formats.names import escape_of, leads_outside
from backstamp.models.facts.archive import DuplicateEntry, EntryName, HiddenEntry, LinkEntry, SpecialEntry

_TORCH = frozenset({"sys_info", "pickle", "tensors", "storages"})
_CODE_SUFFIXES = (".pkl", ".pickle", ".py", ".pyc", ".so", ".pt", ".pth", ".bin", ".joblib", ".npy")


class _Reader:
    """The reader of tar files."""

    name = "tar"
    version = 1
    kinds = frozenset({"tar"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the tar holds."""
        found = list(tars.entries_of(blob.view, budget))
        entries = [each for each in found if isinstance(each, tars.Entry)]
        plain = {entry.name.removeprefix("./") for entry in entries}
        is_torch = {"pickle", "storages"} <= plain
        first: dict[str, bytes] = {}
        for entry in entries:
            yield from _entry(entry, blob, budget, first, is_torch=is_torch)
        for each in found:
            if isinstance(each, tars.Stop):
                yield from _ending(each, blob)


def _ending(stop: tars.Stop, blob: Blob) -> Iterator[Statement]:
    """All that the walk went over is explained: headers, contents, and zeros between and behind them."""
    yield Explained(0, stop.at)
    if stop.problem:
        yield Unread(f"tar: {stop.problem}")
    elif not blob.is_whole:
        yield Unread("tar: only the first part of it is at hand")


def _entry(
    entry: tars.Entry, blob: Blob, budget: Budget, first: dict[str, bytes], *, is_torch: bool
) -> Iterator[Statement]:
    budget.spend_members()
    place = blob.at(entry.start, entry.data - entry.start)
    if why := escape_of(entry.name):
        yield EntryName(place=place, name=entry.name, why=why)
    if entry.after_end and entry.size:
        yield HiddenEntry(place=place, name=entry.name, container="tar", size=entry.size)
    if kind := tars.LINKS.get(entry.kind):
        outside = leads_outside("" if kind == "hardlink" else entry.name, entry.target)
        yield LinkEntry(place=place, name=entry.name, target=entry.target, kind=kind, escapes=outside)
        return
    if kind := tars.SPECIAL.get(entry.kind):
        yield SpecialEntry(place=place, name=entry.name, kind=kind)
        return
    if entry.kind == tars.FOLDER or not entry.size:
        return
    if entry.is_sparse:
        yield Unread("tar: a sparse entry is not supported")
        return
    view = blob.view[entry.data : entry.data + entry.size]
    label = entry.name
    if entry.name in first:
        label = f"[at {entry.start}]/{entry.name}"
        yield DuplicateEntry(
            place=place,
            name=entry.name,
            container="tar",
            differs=_sketch(view) != first[entry.name],
            carries_code=is_torch or entry.name.lower().endswith(_CODE_SUFFIXES),
        )
    else:
        first[entry.name] = _sketch(view)
    kinds = ("pickle",) if is_torch and entry.name.removeprefix("./") in _TORCH else ()
    member = Blob(view, path=(*blob.path, label), size=entry.size, pages=blob.pages)
    yield Member(member, kinds=kinds)


def _sketch(view: memoryview) -> bytes:
    """Tell contents apart by length and both ends, without hashing gigabytes."""
    return sha256(b"%d" % len(view) + bytes(view[:65536]) + bytes(view[-65536:])).digest()


READER = _Reader()
