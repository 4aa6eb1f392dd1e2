"""Says what a Trainer writes while it runs: steps, losses, best checkpoint, metrics, computation.

Source: ``TrainerState`` and ``Trainer.save_metrics`` of transformers.
"""

from collections.abc import Iterator
from math import isfinite

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at
from backstamp.models.readers.stating import MODEL, RUN, count_of, label_of, line_of

_BY = "trainer/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_SPLITS = {"eval": "validation", "test": "test", "predict": "test", "train": "train"}
_SPEEDS = (
    "_runtime",
    "_samples_per_second",
    "_steps_per_second",
    "_samples",
    "_tokens_per_second",
    "_compilation_time",
)
_NOT_METRICS = frozenset({"epoch", "step", "total_flos", "learning_rate", "grad_norm", "loss"})
_HYPER = ("train_batch_size", "logging_steps", "eval_steps", "save_steps", "num_train_epochs", "max_steps")
_MOST = 200


def trainer_state_told(tree: Tree, blob: Blob, budget: Budget) -> Iterator[Fact]:
    """State what ``trainer_state.json`` tells of a run; its history is summed up."""
    if "log_history" not in tree and "global_step" not in tree:
        return
    yield Teller(_BY, Method.DERIVED, 0.9).links(blob.whole(), MODEL, Relation.MADE_BY, RUN)
    if (steps := count_of(tree.get("global_step"))) is not None:
        yield DECLARED.says(blob.at_pointer("/global_step"), RUN, Trait.STEPS, steps)
    if (epochs := _number(tree.get("epoch"))) is not None:
        yield DECLARED.says(blob.at_pointer("/epoch"), RUN, Trait.SETTING, epochs, name="epochs_done")
    for key in _HYPER:
        if (number := _number(tree.get(key))) is not None and number > 0:
            yield DECLARED.says(blob.at_pointer(f"/{key}"), RUN, Trait.SETTING, number, name=key)
    if (flops := _number(tree.get("total_flos"))) is not None and flops > 0:
        yield DECLARED.says(blob.at_pointer("/total_flos"), RUN, Trait.COMPUTE, float(flops))
    yield from _best(tree, blob)
    yield from _history(tree, blob, budget)


def _best(tree: Tree, blob: Blob) -> Iterator[Fact]:
    if (best := _number(tree.get("best_metric"))) is not None:
        yield DECLARED.says(blob.at_pointer("/best_metric"), RUN, Trait.SETTING, best, name="best_metric")
    if step := count_of(tree.get("best_global_step")):
        place = blob.at_pointer("/best_global_step")
        yield DECLARED.says(place, RUN, Trait.SETTING, step, name="best_step")
    checkpoint = text_at(tree, "best_model_checkpoint").replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    if name := line_of(checkpoint):
        place = blob.at_pointer("/best_model_checkpoint")
        yield DECLARED.says(place, RUN, Trait.SETTING, name, name="best_checkpoint")


def _history(tree: Tree, blob: Blob, budget: Budget) -> Iterator[Fact]:
    """The last and the least loss, and the newest value of every metric of an evaluation."""
    losses: list[tuple[float, int]] = []
    newest: dict[str, tuple[float, int]] = {}
    for index, entry in enumerate(list_at(tree, "log_history")):
        budget.spend_operations()
        if not isinstance(entry, dict):
            continue
        if (loss := _number(entry.get("loss"))) is not None:
            losses.append((loss, index))
        for key, value in entry.items():
            number = _number(value)
            if number is not None and key.startswith(("eval_", "test_", "train_")) and len(newest) < _MOST:
                newest[key] = (number, index)
    if losses:
        least = min(losses)
        for name, (loss, index) in (("final_loss", losses[-1]), ("least_loss", least)):
            place = blob.at_pointer(f"/log_history/{index}/loss")
            yield DECLARED.says(place, RUN, Trait.SETTING, loss, name=name)
    for key, (number, index) in newest.items():
        yield from _result(blob, f"/log_history/{index}/{key}", key, number)


def results_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``all_results.json``, ``eval_results.json`` and their like hold."""
    told = 0
    for key, value in tree.items():
        number = _number(value)
        if number is None or told >= _MOST:
            continue
        told += 1
        pointer = f"/{escaped(key)}"
        if key == "total_flos":
            yield DECLARED.says(blob.at_pointer(pointer), RUN, Trait.COMPUTE, float(number))
        elif key == "epoch":
            yield DECLARED.says(blob.at_pointer(pointer), RUN, Trait.SETTING, number, name="epochs_done")
        elif key not in _NOT_METRICS:
            default = "eval" if not key.startswith(tuple(f"{s}_" for s in _SPLITS)) else ""
            yield from _result(blob, pointer, f"{default}_{key}" if default else key, number)


def _result(blob: Blob, pointer: str, key: str, number: float) -> Iterator[Fact]:
    split, _, name = key.partition("_")
    place = blob.at_pointer(pointer)
    if key == "train_runtime":
        yield DECLARED.says(place, RUN, Trait.DURATION, number)
    elif key == "train_loss":
        yield DECLARED.says(place, RUN, Trait.SETTING, number, name="train_loss")
    elif key == "train_samples":
        yield DECLARED.says(place, RUN, Trait.SETTING, number, name="train_samples")
    elif split != "train" and name and not key.endswith(_SPEEDS):
        yield DECLARED.says(
            place, MODEL, Trait.METRIC, number, name=label_of(name), scope=_SPLITS.get(split, "")
        )


def _number(value: Json) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isfinite(value) else None


def emissions_told(blob: Blob, budget: Budget) -> Iterator[Fact]:
    """State the newest line of codecarbon's ``emissions.csv``: energy, emissions, region, hardware."""
    import csv

    if not blob.is_whole or blob.size > 1 << 22:
        return
    lines = str(blob.view, "utf-8-sig", "replace").splitlines()
    budget.spend_operations(len(lines))
    if len(lines) < 2 or "emissions" not in lines[0]:
        return
    try:
        head, last = next(csv.reader(lines[:1])), next(csv.reader(lines[-1:]))
    except (csv.Error, StopIteration):
        return
    found = dict(zip(head, last, strict=False))
    place = blob.at_line(len(lines))
    for key, trait in (
        ("energy_consumed", Trait.ENERGY),
        ("emissions", Trait.EMISSIONS),
        ("duration", Trait.DURATION),
    ):
        if (number := _decimal(found.get(key, ""))) is not None:
            yield DECLARED.says(place, RUN, trait, number)
    region = ", ".join(filter(None, (line_of(found.get(k, "")) for k in ("region", "country_name"))))
    if region:
        yield DECLARED.says(place, RUN, Trait.REGION, region)
    if version := line_of(found.get("codecarbon_version", "")):
        yield DECLARED.says(place, RUN, Trait.FRAMEWORK, version, name="codecarbon")
    for kind in ("gpu", "cpu"):
        if model := line_of(found.get(f"{kind}_model", "")):
            device = Part(Kind.HARDWARE, f"name:{model}")
            yield DECLARED.links(place, RUN, Relation.RAN_ON, device, manner=kind)
            yield DECLARED.says(place, device, Trait.NAME, model)
            if (count := _decimal(found.get(f"{kind}_count", ""))) is not None:
                yield DECLARED.says(place, device, Trait.DIMENSION, int(count), name="count")


def _decimal(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
