"""Says what stands beside the weights in a checkpoint, and what ``training_args.bin`` holds.

Sources: Lightning (``pytorch-lightning_version``), transformers (``TrainingArguments``), and
checkpoints as timm, DETR, fairseq and Ultralytics write them (``args``, ``epoch``, ``train_args``).
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.fact import Fact
from backstamp.core.supply import Method, Relation, Scalar, Teller, Trait
from backstamp.core.tree import Json
from backstamp.formats.pickle.contents import Contents, items_in, name_of
from backstamp.formats.pickle.values import Glob, Inst, Map, Seq
from backstamp.models.readers.stating import MODEL, RUN, label_of, line_of, scalar_of

_BY = "checkpoint/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_MOST = 600
_DEEPEST = 6
_SETTINGS = (
    "hyper_parameters",
    "datamodule_hyper_parameters",
    "hparams",
    "train_args",
    "args",
    "opt",
    "config",
    "cfg",
)
_STEPS = ("global_step", "step", "iteration", "iter", "num_updates")
# Places, secrets, and what says only on which machine it ran.
_LEFT_OUT = frozenset({
    "output_dir", "logging_dir", "overwrite_output_dir", "deepspeed_plugin", "distributed_state", "_n_gpu",
    "local_rank", "accelerator_config", "resume_from_checkpoint", "cache_dir", "save_dir", "data_dir",
    "root_dir",
    "default_root_dir", "log_dir", "project", "hub_token", "push_to_hub_token", "token", "use_auth_token",
    "api_key", "password", "wandb_key", "__cached__setup_devices", "framework",
})  # fmt: skip
_METRICS = ("train_metrics", "metrics", "best_metrics")


def is_arguments(value: object) -> bool:
    """Say whether an object is that of a trainer's arguments, by its class."""
    module, _, name = name_of(value).rpartition(".")
    if name.endswith("TrainingArguments"):
        return True
    return module.startswith(("trl.", "transformers.training_args")) and name.endswith("Config")


def arguments_told(blob: Blob, contents: Contents) -> Iterator[Fact]:
    """State the arguments of a trainer, each as a setting of the run."""
    name = name_of(contents.result)
    place = blob.whole()
    yield Teller(_BY, Method.DERIVED, 0.9).links(place, MODEL, Relation.MADE_BY, RUN)
    yield DECLARED.says(place, RUN, Trait.FRAMEWORK, "", name=label_of(name.partition(".")[0]))
    for key, value in list(contents.attributes(contents.result))[:_MOST]:
        if not isinstance(key, str) or _is_left_out(key):
            continue
        if key in ("seed", "data_seed") and isinstance(value, int) and not isinstance(value, bool):
            yield DECLARED.says(place, RUN, Trait.SEED, value, name="" if key == "seed" else "data")
        if (shown := plain_of(value)) is not None:
            if not (key in _UNSET and shown == -1):
                yield DECLARED.says(place, RUN, Trait.SETTING, shown, name=label_of(key))
        elif isinstance(value, Map):
            yield from _settings(blob, contents, value, f"{label_of(key)}.", 1)


def _is_left_out(key: str) -> bool:
    low = key.lower()
    return (
        low in _LEFT_OUT
        or low.startswith("__cached")
        or low.endswith(("_token", "_key", "_secret", "_password"))
    )


_UNSET = frozenset({"max_steps", "local_rank", "past_index"})  # -1 is "not set"


def checkpoint_told(blob: Blob, contents: Contents) -> Iterator[Fact]:
    """State versions, progress and settings of a checkpoint."""
    if not contents.is_mapping(contents.result):
        return
    held = {k: v for k, v in contents.pairs(contents.result) if isinstance(k, str)}
    place = blob.whole()
    statements = [*_progress(blob, held), *_lightning(blob, contents, held)]
    for key in _SETTINGS:
        if key in held:
            statements += _settings(blob, contents, held[key], "", 0)
    for key in _METRICS:
        for name, value in contents.pairs(held.get(key)):
            if (
                isinstance(name, str)
                and isinstance(number := plain_of(value), int | float)
                and number is not True
            ):
                statements.append(DECLARED.says(place, MODEL, Trait.METRIC, number, name=label_of(name)))
    if statements:
        yield Teller(_BY, Method.DERIVED, 0.9).links(place, MODEL, Relation.MADE_BY, RUN)
    yield from statements


def _progress(blob: Blob, held: dict[str, object]) -> Iterator[Fact]:
    place = blob.whole()
    for key in _STEPS:
        value = held.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            yield DECLARED.says(place, RUN, Trait.STEPS, value)
            break
    epoch = held.get("epoch")
    if isinstance(epoch, int | float) and not isinstance(epoch, bool) and epoch >= 0:
        yield DECLARED.says(place, RUN, Trait.SETTING, epoch, name="epochs_done")
    for key, trait in (("date", Trait.RELEASED), ("license", Trait.LICENSE)):
        value = held.get(key)
        if isinstance(value, str) and "docs" in held and (text := line_of(value)):  # Ultralytics
            yield DECLARED.says(place, MODEL, trait, text)


def _lightning(blob: Blob, contents: Contents, held: dict[str, object]) -> Iterator[Fact]:
    place = blob.whole()
    version = held.get("pytorch-lightning_version")
    if not isinstance(version, str):
        return
    yield DECLARED.says(place, RUN, Trait.FRAMEWORK, line_of(version), name="pytorch-lightning")
    names: list[str] = []
    for key, state in contents.pairs(held.get("callbacks")):
        name = label_of(key.partition("{")[0]) if isinstance(key, str) else ""
        if not name:
            continue
        names.append(name)
        for field, value in contents.pairs(state):
            if field in ("best_model_score", "monitor") and (shown := plain_of(value)) is not None:
                yield DECLARED.says(place, RUN, Trait.SETTING, shown, name=f"{name}.{field}")
            elif field == "best_model_path" and isinstance(value, str):
                last = line_of(value.replace("\\", "/").rsplit("/", 1)[-1])
                if last:
                    yield DECLARED.says(place, RUN, Trait.SETTING, last, name="best_checkpoint")
    if names:
        yield DECLARED.says(place, RUN, Trait.SETTING, ", ".join(names[:32]), name="callbacks")


def _settings(blob: Blob, contents: Contents, value: object, prefix: str, depth: int) -> Iterator[Fact]:
    """Settings in a dict, a Namespace or a configuration object, and in those inside it."""
    pairs = list(contents.pairs(value)) or list(contents.attributes(value))
    for key, inner in pairs[:_MOST]:
        if not isinstance(key, str) or _is_left_out(key):
            continue
        name = f"{prefix}{label_of(key)}"
        if (shown := plain_of(inner)) is not None:
            if key in _UNSET and shown == -1:
                continue
            yield DECLARED.says(blob.whole(), RUN, Trait.SETTING, shown, name=name)
            if key == "seed" and isinstance(inner, int) and not isinstance(inner, bool):
                yield DECLARED.says(blob.whole(), RUN, Trait.SEED, inner)
        elif depth < _DEEPEST and isinstance(inner, Map | Inst) and len(name) < 200:
            yield from _settings(blob, contents, inner, f"{name}.", depth + 1)


def plain_of(value: object) -> Scalar | None:
    """Give a plain value; of a member of an enumeration what it was made from; of a list its items."""
    if isinstance(value, bool | int | float | str):
        return scalar_of(value, 400)
    if isinstance(value, Seq | tuple):
        items: list[Json] = [i for i in items_in(value)[:64] if isinstance(i, bool | int | float | str)]
        return scalar_of(items, 400) if len(items) == min(len(items_in(value)), 64) else None
    if (
        isinstance(value, Inst)
        and isinstance(value.callee, Glob)
        and len(value.args) == 1
        and value.state is None
    ):
        only = value.args[0]
        is_enumeration = value.callee.name[:1].isupper() and not value.callee.module.startswith("torch")
        return scalar_of(only, 400) if is_enumeration and isinstance(only, str | int) else None
    return None
