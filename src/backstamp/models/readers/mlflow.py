"""Reads what MLflow keeps: the description of a logged model, and the folder of a run.

Sources: MLflow's ``MLmodel`` format and its file store (``meta.yaml``, ``params/``, ``metrics/``, ``tags/``,
``inputs/``). Who ran it, and on which machine's folders, is left out.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at
from backstamp.formats.hyperparameters import canonical, value_of
from backstamp.formats.prose import number_of
from backstamp.formats.yamltext import Yaml, document_of
from backstamp.models.readers.card_front import dataset_part
from backstamp.models.readers.jsontree import tree_of

BY = "mlflow/1"
_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_DECLARED = Teller(BY, Method.DECLARED, 0.95)
_MOST = 500
_LARGEST = 4 * 1024 * 1024
_TAGS = {
    "mlflow.source.git.commit": Trait.COMMIT,
    "mlflow.source.git.repoURL": Trait.LINK,
    "mlflow.source.name": Trait.COMMAND,
    "mlflow.runName": Trait.NAME,
    "mlflow.note.content": Trait.DESCRIPTION,
}
# What flavors call the versions of their libraries.
_VERSIONS = {
    "sklearn_version": "scikit-learn", "pytorch_version": "torch", "transformers_version": "transformers",
    "keras_version": "keras", "xgb_version": "xgboost", "lgb_version": "lightgbm", "onnx_version": "onnx",
    "spacy_version": "spacy", "catboost_version": "catboost", "python_version": "python",
    "sentence_transformers_version": "sentence-transformers", "langchain_version": "langchain",
    "statsmodels_version": "statsmodels", "pmdarima_version": "pmdarima", "prophet_version": "prophet",
    "openai_version": "openai", "pyspark_version": "pyspark", "diviner_version": "diviner",
}  # fmt: skip


class MlflowReader:
    """States what MLflow recorded of a model or a run."""

    name = "mlflow"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the model or the run of the folder."""
        path = blob.path[-1].replace("\\", "/") if blob.path else ""
        if blob.size > _LARGEST:
            return
        if blob.name == "MLmodel":
            yield from _model(document_of(blob.view, budget), blob)
        elif blob.name == "meta.yaml":
            yield from _of_meta(path, blob, budget)
        elif (found := _entry().search(path)) is not None:
            budget.spend_operations(min(blob.size, 4096) // 8 + 1)
            yield from _of_run(found[1], found[2], blob)


def _of_meta(path: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Tell the descriptions of a run, of its inputs and of an experiment's data sets apart."""
    head = blob.head(8192)
    if _input_of().search(path) is not None:
        yield from _input(document_of(blob.view, budget), blob)
    elif (found := _dataset_of().search(path)) is not None and b"digest:" in head:
        yield from _dataset(found[1], document_of(blob.view, budget), blob)
    elif b"artifact_uri:" in head and b"run_id:" in head:
        yield from _meta(document_of(blob.view, budget), blob)


def _model(document: Yaml, blob: Blob) -> Iterator[Statement]:
    tree = document.tree
    flavors = tree_at(tree, "flavors")
    if not isinstance(tree, dict) or not flavors:
        return

    def line(pointer: str) -> int:
        return document.lines.get(pointer, 1)

    for key, name in (
        ("model_uuid", "mlflow-model"),
        ("run_id", "mlflow-run"),
        ("model_id", "mlflow-model-id"),
    ):
        value = _text(tree.get(key))
        if value:
            part = _RUN if key == "run_id" else _MODEL
            yield _DECLARED.says(blob.at_line(line(f"/{key}")), part, Trait.IDENTIFIER, value, name=name)
    if tree.get("run_id"):
        yield _DECLARED.links(blob.at_line(line("/run_id")), _MODEL, Relation.MADE_BY, _RUN)
    created = _text(tree.get("utc_time_created"))
    if created:
        yield _DECLARED.says(blob.at_line(line("/utc_time_created")), _MODEL, Trait.RELEASED, _date(created))
    version = _text(tree.get("mlflow_version"))
    if version:
        place = blob.at_line(line("/mlflow_version"))
        yield _DECLARED.says(place, _MODEL, Trait.FRAMEWORK, version, name="mlflow")
    for flavor in list(flavors)[:_MOST]:
        yield from _flavor(flavor, tree_at(flavors, flavor), blob, line(f"/flavors/{flavor}"))
    yield from _signature(tree_at(tree, "signature"), blob, line("/signature"))


def _flavor(name: str, flavor: Tree, blob: Blob, line: int) -> Iterator[Statement]:
    place = blob.at_line(line)
    yield _DECLARED.says(place, _MODEL, Trait.FORMAT, f"mlflow-{shown(name, 60)}")
    for key, value in flavor.items():
        version = _text(value)
        if key in _VERSIONS and version:
            yield _DECLARED.says(place, _MODEL, Trait.FRAMEWORK, version, name=_VERSIONS[key])
    task = _text(flavor.get("task"))
    if task and name == "transformers":
        yield _DECLARED.says(place, _MODEL, Trait.TASK, task)
    base = text_at(flavor, "source_model_name")
    part = named_part(Kind.MODEL, base) if base and not is_placeholder(base) else None
    if part is not None:
        revision = _text(flavor.get("source_model_revision"))
        yield _DECLARED.links(place, _MODEL, Relation.DERIVED_FROM, part, revision=revision)


def _signature(signature: Tree, blob: Blob, line: int) -> Iterator[Statement]:
    """Inputs and outputs are JSON in a string; a tensor or a column each."""
    for key, trait in (("inputs", Trait.INPUT), ("outputs", Trait.OUTPUT)):
        text = signature.get(key)
        found = _inner(text)
        for at, each in enumerate(found[:_MOST] if isinstance(found, list) else []):
            name = text_at(each, "name") or f"{key[:-1]}{at}"
            yield _DECLARED.says(blob.at_line(line), _MODEL, trait, _form(each), name=shown(name, 100))


def _form(each: Json) -> str:
    """Write the type of an input: ``tensor(float32)[-1, 3]``, ``double``."""
    kind = text_at(each, "type") or "any"
    spec = tree_at(each, "tensor-spec")
    if not spec:
        return shown(kind, 60)
    shape = spec.get("shape")
    sizes = ", ".join(shown(str(size), 20) for size in shape[:16]) if isinstance(shape, list) else ""
    return f"tensor({shown(text_at(spec, 'dtype'), 30)})[{sizes}]"


def _meta(document: Yaml, blob: Blob) -> Iterator[Statement]:
    tree = tree_at(document.tree)
    run = _text(tree.get("run_id")) or _text(tree.get("run_uuid"))
    if not run:
        return
    place = blob.at_line(document.lines.get("/run_id", 1))
    yield _DECLARED.says(place, _RUN, Trait.IDENTIFIER, run, name="mlflow-run")
    name = _text(tree.get("run_name"))
    if name:
        yield _DECLARED.says(blob.at_line(document.lines.get("/run_name", 1)), _RUN, Trait.NAME, name)
    times: list[float] = []
    for key, trait in (("start_time", Trait.STARTED), ("end_time", Trait.FINISHED)):
        value = tree.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 10**11 < value < 10**14:
            times.append(value / 1000)
            yield _DECLARED.says(blob.at_line(document.lines.get(f"/{key}", 1)), _RUN, trait, _moment(value))
    if len(times) == 2 and times[1] >= times[0]:
        tell = Teller(BY, Method.DERIVED, 0.95)
        yield tell.says(blob.whole(), _RUN, Trait.DURATION, round(times[1] - times[0], 3))


def _of_run(kind: str, name: str, blob: Blob) -> Iterator[Statement]:
    text = bytes(blob.view[:65536]).decode("utf-8", "replace").strip()
    if kind == "params":
        value = value_of(text.splitlines()[0] if text else "")
        if value is not None:
            kept = shown(masked(value), 300) if isinstance(value, str) else value
            if canonical(name) == "seed" and isinstance(value, int):
                yield _DECLARED.says(blob.whole(), _RUN, Trait.SEED, value)
            elif not (isinstance(value, str) and value.startswith(("/", "~", "file:"))):
                yield _DECLARED.says(
                    blob.whole(), _RUN, Trait.SETTING, kept, name=shown(canonical(name), 100)
                )
    elif kind == "metrics":
        tail = bytes(blob.view[-4096:]).decode("utf-8", "replace").strip().splitlines()
        words = tail[-1].split() if tail else []
        number = number_of(words[1]) if len(words) >= 2 else None
        if number is not None:
            yield _DECLARED.says(
                blob.whole(), _RUN, Trait.METRIC, number, name=shown(name, 100), scope="last step"
            )
    elif kind == "tags":
        yield from _tag(name, text, blob)


def _tag(name: str, text: str, blob: Blob) -> Iterator[Statement]:
    trait = _TAGS.get(name)
    if trait is None or not text or is_placeholder(text):
        return
    value = shown(masked(text.splitlines()[0]), 1000)
    if trait is Trait.COMMAND and value.startswith(("/", "~")):
        value = value.rpartition("/")[2]
    yield _DECLARED.says(blob.whole(), _RUN, trait, value, name="vcs" if trait is Trait.LINK else "")


def _input(document: Yaml, blob: Blob) -> Iterator[Statement]:
    """An input of a run names its data set by an id; what that is stands in the experiment's own folder."""
    source = _text(tree_at(document.tree).get("source_id"))
    if source and len(source) <= 64 and not source.startswith("m-"):
        context = _text(tree_at(document.tree, "tags").get("mlflow.data.context"))
        place = blob.at_line(document.lines.get("/source_id", 1))
        yield _DECLARED.links(
            place, _RUN, Relation.CONSUMED, Part(Kind.DATASET, f"mlflow:{source}"), manner=context
        )


def _dataset(key: str, document: Yaml, blob: Blob) -> Iterator[Statement]:
    """A data set of an experiment: its name, digest, columns, rows, and where it came from."""
    tree = tree_at(document.tree)
    part = Part(Kind.DATASET, f"mlflow:{key}")

    def tell(field: str, trait: Trait, value: str | int, name: str = "") -> Statement:
        place = blob.at_line(document.lines.get(f"/{field}", 1))
        return _DECLARED.says(place, part, trait, value, name=name)

    if _text(tree.get("name")):
        yield tell("name", Trait.NAME, _text(tree.get("name")))
    if _text(tree.get("digest")):
        yield tell("digest", Trait.DIGEST, _text(tree.get("digest")), "mlflow")
    profile, source = _inner(tree.get("profile")), _inner(tree.get("source"))
    rows = tree_at(profile).get("num_rows")
    if isinstance(rows, int) and not isinstance(rows, bool):
        yield tell("profile", Trait.ROWS, rows)
    columns = list_at(_inner(tree.get("schema")), "mlflow_colspec")
    for column in columns[:_MOST]:
        if text_at(column, "name"):
            yield tell("schema", Trait.COLUMN, _form(column), shown(text_at(column, "name"), 100))
    origin = text_at(source, "path") or text_at(source, "url") or text_at(source, "uri")
    found = dataset_part(origin) if origin else None
    if found is not None and not found.key.startswith("path:"):
        place = blob.at_line(document.lines.get("/source", 1))
        revision = text_at(source, "revision")
        yield _DECLARED.links(
            place, part, Relation.DERIVED_FROM, found, manner="", revision=shown(revision, 100)
        )


def _inner(value: Json) -> Json:
    """Read JSON that stands in a string; ``None`` if it is none."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return tree_of(value.encode("utf-8", "replace"))
    except ReadError:
        return None


def _text(value: Json) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return ""
    text = str(value).strip()
    return "" if is_placeholder(text) else shown(text)


def _date(text: str) -> str:
    return text[:19].replace(" ", "T") + "Z" if len(text) >= 19 and text[4:5] == "-" else text


def _moment(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _entry() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:^|/)(?:[0-9a-f]{32}|m-[0-9a-f]{32})/(params|metrics|tags)/([^/]{1,250}(?:/[^/]{1,250}){0,3})$"
    )


@cache
def _input_of() -> Pattern[str]:
    import re

    return re.compile(r"(?:^|/)[0-9a-f]{32}/inputs/[^/]{1,64}/meta\.yaml$")


@cache
def _dataset_of() -> Pattern[str]:
    import re

    return re.compile(r"(?:^|/)datasets/([0-9a-f]{8,64})/meta\.yaml$")


READER = MlflowReader()
