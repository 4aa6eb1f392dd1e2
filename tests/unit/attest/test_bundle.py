"""Sigstore bundles: read strictly, written as they were read."""

import base64
import json

import pytest

from backstamp.attest.bundle import (
    Bundle,
    CertificateChain,
    PublicKeyHint,
    SigstoreCertificate,
    bundle_of,
)
from backstamp.attest.dsse import Envelope, Signature
from backstamp.core.errors import ReadError

ENVELOPE = Envelope(payload=b"{}", payload_type="x/y", signatures=(Signature(sig=b"s", keyid="k"),))
B64 = base64.b64encode(b"der").decode()


def tree():
    return Bundle(envelope=ENVELOPE, material=PublicKeyHint(hint="h")).as_tree()


@pytest.mark.parametrize(
    "bundle",
    [
        Bundle(envelope=ENVELOPE, material=PublicKeyHint()),
        Bundle(envelope=ENVELOPE, material=PublicKeyHint(hint="h", raw=b"r", details="PKIX_ED25519")),
        Bundle(envelope=ENVELOPE, material=CertificateChain(certificates=(b"leaf", b"root"))),
        Bundle(
            envelope=ENVELOPE,
            material=SigstoreCertificate(certificate=b"leaf"),
            log_entries=({"logIndex": "1"},),
            timestamps=(b"stamp",),
        ),
    ],
)
def test_a_bundle_reads_as_it_was_written(bundle):
    assert bundle_of(bundle.as_bytes()) == bundle


def test_what_older_and_other_tools_leave_out_is_read():
    made = tree()
    made["verificationMaterial"] = {
        "publicKey": {"hint": None, "rawBytes": None},
        "timestampVerificationData": None,
    }
    made["dsseEnvelope"]["signatures"][0]["keyid"] = None
    assert bundle_of(json.dumps(made).encode()) == Bundle(
        envelope=Envelope(payload=b"{}", payload_type="x/y", signatures=(Signature(sig=b"s"),)),
        material=PublicKeyHint(),
    )


def _with(*path, value):
    made = tree()
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(made).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_with("mediaType", value="application/vnd.dev.sigstore.bundle+json;version=0.1"), "media type"),
        (_with("mediaType", value=None), "media type"),
        (_with("messageSignature", value={}), "signs a digest"),
        (_with("extra", value=1), '"extra" is not a field'),
        (_with("verificationMaterial", value=None), 'no "verificationMaterial"'),
        (_with("verificationMaterial", value={}), "0 kinds"),
        (_with("verificationMaterial", "certificate", value={"rawBytes": B64}), "2 kinds"),
        (_with("verificationMaterial", "x", value=1), '"x" is not a field'),
        (_with("verificationMaterial", value={"certificate": {"rawBytes": ""}}), "empty or missing"),
        (_with("verificationMaterial", value={"certificate": {"rawBytes": "!"}}), "not base64"),
        (
            _with("verificationMaterial", value={"x509CertificateChain": {"certificates": []}}),
            "without certificates",
        ),
        (_with("verificationMaterial", value={"x509CertificateChain": {"certificates": [1]}}), "no object"),
        (_with("verificationMaterial", value={"x509CertificateChain": {"certificates": {}}}), "no list"),
        (_with("verificationMaterial", "publicKey", "hint", value=1), "no text"),
        (_with("verificationMaterial", "publicKey", "x", value="1"), '"x" is not a field'),
        (_with("verificationMaterial", "tlogEntries", value="x"), "no list"),
        (_with("dsseEnvelope", value=None), 'no "dsseEnvelope"'),
        (_with("dsseEnvelope", "payload", value=""), "without payload"),
        (_with("dsseEnvelope", "signatures", value=[]), "0 signatures"),
        (_with("dsseEnvelope", "signatures", value=[{"sig": ""}]), "empty signature"),
        (_with("dsseEnvelope", "signatures", value=[{"sig": B64, "cert": "x"}]), '"cert" is not a field'),
        (_with("dsseEnvelope", "signatures", value=[{"sig": B64, "keyid": 1}]), "no text"),
        (_with("dsseEnvelope", "signatures", value=["x"]), "no object"),
        (b"[" * 2_000_000, "holds more than is read"),
    ],
)
def test_what_is_no_bundle_is_refused(data, why):
    with pytest.raises(ReadError, match=why):
        bundle_of(data)
