"""Revocation lists: certificates that their issuers took back (RFC 5280, section 5).

A list counts if the issuer of the certificate signed it, may sign lists, and it is current. If lists are
given, there has to be one for the issuer of the signer's certificate: silence is not good news.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from backstamp.core.errors import ReadError
from backstamp.core.finding import shown

if TYPE_CHECKING:
    from cryptography import x509

_MOST_BYTES = 64 * 1024 * 1024
_BEGIN, _END = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"
# Reasons for which what was signed before stays good, if a trusted time says that it was before.
_HARMLESS = frozenset({"superseded", "cessationOfOperation", "affiliationChanged", "privilegeWithdrawn"})


class RevocationLists(msgspec.Struct, frozen=True, kw_only=True):
    """Revocation lists, each in DER."""

    lists: tuple[bytes, ...]


def revocation_lists_of(data: bytes) -> RevocationLists:
    """Read a file of revocation lists: PEM (several) or DER (one). Raises ``ReadError``."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if len(data) > _MOST_BYTES:
        raise ReadError(f"a revocation list of {len(data):,} bytes is too large")
    found = []
    try:
        if b"-----BEGIN" in data:
            for part in data.split(_BEGIN)[1:]:
                inner, end, _ = part.partition(_END)
                found.append(x509.load_pem_x509_crl(_BEGIN + inner + end + b"\n"))
        else:
            found.append(x509.load_der_x509_crl(data))
    except ValueError as error:
        raise ReadError("not a revocation list in PEM or DER") from error
    if not found:
        raise ReadError("a file without a revocation list")
    return RevocationLists(lists=tuple(each.public_bytes(Encoding.DER) for each in found))


def revocation_reasons(
    way: "Sequence[x509.Certificate]", lists: RevocationLists, at: datetime, now: datetime
) -> Iterator[str]:
    """Tell which certificates on a way, leaf first, were taken back, and what is missing to say so."""
    from cryptography import x509

    known = [x509.load_der_x509_crl(each) for each in lists.lists]
    for depth, (child, issuer) in enumerate(pairwise(way)):
        who = "it" if not depth else f'its issuer "{shown(child.subject.rfc4514_string(), 80)}"'
        of_issuer = [each for each in known if each.issuer == issuer.subject]
        faults = {id(each): _fault(each, issuer, now) for each in of_issuer}
        good = [each for each in of_issuer if not faults[id(each)]]
        for each in good:
            yield from _entry_reasons(each, child, at, who)
        if of_issuer and not good:
            yield f"the revocation list for {who} does not count: {faults[id(of_issuer[0])]}"
        elif not of_issuer and not depth:
            yield "no revocation list of its issuer was given"


def _entry_reasons(
    listed: "x509.CertificateRevocationList", child: "x509.Certificate", at: datetime, who: str
) -> Iterator[str]:
    from cryptography import x509

    entry = listed.get_revoked_certificate_by_serial_number(child.serial_number)
    if entry is None:
        return
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        reason = "unspecified"
    if reason == "removeFromCRL" or (reason in _HARMLESS and entry.revocation_date_utc > at):
        return
    yield f"{who} was revoked on {entry.revocation_date_utc:%Y-%m-%d} ({reason})"


def _fault(listed: "x509.CertificateRevocationList", issuer: "x509.Certificate", now: datetime) -> str:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        if not listed.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            return "its signature is not of the issuer"
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return "its signature is not of the issuer"
    algorithm = listed.signature_hash_algorithm
    if algorithm is not None and algorithm.name in ("sha1", "md5"):
        return f"it is signed by means of {algorithm.name}"
    try:
        if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            return "the issuer may not sign revocation lists"
    except x509.ExtensionNotFound:
        pass
    if listed.last_update_utc > now:
        return "it is from the future"
    if listed.next_update_utc is None or listed.next_update_utc < now:
        return "it is out of date"
    for extension in listed.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_contains_attribute_certs or value.only_some_reasons:
                return "it covers only a part of what the issuer took back"
        elif extension.critical:
            return f"it has a critical extension that is not understood ({extension.oid.dotted_string})"
    return ""
