"""``backstamp verify --chain``."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from backstamp.attest import keys
from backstamp.attest.bundle import CertificateChain
from backstamp.cli.commands import main
from kit import models, pki
from kit.attestations import FILES, bom, model, outputs, run, signed, verdict, weights


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    models.laid(tmp_path / "model", FILES)
    signer = models.signer()
    (tmp_path / "k.pub").write_bytes(signer.public_pem)
    (tmp_path / "other.pub").write_bytes(models.signer().public_pem)
    held = model()
    for name, made in (("run", run(outputs(held))), ("bom", bom(held)), ("verdict", verdict(held))):
        models.laid(tmp_path / "said", {f"{name}.dsse.json": signed(made, signer)})
    return tmp_path


ASKED = ("verify", "model", "--chain", "--statements", "said", "--key")


def states(capsys, *arguments):
    code = main([*arguments, "--format", "json"])
    tree = json.loads(capsys.readouterr().out)
    found, waiting = {}, list(tree["links"])
    while waiting:
        link = waiting.pop()
        found[link["kind"]] = link["state"]
        waiting += link["links"]
    return code, tree["ok"], found


@pytest.mark.usefixtures("place")
def test_a_whole_chain_holds(capsys):
    expected = {"training-run": "ok", "bom": "ok", "verdict": "ok"}
    assert states(capsys, *ASKED, "k.pub") == (0, True, expected)
    assert main([*ASKED, "k.pub"]) == 0
    assert capsys.readouterr().out.startswith("model model (sha256:")


def test_a_model_that_changed_breaks_it(place, capsys):
    models.laid(place / "model", {"model.safetensors": weights(fill=b"\1")})
    expected = {"training-run": "failed", "bom": "failed", "verdict": "failed"}
    assert states(capsys, *ASKED, "k.pub") == (1, False, expected)
    assert main([*ASKED, "k.pub", "-q"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("place")
def test_statements_by_another_key_break_it(capsys):
    assert states(capsys, *ASKED, "other.pub")[:2] == (1, False)


def test_what_is_required_and_missing_leaves_it_open(place, capsys):
    (place / "said" / "verdict.dsse.json").unlink()
    expected = {"training-run": "ok", "bom": "ok", "verdict": "missing"}
    assert states(capsys, *ASKED, "k.pub") == (3, False, expected)
    assert states(capsys, *ASKED, "k.pub", "--require", "bom")[0] == 0
    assert states(capsys, *ASKED, "k.pub", "--require", "signature")[0] == 3


@pytest.mark.usefixtures("place")
def test_wrong_use_is_told(capsys):
    for arguments, first in (
        (("--chain",), "no key to verify with"),
        (("--require", "bom", "-k", "k.pub"), "--statements and --require are for --chain"),
        (("--chain", "-k", "k.pub", "--ignore", "x"), "--chain is about whole folders"),
        (("--chain", "-k", "k.pub", "--statements", "gone"), 'there is no "gone"'),
    ):
        assert main(["verify", "model", *arguments]) == 2
        assert capsys.readouterr().err.startswith(f"backstamp: {first}")


def test_statements_by_a_certificate_count_for_its_identity_only(place, capsys):
    ever = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2120, 1, 1, tzinfo=UTC)}
    above = pki.root(**ever)
    leaf = pki.leaf(above, **ever)
    (place / "root.pem").write_bytes(above.certificate.public_bytes(Encoding.PEM))
    pem = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = models.signed(
        bom(model()).as_bytes(),
        keys.private_key_of(pem),
        material=CertificateChain(certificates=tuple(leaf.chain)),
    )
    models.laid(place / "certified", {"bom.sigstore.json": made.as_bytes()})
    asked = ("verify", "model", "--chain", "--statements", "certified", "--require", "bom")
    ours = (*asked, "--certificate-roots", "root.pem", "--identity")
    assert states(capsys, *ours, "signer@example.com") == (0, True, {"bom": "ok"})
    assert states(capsys, *ours, "eve@example.com") == (1, False, {"bom": "failed"})
