"""Timestamps of RFC 3161: an authority says when it saw a signature.

What is checked: the answer is "granted"; the token is signed data over a ``TSTInfo``; its signed attributes
name that content, its digest and the signer's certificate (RFC 5816); the certificate is the authority's of
the trusted root, is for timestamps only, and was valid at the time it tells; the imprint is of the bytes in
question, by SHA-256 or stronger.
"""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from backstamp.attest.der import INTEGER, OCTETS, OID, SEQUENCE, SET, TIME, Reader, integer, oid_text
from backstamp.attest.trusted_root import Authority
from backstamp.core.errors import ReadError, VerificationError

if TYPE_CHECKING:
    from cryptography import x509

_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_CERTIFICATE_1, _CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNATURES = {
    "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
    "1.3.101.112": "",
}  # fmt: skip
_BY_DIGEST = frozenset({"1.2.840.113549.1.1.1", "1.2.840.10045.2.1"})  # named by the key; the digest tells
MOST_BYTES = 1 << 20


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A timestamp taken apart; nothing of it is verified."""

    imprint_algorithm: str
    imprint: bytes
    at: datetime
    content: bytes
    issuer: bytes
    serial: int
    key_identifier: bytes
    digest_algorithm: str
    attributes: bytes
    signature_algorithm: str
    signature: bytes
    certificates: tuple[bytes, ...]


def verify_timestamp(answer: bytes, signed: bytes, authorities: tuple[Authority, ...]) -> datetime:
    """Verify a timestamp over some bytes; give its time. Raises ``VerificationError`` or ``ReadError``."""
    token = token_of(answer)
    if hashlib.new(token.imprint_algorithm, signed).digest() != token.imprint:
        raise VerificationError("the timestamp is of other bytes than this signature")
    refused = []
    for authority in authorities:
        try:
            _verify_token(token, authority)
        except VerificationError as error:
            refused.append(error.message)
        else:
            return token.at
    raise VerificationError(
        f"the timestamp: {refused[0] if refused else 'the trusted root names no authority'}"
    )


def token_of(answer: bytes) -> Token:
    """Take an answer apart. Raises ``ReadError``."""
    if len(answer) > MOST_BYTES:
        raise ReadError(f"a timestamp of {len(answer):,} bytes is too large")
    whole = Reader(answer)
    response = whole.inside(SEQUENCE)
    whole.end()
    status = response.inside(SEQUENCE)
    if (code := integer(status.take(INTEGER))) != 0:
        raise ReadError(f"a timestamp that was not granted (status {code})")
    info = response.inside(SEQUENCE)
    response.end()
    if oid_text(info.take(OID)) != _SIGNED_DATA:
        raise ReadError("a timestamp that is no signed data")
    data = info.inside(0xA0).inside(SEQUENCE)
    data.take(INTEGER)
    data.take(SET)
    encapsulated = data.inside(SEQUENCE)
    if oid_text(encapsulated.take(OID)) != _TST_INFO:
        raise ReadError("a timestamp without a TSTInfo")
    content = encapsulated.inside(0xA0).take(OCTETS)
    certificates = []
    if data.tag == 0xA0:
        listed = data.inside(0xA0)
        while listed.tag != -1:
            certificates.append(listed.element()[2])
    data.skip(0xA1)
    signers = data.inside(SET)
    data.end()
    signer = signers.inside(SEQUENCE)
    signers.end()
    return _token(content, signer, tuple(certificates))


def _token(content: bytes, signer: Reader, certificates: tuple[bytes, ...]) -> Token:
    info = Reader(content).inside(SEQUENCE)
    info.take(INTEGER)
    info.take(OID)
    imprint = info.inside(SEQUENCE)
    imprint_algorithm = _hash_of(imprint.inside(SEQUENCE))
    imprinted = imprint.take(OCTETS)
    info.take(INTEGER)
    at = _time(info.take(TIME))
    signer.take(INTEGER)
    issuer, serial, key_identifier = b"", 0, b""
    if signer.tag == SEQUENCE:
        named = signer.inside(SEQUENCE)
        issuer = named.element()[2]
        serial = integer(named.take(INTEGER))
    else:
        key_identifier = signer.take(0x80)
    digest_algorithm = _hash_of(signer.inside(SEQUENCE))
    attributes = signer.take(0xA0)
    algorithm = oid_text(signer.inside(SEQUENCE).take(OID))
    if algorithm not in _SIGNATURES and algorithm not in _BY_DIGEST:
        raise ReadError(f"a timestamp signed by means of {algorithm}")
    return Token(
        imprint_algorithm=imprint_algorithm,
        imprint=imprinted,
        at=at,
        content=content,
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest_algorithm=digest_algorithm,
        attributes=attributes,
        signature_algorithm=_SIGNATURES.get(algorithm, digest_algorithm),
        signature=signer.take(OCTETS),
        certificates=certificates,
    )


def _hash_of(reader: Reader) -> str:
    number = oid_text(reader.take(OID))
    if number not in _HASHES:
        raise ReadError(f"a timestamp by the digest {number}")
    return _HASHES[number]


def _time(raw: bytes) -> datetime:
    text = raw.decode("ascii", "replace")
    for form in ("%Y%m%d%H%M%SZ", "%Y%m%d%H%M%S.%fZ"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ReadError("a timestamp without a time")


def _verify_token(token: Token, authority: Authority) -> None:
    from cryptography import x509

    from backstamp.attest.certificate_path import reasons_against, ways_to
    from backstamp.attest.certificates import TIME_STAMPING, Demands

    if not authority.span.covers(token.at):
        raise VerificationError(f"its authority did not count on {token.at:%Y-%m-%d}")
    try:
        trusted = [x509.load_der_x509_certificate(each) for each in authority.chain]
        signer = next((each for each in trusted if _is_signer(each, token)), None)
        if signer is None and _is_authority(trusted[0]):  # the trusted root leaves the signer open
            held = [x509.load_der_x509_certificate(each) for each in token.certificates]
            signer = next((each for each in held if _is_signer(each, token)), None)
        if signer is None:
            raise VerificationError("it is not signed by an authority of the trusted root")
        _check_attributes(token, signer)
        _check_signature(token, signer)
        reasons = ["no chain of valid signatures leads to the root of its authority"]
        for way in ways_to(signer, trusted[:-1], trusted[-1:]):
            reasons = reasons_against(way, token.at, Demands(purpose=TIME_STAMPING))
            if not reasons:
                break
        if not reasons and not _is_critical(signer):
            reasons = ["its certificate's extended key usage is not critical"]
    except (ValueError, TypeError, ReadError) as error:
        raise VerificationError(f"it is malformed ({str(error)[:120]})") from error
    if reasons:
        raise VerificationError("; ".join(reasons))


def _is_signer(certificate: "x509.Certificate", token: Token) -> bool:
    from cryptography import x509

    if token.issuer:
        is_named = certificate.issuer.public_bytes() == token.issuer
        return is_named and certificate.serial_number == token.serial
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return False
    return found.digest == token.key_identifier


def _is_authority(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_critical(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    return certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical


def _check_attributes(token: Token, signer: "x509.Certificate") -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    found: dict[str, bytes] = {}
    reader = Reader(token.attributes)
    while reader.tag != -1:
        attribute = reader.inside(SEQUENCE)
        number = oid_text(attribute.take(OID))
        if number in found:
            raise VerificationError("a signed attribute stands twice")
        found[number] = attribute.take(SET)
    if _CONTENT_TYPE not in found or oid_text(Reader(found[_CONTENT_TYPE]).take(OID)) != _TST_INFO:
        raise VerificationError("it does not sign what it is")
    digest = hashlib.new(token.digest_algorithm, token.content).digest()
    if _DIGEST not in found or Reader(found[_DIGEST]).take(OCTETS) != digest:
        raise VerificationError("it does not sign the time that it tells")
    der = signer.public_bytes(Encoding.DER)
    if _CERTIFICATE_2 in found:
        entry = Reader(found[_CERTIFICATE_2]).inside(SEQUENCE).inside(SEQUENCE).inside(SEQUENCE)
        algorithm = _hash_of(entry.inside(SEQUENCE)) if entry.tag == SEQUENCE else "sha256"
        named, is_same = entry.take(OCTETS), hashlib.new(algorithm, der).digest()
    elif _CERTIFICATE_1 in found:
        entry = Reader(found[_CERTIFICATE_1]).inside(SEQUENCE).inside(SEQUENCE).inside(SEQUENCE)
        named, is_same = entry.take(OCTETS), hashlib.sha1(der, usedforsecurity=False).digest()
    else:
        raise VerificationError("it does not name its certificate")
    if named != is_same:
        raise VerificationError("it names another certificate than the one that signed it")


def _check_signature(token: Token, signer: "x509.Certificate") -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    sizes = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    signed = bytes([SET]) + _length(len(token.attributes)) + token.attributes
    name = token.signature_algorithm
    try:
        match signer.public_key():
            case ec.EllipticCurvePublicKey() as key if name:
                key.verify(token.signature, signed, ec.ECDSA(sizes[name]))
            case rsa.RSAPublicKey() as key if name:
                key.verify(token.signature, signed, padding.PKCS1v15(), sizes[name])
            case ed25519.Ed25519PublicKey() as key if not name:
                key.verify(token.signature, signed)
            case _:
                raise VerificationError("its key and the algorithm of its signature do not go together")
    except InvalidSignature as error:
        raise VerificationError("its signature is not of its authority") from error


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    raw = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x80 | len(raw)]) + raw
