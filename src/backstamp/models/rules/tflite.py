"""Rules about TFLite and Core ML models."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.graph import GraphFault, GraphOperator

# fmt: off
_ACTS = frozenset({
    "WriteFile", "ReadFile", "PyFunc", "PyFuncStateless", "EagerPyFunc", "PyCall", "ShellExecute",
    "ExecuteOp", "SystemConfig", "MatchingFiles", "DatasetToTFRecord", "SaveDataset", "SaveDatasetV2",
    "RpcCall", "DataServiceDataset", "DataServiceDatasetV2", "DebugIdentity", "DebugIdentityV2",
})
_KNOWN = frozenset({
    "TFLite_Detection_PostProcess", "Convolution2DTransposeBias", "MaxPoolingWithArgmax2D",
    "MaxUnpooling2D", "TransformLandmarks", "TransformTensorBilinear", "Landmarks2TransformMatrix",
    "Resampler", "RoIAlign", "edgetpu-custom-op", "ethos-u", "NumericVerify", "AudioSpectrogram",
    "Mfcc", "TFSentencepieceTokenizeOp", "TFSentencepieceDetokenizeOp", "NGrams", "Predict",
    "Normalize", "ExtractFeatures", "RandomUniform", "RandomStandardNormal", "Multinomial",
    "HashTableV2", "IRFFT2D", "Atan2", "Sign", "Delegate", "aeq.hexagon", "qnn-custom-op", "neuron",
    "tf.custom",
})
# fmt: on


class ActingOperator:
    """
    ## What it does

    Looks for operators of a TFLite model that run code or touch files, among custom operators and those
    borrowed from TensorFlow (`Flex...`).

    ## Why is this bad?
    With the Flex delegate they do what they do in TensorFlow: write files, call Python.

    ## What to do
    Do not run the model.
    """

    RULE: ClassVar = Rule(
        code="TFL101",
        name="acting-operator",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the model acts on the machine through the operator {op}",
        maps=("CWE-94", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in _customs(facts, "tflite"):
            if fact.op.removeprefix("Flex") in _ACTS:
                yield self.RULE.found(fact, op=fact.op)


class CustomKernel:
    """
    ## What it does

    Names custom operators of a TFLite or Core ML model that no known runtime supplies.

    ## Why is this bad?
    Such a model runs only with native code that somebody has to bring along.

    ## What to do
    Find out which library it needs, and judge that one.
    """

    RULE: ClassVar = Rule(
        code="TFL102",
        name="custom-kernel",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message="the model needs native code for {op}",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in (*_customs(facts, "tflite"), *_customs(facts, "coreml")):
            is_known = fact.op in _KNOWN or fact.op.startswith("Flex")
            if not is_known and fact.op not in _ACTS:
                yield self.RULE.found(fact, op=fact.op)


class ImpossibleNumber:
    """
    ## What it does

    Looks for numbers that no converter writes: tensors, buffers and operator codes beyond their lists,
    negative and overflowing shapes.

    ## Why is this bad?
    They are how a model file corrupts the memory of its runtime (CVE-2020-15210, CVE-2022-23561).

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="TFL103",
        name="impossible-number",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="{kind} that cannot be: {detail}",
        maps=("CWE-129", "CWE-190", "CVE-2020-15210", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphFault,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each fault."""
        for fact in facts.of(GraphFault):
            yield self.RULE.found(fact, kind=fact.kind, detail=fact.detail)


RULES = (ActingOperator, CustomKernel, ImpossibleNumber)


def _customs(facts: FactBook, form: str) -> Iterator[GraphOperator]:
    return (f for f in facts.of(GraphOperator) if f.format == form and f.domain == "custom")
