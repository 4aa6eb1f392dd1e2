"""Reads Core ML models: custom classes, files they name, metadata."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement
from backstamp.formats import coreml
from backstamp.formats.protobuf import fields_of
from backstamp.models.facts.graph import GraphAsset, GraphModel, GraphOperator, GraphText

_HIGHEST = 4000  # field numbers of a Model end here


class CoremlReader:
    """Reads the Model message of an ``.mlmodel`` file."""

    name = "coreml"
    version = 1
    kinds = frozenset({"coreml"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a model."""
        files: set[str] = set()
        layers = 0
        for part in coreml.parts_of(blob.view, blob.size, budget):
            match part:
                case coreml.Custom():
                    place = blob.at(part.at, part.end - part.at)
                    yield GraphOperator(place=place, format="coreml", domain="custom", op=part.name)
                case coreml.File():
                    if part.name not in files:
                        files.add(part.name)
                        name = part.name.removeprefix("@model_path/")
                        yield GraphAsset(place=blob.at(part.at), format="coreml", filename=name)
                case coreml.Text():
                    place = blob.at(part.at, part.end - part.at)
                    yield GraphText(place=place, format="coreml", key=part.key, text=part.value)
                case coreml.Layers():
                    layers += part.count
        yield GraphModel(place=blob.whole(), format="coreml", nodes=layers)
        for field in fields_of(blob.view, 0, blob.size, budget):
            if field.number < _HIGHEST:
                yield Explained(field.at, field.end)


READER = CoremlReader()
