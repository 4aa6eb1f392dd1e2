"""Reads ONNX models: operators, files they name, texts, gates; byte strings that are artifacts."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import onnx
from backstamp.formats.dataflow import Flow, Op, gates_of
from backstamp.formats.graphkinds import graph_kinds
from backstamp.formats.payload import is_payload
from backstamp.models.facts.graph import GraphExternalData, GraphGate, GraphModel, GraphOperator, GraphText

_DOMAINS = frozenset({"", "ai.onnx"})
_MOST_NODES = 400_000  # the largest exported models have some ten thousand
_HIDDEN = 8  # bytes of an undefined field that are let pass


class _Gathered:
    """What one walk over a model gathers; calls and references are counted, not listed."""

    __slots__ = (
        "broken", "external", "flow", "functions", "header", "holes", "nodes", "operators", "roots",
        "tensors",
    )  # fmt: skip

    def __init__(self) -> None:
        self.header = onnx.Header(0, "", "", ())
        self.operators: dict[tuple[str, str], list[int]] = {}  # count, at, end of the first call
        self.external: dict[tuple[tuple[str, str], ...], tuple[onnx.Tensor, list[int]]] = {}
        self.functions: set[tuple[str, str]] = set()
        self.flow = Flow({}, {}, {}, {})
        self.roots: list[int] = []
        self.holes: list[tuple[int, int]] = []
        self.nodes = self.tensors = 0
        self.broken: onnx.Broken | None = None


class OnnxReader:
    """Reads a ModelProto, or a file that is one TensorProto."""

    name = "onnx"
    version = 1
    kinds = frozenset({"onnx", "onnx-tensor"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a model."""
        gathered = _Gathered()
        parts = onnx.parts_of if _is_model(blob) else onnx.tensor_in
        for part in parts(blob.view, blob.size, budget):
            yield from _taken(blob, part, gathered)
            if gathered.nodes + len(gathered.flow.inputs) > _MOST_NODES:
                yield Unread(f"onnx: more than {_MOST_NODES:,} nodes and graphs")
                break
        yield from _stated(blob, gathered, budget)


READER = OnnxReader()


def _is_model(blob: Blob) -> bool:
    return "onnx-tensor" not in graph_kinds(blob.view, blob.size, "", is_unknown=False)


def _taken(blob: Blob, part: onnx.Part, gathered: _Gathered) -> Iterator[Statement]:
    """Gather a part; what can be stated at once is."""
    match part:
        case onnx.Node():
            _take_node(part, gathered)
        case onnx.Tensor():
            gathered.tensors += 1
            if part.external:
                key = tuple(
                    e
                    for e in part.external
                    if e[0] not in {"offset", "length", "checksum"} or e[1][:1] == "-"
                )
                gathered.external.setdefault(key, (part, [0]))[1][0] += 1
            if part.graph >= 0 and part.name:
                gathered.flow.constants[part.name] = part.elements
        case onnx.Graph():
            gathered.flow.inputs[part.number] = part.inputs
            gathered.flow.outputs[part.number] = part.outputs
            if part.parent < 0:
                gathered.roots.append(part.number)
        case onnx.Bytes():
            if is_payload(blob.view, part.start, part.end):
                yield Member(blob.part(part.start, part.end, f"{part.what}@{part.start}"))
        case onnx.Text():
            yield GraphText(
                place=blob.at(part.at, part.end - part.at), format="onnx", key=part.key, text=part.value
            )
        case onnx.Function():
            gathered.functions.add((part.domain, part.name))
        case onnx.Unknown():
            if part.end - part.start > _HIDDEN:
                gathered.holes.append((part.start, part.end))
        case onnx.Header():
            gathered.header = part
        case onnx.Broken():
            gathered.broken = part


def _take_node(node: onnx.Node, gathered: _Gathered) -> None:
    gathered.nodes += 1
    counted = gathered.operators.setdefault((node.domain, node.op), [0, node.at, node.end])
    counted[0] += 1
    op = node.op if node.domain in _DOMAINS or node.domain == "com.microsoft" else f"{node.domain}:{node.op}"
    gathered.flow.ops.setdefault(node.graph, []).append(
        Op(op, node.inputs, node.outputs, node.subgraphs, node.elements, node.at, node.end)
    )


def _stated(blob: Blob, gathered: _Gathered, budget: Budget) -> Iterator[Statement]:
    yield GraphModel(
        place=blob.whole(),
        format="onnx",
        producer=f"{gathered.header.producer} {gathered.header.producer_version}".strip(),
        version=str(gathered.header.ir_version),
        nodes=gathered.nodes,
        graphs=len(gathered.flow.outputs),
        tensors=gathered.tensors,
    )
    for (domain, op), (count, at, end) in gathered.operators.items():
        yield GraphOperator(
            place=blob.at(at, end - at),
            format="onnx",
            domain=domain,
            op=op,
            count=count,
            is_defined=(domain, op) in gathered.functions,
        )
    yield from _external(blob, gathered)
    for root in gathered.roots:
        for gate in gates_of(gathered.flow, root, budget):
            yield GraphGate(
                place=blob.at(gate.at, gate.end - gate.at),
                form=gate.form,
                tensor=gate.tensor,
                source=gate.source,
                tests=gate.tests,
                compares=gate.compares,
                feeds_trunk=gate.feeds_trunk,
                is_reduced=gate.is_reduced,
                pattern=gate.pattern,
                alternative=gate.alternative,
            )
    yield from _accounted(blob, gathered)


def _external(blob: Blob, gathered: _Gathered) -> Iterator[Statement]:
    for tensor, (count,) in gathered.external.values():
        yield GraphExternalData(
            place=blob.at(tensor.at, tensor.end - tensor.at),
            format="onnx",
            location=dict(tensor.external).get("location", ""),
            tensor=tensor.name,
            entries=tuple(e for e in tensor.external if e[0] != "location"),
            count=count,
        )


def _accounted(blob: Blob, gathered: _Gathered) -> Iterator[Statement]:
    if gathered.broken:
        yield Unread(f"not a whole ONNX model: {gathered.broken.reason}")
        return
    at = 0
    for start, end in sorted(gathered.holes):
        if start > at:
            yield Explained(at, start)
        at = max(at, end)
    yield Explained(at, blob.size)
