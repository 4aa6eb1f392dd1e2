"""The JSON report: the public contract ``backstamp.report/1``.

Strings are those of the artifact, escaped as JSON escapes; only what no JSON reader could take (half a
surrogate pair, from an undecodable file name) is written as a visible escape.
"""

import msgspec

from backstamp.core.finding import Finding, is_plain, visible
from backstamp.core.location import Pointer, joined
from backstamp.core.report import SCHEMA, Report
from backstamp.core.secrets import masked
from backstamp.report.outline import counts_of, files_in


def render(report: Report) -> str:
    """Write the report as JSON, indented, with keys in the order of the contract."""
    document = {
        "schema": SCHEMA,
        "target": unicode(report.target),
        "verdict": report.verdict.outcome,
        "reasons": [quoted(reason) for reason in report.verdict.reasons],
        "findings": [_finding(f) for f in report.findings],
        "coverage": [
            {
                "path": unicode(joined(c.path)),
                "status": c.status,
                "reason": quoted(c.reason),
                "unexplained_bytes": c.unexplained,
                "kinds": c.kinds,
            }
            for c in report.coverage
        ],
        "summary": _summary(report),
        "tool": {"name": "backstamp", "version": report.tool_version},
        "knowledge": [{"name": k.name, "as_of": k.as_of, "digest": k.digest} for k in report.knowledge],
    }
    return as_json(document)


def as_json(document: object) -> str:
    """Encode a document so that it is safe to show: control, bidi and invisible characters are escapes."""
    written = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if written.isascii() and "\x7f" not in written:
        return written
    return "".join(c if c == "\n" or is_plain(c) else _escaped(c) for c in written)


def unicode(value: str) -> str:
    """Make a string encodable: bytes of undecodable file names become visible escapes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return "".join(visible(c) if "\ud800" <= c <= "\udfff" else c for c in value)
    return value


def quoted(value: str) -> str:
    """Make words encodable, and mask the credentials in them."""
    return unicode(masked(value))


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _finding(finding: Finding) -> dict[str, object]:
    where = finding.place.where
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": quoted(finding.message),
        "path": unicode(joined(finding.place.path)),
        "location": Pointer(unicode(where.pointer)) if isinstance(where, Pointer) else where,
        "digest": str(finding.digest) if finding.digest else None,
        "fingerprint": finding.fingerprint,
        "evidence": [quoted(line) for line in finding.evidence],
        "references": finding.references,
    }


def _summary(report: Report) -> dict[str, object]:
    statuses: dict[str, int] = {}
    for entry in report.coverage:
        statuses[entry.status] = statuses.get(entry.status, 0) + 1
    return {
        "files": files_in(report),
        "bytes": report.total_bytes,
        "findings": {str(s): n for s, n in counts_of(report).items()},
        "coverage": statuses,
    }
