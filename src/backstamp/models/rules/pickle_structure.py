"""Rules about the shape of a pickle: what no pickler writes."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.pickle import PickleOddity


class FrameDivergence:
    """
    ## What it does
    Compares what a pickle says to loaders which respect frames with what it says to those which do not.

    ## Why is this bad?
    The two read different programs from the same bytes (python/cpython issue 154848): one is shown to the
    scanner, the other runs. No pickler writes such a stream.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL201",
        name="frame-divergence",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loaders read two different programs from this pickle: {detail}",
        maps=("CWE-436", "AML.T0010.003", "LLM03:2025"),
    )
    WANTS: ClassVar = (PickleOddity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find the divergences."""
        return _of(facts, self.RULE, "frame-divergence")


class ExtensionCode:
    """
    ## What it does
    Looks for extension codes (EXT1, EXT2, EXT4), which name a global by a number.

    ## Why is this bad?
    The number hides which callable is meant; it is filled in by the process that loads the file, or by the
    pickle itself. No model format uses it.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL202",
        name="extension-code",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="this pickle names a global by an extension code: {detail}",
        maps=("CWE-502", "AML.T0010.003"),
    )
    WANTS: ClassVar = (PickleOddity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find the extension codes."""
        return _of(facts, self.RULE, "extension")


class BrokenAfterCalls:
    """
    ## What it does
    Looks for pickles which break off or fail after they have already called something.

    ## Why is this bad?
    What stands before the break has run by then (the "nullifAI" technique): tools that need the whole
    stream to be valid see nothing.

    ## What to do
    Look at what is called before the break. If nothing dangerous is, get an undamaged copy of the file.
    """

    RULE: ClassVar = Rule(
        code="PKL203",
        name="broken-after-calls",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="this pickle breaks after {calls} calls have run: {detail}",
        maps=("CWE-502", "AML.T0010.003"),
    )
    WANTS: ClassVar = (PickleOddity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find streams that break with calls behind them."""
        for oddity in facts.of(PickleOddity):
            if oddity.kind == "broken" and oddity.after_calls:
                yield self.RULE.found(oddity, calls=oddity.after_calls, detail=oddity.detail)


class ComputedName:
    """
    ## What it does
    Looks for globals whose module or name is not written in the pickle, but is what a call returns.

    ## Why is this bad?
    What is imported cannot be told beforehand: no pickler writes this, and it serves only to hide a name.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL204",
        name="computed-global-name",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="this pickle imports a global whose name it computes: {detail}",
        maps=("CWE-502", "AML.T0010.003"),
    )
    WANTS: ClassVar = (PickleOddity,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find the computed names."""
        return _of(facts, self.RULE, "computed-name")


def _of(facts: FactBook, rule: Rule, kind: str) -> Iterator[Finding]:
    for oddity in facts.of(PickleOddity):
        if oddity.kind == kind:
            yield rule.found(oddity, detail=oddity.detail)


RULES: tuple[type, ...] = (FrameDivergence, ExtensionCode, BrokenAfterCalls, ComputedName)
