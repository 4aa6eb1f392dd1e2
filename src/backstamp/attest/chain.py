"""Checks the chain training run -> model -> BOM -> verdict: who said what, and is it about these bytes?

Rules held here:

1. A statement counts only if its envelope verifies with the keys that may sign its kind.
2. It counts only for the artifact that it names: the whole of it, by every digest that both know. A verdict
   on one file of a folder is none on the folder, unless it denies.
3. Of verdicts and summaries the newest decides; of two of the same time the worse one. So an old "allow" does
   not outlive a new "deny" as long as the new one is there.
4. Of all other kinds every trusted statement about the artifact must hold: a wrong one is never outvoted.
5. Statements that are not trusted, or are about something else, prove nothing and break nothing; they are
   told. If there are no others of their kind, the link is broken, and both of its ends are told.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from backstamp.attest import judging
from backstamp.attest.artifacts import Artifact
from backstamp.attest.judging import Judged, Wanted, name_of
from backstamp.attest.links import Chain, End, Link, State
from backstamp.attest.predicates import Kind, check, kind_of
from backstamp.attest.signatures import Trust, signers_of
from backstamp.attest.store import Attestation, Store
from backstamp.core.errors import ReadError, VerificationError

REQUIRED = (Kind.TRAINING_RUN, Kind.BOM, Kind.VERDICT)
_WORDS = {
    Kind.TRAINING_RUN: "training run",
    Kind.SIGNATURE: "signature",
    Kind.BOM: "BOM",
    Kind.VERDICT: "verdict",
    Kind.PROVENANCE: "provenance",
    Kind.VSA: "verification summary",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPTIONAL = (Kind.SIGNATURE, Kind.PROVENANCE, Kind.VSA)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to check: the artifact, what lies around, who is trusted with which kind, and what is wanted."""

    artifact: Artifact
    store: Store
    trust: Trust
    now: datetime
    wanted: Wanted = Wanted()
    trust_of: tuple[tuple[Kind, Trust], ...] = ()
    required: tuple[Kind, ...] = REQUIRED


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An attestation with what was found out about it."""

    found: Attestation
    signers: tuple[str, ...] = ()
    is_about: bool = False
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    made: datetime | None = None
    rank: int = 0

    @property
    def counts(self) -> bool:
        return bool(self.signers) and self.is_about


def verify_chain(request: Request) -> Chain:
    """Check every link of the chain; what is wrong is told, never raised."""
    request = _prepared(request)
    run = _link(request, Kind.TRAINING_RUN)
    bom = _link(request, Kind.BOM)
    verdict = _link(request, Kind.VERDICT)
    others = tuple(each for kind in _OPTIONAL if (each := _link(request, kind)))
    if bom and verdict:
        verdict = msgspec.structs.replace(verdict, stop=bom.start) if bom.state is State.OK else verdict
        bom = msgspec.structs.replace(bom, below=(verdict,))
        verdict = None
    links = tuple(each for each in (run, bom, verdict) if each)
    return Chain(artifact=_artifact_end(request), links=(*links, *others), problems=request.store.problems)


def _prepared(request: Request) -> Request:
    """Learn the names that signatures give the model; set aside those that list no whole files."""
    artifact = msgspec.structs.replace(request.artifact, aliases=_aliases(request))
    store = request.store
    if Kind.SIGNATURE not in request.required:
        aside = [
            each
            for each in store.attestations
            if kind_of(each.statement.predicate_type) is Kind.SIGNATURE
            and judging.signature_judged(each.statement, artifact).reasons == (judging.BY_ITSELF,)
        ]
        store = Store(
            attestations=tuple(each for each in store.attestations if each not in aside),
            problems=(*store.problems, *(f"{each.source}: {judging.BY_ITSELF}" for each in aside)),
        )
    return msgspec.structs.replace(request, artifact=artifact, store=store)


def _aliases(request: Request) -> tuple[str, ...]:
    """Give the root digests of model signatures that hold: others may name the model by them."""
    trust = dict(request.trust_of).get(Kind.SIGNATURE, request.trust)
    found = []
    for each in request.store.attestations:
        if kind_of(each.statement.predicate_type) is Kind.SIGNATURE and _signed(each, trust).signers:
            judged = judging.signature_judged(each.statement, request.artifact)
            if not judged.reasons:
                found.append(each.statement.subjects[0].of("sha256"))
    return tuple(found)


def _link(request: Request, kind: Kind) -> Link | None:
    """Judge everything of a kind; nothing if there is none of it and none is required."""
    candidates = [
        each for each in request.store.attestations if kind_of(each.statement.predicate_type) is kind
    ]
    stop = _artifact_end(request)
    word = _WORDS[kind]
    if not candidates:
        if kind not in request.required:
            return None
        reason = f"there is no {word} among the attestations"
        return Link(kind=kind, state=State.MISSING, start=End(what=word), stop=stop, reasons=(reason,))
    trust = dict(request.trust_of).get(kind, request.trust)
    if kind is Kind.TRAINING_RUN:
        return _runs(request, [_signed(each, trust) for each in candidates], stop)
    judge = _judge_of(kind)
    seen = [_seen(each, trust, judge, request) for each in candidates]
    decisive = _decisive(kind, [each for each in seen if each.counts])
    others = [each for each in seen if each not in decisive]
    if not decisive:
        return _broken(kind, seen, stop)
    bad = [each for each in decisive if each.reasons]
    chosen = bad or decisive
    return Link(
        kind=kind,
        state=State.FAILED if bad else State.OK,
        start=_end(word, chosen[0].found),
        stop=stop,
        reasons=tuple(f"{each.found.source}: {reason}" for each in bad for reason in each.reasons),
        remarks=(*(r for each in decisive for r in each.remarks), *(_passed_over(each) for each in others)),
        signers=tuple(sorted({name for each in decisive for name in each.signers})),
    )


def _decisive(kind: Kind, seen: list[_Seen]) -> list[_Seen]:
    """Choose what decides: the newest of verdicts and summaries, all of everything else."""
    if kind not in (Kind.VERDICT, Kind.VSA) or not seen:
        return seen
    times = [each.made or _EPOCH for each in seen]
    newest = max(times)
    latest = [each for each, at in zip(seen, times, strict=True) if at == newest]
    return [max(latest, key=lambda each: (bool(each.reasons), each.rank))]


def _signed(found: Attestation, trust: Trust) -> _Seen:
    """Verify the envelope and read the predicate of an attestation."""
    if found.envelope is None:
        return _Seen(found=found, reasons=("nobody signed it",))
    try:
        signers = signers_of(found.envelope, trust, found.chain)
        check(found.statement)
    except VerificationError as error:
        return _Seen(found=found, reasons=(error.message,))
    except ReadError as error:
        return _Seen(found=found, reasons=(f"it cannot be understood: {error.message}",))
    return _Seen(found=found, signers=signers)


def _seen(
    found: Attestation, trust: Trust, judge: Callable[[Attestation, Request], Judged], request: Request
) -> _Seen:
    signed = _signed(found, trust)
    if not signed.signers:
        return signed
    if kind_of(found.statement.predicate_type) is Kind.SIGNATURE:
        is_about = judging.is_about_files(found.statement, request.artifact)
        differing: tuple[str, ...] = () if is_about else ("it lists no file of the model",)
    else:
        differing = judging.subject_problems(found.statement.subjects, request.artifact)
        if judging.denies_a_file(found.statement, request.artifact):
            differing = ()
    if differing:
        return msgspec.structs.replace(signed, reasons=differing)
    judged = judge(found, request)
    return msgspec.structs.replace(
        signed,
        is_about=True,
        reasons=judged.reasons,
        remarks=tuple(f"{found.source}: {each}" for each in judged.remarks),
        made=judged.made,
        rank=judged.rank,
    )


def _runs(request: Request, seen: list[_Seen], stop: End) -> Link:
    """Hold the outputs of all trusted runs against the files of the model."""
    trusted = [each for each in seen if each.signers]
    judged = judging.outputs_judged(tuple(each.found for each in trusted), request.artifact)
    used = [each for each in trusted if each.found.source in judged.sources]
    others = [each for each in seen if each not in used]
    if not used:
        reasons = tuple(f"{each.found.source}: {r}" for each in others for r in each.reasons)
        return _failed_runs(others, stop, (*reasons, *judged.reasons))
    return Link(
        kind=Kind.TRAINING_RUN,
        state=State.FAILED if judged.reasons else State.OK,
        start=_end(_WORDS[Kind.TRAINING_RUN], used[0].found),
        stop=stop,
        reasons=judged.reasons,
        remarks=(*judged.remarks, *(_passed_over(each) for each in others)),
        signers=tuple(sorted({name for each in used for name in each.signers})),
    )


def _failed_runs(seen: list[_Seen], stop: End, reasons: tuple[str, ...]) -> Link:
    start = _end(_WORDS[Kind.TRAINING_RUN], seen[0].found)
    return Link(kind=Kind.TRAINING_RUN, state=State.FAILED, start=start, stop=stop, reasons=reasons)


def _broken(kind: Kind, seen: list[_Seen], stop: End) -> Link:
    reasons = tuple(f"{each.found.source}: {reason}" for each in seen for reason in each.reasons)
    return Link(
        kind=kind, state=State.FAILED, start=_end(_WORDS[kind], seen[0].found), stop=stop, reasons=reasons
    )


def _passed_over(seen: _Seen) -> str:
    why = seen.reasons[0] if seen.reasons else "it is not the newest, or is about something else"
    return f"{seen.found.source} does not count: {why}"


def _judge_of(kind: Kind) -> Callable[[Attestation, Request], Judged]:
    def judge(found: Attestation, request: Request) -> Judged:
        match kind:
            case Kind.BOM:
                return judging.bom_judged(found.statement, request.artifact)
            case Kind.VERDICT:
                return judging.verdict_judged(found.statement, request.wanted, request.now)
            case Kind.VSA:
                return judging.summary_judged(
                    found.statement, request.wanted, request.now, _digests(request.store)
                )
            case Kind.PROVENANCE:
                return judging.provenance_judged(found.statement, request.wanted)
            case _:
                return judging.signature_judged(found.statement, request.artifact)

    return judge


def _digests(store: Store) -> frozenset[str]:
    return frozenset(each.digest for each in store.attestations)


def _artifact_end(request: Request) -> End:
    artifact = request.artifact
    return End(what="model", source=artifact.name, digest=name_of(artifact.digest))


def _end(what: str, found: Attestation) -> End:
    return End(what=what, source=found.source, digest=name_of(found.statement.subjects[0].digest))
