"""What can be said of an artifact: a verdict of our scan, a BOM, a training run, a verification summary.

Each kind is made, read and validated here; nothing is opened, and time comes in as an argument.

1. A verdict says what was decided about exactly these bytes, by which rules (their digest), with which
   knowledge (each snapshot and the day it stands for), and whether something stayed unread.
2. A BOM is the whole document as the predicate, as the in-toto predicates CycloneDX and SPDX say.
3. A training run is what ``capture`` writes; it is read here and never made.
4. A verification summary (VSA) follows SLSA v1.1, "Verification Summary Attestation".
5. What is read is strict: wrong types, unknown outcomes and times without offset are refused.
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum

import msgspec

from backstamp.attest import fields, provenance
from backstamp.attest.fields import Resource
from backstamp.attest.statement import Statement, Subject
from backstamp.core.errors import ReadError
from backstamp.core.finding import Rule
from backstamp.core.report import Report
from backstamp.core.tree import Json, Tree
from backstamp.core.verdict import Outcome

VERDICT = "https://backstamp.dev/scan-verdict/v1"
TRAINING_RUN = "https://backstamp.dev/training-run/v1"
CYCLONEDX = "https://cyclonedx.org/bom"
SPDX = "https://spdx.dev/Document"
VSA = "https://slsa.dev/verification_summary/v1"
MODEL_SIGNATURE = "https://model_signing/signature/v1.0"
_RESULTS = ("PASSED", "FAILED")
_SPDX_CONTEXT = "https://spdx.org/rdf/3."


class Kind(StrEnum):
    """The kinds of statements that a chain is made of."""

    TRAINING_RUN = "training-run"
    SIGNATURE = "signature"
    BOM = "bom"
    VERDICT = "verdict"
    PROVENANCE = "provenance"
    VSA = "vsa"
    OTHER = "other"


_KINDS = {
    VERDICT: Kind.VERDICT,
    TRAINING_RUN: Kind.TRAINING_RUN,
    VSA: Kind.VSA,
    MODEL_SIGNATURE: Kind.SIGNATURE,
    **dict.fromkeys(provenance.TYPES, Kind.PROVENANCE),
}


def kind_of(predicate_type: str) -> Kind:
    """Say of which kind a predicate is; versions of CycloneDX and SPDX are written behind their types."""
    for base in (CYCLONEDX, SPDX):
        if predicate_type == base or predicate_type.startswith(f"{base}/v"):
            return Kind.BOM
    return _KINDS.get(predicate_type, Kind.OTHER)


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """A knowledge snapshot that a verdict stands on: ``as_of`` is the day (``YYYY-MM-DD``) it stands for."""

    name: str
    as_of: str
    digest: str = ""


class ScanVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The predicate of a verdict."""

    outcome: Outcome
    reasons: tuple[str, ...]
    rule_set: str
    knowledge: tuple[Knowledge, ...]
    tool: str
    made: datetime
    findings: tuple[tuple[str, int], ...] = ()
    fail_on: str = ""
    unread: int = 0

    def as_tree(self) -> Tree:
        """Write the predicate."""
        knowledge: list[Json] = []
        for each in self.knowledge:
            known: Tree = {"name": each.name, "asOf": each.as_of}
            if each.digest:
                known["digest"] = each.digest
            knowledge.append(known)
        return {
            "verdict": str(self.outcome),
            "reasons": [*self.reasons],
            "ruleSet": {"digest": {"sha256": self.rule_set}},
            "knowledge": knowledge,
            "tool": {"name": "backstamp", "version": self.tool},
            "madeOn": fields.written(self.made),
            "findings": dict[str, Json](self.findings),
            "failOn": self.fail_on or "never",
            "unread": self.unread,
        }


def verdict_from(report: Report, *, rule_set: str, made: datetime) -> ScanVerdict:
    """Make the predicate of a report."""
    from backstamp.core.reading import Status

    counts: dict[str, int] = {}
    for finding in report.findings:
        counts[str(finding.severity)] = counts.get(str(finding.severity), 0) + 1
    read = (Status.COMPLETE, Status.SKIPPED)
    return ScanVerdict(
        outcome=report.verdict.outcome,
        reasons=tuple(_plain(each) for each in report.verdict.reasons),
        rule_set=rule_set,
        knowledge=tuple(Knowledge(name=k.name, as_of=k.as_of, digest=k.digest) for k in report.knowledge),
        tool=report.tool_version,
        made=made,
        findings=tuple(sorted(counts.items())),
        fail_on=str(report.fail_on) if report.fail_on else "",
        unread=sum(1 for each in report.coverage if each.status not in read),
    )


def rule_set_digest(rules: tuple[Rule, ...]) -> str:
    """Name a set of rules by what decides: codes, severities, confidences and words, in order."""
    lines = sorted(f"{r.code}\0{r.name}\0{r.severity}\0{r.confidence}\0{r.message}\n" for r in rules)
    return hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def scan_verdict_of(predicate: Tree) -> ScanVerdict:
    """Read the predicate of a verdict. Raises ``ReadError``."""
    word = fields.text(predicate, "verdict", required=True)
    if word not in list(Outcome):
        raise ReadError(f'"{word[:40]}" is not a verdict')
    rules = dict(fields.digests(fields.tree(predicate, "ruleSet", required=True)))
    if "sha256" not in rules:
        raise ReadError("a verdict without the digest of its rules")
    made = fields.when(predicate, "madeOn", required=True)
    assert made is not None  # noqa: S101  # it is required
    knowledge = tuple(
        Knowledge(
            name=fields.text(each, "name", required=True),
            as_of=_day(each),
            digest=fields.text(each, "digest"),
        )
        for each in fields.trees(predicate, "knowledge", required=True)
    )
    counted = fields.tree(predicate, "findings")
    findings = tuple((key, fields.number(counted, key) or 0) for key in sorted(counted))
    threshold = fields.text(predicate, "failOn")
    return ScanVerdict(
        outcome=Outcome(word),
        reasons=fields.texts(predicate, "reasons"),
        rule_set=rules["sha256"],
        knowledge=knowledge,
        tool=fields.text(fields.tree(predicate, "tool", required=True), "version", required=True),
        made=made,
        findings=findings,
        fail_on="" if threshold == "never" else threshold,
        unread=fields.number(predicate, "unread") or 0,
    )


def _day(known: Tree) -> str:
    written = fields.text(known, "asOf", required=True)
    day_of(written)
    return written


def day_of(written: str) -> datetime:
    """Understand the day of a snapshot: a date, or a time with its offset. Raises ``ReadError``."""
    return fields.time_of(f"{written}T00:00:00Z" if len(written) == 10 else written, "asOf")


def bom_type_of(document: Tree) -> str:
    """Name the predicate type of a BOM document. Raises ``ReadError`` for what is none."""
    if document.get("bomFormat") == "CycloneDX":
        fields.text(document, "specVersion", required=True)
        for key in ("components", "services", "dependencies"):
            fields.trees(document, key)
        return CYCLONEDX
    context = document.get("@context")
    if isinstance(context, str) and context.startswith(_SPDX_CONTEXT):
        fields.trees(document, "@graph", required=True)
        return SPDX
    if fields.text(document, "spdxVersion").startswith("SPDX-2."):
        return SPDX
    raise ReadError("not a BOM: neither CycloneDX nor SPDX")


def bom_of(found: Statement) -> Tree:
    """Give the document of a BOM statement. Raises ``ReadError`` where type and document differ."""
    stated = CYCLONEDX if found.predicate_type.startswith(CYCLONEDX) else SPDX
    if kind_of(found.predicate_type) is not Kind.BOM or bom_type_of(found.predicate) != stated:
        raise ReadError(f'its predicate type is "{found.predicate_type[:80]}", its document is another')
    return found.predicate


class TrainingRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement about a training run says of how it ended and what came out."""

    outputs: tuple[Subject, ...]
    outcome: str
    invocation: str
    builder: str
    started: datetime | None = None
    finished: datetime | None = None
    tree_digest: str = ""
    inputs: tuple[Resource, ...] = ()


def training_run_of(found: Statement) -> TrainingRun:
    """Read a statement about a training run. Raises ``ReadError``."""
    if found.predicate_type != TRAINING_RUN:
        raise ReadError(f'not a training run: its predicate type is "{found.predicate_type[:80]}"')
    definition = fields.tree(found.predicate, "buildDefinition", required=True)
    details = fields.tree(found.predicate, "runDetails", required=True)
    metadata = fields.tree(details, "metadata", required=True)
    observed = fields.tree(found.predicate, "observed", required=True)
    fields.text(definition, "buildType", required=True)
    started, finished = fields.when(metadata, "startedOn"), fields.when(metadata, "finishedOn")
    if started and finished and started > finished:
        raise ReadError("the run finished before it was started")
    outputs = tuple(each for each in found.subjects if not each.name.startswith("run:"))
    made = TrainingRun(
        outputs=outputs,
        outcome=fields.text(observed, "outcome", required=True),
        invocation=fields.text(metadata, "invocationId"),
        builder=fields.text(fields.tree(details, "builder", required=True), "id", required=True),
        started=started,
        finished=finished,
        tree_digest=dict(fields.digests(observed, "outputDigest")).get("sha256", ""),
        inputs=fields.resources(definition, "resolvedDependencies"),
    )
    names = [each.name for each in outputs]
    if len(set(names)) != len(names):
        raise ReadError("an output of the run stands twice")
    if made.tree_digest and outputs and made.tree_digest != tree_digest(outputs):
        raise ReadError("the digest of all outputs is not that of the outputs that are listed")
    return made


def tree_digest(files: tuple[Subject, ...]) -> str:
    """Name files by their content, as ``capture`` does: "digest, two blanks, name" lines, sorted by name."""
    ordered = sorted(files, key=lambda each: each.name)
    lines = "".join(f"{each.of('sha256')}  {each.name}\n" for each in ordered)
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A verification summary: somebody verified the resource against a policy."""

    verifier: str
    verified: datetime
    resource: str
    policy: Resource
    result: str
    levels: tuple[str, ...] = ()
    inputs: tuple[Resource, ...] = ()
    dependency_levels: tuple[tuple[str, int], ...] = ()
    slsa_version: str = ""
    tool_versions: tuple[tuple[str, str], ...] = ()

    def as_tree(self) -> Tree:
        """Write the predicate."""
        verifier: Tree = {"id": self.verifier}
        if self.tool_versions:
            verifier["version"] = dict[str, Json](self.tool_versions)
        made: Tree = {
            "verifier": verifier,
            "timeVerified": fields.written(self.verified),
            "resourceUri": self.resource,
            "policy": self.policy.as_tree(),
            "verificationResult": self.result,
            "verifiedLevels": [*self.levels],
        }
        if self.inputs:
            made["inputAttestations"] = [each.as_tree() for each in self.inputs]
        if self.dependency_levels:
            made["dependencyLevels"] = dict[str, Json](self.dependency_levels)
        if self.slsa_version:
            made["slsaVersion"] = self.slsa_version
        return made


def summary_of(predicate: Tree) -> Summary:
    """Read the predicate of a verification summary. Raises ``ReadError``."""
    result = fields.text(predicate, "verificationResult", required=True)
    if result not in _RESULTS:
        raise ReadError(f'"{result[:40]}" is not a verification result: PASSED or FAILED')
    verified = fields.when(predicate, "timeVerified", required=True)
    assert verified is not None  # noqa: S101  # it is required
    verifier = fields.tree(predicate, "verifier", required=True)
    versions = fields.tree(verifier, "version")
    inputs = fields.resources(predicate, "inputAttestations")
    if any(not each.digest for each in inputs):
        raise ReadError("an input attestation without a digest")
    levels = fields.texts(predicate, "verifiedLevels", required=True)
    if levels and result == "FAILED" and levels != ("FAILED",):
        raise ReadError("verified levels of something that failed")
    counted = fields.tree(predicate, "dependencyLevels")
    return Summary(
        verifier=fields.text(verifier, "id", required=True),
        verified=verified,
        resource=fields.text(predicate, "resourceUri", required=True),
        policy=fields.resource(fields.tree(predicate, "policy", required=True)),
        result=result,
        levels=levels,
        inputs=inputs,
        dependency_levels=tuple((name, fields.number(counted, name) or 0) for name in sorted(counted)),
        slsa_version=fields.text(predicate, "slsaVersion"),
        tool_versions=tuple((name, fields.text(versions, name)) for name in sorted(versions)),
    )


def statement(subjects: tuple[Subject, ...], predicate_type: str, predicate: Tree) -> Statement:
    """Make a statement and hold it against what its reader would refuse. Raises ``ReadError``."""
    made = Statement(subjects=subjects, predicate_type=predicate_type, predicate=predicate)
    check(made)
    return made


def check(found: Statement) -> Kind:
    """Validate the predicate of a statement by its kind, and name the kind. Raises ``ReadError``."""
    if not found.subjects:
        raise ReadError("a statement without subjects")
    kind = kind_of(found.predicate_type)
    match kind:
        case Kind.VERDICT:
            scan_verdict_of(found.predicate)
        case Kind.BOM:
            bom_of(found)
        case Kind.TRAINING_RUN:
            training_run_of(found)
        case Kind.VSA:
            summary_of(found.predicate)
        case Kind.PROVENANCE:
            provenance.provenance_of(found)
        case Kind.SIGNATURE:
            fields.trees(found.predicate, "resources", required=True)
            fields.tree(found.predicate, "serialization", required=True)
        case Kind.OTHER:
            pass
    _writable(found.predicate)
    return kind


def _writable(predicate: Tree) -> None:
    try:
        json.dumps(predicate, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ReadError("a text with half of a surrogate pair") from error
    except ValueError as error:
        raise ReadError("a number that is not finite") from error
    except RecursionError as error:
        raise ReadError("a predicate nested too deep") from error


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[: fields.LONGEST]
