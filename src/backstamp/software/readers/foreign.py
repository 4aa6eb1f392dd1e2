"""Which configurations are not an application's: those of other readers, schemas, lock files, documents."""

from backstamp.core.tree import Json, tree_at

# Files of models, tools and package managers, which other readers know or which name no AI part of their own.
_FILES = frozenset(
    "tokenizer_config.json tokenizer.json generation_config.json adapter_config.json "
    "preprocessor_config.json processor_config.json special_tokens_map.json model_index.json modules.json "
    "vocab.json "
    "config_sentence_transformers.json sentence_bert_config.json trainer_state.json all_results.json "
    "eval_results.json train_results.json added_tokens.json quantize_config.json scheduler_config.json "
    "package.json package-lock.json npm-shrinkwrap.json pnpm-lock.yaml tsconfig.json composer.json "
    "pyproject.toml "
    "pylock.toml cargo.toml mlmodel dataset_info.json dataset_infos.json croissant.json "
    "pixi.toml openapi.yaml openapi.json swagger.json openapi.yml mkdocs.yml codecov.yml "
    ".pre-commit-config.yaml "
    "wandb-metadata.json wandb-summary.json codemeta.json citation.cff mcp.json .mcp.json "
    "claude_desktop_config.json langgraph.json model.safetensors.index.json renovate.json".split()
)
_TRAINING = (
    ({"base_model"}, {"datasets", "micro_batch_size", "adapter", "sequence_len",
    "gradient_accumulation_steps"}),
    (
        {"model_name_or_path"},
        {
            "finetuning_type", "stage", "dataset", "per_device_train_batch_size", "learning_rate",
            "output_dir",
            "dataset_name", "lora_rank", "template", "num_train_epochs",
        },
    ),
    ({"tokenizer", "checkpointer"}, {"model", "dataset", "recipe_checkpoint", "optimizer"}),
    ({"merge_method"}, {"models", "slices", "base_model"}),
)  # fmt: skip
_OF_OTHERS = (
    {"architectures"}, {"model_type"}, {"peft_type"}, {"_class_name"}, {"nbformat"}, {"bomFormat"},
    {"spdxVersion"},
    {"openapi"}, {"swagger"}, {"@context"}, {"asyncapi"}, {"lockfileVersion"}, {"weight_map"}, {"_wandb"},
    {"flavors"}, {"metadata", "package", "version"},
)  # fmt: skip


def is_foreign_file(path: str) -> bool:
    """Say by its path whether a file is none of an application."""
    plain = path.replace("\\", "/").lower()
    name = plain.rpartition("/")[2]
    return (
        name in _FILES
        or "lock" in name.split(".")
        or name.startswith(("conda-lock", "docker-lock"))
        or plain.endswith((".index.json", ".schema.json", ".cdx.json", ".spdx.json", ".ipynb", ".lock.yml"))
        or ("/wandb/" in f"/{plain}")
    )


def is_foreign_tree(tree: Json) -> bool:
    """Say by its keys whether a document is none of an application: a schema, a model's, a training's."""
    if not isinstance(tree, dict):
        return False
    keys = tree.keys()
    if "$schema" in keys and ("properties" in keys or "json-schema.org" in str(tree["$schema"])[:200]):
        return True
    if tree.get("type") == "object" and "properties" in keys:
        return True
    if any(marks <= keys for marks in _OF_OTHERS):
        return True
    if tree_at(tree, "model").get("_component_") is not None:
        return True
    return any(needed <= keys and not others.isdisjoint(keys) for needed, others in _TRAINING)
