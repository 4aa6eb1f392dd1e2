"""Reads Keras configurations: JSON files, and the JSON inside HDF5 files and SavedModels."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import keras
from backstamp.formats.json_text import is_too_rich
from backstamp.formats.protobuf import LENGTH, fields_of
from backstamp.models.facts.graph import GraphText
from backstamp.models.facts.keras import KerasObject

_LARGEST = 256 * 1024 * 1024
_SURE = 1024 * 1024  # up to this size a look first saves nothing


class KerasReader:
    """Reads a configuration that stands alone, and ``keras_metadata.pb``."""

    name = "keras"
    version = 1
    kinds = frozenset({"keras-config", "keras-metadata"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the objects of a configuration."""
        if blob.size and blob.view[0] == 0x0A:
            yield from _metadata(blob, budget)
            return
        if not blob.is_whole or blob.size > _LARGEST:
            yield Unread("configuration is too large to be held")
            return
        text = blob.head(blob.size)
        if blob.size > _SURE and not keras.may_be_configuration(text):
            yield Explained(0, blob.size)
            return
        if is_too_rich(text):
            yield Unread("configuration of too many values to be held")
            return
        try:
            root = keras.parsed(text)
        except ReadError as error:
            if blob.name.lower().endswith("config.json"):
                yield Unread(error.message)
            return
        if keras.is_configuration(root):
            yield from _objects(blob, root, budget, "json", None)
        yield Explained(0, blob.size)


READER = KerasReader()


def statements_of(blob: Blob, start: int, end: int, budget: Budget, *, container: str) -> Iterator[Statement]:
    """Yield statements about the configuration in a run of a blob's bytes, if it is JSON."""
    text = bytes(blob.view[start:end]).strip(b" \0\r\n\t")
    if text[:1] != b"{":
        return
    try:
        root = keras.parsed(text)
    except ReadError as error:
        yield Unread(error.message)
        return
    yield from _objects(blob, root, budget, container, (start, end))


def _objects(
    blob: Blob, root: object, budget: Budget, container: str, run: tuple[int, int] | None
) -> Iterator[Statement]:
    """Facts for the distinct objects of a configuration, in its order; bytecode becomes members."""
    counted: dict[tuple[object, ...], tuple[keras.Layer, list[int]]] = {}
    codes: dict[bytes, str] = {}
    texts: dict[tuple[str, str], str] = {}
    for layer in keras.layers_of(root, budget):
        key = (
            layer.class_name,
            layer.module,
            layer.registered_name,
            layer.function,
            layer.paths,
            layer.repeated,
        )
        counted.setdefault((*key, bool(layer.codes)), (layer, [0]))[1][0] += 1
        for code in layer.codes:
            codes.setdefault(code, layer.pointer)
        for pair in layer.texts:
            texts.setdefault(pair, layer.pointer)
    for layer, (count,) in counted.values():
        yield KerasObject(
            place=blob.at(run[0], run[1] - run[0]) if run else blob.at_pointer(layer.pointer),
            class_name=layer.class_name[:256],
            module=layer.module[:256],
            registered_name=layer.registered_name[:256],
            function=layer.function,
            paths=layer.paths,
            has_code=bool(layer.codes),
            repeated=layer.repeated,
            container=container,
            count=count,
        )
    for (name, text), pointer in texts.items():
        place = blob.at(run[0], run[1] - run[0]) if run else blob.at_pointer(pointer)
        yield GraphText(place=place, format="keras", key=name, text=text)
    for number, code in enumerate(codes):
        yield Member(Blob(code, path=(*blob.path, f"lambda-{number}")), kinds=("marshal",))


def _metadata(blob: Blob, budget: Budget) -> Iterator[Statement]:
    """SavedMetadata: nodes (1) with identifier (4) and metadata (5)."""
    for node in fields_of(blob.view, 0, blob.size, budget):
        if node.number != 1 or node.wire != LENGTH:
            continue
        for field in fields_of(blob.view, node.start, node.end, budget):
            if field.number == 5 and field.wire == LENGTH:
                yield from statements_of(blob, field.start, field.end, budget, container="savedmodel")
    yield Explained(0, blob.size)
