"""Runs a scan over whole targets and makes the report.

Stages: list the entries, examine each file (from the cache where it is known), run the tree rules over
the facts of all files, let the policy judge. The order of the entries decides the order of everything:
the number of processes never shows in a report.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from backstamp import __version__
from backstamp.core.budget import Budget, Limits
from backstamp.core.catalog import Area
from backstamp.core.digest import Digest
from backstamp.core.errors import SourceError, UsageError
from backstamp.core.fact import Fact, FactBook
from backstamp.core.finding import Finding, Severity
from backstamp.core.location import legible
from backstamp.core.reading import Coverage, Status
from backstamp.core.report import Report, RuleText
from backstamp.engine import catalog
from backstamp.engine.examine import Examination, examine, judged, numbered, with_faults
from backstamp.engine.isolation import guarded_file
from backstamp.engine.remember import ResultCache, is_worth_keeping, key_of, packed, unpacked
from backstamp.policy.default import verdict_on
from backstamp.sources.tree import Entry, entries_of, opened


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to scan.

    ``fail_on`` is the least severity that denies, ``None`` if none does. ``only`` names the areas to run,
    all if empty. ``exclude`` are shell patterns of paths to leave out (reported as skipped). ``jobs`` is the
    number of processes, zero for as many as help. ``stamp`` names the state of this software for the cache.
    """

    fail_on: Severity | None = Severity.HIGH
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int = 0
    stamp: str = ""


DEFAULTS = Options()


def scan(
    targets: Iterable[str],
    options: Options = DEFAULTS,
    *,
    limits: Limits | None = None,
    cache: ResultCache | None = None,
    progress: Callable[[int, int, Entry], None] | None = None,
) -> Report:
    """Examine every file of the targets and judge them by the default policy.

    ``progress`` is told how many entries are done, of how many, and the next one. Raises ``SourceError``
    if a target does not exist and ``UsageError`` for an unknown area; what cannot be read inside a target
    is coverage.
    """
    names = list(targets)
    areas = _areas(options.only)
    entries = _listed(names, options.exclude)
    coverage: list[Coverage] = []
    findings: list[Finding] = []
    facts: list[Fact] = []
    for done, (entry, found) in enumerate(_examinations(entries, areas, options, limits, cache)):
        if progress:
            progress(done + 1, len(entries), entry)
        coverage += found.coverage
        findings += found.findings
        facts += found.facts
    about_trees, faults = judged(FactBook(facts), tree=True, areas=areas)
    coverage = with_faults(coverage, faults)
    ordered = numbered([*findings, *_digested(about_trees, entries)])
    return Report(
        target=", ".join(names),
        verdict=verdict_on(ordered, coverage, fail_on=options.fail_on),
        findings=tuple(ordered),
        coverage=tuple(coverage),
        rules=_rules_of(ordered),
        knowledge=catalog.snapshots(areas) if entries else (),
        tool_version=__version__,
        total_bytes=sum(e.size for e in entries),
        fail_on=options.fail_on,
    )


def examined(
    entry: Entry,
    *,
    areas: tuple[Area, ...] = catalog.AREAS,
    limits: Limits | None = None,
    cache: ResultCache | None = None,
    stamp: str = "",
) -> Examination:
    """Examine one listed file, or remember what it gave; a file that cannot be opened is coverage."""
    if entry.skipped or entry.problem:
        return _only(
            entry, Status.SKIPPED if entry.skipped else Status.FAILED, entry.skipped or entry.problem
        )
    try:
        with opened(entry) as blob:
            key = key_of(blob, stamp) if cache else None
            if cache and key and (data := cache.get(key)) and (known := unpacked(data, entry.shown)):
                return known
            found = guarded_file(
                lambda: examine(blob, budget=Budget(limits), areas=areas),
                lambda reason: _only(entry, Status.FAILED, reason),
            )
            if cache and key and is_worth_keeping(found):
                cache.put(key, packed(found))
            return found
    except SourceError as error:
        return _only(entry, Status.FAILED, error.message)


class _Work:
    """The work of one process: examine an entry, with everything that this needs."""

    def __init__(
        self, areas: tuple[Area, ...], options: Options, limits: Limits | None, cache: ResultCache | None
    ) -> None:
        self.areas, self.limits, self.cache = areas, limits, cache
        self.stamp = ",".join((options.stamp, *(a.name for a in areas)))

    def __call__(self, entry: Entry) -> Examination:
        return examined(entry, areas=self.areas, limits=self.limits, cache=self.cache, stamp=self.stamp)


def _examinations(
    entries: Sequence[Entry],
    areas: tuple[Area, ...],
    options: Options,
    limits: Limits | None,
    cache: ResultCache | None,
) -> Iterator[tuple[Entry, Examination]]:
    if not entries:
        return
    from backstamp.engine.pool import in_parallel, jobs_for

    work = _Work(areas, options, limits, cache)
    jobs = jobs_for(entries, options.jobs)
    if jobs > 1:
        yield from in_parallel(work, entries, jobs, _only)
    else:
        for entry in entries:
            yield entry, work(entry)


def _areas(only: tuple[str, ...]) -> tuple[Area, ...]:
    known = {area.name: area for area in catalog.AREAS}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise UsageError(
            f'"{unknown[0]}" is not an area; known are: {", ".join(known)}', hint="See backstamp scan --help."
        )
    return tuple(known[name] for name in only) or catalog.AREAS


def _digested(findings: list[Finding], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Give the findings of tree rules the digest of the file that they are about."""
    places = {f.place.path[0] for f in findings}
    files = {e.shown: e for e in entries if e.shown in places}
    digests: dict[str, Digest | None] = {}
    for finding in findings:
        root = finding.place.path[0]
        if root in files and root not in digests:
            try:
                with opened(files[root]) as blob:
                    digests[root] = blob.digest
            except SourceError:
                digests[root] = None
        yield msgspec.structs.replace(finding, digest=digests.get(root))


def _listed(targets: list[str], exclude: tuple[str, ...]) -> list[Entry]:
    entries = [
        entry if len(targets) == 1 else _below(target, entry)
        for target in targets
        for entry in entries_of(target)
    ]
    if not exclude:
        return entries
    return [
        msgspec.structs.replace(e, skipped="excluded on request") if is_excluded(e.shown, exclude) else e
        for e in entries
    ]


def _below(target: str, entry: Entry) -> Entry:
    """Put the target before the path: files of several targets may have the same relative path."""
    shown = target if entry.path == target else f"{target.rstrip('/')}/{entry.shown}"
    return msgspec.structs.replace(entry, shown=legible(shown))


def is_excluded(shown: str, patterns: tuple[str, ...]) -> bool:
    """Match the path, each folder above it, and, for a pattern without a slash, each single name."""
    from fnmatch import fnmatch

    names = shown.split("/")
    paths = ["/".join(names[: end + 1]) for end in range(len(names))]
    return any(
        fnmatch(each, pattern.rstrip("/"))
        for pattern in patterns
        for each in (paths if "/" in pattern.rstrip("/") else (*paths, *names))
    )


def _only(entry: Entry, status: Status, reason: str) -> Examination:
    return Examination(
        coverage=[Coverage(path=(entry.shown,), status=status, reason=reason)], findings=[], facts=[]
    )


def _rules_of(findings: list[Finding]) -> tuple[RuleText, ...]:
    codes = frozenset(f.rule for f in findings)
    return tuple(catalog.text_of(d) for d in catalog.detectors_for(codes))
