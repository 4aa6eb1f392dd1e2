"""The text report: for a person at a terminal, or in the log of a build.

The verdict comes first, with one sentence why. Then each file, the worst first: what was found, where, by
which evidence, why it is bad and what to do (once for each rule). Then what was not examined. Long reports
are bounded, and say so.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.finding import Severity
from backstamp.core.reading import Status
from backstamp.core.report import Report
from backstamp.report.layout import hanging, styled, width_of, wrapped
from backstamp.report.outline import (
    Group,
    Item,
    Problem,
    counts_of,
    files_in,
    first_paragraph,
    groups_of,
    headline,
    knowledge_in_words,
    pages_of,
    problems_of,
    size_in_words,
    text,
)

_NARROWEST, _WIDEST = 40, 100
_SIGNS = {
    "deny": ("✖", "x"),
    "undetermined": ("?", "?"),
    "warn": ("▲", "!"),
    "allow": ("✔", "+"),
    "critical": ("✖", "X"),
    "high": ("▲", "^"),
    "medium": ("◆", "*"),
    "low": ("●", "o"),
    "info": ("·", "."),
    "gap": ("·", "-"),
}
_PLACES, _PATHS, _EVIDENCE = 4, 5, 6


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How to draw: ``most`` findings in all and ``most_per_file``; ``full`` lifts both bounds."""

    width: int = 80
    color: bool = False
    unicode: bool = True
    most: int = 100
    most_per_file: int = 20
    full: bool = False


PLAIN = Style()


def render(report: Report, style: Style = PLAIN) -> str:
    """Write the report as text."""
    style = msgspec.structs.replace(style, width=min(max(style.width, _NARROWEST), _WIDEST))
    groups = groups_of(report)
    parts = [_verdict(report, style), *_files(groups, report, style), *_gaps(report, style)]
    parts.append(_summary(groups, report, style))
    written = "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines) + "\n"
    return _in_charset(written, style)


def render_verdict(report: Report, style: Style = PLAIN) -> str:
    """Write nothing but the verdict and its reason."""
    lines = _verdict(report, style)
    return _in_charset("\n".join(lines) + "\n", style)


def _in_charset(written: str, style: Style) -> str:
    if style.unicode:
        return written
    return written.replace("…", "...").encode("ascii", "backslashreplace").decode()


def _verdict(report: Report, style: Style) -> list[str]:
    outcome = str(report.verdict.outcome)
    badge = f" {_sign(outcome, style)} {outcome.upper()} "
    lines = wrapped(f"{text(report.target)}", style.width - width_of(badge) - 1)
    first = f"{styled(badge, outcome, color=style.color)} {styled(lines[0], 'bold', color=style.color)}"
    rest = [" " * (width_of(badge) + 1) + styled(line, "bold", color=style.color) for line in lines[1:]]
    return [first, *rest, *hanging(headline(report), style.width, " ", " ")]


def _files(groups: tuple[Group, ...], report: Report, style: Style) -> Iterator[list[str]]:
    told: set[str] = set()
    left = len(report.findings) + 1 if style.full else style.most
    missing = missing_files = 0
    for group in groups:
        if left <= 0:
            missing += group.count
            missing_files += 1
            continue
        most = len(group.items) if style.full else min(left, style.most_per_file)
        yield from _file(group, report, told, most, style)
        left -= min(len(group.items), most)
    if missing:
        yield [_more(f"and {missing:,} more in {missing_files:,} more files", style)]


def _file(group: Group, report: Report, told: set[str], most: int, style: Style) -> Iterator[list[str]]:
    heading = [styled(line, "path", color=style.color) for line in wrapped(group.path, style.width)]
    for number, item in enumerate(group.items[:most]):
        lines = list(_item(item, group, report, told, style))
        yield lines if number else [*heading, *lines]
    hidden = sum(len(item.places) for item in group.items[most:])
    if hidden:
        yield [_more(f"and {hidden:,} more in this file", style)]


def _more(words: str, style: Style) -> str:
    return styled(f"  ... {words} (see --verbose or --format json)", "dim", color=style.color)


def _item(item: Item, group: Group, report: Report, told: set[str], style: Style) -> Iterator[str]:
    severity = str(item.severity)
    plain = f"  {_sign(severity, style)} {severity} {item.code}  "
    badge = f"  {styled(f'{_sign(severity, style)} {severity}', severity, color=style.color)} {item.code}  "
    indent = " " * (6 if style.width < 60 else len(plain))
    if style.width < 60:
        yield badge.rstrip()
        yield from hanging(item.message, style.width, indent, indent)
    else:
        first, *rest = wrapped(item.message, style.width - len(plain))
        yield badge + styled(first, "bold", color=style.color)
        yield from (indent + styled(line, "bold", color=style.color) for line in rest)
    for place in _places(item, group):
        yield from _row("where", place, style)
    for line in item.evidence[:_EVIDENCE]:
        yield from _row("evidence", line, style)
    if len(item.evidence) > _EVIDENCE:
        yield from _row("", f"... and {len(item.evidence) - _EVIDENCE} more lines", style)
    if item.code not in told and (page := pages_of(report).get(item.code)):
        told.add(item.code)
        if page.why:
            yield from _row("why", _prose(page.why), style)
        if page.advice:
            yield from _row("do", _prose(page.advice), style)


def _places(item: Item, group: Group) -> Iterator[str]:
    inside = "" if item.path == group.path else item.path
    places = list(dict.fromkeys(p for p in item.places if p))
    listed = "; ".join(places[:_PLACES])
    if len(places) > _PLACES:
        listed += f"; and {len(places) - _PLACES:,} more places"
    elif len(item.places) > max(len(places), 1):
        listed = f"{listed} ({len(item.places):,} times)".strip()
    where = ", ".join(part for part in (inside, listed) if part)
    if where:
        yield where


def _row(label: str, value: str, style: Style) -> Iterator[str]:
    if style.width < 60:
        indent, first = " " * 6, f"      {styled(label, 'dim', color=style.color)}: " if label else " " * 6
        lines = wrapped(f"{'x' * len(label)}: {value}" if label else value, style.width - 6)
        lines[0] = lines[0].removeprefix(f"{'x' * len(label)}:").removeprefix(" ") if label else lines[0]
        yield (first + lines[0]).rstrip()
        yield from (indent + line for line in lines[1:])
        return
    first = "      " + styled(f"{label:<9}", "dim", color=style.color)
    yield from hanging(value, style.width, first, " " * 15)


def _prose(markdown: str) -> str:
    return first_paragraph(markdown).replace("`", "")


def _gaps(report: Report, style: Style) -> Iterator[list[str]]:
    problems = problems_of(report)
    if problems:
        most = len(problems) if style.full else 20
        lines = [styled("Not examined to the end", "bold", color=style.color)]
        for problem in problems[:most]:
            lines += _problem(problem, style)
        if len(problems) > most:
            lines.append(_more(f"and {len(problems) - most:,} more reasons", style))
        yield lines
    skipped = problems_of(report, (Status.SKIPPED,))
    if skipped:
        lines = [styled("Left out on purpose", "bold", color=style.color)]
        for problem in skipped if style.full else skipped[:5]:
            lines += _problem(problem, style)
        yield lines


def _problem(problem: Problem, style: Style) -> Iterator[str]:
    unexplained = (
        f"; {size_in_words(problem.unexplained)} that no reader understood" if problem.unexplained else ""
    )
    sign = _sign("gap", style)
    yield from hanging(f"{problem.status}: {problem.reason}{unexplained}", style.width, f"  {sign} ", "    ")
    most = len(problem.paths) if style.full else _PATHS
    for path in problem.paths[:most]:
        yield from hanging(path, style.width, "      ", "      ")
    if len(problem.paths) > most:
        yield f"      ... and {len(problem.paths) - most:,} more files"


def _summary(groups: tuple[Group, ...], report: Report, style: Style) -> list[str]:
    files = files_in(report)
    dot = " · " if style.unicode else " | "
    counts = [f"{n:,} {s}" for s, n in counts_of(report).items() if n]
    parts = [
        f"{files:,} {'file' if files == 1 else 'files'}, {size_in_words(report.total_bytes)}",
        ", ".join(counts) if counts else "no findings",
    ]
    if knowledge := knowledge_in_words(report):
        parts.append(f"knowledge: {knowledge}")
    lines = [styled(line, "dim", color=style.color) for line in wrapped(dot.join(parts), style.width)]
    worst = next((i.code for g in groups for i in g.items if i.severity is not Severity.INFO), "")
    if worst:
        hint = f"More about a rule: backstamp explain {worst}"
        lines += [styled(line, "dim", color=style.color) for line in wrapped(hint, style.width)]
    return lines


def _sign(name: str, style: Style) -> str:
    return _SIGNS[name][0 if style.unicode else 1]
