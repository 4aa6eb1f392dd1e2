"""Artifacts that statements are about: a file, or a folder with the digests of all its files.

1. A file's digest is its SHA-256. A folder has two: ``sha256`` is the root digest of OpenSSF Model Signing
   (over the digests of its files but those of git, in order of their names, which are not in it), ``dirHash``
   that of in-toto (over lines of digest, two blanks, name), which binds all files and their names.
2. Attestations that lie in the folder are left out of it: files that are called like one and are one. A file
   that is only called like one belongs to the model.
3. Whatever cannot be read, or is no file (links to folders, pipes), stops it: half a digest is none.
"""

import hashlib
import os

import msgspec

from backstamp.attest.statement import Subject
from backstamp.attest.store import attestations_in, is_attestation
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError, SourceError
from backstamp.formats import safetensors
from backstamp.sources.tree import Entry, entries_of, opened

_LARGE = 8 * 1024 * 1024
_AT_ONCE = 4
_GIT = frozenset({".git", ".gitattributes", ".github", ".gitignore"})
_CONTROL = "version control data"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an artifact; ``elements`` counts the parameters in it, ``None`` where that is not known."""

    name: str
    sha256: str
    size: int = 0
    elements: int | None = None


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder by its digests.

    ``aliases`` are root digests (SHA-256) of model signatures that were verified and list all its files:
    other statements may name it by them.
    """

    name: str
    files: tuple[File, ...]
    digest: tuple[tuple[str, str], ...]
    is_folder: bool = False
    left_out: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """Name the artifact as the subject of a statement."""
        return Subject(name=self.name, digest=self.digest)

    @property
    def elements(self) -> int | None:
        """Count the parameters; ``None`` where a file's are not known."""
        counted = [each.elements for each in self.files if each.elements is not None]
        return sum(counted) if counted else None


def artifact_of(name: str, files: tuple[File, ...], left_out: tuple[str, ...] = ()) -> Artifact:
    """Make a folder of its files."""
    ordered = tuple(sorted(files, key=lambda each: each.name))
    signed = [each for each in ordered if not is_never_signed(each.name)] or list(ordered)
    root = hashlib.sha256(b"".join(bytes.fromhex(each.sha256) for each in signed)).hexdigest()
    lines = "".join(f"{each.sha256}  {each.name}\n" for each in ordered)
    named = hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()
    return Artifact(
        name=name,
        files=ordered,
        digest=(("dirHash", named), ("sha256", root)),
        is_folder=True,
        left_out=left_out,
    )


def is_never_signed(name: str) -> bool:
    """Say whether model signing leaves a file out of every manifest: what belongs to git."""
    return name.partition("/")[0] in _GIT


def read_artifact(path: str) -> Artifact:
    """Read a file or a folder and compute its digests. Raises ``SourceError``."""
    entries = list(entries_of(path))
    name = os.path.basename(os.path.normpath(os.path.abspath(path)))
    if not os.path.isdir(path):
        found = _file(entries[0])
        return Artifact(name=found.name, files=(found,), digest=(("sha256", found.sha256),))
    kept = [each for each in entries if each.skipped != _CONTROL]
    left_out = tuple(each.shown for each in kept if _is_left_out(each))
    hashed = _files([each for each in kept if each.shown not in left_out])
    if not hashed:
        raise SourceError(f'"{path}" holds no files', hint="Name the folder of the model.")
    return artifact_of(name, hashed, left_out)


def _files(entries: list[Entry]) -> tuple[File, ...]:
    if sum(each.size > _LARGE for each in entries) < 2:
        return tuple(_file(each) for each in entries)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1)) as pool:
        return tuple(pool.map(_file, entries))


def _file(entry: Entry) -> File:
    if entry.problem or entry.skipped:
        raise SourceError(
            f'"{entry.path}" cannot be part of what is signed: {entry.problem or entry.skipped}',
            hint="Remove it, or name the files one by one.",
        )
    with opened(entry) as blob:
        elements = None
        if entry.shown.endswith(".safetensors"):
            elements = _elements(blob.view, blob.size)
        found = blob.digest
    assert found is not None  # noqa: S101  # a file is whole
    return File(name=entry.shown, sha256=found.hex, size=blob.size, elements=elements)


def _elements(view: memoryview, size: int) -> int | None:
    try:
        return sum(each.elements for each in safetensors.header_of(view, size, Budget()).tensors)
    except ReadError:
        return None


def _is_left_out(entry: Entry) -> bool:
    if entry.problem or entry.skipped or not is_attestation(entry.shown):
        return False
    with opened(entry) as blob:
        found = attestations_in(bytes(blob.view), entry.shown)
    return bool(found.attestations) and not found.problems
