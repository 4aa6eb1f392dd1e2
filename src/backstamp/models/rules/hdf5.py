"""Rules about HDF5 files."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.hdf5 import HdfExternal, HdfLoose
from backstamp.models.rules.onnx import leaves_folder


class FileEscape:
    """## What it does

    Looks for external links, external storage and virtual datasets that lead out of the folder of the file.

    ## Why is this bad?
    Loading the weights reads another file of the machine into the model (CVE-2026-1669).

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="HDF101",
        name="file-escape",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{owner} is read from {file}, outside the file's folder",
        maps=("CWE-22", "LLM03:2025"),
    )
    WANTS: ClassVar = (HdfExternal,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such reference."""
        for fact in facts.of(HdfExternal):
            if leaves_folder(fact.file):
                yield self.RULE.found(fact, owner=fact.owner or "/", file=fact.file)


class OtherFile:
    """## What it does

    Looks for external links, external storage and virtual datasets that name another file.

    ## Why is this bad?
    What is loaded is not what was examined. Model files are written whole.

    ## What to do
    Ask for a file that holds its own data.
    """

    RULE: ClassVar = Rule(
        code="HDF102",
        name="other-file",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="{owner} is read from another file, {file}",
        maps=("CWE-610", "LLM03:2025"),
    )
    WANTS: ClassVar = (HdfExternal,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such reference."""
        for fact in facts.of(HdfExternal):
            if not leaves_folder(fact.file):
                yield self.RULE.found(fact, owner=fact.owner or "/", file=fact.file)


class LooseLambda:
    """## What it does

    Looks for the text of a Keras `Lambda` layer in an HDF5 file whose structure cannot be followed.

    ## Why is this bad?
    Loaders may still find the configuration and run its code.

    ## What to do
    Do not load the file.
    """

    RULE: ClassVar = Rule(
        code="HDF103",
        name="loose-lambda",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a file that cannot be followed holds the text {text}",
        maps=("CWE-502", "CVE-2024-3660", "LLM03:2025"),
    )
    WANTS: ClassVar = (HdfLoose,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such text."""
        for fact in facts.of(HdfLoose):
            yield self.RULE.found(fact, text=fact.text)


RULES = (FileEscape, OtherFile, LooseLambda)
