"""Holds single statements against the bytes and against what is wanted; pure.

1. Digests are compared wherever both sides know the algorithm; one that differs is enough to differ.
2. What a training run made must be what lies there, under its name. Of files that no run made, only papers
   (cards, licences) may lie there, and they are told.
3. A BOM may not list files that are not there or differ, must list all weights, and its count of parameters
   must be that of the weights.
4. Knowledge has a date, and a verdict on old knowledge is an old verdict.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from backstamp.attest import fields, predicates
from backstamp.attest.artifacts import Artifact, File, is_never_signed
from backstamp.attest.bom_claims import claims_of
from backstamp.attest.predicates import TrainingRun, day_of
from backstamp.attest.provenance import Expected, problems_of, provenance_of
from backstamp.attest.statement import Statement, Subject
from backstamp.attest.store import Attestation
from backstamp.core.tree import text_at, trees_at
from backstamp.core.verdict import Outcome

_PAPERS = (".md", ".rst", ".gitattributes", ".gitignore", ".png", ".jpg", ".jpeg", ".svg", ".bib", ".cff")
_PAPER_NAMES = ("license", "licence", "notice", "copying", "authors", "readme")
_WEIGHTS = (
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".ggml", ".onnx", ".onnx_data", ".h5", ".keras",
    ".pkl", ".pickle", ".joblib", ".npz", ".npy", ".msgpack", ".tflite", ".pb", ".mar", ".nemo", ".pte",
    ".mlmodel",
)  # fmt: skip
_CLOSE = 0.01  # buffers that are stored with parameters, and parameters that are tied
_MOST_TOLD = 10
BY_ITSELF = "it lists other things than files by SHA-256: verify it by itself"
_RANKS = {Outcome.ALLOW: 0, Outcome.WARN: 1, Outcome.UNDETERMINED: 2, Outcome.DENY: 3}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What verdicts, summaries and provenance must say to be enough."""

    outcomes: tuple[Outcome, ...] = (Outcome.ALLOW, Outcome.WARN)
    knowledge_age: timedelta | None = None
    verdict_age: timedelta | None = None
    rule_sets: tuple[str, ...] = ()
    provenance: Expected = Expected()
    verifiers: tuple[str, ...] = ()
    resource: str = ""
    levels: tuple[str, ...] = ()
    policy: tuple[tuple[str, str], ...] = ()


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a statement, what is only worth telling, and what orders it among others."""

    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    made: datetime | None = None
    rank: int = 0


class Outputs(msgspec.Struct, frozen=True, kw_only=True):
    """What came of holding runs against files; ``sources`` are the runs that made at least one of them."""

    sources: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def name_of(digest: tuple[tuple[str, str], ...]) -> str:
    """Write a set of digests in short: its SHA-256, else the first one."""
    known = dict(digest)
    if "sha256" in known:
        return f"sha256:{known['sha256']}"
    return ":".join(digest[0]) if digest else ""


def subject_problems(subjects: tuple[Subject, ...], artifact: Artifact) -> tuple[str, ...]:
    """Say why subjects are not this artifact as a whole, by its own digest or by those of all its files."""
    if any(_is_same(each.digest, artifact.digest) or _is_alias(each, artifact) for each in subjects):
        return ()
    known = _by_digest(subjects)
    uncovered = [
        file
        for file in artifact.files
        if not any(names_agree(each.name, file.name) for each in known.get(file.sha256, ()))
    ]
    if not uncovered:
        return ()
    told = ", ".join(f'"{each.name[:80]}" {name_of(each.digest)}' for each in subjects[:3])
    whole = f'"{artifact.name}" is {name_of(artifact.digest)}'
    if len(uncovered) < len(artifact.files):
        missing = f"{len(uncovered)} of {len(artifact.files)} files are not among what it is about"
        return (f"it is about {told}; {whole}: {missing}",)
    return (f"it is about {told}; {whole}",)


def _is_same(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> bool:
    known = dict(other)
    shared = [(algorithm, value) for algorithm, value in one if algorithm in known]
    return bool(shared) and all(known[algorithm] == value for algorithm, value in shared)


def _is_alias(subject: Subject, artifact: Artifact) -> bool:
    named = dict(artifact.digest).get("dirHash", "")
    return subject.of("sha256") in artifact.aliases and subject.of("dirHash") in ("", named)


def _by_digest(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for each in subjects:
        found.setdefault(each.of("sha256"), []).append(each)
    return found


def names_agree(one: str, other: str) -> bool:
    """Say whether two paths are the same, or one is the end of the other."""
    one, other = one.removeprefix("./"), other.removeprefix("./")
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def is_paper(name: str) -> bool:
    """Say whether a file only tells of the model: cards, licences, pictures."""
    last = name.rpartition("/")[2].lower()
    return last.endswith(_PAPERS) or last.partition(".")[0] in _PAPER_NAMES


def outputs_judged(found: tuple[Attestation, ...], artifact: Artifact) -> Outputs:
    """Hold what runs made against the files of a model."""
    runs = [(each.source, predicates.training_run_of(each.statement)) for each in found]
    made = [(source, output) for source, run in runs for output in run.outputs]
    known: dict[str, list[tuple[str, Subject]]] = {}
    for source, output in made:
        known.setdefault(output.of("sha256"), []).append((source, output))
    sources: dict[str, None] = {}
    lacking: list[File] = []
    remarks: list[str] = []
    for file in artifact.files:
        exact = [
            source for source, output in known.get(file.sha256, ()) if names_agree(output.name, file.name)
        ]
        sources.update(dict.fromkeys(exact))
        if exact:
            continue
        if is_paper(file.name):
            remarks.append(f'"{file.name}" is no output of a run')
            continue
        lacking.append(file)
    reasons = [_why_not(file, made) for file in lacking[:_MOST_TOLD]]
    if len(lacking) > _MOST_TOLD:
        reasons.append(f"and {len(lacking) - _MOST_TOLD} more like this")
    for source, run in runs:
        if source in sources:
            reasons.extend(_run_problems(source, run))
    return Outputs(sources=tuple(sources), reasons=tuple(reasons), remarks=tuple(_shortened(remarks)))


def _why_not(file: File, made: list[tuple[str, Subject]]) -> str:
    for source, output in made:
        if names_agree(output.name, file.name):
            return (
                f'"{file.name}" has sha256:{file.sha256}, but {source} made it with {name_of(output.digest)}'
            )
    for source, output in made:
        if output.of("sha256") == file.sha256:
            return (
                f'"{file.name}" has sha256:{file.sha256}, which {source} made under the name "{output.name}"'
            )
    return f'"{file.name}" (sha256:{file.sha256}) is no output of a training run that is trusted'


def _run_problems(source: str, run: TrainingRun) -> Iterator[str]:
    if run.outcome != "succeeded":
        yield f'{source}: the run ended as "{run.outcome[:40]}"'


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_TOLD:
        return lines
    return [*lines[:_MOST_TOLD], f"and {len(lines) - _MOST_TOLD} more like this"]


def bom_judged(found: Statement, artifact: Artifact) -> Judged:
    """Hold a BOM against the files of the model and the parameters in them."""
    claims = claims_of(predicates.bom_of(found))
    reasons: list[str] = []
    listed: set[str] = set()
    known: dict[str, list[File]] = {}
    for file in artifact.files:
        known.setdefault(_last(file.name), []).append(file)
    left_out = {_last(name): name for name in artifact.left_out}
    for each in claims.files:
        beside = left_out.get(_last(each.name))
        if "!/" in each.name or (beside and names_agree(each.name, beside)):
            continue
        matching = [file for file in known.get(_last(each.name), ()) if _same_file(each.name, file, artifact)]
        if not matching:
            reasons.append(f'it lists "{each.name[:120]}", which the model does not have')
        elif each.sha256 and each.sha256 not in {file.sha256 for file in matching}:
            has = f"the file has sha256:{matching[0].sha256}"
            reasons.append(f'it lists "{each.name[:120]}" with sha256:{each.sha256[:64]}; {has}')
        elif each.sha256:
            listed.update(file.name for file in matching if file.sha256 == each.sha256)
    weights = [file.name for file in artifact.files if file.name.lower().endswith(_WEIGHTS)]
    reasons.extend(f'it does not list "{name}" with its digest' for name in weights if name not in listed)
    reasons = _shortened(reasons)
    reasons.extend(_count_problems(claims.counts, artifact))
    unlisted = sum(file.name not in listed for file in artifact.files) - sum(
        name not in listed for name in weights
    )
    remarks = (f"{unlisted} files that are no weights are not listed",) if unlisted else ()
    return Judged(reasons=tuple(reasons), remarks=remarks)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _same_file(name: str, file: File, artifact: Artifact) -> bool:
    return names_agree(name, file.name) or names_agree(name, f"{artifact.name}/{file.name}")


def _count_problems(counts: tuple[tuple[str, int], ...], artifact: Artifact) -> Iterator[str]:
    measured = artifact.elements
    if measured is None or not counts:
        return
    if not any(abs(count - measured) <= _CLOSE * max(count, measured) for _, count in counts):
        name, count = counts[0]
        yield f'it says that "{name[:80]}" has {count:,} parameters; the weights hold {measured:,}'


def verdict_judged(found: Statement, wanted: Wanted, now: datetime) -> Judged:
    """Hold a verdict against what is wanted."""
    said = predicates.scan_verdict_of(found.predicate)
    reasons: list[str] = []
    if said.outcome not in wanted.outcomes:
        why = f": {said.reasons[0][:200]}" if said.reasons else ""
        reasons.append(f'the verdict is "{said.outcome}"{why}')
    if fields.is_later(said.made, now):
        reasons.append(f"it was made on {fields.written(said.made)}, which is in the future")
    if wanted.verdict_age is not None and now - said.made > wanted.verdict_age:
        reasons.append(f"it was made on {fields.written(said.made)}: {(now - said.made).days} days ago")
    if wanted.rule_sets and said.rule_set not in wanted.rule_sets:
        reasons.append(
            f"it was made by the rules sha256:{said.rule_set}, which are not those that are wanted"
        )
    reasons.extend(_old_knowledge(said, wanted, now))
    return Judged(reasons=tuple(reasons), made=said.made, rank=_RANKS[said.outcome])


def denies_a_file(found: Statement, artifact: Artifact) -> bool:
    """Say whether a verdict denies any file of an artifact: then it is about the artifact, too."""
    if predicates.kind_of(found.predicate_type) is not predicates.Kind.VERDICT:
        return False
    if predicates.scan_verdict_of(found.predicate).outcome is not Outcome.DENY:
        return False
    digests = {file.sha256 for file in artifact.files}
    return any(each.of("sha256") in digests for each in found.subjects)


def _old_knowledge(said: predicates.ScanVerdict, wanted: Wanted, now: datetime) -> Iterator[str]:
    if wanted.knowledge_age is not None and not said.knowledge:
        yield "it does not say on which knowledge it stands"
    for each in said.knowledge:
        as_of = day_of(each.as_of)
        if fields.is_later(as_of, said.made, timedelta(days=1)):
            yield f'its knowledge "{each.name[:60]}" is of {each.as_of[:20]}, later than the verdict itself'
        elif wanted.knowledge_age is not None and now - as_of > wanted.knowledge_age:
            yield f'its knowledge "{each.name[:60]}" is of {each.as_of[:20]}: {(now - as_of).days} days old'


def summary_judged(found: Statement, wanted: Wanted, now: datetime, known: frozenset[str]) -> Judged:
    """Hold a verification summary against what is wanted; ``known`` are digests of attestations at hand."""
    said = predicates.summary_of(found.predicate)
    reasons: list[str] = []
    if said.result != "PASSED":
        reasons.append(f"the verification {said.result}")
    if wanted.verifiers and said.verifier not in wanted.verifiers:
        reasons.append(f'it was verified by "{said.verifier[:120]}", which is not a verifier that is wanted')
    if wanted.resource and said.resource != wanted.resource:
        reasons.append(f'it is about "{said.resource[:160]}", not "{wanted.resource}"')
    if missing := [level for level in wanted.levels if not _reaches(level, said.levels)]:
        reasons.append(f"it does not say that {', '.join(missing)} was verified")
    if wanted.policy and not _is_same(said.policy.digest, wanted.policy):
        reasons.append(
            f"it was verified against the policy {name_of(said.policy.digest) or 'without a digest'}"
        )
    if fields.is_later(said.verified, now):
        reasons.append(f"it was verified on {fields.written(said.verified)}, which is in the future")
    if wanted.verdict_age is not None and now - said.verified > wanted.verdict_age:
        reasons.append(
            f"it was verified on {fields.written(said.verified)}: {(now - said.verified).days} days ago"
        )
    absent = sum(each.of("sha256") not in known for each in said.inputs)
    remarks = (f"{absent} of its {len(said.inputs)} input attestations are not at hand",) if absent else ()
    rank = int(said.result != "PASSED")
    return Judged(reasons=tuple(reasons), remarks=remarks, made=said.verified, rank=rank)


def _reaches(level: str, levels: tuple[str, ...]) -> bool:
    """Say whether a level, or a higher one of its track (SLSA_BUILD_LEVEL_3 for 2), was verified."""
    if level in levels:
        return True
    track, mark, number = level.rpartition("_")
    if not mark or not number.isdigit():
        return False
    return any(
        each.rpartition("_")[0] == track
        and each.rpartition("_")[2].isdigit()
        and int(each.rpartition("_")[2][:4]) > int(number[:4])
        for each in levels
    )


def provenance_judged(found: Statement, wanted: Wanted) -> Judged:
    """Hold signed provenance against what is expected of it."""
    said = provenance_of(found)
    return Judged(reasons=problems_of(said, wanted.provenance, is_signed=True), made=said.finished)


def signature_judged(found: Statement, artifact: Artifact) -> Judged:
    """Hold a model signature against the files, where it lists whole files by SHA-256.

    It may list attestations that lie beside the files, and those of git.
    """
    reasons: list[str] = []
    listed: dict[str, str] = {}
    for each in trees_at(found.predicate, "resources"):
        name, digest = text_at(each, "name"), text_at(each, "digest")
        if text_at(each, "algorithm") != "sha256" or not name:
            return Judged(reasons=(BY_ITSELF,))
        if name in listed:
            reasons.append(f'it lists "{name[:120]}" twice')
        listed[name] = digest
    if len(found.subjects) != 1 or found.subjects[0].of("sha256") != _root_of(list(listed.values())):
        reasons.append("its subject is not what it lists")
    has = {file.name: file.sha256 for file in artifact.files}
    reasons += [
        f'"{name[:120]}" was signed as {listed.get(name, "nothing")[:64]}, it is {has.get(name, "gone")}'
        for name in sorted(listed.keys() | has.keys())
        if listed.get(name) != has.get(name)
        and name not in artifact.left_out
        and not (name not in listed and is_never_signed(name))
    ]
    return Judged(reasons=tuple(_shortened(reasons)))


def is_about_files(found: Statement, artifact: Artifact) -> bool:
    """Say whether a model signature lists any file of this artifact, by name or by digest."""
    names, digests = {file.name for file in artifact.files}, {file.sha256 for file in artifact.files}
    return any(
        text_at(each, "name").partition(":")[0] in names or text_at(each, "digest") in digests
        for each in trees_at(found.predicate, "resources")
    )


def _root_of(digests: list[str]) -> str:
    from hashlib import sha256

    try:
        return sha256(b"".join(bytes.fromhex(each) for each in digests)).hexdigest()
    except ValueError:
        return ""
