"""Reads what DVC keeps: stages with what went in and came out, tracked files, parameters.

Source: the formats of ``dvc.yaml``,
    ``dvc.lock`` and ``*.dvc`` files of DVC 1 to 3. A lock records what was run;
``dvc.yaml`` and ``params.yaml`` say what is meant to be (scope ``intended``).
"""

from collections.abc import Callable, Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, texts_at, tree_at, trees_at
from backstamp.formats.hyperparameters import canonical
from backstamp.formats.trainingconfig import SETTINGS
from backstamp.formats.yamltext import document_of

BY = "dvc/1"
INTENDED = "intended"
_RECORDED = Teller(BY, Method.DECLARED, 0.95)
_MEANT = Teller(BY, Method.DECLARED, 0.9)
_LARGEST = 4 * MIB
_MOST = 2_000
_MODELS = (
    ".pt", ".pth", ".pkl", ".pickle", ".joblib", ".h5", ".hdf5", ".keras", ".onnx", ".safetensors",
    ".gguf", ".tflite",
    ".ckpt", ".bin", ".cbm", ".ubj", ".mlmodel",
)  # fmt: skip
_CODE = (".py", ".ipynb", ".sh", ".r", ".jl", ".yaml", ".yml", ".toml", ".cfg", ".sql")
_PLAIN = (
    ".csv",
    ".tsv",
    ".parquet",
    ".jsonl",
    ".arrow",
    ".feather",
    ".npz",
    ".npy",
    ".zip",
    ".tar",
    ".gz",
    ".xml",
    ".tfrecord",
)
At = Callable[[str], Location]


class DvcReader:
    """States what DVC recorded of data, models and the stages between them."""

    name = "dvc"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about runs, data sets and models by their paths."""
        name = blob.name
        is_pointer = name.endswith(".dvc") and len(name) > 4
        if (not is_pointer and name not in ("dvc.lock", "dvc.yaml", "params.yaml")) or blob.size > _LARGEST:
            return
        document = document_of(blob.view, budget)
        tree = tree_at(document.tree)

        def at(pointer: str) -> Location:
            return blob.at_line(document.lines.get(pointer, 1))

        if is_pointer:
            yield from _pointer(tree, at)
        elif name == "params.yaml":
            yield from _params(tree, "", Part(Kind.RUN), INTENDED, at, _MEANT)
        else:
            yield from _stages(tree, at, is_lock=name == "dvc.lock")


def _pointer(tree: Tree, at: At) -> Iterator[Statement]:
    """A tracked file: its digest and size; for an import, where it came from and at which commit."""
    for index, out in enumerate(trees_at(tree, "outs")):
        part = _part(text_at(out, "path"))
        if index >= _MOST or part is None:
            continue
        yield from _measures(out, part, f"/outs/{index}", at)
        for number, dep in enumerate(trees_at(tree, "deps")):
            origin, revision = _origin(dep)
            found = named_part(part.kind, origin) if origin else None
            if found is not None and number < 10:
                place = at(f"/deps/{number}")
                yield _RECORDED.links(
                    place, part, Relation.DERIVED_FROM, found, revision=shown(revision, 100)
                )


def _origin(dep: Tree) -> tuple[str, str]:
    repository = text_at(dep, "repo", "url")
    if repository:
        return repository, text_at(dep, "repo", "rev_lock") or text_at(dep, "repo", "rev")
    path = text_at(dep, "path")
    return (path, text_at(dep, "etag").strip('"')) if "://" in path else ("", "")


def _stages(tree: Tree, at: At, *, is_lock: bool) -> Iterator[Statement]:
    stages = tree_at(tree, "stages") or {key: value for key, value in tree.items() if "cmd" in tree_at(value)}
    prefix = "/stages" if tree_at(tree, "stages") else ""
    tell, scope = (_RECORDED, "") if is_lock else (_MEANT, INTENDED)
    for name in list(stages)[:_MOST]:
        stage, pointer = tree_at(stages[name]), f"{prefix}/{escaped(name)}"
        run = Part(Kind.RUN, "#" + shown(name, 100))
        for command in texts_at(stage, "cmd")[:20]:
            if not is_placeholder(command):
                text = shown(masked(" ".join(command.split())), 1000)
                yield tell.says(at(f"{pointer}/cmd"), run, Trait.COMMAND, text, scope=scope)
        for index, dep in enumerate(list_at(stage, "deps")[:_MOST]):
            part = _part(_path(dep))
            if part is not None:
                place = f"{pointer}/deps/{index}"
                yield tell.links(at(place), run, Relation.CONSUMED, part)
                yield from _measures(tree_at(dep), part, place, at)
        for index, out in enumerate(list_at(stage, "outs")[:_MOST]):
            part = _part(_path(out))
            if part is not None:
                place = f"{pointer}/outs/{index}"
                yield tell.links(at(place), part, Relation.MADE_BY, run)
                yield from _measures(tree_at(out), part, place, at)
        if is_lock:
            for file, params in tree_at(stage, "params").items():
                yield from _params(
                    tree_at(params), f"{pointer}/params/{escaped(file)}", run, "", at, tell, all_of_them=True
                )


def _path(entry: Json) -> str:
    """The path of an entry: a text, ``{path: ...}`` or ``{the/path: {cache: false}}``."""
    if isinstance(entry, str):
        return entry
    found = text_at(entry, "path")
    return found or (next(iter(entry), "") if isinstance(entry, dict) and len(entry) == 1 else "")


def _part(path: str) -> Part | None:
    """Say what a path is by its name: a model, data, or code (which is none of ours)."""
    lower = path.lower()
    if not path or "${" in path or lower.endswith(_CODE) or len(path) > 1000:
        return None
    words = lower.replace("\\", "/").rstrip("/").split("/")
    is_model = lower.endswith(_MODELS) or any(word.startswith(("model", "checkpoint")) for word in words)
    is_data = lower.endswith(_PLAIN) or any(
        word.startswith(("data", "corpus", "train", "raw")) for word in words
    )
    kind = (
        Kind.DATASET
        if lower.endswith(_PLAIN)
        else Kind.MODEL
        if is_model
        else Kind.DATASET
        if is_data
        else Kind.FILE
    )
    if "://" in path:
        return named_part(kind, path)
    return (
        named_part(kind, f"./{path}")
        if not path.startswith(("/", "~", "..")) and path[1:3] != ":\\"
        else None
    )


def _measures(entry: Tree, part: Part, pointer: str, at: At) -> Iterator[Statement]:
    digest = entry.get("md5") or entry.get("etag") or entry.get("checksum")
    if (
        isinstance(digest, str)
        and len(digest.removesuffix(".dir")) == 32
        and digest.removesuffix(".dir").isalnum()
    ):
        name = "dvc-tree-md5" if digest.endswith(".dir") else "md5"
        yield _RECORDED.says(at(f"{pointer}/md5"), part, Trait.DIGEST, digest.removesuffix(".dir"), name=name)
    size = entry.get("size")
    if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
        yield _RECORDED.says(at(f"{pointer}/size"), part, Trait.SIZE, size)


def _params(
    tree: Tree, pointer: str, run: Part, scope: str, at: At, tell: Teller, *, all_of_them: bool = False
) -> Iterator[Statement]:
    """State parameters: all of a lock; of a file of parameters those that are settings of training."""
    stack: list[tuple[str, str, Json, int]] = [(pointer, "", tree, 0)]
    count = 0
    while stack and count < _MOST:
        place, name, value, depth = stack.pop()
        if isinstance(value, dict):
            if depth < 6:
                stack.extend(
                    (f"{place}/{escaped(key)}", f"{name}.{key}" if name else key, value[key], depth + 1)
                    for key in reversed(value)
                )
            continue
        count += 1
        short = canonical(name.rpartition(".")[2])
        is_seed = short in ("seed", "random_state")
        if isinstance(value, list) or value is None or not (all_of_them or short in SETTINGS or is_seed):
            continue
        if isinstance(value, str):
            if is_placeholder(value) or value.startswith(("/", "~", "${")):
                continue
            value = shown(masked(value), 300)
        if is_seed and isinstance(value, int):
            yield tell.says(at(place), run, Trait.SEED, value, scope=scope)
        else:
            label = short if short in SETTINGS else shown(name, 100)
            yield tell.says(at(place), run, Trait.SETTING, value, name=label, scope=scope)


READER = DvcReader()
