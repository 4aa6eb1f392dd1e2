"""Takes stock of ONNX: inputs and outputs, versions, stored parameters, and what the metadata says."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact
from backstamp.core.reading import Statement
from backstamp.core.supply import Method, Teller, Trait
from backstamp.formats import onnx
from backstamp.formats.onnx_signature import TYPES, Signature, Value, signature_of
from backstamp.models.readers.metadata_told import entry_told
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import MODEL, file_of, label_of, line_of, worded

_BY = "onnx/1"
_MOST_TENSORS = 400_000
_MOST_VALUES = 64


class OnnxStockReader:
    """States what an ONNX model takes, gives, holds and declares. No weight is read."""

    name = "onnx-stock"
    version = 1
    kinds = frozenset({"onnx"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what the model's own fields say, then what its tensors count."""
        tell = Teller(_BY, Method.DECLARED, 0.95)
        found = signature_of(blob.view, blob.size, budget)
        if not found.ir_version and not found.outputs:
            return
        yield Teller(_BY, Method.MEASURED, 1.0).says(blob.whole(), MODEL, Trait.FORMAT, "onnx")
        yield from _declared(tell, blob, found)
        yield from _values(tell, blob, found)
        yield from _counts(blob, budget)


READER = OnnxStockReader()


def _declared(tell: Teller, blob: Blob, found: Signature) -> Iterator[Fact]:
    place = blob.whole()
    producer, version = line_of(found.producer), line_of(found.producer_version)
    if producer:
        yield tell.says(place, MODEL, Trait.FRAMEWORK, version, name=producer)
    yield tell.says(place, MODEL, Trait.FRAMEWORK, found.ir_version, name="onnx ir")
    for domain, number in found.opsets[:_MOST_VALUES]:
        name = f"onnx opset {line_of(domain)}".strip() if domain else "onnx opset"
        yield tell.says(place, MODEL, Trait.FRAMEWORK, number, name=name)
    if found.model_version > 0:
        yield tell.says(place, MODEL, Trait.VERSION, str(found.model_version))
    if domain := line_of(found.domain):
        yield tell.says(place, MODEL, Trait.PRODUCER, domain)
    text = worded(found.description)
    if text and not text.startswith("converted from "):  # tf2onnx says so of each of its files
        yield Teller(_BY, Method.DECLARED, 0.8).says(place, MODEL, Trait.DESCRIPTION, text)
    is_yolo = any(key == "author" and value == "Ultralytics" for key, value, _, _ in found.metadata)
    for key, value, at, end in found.metadata[:_MOST_VALUES]:
        if is_yolo and key == "version":  # of the library that exported it
            key = "ultralytics_version"
        yield from entry_told(tell, blob.at(at, end - at), MODEL, key, value)


def _values(tell: Teller, blob: Blob, found: Signature) -> Iterator[Fact]:
    for trait, values in ((Trait.INPUT, found.inputs), (Trait.OUTPUT, found.outputs)):
        for value in values[:_MOST_VALUES]:
            if name := label_of(value.name, 200):
                place = blob.at(value.at, value.end - value.at)
                yield tell.says(place, MODEL, trait, form_of(value), name=name)


def form_of(value: Value) -> str:
    """Write the form of an input or output: ``float32[batch, 3, 224, 224]``."""
    kind = line_of(value.kind) or "unknown type"
    if value.shape is None:
        return kind
    return f"{kind}[{', '.join(label_of(d, 60) or '?' for d in value.shape)}]"


def _counts(blob: Blob, budget: Budget) -> Iterator[Fact]:
    """Count initializers and constants of all graphs; shapes and indexes are whole numbers and left out."""
    entries: list[Entry] = []
    for part in onnx.parts_of(blob.view, blob.size, budget):
        if isinstance(part, onnx.Broken) or len(entries) >= _MOST_TENSORS:
            return
        if isinstance(part, onnx.Tensor) and part.graph >= 0 and all(d >= 0 for d in part.dims):
            dtype = TYPES.get(part.data_type, f"type {part.data_type}")
            if dtype != "string":
                entries.append(Entry(f"{len(entries)}:{part.name}", dtype, part.dims, part.elements))
    if not entries:
        return
    count = count_of(entries)
    tell, place, scope = Teller(_BY, Method.MEASURED, 1.0), blob.whole(), file_of(blob)
    yield tell.says(place, MODEL, Trait.PARAMETERS, count.parameters, scope=scope)
    for dtype, elements in count.elements:
        yield tell.says(place, MODEL, Trait.ELEMENTS, elements, name=dtype, scope=scope)
