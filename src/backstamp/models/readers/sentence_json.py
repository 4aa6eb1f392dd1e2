"""Says what sentence-transformers writes beside a model: stages, pooling, lengths, prompts, training data."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, text_at, tree_at
from backstamp.models.readers.stating import (
    MODEL,
    count_of,
    folder_of,
    is_local,
    label_of,
    line_of,
    names_of,
    scalar_of,
    worded,
)

_BY = "sentence/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_MOST_DATASETS = 5000
_POOLING = "pooling_mode_"
MIXTURE = Part(Kind.DATASET, "#training-data")


def modules_told(tree: Json, blob: Blob) -> Iterator[Fact]:
    """State the stages of ``modules.json``."""
    entries = [e for e in tree if isinstance(e, dict)] if isinstance(tree, list) else []
    if not any("sentence_transformers" in text_at(e, "type") for e in entries):
        return
    yield DECLARED.says(blob.whole(), MODEL, Trait.FRAMEWORK, "", name="sentence-transformers")
    yield Teller(_BY, Method.DERIVED, 0.8).says(blob.whole(), MODEL, Trait.TASK, "sentence-similarity")
    for index, entry in enumerate(entries[:64]):
        kind = line_of(text_at(entry, "type"))
        if kind:
            name = kind.rpartition(".")[2]
            yield DECLARED.says(
                blob.at_pointer(f"/{index}/type"), MODEL, Trait.DIMENSION, name, name=f"stage {index}"
            )


def stage_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the pooling, or the dense layer, of a stage (``1_Pooling/config.json``)."""
    size = count_of(tree.get("word_embedding_dimension")) or count_of(tree.get("embedding_dimension"))
    if size:
        key = "word_embedding_dimension" if "word_embedding_dimension" in tree else "embedding_dimension"
        place = blob.at_pointer(f"/{key}")
        tell = Teller(_BY, Method.DERIVED, 0.85)
        yield tell.says(place, MODEL, Trait.DIMENSION, size, name="embedding_dimension")
        yield tell.says(place, MODEL, Trait.OUTPUT, f"vector of {size} numbers", name="embedding")
    modes = [key.removeprefix(_POOLING) for key, v in tree.items() if key.startswith(_POOLING) and v is True]
    mode = line_of(text_at(tree, "pooling_mode"))
    for name in [label_of(m).replace("_tokens", "").replace("_token", "") for m in modes] or (
        [mode] if mode else []
    ):
        yield DECLARED.says(blob.whole(), MODEL, Trait.DIMENSION, name, name="pooling")
    given = count_of(tree.get("out_features"))
    if given and count_of(tree.get("in_features")):
        place = blob.at_pointer("/out_features")
        yield DECLARED.says(
            place, MODEL, Trait.DIMENSION, given, name=f"{label_of(folder_of(blob))}.out_features"
        )
        tell = Teller(_BY, Method.DERIVED, 0.95)  # what comes after the pooling decides
        yield tell.says(place, MODEL, Trait.DIMENSION, given, name="embedding_dimension")
        yield tell.says(place, MODEL, Trait.OUTPUT, f"vector of {given} numbers", name="embedding")


def is_stage(tree: Tree, blob: Blob) -> bool:
    """Say whether a ``config.json`` is that of a stage."""
    number, _, name = folder_of(blob).partition("_")
    if "word_embedding_dimension" in tree or any(key.startswith(_POOLING) for key in tree):
        return True
    return number.isdigit() and name in (
        "Pooling",
        "Dense",
        "CNN",
        "LSTM",
        "WeightedLayerPooling",
        "Normalize",
    )


def lengths_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``sentence_bert_config.json`` and its like set."""
    if limit := count_of(tree.get("max_seq_length")):
        place = blob.at_pointer("/max_seq_length")
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, limit, name="max_seq_length")
        yield DECLARED.says(place, MODEL, Trait.INPUT, f"text of up to {limit} tokens", name="text")
    if isinstance(lower := tree.get("do_lower_case"), bool):
        yield DECLARED.says(blob.at_pointer("/do_lower_case"), MODEL, Trait.FLAG, lower, name="do_lower_case")


def sentence_config_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State versions, similarity function and prompts of ``config_sentence_transformers.json``."""
    names = {"sentence_transformers": "sentence-transformers", "pytorch": "pytorch"}
    for key, value in tree_at(tree, "__version__").items():
        if isinstance(value, str) and (version := line_of(value)):
            place = blob.at_pointer(f"/__version__/{key}")
            yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, version, name=names.get(key, label_of(key)))
    if similar := line_of(text_at(tree, "similarity_fn_name")):
        place = blob.at_pointer("/similarity_fn_name")
        yield DECLARED.says(place, MODEL, Trait.DIMENSION, similar, name="similarity_function")
    if kind := line_of(text_at(tree, "model_type")):
        yield DECLARED.says(blob.at_pointer("/model_type"), MODEL, Trait.ARCHITECTURE, kind)
    for name, text in list(tree_at(tree, "prompts").items())[:64]:
        if isinstance(text, str) and text.strip() and (shown := worded(text)):
            prompt = Part(Kind.PROMPT, f"#{label_of(name, 60)}")
            place = blob.at_pointer(f"/prompts/{name}")
            yield DECLARED.links(place, MODEL, Relation.CONTAINS, prompt)
            yield DECLARED.says(place, prompt, Trait.TEXT, shown)


def data_told(tree: Json, blob: Blob, budget: Budget) -> Iterator[Fact]:
    """State the mixture of ``data_config.json``: one dataset, each file a split with its rows and its weight.

    The files are pieces of datasets that cards name in their own words; they are no datasets of their own.
    """
    if not isinstance(tree, list):
        return
    total = 0
    found = False
    for index, entry in enumerate(tree[:_MOST_DATASETS]):
        budget.spend_operations()
        text = text_at(entry, "name")
        name = next(names_of([text]), "")
        if not isinstance(entry, dict) or not name or is_local(text):
            continue
        rows = count_of(entry.get("lines"))
        weight = scalar_of(entry.get("weight"))
        is_weighted = isinstance(weight, int | float) and not isinstance(weight, bool)
        if rows is None and not is_weighted:
            continue
        found = True
        total += rows or 0
        place = blob.at_pointer(f"/{index}")
        scope = f"weight {weight}" if is_weighted else ""
        yield DECLARED.says(place, MIXTURE, Trait.SPLIT, rows or 0, name=name, scope=scope)
    if not found:
        return
    yield DECLARED.links(blob.whole(), MODEL, Relation.TRAINED_ON, MIXTURE)
    yield Teller(_BY, Method.DERIVED, 0.9).says(blob.whole(), MIXTURE, Trait.NAME, "training mixture")
    if total:
        yield Teller(_BY, Method.DERIVED, 0.95).says(blob.whole(), MIXTURE, Trait.ROWS, total)
