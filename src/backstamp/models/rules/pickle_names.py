"""Rules about what a pickle reaches by name: arguments, globals, attributes, other modules."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.rules.pickle_judgement import MAPS, WANTS, found


class ObjectResolution:
    """
    ## What it does
    Looks for calls that import modules or fetch attributes by a name, in a way that no pickler writes.

    ## Why is this bad?
    This is how a payload reaches a function without naming it where a scanner would look.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL111",
        name="object-resolution",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading this pickle looks objects up by name: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "resolve")


class SinkArgument:
    """
    ## What it does
    Looks for dangerous callables which are passed as an argument to another call.

    ## Why is this bad?
    Whatever is given a callable may call it: map, reduce, partial, thread pools, callbacks.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL112",
        name="dangerous-argument",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle hands {callee} to a call{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "sink-argument")


class DangerousGlobal:
    """
    ## What it does
    Looks for dangerous callables that are imported by a pickle without being called while it loads.

    ## Why is this bad?
    The object that comes out carries the callable: the first use of the object may call it. No pickle
    of data has one.

    ## What to do
    Do not load the file. If you made it yourself, store names instead of such functions.
    """

    RULE: ClassVar = Rule(
        code="PKL113",
        name="dangerous-global",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="this pickle holds {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "dangerous-global")


class OverwrittenGlobal:
    """
    ## What it does
    Looks for BUILD and container opcodes whose target is an imported class, function or module itself,
    not an instance.

    ## Why is this bad?
    It patches code that is trusted (also by allowlists) so that a later, harmless-looking call does
    something else.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL114",
        name="overwritten-global",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle overwrites attributes of {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "overwritten")


class UnverifiedClass:
    """
    ## What it does
    Names classes of which nothing is known and whose objects a pickle makes.

    ## Why is this bad?
    It says what has to be installed, and trusted, to load the file; by itself it is no danger sign.

    ## What to do
    Nothing, if you know the class.
    """

    RULE: ClassVar = Rule(
        code="PKL118",
        name="unverified-class",
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        message="loading this pickle makes objects of {callee}, of which nothing is known{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "unverified-class")


class DunderAttribute:
    """
    ## What it does
    Looks for names with double underscores which picklers do not write (__globals__, __subclasses__,
    __getattribute__ ...).

    ## Why is this bad?
    They lead from any harmless object to everything that is loaded.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL119",
        name="dunder-attribute",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="this pickle reaches into {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "dunder")


class CrossedModule:
    """
    ## What it does
    Looks for dotted names which cross from one module into another that it imports.

    ## Why is this bad?
    No pickler writes them: they get around lists of module names (CVE-2025-10157).

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL120",
        name="crossed-module",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="this pickle reaches another module by the way of {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "crossing")


class ScannerTampering:
    """
    ## What it does
    Looks for names of tools that examine pickles.

    ## Why is this bad?
    A pickle which imports a scanner wants to switch it off.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL124",
        name="scanner-tampering",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="this pickle reaches into a scanner: {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "scanner-tampering")


RULES: tuple[type, ...] = (
    ObjectResolution,
    SinkArgument,
    DangerousGlobal,
    OverwrittenGlobal,
    UnverifiedClass,
    DunderAttribute,
    CrossedModule,
    ScannerTampering,
)
