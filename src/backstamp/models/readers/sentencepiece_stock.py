"""Takes stock of SentencePiece models: kind and size of the vocabulary.

Source: sentencepiece_model.proto of the SentencePiece project.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Statement
from backstamp.core.supply import Method, Relation, Teller, Trait
from backstamp.formats.protobuf import LENGTH, VARINT, fields_of
from backstamp.models.readers.stating import MODEL, TOKENIZER

_BY = "sentencepiece/1"
_KINDS = {
    1: "SentencePiece Unigram",
    2: "SentencePiece BPE",
    3: "SentencePiece word",
    4: "SentencePiece char",
}
DECLARED = Teller(_BY, Method.DECLARED, 0.95)


class SentencePieceStockReader:
    """States what kind of tokenizer a SentencePiece model is."""

    name = "sentencepiece-stock"
    version = 1
    kinds = frozenset({"sentencepiece"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Count the pieces, and read the trainer's specification."""
        pieces, kind = 0, 1
        for field in fields_of(blob.view, 0, blob.size, budget):
            pieces += field.number == 1
            if field.number == 2 and field.wire == LENGTH:
                for part in fields_of(blob.view, field.start, field.end, budget):
                    if part.number == 3 and part.wire == VARINT:
                        kind = part.value
        if not pieces:
            return
        yield DECLARED.links(blob.whole(), MODEL, Relation.CONTAINS, TOKENIZER)
        yield DECLARED.says(blob.whole(), TOKENIZER, Trait.FAMILY, _KINDS.get(kind, "SentencePiece"))
        measured = Teller(_BY, Method.MEASURED, 1.0)
        yield measured.says(blob.whole(), TOKENIZER, Trait.DIMENSION, pieces, name="vocab_size")


READER = SentencePieceStockReader()
