"""Rules about where the text comes from that Python source runs as code."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.python import PythonEffect
from backstamp.models.rules.python_evidence import (
    HIDE,
    RUN_CODE,
    installs,
    is_dropped,
    is_left_to_callers,
    met,
    runs_itself,
)


class CodeFromData:
    """
    ## What it does
    Looks for functions that run text as code where the text is not known from the source.

    ## Why is this bad?
    Whoever controls the text runs code.

    ## What to do
    See where the text comes from. ``ast.literal_eval`` reads plain data.
    """

    RULE: ClassVar = Rule(
        code="PYS121",
        name="code-from-data",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message="{callee} runs text as code {when}",
        maps=("CWE-95",),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of unknown text."""
        return met(facts, self.RULE, lambda e: _is_evaluated(e) and runs_itself(e))


class HandedCode:
    """
    ## What it does
    Looks for functions, called by others only, that decode what they are given or what a file holds, and
    run it.

    ## Why is this bad?
    Caches of byte code work so; so do loaders that wait for the right file.

    ## What to do
    See who calls the function, and with what.
    """

    RULE: ClassVar = Rule(
        code="PYS134",
        name="handed-code",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        message="{callee} runs decoded code that a caller or a file brings, {when}",
        maps=("CWE-95", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of handed code."""
        return met(facts, self.RULE, lambda e: "decoded" in e.taint and is_left_to_callers(e))


class EvaluatedText:
    """
    ## What it does
    Looks for functions, called by others only, that run text as code where the text is not known from the
    source.

    ## Why is this bad?
    Whoever controls the text runs code.

    ## What to do
    See who calls the function. ``ast.literal_eval`` reads plain data.
    """

    RULE: ClassVar = Rule(
        code="PYS123",
        name="evaluated-text",
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        message="{callee} runs text as code {when}",
        maps=("CWE-95",),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of unknown text."""
        return met(facts, self.RULE, lambda e: _is_evaluated(e) and not runs_itself(e))


class DroppedFile:
    """
    ## What it does
    Looks for functions that run a file which the same code downloaded.

    ## Why is this bad?
    Whoever answers the request decides what the machine does.

    ## What to do
    See where the file comes from and whether its digest is checked.
    """

    RULE: ClassVar = Rule(
        code="PYS120",
        name="dropped-file",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} runs a downloaded file {when}: {text}",
        maps=("CWE-494", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of a downloaded file outside of import."""
        return met(facts, self.RULE, lambda e: is_dropped(e) and not runs_itself(e))


class FetchedCode:
    """
    ## What it does
    Looks for downloads, made when code is loaded, into files that hold code or programs, and for packages
    installed from an index or address that nobody knows.

    ## Why is this bad?
    Whoever answers the request decides what runs next.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS127",
        name="fetched-code",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a file with code is downloaded {when}: {text}",
        maps=("CWE-494", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such effect."""
        return met(facts, self.RULE, lambda e: runs_itself(e) and (e.action == "fetch" or installs(e)))


class CodeFromFile:
    """
    ## What it does
    Looks for code that is read, when a module is loaded, from a file which is not named like code.

    ## Why is this bad?
    Weights, tokenizers and configurations are data: code hides there from whoever reviews the code.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS128",
        name="code-from-file",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="{callee} runs the file {text} as code {when}",
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such effect."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if not runs_itself(effect):
            return False
        return _is_from_weights(effect) or (_is_from_file(effect) and _is_named_data(effect.text))


class DynamicCallee:
    """
    ## What it does
    Looks for functions of ``os`` and ``subprocess`` which are called, when code is loaded, by a name that
    is not known.

    ## Why is this bad?
    It hides which function is called.

    ## What to do
    See where the name comes from.
    """

    RULE: ClassVar = Rule(
        code="PYS129",
        name="dynamic-callee",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a function of {callee} is called by a name that is not known, {when}",
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such effect."""
        return met(facts, self.RULE, lambda e: e.action == "resolve" and runs_itself(e))


class CodeFromText:
    """
    ## What it does
    Looks for code that is read from a file of unknown name and run when a module is loaded.

    ## Why is this bad?
    Whoever can write the file runs code.

    ## What to do
    See what file that is.
    """

    RULE: ClassVar = Rule(
        code="PYS130",
        name="code-from-text",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message="{callee} runs what it read from {text} as code {when}",
        maps=RUN_CODE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such effect."""
        return met(facts, self.RULE, lambda e: _is_from_file(e) and runs_itself(e) and "{" in e.text)


def _is_evaluated(effect: PythonEffect) -> bool:
    given = {"parameter", "input"} & set(effect.taint)
    return effect.action == "code" and effect.callee in {"exec", "eval"} and bool(given)


def _is_from_file(effect: PythonEffect) -> bool:
    return effect.action == "code" and effect.callee in {"exec", "eval"} and "file" in effect.taint


def _is_from_weights(effect: PythonEffect) -> bool:
    is_plain = not {"decoded", "built"} & set(effect.taint)
    return (
        effect.action == "code"
        and effect.callee in {"exec", "eval"}
        and "weights" in effect.taint
        and is_plain
    )


def _is_named_data(text: str) -> bool:
    name = text.rpartition("/")[2].lower()
    return (
        "{" not in name
        and "." in name.strip(".")
        and not name.endswith(_CODE_NAMES)
        and "version" not in name
    )


_CODE_NAMES = (".py", ".pyw", ".pyi", ".ipy", ".cfg", ".in", "__file__")


RULES = (
    CodeFromData,
    HandedCode,
    EvaluatedText,
    DroppedFile,
    FetchedCode,
    CodeFromFile,
    DynamicCallee,
    CodeFromText,
)
