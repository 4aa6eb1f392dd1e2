"""What every report for people shows, and in which order.

1. Files with the worst findings first; in a file, the worst finding first.
2. Equal findings of one file are one item with several places.
3. Every text that leaves this module is safe to look at: control, bidi and invisible characters are
   escapes, undecodable bytes too, and credentials are masked. Renderers escape again for their own syntax.
4. What was not examined is listed by reason, never left out.
"""

import msgspec

from backstamp.core.finding import Confidence, Finding, Severity, shown, visible
from backstamp.core.location import Bytes, Line, Location, Pointer, joined
from backstamp.core.reading import Status
from backstamp.core.report import Report, RuleText
from backstamp.core.secrets import masked
from backstamp.core.verdict import Outcome

PATH_LIMIT = 800
_TEXT_LIMIT = 2000
_UNREAD = (Status.FAILED, Status.PARTIAL, Status.UNSUPPORTED)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it is shown, with all the places of its equals."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    places: tuple[str, ...]
    evidence: tuple[str, ...]
    references: tuple[str, ...]
    is_denying: bool


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A file with what was found in it and in everything nested in it."""

    path: str
    items: tuple[Item, ...]

    @property
    def count(self) -> int:
        """How many findings there are, before equal ones were merged."""
        return sum(len(item.places) for item in self.items)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Artifacts which were not examined to the end, for one reason."""

    status: Status
    reason: str
    paths: tuple[str, ...]
    unexplained: int


def groups_of(report: Report) -> tuple[Group, ...]:
    """Group the findings by file."""
    files: dict[str, list[Finding]] = {}
    for finding in report.findings:
        files.setdefault(finding.place.path[0] if finding.place.path else "", []).append(finding)
    ordered = sorted(files.items(), key=lambda f: (-max(each.severity.rank for each in f[1]), f[0]))
    return tuple(Group(path=shown_path((path,)), items=_items(found, report)) for path, found in ordered)


def problems_of(report: Report, statuses: tuple[Status, ...] = _UNREAD) -> tuple[Problem, ...]:
    """Group what was not examined by reason, the worst first."""
    found: dict[tuple[Status, str], list[tuple[str, int]]] = {}
    for entry in report.coverage:
        if entry.status in statuses:
            reason = text(entry.reason) or str(entry.status)
            found.setdefault((entry.status, reason), []).append((shown_path(entry.path), entry.unexplained))
    ordered = sorted(found.items(), key=lambda f: (statuses.index(f[0][0]), f[0][1]))
    return tuple(
        Problem(
            status=key[0], reason=key[1], paths=tuple(p for p, _ in rows), unexplained=sum(n for _, n in rows)
        )
        for key, rows in ordered
    )


def is_denying(finding: Finding, report: Report) -> bool:
    """Say whether this finding is among those for which the verdict is ``deny``."""
    threshold = report.fail_on
    return bool(
        report.verdict.outcome is Outcome.DENY and threshold and finding.severity.rank >= threshold.rank
    )


def counts_of(report: Report) -> dict[Severity, int]:
    """Count the findings by severity, all severities in order."""
    counts = dict.fromkeys(Severity, 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    return counts


def files_in(report: Report) -> int:
    """Count the files of the targets: those listed, without their members."""
    return sum(1 for entry in report.coverage if len(entry.path) == 1)


def unread_in(report: Report) -> int:
    """Count the files which, or a member of which, were not examined to the end."""
    return len({entry.path[:1] for entry in report.coverage if entry.status in _UNREAD})


def headline(report: Report) -> str:
    """Say in one sentence why the verdict is what it is."""
    files = files_in(report)
    of = f"of {files:,} {_plural('file', files)}"
    unread = unread_in(report)
    found = found_in_words(report)
    where = len({f.place.path[:1] for f in report.findings if f.severity is not Severity.INFO})
    match report.verdict.outcome:
        case Outcome.DENY:
            return f"Do not use this: {found} in {where:,} {of}."
        case Outcome.UNDETERMINED:
            told = f" There {_are(report)} {found}." if found else ""
            return f"Nothing vouches for this: {unread:,} {of} could not be examined to the end.{told}"
        case Outcome.WARN:
            return f"Look before you use this: {found} in {where:,} {of}."
        case Outcome.ALLOW:
            if not files:
                return "There is nothing to examine here: the target holds no files."
            skipped = sum(1 for c in report.coverage if len(c.path) == 1 and c.status is Status.SKIPPED)
            read = files - skipped
            if skipped:
                return f"Nothing bad was found in {read:,} {of}; {skipped:,} left out on purpose."
            return f"Nothing bad was found: {_all(files)} examined to the end."


def found_in_words(report: Report) -> str:
    """Count the findings in words: ``1 critical and 2 high findings``; empty if there is none above info."""
    counts = [(n, s) for s, n in counts_of(report).items() if n and s is not Severity.INFO]
    if not counts:
        return ""
    words = [f"{n:,} {s}" for n, s in counts]
    last = words.pop()
    noun = _plural("finding", sum(n for n, _ in counts))
    return f"{', '.join(words)} and {last} {noun}" if words else f"{last} {noun}"


def knowledge_in_words(report: Report) -> str:
    """Name the knowledge that was used, each with its date."""
    return ", ".join(f"{text(k.name)} of {text(k.as_of)}" for k in report.knowledge)


def pages_of(report: Report) -> dict[str, RuleText]:
    """Look up a rule's page by its code."""
    return {page.rule.code: page for page in report.rules}


def first_paragraph(markdown: str) -> str:
    """Take the first paragraph of a page's section, on one line."""
    return " ".join(markdown.strip().partition("\n\n")[0].split())


def shown_path(path: tuple[str, ...]) -> str:
    """Write a path as reports for people show it; an absurdly long one loses its middle."""
    whole = visible(joined(path))
    if len(whole) <= PATH_LIMIT:
        return whole
    half = PATH_LIMIT // 2
    return f"{whole[:half]}…{whole[-half:]}"


def place_in_words(place: Location) -> str:
    """Say where in its artifact something is; empty for the artifact as a whole."""
    match place.where:
        case Bytes(offset=offset):
            return f"byte {offset:,} (0x{offset:x})"
        case Line(line=line, column=column):
            return f"line {line:,}, column {column:,}" if column > 1 else f"line {line:,}"
        case Pointer(pointer=pointer):
            return f"at {shown(pointer, 300)}" if pointer else ""
        case _:
            return ""


def size_in_words(size: int) -> str:
    """Write a number of bytes for people."""
    if size < 1000:
        return f"{size} {_plural('byte', size)}"
    value = float(size)
    units = iter(("kB", "MB", "GB", "TB", "PB"))
    unit = ""
    while value >= 999.95 and (longer := next(units, "")):
        value, unit = value / 1000, longer
    return f"{value:.1f} {unit}"


def text(value: str) -> str:
    """Make words of the report fit to be looked at."""
    return shown(masked(value), _TEXT_LIMIT) if value else ""


def _items(findings: list[Finding], report: Report) -> tuple[Item, ...]:
    merged: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.severity, finding.place.path, finding.message, finding.evidence)
        merged.setdefault(key, []).append(finding)
    items = [_item(equals, report) for equals in merged.values()]
    return tuple(sorted(items, key=lambda i: -i.severity.rank))


def _item(equals: list[Finding], report: Report) -> Item:
    first = equals[0]
    return Item(
        code=shown(first.rule),
        name=shown(first.name),
        severity=first.severity,
        confidence=first.confidence,
        message=text(first.message),
        path=shown_path(first.place.path),
        places=tuple(place_in_words(f.place) for f in equals),
        evidence=tuple(text(line) for line in first.evidence),
        references=tuple(shown(r) for r in first.references),
        is_denying=is_denying(first, report),
    )


def _are(report: Report) -> str:
    return "is" if sum(n for s, n in counts_of(report).items() if s is not Severity.INFO) == 1 else "are"


def _all(files: int) -> str:
    return "the file was" if files == 1 else f"all {files:,} files were"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"
