"""Examines one file with everything nested in it: sniff, read, account for bytes, judge.

1. Every reader whose format the bytes could be taken for reads them: a polyglot is read as all it is.
2. Members are examined in their own right, at once, so that memory is given back.
3. Bytes that no reader explained are probed for embedded artifacts, and reported.
4. What was not read to the end is coverage; nothing is dropped silently.
"""

from collections.abc import Iterable

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.catalog import JUDGE, STOCK, Area, Purpose
from backstamp.core.digest import Digest
from backstamp.core.errors import BudgetExceeded
from backstamp.core.fact import Fact, FactBook, Present
from backstamp.core.finding import Finding, fingerprint_of
from backstamp.core.reading import Coverage, Explained, Member, Status, Unread
from backstamp.engine import catalog
from backstamp.engine.isolation import guarded, guarded_rule
from backstamp.formats import probe, sniff

_NESTED_DIGEST = 256 * 1024 * 1024
_LARGE = 8 * 1024 * 1024  # after a member of this size, memory is given back
_WORSE = (Status.SKIPPED, Status.COMPLETE, Status.UNSUPPORTED, Status.PARTIAL, Status.FAILED)


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one file: coverage of it and its members, findings, and facts for tree rules.

    ``digests`` are those of its members, by path, where stock was taken.
    """

    coverage: list[Coverage]
    findings: list[Finding]
    facts: list[Fact]
    operations: int = 0
    digests: dict[tuple[str, ...], Digest] = {}


class _State:
    """What one examination gathers on its way down."""

    __slots__ = ("areas", "budget", "coverage", "digests", "facts", "purposes")

    def __init__(
        self, budget: Budget, areas: tuple[Area, ...], purposes: tuple[Purpose, ...] = JUDGE
    ) -> None:
        self.budget = budget
        self.areas = areas
        self.purposes = purposes
        self.coverage: list[Coverage] = []
        self.digests: dict[tuple[str, ...], Digest] = {}
        self.facts: list[Fact] = []


def examine(
    blob: Blob, *, budget: Budget | None = None, areas: tuple[Area, ...] = catalog.AREAS
) -> Examination:
    """Examine a file. Never raises for what is in the bytes."""
    state = _State(budget or Budget(), areas)
    _artifact(blob, (), 0, state)
    book = FactBook(state.facts)
    findings, faults = judged(book, tree=False, areas=areas)
    return Examination(
        coverage=with_faults(state.coverage, faults),
        findings=[_signed(f, blob, state.digests) for f in findings],
        facts=_wanted_by_trees(state.facts, areas),
        operations=state.budget.operations,
    )


def taken_stock_of(
    blob: Blob, *, budget: Budget | None = None, areas: tuple[Area, ...] = catalog.AREAS
) -> Examination:
    """Say what is in a file, for a BOM: only readers that take stock run, nothing is judged.

    The digests of members are computed too: a BOM names what it lists. Never raises for what is in the bytes.
    """
    state = _State(budget or Budget(), areas, STOCK)
    _artifact(blob, (), 0, state)
    return Examination(
        coverage=state.coverage,
        findings=[],
        facts=state.facts,
        digests=state.digests,
        operations=state.budget.operations,
    )


def judged(
    book: FactBook, *, tree: bool, areas: tuple[Area, ...] = catalog.AREAS
) -> tuple[list[Finding], list[Unread]]:
    """Run the rule families whose facts occur; a rule that fails is a fault beside the findings."""
    found: list[Finding] = []
    faults: list[Unread] = []
    for family in catalog.families_for(book.modules(), tree=tree, areas=areas):
        for detector in catalog.detectors_of(family):
            for statement in guarded_rule(detector, book):
                if isinstance(statement, Finding):
                    found.append(statement)
                else:
                    faults.append(statement)
    return found, faults


def with_faults(coverage: list[Coverage], faults: list[Unread]) -> list[Coverage]:
    """Charge the faults of rules to the first artifact: it was read, but not judged to the end."""
    if not faults or not coverage:
        return coverage
    reason = "; ".join(dict.fromkeys((*filter(None, (coverage[0].reason,)), *(f.reason for f in faults))))
    return [msgspec.structs.replace(coverage[0], status=Status.FAILED, reason=reason), *coverage[1:]]


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by place and give each its fingerprint; equal ones are counted apart."""
    ordered = sorted(
        findings, key=lambda f: (f.place.path, -f.severity.rank, f.rule, f.message, str(f.place.where))
    )
    seen: dict[str, int] = {}
    out = []
    for finding in ordered:
        key = fingerprint_of(finding, 0)
        seen[key] = seen.get(key, -1) + 1
        out.append(msgspec.structs.replace(finding, fingerprint=fingerprint_of(finding, seen[key])))
    return out


def _artifact(blob: Blob, forced: tuple[str, ...], depth: int, state: _State) -> None:
    kinds = sniff.settled(sniff.kinds_of(blob), forced)
    first = len(state.facts)
    state.facts.append(Present(place=blob.whole(), size=blob.size, kinds=kinds))
    explained: list[Explained] = []
    problems: list[Unread] = []
    place = len(state.coverage)
    was_read = False
    for reader in catalog.readers_for(kinds, state.areas, state.purposes):
        was_read = True
        _read(guarded(reader, blob, state.budget), explained, problems, depth, state)
    is_judged = Purpose.JUDGE in state.purposes
    gaps = [] if not is_judged or _is_left_alone(kinds, was_read=was_read) else _gaps(explained, blob)
    if is_judged and not gaps and sniff.is_searched(kinds, was_read=was_read):
        _read(probe.stowaway_in(blob, kinds, state.budget), explained, problems, depth, state)
    if gaps:
        _read(probe.embedded_in(blob, gaps, state.budget), explained, problems, depth, state)
    is_named = len(state.facts) > first + 1 or not is_judged
    is_cheap = blob.size <= _NESTED_DIGEST or not blob.is_whole or not is_judged
    if depth and is_named and is_cheap and (digest := blob.digest):
        state.digests[blob.path] = digest
    left = sum(g.end - g.start for g in _gaps(explained, blob)) if gaps else 0
    if is_judged and not was_read and not sniff.is_known(kinds):
        problems.append(Unread("no reader for this format", Status.UNSUPPORTED))
    state.coverage.insert(place, _coverage(blob, kinds, problems, left))
    if len(blob.view) > _LARGE:
        blob.give_back()


def _read(
    statements: Iterable[object],
    explained: list[Explained],
    problems: list[Unread],
    depth: int,
    state: _State,
) -> None:
    for statement in statements:
        match statement:
            case Fact():
                try:
                    state.budget.spend_facts()
                except BudgetExceeded as error:
                    problems.append(Unread(error.message))
                    return
                state.facts.append(statement)
            case Member():
                if depth >= state.budget.limits.depth:
                    problems.append(Unread(f"nested deeper than {state.budget.limits.depth} containers"))
                else:
                    _artifact(statement.blob, statement.kinds, depth + 1, state)
            case Explained():
                explained.append(statement)
            case Unread():
                problems.append(statement)


def _is_left_alone(kinds: tuple[str, ...], *, was_read: bool) -> bool:
    return not was_read and sniff.is_known(kinds)


def _gaps(explained: list[Explained], blob: Blob) -> list[Explained]:
    gaps, at = [], 0
    for run in sorted(explained, key=lambda e: e.start):
        if run.start > at:
            gaps.append(Explained(at, min(run.start, blob.size)))
        at = max(at, run.end)
    if at < blob.size:
        gaps.append(Explained(at, blob.size))
    return [g for g in gaps if g.end > g.start]


def _coverage(blob: Blob, kinds: tuple[str, ...], problems: list[Unread], left: int) -> Coverage:
    worst = max((p.status for p in problems), key=_WORSE.index, default=Status.COMPLETE)
    reasons = dict.fromkeys(p.reason for p in problems)
    return Coverage(
        path=blob.path, status=worst, reason="; ".join(list(reasons)[:3]), unexplained=left, kinds=kinds
    )


def _signed(finding: Finding, root: Blob, digests: dict[tuple[str, ...], Digest]) -> Finding:
    path = finding.place.path
    digest = root.digest if path == root.path else digests.get(path) or root.digest
    return msgspec.structs.replace(finding, digest=digest)


def _wanted_by_trees(facts: list[Fact], areas: tuple[Area, ...]) -> list[Fact]:
    modules = {m for area in areas for family in area.families if family.tree for m in family.facts}
    return [f for f in facts if type(f).__module__ in modules]
