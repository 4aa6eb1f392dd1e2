"""Keys in PEM files: P-256, P-384, P-521, Ed25519 and, where the library has it, ML-DSA.

1. A key is named by the SHA-256 of its public half as PEM, as model-signing names it.
2. The hash of an elliptic-curve signature follows the curve: SHA-256, SHA-384, SHA-512 (Sigstore's registry).
3. Private keys are written for their owner only (mode 600), and never over a file that is there.
4. Neither a key nor a passphrase stands in any message.
"""

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from backstamp.attest.ports import Signer, Verifier
from backstamp.core.errors import OutputError, SourceError, UsageError, VerificationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import (
        ECDSA,
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import (
        MLDSA44PrivateKey,
        MLDSA44PublicKey,
        MLDSA65PrivateKey,
        MLDSA65PublicKey,
    )

    PrivateKey: TypeAlias = (
        EllipticCurvePrivateKey | Ed25519PrivateKey | MLDSA44PrivateKey | MLDSA65PrivateKey
    )
    PublicKey: TypeAlias = EllipticCurvePublicKey | Ed25519PublicKey | MLDSA44PublicKey | MLDSA65PublicKey

CLASSICAL = ("p256", "p384", "p521", "ed25519")
QUANTUM_SAFE = ("ml-dsa-44", "ml-dsa-65")
ALGORITHMS = CLASSICAL + QUANTUM_SAFE
_CURVES = {"secp256r1": "p256", "secp384r1": "p384", "secp521r1": "p521"}
_MOST_BYTES = 64 * 1024
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class KeyPair(msgspec.Struct, frozen=True, kw_only=True):
    """A new key: its private half may be encrypted."""

    algorithm: str
    keyid: str
    private_pem: bytes
    public_pem: bytes

    def __repr__(self) -> str:
        return f"KeyPair(algorithm={self.algorithm!r}, keyid={self.keyid!r})"


class _PublicKey:
    """A public key that is at hand."""

    def __init__(self, key: "PublicKey") -> None:
        self._key = key
        self.algorithm = _kind_of(key)
        self.public_pem = _pem_of(key)
        self.keyid = keyid_of(self.public_pem)

    def verify(self, data: bytes, signature: bytes) -> None:
        """Check a signature. Raises ``VerificationError``."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

        try:
            if isinstance(self._key, EllipticCurvePublicKey):
                self._key.verify(signature, data, _ecdsa(self._key.curve.name))
            else:
                self._key.verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise VerificationError(
                f"the signature was not made by the key {self.keyid[:16]}… over these bytes"
            ) from error


class _PrivateKey:
    """A private key that is at hand. It shows nothing of itself."""

    def __init__(self, key: "PrivateKey") -> None:
        self._key = key
        public = key.public_key()
        self.algorithm = _kind_of(public)
        self.public_pem = _pem_of(public)
        self.keyid = keyid_of(self.public_pem)

    def sign(self, data: bytes) -> bytes:
        """Sign bytes."""
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

        if isinstance(self._key, EllipticCurvePrivateKey):
            return self._key.sign(data, _ecdsa(self._key.curve.name))
        return self._key.sign(data)


def private_key_from(place: str, passphrase: str | None = None) -> Signer:
    """Open a private key: a PEM file, or the ``pkcs11:`` URI of a token (RFC 7512).

    Raises ``UsageError`` for what cannot sign, and ``SourceError`` if the file cannot be read.
    """
    if place.startswith("pkcs11:"):
        return _on_token(place, passphrase)
    return private_key_of(_content(place), passphrase, shown=place)


def private_key_of(pem: bytes, passphrase: str | None = None, *, shown: str = "the key") -> Signer:
    """Read a private key from PEM. Raises ``UsageError``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    is_encrypted = b"ENCRYPTED" in pem
    if is_encrypted and not passphrase:
        raise UsageError(
            f'the key "{shown}" is encrypted',
            hint="Give its passphrase: --passphrase-file, BACKSTAMP_PASSPHRASE, or answer the question.",
        )
    if b"PRIVATE KEY" not in pem:
        raise UsageError(f'"{shown}" holds no private key in PEM', hint=_hint_for(pem))
    secret = passphrase.encode() if passphrase and is_encrypted else None
    try:
        key = load_pem_private_key(pem, secret)
    except (ValueError, TypeError) as error:
        if is_encrypted:
            raise UsageError(
                f'the passphrase does not open the key "{shown}"', hint="Check it, and the file."
            ) from error
        raise UsageError(f'"{shown}" is not a private key in PEM', hint=_hint_for(pem)) from error
    except UnsupportedAlgorithm as error:
        raise UsageError(f'the key "{shown}" is of an unsupported type', hint=_SUPPORTED) from error
    _check_type(_kind_of(key), shown)
    return _PrivateKey(key)  # type: ignore[arg-type]  # _check_type has looked


def public_key_from(path: str) -> Verifier:
    """Open a public key in a PEM file. Raises ``UsageError`` and ``SourceError``."""
    return public_key_of(_content(path), shown=path)


def public_key_of(data: bytes, *, shown: str = "the key") -> Verifier:
    """Read a public key from PEM, or from DER. Raises ``UsageError`` for anything else, certificates too."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

    is_pem = b"-----BEGIN" in data
    if is_pem and data.count(b"-----BEGIN") != 1:
        raise UsageError(f'"{shown}" holds more than one key', hint="Keep one key in a file.")
    if is_pem and b"-----BEGIN PUBLIC KEY-----" not in data:
        raise UsageError(f'"{shown}" holds no public key', hint=_hint_for(data))
    try:
        key = load_pem_public_key(data) if is_pem else load_der_public_key(data)
    except ValueError as error:
        raise UsageError(f'"{shown}" is not a public key in PEM', hint=_hint_for(data)) from error
    except UnsupportedAlgorithm as error:
        raise UsageError(f'the key "{shown}" is of an unsupported type', hint=_SUPPORTED) from error
    _check_type(_kind_of(key), shown)
    return _PublicKey(key)  # type: ignore[arg-type]  # _check_type has looked


def verifier_of(signer: Signer) -> Verifier:
    """Give the public half of a signer."""
    return public_key_of(signer.public_pem)


def keyid_of(public_pem: bytes) -> str:
    """Name a key: the SHA-256 of its PEM, in lower-case hexadecimal."""
    return sha256(public_pem).hexdigest()


def names_of(key: Verifier) -> frozenset[str]:
    """List the names by which tools call a key: SHA-256 of its PEM, or of its DER as Sigstore's clients."""
    from base64 import b64decode, b64encode

    der = sha256(b64decode(b"".join(key.public_pem.splitlines()[1:-1])))
    return frozenset({key.keyid, der.hexdigest(), b64encode(der.digest()).decode()})


def is_encrypted(path: str) -> bool:
    """Say whether a private key needs a passphrase. Raises ``SourceError`` if it cannot be read."""
    return not path.startswith("pkcs11:") and b"ENCRYPTED" in _content(path)


def generate(algorithm: str = "p256", passphrase: str | None = None) -> KeyPair:
    """Make a new key. Raises ``UsageError`` for an algorithm that is unknown or not available here."""
    from cryptography.hazmat.primitives import serialization

    if algorithm not in ALGORITHMS:
        raise UsageError(f'"{algorithm}" is not a kind of key', hint=f"Choose of {', '.join(ALGORITHMS)}.")
    key = _new(algorithm)
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    public = _pem_of(key.public_key())
    return KeyPair(algorithm=algorithm, keyid=keyid_of(public), private_pem=private, public_pem=public)


def write_pair(pair: KeyPair, private_path: str, public_path: str) -> None:
    """Write both halves, or neither. Raises ``OutputError`` if a file is there, or cannot be written."""
    made: list[str] = []
    try:
        for path, data, mode in (
            (private_path, pair.private_pem, 0o600),
            (public_path, pair.public_pem, 0o644),
        ):
            handle = os.open(path, _NEW, mode)
            made.append(path)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(handle)
    except OSError as error:
        for path in made:
            with suppress(OSError):
                os.unlink(path)
        shown = error.filename or private_path
        if isinstance(error, FileExistsError):
            raise OutputError(
                f'"{shown}" is there already', hint="Keys are never overwritten: name another file."
            ) from error
        raise OutputError(f'cannot write the key to "{shown}": {error.strerror}') from error


def is_open_to_others(path: str) -> bool:
    """Say whether others than the owner may read a key file."""
    try:
        return bool(os.stat(path).st_mode & 0o077)
    except OSError:
        return False


def _on_token(uri: str, passphrase: str | None) -> Signer:
    from importlib import import_module

    try:
        signer: Signer = import_module("backstamp.attest.pkcs11").signer_from(uri, passphrase)
    except ImportError as error:
        raise UsageError(
            "keys on a token need the extra for PKCS#11", hint="pip install backstamp[pkcs11]"
        ) from error
    return signer


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f'cannot read the key "{path}": {(why or "").lower()}') from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f'"{path}" is too large for a key', hint="Name a file that holds one key in PEM.")
    return data


def _new(algorithm: str) -> "PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    match algorithm:
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "p384":
            return ec.generate_private_key(ec.SECP384R1())
        case "p521":
            return ec.generate_private_key(ec.SECP521R1())
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        if algorithm == "ml-dsa-44":
            return mldsa.MLDSA44PrivateKey.generate()
        return mldsa.MLDSA65PrivateKey.generate()
    except (ImportError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f'"{algorithm}" is not available here', hint="It needs cryptography 48 with OpenSSL 3.5 or later."
        ) from error


def _ecdsa(curve: str) -> "ECDSA":
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    match curve:
        case "secp256r1":
            return ECDSA(hashes.SHA256())
        case "secp384r1":
            return ECDSA(hashes.SHA384())
    return ECDSA(hashes.SHA512())


def _pem_of(key: "PublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _kind_of(key: object) -> str:
    """Name the algorithm of a key; what is not supported is named too."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name, f"the curve {key.curve.name}")
    if isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey):
        return "ed25519"
    name = type(key).__name__
    for prefix, algorithm in (("MLDSA44", "ml-dsa-44"), ("MLDSA65", "ml-dsa-65")):
        if name.startswith(prefix):
            return algorithm
    return name.removesuffix("PublicKey").removesuffix("PrivateKey").lstrip("_")


def _check_type(kind: str, shown: str) -> None:
    if kind not in ALGORITHMS:
        raise UsageError(f'the key "{shown}" is of an unsupported type: {kind}', hint=_SUPPORTED)


def _hint_for(data: bytes) -> str:
    if b"BEGIN CERTIFICATE" in data:
        return "It holds a certificate: give certificates by the option for certificates."
    if b"PRIVATE KEY" in data:
        return "It holds a private key: a verifier needs the public half only."
    if b"BEGIN PUBLIC KEY" in data:
        return "It holds a public key: signing needs the private half."
    return "backstamp key generate makes a key."


_SUPPORTED = f"Supported are {', '.join(ALGORITHMS)}."
