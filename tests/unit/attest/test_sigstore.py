"""Sigstore bundles against a Sigstore of our own: the good ones verify, each changed one is refused."""

import hashlib
import json
from copy import deepcopy
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.certificates import Pin
from backstamp.attest.sigstore import second_opinion, verify_envelope, verify_file
from backstamp.attest.timestamps import token_of
from backstamp.attest.transparency import root_of
from backstamp.attest.trusted_root import trusted_root_of
from backstamp.core.errors import ReadError, UsageError, VerificationError
from kit.pki import NOW, ec_key, intermediate, root
from kit.sigstore_site import (
    ISSUER,
    MAIL,
    SOON,
    Site,
    b64,
    body_of,
    bundle_tree,
    pae,
    record,
    sign,
    tree_proof,
    tree_root,
)

SITE = Site()
ROOT_TREE = SITE.trusted_root()
ROOT = trusted_root_of(json.dumps(ROOT_TREE).encode())
PIN = Pin(san=MAIL, oidc_issuer=ISSUER)
PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'
SIGNER = SITE.leaf()
SEAL = sign(SIGNER.key, pae(PAYLOAD))


def made(kind="dsse 0.0.1", signer=SIGNER, seal=SEAL, stamps=None, payload=PAYLOAD, **options):
    """A bundle with one entry; Rekor v2 (0.0.2 but in-toto) brings a timestamp."""
    version = 2 if kind in ("hashedrekord 0.0.2", "dsse 0.0.2") else 1
    entry = SITE.entry(body_of(kind, payload, seal, signer), version=version, **options)
    if stamps is None:
        stamps = [SITE.stamp(seal)] if version == 2 else []
    return bundle_tree(payload, seal, signer, [entry], stamps)


def verified(tree, pin=PIN, trusted=ROOT):
    return verify_envelope(json.dumps(tree).encode(), trusted, [pin])


def refused(tree, pin=PIN, trusted=ROOT):
    with pytest.raises((VerificationError, ReadError)) as caught:
        verified(tree, pin, trusted)
    return caught.value.message


KINDS = ["dsse 0.0.1", "intoto 0.0.2", "hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.2"]


@pytest.mark.parametrize("kind", KINDS)
def test_verifies_every_kind_of_entry(kind):
    sealed = verified(made(kind))
    assert (sealed.identity.emails, sealed.identity.oidc_issuer) == ((MAIL,), ISSUER)
    assert (sealed.at, sealed.envelope.payload) == (NOW + SOON / 2, PAYLOAD)
    assert [entry.kind for entry in sealed.entries] == [kind]


def test_verifies_a_promise_and_a_timestamp_together():
    sealed = verified(made(stamps=[SITE.stamp(SEAL, NOW + timedelta(minutes=6))]))
    assert sealed.times == (NOW + SOON / 2, NOW + timedelta(minutes=6))


def test_verifies_other_curves_with_the_digest_of_the_registry():
    signer = SITE.leaf(key=ec_key(ec.SECP384R1()))
    from cryptography.hazmat.primitives import hashes

    seal = signer.key.sign(pae(PAYLOAD), ec.ECDSA(hashes.SHA384()))
    assert verified(made(signer=signer, seal=seal)).identity.name == MAIL


def test_verifies_an_old_bundle_that_has_only_a_promise():
    tree = made(change=lambda entry: entry.pop("inclusionProof"))
    assert "without a proof" in refused(tree)
    tree["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
    assert [entry.has_proof for entry in verified(tree).entries] == [False]


def test_verifies_a_file():
    data = b"weights"
    digest = hashlib.sha256(data).digest()
    seal = sign(SIGNER.key, data)
    body = {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": record(digest, seal, SIGNER)}
    tree = bundle_tree(PAYLOAD, seal, SIGNER, [SITE.entry(body)], [])
    del tree["dsseEnvelope"]
    tree["messageSignature"] = {
        "messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest)},
        "signature": b64(seal),
    }
    raw = json.dumps(tree).encode()
    assert verify_file(raw, digest.hex(), ROOT, [PIN]).identity.name == MAIL
    with pytest.raises(VerificationError, match="of another file"):
        verify_file(raw, "0" * 64, ROOT, [PIN])
    with pytest.raises(ReadError, match="without an envelope"):
        verify_envelope(raw, ROOT, [PIN])


def changed(where, value):
    """Change a place of the entry, given as keys with dots."""

    def change(entry):
        *way, last = where.split(".")
        for key in way:
            entry = entry[key]
        entry[last] = value(entry[last]) if callable(value) else value

    return change


OTHER = SITE.leaf(mail="mallory@example.com")
BORROWED = Site()
OTHER_SEAL = sign(SIGNER.key, pae(b"{}"))
BAD = {
    "another signer": (lambda: made(signer=OTHER, seal=sign(OTHER.key, pae(PAYLOAD))), "expected is"),
    "another issuer of tokens": (
        lambda: made(signer=(s := SITE.leaf(issuer="https://evil.example")), seal=sign(s.key, pae(PAYLOAD))),
        'by "https://evil.example"',
    ),
    "no SCT": (
        lambda: made(signer=(s := SITE.leaf(has_sct=False)), seal=sign(s.key, pae(PAYLOAD))),
        "no SCT",
    ),
    "SCT by an unknown log": (
        lambda: made(signer=(s := SITE.leaf(ct=ec_key())), seal=sign(s.key, pae(PAYLOAD))),
        "in the trusted root (SCT)",
    ),
    "certificate of another authority": (
        lambda: made(signer=(s := BORROWED.leaf()), seal=sign(s.key, pae(PAYLOAD))),
        "no chain of valid signatures",
    ),
    "authority of the same name below the root": (
        lambda: made(
            signer=(s := SITE.leaf(above=intermediate(root("Fulcio Root"), "Fulcio"))),
            seal=sign(s.key, pae(PAYLOAD)),
        ),
        "no chain of valid signatures",
    ),
    "signature over something else": (lambda: made(seal=OTHER_SEAL), "not by the key of the certificate"),
    "logged after the certificate expired": (lambda: made(at=NOW + 2 * SOON), "expired"),
    "logged before the certificate": (lambda: made(at=NOW - SOON), "is valid only from"),
    "timestamp after the certificate": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, NOW + 2 * SOON)]),
        "expired",
    ),
    "one of two timestamps after the certificate": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL), SITE.stamp(SEAL, NOW + 2 * SOON)]),
        "expired",
    ),
    "no time at all": (lambda: made("dsse 0.0.2", stamps=[]), "nothing proves when it was signed"),
    "promise without a time": (
        lambda: made(change=changed("integratedTime", "0")),
        "promise of a log without a time",
    ),
    "promise with another time": (
        lambda: made(change=changed("integratedTime", lambda t: str(int(t) + 1))),
        "not of the log",
    ),
    "promise with another index": (lambda: made(change=changed("logIndex", "1")), "not of the log"),
    "log that is unknown": (
        lambda: made(change=changed("logId.keyId", b64(b"x" * 32))),
        "is not in the trusted root",
    ),
    "proof of another place": (
        lambda: made(change=changed("inclusionProof.logIndex", "4")),
        "does not lead to the root",
    ),
    "proof of another size": (lambda: made(change=changed("inclusionProof.treeSize", "400")), "does not fit"),
    "proof outside of the log": (
        lambda: made(change=changed("inclusionProof.logIndex", "12")),
        "outside of the log",
    ),
    "proof with another root": (
        lambda: made(change=changed("inclusionProof.rootHash", b64(b"x" * 32))),
        "does not lead to the root",
    ),
    "proof that is cut": (
        lambda: made(change=changed("inclusionProof.hashes", lambda h: h[:-1])),
        "does not fit",
    ),
    "proof that goes on": (
        lambda: made(change=changed("inclusionProof.hashes", lambda h: [*h, h[0]])),
        "does not fit",
    ),
    "no checkpoint": (
        lambda: made(change=lambda entry: entry["inclusionProof"].pop("checkpoint")),
        "without a proof",
    ),
    "checkpoint with another origin": (
        lambda: made(change=changed("inclusionProof.checkpoint.envelope", lambda t: "x" + t)),
        "not of the log",
    ),
    "checkpoint without signature": (
        lambda: made(
            change=changed("inclusionProof.checkpoint.envelope", lambda t: t.split("\n\n")[0] + "\n")
        ),
        "checkpoint without signatures",
    ),
    "checkpoint signed by somebody": (
        lambda: made(
            change=changed(
                "inclusionProof.checkpoint.envelope",
                lambda t: t.split("\u2014")[0] + f"\u2014 log.example {b64(b'abcd' + b'x' * 70)}\n",
            )
        ),
        "the checkpoint is not signed by the log",
    ),
    "kind that is not the body's": (
        lambda: made(change=changed("kindVersion.kind", "hashedrekord")),
        "of another kind than its body",
    ),
    "body about another payload": (
        lambda: bundle_tree(
            PAYLOAD, SEAL, SIGNER, [SITE.entry(body_of("dsse 0.0.1", b"{}", SEAL, SIGNER))], []
        ),
        "about another signature",
    ),
    "body about another signature": (
        lambda: bundle_tree(
            PAYLOAD, SEAL, SIGNER, [SITE.entry(body_of("dsse 0.0.1", PAYLOAD, b"x", SIGNER))], []
        ),
        "about another signature",
    ),
    "body about another signer": (
        lambda: bundle_tree(
            PAYLOAD, SEAL, SIGNER, [SITE.entry(body_of("dsse 0.0.1", PAYLOAD, SEAL, OTHER))], []
        ),
        "about another signature",
    ),
    "timestamp over something else": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, imprint=b"x")]),
        "of other bytes than this signature",
    ),
    "timestamp not granted": (lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, status=2)]), "not granted"),
    "timestamp by another authority": (
        lambda: made("dsse 0.0.2", stamps=[BORROWED.stamp(SEAL)]),
        "not signed by an authority",
    ),
    "timestamp signed by another key": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, key=ec_key())]),
        "signature is not of its authority",
    ),
    "timestamp that signs other content": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, told=b"x")]),
        "does not sign the time that it tells",
    ),
    "timestamp that names another certificate": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, named=SIGNER)]),
        "names another certificate",
    ),
    "timestamp by the signer itself": (
        lambda: made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, clock=SIGNER)]),
        "not signed by an authority",
    ),
    "two signatures": (
        lambda: (t := made(), t["dsseEnvelope"]["signatures"].append({"sig": b64(b"x")}), t)[2],
        "with 2 signatures",
    ),
    "no entries": (
        lambda: (t := made(), t["verificationMaterial"].update(tlogEntries=[]), t)[2],
        "0 log entries",
    ),
    "a key beside the certificate": (
        lambda: (t := made(), t["verificationMaterial"].update(publicKey={"hint": "a"}), t)[2],
        "more than one kind",
    ),
    "another type of bundle": (
        lambda: {**made(), "mediaType": "application/json"},
        "not a bundle of Sigstore",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(case):
    make, reason = BAD[case]
    assert reason in refused(make())


def test_an_identity_without_its_issuer_is_no_pin():
    assert "without its OIDC issuer" in refused(made(), Pin(san=MAIL))


@pytest.mark.parametrize("part", ["certificateAuthorities", "tlogs", "ctlogs", "timestampAuthorities"])
def test_nothing_counts_outside_of_the_time_in_the_trusted_root(part):
    tree = deepcopy(ROOT_TREE)
    for each in tree[part]:
        each.get("publicKey", each)["validFor"] = {
            "start": "2025-01-01T00:00:00Z",
            "end": "2025-02-01T00:00:00Z",
        }
    trusted = trusted_root_of(json.dumps(tree).encode())
    assert "count" in refused(made("dsse 0.0.2"), trusted=trusted)
    if part == "tlogs":
        assert "the log did not count" in refused(made(), trusted=trusted)


def test_a_clock_has_to_be_for_timestamps_only():
    from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

    for purposes, critical, reason in (
        ([Eku.CODE_SIGNING], True, "not for timestamps"),
        ([Eku.TIME_STAMPING, Eku.CODE_SIGNING], True, "as well as for timestamps"),
        ([Eku.TIME_STAMPING], False, "is not critical"),
    ):
        clock = Site.clock(SITE.tsa_root, purposes, critical=critical)
        tree = deepcopy(ROOT_TREE)
        tree["timestampAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"] = b64(clock.der)
        trusted = trusted_root_of(json.dumps(tree).encode())
        assert reason in refused(made("dsse 0.0.2", stamps=[SITE.stamp(SEAL, clock=clock)]), trusted=trusted)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_a_proof_leads_to_the_root_and_no_other_does(size, data):
    leaves = [str(n).encode() for n in range(size)]
    at = data.draw(st.integers(0, size - 1))
    proof = tree_proof(leaves, at)
    assert root_of(leaves[at], at, size, proof) == tree_root(leaves)
    wrong = data.draw(st.integers(0, size + 3).filter(lambda n: n != at))
    try:
        found = root_of(leaves[at], wrong, size, proof)
    except VerificationError:
        return
    assert found != tree_root(leaves)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_any_changed_byte_of_what_is_signed_is_refused(kind, data):
    tree = made(kind)
    material = tree["verificationMaterial"]
    places = [
        (tree["dsseEnvelope"], "payload"),
        (tree["dsseEnvelope"]["signatures"][0], "sig"),
        (material["certificate"], "rawBytes"),
        (material["tlogEntries"][0], "canonicalizedBody"),
        (material["tlogEntries"][0]["inclusionProof"], "rootHash"),
    ]
    holder, key = data.draw(st.sampled_from(places))
    text = holder[key]
    at = data.draw(st.integers(0, len(text.rstrip("=")) - 2))
    holder[key] = (
        text[:at] + data.draw(st.sampled_from("AbZ9/").filter(lambda c: c != text[at])) + text[at + 1 :]
    )
    with pytest.raises((VerificationError, ReadError)):
        verified(tree)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, 5000), st.integers(0, 7)).map(lambda drawn: _flipped(*drawn)),
    )
)
def test_any_bytes_are_a_timestamp_or_a_read_error(raw):
    try:
        token_of(raw)
    except ReadError:
        return


def _flipped(at, bit):
    stamp = bytearray(SITE.stamp(SEAL))
    stamp[at % len(stamp)] ^= 1 << bit
    return bytes(stamp)


@pytest.mark.parametrize("junk", [b"", b"{}", b'{"mediaType": "application/json"}', b"[]"])
def test_what_is_no_trusted_root_is_said_so(junk):
    with pytest.raises(ReadError):
        trusted_root_of(junk)


def test_a_second_opinion_without_the_package_is_a_clear_error():
    from importlib.util import find_spec

    if find_spec("sigstore") is None:
        with pytest.raises(UsageError, match="needs the package sigstore"):
            second_opinion(b"{}", b"{}", MAIL, ISSUER)
    else:
        raw = json.dumps(made()).encode()
        assert second_opinion(raw, json.dumps(ROOT_TREE).encode(), MAIL, ISSUER)[1] == PAYLOAD
