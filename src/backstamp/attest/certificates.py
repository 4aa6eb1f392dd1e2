"""Certificates: whose key is this, and who vouches for it.

Source: RFC 5280, section 6; OpenSSF Model Signing 1.0, section 8.2.
The rules that a chain is held to:

1. It ends at a root that the user pinned. The roots of the web, and those of this machine, are never asked.
2. Every certificate, the root too, is valid at the time of signing, if a timestamp or a log entry proves that
   time; else now. (Upstream asks the leaf's own ``notBefore``, so that expired certificates pass.)
3. The leaf is for signing code: key usage ``digitalSignature``, extended key usage ``codeSigning``; it is no
   authority, and no certificate of a TLS server (upstream lets any TLS site owner sign).
4. Each issuer is an authority that may sign certificates, within its path length, its name constraints and
   its own extended key usage.
5. No signature by SHA-1 or MD5, no weak key, no critical extension that is not understood here.
6. The identity that the user pinned is the one in the certificate. Without a pin nobody is trusted.
7. Nobody on the way is on the revocation lists that the user gave, and those are current.

Every refusal tells all its reasons.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from backstamp.core.errors import ReadError, UsageError, VerificationError
from backstamp.core.finding import shown

if TYPE_CHECKING:
    from cryptography import x509

    from backstamp.attest.revocation import RevocationLists

CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
MOST_CERTIFICATES = 16
MOST_ROOTS = 512
_MOST_BYTES = 1 << 20


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """Who is expected to have signed. What is empty is not asked; at least one has to be given.

    A text is meant literally, but for ``*`` (any characters other than ``/`` and ``@``) and ``**`` (any
    characters). One that starts with ``re:`` is a regular expression for the whole text. ``subject`` and
    ``issuer`` are distinguished names as RFC 4514 writes them; ``san`` is one of the alternative names (a
    mail address, a URI or a host).
    """

    subject: str = ""
    san: str = ""
    issuer: str = ""
    oidc_issuer: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a verified certificate names. ``chain`` goes from the leaf to the root, in DER."""

    subject: str
    issuer: str
    emails: tuple[str, ...]
    uris: tuple[str, ...]
    hosts: tuple[str, ...]
    others: tuple[str, ...]
    oidc_issuer: str
    claims: tuple[tuple[str, str], ...]
    serial: str
    fingerprint: str
    root: str
    public_key: bytes
    valid_from: datetime
    valid_to: datetime
    chain: tuple[bytes, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All alternative names."""
        return (*self.emails, *self.uris, *self.hosts, *self.others)

    @property
    def name(self) -> str:
        """The name to show: the first alternative name, or the subject."""
        return self.names[0] if self.names else self.subject


class Demands(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a chain besides its identity.

    ``purpose`` is the extended key usage that the leaf has to have, and that its issuers must not rule out.
    ``needs_purpose`` off accepts a leaf without extended key usage, which RFC 5280 reads as "for anything";
    it never accepts one for another purpose. ``now`` dates the revocation lists; without it the time of
    signing does.
    """

    purpose: str = CODE_SIGNING
    needs_purpose: bool = True
    revocations: "RevocationLists | None" = None
    now: datetime | None = None


def verify_chain(
    chain_der: Sequence[bytes],
    roots_der: Sequence[bytes],
    at: datetime,
    pins: Sequence[Pin],
    demands: Demands | None = None,
) -> Identity:
    """Verify a chain, leaf first, at a time, and give the identity of its leaf.

    Raises ``VerificationError`` with all reasons, ``UsageError`` for a time without zone or no roots.
    """
    from backstamp.attest.certificate_path import identity_of, reasons_against, ways_to, weaknesses

    demands = demands or Demands()
    _check_question(roots_der, at, pins)
    leaf, *between = _parsed(chain_der, "the chain", MOST_CERTIFICATES)
    anchors = _parsed(roots_der, "the roots", MOST_ROOTS)
    refused: list[str] = []
    for way in ways_to(leaf, between, anchors):
        reasons = reasons_against(way, at, demands)
        if not reasons:
            try:
                identity = identity_of(way)
            except (ValueError, ReadError) as error:
                refused = refused or [f"its names or claims are malformed ({str(error)[:160]})"]
                continue
            if any(matches(pin, identity) for pin in pins):
                return identity
            reasons = [_other_identity(identity, pins)]
        refused = refused or reasons
    if not refused:
        refused = ["no chain of valid signatures leads from it to a root that was pinned", *weaknesses(leaf)]
    raise VerificationError(
        f"the certificate of {shown(leaf.subject.rfc4514_string() or 'nobody', 120)} is refused: "
        + "; ".join(refused),
        hint="pin the authority that issues code signing certificates, and the identity that signs",
    )


def certificates_of(data: bytes) -> tuple[bytes, ...]:
    """Read certificates from a file, PEM (several) or DER (one), as DER. Raises ``ReadError``."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if len(data) > _MOST_BYTES * 4:
        raise ReadError(f"a file of certificates of {len(data):,} bytes is too large")
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise ReadError("not a certificate in PEM or DER") from error
    return tuple(each.public_bytes(Encoding.DER) for each in found)


def matches(pin: Pin, identity: Identity) -> bool:
    """Say whether an identity is the one that a pin asks for, in all that the pin names."""
    asked = (
        (pin.subject, (identity.subject,)),
        (pin.san, identity.names),
        (pin.issuer, (identity.issuer,)),
        (pin.oidc_issuer, (identity.oidc_issuer,)),
    )
    return has_substance(pin) and all(
        not wanted or any(is_like(wanted, each) for each in values) for wanted, values in asked
    )


def has_substance(pin: Pin) -> bool:
    """Say whether a pin rules anybody out: it names a signer, by no pattern for everything."""
    signer = (pin.subject, pin.san)
    return any(each and not _is_anything(each) for each in signer)


def is_like(wanted: str, text: str) -> bool:
    """Say whether a text is the one wanted: literally, by ``*`` and ``**``, or by ``re:``."""
    if not text or len(text) > 4096:
        return False
    if not wanted.startswith("re:") and "*" not in wanted:
        return wanted == text
    import re

    return re.fullmatch(_expression(wanted), text) is not None


def check_pattern(wanted: str) -> str:
    """Say what is wrong with a pattern; empty if nothing is."""
    import re

    if not wanted.startswith("re:"):
        return ""
    try:
        re.compile(wanted[3:])
    except re.error as error:
        return f"no regular expression: {error}"
    return ""


def _expression(wanted: str) -> str:
    import re

    if wanted.startswith("re:"):
        return wanted[3:]
    parts = re.split(r"(\*+)", wanted)
    stars = {"*": "[^/@]*", "**": ".*"}
    return "".join(stars.get(part[:2], ".*") if part[:1] == "*" else re.escape(part) for part in parts)


def _is_anything(wanted: str) -> bool:
    if check_pattern(wanted):
        return True
    return is_like(wanted, "zq7.invalid") and is_like(wanted, "0x#~")


def _check_question(roots: Sequence[bytes], at: datetime, pins: Sequence[Pin]) -> None:
    if at.tzinfo is None:
        raise UsageError("the time at which a chain is verified has no zone")
    if not roots:
        raise UsageError(
            "no root certificate was given",
            hint="pin the root of the signer's authority; the roots of the web are not asked",
        )
    for pin in pins:
        for text in (pin.subject, pin.san, pin.issuer, pin.oidc_issuer):
            if wrong := check_pattern(text):
                raise UsageError(f'the identity "{shown(text, 80)}" is {wrong}')
    if not any(has_substance(pin) for pin in pins):
        raise VerificationError(
            "no identity was pinned: whoever gets a certificate from the authority could have signed",
            hint="name who signs: the subject, or the mail address, URI or host in the certificate",
        )


def _parsed(listed: Sequence[bytes], what: str, most: int) -> "list[x509.Certificate]":
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if not 0 < len(listed) <= most:
        raise VerificationError(f"{what} has {len(listed)} certificates; 1 to {most} are allowed")
    found = []
    for at, each in enumerate(listed):
        try:
            _check_shape(each[:_MOST_BYTES])
            read = x509.load_der_x509_certificate(each[:_MOST_BYTES])
            _ = read.issuer, read.subject, read.public_key()  # read only when they are asked for
            found.append(read)
        except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm, ReadError) as error:
            told = shown(str(error), 160)
            raise VerificationError(f"certificate {at + 1} of {what} cannot be read: {told}") from error
    return found


def _check_shape(data: bytes) -> None:
    """Refuse what libraries wave through: serial numbers below one, signatures with spare bits."""
    from backstamp.attest.der import INTEGER, SEQUENCE, Reader, integer

    whole = Reader(data)
    outer = whole.inside(SEQUENCE)
    whole.end()
    inner = outer.inside(SEQUENCE)
    inner.skip(0xA0)  # the version
    if integer(inner.take(INTEGER)) <= 0:
        raise ReadError("its serial number is not positive")
    outer.skip(SEQUENCE)
    if outer.take(0x03)[:1] != b"\0":
        raise ReadError("its signature has spare bits")
    outer.end()


def _other_identity(identity: Identity, pins: Sequence[Pin]) -> str:
    names = ", ".join(f'"{shown(name, 120)}"' for name in (identity.names or (identity.subject,))[:4])
    told = f"it is of {names}"
    if identity.oidc_issuer:
        told += f' (by "{shown(identity.oidc_issuer, 120)}")'
    wanted = (" and ".join(t for t in (p.subject, p.san, p.issuer, p.oidc_issuer) if t) for p in pins[:4])
    return f"{told}; expected is " + " or ".join(f'"{shown(text, 200)}"' for text in wanted)
