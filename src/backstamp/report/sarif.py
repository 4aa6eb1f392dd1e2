"""The SARIF 2.1.0 report, in the shape which code scanning services take.

Source: OASIS SARIF 2.1.0 (2020), and GitHub's page on its support of it: ``security-severity``,
``precision``, ``help.markdown``, tags ``external/cwe/...``, at most 25,000 results.

1. ``uri`` always names a file which exists: a finding in a member is placed at the outermost file,
   the member is a logical location and stands in the message.
2. Byte offsets inside members are not offsets of the file, so they are told in words only.
3. Message texts are plain: brackets that would read as a link (SARIF 3.11.6) are escaped.
"""

from collections.abc import Iterable
from urllib.parse import quote

from backstamp.core.digest import Digest
from backstamp.core.finding import Finding, Rule, visible
from backstamp.core.location import Bytes, Line, Pointer, joined
from backstamp.core.reading import Coverage, Status
from backstamp.core.report import Report, RuleText
from backstamp.report.json import as_json
from backstamp.report.outline import first_paragraph, is_denying, place_in_words, shown_path, text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST = 25_000
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
_STATUS_LEVELS = {"failed": "error", "partial": "warning", "unsupported": "warning", "skipped": "note"}
_MOST_TAGS = 20

Object = dict[str, object]


def render(report: Report, *, folder: str = "") -> str:
    """Write the report as SARIF.

    ``folder`` is the folder of the target relative to the root of the sources, so that a service which
    knows the repository finds the files.
    """
    results = sorted(report.findings, key=lambda f: -f.severity.rank)[:_MOST]
    rules = _rules(report, results)
    index = {str(rule["id"]): number for number, rule in enumerate(rules)}
    run: Object = {
        "tool": {
            "driver": {
                "name": "Backstamp",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "rules": rules,
            }
        },
        "invocations": [_invocation(report, folder)],
        "artifacts": _artifacts(report, folder),
        "results": [_result(f, index[f.rule], report, folder) for f in results],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "verdict": str(report.verdict.outcome),
            "knowledge": [{"name": text(k.name), "asOf": text(k.as_of)} for k in report.knowledge],
        },
    }
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rules(report: Report, findings: Iterable[Finding]) -> list[Object]:
    pages = {page.rule.code: page for page in report.rules}
    for finding in findings:
        if finding.rule not in pages:
            pages[finding.rule] = RuleText(rule=_rule_from(finding), what="", why="", advice="")
    return [_rule(pages[code]) for code in sorted(pages)]


def _rule_from(finding: Finding) -> Rule:
    return Rule(
        code=finding.rule,
        name=finding.name,
        severity=finding.severity,
        confidence=finding.confidence,
        message=finding.name,
        maps=finding.references,
    )


def _rule(page: RuleText) -> Object:
    rule = page.rule
    what = first_paragraph(page.what) or rule.name
    sections = (("What it does", page.what), ("Why is this bad?", page.why), ("What to do", page.advice))
    body = "\n\n".join(f"## {title}\n\n{words}" for title, words in sections if words) or rule.name
    properties: Object = {
        "tags": ["security", *(_tag(each) for each in rule.maps)][:_MOST_TAGS],
        "precision": str(rule.confidence),
    }
    if rule.severity in _SCORES:
        properties["security-severity"] = _SCORES[rule.severity]
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize()},
        "fullDescription": {"text": plain(what)[:1024]},
        "help": {"text": plain(body), "markdown": body},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _tag(reference: str) -> str:
    return f"external/cwe/{reference.lower()}" if reference.startswith("CWE-") else reference


def _result(finding: Finding, index: int, report: Report, folder: str) -> Object:
    fingerprint = finding.fingerprint.rpartition(":")[2]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(_message(finding))},
        "locations": [_location(finding, folder)],
        "partialFingerprints": {
            "backstampFingerprint/v1": fingerprint,
            "primaryLocationLineHash": f"{fingerprint}:1",
        },
        "properties": {
            "severity": str(finding.severity),
            "confidence": str(finding.confidence),
            "denies": is_denying(finding, report),
            "path": shown_path(finding.place.path),
            "evidence": [text(line) for line in finding.evidence],
        },
    }


def _message(finding: Finding) -> str:
    place = place_in_words(finding.place)
    inner = shown_path(finding.place.path[1:])
    where = " ".join(part for part in (f"in {inner}" if inner else "", place) if part)
    lines = [text(finding.message) + (f" ({where})" if where else "")]
    lines += [f"evidence: {text(line)}" for line in finding.evidence[:5]]
    return "\n".join(lines)


def _location(finding: Finding, folder: str) -> Object:
    path, where = finding.place.path, finding.place.where
    physical: Object = {"artifactLocation": {"uri": uri_of(path[:1], folder)}}
    if len(path) == 1 and isinstance(where, Bytes):
        physical["region"] = {"byteOffset": where.offset, "byteLength": where.length}
    elif len(path) == 1 and isinstance(where, Line):
        physical["region"] = {"startLine": max(where.line, 1), "startColumn": max(where.column, 1)}
    location: Object = {"physicalLocation": physical}
    if isinstance(where, Pointer):
        full = f"{shown_path(path)}#{visible(where.pointer)[:300]}"
        location["logicalLocations"] = [{"fullyQualifiedName": full, "kind": "value"}]
    elif len(path) > 1:
        location["logicalLocations"] = [{"fullyQualifiedName": shown_path(path), "kind": "member"}]
    return location


def _artifacts(report: Report, folder: str) -> list[Object]:
    digests: dict[tuple[str, ...], Digest] = {}
    for finding in report.findings:
        if finding.digest and finding.place.path[1:] == ():
            digests[finding.place.path] = finding.digest
    paths: list[tuple[str, ...]] = list(dict.fromkeys(f.place.path[:1] for f in report.findings))
    found: list[Object] = []
    for path in paths:
        artifact: Object = {"location": {"uri": uri_of(path, folder)}, "roles": ["analysisTarget"]}
        if digest := digests.get(path):
            artifact["hashes"] = {"sha-256": digest.hex}
        found.append(artifact)
    return found


def _invocation(report: Report, folder: str) -> Object:
    gaps = [c for c in report.coverage if c.status is not Status.COMPLETE]
    notes = [_notification(c, folder) for c in gaps[:_MOST]]
    if len(report.findings) > _MOST:
        left = len(report.findings) - _MOST
        notes.append({"level": "warning", "message": {"text": f"{left:,} less severe findings are left out"}})
    return {
        "executionSuccessful": all(c.status is not Status.FAILED for c in gaps),
        "exitCode": report.verdict.exit_code,
        "toolExecutionNotifications": notes,
    }


def _notification(entry: Coverage, folder: str) -> Object:
    reason = text(entry.reason) or "not examined to the end"
    return {
        "level": _STATUS_LEVELS[entry.status],
        "descriptor": {"id": f"coverage/{entry.status}"},
        "message": {"text": plain(f"{shown_path(entry.path)}: {entry.status}: {reason}")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri_of(entry.path[:1], folder)}}}],
    }


def uri_of(path: tuple[str, ...], folder: str = "") -> str:
    """Write a file's path as a relative URI reference; undecodable bytes are the bytes they were."""
    name = joined(path)
    whole = f"{folder.rstrip('/')}/{name}" if folder else name
    try:
        data = whole.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = visible(whole).encode()
    return quote(data.lstrip(b"/")) or "."


def plain(words: str) -> str:
    """Escape what a SARIF viewer would take for a link in a plain text message."""
    if "](" not in words:
        return words
    return words.replace("[", "\\[").replace("]", "\\]")
