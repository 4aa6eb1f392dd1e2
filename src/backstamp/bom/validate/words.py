"""Writes validations for people and for programs."""

from collections.abc import Iterator, Sequence

from backstamp.bom.validate.problem import Grade, Problem
from backstamp.bom.validate.result import Answer, LevelResult, Outcome, Validation
from backstamp.core.finding import shown, visible
from backstamp.core.tree import Json, Tree

SCHEMA = "backstamp.bom-validation/1"
_SAYS = {
    Answer.VALID: "valid",
    Answer.INVALID: "not valid",
    Answer.UNDECIDED: "undecided: a level that was asked for could not run",
}


def as_text(validations: Sequence[Validation]) -> str:
    """Write what was checked, what was not, and every problem with its place and its remedy."""
    return "\n".join("\n".join(_lines(each)) + "\n" for each in validations)


def as_tree(validations: Sequence[Validation]) -> Tree:
    """Write the same for programs."""
    return {"schema": SCHEMA, "documents": [_document(each) for each in validations]}


def _lines(each: Validation) -> Iterator[str]:
    yield f"{visible(each.name)}: {each.standard}"
    for problem in each.problems:
        yield f"  {problem.severity.value:7}  {problem.code}  {visible(problem.pointer) or '(document)'}"
        yield f"           {problem.message}"
        if problem.fix:
            yield f"           -> {problem.fix}"
    if each.omitted:
        yield f"  and at least {each.omitted:,} more of the same kinds"
    if each.problems:
        yield ""
    for level in each.levels:
        if level.outcome is not Outcome.SKIPPED:
            yield f"  {level.level.value + ':':11} {_result(level, each.problems)}"
    for level in each.unchecked:
        yield f"  not checked: {level.level.value} ({level.reason})"
    yield f"  {_verdict(each)}"


def _result(level: LevelResult, problems: Sequence[Problem]) -> str:
    own = [problem for problem in problems if problem.level is level.level]
    errors = sum(problem.severity is Grade.ERROR for problem in own)
    counts = [_counted(errors, "error"), _counted(len(own) - errors, "warning")]
    found = ", ".join(count for count in counts if count)
    return (
        level.outcome.value
        + (f" with {found}" if found else "")
        + (f" ({level.compared})" if level.compared else "")
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}" if count else ""


def _verdict(each: Validation) -> str:
    passed = [level.level.value for level in each.levels if level.outcome is Outcome.PASSED]
    if each.answer is Answer.VALID:
        return f"{_SAYS[Answer.VALID]} by {' and '.join(passed)}"
    return _SAYS[each.answer]


def _document(each: Validation) -> Json:
    return {
        "name": shown(each.name, 1000),
        "standard": each.standard,
        "answer": each.answer.value,
        "levels": [
            {
                "level": level.level.value,
                "outcome": level.outcome.value,
                "requested": level.requested,
                "reason": level.reason,
                "compared": level.compared,
            }
            for level in each.levels
        ],
        "problems": [
            {
                "code": problem.code,
                "level": problem.level.value,
                "severity": problem.severity.value,
                "pointer": problem.pointer,
                "message": problem.message,
                "fix": problem.fix,
            }
            for problem in each.problems
        ],
        "omitted": each.omitted,
    }
