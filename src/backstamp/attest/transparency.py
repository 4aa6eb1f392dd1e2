"""Entries of transparency logs: what was signed is in a public log, and the entry is about this signature.

Sources: RFC 6962 (inclusion proofs), C2SP signed-note and tlog-checkpoint, Rekor v1 (signed entry
timestamps; kinds ``hashedrekord`` 0.0.1, ``dsse`` 0.0.1, ``intoto`` 0.0.2) and Rekor v2 (``hashedrekord``
and ``dsse`` 0.0.2; tiles, so that the proof and the checkpoint are all there is). That an entry is about
another signature than the one in the bundle was CVE-2022-36056.
"""

import hashlib
import json
from datetime import UTC, datetime

import msgspec

from backstamp.attest.dsse import decoded
from backstamp.attest.statement import strict_tree
from backstamp.attest.trusted_root import LogKey, TrustedRoot, key_for, verify_by
from backstamp.core.errors import ReadError, VerificationError
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at

_MOST_HASHES = 64
_MOST_LINES = 64
_DASH = "\u2014"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry has to be about. ``verifiers`` are the certificate, or the key, in DER.

    ``digests`` are of the bytes that the signature is over, by algorithm; ``payload`` is of an envelope.
    """

    signature: bytes
    verifier: bytes
    digests: tuple[tuple[str, bytes], ...]
    payload: bytes | None = None
    payload_type: str = ""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A verified entry. ``at`` is the time that the log signed, if it did."""

    index: int
    log: str
    kind: str
    at: datetime | None
    has_proof: bool
    key: LogKey


def verify_entry(entry: Tree, signed: Signed, root: TrustedRoot, *, needs_proof: bool) -> Logged:
    """Verify an entry of a bundle. Raises ``VerificationError`` or ``ReadError``."""
    body = decoded(text_at(entry, "canonicalizedBody"), "body of a log entry")
    if not body:
        raise ReadError("a log entry without a body")
    key_id = decoded(text_at(entry, "logId", "keyId"), "id of a log")
    key = key_for(root.logs, key_id, "log")
    kind = _check_body(entry, body, signed)
    at = None
    if promise := text_at(entry, "inclusionPromise", "signedEntryTimestamp"):
        at = _verify_promise(entry, key, decoded(promise, "promise of a log"))
        if not key.span.covers(at):
            raise VerificationError(f"the log did not count on {at:%Y-%m-%d}")
    proof = tree_at(entry, "inclusionProof")
    has_proof = bool(text_at(proof, "checkpoint", "envelope"))
    if has_proof:
        _verify_proof(proof, body, key)
    if not has_proof and (needs_proof or at is None):
        raise VerificationError("a log entry without a proof that it is in the log")
    return Logged(
        index=_number(entry, "logIndex"), log=key.url, kind=kind, at=at, has_proof=has_proof, key=key
    )


def root_of(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """Compute the root of a tree from a leaf and the hashes beside its way up (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        raise VerificationError("a proof for an entry outside of the log")
    node, last, found = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for each in hashes:
        if len(each) != 32 or last == 0:
            raise VerificationError("a proof that does not fit the size of the log")
        if node & 1 or node == last:
            found = hashlib.sha256(b"\1" + each + found).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + each).digest()
        node, last = node >> 1, last >> 1
    if last:
        raise VerificationError("a proof that does not fit the size of the log")
    return found


def verify_checkpoint(text: str, key: LogKey) -> tuple[int, bytes]:
    """Verify a checkpoint, and give the size and the root of the log. Raises ``VerificationError``."""
    note, blank, lines = text.partition("\n\n")
    if not blank or not lines.endswith("\n") or lines.count("\n") > _MOST_LINES:
        raise VerificationError("a checkpoint without signatures")
    head = note.split("\n")
    if len(head) < 3 or not head[0] or not head[1].isascii() or not head[1].isdigit():
        raise VerificationError("a checkpoint without origin, size and root")
    if len(head[1]) > 19 or (head[1] != "0" and head[1][0] == "0"):
        raise VerificationError("a checkpoint without a size")
    is_verified = False
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, sealed = rest.partition(" ")
        if dash != _DASH or not name:
            raise VerificationError("a checkpoint with a line that is no signature")
        raw = decoded(sealed, "signature of a checkpoint")
        if raw[:4] == key.key_id[:4] and len(raw) > 4:
            verify_by(key, raw[4:], f"{note}\n".encode())
            is_verified = True
    if not is_verified:
        raise VerificationError("the checkpoint is not signed by the log")
    return int(head[1]), decoded(head[2], "root of a checkpoint")


def _verify_proof(proof: Tree, body: bytes, key: LogKey) -> None:
    listed = list_at(proof, "hashes")
    if len(listed) > _MOST_HASHES:
        raise VerificationError("a proof that is too long")
    hashes = [decoded(each if isinstance(each, str) else "", "hash of a proof") for each in listed]
    size = _number(proof, "treeSize")
    found = root_of(body, _number(proof, "logIndex"), size, hashes)
    if found != decoded(text_at(proof, "rootHash"), "root of a proof"):
        raise VerificationError("the proof does not lead to the root of the log")
    told_size, told_root = verify_checkpoint(text_at(proof, "checkpoint", "envelope"), key)
    if (told_size, told_root) != (size, found):
        raise VerificationError("the checkpoint is of another state of the log than the proof")


def _verify_promise(entry: Tree, key: LogKey, promise: bytes) -> datetime:
    seconds = _number(entry, "integratedTime")
    if not 0 < seconds < 1 << 40:
        raise VerificationError("a promise of a log without a time")
    said = {
        "body": text_at(entry, "canonicalizedBody"),
        "integratedTime": seconds,
        "logID": key.key_id.hex(),
        "logIndex": _number(entry, "logIndex"),
    }
    verify_by(key, promise, json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    return datetime.fromtimestamp(seconds, UTC)


def _number(tree: Tree, name: str) -> int:
    value = tree.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ReadError(f'the "{name}" of a log entry is no number')
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 20):
        raise ReadError(f'the "{name}" of a log entry is no number')
    return int(value)


def _check_body(entry: Tree, body: bytes, signed: Signed) -> str:
    tree = strict_tree(body)
    kind, version = text_at(tree, "kind"), text_at(tree, "apiVersion")
    told = tree_at(entry, "kindVersion")
    if told and (text_at(told, "kind"), text_at(told, "version")) != (kind, version):
        raise VerificationError("a log entry that says it is of another kind than its body")
    spec = tree_at(tree, "spec")
    match kind, version:
        case "hashedrekord", "0.0.1":
            is_same = _is_record_1(spec, signed)
        case "hashedrekord", "0.0.2":
            is_same = _is_record_2(tree_at(spec, "hashedRekordV002"), signed)
        case "dsse", "0.0.1":
            is_same = _is_envelope_1(spec, signed)
        case "dsse", "0.0.2":
            is_same = _is_envelope_2(tree_at(spec, "dsseV002"), signed)
        case "intoto", "0.0.2":
            is_same = _is_intoto(tree_at(spec, "content"), signed)
        case _:
            raise VerificationError(f'a log entry of an unknown kind: "{kind[:40]}" {version[:20]}')
    if not is_same:
        raise VerificationError("the log entry is about another signature, another signer or other bytes")
    return f"{kind} {version}"


def _is_record_1(spec: Tree, signed: Signed) -> bool:
    digests = {name: value.hex() for name, value in signed.digests}
    stated = tree_at(spec, "data", "hash")
    return (
        digests.get(text_at(stated, "algorithm")) == text_at(stated, "value")
        and decoded(text_at(spec, "signature", "content"), "signature of a log entry") == signed.signature
        and _verifier_of(text_at(spec, "signature", "publicKey", "content")) == signed.verifier
    )


def _is_record_2(spec: Tree, signed: Signed) -> bool:
    return _is_digest_2(tree_at(spec, "data"), dict(signed.digests)) and _is_signature_2(
        tree_at(spec, "signature"), signed
    )


def _is_envelope_1(spec: Tree, signed: Signed) -> bool:
    if signed.payload is None:
        return False
    stated = tree_at(spec, "payloadHash")
    listed = list_at(spec, "signatures")
    return (
        text_at(stated, "algorithm") == "sha256"
        and text_at(stated, "value") == hashlib.sha256(signed.payload).hexdigest()
        and len(listed) == 1
        and decoded(text_at(listed[0], "signature"), "signature of a log entry") == signed.signature
        and _verifier_of(text_at(listed[0], "verifier")) == signed.verifier
    )


def _is_envelope_2(spec: Tree, signed: Signed) -> bool:
    if signed.payload is None:
        return False
    listed = list_at(spec, "signatures")
    digests = {name: hashlib.new(name, signed.payload).digest() for name in ("sha256", "sha384", "sha512")}
    return (
        _is_digest_2(tree_at(spec, "payloadHash"), digests)
        and len(listed) == 1
        and _is_signature_2(listed[0], signed)
    )


def _is_intoto(content: Tree, signed: Signed) -> bool:
    if signed.payload is None:
        return False
    stated = tree_at(content, "payloadHash")
    envelope = tree_at(content, "envelope")
    listed = list_at(envelope, "signatures")
    if len(listed) != 1:
        return False
    twice = decoded(text_at(listed[0], "sig"), "signature of a log entry")  # Rekor encodes it once more
    return (
        text_at(stated, "algorithm") == "sha256"
        and text_at(stated, "value") == hashlib.sha256(signed.payload).hexdigest()
        and text_at(envelope, "payloadType") == signed.payload_type
        and decoded(twice.decode("ascii", "replace"), "signature of a log entry") == signed.signature
        and _verifier_of(text_at(listed[0], "publicKey")) == signed.verifier
    )


def _is_digest_2(stated: Tree, digests: dict[str, bytes]) -> bool:
    names = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
    wanted = digests.get(names.get(text_at(stated, "algorithm"), ""))
    return wanted is not None and decoded(text_at(stated, "digest"), "digest of a log entry") == wanted


def _is_signature_2(stated: Json, signed: Signed) -> bool:
    verifier = tree_at(stated, "verifier")
    raw = text_at(verifier, "x509Certificate", "rawBytes") or text_at(verifier, "publicKey", "rawBytes")
    return (
        decoded(text_at(stated, "content"), "signature of a log entry") == signed.signature
        and decoded(raw, "verifier of a log entry") == signed.verifier
    )


def _verifier_of(text: str) -> bytes:
    """Give the certificate or key, in DER, that an entry of Rekor v1 holds as PEM in base64."""
    import re

    pem = decoded(text, "verifier of a log entry").decode("ascii", "replace")
    found = re.fullmatch(r"\s*-----BEGIN ([A-Z ]+)-----\s*([A-Za-z0-9+/=\s]+)-----END \1-----\s*", pem)
    if not found:
        raise ReadError("the verifier of a log entry is no PEM")
    return decoded("".join(found[2].split()), "verifier of a log entry")
