"""Trust policies: who may sign what, with how many others, what has to be said besides, and until when.

``decide`` is pure: a policy, the evidence that was verified, what is remembered, and the time give a
decision with reasons. Its laws, which the tests hold it to:

1. What no rule is about is refused. Every rule whose pattern matches the name has to be satisfied: the
   order of rules means nothing, and more rules about a name never allow more.
2. Each requirement only takes away: adding one to a rule, or an entry to a revocation list, never turns a
   refusal into leave.
3. Nothing that expired counts: a policy, a rule or a signer after its date, a signature after its age.
4. A signature counts for one signer, and a signer for one signature: two of three are two people.
5. A signature whose time nobody proved counts as made at an unknown time: where an age is asked, not at all.
6. What is remembered is held to: no older version, no other bytes for the same version, no other signer where
   the first use was recorded.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from backstamp.attest.certificates import Pin, is_like
from backstamp.attest.versions import compared
from backstamp.core.finding import shown

PREDICATES = {
    "model-signature": ("https://model_signing/signature/v1.0",),
    "slsa-provenance": ("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"),
    "scan-verdict": ("https://backstamp.dev/scan-verdict/v1",),
    "bom": ("https://cyclonedx.org/bom", "https://spdx.dev/Document"),
    "training-run": ("https://backstamp.dev/training-run/v1",),
    "verification-summary": ("https://slsa.dev/verification_summary/v1",),
}
_GOOD_VERDICTS = ("allow", "warn", "PASSED", "")


class TrustedSigner(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign: by a key, a certificate below pinned roots, or an OIDC token.

    ``keys`` are names of one key (the SHA-256 of its PEM or DER); ``roots`` the SHA-256 of root certificates.
    """

    name: str
    keys: tuple[str, ...] = ()
    pin: Pin | None = None
    roots: tuple[str, ...] = ()
    expires: datetime | None = None


class TrustRule(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of models and datasets with these names. ``signers`` name trusted signers."""

    name: str
    models: tuple[str, ...]
    signers: tuple[str, ...] = ()
    threshold: int = 1
    requires: tuple[str, ...] = ()
    max_age: timedelta | None = None
    expires: datetime | None = None
    minimum_version: str = ""
    prevents_rollback: bool = False
    binds_name: bool = False
    binds_version: bool = False
    records_first_use: bool = False
    line: int = 0


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    """What does not count any more, whoever signed it."""

    digests: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    identities: tuple[str, ...] = ()


class TrustPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Signers, rules and what was revoked."""

    signers: tuple[TrustedSigner, ...] = ()
    rules: tuple[TrustRule, ...] = ()
    revoked: Revoked = Revoked()
    expires: datetime | None = None


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """A signature that was verified: by which key or identity, over which digest, and what it said.

    ``at`` is a time that somebody proved (a log, a timestamp); ``name`` and ``version`` are what was signed.
    """

    digest: str
    keys: tuple[str, ...] = ()
    subject: str = ""
    names: tuple[str, ...] = ()
    issuer: str = ""
    oidc_issuer: str = ""
    root: str = ""
    at: datetime | None = None
    name: str = ""
    version: str = ""

    @property
    def who(self) -> str:
        """The signer, for the memory of first uses: an identity with its issuer, or a key."""
        if self.keys:
            return f"key:{min(self.keys)}"
        given = ",".join(sorted(self.names)) or self.subject
        return f"identity:{given} by {self.oidc_issuer or self.root or self.issuer}"


class Attested(msgspec.Struct, frozen=True, kw_only=True):
    """A verified statement about a digest: its predicate type, and the verdict that it gives, if any."""

    predicate_type: str
    signing: Signing
    verdict: str = ""


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of earlier uses of a name: who signed, the last version, and its digest."""

    signers: tuple[str, ...]
    version: str = ""
    digest: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was verified of a model that somebody wants to use under a name, in a version."""

    name: str
    digest: str
    version: str = ""
    signings: tuple[Signing, ...] = ()
    statements: tuple[Attested, ...] = ()
    remembered: Remembered | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something may be used, and why not.

    ``rules`` applied; ``signers`` are the names of those that counted, ``accepted`` is what they are
    remembered by.
    """

    allowed: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


def decide(policy: TrustPolicy, evidence: Evidence, now: datetime) -> Decision:
    """Decide by a policy whether something may be used."""
    rules = [rule for rule in policy.rules if any(is_like(each, evidence.name) for each in rule.models)]
    reasons: list[str] = []
    notes: list[str] = []
    counted: set[str] = set()
    accepted: set[str] = set()
    if policy.expires is not None and now >= policy.expires:
        reasons.append(f"the policy expired on {policy.expires:%Y-%m-%d}")
    if evidence.digest in policy.revoked.digests:
        reasons.append(f"the digest {shown(evidence.digest, 80)} was revoked")
    if not rules:
        reasons.append(f'no rule is about "{shown(evidence.name, 120)}"')
    for rule in sorted(rules, key=lambda each: each.name):
        against, who = _by_rule(policy, rule, evidence, now)
        reasons += [f'rule "{shown(rule.name, 60)}": {each}' for each in against]
        counted |= set(who.values())
        accepted |= who.keys()
        if rule.records_first_use and evidence.remembered is None:
            notes.append(f'rule "{shown(rule.name, 60)}": first use; who signed it is remembered from now on')
    return Decision(
        allowed=not reasons,
        reasons=tuple(dict.fromkeys(reasons)),
        notes=tuple(notes),
        rules=tuple(sorted(rule.name for rule in rules)),
        signers=tuple(sorted(counted)),
        accepted=tuple(sorted(accepted)),
    )


def _by_rule(
    policy: TrustPolicy, rule: TrustRule, evidence: Evidence, now: datetime
) -> tuple[list[str], dict[str, str]]:
    reasons: list[str] = []
    if rule.expires is not None and now >= rule.expires:
        reasons.append(f"it expired on {rule.expires:%Y-%m-%d}")
    good: list[tuple[Signing, frozenset[str]]] = []
    passed_over: list[str] = []
    for signing in evidence.signings:
        wrong = _wrong_with(policy, rule, signing, evidence, now)
        who = _signers_of(policy, rule, signing, now)
        if wrong:
            passed_over.append(wrong)
        elif who:
            good.append((signing, who))
        else:
            passed_over.append(f"{_named(signing)} is none of its signers")
    matched = _matched(good)
    if len(matched) < rule.threshold:
        told = f"{len(matched)} of {rule.threshold} signers signed"
        reasons.append("; ".join([told, *dict.fromkeys(passed_over)]))
    accepted = frozenset(signing for signing, _ in good)
    reasons += _missing(policy, rule, evidence, now)
    reasons += _by_memory(rule, evidence, accepted)
    return reasons, matched


def _wrong_with(
    policy: TrustPolicy, rule: TrustRule, signing: Signing, evidence: Evidence, now: datetime
) -> str:
    """Say why a signature does not count, whoever made it; empty if it does."""
    if signing.digest != evidence.digest:
        return f"{_named(signing)} signed other bytes"
    if policy.revoked.keys.intersection(signing.keys):
        return f"{_named(signing)} was revoked"
    given = (signing.subject, *signing.names)
    if any(is_like(each, name) for each in policy.revoked.identities for name in given):
        return f"{_named(signing)} was revoked"
    if rule.max_age is not None:
        if signing.at is None:
            return f"nobody proved when {_named(signing)} signed"
        if now - signing.at > rule.max_age:
            return f"{_named(signing)} signed on {signing.at:%Y-%m-%d}, more than {_days(rule.max_age)} ago"
    if signing.at is not None and signing.at > now:
        return f"{_named(signing)} signed in the future"
    if rule.binds_name and signing.name != evidence.name:
        said, asked = shown(signing.name or "no name", 80), shown(evidence.name, 80)
        return f'{_named(signing)} signed it as "{said}", not as "{asked}"'
    if rule.binds_version and (not evidence.version or signing.version != evidence.version):
        said, asked = shown(signing.version or "no version", 40), shown(evidence.version or "no version", 40)
        return f'{_named(signing)} signed it as "{said}", not as "{asked}"'
    return ""


def _signers_of(policy: TrustPolicy, rule: TrustRule, signing: Signing, now: datetime) -> frozenset[str]:
    """Name the trusted signers that a signature may be of."""
    found = {
        each.name
        for each in policy.signers
        if each.name in rule.signers and not (each.expires is not None and now >= each.expires)
        if _is_by(signing, each)
    }
    if rule.records_first_use and not rule.signers:
        found.add(signing.who)  # whoever signed first; the memory holds them to it
    return frozenset(found)


def _is_by(signing: Signing, signer: TrustedSigner) -> bool:
    if signer.keys:
        return bool(set(signer.keys).intersection(signing.keys))
    if signer.pin is None or signing.keys:
        return False
    if signer.roots and signing.root not in signer.roots:
        return False
    pin = signer.pin
    asked = (
        (pin.subject, (signing.subject,)),
        (pin.san, signing.names),
        (pin.issuer, (signing.issuer,)),
        (pin.oidc_issuer, (signing.oidc_issuer,)),
    )
    return all(not wanted or any(is_like(wanted, each) for each in values) for wanted, values in asked)


def _matched(good: list[tuple[Signing, frozenset[str]]]) -> dict[str, str]:
    """Pair signatures with signers, each once, as many as can be (augmenting ways); by who signed."""
    wants: dict[str, set[str]] = {}
    for signing, names in good:
        wants.setdefault(signing.who, set()).update(names)
    taken: dict[str, str] = {}

    def place(who: str, seen: set[str]) -> bool:
        for name in sorted(wants[who] - seen):
            seen.add(name)
            if name not in taken or place(taken[name], seen):
                taken[name] = who
                return True
        return False

    for each in sorted(wants):
        place(each, set())
    return {who: name for name, who in taken.items()}


def _missing(policy: TrustPolicy, rule: TrustRule, evidence: Evidence, now: datetime) -> Iterator[str]:
    """Tell which required statements are not there, or do not count."""
    for required in rule.requires:
        kinds = PREDICATES.get(required, (required,))
        of_kind = [each for each in evidence.statements if each.predicate_type in kinds]
        wrongs = []
        for each in of_kind:
            unbound = msgspec.structs.replace(rule, binds_name=False, binds_version=False)
            wrong = _wrong_with(policy, unbound, each.signing, evidence, now)
            if not wrong and not _signers_of(policy, rule, each.signing, now):
                wrong = f"{_named(each.signing)} is none of its signers"
            if not wrong and each.verdict not in _GOOD_VERDICTS:
                wrong = f'its verdict is "{shown(each.verdict, 20)}"'
            wrongs.append(wrong)
        if not of_kind:
            yield f'nobody attests its "{shown(required, 80)}"'
        elif all(wrongs):
            yield f'its "{shown(required, 80)}" does not count: {wrongs[0]}'
        elif any("verdict is" in wrong for wrong in wrongs):
            yield f'its "{shown(required, 80)}" is disputed: {next(w for w in wrongs if "verdict is" in w)}'


def _by_memory(rule: TrustRule, evidence: Evidence, accepted: frozenset[Signing]) -> Iterator[str]:
    """Hold a version and its signers to what is remembered, and to the least version."""
    version, known = evidence.version, evidence.remembered
    if rule.minimum_version:
        order = compared(version, rule.minimum_version) if version else None
        if order is None:
            yield f'version "{shown(version, 40)}" cannot be compared with the least, {rule.minimum_version}'
        elif order < 0:
            yield f"version {shown(version, 40)} is before the least, {rule.minimum_version}"
    if known is None:
        return
    if rule.prevents_rollback and known.version:
        order = compared(version, known.version) if version else None
        if order is None:
            last = shown(known.version, 40)
            yield f'version "{shown(version, 40)}" cannot be compared with the last, {last}'
        elif order < 0:
            yield f"version {shown(version, 40)} is before the last that was used, {shown(known.version, 40)}"
        elif not order and known.digest and known.digest != evidence.digest:
            yield f"version {shown(version, 40)} had other bytes when it was used last"
    if rule.records_first_use:
        now_by = {signing.who for signing in accepted}
        if known.signers and not now_by.intersection(known.signers):
            before = ", ".join(shown(each, 100) for each in known.signers[:3])
            yield f"its signer changed: it was signed by {before}"


def remembered_after(evidence: Evidence, decision: Decision) -> Remembered | None:
    """Give what to remember of a use that was allowed; None if it was not."""
    if not decision.allowed:
        return None
    known = evidence.remembered
    if known is None:
        return Remembered(signers=decision.accepted, version=evidence.version, digest=evidence.digest)
    order = compared(evidence.version, known.version) if evidence.version and known.version else 1
    if order is not None and order < 0:
        return known  # an older version, which this policy allows: the newest one stays remembered
    return Remembered(
        signers=known.signers or decision.accepted,
        version=evidence.version or known.version,
        digest=evidence.digest,
    )


def _named(signing: Signing) -> str:
    if signing.keys:
        return f'key "{min(signing.keys)[:16]}"'
    return f'"{shown((*signing.names, signing.subject)[0], 100)}"'


def _days(age: timedelta) -> str:
    return f"{age.days} days" if age.days else f"{int(age.total_seconds() // 3600)} hours"
