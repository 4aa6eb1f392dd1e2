"""Configurations of training tools, recognised by their shape: what trains which model on which data.

Covers axolotl, LLaMA-Factory, TRL and the alignment handbook, ms-swift, AutoTrain, torchtune, nanotron, NeMo,
Lightning and Hydra, accelerate, DeepSpeed, mergekit. Keys are those of the tools' documentation. What a file
says is what somebody meant to do, not what was done.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from backstamp.core.placeholders import is_placeholder
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, texts_at, tree_at
from backstamp.formats.hyperparameters import canonical

Found = tuple[str, Json]  # a JSON pointer and what is there


class Tool(StrEnum):
    """The tool whose configuration it is."""

    AXOLOTL = "axolotl"
    LLAMA_FACTORY = "llama-factory"
    TRL = "trl"
    SWIFT = "ms-swift"
    AUTOTRAIN = "autotrain"
    TORCHTUNE = "torchtune"
    NESTED = "nested"  # nanotron, NeMo, Lightning, Hydra: trees of settings
    ACCELERATE = "accelerate"
    DEEPSPEED = "deepspeed"
    MERGEKIT = "mergekit"


class DataUse(msgspec.Struct, frozen=True):
    """A data set that a configuration names. ``is_local`` says that the name is one of a local table."""

    name: str
    pointer: str
    split: str = ""
    revision: str = ""
    is_local: bool = False
    is_test: bool = False


class ModelUse(msgspec.Struct, frozen=True):
    """A model that a configuration starts from; ``weight`` is its share in a merge."""

    name: str
    pointer: str
    revision: str = ""
    weight: float | None = None


_LLAMA_FACTORY = frozenset(
    {"stage", "finetuning_type", "template", "cutoff_len", "dataset_dir", "lora_target"}
)
_AXOLOTL = frozenset({
    "datasets", "micro_batch_size", "sequence_len", "adapter", "val_set_size", "dataset_prepared_path",
    "pretraining_dataset", "rl",
})  # fmt: skip
_TRL = frozenset({"dataset_name", "dataset_mixer", "dataset_mixture", "dataset_id_or_path", "dataset_id"})
_SWIFT = frozenset({"train_type", "sft_type", "tuner_type", "rlhf_type", "lora_rank"})
_NESTED = (
    frozenset({"parallelism", "optimizer", "tokens"}),
    frozenset({"trainer", "model"}),
    frozenset({"trainer", "exp_manager"}),
    frozenset({"defaults", "model"}),
)
# What is worth saying of a run, by the one name that settings have.
SETTINGS = frozenset({
    "learning_rate", "per_device_train_batch_size", "total_train_batch_size", "batch_size",
    "train_batch_size",
    "gradient_accumulation_steps", "num_train_epochs", "max_steps", "warmup_steps", "warmup_ratio",
    "lr_scheduler_type", "optimizer", "weight_decay", "max_seq_length", "precision", "bf16", "fp16",
    "tf32", "fp8",
    "load_in_4bit", "load_in_8bit", "quantization_bit", "lora_r", "lora_alpha", "lora_dropout",
    "lora_target_modules",
    "lora_target_linear", "use_dora", "use_rslora", "neftune_noise_alpha", "max_grad_norm", "adam_beta1",
    "adam_beta2",
    "adam_epsilon", "beta1", "beta2", "gradient_checkpointing", "sample_packing", "packing", "adapter",
    "peft_type",
    "finetuning_type", "stage", "train_type", "template", "chat_template", "rl", "loss_type", "beta",
    "dpo_beta",
    "pref_beta", "pref_loss", "dropout", "label_smoothing", "max_prompt_length", "max_completion_length",
    "num_generations", "temperature", "kl_coef", "val_set_size", "deepspeed", "fsdp", "zero_stage",
    "tensor_parallel_size", "pipeline_parallel_size", "dp", "tp", "pp", "num_processes", "num_machines",
    "distributed_type", "min_lr", "lr_decay_steps", "lr_decay_style", "clip_grad", "dtype",
    "attn_implementation",
    "merge_method", "image_size", "resolution", "num_layers", "embed_dim", "hidden_dim", "momentum", "gamma",
    "flash_attention", "trainable_layers", "freeze_layers", "devices", "strategy", "accumulate_grad_batches",
})  # fmt: skip
_SEEDS = frozenset({"seed", "seed_everything", "random_state", "data_seed"})
ADAPTERS = frozenset({"adapter_name_or_path", "lora_model_dir"})
_MOST_VALUES = 5_000
_MOST_DATA = 500


def tool_of(tree: Json) -> Tool | None:
    """Recognise whose configuration a tree is; ``None`` if it is none of training."""
    if not isinstance(tree, dict):
        return None
    keys = frozenset(tree)
    if "merge_method" in keys and keys & {"models", "slices", "modules", "base_model"}:
        return Tool.MERGEKIT
    if "base_model" in keys and {"data", "params"} <= keys:
        return Tool.AUTOTRAIN
    if "base_model" in keys and len(keys & _AXOLOTL) >= 2:
        return Tool.AXOLOTL
    if "model_name_or_path" in keys and (keys & _TRL):
        return Tool.TRL
    if "model_name_or_path" in keys and len(keys & _LLAMA_FACTORY) >= 2:
        return Tool.LLAMA_FACTORY
    if keys & {"model", "model_id"} and "dataset" in keys and keys & _SWIFT:
        return Tool.SWIFT
    if any("_component_" in tree_at(tree, key) for key in ("model", "dataset", "tokenizer", "optimizer")):
        return Tool.TORCHTUNE
    if "compute_environment" in keys and "distributed_type" in keys:
        return Tool.ACCELERATE
    if keys & {"zero_optimization", "train_micro_batch_size_per_gpu"} and keys & {
        "train_batch_size", "train_micro_batch_size_per_gpu", "optimizer", "gradient_accumulation_steps",
        "bf16", "fp16",
    }:  # fmt: skip
        return Tool.DEEPSPEED
    if any(shape <= keys and all(isinstance(tree[key], dict | list) for key in shape) for shape in _NESTED):
        return Tool.NESTED
    return None


def models_of(tree: Tree, tool: Tool) -> Iterator[ModelUse]:
    """Yield the models that a configuration starts from."""
    if tool is Tool.MERGEKIT:
        yield from _merged(tree)
        return
    keys = {
        Tool.AXOLOTL: ("base_model", "lora_model_dir"),
        Tool.AUTOTRAIN: ("base_model",),
        Tool.SWIFT: ("model", "model_id"),
        Tool.TORCHTUNE: (),
        Tool.ACCELERATE: (),
        Tool.DEEPSPEED: (),
    }.get(tool, ("model_name_or_path", "adapter_name_or_path"))
    revision = (
        text_at(tree, "model_revision")
        or text_at(tree, "revision_of_model")
        or text_at(tree, "base_model_revision")
        or text_at(tree, "revision")
    )
    for key in keys:
        name = text_at(tree, key)
        if name and not is_placeholder(name):
            yield ModelUse(name, f"/{key}", "" if key in ADAPTERS else revision)
    if tool is Tool.NESTED:
        for pointer, value in _leaves(tree):
            key = pointer.rsplit("/", 1)[-1]
            if (
                key
                in (
                    "pretrained_model_name_or_path",
                    "model_name_or_path",
                    "pretrained_model_name",
                    "hf_model_name",
                )
                and isinstance(value, str)
                and not is_placeholder(value)
            ):
                yield ModelUse(value, pointer)


def _merged(tree: Tree) -> Iterator[ModelUse]:
    """The inputs of a merge: models, the sources of slices, and the base."""
    weights: dict[str, ModelUse] = {}
    entries = [(f"/models/{at}", each) for at, each in enumerate(list_at(tree, "models")[:_MOST_DATA])]
    for at, each in enumerate(list_at(tree, "slices")[:_MOST_DATA]):
        entries += [
            (f"/slices/{at}/sources/{index}", source)
            for index, source in enumerate(list_at(each, "sources")[:50])
        ]
    for pointer, entry in entries:
        found = entry.get("model") if isinstance(entry, dict) else None
        name = found if isinstance(found, str) else text_at(found, "model", "path") or text_at(found, "model")
        weight = tree_at(entry, "parameters").get("weight")
        share = float(weight) if isinstance(weight, int | float) and not isinstance(weight, bool) else None
        for part in name.split("+"):  # a model with an adapter on it
            if part and not is_placeholder(part):
                weights.setdefault(part, ModelUse(part, pointer, "", share))
    base = text_at(tree, "base_model") or text_at(tree, "base_model", "model", "path")
    if base and not is_placeholder(base):
        weights.setdefault(base, ModelUse(base, "/base_model"))
    yield from weights.values()


def data_of(tree: Tree, tool: Tool) -> Iterator[DataUse]:
    """Yield the data sets that a configuration names."""
    match tool:
        case Tool.AXOLOTL:
            for key in ("datasets", "pretraining_dataset", "test_datasets"):
                found = tree.get(key)
                entries: list[Json] = found if isinstance(found, list) else [found]
                for at, each in enumerate(entries[:_MOST_DATA]):
                    yield from _entry(each, f"/{key}/{at}", is_test=key == "test_datasets")
        case Tool.LLAMA_FACTORY:
            for key in ("dataset", "eval_dataset"):
                for name in _names(tree, key):
                    yield DataUse(name, f"/{key}", is_local=True, is_test=key == "eval_dataset")
        case Tool.TRL:
            yield from _trl(tree)
        case Tool.SWIFT:
            for name in _names(tree, "dataset"):
                yield DataUse(name.split("#")[0].split(":")[0], "/dataset")
        case Tool.AUTOTRAIN:
            yield from _entry(tree.get("data"), "/data")
        case Tool.TORCHTUNE:
            found = tree.get("dataset")
            for each in found if isinstance(found, list) else [found]:
                source = text_at(each, "source")
                component = text_at(each, "_component_").rpartition(".")[2]
                if source and not is_placeholder(source):
                    yield DataUse(source, "/dataset", text_at(each, "split"))
                elif component:
                    yield DataUse(component, "/dataset", is_local=True)
        case Tool.NESTED:
            for pointer, value in _leaves(tree):
                key = pointer.rsplit("/", 1)[-1]
                if (
                    key
                    in (
                        "hf_dataset_or_datasets",
                        "dataset_name",
                        "dataset_path",
                        "hf_dataset",
                    )
                    and isinstance(value, str)
                    and not is_placeholder(value)
                ):
                    yield DataUse(value, pointer)
        case _:
            return


def _trl(tree: Tree) -> Iterator[DataUse]:
    for key in ("dataset_name", "dataset_id_or_path", "dataset_id"):
        for name in texts_at(tree, key)[:_MOST_DATA]:
            if not is_placeholder(name):
                revision = text_at(tree, "dataset_revision")
                yield DataUse(name, f"/{key}", text_at(tree, "dataset_train_split"), revision)
    for name in list(tree_at(tree, "dataset_mixer"))[:_MOST_DATA]:
        yield DataUse(name, f"/dataset_mixer/{escaped(name)}")
    for at, each in enumerate(list_at(tree, "dataset_mixture", "datasets")[:_MOST_DATA]):
        yield from _entry(each, f"/dataset_mixture/datasets/{at}")


def _entry(entry: Json, pointer: str, *, is_test: bool = False) -> Iterator[DataUse]:
    """An entry of a list of data sets: a name, or an object with a path."""
    if isinstance(entry, str):
        name, split, revision = entry, "", ""
    else:
        name = text_at(entry, "path") or text_at(entry, "id") or text_at(entry, "name")
        split = text_at(entry, "split") or text_at(entry, "train_split")
        revision = text_at(entry, "revision")
        if name in ("json", "csv", "parquet", "text", "arrow"):  # a loader of files
            files = texts_at(entry, "data_files")
            name = files[0] if files else ""
    if name and not is_placeholder(name):
        yield DataUse(name, pointer, split, revision, is_test=is_test)


def _names(tree: Tree, key: str) -> list[str]:
    names = [word.strip() for text in texts_at(tree, key) for word in text.split(",")]
    return [name for name in names if name and not is_placeholder(name)][:_MOST_DATA]


def settings_of(tree: Tree, tool: Tool) -> Iterator[tuple[str, str, Json]]:
    """Yield settings: pointer, the one name, value. Values left to a tool ("auto") are none."""
    seen: set[str] = set()
    for pointer, value in _leaves(tree):
        words = pointer.split("/")[1:]
        if tool in (Tool.AXOLOTL, Tool.LLAMA_FACTORY, Tool.TRL, Tool.SWIFT, Tool.MERGEKIT) and len(words) > 2:
            continue
        name = _name(words, tool)
        if value is None or value is False or value == "auto" or name in seen:
            continue
        if name in SETTINGS or name in _SEEDS:
            seen.add(name)
            yield pointer, "seed" if name in _SEEDS else name, value


def _name(words: list[str], tool: Tool) -> str:
    """Name a setting by its path: ``optimizer/_component_`` is the optimizer."""
    last = words[-1]
    if last.isdigit():
        return ""
    above = words[-2] if len(words) > 1 else ""
    if last in ("_component_", "_target_", "class_path", "name", "type"):
        return (
            "optimizer"
            if above in ("optimizer", "optim")
            else "lr_scheduler_type"
            if "scheduler" in above
            else ""
        )
    if above == "zero_optimization" and last == "stage":
        return "zero_stage"
    if last == "enabled":
        return above if above in ("bf16", "fp16") else ""
    if tool is Tool.DEEPSPEED and last == "train_batch_size":
        return "total_train_batch_size"
    if tool is Tool.NESTED and last in ("stage", "name", "template", "temperature", "beta", "dtype"):
        return ""
    return canonical(last)


def _leaves(tree: Tree) -> Iterator[Found]:
    """Yield scalars and lists of scalars with their pointers, in order, a bounded number of them."""
    count = 0
    stack: list[tuple[str, Json, int]] = [("", tree, 0)]
    while stack:
        pointer, value, depth = stack.pop()
        if isinstance(value, dict) and depth < 8:
            stack.extend((f"{pointer}/{escaped(key)}", value[key], depth + 1) for key in reversed(value))
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value) and depth < 8:
            stack.extend((f"{pointer}/{at}", value[at], depth + 1) for at in range(len(value) - 1, -1, -1))
        elif not isinstance(value, dict):
            count += 1
            if count > _MOST_VALUES:
                return
            yield pointer, value


def outputs_of(tree: Tree, tool: Tool) -> Iterator[Found]:
    """Yield the names under which a configuration puts the model that it makes."""
    keys = ("hub_model_id", "output_dir", "export_dir", "export_hub_model_id")
    for key in keys if tool not in (Tool.NESTED, Tool.ACCELERATE, Tool.DEEPSPEED) else ():
        name = text_at(tree, key)
        if name and not is_placeholder(name):
            yield f"/{key}", name


def manner_of(tree: Tree, tool: Tool) -> str:
    """Say how the model that is made hangs on the one that it starts from."""
    if tool is Tool.MERGEKIT:
        return "merge"
    adapter = text_at(tree, "adapter") or text_at(tree, "finetuning_type") or text_at(tree, "train_type")
    if adapter.lower() in ("lora", "qlora", "dora", "llama-adapter", "ia3", "adalora"):
        return "finetune" if tree.get("merge_lora") is True else "adapter"
    if tree.get("use_peft") is True or tree_at(tree, "params").get("peft") is True:
        return "adapter"
    return "finetune"
