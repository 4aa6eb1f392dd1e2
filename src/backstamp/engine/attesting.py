"""Makes statements about files and folders: reads the bytes, asks the scan or the BOM, writes the predicate.

1. The subject is computed before the work and looked at again after it: what changed meanwhile is not
   attested.
2. A training run is attested only if what it says of its outputs is what lies there.
3. Nothing is signed here; the statement that is given is what a signer signs.
"""

import os
from datetime import datetime

import msgspec

from backstamp.attest import predicates, provenance
from backstamp.attest.artifacts import read_artifact
from backstamp.attest.fields import Resource
from backstamp.attest.judging import bom_judged, outputs_judged
from backstamp.attest.predicates import Summary
from backstamp.attest.provenance import Provenance
from backstamp.attest.statement import Statement, statement_of, strict_tree
from backstamp.attest.store import Attestation, attestations_in
from backstamp.core.errors import ReadError, SourceError, VerificationError
from backstamp.core.finding import Severity
from backstamp.core.tree import Tree

_MOST_BYTES = 64 * 1024 * 1024


def verdict_statement(
    target: str, *, made: datetime, fail_on: Severity | None = Severity.HIGH, jobs: int = 0
) -> Statement:
    """Scan a target and state the verdict on it. Raises ``SourceError``."""
    from backstamp.engine import catalog
    from backstamp.engine.scan import Options, scan

    artifact, state = read_artifact(target), _state(target)
    report = scan([target], Options(fail_on=fail_on, jobs=jobs))
    rules = tuple(catalog.text_of(each).rule for each in catalog.all_detectors(catalog.AREAS))
    said = predicates.verdict_from(report, rule_set=predicates.rule_set_digest(rules), made=made)
    _unchanged(target, state)
    return predicates.statement((artifact.subject,), predicates.VERDICT, said.as_tree())


def bom_statement(target: str, *, timestamp: str, document: str = "") -> Statement:
    """State a BOM of a target: the document of a file, or one that is made. Raises ``VerificationError``."""
    artifact, state = read_artifact(target), _state(target)
    tree = json_of(document) if document else _described(target, timestamp)
    made = predicates.statement((artifact.subject,), predicates.bom_type_of(tree), tree)
    if reasons := bom_judged(made, artifact).reasons:
        raise VerificationError(
            f'the BOM is not of "{target}": {"; ".join(reasons[:3])}',
            hint="Make it anew: backstamp bom TARGET",
        )
    _unchanged(target, state)
    return made


def training_run_statement(target: str, document: str) -> Statement:
    """Give the statement of a training run, if its outputs are what lies there."""
    path = document or os.path.join(target, "backstamp.training-run.json")
    data = bytes_of(path)
    found = statement_of(data)
    predicates.training_run_of(found)
    attested = Attestation(source=os.path.basename(path), statement=found, digest="")
    artifact = read_artifact(target)
    judged = outputs_judged((attested,), artifact)
    if judged.reasons:
        raise VerificationError(
            f'the run did not make what lies in "{target}": {"; ".join(judged.reasons[:3])}',
            hint="Attest the folder that the run wrote, as it wrote it.",
        )
    return found


def provenance_statement(target: str, predicate: Provenance | str) -> Statement:
    """State how a target was built: by parts, or by the file of a predicate."""
    artifact = read_artifact(target)
    if isinstance(predicate, str):
        made = Statement(
            subjects=(artifact.subject,), predicate_type=provenance.V1, predicate=json_of(predicate)
        )
        provenance.provenance_of(made)
        return made
    return provenance.statement((artifact.subject,), predicate)


def summary_statement(target: str, summary: Summary, inputs: tuple[str, ...] = ()) -> Statement:
    """State that a target was verified, with the attestations that were looked at."""
    named = tuple(each for path in inputs for each in _inputs(path))
    whole = msgspec.structs.replace(summary, inputs=(*summary.inputs, *named))
    return predicates.statement((read_artifact(target).subject,), predicates.VSA, whole.as_tree())


def json_of(path: str) -> Tree:
    """Read a JSON object from a file, strictly. Raises ``SourceError`` and ``ReadError``."""
    try:
        return strict_tree(bytes_of(path))
    except ReadError as error:
        raise ReadError(f'"{path}": {error.message}') from error


def bytes_of(path: str) -> bytes:
    """Read a file that is not too large. Raises ``SourceError``."""
    from backstamp.sources.tree import Entry, opened

    with opened(Entry(path=path, shown=os.path.basename(path))) as blob:
        if blob.size > _MOST_BYTES:
            raise SourceError(f'"{path}" is too large: {blob.size:,} bytes')
        return bytes(blob.view)


def _inputs(path: str) -> tuple[Resource, ...]:
    name = os.path.basename(path)
    read = attestations_in(bytes_of(path), name)
    if read.problems:
        raise ReadError(read.problems[0])
    return tuple(Resource(uri=each.source, digest=(("sha256", each.digest),)) for each in read.attestations)


def _described(target: str, timestamp: str) -> Tree:
    from backstamp.engine.describe import Wishes, described
    from backstamp.engine.inventory import StockOptions

    left_out = read_artifact(target).left_out if os.path.isdir(target) else ()
    return described(target, Wishes(timestamp=timestamp), StockOptions(exclude=left_out)).tree


def _state(target: str) -> tuple[tuple[str, int, int, int], ...]:
    """Note names, sizes and times of the files of a target."""
    from backstamp.sources.tree import entries_of

    found = []
    for entry in entries_of(target):
        status = os.stat(entry.path)
        found.append((entry.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return tuple(found)


def _unchanged(target: str, state: tuple[tuple[str, int, int, int], ...]) -> None:
    if _state(target) != state:
        raise SourceError(f'"{target}" changed while it was examined', hint="Attest it when it is at rest.")
