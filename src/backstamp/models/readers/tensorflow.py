"""Reads TensorFlow graphs: operators with the texts they are given, assets, Keras configurations."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import tensorflow
from backstamp.formats.graphkinds import graph_kinds
from backstamp.formats.payload import is_payload
from backstamp.models.facts.graph import GraphAsset, GraphModel, GraphOperator
from backstamp.models.readers.keras import statements_of

_HIDDEN = 8  # bytes of an undefined field that are let pass
_CONSTANTS = 100_000  # string constants of one graph whose values are kept


class _Gathered:
    """What one walk gathers."""

    __slots__ = ("broken", "graphs", "holes", "nodes", "operators", "pending", "values", "version")

    def __init__(self) -> None:
        self.operators: dict[tuple[str, tuple[str, ...]], list[int]] = {}  # count, at, end of the first
        self.values: dict[str, tuple[str, ...]] = {}  # of the graph that is being walked
        self.pending: list[tensorflow.Node] = []  # its nodes which may read such values
        self.holes: list[tuple[int, int]] = []
        self.nodes = self.graphs = 0
        self.version = ""
        self.broken = ""


class TensorflowReader:
    """Reads a SavedModel, MetaGraphDef or GraphDef."""

    name = "tensorflow"
    version = 1
    kinds = frozenset({"savedmodel", "metagraph", "graphdef"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a graph."""
        found = graph_kinds(blob.view, blob.size, blob.name.lower(), is_unknown=True)
        kind = next((k for k in ("savedmodel", "metagraph", "graphdef") if k in found), "savedmodel")
        gathered = _Gathered()
        for part in tensorflow.parts_of(blob.view, blob.size, kind, budget):
            yield from _taken(blob, part, gathered, budget)
        _resolve(gathered, budget)
        yield from _stated(blob, kind, gathered)


READER = TensorflowReader()


def _taken(blob: Blob, part: tensorflow.Part, gathered: _Gathered, budget: Budget) -> Iterator[Statement]:
    match part:
        case tensorflow.Node():
            gathered.nodes += 1
            if part.op == "Const" and part.values and len(gathered.values) < _CONSTANTS:
                gathered.values[part.name] = part.values
            _count(gathered, part)
        case tensorflow.GraphEnd():
            gathered.graphs += 1
            _resolve(gathered, budget)
        case tensorflow.Bytes():
            if is_payload(blob.view, part.start, part.end):
                yield Member(blob.part(part.start, part.end, f"bytes@{part.start}"))
        case tensorflow.Asset():
            place = blob.at(part.at, part.end - part.at)
            yield GraphAsset(place=place, format="tensorflow", filename=part.filename)
        case tensorflow.ObjectText():
            yield from statements_of(blob, part.start, part.end, budget, container="savedmodel")
        case tensorflow.Header():
            gathered.version = part.version
        case tensorflow.Unknown():
            if part.end - part.start > _HIDDEN:
                gathered.holes.append((part.start, part.end))
        case tensorflow.Broken():
            gathered.broken = part.reason


def _count(gathered: _Gathered, node: tensorflow.Node) -> None:
    """Count a call at once, or keep it until the constants of its graph are known."""
    if node.inputs or node.texts:
        gathered.pending.append(node)
    else:
        gathered.operators.setdefault((node.op, ()), [0, node.at, node.end])[0] += 1


def _resolve(gathered: _Gathered, budget: Budget) -> None:
    """Give the calls of a walked graph the constant texts that they read."""
    for node in gathered.pending:
        budget.spend_operations(1 + len(node.inputs))
        texts = [t for t in node.texts if _is_path(t.partition("=")[2])]
        for name in node.inputs if gathered.values else ():
            texts += gathered.values.get(name.lstrip("^").partition(":")[0], ())
        key = (node.op, tuple(t for t in texts if t)[:8])
        gathered.operators.setdefault(key, [0, node.at, node.end])[0] += 1
    gathered.pending.clear()
    gathered.values.clear()


def _is_path(text: str) -> bool:
    return "://" in text or text.startswith(("/", "~", "..")) or text[1:3] == ":\\"


def _stated(blob: Blob, kind: str, gathered: _Gathered) -> Iterator[Statement]:
    yield GraphModel(
        place=blob.whole(),
        format=kind,
        producer="tensorflow",
        version=gathered.version,
        nodes=gathered.nodes,
        graphs=gathered.graphs,
    )
    for (op, texts), (count, at, end) in gathered.operators.items():
        if count:
            place = blob.at(at, end - at)
            yield GraphOperator(place=place, format="tensorflow", domain="", op=op, count=count, texts=texts)
    if gathered.broken:
        yield Unread(f"not a whole TensorFlow graph: {gathered.broken}")
        return
    at = 0
    for start, end in sorted(gathered.holes):
        if start > at:
            yield Explained(at, start)
        at = max(at, end)
    yield Explained(at, blob.size)
