"""Rules about skops files."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge import callables
from backstamp.models.facts.skops import SkopsNode
from backstamp.models.rules.imports import is_dangerous

_OPERATORS = frozenset({"attrgetter", "itemgetter", "methodcaller"})


class DangerousNode:
    """
    ## What it does

    Looks for nodes of a skops schema that import something which runs code, starts processes, touches files
    or the network.

    ## Why is this bad?
    Loading the file with these names trusted calls them. Honest estimators have no such part.

    ## What to do
    Do not load the file, and trust none of its names.
    """

    RULE: ClassVar = Rule(
        code="SKO101",
        name="dangerous-node",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{loader} imports {module}.{name}",
        maps=("CWE-502", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (SkopsNode,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such node."""
        for fact in facts.of(SkopsNode):
            if _is_dangerous(fact.module, fact.name):
                yield self.RULE.found(fact, loader=fact.loader, module=fact.module, name=fact.name)


class ConfusedNode:
    """
    ## What it does

    Looks for operator functions that are not of `operator`, methods whose object is not of the class that the
    node shows, and methods or attributes between double underscores.

    ## Why is this bad?
    The names that skops shows for approval are then not the ones that it calls (CVE-2025-54412,
    CVE-2025-54413).

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="SKO102",
        name="confused-node",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{loader} shows {module}.{name} but reaches {reached}",
        maps=("CWE-843", "CVE-2025-54412", "CVE-2025-54413", "LLM03:2025"),
    )
    WANTS: ClassVar = (SkopsNode,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such node."""
        for fact in facts.of(SkopsNode):
            reached = _reached(fact)
            if reached:
                yield self.RULE.found(
                    fact, loader=fact.loader, module=fact.module, name=fact.name, reached=reached
                )


class UnknownFunction:
    """
    ## What it does

    Names functions that loading a skops file imports from packages of which nothing is known.

    ## Why is this bad?
    Importing a module runs it, and the estimator will call the function.

    ## What to do
    Look at the function before you trust its name.
    """

    RULE: ClassVar = Rule(
        code="SKO103",
        name="unknown-function",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        message="loading imports the function {module}.{name}, of which nothing is known",
        maps=("CWE-829", "LLM03:2025"),
    )
    WANTS: ClassVar = (SkopsNode,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such function."""
        for fact in facts.of(SkopsNode):
            if fact.loader == "FunctionNode" and not _is_dangerous(fact.module, fact.name):
                top = fact.module.partition(".")[0]
                if top not in {"numpy", "scipy", "sklearn"} and not callables.known(fact.module, fact.name):
                    yield self.RULE.found(fact, module=fact.module, name=fact.name)


RULES = (DangerousNode, ConfusedNode, UnknownFunction)


def _is_dangerous(module: str, name: str) -> bool:
    return is_dangerous(module, name) or (module in {"builtins", "sys"} and name in {"getattr", "modules"})


def _reached(fact: SkopsNode) -> str:
    """What a node really reaches, where that is not what it shows."""
    if fact.loader == "OperatorFuncNode":
        if fact.name not in _OPERATORS or fact.module not in {"operator", "_operator", ""}:
            return f"{fact.module}.{fact.name}"
        return next((w for w in fact.operand if w.startswith("__") or ".__" in w), "")
    if fact.loader == "MethodNode":
        if fact.method.startswith("__") or fact.name.startswith("__"):
            return fact.method or fact.name
        shown = f"{fact.module}.{fact.name}"
        if fact.owner and fact.owner != shown and fact.owner.rpartition(".")[0] != fact.module:
            return f"{fact.owner}.{fact.method}"
    return ""
