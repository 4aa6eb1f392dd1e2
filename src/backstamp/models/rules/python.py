"""Rules about what Python source runs: processes, code from elsewhere, machine code.

1. What runs by itself (on import, or when an object is made or called) weighs more than what waits to be
called.
2. A chain convicts, not a word: downloaded or decoded data which is run, credentials which are sent, names
which are
   built to hide what they call. The same calls on plain data are what ordinary model code does.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge.commands import Command
from backstamp.models.facts.python import PythonEffect
from backstamp.models.rules.python_evidence import (
    HIDE,
    RUN_CODE,
    WHEN,
    command_of,
    evidence_of,
    is_dropped,
    is_left_to_callers,
    is_obscured,
    met,
    runs_itself,
)


class HostileCommand:
    """
    ## What it does
    Looks for commands that open a shell to elsewhere, run what they download, destroy data, hide, or settle
    in the system.

    ## Why is this bad?
    No model needs such a command. Whoever uses the code gives the machine away.

    ## What to do
    Do not run or import the file. Report it to where it came from, and look for the machine's other copies.
    """

    RULE: ClassVar = Rule(
        code="PYS101",
        name="hostile-command",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="{callee} starts a hostile command {when}: {text}",
        maps=("CWE-78", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such command."""
        return met(facts, self.RULE, lambda e: e.action == "process" and command_of(e) is Command.HOSTILE)


class ProcessOnImport:
    """
    ## What it does
    Looks for processes that start as soon as the code is imported, other than tools asked about themselves
    (git, nvidia-smi).

    ## Why is this bad?
    Loading a model with its code is enough to run the command.

    ## What to do
    Read the command. Do not load the code if the command is not plainly needed.
    """

    RULE: ClassVar = Rule(
        code="PYS102",
        name="process-on-import",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} starts a process {when}: {text}",
        maps=("CWE-78", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such process."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process" or not runs_itself(effect) or not effect.known or not effect.text:
            return False
        kind = command_of(effect)
        return kind is Command.OTHER or (kind is Command.TOOL and effect.layers > 0)


class DecodedCode:
    """
    ## What it does
    Looks for code that comes out of a decoder, a decompressor or a chain of characters, and is then run.

    ## Why is this bad?
    Encoding code serves to keep it from being read. It is the usual dress of malicious packages.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS103",
        name="decoded-code",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} runs decoded code {when}: {text}",
        maps=HIDE + RUN_CODE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of decoded code."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"code", "process", "shellcode"} or not {"decoded", "built"} & set(
            effect.taint
        ):
            return False
        if is_left_to_callers(effect):
            return False
        return effect.action != "process" or command_of(effect) not in {Command.ASKING, Command.TOOL}


class DownloadedCode:
    """
    ## What it does
    Looks for data from the network that is run as code or as a command.

    ## Why is this bad?
    Whoever answers the request decides what the machine does, today or any day later.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS104",
        name="downloaded-code",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="{callee} runs what came from the network {when}: {text}",
        maps=("CWE-494", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of downloaded data."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if is_dropped(effect) and runs_itself(effect):
            return True
        if "network" not in effect.taint:
            return False
        if effect.action == "process":
            return command_of(effect) not in {Command.ASKING, Command.TOOL}
        if effect.action == "load":
            return effect.when == "import" and effect.callee.startswith(
                ("pickle", "marshal", "dill", "cloudpickle", "_pickle")
            )
        return effect.action in {"code", "native"}


class ReverseShell:
    """
    ## What it does
    Looks for a network connection whose socket becomes the input and output of a process.

    ## Why is this bad?
    It hands a shell on this machine to whoever is at the other end.

    ## What to do
    Do not run the file. If it ran, treat the machine as taken over.
    """

    RULE: ClassVar = Rule(
        code="PYS106",
        name="reverse-shell",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="a network connection is joined to a shell {when}",
        maps=("CWE-506", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield one finding a file that has both ends."""
        sockets = {e.place.path for e in facts.of(PythonEffect) if e.action == "socket"}
        seen: set[tuple[str, ...]] = set()
        for effect in facts.of(PythonEffect):
            joins = effect.action == "dup" and effect.callee == "os.dup2"
            spawns = effect.action == "process" and (
                effect.callee == "pty.spawn" or command_of(effect) is Command.HOSTILE
            )
            if (joins or spawns) and effect.place.path in sockets and effect.place.path not in seen:
                seen.add(effect.place.path)
                yield self.RULE.found(effect, evidence=evidence_of(effect), when=WHEN[effect.when])


class HiddenCallee:
    """
    ## What it does
    Looks for calls that start processes or run code whose name is put together, decoded or dug out of
    object internals.

    ## Why is this bad?
    Nobody writes a plain call this way, but to keep readers and scanners from seeing it.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS107",
        name="hidden-callee",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} is called by a hidden name {when}: {text}",
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hidden call."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"process", "code", "shellcode", "load", "socket", "network", "dup"}:
            return False
        if effect.action in {"load", "network", "socket"}:
            return "built-name" in effect.hidden
        if is_obscured(effect):
            return True
        roads = {"sys.modules", "globals", "import", "getattr", "__dict__", "vars"} & set(effect.hidden)
        return effect.action == "process" and len(roads) > 1


class Shellcode:
    """
    ## What it does
    Looks for calls that make memory executable and start threads in it.

    ## Why is this bad?
    It runs machine code that no reader of the source can see.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS114",
        name="shellcode",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} prepares machine code {when}",
        maps=("CWE-506", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        paths = {
            e.place.path for e in facts.of(PythonEffect) if e.action == "shellcode" and not _only_copies(e)
        }
        return met(
            facts,
            self.RULE,
            lambda e: (
                _compiles_hostile(e)
                or (e.action == "shellcode" and (not _only_copies(e) or e.place.path in paths))
            ),
        )


class DestructiveDelete:
    """
    ## What it does
    Looks for deletions of a whole disk, system folder or home folder.

    ## Why is this bad?
    It destroys data.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS113",
        name="destructive-delete",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} deletes {text} {when}",
        maps=("CWE-506", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such deletion."""
        return met(
            facts,
            self.RULE,
            lambda e: (
                e.action == "delete"
                and e.text != ""
                and e.text.replace("\\", "/").rstrip("/*").lower() in _ROOTS
            ),
        )


class Persistence:
    """
    ## What it does
    Looks for writes to files that the system or the interpreter runs later: shell profiles, cron,
    autostart, .pth files.

    ## Why is this bad?
    The code settles in: removing the model does not remove it.

    ## What to do
    Do not run the file. If it ran, check the named place.
    """

    RULE: ClassVar = Rule(
        code="PYS110",
        name="persistence",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} writes to a place that is run later, {when}: {text}",
        maps=("CWE-506", *RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such write."""
        return met(facts, self.RULE, lambda e: e.action == "write" and not _is_temporary(e.text))


class ToolOnImport:
    """
    ## What it does
    Looks for tools (package managers, converters) and for unknown commands that run as soon as code is
    imported.

    ## Why is this bad?
    Loading a model should not install or convert anything.

    ## What to do
    Read the command, and run it yourself if it is needed.
    """

    RULE: ClassVar = Rule(
        code="PYS124",
        name="tool-on-import",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{callee} starts a process {when}: {text}",
        maps=("CWE-78",),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such process."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process" or not runs_itself(effect):
            return False
        if effect.when == "load":
            return effect.text.startswith("{") and "{" not in effect.text[1:]
        kind = command_of(effect)
        return kind is Command.TOOL or (kind is Command.OTHER and not effect.known)


class ProcessInCode:
    """
    ## What it does
    Looks for functions that start processes whose command is not that of a known tool.

    ## Why is this bad?
    Model code rarely needs processes.

    ## What to do
    See what is started, and when.
    """

    RULE: ClassVar = Rule(
        code="PYS122",
        name="process-in-code",
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        message="{callee} starts a process {when}: {text}",
        maps=("CWE-78",),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such process."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process":
            return False
        kind = command_of(effect)
        if effect.when == "import":
            return False
        return kind is Command.OTHER and not (effect.when == "load" and effect.known)


_NATIVE_CALLS = ("system(", "popen(", "execl(", "execv", "fork(", "connect(", "dlopen(")


def _is_temporary(path: str) -> bool:
    # Build tools make an environment of their own in a folder that goes away, with a sitecustomize.py in it.
    start = path.partition("}")[0]
    return path.startswith("{") and (start.endswith("TempDirectory().path") or "{tempfile." in path[:20])


def _only_copies(effect: PythonEffect) -> bool:
    # Shared memory is written so; machine code needs memory to run in besides, and somebody to start it.
    return (
        effect.callee.endswith(".RtlMoveMemory")
        and effect.when == "latent"
        and not {"decoded", "built", "network"} & set(effect.taint)
        and not effect.hidden
    )


def _compiles_hostile(effect: PythonEffect) -> bool:
    # C source in text that starts processes or opens sockets.
    return (
        effect.action == "native"
        and "load_inline" in effect.callee
        and any(c in effect.text for c in _NATIVE_CALLS)
    )


_ROOTS = frozenset(
    {"", "~", "/home", "/etc", "/usr", "/var", "/root", "/boot", "c:", "c:/windows", "c:/users", "/users"}
)


RULES = (
    HostileCommand,
    ProcessOnImport,
    DecodedCode,
    DownloadedCode,
    ReverseShell,
    HiddenCallee,
    Shellcode,
    DestructiveDelete,
    Persistence,
    ToolOnImport,
    ProcessInCode,
)
