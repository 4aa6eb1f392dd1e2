"""Sigstore bundles verified offline, against a trusted root that the user gave.

Source: Sigstore client specification, "Verification". Everything is checked here, by ``cryptography``
alone; no service is asked, ever. The order:

1. Times: each timestamp (RFC 3161) and each promise of a log (with its time) has to verify; one at least has
   to be there.
2. The certificate leads to an authority of the trusted root, at each of these times; it is for signing
   code, and it is of the identity that the user pinned (with the OIDC issuer).
3. A log of certificates that is known promised to show it (SCT).
4. The signature is by the key of the certificate, over the envelope or the file.
5. Each log entry is in a known log (proof and checkpoint), and is about this signature by this signer.

``second_opinion`` asks the package ``sigstore`` the same question (the extra ``backstamp[sign]``).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from backstamp.attest.certificates import Identity, Pin, verify_chain
from backstamp.attest.dsse import Envelope, decoded, envelope_of
from backstamp.attest.sct import verify_sct
from backstamp.attest.signature import verify_digest, verify_signature
from backstamp.attest.statement import strict_tree
from backstamp.attest.timestamps import verify_timestamp
from backstamp.attest.transparency import Logged, Signed, verify_entry
from backstamp.attest.trusted_root import TrustedRoot
from backstamp.core.errors import ReadError, UsageError, VerificationError
from backstamp.core.tree import Tree, list_at, text_at, tree_at, trees_at

_MEDIA = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": (0, 1),
    "application/vnd.dev.sigstore.bundle+json;version=0.2": (0, 2),
    "application/vnd.dev.sigstore.bundle+json;version=0.3": (0, 3),
    "application/vnd.dev.sigstore.bundle.v0.3+json": (0, 3),
}
_MOST_ENTRIES = 8
_MOST_TIMES = 32
_MOST_BYTES = 512 * 1024 * 1024


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A verified bundle: who signed, when (each proven time), and what. A file has no envelope."""

    identity: Identity
    times: tuple[datetime, ...]
    entries: tuple[Logged, ...]
    envelope: Envelope | None = None

    @property
    def at(self) -> datetime:
        """The earliest time at which the signature is known to have been there."""
        return min(self.times)


def verify_envelope(bundle: bytes, root: TrustedRoot, pins: Sequence[Pin]) -> Sealed:
    """Verify a bundle with an envelope. What the envelope says is not looked at.

    Raises ``VerificationError`` or ``ReadError``.
    """
    tree = _bundle_tree(bundle)
    if not tree_at(tree, "dsseEnvelope") or "messageSignature" in tree:
        raise ReadError("a bundle without an envelope, or with a second signature beside it")
    envelope = envelope_of(tree_at(tree, "dsseEnvelope"))
    if len(envelope.signatures) != 1:
        raise VerificationError(f"an envelope with {len(envelope.signatures)} signatures; a bundle has one")
    return verify_material(tree, envelope, root, pins)


def verify_material(tree: Tree, envelope: Envelope, root: TrustedRoot, pins: Sequence[Pin]) -> Sealed:
    """Verify an envelope by the verification material of a bundle's tree."""
    signature = envelope.signatures[0].sig
    chain = _chain(tree)
    signed = Signed(
        signature=signature,
        verifier=chain[0],
        digests=tuple((name, hashlib.new(name, envelope.signed).digest()) for name in _DIGESTS),
        payload=envelope.payload,
        payload_type=envelope.payload_type,
    )
    sealed = _verify(tree, chain, signed, root, pins)
    verify_signature(sealed.identity.public_key, signature, envelope.signed)
    return msgspec.structs.replace(sealed, envelope=envelope)


def verify_file(bundle: bytes, sha256: str, root: TrustedRoot, pins: Sequence[Pin]) -> Sealed:
    """Verify a bundle over a file with this SHA-256. Raises ``VerificationError`` or ``ReadError``."""
    tree = _bundle_tree(bundle)
    message = tree_at(tree, "messageSignature")
    if not message or "dsseEnvelope" in tree:
        raise ReadError("a bundle without a signature over a file, or with an envelope beside it")
    signature, digest = decoded(text_at(message, "signature"), "signature"), bytes.fromhex(sha256)
    stated = tree_at(message, "messageDigest")
    if stated and text_at(stated, "algorithm") != "SHA2_256":
        raise VerificationError(f'a bundle by the digest "{text_at(stated, "algorithm")[:40]}"')
    if stated and decoded(text_at(stated, "digest"), "digest") != digest:
        raise VerificationError("the bundle is of another file")
    chain = _chain(tree)
    signed = Signed(signature=signature, verifier=chain[0], digests=(("sha256", digest),))
    sealed = _verify(tree, chain, signed, root, pins)
    verify_digest(sealed.identity.public_key, signature, digest)
    return sealed


_DIGESTS = ("sha256", "sha384", "sha512")


def second_opinion(bundle: bytes, root: bytes, identity: str, issuer: str) -> tuple[str, bytes]:
    """Ask the package ``sigstore`` about a bundle with an envelope; give the payload type and the payload.

    It stays offline: the trusted root is the user's. Raises ``UsageError`` if the package is not installed.
    """
    from importlib import import_module

    try:
        models, errors = import_module("sigstore.models"), import_module("sigstore.errors")
        verify, policy = import_module("sigstore.verify"), import_module("sigstore.verify.policy")
        roots = import_module("sigstore_models.trustroot.v1")
    except ImportError as error:
        raise UsageError(
            "a second opinion needs the package sigstore, which is not installed",
            hint='install it with: pip install "backstamp[sign]"',
        ) from error
    try:
        trusted = models.TrustedRoot(roots.TrustedRoot.from_json(root))
        wanted = policy.Identity(identity=identity, issuer=issuer)
        found = verify.Verifier(trusted_root=trusted).verify_dsse(models.Bundle.from_json(bundle), wanted)
    except (errors.Error, ValueError) as error:
        raise VerificationError(f"sigstore refuses the bundle: {str(error)[:300]}") from error
    return str(found[0]), bytes(found[1])


def _bundle_tree(bundle: bytes) -> Tree:
    if len(bundle) > _MOST_BYTES:
        raise ReadError(f"a bundle of {len(bundle):,} bytes is too large")
    tree = strict_tree(bundle)
    if text_at(tree, "mediaType") not in _MEDIA:
        raise ReadError(f'not a bundle of Sigstore: its media type is "{text_at(tree, "mediaType")[:80]}"')
    return tree


def _chain(tree: Tree) -> list[bytes]:
    """Give the certificate of the signer, and those that old bundles bring along."""
    material = tree_at(tree, "verificationMaterial")
    one = text_at(material, "certificate", "rawBytes")
    listed = [
        text_at(each, "rawBytes") for each in trees_at(material, "x509CertificateChain", "certificates")
    ]
    if bool(one) == bool(listed) or "publicKey" in material:
        raise ReadError("a bundle without a certificate, or with more than one kind of signer")
    return [decoded(each, "certificate") for each in ([one] if one else listed)]


def _verify(tree: Tree, chain: list[bytes], signed: Signed, root: TrustedRoot, pins: Sequence[Pin]) -> Sealed:
    material = tree_at(tree, "verificationMaterial")
    if any((pin.san or pin.subject) and not pin.oidc_issuer for pin in pins):
        raise VerificationError(
            "an identity was pinned without its OIDC issuer: another issuer could name the same",
            hint="name the issuer beside the identity",
        )
    listed = list_at(material, "tlogEntries")
    if not 0 < len(listed) <= _MOST_ENTRIES:
        raise VerificationError(f"a bundle with {len(listed)} log entries")
    version = _MEDIA.get(text_at(tree, "mediaType"), (0, 3))
    entries = tuple(
        verify_entry(each if isinstance(each, dict) else {}, signed, root, needs_proof=version > (0, 1))
        for each in listed
    )
    stamps = list(trees_at(material, "timestampVerificationData", "rfc3161Timestamps"))
    if len(stamps) > _MOST_TIMES:
        raise VerificationError(f"a bundle with {len(stamps)} timestamps")
    times = [entry.at for entry in entries if entry.at is not None]
    for stamp in stamps:
        answer = decoded(text_at(stamp, "signedTimestamp"), "timestamp")
        times.append(verify_timestamp(answer, signed.signature, root.timestamp_authorities))
    if not times:
        raise VerificationError("nothing proves when it was signed: no promise of a log, and no timestamp")
    for entry in entries:
        if entry.at is None and not all(entry.key.span.covers(at) for at in times):
            raise VerificationError("the log did not count at the time of signing")
    identity = _identity(chain, times, root, pins)
    verify_sct(identity.chain, root)
    return Sealed(identity=identity, times=tuple(sorted(times)), entries=entries)


def _identity(chain: list[bytes], times: list[datetime], root: TrustedRoot, pins: Sequence[Pin]) -> Identity:
    """Verify the chain at each of the times, against one authority that counted then."""
    refused: list[VerificationError] = []
    for authority in root.authorities:
        if not all(authority.span.covers(at) for at in times):
            continue
        try:
            found = [
                verify_chain([*chain, *authority.chain[:-1]], authority.chain[-1:], at, pins) for at in times
            ]
        except VerificationError as error:
            refused.append(error)
        else:
            return found[0]
    # What an authority of the right name says is worth more than that another one did not issue it.
    refused.sort(key=lambda error: "no chain of valid signatures" in error.message)
    raise (
        refused[0] if refused else VerificationError("no authority of the trusted root counted at that time")
    )
