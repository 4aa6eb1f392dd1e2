"""Takes stock of safetensors: parameters and element types by count, and what the free metadata declares."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.formats.safetensors import Flaw, Header, header_of
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import MODEL, file_of
from backstamp.models.readers.weights_metadata import metadata_told

_BY = "weights/1"
_LYING = frozenset(
    {Flaw.HEADER, Flaw.OFFSETS, Flaw.OVERFLOW, Flaw.DTYPE, Flaw.SHAPE, Flaw.LENGTH, Flaw.OVERLAP}
)
_ADAPTER_MARKS = (
    "lora_", ".lora.", "hada_w", "lokr_w", "lora.down", "lora.up", ".oft_", "ia3_", "prompt_embeddings",
    "trainable_tokens", ".vera_", "boft_", "dora_scale", ".alpha",
)  # fmt: skip
ADAPTER = Part(Kind.ADAPTER)


class WeightsStockReader:
    """States what a safetensors file counts and declares. Tensor data is not touched.

    Counts have the file's name as scope, so that those of shards can be summed.
    """

    name = "weights-stock"
    version = 1
    kinds = frozenset({"safetensors"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield counts and metadata."""
        header = header_of(blob.view, blob.size, budget)
        budget.spend_operations(len(header.tensors))
        flaws = {problem.flaw for problem in header.problems}
        place = blob.at(8, header.data - 8)
        part = _subject(header, dict(header.metadata))
        declared, measured = Teller(_BY, Method.DECLARED, 0.95), Teller(_BY, Method.MEASURED, 1.0)
        yield measured.says(blob.whole(), part, Trait.FORMAT, "safetensors")
        if header.tensors and flaws.isdisjoint(_LYING):
            tell = declared if Flaw.TRUNCATED in flaws else measured
            count = count_of(Entry(t.name, t.dtype, t.shape, t.elements) for t in header.tensors)
            scope = file_of(blob)
            yield tell.says(place, part, Trait.PARAMETERS, count.parameters, scope=scope)
            for dtype, elements in count.elements:
                yield tell.says(place, part, Trait.ELEMENTS, elements, name=dtype, scope=scope)
            if count.packing:
                yield tell.says(place, part, Trait.QUANTIZATION, count.packing, name="packing")
        yield from metadata_told(_BY, place, part, header.metadata)


def _subject(header: Header, metadata: dict[str, str]) -> Part:
    """Say whether a file holds a model or an adapter: by its metadata, else by the names of its tensors."""
    if "ss_network_module" in metadata or "ss_network_dim" in metadata:
        return ADAPTER
    if not header.tensors:
        return MODEL
    marked = sum(any(mark in tensor.name for mark in _ADAPTER_MARKS) for tensor in header.tensors)
    return ADAPTER if marked * 2 > len(header.tensors) else MODEL


READER = WeightsStockReader()
