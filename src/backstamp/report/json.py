"""The JSON report: the public contract ``backstamp.report/1``."""

import msgspec

from backstamp.core.finding import Finding
from backstamp.core.location import joined
from backstamp.core.report import SCHEMA, Report


def render(report: Report) -> str:
    """Write the report as JSON, indented, with keys in the order of the contract."""
    document = {
        "schema": SCHEMA,
        "target": report.target,
        "verdict": report.verdict.outcome,
        "reasons": report.verdict.reasons,
        "findings": [_finding(f) for f in report.findings],
        "coverage": [
            {
                "path": joined(c.path),
                "status": c.status,
                "reason": c.reason,
                "unexplained_bytes": c.unexplained,
                "kinds": c.kinds,
            }
            for c in report.coverage
        ],
        "summary": _summary(report),
        "tool": {"name": "backstamp", "version": report.tool_version},
        "knowledge": [{"name": k.name, "as_of": k.as_of, "digest": k.digest} for k in report.knowledge],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "path": joined(finding.place.path),
        "location": finding.place.where,
        "digest": str(finding.digest) if finding.digest else None,
        "fingerprint": finding.fingerprint,
        "evidence": finding.evidence,
        "references": finding.references,
    }


def _summary(report: Report) -> dict[str, object]:
    severities: dict[str, int] = dict.fromkeys(("critical", "high", "medium", "low", "info"), 0)
    statuses: dict[str, int] = {}
    for finding in report.findings:
        severities[finding.severity] += 1
    for entry in report.coverage:
        statuses[entry.status] = statuses.get(entry.status, 0) + 1
    return {"bytes": report.total_bytes, "findings": severities, "coverage": statuses}
