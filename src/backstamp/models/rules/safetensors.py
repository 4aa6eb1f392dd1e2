"""Rules about safetensors files.

1. Sound files have no flaw at all: the reference reader refuses every one of these.
2. A file that only ends too early is what a broken download leaves behind, and says so.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.weights import MetadataEntry, TensorName, WeightsFlaw

_HOSTILE = frozenset({"overflow", "overlap", "offsets", "duplicate", "length", "header"})
# Keys that only a loader which runs metadata would look for.
_HOOKS = frozenset({"exec", "eval", "import", "payload"})


class SafetensorsTrick:
    """
    ## What it does
    Looks for headers that no writer makes: tensors which overlap, sizes which overflow, offsets outside
    of the file, shapes which do not fit their bytes, the same key twice.

    ## Why is this bad?
    Two readers see two different files, and readers in C or with memory maps reach bytes they should not.

    ## What to do
    Do not load the file. Fetch it again from its maker and compare digests.
    """

    RULE: ClassVar = Rule(
        code="SFT101",
        name="tricked-tensor-layout",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='the safetensors header is built to mislead ({flaw}): "{name}" {seen}',
        maps=("CWE-190", "CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (WeightsFlaw,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each flaw of these kinds."""
        for flaw in facts.of(WeightsFlaw):
            if flaw.format == "safetensors" and flaw.flaw in _HOSTILE:
                yield self.RULE.found(flaw, flaw=flaw.flaw, name=flaw.name, seen=flaw.seen)


class SafetensorsBroken:
    """
    ## What it does
    Looks for headers that break the format: unknown element types, gaps between
    tensors, metadata which is no text, a file which ends before its tensors do.

    ## Why is this bad?
    The file is damaged or was made by hand. Gaps can carry bytes that nobody asked for.

    ## What to do
    Fetch the file again. If it stays so, ask its maker.
    """

    RULE: ClassVar = Rule(
        code="SFT102",
        name="broken-tensor-layout",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='the safetensors header breaks the format ({flaw}): "{name}" {seen}',
        maps=("CWE-1286",),
    )
    WANTS: ClassVar = (WeightsFlaw,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each of the other flaws."""
        for flaw in facts.of(WeightsFlaw):
            if flaw.format == "safetensors" and flaw.flaw not in _HOSTILE:
                yield self.RULE.found(flaw, flaw=flaw.flaw, name=flaw.name, seen=flaw.seen)


class HostileTensorName:
    """
    ## What it does
    Looks for tensor names that are paths out of a folder, or hold control characters.

    ## Why is this bad?
    Converters and viewers that write one file a tensor write outside of their folder.

    ## What to do
    Do not convert or unpack the file.
    """

    RULE: ClassVar = Rule(
        code="SFT103",
        name="path-as-tensor-name",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='a tensor is named like a path out of the folder: "{name}"',
        maps=("CWE-22", "AML.T0011.000"),
    )
    WANTS: ClassVar = (TensorName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each name of this kind in safetensors files."""
        for name in facts.of(TensorName):
            if name.format == "safetensors" and is_path_out(name.name):
                yield self.RULE.found(name, name=name.name)


def is_path_out(name: str) -> bool:
    """Say whether a name, taken as a path, leads out of a folder or cannot be written down."""
    if any(c < " " or c == "\x7f" for c in name):
        return True
    parts = name.replace("\\", "/").split("/")
    has_drive = len(name) > 2 and name[1] == ":" and name[0].isalpha() and name[2] in "/\\"
    is_rooted = parts[0] == "" and len(parts) > 1 and any(parts)
    return ".." in parts or has_drive or is_rooted or parts[0] == "~"


@cache
def _acting_code() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:os\.(?:system|popen|exec\w+)|subprocess\.\w+|exec|eval|compile|__import__|pickle\.loads?|marshal\.loads)\s*\("
        r"|__reduce__|__globals__|__subclasses__|<script\b",
        re.IGNORECASE,
    )


class CodeInMetadata:
    """
    ## What it does
    Looks for metadata of weight files that is named like the interpreter's own hooks, or calls what acts.

    ## Why is this bad?
    Weights have no use for it: it is there for a loader, or a second step, that runs metadata.

    ## What to do
    Do not load the file with anything but the original library, and ask its maker.
    """

    RULE: ClassVar = Rule(
        code="SFT104",
        name="code-in-metadata",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='the metadata carries code: "{key}" is "{value}"',
        maps=("CWE-94", "AML.T0011.000"),
    )
    WANTS: ClassVar = (MetadataEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each entry of this kind."""
        for entry in facts.of(MetadataEntry):
            key = entry.key.lower()
            is_hook = len(key) > 4 and key.startswith("__") and key.endswith("__")
            if is_hook or key in _HOOKS or _acting_code().search(entry.value):
                yield self.RULE.found(entry, key=entry.key, value=entry.value)


RULES: tuple[type, ...] = (SafetensorsTrick, SafetensorsBroken, HostileTensorName, CodeInMetadata)
