"""The JUnit report: one test case a file, for build servers.

A file with a denying finding fails; one that was not examined to the end is skipped, with the reason;
other findings are the output of a passing case. XML has no way to write control characters, so they stay
visible escapes.
"""

from backstamp.core.reading import Status
from backstamp.core.report import Report
from backstamp.report.outline import Group, Item, groups_of, headline, shown_path, text

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;"}
)


def render(report: Report) -> str:
    """Write the report as JUnit XML."""
    groups = {group.path: group for group in groups_of(report)}
    gaps: dict[str, list[str]] = {}
    names: dict[str, None] = {}
    for entry in report.coverage:
        name = shown_path(entry.path[:1])
        names[name] = None
        if entry.status is not Status.COMPLETE:
            words = (
                f"{shown_path(entry.path)}: {entry.status}: {text(entry.reason) or 'not examined to the end'}"
            )
            gaps.setdefault(name, []).append(words)
    names |= dict.fromkeys(groups)
    cases = [_case(name, groups.get(name), gaps.get(name, [])) for name in names]
    failures = sum(1 for g in groups.values() if any(i.is_denying for i in g.items))
    skipped = sum(
        1 for name in gaps if not (name in groups and any(item.is_denying for item in groups[name].items))
    )
    counts = f'tests="{len(names)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="backstamp" {counts}>',
            f'  <testsuite name="{_attribute("backstamp " + text(report.target))}" {counts}>',
            "    <properties>",
            f'      <property name="verdict" value="{report.verdict.outcome}"/>',
            f'      <property name="headline" value="{_attribute(headline(report))}"/>',
            f'      <property name="version" value="{_attribute(text(report.tool_version))}"/>',
            "    </properties>",
            *cases,
            "  </testsuite>",
            "</testsuites>",
            "",
        )
    )


def _case(name: str, group: Group | None, gaps: list[str]) -> str:
    items = group.items if group else ()
    denying = [item for item in items if item.is_denying]
    other = [line for item in items if not item.is_denying for line in _lines(item)]
    head = f'    <testcase name="{_attribute(name)}" classname="backstamp"'
    body: list[str] = []
    if denying:
        first = f"{denying[0].code} {denying[0].message}"
        words = "\n".join(line for item in denying for line in _lines(item))
        attributes = f'type="{_attribute(denying[0].code)}" message="{_attribute(first)}"'
        body.append(f"      <failure {attributes}>{_text(words)}</failure>")
        other += gaps
    elif gaps:
        body.append(f'      <skipped message="{_attribute("; ".join(gaps[:10]))}"/>')
    if other:
        words = "\n".join(other)
        body.append(f"      <system-out>{_text(words)}</system-out>")
    return "\n".join((head + ">", *body, "    </testcase>")) if body else head + "/>"


def _lines(item: Item) -> list[str]:
    places = "; ".join(dict.fromkeys(p for p in item.places[:20] if p))
    lines = [f"{item.severity} {item.code} {item.message}"]
    lines.append(f"  where: {item.path}{', ' + places if places else ''}")
    lines += [f"  evidence: {line}" for line in item.evidence]
    return lines


def _attribute(words: str) -> str:
    return words.translate(_ESCAPES)


def _text(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
