"""Facts about containers: what is odd about their entries. A container without oddities states none."""

from backstamp.core.fact import Fact


class EntryName(Fact, frozen=True, kw_only=True):
    """An entry whose name would leave the folder it is unpacked into, or which readers cut differently.

    ``why``: ``climbs`` (``..`` out of the folder), ``absolute``, ``drive``, ``nul``.
    """

    name: str
    why: str


class LinkEntry(Fact, frozen=True, kw_only=True):
    """A link entry. ``kind``: ``symlink`` or ``hardlink``; ``escapes``: its target is outside the archive."""

    name: str
    target: str
    kind: str
    escapes: bool


class SpecialEntry(Fact, frozen=True, kw_only=True):
    """A device, pipe or the like."""

    name: str
    kind: str


class DuplicateEntry(Fact, frozen=True, kw_only=True):
    """Two entries of one name. ``container``: ``zip`` or ``tar``; ``differs``: so do their contents."""

    name: str
    container: str
    differs: bool
    carries_code: bool


class HiddenEntry(Fact, frozen=True, kw_only=True):
    """An entry that the index does not list (zip), or that stands behind the end of the archive (tar)."""

    name: str
    container: str
    size: int


class ZipMismatch(Fact, frozen=True, kw_only=True):
    """The central directory and a local header (or the bytes) disagree about one field of an entry.

    ``field``: ``name``, ``encrypted flag``, ``method``, ``compressed size``, ``size``, ``crc``,
    ``unicode name``, ``entry count``, ``local header``, ``content crc``, ``content size``.
    """

    name: str
    field: str
    central: str
    local: str


class EncryptedEntry(Fact, frozen=True, kw_only=True):
    """An entry flagged as encrypted. ``is_plain``: its bytes are not, whatever the flag says."""

    name: str
    is_plain: bool


class OverlappingEntries(Fact, frozen=True, kw_only=True):
    """Entries which share bytes: ``count`` of them."""

    name: str
    count: int


class SecondDirectory(Fact, frozen=True, kw_only=True):
    """A further end-of-central-directory record: readers may choose another list of entries."""

    entries: int


class Expansion(Fact, frozen=True, kw_only=True):
    """Compressed bytes that grow out of all proportion. ``expanded`` counts until reading stopped."""

    name: str
    compressed: int
    expanded: int
