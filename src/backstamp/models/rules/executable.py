"""Rules about native code and scripts, judged by what they stand beside: a package's library is no trojan."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook, Present
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.location import Location
from backstamp.models.facts.executable import NativeCode, ScriptFile

_WEIGHTS = frozenset(
    {"safetensors", "gguf", "npy", "pickle", "hdf5", "tflite", "onnx", "tensorflow", "keras"}
)
_PROGRAM_SUFFIXES = (
    ".so", ".dll", ".dylib", ".pyd", ".exe", ".elf", ".out", ".com", ".sys",
    ".node", ".wasm", ".o", ".ko",
    ".msi",
    ".scr", ".run", ".appimage", ".llamafile", ".bundle", ".mexa64", ".jnilib",
)  # fmt: skip
_PACKAGE_MARKS = ("PKG-INFO", "META-INF/MANIFEST.MF", "AndroidManifest.xml", "info/index.json")
# Hosts of scripts that are started by a double click. Shell scripts for training are common.
_DESKTOP = frozenset({"batch", "powershell", "vbscript", "wsh", "hta", "desktop"})
_GRAVE = frozenset(
    {
        "download-and-run", "decode-and-run", "reverse-shell", "destroys", "reads-secrets", "persists",
        "hides",
        "disables-defence",
    }
)  # fmt: skip


class _Surroundings:
    """What stands around the files of a target: packages, and folders with weights in or below them."""

    def __init__(self, facts: FactBook) -> None:
        self.recorded: set[str] = set()  # folders which hold a dist-info
        self.imported: set[str] = set()  # folders which hold an __init__.py
        self.packages: set[tuple[str, ...]] = set()  # archives which are packages
        self.torch: set[tuple[str, ...]] = set()  # archives which are PyTorch files
        self.weighty: set[str] = set()  # folders with weights in them
        self.above: set[str] = set()  # folders with weights below them
        for each in facts.of(Present):
            self._note(each)

    def _note(self, each: Present) -> None:
        path = each.place.path
        name = path[-1]
        if len(path) == 1:
            folder, _, last = name.rpartition("/")
            if last == "__init__.py":
                self.imported.add(folder)
            elif last == "RECORD" and folder.endswith(".dist-info"):
                self.recorded.add(folder.rpartition("/")[0])
        elif name.endswith(_PACKAGE_MARKS) or name.endswith(".dist-info/RECORD"):
            self.packages.add(path[:-1])
        elif name.endswith("data.pkl"):
            self.torch.add(path[:-1])
        if not _WEIGHTS.isdisjoint(each.kinds):
            folder = path[0].rpartition("/")[0]
            if folder not in self.weighty:
                self.weighty.add(folder)
                self.above.update(_ancestors(folder))

    def is_packaged(self, place: Location, *, is_library: bool) -> bool:
        """Say whether a package owns the file."""
        path = place.path
        if len(path) > 1:
            return any(path[:depth] in self.packages - self.torch for depth in range(1, len(path)))
        folder = path[0].rpartition("/")[0]
        around = [folder, *_ancestors(folder)]
        if any(each in self.recorded for each in around):
            return True
        return is_library and any(each in self.imported for each in around)

    def has_weights(self, place: Location) -> bool:
        """Say whether weights are in the same folder, above it or below it, or in the same archive."""
        folder = place.path[0].rpartition("/")[0]
        return folder in self.above or any(each in self.weighty for each in (folder, *_ancestors(folder)))


def _ancestors(folder: str) -> Iterator[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _is_named_as_program(name: str) -> bool:
    low = name.lower().rpartition("/")[2]
    return low.endswith(_PROGRAM_SUFFIXES) or "." not in low or ".so." in low or low.endswith(".bin.exe")


def _is_library_name(name: str) -> bool:
    low = name.lower()
    return low.endswith((".so", ".dll", ".dylib", ".pyd")) or ".so." in low


def _is_embedded(place: Location) -> bool:
    return any(part.startswith("embedded ") for part in place.path[1:])


def _judged(facts: FactBook) -> Iterator[tuple[str, NativeCode]]:
    """Say of each piece of native code what it is here: the first that fits."""
    codes = [each for each in facts.of(NativeCode) if not _is_embedded(each.place)]
    around = _Surroundings(facts) if codes else None
    for each in codes:
        name = each.place.path[-1]
        if each.kind == "wasm" or around is None:
            yield "packaged", each
        elif each.holds_weights:
            yield "llamafile", each
        elif not _is_named_as_program(name):
            yield "disguised", each
        elif around.is_packaged(each.place, is_library=_is_library_name(name)):
            yield "packaged", each
        elif len(each.place.path) > 1:
            yield "in-archive", each
        elif around.has_weights(each.place):
            yield "beside-weights", each
        else:
            yield "alone", each


def _found(rule: Rule, wanted: str, facts: FactBook) -> Iterator[Finding]:
    for role, each in _judged(facts):
        if role == wanted:
            yield rule.found(each, kind=each.kind, size=each.size)


class DisguisedProgram:
    """## What it does
    Looks for native code whose name says that it is something else: weights, data, text.

    ## Why is this bad?
    Nobody names a program so but to get it past somebody.

    ## What to do
    Do not run it, and do not keep it beside the model. Ask its maker why a model needs native code.
    """

    RULE: ClassVar = Rule(
        code="EXE101",
        name="disguised-program",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{kind} program ({size} bytes) under a name that says otherwise",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "disguised", facts)


class ProgramInArchive:
    """## What it does
    Looks for programs and libraries inside archives which are no software packages.

    ## Why is this bad?
    A model archive that carries native code runs it: as a custom operator, by a loader script, by a
    later step.

    ## What to do
    Do not run it, and do not keep it beside the model. Ask its maker why a model needs native code.
    """

    RULE: ClassVar = Rule(
        code="EXE102",
        name="program-in-archive",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{kind} code ({size} bytes) inside an archive",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "in-archive", facts)


class ProgramBesideWeights:
    """## What it does
    Looks for programs and libraries in a folder with weights, which no package owns.

    ## Why is this bad?
    Weights need no program. Trojanised repositories leave the weights alone and put a program beside
    them.

    ## What to do
    Do not run it, and do not keep it beside the model. Ask its maker why a model needs native code.
    """

    RULE: ClassVar = Rule(
        code="EXE103",
        name="program-beside-weights",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="{kind} code ({size} bytes) beside weights",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "beside-weights", facts)


class LoneProgram:
    """## What it does
    Looks for programs and libraries which stand alone.

    ## Why is this bad?
    It is software, and the rules for models cannot say what it does.

    ## What to do
    Treat it as software: find out who built it and from which source.
    """

    RULE: ClassVar = Rule(
        code="EXE104",
        name="lone-program",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="{kind} code ({size} bytes)",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "alone", facts)


class PackagedProgram:
    """## What it does
    Names native code that belongs to a software package.

    ## Why is this bad?
    It is ordinary there, and runs with the package.

    ## What to do
    Nothing, if you trust the package.
    """

    RULE: ClassVar = Rule(
        code="EXE105",
        name="packaged-program",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="{kind} code ({size} bytes) in a package",
        maps=(),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "packaged", facts)


class ProgramWithWeights:
    """## What it does
    Looks for llamafiles: programs which carry their weights.

    ## Why is this bad?
    They are programs by design: running the model is running whatever the file holds.

    ## What to do
    Run it only if you trust its maker as you trust one of software; or take the GGUF out of it.
    """

    RULE: ClassVar = Rule(
        code="EXE106",
        name="program-with-weights",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="{kind} program which carries its weights ({size} bytes)",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (NativeCode, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        yield from _found(self.RULE, "llamafile", facts)


class DangerousScript:
    """## What it does
    Looks for scripts which run what they download or decode, open a shell to another machine, carry
    keys off, stay after a restart, hide, or turn defences off.

    ## Why is this bad?
    Whoever follows the model's instructions and starts the script hands the machine over.

    ## What to do
    Do not run it. Report the repository to its host.
    """

    RULE: ClassVar = Rule(
        code="EXE201",
        name="dangerous-script",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{language} script: {traits}",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (ScriptFile,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ScriptFile):
            if _GRAVE.intersection(each.traits):
                yield self.RULE.found(
                    each, evidence=each.lines, language=each.language, traits=", ".join(each.traits)
                )


class ScriptBesideWeights:
    """## What it does
    Looks for scripts of the shell kind in a folder with weights, which no package owns.

    ## Why is this bad?
    Weights need none, and trojanised repositories ask their users to start one.

    ## What to do
    Read it before anyone runs it, or leave it out.
    """

    RULE: ClassVar = Rule(
        code="EXE202",
        name="script-beside-weights",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{language} script beside weights",
        maps=("CWE-506", "AML.T0010"),
    )
    WANTS: ClassVar = (ScriptFile, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        scripts = [each for each in facts.of(ScriptFile) if not _GRAVE.intersection(each.traits)]
        around = _Surroundings(facts) if scripts else None
        for each in scripts:
            if around is None or around.is_packaged(each.place, is_library=False):
                continue
            if around.has_weights(each.place) and (each.language in _DESKTOP or each.traits):
                yield self.RULE.found(each, evidence=each.lines, language=each.language)


class PlainScript:
    """## What it does
    Names scripts which do nothing remarkable.

    ## Why is this bad?
    Nothing; they are listed so that an inventory is complete.

    ## What to do
    Nothing.
    """

    RULE: ClassVar = Rule(
        code="EXE203",
        name="plain-script",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="{language} script",
        maps=(),
    )
    WANTS: ClassVar = (ScriptFile,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ScriptFile):
            if not _GRAVE.intersection(each.traits):
                yield self.RULE.found(each, language=each.language)


RULES = (
    DisguisedProgram,
    ProgramInArchive,
    ProgramBesideWeights,
    LoneProgram,
    PackagedProgram,
    ProgramWithWeights,
    DangerousScript,
    ScriptBesideWeights,
    PlainScript,
)
