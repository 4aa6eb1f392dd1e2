"""Rules about Python source which comes with models.

1. What runs by itself (on import, or when an object is made or called) weighs more than what waits to be called.
2. A chain convicts, not a word: downloaded or decoded data which is run, credentials which are sent, names which are
   built to hide what they call. The same calls on plain data are what ordinary model code does.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge.commands import Command, kind_of
from backstamp.knowledge.hosts import is_drop_box, is_dubious, is_metadata_service
from backstamp.models.facts.python import PythonEffect, PythonHiding, PythonWord, ShellLine

_RUN_CODE = ("CWE-94", "AML.T0011.000", "AML.T0010", "LLM03:2025")
_EXFILTRATE = ("CWE-200", "CWE-522", "AML.T0010", "LLM03:2025")
_HIDE = ("CWE-506", "AML.T0010", "LLM03:2025")
_SCANNERS = ("picklescan", "modelscan", "fickling", "modelaudit", "hayward", "backstamp")


def _met(facts: FactBook, rule: Rule, holds: Callable[[PythonEffect], bool]) -> Iterator[Finding]:
    for effect in facts.of(PythonEffect):
        if holds(effect):
            yield rule.found(
                effect,
                evidence=evidence_of(effect),
                callee=effect.callee,
                text=effect.text[:100],
                when=_WHEN[effect.when],
            )


_WHEN = {
    "import": "on import",
    "load": "when an object is made, loaded or called",
    "main": "when run as a program",
    "latent": "when its function is called",
}


def evidence_of(effect: PythonEffect) -> tuple[str, ...]:
    """Tell an effect's circumstances in short lines."""
    lines = [f"{effect.callee}({effect.text})"]
    if effect.taint:
        lines.append("from: " + ", ".join(effect.taint))
    if effect.via:
        lines.append("by way of: " + " > ".join(effect.via))
    if effect.hidden:
        lines.append("reached by: " + ", ".join(effect.hidden))
    if effect.layers:
        lines.append(f"inside {effect.layers} layers of code in text")
    return tuple(lines)


def _command(effect: PythonEffect) -> Command:
    return kind_of(effect.text)


def _runs_itself(effect: PythonEffect) -> bool:
    return effect.when in {"import", "load"}


def _is_obscured(effect: PythonEffect) -> bool:
    return "built-name" in effect.hidden or "gadget" in effect.hidden


class HostileCommand:
    """## What it does
    Looks for commands that open a shell to elsewhere, run what they download, destroy data, hide, or settle in the system.

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
        maps=("CWE-78", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such command."""
        return _met(facts, self.RULE, lambda e: e.action == "process" and _command(e) is Command.HOSTILE)


class ProcessOnImport:
    """## What it does
    Looks for processes that start as soon as the code is imported, other than tools asked about themselves (git, nvidia-smi).

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
        maps=("CWE-78", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such process."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process" or not _runs_itself(effect) or not effect.known:
            return False
        kind = _command(effect)
        return kind is Command.OTHER or (kind is Command.TOOL and effect.layers > 0)


class DecodedCode:
    """## What it does
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
        maps=_HIDE + _RUN_CODE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of decoded code."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"code", "process", "shellcode"} or not {"decoded", "built"} & set(
            effect.taint
        ):
            return False
        return effect.action != "process" or _command(effect) not in {Command.ASKING, Command.TOOL}


class DownloadedCode:
    """## What it does
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
        maps=("CWE-494", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of downloaded data."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if _is_dropped(effect) and _runs_itself(effect):
            return True
        if "network" not in effect.taint:
            return False
        if effect.action == "process":
            return _command(effect) not in {Command.ASKING, Command.TOOL}
        if effect.action == "load":
            return effect.when == "import" and effect.callee.startswith(
                ("pickle", "marshal", "dill", "cloudpickle", "_pickle")
            )
        return effect.action in {"code", "native"}


class DroppedFile:
    """## What it does
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
        maps=("CWE-494", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run of a downloaded file outside of import."""
        return _met(facts, self.RULE, lambda e: _is_dropped(e) and not _runs_itself(e))


def _is_dropped(effect: PythonEffect) -> bool:
    if "dropped" not in effect.taint or effect.action not in {"process", "code", "native"}:
        return False
    if effect.action != "process":
        return True
    first = effect.text.split(None, 1)[0].rsplit("/", 1)[-1] if effect.text else ""
    return first in {"sh", "bash", "python", "python3", "chmod", "start"} or _command(effect) not in {
        Command.ASKING,
        Command.TOOL,
    }


class Exfiltration:
    """## What it does
    Looks for credentials, the whole environment or facts about the machine that are sent over the network.

    ## Why is this bad?
    It is theft: keys and tokens leave the machine.

    ## What to do
    Do not run the file. If it ran, change every credential that it could reach.
    """

    RULE: ClassVar = Rule(
        code="PYS105",
        name="exfiltration",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        message="{callee} sends secrets {when} to {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each sending of secrets."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "network":
            return False
        taint = set(effect.taint)
        if "credentials" in taint:
            return True
        if "environment" in taint:
            return effect.when == "import" or is_dubious(effect.text) or not effect.text.startswith("{")
        secret = taint & {"token", "host", "file"}
        if not secret:
            return False
        if is_dubious(effect.text):
            return True
        return (
            effect.when == "import" and bool(taint & {"host"}) and not effect.callee.startswith("socket.get")
        )


class ReverseShell:
    """## What it does
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
        maps=("CWE-506", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield one finding a file that has both ends."""
        sockets = {e.place.path for e in facts.of(PythonEffect) if e.action == "socket"}
        seen: set[tuple[str, ...]] = set()
        for effect in facts.of(PythonEffect):
            joins = effect.action == "dup" and effect.callee == "os.dup2"
            spawns = effect.action == "process" and (
                effect.callee == "pty.spawn" or _command(effect) is Command.HOSTILE
            )
            if (joins or spawns) and effect.place.path in sockets and effect.place.path not in seen:
                seen.add(effect.place.path)
                yield self.RULE.found(effect, evidence=evidence_of(effect), when=_WHEN[effect.when])


class HiddenCallee:
    """## What it does
    Looks for calls that start processes or run code whose name is put together, decoded or dug out of object internals.

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
        maps=_HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hidden call."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"process", "code", "shellcode", "load", "socket", "network", "dup"}:
            return False
        if effect.action in {"load", "network", "socket"}:
            return "built-name" in effect.hidden
        if _is_obscured(effect):
            return True
        roads = {"sys.modules", "globals", "import", "getattr", "__dict__", "vars"} & set(effect.hidden)
        return effect.action == "process" and len(roads) > 1


class CredentialOnImport:
    """## What it does
    Looks for credential files (keys, cookies, wallets, password files) that are read by themselves when code is loaded.

    ## Why is this bad?
    Model code has no use for them; what reads them mostly sends them.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS108",
        name="credential-read-on-load",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a credential file is read {when}: {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such read."""
        return _met(facts, self.RULE, lambda e: e.action == "secret" and _runs_itself(e))


class CredentialRead:
    """## What it does
    Looks for functions that read credential files: keys, cookies, wallets, password files.

    ## Why is this bad?
    Model code has no use for them.

    ## What to do
    See what the function does with them, and who calls it.
    """

    RULE: ClassVar = Rule(
        code="PYS109",
        name="credential-read",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a credential file is read {when}: {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such read."""
        return _met(facts, self.RULE, lambda e: e.action == "secret" and not _runs_itself(e))


class Persistence:
    """## What it does
    Looks for writes to files that the system or the interpreter runs later: shell profiles, cron, autostart, .pth files.

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
        maps=("CWE-506", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such write."""
        return _met(facts, self.RULE, lambda e: e.action == "write")


class DisabledScanner:
    """## What it does
    Looks for code that replaces parts of a model scanner, or of the unpickler's own hooks.

    ## Why is this bad?
    A scanner in the same process then sees nothing.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS111",
        name="disabled-scanner",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{callee} is replaced {when}",
        maps=_HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each replaced part of a scanner."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "patch":
            return False
        if any(effect.callee.startswith((s + ".", f"sys.modules[{s}")) for s in _SCANNERS):
            return True
        return effect.when == "import" and effect.callee.startswith(
            (
                "pickle.Unpickler.",
                "pickle._Unpickler.",
                "torch._weights_only_unpickler",
                "pickle.loads",
                "pickle.load",
                "builtins.__import__",
            )
        )


class PatchedLoader:
    """## What it does
    Looks for loading code that replaces functions of the loaders or of the interpreter: ``torch.load``, ``open``.

    ## Why is this bad?
    Every later use by anybody in the process runs the replacement.

    ## What to do
    Read the replacement.
    """

    RULE: ClassVar = Rule(
        code="PYS112",
        name="patched-loader",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        message="{callee} is replaced {when}",
        maps=_HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each replaced function."""
        return _met(
            facts,
            self.RULE,
            lambda e: (
                e.action == "patch"
                and e.when == "import"
                and e.callee
                in {
                    "torch.load",
                    "torch.serialization.load",
                    "builtins.open",
                    "builtins.exec",
                    "builtins.eval",
                    "safetensors.torch.load_file",
                    "joblib.load",
                    "subprocess.Popen",
                    "os.system",
                }
            ),
        )


class DestructiveDelete:
    """## What it does
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
        maps=("CWE-506", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such deletion."""
        return _met(
            facts,
            self.RULE,
            lambda e: e.action == "delete" and e.text.replace("\\", "/").rstrip("/*").lower() in _ROOTS,
        )


_ROOTS = frozenset(
    {"", "~", "/home", "/etc", "/usr", "/var", "/root", "/boot", "c:", "c:/windows", "c:/users", "/users"}
)


class Shellcode:
    """## What it does
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
        maps=("CWE-506", *_RUN_CODE),
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        return _met(facts, self.RULE, lambda e: e.action == "shellcode")


class Spying:
    """## What it does
    Looks for keyboard listeners, screenshots, clipboard and browser-store reads.

    ## Why is this bad?
    Model code has no use for what the user types and sees.

    ## What to do
    See what the code does with it.
    """

    RULE: ClassVar = Rule(
        code="PYS115",
        name="spying",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} watches the user {when}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such call."""
        return _met(facts, self.RULE, lambda e: e.action == "spy" and not e.callee.startswith("keyring"))


class MetadataService:
    """## What it does
    Looks for requests to the credential service of cloud machines.

    ## Why is this bad?
    It hands out the machine's own cloud credentials.

    ## What to do
    Do not run the file on a cloud machine.
    """

    RULE: ClassVar = Rule(
        code="PYS116",
        name="metadata-service",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} asks the cloud's credential service {when}: {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such request."""
        return _met(
            facts, self.RULE, lambda e: e.action in {"network", "socket"} and is_metadata_service(e.text)
        )


class DubiousHost:
    """## What it does
    Looks for connections, made by themselves when code is loaded, to drop boxes, tunnels, paste sites and bare addresses.

    ## Why is this bad?
    These hosts serve to drop malware and to collect what it steals.

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS117",
        name="dubious-host",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action not in {"network", "socket"}:
            return False
        if is_drop_box(effect.text):
            return _runs_itself(effect)
        return effect.when == "import" and is_dubious(effect.text)


class DropBox:
    """## What it does
    Looks for functions that connect to drop boxes, tunnels and paste sites.

    ## Why is this bad?
    These hosts serve to drop malware and to collect what it steals.

    ## What to do
    See what is fetched or sent.
    """

    RULE: ClassVar = Rule(
        code="PYS119",
        name="drop-box",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return _met(
            facts,
            self.RULE,
            lambda e: e.action in {"network", "socket"} and not _runs_itself(e) and is_drop_box(e.text),
        )


class NetworkOnImport:
    """## What it does
    Looks for connections that are made as soon as code is imported.

    ## Why is this bad?
    Importing tells someone, and may fetch what changes later.

    ## What to do
    See what is fetched or sent.
    """

    RULE: ClassVar = Rule(
        code="PYS118",
        name="network-on-import",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{callee} connects {when} to {text}",
        maps=_EXFILTRATE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such connection."""
        return _met(
            facts,
            self.RULE,
            lambda e: e.action in {"network", "socket"} and e.when == "import" and not is_dubious(e.text),
        )


class CodeFromData:
    """## What it does
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
        return _met(facts, self.RULE, lambda e: _is_evaluated(e) and _runs_itself(e))


class EvaluatedText:
    """## What it does
    Looks for functions, called by others only, that run text as code where the text is not known from the source.

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
        return _met(facts, self.RULE, lambda e: _is_evaluated(e) and not _runs_itself(e))


def _is_evaluated(effect: PythonEffect) -> bool:
    given = {"parameter", "input"} & set(effect.taint)
    return effect.action == "code" and effect.callee in {"exec", "eval"} and bool(given)


class ProcessInCode:
    """## What it does
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
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process":
            return False
        kind = _command(effect)
        if effect.when == "import":
            return False
        return kind is Command.OTHER and not (effect.when == "load" and effect.known)


class ToolOnImport:
    """## What it does
    Looks for tools (package managers, converters) and for unknown commands that run as soon as code is imported.

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
        return _met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "process" or effect.when != "import":
            return False
        kind = _command(effect)
        return kind is Command.TOOL or (kind is Command.OTHER and not effect.known)


_FAINT = frozenset({"invisible", "bidi-data"})


class HiddenText:
    """## What it does
    Looks for source that hides code from readers: rewriting codecs, unclosed bidirectional overrides, lookalike letters, code
    beyond the edge of the screen.

    ## Why is this bad?
    What a reviewer sees is not what runs (CVE-2021-42574).

    ## What to do
    Do not run the file.
    """

    RULE: ClassVar = Rule(
        code="PYS131",
        name="hidden-text",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="source hides code by {kind}: {detail}",
        maps=("CVE-2021-42574", *_HIDE),
    )
    WANTS: ClassVar = (PythonHiding,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hidden place."""
        for hiding in facts.of(PythonHiding):
            if hiding.kind not in _FAINT:
                yield self.RULE.found(hiding, kind=hiding.kind, detail=hiding.detail)


class InvisibleText:
    """## What it does
    Looks for runs of invisible characters in source.

    ## Why is this bad?
    They can carry a payload that no editor shows.

    ## What to do
    See what reads them.
    """

    RULE: ClassVar = Rule(
        code="PYS132",
        name="invisible-text",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="source holds {detail}",
        maps=_HIDE,
    )
    WANTS: ClassVar = (PythonHiding,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run."""
        for hiding in facts.of(PythonHiding):
            if hiding.kind in _FAINT:
                yield self.RULE.found(hiding, detail=hiding.detail)


class UnreadableSource:
    """## What it does
    Looks for telling calls in source that could not be read as Python.

    ## Why is this bad?
    An interpreter of another version may run it.

    ## What to do
    Read the file.
    """

    RULE: ClassVar = Rule(
        code="PYS133",
        name="unreadable-source",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message="source that is no Python of a known version calls {word}",
        maps=_HIDE,
    )
    WANTS: ClassVar = (PythonWord,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each telling call."""
        for word in facts.of(PythonWord):
            yield self.RULE.found(word, word=word.word)


class HostileCell:
    """## What it does
    Looks for shell lines of notebooks that open shells, run downloads, destroy or steal.

    ## Why is this bad?
    Running the notebook gives the machine away.

    ## What to do
    Do not run the notebook.
    """

    RULE: ClassVar = Rule(
        code="PYS141",
        name="hostile-cell",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="a notebook cell runs a hostile command: {command}",
        maps=("CWE-78", *_RUN_CODE),
    )
    WANTS: ClassVar = (ShellLine,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hostile line."""
        for line in facts.of(ShellLine):
            if kind_of(line.command) is Command.HOSTILE:
                yield self.RULE.found(line, evidence=(line.command,), command=line.command[:100])


RULES = (
    HostileCommand,
    ProcessOnImport,
    DecodedCode,
    DownloadedCode,
    Exfiltration,
    ReverseShell,
    HiddenCallee,
    CredentialOnImport,
    CredentialRead,
    Persistence,
    DisabledScanner,
    PatchedLoader,
    DestructiveDelete,
    Shellcode,
    Spying,
    MetadataService,
    DubiousHost,
    DropBox,
    DroppedFile,
    NetworkOnImport,
    CodeFromData,
    EvaluatedText,
    ProcessInCode,
    ToolOnImport,
    HiddenText,
    InvisibleText,
    UnreadableSource,
    HostileCell,
)
