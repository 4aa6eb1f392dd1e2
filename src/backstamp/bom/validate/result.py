"""The answer: what each level said, and what may be concluded.

1. A level passed, failed, or was skipped with a reason; a level that nobody asked for is "not checked".
2. A document is valid only if all levels that were asked for ran, and none found an error.
3. Undecided is its own answer, and never looks like valid.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from backstamp.bom.validate.problem import Grade, Level, Problem

MOST_OF_A_KIND = 100


class Outcome(StrEnum):
    """What became of a level."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class LevelResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a level said. ``reason`` is why it was skipped, ``compared`` what it looked at (for artefacts)."""

    level: Level
    outcome: Outcome
    requested: bool = True
    reason: str = ""
    compared: str = ""


class Answer(StrEnum):
    """What may be said of the document."""

    VALID = "valid"
    INVALID = "invalid"
    UNDECIDED = "undecided"


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """The validation of one document. ``omitted`` counts problems beyond the first hundred of a kind."""

    name: str
    standard: str
    levels: tuple[LevelResult, ...]
    problems: tuple[Problem, ...]
    omitted: int = 0

    @property
    def answer(self) -> Answer:
        """Errors make a document invalid, whatever else was skipped."""
        if any(level.outcome is Outcome.FAILED for level in self.levels):
            return Answer.INVALID
        if any(level.requested and level.outcome is Outcome.SKIPPED for level in self.levels):
            return Answer.UNDECIDED
        return Answer.VALID

    @property
    def exit_code(self) -> int:
        """Zero for valid, 1 for invalid, 3 where it could not be decided."""
        return {Answer.VALID: 0, Answer.INVALID: 1, Answer.UNDECIDED: 3}[self.answer]

    @property
    def unchecked(self) -> tuple[LevelResult, ...]:
        """The levels that did not run."""
        return tuple(level for level in self.levels if level.outcome is Outcome.SKIPPED)


class Gathered:
    """The problems of one level: the first hundred of each kind, and a count of the others."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.kept: list[Problem] = []
        self.omitted = 0
        self.has_errors = False
        counts: dict[str, int] = {}
        for problem in problems:
            counts[problem.code] = counts.get(problem.code, 0) + 1
            self.has_errors = self.has_errors or problem.severity is Grade.ERROR
            if counts[problem.code] <= MOST_OF_A_KIND:
                self.kept.append(problem)
            else:
                self.omitted += 1
        self.kept.sort(key=lambda problem: problem.severity is Grade.WARNING)

    @property
    def outcome(self) -> Outcome:
        """Warnings alone let a level pass."""
        return Outcome.FAILED if self.has_errors else Outcome.PASSED
