"""Attestations as they lie about: Sigstore bundles, DSSE envelopes, lines of either, unsigned statements.

``attestations_in`` is pure and reads one file's bytes; ``read_store`` takes folders and files.

1. What cannot be read is a problem with its file and line, and never stops the rest from being read.
2. An envelope counts only with the payload type of in-toto statements: other payloads are other things.
3. A file without a signature is read as unsigned, so that it can be told apart from one that is missing.
"""

import json
import os
from collections.abc import Iterable

import msgspec

from backstamp.attest.dsse import Envelope, decoded, envelope_of
from backstamp.attest.statement import PAYLOAD_TYPE, Statement, statement_of, strict_tree
from backstamp.core.errors import ReadError, SourceError
from backstamp.core.tree import Tree, text_at, tree_at, trees_at

ENDINGS = (
    ".sig", ".dsse.json", ".intoto.jsonl", ".intoto.json", ".sigstore.json", ".sigstore", ".bundle",
    ".training-run.json", ".attestation.json", ".att",
)  # fmt: skip
BUNDLE_TYPES = (
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle+json;version=0.",
)
_MOST_BYTES = 256 * 1024 * 1024
_MOST_FILES = 10_000
_MOST_LINES = 10_000
_MOST_CERTIFICATES = 16


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and where it was found; ``envelope`` is ``None`` if nobody signed it."""

    source: str
    statement: Statement
    digest: str
    envelope: Envelope | None = None
    chain: tuple[bytes, ...] = ()


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and what could not be read."""

    attestations: tuple[Attestation, ...]
    problems: tuple[str, ...] = ()


def attestations_in(data: bytes, source: str) -> Store:
    """Read the attestations of a file: one JSON object, or one on each line."""
    try:
        return Store(attestations=(_attestation(strict_tree(data), data, source),))
    except ReadError as error:
        lines = [line for line in data.split(b"\n") if line.strip()]
        if (
            len(lines) < 2
            or not all(line.lstrip()[:1] == b"{" for line in lines[:2])
            or not _is_line(lines[0])
        ):
            return Store(attestations=(), problems=(f"{source}: {error.message}",))
    if len(lines) > _MOST_LINES:
        return Store(attestations=(), problems=(f"{source}: {len(lines):,} lines are too many",))
    found: list[Attestation] = []
    problems: list[str] = []
    for at, line in enumerate(lines, 1):
        try:
            found.append(_attestation(strict_tree(line), line, f"{source}:{at}"))
        except ReadError as error:
            problems.append(f"{source}:{at}: {error.message}")
    return Store(attestations=tuple(found), problems=tuple(problems))


def _is_line(line: bytes) -> bool:
    try:
        strict_tree(line)
    except ReadError:
        return False
    return True


def _attestation(tree: Tree, data: bytes, source: str) -> Attestation:
    import hashlib

    digest = hashlib.sha256(data).hexdigest()
    if "_type" in tree:
        return Attestation(source=source, statement=statement_of(data), digest=digest)
    chain: tuple[bytes, ...] = ()
    held = tree
    if "dsseEnvelope" in tree or "verificationMaterial" in tree:
        chain = certificates_of(tree)
        held = tree_at(tree, "dsseEnvelope")
        if not held:
            raise ReadError("a bundle without an envelope")
    envelope = envelope_of(held)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ReadError(f'the payload is "{envelope.payload_type[:80]}", not an in-toto statement')
    return Attestation(
        source=source,
        statement=statement_of(envelope.payload),
        digest=digest,
        envelope=envelope,
        chain=chain,
    )


def certificates_of(bundle: Tree) -> tuple[bytes, ...]:
    """Give the certificates (DER, the signer's first) of a Sigstore bundle. Raises ``ReadError``."""
    kind = text_at(bundle, "mediaType")
    if not kind.startswith(BUNDLE_TYPES):
        raise ReadError(f'not a Sigstore bundle that is known: its media type is "{kind[:80]}"')
    material = tree_at(bundle, "verificationMaterial")
    single = text_at(material, "certificate", "rawBytes")
    listed = [
        text_at(each, "rawBytes") for each in trees_at(material, "x509CertificateChain", "certificates")
    ]
    if single and listed:
        raise ReadError("a bundle with both a certificate and a chain of them")
    if len(listed) > _MOST_CERTIFICATES:
        raise ReadError(f"a chain of {len(listed)} certificates")
    return tuple(decoded(each, "certificate") for each in ([single] if single else listed))


def read_store(paths: Iterable[str]) -> Store:
    """Read the attestations of files and folders. Raises ``SourceError`` for a path that is not there."""
    found: list[Attestation] = []
    problems: list[str] = []
    for path, shown in _files(paths):
        try:
            data = _bytes(path)
        except OSError as error:
            problems.append(f"{shown}: {(error.strerror or str(error)).lower()}")
            continue
        except ReadError as error:
            problems.append(f"{shown}: {error.message}")
            continue
        read = attestations_in(data, shown)
        found += read.attestations
        problems += read.problems
    return Store(attestations=tuple(found), problems=tuple(problems))


def is_attestation(name: str) -> bool:
    """Say whether a file is called like an attestation or a signature."""
    return name.lower().endswith(ENDINGS)


def _files(paths: Iterable[str]) -> Iterable[tuple[str, str]]:
    for path in paths:
        if os.path.isfile(path):
            yield path, os.path.basename(path)
        elif os.path.isdir(path):
            yield from _below(path)
        else:
            raise SourceError(f'there is no "{path}"', hint="Name a folder of attestations, or their files.")


def _below(folder: str) -> Iterable[tuple[str, str]]:
    count = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in (".git", ".hg", ".svn"))
        for name in sorted(names):
            if is_attestation(name):
                count += 1
                if count > _MOST_FILES:
                    raise SourceError(f'"{folder}" holds more than {_MOST_FILES:,} attestations')
                path = os.path.join(here, name)
                yield path, os.path.relpath(path, folder).replace(os.sep, "/")


def _bytes(path: str) -> bytes:
    import stat

    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("not a regular file")
        if status.st_size > _MOST_BYTES:
            raise ReadError(f"{status.st_size:,} bytes are too many for an attestation")
        return file.read(_MOST_BYTES + 1)


def envelope_text(envelope: Envelope) -> str:
    """Write an envelope as it is stored: JSON with sorted keys, and a line's end."""
    return json.dumps(envelope.as_tree(), sort_keys=True, separators=(",", ":")) + "\n"
