"""What signing and verifying need of keys, certificates, tokens and key services.

A key file, a hardware token and a remote key service look the same through these protocols, so nothing above
them knows where a key lives.
"""

from typing import Protocol


class Signer(Protocol):
    """Something that holds a private key and signs with it."""

    @property
    def algorithm(self) -> str:
        """Name the algorithm: one of ``keys.ALGORITHMS``."""
        ...

    @property
    def keyid(self) -> str:
        """Name the key: the SHA-256 of its public half as PEM, in lower-case hexadecimal."""
        ...

    @property
    def public_pem(self) -> bytes:
        """Give the public half as PEM (SubjectPublicKeyInfo)."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign bytes."""
        ...


class Verifier(Protocol):
    """Something that holds a public key and checks signatures with it."""

    @property
    def algorithm(self) -> str:
        """Name the algorithm: one of ``keys.ALGORITHMS``."""
        ...

    @property
    def keyid(self) -> str:
        """Name the key: the SHA-256 of its PEM, in lower-case hexadecimal."""
        ...

    @property
    def public_pem(self) -> bytes:
        """Give the key as PEM (SubjectPublicKeyInfo)."""
        ...

    def verify(self, data: bytes, signature: bytes) -> None:
        """Check a signature. Raises ``VerificationError`` if the key did not make it over these bytes."""
        ...


class DigestMemory(Protocol):
    """Remembers digests of files that have not changed since."""

    def get(self, key: str) -> str:
        """Give a remembered digest; empty if there is none."""
        ...

    def put(self, key: str, digest: str) -> None:
        """Remember a digest."""
        ...
