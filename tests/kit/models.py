"""Small models in folders, keys, and bundles with anything in them, signed well."""

import json

import msgspec

from backstamp.attest import keys
from backstamp.attest.bundle import Bundle, PublicKeyHint
from backstamp.attest.comparing import Care
from backstamp.attest.dsse import Envelope, Signature
from backstamp.attest.manifest import Serialization
from backstamp.attest.oms import PREDICATE_TYPE, Policy, sign_folder, verify_folder
from backstamp.attest.reasons import Refused
from backstamp.attest.statement import PAYLOAD_TYPE, STATEMENT

FILES = {
    "a/x.bin": b"x" * 100,
    "a.txt": b"hello",
    "config.json": b"{}",
    "model.safetensors": b"weights" * 100,
    "py/__init__.py": b"",
}


def laid(folder, files=None):
    """Write files into a folder, and give its path."""
    for name, data in (FILES if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(folder)


def signer(algorithm="p256"):
    """Make a key."""
    return keys.private_key_of(keys.generate(algorithm).private_pem)


def public(*signers):
    """Give the public halves of keys."""
    return [keys.verifier_of(each) for each in signers]


def tree_in(bundle):
    """Read the statement in a bundle."""
    return json.loads(bundle.envelope.payload)


def signed(payload, *signers, payload_type=PAYLOAD_TYPE, material=None, encoded=None):
    """Sign any payload: a tree, or bytes."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    envelope = Envelope(payload=data, payload_type=payload_type, signatures=())
    made = tuple(Signature(sig=each.sign(encoded or envelope.signed)) for each in signers)
    return Bundle(
        envelope=msgspec.structs.replace(envelope, signatures=made),
        material=material or PublicKeyHint(hint=signers[0].keyid),
    )


def statement(resources, root="0" * 64, **serialization: object):
    """Write a statement about a model with any resources: pairs of name and digest, or trees."""
    listed = [
        each if isinstance(each, dict) else {"name": each[0], "digest": each[1], "algorithm": "sha256"}
        for each in resources
    ]
    parameters = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, **serialization}
    return {
        "_type": STATEMENT,
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"resources": listed, "serialization": parameters},
    }


def bundle_for(folder, *signers, path="", **serialization: object):
    """Sign a folder."""
    return sign_folder(folder, signers, Serialization(**serialization), Care(bundle_path=path))


def codes(folder, bundle, verifiers, path="", **wishes: object):
    """Verify, and give the codes of the refusal; none if it verifies."""
    care = Care(
        bundle_path=path, **{k: wishes.pop(k) for k in ("left_out", "ignores_unsigned") if k in wishes}
    )
    try:
        verify_folder(folder, bundle, verifiers, Policy(care=care, **wishes))
    except Refused as refused:
        return refused.codes
    return ()
