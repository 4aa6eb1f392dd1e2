"""Reads what Weights & Biases keeps of a run: its configuration, its metadata and its summary.

Source: the files that the client writes below ``wandb/run-*/files``. Host, user, e-mail and folders of the
machine are left out.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, tree_at
from backstamp.formats.hyperparameters import canonical
from backstamp.formats.trainingconfig import SETTINGS
from backstamp.formats.yamltext import document_of
from backstamp.models.readers.card_front import dataset_part
from backstamp.models.readers.jsontree import tree_of

BY = "wandb/1"
_RUN = Part(Kind.RUN)
_OBSERVED = Teller(BY, Method.DECLARED, 0.95)
_LARGEST = 8 * MIB
_MOST = 1_000
_BASES = (
    "model_name_or_path",
    "base_model",
    "model_name",
    "_name_or_path",
    "pretrained_model_name_or_path",
    "model_id",
)
_DATA = ("dataset_name", "dataset", "dataset_id", "train_dataset")


class WandbReader:
    """States what a run of Weights & Biases recorded."""

    name = "wandb"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the run of the folder."""
        name, path = blob.name, (blob.path[-1] if blob.path else "").replace("\\", "/")
        if blob.size > _LARGEST:
            return
        if name == "wandb-metadata.json":
            budget.spend_operations(blob.size // 8 + 1)
            yield from _metadata(tree_at(tree_of(bytes(blob.view))), blob)
        elif name == "wandb-summary.json":
            budget.spend_operations(blob.size // 8 + 1)
            yield from _summary(tree_at(tree_of(bytes(blob.view))), blob)
        elif name == "config.yaml" and ("wandb/" in path or b"_wandb:" in bytes(blob.view)):
            document = document_of(blob.view, budget)
            yield from _config(tree_at(document.tree), document.lines, blob)


def _config(tree: Tree, lines: dict[str, int], blob: Blob) -> Iterator[Statement]:
    """Every setting is wrapped: ``lr: {desc: null, value: 0.1}``."""
    # Trainer records the configuration of the model and all its arguments: then only known settings count.
    is_all = len(tree) > 80 or "transformers_version" in tree
    for key in list(tree)[:_MOST]:
        wrapped = tree[key]
        value = wrapped.get("value") if isinstance(wrapped, dict) and "value" in wrapped else wrapped
        place = blob.at_line(lines.get(f"/{escaped(key)}", 1))
        if key == "_wandb":
            version = tree_at(value).get("python_version")
            if isinstance(version, str):
                yield _OBSERVED.says(place, _RUN, Trait.FRAMEWORK, shown(version), name="python")
            client = tree_at(value).get("cli_version")
            if isinstance(client, str):
                yield _OBSERVED.says(place, _RUN, Trait.FRAMEWORK, shown(client), name="wandb")
            continue
        if key in _BASES and isinstance(value, str):
            part = named_part(Kind.MODEL, value)
            if part is not None and not is_placeholder(value):
                yield _OBSERVED.links(place, _RUN, Relation.CONSUMED, part)
        elif key in _DATA and isinstance(value, str):
            data = dataset_part(value)
            if data is not None:
                yield _OBSERVED.links(place, _RUN, Relation.CONSUMED, data)
        else:
            yield from _setting(canonical(key), value, place, known_only=is_all)


def _setting(name: str, value: Json, place: Location, *, known_only: bool) -> Iterator[Statement]:
    if (
        name not in SETTINGS
        and name not in ("seed", "data_seed")
        and (known_only or not _is_setting(name, value))
    ):
        return
    if isinstance(value, list):
        value = ", ".join(shown(str(each), 60) for each in value[:40] if isinstance(each, str | int | float))
    if isinstance(value, dict) or value is None or value is False:
        return
    if isinstance(value, str):
        if is_placeholder(value) or value.startswith(("/", "~")):
            return
        value = shown(masked(value), 300)
    if name == "seed" and isinstance(value, int) and not isinstance(value, bool):
        yield _OBSERVED.says(place, _RUN, Trait.SEED, value)
    else:
        yield _OBSERVED.says(place, _RUN, Trait.SETTING, value, name=shown(name, 60))


def _is_setting(name: str, value: Json) -> bool:
    """Numbers that somebody chose to record are settings; of texts only known ones."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not name.startswith("_")


def _metadata(tree: Tree, blob: Blob) -> Iterator[Statement]:
    for key, trait, name in (
        ("startedAt", Trait.STARTED, ""), ("python", Trait.FRAMEWORK, "python"), ("cuda",
            Trait.FRAMEWORK, "cuda"),
        ("cudaVersion", Trait.FRAMEWORK, "cuda"),
    ):  # fmt: skip
        value = text_at(tree, key)
        if value and not is_placeholder(value):
            yield _OBSERVED.says(
                blob.at_pointer(f"/{key}"), _RUN, trait, shown(value.removeprefix("CPython ")), name=name
            )
    commit, remote = text_at(tree, "git", "commit"), text_at(tree, "git", "remote")
    if commit:
        yield _OBSERVED.says(blob.at_pointer("/git/commit"), _RUN, Trait.COMMIT, shown(commit, 64))
    if remote:
        yield _OBSERVED.says(blob.at_pointer("/git/remote"), _RUN, Trait.LINK, _public(remote), name="vcs")
    program = text_at(tree, "codePath") or text_at(tree, "program").replace("\\", "/").rpartition("/")[2]
    words = [word for word in list_at(tree, "args")[:200] if isinstance(word, str)]
    if program:
        command = shown(masked(" ".join((program, *words))), 1000)
        yield _OBSERVED.says(blob.at_pointer("/program"), _RUN, Trait.COMMAND, command)
    yield from _hardware(tree, blob)


def _hardware(tree: Tree, blob: Blob) -> Iterator[Statement]:
    count = tree.get("gpu_count")
    name = (
        text_at(tree, "gpu") or text_at(tree, "gpu_nvidia") or text_at(list_first(tree, "gpu_nvidia"), "name")
    )
    if not name or is_placeholder(name):
        return
    name = name.removesuffix("]").rpartition("[")[2] if name.endswith("]") else name
    part = Part(Kind.HARDWARE, "name:" + shown(name, 100))
    place = blob.at_pointer("/gpu")
    yield _OBSERVED.says(place, part, Trait.NAME, shown(name, 100))
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        yield _OBSERVED.says(blob.at_pointer("/gpu_count"), part, Trait.SETTING, count, name="count")
    yield _OBSERVED.links(place, _RUN, Relation.RAN_ON, part)


def list_first(tree: Tree, key: str) -> Json:
    """Give the first entry of a list; ``None`` if there is none."""
    found = list_at(tree, key)
    return found[0] if found else None


def _public(remote: str) -> str:
    """Take credentials out of the address of a repository."""
    scheme, found, rest = remote.partition("://")
    if found and "@" in rest.partition("/")[0]:
        rest = rest.partition("@")[2]
    return shown(masked(f"{scheme}{found}{rest}"), 300)


def _summary(tree: Tree, blob: Blob) -> Iterator[Statement]:
    """The last values of what was logged: metrics; the run time in seconds, the steps."""
    runtime = tree_at(tree, "_wandb").get("runtime") or tree.get("_runtime")
    if isinstance(runtime, int | float) and not isinstance(runtime, bool) and runtime > 0:
        yield _OBSERVED.says(blob.at_pointer("/_runtime"), _RUN, Trait.DURATION, runtime)
    for key in list(tree)[:_MOST]:
        value = tree[key]
        place = blob.at_pointer(f"/{escaped(key)}")
        if key.startswith("_") or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if key in ("train/global_step", "global_step"):
            yield _OBSERVED.says(place, _RUN, Trait.STEPS, int(value) if value == int(value) else value)
        elif value == value and abs(value) != float("inf"):  # noqa: PLR0124  # a number
            yield _OBSERVED.says(place, _RUN, Trait.METRIC, value, name=shown(key, 100), scope="last step")


READER = WandbReader()
