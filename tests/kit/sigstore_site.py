"""A Sigstore of one's own, for tests: authority, logs, timestamps, trusted root."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from kit.pki import (
    CODE_SIGNING,
    NOW,
    Authority,
    Key,
    claim,
    ec_key,
    intermediate,
    issued,
    leaf_extensions,
    root,
    usage,
)

MAIL, ISSUER = "signer@example.com", "https://issuer.example"
SOON = timedelta(minutes=10)
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def spki(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sign(key: Key, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    raw = size.to_bytes((size.bit_length() + 7) // 8) if size > 127 else b""
    return bytes([tag]) + (bytes([0x80 | len(raw)]) + raw if raw else bytes([size])) + body


def oid(text: str) -> bytes:
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray()
    for number in (40 * first + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        out += bytes(reversed(septets))
    return der(6, bytes(out))


def whole(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1))


SHA256 = der(0x30, oid("2.16.840.1.101.3.4.2.1"))


def named_issuer(above: Authority) -> tuple[x509.ExtensionType, bool]:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), False


class Site:
    """Everything that a trusted root names, and what it takes to sign."""

    def __init__(self) -> None:
        self.root = root("Fulcio Root")
        both = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (usage("key_cert_sign", "crl_sign"), True),
            (x509.ExtendedKeyUsage([*CODE_SIGNING]), False),
            named_issuer(self.root),
        ]
        self.issuer = intermediate(self.root, "Fulcio", both)
        self.ct, self.rekor, self.rekor2 = ec_key(), ec_key(), ed25519.Ed25519PrivateKey.generate()
        self.tsa_root = root("Clock Root")
        self.tsa = self.clock(self.tsa_root)

    @staticmethod
    def clock(
        above: Authority, purposes=(ExtendedKeyUsageOID.TIME_STAMPING,), *, critical: bool = True
    ) -> Authority:
        extensions = [
            (usage("digital_signature"), True),
            (x509.ExtendedKeyUsage(list(purposes)), critical),
            (x509.SubjectKeyIdentifier(b"clock"), False),
        ]
        return issued(
            above,
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Clock")]),
            extensions,
            start=NOW - timedelta(300),
            end=NOW + timedelta(300),
        )

    @property
    def rekor2_id(self) -> bytes:
        raw = self.rekor2.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(b"log2.example\n\x01" + raw).digest()

    def trusted_root(self) -> dict:
        def log(key: Key, key_id: bytes, details: str, url: str) -> dict:
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(spki(key)),
                    "keyDetails": details,
                    "validFor": {"start": "2025-01-01T00:00:00Z"},
                },
                "logId": {"keyId": b64(key_id)},
            }

        def authority(*chain: Authority) -> dict:
            return {
                "subject": {"organization": "example", "commonName": "example"},
                "uri": "https://ca.example",
                "certChain": {"certificates": [{"rawBytes": b64(each.der)} for each in chain]},
                "validFor": {"start": "2025-01-01T00:00:00Z"},
            }

        p256 = "PKIX_ECDSA_P256_SHA_256"
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                log(self.rekor, hashlib.sha256(spki(self.rekor)).digest(), p256, "https://log.example"),
                log(self.rekor2, self.rekor2_id, "PKIX_ED25519", "https://log2.example"),
            ],
            "certificateAuthorities": [authority(self.issuer, self.root)],
            "ctlogs": [log(self.ct, hashlib.sha256(spki(self.ct)).digest(), p256, "https://ct.example")],
            "timestampAuthorities": [authority(self.tsa, self.tsa_root)],
        }

    def leaf(
        self,
        mail: str = MAIL,
        issuer: str = ISSUER,
        *,
        has_sct: bool = True,
        ct: Key | None = None,
        above: Authority | None = None,
        key: Key | None = None,
        start: datetime = NOW,
    ) -> Authority:
        extensions = leaf_extensions(
            names=[x509.RFC822Name(mail)], more=[claim(1, issuer), claim(8, issuer)], is_named_by_names=True
        )
        above = above or self.issuer
        extensions.append(named_issuer(above))
        how = {
            "key": key or ec_key(),
            "serial": x509.random_serial_number(),
            "start": start,
            "end": start + SOON,
        }
        draft = issued(above, x509.Name([]), extensions, **how)
        if not has_sct:
            return draft
        extensions.append(self._sct(draft, above, ct or self.ct, start))
        return issued(above, x509.Name([]), extensions, **how)

    def _sct(
        self, draft: Authority, above: Authority, key: Key, at: datetime
    ) -> tuple[x509.ExtensionType, bool]:
        body = draft.certificate.tbs_certificate_bytes
        stamp = (int(at.timestamp()) * 1000 + 123).to_bytes(8)
        signed = (
            b"\0\0"
            + stamp
            + b"\0\1"
            + hashlib.sha256(spki(above.key)).digest()
            + len(body).to_bytes(3)
            + body
            + b"\0\0"
        )
        seal = sign(key, signed)
        log = hashlib.sha256(spki(key)).digest()
        sct = b"\0" + log + stamp + b"\0\0" + b"\4\3" + len(seal).to_bytes(2) + seal
        one = len(sct).to_bytes(2) + sct
        return x509.UnrecognizedExtension(SCT_LIST, der(4, len(one).to_bytes(2) + one)), False

    def stamp(self, signature: bytes, at: datetime = NOW + SOON / 2, **wrong: Any) -> bytes:
        """Answer as an authority of timestamps does. ``wrong`` replaces parts."""
        clock: Authority = wrong.get("clock", self.tsa)
        imprint = hashlib.sha256(wrong.get("imprint", signature)).digest()
        when = at.strftime("%Y%m%d%H%M%SZ").encode()
        info = der(
            0x30,
            whole(1),
            oid("1.2.3.4"),
            der(0x30, SHA256, der(4, imprint)),
            whole(7),
            der(0x18, when),
            whole(99),
        )
        told = wrong.get("told", info)
        named = hashlib.sha256(wrong.get("named", clock).der).digest()

        def attribute(number: str, value: bytes) -> bytes:
            return der(0x30, oid(number), der(0x31, value))

        attributes = [
            attribute("1.2.840.113549.1.9.3", oid("1.2.840.113549.1.9.16.1.4")),
            attribute("1.2.840.113549.1.9.4", der(4, hashlib.sha256(told).digest())),
            attribute("1.2.840.113549.1.9.16.2.47", der(0x30, der(0x30, der(0x30, der(4, named))))),
        ]
        joined = b"".join(sorted(attributes))
        seal = sign(wrong.get("key", clock.key), der(0x31, joined))
        signer = der(
            0x30,
            whole(1),
            der(0x30, clock.certificate.issuer.public_bytes(), whole(clock.certificate.serial_number)),
            SHA256,
            der(0xA0, joined),
            der(0x30, oid("1.2.840.10045.4.3.2")),
            der(4, seal),
        )
        data = der(
            0x30,
            whole(3),
            der(0x31, SHA256),
            der(0x30, oid("1.2.840.113549.1.9.16.1.4"), der(0xA0, der(4, info))),
            der(0xA0, clock.der),
            der(0x31, signer),
        )
        token = der(0x30, oid("1.2.840.113549.1.7.2"), der(0xA0, data))
        return der(0x30, der(0x30, whole(wrong.get("status", 0))), token)

    def entry(
        self,
        body: dict,
        *,
        version: int = 1,
        at: datetime = NOW + SOON / 2,
        others: tuple[int, int] = (5, 6),
        has_promise: bool = True,
        change: Callable[[dict], None] = lambda _: None,
    ) -> dict:
        """Put a body into a log with some entries before and after it."""
        raw = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        before, after = others
        leaves = [b"before%d" % n for n in range(before)] + [raw] + [b"after%d" % n for n in range(after)]
        key: Key = self.rekor if version == 1 else self.rekor2
        key_id = hashlib.sha256(spki(self.rekor)).digest() if version == 1 else self.rekor2_id
        origin, name = (
            ("log.example - 42", "log.example") if version == 1 else ("log2.example", "log2.example")
        )
        note = f"{origin}\n{len(leaves)}\n{b64(tree_root(leaves))}\n"
        checkpoint = f"{note}\n\u2014 {name} {b64(key_id[:4] + sign(key, note.encode()))}\n"
        entry: dict = {
            "logIndex": str(1000 + before if version == 1 else before),
            "logId": {"keyId": b64(key_id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "canonicalizedBody": b64(raw),
            "inclusionProof": {
                "logIndex": str(before),
                "rootHash": b64(tree_root(leaves)),
                "treeSize": str(len(leaves)),
                "hashes": [b64(each) for each in tree_proof(leaves, before)],
                "checkpoint": {"envelope": checkpoint},
            },
        }
        if version == 1 and has_promise:
            said = {
                "body": b64(raw),
                "integratedTime": int(at.timestamp()),
                "logID": key_id.hex(),
                "logIndex": 1000 + before,
            }
            told = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
            entry["integratedTime"] = str(int(at.timestamp()))
            entry["inclusionPromise"] = {"signedEntryTimestamp": b64(sign(key, told))}
        change(entry)
        return entry


def tree_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_root(leaves[:cut]) + tree_root(leaves[cut:])).digest()


def tree_proof(leaves: list[bytes], at: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    if at < cut:
        return [*tree_proof(leaves[:cut], at), tree_root(leaves[cut:])]
    return [*tree_proof(leaves[cut:], at - cut), tree_root(leaves[:cut])]


def pem64(signer: Authority) -> str:
    return b64(signer.certificate.public_bytes(Encoding.PEM))


def pae(payload: bytes) -> bytes:
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def body_of(kind: str, payload: bytes, signature: bytes, signer: Authority) -> dict:
    """The body of an entry of some kind about an envelope."""
    verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": {"rawBytes": b64(signer.der)}}
    sealed = {"content": b64(signature), "verifier": verifier}
    name, version = kind.split()
    spec: dict
    match kind:
        case "dsse 0.0.1":
            spec = {
                "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                "signatures": [{"signature": b64(signature), "verifier": pem64(signer)}],
            }
        case "intoto 0.0.2":
            envelope = {
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"publicKey": pem64(signer), "sig": b64(b64(signature).encode())}],
            }
            digest = {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}
            spec = {"content": {"envelope": envelope, "hash": {}, "payloadHash": digest}}
        case "hashedrekord 0.0.1":
            spec = record(hashlib.sha256(pae(payload)).digest(), signature, signer)
        case "hashedrekord 0.0.2":
            digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(pae(payload)).digest())}
            spec = {"hashedRekordV002": {"data": digest, "signature": sealed}}
        case _:
            digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
            spec = {"dsseV002": {"payloadHash": digest, "signatures": [sealed]}}
    return {"apiVersion": version, "kind": name, "spec": spec}


def record(digest: bytes, signature: bytes, signer: Authority) -> dict:
    return {
        "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
        "signature": {"content": b64(signature), "publicKey": {"content": pem64(signer)}},
    }


def bundle_tree(
    payload: bytes, signature: bytes, signer: Authority, entries: list, stamps: list[bytes]
) -> dict:
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": b64(signer.der)},
            "tlogEntries": entries,
            "timestampVerificationData": {
                "rfc3161Timestamps": [{"signedTimestamp": b64(stamp)} for stamp in stamps]
            },
        },
        "dsseEnvelope": {
            "payload": b64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(signature)}],
        },
    }
