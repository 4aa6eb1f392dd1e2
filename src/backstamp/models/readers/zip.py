"""Reads zip files: members as every loader would take them, and what is odd about the container.

1. All directories, all local headers, also those that no directory lists.
2. Where directory, local header and bytes disagree, each interpretation becomes a member.
3. Checksums and flags never keep a member from being read: torch ignores them.
4. Stored members are views; others are inflated up to the budget's window.
5. Tensor storages of PyTorch files are numbers: they are explained, unless they begin as something else.
"""

from collections.abc import Iterator
from zlib import crc32

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.digest import Digest
from backstamp.core.errors import ReadError
from backstamp.core.fact import Embedded
from backstamp.core.location import Location
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import probe
from backstamp.formats import zip as zips
from backstamp.formats.compressed import BOMB_RATIO, Missing, deflated
from backstamp.formats.names import escape_of, leads_outside
from backstamp.models.facts.archive import (
    DuplicateEntry,
    EncryptedEntry,
    EntryName,
    Expansion,
    HiddenEntry,
    LinkEntry,
    OverlappingEntries,
    SecondDirectory,
    ZipMismatch,
)

_METHOD_NAMES = {9: "deflate64", 1: "shrink", 6: "implode", 95: "xz", 97: "wavpack", 98: "ppmd", 99: "AES"}
_STORAGE_FOLDERS = frozenset({"data", "constants", "tensors", "xl_model_weights", ".data", "weights"})
_CODE_SUFFIXES = (".pkl", ".pickle", ".py", ".pyc", ".so", ".pt", ".pth", ".bin", ".joblib", ".npy", ".json")
_SMALLEST = 40  # bytes of a comment or an extra field that could hold more than a note
_RUN = 32 * 1024 * 1024
_SUSPECT_EXPANSION = 64 * 1024 * 1024


class _Reader:
    """The reader of zip files."""

    name = "zip"
    version = 1
    kinds = frozenset({"zip"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the zip holds."""
        directories = list(_directories(blob, budget))
        if not directories:
            yield from _unlisted(blob, budget)
            return
        state = _State(blob, budget, directories)
        for each in directories:
            yield Explained(each.start, each.end)
            yield Explained(each.tail, each.tail_end)
        yield from _oddities_of(directories, state)
        for entry in state.entries:
            yield from _entry(entry, state)
        yield from _overlaps(state)
        for each in directories:
            yield from _stowaway(_comment_of(each, blob), each.tail_end, state)
        yield from _hidden(state)


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """One content of an entry."""

    view: memoryview
    size: int
    end: int
    problem: str = ""
    unread: str = ""
    digest: Digest | None = None


class _State:
    """What reading one zip gathers."""

    __slots__ = ("blob", "budget", "entries", "first", "names", "roots", "seen", "spans")

    def __init__(self, blob: Blob, budget: Budget, directories: list[zips.Directory]) -> None:
        self.blob = blob
        self.budget = budget
        unique = {
            (e.local, e.name, e.method, e.packed, e.size, e.flags): e for d in directories for e in d.entries
        }
        self.entries = list(unique.values())
        self.names: dict[bytes, int] = {}
        self.first: dict[bytes, tuple[int, int]] = {}
        self.seen: set[tuple[int, str]] = set()
        ends = {(d.start, d.end) for d in directories} | {(d.tail, d.tail_end) for d in directories}
        self.spans: list[tuple[int, int]] = sorted(ends)
        self.roots = _torch_roots(self.entries)


def _directories(blob: Blob, budget: Budget) -> Iterator[zips.Directory]:
    """All directories but those of zips that are stored inside a member."""
    inside: list[tuple[int, int]] = []
    seen: set[tuple[int, int]] = set()
    for at in zips.ends_of(blob.view):
        if any(start <= at < end for start, end in inside):
            continue
        for each in zips.directories_of(blob.view, at, budget):
            if (each.start, each.tail) in seen:
                continue
            seen.add((each.start, each.tail))
            yield each
            low = min((e.local for e in each.entries), default=each.start)
            inside.append((low, each.start))


def _unlisted(blob: Blob, budget: Budget) -> Iterator[Statement]:
    """A zip without a directory: cut off, or never one. What its local headers hold is read all the same."""
    state = _State(blob, budget, [])
    for header in _headers_between(0, len(blob.view), state):
        for found in _contents_of_header(header, state):
            name = zips.text_of(header.name, header.flags)
            state.spans.append((header.start, found.end))
            yield Explained(header.start, found.end)
            yield from _member(name, found, state, header.start)
    yield Unread("zip without a central directory: it is cut off or broken")


def _oddities_of(directories: list[zips.Directory], state: _State) -> Iterator[Statement]:
    starts: set[int] = set()
    for each in directories:
        place = state.blob.at(each.tail, each.tail_end - each.tail)
        is_further = bool(starts) and each.start not in starts
        starts.add(each.start)
        if is_further and each.entries:
            yield SecondDirectory(place=place, entries=len(each.entries))
        if (each.declared - len(each.entries)) % 65536:
            yield ZipMismatch(
                place=place,
                name="",
                field="entry count",
                central=str(each.declared),
                local=str(len(each.entries)),
            )
        if not each.is_whole:
            yield Unread("central directory is broken")


def _entry(entry: zips.Entry, state: _State) -> Iterator[Statement]:
    state.budget.spend_members()
    blob = state.blob
    name = zips.text_of(entry.name, entry.flags)
    place = _place(entry, blob)
    if why := escape_of(name):
        yield EntryName(place=place, name=name, why=why)
    header = zips.header_at(blob.view, entry.local)
    if header is None:
        yield ZipMismatch(
            place=place,
            name=name,
            field="local header",
            central=str(entry.local),
            local="none",
        )
        yield Unread("an entry has no local header")
        return
    mismatches = list(_mismatches(entry, header, name, place))
    yield from mismatches
    contents = list(_contents(entry, header, state))
    end = max((c.end for c in contents), default=header.data)
    if entry.flags & zips.STREAMED or header.flags & zips.STREAMED:
        end = zips.descriptor_end(blob.view, end, entry.packed)
    state.spans.append((header.start, end))
    yield Explained(header.start, end)
    yield from _stowaway(header.start + 30 + len(header.name), header.data, state)
    yield from _duplicates(entry, name, place, state)
    if entry.is_folder and not entry.packed:
        return
    if entry.is_symlink and contents:
        target = bytes(contents[0].view[:4096]).decode("utf-8", "backslashreplace")
        outside = leads_outside(name, target)
        yield LinkEntry(place=place, name=name, target=target, kind="symlink", escapes=outside)
    is_closed = False
    if (entry.flags | header.flags) & zips.ENCRYPTED:
        is_closed = not _is_plain(entry, contents)
        yield EncryptedEntry(place=place, name=name, is_plain=not is_closed)
        if is_closed:
            yield Unread("an entry is encrypted")
    for found in contents:
        if not is_closed:
            yield from _checked(entry, found, name, state)
        yield from _member(name, found, state, header.start)
    if mismatches and zips.text_of(header.name, header.flags) != name and contents:
        yield from _member(zips.text_of(header.name, header.flags), contents[0], state, header.start)


def _comment_of(directory: zips.Directory, blob: Blob) -> int:
    """Where the comment begins: after the end record, which the two records of zip64 may precede."""
    records = bytes(blob.view[directory.tail : directory.tail + 128])
    return directory.tail + max(0, records.find(b"PK\x05\x06")) + 22


def _stowaway(start: int, end: int, state: _State) -> Iterator[Statement]:
    """Look into comments and extra fields: room that loaders skip, and droppers read."""
    view = state.blob.view
    if end - start < _SMALLEST or not bytes(view[start + 4 : min(end, start + 260)]).strip(b"Z\0 "):
        return
    found = probe.first_artifact(view, start, end, state.budget)
    if found is None or found[0] == "zip":  # zips in comments are read as further directories
        return
    kind, at = found
    yield Embedded(place=state.blob.at(at, end - at), kind=kind, host=("zip",))
    yield Member(state.blob.part(at, end, f"embedded {kind} at {at}"), kinds=(kind,))


def _place(entry: zips.Entry, blob: Blob) -> Location:
    """The local header of an entry, or the nearest byte to where it is said to be."""
    start = min(max(0, entry.local), blob.size)
    return blob.at(start, min(30, blob.size - start))


def _mismatches(entry: zips.Entry, header: zips.Header, name: str, place: Location) -> Iterator[ZipMismatch]:
    """Compare the fields that loaders act on. Bits for deflate levels and the like are nobody's business."""
    pairs: list[tuple[str, str | int, str | int]] = []
    if entry.name != header.name and not _is_same_name(entry, header):
        pairs.append(("name", name, zips.text_of(header.name, header.flags)))
    if (entry.flags ^ header.flags) & zips.ENCRYPTED:
        pairs.append(("encrypted flag", entry.flags & 1, header.flags & 1))
    if entry.method != header.method:
        pairs.append(("method", entry.method, header.method))
    if header.packed is not None and header.packed != entry.packed:
        pairs.append(("compressed size", entry.packed, header.packed))
    if header.size is not None and header.size != entry.size:
        pairs.append(("size", entry.size, header.size))
    if header.crc is not None and header.crc != entry.crc and entry.crc:
        pairs.append(("crc", f"{entry.crc:08x}", f"{header.crc:08x}"))
    if entry.unicode_name and entry.name.isascii() and entry.unicode_name != entry.name:
        pairs.append(("unicode name", name, zips.text_of(entry.unicode_name)))
    for field, central, local in pairs:
        yield ZipMismatch(place=place, name=name, field=field, central=str(central), local=str(local))


def _is_same_name(entry: zips.Entry, header: zips.Header) -> bool:
    if header.flags & 0x2000:  # the local header is masked by strong encryption
        return True
    ours, theirs = zips.text_of(entry.name, entry.flags), zips.text_of(header.name, header.flags)
    return ours.replace("\\", "/") == theirs.replace("\\", "/")


def _contents(entry: zips.Entry, header: zips.Header, state: _State) -> Iterator[_Found]:
    """Each content that some loader would get: by the directory, and by the local header."""
    packed = entry.packed if header.packed is None else header.packed
    size = entry.size if header.size is None else header.size
    ways = dict.fromkeys(
        (
            (entry.method, entry.packed, entry.size),
            (header.method, packed, size),
            (entry.method, packed, size),
        )
    )
    seen: list[_Found] = []
    for method, length, wanted in ways:
        found = _content(method, header.data, length, wanted, state)
        if any(bytes(found.view) == bytes(s.view) for s in seen) and seen:
            continue
        if found.unread and seen:
            continue
        seen.append(found)
    readable = [f for f in seen if not f.unread]
    yield from readable or seen[:1]


def _content(method: int, start: int, length: int, wanted: int, state: _State) -> _Found:
    view = state.blob.view
    end = min(len(view), start + length)
    raw = view[start:end]
    cut = "an entry is cut off" if start + length > len(view) else ""
    if method == 0:
        return _Found(view=raw, size=len(raw), end=end, problem=cut)
    if method not in (8, 12, 14, 93):
        shown = _METHOD_NAMES.get(method, str(method))
        return _Found(
            view=raw[:0], size=wanted, end=end, unread=f"compression method {shown} is not supported"
        )
    try:
        out = deflated(raw, state.budget, method=method)
    except Missing as error:
        return _Found(view=raw[:0], size=wanted, end=end, unread=str(error))
    if not out.size and out.problem:
        return _Found(view=raw[:0], size=wanted, end=end, unread=f"entry: {out.problem}")
    return _Found(view=out.data, size=out.size, end=end, problem=cut or out.problem, digest=out.digest)


def _is_plain(entry: zips.Entry, contents: list[_Found]) -> bool:
    """A flag may lie (CVE-2025-1945): bytes that read well without a key are not encrypted."""
    return any(
        not c.unread and not c.problem and (c.size == entry.size or crc32(c.view) == entry.crc)
        for c in contents
    )


def _checked(entry: zips.Entry, found: _Found, name: str, state: _State) -> Iterator[Statement]:
    place = _place(entry, state.blob)
    if found.unread or found.problem:
        yield Unread(found.unread or found.problem)
    if found.size > _SUSPECT_EXPANSION and found.size > BOMB_RATIO * max(1, entry.packed):
        yield Expansion(place=place, name=name, compressed=entry.packed, expanded=found.size)
    if found.unread or found.problem or _is_storage(name, found, state):
        return
    if found.size != entry.size and entry.size:
        yield ZipMismatch(
            place=place, name=name, field="content size", central=str(entry.size), local=str(found.size)
        )
    elif entry.crc and len(found.view) == found.size and (actual := _sum(found.view, state)) != entry.crc:
        # A checksum of zero is written by torch where it was told not to compute them.
        yield ZipMismatch(
            place=place, name=name, field="content crc", central=f"{entry.crc:08x}", local=f"{actual:08x}"
        )


def _sum(view: memoryview, state: _State) -> int:
    total = 0
    for at in range(0, len(view), _RUN):
        total = crc32(view[at : at + _RUN], total)
        if len(view) > _RUN:
            state.blob.give_back()
    return total


def _duplicates(entry: zips.Entry, name: str, place: Location, state: _State) -> Iterator[Statement]:
    count = state.names.get(entry.name, 0)
    state.names[entry.name] = count + 1
    known = state.first.setdefault(entry.name, (entry.crc, entry.size))
    if count == 1:
        yield DuplicateEntry(
            place=place,
            name=name,
            container="zip",
            differs=known != (entry.crc, entry.size),
            carries_code=name.lower().endswith(_CODE_SUFFIXES),
        )


def _member(name: str, found: _Found, state: _State, start: int) -> Iterator[Statement]:
    """Hand a content on, under a name that is its own even where entries share one."""
    if not found.size or (found.unread and not found.size):
        return
    if found.unread or _is_storage(name, found, state):
        return
    key = (start, name)
    label = name if key not in state.seen and (0, name) not in state.seen else f"[at {start}]/{name}"
    state.seen.add(key)
    state.seen.add((0, name))
    path = (*state.blob.path, label)
    blob = Blob(found.view, path=path, size=found.size, digest=found.digest, pages=state.blob.pages)
    yield Member(blob, kinds=_forced(name, state))


def _forced(name: str, state: _State) -> tuple[str, ...]:
    """What torch takes a member for, whatever it looks like."""
    root, _, rest = name.partition("/")
    if rest == "data.pkl" or name == "data.pkl":
        return ("pickle",)
    if root not in state.roots and "" not in state.roots:
        return ()
    low = name.lower()
    if low.endswith((".pkl", ".debug_pkl")):
        return ("pickle",)
    if low.endswith(".py") and "/code/" in f"/{low}":
        return ("torchscript-code",)
    return ()


def _is_storage(name: str, found: _Found, state: _State) -> bool:
    """Raw numbers of a PyTorch file, unless they begin with a format that somebody might load."""
    if not state.roots:
        return False
    folder, _, last = name.rpartition("/")
    folder = folder.rpartition("/")[2]
    if folder not in _STORAGE_FOLDERS or not (
        last.isdigit() or last.endswith(".storage") or last.startswith(("weight_", "tensor_"))
    ):
        return False
    return not probe.artifact_at(found.view, 0)


def _torch_roots(entries: list[zips.Entry]) -> frozenset[str]:
    roots = set()
    for entry in entries:
        if entry.name.endswith(
            (b"/data.pkl", b"/constants.pkl", b"/.data/extern_modules", b"/archive_format")
        ):
            roots.add(zips.text_of(entry.name, entry.flags).partition("/")[0])
        elif entry.name in (b"data.pkl", b"constants.pkl"):
            roots.add("")
    return frozenset(roots)


def _overlaps(state: _State) -> Iterator[Statement]:
    count, reach = 0, 0
    first = 0
    for start, end in sorted(state.spans):
        if start < reach:
            count += 1
            first = first or start
        reach = max(reach, end)
    if count:
        yield OverlappingEntries(place=state.blob.at(first), name="", count=count)


def _hidden(state: _State) -> Iterator[Statement]:
    """Local headers that no directory lists: invisible to a library, found by a streaming reader."""
    listed = {(e.name, e.crc, e.size) for e in state.entries}
    reach = 0
    gaps = []
    for start, end in sorted(state.spans):
        if start > reach:
            gaps.append((reach, start))
        reach = max(reach, end)
    gaps.append((reach, len(state.blob.view)))
    for low, high in gaps:
        for header in _headers_between(low, high, state):
            name = zips.text_of(header.name, header.flags)
            for found in _contents_of_header(header, state):
                state.spans.append((header.start, found.end))
                yield Explained(header.start, found.end)
                if found.size and (header.name, header.crc, header.size) not in listed:
                    place = state.blob.at(header.start, found.end - header.start)
                    yield HiddenEntry(place=place, name=name, container="zip", size=found.size)
                yield from _member(name, found, state, header.start)


def _headers_between(low: int, high: int, state: _State) -> Iterator[zips.Header]:
    """Walk from header to header in a stretch of bytes, one pass over it."""
    view = state.blob.view
    at = low
    while high - at >= 30:
        at = probe.position(view, zips.LOCAL, at, high, state.budget)
        if at < 0:
            return
        header = zips.header_at(view, at)
        if header is None or not zips.is_likely(header):
            at += 4
            continue
        before = len(state.spans)
        yield header
        at = max([header.data, *(end for _, end in state.spans[before:])])


def _contents_of_header(header: zips.Header, state: _State) -> Iterator[_Found]:
    """The content of an entry of which only the local header is known."""
    state.budget.spend_members()
    view = state.blob.view
    if header.packed is not None:
        found = _content(header.method, header.data, header.packed, header.size or 0, state)
    elif header.method in (8, 12, 14, 93):
        try:
            out = deflated(view[header.data :], state.budget, method=header.method)
        except Missing as error:
            raise ReadError(str(error)) from error
        found = _Found(view=out.data, size=out.size, end=header.data + out.end, problem=out.problem)
    else:
        end = probe.position(view, zips.DESCRIPTOR, header.data, len(view), state.budget)
        end = len(view) if end < 0 else end
        found = _Found(view=view[header.data : end], size=end - header.data, end=end)
    if header.flags & zips.STREAMED:
        end = zips.descriptor_end(view, found.end, found.end - header.data)
        found = msgspec.structs.replace(found, end=end)
    yield found


READER = _Reader()
