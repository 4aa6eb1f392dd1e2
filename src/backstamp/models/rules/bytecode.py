"""Rules about compiled Python beside weights.

They see the whole target: a ``.pyc`` beside its source is ordinary.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook, Present
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.knowledge.commands import Command, kind_of
from backstamp.models.facts.bytecode import Bytecode

_MAPS = ("CWE-506", "AML.T0011.000", "AML.T0010", "LLM03:2025")
_SHELLS = frozenset({"system", "popen", "execv", "execve", "execl", "spawnl", "spawnv", "posix_spawn"})
_DECODERS = frozenset(
    {
        "b64decode",
        "b85decode",
        "b32decode",
        "unhexlify",
        "decompress",
        "fromhex",
        "loads",
        "a85decode",
        "decrypt",
        "chr",
    }
)
_FETCHERS = frozenset({"urlopen", "urlretrieve", "requests", "recv"})
_NATIVE = frozenset({"VirtualAlloc", "RtlMoveMemory", "CreateThread", "mprotect"})


def sinks_of(code: Bytecode) -> tuple[str, ...]:
    """Name what compiled code evidently does to the world."""
    names = frozenset(code.names) | {p for t in code.texts for p in t.split(".") if len(t) < 60}
    found = []
    if names & _SHELLS and names & {"os", "posix", "nt", "__import__", "getattr", "import_module"}:
        found += sorted(names & _SHELLS)
    found += sorted(names & {"subprocess", "pty", "create_subprocess_shell", "create_subprocess_exec"})
    if names & {"exec", "eval"} and names & (_DECODERS | _FETCHERS | {"compile", "__import__", "getattr"}):
        found.append("exec or eval of " + ", ".join(sorted(names & (_DECODERS | _FETCHERS))))
    if "socket" in names and names & {"connect", "create_connection", "dup2"}:
        found.append("socket")
    found += sorted(names & _NATIVE)
    found += [t for t in code.texts if kind_of(t) is Command.HOSTILE][:3]
    return tuple(found)


def _sources(facts: FactBook) -> frozenset[tuple[str, ...]]:
    return frozenset(f.place.path for f in facts.of(Present) if f.place.path[-1].endswith(".py"))


def _source_of(path: tuple[str, ...]) -> tuple[str, ...]:
    folder, _, name = path[-1].replace("\\", "/").rpartition("/")
    parent = folder.rpartition("/")[0] if folder.rpartition("/")[2] == "__pycache__" else folder
    return (*path[:-1], f"{parent}/{name.split('.')[0]}.py" if parent else f"{name.split('.')[0]}.py")


def _orphans(facts: FactBook) -> Iterator[Bytecode]:
    sources = _sources(facts)
    for code in facts.of(Bytecode):
        if code.kind == "pyc" and _source_of(code.place.path) not in sources:
            yield code


class CompiledSink:
    """## What it does
    Looks for compiled Python without its source that starts processes, decodes and runs code, or opens
    sockets.

    ## Why is this bad?
    An interpreter runs a ``.pyc`` like source, and nobody can read it.

    ## What to do
    Do not import anything from the folder. Ask for the source.
    """

    RULE: ClassVar = Rule(
        code="PYS151", name="compiled-sink", severity=Severity.HIGH, confidence=Confidence.MEDIUM,
        message="compiled code without source uses {sinks}", maps=_MAPS,
    )  # fmt: skip
    WANTS: ClassVar = (Bytecode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such file."""
        for code in _orphans(facts):
            if sinks := sinks_of(code):
                yield self.RULE.found(code, evidence=sinks[:5], sinks=", ".join(sinks)[:150])


class OrphanBytecode:
    """## What it does
    Looks for compiled Python without its source.

    ## Why is this bad?
    It runs like source, but nobody can read it.

    ## What to do
    Ask for the source, or delete the file.
    """

    RULE: ClassVar = Rule(
        code="PYS152", name="orphan-bytecode", severity=Severity.MEDIUM, confidence=Confidence.HIGH,
        message="compiled code has no source beside it", maps=_MAPS,
    )  # fmt: skip
    WANTS: ClassVar = (Bytecode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such file without worse in it."""
        for code in _orphans(facts):
            if not sinks_of(code):
                yield self.RULE.found(code)


RULES = (CompiledSink, OrphanBytecode)
