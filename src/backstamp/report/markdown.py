"""The Markdown report: a comment on a pull request.

Source of the syntax: GitHub Flavored Markdown 0.29. A comment holds at most 65,536 characters, so the
report is bounded. The pages of rules are Markdown already. Text of the artifact goes into code spans, where
nothing is markup, no one is mentioned and no address becomes a link; messages are escaped character by
character.
"""

from collections.abc import Iterator

from backstamp.core.reading import Status
from backstamp.core.report import Report
from backstamp.report.outline import (
    Group,
    Item,
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

_SIGNS = {
    "deny": "⛔",
    "undetermined": "❔",
    "warn": "⚠️",
    "allow": "✅",
    "critical": "⛔",
    "high": "🔺",
    "medium": "🔶",
    "low": "🔹",
    "info": "▫️",
}
_MOST_ITEMS, _MOST_GAPS, _MOST_CHARACTERS = 40, 20, 60_000
_PUNCTUATION = {ord(c): f"\\{c}" for c in "\\`*_{}[]()#+-.!~=:/\"'$^"}
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("|"): "&#124;"}
_BREAKS = {ord("@"): "@\u200b", ord("\n"): " "}
_PROSE = _PUNCTUATION | _ENTITIES | _BREAKS | {ord("#"): "\\#\u200b"}


def render(report: Report) -> str:
    """Write the report as Markdown."""
    outcome = str(report.verdict.outcome)
    head = [f"## {_SIGNS[outcome]} Backstamp: {outcome}", "", f"**{_prose(headline(report))}**", ""]
    foot = ["", _summary(report), ""]
    room = _MOST_CHARACTERS - sum(len(line) + 1 for line in (*head, *foot))
    body: list[str] = []
    for block in (*_findings(report), *_gaps(report)):
        room -= len(block) + 1
        if room < 0:
            body += ["", "*The rest does not fit into a comment: see the JSON report.*"]
            break
        body.append(block)
    return "\n".join((*head, *body, *foot))


def _findings(report: Report) -> Iterator[str]:
    rows = [(group, item) for group in groups_of(report) for item in group.items]
    if not rows:
        return
    yield "| severity | rule | what | where |\n| --- | --- | --- | --- |"
    for group, item in rows[:_MOST_ITEMS]:
        yield _row(group, item)
    if len(rows) > _MOST_ITEMS:
        yield f"\n*and {len(rows) - _MOST_ITEMS:,} more: see the JSON report.*"
    yield from _details(rows[:_MOST_ITEMS])
    yield from _advice(report)


def _row(group: Group, item: Item) -> str:
    places = list(dict.fromkeys(p for p in item.places if p))
    where = _code(item.path or group.path)
    if places:
        more = f" and {len(places) - 2:,} more" if len(places) > 2 else ""
        where += f" {_prose('; '.join(places[:2]))}{more}"
    severity = f"{_SIGNS[str(item.severity)]} {item.severity}"
    return f"| {severity} | {_prose(item.code)} | {_prose(item.message)} | {where} |"


def _details(rows: list[tuple[Group, Item]]) -> Iterator[str]:
    lines = []
    for _group, item in rows:
        if item.evidence:
            lines.append(f"- {_prose(item.code)} in {_code(item.path)}")
            lines += [f"  - {_code(line)}" for line in item.evidence[:5]]
    if lines:
        yield "\n".join(("", "<details><summary>Evidence</summary>", "", *lines, "", "</details>"))


def _advice(report: Report) -> Iterator[str]:
    pages = pages_of(report)
    lines = []
    for code, page in pages.items():
        words = [first_paragraph(part) for part in (page.why, page.advice) if part]
        if words:
            lines.append(f"- **{_prose(code)}** {' '.join(words)}")
    if lines:
        yield "\n".join(("", "<details><summary>Why, and what to do</summary>", "", *lines, "", "</details>"))


def _gaps(report: Report) -> Iterator[str]:
    for title, statuses in (
        ("Not examined to the end", (Status.FAILED, Status.PARTIAL, Status.UNSUPPORTED)),
        ("Left out on purpose", (Status.SKIPPED,)),
    ):
        problems = problems_of(report, statuses)
        if not problems:
            continue
        lines = ["", f"### {title}", "", "| status | files | reason |", "| --- | --- | --- |"]
        for problem in problems[:_MOST_GAPS]:
            paths = ", ".join(_code(path) for path in problem.paths[:3])
            more = f" and {len(problem.paths) - 3:,} more" if len(problem.paths) > 3 else ""
            lines.append(f"| {problem.status} | {paths}{more} | {_prose(problem.reason)} |")
        if len(problems) > _MOST_GAPS:
            lines.append(f"\n*and {len(problems) - _MOST_GAPS:,} more reasons.*")
        yield "\n".join(lines)


def _summary(report: Report) -> str:
    files = files_in(report)
    counts = [f"{n:,} {s}" for s, n in counts_of(report).items() if n]
    words = f"{files:,} {'file' if files == 1 else 'files'}, {size_in_words(report.total_bytes)}; "
    words += ", ".join(counts) if counts else "no findings"
    if knowledge := knowledge_in_words(report):
        words += f"; knowledge: {knowledge}"
    return f"<sub>{_prose(words)}; Backstamp {_prose(text(report.tool_version))}</sub>"


def _prose(words: str) -> str:
    """Escape words so that they are nothing but words, in a paragraph and in a table."""
    return words.translate(_PROSE)


def _code(words: str) -> str:
    """Write words as a code span, which may stand in a table (GFM 6.3 and 4.10)."""
    safe = words.replace("\n", " ")
    safe = safe.replace("\\|", "\\\\x7c").replace("|", "\\|")
    longest = run = 0
    for char in safe:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    pad = " " if not safe or safe[0] in "` " or safe[-1] in "` " else ""
    return f"{fence}{pad}{safe}{pad}{fence}"
