"""Finds which folder is a model, a dataset, a run: what "the one this file belongs to" means.

1. A folder with weights, or with a configuration or card that says what a model it is, is the home of
   a model; one with an adapter's configuration is the home of an adapter.
2. Folders that only hold pieces of a model (``onnx``, ``1_Pooling``, ``tokenizer``, the stages of a pipeline
   that have no weights) belong to the model above.
3. Weight files that lie in one folder without anything that joins them are models of their own.
4. A folder with a dataset's card, or whose data files are splits of one another, is the home of a
   dataset; other data files are datasets of their own.
5. A run's home is found by ``backstamp.bom.training_runs``.
6. What is said of "the model" where there is none is said of the dataset of that folder, or, at the root, of
   the system; what is said of the system where the root is a model is said of that model.
7. The files of a hub cache are those of its snapshots; their contents below ``blobs`` are not counted twice.
8. A home that is known by a name elsewhere (a hub cache) is that part, wherever it is named. A dataset that
   a card names twice (``ms_marco`` in its fields, "MS MARCO" with a link in its text) is one.

Paths of members go through their containers: ``package.whl/model/config.json`` lies in a folder of the wheel.
"""

import re
from collections.abc import Container, Iterable, Iterator
from functools import cache, cached_property

from backstamp.bom.inventory import FileRecord, Inventory
from backstamp.bom.same_data import same_data
from backstamp.bom.training_runs import Runs, is_checkpoint
from backstamp.core.location import Location
from backstamp.core.reading import Status
from backstamp.core.supply import Kind, Linked, Meant, Method, Part, Stated, Trait

WEIGHTS = frozenset(
    "safetensors gguf onnx tflite keras-config hdf5 savedmodel coreml torch-shards paddle openvino "
    "ggml catboost xgboost-binary xgboost-ubjson fasttext skops-schema word2vec".split()
)
_WEIGHT_NAMES = tuple(
    ".safetensors .gguf .onnx .tflite .keras .h5 .hdf5 .pb .mlmodel .pt .pth .ckpt .bin .t7 .pdparams "
    ".pdiparams .msgpack .joblib .pkl .pickle .model .ubj .cbm .skops .npz .engine .mar .nemo .llamafile "
    ".distcp .pte .jit .torchscript .pt2 .ptl".split()
)
_NOT_WEIGHTS = frozenset(
    "training_args.bin optimizer.pt scheduler.pt scaler.pt rng_state.pth optimizer.bin "
    "random_states_0.pkl config.json metadata.json".split()
)
_CHECKPOINTS = (".pth.tar", ".pt.tar", ".ckpt.tar", ".pkl.gz", ".joblib.gz", ".pickle.gz", ".model.gz")
_CODE = frozenset({"python", "notebook", "javascript"})
_MANIFESTS = frozenset("requirements.txt pyproject.toml setup.cfg package.json Dockerfile".split())
_LOOSE_NAMES = (".bin", ".pkl", ".pickle", ".model", ".npz", ".joblib", ".msgpack", *_CHECKPOINTS[3:])
_LOOSE = frozenset({"pickle", "zip", "tar", "npy", "msgpack"})  # weights by their name alone
_ARCHIVES = (".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".egg", ".7z", ".tar.bz2", ".tar.xz", ".conda", ".gz")
_DATA = frozenset("parquet arrow csv jsonl".split())
_DATA_NAMES = (".parquet", ".arrow", ".csv", ".tsv", ".jsonl", ".ndjson")
_IDENTITY = frozenset(
    "config.json model_index.json modules.json adapter_config.json MLmodel params.json meta.json "
    "config.yaml tokenizer_config.json config.cfg".split()
)
_PIECES = frozenset(
    "onnx openvino coreml tokenizer original gguf tflite logs runs assets variables metric eval results "
    "figures images samples weights tf safetensors checkpoints_meta "
    "lightning_logs version_0 imgs docs data.pkl".split()
)
_BUNDLES = (".mlpackage", ".mlmodelc", ".savedmodel")
_SPACY = frozenset({"meta.json", "config.cfg"})
_COMPOSITES = frozenset({"model_index.json", "modules.json", "MLmodel"})
ROOT = "."
_RECIPES = "modelfiles/"  # the reader of files that make a model of another one, wherever they lie
PLANS = "training-config/"  # the reader of what somebody means to train


def folder_of(path: tuple[str, ...]) -> str:
    """Name the folder of a file or member: ``.`` for the target itself, else ``./models/x``."""
    return parent(joined_path(file_of(path)))


def is_archive(path: str) -> bool:
    """Say whether a container is a package or an archive, by its name; ``model.pth.tar`` is a checkpoint."""
    name = path.lower()
    return name.endswith(_ARCHIVES) and not name.endswith(_CHECKPOINTS)


def file_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """Cut the path of a member at the file that it is a piece of: a checkpoint, not a package."""
    for at, name in enumerate(path[:-1]):
        if not is_archive(name):
            return path[: at + 1]
    return path


def joined_path(path: tuple[str, ...]) -> str:
    """Write a path through containers as one, below the target's root."""
    return "./" + "/".join(path)


def parent(path: str) -> str:
    """Go one folder up; the root is its own parent."""
    return path.rpartition("/")[0] or ROOT


def is_file(record: FileRecord) -> bool:
    """Say whether an artifact is a file: one of the target, or of a package or archive in it.

    Members of a model's own file (the pickle in a checkpoint) are pieces of it.
    """
    return all(is_archive(path) for path in record.path[:-1])


def is_weight_file(record: FileRecord) -> bool:
    """Say whether a file holds a model's weights, by its format and name."""
    if not is_file(record):
        return False
    name = record.path[-1].rsplit("/", 1)[-1].lower()
    if is_state_of_training(name):
        return False
    if name.endswith("_config.json"):
        return False
    if not WEIGHTS.isdisjoint(record.kinds):
        return True
    return not _LOOSE.isdisjoint(record.kinds) and name.endswith((*_WEIGHT_NAMES, *_CHECKPOINTS))


def is_anything(record: FileRecord) -> bool:
    """Say whether nothing but a loose name makes a file one of weights: ``dictionary.bin``, a pickle."""
    name = record.path[-1].rsplit("/", 1)[-1].lower()
    return WEIGHTS.isdisjoint(record.kinds) and name.endswith(_LOOSE_NAMES)


def is_state_of_training(name: str) -> bool:
    """Say whether a file, by its name, holds the state of an optimizer or the like, no weights of a model."""
    return name in _NOT_WEIGHTS or name.startswith(("optim", "rng_state", "events.out", "scheduler."))


def is_data_file(record: FileRecord) -> bool:
    """Say whether a file holds rows of data, by its format and name."""
    name = record.path[-1].rsplit("/", 1)[-1].lower().removesuffix(".gz").removesuffix(".zst")
    return not _DATA.isdisjoint(record.kinds) or name.endswith(_DATA_NAMES)


class Homes:
    """The homes of a target, and the full key of every part that is spoken of.

    ``own`` are the parts that the target itself is: the package that a wheel holds.
    """

    def __init__(
        self,
        inventory: Inventory,
        statements: Iterable[Stated | Linked],
        own: frozenset[Part] = frozenset(),
        meant: Iterable[Meant] = (),
    ) -> None:
        self.inventory = inventory
        self.files = {joined_path(record.path): record for record in inventory.files}
        caches = {found.group(1) for path in self.files if (found := _snapshot().match(path))}
        self.files = {path: record for path, record in self.files.items() if not _is_blob(path, caches)}
        shadowed = _shadowed(self.files)
        said = [
            s
            for s in statements
            if not _is_blob(path := joined_path(s.place.path), caches) and path not in shadowed
        ]
        self.said = said
        self.models: dict[str, Kind] = {}
        self.datasets: set[str] = set()
        self._find_models(said)
        self._find_datasets(said)
        self.runs = Runs(said, folder_of, self.files, self.models)
        self.aliases = {**self._find_aliases(said), **dict.fromkeys(own, Part(Kind.SYSTEM, ROOT))}
        for row in meant:
            target = self.bound(row.target, row.place)
            if not target.key.startswith("path:"):
                self.aliases.setdefault(row.part, target)

    # --- finding -------------------------------------------------------------------------------

    def _find_models(self, said: list[Stated | Linked]) -> None:
        weights: dict[str, list[str]] = {}
        named: dict[str, set[str]] = {}
        for path, record in self.files.items():
            if is_weight_file(record):
                weights.setdefault(parent(path), []).append(path)
            if (name := path.rpartition("/")[2]) in _IDENTITY:
                named.setdefault(parent(path), set()).add(name)
        held = {path for paths in weights.values() for path in paths}
        plans = {s.place.path for s in said if s.part == Part(Kind.RUN)}
        carded = {
            folder_of(s.place.path)
            for s in said
            if _is_about_model(s)
            and joined_path(file_of(s.place.path)) not in held
            and not (isinstance(s, Linked) and s.place.path in plans)
        }
        spoken = {joined_path(file_of(s.place.path)) for s in said if s.part in _MODELS}
        spoken |= {path for s in said if isinstance(s, Linked) for path in _loaded(s)}
        for folder, paths in [*weights.items()]:
            weights[folder] = [p for p in paths if self._is_model(p, named.get(folder, set()), spoken)]
        weights = {folder: paths for folder, paths in weights.items() if paths}
        alone = {joined_path(s.place.path) for s in said if s.by.startswith(_RECIPES) and not s.part.key}
        self.models |= {path: Kind.MODEL for path in alone if parent(path) not in carded | weights.keys()}
        adapters = {folder_of(s.place.path) for s in said if s.part == Part(Kind.ADAPTER)}
        for folder in sorted({*weights, *carded, *adapters}):
            owner = self._owner(folder, named, weights)
            if owner != folder:
                self.models.setdefault(owner, Kind.MODEL)
            elif folder not in carded | adapters and (
                _are_apart(weights[folder]) or (folder == ROOT and not named.get(ROOT) and self._is_code())
            ):
                self.models.update(dict.fromkeys(weights[folder], Kind.MODEL))
            else:
                self.models[folder] = Kind.ADAPTER if folder in adapters else Kind.MODEL

    def _is_model(self, path: str, named: set[str], spoken: set[str]) -> bool:
        """Say whether a file of weights is one: of what only its name tells, more must be known."""
        record = self.files[path]
        stem = path.rpartition("/")[2].partition(".")[0].lower()
        is_read = record.status in (Status.COMPLETE, Status.SKIPPED)
        return not is_anything(record) or not is_read or bool(named) or path in spoken or "model" in stem

    def _is_code(self) -> bool:
        """Say whether code lies at the root: weights beside it are a part of it, not what the target is."""
        return any(
            parent(path) == ROOT and (_CODE & set(record.kinds) or path.rpartition("/")[2] in _MANIFESTS)
            for path, record in self.files.items()
        )

    def _owner(self, folder: str, named: dict[str, set[str]], weights: dict[str, list[str]]) -> str:
        """The model that a folder is a piece of: itself, or one above."""
        at = folder
        while at != ROOT:
            above, name = parent(at), at.rpartition("/")[2]
            is_piece = name.lower() in _PIECES or _numbered().fullmatch(name) is not None
            has_identity = bool(named.get(above)) or above in self.models
            is_composed = named.get(above, set()) & _COMPOSITES and "model_index.json" not in named[above]
            bundle = above.lower().endswith(_BUNDLES) or above.rpartition("/")[0].lower().endswith(_BUNDLES)
            is_form = name.rpartition(".")[0] in _stems(weights.get(above, ())) or name in _stems(
                weights.get(above, ())
            )
            names = named.get(above, set())
            is_stage = names >= _SPACY or ("model_index.json" in names and at not in weights)
            if (is_piece and has_identity) or is_composed or bundle or is_form or is_stage:
                folder = at = above
            else:
                break
        return folder

    def _find_datasets(self, said: list[Stated | Linked]) -> None:
        carded = {
            folder_of(s.place.path)
            for s in said
            if s.part == Part(Kind.DATASET) and not _is_data_name(s.place.path)
        }
        self.datasets |= {folder for folder in carded if folder not in self.models}
        rows = {s.place.path for s in said if s.part == Part(Kind.DATASET)}
        # A licence beside data, in a folder of no model and not at the root, is that of the data.
        licensed = {folder_of(s.place.path) for s in said if s.part == Part(Kind.MODEL) and _is_licence(s)}
        licensed -= {ROOT, *self.models}
        for path, record in self.files.items():
            if not is_data_file(record) or self._above(path, self.datasets):
                continue
            if record.path in rows:
                folder = parent(path)
                stem = path.rpartition("/")[2]
                is_split = _split().match(stem) and folder not in self.models and folder != ROOT
                self.datasets.add(folder if is_split or folder in licensed else path)

    def _find_aliases(self, said: list[Stated | Linked]) -> dict[Part, Part]:
        """Homes by the names that others know them by: those of hub caches."""
        found: dict[Part, Part] = {}
        for statement in said:
            if (
                not isinstance(statement, Stated)
                or statement.trait is not Trait.IDENTIFIER
                or statement.part.key
            ):
                continue
            if statement.name == "huggingface":
                home = self.bound(statement.part, statement.place)
                found.setdefault(Part(statement.part.kind, f"huggingface:{statement.value}"), home)
        return {**same_data(said), **found}

    # --- binding -------------------------------------------------------------------------------

    def bound(self, part: Part, place: Location) -> Part:
        """Give a part its full key, as seen from the file that speaks of it."""
        if not part.key or part.key.startswith("#"):
            home = self._home(part.kind, place.path)
            return (
                Part(home.kind, home.key + part.key) if not part.key else Part(part.kind, home.key + part.key)
            )
        if part.key.startswith("path:"):
            return self._local(part, folder_of(place.path))
        if part.key.startswith("huggingface:") and part.kind in (Kind.MODEL, Kind.ADAPTER, Kind.DATASET):
            # A loader takes a folder of that name before it asks a hub.
            here = self._local(Part(part.kind, "path:" + part.key.partition(":")[2]), folder_of(place.path))
            if not here.key.startswith("path:"):
                return here
        return self.aliases.get(part, part)

    def _home(self, kind: Kind, path: tuple[str, ...]) -> Part:
        at = joined_path(file_of(path)).replace("/.cache/huggingface/download/", "/")
        if kind in (Kind.MODEL, Kind.ADAPTER):
            if home := self._above(at, self.models):
                return Part(self.models[home], home)
            if home := self._above(at, self.datasets):
                return Part(Kind.DATASET, home)
            return self._whole() if self._is_at_root(path) else Part(Kind.FILE, at)
        if kind in (Kind.TOKENIZER, Kind.TEMPLATE):
            return Part(kind, self._above(at, self.models) or parent(at))
        if kind is Kind.DATASET:
            return Part(kind, self._above(at, self.datasets) or self._above(at, self.models) or parent(at))
        if kind is Kind.RUN:
            return Part(kind, self.runs.homes.get(path) or at)
        if kind is Kind.FILE:
            return Part(kind, at)
        if kind is Kind.SYSTEM:
            return self._whole()
        return Part(kind, parent(at))

    def _whole(self) -> Part:
        """What the target is as a whole."""
        return Part(self.models[ROOT], ROOT) if ROOT in self.models else Part(Kind.SYSTEM, ROOT)

    @staticmethod
    def _is_at_root(path: tuple[str, ...]) -> bool:
        """Say whether a file speaks for the whole target: it lies at the root, or describes a package."""
        name = path[-1]
        return "/" not in name or name.rpartition("/")[0].endswith((".dist-info", "/licenses", ".egg-info"))

    def _local(self, part: Part, folder: str) -> Part:
        """What a path in a file means: below its folder or below the root, if there is such a thing."""
        name = part.key.removeprefix("path:").removeprefix("./")
        for start in dict.fromkeys((folder, ROOT)):
            path = f"{start}/{name}"
            if path in self.models:
                return Part(self.models[path], path)
            if path in self.datasets:
                return Part(Kind.DATASET, path)
            if path in self.files and part.kind is Kind.FILE:
                return Part(Kind.FILE, path)
            if path in self.files:
                if home := self._above(path, self.models):
                    return Part(self.models[home], home)
                if home := self._above(path, self.datasets):
                    return Part(Kind.DATASET, home)
                return Part(part.kind, path)
        return part

    @staticmethod
    def _above(path: str, homes: Container[str]) -> str:
        """The nearest home at or above a path; empty if there is none."""
        at = path
        while True:
            if at in homes:
                return at
            if at == ROOT:
                return ""
            at = parent(at)

    def holder_of(self, model: str) -> str:
        """The model that a checkpoint or a stage of a pipeline lies in; empty for a model of its own."""
        above = self._above(parent(model), self.models) if model != ROOT else ""
        is_stage = f"{above}/model_index.json" in self.files
        return above if above and (is_stage or is_checkpoint(model)) else ""

    def files_of(self, part: Part) -> list[FileRecord]:
        """List the files that a home is made of: those below it that no home further down has."""
        return self._files_by_home.get(part.key, [])

    @cached_property
    def _files_by_home(self) -> dict[str, list[FileRecord]]:
        """The files of every home. Found in one pass: a target may have thousands of homes and of files."""
        homes = {**dict.fromkeys(self.datasets), **self.models}
        found: dict[str, list[FileRecord]] = {}
        nearest_of: dict[str, str] = {}
        for record in dict.fromkeys(self.inventory.files):
            if record.status is Status.SKIPPED or not is_file(record) or _holds_files(record):
                continue
            path = joined_path(record.path)
            folder = parent(path)
            if folder not in nearest_of:
                nearest_of[folder] = self._above(folder, homes)
            nearest = path if path in homes else nearest_of[folder]
            if nearest:
                found.setdefault(nearest, []).append(record)
        return found


_MODELS = (Part(Kind.MODEL), Part(Kind.ADAPTER))


def _loaded(link: Linked) -> Iterator[str]:
    """The paths that a link may mean by the name of a file that is loaded as a model."""
    name = link.target.key
    if link.target.kind in (Kind.MODEL, Kind.ADAPTER) and name.startswith("path:"):
        for start in (folder_of(link.place.path), ROOT):
            yield f"{start}/{name.removeprefix('path:').removeprefix('./')}"


def _holds_files(record: FileRecord) -> bool:
    return is_archive(record.path[-1])


def _is_about_model(statement: Stated | Linked) -> bool:
    """Say whether a statement makes its folder a model: fields that are for it, no prose."""
    if statement.part not in (Part(Kind.MODEL), Part(Kind.TOKENIZER)):
        return False
    if not isinstance(statement, Stated):
        is_plan = statement.by.startswith((PLANS, _RECIPES))  # what they make need not lie beside them
        return (
            statement.method.rank <= Method.DECLARED.rank
            and statement.part.kind is Kind.MODEL
            and not is_plan
        )
    if statement.by.startswith(_RECIPES):
        return False
    return statement.method.rank <= Method.DECLARED.rank and statement.trait in _TELLING


def _is_licence(statement: Stated | Linked) -> bool:
    return isinstance(statement, Stated) and statement.trait in (Trait.LICENSE, Trait.LICENSE_TEXT)


_TELLING = frozenset(
    {
        Trait.ARCHITECTURE, Trait.FAMILY, Trait.TASK, Trait.PARAMETERS, Trait.QUANTIZATION, Trait.FORMAT,
        Trait.METRIC, Trait.FRAMEWORK, Trait.DIMENSION, Trait.INPUT, Trait.OUTPUT, Trait.REVISION,
    }
)  # fmt: skip


def _is_data_name(path: tuple[str, ...]) -> bool:
    name = path[-1].rsplit("/", 1)[-1].lower().removesuffix(".gz").removesuffix(".zst")
    return name.endswith((*_DATA_NAMES, ".json")) and "info" not in name and "croissant" not in name


def _stems(paths: Iterable[str]) -> set[str]:
    """The names of weight files without their endings and without the number of a shard."""
    return {_shard().sub("", path.rpartition("/")[2].rpartition(".")[0]) for path in paths}


def _are_apart(paths: list[str]) -> bool:
    """Say whether weight files of one folder are models of their own: neither shards nor forms of one."""
    stems = {stem.lower() for stem in _stems(paths)}
    return len(stems) > 1 and not stems <= {
        "model",
        "pytorch_model",
        "tf_model",
        "flax_model",
        "saved_model",
        "model_quantized",
    }


def _shadowed(files: dict[str, FileRecord]) -> set[str]:
    """The copies of ``meta.json`` that a package of a spaCy pipeline has above the folder of the pipeline."""
    pipelines = [parent(path) for path in files if path.endswith("/config.cfg")]
    found = {f"{parent(folder)}/meta.json": folder for folder in pipelines if f"{folder}/meta.json" in files}
    return {
        copy
        for copy, folder in found.items()
        if copy in files
        and files[copy].size == files[f"{folder}/meta.json"].size
        and files[copy].digest == files[f"{folder}/meta.json"].digest
        and f"{parent(folder)}/config.cfg" not in files
    }


def _is_blob(path: str, caches: Container[str]) -> bool:
    """Say whether a file of a hub cache is the content of one that its snapshots show under its name."""
    found = _blob().match(path)
    return found is not None and found.group(1) in caches


@cache
def _snapshot() -> re.Pattern[str]:
    return re.compile(r"((?:.*/)?(?:models|datasets|spaces)--[^/]+)/snapshots/[^/]+/.")


@cache
def _blob() -> re.Pattern[str]:
    return re.compile(r"((?:.*/)?(?:models|datasets|spaces)--[^/]+)/blobs/[^/]+(?:/|$)")


@cache
def _shard() -> re.Pattern[str]:
    return re.compile(r"[-_.]?\d{5}-of-\d{5}$")


@cache
def _numbered() -> re.Pattern[str]:
    return re.compile(r"\d+_[A-Z][A-Za-z]+|_?artifacts?|fp(?:16|32)|int[48]|q[2-8].*")


@cache
def _split() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:.*[-_.])?(?:train|test|valid|validation|val|dev|eval|split)(?:ing)?(?:[-_.]|\d|$)"
    )
