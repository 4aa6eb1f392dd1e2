"""Laws of signing: what is signed verifies, and nothing else does.

Single bits are turned in files, names, manifests and bundles by the thousand.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.bundle import bundle_of
from backstamp.attest.comparing import Care
from backstamp.attest.manifest import FILES, SHARDS, Serialization, why_odd
from backstamp.attest.oms import sign_folder
from backstamp.core.errors import BackstampError, ReadError
from kit import models

KEY = models.signer("ed25519")
SECOND = models.signer("p256")
PUBLIC = models.public(KEY)
NAMES = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12).filter(
    lambda name: "/" not in name and not why_odd(name) and len(name.encode()) < 200 and name != ".git"
)
TREES = st.dictionaries(
    st.tuples(NAMES, NAMES).map(lambda parts: "/".join((f"d{parts[0]}"[:30], f"f{parts[1]}"))),
    st.binary(min_size=1, max_size=200),
    min_size=1,
    max_size=5,
)
WAYS = st.sampled_from(
    [
        Serialization(),
        Serialization(hash_type="blake2b"),
        Serialization(hash_type="blake3"),
        Serialization(method=SHARDS, shard_size=64),
        Serialization(method=SHARDS, shard_size=7, hash_type="blake2b"),
    ]
)


@pytest.fixture(scope="module")
def room():
    folder = Path(tempfile.mkdtemp())
    yield folder
    shutil.rmtree(folder)


def fresh(room, files):
    """Lay files into an empty folder, each under its own case."""
    shutil.rmtree(room / "model", ignore_errors=True)
    return models.laid(room / "model", files)


@settings(max_examples=60, deadline=None)
@given(files=TREES, way=WAYS, data=st.data())
def test_what_is_signed_verifies_and_any_change_of_the_folder_does_not(room, files, way, data):
    folder = fresh(room, files)
    bundle = sign_folder(folder, [KEY], way).as_bytes()
    assert models.codes(folder, bundle, PUBLIC) == ()
    name = data.draw(st.sampled_from(sorted(files)))
    path, content = room / "model" / name, files[name]
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(content[:at] + bytes((content[at] ^ 1 << bit,)) + content[at + 1 :])
    assert models.codes(folder, bundle, PUBLIC) == ("changed-file",)
    path.write_bytes(content[:-1])
    assert models.codes(folder, bundle, PUBLIC) != ()
    path.write_bytes(content + b"\0")
    assert models.codes(folder, bundle, PUBLIC) != ()
    path.unlink()
    assert models.codes(folder, bundle, PUBLIC) == ("missing-file",)
    path.write_bytes(content)
    added = room / "model" / data.draw(st.sampled_from(["new", "dnew/x", f"{name}.bak"]))
    added.parent.mkdir(exist_ok=True)
    added.write_bytes(data.draw(st.binary(max_size=3)))
    assert models.codes(folder, bundle, PUBLIC) in (("added-file",), ("added-empty-file",))
    added.unlink()
    os.rename(path, f"{path}2")
    assert models.codes(folder, bundle, PUBLIC) in (("renamed-file",), ("added-file", "missing-file"))


@pytest.mark.parametrize("way", [Serialization(), Serialization(method=SHARDS, shard_size=300)])
def test_no_bundle_with_a_single_bit_turned_verifies(room, way):
    files = {name: data for name, data in models.FILES.items() if data}
    folder = fresh(room, files)
    bundle = sign_folder(folder, [SECOND, KEY], way).as_bytes()
    both = models.public(SECOND, KEY)
    assert models.codes(folder, bundle, both) == ()
    tried = passed = 0
    for bit in range(len(bundle) * 2):
        at = bit // 2
        turned = bundle[:at] + bytes((bundle[at] ^ 1 << bit * 3 % 8,)) + bundle[at + 1 :]
        tried += 1
        passed += models.codes(folder, turned, both) == ()
    assert (tried > 2000, passed) == (True, 0)


def test_no_statement_with_a_single_bit_turned_verifies_under_the_old_signature(room):
    folder = fresh(room, models.FILES)
    bundle = models.bundle_for(folder, KEY)
    payload = bundle.envelope.payload
    passed = 0
    for at in range(len(payload)):
        turned = payload[:at] + bytes((payload[at] ^ 1 << at * 3 % 8,)) + payload[at + 1 :]
        envelope = msgspec.structs.replace(bundle.envelope, payload=turned)
        passed += models.codes(folder, msgspec.structs.replace(bundle, envelope=envelope), PUBLIC) == ()
    assert passed == 0


def test_no_manifest_with_a_single_bit_turned_fits_the_folder_though_it_is_signed_anew(room):
    """Only what says nothing about the files may change: the subject's name, fields that are not known."""
    folder = fresh(room, models.FILES)
    payload = models.bundle_for(folder, KEY).envelope.payload
    name = payload.index(b'"name":"model"')
    ignored = payload.index(b'"ignore_paths"')
    passed = set()
    for at in range(len(payload)):
        turned = payload[:at] + bytes((payload[at] ^ 1 << at * 3 % 8,)) + payload[at + 1 :]
        if models.codes(folder, models.signed(turned, KEY), PUBLIC) == ():
            passed.add(at)
    free = {*range(name, name + 14), *range(ignored, payload.index(b'"method"'))}
    assert passed - free == set()


@settings(max_examples=100, deadline=None)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_a_bundle_or_a_read_error(data):
    with suppress(ReadError):
        bundle_of(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    ("predicate",),
    ("predicate", "resources"),
    ("predicate", "serialization"),
    *(
        ("predicate", "serialization", each)
        for each in ("method", "hash_type", "allow_symlinks", "ignore_paths")
    ),
    *(("predicate", "resources", 0, each) for each in ("name", "digest", "algorithm")),
    ("predicate", "resources", 0),
    ("subject",),
    ("subject", 0),
    ("subject", 0, "digest"),
    ("predicateType",),
    ("_type",),
]


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES), value=JSON)
def test_a_signer_who_signs_anything_at_all_is_answered_by_a_refusal_or_the_truth(room, place, value):
    folder = room / "fixed"
    if not folder.exists():
        models.laid(folder)
    tree = models.tree_in(models.bundle_for(str(folder), KEY))
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    was, inner[place[-1]] = inner[place[-1]], value
    found = models.codes(str(folder), models.signed(tree, KEY), PUBLIC)
    harmless = place[-1] in ("allow_symlinks", "ignore_paths") and (
        value is None or isinstance(value, bool | list)
    )
    assert found != () or value == was or harmless


@settings(max_examples=60, deadline=None)
@given(files=TREES, ignored=st.lists(st.text(max_size=10), max_size=3), way=WAYS)
def test_signing_with_anything_ignored_verifies_or_refuses_to_sign(room, files, ignored, way):
    folder = fresh(room, files)
    wish = msgspec.structs.replace(way, ignore_paths=tuple(ignored))
    try:
        bundle = sign_folder(folder, [KEY], wish, Care())
    except BackstampError:
        return
    assert models.codes(folder, bundle, PUBLIC) == ()
    assert way.method in (FILES, SHARDS)
