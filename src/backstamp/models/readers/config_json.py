"""Says what ``config.json`` declares of a model: class, numbers, precision, quantisation, parent, classes."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.fact import Fact
from backstamp.core.supply import (
    Kind,
    Method,
    Part,
    Relation,
    Teller,
    Trait,
    is_commit,
    is_hub_name,
    named_part,
)
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, tree_at
from backstamp.models.readers.architecture_words import (
    forms_of,
    is_dimension,
    is_of_model,
    is_setting,
    task_of,
)
from backstamp.models.readers.stating import (
    MODEL,
    each_of,
    folder_of,
    is_local,
    label_of,
    line_of,
    listed,
    names_of,
    scalar_of,
)

_BY = "config/1"
_DEEPEST = 3
_MOST_LABELS = 100_000
_VAGUE = frozenset(
    {
        "",
        "model",
        "models",
        "output",
        "outputs",
        "checkpoint",
        "ckpt",
        "weights",
        "main",
        "src",
        "pytorch",
        "onnx",
    }
)
_MODALITIES = {
    "vision": "image",
    "image": "image",
    "audio": "audio",
    "text": "text",
    "speech": "audio",
    "video": "video",
}
_LENGTHS = frozenset({"max_position_embeddings", "n_positions"})
_PARTS = frozenset({"encoder", "decoder"})
_NO_PARTS = frozenset({"quantization_config", "compression_config", "dist_config", "generation_config"})
_FLAGS = ("tie_word_embeddings", "is_encoder_decoder", "is_decoder", "use_cache", "gradient_checkpointing")
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
DERIVED = Teller(_BY, Method.DERIVED, 0.8)


def config_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what a transformers configuration declares; nothing for a configuration of something else."""
    if not is_of_model(frozenset(tree)):
        return
    yield from _identity(tree, blob)
    yield from numbers_told(tree, blob, "", "", 0)
    yield from _flags(tree, blob)
    yield from parent_told(tree, blob)
    yield from labels_told(tree, blob)
    for key in ("quantization_config", "compression_config"):
        if quantization := tree_at(tree, key):
            yield from quantization_told(quantization, blob, f"/{key}")


def _identity(tree: Tree, blob: Blob) -> Iterator[Fact]:
    if family := line_of(text_at(tree, "model_type")):
        yield DECLARED.says(blob.at_pointer("/model_type"), MODEL, Trait.FAMILY, family)
    tasks: dict[str, int] = {}
    for index, name in enumerate(names_of(list_at(tree, "architectures")[:16])):
        yield DECLARED.says(blob.at_pointer(f"/architectures/{index}"), MODEL, Trait.ARCHITECTURE, name)
        tasks.setdefault(task_of(name), index)
    for task, index in tasks.items():
        if task:
            is_said = not _LENGTHS.isdisjoint(tree)
            yield from task_told(blob, f"/architectures/{index}", task, is_length_said=is_said)
    for key, name in (
        ("transformers_version", "transformers"),
        ("peft_version", "peft"),
        ("unsloth_version", "unsloth"),
    ):
        if version := line_of(text_at(tree, key)):
            yield DECLARED.says(blob.at_pointer(f"/{key}"), MODEL, Trait.FRAMEWORK, version, name=name)
    if problem := line_of(text_at(tree, "problem_type")):
        place = blob.at_pointer("/problem_type")
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, problem, name="problem_type")
    if task := line_of(text_at(tree, "finetuning_task")):
        yield DECLARED.says(blob.at_pointer("/finetuning_task"), MODEL, Trait.TASK, task)


def task_told(blob: Blob, pointer: str, task: str, *, is_length_said: bool = False) -> Iterator[Fact]:
    """State a task that follows from a class, with what goes in and comes out.

    Where the length of texts is known, the input is said with it.
    """
    place = blob.at_pointer(pointer)
    tell = Teller(_BY, Method.DERIVED, 0.7)
    yield tell.says(place, MODEL, Trait.TASK, task)
    taken, given = forms_of(task)
    if taken:
        if taken != "text" or not is_length_said:
            yield tell.says(place, MODEL, Trait.INPUT, taken, name=taken)
        yield tell.says(place, MODEL, Trait.OUTPUT, given, name="result")
        yield tell.says(place, MODEL, Trait.MODALITY, taken)


def numbers_told(tree: Tree, blob: Blob, pointer: str, prefix: str, depth: int) -> Iterator[Fact]:
    """State the numbers of a configuration, and those of its parts under their names."""
    for key, value in tree.items():
        place = blob.at_pointer(f"{pointer}/{escaped(key)}")
        name = prefix + label_of(key)
        if is_dimension(key, value) and (number := scalar_of(value, 200)) is not None:
            shown = number.removeprefix("torch.") if isinstance(number, str) else number
            yield DECLARED.says(place, MODEL, Trait.DIMENSION, shown, name=name)
            if key in _LENGTHS and not prefix and not isinstance(value, list):
                yield DERIVED.says(place, MODEL, Trait.INPUT, f"text of up to {value} tokens", name="text")
        elif isinstance(value, int | float) and is_setting(key) and (number := scalar_of(value)) is not None:
            yield DECLARED.says(place, MODEL, Trait.SETTING, number, name=name)
        elif isinstance(value, dict) and depth < _DEEPEST:
            yield from _inner(key, value, blob, f"{pointer}/{escaped(key)}", name, depth)


def _inner(key: str, tree: Tree, blob: Blob, pointer: str, name: str, depth: int) -> Iterator[Fact]:
    if key in ("rope_scaling", "rope_parameters"):
        yield from each_of(DECLARED, blob, MODEL, Trait.DIMENSION, tree, under=pointer, prefix=f"{name}.")
    elif key in _PARTS or (key.endswith(("_config", "_cfg")) and key not in _NO_PARTS):
        word = key.partition("_")[0]
        if family := line_of(text_at(tree, "model_type")):
            place = blob.at_pointer(f"{pointer}/model_type")
            yield DECLARED.says(place, MODEL, Trait.DIMENSION, family, name=f"{name}.model_type")
        if depth == 0 and word in _MODALITIES:
            yield DERIVED.says(blob.at_pointer(pointer), MODEL, Trait.MODALITY, _MODALITIES[word])
        yield from numbers_told(tree, blob, pointer, f"{name}.", depth + 1)


def _flags(tree: Tree, blob: Blob) -> Iterator[Fact]:
    for key in _FLAGS:
        if isinstance(value := tree.get(key), bool):
            yield DECLARED.says(blob.at_pointer(f"/{key}"), MODEL, Trait.FLAG, value, name=key)
    mapping = tree.get("auto_map")
    if isinstance(mapping, dict) and mapping:
        targets = [v for v in mapping.values() if isinstance(v, str)]
        shown = listed(targets, len(targets)) or "yes"
        yield DECLARED.says(blob.at_pointer("/auto_map"), MODEL, Trait.FLAG, shown, name="remote_code")


def parent_told(tree: Tree, blob: Blob, key: str = "_name_or_path") -> Iterator[Fact]:
    """State what a model was loaded from when it was saved: mostly the parent it was made from.

    The same key names the model itself where it was saved again under its own name: nothing is said then.
    """
    text = text_at(tree, key).strip()
    target = named_part(Kind.MODEL, text) if text and not is_local(text) else None
    if target is None or not target.key.startswith("huggingface:") or not line_of(text):
        return
    own = folder_of(blob)
    if "/" not in text and (
        not is_hub_name(text) or text.casefold() in _VAGUE or text.startswith("checkpoint")
    ):
        return
    last = text.rpartition("/")[2]
    if own.casefold() in (
        last.casefold(),
        text.replace("/", "--").casefold(),
    ) or f"models--{text.replace('/', '--')}" in (blob.path[0] if blob.path else ""):
        return
    is_named = own.casefold() not in _VAGUE and not own.startswith("checkpoint") and not is_commit(own)
    confidence = (0.8 if is_named else 0.6) if "/" in text else 0.6
    tell = Teller(_BY, Method.DERIVED, confidence)
    yield tell.links(blob.at_pointer(f"/{key}"), MODEL, Relation.DERIVED_FROM, target)


def labels_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the classes that a model tells apart: how many, and their names if they have any."""
    for key in ("id2label", "label_names", "labels"):
        found = tree.get(key)
        values: list[Json] = (
            list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
        )
        if len(values) < 1 or len(values) > _MOST_LABELS or (key != "id2label" and len(values) < 2):
            continue
        names = [label_of(v, 60) for v in values[:_MOST_LABELS] if isinstance(v, str)]
        is_named = any(not name.startswith("LABEL_") for name in names)
        shown = f": {listed(names, len(names), 2000)}" if is_named and names else ""
        text = f"{len(values)} classes{shown}" if len(values) != 1 else f"one value{shown}"
        yield DECLARED.says(blob.at_pointer(f"/{key}"), MODEL, Trait.OUTPUT, text, name="classes")
        return
    if isinstance(count := tree.get("num_labels"), int) and not isinstance(count, bool) and count > 0:
        yield DECLARED.says(
            blob.at_pointer("/num_labels"), MODEL, Trait.OUTPUT, f"{count} classes", name="classes"
        )


def quantization_told(tree: Tree, blob: Blob, pointer: str, part: Part = MODEL) -> Iterator[Fact]:
    """State how weights were quantised: the method, its bits, and its other settings as they stand."""
    renamed = {"quant_method": "method", "w_bit": "bits", "q_group_size": "group_size", "wbits": "bits"}
    for key, value in tree.items():
        name = renamed.get(key, label_of(key))
        shown = scalar_of(value, 400)
        if shown is None or key in ("dataset", "model_name_or_path", "model_file_base_name", "tokenizer"):
            continue
        if value is False or value == []:
            continue
        place = blob.at_pointer(f"{pointer}/{escaped(key)}")
        yield DECLARED.says(place, part, Trait.QUANTIZATION, shown, name=name)
    for key, bits in (("load_in_4bit", 4), ("_load_in_4bit", 4), ("load_in_8bit", 8), ("_load_in_8bit", 8)):
        if tree.get(key) is True and "bits" not in tree:
            yield DECLARED.says(
                blob.at_pointer(f"{pointer}/{key}"), part, Trait.QUANTIZATION, bits, name="bits"
            )
            break
    if isinstance(data := tree.get("dataset"), str) and (name := line_of(data)) and not is_local(data):
        place = blob.at_pointer(f"{pointer}/dataset")
        yield DECLARED.says(place, part, Trait.QUANTIZATION, name, name="calibration data")
    yield from _groups(tree, blob, pointer, part)


def _groups(tree: Tree, blob: Blob, pointer: str, part: Part) -> Iterator[Fact]:
    """The schemes of compressed-tensors: bits and type of weights and activations, group by group."""
    for name, group in list(tree_at(tree, "config_groups").items())[:16]:
        for side in ("weights", "input_activations"):
            inner = tree_at(group, side)
            under = f"{pointer}/config_groups/{escaped(name)}/{side}"
            keys = ("num_bits", "type", "strategy", "group_size", "symmetric")
            prefix = f"{label_of(name)}.{side}."
            yield from each_of(
                DECLARED, blob, part, Trait.QUANTIZATION, inner, under=under, keys=keys, prefix=prefix
            )


def quantize_file_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``quantize_config.json`` of GPTQ and ``quant_config.json`` of AWQ set."""
    if {"bits", "w_bit", "group_size", "q_group_size", "quant_method"}.isdisjoint(tree):
        return
    yield from quantization_told(tree, blob, "")
