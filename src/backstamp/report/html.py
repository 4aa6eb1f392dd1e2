"""The HTML report: one page that needs nothing else, for screens, both themes, and paper.

1. No scripts, no outside hosts: the content security policy of the page forbids both.
2. Every text is escaped here, in one function; nothing of the artifact becomes an address.
3. Severity is told by word, shape and colour.
"""

from collections.abc import Iterator

from backstamp.core.finding import Severity
from backstamp.core.reading import Status
from backstamp.core.report import Report, RuleText
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
from backstamp.report.style import CSS, SIGNS

_MOST, _MOST_PER_FILE, _MOST_PATHS, _MOST_PLACES = 1000, 200, 200, 20
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;"})
_TITLES = {
    "allow": "Allow",
    "warn": "Allow, with warnings",
    "deny": "Deny",
    "undetermined": "Undetermined",
}
_UNREAD = (Status.FAILED, Status.PARTIAL, Status.UNSUPPORTED)


def render(report: Report) -> str:
    """Write the report as one HTML page."""
    outcome = str(report.verdict.outcome)
    target = _escaped(text(report.target))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    parts = (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="robots" content="noindex">',
        f"<title>{outcome}: {target} - Backstamp</title>",
        f"<style>{CSS}</style>",
        "</head>",
        "<body>",
        "<main>",
        *_top(report),
        *_findings(report),
        *_gaps(report, "Not examined to the end", _UNREAD, is_open=True),
        *_gaps(report, "Left out on purpose", (Status.SKIPPED,), is_open=False),
        *_rules(report),
        *_foot(report),
        "</main>",
        "</body>",
        "</html>",
        "",
    )
    return "\n".join(parts)


def _top(report: Report) -> Iterator[str]:
    outcome = str(report.verdict.outcome)
    yield '<p class="brand">Backstamp report</p>'
    yield f'<section class="verdict {outcome}" aria-labelledby="verdict">'
    yield f'<h1 id="verdict">{_sign(outcome)} {_TITLES[outcome]}</h1>'
    yield f'<p class="why">{_escaped(headline(report))}</p>'
    yield f'<p class="target">Target: <code><bdi>{_escaped(text(report.target))}</bdi></code></p>'
    yield "</section>"
    yield '<ul class="counts" aria-label="Summary">'
    files = files_in(report)
    yield f"<li><b>{files:,}</b> <span>{'file' if files == 1 else 'files'}</span></li>"
    yield f"<li><b>{size_in_words(report.total_bytes)}</b> <span>in all</span></li>"
    for severity, count in counts_of(report).items():
        if count or severity in {Severity.CRITICAL, Severity.HIGH}:
            label = f"<span>{_sign(str(severity))}{severity}</span>"
            yield f'<li class="{severity}"><b>{count:,}</b> {label}</li>'
    yield "</ul>"


def _findings(report: Report) -> Iterator[str]:
    groups = groups_of(report)
    if not groups:
        return
    yield '<h2 id="findings">Findings</h2>'
    left, told = _MOST, pages_of(report)
    for number, group in enumerate(groups, 1):
        if left <= 0:
            hidden = sum(g.count for g in groups[number - 1 :])
            yield f'<p class="more">and {hidden:,} more findings: see the JSON report.</p>'
            return
        most = min(left, _MOST_PER_FILE)
        left -= min(len(group.items), most)
        yield from _file(group, number, most, told)


def _file(group: Group, number: int, most: int, pages: dict[str, RuleText]) -> Iterator[str]:
    noun = "finding" if group.count == 1 else "findings"
    yield f'<section class="file" id="file-{number}" aria-labelledby="file-{number}-name">'
    yield f'<h3 id="file-{number}-name"><code><bdi>{_escaped(group.path)}</bdi></code>'
    yield f'<span class="number">{group.count:,} {noun}</span></h3>'
    for place, item in enumerate(group.items[:most], 1):
        page = pages.pop(item.code, None)  # why and what to do are told once
        yield from _finding(item, group, f"finding-{number}-{place}", page)
    hidden = sum(len(item.places) for item in group.items[most:])
    if hidden:
        yield f'<p class="more">and {hidden:,} more in this file: see the JSON report.</p>'
    yield "</section>"


def _finding(item: Item, group: Group, anchor: str, page: RuleText | None) -> Iterator[str]:
    severity = str(item.severity)
    code = _escaped(item.code)
    yield f'<article class="finding {severity}" id="{anchor}" aria-labelledby="{anchor}-title">'
    yield f'<h4 id="{anchor}-title"><span class="label">{_sign(severity)} {severity}</span> '
    yield f"{_escaped(item.message)}</h4>"
    link = f'<a href="#rule-{code}">{code}</a>'
    yield f'<p class="meta">{link} {_escaped(item.name)}, confidence {item.confidence}</p>'
    yield "<dl>"
    yield f"<dt>Where</dt><dd>{_where(item, group)}</dd>"
    if item.evidence:
        lines = "".join(f"<pre><bdi>{_escaped(line)}</bdi></pre>" for line in item.evidence)
        yield f"<dt>Evidence</dt><dd>{lines}</dd>"
    for title, words in (("Why", page.why), ("What to do", page.advice)) if page else ():
        if words:
            yield f"<dt>{title}</dt><dd>{_prose(first_paragraph(words))}</dd>"
    yield "</dl>"
    yield "</article>"


def _where(item: Item, group: Group) -> str:
    places = list(dict.fromkeys(p for p in item.places if p))
    more = f" and {len(places) - _MOST_PLACES:,} more" if len(places) > _MOST_PLACES else ""
    words = _escaped("; ".join(places[:_MOST_PLACES])) + more
    path = f"<code><bdi>{_escaped(item.path or group.path)}</bdi></code>"
    return f"{path}<br>{words}" if words else path


def _gaps(report: Report, title: str, statuses: tuple[Status, ...], *, is_open: bool) -> Iterator[str]:
    problems = problems_of(report, statuses)
    if not problems:
        return
    count = sum(len(problem.paths) for problem in problems)
    yield f"<h2>{title}</h2>"
    yield f"<details{' open' if is_open else ''}>"
    yield f"<summary>{count:,} {'artifact' if count == 1 else 'artifacts'}</summary>"
    yield '<div class="scroll"><table>'
    yield f"<caption>{title}: what, and why</caption>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Status", "Reason", "Artifacts"))
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    yield from (_problem(problem) for problem in problems[:_MOST])
    yield "</tbody></table></div></details>"


def _problem(problem: Problem) -> str:
    reason = _escaped(problem.reason)
    if problem.unexplained:
        reason += f"; {size_in_words(problem.unexplained)} that no reader understood"
    rows = [f"<li><code><bdi>{_escaped(path)}</bdi></code></li>" for path in problem.paths[:_MOST_PATHS]]
    if len(problem.paths) > _MOST_PATHS:
        rows.append(f"<li>and {len(problem.paths) - _MOST_PATHS:,} more</li>")
    return (
        f'<tr><td class="word">{problem.status}</td><td>{reason}</td><td><ul>{"".join(rows)}</ul></td></tr>'
    )


def _rules(report: Report) -> Iterator[str]:
    pages = pages_of(report)
    if not pages:
        return
    yield "<h2>Rules</h2>"
    for code, page in pages.items():
        yield from _rule(_escaped(code), page)


def _rule(code: str, page: RuleText) -> Iterator[str]:
    rule = page.rule
    yield f'<section class="file" id="rule-{code}">'
    yield f"<h3><span>{code} {_escaped(rule.name)}</span>"
    yield f'<span class="number {rule.severity}">{_sign(str(rule.severity))} {rule.severity}</span></h3>'
    yield '<div class="finding"><dl>'
    for title, words in (("What", page.what), ("Why", page.why), ("What to do", page.advice)):
        if words:
            yield f"<dt>{title}</dt><dd>{_prose(words)}</dd>"
    if rule.maps:
        yield f"<dt>References</dt><dd>{_escaped(', '.join(rule.maps))}</dd>"
    yield "</dl></div></section>"


def _foot(report: Report) -> Iterator[str]:
    knowledge = knowledge_in_words(report)
    yield "<footer>"
    version = _escaped(text(report.tool_version))
    yield f"<p>Made by Backstamp {version}, offline; nothing that was examined was loaded or run."
    if knowledge:
        yield f"Knowledge: {_escaped(knowledge)}."
    yield "</p></footer>"


def _prose(markdown: str) -> str:
    """Write a rule's own words as paragraphs, with code marks."""
    paragraphs = []
    for block in markdown.strip().split("\n\n"):
        pieces = " ".join(block.split()).split("`")
        is_paired = len(pieces) % 2 == 1
        written = "".join(
            f"<code>{_escaped(piece)}</code>" if number % 2 and is_paired else _escaped(piece)
            for number, piece in enumerate(pieces)
        )
        paragraphs.append(f"<p>{written}</p>")
    return "".join(paragraphs)


def _sign(name: str) -> str:
    path = f'<path fill-rule="evenodd" d="{SIGNS[name]}"/>'
    return f'<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">{path}</svg>'


def _escaped(words: str) -> str:
    return words.translate(_ESCAPES)
