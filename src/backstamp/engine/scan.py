"""Runs a scan over whole targets and makes the report."""

from collections.abc import Callable, Iterable, Iterator

from backstamp import __version__
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import SourceError
from backstamp.core.fact import Fact, FactBook
from backstamp.core.finding import Finding, Severity
from backstamp.core.reading import Coverage, Status
from backstamp.core.report import Report, RuleText
from backstamp.engine import catalog
from backstamp.engine.examine import Examination, examine, judged, numbered
from backstamp.policy.default import verdict_on
from backstamp.sources.tree import Entry, entries_of, opened


def scan(
    targets: Iterable[str],
    *,
    fail_on: Severity = Severity.HIGH,
    limits: Limits | None = None,
    progress: Callable[[Entry], None] | None = None,
) -> Report:
    """Examine every file of the targets and judge them by the default policy.

    Raises ``SourceError`` if a target does not exist; what cannot be read inside one is coverage.
    """
    names = list(targets)
    coverage: list[Coverage] = []
    findings: list[Finding] = []
    facts: list[Fact] = []
    size = 0
    for entry in _listed(names):
        if progress:
            progress(entry)
        size += entry.size
        found = examined(entry, limits)
        coverage += found.coverage
        findings += found.findings
        facts += found.facts
    findings += judged(FactBook(facts), tree=True)
    ordered = numbered(findings)
    return Report(
        target=", ".join(names),
        verdict=verdict_on(ordered, coverage, fail_on=fail_on),
        findings=tuple(ordered),
        coverage=tuple(coverage),
        rules=_rules_of(ordered),
        knowledge=(),
        tool_version=__version__,
        total_bytes=size,
    )


def examined(entry: Entry, limits: Limits | None = None) -> Examination:
    """Examine one listed file; a file that cannot be opened is coverage."""
    if entry.skipped or entry.problem:
        status = Status.SKIPPED if entry.skipped else Status.FAILED
        return _only(entry, status, entry.skipped or entry.problem)
    try:
        with opened(entry) as blob:
            return examine(blob, budget=Budget(limits))
    except SourceError as error:
        return _only(entry, Status.FAILED, error.message)


def _listed(targets: list[str]) -> Iterator[Entry]:
    for target in targets:
        yield from entries_of(target)


def _only(entry: Entry, status: Status, reason: str) -> Examination:
    return Examination(
        coverage=[Coverage(path=(entry.shown,), status=status, reason=reason)], findings=[], facts=[]
    )


def _rules_of(findings: list[Finding]) -> tuple[RuleText, ...]:
    codes = {f.rule for f in findings}
    if not codes:
        return ()
    return tuple(catalog.text_of(d) for d in catalog.all_detectors() if d.RULE.code in codes)
