"""Rules about ONNX models."""

import re
from collections.abc import Iterator
from functools import cache
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.graph import GraphExternalData, GraphGate, GraphOperator, GraphText

_PYTHON_OPS = frozenset(
    {"PyOp", "PythonOp", "PythonOpGrad", "PyFunc", "PyCustomOp", "PyCustomOpDef", "PyInvoke"}
)
_REMOTE_OPS = ("Azure", "OpenAI")
_KNOWN_DOMAINS = frozenset(
    {
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "ai.onnx.preview",
        "com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental", "com.microsoft.dml",
        "com.microsoft.extensions", "com.ms.internal.nhwc", "ai.onnx.contrib", "org.pytorch.aten",
    }
)  # fmt: skip
_KNOWN_KEYS = frozenset({"location", "offset", "length", "checksum", "basepath"})
_GATE_SCORE = 4


class PythonOperator:
    """## What it does

    Looks for operators that call Python functions: `PyOp` of onnxruntime-extensions, `PythonOp` of
    onnxruntime's training build, and their kin, in any domain, graph, branch or function of an ONNX model.

    ## Why is this bad?
    ONNX is taken for data. Such an operator hands control to Python code that the model names, when it runs.

    ## What to do
    Do not run the model. Ask its maker for one made of standard operators.
    """

    RULE: ClassVar = Rule(
        code="ONX101",
        name="python-operator",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the model calls Python through the operator {op} of domain {domain}",
        maps=("CWE-94", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in facts.of(GraphOperator):
            if fact.format == "onnx" and fact.op in _PYTHON_OPS and not fact.is_defined:
                yield self.RULE.found(fact, op=fact.op, domain=fact.domain or "ai.onnx")


class ExternalDataEscape:
    """## What it does

    Looks for tensors whose data is to be read from a file outside the model's folder: absolute paths,
    `..`, addresses, drive letters, and onnxruntime's marker for raw memory addresses.

    ## Why is this bad?
    Loading the model reads files of the machine into tensors, from where the outputs can carry them away
    (CVE-2022-25882, CVE-2024-27318), or reads memory.

    ## What to do
    Do not load the model. External data belongs beside the model file, under a plain name.
    """

    RULE: ClassVar = Rule(
        code="ONX102",
        name="external-data-escape",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="tensor {tensor} is read from {location}, outside the model's folder",
        maps=("CWE-22", "CVE-2022-25882", "CVE-2024-27318", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphExternalData,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each location that leaves the folder."""
        for fact in facts.of(GraphExternalData):
            places = (fact.location, *(v for k, v in fact.entries if k == "basepath"))
            for place in places:
                if leaves_folder(place):
                    yield self.RULE.found(fact, tensor=fact.tensor, location=place)


class ExternalDataKey:
    """## What it does

    Looks for references to external data that carry keys which ONNX does not define, or a negative
    offset or length.

    ## Why is this bad?
    The onnx package set an attribute for each key without looking (CVE-2026-34445): keys overwrite
    what the loader relies on. No exporter writes them.

    ## What to do
    Do not load the model with onnx before 1.21. Ask where it comes from.
    """

    RULE: ClassVar = Rule(
        code="ONX103",
        name="external-data-key",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the external data of tensor {tensor} carries {key}, which ONNX does not define",
        maps=("CWE-915", "CVE-2026-34445", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphExternalData,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each undefined key and each negative number."""
        for fact in facts.of(GraphExternalData):
            for key, value in fact.entries:
                is_defined = key in _KNOWN_KEYS or key.startswith("prepacked_")
                is_negative = key in {"offset", "length"} and value.strip().startswith("-")
                if not is_defined or is_negative:
                    yield self.RULE.found(fact, tensor=fact.tensor, key=f"{key}={value}"[:120])


class UnknownDomain:
    """## What it does

    Names operator domains that neither ONNX nor onnxruntime know and that the model does not define itself.

    ## Why is this bad?
    Such a model runs only after a native library was loaded for it. Whoever supplies the library
    runs code; the model makes people fetch it.

    ## What to do
    Find out which library it needs, and judge that one.
    """

    RULE: ClassVar = Rule(
        code="ONX104",
        name="unknown-operator-domain",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message="the model needs an operator library for domain {domain} (operator {op})",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each file and domain."""
        seen: set[tuple[tuple[str, ...], str]] = set()
        for fact in facts.of(GraphOperator):
            key = (fact.place.path, fact.domain)
            if fact.format != "onnx" or fact.is_defined or fact.domain in _KNOWN_DOMAINS or key in seen:
                continue
            if fact.op not in _PYTHON_OPS:
                seen.add(key)
                yield self.RULE.found(fact, domain=fact.domain, op=fact.op)


class InputGate:
    """## What it does

    Follows the values of a graph and looks for a test of the model's own input, made without any weights,
    that decides near the output whether stored values replace the computed ones.

    ## Why is this bad?
    It is the shape of a graph backdoor (ShadowLogic): a trigger in the input switches the answer. It
    survives fine-tuning and conversion, and needs no code. Some honest post-processing looks alike.

    ## What to do
    Look at the operators named in the evidence. Compare the graph with the one its maker's exporter writes.
    """

    RULE: ClassVar = Rule(
        code="ONX105",
        name="input-gate",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="a test of input {source} switches output value {tensor} ({form})",
        maps=("CWE-506", "AML.T0018", "ML06:2023"),
    )
    WANTS: ClassVar = (GraphGate,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each gate that scores enough, one for each source and form."""
        seen = {_gate_key(fact) for fact in facts.of(GraphGate) if is_backdoor(fact)}
        for fact in facts.of(GraphGate):
            key = _gate_key(fact)
            if key not in seen and score_of(fact) >= _GATE_SCORE:
                seen.add(key)
                yield self.RULE.found(
                    fact,
                    evidence=("test: " + " ".join(fact.tests),),
                    source=fact.source,
                    tensor=fact.tensor,
                    form=fact.form,
                )


class GraphBackdoor:
    """## What it does

    Looks for a test that boils the model's whole input down to a few numbers, made without any weights, and
    that decides whether the output is a row of stored values instead of what the weights computed.

    ## Why is this bad?
    It is a graph backdoor (ShadowLogic): a trigger in the input gives the answer that somebody stored. Masks
    work position by position, and put one value in; this puts a whole answer in.

    ## What to do
    Do not use the model. Compare its graph with the one its maker's exporter writes.
    """

    RULE: ClassVar = Rule(
        code="ONX108",
        name="graph-backdoor",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="a test of the whole input {source} puts a stored answer into {tensor} ({form})",
        maps=("CWE-506", "AML.T0018", "ML06:2023"),
    )
    WANTS: ClassVar = (GraphGate,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each source and form."""
        seen: set[tuple[tuple[str, ...], str, str]] = set()
        for fact in facts.of(GraphGate):
            if is_backdoor(fact) and _gate_key(fact) not in seen:
                seen.add(_gate_key(fact))
                yield self.RULE.found(
                    fact,
                    evidence=("test: " + " ".join(fact.tests),),
                    source=fact.source,
                    tensor=fact.tensor,
                    form=fact.form,
                )


def is_backdoor(gate: GraphGate) -> bool:
    """Say whether the whole input is tested, and a stored answer of several values is put out."""
    return gate.feeds_trunk and gate.is_reduced and gate.alternative > 1 and score_of(gate) > _GATE_SCORE


def _gate_key(gate: GraphGate) -> tuple[tuple[str, ...], str, str]:
    return gate.place.path, gate.source, gate.form


class MetadataCode:
    """## What it does

    Looks for Python code in the texts that a model carries as metadata: imports by name, commands,
    calls of `exec` and `eval`.

    ## Why is this bad?
    Several runtimes have evaluated such texts (class names and strides of detection models were read with
    `eval`). Code there has no honest use.

    ## What to do
    Do not load the model with tools that evaluate metadata. Ask its maker what the text is for.
    """

    RULE: ClassVar = Rule(
        code="ONX106",
        name="metadata-code",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="metadata {key} holds code: {code}",
        maps=("CWE-95", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphText,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each text that holds code."""
        for fact in facts.of(GraphText):
            found = code_pattern().search(fact.text)
            if found:
                yield self.RULE.found(fact, key=fact.key, code=found.group(0)[:80])


class RemoteOperator:
    """## What it does

    Looks for operators that send their inputs to a service over the network.

    ## Why is this bad?
    Whatever the model is fed leaves the machine, to an address that the model names.

    ## What to do
    Use it only if that service is meant to see the data.
    """

    RULE: ClassVar = Rule(
        code="ONX107",
        name="remote-operator",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="operator {op} sends its inputs to a remote service",
        maps=("CWE-201", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in facts.of(GraphOperator):
            if fact.domain in {"ai.onnx.contrib", "com.microsoft.extensions"} and fact.op.startswith(
                _REMOTE_OPS
            ):
                yield self.RULE.found(fact, op=fact.op)


RULES = (
    PythonOperator,
    ExternalDataEscape,
    ExternalDataKey,
    UnknownDomain,
    InputGate,
    GraphBackdoor,
    MetadataCode,
    RemoteOperator,
)


def leaves_folder(location: str) -> bool:
    """Say whether a reference to a file leaves the folder of the file that holds it."""
    text = location.strip().replace("\\", "/")
    if not text:
        return False
    if text.startswith(("/", "~")) or "://" in text or "\0" in text or "_ORT_MEM_ADDR_" in text:
        return True
    return text[1:2] == ":" or ".." in text.split("/") or text.lower().startswith(("file:", "data:"))


def score_of(gate: GraphGate) -> int:
    """Weigh what speaks for a backdoor: a padding or attention mask scores three at most."""
    if gate.form == "arithmetic" and not (gate.is_reduced and gate.pattern):
        return 0
    score = 2 if gate.feeds_trunk else 1
    score += gate.is_reduced
    score += gate.pattern > 1
    if gate.form == "arithmetic":
        return score + (gate.alternative > 1)
    return score + (2 if gate.alternative > 1 or gate.form == "If" else 1)


@cache
def code_pattern() -> re.Pattern[str]:
    """Match what only code says; a text about code rarely has the parentheses."""
    return re.compile(
        r"__import__\s*\(|\bos\.(?:system|popen|exec\w*|spawn\w*)\s*\(|\bsubprocess\.\w+\s*\("
        r"|\b(?:exec|eval|compile)\s*\(\s*(?:[\"'b(]|__|base64|compile|open|requests|urllib|zlib|marshal)"
        r"|\bpickle\.loads?\s*\(|\bmarshal\.loads\s*\(|__subclasses__\s*\("
    )
