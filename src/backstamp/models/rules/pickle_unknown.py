"""Rules about what is not known of a pickle's calls, and about code that it carries."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.rules.pickle_judgement import MAPS, WANTS, found


class StandardFunction:
    """
    ## What it does
    Looks for calls of names in the standard library which are not known to build data.

    ## Why is this bad?
    The standard library is finite: what builds data is listed. All else is either private, or not there
    on every version, and then a way around a list.

    ## What to do
    Do not load the file before you know why it calls this.
    """

    RULE: ClassVar = Rule(
        code="PKL115",
        name="unexpected-standard-function",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle calls {callee}, which no pickle of data needs{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "standard-function")


class SuspiciousFunction:
    """
    ## What it does
    Looks for calls of functions of which nothing is known, or which may reach something dangerous.

    ## Why is this bad?
    A pickle of data builds objects; a function that is called may do anything its library can.

    ## What to do
    Read what the function does in the version that you would load the file with, or ask the maker for
    safetensors.
    """

    RULE: ClassVar = Rule(
        code="PKL116",
        name="unknown-function-call",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="loading this pickle calls {callee}, of which nothing is known{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "suspicious-function", "reaches")


class ArgumentEvidence:
    """
    ## What it does
    Looks for calls of callables of which nothing is known, whose arguments are a shell command, a URL,
    a path, code or a nested pickle.

    ## Why is this bad?
    What is handed a command line most likely runs it.

    ## What to do
    Do not load the file before you have read what the callable does.
    """

    RULE: ClassVar = Rule(
        code="PKL117",
        name="dangerous-call-by-arguments",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle calls {callee} with dangerous arguments{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "evidence")


class OpaqueCall:
    """
    ## What it does
    Looks for calls of things that are the result of other calls and that cannot be folded away.

    ## Why is this bad?
    Chains of calls hide what is called; a pickle of data has no use for them.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL121",
        name="opaque-call",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle calls {callee}, which cannot be told beforehand{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "opaque-call")


class DriverCall:
    """
    ## What it does
    Looks for calls of libraries which drive shells, machines, networks or browsers, or which run what they are
    given (paramiko, pexpect, jinja2, requests ...), and for objects of theirs.

    ## Why is this bad?
    Nothing that a model needs is stored as an object of such a library: they are there to act.

    ## What to do
    Do not load the file before you know why it uses the library.
    """

    RULE: ClassVar = Rule(
        code="PKL126",
        name="driver-library-call",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle uses {callee}, a library which acts on machines or runs code{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "driver")


class CarriedCode:
    """
    ## What it does
    Looks for functions and classes that are stored by value (dill, cloudpickle): their byte code is in
    the file.

    ## Why is this bad?
    The code runs as soon as the object is used. No one can read it in a review.

    ## What to do
    Ask the maker to ship the code as a package, or a model without code.
    """

    RULE: ClassVar = Rule(
        code="PKL122",
        name="carried-code",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="this pickle carries code of its own: {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "carried-code")


class CarriedSink:
    """
    ## What it does
    Looks for stored functions and code objects whose names or constants are those of dangerous
    functions.

    ## Why is this bad?
    The code runs as soon as the object is used, and starts processes, opens connections or runs more
    code.

    ## What to do
    Do not use the object. Read the code first: backstamp names the words it found.
    """

    RULE: ClassVar = Rule(
        code="PKL123",
        name="carried-dangerous-code",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="this pickle carries code which names dangerous functions: {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "carried-sink")


class ReachedSink:
    """
    ## What it does
    Looks for calls of library functions which, by their source, lead to a process, code, network or
    file call.

    ## Why is this bad?
    The library does for the attacker what a direct call would.

    ## What to do
    Do not load the file before you have read what the function does with these arguments.
    """

    RULE: ClassVar = Rule(
        code="PKL125",
        name="reached-danger",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle calls {callee}, which reaches a dangerous function{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "reaches-sink")


RULES: tuple[type, ...] = (
    StandardFunction,
    SuspiciousFunction,
    ArgumentEvidence,
    OpaqueCall,
    DriverCall,
    CarriedCode,
    CarriedSink,
    ReachedSink,
)
