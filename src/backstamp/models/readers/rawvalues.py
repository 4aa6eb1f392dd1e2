"""Reads files of raw numbers and tables that no loader takes for anything else: data through and through."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement
from backstamp.formats.graphkinds import graph_kinds
from backstamp.formats.protobuf import fields_of

_DEFINED = 6  # the highest field number of the messages read here


class RawValuesReader:
    """Explains checkpoint data and its index, weight blobs and vocabularies whole."""

    name = "rawvalues"
    version = 1
    kinds = frozenset(
        {
            "catboost",
            "coreml-weights",
            "mediapipe-graph",
            "paddle-parameters",
            "sentencepiece",
            "tensor-data",
            "tf-checkpoint-data",
            "tf-checkpoint-index",
            "tf-fingerprint",
            "xgboost-binary",
            "xgboost-ubjson",
        }
    )

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State which bytes are understood: all, but for undefined fields of messages."""
        budget.spend_operations()
        if not is_message(blob):
            yield Explained(0, blob.size)
            return
        for field in fields_of(blob.view, 0, blob.size, budget):
            if field.number <= _DEFINED:
                yield Explained(field.at, field.end)


READER = RawValuesReader()


def is_message(blob: Blob) -> bool:
    """Say whether the file is a protobuf message: a vocabulary or a fingerprint."""
    kinds = graph_kinds(blob.view, blob.size, "", is_unknown=False)
    return not kinds.isdisjoint({"sentencepiece", "tf-fingerprint"})
