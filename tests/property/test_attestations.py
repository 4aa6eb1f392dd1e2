"""Laws of attestations: any bytes are read or refused; what changed by one bit never verifies."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest import modelpack, pep740
from backstamp.attest.dsse import Envelope, Signature
from backstamp.attest.fields import time_of
from backstamp.attest.oci import payload_problems
from backstamp.attest.oci_layout import INDEX, MANIFEST, document_of
from backstamp.attest.predicates import check
from backstamp.attest.signatures import Trust, sealed, signers_of
from backstamp.attest.statement import Statement, Subject, statement_of
from backstamp.attest.store import attestations_in
from backstamp.core.errors import ReadError, VerificationError
from kit.attestations import (
    ALICE,
    BOB,
    bom,
    model,
    outputs,
    provenance_predicate,
    run,
    signed,
    stated,
    verdict,
    vsa_predicate,
)
from kit.oci_layouts import payload

MODEL = model()
STATEMENTS = (
    run(outputs(MODEL)),
    bom(MODEL),
    verdict(MODEL),
    stated(MODEL, "https://slsa.dev/provenance/v1", provenance_predicate()),
    stated(MODEL, "https://slsa.dev/verification_summary/v1", vsa_predicate()),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
DIGEST = "sha256:" + "1" * 64


def _readers():
    return (
        lambda data: attestations_in(data, "a"),
        lambda data: document_of(data, MANIFEST),
        lambda data: document_of(data, INDEX),
        lambda data: payload_problems(data, DIGEST),
        pep740.attestations_of,
        lambda data: check(statement_of(data)),
    )


def _read_or_refused(data):
    for reader in _readers():
        try:
            reader(data)
        except ReadError:
            continue


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    _read_or_refused(data)


@settings(max_examples=100)
@given(TREES)
def test_any_json_is_read_or_refused(tree):
    _read_or_refused(json.dumps(tree).encode())


def _paths(tree, above=()):
    yield above
    below = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in below:
        yield from _paths(value, (*above, key))


def _replaced(tree, path, value):
    if not path:
        return value
    made = dict(tree) if isinstance(tree, dict) else list(tree)
    made[path[0]] = _replaced(tree[path[0]], path[1:], value)
    return made


@settings(max_examples=100)
@given(st.data(), st.sampled_from(STATEMENTS), TREES)
def test_a_predicate_with_any_value_in_any_place_is_read_or_refused(data, statement, value):
    path = data.draw(st.sampled_from([each for each in _paths(statement.predicate) if each]))
    changed = Statement(
        subjects=statement.subjects,
        predicate_type=statement.predicate_type,
        predicate=_replaced(statement.predicate, path, value),
    )
    try:
        check(changed)
    except ReadError:
        return
    assert statement_of(changed.as_bytes()).predicate_type == statement.predicate_type


@settings(max_examples=50)
@given(st.data())
def test_a_signing_payload_with_any_value_is_read_or_refused(data):
    tree = json.loads(payload(DIGEST))
    path = data.draw(st.sampled_from([each for each in _paths(tree) if each]))
    _read_or_refused(json.dumps(_replaced(tree, path, data.draw(TREES))).encode())


@pytest.mark.parametrize("key", [ALICE, BOB], ids=["P-256", "Ed25519"])
@settings(max_examples=100, deadline=None)
@given(statement=st.sampled_from(STATEMENTS), data=st.data())
def test_one_bit_that_changes_never_verifies(key, statement, data):
    envelope, trust = sealed(statement.as_bytes(), [key]), Trust(verifiers=(key,))
    assert signers_of(envelope, trust) == (key.keyid,)
    parts = {
        "payload": envelope.payload,
        "type": envelope.payload_type.encode(),
        "sig": envelope.signatures[0].sig,
    }
    name = data.draw(st.sampled_from(sorted(parts)))
    # Signatures on P-256 differ in length from one to the next, so the bit is drawn from a range of its own.
    bit = data.draw(st.integers(0, 2**32)) % (8 * len(parts[name]))
    changed = bytearray(parts[name])
    changed[bit // 8] ^= 1 << bit % 8
    parts[name] = bytes(changed)
    other = Envelope(
        payload=parts["payload"],
        payload_type=parts["type"].decode("latin-1"),
        signatures=(Signature(sig=parts["sig"]),),
    )
    with pytest.raises(VerificationError):
        signers_of(other, trust)


@pytest.mark.parametrize("key", [ALICE, BOB], ids=["P-256", "Ed25519"])
def test_every_bit_of_a_small_envelope_counts(key):
    subject = Subject(name="a", digest=(("sha256", "1" * 64),))
    made = Statement(subjects=(subject,), predicate_type="x", predicate={})
    envelope, trust = sealed(made.as_bytes(), [key]), Trust(verifiers=(key,))
    both = envelope.payload + envelope.signatures[0].sig
    for bit in range(8 * len(both)):
        changed = bytearray(both)
        changed[bit // 8] ^= 1 << bit % 8
        other = Envelope(
            payload=bytes(changed[: len(envelope.payload)]),
            payload_type=envelope.payload_type,
            signatures=(Signature(sig=bytes(changed[len(envelope.payload) :])),),
        )
        with pytest.raises(VerificationError):
            signers_of(other, trust)


@settings(max_examples=100)
@given(st.data())
def test_one_bit_that_changes_in_a_file_of_an_envelope_never_makes_another_statement(data):
    text = signed(verdict(MODEL))
    bit = data.draw(st.integers(0, 2**32)) % (8 * len(text))
    changed = bytearray(text)
    changed[bit // 8] ^= 1 << bit % 8
    for found in attestations_in(bytes(changed), "a").attestations:
        try:
            signers_of(found.envelope, Trust(verifiers=(ALICE,)))
        except VerificationError:
            continue
        assert found.statement == verdict(MODEL)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=12), max_size=4))
def test_names_that_pass_stay_in_their_folder(names):
    if list(modelpack.name_problems(names)):
        return
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not name.startswith("/")
        assert not {"", ".", ".."} & set(name.split("/"))


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_any_text_is_a_time_with_its_offset_or_refused(text):
    try:
        found = time_of(text, "key")
    except ReadError:
        return
    assert found.tzinfo is not None
