"""The report of a scan: the public contract ``backstamp.report/1``."""

import msgspec

from backstamp.core.finding import Finding, Rule, Severity
from backstamp.core.reading import Coverage
from backstamp.core.verdict import Verdict

SCHEMA = "backstamp.report/1"


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its page: why it matters and what to do, as Markdown."""

    rule: Rule
    what: str
    why: str
    advice: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A knowledge snapshot that was used, and the day it stands for."""

    name: str
    as_of: str
    digest: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a scan found out. Holds no clock time: equal inputs give equal reports.

    ``fail_on`` is the lowest severity which denied; ``None`` if findings were not to deny at all.
    """

    target: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    rules: tuple[RuleText, ...]  # those of the findings, sorted by code
    knowledge: tuple[Snapshot, ...]
    tool_version: str
    total_bytes: int = 0
    fail_on: Severity | None = Severity.HIGH
