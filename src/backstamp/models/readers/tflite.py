"""Reads TFLite models: operators, faults, texts; buffers that are artifacts."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import tflite
from backstamp.formats.payload import is_payload
from backstamp.models.facts.graph import GraphFault, GraphModel, GraphOperator, GraphText

_FAULTS = 64


class TfliteReader:
    """Reads the flatbuffer of a TFLite model."""

    name = "tflite"
    version = 1
    kinds = frozenset({"tflite"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a model."""
        if not blob.is_whole:
            yield Unread("only the head of the model is at hand")
        faults = 0
        for part in tflite.parts_of(blob.view, budget):
            match part:
                case tflite.Operator():
                    name = part.custom or f"builtin {part.code}"
                    domain = "custom" if part.custom else ""
                    place = blob.at(part.at)
                    yield GraphOperator(
                        place=place, format="tflite", domain=domain, op=name, count=part.count
                    )
                case tflite.Buffer():
                    if is_payload(blob.view, part.start, part.end):
                        yield Member(blob.part(part.start, part.end, f"buffer@{part.start}"))
                case tflite.Text():
                    yield GraphText(place=blob.at(part.at), format="tflite", key=part.key, text=part.text)
                case tflite.Fault():
                    faults += 1
                    if faults <= _FAULTS:
                        yield GraphFault(
                            place=blob.at(part.at), format="tflite", kind=part.kind, detail=part.detail
                        )
                case tflite.End():
                    yield _model(blob, part)
                    yield Explained(0, part.end)


READER = TfliteReader()


def _model(blob: Blob, end: tflite.End) -> GraphModel:
    return GraphModel(
        place=blob.whole(),
        format="tflite",
        version=str(end.version),
        nodes=end.operators,
        graphs=end.subgraphs,
        tensors=end.tensors,
    )
