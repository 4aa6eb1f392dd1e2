"""Takes stock of the texts beside a model, by their names: each family of files has a module of its own."""

from collections.abc import Callable, Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.reading import Statement
from backstamp.core.tree import Json, Tree
from backstamp.formats.json_text import tree_of

Told = Callable[[Tree, Blob], Iterator[Fact]]

_LARGEST = 64 * MIB  # tokenizers of large vocabularies have some 35 MiB
_SENTENCE = tuple(f"sentence_{kind}_config.json" for kind in (
    "bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet",
))  # fmt: skip
_OBJECTS = {
    "adapter_config.json": "adapter", "all_results.json": "results", "chat_template.json": "template",
    "config.json": "config", "config_sentence_transformers.json": "sentence", "eval_results.json": "results",
    "generation_config.json": "generation", "image_processor_config.json": "preprocessor",
    "meta.json": "spacy", "metadata.json": "keras-metadata",
    "model_index.json": "diffusers", "open_clip_config.json": "open-clip", "params.json": "params",
    "predict_results.json": "results", "preprocessor_config.json": "preprocessor",
    "processor_config.json": "preprocessor", "quant_config.json": "quantize",
    "quantize_config.json": "quantize",
    "scheduler_config.json": "diffusers", "schema.json": "skops", "special_tokens_map.json": "special-tokens",
    "test_results.json": "results", "tokenizer.json": "tokenizer",
    "tokenizer_config.json": "tokenizer-config",
    "train_results.json": "results", "trainer_state.json": "trainer",
    "video_preprocessor_config.json": "preprocessor",
    "feature_extractor_config.json": "preprocessor", **dict.fromkeys(_SENTENCE, "lengths"),
}  # fmt: skip
_LISTS = frozenset({"modules.json", "data_config.json"})


class ModelJsonReader:
    """States what configurations, tokenizers, processors and run logs declare."""

    name = "model-json"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what a file of a known name declares; nothing, at once, for other files."""
        name = blob.name
        if name in _OBJECTS or name in _LISTS or name.endswith(".index.json"):
            tree = _parsed(blob, budget)
            if name in _LISTS:
                yield from _of_list(name, tree, blob, budget)
            elif isinstance(tree, dict):
                yield from _of_object(_OBJECTS.get(name, "index"), tree, blob, budget)
        elif name == "emissions.csv":
            from backstamp.models.readers.trainer_json import emissions_told

            yield from emissions_told(blob, budget)
        elif name in ("vocab.txt", "chat_template.jinja") or _is_named_template(blob):
            from backstamp.models.readers.tokenizer_json import template_file_told, vocabulary_told

            budget.spend_operations(len(blob.view) // 64 + 1)
            yield from vocabulary_told(blob) if name == "vocab.txt" else template_file_told(blob)


READER = ModelJsonReader()


def _is_named_template(blob: Blob) -> bool:
    return blob.name.endswith(".jinja") and "additional_chat_templates/" in (
        blob.path[0] if blob.path else ""
    )


def _parsed(blob: Blob, budget: Budget) -> Json:
    if not blob.is_whole or blob.size > _LARGEST:
        raise ReadError(f"JSON of {blob.size:,} bytes is too large to be taken stock of")
    budget.spend_operations(blob.size // 4 + 1)
    return tree_of(bytes(blob.view))


def _of_list(name: str, tree: Json, blob: Blob, budget: Budget) -> Iterator[Fact]:
    from backstamp.models.readers import sentence_json

    if name == "modules.json":
        yield from sentence_json.modules_told(tree, blob)
    else:
        yield from sentence_json.data_told(tree, blob, budget)


def _of_object(family: str, tree: Tree, blob: Blob, budget: Budget) -> Iterator[Fact]:
    if family == "config":
        yield from _config(tree, blob)
    elif family == "trainer":
        from backstamp.models.readers.trainer_json import trainer_state_told

        yield from trainer_state_told(tree, blob, budget)
    else:
        yield from _teller_of(family)(tree, blob)


def _config(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """A ``config.json`` is of whoever wrote it: told apart by its keys."""
    from backstamp.models.readers import adapter_json, config_json, keras_stock, library_json, sentence_json

    if keras_stock.is_keras(tree):
        yield from keras_stock.keras_config_told(tree, blob)
    elif sentence_json.is_stage(tree, blob):
        yield from sentence_json.stage_told(tree, blob)
    elif "peft_type" in tree:
        yield from adapter_json.adapter_told(tree, blob)
    elif "_class_name" in tree and "_diffusers_version" in tree:
        yield from library_json.diffusers_told(tree, blob)
    elif isinstance(tree.get("pretrained_cfg"), dict):
        yield from library_json.timm_told(tree, blob)
    elif isinstance(tree.get("model_cfg"), dict):
        yield from library_json.open_clip_told(tree, blob)
    else:
        yield from config_json.config_told(tree, blob)


def _teller_of(family: str) -> Told:
    from backstamp.models.readers import (
        adapter_json,
        config_json,
        keras_stock,
        library_json,
        processor_json,
        sentence_json,
        tokenizer_json,
        trainer_json,
    )

    tellers: dict[str, Told] = {
        "adapter": adapter_json.adapter_told,
        "diffusers": library_json.diffusers_told,
        "generation": processor_json.generation_told,
        "index": library_json.index_told,
        "keras-metadata": keras_stock.keras_metadata_told,
        "lengths": sentence_json.lengths_told,
        "open-clip": library_json.open_clip_told,
        "params": library_json.params_told,
        "preprocessor": processor_json.preprocessor_told,
        "quantize": config_json.quantize_file_told,
        "results": trainer_json.results_told,
        "sentence": sentence_json.sentence_config_told,
        "skops": library_json.skops_told,
        "spacy": library_json.spacy_told,
        "special-tokens": tokenizer_json.special_tokens_map_told,
        "template": tokenizer_json.templates_told,
        "tokenizer": tokenizer_json.tokenizer_told,
        "tokenizer-config": tokenizer_json.tokenizer_config_told,
    }
    return tellers[family]
