"""Signatures by the key of a certificate, over bytes or over their digest."""

from typing import TYPE_CHECKING

from backstamp.core.errors import VerificationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

_NO_MATCH = "the signature is not by the key of the certificate over these bytes"


def verify_signature(public_key: bytes, signature: bytes, data: bytes) -> None:
    """Verify a signature over bytes by a key in DER. Raises ``VerificationError``.

    ECDSA goes with the digest of the curve's size (the algorithm registry of Sigstore) or with SHA-256, as
    old clients had it for every curve.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        match load_der_public_key(public_key):
            case ec.EllipticCurvePublicKey() as key:
                _verify_ecdsa(key, signature, data)
            case ed25519.Ed25519PublicKey() as key:
                key.verify(signature, data)
            case rsa.RSAPublicKey() as key:
                key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise VerificationError("the certificate has a key of an unknown kind")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise VerificationError(_NO_MATCH) from error


def verify_digest(public_key: bytes, signature: bytes, digest: bytes) -> None:
    """Verify a signature over bytes of which the SHA-256 is known. Raises ``VerificationError``."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    how = utils.Prehashed(hashes.SHA256())
    try:
        match load_der_public_key(public_key):
            case ec.EllipticCurvePublicKey() as key:
                key.verify(signature, digest, ec.ECDSA(how))
            case rsa.RSAPublicKey() as key:
                key.verify(signature, digest, padding.PKCS1v15(), how)
            case _:
                raise VerificationError("a key of this kind signs no digests")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise VerificationError(_NO_MATCH) from error


def _verify_ecdsa(key: "ec.EllipticCurvePublicKey", signature: bytes, data: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    own = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}.get(key.curve.key_size)
    if own is None:
        raise VerificationError("the certificate has a key on an unknown curve")
    try:
        key.verify(signature, data, ec.ECDSA(own))
    except InvalidSignature:
        if key.curve.key_size == 256:
            raise
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
