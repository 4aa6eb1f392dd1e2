"""Rules about TensorFlow graphs."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.graph import GraphAsset, GraphOperator
from backstamp.models.rules.onnx import leaves_folder

# fmt: off
_CODE_OPS = frozenset({
    "PyFunc", "PyFuncStateless", "EagerPyFunc", "PyCall", "ShellExecute", "ExecuteOp", "SystemConfig",
})
_WRITES = frozenset({
    "WriteFile", "DatasetToTFRecord", "ExperimentalDatasetToTFRecord", "SaveDataset", "SaveDatasetV2",
    "DistributedSave", "WriteRawProtoSummary", "FileSystemSetConfiguration",
})
_READS = frozenset({
    "ReadFile",
})
_LISTS = frozenset({
    "MatchingFiles", "MatchingFilesDataset", "WholeFileReader", "WholeFileReaderV2", "TextLineReader",
    "TextLineReaderV2", "TFRecordReader", "TFRecordReaderV2", "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2", "TextLineDataset", "TFRecordDataset", "TFRecordDatasetV2",
    "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "SqlDataset", "ExperimentalSqlDataset",
    "CSVDataset", "CSVDatasetV2", "LoadDataset", "LMDBReader", "LMDBDataset", "CreateSummaryFileWriter",
    "CreateSummaryDbWriter",
})
_NETWORK = frozenset({
    "RpcClient", "RpcCall", "RpcServer", "RpcServerStart", "RpcServerRegister", "Rpc", "TryRpc",
    "RegisterDataset", "RegisterDatasetV2", "DataServiceDataset", "DataServiceDatasetV2",
    "DataServiceDatasetV3", "DataServiceDatasetV4", "BigQueryReader",
    "GenerateBigQueryReaderPartitions", "BigtableClient", "CloudBigtableClient", "KafkaDataset", "S3",
    "GcsConfigureCredentials",
})
_DEBUG = frozenset({
    "DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount", "DebugNumericSummary",
    "DebugNumericSummaryV2",
})
# fmt: on


class PythonFunction:
    """## What it does

    Looks for operators of a TensorFlow graph that run Python functions or commands, in the main graph, its
    functions, and in graphs that are serialized inside it.

    ## Why is this bad?
    A graph is taken for data. These operators hand control to code of the process that runs it.

    ## What to do
    Do not run the model.
    """

    RULE: ClassVar = Rule(
        code="TFG101",
        name="python-function",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the graph runs code through the operator {op}",
        maps=("CWE-94", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in _operators(facts):
            if fact.op in _CODE_OPS:
                yield self.RULE.found(fact, evidence=fact.texts, op=fact.op)


class FileWrite:
    """## What it does

    Looks for operators that write files which are not checkpoints: `WriteFile`, data set writers, printing
    into a file, debug dumps to an address.

    ## Why is this bad?
    Running the model plants or overwrites files: a start-up script, a key, a library.

    ## What to do
    Do not run the model.
    """

    RULE: ClassVar = Rule(
        code="TFG102",
        name="file-write",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the graph writes files through the operator {op}",
        maps=("CWE-73", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each writing operator."""
        for fact in _operators(facts):
            prints = fact.op == "PrintV2" and any(t.startswith("output_stream=file:") for t in fact.texts)
            dumps = fact.op in _DEBUG and any("://" in t for t in fact.texts)
            if fact.op in _WRITES or prints or dumps:
                yield self.RULE.found(fact, evidence=fact.texts, op=fact.op)


class FileRead:
    """## What it does

    Looks for `ReadFile`.

    ## Why is this bad?
    Running the model reads files of the machine; whoever sees its outputs sees them.

    ## What to do
    Do not run the model unless reading that file is what it is for.
    """

    RULE: ClassVar = Rule(
        code="TFG103",
        name="file-read",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message="the graph reads files through the operator {op}",
        maps=("CWE-73", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each reading operator."""
        for fact in _operators(facts):
            # Regions are made by the converter beside the model: a path of the system is a foreign file.
            maps = fact.op == "ImmutableConst" and any(
                t.removeprefix("memory_region_name=").startswith(("/", "~", "\\", "file:"))
                for t in fact.texts
            )
            if fact.op in _READS or maps:
                yield self.RULE.found(fact, evidence=fact.texts, op=fact.op)


class FileSource:
    """## What it does

    Looks for operators that list files or feed data sets from files or databases.

    ## Why is this bad?
    A model for use needs no input pipeline; one that lists or reads the machine's files may leak them.

    ## What to do
    Ask for a model that was exported without its input pipeline.
    """

    RULE: ClassVar = Rule(
        code="TFG104",
        name="file-source",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="the graph reads files or databases through the operator {op}",
        maps=("CWE-73", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in _operators(facts):
            if fact.op in _LISTS:
                yield self.RULE.found(fact, evidence=fact.texts, op=fact.op)


class NetworkOperator:
    """## What it does

    Looks for operators that open connections: remote calls, data services, cloud readers.

    ## Why is this bad?
    Running the model sends or fetches data, to or from an address that the model names.

    ## What to do
    Do not run it where the network is open; ask what the connection is for.
    """

    RULE: ClassVar = Rule(
        code="TFG105",
        name="network-operator",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="the graph opens connections through the operator {op}",
        maps=("CWE-201", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphOperator,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such operator."""
        for fact in _operators(facts):
            if fact.op in _NETWORK:
                yield self.RULE.found(fact, evidence=fact.texts, op=fact.op)


class AssetEscape:
    """## What it does

    Looks for assets of a SavedModel whose name leaves the model's folder.

    ## Why is this bad?
    Loading the model reads a file of the machine in the place of its asset.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="TFG106",
        name="asset-escape",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="asset {filename} lies outside the model's folder",
        maps=("CWE-22", "LLM03:2025"),
    )
    WANTS: ClassVar = (GraphAsset,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such asset."""
        for fact in facts.of(GraphAsset):
            if leaves_folder(fact.filename):
                yield self.RULE.found(fact, filename=fact.filename)


RULES = (PythonFunction, FileWrite, FileRead, FileSource, NetworkOperator, AssetEscape)


def _operators(facts: FactBook) -> Iterator[GraphOperator]:
    return (fact for fact in facts.of(GraphOperator) if fact.format == "tensorflow")
