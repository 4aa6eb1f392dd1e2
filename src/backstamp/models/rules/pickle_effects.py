"""Rules about calls with a known effect: what loading a pickle does."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.rules.pickle_judgement import MAPS, WANTS, found


class ProcessCall:
    """
    ## What it does
    Looks for calls, made while a pickle loads, of functions which start a process.

    ## Why is this bad?
    Whoever loads the file runs the command, with their own rights, before any weight is read.

    ## What to do
    Do not load the file. Ask its maker for safetensors, and look for other machines that loaded it.
    """

    RULE: ClassVar = Rule(
        code="PKL101",
        name="process-call",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle starts a process: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "process")


class CodeCall:
    """
    ## What it does
    Looks for calls of functions which run or compile code from text, bytes or code objects, and for
    imports of modules which run when imported.

    ## Why is this bad?
    The code in the file is run by whoever loads it; it can do everything that its reader may do.

    ## What to do
    Do not load the file. Ask its maker for safetensors.
    """

    RULE: ClassVar = Rule(
        code="PKL102",
        name="code-execution",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle runs code: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "code")


class NativeCall:
    """
    ## What it does
    Looks for calls that load libraries or touch raw memory (ctypes, cffi, dlopen).

    ## Why is this bad?
    A loaded library runs its own code at once, and raw memory access overcomes every guard of the
    language.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL103",
        name="native-code-call",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle reaches native code: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "native")


class FileWriteCall:
    """
    ## What it does
    Looks for calls that write, move or delete files or change their rights.

    ## Why is this bad?
    A written file (a start-up script, a library, a key) becomes code execution; a removed one is
    damage.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL104",
        name="file-write-call",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle writes or removes files: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "write")


class NetworkCall:
    """
    ## What it does
    Looks for calls that open connections or resolve names.

    ## Why is this bad?
    Data leaves the machine, or code comes in, as soon as the file is loaded; a name look-up alone tells
    an attacker who loads it.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL105",
        name="network-call",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="loading this pickle uses the network: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "network")


class NestedLoad:
    """
    ## What it does
    Looks for calls which unpickle, unmarshal or load a model from bytes or from a file.

    ## Why is this bad?
    What the inner load runs is hidden from whoever examines the outer file, or lies elsewhere.

    ## What to do
    Do not load the file. Extract and examine what it would load.
    """

    RULE: ClassVar = Rule(
        code="PKL106",
        name="nested-load",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading this pickle loads another: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "load")


class InterpreterChange:
    """
    ## What it does
    Looks for calls that change the running interpreter: hooks, search paths, signals, patches,
    environment.

    ## Why is this bad?
    A changed interpreter runs the attacker's code later, when nobody looks, or switches safeguards off.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL107",
        name="interpreter-change",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading this pickle changes the interpreter: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "state")


class ProcessStop:
    """
    ## What it does
    Looks for calls that end, abort or block the process.

    ## Why is this bad?
    A service which loads the file goes down.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL108",
        name="process-stop",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading this pickle ends or hangs the process: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "stop")


class FileReadCall:
    """
    ## What it does
    Looks for calls that read files, folders or the environment.

    ## Why is this bad?
    A pickle of data has no reason to read anything: what it reads may be secrets that a later step
    sends away.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="PKL109",
        name="file-read-call",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading this pickle reads files or the environment: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "read")


class VisibleEffect:
    """
    ## What it does
    Looks for calls that open a browser or window, print, or ask the user.

    ## Why is this bad?
    A pickle of data does none of this: such calls are how a payload is tried out, or how a user is
    lured.

    ## What to do
    Do not load the file before you know why it does so.
    """

    RULE: ClassVar = Rule(
        code="PKL110",
        name="visible-effect",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="loading this pickle shows or asks something: it calls {callee}{detail}",
        maps=MAPS,
    )
    WANTS: ClassVar = WANTS

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Find them among the judgements."""
        return found(self.RULE, facts, "show")


RULES: tuple[type, ...] = (
    ProcessCall,
    CodeCall,
    NativeCall,
    FileWriteCall,
    NetworkCall,
    NestedLoad,
    InterpreterChange,
    ProcessStop,
    FileReadCall,
    VisibleEffect,
)
