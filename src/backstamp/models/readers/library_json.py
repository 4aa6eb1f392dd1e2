"""Says what other libraries write beside models: timm, OpenCLIP, diffusers, spaCy, Llama, shard indexes."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, tree_at, trees_at
from backstamp.models.readers.architecture_words import is_dimension, is_of_model
from backstamp.models.readers.config_json import numbers_told, parent_told
from backstamp.models.readers.stating import (
    MODEL,
    count_of,
    each_of,
    folder_of,
    label_of,
    line_of,
    listed,
    names_of,
    scalar_of,
    worded,
)

_BY = "library/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_MOST = 500


def timm_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what the ``config.json`` of a timm model declares."""
    if name := line_of(text_at(tree, "architecture")):
        yield DECLARED.says(blob.at_pointer("/architecture"), MODEL, Trait.ARCHITECTURE, name)
    yield DECLARED.says(blob.whole(), MODEL, Trait.FRAMEWORK, "", name="timm")
    yield DECLARED.says(blob.whole(), MODEL, Trait.MODALITY, "image")
    if classes := count_of(tree.get("num_classes")):
        yield DECLARED.says(
            blob.at_pointer("/num_classes"), MODEL, Trait.OUTPUT, f"{classes} classes", name="classes"
        )
    if features := count_of(tree.get("num_features")):
        place = blob.at_pointer("/num_features")
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, features, name="num_features")
    config = tree_at(tree, "pretrained_cfg")
    size = list_at(config, "input_size")
    if len(size) == 3 and all(isinstance(n, int) for n in size):
        form = f"image of {size[1]} x {size[2]} pixels, {size[0]} channels"
        yield DECLARED.says(
            blob.at_pointer("/pretrained_cfg/input_size"), MODEL, Trait.INPUT, form, name="image"
        )
    for key in ("mean", "std", "interpolation", "crop_pct", "crop_mode"):
        if key in config and (value := scalar_of(config[key])) is not None:
            place = blob.at_pointer(f"/pretrained_cfg/{key}")
            yield DECLARED.says(place, MODEL, Trait.PREPROCESSING, f"{key}: {value}")
    for key, trait in (("license", Trait.LICENSE), ("tag", Trait.VERSION)):
        if value := line_of(text_at(config, key)):
            yield DECLARED.says(blob.at_pointer(f"/pretrained_cfg/{key}"), MODEL, trait, value)
    for key, kind in (("origin_url", "vcs"), ("paper_name", ""), ("paper_ids", "paper")):
        if kind and (value := line_of(text_at(config, key))) and "://" in value:
            yield DECLARED.says(
                blob.at_pointer(f"/pretrained_cfg/{key}"), MODEL, Trait.LINK, value, name=kind
            )


def open_clip_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``open_clip_config.json`` declares."""
    model = tree_at(tree, "model_cfg")
    if not model:
        return
    yield DECLARED.says(blob.whole(), MODEL, Trait.FRAMEWORK, "", name="open_clip")
    for modality in ("image", "text"):
        yield DECLARED.says(blob.at_pointer("/model_cfg"), MODEL, Trait.MODALITY, modality)
    yield from numbers_told(model, blob, "/model_cfg", "", 0)
    if size := count_of(model.get("embed_dim")):
        place = blob.at_pointer("/model_cfg/embed_dim")
        yield DECLARED.says(place, MODEL, Trait.OUTPUT, f"vector of {size} numbers", name="embedding")
    for key, value in tree_at(tree, "preprocess_cfg").items():
        if (shown := scalar_of(value)) is not None:
            place = blob.at_pointer(f"/preprocess_cfg/{escaped(key)}")
            yield DECLARED.says(place, MODEL, Trait.PREPROCESSING, f"{label_of(key)}: {shown}")


def diffusers_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what a diffusers index, or the configuration of one of its parts, declares."""
    is_index = blob.name == "model_index.json"
    prefix = "" if is_index else f"{label_of(folder_of(blob))}."
    name = line_of(text_at(tree, "_class_name"))
    if name and is_index:
        yield DECLARED.says(blob.at_pointer("/_class_name"), MODEL, Trait.ARCHITECTURE, name)
    elif name:
        yield DECLARED.says(
            blob.at_pointer("/_class_name"), MODEL, Trait.DIMENSION, name, name=f"{prefix}class"
        )
    if version := line_of(text_at(tree, "_diffusers_version")):
        place = blob.at_pointer("/_diffusers_version")
        yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, version, name="diffusers")
    if is_index:
        yield from parent_told(tree, blob)
        for key, value in list(tree.items())[:_MOST]:
            if not key.startswith("_") and isinstance(value, list) and len(value) == 2:
                shown = ".".join(names_of(value))
                if shown:
                    place = blob.at_pointer(f"/{escaped(key)}")
                    yield DECLARED.says(place, MODEL, Trait.DIMENSION, shown, name=f"part {label_of(key)}")
        return
    for key, value in tree.items():
        if is_dimension(key, value) and (number := scalar_of(value, 200)) is not None:
            place = blob.at_pointer(f"/{escaped(key)}")
            yield DECLARED.says(place, MODEL, Trait.DIMENSION, number, name=prefix + label_of(key))


def spacy_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what the ``meta.json`` of a spaCy pipeline declares."""
    if "spacy_version" not in tree or "pipeline" not in tree:
        return
    lang, name = line_of(text_at(tree, "lang")), line_of(text_at(tree, "name"))
    if name:
        full = f"{lang}_{name}" if lang else name
        yield DECLARED.says(blob.at_pointer("/name"), MODEL, Trait.NAME, full)
    for key, trait in (
        ("lang", Trait.LANGUAGE),
        ("version", Trait.VERSION),
        ("license", Trait.LICENSE),
        ("author", Trait.AUTHOR),
        ("description", Trait.DESCRIPTION),
    ):
        if value := worded(text_at(tree, key)):
            yield DECLARED.says(blob.at_pointer(f"/{key}"), MODEL, trait, value)
    if url := line_of(text_at(tree, "url")):
        yield DECLARED.says(blob.at_pointer("/url"), MODEL, Trait.LINK, url, name="website")
    if version := line_of(text_at(tree, "spacy_version")):
        yield DECLARED.says(blob.at_pointer("/spacy_version"), MODEL, Trait.FRAMEWORK, version, name="spacy")
    parts = list_at(tree, "pipeline")
    if shown := listed(names_of(parts), len(parts)):
        yield DECLARED.says(blob.at_pointer("/pipeline"), MODEL, Trait.DIMENSION, shown, name="pipeline")
    yield from _performance(tree_at(tree, "performance") or tree_at(tree, "accuracy"), blob)
    yield from _sources(tree, blob)
    for key, labels in tree_at(tree, "labels").items():
        found = [v for v in labels if isinstance(v, str)] if isinstance(labels, list) else []
        if shown := listed(found, len(found)):
            place = blob.at_pointer(f"/labels/{escaped(key)}")
            yield DECLARED.says(
                place, MODEL, Trait.OUTPUT, f"{len(found)} labels: {shown}", name=label_of(key)
            )
    for key in ("width", "vectors", "keys"):
        if count := count_of(tree_at(tree, "vectors").get(key)):
            place = blob.at_pointer(f"/vectors/{key}")
            yield DECLARED.says(place, MODEL, Trait.DIMENSION, count, name=f"vectors.{key}")


def _performance(tree: Tree, blob: Blob) -> Iterator[Fact]:
    for key, value in list(tree.items())[:_MOST]:
        if isinstance(value, int | float) and (number := scalar_of(value)) is not None:
            place = blob.at_pointer(f"/performance/{escaped(key)}")
            yield DECLARED.says(place, MODEL, Trait.METRIC, number, name=label_of(key))


def _sources(tree: Tree, blob: Blob) -> Iterator[Fact]:
    for index, source in enumerate(trees_at(tree, "sources")):
        name = line_of(text_at(source, "name"))
        if not name or index >= _MOST:
            continue
        data, place = Part(Kind.DATASET, f"#{name}"), blob.at_pointer(f"/sources/{index}")
        yield DECLARED.links(place, MODEL, Relation.TRAINED_ON, data)
        yield DECLARED.says(place, data, Trait.NAME, name)
        for key, trait in (("license", Trait.LICENSE), ("author", Trait.AUTHOR)):
            if value := line_of(text_at(source, key)):
                yield DECLARED.says(place, data, trait, value)
        if url := line_of(text_at(source, "url")):
            yield DECLARED.says(place, data, Trait.LINK, url, name="website")


def params_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the numbers of ``params.json`` (Llama and Mistral as their makers publish them)."""
    if is_of_model(frozenset(tree)):
        yield from numbers_told(tree, blob, "", "", 0)


def index_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what the index of shards declares: bytes, parameters, files."""
    shards = tree_at(tree, "weight_map")
    if not shards:
        return
    tell = Teller(_BY, Method.DECLARED, 0.9)
    metadata = tree_at(tree, "metadata")
    parameters = count_of(metadata.get("total_parameters"))
    if parameters:
        place = blob.at_pointer("/metadata/total_parameters")
        yield tell.says(place, MODEL, Trait.PARAMETERS, parameters)
    if size := count_of(metadata.get("total_size")):
        place = blob.at_pointer("/metadata/total_size")
        yield tell.says(place, MODEL, Trait.DIMENSION, size, name="total_size")
    files = {v for v in shards.values() if isinstance(v, str)}
    yield tell.says(blob.at_pointer("/weight_map"), MODEL, Trait.DIMENSION, len(files), name="shards")
    yield tell.says(blob.at_pointer("/weight_map"), MODEL, Trait.DIMENSION, len(shards), name="tensors")


def skops_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the versions that the ``schema.json`` of a skops file was written by."""
    for key, name in (("_skops_version", "skops"), ("protocol", "skops protocol")):
        value: Json = tree.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and line_of(str(value)):
            place = blob.at_pointer(f"/{key}")
            yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, line_of(str(value)), name=name)
    if name := line_of(text_at(tree, "__class__")):
        yield DECLARED.says(blob.at_pointer("/__class__"), MODEL, Trait.ARCHITECTURE, name)
    yield from each_of(DECLARED, blob, MODEL, Trait.SETTING, tree_at(tree, "get_params"), under="/get_params")
