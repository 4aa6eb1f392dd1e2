"""The default policy.

1. A finding at or above the threshold denies; without a threshold none does.
2. Else, an artifact that was not examined to the end leaves the verdict undetermined;
   what was left out on request (``skipped``) does not.
3. Else, a finding of low severity or above warns. ``info`` never changes a verdict.
"""

from collections.abc import Sequence

from backstamp.core.finding import Finding, Severity
from backstamp.core.location import joined
from backstamp.core.reading import Coverage, Status
from backstamp.core.verdict import Outcome, Verdict

_SHOWN = 5  # reasons of a kind
_UNREAD = frozenset({Status.PARTIAL, Status.UNSUPPORTED, Status.FAILED})


def verdict_on(
    findings: Sequence[Finding], coverage: Sequence[Coverage], *, fail_on: Severity | None = Severity.HIGH
) -> Verdict:
    """Judge findings and coverage by the default policy; ``fail_on`` is the denying severity."""
    denying = [f for f in findings if fail_on and f.severity.rank >= fail_on.rank]
    if denying:
        return Verdict(Outcome.DENY, _reasons(denying))
    unread = [c for c in coverage if c.status in _UNREAD]
    if unread:
        return Verdict(Outcome.UNDETERMINED, _unread_reasons(unread))
    warning = [f for f in findings if f.severity.rank >= Severity.LOW.rank]
    if warning:
        return Verdict(Outcome.WARN, _reasons(warning))
    return Verdict(Outcome.ALLOW, ("everything was examined and nothing above info was found",))


def _reasons(findings: Sequence[Finding]) -> tuple[str, ...]:
    ordered = sorted(findings, key=lambda f: -f.severity.rank)
    lines = tuple(dict.fromkeys(f"{f.rule} {joined(f.place.path)}: {f.message}" for f in ordered))
    return _bounded(lines)


def _unread_reasons(unread: Sequence[Coverage]) -> tuple[str, ...]:
    return _bounded(tuple(f"{joined(c.path)} was not fully examined: {c.reason or c.status}" for c in unread))


def _bounded(lines: tuple[str, ...]) -> tuple[str, ...]:
    rest = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"and {rest} more") if rest > 0 else lines
