"""Attestations of wheels and source distributions."""

import json

import pytest

from backstamp.attest.pep740 import (
    PUBLISH,
    Attested,
    Claims,
    Publisher,
    attestations_of,
    normal_name,
    verify_file,
)
from backstamp.core.errors import ReadError, VerificationError
from kit.attestations import ALICE, b64, sha256

WHEEL = "mini_lm-1.0.0-py3-none-any.whl"
DATA = b"a wheel"
ISSUER = "https://token.actions.githubusercontent.com"
SAN = "https://github.com/acme/minilm/.github/workflows/release.yml@refs/tags/v1"
CLAIMS = Claims(issuer=ISSUER, names=(SAN,), source="https://github.com/acme/minilm")
PUBLISHER = Publisher(kind="GitHub", repository="acme/minilm", workflow="release.yml")


class Opens:
    """A twin of Sigstore: the signature must be Alice's, the certificate is what it was given."""

    def __init__(self, claims=CLAIMS) -> None:
        self.claims = claims

    def claims_of(self, bundle):
        from backstamp.attest.dsse import envelope_of

        tree = json.loads(bundle)
        envelope = envelope_of(tree["dsseEnvelope"])
        ALICE.verify(envelope.signed, envelope.signatures[0].sig)
        assert tree["verificationMaterial"]["certificate"] == {"rawBytes": b64(b"certificate")}
        assert tree["verificationMaterial"]["tlogEntries"] == [{"logIndex": "1"}]
        return self.claims


def statement(**changes: object):
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": WHEEL, "digest": {"sha256": sha256(DATA)}}],
        "predicateType": PUBLISH,
        "predicate": None,
        **changes,
    }


def attestation(said, signer=ALICE, **changes: object):
    from backstamp.attest.dsse import pae

    data = json.dumps(said).encode()
    signature = signer.sign(pae("application/vnd.in-toto+json", data))
    return {
        "version": 1,
        "verification_material": {
            "certificate": b64(b"certificate"),
            "transparency_entries": [{"logIndex": "1"}],
        },
        "envelope": {"statement": b64(data), "signature": b64(signature)},
        **changes,
    }


def provenance(*attestations, **publisher: object):
    said = {"kind": "GitHub", "repository": "acme/minilm", "workflow": "release.yml", "environment": None}
    return json.dumps(
        {
            "version": 1,
            "attestation_bundles": [{"publisher": {**said, **publisher}, "attestations": list(attestations)}],
        }
    ).encode()


def verified(tmp_path, held, expected=PUBLISHER, claims=CLAIMS, data=DATA, name=WHEEL):
    path = tmp_path / name
    path.write_bytes(data)
    return verify_file(str(path), held, expected, Opens(claims))


def test_a_wheel_of_its_publisher(tmp_path):
    assert verified(tmp_path, provenance(attestation(statement()))) == (
        Attested(predicate_type=PUBLISH, publisher=PUBLISHER, claims=CLAIMS, predicate={}),
    )


def test_a_single_attestation(tmp_path):
    held = json.dumps(attestation(statement())).encode()
    assert [each.predicate_type for each in verified(tmp_path, held)] == [PUBLISH]


def test_provenance_beside_it(tmp_path):
    built = attestation(statement(predicateType="https://slsa.dev/provenance/v1", predicate={"a": 1}))
    found = verified(tmp_path, provenance(attestation(statement()), built))
    assert [(each.predicate_type, each.predicate) for each in found] == [
        (PUBLISH, {}),
        ("https://slsa.dev/provenance/v1", {"a": 1}),
    ]


def _subject(**changes: object):
    return statement(subject=[{"name": WHEEL, "digest": {"sha256": sha256(DATA)}, **changes}])


class Stranger:
    def sign(self, data):
        return ALICE.sign(b"something else" + data)


REFUSED = {
    "the digest of another file": (_subject(digest={"sha256": "a" * 64}), "the file has sha256:"),
    "no SHA-256": (_subject(digest={"sha512": "a" * 128}), "it is about sha256:nothing"),
    "another version": (_subject(name="mini_lm-1.0.1-py3-none-any.whl"), "it is about"),
    "another project": (_subject(name="minilm_evil-1.0.0-py3-none-any.whl"), "it is about"),
    "a name that is none": (_subject(name="mini_lm.whl"), "is not the name of a wheel"),
    "two subjects": (statement(subject=_subject()["subject"] * 2), "it has 2 subjects"),
    "no subject": (statement(subject=[]), "it has 0 subjects"),
    "another statement": (statement(_type="https://in-toto.io/Statement/v0.1"), "not an in-toto statement"),
    "a predicate": (statement(predicate={"x": 1}), "a publish attestation with a predicate"),
    "another predicate type": (statement(predicateType="x"), '"x" is not a predicate of distributions'),
    "only provenance": (
        statement(predicateType="https://slsa.dev/provenance/v1", predicate={}),
        "is not attested",
    ),
    "provenance without a predicate": (
        statement(predicateType="https://slsa.dev/provenance/v1"),
        "provenance without a predicate",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_a_statement_with(name, tmp_path):
    said, words = REFUSED[name]
    with pytest.raises(VerificationError) as caught:
        verified(tmp_path, provenance(attestation(said)))
    assert words in caught.value.message


def test_refuses_a_signature_of_another(tmp_path):
    with pytest.raises(VerificationError, match="the signature is not by this key"):
        verified(tmp_path, provenance(attestation(statement(), Stranger())))


def test_refuses_another_file(tmp_path):
    with pytest.raises(VerificationError, match="the file has sha256:"):
        verified(tmp_path, provenance(attestation(statement())), data=DATA + b"!")


IDENTITIES = {
    "another repository": (
        Claims(issuer=ISSUER, names=(SAN.replace("acme", "mallory"),)),
        "the certificate is of",
    ),
    "a repository that begins alike": (
        Claims(issuer=ISSUER, names=(SAN.replace("minilm/", "minilm-x/"),)),
        "the certificate is of",
    ),
    "another workflow": (
        Claims(issuer=ISSUER, names=(SAN.replace("release.yml", "test.yml"),)),
        "the certificate is of",
    ),
    "a workflow that begins alike": (
        Claims(issuer=ISSUER, names=(SAN.replace("release.yml", "release.yml.evil"),)),
        "the certificate is of",
    ),
    "another issuer": (
        Claims(issuer="https://gitlab.com", names=(SAN,)),
        'the issuer is "https://gitlab.com"',
    ),
    "a build of a fork": (
        Claims(issuer=ISSUER, names=(SAN,), source="https://github.com/mallory/minilm"),
        "it was built from",
    ),
    "nobody": (Claims(issuer=ISSUER, names=()), "the certificate is of"),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_refuses_a_certificate_of(name, tmp_path):
    claims, words = IDENTITIES[name]
    with pytest.raises(VerificationError) as caught:
        verified(tmp_path, provenance(attestation(statement())), claims=claims)
    assert words in caught.value.message


def test_what_the_index_says_must_be_what_is_expected(tmp_path):
    with pytest.raises(VerificationError, match=r"the index says that GitHub mallory/minilm release\.yml"):
        verified(tmp_path, provenance(attestation(statement()), repository="mallory/minilm"))


def test_nobody_is_trusted_without_an_expectation(tmp_path):
    with pytest.raises(VerificationError) as caught:
        verified(tmp_path, provenance(attestation(statement())), expected=None)
    assert SAN in caught.value.message
    assert caught.value.hint == "Name the publisher that you expect."


def test_an_environment_must_be_in_the_certificate(tmp_path):
    wanted = Publisher(kind="GitHub", repository="acme/minilm", workflow="release.yml", environment="pypi")
    with pytest.raises(VerificationError, match="the certificate says nothing of it"):
        verified(tmp_path, provenance(attestation(statement())), expected=wanted)


def test_gitlab_and_google(tmp_path):
    gitlab = Publisher(kind="GitLab", repository="acme/minilm", workflow=".gitlab-ci.yml")
    claims = Claims(
        issuer="https://gitlab.com",
        names=("https://gitlab.com/acme/minilm//.gitlab-ci.yml@refs/tags/v1",),
    )
    held = provenance(
        attestation(statement()), kind="GitLab", workflow=None, workflow_filepath=".gitlab-ci.yml"
    )
    assert verified(tmp_path, held, gitlab, claims)[0].publisher == gitlab
    google = Publisher(kind="Google", email="robot@acme.example")
    claims = Claims(issuer="https://accounts.google.com", names=("robot@acme.example",))
    held = json.loads(provenance(attestation(statement())))
    held["attestation_bundles"][0]["publisher"] = {"kind": "Google", "email": "robot@acme.example"}
    assert verified(tmp_path, json.dumps(held).encode(), google, claims)[0].publisher == google
    with pytest.raises(VerificationError, match="the certificate is of"):
        verified(
            tmp_path,
            json.dumps(held).encode(),
            google,
            Claims(issuer=claims.issuer, names=("mallory@acme.example",)),
        )


MALFORMED = {
    "no JSON": b"{",
    "another version": provenance().replace(b'"version": 1', b'"version": 2'),
    "nothing in it": provenance(),
    "no material": provenance(attestation(statement(), verification_material={})),
    "no log entry": provenance(
        attestation(
            statement(),
            verification_material={"certificate": "AAAA", "transparency_entries": []},
        )
    ),
    "no base64": provenance(attestation(statement(), envelope={"statement": "?", "signature": "AAAA"})),
    "another version of an attestation": provenance(attestation(statement(), version=2)),
    "a key twice": provenance(attestation(statement())).replace(
        b'"attestation_bundles"', b'"version": 1, "attestation_bundles"'
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_cannot_read(name):
    with pytest.raises(ReadError):
        attestations_of(MALFORMED[name])


def test_names_of_distributions_are_compared_as_indexes_do():
    assert normal_name("Mini.LM-1.0-py3-none-any.whl") == normal_name("mini_lm-1.0-py3-none-any.whl")
    assert normal_name("a-1-py2.py3-none-any.whl") == normal_name("a-1-py3.py2-none-any.whl")
    assert normal_name("a-1-1-py3-none-any.whl") != normal_name("a-1-py3-none-any.whl")
    assert normal_name("Mini.LM-1.0.tar.gz") == ("sdist", "mini-lm", "1.0", ".tar.gz")
    for name in ("a.exe", "a-1.whl", "../a-1.tar.gz", "-1.tar.gz"):
        with pytest.raises(ReadError):
            normal_name(name)
