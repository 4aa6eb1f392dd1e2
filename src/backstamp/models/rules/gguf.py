"""Rules about GGUF files.

1. Arithmetic that overflows and claims that no file could hold are attacks on readers in C.
2. A file that only ends too early is what a broken download leaves behind, and says so.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.weights import TensorName, WeightsFlaw
from backstamp.models.rules.safetensors import is_path_out

_HOSTILE = frozenset(
    {"count", "length", "overflow", "offsets", "overlap", "dimensions", "alignment", "duplicate"}
)


class GgufOverflow:
    """
    ## What it does
    Looks for numbers in the head of a GGUF file that no writer makes: counts and lengths beyond any file,
    shapes whose product overflows, more than four dimensions, tensors outside of the file or on top of each
    other, an alignment which is no power of two, the same key twice.

    ## Why is this bad?
    Readers in C allocate too little and write beyond it (CVE-2024-21836, CVE-2025-53630, CVE-2026-27940):
    opening the file can run code.

    ## What to do
    Do not open the file. Fetch it again from its maker and compare digests.
    """

    RULE: ClassVar = Rule(
        code="GGF101",
        name="overflowing-gguf",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='the GGUF head is built to break readers ({flaw}): "{name}" {seen}',
        maps=("CWE-190", "CWE-787", "CVE-2025-53630", "CVE-2026-27940", "AML.T0011.000"),
    )
    WANTS: ClassVar = (WeightsFlaw,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each flaw of these kinds."""
        for flaw in facts.of(WeightsFlaw):
            if flaw.format == "gguf" and flaw.flaw in _HOSTILE:
                yield self.RULE.found(flaw, flaw=flaw.flaw, name=flaw.name, seen=flaw.seen)


class GgufBroken:
    """
    ## What it does
    Looks for GGUF files that end before their head or their tensors do, hold element types which are not
    known, or leave gaps between tensors.

    ## Why is this bad?
    The file is damaged, of a newer version, or was made by hand.

    ## What to do
    Fetch the file again. If it stays so, ask its maker.
    """

    RULE: ClassVar = Rule(
        code="GGF102",
        name="broken-gguf",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='the GGUF file breaks the format ({flaw}): "{name}" {seen}',
        maps=("CWE-1286",),
    )
    WANTS: ClassVar = (WeightsFlaw,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each of the other flaws."""
        for flaw in facts.of(WeightsFlaw):
            if flaw.format == "gguf" and flaw.flaw not in _HOSTILE:
                yield self.RULE.found(flaw, flaw=flaw.flaw, name=flaw.name, seen=flaw.seen)


class HostileGgufName:
    """
    ## What it does
    Looks for tensor names that are paths out of a folder.

    ## Why is this bad?
    Converters that write one file a tensor write outside of their folder.

    ## What to do
    Do not convert or unpack the file.
    """

    RULE: ClassVar = Rule(
        code="GGF103",
        name="path-as-gguf-name",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='a tensor is named like a path out of the folder: "{name}"',
        maps=("CWE-22", "AML.T0011.000"),
    )
    WANTS: ClassVar = (TensorName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each name of this kind in GGUF files."""
        for name in facts.of(TensorName):
            if name.format == "gguf" and is_path_out(name.name):
                yield self.RULE.found(name, name=name.name)


RULES: tuple[type, ...] = (GgufOverflow, GgufBroken, HostileGgufName)
