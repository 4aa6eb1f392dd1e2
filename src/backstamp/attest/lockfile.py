"""``models.lock``: pins every model and dataset in use to its exact bytes.

A lock is TOML. Each ``[[model]]`` and ``[[dataset]]`` has:

- ``name``: the world and the name in it: ``huggingface:org/name``, ``url:https://...``, ``path:models/x``
  (relative to the folder of the lock), ``ollama:llama3:8b``;
- ``kind``: model, adapter, tokenizer or dataset;
- ``revision``: the commit, 40 hexadecimal digits; with ``huggingface:``, always;
- ``ref``: the branch or tag that stood for it when the code pins no commit;
- ``source`` (an address), ``licence``, ``signer`` (key or identity), ``verdict`` (outcome, date, and the
  digest of the rules that were asked);
- ``files``: ``path``, ``sha256`` and ``size`` of each, one a line.

Rules of reading:

1. All mistakes are collected, each with its line; a lock with one is refused whole.
2. A key that is not known is a mistake: what is misspelt is not silently unlocked.
3. Paths may only be those that ``safepaths`` lets pass.
4. No name stands twice with one revision, and no file twice.

Writing is deterministic: sorted, one file a line, so that a changed file is a changed line.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

SCHEMA = "backstamp.lock/1"
FILE_NAME = "models.lock"
DEFAULT_REF = "main"
HUB, URL, PATH, OLLAMA = "huggingface", "url", "path", "ollama"
WORLDS = (HUB, OLLAMA, PATH, URL)


class EntryKind(StrEnum):
    """What is pinned. All but datasets are models to a hub."""

    MODEL = "model"
    ADAPTER = "adapter"
    TOKENIZER = "tokenizer"
    DATASET = "dataset"


class LockedFile(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A file: its path below the model's folder, its SHA-256 and its size in bytes."""

    path: str
    sha256: str
    size: int


class SignedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed: the key's id, or an identity and who vouches for it."""

    keyid: str = ""
    identity: str = ""
    issuer: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A scan's verdict on exactly these files: its day, and the SHA-256 of the rules that were asked."""

    outcome: str
    date: str
    rules: str = ""


class LockEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A model or dataset, pinned."""

    name: str
    kind: EntryKind
    files: tuple[LockedFile, ...]
    revision: str = ""
    ref: str = ""
    source: str = ""
    licence: str = ""
    signer: SignedBy | None = None
    verdict: Judged | None = None

    @property
    def world(self) -> str:
        """The world that the name belongs to: huggingface, url, path or ollama."""
        return self.name.partition(":")[0]

    @property
    def bare_name(self) -> str:
        """The name without its world."""
        return self.name.partition(":")[2]

    @property
    def table(self) -> str:
        """The table of the lock that it stands in: model or dataset."""
        return "dataset" if self.kind is EntryKind.DATASET else "model"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def shown(self) -> str:
        """The name for a person, with the beginning of the revision."""
        return f"{self.name}@{self.revision[:12]}" if self.revision else self.name

    @property
    def key(self) -> tuple[int, str, str]:
        """What is unique in a lock, in the order of a lock."""
        return (int(self.kind is EntryKind.DATASET), self.name, self.revision)

    @property
    def is_single_file(self) -> bool:
        """Say whether a ``path:`` names the file itself, and not a folder."""
        if self.world != PATH or len(self.files) != 1:
            return False
        return self.files[0].path == self.bare_name.rpartition("/")[2]


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """All entries, in the order in which they are written."""

    entries: tuple[LockEntry, ...] = ()

    def of_table(self, table: str) -> tuple[LockEntry, ...]:
        """Give the entries of a table."""
        return tuple(entry for entry in self.entries if entry.table == table)


def lock_of_entries(entries: Iterable[LockEntry]) -> Lock:
    """Put entries and their files into the order of a lock."""
    ordered = (
        msgspec.structs.replace(entry, files=tuple(sorted(entry.files)))
        for entry in sorted(entries, key=lambda each: each.key)
    )
    return Lock(entries=tuple(ordered))


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two locks. ``path`` is empty where the entry as a whole came or went."""

    name: str
    path: str
    what: str


def changes(old: Lock, new: Lock) -> list[Change]:
    """List what differs, in the order of a lock: entries, revisions, files, and what is said of them."""
    before = {entry.key: entry for entry in old.entries}
    after = {entry.key: entry for entry in new.entries}
    found: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            entry = was or now
            if entry:
                what = "was not locked" if was is None else "is no longer in use"
                found.append(Change(name=entry.shown, path="", what=what))
            continue
        found += _file_changes(was, now)
        for field in ("kind", "ref", "source", "licence", "signer", "verdict"):
            if getattr(was, field) != getattr(now, field):
                found.append(Change(name=now.shown, path="", what=f"its {field} changed"))
    return found


def _file_changes(was: LockEntry, now: LockEntry) -> list[Change]:
    old, new = ({file.path: file for file in entry.files} for entry in (was, now))
    found = []
    for path in sorted(old.keys() | new.keys()):
        if path not in old:
            what = "is new"
        elif path not in new:
            what = "is gone"
        elif old[path] != new[path]:
            what = "has other content"
        else:
            continue
        found.append(Change(name=now.shown, path=path, what=what))
    return found


_HEAD = """\
# Every model and dataset in use, pinned to its exact bytes. Written by `backstamp lock`.
# `backstamp lock --verify` proves that what is on disk is exactly this.
"""


def written(lock: Lock) -> str:
    """Write a lock: equal locks, equal text."""
    parts = [_HEAD, f"schema = {_text(SCHEMA)}\n"]
    for entry in lock_of_entries(lock.entries).entries:
        parts.append(f"\n[[{entry.table}]]\n")
        parts.append(f"name = {_text(entry.name)}\nkind = {_text(entry.kind.value)}\n")
        said = (("revision", entry.revision), ("ref", entry.ref), ("source", entry.source))
        parts += [f"{key} = {_text(value)}\n" for key, value in (*said, ("licence", entry.licence)) if value]
        if entry.signer:
            parts.append(f"signer = {_inline(entry.signer)}\n")
        if entry.verdict:
            parts.append(f"verdict = {_inline(entry.verdict)}\n")
        lines = (
            f"  {{ path = {_text(file.path)}, sha256 = {_text(file.sha256)}, size = {file.size} }},\n"
            for file in entry.files
        )
        parts.append(f"files = [\n{''.join(lines)}]\n")
    return "".join(parts)


def _inline(record: SignedBy | Judged) -> str:
    pairs = (f"{key} = {_text(value)}" for key, value in msgspec.structs.asdict(record).items() if value)
    return f"{{ {', '.join(pairs)} }}"


def _text(value: str) -> str:
    """Write a basic string of TOML; what does not show is written as an escape."""
    from backstamp.core.finding import is_plain

    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(_char(char, plain=is_plain(char)) for char in value) + '"'


def _char(char: str, *, plain: bool) -> str:
    if char in '"\\':
        return "\\" + char
    if plain:
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"
