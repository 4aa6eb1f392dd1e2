"""Rules about R's serialized objects."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.rdata import RCall

# fmt: off
_ACTS = frozenset({
    "system", "system2", "shell", "shell.exec", "pipe", "dyn.load", "library.dynam", "socketConnection",
    "download.file", "source", "sys.source", "install.packages", "browseURL", "Sys.setenv", "unlink",
    "file.remove",
})
_LAZY = frozenset({
    "eval", "evalq", "do.call", "parse", "url", "readLines", "file", "writeLines", "writeBin", "get",
    "match.fun", ".Call", ".External", ".Internal", "assign",
})
# fmt: on


class PromisedCall:
    """
    ## What it does

    Looks for promises, and calls stored as data, of an RDS or RDA file that start processes, load code or
    reach files and the network.

    ## Why is this bad?
    A promise is evaluated as soon as the loaded value is touched (CVE-2024-27322): reading the file and
    looking at it runs the call.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="RDA101",
        name="promised-call",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="a {context} in the file calls {name}",
        maps=("CWE-502", "CVE-2024-27322", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (RCall,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        for fact in facts.of(RCall):
            is_lazy = fact.context == "promise" and fact.name in _LAZY
            if is_lazy or (fact.context != "closure" and fact.name in _ACTS):
                yield self.RULE.found(fact, evidence=fact.words, context=fact.context, name=fact.name)


class ActingFunction:
    """
    ## What it does

    Looks for functions stored in an RDS or RDA file that start processes, load code or reach files and the
    network.

    ## Why is this bad?
    Methods of a loaded object run when it is printed or used.

    ## What to do
    Read the function before you use the object.
    """

    RULE: ClassVar = Rule(
        code="RDA102",
        name="acting-function",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a function in the file calls {name}",
        maps=("CWE-502", "LLM03:2025"),
    )
    WANTS: ClassVar = (RCall,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        for fact in facts.of(RCall):
            if fact.context == "closure" and fact.name in _ACTS:
                yield self.RULE.found(fact, evidence=fact.words, name=fact.name)


RULES = (PromisedCall, ActingFunction)
