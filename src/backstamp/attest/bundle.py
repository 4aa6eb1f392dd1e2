"""Sigstore bundles v0.3: an envelope, and what is needed to check who signed it.

Source: sigstore/protobuf-specs, ``sigstore_bundle.proto``, in its JSON form. Read strictly: unknown and
repeated keys, two kinds of verification material at once and base64 that is not canonical are refused, so
that no byte of a bundle can change without notice.
"""

import base64
import json

import msgspec

from backstamp.attest.dsse import Envelope, decoded, envelope_of
from backstamp.attest.statement import strict_tree
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, text_at
from backstamp.formats.json_text import is_too_rich

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MOST_BYTES = 384 * 1024 * 1024
_KINDS = ("publicKey", "x509CertificateChain", "certificate")
_FIELDS = {
    "": frozenset({"mediaType", "verificationMaterial", "dsseEnvelope"}),
    "verificationMaterial": frozenset({*_KINDS, "tlogEntries", "timestampVerificationData"}),
    "dsseEnvelope": frozenset({"payload", "payloadType", "signatures"}),
    "signatures": frozenset({"sig", "keyid"}),
    "publicKey": frozenset({"hint", "rawBytes", "keyDetails"}),
    "x509CertificateChain": frozenset({"certificates"}),
    "certificate": frozenset({"rawBytes"}),
    "timestampVerificationData": frozenset({"rfc3161Timestamps"}),
    "rfc3161Timestamps": frozenset({"signedTimestamp"}),
}


class PublicKeyHint(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="key"):
    """A key that the verifier has already: its name, or, in bundles before 2025, the key and its type."""

    hint: str = ""
    raw: bytes = b""
    details: str = ""


class CertificateChain(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="certificate"):
    """Certificates in DER, the signer's first."""

    certificates: tuple[bytes, ...]


class SigstoreCertificate(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="sigstore"):
    """A short-lived certificate in DER, of an identity that a certificate authority saw."""

    certificate: bytes


Material = PublicKeyHint | CertificateChain | SigstoreCertificate


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A signed envelope with its verification material. Entries of logs stay the JSON trees that they are."""

    envelope: Envelope
    material: Material
    log_entries: tuple[Tree, ...] = ()
    timestamps: tuple[bytes, ...] = ()

    def as_tree(self) -> Tree:
        """Write the bundle as its JSON tree."""
        material: Tree = _tree_of(self.material)
        material["tlogEntries"] = [*self.log_entries]
        if self.timestamps:
            stamps: list[Json] = [{"signedTimestamp": base64.b64encode(t).decode()} for t in self.timestamps]
            material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
        return {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": self.envelope.as_tree(),
        }

    def as_bytes(self) -> bytes:
        """Write the bundle as JSON, ready for a file."""
        return json.dumps(self.as_tree(), separators=(",", ":"), ensure_ascii=False).encode()


def bundle_of(data: bytes) -> Bundle:
    """Read a bundle. Raises ``ReadError`` for what is none, or leaves open what it says."""
    if len(data) > MOST_BYTES or is_too_rich(data):
        raise ReadError(f"a bundle of {len(data):,} bytes holds more than is read")
    tree = strict_tree(data)
    if "messageSignature" in tree:
        raise ReadError("the bundle signs a digest, not a statement")
    _known(tree, "")
    if text_at(tree, "mediaType") != MEDIA_TYPE:
        raise ReadError(f'the media type is "{text_at(tree, "mediaType")[:80]}", not "{MEDIA_TYPE}"')
    material = _object(tree, "verificationMaterial")
    envelope = _object(tree, "dsseEnvelope")
    for each in _objects(envelope, "signatures"):
        if not isinstance(each.get("keyid", ""), str | None):
            raise ReadError("the keyid of a signature is no text")
    return Bundle(
        envelope=envelope_of(envelope),
        material=_material(material),
        log_entries=tuple(_objects(material, "tlogEntries")),
        timestamps=_timestamps(material),
    )


def _material(tree: Tree) -> Material:
    found = [kind for kind in _KINDS if tree.get(kind) is not None]
    if len(found) != 1:
        raise ReadError(f"verification material of {len(found)} kinds: {', '.join(found) or 'none'}")
    inner = _object(tree, found[0])
    if found[0] == "certificate":
        return SigstoreCertificate(certificate=_bytes_at(inner, "rawBytes"))
    if found[0] == "x509CertificateChain":
        certificates = []
        for each in _objects(inner, "certificates"):
            _known(each, "certificate")
            certificates.append(_bytes_at(each, "rawBytes"))
        if not certificates:
            raise ReadError("a certificate chain without certificates")
        return CertificateChain(certificates=tuple(certificates))
    for key, value in inner.items():
        if not isinstance(value, str | None):
            raise ReadError(f'"{key}" of the public key is no text')
    raw = text_at(inner, "rawBytes")
    return PublicKeyHint(
        hint=text_at(inner, "hint"),
        raw=decoded(raw, "public key") if raw else b"",
        details=text_at(inner, "keyDetails"),
    )


def _timestamps(material: Tree) -> tuple[bytes, ...]:
    if material.get("timestampVerificationData") is None:
        return ()
    stamps = _objects(_object(material, "timestampVerificationData"), "rfc3161Timestamps")
    for each in stamps:
        _known(each, "rfc3161Timestamps")
    return tuple(_bytes_at(each, "signedTimestamp") for each in stamps)


def _tree_of(material: Material) -> Tree:
    match material:
        case PublicKeyHint(hint=hint, raw=raw, details=details):
            key: Tree = {"hint": hint} if hint else {}
            if raw:
                key["rawBytes"] = base64.b64encode(raw).decode()
            if details:
                key["keyDetails"] = details
            return {"publicKey": key}
        case CertificateChain(certificates=certificates):
            chain: list[Json] = [{"rawBytes": base64.b64encode(each).decode()} for each in certificates]
            return {"x509CertificateChain": {"certificates": chain}}
        case SigstoreCertificate(certificate=certificate):
            return {"certificate": {"rawBytes": base64.b64encode(certificate).decode()}}


def _object(tree: Tree, key: str) -> Tree:
    found = tree.get(key)
    if not isinstance(found, dict):
        raise ReadError(f'the bundle has no "{key}"')
    _known(found, key)
    return found


def _objects(tree: Tree, key: str) -> list[Tree]:
    found = tree.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise ReadError(f'"{key}" is no list')
    made = []
    for each in found:
        if not isinstance(each, dict):
            raise ReadError(f'"{key}" holds something that is no object')
        if key in _FIELDS:
            _known(each, key)
        made.append(each)
    return made


def _bytes_at(tree: Tree, key: str) -> bytes:
    data = decoded(text_at(tree, key), key)
    if not data:
        raise ReadError(f'"{key}" is empty or missing')
    return data


def _known(tree: Tree, key: str) -> None:
    for each in tree:
        if each not in _FIELDS[key]:
            raise ReadError(f'"{each[:80]}" is not a field of {key or "a bundle"}')
