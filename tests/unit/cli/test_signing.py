"""``backstamp key``, ``sign`` and ``verify``."""

import json
import os

import pytest

from backstamp.attest import keys
from backstamp.cli import key
from backstamp.cli.commands import main
from kit import models


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.delenv("BACKSTAMP_PASSPHRASE", raising=False)
    monkeypatch.setenv("BACKSTAMP_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    models.laid(tmp_path / "model")
    return tmp_path


def run(capsys, *arguments):
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def made(capsys, *arguments):
    code, out, _ = run(capsys, "key", "generate", "k", *arguments)
    assert code == 0
    return out.split()[1]


@pytest.mark.usefixtures("place")
def test_a_model_is_signed_and_verified(capsys):
    keyid = made(capsys)
    code, out, err = run(capsys, "sign", "model", "--key", "k")
    assert (code, out, err) == (0, "", f"signed by p256 {keyid}: {os.path.join('model', 'model.sig')}\n")
    code, out, err = run(capsys, "verify", "model", "--key", "k.pub")
    root = json.loads(run(capsys, "verify", "model", "--key", "k.pub", "-f", "json")[1])["root_digest"]
    assert (code, out, err) == (0, f"verified: 5 files, 807 bytes, {root}\nsigned by p256 {keyid}\n", "")


def test_a_model_that_changed_is_not_verified_and_every_reason_is_named(place, capsys):
    made(capsys)
    assert run(capsys, "sign", "model", "--key", "k", "-q") == (0, "", "")
    models.laid(place / "model", {"a.txt": b"other", "evil.py": b""})
    assert run(capsys, "verify", "model", "--key", "k.pub") == (
        1,
        (
            'NOT VERIFIED\nadded-file: "evil.py" was not signed\n'
            'changed-file: "a.txt" is not what was signed\n'
            "The signature is good, but these are not the files signed.\n"
        ),
        "",
    )
    assert run(capsys, "verify", "model", "--key", "k.pub", "-q") == (1, "", "")
    code, out, _ = run(capsys, "verify", "model", "--key", "k.pub", "-f", "json", "--ignore", "evil.py")
    assert (code, json.loads(out)) == (
        1,
        {
            "schema": "backstamp.verification/1",
            "verdict": "deny",
            "reasons": [
                {"code": "changed-file", "place": "a.txt", "message": '"a.txt" is not what was signed'},
            ],
            "notices": [],
        },
    )


def test_unsigned_files_are_accepted_and_named_where_that_is_wanted(place, capsys):
    made(capsys)
    run(capsys, "sign", "model", "--key", "k", "-o", "out.sig")
    models.laid(place / "model", {"new.txt": b"x"})
    asked = ("verify", "model", "--bundle", "out.sig", "--key", "k.pub")
    assert run(capsys, *asked)[0] == 1
    code, out, _ = run(capsys, *asked, "--ignore-unsigned")
    assert (code, out.splitlines()[-1]) == (0, 'note: added-file: "new.txt" was not signed')


def test_a_file_is_signed_beside_itself(place, capsys):
    made(capsys)
    models.laid(place, {"m.gguf": b"GGUF"})
    assert run(capsys, "sign", "m.gguf", "-k", "k")[0] == 0
    assert (place / "m.gguf.sig").is_file()
    assert run(capsys, "verify", "m.gguf", "-k", "k.pub")[0] == 0


@pytest.mark.usefixtures("place")
def test_two_keys_sign_and_both_are_asked_for(capsys):
    made(capsys)
    assert run(capsys, "key", "generate", "q", "--algorithm", "ml-dsa-44")[0] == 0
    assert run(capsys, "sign", "model", "-k", "k", "-k", "q")[0] == 0
    assert run(capsys, "verify", "model", "-k", "k.pub", "-k", "q.pub")[0] == 0
    assert (
        run(capsys, "verify", "model", "-k", "k.pub")[1].splitlines()[1].startswith("unverified-signature: ")
    )


@pytest.mark.parametrize("wish", [("--hash", "blake3"), ("--shards", "64"), ("--jobs", "1"), ("--cache",)])
def test_a_model_is_hashed_as_wished(place, capsys, wish):
    made(capsys)
    (place / "model" / "py" / "__init__.py").unlink()
    assert run(capsys, "sign", "model", "-k", "k", *wish)[0] == 0
    shared = wish if wish[0] in ("--jobs", "--cache") else ()
    assert run(capsys, "verify", "model", "-k", "k.pub", *shared)[0] == 0


def test_documents_may_be_left_out_and_code_may_not(place, capsys):
    made(capsys)
    models.laid(place / "model", {"README.md": b"text"})
    assert run(capsys, "sign", "model", "-k", "k", "--ignore", "README.md")[0] == 0
    assert run(capsys, "verify", "model", "-k", "k.pub")[1].splitlines()[-1] == (
        'note: unsigned-file: "README.md" is ignored by the manifest, and no loader reads it'
    )
    assert run(capsys, "sign", "model", "-k", "k", "--ignore", "config.json")[::2] == (
        2,
        (
            'backstamp: cannot ignore "config.json": a loader could read it\n'
            "Who verifies would have to trust it unsigned. Sign it, or take it out of the model.\n"
        ),
    )


def test_links_are_followed_where_that_is_wanted(place, capsys):
    made(capsys)
    os.symlink("a.txt", place / "model" / "link")
    assert run(capsys, "sign", "model", "-k", "k")[0] == 2
    assert run(capsys, "sign", "model", "-k", "k", "--allow-symlinks")[0] == 0
    assert run(capsys, "verify", "model", "-k", "k.pub")[0] == 0


def test_a_passphrase_comes_from_a_file_or_the_environment(place, capsys, monkeypatch):
    (place / "secret").write_text("pass phrase\n")
    made(capsys, "--passphrase-file", "secret")
    assert keys.is_encrypted("k")
    code, out, err = run(capsys, "sign", "model", "-k", "k")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == 'backstamp: the key "k" is encrypted'
    assert run(capsys, "sign", "model", "-k", "k", "--passphrase-file", "secret")[0] == 0
    monkeypatch.setenv("BACKSTAMP_PASSPHRASE", "pass phrase")
    assert run(capsys, "sign", "model", "-k", "k")[0] == 0
    monkeypatch.setenv("BACKSTAMP_PASSPHRASE", "other words")
    code, out, err = run(capsys, "sign", "model", "-k", "k")
    assert (code, out, err.splitlines()[0]) == (2, "", 'backstamp: the passphrase does not open the key "k"')
    assert "other words" not in err
    assert run(capsys, "sign", "model", "-k", "k", "--passphrase-file", "gone")[0] == 2
    (place / "nothing").write_text("\n")
    assert run(capsys, "key", "generate", "e", "--passphrase-file", "nothing")[0] == 2


def test_the_command_offers_every_kind_of_key():
    assert key.ALGORITHMS == keys.ALGORITHMS


@pytest.mark.usefixtures("place")
def test_a_new_key_is_encrypted_or_says_that_it_is_not(capsys, monkeypatch):
    monkeypatch.setenv("BACKSTAMP_PASSPHRASE", "words")
    assert run(capsys, "key", "generate", "a")[2] == ""
    said = run(capsys, "key", "generate", "b", "--no-passphrase", "--public", "b.pem")
    assert said[2] == "The private half is not encrypted: who reads the file can sign as you.\n"
    assert (keys.is_encrypted("a"), keys.is_encrypted("b")) == (True, False)
    assert run(capsys, "key", "show", "b.pem") == (0, said[1], "")
    assert run(capsys, "key", "generate", "a")[0] == 4


def test_a_key_that_others_can_read_is_told(place, capsys):
    made(capsys)
    (place / "k").chmod(0o644)
    assert run(capsys, "sign", "model", "-k", "k")[2].splitlines()[0] == (
        'others than you can read the key "k": chmod 600 closes it'
    )


@pytest.mark.usefixtures("place")
def test_wrong_use_is_told(capsys):
    made(capsys)
    for arguments, first in (
        (("verify", "model"), "no key to verify with"),
        (("verify", "model", "-k", "k.pub"), 'cannot read the signature "model/model.sig"'),
        (("verify", "model", "-k", "k", "-b", "k.pub"), '"k" holds no public key'),
        (("sign", "model", "-k", "k.pub"), '"k.pub" holds no private key in PEM'),
        (("sign", "gone", "-k", "k"), 'cannot open "gone"'),
    ):
        code, out, err = run(capsys, *arguments)
        assert (code, out, err.startswith(f"backstamp: {first}")) == (2, "", True), err


def test_a_bundle_that_cannot_be_written_leaves_the_old_one(place, capsys, monkeypatch):
    made(capsys)
    assert run(capsys, "sign", "model", "-k", "k")[0] == 0
    before = (place / "model" / "model.sig").read_bytes()
    models.laid(place / "model", {"a.txt": b"next"})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    code, out, err = run(capsys, "sign", "model", "-k", "k")
    monkeypatch.undo()
    assert (code, out) == (4, "")
    assert err.splitlines()[0].endswith("no space left on device")
    assert (place / "model" / "model.sig").read_bytes() == before
    assert sorted(os.listdir(place / "model")) == sorted(
        ["a", "a.txt", "config.json", "model.safetensors", "model.sig", "py"]
    )


def test_the_answer_goes_to_a_file(place, capsys):
    made(capsys)
    run(capsys, "sign", "model", "-k", "k")
    said = run(capsys, "verify", "model", "-k", "k.pub", "-f", "json", "-o", "answer.json")
    assert said == (0, "", "")
    assert json.loads((place / "answer.json").read_text())["verdict"] == "allow"


def test_what_is_older_than_1_0_needs_leave(place, capsys):
    signer = models.signer()
    (place / "p.pub").write_bytes(signer.public_pem)
    tree = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {
                "name": "w",
                "digest": {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
            }
        ],
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {},
    }
    models.laid(place / "old", {"w": b"x"})
    (place / "old.sig").write_bytes(models.signed(tree, signer).as_bytes())
    asked = ("verify", "old", "-b", "old.sig", "-k", "p.pub")
    assert run(capsys, *asked)[0] == 1
    assert run(capsys, *asked, "--compat")[0] == 0
