"""Trust policies: who may sign what, decided purely."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.certificates import Pin
from backstamp.attest.trust import (
    Attested,
    Evidence,
    Remembered,
    Revoked,
    Signing,
    TrustedSigner,
    TrustPolicy,
    TrustRule,
    decide,
    remembered_after,
)
from backstamp.attest.versions import compared

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
SLSA = "https://slsa.dev/provenance/v1"
VERDICT = "https://backstamp.dev/scan-verdict/v1"
ALICE = TrustedSigner(name="alice", keys=("1" * 64, "2" * 64))
BOB = TrustedSigner(name="bob", keys=("3" * 64,))
RELEASE = TrustedSigner(name="release", pin=Pin(san="release@acme.example"), roots=("f" * 64,))
CI = TrustedSigner(name="ci", pin=Pin(san="https://git.example/acme/*", oidc_issuer="https://ci.example"))
SIGNERS = (ALICE, BOB, RELEASE, CI)
RULE = TrustRule(name="acme", models=("acme/*",), signers=("alice", "bob", "release", "ci"))
BY_ALICE = Signing(digest=DIGEST, keys=("2" * 64,), at=NOW - DAY, name="acme/m", version="1.2")
BY_BOB = Signing(digest=DIGEST, keys=("3" * 64,), at=NOW - DAY, name="acme/m", version="1.2")
BY_RELEASE = Signing(digest=DIGEST, names=("release@acme.example",), root="f" * 64, at=NOW - DAY)
BY_CI = Signing(
    digest=DIGEST, names=("https://git.example/acme/repo",), oidc_issuer="https://ci.example", at=NOW - DAY
)
EVIDENCE = Evidence(name="acme/m", digest=DIGEST, version="1.2", signings=(BY_ALICE,))


def decided(rule=RULE, evidence=EVIDENCE, **policy):
    return decide(TrustPolicy(**{"signers": SIGNERS, "rules": (rule,), **policy}), evidence, NOW)


def changed(struct, **fields):
    return msgspec.structs.replace(struct, **fields)


def reason(*args, **kwargs):
    decision = decided(*args, **kwargs)
    assert not decision.allowed
    return " | ".join(decision.reasons)


@pytest.mark.parametrize("signing", [BY_ALICE, BY_BOB, BY_RELEASE, BY_CI])
def test_allows_what_a_trusted_signer_signed(signing):
    decision = decided(evidence=changed(EVIDENCE, signings=(signing,)))
    assert (decision.allowed, decision.reasons, decision.rules) == (True, (), ("acme",))
    assert decision.accepted == (signing.who,)


@pytest.mark.parametrize(
    ("signing", "told"),
    [
        (changed(BY_ALICE, keys=("9" * 64,)), 'key "9999999999999999" is none of its signers'),
        (changed(BY_RELEASE, root="e" * 64), '"release@acme.example" is none of its signers'),
        (changed(BY_RELEASE, names=("mallory@acme.example",)), "is none of its signers"),
        (changed(BY_CI, oidc_issuer="https://evil.example"), "is none of its signers"),
        (changed(BY_CI, names=("https://git.example/evil/repo",)), "is none of its signers"),
        (changed(BY_ALICE, digest=OTHER), "signed other bytes"),
        (changed(BY_ALICE, at=NOW + DAY), "signed in the future"),
    ],
)
def test_refuses_other_signers(signing, told):
    assert told in reason(evidence=changed(EVIDENCE, signings=(signing,)))


def test_refuses_what_no_rule_is_about():
    assert reason(evidence=changed(EVIDENCE, name="else/m")) == 'no rule is about "else/m"'
    assert 'no rule is about "acme/deep/m"' in reason(evidence=changed(EVIDENCE, name="acme/deep/m"))


def test_every_rule_about_a_name_has_to_be_satisfied():
    strict = changed(RULE, name="strict", models=("**",), signers=("bob",))
    decision = decide(TrustPolicy(signers=SIGNERS, rules=(RULE, strict)), EVIDENCE, NOW)
    assert (decision.allowed, len(decision.reasons)) == (False, 1)
    assert decision.reasons[0].startswith('rule "strict": 0 of 1 signers signed')


def test_two_of_three_are_two_people():
    two = changed(RULE, threshold=2)
    assert decided(two, changed(EVIDENCE, signings=(BY_ALICE, BY_BOB))).allowed
    again = changed(BY_ALICE, at=NOW - 2 * DAY)
    assert "1 of 2 signers signed" in reason(two, changed(EVIDENCE, signings=(BY_ALICE, again)))


def test_one_key_under_two_names_is_one_signer():
    twin = changed(BOB, name="twin", keys=ALICE.keys)
    two = changed(RULE, threshold=2, signers=("alice", "twin"))
    assert "1 of 2" in reason(two, signers=(ALICE, twin))


def test_signers_are_paired_so_that_as_many_count_as_can():
    anyone = TrustedSigner(name="anyone", pin=Pin(san="*@acme.example"), roots=("f" * 64,))
    two = changed(RULE, threshold=2, signers=("anyone", "release"))
    other = changed(BY_RELEASE, names=("carol@acme.example",))
    assert decided(two, changed(EVIDENCE, signings=(BY_RELEASE, other)), signers=(anyone, RELEASE)).allowed


def test_what_is_required_has_to_be_attested_by_a_signer():
    rule = changed(RULE, requires=("slsa-provenance", "scan-verdict"))
    good = (
        Attested(predicate_type=SLSA, signing=BY_BOB),
        Attested(predicate_type=VERDICT, signing=BY_BOB, verdict="allow"),
    )
    assert decided(rule, changed(EVIDENCE, statements=good)).allowed
    assert 'nobody attests its "slsa-provenance" | ' in reason(rule)
    stranger = changed(BY_BOB, keys=("9" * 64,))
    assert "none of its signers" in reason(
        rule, changed(EVIDENCE, statements=(changed(good[0], signing=stranger), good[1]))
    )
    elsewhere = changed(good[0], signing=changed(BY_BOB, digest=OTHER))
    assert "signed other bytes" in reason(rule, changed(EVIDENCE, statements=(elsewhere, good[1])))
    denied = changed(good[1], verdict="deny")
    assert 'its verdict is "deny"' in reason(rule, changed(EVIDENCE, statements=(good[0], denied)))
    assert "is disputed" in reason(rule, changed(EVIDENCE, statements=(*good, denied)))


@pytest.mark.parametrize(
    ("rule", "evidence", "told"),
    [
        (changed(RULE, max_age=DAY / 2), EVIDENCE, "more than 12 hours ago"),
        (
            changed(RULE, max_age=9 * DAY),
            changed(EVIDENCE, signings=(changed(BY_ALICE, at=None),)),
            "nobody proved when",
        ),
        (changed(RULE, expires=NOW), EVIDENCE, "it expired on 2026-06-01"),
        (changed(RULE, minimum_version="1.3"), EVIDENCE, "version 1.2 is before the least, 1.3"),
        (changed(RULE, minimum_version="1.3"), changed(EVIDENCE, version="main"), "cannot be compared"),
        (changed(RULE, minimum_version="1.0"), changed(EVIDENCE, version=""), "cannot be compared"),
        (
            changed(RULE, binds_name=True),
            changed(EVIDENCE, name="acme/other"),
            'signed it as "acme/m", not as "acme/other"',
        ),
        (
            changed(RULE, binds_version=True),
            changed(EVIDENCE, version="1.3"),
            'signed it as "1.2", not as "1.3"',
        ),
        (changed(RULE, binds_version=True), changed(EVIDENCE, version=""), 'not as "no version"'),
    ],
)
def test_each_requirement_refuses(rule, evidence, told):
    assert told in reason(rule, evidence)


def test_each_requirement_is_met():
    rule = changed(
        RULE,
        max_age=2 * DAY,
        expires=NOW + DAY,
        minimum_version="1.2",
        binds_name=True,
        binds_version=True,
        prevents_rollback=True,
        records_first_use=True,
    )
    before = Remembered(signers=(BY_ALICE.who,), version="1.1", digest=OTHER)
    assert decided(rule, changed(EVIDENCE, remembered=before), expires=NOW + DAY).reasons == ()


@pytest.mark.parametrize(
    ("revoked", "told"),
    [
        (Revoked(digests=frozenset({DIGEST})), "was revoked"),
        (Revoked(keys=frozenset({"2" * 64})), "was revoked"),
    ],
)
def test_what_was_revoked_does_not_count(revoked, told):
    assert told in reason(revoked=revoked)
    ok = Revoked(digests=frozenset({OTHER}), keys=frozenset({"3" * 64}), identities=("*@acme.example",))
    assert decided(revoked=ok).allowed


def test_a_revoked_identity_and_an_expired_signer_or_policy_do_not_count():
    by_release = changed(EVIDENCE, signings=(BY_RELEASE,))
    assert "was revoked" in reason(evidence=by_release, revoked=Revoked(identities=("*@acme.example",)))
    assert "none of its signers" in reason(signers=(changed(ALICE, expires=NOW), BOB, RELEASE, CI))
    assert "the policy expired on 2026-06-01" in reason(expires=NOW)


@pytest.mark.parametrize(
    ("remembered", "told"),
    [
        (Remembered(signers=(), version="1.3"), "version 1.2 is before the last that was used, 1.3"),
        (Remembered(signers=(), version="1.2", digest=OTHER), "version 1.2 had other bytes"),
        (Remembered(signers=(), version="main"), "cannot be compared with the last, main"),
    ],
)
def test_rollback_is_refused(remembered, told):
    rule = changed(RULE, prevents_rollback=True)
    assert told in reason(rule, changed(EVIDENCE, remembered=remembered))
    assert decided(RULE, changed(EVIDENCE, remembered=remembered)).allowed


def test_first_use_is_recorded_and_a_changed_signer_refused():
    rule = TrustRule(name="hub", models=("**",), records_first_use=True)
    first = decided(rule)
    assert (first.allowed, first.notes) == (
        True,
        ('rule "hub": first use; who signed it is remembered from now on',),
    )
    memory = remembered_after(EVIDENCE, first)
    assert memory == Remembered(signers=(f"key:{'2' * 64}",), version="1.2", digest=DIGEST)
    assert decided(rule, changed(EVIDENCE, remembered=memory)).allowed
    told = reason(rule, changed(EVIDENCE, remembered=memory, signings=(BY_BOB,)))
    assert "its signer changed: it was signed by key:2222" in told
    assert "0 of 1 signers signed" in reason(rule, changed(EVIDENCE, signings=()))


def test_what_is_remembered_goes_forward_only():
    newer = Remembered(signers=("key:x",), version="2.0", digest=OTHER)
    allowed = decided()
    assert remembered_after(changed(EVIDENCE, remembered=newer), allowed) == newer
    older = changed(newer, version="1.0")
    found = remembered_after(changed(EVIDENCE, remembered=older), allowed)
    assert found == Remembered(signers=("key:x",), version="1.2", digest=DIGEST)
    assert remembered_after(EVIDENCE, changed(allowed, allowed=False)) is None


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("1.9", "1.10", -1),
        ("1.0", "1.0.0", 0),
        ("2.0rc1", "2.0", -1),
        ("2.0-rc.1", "2.0-rc.2", -1),
        ("v3", "2", 1),
        ("2.0a1", "2.0b1", -1),
        ("1.0.post1", "1.0", 1),
        ("1.0+cu12", "1.0", 0),
        ("main", "1.0", None),
        ("main", "main", 0),
        ("1.0-what", "1.0", None),
        ("", "1", None),
        ("2.0.dev1", "2.0a1", -1),
    ],
)
def test_versions_are_ordered(one, other, order):
    assert compared(one, other) == order
    assert compared(other, one) == (None if order is None else -order)


RULES = st.builds(
    TrustRule,
    name=st.sampled_from(["r1", "r2", "r3"]),
    models=st.sampled_from([("acme/*",), ("**",), ("else/*",)]),
    signers=st.sampled_from([("alice",), ("alice", "bob"), ("alice", "bob", "ci", "release")]),
    threshold=st.integers(1, 2),
    requires=st.sampled_from([(), ("slsa-provenance",), ("scan-verdict",)]),
    max_age=st.sampled_from([None, DAY / 2, 3 * DAY]),
    expires=st.sampled_from([None, NOW - DAY, NOW + DAY]),
    minimum_version=st.sampled_from(["", "1.1", "1.3"]),
    prevents_rollback=st.booleans(),
    binds_name=st.booleans(),
    binds_version=st.booleans(),
    records_first_use=st.booleans(),
)
SIGNINGS = st.lists(st.sampled_from([BY_ALICE, BY_BOB, BY_RELEASE, BY_CI]), max_size=4).map(tuple)
EVIDENCES = st.builds(
    Evidence,
    name=st.sampled_from(["acme/m", "else/m"]),
    digest=st.just(DIGEST),
    version=st.sampled_from(["", "1.2"]),
    signings=SIGNINGS,
    statements=st.lists(
        st.builds(
            Attested,
            predicate_type=st.sampled_from([SLSA, VERDICT]),
            signing=st.sampled_from([BY_ALICE, BY_CI]),
            verdict=st.sampled_from(["", "allow", "deny"]),
        ),
        max_size=3,
    ).map(tuple),
    remembered=st.sampled_from(
        [
            None,
            Remembered(signers=(BY_ALICE.who,), version="1.1"),
            Remembered(signers=("key:x",), version="1.3"),
        ]
    ),
)
POLICIES = st.lists(RULES, min_size=1, max_size=3, unique_by=lambda rule: rule.name).map(
    lambda rules: TrustPolicy(signers=SIGNERS, rules=tuple(rules))
)
STRICTER = [
    lambda rule: changed(rule, requires=(*rule.requires, "bom")),
    lambda rule: changed(rule, requires=(*rule.requires, "scan-verdict")),
    lambda rule: changed(rule, threshold=rule.threshold + 1),
    lambda rule: changed(rule, max_age=min(rule.max_age or 2 * DAY, 2 * DAY)),
    lambda rule: changed(rule, expires=min(rule.expires or NOW + DAY, NOW + DAY)),
    lambda rule: changed(rule, minimum_version=rule.minimum_version or "1.1"),
    lambda rule: changed(rule, prevents_rollback=True),
    lambda rule: changed(rule, binds_name=True),
    lambda rule: changed(rule, binds_version=True),
    lambda rule: changed(rule, records_first_use=True),
    lambda rule: changed(rule, signers=rule.signers[:-1] or rule.signers),
]


@settings(max_examples=100, deadline=None)
@given(POLICIES, EVIDENCES, st.sampled_from(STRICTER), st.data())
def test_adding_a_requirement_never_turns_a_refusal_into_leave(policy, evidence, stricter, data):
    at = data.draw(st.integers(0, len(policy.rules) - 1))
    rules = (*policy.rules[:at], stricter(policy.rules[at]), *policy.rules[at + 1 :])
    before, after = decide(policy, evidence, NOW), decide(changed(policy, rules=rules), evidence, NOW)
    assert before.allowed or not after.allowed


@settings(max_examples=100, deadline=None)
@given(POLICIES, EVIDENCES, RULES.map(lambda rule: changed(rule, name="r9")))
def test_more_rules_about_a_name_never_allow_more(policy, evidence, rule):
    before = decide(policy, evidence, NOW)
    after = decide(changed(policy, rules=(*policy.rules, rule)), evidence, NOW)
    assert before.allowed or not before.rules or not after.allowed


@settings(max_examples=100, deadline=None)
@given(POLICIES, EVIDENCES, st.randoms())
def test_the_order_of_rules_signers_and_signatures_means_nothing(policy, evidence, random):
    rules, signers, signings = list(policy.rules), list(policy.signers), list(evidence.signings)
    for each in (rules, signers, signings):
        random.shuffle(each)
    mixed = changed(policy, rules=tuple(rules), signers=tuple(signers))
    one = decide(policy, evidence, NOW)
    other = decide(mixed, changed(evidence, signings=tuple(signings)), NOW)
    assert (one.allowed, one.rules, one.accepted) == (other.allowed, other.rules, other.accepted)


@settings(max_examples=100, deadline=None)
@given(POLICIES, EVIDENCES, st.timedeltas(timedelta(0), timedelta(900)))
def test_what_expired_never_allows(policy, evidence, ago):
    assert not decide(changed(policy, expires=NOW - ago), evidence, NOW).allowed
    rules = tuple(changed(rule, expires=NOW - ago) for rule in policy.rules)
    assert not decide(changed(policy, rules=rules), evidence, NOW).allowed
    signers = tuple(changed(each, expires=NOW - ago) for each in policy.signers)
    assert not decide(changed(policy, signers=signers), evidence, NOW).allowed


@settings(max_examples=100, deadline=None)
@given(POLICIES, EVIDENCES)
def test_what_is_revoked_never_allows_and_revoking_more_never_allows_more(policy, evidence):
    assert not decide(changed(policy, revoked=Revoked(digests=frozenset({DIGEST}))), evidence, NOW).allowed
    less = Revoked(keys=frozenset({"2" * 64}))
    before = decide(policy, evidence, NOW)
    assert before.allowed or not decide(changed(policy, revoked=less), evidence, NOW).allowed
