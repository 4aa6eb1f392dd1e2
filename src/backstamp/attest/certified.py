"""Joins statements with certificates and Sigstore, which ``signatures`` and ``pep740`` ask for.

``CertificateTrust`` is a ``Certifier``: it trusts keys by chains to pinned roots. ``SigstoreOpener`` is an
``Opener``: it verifies bundles offline by a trusted root file. Both load what they need when they are used.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Protocol

from backstamp.attest.pep740 import Claims
from backstamp.attest.signatures import Verifier


class Identity(Protocol):
    """What is needed of a verified certificate."""

    oidc_issuer: str
    fingerprint: str
    public_key: bytes
    claims: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The name to show."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """All alternative names."""
        ...


class Sealed(Protocol):
    """What is needed of a verified bundle."""

    identity: Identity


class _CertifiedKey:
    """The key of a certificate that is trusted, named by its identity."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @property
    def keyid(self) -> str:
        return self._identity.name

    def verify(self, data: bytes, signature: bytes) -> None:
        check: Callable[[bytes, bytes, bytes], None] = import_module(
            "backstamp.attest.signature"
        ).verify_signature
        check(self._identity.public_key, signature, data)


class CertificateTrust:
    """Trusts keys by certificates that lead to pinned roots and bear a pinned identity."""

    def __init__(self, roots: Sequence[bytes], pins: Sequence[object], at: datetime) -> None:
        self._roots = roots
        self._pins = pins
        self._at = at

    def verifier_of(self, chain: tuple[bytes, ...], at: datetime | None) -> Verifier:
        """Give the key of the first certificate. Raises ``VerificationError`` unless it is trusted."""
        verify: Callable[[Sequence[bytes], Sequence[bytes], datetime, Sequence[object]], Identity]
        verify = import_module("backstamp.attest.certificates").verify_chain
        return _CertifiedKey(verify(chain, self._roots, at or self._at, self._pins))


class SigstoreOpener:
    """Verifies Sigstore bundles offline; pins must name whom is expected."""

    def __init__(self, root: object, pins: Sequence[object]) -> None:
        self._root = root
        self._pins = pins

    def claims_of(self, bundle: bytes) -> Claims:
        """Verify signature, certificate and log of a bundle. Raises ``VerificationError``, ``ReadError``."""
        verify: Callable[[bytes, object, Sequence[object]], Sealed]
        verify = import_module("backstamp.attest.sigstore").verify_envelope
        identity = verify(bundle, self._root, self._pins).identity
        said = dict(identity.claims)
        return Claims(
            issuer=identity.oidc_issuer,
            names=identity.names,
            source=said.get("source_repository_uri", ""),
            environment=said.get("deployment_environment", ""),
        )
