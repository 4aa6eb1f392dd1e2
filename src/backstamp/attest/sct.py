"""Signed certificate timestamps: a log of certificates promised to show this one (RFC 6962, section 3.2)."""

from datetime import UTC
from typing import TYPE_CHECKING

from backstamp.attest.trusted_root import TrustedRoot, verify_by
from backstamp.core.errors import VerificationError

if TYPE_CHECKING:
    from cryptography import x509


def verify_sct(chain: tuple[bytes, ...], root: TrustedRoot) -> None:
    """Hold the leaf of a verified chain to the logs of certificates. Raises ``VerificationError``.

    One promise by a known log is enough; one that names a known log and does not verify refuses the chain.
    """
    from cryptography import x509

    leaf, issuer = (x509.load_der_x509_certificate(each) for each in chain[:2])
    try:
        listed = leaf.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    except x509.ExtensionNotFound:
        raise VerificationError("its certificate is in no log of certificates (no SCT)") from None
    known = {key.key_id: key for key in root.certificate_logs}
    verified = 0
    for sct in listed:
        key = known.get(sct.log_id)
        if key is None:
            continue
        at = sct.timestamp.replace(tzinfo=UTC)
        if not key.span.covers(at):
            raise VerificationError(f"the log of certificates did not count on {at:%Y-%m-%d} (SCT)")
        try:
            verify_by(key, sct.signature, _signed(sct, leaf, issuer))
        except VerificationError as error:
            raise VerificationError(f"its certificate's SCT: {error.message}") from error
        verified += 1
    if not verified:
        raise VerificationError(
            "its certificate is in no log of certificates that is in the trusted root (SCT)"
        )


def _signed(
    sct: "x509.certificate_transparency.SignedCertificateTimestamp",
    leaf: "x509.Certificate",
    issuer: "x509.Certificate",
) -> bytes:
    """Write what the log signed: kind, time, the key of the issuer, the certificate without the promise."""
    import hashlib

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not isinstance(sct.signature_hash_algorithm, hashes.SHA256):
        raise VerificationError("signed by means of another algorithm than SHA-256")
    body = leaf.tbs_precertificate_bytes
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    at = sct.timestamp.replace(tzinfo=UTC)
    milliseconds = int(at.timestamp()) * 1000 + at.microsecond // 1000
    return b"".join(
        (
            b"\x00\x00",
            milliseconds.to_bytes(8),
            b"\x00\x01",
            hashlib.sha256(key).digest(),
            len(body).to_bytes(3),
            body,
            len(sct.extension_bytes).to_bytes(2),
            sct.extension_bytes,
        )
    )
