"""Rules about TorchScript code."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.python import TorchScriptForeign, TorchScriptOperator

_MAPS = ("CWE-94", "AML.T0011.000", "AML.T0010", "LLM03:2025")
_FILES = frozenset(
    {
        "from_file",
        "save",
        "load",
        "load_library",
        "system",
        "_save",
        "_load",
        "exec",
        "open",
        "popen",
        "eval",
        "run",
    }
)
# Namespaces which torch itself, torchvision, torchaudio and friends register.
_KNOWN = frozenset(
    "aten prim prims quantized quantized_decomposed torchvision torchaudio sparse inductor c10d "
    "_c10d_functional onednn mkldnn "
    "mkl _quantized rngprim static_runtime profiler debugprims higher_order xnnpack _caffe2 cuda "
    "image torch_scatter torch_sparse "
    "torch_cluster fbgemm torchtext metal vulkan xla prepacked mkldnn_prepacked torch_tensorrt "
    "tensorrt detectron2 neuron mobile "
    "export ExecuTorch c10 tensorexpr vulkan_prepack metal_prepack video io".split()
)


class ForeignCode:
    """
    ## What it does
    Looks for Python in TorchScript code that TorchScript does not have: imports, ``exec``, ``os``.

    ## Why is this bad?
    No exporter writes it. It is there for a loader that takes the code for Python.

    ## What to do
    Do not load the archive.
    """

    RULE: ClassVar = Rule(
        code="PYS161", name="foreign-code", severity=Severity.HIGH, confidence=Confidence.HIGH,
        message="TorchScript code holds {name}", maps=_MAPS,
    )  # fmt: skip
    WANTS: ClassVar = (TorchScriptForeign,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each foreign thing."""
        for foreign in facts.of(TorchScriptForeign):
            yield self.RULE.found(foreign, name=foreign.name)


class FileOperator:
    """
    ## What it does
    Looks for TorchScript operators that read, map or write files, or load libraries (``aten::from_file``,
    ``aten::save``).

    ## Why is this bad?
    Running the model then touches files of its choice, even where it is loaded with ``weights_only``-like
    care.

    ## What to do
    Do not run the model, or run it where there is nothing to read or to overwrite.
    """

    RULE: ClassVar = Rule(
        code="PYS162", name="file-operator", severity=Severity.HIGH, confidence=Confidence.HIGH,
        message="the operator {name} touches files", maps=("CWE-73", *_MAPS),
    )  # fmt: skip
    WANTS: ClassVar = (TorchScriptOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for operator in facts.of(TorchScriptOperator):
            if operator.name.rpartition(".")[2] in _FILES:
                yield self.RULE.found(operator, name=operator.name)


class CustomOperator:
    """
    ## What it does
    Looks for TorchScript operators of namespaces that neither torch nor its usual companions register.

    ## Why is this bad?
    They need a native library from elsewhere, which runs whatever it holds.

    ## What to do
    See where the library comes from.
    """

    RULE: ClassVar = Rule(
        code="PYS163", name="custom-torch-operator", severity=Severity.INFO, confidence=Confidence.HIGH,
        message="the operator {name} needs a custom library", maps=_MAPS,
    )  # fmt: skip
    WANTS: ClassVar = (TorchScriptOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each operator of an unknown namespace."""
        for operator in facts.of(TorchScriptOperator):
            parts = operator.name.split(".")
            if parts[0] == "ops" and len(parts) > 2 and parts[1] not in _KNOWN:
                yield self.RULE.found(operator, name=operator.name)


RULES = (ForeignCode, FileOperator, CustomOperator)
