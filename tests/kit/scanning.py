"""Scans bytes in memory, as the engine would scan a file of that name."""

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.verdict import Verdict
from backstamp.engine.examine import Examination, examine
from backstamp.policy.default import verdict_on


def examined(data: bytes, name: str = "model.bin", limits: Limits | None = None) -> Examination:
    """Examine bytes under a name."""
    return examine(Blob(data, path=(name,)), budget=Budget(limits))


def codes(data: bytes, name: str = "model.bin") -> list[str]:
    """The rule codes found, sorted, each once."""
    return sorted({f.rule for f in examined(data, name).findings})


def verdict(data: bytes, name: str = "model.bin") -> Verdict:
    """The verdict of the default policy."""
    found = examined(data, name)
    return verdict_on(found.findings, found.coverage)
