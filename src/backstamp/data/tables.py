"""What is stated of any file of rows, whatever its format: rows, split, columns, contents, sensitivity.

The scope of a number is the file that it was counted in: a data set is as large as its files together.
"""

from collections.abc import Iterator, Mapping

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Stated, Teller, Trait
from backstamp.data.columns import contents_of, personal_columns
from backstamp.formats.splitnames import split_of

DATA = Part(Kind.DATASET)
_MOST_COLUMNS = 500


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A table that a reader found. ``rows`` below zero were not counted; ``confidence`` is that of them."""

    by: str
    form: str
    rows: int
    columns: Mapping[str, str]
    place: Location
    looks: Mapping[str, Mapping[str, float]] = {}
    method: Method = Method.MEASURED
    confidence: float = 1.0


def statements_of(blob: Blob, found: Found) -> Iterator[Stated]:
    """State what a table says of its data set."""
    scope = scope_of(blob)
    counted = Teller(found.by, found.method, found.confidence)
    measured = Teller(found.by, Method.MEASURED, 1.0)
    whole = blob.whole()
    yield measured.says(whole, DATA, Trait.FORMAT, found.form)
    yield measured.says(whole, DATA, Trait.SIZE, blob.size, scope=scope)
    # The name inside an archive says it, else the name of the archive.
    split = next(filter(None, map(split_of, reversed(blob.path))), "")
    if found.rows >= 0:
        yield counted.says(found.place, DATA, Trait.ROWS, found.rows, scope=scope)
        if split:
            yield counted.says(found.place, DATA, Trait.SPLIT, found.rows, name=split, scope=scope)
    declared = Teller(found.by, Method.DECLARED, 0.95 if found.form in ("parquet", "arrow") else 0.9)
    for name, kind in list(found.columns.items())[:_MOST_COLUMNS]:
        yield declared.says(found.place, DATA, Trait.COLUMN, shown(kind or "unknown"), name=shown(name, 100))
    yield from derived(found.by, found.place, found.columns, found.looks)


def derived(
    by: str,
    place: Location,
    columns: Mapping[str, str],
    looks: Mapping[str, Mapping[str, float]],
) -> Iterator[Stated]:
    """State what follows from the columns: contents, and what may be about persons."""
    tell = Teller(by, Method.DERIVED, 0.7)
    for content in contents_of(columns):
        yield tell.says(place, DATA, Trait.CONTENT, content)
    for column, what, confidence in personal_columns({name: looks.get(name, {}) for name in columns}):
        unsure = Teller(by, Method.DERIVED, confidence)
        yield unsure.says(place, DATA, Trait.SENSITIVITY, f"{what} (column {shown(column, 60)})")


def scope_of(blob: Blob) -> str:
    """Name the file that a number was counted in: its path, inside of its archive if it is in one."""
    return shown("/".join(part.replace("\\", "/") for part in blob.path), 400)
