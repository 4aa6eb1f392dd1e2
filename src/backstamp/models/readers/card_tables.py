"""States what tables in model cards say: data sets with their rows, results of tests, settings.

A table is only read where its header says what its columns are; which column is this model's own is decided
by its title. A table of other models' results states nothing.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, is_hub_name
from backstamp.formats.hyperparameters import canonical, is_name, value_of
from backstamp.formats.inlinetext import links_in, plain
from backstamp.formats.lineage import hub_dataset
from backstamp.formats.markdown import Table
from backstamp.formats.prose import number_of

BY = "model-card/1"
TRAINING_DATA = Part(Kind.DATASET, "#training-data")
_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_PROSE = Teller(BY, Method.PARSED, 0.6)
_COUNTS = (
    "number of", "# ", "#", "rows", "examples", "samples", "tuples", "pairs", "instances", "sentences",
    "documents", "sequences",
    "records", "images", "count", "size", "utterances", "triplets", "questions", "ejemplos", "muestras",
)  # fmt: skip
_NO_ROWS = (
    "token",
    "hour",
    "byte",
    "gb",
    "mb",
    "tb",
    "word",
    "weight",
    "%",
    "length",
    "step",
    "epoch",
    "param",
)
_DATA = (
    "dataset",
    "data set",
    "corpus",
    "data",
    "source",
    "name",
    "dataset name",
    "data source",
    "conjunto de datos",
    "datos",
)
_TOTALS = ("total", "sum", "all", "overall", "gesamt", "suma", "\u603b\u8ba1", "\u5408\u8ba1")
_METRICS = frozenset(
    {"metric", "metrics", "measure", "m\u00e9trica", "metrik", "m\u00e9trique", "\u6307\u6807"}
)
_BENCHMARKS = frozenset(
    {
        "benchmark",
        "benchmarks",
        "task",
        "tasks",
        "dataset",
        "test",
        "test set",
        "eval",
        "evaluation",
        "category",
        "name",
        "split",
    }
)
_VALUES = frozenset({
    "value", "values", "score", "scores", "result", "results", "valor", "wert", "ours", "this model",
    "performance", "accuracy",
    "valeur", "resultado", "\u5206\u6570", "%",
})  # fmt: skip
_MODELS = frozenset(
    {"model", "models", "modelo", "modell", "mod\u00e8le", "\u6a21\u578b", "system", "method", "model name"}
)
_MOST_ROWS = 1_000
_MOST_METRICS = 200


class Cell(msgspec.Struct, frozen=True):
    """A cell that names a data set: the part that it means, and its words."""

    part: Part
    name: str  # what the link is called, or all
    rest: str  # the words beside it


def data_table(table: Table, blob: Blob) -> Iterator[Statement]:
    """Yield the data sets of a table that lists training data: each with its rows, and the sum of all."""
    header = [plain(cell).lower() for cell in table.rows[0]]
    named = next(
        (at for at, cell in enumerate(header) if cell in _DATA or cell.startswith(("dataset", "corpus"))), -1
    )
    counted = next((at for at, cell in enumerate(header) if at != named and _is_count(cell)), -1)
    if named < 0:
        return
    found = 0
    for row, line in zip(table.rows[1:_MOST_ROWS], table.lines[1:_MOST_ROWS], strict=False):
        if len(row) <= named:
            continue
        place = blob.at_line(line)
        rows = number_of(plain(row[counted]).lstrip("# ~\u2248")) if 0 <= counted < len(row) else None
        if plain(row[named]).lower().strip(" :") in _TOTALS:
            if isinstance(rows, int) and found:
                yield _PROSE.says(place, TRAINING_DATA, Trait.ROWS, rows)
                yield _PROSE.links(place, _MODEL, Relation.TRAINED_ON, TRAINING_DATA)
            continue
        cell = dataset_cell(row[named])
        if cell is None:
            continue
        found += 1
        yield _PROSE.links(place, _MODEL, Relation.TRAINED_ON, cell.part)
        yield _PROSE.says(place, cell.part, Trait.NAME, cell.name)
        if isinstance(rows, int) and rows > 0:
            yield _PROSE.says(place, cell.part, Trait.ROWS, rows, scope=cell.rest)
        yield from _papers(row, header, cell, blob, line)


def dataset_cell(cell: str) -> Cell | None:
    """Make the part of a data set out of a cell: a link of the hub, another link, or a name."""
    text = plain(cell)
    if not text or is_placeholder(text) or len(text) > 300 or number_of(text) is not None:
        return None
    links = list(links_in(cell))
    if links and text.startswith(links[0].label) and links[0].label:
        name, url = links[0].label, links[0].url
        hub = hub_dataset(url)
        key = f"huggingface:{hub}" if hub else f"url:{url}"
        return Cell(Part(Kind.DATASET, key), shown(name, 200), shown(text[len(name) :].strip(" -,:"), 200))
    if not links and is_hub_name(text) and "/" in text:
        return Cell(Part(Kind.DATASET, f"huggingface:{text}"), text, "")
    name = text.split(" (")[0].strip(" :,") or text
    return Cell(
        Part(Kind.DATASET, "name:" + shown(name, 200)),
        shown(name, 200),
        shown(text[len(name) :].strip(), 200),
    )


def _papers(
    row: tuple[str, ...], header: list[str], cell: Cell, blob: Blob, line: int
) -> Iterator[Statement]:
    for text, title in zip(row, header, strict=False):
        if "paper" in title or "reference" in title or "citation" in title:
            for link in links_in(text):
                yield _PROSE.says(
                    blob.at_line(line), cell.part, Trait.LINK, shown(link.url, 1000), name="paper"
                )


def _is_count(title: str) -> bool:
    return title.startswith(_COUNTS) or (
        any(word in title for word in _COUNTS[2:]) and not any(word in title for word in _NO_ROWS)
    )


def settings_table(table: Table, blob: Blob) -> Iterator[Statement]:
    """Yield the settings of a table of two columns whose header says that it lists some."""
    header = [plain(cell).lower() for cell in table.rows[0]]
    if len(header) != 2 or not any(
        word in header[0]
        for word in ("param", "setting", "config", "argument", "option", "\u53c2\u6570", "par\u00e1m")
    ):
        return
    for row, line in zip(table.rows[1:_MOST_ROWS], table.lines[1:], strict=False):
        name, value = (plain(row[0]), value_of(plain(row[1]))) if len(row) == 2 else ("", None)
        if value is not None and is_name(name):
            kept = shown(value) if isinstance(value, str) else value
            trait, label = (Trait.SEED, "") if canonical(name) == "seed" else (Trait.SETTING, canonical(name))
            yield _PROSE.says(blob.at_line(line), _RUN, trait, kept, name=label)


def metric_table(
    table: Table, blob: Blob, title: str, scope: str, confidence: float = 0.6
) -> Iterator[Statement]:
    """Yield the results that a table says of the model with this title."""
    tell = Teller(BY, Method.PARSED, confidence)
    header = [plain(cell).lower().strip(" :") for cell in table.rows[0]]
    if len(table.rows) < 2 or len(header) < 2:
        return
    count = 0
    for name, value, where, line in _results(table, header, title):
        number = number_of(value.rstrip("%").strip()) if value else None
        label = shown(name, 100)
        if number is None or is_placeholder(label) or number_of(label) is not None:
            continue
        stated = shown(value, 40) if value.endswith("%") else number
        count += 1
        if count > _MOST_METRICS:
            return
        full = ", ".join(dict.fromkeys(part for part in (scope, shown(where, 200)) if part))
        yield tell.says(blob.at_line(line), _MODEL, Trait.METRIC, stated, name=label, scope=full)


_Result = tuple[str, str, str, int]  # name, value, on what, line


def _results(table: Table, header: list[str], title: str) -> Iterator[_Result]:
    rows = list(zip(table.rows[1:_MOST_ROWS], table.lines[1:], strict=False))
    metric = next((at for at, cell in enumerate(header) if cell in _METRICS), -1)
    bench = next((at for at, cell in enumerate(header) if at != metric and cell in _BENCHMARKS), -1)
    value = next((at for at, cell in enumerate(header) if cell in _VALUES), -1)
    is_blank = len(rows) == 1 and not rows[0][0][0].strip() and len(header) > 2 and metric < 0
    if header[0] in _MODELS or is_blank or (header[0] == "" and metric < 0 and bench < 0):
        yield from _by_rows(table, rows, title)
        return
    if metric < 0 and bench < 0 and not (len(header) == 2 and value == 1):
        return
    if value < 0:
        value = _own_column(table.rows[0], title, {metric, bench})
    if value < 0:
        return
    name_at = metric if metric >= 0 else max(bench, 0)
    for row, line in rows:
        if len(row) <= max(value, name_at):
            continue
        on = plain(row[bench]) if metric >= 0 and 0 <= bench < len(row) else ""
        name = plain(row[name_at])
        if metric < 0 and header[value] == "accuracy":
            name, on = "accuracy", name
        yield name, plain(row[value]), on, line


def _by_rows(table: Table, rows: list[tuple[tuple[str, ...], int]], title: str) -> Iterator[_Result]:
    """A table with a model a row: its own row is the only one, or that which is called as the card is."""
    own = rows if len(rows) == 1 else [each for each in rows if _is_same(plain(each[0][0]), title)]
    if len(own) != 1:
        return
    row, line = own[0]
    for name, value in list(zip(table.rows[0], row, strict=False))[1:]:
        yield plain(name), plain(value), "", line


def _own_column(header: tuple[str, ...], title: str, taken: set[int]) -> int:
    left = [at for at in range(len(header)) if at not in taken]
    if len(left) == 1:
        return left[0]
    own = [at for at in left if _is_same(plain(header[at]), title)]
    return own[0] if len(own) == 1 else -1


def _is_same(name: str, title: str) -> bool:
    """Say whether a name in a table is that of the card: letters and digits count."""
    a, b = _letters(name), _letters(title)
    return len(a) >= 3 and (
        a == b or a in ("ours", "thismodel") or (len(a) >= 6 and a in b) or (len(b) >= 6 and b in a)
    )


def _letters(text: str) -> str:
    return "".join(c for c in text.lower().rpartition("/")[2] if c.isalnum())[:200]
