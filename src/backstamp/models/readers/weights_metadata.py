"""Says what the free metadata of safetensors means: training by kohya's scripts, and modelspec.

Sources: kohya-ss/sd-scripts (``ss_*``), "Stability AI Model Metadata Standard" 1.0 (``modelspec.*``).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import isfinite

from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Relation, Scalar, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree
from backstamp.formats.json_text import tree_of
from backstamp.models.readers.stating import RUN, count_of, is_local, label_of, line_of, worded

_FRAMEWORKS = {
    "pt": "pytorch",
    "tf": "tensorflow",
    "flax": "flax",
    "mlx": "mlx",
    "np": "numpy",
    "paddle": "paddle",
}
_LARGE = 1 << 20
_MOST_DATASETS = 200
_SPEC = {
    "title": Trait.NAME, "author": Trait.AUTHOR, "license": Trait.LICENSE, "date": Trait.RELEASED,
    "description": Trait.DESCRIPTION, "architecture": Trait.ARCHITECTURE, "usage_hint": Trait.USE,
}  # fmt: skip
_SPEC_IGNORED = frozenset(
    {"sai_model_spec", "thumbnail", "hash_sha256", "tags", "merged_from", "implementation"}
)
# Of kohya's entries, those which are no settings: places, hashes, structures, or said otherwise.
_NO_SETTINGS = frozenset({
    "ss_dataset_dirs", "ss_reg_dataset_dirs", "ss_tag_frequency", "ss_datasets", "ss_bucket_info",
    "ss_sd_model_name",
    "ss_sd_model_hash", "ss_new_sd_model_hash", "ss_vae_hash", "ss_new_vae_hash", "ss_vae_name", "ss_steps",
    "ss_training_started_at", "ss_training_finished_at", "ss_seed", "ss_session_id", "ss_output_name",
    "ss_training_comment", "ss_num_train_images", "ss_base_model_version", "ss_v2",
})  # fmt: skip


def metadata_told(
    by: str, place: Location, part: Part, entries: tuple[tuple[str, str], ...]
) -> Iterator[Fact]:
    """State what the metadata of one file declares of its model or adapter, its training and its data."""
    found = {key: value for key, value in entries if len(value) <= _LARGE}
    tell = Teller(by, Method.DECLARED, 0.9)
    if framework := _FRAMEWORKS.get(found.get("format", "")):
        yield tell.says(place, part, Trait.FRAMEWORK, "", name=framework)
    yield from _modelspec(tell, place, part, found)
    if any(key.startswith("ss_") for key in found):
        yield from _kohya(tell, place, part, found)


def _modelspec(tell: Teller, place: Location, part: Part, found: dict[str, str]) -> Iterator[Fact]:
    for key, text in found.items():
        head, _, name = key.partition(".")
        if head != "modelspec" or not name:
            continue
        value = worded(text)
        if not value or name in _SPEC_IGNORED:
            continue
        trait = _SPEC.get(name)
        if trait is not None:
            yield tell.says(place, part, trait, value)
        elif name == "resolution":
            yield tell.says(place, part, Trait.OUTPUT, f"image of {line_of(text)}", name="image")
        elif name in ("prediction_type", "timestep_range", "encoder_layer", "trigger_phrase"):
            yield tell.says(place, part, Trait.SETTING, line_of(text), name=name)
    if digest := line_of(found.get("modelspec.hash_sha256", "")):
        yield tell.says(place, part, Trait.IDENTIFIER, digest, name="modelspec-hash")
    if library := line_of(found.get("modelspec.implementation", "")):
        yield tell.says(place, part, Trait.LINK if "://" in library else Trait.TAG, library)
    for tag in _split(found.get("modelspec.tags", "")):
        yield tell.says(place, part, Trait.TAG, tag)
    for name in _split(found.get("modelspec.merged_from", "")):
        if target := _named(name):
            yield tell.links(place, part, Relation.DERIVED_FROM, target, manner="merge")


def _split(text: str) -> Iterator[str]:
    for each in text[:4000].split(",")[:64]:
        if name := line_of(each):
            yield name


def _kohya(tell: Teller, place: Location, part: Part, found: dict[str, str]) -> Iterator[Fact]:
    yield tell.links(place, part, Relation.MADE_BY, RUN)
    if base := _base_of(found):
        digest = found.get("ss_new_sd_model_hash", "")
        revision = f"sha256:{digest}" if len(digest) == 64 and not digest.strip("0123456789abcdef") else ""
        manner = "adapter" if part.kind is Kind.ADAPTER else "finetune"
        yield tell.links(place, part, Relation.DERIVED_FROM, base, manner=manner, revision=revision)
    if name := line_of(found.get("ss_output_name", "")):
        yield tell.says(place, part, Trait.NAME, name)
    if family := line_of(found.get("ss_base_model_version", "")):
        yield tell.says(place, part, Trait.FAMILY, family)
    for key, text in found.items():
        if key.startswith("ss_") and key not in _NO_SETTINGS and (value := _setting(text)) is not None:
            yield tell.says(place, RUN, Trait.SETTING, value, name=label_of(key[3:], 100))
    if (steps := _number(found.get("ss_steps", ""))) is not None:
        yield tell.says(place, RUN, Trait.STEPS, steps)
    if (seed := _number(found.get("ss_seed", ""))) is not None:
        yield tell.says(place, RUN, Trait.SEED, seed)
    for key, trait in (("started", Trait.STARTED), ("finished", Trait.FINISHED)):
        if moment := _moment(found.get(f"ss_training_{key}_at", "")):
            yield tell.says(place, RUN, trait, moment)
    if note := worded(found.get("ss_training_comment", "")):
        yield tell.says(place, RUN, Trait.TRAINING_NOTE, note)
    yield from _datasets(tell, place, part, found)


def _base_of(found: dict[str, str]) -> Part | None:
    text = found.get("ss_sd_model_name", "").strip()
    if not line_of(text):
        return None
    return _named(text)


def _named(text: str) -> Part | None:
    """Name a base model: a hub name, or a file whose folders are left out."""
    name = line_of(text.strip().replace("\\", "/"))
    if not name:
        return None
    if name.lower().endswith((".safetensors", ".ckpt", ".pt", ".bin", ".gguf")) or is_local(name):
        last = name.rstrip("/").rsplit("/", 1)[-1]
        return Part(Kind.MODEL, f"name:{last}") if last else None
    return named_part(Kind.MODEL, name) if "/" in name else Part(Kind.MODEL, f"name:{name}")


def _datasets(tell: Teller, place: Location, part: Part, found: dict[str, str]) -> Iterator[Fact]:
    """Image folders: how many images each has, and which tags are the commonest."""
    folders = _object(found.get("ss_dataset_dirs", ""))
    frequent = _object(found.get("ss_tag_frequency", ""))
    for name in [*dict.fromkeys((*folders, *frequent))][:_MOST_DATASETS]:
        short = line_of(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
        if not short:
            continue
        data = Part(Kind.DATASET, f"#{short}")
        yield tell.links(place, part, Relation.TRAINED_ON, data)
        yield tell.says(place, data, Trait.NAME, short)
        entry = folders.get(name)
        if isinstance(entry, dict):
            if (rows := count_of(entry.get("img_count"))) is not None:
                yield tell.says(place, data, Trait.ROWS, rows)
            if (repeats := count_of(entry.get("n_repeats"))) is not None:
                yield tell.says(place, data, Trait.WEIGHT, repeats)
        if tags := _commonest(frequent.get(name)):
            yield tell.says(place, data, Trait.CONTENT, f"images tagged {tags}")
    total = _number(found.get("ss_num_train_images", ""))
    if total is not None:
        yield tell.says(place, RUN, Trait.SETTING, total, name="num_train_images")


def _commonest(tags: Json) -> str:
    if not isinstance(tags, dict):
        return ""
    counted = [(n, tag) for tag, v in tags.items() if (n := count_of(v)) is not None]
    top = sorted(counted, key=lambda item: (-item[0], item[1]))[:20]
    return ", ".join(f"{line_of(tag, 60)} ({n})" for n, tag in top if line_of(tag, 60))


def _object(text: str) -> Tree:
    try:
        tree = tree_of(text) if text.lstrip().startswith("{") else {}
    except ReadError:
        return {}
    return tree if isinstance(tree, dict) else {}


def _setting(text: str) -> Scalar | None:
    if (number := _number(text)) is not None:
        return number
    if text in ("True", "False"):
        return text == "True"
    if is_local(text):
        return None
    return line_of(text, 400) or None


def _number(text: str) -> int | float | None:
    held = text.strip()
    if not held or len(held) > 40 or not set(held) <= set("0123456789+-.eE"):
        return None
    try:
        number = int(held) if held.lstrip("+-").isdigit() else float(held)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _moment(text: str) -> str:
    """Write seconds since 1970 as a date; what is no such number is no moment."""
    seconds = _number(text)
    if seconds is None or not 0 < seconds < 1 << 33:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
