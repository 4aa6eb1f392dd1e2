"""Says what is done to images, sound and text before a model sees them, and how text is made with it."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.fact import Fact
from backstamp.core.supply import Method, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, text_at, tree_at
from backstamp.models.readers.stating import MODEL, label_of, line_of, scalar_of
from backstamp.models.readers.tokenizer_json import templates_told

_BY = "processor/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_STEPS = (
    "do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb", "do_pad", "image_mean",
    "image_std",
    "rescale_factor", "resample", "crop_size", "size", "feature_size", "padding_value", "n_fft", "hop_length",
    "chunk_length", "num_mel_bins", "nb_max_frames", "return_attention_mask", "patch_size", "merge_size",
    "temporal_patch_size", "max_pixels", "min_pixels", "image_seq_length", "n_samples", "do_reduce_labels",
)  # fmt: skip
_NOT_SAID = frozenset({"transformers_version", "_from_model_config", "trust_remote_code"})
_NESTED = ("image_processor", "feature_extractor", "video_processor", "audio_processor")


def preprocessor_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the steps and the form of the input."""
    yield from _processor(tree, blob, "")
    for key in _NESTED:
        if inner := tree_at(tree, key):
            yield from _processor(inner, blob, f"/{key}")
    if tree.get("auto_map"):
        yield DECLARED.says(
            blob.at_pointer("/auto_map"), MODEL, Trait.FLAG, True, name="processor_remote_code"
        )
    yield from templates_told(tree, blob)


def _processor(tree: Tree, blob: Blob, under: str) -> Iterator[Fact]:
    for key in ("image_processor_type", "feature_extractor_type", "video_processor_type", "processor_class"):
        if name := line_of(text_at(tree, key)):
            yield DECLARED.says(
                blob.at_pointer(f"{under}/{key}"), MODEL, Trait.PREPROCESSING, f"class: {name}"
            )
    for key in _STEPS:
        value = tree.get(key)
        if value is None or value is False:
            continue
        shown = _sized(value) if isinstance(value, dict) else scalar_of(value, 200)
        if shown is not None:
            place = blob.at_pointer(f"{under}/{key}")
            yield DECLARED.says(place, MODEL, Trait.PREPROCESSING, f"{key}: {shown}")
    yield from _input(tree, blob, under)


def _input(tree: Tree, blob: Blob, under: str) -> Iterator[Fact]:
    key = "crop_size" if tree.get("crop_size") and tree.get("do_center_crop") is not False else "size"
    if isinstance(rate := tree.get("sampling_rate"), int) and not isinstance(rate, bool) and rate > 0:
        place = blob.at_pointer(f"{under}/sampling_rate")
        yield DECLARED.says(place, MODEL, Trait.INPUT, f"sound of {rate} samples a second", name="audio")
        yield DECLARED.says(place, MODEL, Trait.MODALITY, "audio")
    elif "image_mean" in tree or "image_processor_type" in tree or "do_rescale" in tree:
        size = tree.get(key)
        shown = _sized(size) if isinstance(size, dict) else _square(size)
        place = blob.at_pointer(f"{under}/{key}" if shown else under)
        yield DECLARED.says(
            place, MODEL, Trait.INPUT, f"image of {shown}" if shown else "image", name="image"
        )
        yield DECLARED.says(place, MODEL, Trait.MODALITY, "image")


def _square(value: Json) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"{value} x {value} pixels"
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value):
        return f"{value[0]} x {value[1]} pixels"
    return ""


def _sized(value: Tree) -> str | None:
    """Write ``{"height": 224, "width": 224}`` and its like in words."""
    height, width = value.get("height"), value.get("width")
    if isinstance(height, int) and isinstance(width, int):
        return f"{height} x {width} pixels"
    if isinstance(edge := value.get("shortest_edge"), int):
        return f"{edge} pixels on the shorter side"
    plain = [f"{label_of(k, 40)} {v}" for k, v in list(value.items())[:8] if isinstance(v, int | float)]
    return ", ".join(plain) or None


def generation_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State how text is made with a model unless somebody says otherwise."""
    for key, value in tree.items():
        if key in _NOT_SAID or value is None:
            continue
        shown = scalar_of(value, 200)
        if shown is not None:
            place = blob.at_pointer(f"/{escaped(key)}")
            yield DECLARED.says(place, MODEL, Trait.SETTING, shown, name=f"generation.{label_of(key)}")
    if version := line_of(text_at(tree, "transformers_version")):
        place = blob.at_pointer("/transformers_version")
        tell = Teller(_BY, Method.DECLARED, 0.85)
        yield tell.says(place, MODEL, Trait.FRAMEWORK, version, name="transformers")
