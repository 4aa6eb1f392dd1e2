"""Trusted roots of Sigstore: whose certificates, logs and timestamps count, and from when until when.

Source: sigstore/protobuf-specs, ``sigstore_trustroot.proto`` (``trusted_root.json``, media types 0.1 and
0.2). The file is given by the user; nothing is fetched.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from backstamp.attest.dsse import decoded
from backstamp.attest.statement import strict_tree
from backstamp.core.errors import ReadError, VerificationError
from backstamp.core.tree import Tree, text_at, tree_at, trees_at

_MEDIA = "application/vnd.dev.sigstore.trustedroot"
_MOST_BYTES = 16 * 1024 * 1024
_MOST = 128


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """When something counts; an end that is not given is not there yet."""

    start: datetime
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Say whether a time lies in it, its ends included."""
        return self.start <= at and (self.end is None or at <= self.end)


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a log, and the id by which entries name it."""

    key_id: bytes
    public_key: bytes
    details: str
    span: Span
    url: str = ""


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """A chain of certificates in DER, the root last."""

    chain: tuple[bytes, ...]
    span: Span


class TrustedRoot(msgspec.Struct, frozen=True, kw_only=True):
    """All that counts."""

    logs: tuple[LogKey, ...]
    certificate_logs: tuple[LogKey, ...]
    authorities: tuple[Authority, ...]
    timestamp_authorities: tuple[Authority, ...]


def trusted_root_of(data: bytes) -> TrustedRoot:
    """Read a trusted root. Raises ``ReadError`` for what is none."""
    if len(data) > _MOST_BYTES:
        raise ReadError(f"a trusted root of {len(data):,} bytes is too large")
    tree = strict_tree(data)
    if not text_at(tree, "mediaType").startswith(_MEDIA):
        raise ReadError(
            f'not a trusted root of Sigstore: its media type is "{text_at(tree, "mediaType")[:80]}"'
        )
    return TrustedRoot(
        logs=tuple(_keys(tree, "tlogs")),
        certificate_logs=tuple(_keys(tree, "ctlogs")),
        authorities=tuple(_authorities(tree, "certificateAuthorities")),
        timestamp_authorities=tuple(_authorities(tree, "timestampAuthorities")),
    )


def verify_by(key: LogKey, signature: bytes, data: bytes) -> None:
    """Verify a signature by the key of a log. Raises ``VerificationError``."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    sizes = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
    try:
        public = load_der_public_key(key.public_key)
        match public:
            case ec.EllipticCurvePublicKey() if key.details.startswith("PKIX_ECDSA_"):
                public.verify(signature, data, ec.ECDSA(sizes[key.details[-3:]]))
            case ed25519.Ed25519PublicKey() if key.details == "PKIX_ED25519":
                public.verify(signature, data)
            case rsa.RSAPublicKey() if "PKCS1V15" in key.details and public.key_size >= 2048:
                public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise VerificationError(f"the log has a key of an unknown kind ({key.details[:40]})")
    except (InvalidSignature, UnsupportedAlgorithm, KeyError, ValueError) as error:
        raise VerificationError("the signature is not of the log") from error


def key_for(keys: tuple[LogKey, ...], key_id: bytes, what: str) -> LogKey:
    """Find the key that an entry names. Raises ``VerificationError`` if it does not count."""
    for key in keys:
        if key.key_id == key_id:
            return key
    raise VerificationError(f"the {what} {key_id.hex()[:16]} is not in the trusted root")


def _keys(tree: Tree, name: str) -> Iterator[LogKey]:
    for each in list(trees_at(tree, name))[:_MOST]:
        public = tree_at(each, "publicKey")
        # The second shape names the key by the checkpoint's key id (Rekor v2), the first by its SHA-256.
        key_id = text_at(each, "checkpointKeyId", "keyId") or text_at(each, "logId", "keyId")
        yield LogKey(
            key_id=decoded(key_id, "id of a log"),
            public_key=decoded(text_at(public, "rawBytes"), "key of a log"),
            details=text_at(public, "keyDetails"),
            span=_span(tree_at(public, "validFor")),
            url=text_at(each, "baseUrl"),
        )


def _authorities(tree: Tree, name: str) -> Iterator[Authority]:
    for each in list(trees_at(tree, name))[:_MOST]:
        listed = trees_at(each, "certChain", "certificates")
        chain = tuple(decoded(text_at(c, "rawBytes"), "certificate") for c in listed)
        if not chain:
            raise ReadError(f'an authority in "{name}" has no certificates')
        yield Authority(chain=chain, span=_span(tree_at(each, "validFor")))


def _span(tree: Tree) -> Span:
    start, end = text_at(tree, "start"), text_at(tree, "end")
    return Span(start=moment(start) if start else _EVER, end=moment(end) if end else None)


_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime:
    """Read a time of RFC 3339. Raises ``ReadError``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ReadError(f'"{text[:40]}" is no time of RFC 3339') from error
    if found.tzinfo is None:
        raise ReadError(f'the time "{text[:40]}" has no zone')
    return found.astimezone(UTC)
