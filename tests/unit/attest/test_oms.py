"""Signing and verifying models: what is refused, and by which reason."""

import base64
import hashlib
import json
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from backstamp.attest import keys
from backstamp.attest.bundle import Bundle, CertificateChain, PublicKeyHint
from backstamp.attest.comparing import Care
from backstamp.attest.manifest import Resource, root_of
from backstamp.attest.oms import (
    LEGACY_PREDICATE_TYPE,
    Policy,
    SignedBy,
    sign_folder,
    sign_manifest,
    verify_folder,
)
from backstamp.attest.reasons import MEANINGS, Refused
from backstamp.core.errors import UsageError
from kit import models

KEY = models.signer()
OTHER = models.signer("ed25519")
QUANTUM = models.signer("ml-dsa-44")
PUBLIC = models.public(KEY)


@pytest.fixture
def folder(tmp_path):
    return models.laid(tmp_path / "model")


def refusal(folder, tree, **wishes: object):
    return models.codes(folder, models.signed(tree, KEY), PUBLIC, **wishes)


def changed(folder, change):
    """Sign a statement that would verify but for one change; its subject is made to fit."""
    tree = models.tree_in(models.bundle_for(folder, KEY))
    change(tree)
    resources = tree["predicate"].get("resources")
    if isinstance(resources, list):
        with suppress(ValueError, TypeError):
            listed = [Resource(**each) for each in resources]
            tree["subject"][0]["digest"]["sha256"] = root_of(listed)
    return refusal(folder, tree)


def test_a_model_that_is_what_was_signed_verifies(folder):
    bundle = models.bundle_for(folder, KEY)
    verified = verify_folder(folder, bundle.as_bytes(), PUBLIC)
    digests = [hashlib.sha256(models.FILES[name]).digest() for name in sorted(models.FILES)]
    assert (verified.name, verified.files, verified.size) == ("model", 5, 807)
    assert verified.root_digest == hashlib.sha256(b"".join(digests)).hexdigest()
    assert verified.signed_by == (SignedBy(keyid=KEY.keyid, algorithm="p256"),)
    assert verified.notices == ()


def test_the_statement_is_as_the_specification_says(folder):
    bundle = models.bundle_for(folder, KEY, path=f"{folder}/model.sig")
    tree = models.tree_in(bundle)
    assert tree == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": tree["subject"][0]["digest"]["sha256"]}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "resources": [
                {"name": n, "algorithm": "sha256", "digest": hashlib.sha256(models.FILES[n]).hexdigest()}
                for n in ("a.txt", "a/x.bin", "config.json", "model.safetensors", "py/__init__.py")
            ],
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": [".git", ".gitattributes", ".github", ".gitignore", "model.sig"],
            },
        },
    }
    assert json.loads(bundle.as_bytes())["verificationMaterial"] == {
        "publicKey": {"hint": hashlib.sha256(KEY.public_pem).hexdigest()},
        "tlogEntries": [],
    }


@pytest.mark.parametrize("algorithm", keys.CLASSICAL)
def test_every_classical_key_signs_alone_and_with_a_second_one(folder, algorithm):
    first = models.signer(algorithm)
    for signers in ((first,), (first, QUANTUM)):
        bundle = models.bundle_for(folder, *signers).as_bytes()
        assert models.codes(folder, bundle, models.public(*signers)) == ()
        assert models.codes(folder, bundle, models.public(models.signer(algorithm))) != ()


def test_a_single_file_is_named_by_its_last_part(tmp_path):
    folder = models.laid(tmp_path, {"model.gguf": b"GGUF", "other.gguf": b"GGUF"})
    bundle = models.bundle_for(f"{folder}/model.gguf", KEY)
    assert [each["name"] for each in models.tree_in(bundle)["predicate"]["resources"]] == ["model.gguf"]
    assert models.codes(f"{folder}/model.gguf", bundle, PUBLIC) == ()
    assert models.codes(f"{folder}/other.gguf", bundle, PUBLIC) == ("renamed-file",)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t["predicate"].update(resources=[]), ("no-resources",)),
        (lambda t: t["predicate"].update(resources={}), ("malformed-manifest",)),
        (lambda t: t["predicate"].pop("serialization"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].pop("allow_symlinks"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(allow_symlinks="false"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(shard_size=5), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(depth=1), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(method="shard"), ("unsupported-method",)),
        (lambda t: t["predicate"]["serialization"].update(method=["files"]), ("unsupported-method",)),
        (lambda t: t["predicate"]["serialization"].update(hash_type="md5"), ("unsupported-hash",)),
        (lambda t: t["predicate"]["serialization"].update(hash_type=["sha256"]), ("unsupported-hash",)),
        (lambda t: t["predicate"]["serialization"].update(ignore_paths="x"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(ignore_paths=[1]), ("malformed-manifest",)),
        (lambda t: t["predicate"]["serialization"].update(ignore_paths=["a"]), ("ignored-resource",)),
        (lambda t: t["predicate"]["resources"].reverse(), ("unsorted-resources",)),
        (lambda t: t["predicate"]["resources"].insert(0, t["predicate"]["resources"][0]), ("repeated-name",)),
        (lambda t: t["predicate"]["resources"].insert(0, "a.txt"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["resources"][0].pop("algorithm"), ("malformed-manifest",)),
        (lambda t: t["predicate"]["resources"][0].update(algorithm="blake3"), ("mixed-algorithms",)),
        (lambda t: t["predicate"]["resources"][0].update(digest="A" * 64), ("malformed-digest",)),
        (lambda t: t["predicate"]["resources"][0].update(digest="ab" * 20), ("malformed-digest",)),
        (lambda t: t["predicate"]["resources"][0].update(digest="0" * 64), ("changed-file",)),
        (lambda t: t["predicate"]["resources"].pop(0), ("added-file",)),
        (lambda t: t["predicate"]["resources"][4].update(name="z"), ("renamed-file",)),
        (lambda t: t["predicate"]["resources"][0].update(name="a"), ("clashing-names",)),
    ],
)
def test_a_manifest_that_cannot_be_relied_on_is_refused(folder, change, expected):
    assert changed(folder, change) == expected


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "/a",
        "./a",
        "a/../b",
        "a//b",
        "a/",
        "",
        ".",
        "a\\b",
        "C:/a",
        "a\0b",
        "a\nb",
        "a\u202eb",
        "\ud800",
    ],
)
def test_an_odd_name_is_refused(folder, name):
    tree = models.statement([(name, "0" * 64), ("z", "0" * 64)])
    assert "odd-name" in refusal(folder, tree)


@pytest.mark.parametrize("path", ["*", "a*", "?", "[a]", "/a", "../a", ".", "", "a/../..", "a\\b", "./a"])
def test_an_odd_ignored_path_is_refused(folder, path):
    assert changed(folder, lambda t: t["predicate"]["serialization"].update(ignore_paths=[path])) == (
        "odd-ignore-path",
    )


def test_a_field_that_is_not_known_is_told(folder):
    tree = models.tree_in(models.bundle_for(folder, KEY))
    tree["predicate"]["annotations"] = {}
    verified = verify_folder(folder, models.signed(tree, KEY), PUBLIC)
    assert [each.text for each in verified.notices] == [
        'unknown-field: the manifest holds a field "annotations" that is not known'
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.update(_type="https://in-toto.io/Statement/v0.1"), ("wrong-statement-type",)),
        (lambda t: t.update(predicateType="https://slsa.dev/provenance/v1"), ("wrong-predicate-type",)),
        (lambda t: t.update(subject=t["subject"] * 2), ("wrong-subject",)),
        (lambda t: t.update(subject=[]), ("malformed-statement",)),
        (lambda t: t["subject"][0].update(name=""), ("wrong-subject",)),
        (lambda t: t["subject"][0].update(digest={"sha512": "0" * 128}), ("wrong-subject",)),
        (lambda t: t["subject"][0].update(digest={"sha256": "0" * 64}), ("wrong-subject-digest",)),
        (lambda t: t.pop("predicate"), ("malformed-statement",)),
    ],
)
def test_a_statement_that_is_not_about_this_model_is_refused(folder, change, expected):
    tree = models.tree_in(models.bundle_for(folder, KEY))
    change(tree)
    assert refusal(folder, tree) == expected


def test_a_key_that_stands_twice_is_refused_inside_and_outside(folder):
    bundle = models.bundle_for(folder, KEY)
    inside = bundle.envelope.payload.replace(b'{"_type"', b'{"_type":"x","_type"')
    outside = bundle.as_bytes().replace(b'{"mediaType"', b'{"mediaType":"x","mediaType"')
    assert models.codes(folder, models.signed(inside, KEY), PUBLIC) == ("repeated-json-key",)
    assert models.codes(folder, outside, PUBLIC) == ("repeated-json-key",)


def test_another_payload_type_is_refused_though_the_signature_is_good(folder):
    tree = models.tree_in(models.bundle_for(folder, KEY))
    bundle = models.signed(tree, KEY, payload_type="application/octet-stream")
    assert models.codes(folder, bundle, PUBLIC) == ("wrong-payload-type",)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b"\xff", b"null", b'{"mediaType": 1}', b"[" * 100_000]
)
def test_what_is_no_bundle_is_refused(folder, data):
    assert models.codes(folder, data, PUBLIC) == ("malformed-bundle",)


def test_a_bundle_that_is_cut_is_refused(folder):
    data = models.bundle_for(folder, KEY).as_bytes()
    assert {models.codes(folder, data[:end], PUBLIC) for end in range(0, len(data), 37)} == {
        ("malformed-bundle",)
    }


def test_the_wrong_key_is_refused(folder):
    bundle = models.bundle_for(folder, KEY)
    assert models.codes(folder, bundle, models.public(models.signer())) == ("bad-signature", "wrong-key")
    assert models.codes(folder, bundle, models.public(OTHER)) == ("bad-signature", "wrong-key")
    unnamed = msgspec.structs.replace(bundle, material=PublicKeyHint())
    assert models.codes(folder, unnamed, models.public(OTHER)) == ("bad-signature",)
    assert [each.code for each in verify_folder(folder, unnamed, PUBLIC).notices] == ["no-key-hint"]


def test_a_wrong_hint_is_refused_though_the_signature_is_good(folder):
    bundle = models.bundle_for(folder, KEY)
    lying = msgspec.structs.replace(bundle, material=PublicKeyHint(hint=OTHER.keyid))
    assert models.codes(folder, lying, PUBLIC) == ("wrong-key",)


def test_evidence_that_is_not_checked_beside_a_key_is_told(folder):
    bundle = msgspec.structs.replace(models.bundle_for(folder, KEY), timestamps=(b"x",))
    assert [each.code for each in verify_folder(folder, bundle, PUBLIC).notices] == ["unchecked-evidence"]


def test_keys_are_known_by_all_names_that_tools_give_them(folder):
    bundle = models.bundle_for(folder, KEY)
    for hint in keys.names_of(PUBLIC[0]):
        named = msgspec.structs.replace(bundle, material=PublicKeyHint(hint=hint))
        assert models.codes(folder, named, PUBLIC) == ()


def test_a_bundle_that_holds_its_key_verifies_by_that_key_only(folder):
    bundle = models.bundle_for(folder, KEY)
    held = PublicKeyHint(raw=KEY.public_pem, details="PKIX_ECDSA_P256_SHA_256")
    assert models.codes(folder, msgspec.structs.replace(bundle, material=held), PUBLIC) == ()
    held = PublicKeyHint(raw=KEY.public_pem, details="PKIX_ED25519")
    assert models.codes(folder, msgspec.structs.replace(bundle, material=held), PUBLIC) == ("wrong-key-type",)
    held = PublicKeyHint(raw=OTHER.public_pem)
    assert models.codes(folder, msgspec.structs.replace(bundle, material=held), PUBLIC) == ("wrong-key",)


def test_a_bundle_signed_in_another_way_is_refused(folder):
    bundle = models.bundle_for(folder, KEY)
    chain = msgspec.structs.replace(bundle, material=CertificateChain(certificates=(b"x",)))
    assert models.codes(folder, chain, PUBLIC) == ("wrong-method",)
    assert models.codes(folder, bundle, PUBLIC, method="certificate") == ("wrong-method",)
    assert models.codes(folder, chain, PUBLIC, method="certificate") == ()


def test_every_signature_needs_its_key_and_every_key_its_signature(folder):
    both = models.bundle_for(folder, KEY, OTHER)
    assert models.codes(folder, both, models.public(KEY, OTHER)) == ()
    assert models.codes(folder, both, PUBLIC) == ("unverified-signature",)
    assert models.codes(folder, models.bundle_for(folder, KEY), models.public(KEY, OTHER)) == (
        "missing-signature",
    )
    envelope = both.envelope
    unnamed = [msgspec.structs.replace(each, keyid="") for each in envelope.signatures]
    forged = [unnamed[0], msgspec.structs.replace(unnamed[1], sig=b"x" * 64)]
    for signatures, expected in (
        (unnamed, ()),
        (forged, ("missing-signature", "unverified-signature")),
        ([unnamed[0], unnamed[0], unnamed[1]], ("repeated-signature",)),
    ):
        made = msgspec.structs.replace(envelope, signatures=tuple(signatures))
        bundle = msgspec.structs.replace(both, envelope=made)
        assert models.codes(folder, bundle, models.public(KEY, OTHER)) == expected


def test_what_model_signing_wrote_before_1_0_is_refused_unless_it_is_accepted(folder):
    subjects = [
        {"name": name, "digest": {"sha256": hashlib.sha256(data).hexdigest()}}
        for name, data in models.FILES.items()
    ]
    tree = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": LEGACY_PREDICATE_TYPE,
        "predicate": {"unused": "Unused"},
    }
    payload = json.dumps(tree).encode()
    kind = "application/vnd.in-toto+json"
    encoded = f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload!r}".encode()
    for bundle, expected in (
        (models.signed(payload, KEY), ("legacy-predicate",)),
        (models.signed(payload, KEY, encoded=encoded), ("legacy-encoding",)),
    ):
        assert models.codes(folder, bundle, PUBLIC) == expected
        assert models.codes(folder, bundle, PUBLIC, accepts_legacy=True) == ()
    tree["subject"] = subjects[1:]
    assert models.codes(folder, models.signed(tree, KEY), PUBLIC, accepts_legacy=True) == ("added-file",)


def test_two_verifications_share_nothing(tmp_path):
    first = models.laid(tmp_path / "a", {"w.bin": b"1", "README.md": b"read me"})
    second = models.laid(tmp_path / "b", {"w.bin": b"2"})
    one, two = models.bundle_for(first, KEY, ignore_paths=("README.md",)), models.bundle_for(second, KEY)
    policy = Policy()
    assert verify_folder(first, one, PUBLIC, policy).files == 1
    models.laid(tmp_path / "b", {"README.md": b"planted"})
    with pytest.raises(Refused) as caught:
        verify_folder(second, two, PUBLIC, policy)
    assert caught.value.codes == ("added-file",)


def test_all_reasons_are_named_at_once(tmp_path, folder):
    bundle = models.bundle_for(folder, KEY)
    models.laid(tmp_path / "model", {"a.txt": b"hallo", "config.json": b"[]", "evil.py": b"import os"})
    (tmp_path / "model" / "py" / "__init__.py").unlink()
    with pytest.raises(Refused) as caught:
        verify_folder(folder, bundle, PUBLIC)
    assert [each.text for each in caught.value.reasons] == [
        'added-file: "evil.py" was not signed',
        'changed-file: "a.txt" is not what was signed',
        'changed-file: "config.json" is not what was signed',
        'missing-file: "py/__init__.py" was signed and is not there',
    ]


def test_signing_refuses_what_would_not_verify(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    for target, signers, wish in (
        (folder, (), {}),
        (folder, (QUANTUM,), {}),
        (folder, (KEY, KEY), {}),
        (str(tmp_path / "empty"), (KEY,), {}),
        (folder, (KEY,), {"ignore_paths": ("model.safetensors",)}),
        (folder, (KEY,), {"ignore_paths": ("*",)}),
        (folder, (KEY,), {"method": "shards", "shard_size": 10}),
        (folder, (KEY,), {"method": "shards", "shard_size": 10, "hash_type": "blake3"}),
    ):
        with pytest.raises(UsageError):
            models.bundle_for(target, *signers, **wish)


def test_a_manifest_of_known_digests_is_signed_without_its_files(folder):
    bundle = models.bundle_for(folder, KEY)
    manifest = verify_folder(folder, bundle, PUBLIC).manifest
    again = sign_manifest(manifest, "model", [OTHER])
    assert again.envelope.payload == bundle.envelope.payload
    assert models.codes(folder, again, models.public(OTHER)) == ()


def test_a_verification_without_a_key_is_wrong_use(folder):
    with pytest.raises(UsageError):
        verify_folder(folder, models.bundle_for(folder, KEY), [])


def test_every_code_is_met_by_a_test_here_or_of_the_commands():
    folder = Path(__file__).parent
    found = sorted([*folder.glob("test_*.py"), *folder.parent.joinpath("cli").glob("test_verify*.py")])
    text = "".join(each.read_text(encoding="utf-8") for each in found)
    assert [code for code in MEANINGS if f'"{code}"' not in text and f"{code}: " not in text] == []


def test_base64_that_is_not_canonical_is_refused(folder):
    bundle = models.bundle_for(folder, OTHER)
    text = base64.b64encode(bundle.envelope.signatures[0].sig).decode()
    assert text.endswith("==")
    loose = text[:-3] + chr(ord(text[-3]) + 1) + "=="
    assert base64.b64decode(loose) == bundle.envelope.signatures[0].sig
    data = bundle.as_bytes().replace(text.encode(), loose.encode())
    assert models.codes(folder, data, models.public(OTHER)) == ("malformed-bundle",)


def test_the_bundle_reads_as_it_was_written(folder):
    bundle = sign_folder(folder, [KEY, QUANTUM], care=Care())
    from backstamp.attest.bundle import bundle_of

    read: Bundle = bundle_of(bundle.as_bytes())
    assert read == bundle
    assert read.as_bytes() == bundle.as_bytes()
