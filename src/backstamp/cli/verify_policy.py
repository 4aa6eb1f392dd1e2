"""``backstamp verify --policy``: holds a verified model, and the statements about it, against a trust policy.

1. Only what was verified is evidence: the signature of the model, and statements by those who were named.
2. A statement counts for the model that it is about as a whole. A verdict that denies one of its files
   counts, too. All verdicts count, not only the newest: one that denies has to be taken out, or revoked.
3. First uses and versions are remembered in the file that the user names; a policy that needs that memory is
   not decided without it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from backstamp.cli.verify_identity import Signers, Trusted, roots_of
from backstamp.core.errors import ReadError, UsageError, VerificationError
from backstamp.core.finding import shown

if TYPE_CHECKING:
    from backstamp.attest.artifacts import Artifact
    from backstamp.attest.certificates import Identity
    from backstamp.attest.oms import Verified
    from backstamp.attest.ports import Verifier
    from backstamp.attest.statement import Statement
    from backstamp.attest.store import Attestation
    from backstamp.attest.trust import Attested, Decision, Remembered, Signing, TrustPolicy


_MOST_TOLD = 5


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The policy, the name and version under which the model is to be used, and where more lies."""

    policy: str
    name: str
    version: str = ""
    memory: str = ""
    statements: tuple[str, ...] = ()


def judged(target: str, asked: Asked, trusted: Trusted, signers: Signers, verified: "Verified") -> "Decision":
    """Decide by the policy, and remember what was allowed. Raises ``Refused`` with all reasons."""
    from backstamp.attest.reasons import Refused, reason
    from backstamp.attest.signer_store import load_signers, save_signers
    from backstamp.attest.trust import Evidence, decide, remembered_after
    from backstamp.attest.trust_file import trust_policy_from

    policy = trust_policy_from(asked.policy)
    _check_memory(policy, asked)
    memory: dict[str, Remembered] = load_signers(asked.memory) if asked.memory else {}
    digest = f"sha256:{verified.root_digest}"
    now = datetime.now(UTC)
    signings = _signings(verified, signers, digest)
    passed_over: list[str] = []
    statements = tuple(_statements(target, asked, trusted, signers, digest, passed_over))
    evidence = Evidence(
        name=asked.name,
        version=asked.version,
        digest=digest,
        signings=signings,
        statements=(*_by_itself(signings), *statements),
        remembered=memory.get(asked.name),
    )
    decision = decide(policy, evidence, now)
    if not decision.allowed:
        raise Refused(
            [reason("trust-policy", "policy", each) for each in decision.reasons],
            hint=" ".join(("The signature is good, but the policy asks for more.", *_told(passed_over))),
        )
    after = remembered_after(evidence, decision)
    if asked.memory and after is not None:
        save_signers(asked.memory, {**memory, asked.name: after})
    return msgspec.structs.replace(decision, notes=(*decision.notes, *_told(passed_over)))


def _told(passed_over: list[str]) -> tuple[str, ...]:
    """Tell in a sentence which statements did not count, the first of them by name."""
    if not passed_over:
        return ()
    more = len(passed_over) - _MOST_TOLD
    named = "; ".join(passed_over[:_MOST_TOLD])
    return (f"Statements that do not count: {named}{f'; and {more:,} more' if more > 0 else ''}.",)


def decision_text(decision: "Decision") -> str:
    """Tell a decision that allows."""
    from backstamp.core.finding import visible

    lines = [f"allowed by {', '.join(decision.rules)}: {', '.join(decision.signers)}"]
    lines += [f"note: {each}" for each in decision.notes]
    return "".join(f"{visible(line)}\n" for line in lines)


def _check_memory(policy: "TrustPolicy", asked: Asked) -> None:
    if not asked.memory and any(rule.records_first_use or rule.prevents_rollback for rule in policy.rules):
        raise UsageError(
            "the policy asks what was used before, and there is no memory of it",
            hint="Name the file that remembers: --signers signers.toml",
        )


def _signings(verified: "Verified", signers: Signers, digest: str) -> "tuple[Signing, ...]":
    if signers.identity is not None:
        return (_by_identity(signers.identity, digest, verified.name, signers.at),)
    made = {each.keyid for each in verified.signed_by}
    return tuple(_by_key(each, digest, verified.name) for each in signers.verifiers if each.keyid in made)


def _by_key(key: "Verifier", digest: str, name: str = "") -> "Signing":
    from backstamp.attest.keys import names_of
    from backstamp.attest.trust import Signing

    names = tuple(sorted(each for each in names_of(key) if len(each) == 64))
    return Signing(digest=digest, keys=names, name=name)


def _by_identity(identity: "Identity", digest: str, name: str = "", at: datetime | None = None) -> "Signing":
    from backstamp.attest.trust import Signing

    return Signing(
        digest=digest,
        subject=identity.subject,
        names=identity.names,
        issuer=identity.issuer,
        oidc_issuer=identity.oidc_issuer,
        root=identity.root,
        at=at,
        name=name,
    )


def _by_itself(signings: "Sequence[Signing]") -> "Iterator[Attested]":
    """The signature of the model is a statement, too."""
    from backstamp.attest.predicates import MODEL_SIGNATURE
    from backstamp.attest.trust import Attested

    return (Attested(predicate_type=MODEL_SIGNATURE, signing=each) for each in signings)


def _statements(
    target: str, asked: Asked, trusted: Trusted, signers: Signers, digest: str, passed_over: list[str]
) -> "Iterator[Attested]":
    """Give what trusted signers say of the model, and note what does not count and why.

    Statements in bundles of Sigstore are not looked at.
    """
    from backstamp.attest.artifacts import read_artifact
    from backstamp.attest.predicates import Kind, check, kind_of
    from backstamp.attest.store import read_store
    from backstamp.attest.trust import Attested

    if not asked.statements:
        return
    artifact = read_artifact(target)
    held = read_store(asked.statements)
    passed_over.extend(held.problems)
    for each in held.attestations:
        try:
            signings = tuple(_who_signed(each, trusted, signers, digest))
            check(each.statement)
            verdict = _said_of(each, artifact)
        except (VerificationError, ReadError) as error:
            passed_over.append(f"{shown(each.source)}: {error.message}")
            continue
        if not signings:
            passed_over.append(f"{shown(each.source)}: nobody who is trusted here signed it")
        elif verdict is None and kind_of(each.statement.predicate_type) is not Kind.SIGNATURE:
            passed_over.append(f"{shown(each.source)}: it is about other files")
        if verdict is not None:
            kind = each.statement.predicate_type
            yield from (Attested(predicate_type=kind, signing=who, verdict=verdict) for who in signings)


def _who_signed(found: "Attestation", trusted: Trusted, signers: Signers, digest: str) -> "Iterator[Signing]":
    """Name those who signed a statement. Raises ``VerificationError`` if it does not verify."""
    from backstamp.attest.certificates import verify_chain
    from backstamp.attest.signature import verify_signature
    from backstamp.attest.signatures import Trust, signers_of

    if found.envelope is None:
        raise VerificationError("nobody signed it")
    if trusted.method == "key":
        made = signers_of(found.envelope, Trust(verifiers=signers.verifiers))
        yield from (_by_key(key, digest) for key in signers.verifiers if key.keyid in made)
    elif trusted.method == "certificate" and found.chain:
        roots = roots_of(trusted.certificate_roots)
        identity = verify_chain(found.chain, roots, datetime.now(UTC), trusted.pins)
        for each in found.envelope.signatures:
            verify_signature(identity.public_key, each.sig, found.envelope.signed)
        yield _by_identity(identity, digest)


def _said_of(found: "Attestation", artifact: "Artifact") -> str | None:
    """Give the verdict of a statement, empty for other kinds; ``None`` if it is not about the model."""
    from backstamp.attest import judging
    from backstamp.attest.predicates import Kind, kind_of, scan_verdict_of, summary_of

    said = found.statement
    kind = kind_of(said.predicate_type)
    if kind is Kind.SIGNATURE:
        return None  # the bundle of the model was verified, and counts
    if kind is Kind.TRAINING_RUN:
        return None if judging.outputs_judged((found,), artifact).reasons else ""
    if judging.denies_a_file(said, artifact):
        return str(scan_verdict_of(said.predicate).outcome)
    if judging.subject_problems(said.subjects, artifact) or _is_wrong(said, artifact):
        return None
    if kind is Kind.VERDICT:
        return str(scan_verdict_of(said.predicate).outcome)
    return summary_of(said.predicate).result if kind is Kind.VSA else ""


def _is_wrong(said: "Statement", artifact: "Artifact") -> bool:
    """Say whether a BOM is of other files."""
    from backstamp.attest import judging
    from backstamp.attest.predicates import Kind, kind_of

    return kind_of(said.predicate_type) is Kind.BOM and bool(judging.bom_judged(said, artifact).reasons)
