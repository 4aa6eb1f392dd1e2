"""Reads configurations of training: which model somebody meant to train, on what, with which settings.

What they state is intent (scope ``intended``); what a run did is in its records. A card that shows its
configuration (axolotl, mergekit) is read by the same functions.
"""

from collections.abc import Callable, Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement, Unread
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree
from backstamp.formats.json_text import may_name
from backstamp.formats.trainingconfig import (
    ADAPTERS,
    DataUse,
    Tool,
    data_of,
    manner_of,
    models_of,
    outputs_of,
    settings_of,
    tool_of,
)
from backstamp.formats.yamltext import document_of
from backstamp.models.readers.card_front import dataset_part
from backstamp.models.readers.jsontree import tree_of

BY = "training-config/1"
INTENDED = "intended"
_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_DECLARED = Teller(BY, Method.DECLARED, 0.9)
_LARGEST = MIB
_WORDS = (
    b"base_model", b"model_name_or_path", b"_component_", b"merge_method", b"zero_optimization",
        b"parallelism",
    b"train_micro_batch_size_per_gpu", b"compute_environment", b"train_type", b"sft_type", b"trainer",
        b"lora_rank",
)  # fmt: skip
# Files that hold these words and are read by others.
_OF_OTHERS = frozenset({
    "config.json", "adapter_config.json", "tokenizer_config.json", "trainer_state.json", "tokenizer.json",
    "generation_config.json", "package.json", "hparams.yaml", "params.yaml", "dvc.yaml",
})  # fmt: skip


class TrainingConfigReader:
    """States what a training configuration intends."""

    name = "training-config"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield settings of the run, what it consumes, and how what it makes hangs on it."""
        name = blob.name.lower()
        if not name.endswith((".yaml", ".yml", ".json")) or name in _OF_OTHERS or blob.size > _LARGEST:
            return
        path = blob.path[0].replace("\\", "/") if blob.path else ""
        if "wandb/" in path or not may_name(blob.view, _WORDS):
            return
        budget.spend_operations(len(blob.view) // 4 + 1)
        try:
            tree, at = _parsed(blob, budget)
        except ReadError as error:
            # Templates of charts and the like hold these words and are no YAML; nothing of a run is lost.
            if name.startswith(("train", "sft", "dpo", "axolotl", "merge")):
                yield Unread(f"training-config: {error.message}")
            return
        tool = tool_of(tree)
        if tool is not None and isinstance(tree, dict):
            yield from intended(tree, tool, at, _DECLARED)


def _parsed(blob: Blob, budget: Budget) -> tuple[Json, Callable[[str], Location]]:
    if blob.name.lower().endswith(".json"):
        return tree_of(bytes(blob.view)), blob.at_pointer
    document = document_of(blob.view, budget)
    return document.tree, lambda pointer: blob.at_line(line_of(document.lines, pointer))


def line_of(lines: dict[str, int], pointer: str) -> int:
    """The line of a value, or of the nearest one around it."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 1)


def intended(
    tree: Tree, tool: Tool, at: Callable[[str], Location], tell: Teller, model: Part | None = None
) -> Iterator[Statement]:
    """Yield what a configuration intends. ``model`` is what came out of it, where that is known."""
    if tool is not Tool.NESTED:
        yield tell.says(at(""), _RUN, Trait.FRAMEWORK, "", name=tool.value)
    if tool not in (Tool.ACCELERATE, Tool.DEEPSPEED):
        yield tell.links(at(""), _MODEL, Relation.MADE_BY, _RUN)
    for pointer, name, value in settings_of(tree, tool):
        yield from _setting(at(pointer), name, value, tell)
    made = [(model, at(""))] if model else list(_made(tree, tool, at))
    for part, place in made if model is None else ():
        yield tell.links(place, part, Relation.MADE_BY, _RUN)
    manner = manner_of(tree, tool)
    children = [part for part, _ in made] or ([_MODEL] if tool is Tool.MERGEKIT else [])
    below: Part | None = None
    for use in models_of(tree, tool):
        is_adapter = use.pointer.rpartition("/")[2] in ADAPTERS
        base = named_part(Kind.ADAPTER if is_adapter else Kind.MODEL, use.name)
        if base is None:
            continue
        place = at(use.pointer)
        revision = shown(use.revision, 100) if use.revision and not is_placeholder(use.revision) else ""
        yield tell.links(place, _RUN, Relation.CONSUMED, base, revision=revision)
        if is_adapter and below is not None:
            yield tell.links(place, base, Relation.DERIVED_FROM, below, manner="adapter")
        below = below if is_adapter else base
        for child in children:
            yield tell.links(place, child, Relation.DERIVED_FROM, base, manner=manner, revision=revision)
        if use.weight is not None:
            yield tell.says(place, base, Trait.WEIGHT, use.weight, scope="merge")
    for data in data_of(tree, tool):
        yield from _data(data, [part for part, _ in made], at, tell)


def _setting(place: Location, name: str, value: Json, tell: Teller) -> Iterator[Statement]:
    if isinstance(value, list):
        words = [shown(str(each), 60) for each in value if isinstance(each, str | int | float)][:40]
        value = ", ".join(words)
    if isinstance(value, str):
        value = shown(masked(value.rpartition(".")[2] if name == "optimizer" else value), 300)
    if isinstance(value, dict) or value is None or (isinstance(value, str) and is_placeholder(value)):
        return
    if isinstance(value, str) and value.startswith(("/", "~", "$", "???")):
        return
    if name == "seed" and isinstance(value, int) and not isinstance(value, bool):
        yield tell.says(place, _RUN, Trait.SEED, value, scope=INTENDED)
    else:
        yield tell.says(place, _RUN, Trait.SETTING, value, name=name, scope=INTENDED)


def _made(tree: Tree, tool: Tool, at: Callable[[str], Location]) -> Iterator[tuple[Part, Location]]:
    for pointer, name in outputs_of(tree, tool):
        if not isinstance(name, str):
            continue
        is_hub = pointer.endswith("hub_model_id")
        part = named_part(
            Kind.MODEL, name if is_hub or name.startswith(("./", "/", "~", "..")) else f"./{name}"
        )
        if part is not None and (part.key.startswith("path:") or "/" in name):
            yield part, at(pointer)


def _data(
    data: DataUse, made: list[Part], at: Callable[[str], Location], tell: Teller
) -> Iterator[Statement]:
    part = Part(Kind.DATASET, "name:" + shown(data.name, 200)) if data.is_local else dataset_part(data.name)
    if part is None:
        return
    place = at(data.pointer)
    split = shown(data.split, 60) if data.split else ""
    manner = "test" if data.is_test else split
    revision = shown(data.revision, 100) if data.revision else ""
    yield tell.links(place, _RUN, Relation.CONSUMED, part, manner=manner, revision=revision)
    relation = Relation.TESTED_ON if data.is_test else Relation.TRAINED_ON
    for child in made:
        yield tell.links(place, child, relation, part, revision=revision)


READER = TrainingConfigReader()
