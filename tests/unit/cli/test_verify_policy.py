"""``backstamp verify --policy`` and ``--compat``."""

import json

import pytest

from backstamp.attest.comparing import Care
from backstamp.attest.manifest import Serialization
from backstamp.attest.oms import sign_folder
from backstamp.cli.commands import main
from kit import models
from kit.attestations import FILES, model, signed, verdict

POLICY = """\
schema = "backstamp.trust/1"
[signers.a]
key = "a.pub"
[signers.b]
key = "b.pub"
[signers.c]
key = "c.pub"
[[rule]]
name = "ours"
models = ["acme/*"]
signers = ["a", "b", "c"]
"""
KEYS = ("-k", "a.pub", "-k", "b.pub", "-k", "c.pub")
ASKED = ("verify", "model", "--policy", "trust.toml", *KEYS)
OURS = (*ASKED, "--name", "acme/m")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = models.laid(tmp_path / "model", FILES)
    signers = [models.signer() for _ in "abc"]
    for name, each in zip("abc", signers, strict=True):
        (tmp_path / f"{name}.pub").write_bytes(each.public_pem)
    made = sign_folder(folder, signers[:2], care=Care(bundle_path="model/model.sig"))
    (tmp_path / "model" / "model.sig").write_bytes(made.as_bytes())
    for outcome in ("allow", "deny"):
        models.laid(tmp_path / outcome, {"v.dsse.json": signed(verdict(model(), outcome), signers[0])})
    return tmp_path


def answer(capsys, *arguments):
    code = main([*arguments, "--format", "json"])
    tree = json.loads(capsys.readouterr().out)
    return code, [each["message"] for each in tree["reasons"]], tree


def wanted(place, more=""):
    (place / "trust.toml").write_text(POLICY + more)


def test_a_policy_allows_what_its_signers_signed(place, capsys):
    wanted(place, "threshold = 2\n")
    code, reasons, tree = answer(capsys, *OURS)
    assert (code, reasons) == (0, [])
    assert tree["policy"] == {"rules": ["ours"], "signers": ["a", "b"], "notes": []}
    assert main([*OURS]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "allowed by ours: a, b"


def test_a_policy_refuses_with_reasons(place, capsys):
    wanted(place, "threshold = 3\n")
    assert answer(capsys, *OURS)[:2] == (1, ['rule "ours": 2 of 3 signers signed'])
    assert answer(capsys, *ASKED)[:2] == (1, ['no rule is about "model"'])
    wanted(place, "bind_version = true\n")
    assert answer(capsys, *OURS, "--version", "1")[0] == 1


def test_mistakes_of_a_policy_are_told_one_a_line(place, capsys):
    wanted(place, "thresold = 2\nrequires = 1\n")
    assert main([*OURS]) == 2
    head, *lines, hint = capsys.readouterr().err.splitlines()
    assert head.endswith('trust.toml" has 2 mistakes:')
    assert [line.split(":")[0] for line in lines] == ["  line 12", "  line 13"]
    assert hint.endswith("docs/trust-policy.md")


def test_required_statements_have_to_be_there_and_allow(place, capsys):
    wanted(place, 'requires = ["scan-verdict", "model-signature"]\n')
    assert answer(capsys, *OURS, "--statements", "allow")[:2] == (0, [])
    assert answer(capsys, *OURS)[:2] == (1, ['rule "ours": nobody attests its "scan-verdict"'])
    both = ("--statements", "allow", "--statements", "deny")
    code, reasons, _ = answer(capsys, *OURS, *both)
    assert (code, reasons) == (1, ['rule "ours": its "scan-verdict" is disputed: its verdict is "deny"'])
    other = signed(verdict(model({"x": b"other"})), models.signer())
    models.laid(place / "other", {"v.dsse.json": other})
    assert answer(capsys, *OURS, "--statements", "other")[0] == 1
    assert main([*OURS, "--statements", "other"]) == 1
    assert "Statements that do not count: v.dsse.json: " in capsys.readouterr().out
    stranger = signed(verdict(model()), models.signer())
    models.laid(place / "allow", {"w.dsse.json": stranger})
    assert main([*OURS, "--statements", "allow"]) == 0
    note = capsys.readouterr().out.splitlines()[-1]
    assert note.startswith("note: Statements that do not count: w.dsse.json: ")
    assert "v.dsse.json" not in note


def test_versions_are_remembered(place, capsys):
    wanted(place, "prevent_rollback = true\n")
    remembered = (*OURS, "--signers", "signers.toml", "--version")
    assert main([*OURS]) == 2
    assert "there is no memory of it" in capsys.readouterr().err
    assert answer(capsys, *remembered, "1.2")[0] == 0
    expected = 'rule "ours": version 1.1 is before the last that was used, 1.2'
    assert answer(capsys, *remembered, "1.1")[:2] == (1, [expected])


@pytest.mark.usefixtures("place")
def test_wrong_use_of_policies_is_told(place, capsys):
    wanted(place)
    for arguments, first in (
        ((*ASKED, "--ignore", "x"), "--policy is about all files"),
        (("verify", "model", *KEYS, "--name", "x"), "--name, --version and --signers are for --policy"),
        (("verify", "model", "--policy", "trust.toml"), "no key to verify with"),
        (("verify", "model", "--policy", "gone.toml", *KEYS), 'cannot read "gone.toml"'),
    ):
        assert main([*arguments]) == 2
        assert capsys.readouterr().err.startswith(f"backstamp: {first}")


def test_upstream_is_told_beside_our_answer(place, capsys):
    signer = models.signer()
    (place / "k.pub").write_bytes(signer.public_pem)
    asked = ("verify", "model", "-b", "k.sig", "-k", "k.pub", "--compat")

    def sign(**wishes):
        made = sign_folder("model", [signer], Serialization(**wishes), Care(bundle_path="k.sig"))
        (place / "k.sig").write_bytes(made.as_bytes())

    sign()
    code, _, tree = answer(capsys, *asked)
    assert (code, tree["upstream"]) == (0, {"accepts": True, "refusals": [], "overlooked": []})
    sign(hash_type="blake2b")
    assert main([*asked]) == 0
    assert "model-signing 1.1.1 would refuse this" in capsys.readouterr().out
    models.laid(place / "model", {"config.json": b"[]"})
    code, _, tree = answer(capsys, *asked)
    assert (code, tree["upstream"]["refusals"][0]) == (1, "files differ from what was signed")
    (place / "k.sig").write_text("{}")
    assert answer(capsys, *asked)[2]["upstream"] is None
    assert main([*asked]) == 1
    assert capsys.readouterr().out.endswith("what model-signing would say is not known\n")
    assert "upstream" not in answer(capsys, *asked[:-1])[2]


def test_upstream_does_not_look_at_a_second_signature(place, capsys):
    wanted(place)
    code, _, tree = answer(capsys, "verify", "model", "-k", "a.pub", "--compat")
    assert (code, tree["upstream"]["accepts"]) == (1, True)
    assert tree["upstream"]["overlooked"] == [
        "a second signature is in the envelope, which it does not verify"
    ]
