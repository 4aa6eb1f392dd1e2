"""Keys: made, written, read, and never shown."""

import hashlib
import os

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from backstamp.attest import keys
from backstamp.core.errors import OutputError, SourceError, UsageError, VerificationError

SECRET = "correct horse"
PEM = serialization.Encoding.PEM


@pytest.mark.parametrize("algorithm", keys.ALGORITHMS)
@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_a_key_signs_after_it_was_written_and_read(tmp_path, algorithm, passphrase):
    pair = keys.generate(algorithm, passphrase)
    private, public = str(tmp_path / "k"), str(tmp_path / "k.pub")
    keys.write_pair(pair, private, public)
    assert os.stat(private).st_mode & 0o777 == 0o600
    assert keys.is_encrypted(private) is bool(passphrase)
    signer, verifier = keys.private_key_from(private, passphrase), keys.public_key_from(public)
    assert (signer.algorithm, signer.keyid) == (verifier.algorithm, verifier.keyid) == (algorithm, pair.keyid)
    assert pair.keyid == hashlib.sha256(pair.public_pem).hexdigest()
    signature = signer.sign(b"data")
    verifier.verify(b"data", signature)
    for data, sig in ((b"date", signature), (b"data", signature[:-1]), (b"data", b"")):
        with pytest.raises(VerificationError):
            verifier.verify(data, sig)


def test_a_passphrase_that_does_not_fit_is_told_and_not_shown():
    pair = keys.generate("p256", SECRET)
    for wrong in ("wrong", None, ""):
        with pytest.raises(UsageError) as caught:
            keys.private_key_of(pair.private_pem, wrong)
        assert SECRET not in f"{caught.value} {caught.value.hint}"
        assert "wrong" not in str(caught.value)


def test_a_passphrase_is_not_asked_of_a_key_without_one():
    pair = keys.generate("ed25519")
    assert keys.private_key_of(pair.private_pem, SECRET).keyid == pair.keyid


def test_nothing_shows_a_private_key():
    pair = keys.generate("p256")
    signer = keys.private_key_of(pair.private_pem)
    body = pair.private_pem.splitlines()[1].decode()
    assert body not in f"{pair!r} {pair} {signer!r} {vars(signer)}"


def test_keys_are_never_overwritten(tmp_path):
    first, second = keys.generate(), keys.generate()
    keys.write_pair(first, str(tmp_path / "k"), str(tmp_path / "k.pub"))
    with pytest.raises(OutputError):
        keys.write_pair(second, str(tmp_path / "k"), str(tmp_path / "other.pub"))
    with pytest.raises(OutputError):
        keys.write_pair(second, str(tmp_path / "other"), str(tmp_path / "k.pub"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["k", "k.pub"]
    assert (tmp_path / "k").read_bytes() == first.private_pem


def other_keys():
    plain = (PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = (PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256K1())):
        yield key.private_bytes(*plain), key.public_key().public_bytes(*public)


def test_keys_of_other_kinds_are_refused():
    for private, public in other_keys():
        with pytest.raises(UsageError, match="unsupported type"):
            keys.private_key_of(private)
        with pytest.raises(UsageError, match="unsupported type"):
            keys.public_key_of(public)


def test_what_is_no_key_is_refused_with_a_hint():
    pair = keys.generate()
    with pytest.raises(UsageError) as caught:
        keys.public_key_of(pair.private_pem)
    assert caught.value.hint == "It holds a private key: a verifier needs the public half only."
    with pytest.raises(UsageError) as caught:
        keys.private_key_of(pair.public_pem)
    assert caught.value.hint == "It holds a public key: signing needs the private half."
    with pytest.raises(UsageError) as caught:
        keys.public_key_of(b"-----BEGIN CERTIFICATE-----")
    assert caught.value.hint == "It holds a certificate: give certificates by the option for certificates."
    for data in (b"", b"\0" * 100, pair.public_pem * 2, pair.public_pem[:60], b"-----BEGIN PUBLIC KEY-----"):
        with pytest.raises(UsageError):
            keys.public_key_of(data)
        with pytest.raises(UsageError):
            keys.private_key_of(data)


def test_a_key_that_is_not_there_or_far_too_large_is_told(tmp_path):
    with pytest.raises(SourceError):
        keys.public_key_from(str(tmp_path / "gone"))
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    with pytest.raises(UsageError):
        keys.public_key_from(str(tmp_path / "large"))


def test_an_algorithm_that_is_not_known_is_refused():
    with pytest.raises(UsageError):
        keys.generate("rsa")
