"""Reports built by hand: one for each verdict, and one which is hostile in every field."""

from backstamp.core.digest import Digest
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.location import Bytes, Line, Location, Pointer, Whole
from backstamp.core.reading import Coverage, Status
from backstamp.core.report import Report, RuleText, Snapshot
from backstamp.core.verdict import Outcome, Verdict
from backstamp.policy.default import verdict_on

# What a hostile artifact may put into any name or quotation: terminal sequences (CSI, OSC 8, C1), a bidi
# override, line breaks, HTML and XML, links of Markdown and SARIF, a mention, half a surrogate pair.
HOSTILE = (
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\x9b31m\u202egpj.exe\r\n\x00\x7f\u2028"
    "<script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover='x' javascript:alert(1) "
    "]]> --> &amp; [click](https://evil.example) ![x](https://evil.example/x.png) `code` | pipe \\| @octocat "
    "#1 www.evil.example {0} \udc80\udcff\ud800 \u200b\u3164 漢字"
)

PROCESS = RuleText(
    rule=Rule(
        code="PKL101",
        name="process-call",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle runs {module}.{name}",
        maps=("CWE-502", "AML.T0011.000", "LLM03:2025"),
    ),
    what="Looks for calls, made while a pickle loads, of functions which start a process.",
    why="Whoever loads the file runs the command, before any weight is read. `torch.load` is such a load.",
    advice="Do not load the file. Ask its maker for safetensors.\n\nA second paragraph, for the page.",
)
REMOTE = RuleText(
    rule=Rule(
        code="REP201",
        name="remote-code",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{key} takes code from {repository}",
        maps=("CWE-829",),
    ),
    what="Looks for an `auto_map` that names another repository.",
    why="The code is fetched when the model loads, and may change at any time.",
    advice="Pin a revision, and review that code.",
)
DIGEST = Digest("ab" * 32)


def finding(page: RuleText = PROCESS, *, path: tuple[str, ...] = ("evil.pt",), **changes: object) -> Finding:
    """A finding of a rule; ``changes`` are fields of it."""
    rule = page.rule
    fields: dict[str, object] = {
        "rule": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "message": "loading this pickle runs posix.system",
        "place": Location(path, Bytes(66, 12)),
        "evidence": ("posix.system('touch /tmp/marker')",),
        "references": rule.maps,
        "digest": DIGEST,
        "fingerprint": "v1:" + "0123456789abcdef" * 2,
    }
    return Finding(**(fields | changes))  # type: ignore[arg-type]


def report(
    findings: tuple[Finding, ...] = (),
    coverage: tuple[Coverage, ...] = (),
    *,
    target: str = "models",
    rules: tuple[RuleText, ...] = (PROCESS, REMOTE),
    fail_on: Severity | None = Severity.HIGH,
) -> Report:
    """A report with the verdict of the default policy."""
    codes = {f.rule for f in findings}
    return Report(
        target=target,
        verdict=verdict_on(findings, coverage, fail_on=fail_on),
        findings=findings,
        coverage=coverage,
        rules=tuple(page for page in rules if page.rule.code in codes),
        knowledge=(Snapshot(name="callables", as_of="2026-09-01", digest="sha256:" + "cd" * 32),),
        tool_version="0.1.0",
        total_bytes=1_234_567,
        fail_on=fail_on,
    )


def read(*path: str, status: Status = Status.COMPLETE, reason: str = "", unexplained: int = 0) -> Coverage:
    """What was examined of an artifact."""
    return Coverage(path=path, status=status, reason=reason, unexplained=unexplained, kinds=("pickle",))


def allowed() -> Report:
    """Two files, nothing found."""
    return report((), (read("config.json"), read("model.safetensors")))


def denied() -> Report:
    """A realistic bad repository: two files with findings, three gaps."""
    found = (
        finding(path=("checkpoints/evil.pt", "archive/data.pkl")),
        finding(
            path=("checkpoints/evil.pt", "archive/data.pkl"),
            place=Location(("checkpoints/evil.pt", "archive/data.pkl"), Bytes(1234, 1)),
        ),
        finding(
            REMOTE,
            path=("config.json",),
            message="auto_map takes code from someone/else",
            place=Location(("config.json",), Pointer("/auto_map/AutoModel")),
            evidence=('"someone/else--modeling.Net"',),
        ),
        finding(
            REMOTE,
            path=("modeling.py",),
            severity=Severity.INFO,
            message="the file runs code when it is imported",
            place=Location(("modeling.py",), Line(12, 5)),
            evidence=(),
        ),
    )
    coverage = (
        read("checkpoints/evil.pt"),
        read("checkpoints/evil.pt", "archive/data.pkl"),
        read("config.json"),
        read("extra.7z", status=Status.UNSUPPORTED, reason="7z archives need the optional library py7zr"),
        read("modeling.py"),
        read("weights.bin", status=Status.PARTIAL, reason="pickle: stream ends early", unexplained=4096),
        read(".git", status=Status.SKIPPED, reason="version control data"),
    )
    return report(found, coverage)


def undetermined() -> Report:
    """Nothing found, but one file was not read."""
    return report((), (read("a.bin", status=Status.FAILED, reason="permission denied"), read("b.bin")))


def warned() -> Report:
    """One medium finding at a line."""
    found = finding(
        REMOTE,
        path=("config.json",),
        message="auto_map takes code from someone/else",
        place=Location(("config.json",), Line(3, 7)),
        evidence=(),
    )
    return report((found,), (read("config.json"),))


def hostile() -> Report:
    """Hostile text in every field that an artifact can reach."""
    path = (HOSTILE, "member " + HOSTILE)
    found = tuple(
        finding(
            page,
            path=path,
            message=f"message {HOSTILE}",
            evidence=(HOSTILE, "second"),
            place=Location(path, where),
        )
        for page, where in (
            (PROCESS, Bytes(0, 1)),
            (PROCESS, Whole()),
            (REMOTE, Line(1, 1)),
            (REMOTE, Pointer("/" + HOSTILE)),
        )
    )
    coverage = (read(HOSTILE), read(*path, status=Status.PARTIAL, reason=f"reason {HOSTILE}"))
    return report(found, coverage, target=HOSTILE)


REPORTS = {
    "allowed": allowed,
    "denied": denied,
    "hostile": hostile,
    "undetermined": undetermined,
    "warned": warned,
}

__all__ = ["HOSTILE", "REPORTS", "Outcome", "Verdict", "finding", "read", "report"]
