"""Certificate authorities for tests: a root, what it issues, and lists of what it took back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CODE_SIGNING = (ExtendedKeyUsageOID.CODE_SIGNING,)
ARC = "1.3.6.1.4.1.57264.1."
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def name(common: str, **more: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    attributes += [x509.NameAttribute(getattr(NameOID, key.upper()), value) for key, value in more.items()]
    return x509.Name(attributes)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


class Authority:
    """A key, its name, its certificate, and who issued that."""

    def __init__(self, key: Key, certificate: x509.Certificate, above: "Authority | None") -> None:
        self.key, self.certificate, self.above = key, certificate, above

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def chain(self) -> list[bytes]:
        """From this one up to the root, without it."""
        return [self.der, *self.above.chain] if self.above else []


def usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{each: each in allowed for each in every})


def issued(
    above: Authority | None,
    subject: x509.Name,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    *,
    key: Key | None = None,
    start: datetime = NOW - 30 * DAY,
    end: datetime = NOW + 30 * DAY,
    algorithm: hashes.HashAlgorithm | None = None,
    signer: Key | None = None,
    issuer: x509.Name | None = None,
    serial: int | None = None,
) -> Authority:
    """Issue a certificate; everything can be made wrong."""
    key = key or ec_key()
    signer = signer or (above.key if above else key)
    build = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or (above.certificate.subject if above else subject))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension, critical in extensions:
        build = build.add_extension(extension, critical)
    how = None if isinstance(signer, ed25519.Ed25519PrivateKey) else algorithm or hashes.SHA256()
    return Authority(key, build.sign(signer, how), above)


def root(common: str = "Test Root", extensions=None, **options: Any) -> Authority:
    if extensions is None:
        extensions = [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (usage("key_cert_sign", "crl_sign"), True),
        ]
    options = {"start": NOW - 3000 * DAY, "end": NOW + 3000 * DAY, **options}
    return issued(None, name(common), extensions, **options)


def intermediate(above: Authority, common: str = "Test Issuer", extensions=None, **options: Any) -> Authority:
    if extensions is None:
        extensions = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (usage("key_cert_sign", "crl_sign"), True),
        ]
    return issued(
        above, name(common), extensions, **{"start": NOW - 300 * DAY, "end": NOW + 300 * DAY, **options}
    )


def leaf_extensions(
    *,
    names: Iterable[x509.GeneralName] | None = (x509.RFC822Name("signer@example.com"),),
    usages: tuple[str, ...] | None = ("digital_signature",),
    purposes: Iterable[x509.ObjectIdentifier] | None = CODE_SIGNING,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    is_named_by_names: bool = False,
) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if names:
        found.append((x509.SubjectAlternativeName(list(names)), is_named_by_names))
    if usages is not None:
        found.append((usage(*usages), True))
    if purposes is not None:
        found.append((x509.ExtendedKeyUsage(list(purposes)), False))
    return [*found, *more]


def leaf(above: Authority, extensions=None, common: str = "Signer", **options: Any) -> Authority:
    return issued(above, name(common), leaf_extensions() if extensions is None else extensions, **options)


def claim(number: int, text: str) -> tuple[x509.ExtensionType, bool]:
    """A claim as Fulcio writes it: bare text up to 6, a DER string from 8."""
    raw = text.encode()
    value = raw if number < 7 else b"\x0c" + bytes([len(raw)]) + raw
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{ARC}{number}"), value), False


def revocations(
    issuer: Authority,
    *revoked: tuple[Authority, datetime, x509.ReasonFlags | None],
    start: datetime = NOW - DAY,
    end: datetime = NOW + DAY,
    signer: Key | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    build = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(start)
        .next_update(end)
    )
    for each, when, reason in revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(each.certificate.serial_number)
            .revocation_date(when)
        )
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        build = build.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        build = build.add_extension(extension, critical)
    return build.sign(signer or issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)
