"""Takes stock of tables in text: CSV and TSV, JSON Lines, and JSON files that are one array of alike objects.

Which files are data? Those that are named so. Records that tools write while they train or measure have the
same suffixes and are no data set: they are left to their own readers.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Statement, Unread
from backstamp.core.supply import Method, Teller, Trait
from backstamp.data.tables import DATA, Found, statements_of
from backstamp.formats import jsonrows
from backstamp.formats.delimited import Field, delimited_of

_BY = "rows/1"
_TABLES = (".csv", ".tsv", ".tab")
_LINES = (".jsonl", ".ndjson", ".jsonlines")
_FEW = 20  # an array of fewer objects is a configuration
_HEAD = 256 * 1024
_COCO = (b'"images"', b'"annotations"')
_LOGS = frozenset(
    "emissions.csv metrics.csv progress.csv results.csv monitor.csv history.csv log.csv logs.csv "
    "training_log.csv train_log.csv training.csv loss.csv losses.csv installed-files.csv "
    "entry_points.csv log.jsonl logs.jsonl metrics.jsonl log_history.jsonl train_log.jsonl wandb- "
    "events.jsonl eval_results.jsonl trainer_log.jsonl".split()
)
_TOOLS = ("node_modules", "site-packages", ".dist-info", ".egg-info", "__pycache__", ".ipynb_checkpoints")
_LOG_KEYS = frozenset({"loss", "train_loss", "eval_loss", "learning_rate", "lr", "grad_norm"})
_LOG_STEPS = frozenset({"step", "epoch", "iteration", "iter", "global_step", "current_steps"})
_PROGRAM_NAMES = frozenset(
    "vocab tokenizer merges special_tokens config package package-lock manifest modules tsconfig "
    "composer index openapi schema cgmanifest bom sbom trainer_state".split()
)


class _Reader:
    """The reader of tables in text."""

    name = "rows"
    version = 1
    kinds = frozenset({"text", "wide-text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State rows and columns, if the file is named as data."""
        name = blob.name.lower()
        if not name.endswith((*_TABLES, *_LINES, ".json")) or name in _LOGS or _is_of_tools(blob):
            return
        if name.endswith(_TABLES):
            yield from _table(blob, name, budget)
        elif name.endswith(_LINES):
            yield from _lines(blob, budget)
        else:
            yield from _json(blob, name, budget)


def _is_of_tools(blob: Blob) -> bool:
    # LeRobot keeps what it knows of its episodes beside them.
    is_of_robots = blob.path[-1].replace("\\", "/").rsplit("/", 2)[-2:-1] == ["meta"]
    return is_of_robots or any(word in part for part in blob.path for word in _TOOLS)


def _table(blob: Blob, name: str, budget: Budget) -> Iterator[Statement]:
    table = delimited_of(blob.view, name, budget)
    if table is None:
        return
    columns = {field.name: field.type for field in table.fields}
    if _is_log(columns):
        return
    form = "tsv" if table.delimiter == "\t" else "csv"
    found = Found(
        by=_BY,
        form=form,
        rows=table.rows if blob.is_whole else -1,
        columns=columns,
        place=blob.at_line(table.line),
        looks=_looks(table.fields),
        method=Method.MEASURED if table.is_sure else Method.DERIVED,
        confidence=1.0 if table.is_sure else 0.6,
    )
    yield from statements_of(blob, found)
    if table.rows < 0:
        yield Unread("this table is too large for its rows to be counted")
    if not table.is_sure:
        yield Unread("a quote in this table is never closed: its lines were counted")
    if not blob.is_whole:
        yield Unread("only the first part of this table is at hand")


def _lines(blob: Blob, budget: Budget) -> Iterator[Statement]:
    try:
        rows = jsonrows.lines_of(blob.view, budget, is_whole=blob.is_whole)
    except ReadError:
        # A whole array under the name of lines is read as what it is.
        rows = jsonrows.array_of(blob.view, budget)
        if rows is None:
            raise
    if rows is not None:
        yield from _of_rows(blob, rows, "jsonl")


def _json(blob: Blob, name: str, budget: Budget) -> Iterator[Statement]:
    """Read an array of objects; lines of objects have this suffix too. A few of them are a configuration."""
    stem = name.removesuffix(".json")
    if stem in _PROGRAM_NAMES or stem.endswith(("_config", "-config", ".config")):
        return
    head = blob.head(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"["):
        rows, form = jsonrows.array_of(blob.view, budget), "json"
    elif _is_lines(head):
        rows, form = jsonrows.lines_of(blob.view, budget, is_whole=blob.is_whole), "jsonl"
    else:
        tail = bytes(blob.view[-_HEAD:])
        if head.startswith(b"{") and all(word in head or word in tail for word in _COCO):
            yield from _pictures(blob, budget)
        return
    if rows is not None and rows.is_alike and not 0 <= rows.rows <= _FEW:
        yield from _of_rows(blob, rows, form)


def _pictures(blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Read annotations of pictures as COCO writes them (cocodataset.org): a row is a picture."""
    counts = jsonrows.arrays_in(blob.view, ("images", "annotations", "categories"), budget)
    if not counts.get("images") or "annotations" not in counts:
        return
    columns = {"image": "image"}
    found = Found(by=_BY, form="coco", rows=counts["images"], columns=columns, place=blob.whole())
    yield from statements_of(blob, found)
    tell = Teller(_BY, Method.MEASURED, 1.0)
    said = f"{counts['annotations']} annotations of {counts.get('categories', 0)} categories"
    yield tell.says(blob.at_pointer("/annotations"), DATA, Trait.ANNOTATION, said)


def _is_lines(head: bytes) -> bool:
    first, _, second = head.partition(b"\n")
    return first.startswith(b"{") and first.rstrip().endswith(b"}") and second.lstrip().startswith(b"{")


def _of_rows(blob: Blob, rows: jsonrows.Rows, form: str) -> Iterator[Statement]:
    columns = {field.name: field.type for field in rows.fields}
    if _is_log(columns):
        return
    found = Found(
        by=_BY,
        form=form,
        rows=rows.rows if blob.is_whole else -1,
        columns=columns,
        place=blob.at_line(1),
        looks=_looks(rows.fields),
    )
    yield from statements_of(blob, found)
    if rows.problem:
        yield Unread(rows.problem)
    if not blob.is_whole:
        yield Unread("only the first part of these rows is at hand")


def _is_log(columns: dict[str, str]) -> bool:
    """Say whether the rows tell how a training went: a loss beside a step."""
    names = {name.lower().rpartition("/")[2].strip() for name in columns}
    return bool(names & _LOG_KEYS and names & _LOG_STEPS) and not names & {"text", "prompt", "messages"}


def _looks(fields: tuple[Field, ...]) -> dict[str, dict[str, float]]:
    return {field.name: field.looks for field in fields}


READER = _Reader()
