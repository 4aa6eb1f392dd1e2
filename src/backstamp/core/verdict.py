"""Verdicts: what follows from the evidence."""

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """May it be used?"""

    ALLOW = "allow"
    WARN = "warn"
    DENY = "deny"
    UNDETERMINED = "undetermined"


class Verdict(msgspec.Struct, frozen=True):
    """An outcome with its reasons, most important first."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 allow or warn, 1 deny, 3 undetermined."""
        return {Outcome.DENY: 1, Outcome.UNDETERMINED: 3}.get(self.outcome, 0)
