"""Joins statements with certificates and Sigstore, which ``signatures`` and ``pep740`` ask for.

``CertificateTrust`` is a ``Certifier``: it trusts keys by chains to pinned roots. ``SigstoreOpener`` is an
``Opener``: it verifies bundles offline by a trusted root file. Both load what they need when they are used.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backstamp.attest.pep740 import Claims
from backstamp.attest.signatures import Verifier

if TYPE_CHECKING:
    from backstamp.attest.certificates import Identity, Pin
    from backstamp.attest.trusted_root import TrustedRoot


class _CertifiedKey:
    """The key of a certificate that is trusted, named by its identity."""

    def __init__(self, identity: "Identity") -> None:
        self._identity = identity

    @property
    def keyid(self) -> str:
        return self._identity.name

    def verify(self, data: bytes, signature: bytes) -> None:
        from backstamp.attest.signature import verify_signature

        verify_signature(self._identity.public_key, signature, data)


class CertificateTrust:
    """Trusts keys by certificates that lead to pinned roots and bear a pinned identity."""

    def __init__(self, roots: Sequence[bytes], pins: "Sequence[Pin]", at: datetime) -> None:
        self._roots = roots
        self._pins = pins
        self._at = at

    def verifier_of(self, chain: tuple[bytes, ...], at: datetime | None) -> Verifier:
        """Give the key of the first certificate. Raises ``VerificationError`` unless it is trusted."""
        from backstamp.attest.certificates import verify_chain

        return _CertifiedKey(verify_chain(chain, self._roots, at or self._at, self._pins))


class SigstoreOpener:
    """Verifies Sigstore bundles offline; pins must name whom is expected."""

    def __init__(self, root: "TrustedRoot", pins: "Sequence[Pin]") -> None:
        self._root = root
        self._pins = pins

    def claims_of(self, bundle: bytes) -> Claims:
        """Verify signature, certificate and log of a bundle. Raises ``VerificationError``, ``ReadError``."""
        from backstamp.attest.sigstore import verify_envelope

        identity = verify_envelope(bundle, self._root, self._pins).identity
        said = dict(identity.claims)
        return Claims(
            issuer=identity.oidc_issuer,
            names=identity.names,
            source=said.get("source_repository_uri", ""),
            environment=said.get("deployment_environment", ""),
        )
