"""Takes stock of what ``datasets`` writes beside its data: dataset_info.json, dataset_infos.json, state.json.

Sources: ``datasets.info.DatasetInfo``, ``Dataset.save_to_disk``.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Meant, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Tree, escaped, text_at, tree_at, trees_at
from backstamp.data.datasetinfo import info_statements
from backstamp.data.worded import worded
from backstamp.formats.jsontree import tree_of

_BY = "hf-datasets/1"
_DATA = Part(Kind.DATASET)
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_NAMES = frozenset({"dataset_info.json", "dataset_infos.json", "state.json"})
_OWN = frozenset({"features", "splits", "builder_name", "dataset_size", "download_checksums", "config_name"})
_MOST = 500


class _Reader:
    """The reader of the files of ``datasets``."""

    name = "hf-datasets"
    version = 1
    kinds = frozenset({"json"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the file says of its data set."""
        if blob.name not in _NAMES:
            return
        tree = tree_at(tree_of(blob.view, budget))
        if blob.name == "state.json":
            yield from _state(blob, tree)
            return
        if blob.name == "dataset_info.json":
            infos = [(("",), tree)]
            if not _OWN & tree.keys():
                yield from _table(blob, tree)
        else:
            infos = [((key,), tree_at(tree, key)) for key in list(tree)[:_MOST]]
        known = [(keys, info) for keys, info in infos if _OWN & info.keys()]
        for keys, info in known:
            yield from _info(blob, info, "".join(f"/{key}" for key in keys if key))
        named = [{"config_name": keys[0], **info} for keys, info in known]
        yield from info_statements(_BY, blob.at_pointer(""), named)


def _table(blob: Blob, tree: Tree) -> Iterator[Statement]:
    """LLaMA-Factory keeps its table of data sets under the same name: what each of its own names means."""
    for key in list(tree)[:_MOST]:
        row = tree_at(tree, key)
        name = text_at(row, "hf_hub_url")
        part = named_part(Kind.DATASET, name or "./" + text_at(row, "file_name"))
        if part is not None and part.key != "path:":
            named = Part(Kind.DATASET, "name:" + shown(key, 200))
            yield Meant(place=blob.at_pointer(f"/{escaped(key)}"), part=named, target=part)


def _state(blob: Blob, tree: Tree) -> Iterator[Statement]:
    if "_fingerprint" not in tree or "_data_files" not in tree:
        return
    place = blob.at_pointer("/_fingerprint")
    yield from worded(_TELL, place, _DATA, Trait.IDENTIFIER, tree.get("_fingerprint"), name="fingerprint")
    for at, file in enumerate(trees_at(tree, "_data_files")):
        name = text_at(file, "filename")
        if name and "/" not in name and "\\" not in name and at < _MOST:
            target = Part(Kind.FILE, "path:" + shown(name, 300))
            yield _TELL.links(blob.at_pointer(f"/_data_files/{at}"), _DATA, Relation.CONTAINS, target)


def _info(blob: Blob, info: Tree, pointer: str) -> Iterator[Statement]:
    def at(key: str) -> Location:
        return blob.at_pointer(f"{pointer}/{key}")

    for key, trait, name in (
        ("description", Trait.DESCRIPTION, ""),
        ("license", Trait.LICENSE, ""),
        ("homepage", Trait.LINK, "website"),
        ("dataset_name", Trait.NAME, ""),
    ):
        yield from worded(_TELL, at(key), _DATA, trait, info.get(key), name=name)
    version = info.get("version")
    text = text_at(info, "version", "version_str") if isinstance(version, dict) else version
    if text != "0.0.0":  # what datasets writes when nobody said a version
        yield from worded(_TELL, at("version"), _DATA, Trait.VERSION, text)
    for found in list(dict.fromkeys(_identifiers().findall(text_at(info, "citation")[:20_000])))[:5]:
        yield from worded(_TELL, at("citation"), _DATA, Trait.IDENTIFIER, found.rstrip(".,;}"), name="doi")
    yield from _downloads(at("download_checksums"), tree_at(info, "download_checksums"))


def _downloads(place: Location, checksums: Tree) -> Iterator[Statement]:
    """Say where the data came from: a revision of a repository of the hub, or files at addresses."""
    seen: set[tuple[str, str]] = set()
    for url, entry in list(checksums.items())[:_MOST]:
        found = _hub_url().match(url)
        if found is not None:
            if (found[1], found[2]) not in seen:
                seen.add((found[1], found[2]))
                hub = Part(Kind.DATASET, "huggingface:" + found[1])
                yield _TELL.says(place, _DATA, Trait.IDENTIFIER, found[1], name="huggingface")
                yield _TELL.says(place, _DATA, Trait.REVISION, found[2])
                yield _TELL.links(place, _DATA, Relation.DERIVED_FROM, hub, manner="copy", revision=found[2])
        elif url.startswith(("https://", "http://", "s3://", "gs://")) and len(url) < 1000:
            checksum = text_at(entry, "checksum")
            digest = f"sha256:{checksum}" if len(checksum) == 64 else ""
            target = Part(Kind.DATASET, "url:" + shown(url, 1000))
            yield _TELL.links(place, _DATA, Relation.DERIVED_FROM, target, manner="download", revision=digest)


@cache
def _hub_url() -> Pattern[str]:
    import re

    return re.compile(r"hf://datasets/([\w.-]{1,96}(?:/[\w.-]{1,96})?)@([0-9a-f]{40})/")


@cache
def _identifiers() -> Pattern[str]:
    import re

    return re.compile(r"\b10\.[0-9]{4,9}/[^\s\"'{}<>,]{1,200}")


READER = _Reader()
