"""Models signed by model-signing verify here, and ours verify there.

Runs where ``BACKSTAMP_MODEL_SIGNING`` names a Python interpreter of an environment that has model-signing
(and pyOpenSSL beside it).
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from backstamp.attest import keys
from backstamp.attest.comparing import Care
from backstamp.attest.manifest import FILES, SHARDS, Serialization
from backstamp.attest.oms import Policy, sign_folder, verify_folder
from backstamp.attest.reasons import Refused

PYTHON = os.environ.get("BACKSTAMP_MODEL_SIGNING", "")
PEER = Path(__file__).with_name("peer.py")
CURVES = ("p256", "p384", "p521")
WAYS = (("sha256", 0), ("blake2b", 0), ("blake3", 0), ("sha256", 4096), ("blake2b", 4096), ("sha256", 10**9))
THERE = {"sha256": "sha256", "blake2b": "blake2", "blake3": "blake3"}

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="BACKSTAMP_MODEL_SIGNING names no Python interpreter with model-signing"
)


def peer(**wish: object):
    ended = subprocess.run(
        [PYTHON, str(PEER), json.dumps(wish)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"PATH": os.environ["PATH"]},
    )
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "a-model"
    # Names on which the order of code points and the order of path parts disagree, and shards of two digits.
    for name, size in (
        ("a/x.bin", 10_000),
        ("a.txt", 2),
        ("a-b", 1),
        ("config.json", 3),
        ("sub/模型 (copy).bin", 4096),
        ("weights.safetensors", 70_001),
        (".git/HEAD", 5),
        (".gitattributes", 5),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(size))
    return folder


@pytest.fixture(params=CURVES)
def pair(request, tmp_path):
    made = keys.generate(request.param)
    keys.write_pair(made, str(tmp_path / "key"), str(tmp_path / "key.pub"))
    return made


def ways(algorithm, shard_size):
    method = SHARDS if shard_size else FILES
    return Serialization(method=method, hash_type=algorithm, shard_size=shard_size)


@pytest.mark.parametrize(("algorithm", "shard_size"), WAYS)
def test_what_is_signed_there_verifies_here(model, pair, tmp_path, algorithm, shard_size):
    bundle = model / "model.sig"
    said = peer(
        do="sign",
        model=str(model),
        bundle=str(bundle),
        key=str(tmp_path / "key"),
        hash=THERE[algorithm],
        shard_size=shard_size,
    )
    assert said == {"ok": True, "why": ""}
    policy = Policy(care=Care(bundle_path=str(bundle)))
    public = keys.public_key_of(pair.public_pem)
    verified = verify_folder(str(model), bundle.read_bytes(), public, policy)
    assert (verified.name, verified.files, verified.notices) == ("a-model", 6, ())
    assert [(s.keyid, s.algorithm) for s in verified.signed_by] == [(pair.keyid, pair.algorithm)]
    (model / "a.txt").write_bytes(b"no")
    with pytest.raises(Refused) as caught:
        verify_folder(str(model), bundle.read_bytes(), public, policy)
    assert caught.value.codes == ("changed-file",)


@pytest.mark.parametrize(("algorithm", "shard_size"), WAYS)
def test_what_is_signed_here_verifies_there(model, pair, tmp_path, algorithm, shard_size):
    bundle = model / "model.sig"
    signer = keys.private_key_of(pair.private_pem)
    care = Care(bundle_path=str(bundle))
    bundle.write_bytes(sign_folder(str(model), [signer], ways(algorithm, shard_size), care).as_bytes())
    # model-signing cannot tell blake2b from a bundle by itself, not even from its own.
    told = {"hash": THERE[algorithm], "shard_size": shard_size} if algorithm == "blake2b" else {}
    asked = {
        "do": "verify",
        "model": str(model),
        "bundle": str(bundle),
        "key": str(tmp_path / "key.pub"),
        **told,
    }
    assert peer(**asked) == {"ok": True, "why": ""}
    (model / "a.txt").write_bytes(b"no")
    assert peer(**asked)["ok"] is False


def test_a_second_signature_that_is_safe_from_quantum_computers_does_not_disturb_it(model, pair, tmp_path):
    bundle = tmp_path / "model.sig"
    signers = [keys.private_key_of(each.private_pem) for each in (pair, keys.generate("ml-dsa-65"))]
    bundle.write_bytes(sign_folder(str(model), signers).as_bytes())
    public = str(tmp_path / "key.pub")
    assert peer(do="verify", model=str(model), bundle=str(bundle), key=public) == {"ok": True, "why": ""}


def test_what_is_ignored_there_is_ignored_here_if_no_loader_reads_it(model, pair, tmp_path):
    (model / "README.md").write_text("# A model\n")
    bundle = model / "model.sig"
    wish = {"do": "sign", "model": str(model), "bundle": str(bundle), "key": str(tmp_path / "key")}
    policy = Policy(care=Care(bundle_path=str(bundle)))
    public = keys.public_key_of(pair.public_pem)
    assert peer(**wish, hash="sha256", ignored=["README.md"])["ok"]
    verified = verify_folder(str(model), bundle.read_bytes(), public, policy)
    assert [(each.code, each.place) for each in verified.notices] == [("unsigned-file", "README.md")]
    assert peer(**wish, hash="sha256", ignored=["weights.safetensors"])["ok"]
    with pytest.raises(Refused) as caught:
        verify_folder(str(model), bundle.read_bytes(), public, policy)
    assert caught.value.codes == ("hidden-file",)


def test_a_single_file_that_is_signed_there_verifies_here(pair, tmp_path):
    model, bundle = tmp_path / "model.gguf", tmp_path / "model.gguf.sig"
    model.write_bytes(b"GGUF" + os.urandom(1000))
    said = peer(do="sign", model=str(model), bundle=str(bundle), key=str(tmp_path / "key"), hash="sha256")
    assert said == {"ok": True, "why": ""}
    public = keys.public_key_of(pair.public_pem)
    assert verify_folder(str(model), bundle.read_bytes(), public).files == 1
