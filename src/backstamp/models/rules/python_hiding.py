"""Rules about source that hides or tampers, and about notebooks."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge.commands import Command, kind_of
from backstamp.models.facts.python import PythonEffect, PythonHiding, PythonWord, ShellLine
from backstamp.models.rules.python_evidence import HIDE, RUN_CODE, met

_HOOKS = frozenset(
    f"os.environ[{v}]"
    for v in ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONSTARTUP", "BASH_ENV", "PROMPT_COMMAND")
)
_SCANNERS = ("picklescan", "modelscan", "fickling", "modelaudit", "hayward", "backstamp")


class DisabledScanner:
    """
    ## What it does
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
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each replaced part of a scanner."""
        return met(facts, self.RULE, self._holds)

    @staticmethod
    def _holds(effect: PythonEffect) -> bool:
        if effect.action != "patch" or ".copy()" in effect.callee:
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
    """
    ## What it does
    Looks for loading code that replaces functions of the loaders or of the interpreter: ``torch.load``,
    ``open``.

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
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonEffect,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each replaced function."""
        return met(
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
                    *_HOOKS,
                }
            ),
        )


class HiddenText:
    """
    ## What it does
    Looks for source that hides code from readers: rewriting codecs, unclosed bidirectional overrides,
    lookalike letters, code
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
        maps=("CVE-2021-42574", *HIDE),
    )
    WANTS: ClassVar = (PythonHiding,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hidden place."""
        for hiding in facts.of(PythonHiding):
            if hiding.kind not in _FAINT:
                yield self.RULE.found(hiding, kind=hiding.kind, detail=hiding.detail)


class InvisibleText:
    """
    ## What it does
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
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonHiding,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each run."""
        for hiding in facts.of(PythonHiding):
            if hiding.kind in _FAINT:
                yield self.RULE.found(hiding, detail=hiding.detail)


class UnreadableSource:
    """
    ## What it does
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
        maps=HIDE,
    )
    WANTS: ClassVar = (PythonWord,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each telling call."""
        for word in facts.of(PythonWord):
            yield self.RULE.found(word, word=word.word)


class HostileCell:
    """
    ## What it does
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
        maps=("CWE-78", *RUN_CODE),
    )
    WANTS: ClassVar = (ShellLine,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each hostile line."""
        for line in facts.of(ShellLine):
            if kind_of(line.command) is Command.HOSTILE:
                yield self.RULE.found(line, evidence=(line.command,), command=line.command[:100])


_FAINT = frozenset({"invisible", "bidi-data"})


RULES = (
    DisabledScanner,
    PatchedLoader,
    HiddenText,
    InvisibleText,
    UnreadableSource,
    HostileCell,
)
