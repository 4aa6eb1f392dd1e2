"""Reads compressed files: their content is the one member; what follows the stream is left to the probe."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Status, Unread
from backstamp.formats.compressed import BOMB_RATIO, Missing, expanded, stream_kind
from backstamp.models.facts.archive import Expansion

_SUSPECT = 64 * 1024 * 1024
_SUFFIXES = {
    ".gz": "", ".bz2": "", ".xz": "", ".lzma": "", ".zst": "", ".lz4": "", ".z": "", ".zlib": "", ".gzip": "",
    ".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar", ".bgz": "",
}  # fmt: skip


class _Reader:
    """The reader of compressed streams."""

    name = "compressed"
    version = 1
    kinds = frozenset({"gzip", "bzip2", "xz", "lzma", "zlib", "zstd", "lz4", "zfile"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State the content."""
        kind = stream_kind(blob.head(512))
        if not kind:
            yield Unread("not a compressed stream")
            return
        budget.spend_members()
        try:
            found = expanded(blob.view, kind, budget)
        except Missing as error:
            yield Unread(str(error), Status.UNSUPPORTED)
            return
        yield Explained(0, found.end)
        if found.size > _SUSPECT and found.size > BOMB_RATIO * found.end:
            place = blob.at(0, found.end)
            yield Expansion(place=place, name=blob.name, compressed=found.end, expanded=found.size)
        if found.size:
            # An empty content is fine, and no member.
            size = found.size if not found.is_bomb else found.size + 1
            name = _name_of(blob.name)
            # Joblib before 0.10 wrote each array of a pickle beside it: compressed numbers, no header.
            kinds = ("raw-tensor",) if name.endswith(".npy") and kind in ("zfile", "zlib") else ()
            inner = Blob(found.data, path=(*blob.path, name), size=size, digest=found.digest)
            yield Member(inner, kinds=kinds)
        if found.problem:
            yield Unread(f"{kind}: {found.problem}")
        elif not blob.is_whole:
            yield Unread(f"{kind}: only the first part of it is at hand")


def _name_of(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    replaced = _SUFFIXES.get(dot + suffix.lower())
    return stem + replaced if stem and replaced is not None else "content"


READER = _Reader()
