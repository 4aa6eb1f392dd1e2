"""Takes stock of TFLite, SavedModel and Core ML: inputs, outputs, stored parameters, versions."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact
from backstamp.core.reading import Statement
from backstamp.core.supply import Method, Teller, Trait
from backstamp.formats import coreml_signature, tf_signature, tflite_signature
from backstamp.models.readers.metadata_told import entry_told
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import MODEL, file_of, label_of, line_of, worded

_BY = "graph/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
MEASURED = Teller(_BY, Method.MEASURED, 1.0)
_MOST = 200_000
_LARGEST = 1 << 48
# Variables that an optimizer keeps, by a part of their names.
_OF_OPTIMIZERS = frozenset(
    {"optimizer", "adam", "sgd", "rmsprop", "adagrad", "momentum", "iteration", "iter"}
)


class GraphStockReader:
    """States what these graphs take, give, hold and declare. No weight is read."""

    name = "graph-stock"
    version = 1
    kinds = frozenset({"coreml", "savedmodel", "tflite"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what a file of one of the formats says; what else it could be taken for says nothing."""
        if bytes(blob.view[4:8]) == b"TFL3":
            yield from _tflite(blob, budget)
        elif blob.name.endswith(".mlmodel"):
            yield from _coreml(blob, budget)
        elif blob.name.startswith("saved_model"):
            yield from _saved_model(blob, budget)


READER = GraphStockReader()


def _tflite(blob: Blob, budget: Budget) -> Iterator[Fact]:
    found = tflite_signature.signature_of(blob.view, budget)
    yield MEASURED.says(blob.whole(), MODEL, Trait.FORMAT, "tflite")
    yield DECLARED.says(blob.whole(), MODEL, Trait.FRAMEWORK, "", name="tensorflow-lite")
    for trait, tensors in ((Trait.INPUT, found.inputs), (Trait.OUTPUT, found.outputs)):
        for tensor in tensors:
            if name := label_of(tensor.name, 200):
                yield DECLARED.says(
                    blob.at(tensor.at), MODEL, trait, _form(tensor.kind, tensor.shape), name=name
                )
    yield from _counted(blob, [(t.name, t.kind, t.shape) for t in found.stored])
    text = worded(found.description)
    if text and text not in ("MLIR Converted.", "TOCO Converted.", "Exported from Subgraph."):
        yield Teller(_BY, Method.DECLARED, 0.8).says(blob.whole(), MODEL, Trait.DESCRIPTION, text)
    for key, value in found.metadata:
        if key == "min_runtime_version":
            yield DECLARED.says(
                blob.whole(), MODEL, Trait.FRAMEWORK, line_of(value), name="tensorflow-lite runtime"
            )
        else:
            yield from entry_told(DECLARED, blob.whole(), MODEL, key, value)


def _saved_model(blob: Blob, budget: Budget) -> Iterator[Fact]:
    yield MEASURED.says(blob.whole(), MODEL, Trait.FORMAT, "tensorflow saved model")
    variables: list[tuple[str, str, tuple[int, ...]]] = []
    for part in tf_signature.parts_of(blob.view, blob.size, budget):
        match part:
            case tf_signature.Version():
                if version := line_of(part.text):
                    yield DECLARED.says(blob.whole(), MODEL, Trait.FRAMEWORK, version, name="tensorflow")
            case tf_signature.Value():
                if part.name and not part.signature.startswith("__saved_model"):
                    trait = Trait.INPUT if part.is_input else Trait.OUTPUT
                    place = blob.at(part.at, part.end - part.at)
                    form, name = _form(part.kind, part.shape), label_of(part.name, 200)
                    prefix = "" if part.signature == "serving_default" else f"{label_of(part.signature)}."
                    yield DECLARED.says(place, MODEL, trait, form, name=prefix + name)
            case tf_signature.Variable():
                words = set(part.name.lower().replace("/", "_").split("_"))
                if len(variables) < _MOST and words.isdisjoint(_OF_OPTIMIZERS):
                    variables.append((part.name, part.kind, part.shape))
    yield from _counted(blob, variables)


def _coreml(blob: Blob, budget: Budget) -> Iterator[Fact]:
    """Texts of the metadata are stated by the reader that judges, and taken over by ``bom.extract``."""
    yield MEASURED.says(blob.whole(), MODEL, Trait.FORMAT, "coreml")
    for part in coreml_signature.parts_of(blob.view, blob.size, budget):
        match part:
            case coreml_signature.Version():
                yield DECLARED.says(
                    blob.whole(), MODEL, Trait.FRAMEWORK, part.number, name="coreml specification"
                )
            case coreml_signature.Value():
                name = label_of(part.name, 200)
                if name and part.form:
                    place = blob.at(part.at, part.end - part.at)
                    trait = Trait.INPUT if part.is_input else Trait.OUTPUT
                    note = line_of(part.description)
                    yield DECLARED.says(
                        place, MODEL, trait, f"{part.form}: {note}" if note else part.form, name=name
                    )


def _form(kind: str, shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return kind
    return f"{kind}[{', '.join('?' if n < 0 else str(n) for n in shape)}]"


def _counted(blob: Blob, tensors: list[tuple[str, str, tuple[int, ...]]]) -> Iterator[Fact]:
    """Count what is stored; sizes that cannot be are no sizes."""
    entries: list[Entry] = []
    for number, (name, kind, shape) in enumerate(tensors[:_MOST]):
        elements = 1
        for size in shape:
            elements *= size if 0 <= size <= _LARGEST else 0
        if elements <= _LARGEST and kind != "string":
            entries.append(Entry(f"{number}:{name}", kind, shape, elements))
    if not entries:
        return
    count, scope = count_of(entries), file_of(blob)
    yield MEASURED.says(blob.whole(), MODEL, Trait.PARAMETERS, count.parameters, scope=scope)
    for dtype, elements in count.elements:
        yield MEASURED.says(blob.whole(), MODEL, Trait.ELEMENTS, elements, name=dtype, scope=scope)
