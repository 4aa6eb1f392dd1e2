"""What ``dataset_info`` says: columns, splits, sizes; in cards and in files that ``datasets`` writes."""

from collections.abc import Iterator

from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Stated, Teller, Trait
from backstamp.core.tree import Json, Tree, text_at
from backstamp.data.tables import derived
from backstamp.formats.features import columns_of

_DATA = Part(Kind.DATASET)
_MOST_SPLITS = 200
_MOST_COLUMNS = 500


def info_statements(by: str, place: Location, configs: list[Tree]) -> Iterator[Stated]:
    """State columns and splits of each configuration; sums only where there is but one."""
    tell = Teller(by, Method.DECLARED, 0.9)
    known = [config for config in configs if config]
    columns: dict[str, str] = {}
    for config in known:
        prefix = f"{shown(text_at(config, 'config_name'), 80)}/" if len(known) > 1 else ""
        splits = list(splits_of(config.get("splits")))[:_MOST_SPLITS]
        for name, rows, _ in splits:
            if rows >= 0:
                yield tell.says(place, _DATA, Trait.SPLIT, rows, name=prefix + shown(name, 80))
        if len(known) == 1 and splits and all(rows >= 0 for _, rows, _ in splits):
            yield tell.says(place, _DATA, Trait.ROWS, sum(rows for _, rows, _ in splits))
        for key, scope in (("dataset_size", ""), ("download_size", "download")):
            size = config.get(key)
            if len(known) == 1 and isinstance(size, int) and not isinstance(size, bool) and size > 0:
                yield tell.says(place, _DATA, Trait.SIZE, size, scope=scope)
        columns.update(columns_of(config.get("features")))
    for name, kind in list(columns.items())[:_MOST_COLUMNS]:
        yield tell.says(place, _DATA, Trait.COLUMN, shown(kind), name=shown(name, 100))
    yield from derived(by, place, columns, {})


def splits_of(splits: Json) -> Iterator[tuple[str, int, int]]:
    """Yield name, rows and bytes of the splits, written as a list or by name; -1 where it is not said."""
    held: list[tuple[str, Json]] = []
    if isinstance(splits, dict):
        held = list(splits.items())
    elif isinstance(splits, list):
        held = [(text_at(each, "name"), each) for each in splits if isinstance(each, dict)]
    for name, split in held:
        if isinstance(split, dict) and name:
            yield name, _number(split.get("num_examples")), _number(split.get("num_bytes"))


def _number(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1
