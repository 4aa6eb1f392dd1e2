"""Takes stock of descriptions of data sets: Frictionless data packages, Kaggle's metadata, LeRobot's info.

Sources: specs.frictionlessdata.io (Data Package 1 and 2); Kaggle API "Dataset Metadata"; lerobot
``meta/info.json``.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at
from backstamp.data.tables import derived
from backstamp.data.worded import worded
from backstamp.formats.jsontree import tree_of
from backstamp.formats.yamltext import document_of

_BY = "data-descriptor/1"
_DATA = Part(Kind.DATASET)
_TELL = Teller(_BY, Method.DECLARED, 0.9)
_NAMES = frozenset(
    {"datapackage.json", "datapackage.yaml", "datapackage.yml", "dataset-metadata.json", "info.json"}
)
_MOST = 1000


class _Reader:
    """The reader of descriptions of data sets."""

    name = "data-descriptor"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the description says."""
        if blob.name not in _NAMES:
            return
        if blob.name == "info.json" and blob.path[-1].replace("\\", "/").rsplit("/", 2)[-2:-1] != ["meta"]:
            return
        is_json = blob.name.endswith(".json")
        tree = tree_at(tree_of(blob.view, budget) if is_json else document_of(blob.view, budget).tree)
        if blob.name == "info.json":
            yield from _episodes(blob, tree)
        elif "resources" in tree or "id" in tree:
            yield from _package(blob, tree, is_kaggle=blob.name == "dataset-metadata.json")


def _package(blob: Blob, tree: Tree, *, is_kaggle: bool) -> Iterator[Statement]:
    title = "title" if text_at(tree, "title") else "name"
    for key, trait, name in (
        (title, Trait.NAME, ""),
        ("description", Trait.DESCRIPTION, ""),
        ("version", Trait.VERSION, ""),
        ("created", Trait.RELEASED, ""),
        ("homepage", Trait.LINK, "website"),
        ("keywords", Trait.TAG, ""),
        ("id", Trait.IDENTIFIER, "kaggle" if is_kaggle else "id"),
        ("userSpecifiedSources", Trait.COLLECTION, ""),
    ):
        yield from worded(_TELL, blob.at_pointer(f"/{key}"), _DATA, trait, tree.get(key), name=name)
    for each in trees_at(tree, "licenses"):
        place = blob.at_pointer("/licenses")
        yield from worded(_TELL, place, _DATA, Trait.LICENSE, each.get("name") or each.get("title"))
        yield from worded(_TELL, place, _DATA, Trait.LICENSE_URL, each.get("path") or each.get("url"))
    yield from worded(_TELL, blob.at_pointer("/license"), _DATA, Trait.LICENSE, tree.get("license"))
    for each in trees_at(tree, "contributors"):
        yield from worded(_TELL, blob.at_pointer("/contributors"), _DATA, Trait.AUTHOR, each.get("title"))
    for each in trees_at(tree, "sources"):
        path = text_at(each, "path")
        target = named_part(Kind.DATASET, path) if path.startswith(("http://", "https://")) else None
        if target is not None:
            yield _TELL.links(blob.at_pointer("/sources"), _DATA, Relation.DERIVED_FROM, target)
        else:
            yield from worded(_TELL, blob.at_pointer("/sources"), _DATA, Trait.COLLECTION, each.get("title"))
    columns: dict[str, str] = {}
    for at, resource in enumerate(list_at(tree, "resources")[:_MOST]):
        yield from _resource(blob, at, tree_at(resource))
        for field in trees_at(resource, "schema", "fields"):
            columns.setdefault(shown(text_at(field, "name"), 100), text_at(field, "type"))
    place = blob.at_pointer("/resources")
    for name, kind in list(columns.items())[:500]:
        if name and kind:
            yield _TELL.says(place, _DATA, Trait.COLUMN, shown(kind), name=name)
    yield from derived(_BY, place, columns, {})


def _resource(blob: Blob, at: int, resource: Tree) -> Iterator[Statement]:
    path = text_at(resource, "path")
    if not path or ".." in path or path.startswith(("/", "~")):
        return
    place = blob.at_pointer(f"/resources/{at}")
    world = "url:" if "://" in path else "path:"
    part = Part(Kind.FILE, world + shown(path.removeprefix("./"), 1000))
    yield _TELL.links(place, _DATA, Relation.CONTAINS, part)
    yield from worded(_TELL, place, part, Trait.FORMAT, resource.get("format"))
    name, colon, digest = text_at(resource, "hash").rpartition(":")
    if digest and not digest.lower().strip("0123456789abcdef") and len(digest) in (32, 40, 64, 128):
        yield _TELL.says(place, part, Trait.DIGEST, digest.lower(), name=name.lower() if colon else "md5")
    size = resource.get("bytes")
    if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
        yield _TELL.says(place, part, Trait.SIZE, size)
    rows: Json = tree_at(resource, "stats").get("rows") or resource.get("rowcount")
    if isinstance(rows, int) and not isinstance(rows, bool) and rows > 0:
        yield _TELL.says(place, _DATA, Trait.ROWS, rows, scope=shown(path, 400))


def _episodes(blob: Blob, tree: Tree) -> Iterator[Statement]:
    """State what LeRobot says of recorded episodes."""
    if "codebase_version" not in tree or "total_episodes" not in tree:
        return
    yield _TELL.says(blob.whole(), _DATA, Trait.CONTENT, "robot episodes")
    version = tree.get("codebase_version")
    yield from worded(
        _TELL, blob.at_pointer("/codebase_version"), _DATA, Trait.FRAMEWORK, version, name="lerobot"
    )
    frames = tree.get("total_frames")
    if isinstance(frames, int) and not isinstance(frames, bool) and frames >= 0:
        yield _TELL.says(blob.at_pointer("/total_frames"), _DATA, Trait.ROWS, frames)
    for name, feature in list(tree_at(tree, "features").items())[:500]:
        kind = text_at(feature, "dtype")
        if kind:
            place = blob.at_pointer("/features")
            yield _TELL.says(place, _DATA, Trait.COLUMN, shown(kind), name=shown(name, 100))


READER = _Reader()
