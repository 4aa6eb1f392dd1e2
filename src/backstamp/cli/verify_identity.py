"""Whom ``backstamp verify`` trusts: keys, certificates below pinned roots, or Sigstore identities.

1. Exactly one of the three is asked for; a bundle signed in another way is refused.
2. Certificates and Sigstore need an identity: whoever gets a certificate could have signed otherwise.
3. Certificates are verified at the present time: nothing here proves another one. Sigstore's are at the times
   that its logs and timestamps prove.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from backstamp.core.errors import ReadError, SourceError, UsageError, VerificationError

if TYPE_CHECKING:
    from backstamp.attest.certificates import Identity, Pin
    from backstamp.attest.comparing import Care
    from backstamp.attest.oms import Policy, Verified
    from backstamp.attest.ports import Verifier
    from backstamp.attest.signatures import Trust

_MOST_BYTES = 16 * 1024 * 1024
_T = TypeVar("_T")


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the user trusts, as it was given on the command line."""

    keys: tuple[str, ...] = ()
    certificate_roots: str = ""
    trusted_root: str = ""
    identities: tuple[str, ...] = ()
    oidc_issuer: str = ""

    @property
    def method(self) -> str:
        """Name the way in which bundles have to be signed."""
        if self.certificate_roots:
            return "certificate"
        return "sigstore" if self.trusted_root else "key"

    def check(self) -> None:
        """Raise ``UsageError`` unless exactly one way is asked for, with all that it needs."""
        given = [bool(each) for each in (self.keys, self.certificate_roots, self.trusted_root)]
        if not any(given):
            raise UsageError(
                "no key to verify with",
                hint="Give the signer's public key: --key release.key.pub; or --certificate-roots, or "
                "--trusted-root, with an --identity.",
            )
        if sum(given) > 1:
            raise UsageError(
                "--key, --certificate-roots and --trusted-root do not go together",
                hint="A bundle is signed in one way: ask for that one.",
            )
        if self.keys:
            if self.identities or self.oidc_issuer:
                raise UsageError(
                    "--identity and --oidc-issuer are for certificates, not for a --key",
                    hint="A key is its own identity.",
                )
            return
        if not self.identities:
            raise UsageError(
                "no identity was pinned: whoever gets a certificate could have signed",
                hint="Name who signs: --identity release@acme.example",
            )
        if self.trusted_root and not self.oidc_issuer:
            raise UsageError(
                "an identity of Sigstore needs its --oidc-issuer: another issuer could name the same",
                hint="Example: --oidc-issuer https://token.actions.githubusercontent.com",
            )
        if self.certificate_roots and self.oidc_issuer:
            raise UsageError("--oidc-issuer is for --trusted-root", hint="See backstamp verify --help.")

    @property
    def pins(self) -> "tuple[Pin, ...]":
        """Give the identities as pins; those like ``CN=...`` are subjects, all others alternative names."""
        from backstamp.attest.certificates import Pin

        return tuple(
            Pin(subject=each, oidc_issuer=self.oidc_issuer)
            if _is_subject(each)
            else Pin(san=each, oidc_issuer=self.oidc_issuer)
            for each in self.identities
        )


class Signers(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed a bundle: keys to hold it against, and, if certificates were asked, whose they are."""

    verifiers: "tuple[Verifier, ...]"
    identity: "Identity | None" = None
    at: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Give the identities to show."""
        if self.identity is None:
            return ()
        by = f" by {self.identity.oidc_issuer}" if self.identity.oidc_issuer else ""
        return (f"{self.identity.name}{by}",)


def signers_for(data: bytes, trusted: Trusted) -> Signers:
    """Find out who may have signed a bundle. Raises ``Refused`` if certificates do not verify."""
    from backstamp.attest.keys import public_key_from

    match trusted.method:
        case "certificate":
            return _by_certificate(data, trusted)
        case "sigstore":
            return _by_sigstore(data, trusted)
    return Signers(verifiers=tuple(public_key_from(each) for each in trusted.keys))


def verified_by(target: str, data: bytes, signers: Signers, policy: "Policy") -> "Verified":
    """Verify a folder by a bundle and those who may have signed it. Raises ``Refused``."""
    from backstamp.attest.oms import verify_folder

    return verify_folder(target, data, signers.verifiers, policy)


def policy_for(trusted: Trusted, care: "Care", *, accepts_legacy: bool, all_must_sign: bool) -> "Policy":
    """Say what is asked of the bundle."""
    from backstamp.attest.oms import Policy

    match trusted.method:
        case "certificate":
            return Policy(method="certificate", accepts_legacy=accepts_legacy, care=care)
        case "sigstore":
            return Policy(method="sigstore", accepts_legacy=accepts_legacy, care=care)
    return Policy(accepts_legacy=accepts_legacy, care=care, all_must_sign=all_must_sign)


def trust_of(trusted: Trusted) -> "Trust":
    """Give those who may sign statements: keys, or certificates below pinned roots."""
    from backstamp.attest.certified import CertificateTrust
    from backstamp.attest.keys import public_key_from
    from backstamp.attest.signatures import Trust

    if trusted.method == "sigstore":
        raise UsageError(
            "statements are verified by --key or --certificate-roots, not by --trusted-root",
            hint="Verify Sigstore bundles of models without --chain and --policy.",
        )
    if trusted.method == "certificate":
        roots = roots_of(trusted.certificate_roots)
        return Trust(certifier=CertificateTrust(roots, trusted.pins, datetime.now(UTC)))
    return Trust(verifiers=tuple(public_key_from(each) for each in trusted.keys))


def roots_of(path: str) -> tuple[bytes, ...]:
    """Read pinned root certificates. Raises ``SourceError``, and ``UsageError`` for what is none."""
    from backstamp.attest.certificates import certificates_of

    return _understood(path, certificates_of)


def content_of(path: str, what: str) -> bytes:
    """Read a file that trust stands on. Raises ``SourceError``."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f'cannot read {what} "{path}": {(why or "").lower()}') from error
    if len(data) > _MOST_BYTES:
        raise SourceError(f'"{path}" is too large for {what}')
    return data


def _understood(path: str, read: Callable[[bytes], _T]) -> _T:
    try:
        return read(content_of(path, "the roots"))
    except ReadError as error:
        raise UsageError(
            f'"{path}" holds no roots: {error.message}', hint="Name the file of who you trust."
        ) from error


def _by_certificate(data: bytes, trusted: Trusted) -> Signers:
    from backstamp.attest.bundle import CertificateChain
    from backstamp.attest.certificates import verify_chain
    from backstamp.attest.oms import bundle_in
    from backstamp.attest.reasons import Refused, reason

    roots = roots_of(trusted.certificate_roots)
    material = bundle_in(data).material
    if not isinstance(material, CertificateChain):
        text = "the bundle is not signed by a certificate of an authority, which was asked for"
        raise Refused([reason("wrong-method", "bundle", text)], hint="Do not trust these files.")
    return _found(lambda: (verify_chain(material.certificates, roots, datetime.now(UTC), trusted.pins), None))


def _by_sigstore(data: bytes, trusted: Trusted) -> Signers:
    from backstamp.attest.bundle import SigstoreCertificate
    from backstamp.attest.oms import bundle_in
    from backstamp.attest.reasons import Refused, reason
    from backstamp.attest.sigstore import verify_envelope
    from backstamp.attest.trusted_root import trusted_root_of

    root = _understood(trusted.trusted_root, trusted_root_of)
    if not isinstance(bundle_in(data).material, SigstoreCertificate):
        text = "the bundle is not signed by Sigstore, which was asked for"
        raise Refused([reason("wrong-method", "bundle", text)], hint="Do not trust these files.")

    def verify() -> "tuple[Identity, datetime | None]":
        sealed = verify_envelope(data, root, trusted.pins)
        return sealed.identity, sealed.at

    return _found(verify)


def _found(verify: "Callable[[], tuple[Identity, datetime | None]]") -> Signers:
    """Verify certificates, and give their key; every way in which that fails refuses the bundle."""
    from backstamp.attest.keys import public_key_of
    from backstamp.attest.reasons import Refused, reason

    try:
        identity, at = verify()
    except (VerificationError, ReadError) as error:
        raise Refused([reason("untrusted-signer", "bundle", error.message)], hint=error.hint) from error
    try:
        key = public_key_of(identity.public_key, shown="the certificate")
    except UsageError as error:
        raise Refused([reason("untrusted-signer", "bundle", error.message)], hint=error.hint) from error
    return Signers(verifiers=(key,), identity=identity, at=at)


def _is_subject(text: str) -> bool:
    name, mark, _ = text.partition("=")
    return bool(mark) and name.replace(".", "").isalnum()
