"""Finds the homes of training runs: one run is one, however many files and checkpoints tell of it.

1. What MLflow writes below a run (``params``, ``artifacts/model``) is told of that run.
2. What lies in the folder of a model, or is a record of a run by its name, is told of the run of that folder;
   other files that tell of a run (a plan) are runs of their own.
3. A checkpoint (``checkpoint-500``) is a state of the run whose output folder it lies in. What it says of the
   run counts only where that folder itself says nothing, and then the last checkpoint speaks.
4. The weights that lie in a run's folder of outputs were made by it.
"""

import re
from collections.abc import Callable, Container, Iterable
from functools import cache

from backstamp.core.supply import Kind, Linked, Part, Stated

_FOLDERS = frozenset({"params", "metrics", "tags", "inputs", "files"})
_RECORDS = frozenset(
    "meta.yaml training_args.bin trainer_state.json hparams.yaml metrics.csv wandb-summary.json".split()
)
_OUTPUTS = frozenset({"checkpoints", "ckpt", "ckpts", "weights", "files"})
_RUN = Part(Kind.RUN)


class Runs:
    """The home of the run that each file speaks of, and the folders whose word on a run is superseded."""

    def __init__(
        self,
        said: Iterable[Stated | Linked],
        folder_of: Callable[[tuple[str, ...]], str],
        files: Container[str],
        models: Container[str],
    ) -> None:
        self.homes: dict[tuple[str, ...], str] = {}
        checkpoints: dict[str, set[str]] = {}
        spoken: set[str] = set()
        for statement in said:
            path = statement.place.path
            if path in self.homes or _RUN not in (statement.part, getattr(statement, "target", None)):
                continue
            folder = folder_of(path)
            self.homes[path] = _home(path, folder, files, models)
            if is_checkpoint(folder):
                checkpoints.setdefault(_above(folder), set()).add(folder)
            else:
                spoken.add(self.homes[path])
        self.superseded = {
            folder
            for run, found in checkpoints.items()
            for folder in found
            if run in spoken or folder != max(found, key=_step)
        }
        self._homes = frozenset(self.homes.values())

    def maker_of(self, model: str) -> str:
        """The run that made the model of a home: that of its folder, or of the outputs that it lies in."""
        at = model
        while at not in self._homes:
            name = at.rpartition("/")[2]
            is_output = name in _OUTPUTS or is_checkpoint(at) or name.endswith((".ckpt", ".pt", ".pth"))
            if not is_output or "/" not in at:
                return ""
            at = _above(at)
        return at


def is_checkpoint(folder: str) -> bool:
    """Say whether a folder is a state of training: ``checkpoint-500``."""
    return _checkpoint().fullmatch(folder.rpartition("/")[2]) is not None


def _home(path: tuple[str, ...], folder: str, files: Container[str], models: Container[str]) -> str:
    if folder.rpartition("/")[2] in _FOLDERS and f"{_above(folder)}/meta.yaml" in files:
        return _above(folder)
    at = folder
    while "/" in at:
        if at.rpartition("/")[2] == "artifacts" and f"{_above(at)}/meta.yaml" in files:
            return _above(at)
        at = _above(at)
    if folder.rpartition("/")[2] in _FOLDERS:
        return _above(folder)
    if is_checkpoint(folder):
        return _above(folder)
    if folder in models or path[-1].rsplit("/", 1)[-1] in _RECORDS:
        return folder
    return "./" + "/".join(path)


def _above(folder: str) -> str:
    return folder.rpartition("/")[0] or "."


def _step(folder: str) -> tuple[int, str]:
    digits = folder.rpartition("-")[2]
    return (int(digits) if len(digits) < 19 and digits.isdigit() else 0), folder


@cache
def _checkpoint() -> re.Pattern[str]:
    return re.compile(r"(?:global_|tmp-)?(?:checkpoint|ckpt|step|epoch)[-_]\d+")
