"""Takes stock of Parquet and Arrow files: rows, columns, who wrote them; the data is not read."""

from collections.abc import Iterator, Mapping

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement, Unread
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.core.tree import Json, tree_at
from backstamp.data.tables import DATA, Found, statements_of
from backstamp.formats import arrow, parquet
from backstamp.formats.features import columns_of

_BY = "columnar/1"
_MOST_NOTE = 2 * MIB


class _Reader:
    """The reader of columnar files."""

    name = "columnar"
    version = 1
    kinds = frozenset({"parquet", "arrow"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State rows, columns and notes of the writer."""
        if not blob.is_whole:
            yield Unread("only the first part of this table is at hand")
            return
        with blob.scattered():
            if blob.head(4) == parquet.MAGIC:
                yield from _parquet(blob, budget)
            elif blob.head(6) == arrow.MAGIC or blob.head(4) == b"\xff\xff\xff\xff":
                yield from _arrow(blob, budget)


def _parquet(blob: Blob, budget: Budget) -> Iterator[Statement]:
    footer = parquet.footer_of(blob.view, budget)
    place = blob.at(footer.start, footer.length)
    notes = dict(footer.notes)
    columns = {column.name: column.type for column in footer.columns}
    yield from statements_of(
        blob,
        Found(by=_BY, form="parquet", rows=footer.rows, columns=_named(columns, notes), place=place),
    )
    writer = footer.created_by.partition("(build")[0].strip()
    if writer and not is_placeholder(writer):
        name, _, version = writer.partition(" version ")
        tell = Teller(_BY, Method.DECLARED, 0.95)
        yield tell.says(
            place, DATA, Trait.FRAMEWORK, shown(version.strip(), 60), name=shown(name.strip(), 60)
        )
    yield from _noted(place, notes)
    if footer.problem:
        yield Unread(f"parquet: {footer.problem}")


def _arrow(blob: Blob, budget: Budget) -> Iterator[Statement]:
    table = arrow.table_of(blob.view, budget)
    notes = dict(table.notes)
    columns = {column.name: column.type for column in table.columns}
    rows = -1 if table.problem else table.rows
    place = blob.whole()
    found = Found(by=_BY, form="arrow", rows=rows, columns=_named(columns, notes), place=place)
    yield from statements_of(blob, found)
    yield from _noted(place, notes)
    if table.problem:
        yield Unread(f"arrow: {table.problem}")


def _named(columns: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, str]:
    """Name the types of columns as ``datasets`` does where it left a note: pictures are bytes otherwise."""
    features = columns_of(tree_at(_json(notes.get("huggingface", "")), "info").get("features"))
    index = _json(notes.get("pandas", ""))
    hidden = tree_at(index).get("index_columns")
    left_out = {name for name in hidden if isinstance(name, str)} if isinstance(hidden, list) else set()
    return {
        name: features.get(name, kind)
        for name, kind in columns.items()
        if not (name in left_out and name.startswith("__index_level_"))
    }


def _noted(place: Location, notes: Mapping[str, str]) -> Iterator[Statement]:
    tell = Teller(_BY, Method.DECLARED, 0.95)
    noted = _json(notes.get("huggingface", ""))
    mark = tree_at(noted).get("fingerprint")
    if isinstance(mark, str) and mark:
        yield tell.says(place, Part(Kind.DATASET), Trait.IDENTIFIER, shown(mark, 100), name="fingerprint")
    version = tree_at(_json(notes.get("pandas", ""))).get("pandas_version")
    if isinstance(version, str) and version:
        yield tell.says(place, DATA, Trait.FRAMEWORK, shown(version, 60), name="pandas")


def _json(text: str) -> Json:
    import json

    if not text or len(text) > _MOST_NOTE:
        return None
    try:
        read: Json = json.loads(text)
    except (ValueError, RecursionError, ReadError):
        return None
    return read


READER = _Reader()
