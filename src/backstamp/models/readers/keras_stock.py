"""Takes stock of Keras: configurations, compilation, versions; parameters of HDF5 files by count."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Method, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at
from backstamp.formats import hdf5
from backstamp.formats.json_text import tree_of
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import MODEL, RUN, file_of, label_of, line_of, scalar_of

_BY = "keras/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
MEASURED = Teller(_BY, Method.MEASURED, 1.0)
_MOST = 200_000
_LARGEST = 1 << 24
_WITHOUT = ("/optimizer", "/optimizer_weights", "/_optimizer")
_TYPES = {
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "i4": "int32",
    "i8": "int64",
    "u1": "uint8",
    "i1": "int8",
}


class KerasStockReader:
    """States what an HDF5 file of Keras holds and declares."""

    name = "keras-stock"
    version = 1
    kinds = frozenset({"hdf5"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield versions and configuration from the attributes, then counts."""
        entries: list[Entry] = []
        is_keras = blob.name.endswith(".weights.h5")
        for part in hdf5.parts_of(blob.view, budget):
            if isinstance(part, hdf5.Attribute) and part.owner == "" and part.texts:
                is_keras |= part.name in ("keras_version", "layer_names", "model_config")
                yield from _attribute(blob, part)
            elif isinstance(part, hdf5.Dataset) and not part.owner.startswith(_WITHOUT):
                elements = 1
                for size in part.shape:
                    elements *= size
                if part.dtype in _TYPES and len(entries) < _MOST and elements < 1 << 60:
                    entries.append(
                        Entry(f"{len(entries)}:{part.owner}", _TYPES[part.dtype], part.shape, elements)
                    )
        if is_keras and entries:
            count, scope = count_of(entries), file_of(blob)
            yield MEASURED.says(blob.whole(), MODEL, Trait.FORMAT, "keras hdf5")
            yield MEASURED.says(blob.whole(), MODEL, Trait.PARAMETERS, count.parameters, scope=scope)
            for dtype, elements in count.elements:
                yield MEASURED.says(blob.whole(), MODEL, Trait.ELEMENTS, elements, name=dtype, scope=scope)


READER = KerasStockReader()


def _attribute(blob: Blob, part: hdf5.Attribute) -> Iterator[Fact]:
    start, end = part.texts[0]
    if end - start > _LARGEST:
        return
    text = str(blob.view[start:end], "utf-8", "replace").strip("\0")
    place = blob.at(start, end - start)
    if part.name == "keras_version" and line_of(text):
        yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, line_of(text), name="keras")
    elif part.name == "backend" and line_of(text):
        yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, "", name=label_of(text))
    elif part.name in ("model_config", "training_config"):
        try:
            tree = tree_of(text)
        except ReadError:
            return
        if isinstance(tree, dict):
            told = _model(tree, place) if part.name == "model_config" else _compiled(tree, place)
            yield from told


def keras_config_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the ``config.json`` of a ``.keras`` file."""
    yield MEASURED.says(blob.whole(), MODEL, Trait.FORMAT, "keras")
    yield from _model(tree, blob.at_pointer(""))
    if compiled := tree_at(tree, "compile_config"):
        yield from _compiled(compiled, blob.at_pointer("/compile_config"))


def keras_metadata_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the ``metadata.json`` of a ``.keras`` file."""
    if version := line_of(text_at(tree, "keras_version")):
        yield DECLARED.says(blob.at_pointer("/keras_version"), MODEL, Trait.FRAMEWORK, version, name="keras")
    date = text_at(tree, "date_saved")  # 2025-01-31@12:00:00
    if "keras_version" in tree and len(date) == 20 and date[10] == "@":
        tell = Teller(_BY, Method.DECLARED, 0.7)
        yield tell.says(blob.at_pointer("/date_saved"), MODEL, Trait.RELEASED, line_of(date[:10]))


def is_keras(tree: Tree) -> bool:
    """Say whether a ``config.json`` is that of a Keras model."""
    return isinstance(tree.get("class_name"), str) and isinstance(tree.get("config"), dict)


def _model(tree: Tree, place: Location) -> Iterator[Fact]:
    if name := line_of(text_at(tree, "class_name")):
        yield DECLARED.says(place, MODEL, Trait.ARCHITECTURE, name)
    title = line_of(text_at(tree, "config", "name"))
    if title and title.rstrip("_0123456789") not in ("sequential", "model", "functional"):
        yield Teller(_BY, Method.DECLARED, 0.6).says(place, MODEL, Trait.NAME, title)
    layers = list_at(tree, "config", "layers")
    kinds: dict[str, int] = {}
    for layer in layers[:10_000]:
        kind = line_of(text_at(layer, "class_name"), 60)
        if kind:
            kinds[kind] = kinds.get(kind, 0) + 1
        if kind == "InputLayer":
            yield from _input(layer, place)
    if kinds:
        shown = ", ".join(f"{kind} {n}" for kind, n in list(kinds.items())[:40])
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, len(layers), name="layers")
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, shown, name="layer kinds")
    shape = list_at(tree, "build_config", "input_shape")
    if shape and not any(kind == "InputLayer" for kind in kinds):
        yield DECLARED.says(place, MODEL, Trait.INPUT, f"array{_shape(shape)}", name="input")


def _input(layer: Json, place: Location) -> Iterator[Fact]:
    config = tree_at(layer, "config")
    shape = list_at(config, "batch_shape") or list_at(config, "batch_input_shape")
    kind = line_of(text_at(config, "dtype"), 40) or "array"
    name = label_of(text_at(config, "name")) or "input"
    if shape:
        yield DECLARED.says(place, MODEL, Trait.INPUT, f"{kind}{_shape(shape)}", name=name)


def _shape(sizes: list[Json]) -> str:
    return f"[{', '.join(str(n) if isinstance(n, int) else '?' for n in sizes[:64])}]"


def _compiled(tree: Tree, place: Location) -> Iterator[Fact]:
    """What a model was compiled with: optimizer with its numbers, loss, metrics."""
    optimizer = tree_at(tree, "optimizer") or tree_at(tree, "optimizer_config")
    name = line_of(text_at(optimizer, "class_name")) or line_of(text_at(tree, "optimizer"))
    if name:
        yield Teller(_BY, Method.DERIVED, 0.9).links(place, MODEL, Relation.MADE_BY, RUN)
        yield DECLARED.says(place, RUN, Trait.SETTING, name, name="optimizer")
    for key, value in tree_at(optimizer, "config").items():
        if key not in ("name", "class_name") and (shown := scalar_of(value, 200)) is not None:
            yield DECLARED.says(place, RUN, Trait.SETTING, shown, name=label_of(key))
    for key in ("loss", "metrics"):
        value = tree.get(key)
        shown = line_of(text_at(value, "class_name")) if isinstance(value, dict) else scalar_of(value, 200)
        if shown:
            yield DECLARED.says(place, RUN, Trait.SETTING, shown, name=key)
