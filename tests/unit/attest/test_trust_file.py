"""Trust policies and the record of signers as files."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.certificates import Pin
from backstamp.attest.signer_store import load_signers, save_signers, signers_text
from backstamp.attest.trust import Remembered, Revoked, TrustedSigner, TrustPolicy, TrustRule
from backstamp.attest.trust_file import trust_policy_from, trust_policy_of, with_revocations
from backstamp.core.errors import ConfigError, OutputError, SourceError
from kit.pki import ec_key, root

PUBLIC = ec_key().public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
ROOT = root()
GOOD = """schema = "backstamp.trust/1"
expires = 2027-01-01

[signers.alice]
key = "alice.pub"

[signers.bob]
sha256 = "{bob}"
expires = 2026-12-31T10:00:00Z

[signers.release]
san = "release@acme.example"
roots = ["root.pem"]

[signers.ci]
san = "https://git.example/acme/*"
oidc_issuer = "https://ci.example"

[[rule]]
name = "acme"
models = ["acme/*"]
signers = ["alice", "bob", "ci"]
threshold = 2
requires = ["slsa-provenance", "https://example.com/own/v1"]
max_age = "90d"
minimum_version = "1.2"
prevent_rollback = true
bind_name = true
bind_version = true

[[rule]]
models = ["hub/**"]
record_first_use = true

[revoked]
digests = ["sha256:ABC"]
keys = ["{bob}"]
identities = ["*@left.example"]
""".format(bob="b" * 64)


def files(tmp_path, text):
    (tmp_path / "alice.pub").write_bytes(PEM)
    (tmp_path / "root.pem").write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "trust.toml").write_text(text, encoding="utf-8")
    return str(tmp_path / "trust.toml")


def test_reads_a_whole_policy(tmp_path):
    both = sorted(hashlib.sha256(each).hexdigest() for each in (PEM, DER))
    assert trust_policy_from(files(tmp_path, GOOD)) == TrustPolicy(
        expires=datetime(2027, 1, 1, tzinfo=UTC),
        signers=(
            TrustedSigner(name="alice", keys=tuple(both)),
            TrustedSigner(name="bob", keys=("b" * 64,), expires=datetime(2026, 12, 31, 10, tzinfo=UTC)),
            TrustedSigner(
                name="release",
                pin=Pin(san="release@acme.example"),
                roots=(hashlib.sha256(ROOT.der).hexdigest(),),
            ),
            TrustedSigner(
                name="ci", pin=Pin(san="https://git.example/acme/*", oidc_issuer="https://ci.example")
            ),
        ),
        rules=(
            TrustRule(
                name="acme",
                models=("acme/*",),
                signers=("alice", "bob", "ci"),
                threshold=2,
                requires=("slsa-provenance", "https://example.com/own/v1"),
                max_age=timedelta(90),
                minimum_version="1.2",
                prevents_rollback=True,
                binds_name=True,
                binds_version=True,
                line=19,
            ),
            TrustRule(name="rule 2", models=("hub/**",), records_first_use=True, line=31),
        ),
        revoked=Revoked(
            digests=frozenset({"sha256:abc"}), keys=frozenset({"b" * 64}), identities=("*@left.example",)
        ),
    )


BAD = """schema = "backstamp.trust/2"
expire = 2027-01-01

[signers.alice]
key = "missing.pub"

[signers.bob]
sha256 = "12"

[signers.both]
key = "alice.pub"
san = "a@b.example"

[signers.none]
expires = "soon"

[signers.anyone]
san = "**"
oidc_issuer = "https://ci.example"

[signers.rootless]
san = "a@b.example"

[signers.pattern]
san = "re:("
roots = ["alice.pub"]

[[rule]]
name = "one"
models = ["acme/*"]
signers = ["alcie"]
treshold = 2
requires = ["scan-verdikt"]
max_age = "ninety"
bind_name = "yes"

[[rule]]
name = "one"
threshold = 3

[revoked]
digest = []
"""
TOLD = """  line 1: the schema is "backstamp.trust/2"; expected is "backstamp.trust/1"
  line 2: "expire" is not known here; nearest is "expires"
  line 5: cannot read
  line 8: "12" is no SHA-256 in hexadecimal
  line 10: signer "both" has more than one of: key, sha256, an identity
  line 14: signer "none" has neither key, sha256 nor an identity (subject, san)
  line 15: "expires" is "soon"; expected is a date, or a time with its zone
  line 17: signer "anyone" is whoever the authority knows: give a subject or a san
  line 21: signer "rootless" has an identity, but neither roots nor an oidc_issuer
  line 24: signer "pattern" is whoever the authority knows: give a subject or a san
  line 25: "re:(" is no regular expression: missing ), unterminated subpattern at position 0
  line 26: "alice.pub": not a certificate in PEM or DER
  line 31: "alcie" is not a signer; nearest is "alice"
  line 32: "treshold" is not known here; nearest is "threshold"
  line 33: "scan-verdikt" is not a predicate; nearest is "scan-verdict"
  line 34: "max_age" is "ninety"; expected is a number with h, d or w: "90d"
  line 35: "bind_name" is "yes"; expected is true or false
  line 37: a rule says what it is about: models = ["org/*"]
  line 37: a rule without signers has to record the first use (record_first_use)
  line 38: the name "one" stands twice
  line 39: a threshold of 3 of 0 signers cannot be met
  line 42: "digest" is not known here; nearest is "digests\""""


def test_tells_every_mistake_at_once_with_its_line(tmp_path):
    with pytest.raises(ConfigError) as caught:
        trust_policy_from(files(tmp_path, BAD))
    lines = [f"  {each}" for each in caught.value.details]
    assert caught.value.message.endswith('trust.toml" has 22 mistakes:')
    lines[2] = lines[2].split(' "')[0]
    assert "\n".join(lines) == TOLD


@pytest.mark.parametrize(
    "text", ["", "schema =", "[[rule", 'schema = "backstamp.trust/1"', "rule = 1\nsigners = 2\nrevoked = 3"]
)
def test_refuses_what_is_no_policy(text):
    with pytest.raises(ConfigError):
        trust_policy_of(text.encode(), lambda _: b"")


def test_a_policy_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(SourceError, match="cannot read"):
        trust_policy_from(str(tmp_path / "none.toml"))


def test_a_list_of_revocations_is_added():
    more = with_revocations(
        TrustPolicy(revoked=Revoked(identities=("a",))), Revoked(keys=frozenset("k"), identities=("b",))
    )
    assert more.revoked == Revoked(keys=frozenset("k"), identities=("a", "b"))


NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
MEMORIES = st.dictionaries(
    NAMES,
    st.builds(Remembered, signers=st.lists(NAMES, max_size=3).map(tuple), version=NAMES, digest=NAMES),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(MEMORIES)
def test_a_record_that_is_written_is_read_again(tmp_path_factory, memory):
    path = str(tmp_path_factory.mktemp("record") / "signers.toml")
    save_signers(path, memory)
    assert load_signers(path) == memory


def test_the_record_is_text_that_a_person_can_read():
    memory = {"acme/m": Remembered(signers=("key:1",), version="1.2", digest="sha256:a")}
    assert signers_text(memory).splitlines()[1:] == [
        'schema = "backstamp.signers/1"',
        "",
        "[[model]]",
        'name = "acme/m"',
        'signers = ["key:1"]',
        'version = "1.2"',
        'digest = "sha256:a"',
    ]


def test_no_record_is_an_empty_one_and_a_broken_one_is_not(tmp_path):
    path = tmp_path / "signers.toml"
    assert load_signers(str(path)) == {}
    head = 'schema = "backstamp.signers/1"\n'
    for text in ("", "[[", 'schema = "x"', head + "[[model]]\n", head + '[[model]]\nname="a"\n' * 2):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="record of signers"):
            load_signers(str(path))


def test_a_record_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "signers.toml"
    save_signers(str(path), {"a": Remembered(signers=("key:1",))})
    before = path.read_bytes()
    with pytest.raises(OutputError, match="cannot write"):
        save_signers(str(tmp_path / "no" / "signers.toml"), {})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["signers.toml"]


def test_the_policy_of_the_documentation_is_one(tmp_path):
    page = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "trust-policy.md")
    with open(page, encoding="utf-8") as file:
        text = file.read().split("```toml\n")[1].split("```")[0]
    (tmp_path / "acme-root.pem").write_bytes(ROOT.der)
    policy = trust_policy_from(files(tmp_path, text))
    assert [rule.name for rule in policy.rules] == ["our models", "from the hub"]
    assert [signer.name for signer in policy.signers] == ["alice", "release", "ci"]
