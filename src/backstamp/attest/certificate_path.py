"""The way from a certificate to a root: finding it, and what speaks against it (RFC 5280, section 6)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from backstamp.attest.certificates import CODE_SIGNING, TIME_STAMPING, Demands, Identity
from backstamp.attest.fulcio_claims import claims_of, oidc_issuer_of, other_names
from backstamp.core.finding import shown

if TYPE_CHECKING:
    from cryptography import x509

E = TypeVar("E", bound="x509.ExtensionType")
_MOST_DEPTH = 8
_MOST_CHECKS = 64
_UNDERSTOOD = frozenset(
    {
        "2.5.29.14",  # subject key identifier
        "2.5.29.15",  # key usage
        "2.5.29.17",  # subject alternative name
        "2.5.29.18",  # issuer alternative name
        "2.5.29.19",  # basic constraints
        "2.5.29.30",  # name constraints
        "2.5.29.31",  # CRL distribution points
        "2.5.29.32",  # certificate policies: none is asked for
        "2.5.29.35",  # authority key identifier
        "2.5.29.37",  # extended key usage
    }
)
_ANY_PURPOSE = "2.5.29.37.0"
_PURPOSES = {
    CODE_SIGNING: "signing code",
    "1.3.6.1.5.5.7.3.1": "TLS servers",
    "1.3.6.1.5.5.7.3.2": "TLS clients",
    "1.3.6.1.5.5.7.3.4": "mail",
    TIME_STAMPING: "timestamps",
    "1.3.6.1.5.5.7.3.9": "OCSP answers",
    _ANY_PURPOSE: "anything",
}
_NEVER_WITH = frozenset({"1.3.6.1.5.5.7.3.1", _ANY_PURPOSE, TIME_STAMPING, "1.3.6.1.5.5.7.3.9", CODE_SIGNING})
_HASHES = frozenset({"sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"})
_SELF_HASHED = frozenset(
    {
        "1.3.101.112", "1.3.101.113",  # Ed25519, Ed448
        "2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19",  # ML-DSA
    }
)  # fmt: skip


def ways_to(
    leaf: "x509.Certificate", between: "Sequence[x509.Certificate]", anchors: "Sequence[x509.Certificate]"
) -> "Iterator[tuple[x509.Certificate, ...]]":
    """Yield the ways over valid signatures from a certificate to the anchors, within bounds."""
    checks = 0
    stack: list[tuple[x509.Certificate, ...]] = [(leaf,)]
    while stack:
        way = stack.pop()
        tip = way[-1]
        if tip in anchors:
            yield way
            continue
        if len(way) >= _MOST_DEPTH:
            continue
        further = []
        for issuer in (*anchors, *between):
            if issuer in way or issuer.subject != tip.issuer:
                continue
            checks += 1
            if checks > _MOST_CHECKS:
                return
            if _is_issued_by(tip, issuer):
                further.append((*way, issuer))
        stack.extend(reversed(further))


def reasons_against(way: "Sequence[x509.Certificate]", at: datetime, demands: Demands) -> list[str]:
    """Tell all that speaks against a way, leaf first, at a time."""
    from cryptography import x509

    from backstamp.attest.name_constraints import constraint_reasons
    from backstamp.attest.revocation import revocation_reasons

    try:
        reasons = [*_leaf_reasons(way[0], demands)] if len(way) > 1 else [_SELF_PINNED]
        for depth, each in enumerate(way):
            who = "it" if not depth else f'its issuer "{shown(each.subject.rfc4514_string(), 80)}"'
            reasons += _validity(each, at, who)
            reasons += _strength(each, who, is_anchor=depth == len(way) - 1)
            reasons += _critical(each, who)
            if depth:
                below = sum(1 for c in way[1:depth] if c.subject != c.issuer)
                reasons += _issuer_reasons(each, below, who, is_anchor=depth == len(way) - 1)
                reasons += _purpose_reasons(each, demands.purpose, who)
        reasons += constraint_reasons(way)
        if demands.revocations is not None:
            reasons += revocation_reasons(way, demands.revocations, at, demands.now or at)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        return [f"a certificate on the way is malformed ({str(error)[:160]})"]
    return reasons


_SELF_PINNED = (
    "it is pinned as a root itself, and no authority vouches for it (verify by its public key instead)"
)


def weaknesses(leaf: "x509.Certificate") -> list[str]:
    """Tell what of a certificate is too weak to count: why its signature was perhaps not even checked."""
    try:
        return [*_strength(leaf, "it", is_anchor=False)]
    except ValueError:
        return ["it is malformed"]


def identity_of(way: "Sequence[x509.Certificate]") -> Identity:
    """Say whom a verified way names."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    leaf = way[0]
    names = _extension(leaf, x509.SubjectAlternativeName)
    return Identity(
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        emails=tuple(names.get_values_for_type(x509.RFC822Name)) if names else (),
        uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)) if names else (),
        hosts=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        others=other_names(names) if names else (),
        oidc_issuer=oidc_issuer_of(leaf),
        claims=claims_of(leaf),
        serial=f"{leaf.serial_number:x}",
        fingerprint=leaf.fingerprint(SHA256()).hex(),
        root=way[-1].fingerprint(SHA256()).hex(),
        public_key=leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        valid_from=leaf.not_valid_before_utc,
        valid_to=leaf.not_valid_after_utc,
        chain=tuple(each.public_bytes(Encoding.DER) for each in way),
    )


def _is_issued_by(child: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _extension(each: "x509.Certificate", kind: "type[E]") -> "E | None":
    from cryptography import x509

    try:
        return each.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _leaf_reasons(leaf: "x509.Certificate", demands: Demands) -> Iterator[str]:
    from cryptography import x509

    if leaf.version is not x509.Version.v3:
        yield "it is not of version 3"
    basic, usage = _extension(leaf, x509.BasicConstraints), _extension(leaf, x509.KeyUsage)
    if basic is not None and basic.ca and (usage is None or usage.key_cert_sign):
        # Without the right to sign certificates the mark alone makes no authority; upstream's own have it.
        yield "it is of an authority, not of a signer"
    if usage is None or not usage.digital_signature:
        yield "its key usage does not allow digital signatures"
    elif usage.key_cert_sign:
        yield "its key usage allows to sign certificates, as only an authority may"
    purposes = _extension(leaf, x509.ExtendedKeyUsage)
    aim = _PURPOSES.get(demands.purpose, demands.purpose)
    if purposes is None:
        if demands.needs_purpose:
            yield f"it has no extended key usage: it is not for {aim}"
        return
    listed = {each.dotted_string for each in purposes}
    told = ", ".join(sorted(_PURPOSES.get(each, each) for each in listed - {demands.purpose}))
    if demands.purpose not in listed:
        yield f"its extended key usage is for {told or 'nothing'}, not for {aim}"
    elif listed & (_NEVER_WITH - {demands.purpose}):
        yield f"its extended key usage is for {told} as well as for {aim}"


def _validity(each: "x509.Certificate", at: datetime, who: str) -> Iterator[str]:
    start, end = each.not_valid_before_utc, each.not_valid_after_utc
    asked = f"the time in question is {at:%Y-%m-%d %H:%M:%S %Z}"
    if at < start:
        yield f"{who} is valid only from {start:%Y-%m-%d %H:%M:%S %Z}; {asked}"
    if at > end:
        yield f"{who} expired on {end:%Y-%m-%d %H:%M:%S %Z}; {asked}"


def _strength(each: "x509.Certificate", who: str, *, is_anchor: bool) -> Iterator[str]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        algorithm = each.signature_hash_algorithm
        name = algorithm.name if algorithm else ""
    except UnsupportedAlgorithm:
        name = "an unknown algorithm"
    weak = name not in _HASHES if name else each.signature_algorithm_oid.dotted_string not in _SELF_HASHED
    if weak and not is_anchor:  # nothing rests on the signature of a root: its bytes are pinned
        yield f"{who} is signed by means of {name or each.signature_algorithm_oid.dotted_string}"
    try:
        key = each.public_key()
    except (UnsupportedAlgorithm, ValueError):
        yield f"{who} has a key of an unknown kind"
        return
    if isinstance(key, rsa.RSAPublicKey) and (key.key_size < 2048 or key.public_numbers().e < 3):
        yield f"{who} has an RSA key of {key.key_size} bits; 2048 are the least"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in (
        "secp256r1",
        "secp384r1",
        "secp521r1",
    ):
        yield f"{who} has a key on the curve {key.curve.name}"
    elif isinstance(key, dsa.DSAPublicKey):
        yield f"{who} has a DSA key"


def _critical(each: "x509.Certificate", who: str) -> Iterator[str]:
    for extension in each.extensions:
        number = extension.oid.dotted_string
        if number == "1.3.6.1.4.1.11129.2.4.3":
            yield f"{who} is a precertificate"
        elif extension.critical and number not in _UNDERSTOOD:
            yield f"{who} has a critical extension that is not understood ({number})"


def _issuer_reasons(issuer: "x509.Certificate", below: int, who: str, *, is_anchor: bool) -> Iterator[str]:
    """``below`` counts the authorities between this one and the leaf that are not self-issued."""
    from cryptography import x509

    basic = _extension(issuer, x509.BasicConstraints)
    if basic is None or not basic.ca:
        yield f"{who} is no authority (basic constraints)"
    elif basic.path_length is not None and below > basic.path_length:
        yield f"{who} allows {basic.path_length} authorities below it; there are {below}"
    usage = _extension(issuer, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield f"{who} may not sign certificates (key usage)"
    if issuer.version is not x509.Version.v3 and not is_anchor:
        yield f"{who} is not of version 3"


def _purpose_reasons(issuer: "x509.Certificate", purpose: str, who: str) -> Iterator[str]:
    from cryptography import x509

    purposes = _extension(issuer, x509.ExtendedKeyUsage)
    if purposes is not None:
        listed = {each.dotted_string for each in purposes}
        if not listed & {purpose, _ANY_PURPOSE}:
            told = ", ".join(sorted(_PURPOSES.get(each, each) for each in listed))
            yield f"{who} may only issue certificates for {told}"
