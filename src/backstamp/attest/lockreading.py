"""Reads ``models.lock`` strictly: every mistake at once, each with its line. ``lockfile`` has the rules."""

import msgspec

from backstamp.attest.lockfile import (
    HUB,
    PATH,
    SCHEMA,
    URL,
    WORLDS,
    EntryKind,
    Judged,
    Lock,
    LockedFile,
    LockEntry,
    SignedBy,
    lock_of_entries,
)
from backstamp.attest.safepaths import clashes, why_hostile
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import is_plain, shown
from backstamp.core.supply import is_hub_name
from backstamp.core.tree import Json, Tree, escaped
from backstamp.formats.tomltext import MOST_BYTES, Toml, toml_of

_TOP = ("schema", "model", "dataset")
_ENTRY = ("name", "kind", "revision", "ref", "source", "licence", "signer", "verdict", "files")
_FILE = ("path", "sha256", "size")
_SIGNER = ("keyid", "identity", "issuer")
_VERDICT = ("outcome", "date", "rules")
_OUTCOMES = ("allow", "warn", "deny", "undetermined")
_HEX = frozenset("0123456789abcdef")
_MOST_SIZE = 1 << 53
_MOST_TEXT = 4096
_MOST_MISTAKES = 1000
_MOST_TOLD = 10
_HINT = "Write it anew with `backstamp lock`, or take the last good version from your repository."


class Mistake(msgspec.Struct, frozen=True, order=True):
    """Something wrong in a lock, and the line that it stands in."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class LockError(ReadError):
    """A text is no lock. ``mistakes`` are all of them; the message tells the first ones."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        told = "; ".join(str(mistake) for mistake in mistakes[:_MOST_TOLD])
        if len(mistakes) > _MOST_TOLD:
            told += f"; and {len(mistakes) - _MOST_TOLD:,} more"
        super().__init__(f"not a lock that can be trusted: {told}", hint=_HINT)
        self.mistakes = mistakes


def lock_of(data: bytes) -> Lock:
    """Read a lock. Raises ``LockError`` with all mistakes, ``ReadError`` for what is no TOML."""
    if len(data) > MOST_BYTES:
        raise ReadError(f"a lock of {len(data):,} bytes is too large", hint=_HINT)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ReadError("the lock is not UTF-8 text", hint=_HINT) from error
    try:
        toml = toml_of(text, Budget())
    except ReadError as error:
        raise ReadError(f"the lock cannot be read: {error.message}", hint=_HINT) from error
    return _Reading(toml).lock()


class _Reading:
    """One reading of one text."""

    def __init__(self, toml: Toml) -> None:
        self._toml = toml
        self._mistakes: list[Mistake] = []

    def lock(self) -> Lock:
        tree = self._toml.tree
        schema = tree.get("schema")
        if schema != SCHEMA:
            what = "there is no schema" if schema is None else f'the schema is "{shown(str(schema), 60)}"'
            self._wrong("/schema", f'{what}; this version of Backstamp reads "{SCHEMA}"')
            if isinstance(schema, str) and schema.startswith(SCHEMA.partition("/")[0]):
                raise LockError(tuple(self._mistakes))  # of another version: the rest would only confuse
        self._keys(tree, _TOP, "")
        entries: dict[tuple[int, str, str], LockEntry] = {}
        for table in ("model", "dataset"):
            for pointer, each in self._tables(tree.get(table, []), f"/{table}"):
                entry = self._entry(each, pointer, table)
                if entry is None:
                    continue
                if entry.key in entries:
                    self._wrong(pointer, f'"{shown(entry.shown)}" is locked twice')
                entries[entry.key] = entry
        if self._mistakes:
            raise LockError(tuple(sorted(self._mistakes)))
        return lock_of_entries(entries.values())

    def _entry(self, tree: Tree, pointer: str, table: str) -> LockEntry | None:
        before = len(self._mistakes)
        self._keys(tree, _ENTRY, pointer)
        name = self._text(tree, "name", pointer, required=True)
        kind = self._word(tree, "kind", pointer, [each.value for each in EntryKind]) or table
        if (kind == "dataset") != (table == "dataset"):
            self._wrong(f"{pointer}/kind", f'"{kind}" does not belong under [[{table}]]')
        self._name(name, f"{pointer}/name")
        revision = self._hex(tree, "revision", pointer, 40, required=name.startswith(HUB + ":"))
        if revision and not name.startswith(HUB + ":"):
            self._wrong(f"{pointer}/revision", f"a revision belongs to names of {HUB}: only")
        files = self._files(tree, pointer)
        entry = LockEntry(
            name=name,
            kind=EntryKind(kind),
            revision=revision,
            ref=self._ref(tree, pointer),
            source=self._text(tree, "source", pointer),
            licence=self._text(tree, "licence", pointer),
            signer=self._signer(tree, pointer),
            verdict=self._verdict(tree, pointer),
            files=files,
        )
        if entry.world == URL and len(files) > 1:
            self._wrong(f"{pointer}/files", "an address has one file")
        return entry if len(self._mistakes) == before else None

    def _name(self, name: str, pointer: str) -> None:
        if not name:
            return
        world, mark, rest = name.partition(":")
        if not mark or world not in WORLDS:
            known = ", ".join(f"{each}:" for each in WORLDS)
            self._wrong(pointer, f'the name "{shown(name)}" does not begin with one of {known}')
        elif world == HUB and not is_hub_name(rest):
            self._wrong(pointer, f'"{shown(rest)}" is no name of a hub')
        elif world == PATH and rest != "." and (why := why_hostile(rest)):
            self._wrong(pointer, f'the path "{shown(rest)}" is refused: {why}')
        elif world == URL and not _is_address(rest):
            self._wrong(pointer, f'"{shown(rest)}" is no address: it must begin with https:// or http://')
        elif world not in (HUB, PATH, URL) and (why := why_hostile(rest.replace(":", "/"))):
            self._wrong(pointer, f'the name "{shown(rest)}" is refused: {why}')

    def _files(self, tree: Tree, pointer: str) -> tuple[LockedFile, ...]:
        pointer += "/files"
        listed = self._tables(tree.get("files", []), pointer)
        if not listed:
            self._wrong(pointer, "no files are locked")
        files = []
        for at, each in listed:
            self._keys(each, _FILE, at)
            path = self._text(each, "path", at, required=True)
            if path and (why := why_hostile(path)):
                self._wrong(f"{at}/path", f'the path "{shown(path)}" is refused: {why}')
            size = each.get("size")
            if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _MOST_SIZE:
                self._wrong(f"{at}/size", "size must be a number of bytes, not less than 0")
                size = 0
            digest = self._hex(each, "sha256", at, 64, required=True)
            files.append(LockedFile(path=path, sha256=digest, size=size))
        for number, why in clashes(file.path for file in files):
            self._wrong(f"{listed[number][0]}/path", f'the path "{shown(files[number].path)}": {why}')
        return tuple(files)

    def _signer(self, tree: Tree, pointer: str) -> SignedBy | None:
        found = self._table(tree, "signer", pointer, _SIGNER)
        if found is None:
            return None
        at = f"{pointer}/signer"
        signer = SignedBy(
            keyid=self._text(found, "keyid", at),
            identity=self._text(found, "identity", at),
            issuer=self._text(found, "issuer", at),
        )
        if not signer.keyid and not signer.identity:
            self._wrong(at, "a signer has a keyid or an identity")
        return signer

    def _verdict(self, tree: Tree, pointer: str) -> Judged | None:
        found = self._table(tree, "verdict", pointer, _VERDICT)
        if found is None:
            return None
        at = f"{pointer}/verdict"
        date = self._text(found, "date", at, required=True)
        if date and not _is_day(date):
            self._wrong(f"{at}/date", f'"{shown(date, 40)}" is no day such as "2026-11-25"')
        outcome = self._word(found, "outcome", at, _OUTCOMES)
        return Judged(outcome=outcome, date=date, rules=self._hex(found, "rules", at, 64, required=False))

    def _ref(self, tree: Tree, pointer: str) -> str:
        ref = self._text(tree, "ref", pointer)
        if ref and (why := why_hostile(ref)):
            self._wrong(f"{pointer}/ref", f'the ref "{shown(ref)}" is refused: {why}')
        return ref

    # --- values ----------------------------------------------------------------------------------

    def _wrong(self, pointer: str, text: str) -> None:
        self._mistakes.append(Mistake(self._toml.line(pointer), text))
        if len(self._mistakes) >= _MOST_MISTAKES:
            raise LockError(tuple(sorted(self._mistakes)))

    def _keys(self, tree: Tree, known: tuple[str, ...], pointer: str) -> None:
        for key in tree:
            if key not in known:
                from difflib import get_close_matches

                near = get_close_matches(key[:100], known, n=1, cutoff=0.5)
                nearest = f'; nearest is "{near[0]}"' if near else f"; known are {', '.join(known)}"
                self._wrong(f"{pointer}/{escaped(key)}", f'"{shown(key, 60)}" is not known here{nearest}')

    def _tables(self, value: Json, pointer: str) -> list[tuple[str, Tree]]:
        if not isinstance(value, list):
            self._wrong(pointer, f'"{pointer.rpartition("/")[2]}" must be a list of tables')
            return []
        found = []
        for at, each in enumerate(value):
            if isinstance(each, dict):
                found.append((f"{pointer}/{at}", each))
            else:
                self._wrong(f"{pointer}/{at}", "this must be a table")
        return found

    def _table(self, tree: Tree, key: str, pointer: str, known: tuple[str, ...]) -> "Tree | None":
        value = tree.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(f"{pointer}/{key}", f'"{key}" must be a table')
            return None
        self._keys(value, known, f"{pointer}/{key}")
        return value

    def _text(self, tree: Tree, key: str, pointer: str, *, required: bool = False) -> str:
        value = tree.get(key)
        if value is None:
            if required:
                self._wrong(pointer, f'"{key}" is missing')
            return ""
        if not isinstance(value, str) or not value:
            self._wrong(f"{pointer}/{key}", f'"{key}" must be a text that is not empty')
            return ""
        if len(value) > _MOST_TEXT or not all(is_plain(char) for char in value):
            self._wrong(f"{pointer}/{key}", f'"{key}" is too long or has a character that does not show')
            return ""
        return value

    def _word(self, tree: Tree, key: str, pointer: str, known: "list[str] | tuple[str, ...]") -> str:
        value = self._text(tree, key, pointer, required=True)
        if value and value not in known:
            self._wrong(f"{pointer}/{key}", f'"{shown(value, 60)}" is none of {", ".join(known)}')
            return ""
        return value

    def _hex(self, tree: Tree, key: str, pointer: str, length: int, *, required: bool) -> str:
        value = self._text(tree, key, pointer, required=required)
        if value and (len(value) != length or not _HEX.issuperset(value)):
            self._wrong(f"{pointer}/{key}", f'"{key}" must have {length} lower-case hexadecimal digits')
            return ""
        return value


def _is_address(text: str) -> bool:
    rest = text.partition("://")[2]
    return text.startswith(("https://", "http://")) and bool(rest.strip("/")) and " " not in text


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
