"""Reads what Lightning logs of a run: its hyperparameters and the last values of its metrics.

Source: ``hparams.yaml`` and ``metrics.csv`` as the CSV and TensorBoard loggers of Lightning write them. They
are written by the run itself, so they are what was used.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, escaped, tree_at
from backstamp.formats.hyperparameters import canonical
from backstamp.formats.prose import number_of
from backstamp.formats.yamltext import document_of
from backstamp.models.readers.card_front import dataset_part

BY = "lightning/1"
_RUN = Part(Kind.RUN)
_OBSERVED = Teller(BY, Method.DECLARED, 0.95)
_LARGEST = 16 * MIB
_MOST = 500
_BASES = frozenset(
    {
        "model_name_or_path",
        "pretrained_model_name_or_path",
        "base_model",
        "pretrained_model_name",
        "backbone_name",
    }
)
_DATA = frozenset({"dataset_name", "dataset", "dataset_id"})
_STEPS = frozenset({"epoch", "step", "created_at"})


class LightningReader:
    """States hyperparameters and final metrics of a run of Lightning."""

    name = "lightning"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the run of the folder."""
        if blob.size > _LARGEST:
            return
        if blob.name == "hparams.yaml":
            document = document_of(blob.view, budget)
            yield from _settings(tree_at(document.tree), document.lines, blob)
        elif blob.name == "metrics.csv":
            budget.spend_operations(blob.size // 8 + 1)
            yield from _metrics(blob)


def _settings(tree: Tree, lines: dict[str, int], blob: Blob) -> Iterator[Statement]:
    stack: list[tuple[str, str, Json, int]] = [("", "", tree, 0)]
    count = 0
    while stack and count < _MOST:
        pointer, name, value, depth = stack.pop()
        if isinstance(value, dict):
            if depth < 4:
                stack.extend(
                    (f"{pointer}/{escaped(key)}", f"{name}.{key}" if name else key, value[key], depth + 1)
                    for key in reversed(value)
                )
            continue
        count += 1
        place, short = blob.at_line(lines.get(pointer, 1)), name.rpartition(".")[2]
        if isinstance(value, list) or value is None or (isinstance(value, str) and _is_foreign(value)):
            continue
        if short in _BASES and isinstance(value, str):
            part = named_part(Kind.MODEL, value)
            if part is not None:
                yield _OBSERVED.links(place, _RUN, Relation.CONSUMED, part)
        elif short in _DATA and isinstance(value, str):
            data = dataset_part(value)
            if data is not None:
                yield _OBSERVED.links(place, _RUN, Relation.CONSUMED, data)
        elif canonical(short) == "seed" and isinstance(value, int) and not isinstance(value, bool):
            yield _OBSERVED.says(place, _RUN, Trait.SEED, value)
        else:
            kept = shown(masked(value), 300) if isinstance(value, str) else value
            label = canonical(short) if depth <= 1 else shown(name, 100)
            yield _OBSERVED.says(place, _RUN, Trait.SETTING, kept, name=label)


def _is_foreign(text: str) -> bool:
    """Placeholders, and paths of the machine that it ran on, say nothing."""
    return is_placeholder(text) or text.startswith(("/", "~", "\\")) or text[1:3] in (":\\", ":/")


def _metrics(blob: Blob) -> Iterator[Statement]:
    """The last value of every column; a row only fills the columns that were logged at its step."""
    text = bytes(blob.view).decode("utf-8", "replace")
    lines = text.splitlines()
    header = lines[0].split(",") if lines else []
    if not {"epoch", "step"} <= set(header) or len(header) > _MOST:
        return
    last: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines[1:], 2):
        for name, cell in zip(header, line.split(","), strict=False):
            if cell:
                last[name] = (cell, number)
    for name, (cell, number) in sorted(last.items()):
        value = number_of(cell)
        if value is None:
            continue
        if name == "step" and value == int(value):
            yield _OBSERVED.says(blob.at_line(number), _RUN, Trait.STEPS, int(value) + 1)
        elif name not in _STEPS and not is_placeholder(name):
            tell = _OBSERVED
            yield tell.says(
                blob.at_line(number), _RUN, Trait.METRIC, value, name=shown(name, 100), scope="last step"
            )


READER = LightningReader()
