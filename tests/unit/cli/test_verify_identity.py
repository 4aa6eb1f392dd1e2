"""``backstamp verify`` with certificates and Sigstore identities."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from backstamp.attest import keys
from backstamp.attest.bundle import CertificateChain
from backstamp.attest.comparing import Care
from backstamp.attest.oms import sign_folder
from backstamp.cli.commands import main
from kit import models, pki
from kit.sigstore_site import ISSUER, MAIL, Site, body_of, bundle_tree, pae, sign

EVER = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2120, 1, 1, tzinfo=UTC)}
ROOT = pki.root(**EVER)
ISSUING = pki.intermediate(ROOT, **EVER)
SIGNER = pki.leaf(ISSUING, **EVER)
EXPIRED = pki.leaf(ISSUING, start=EVER["start"], end=datetime(2021, 1, 1, tzinfo=UTC))
BY_CERTIFICATE = ("verify", "model", "--certificate-roots", "root.pem")
BY_SIGSTORE = ("verify", "model", "--bundle", "sigstore.sig", "--trusted-root", "trusted_root.json")
WHO = ("--identity", MAIL, "--oidc-issuer", ISSUER)


def bundle_by(leaf, folder, path):
    pem = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    material = CertificateChain(certificates=tuple(leaf.chain))
    return sign_folder(folder, [keys.private_key_of(pem)], care=Care(bundle_path=path), material=material)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = models.laid(tmp_path / "model")
    for name, authority in (("root.pem", ROOT), ("other.pem", pki.root(**EVER))):
        (tmp_path / name).write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    made = bundle_by(SIGNER, folder, "model/model.sig")
    (tmp_path / "model" / "model.sig").write_bytes(made.as_bytes())
    site = Site()
    leaf = site.leaf()
    payload = made.envelope.payload
    seal = sign(leaf.key, pae(payload))
    entry = site.entry(body_of("dsse 0.0.1", payload, seal, leaf), version=1)
    (tmp_path / "sigstore.sig").write_text(json.dumps(bundle_tree(payload, seal, leaf, [entry], [])))
    (tmp_path / "trusted_root.json").write_text(json.dumps(site.trusted_root()))
    return tmp_path


def run(capsys, *arguments):
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("pin", ["signer@example.com", "*@example.com", "CN=Signer"])
def test_a_pinned_certificate_verifies(capsys, pin):
    code, out, _ = run(capsys, *BY_CERTIFICATE, "--identity", pin)
    assert (code, out.splitlines()[1]) == (0, "identity signer@example.com")


def codes(capsys, *arguments):
    code, out, _ = run(capsys, *arguments, "--format", "json")
    return code, [each["code"] for each in json.loads(out)["reasons"]]


def test_other_identities_roots_times_and_bytes_are_refused(place, capsys):
    ours = ("--identity", "signer@example.com")
    assert codes(capsys, *BY_CERTIFICATE, "--identity", "eve@example.com") == (1, ["untrusted-signer"])
    other = ("verify", "model", "--certificate-roots", "other.pem", *ours)
    assert codes(capsys, *other) == (1, ["untrusted-signer"])
    assert codes(capsys, *BY_CERTIFICATE, *ours, "-b", "sigstore.sig") == (1, ["wrong-method"])
    late = bundle_by(EXPIRED, "model", "model/model.sig")
    (place / "late.sig").write_bytes(late.as_bytes())
    (place / "model" / "model.sig").rename(place / "good.sig")
    assert codes(capsys, *BY_CERTIFICATE, *ours, "-b", "late.sig") == (1, ["untrusted-signer"])
    models.laid(place / "model", {"a.txt": b"other"})
    assert codes(capsys, *BY_CERTIFICATE, *ours, "-b", "good.sig") == (1, ["changed-file"])


def test_a_sigstore_identity_verifies(place, capsys):
    (place / "model" / "model.sig").unlink()
    code, out, _ = run(capsys, *BY_SIGSTORE, *WHO)
    assert (code, out.splitlines()[1]) == (0, f"identity {MAIL} by {ISSUER}")


def test_other_sigstore_identities_and_bytes_are_refused(place, capsys):
    (place / "model" / "model.sig").rename(place / "cert.sig")
    other = ("--identity", "eve@example.com", "--oidc-issuer", ISSUER)
    assert codes(capsys, *BY_SIGSTORE, *other) == (1, ["untrusted-signer"])
    other = ("--identity", MAIL, "--oidc-issuer", "https://other.example")
    assert codes(capsys, *BY_SIGSTORE, *other) == (1, ["untrusted-signer"])
    assert codes(capsys, *BY_SIGSTORE, *WHO, "-b", "cert.sig") == (1, ["wrong-method"])
    models.laid(place / "model", {"new.py": b""})
    assert codes(capsys, *BY_SIGSTORE, *WHO) == (1, ["added-file"])


@pytest.mark.usefixtures("place")
def test_nobody_is_trusted_without_a_pin(capsys):
    for arguments, first in (
        (BY_CERTIFICATE, "no identity was pinned"),
        (BY_SIGSTORE, "no identity was pinned"),
        ((*BY_SIGSTORE, *WHO[:2]), "an identity of Sigstore needs its --oidc-issuer"),
        ((*BY_CERTIFICATE, *WHO), "--oidc-issuer is for --trusted-root"),
        ((*BY_CERTIFICATE, *WHO[:2], "--key", "k.pub"), "--key, --certificate-roots and --trusted-root"),
        (("verify", "model", "--key", "k.pub", *WHO), "--identity and --oidc-issuer are for certificates"),
        (("verify", "model", "--certificate-roots", "gone", *WHO[:2]), 'cannot read the roots "gone"'),
        ((*BY_SIGSTORE[:4], "--trusted-root", "root.pem", *WHO), '"root.pem" holds no roots'),
    ):
        code, out, err = run(capsys, *arguments)
        assert (code, out, err.startswith(f"backstamp: {first}")) == (2, "", True), err
    assert codes(capsys, *BY_CERTIFICATE, "--identity", "**") == (1, ["untrusted-signer"])


@pytest.mark.parametrize(("asked", "sealed"), [(BY_CERTIFICATE, False), (BY_SIGSTORE, True)])
def test_a_policy_holds_identities(place, capsys, asked, sealed):
    if sealed:
        (place / "model" / "model.sig").unlink()
    who = WHO if sealed else WHO[:2]
    held = f'oidc_issuer = "{ISSUER}"' if sealed else 'roots = ["root.pem"]'
    rule = '[[rule]]\nname = "ours"\nmodels = ["*"]\nsigners = ["s"]\n'
    text = f'schema = "backstamp.trust/1"\n[signers.s]\nsan = "{MAIL}"\n{held}\n{rule}'
    (place / "trust.toml").write_text(text)
    assert run(capsys, *asked, *who, "--policy", "trust.toml")[0] == 0
    (place / "trust.toml").write_text(text.replace(MAIL, "eve@example.com"))
    assert codes(capsys, *asked, *who, "--policy", "trust.toml") == (1, ["trust-policy"])
    (place / "trust.toml").write_text(f'{text}max_age = "9999w"\n')
    code = run(capsys, *asked, *who, "--policy", "trust.toml")[0]
    assert code == (0 if sealed else 1)  # only logs and timestamps prove a time
