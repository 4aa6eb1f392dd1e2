"""Takes stock of cards of data sets: what their front matter declares, and the sections that people write."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement, Unread
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, is_hub_name
from backstamp.core.tree import Json, Tree, text_at, texts_at, tree_at, trees_at
from backstamp.data.datasetinfo import info_statements
from backstamp.data.prose import prose_statements
from backstamp.data.worded import worded
from backstamp.formats.datacard import DataCard, card_of
from backstamp.formats.yamltext import Yaml, document_of

_BY = "data-card/1"
_DATA = Part(Kind.DATASET)
_TELL = Teller(_BY, Method.DECLARED, 0.9)
_NAMES = ("readme.md", "dataset_card.md", "datasetcard.md", "data_card.md", "datacard.md", "datasheet.md")
_OWN = frozenset(
    "dataset_info size_categories task_categories task_ids annotations_creators language_creators "
    "source_datasets multilinguality configs paperswithcode_id train-eval-index".split()
)
_OF_MODELS = frozenset("pipeline_tag library_name base_model model-index model_name inference widget".split())
_TITLES = ("dataset card for", "dataset summary", "dataset structure", "datasheet for", "curation rationale")
_PLAIN = (
    ("pretty_name", Trait.NAME, ""),
    ("license_name", Trait.LICENSE_NAME, ""),
    ("license_link", Trait.LICENSE_URL, ""),
    ("language", Trait.LANGUAGE, ""),
    ("languages", Trait.LANGUAGE, ""),
    ("size_categories", Trait.SIZE_CLASS, ""),
    ("task_categories", Trait.TASK, ""),
    ("task_ids", Trait.TASK, ""),
    ("annotations_creators", Trait.ANNOTATION, ""),
    ("language_creators", Trait.COLLECTION, ""),
    ("paperswithcode_id", Trait.IDENTIFIER, "paperswithcode"),
    ("doi", Trait.IDENTIFIER, "doi"),
    ("version", Trait.VERSION, ""),
    ("homepage", Trait.LINK, "website"),
    ("repository", Trait.LINK, "vcs"),
    ("paper", Trait.LINK, "paper"),
)


class _Reader:
    """The reader of cards of data sets."""

    name = "data-card"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what a card says, if it is one of a data set."""
        if not blob.name.lower().endswith(_NAMES):
            return
        card = card_of(blob.view, budget)
        front, problem = _front(card, budget)
        fields = tree_at(front.tree)
        if not _is_of_data(blob, fields, card):
            return
        yield from _front_statements(blob, fields, front)
        yield from prose_statements(blob, card, _BY, has_license="license" in fields)
        if problem:
            yield Unread(f"front matter: {problem}")


def _front(card: DataCard, budget: Budget) -> tuple[Yaml, str]:
    try:
        return document_of(card.front, budget), ""
    except ReadError as error:
        return Yaml(None, {}), error.message


def _is_of_data(blob: Blob, fields: Tree, card: DataCard) -> bool:
    """Say whether a card is about data: by its name, its folders, its fields, or its headings."""
    if _OF_MODELS & fields.keys():
        return False
    if not blob.name.lower().endswith("readme.md") or "datasets--" in "/".join(blob.path):
        return True
    if _OWN & fields.keys():
        return True
    titles = [section.title.lower() for section in card.sections]
    return sum(any(title.startswith(word) for title in titles) for word in _TITLES) > 1 or any(
        title.startswith(("dataset card for", "datasheet for")) for title in titles
    )


def _front_statements(blob: Blob, fields: Tree, front: Yaml) -> Iterator[Statement]:
    def at(key: str) -> Location:
        return blob.at_line(front.lines.get(f"/{key}", 1) + 1)

    for key, trait, name in _PLAIN:
        yield from worded(_TELL, at(key), _DATA, trait, fields.get(key), name=name)
    for word in texts_at(fields, "license"):
        # "other" says only that the name stands in another field.
        if not (word == "other" and text_at(fields, "license_name")):
            yield from worded(_TELL, at("license"), _DATA, Trait.LICENSE, word)
    for source in texts_at(fields, "source_datasets"):
        yield from _source(at("source_datasets"), source)
    yield from _tags(at("tags"), texts_at(fields, "tags"))
    info = fields.get("dataset_info")
    configs: list[Json] = info if isinstance(info, list) else [info]
    yield from info_statements(_BY, at("dataset_info"), [tree_at(each) for each in configs[:500]])
    for config in trees_at(fields, "configs"):
        for path in _data_files(config):
            target = Part(Kind.FILE, "path:" + path)
            yield _TELL.links(at("configs"), _DATA, Relation.CONTAINS, target)
    if any(key.startswith("extra_gated") for key in fields):
        key = next(key for key in fields if key.startswith("extra_gated"))
        yield _TELL.says(at(key), _DATA, Trait.FLAG, value=True, name="gated")


def _data_files(config: Tree) -> Iterator[str]:
    """Name the files of a configuration that are named outright; patterns name none."""
    held = config.get("data_files")
    paths: list[Json] = []
    for each in held if isinstance(held, list) else [held]:
        found = each.get("path") if isinstance(each, dict) else each
        paths.extend(found if isinstance(found, list) else [found])
    for path in paths[:200]:
        if isinstance(path, str) and _is_file(path):
            yield path.removeprefix("./")


def _is_file(path: str) -> bool:
    is_outright = 0 < len(path) < 400 and not set("*?[{\n") & set(path)
    return is_outright and ".." not in path and "://" not in path and not path.startswith("/")


def _source(place: Location, source: str) -> Iterator[Statement]:
    """Say of which data these were made: ``original``, ``extended|name``, or a name."""
    name = source.removeprefix("extended|").strip()
    if source == "original":
        yield _TELL.says(place, _DATA, Trait.COLLECTION, "original")
    elif name not in ("extended", "other", "") and not is_placeholder(name) and is_hub_name(name):
        target = Part(Kind.DATASET, "huggingface:" + name.removeprefix("other-"))
        manner = "extended" if source.startswith("extended") else ""
        yield _TELL.links(place, _DATA, Relation.DERIVED_FROM, target, manner=manner)


def _tags(place: Location, tags: list[str]) -> Iterator[Statement]:
    for tag in tags[:200]:
        word, colon, rest = tag.partition(":")
        if colon and word in ("arxiv", "doi"):
            yield from worded(_TELL, place, _DATA, Trait.IDENTIFIER, rest, name=word)
        elif colon and word == "modality":
            yield from worded(_TELL, place, _DATA, Trait.MODALITY, rest)
        elif colon and word == "license":
            yield from worded(_TELL, place, _DATA, Trait.LICENSE, rest)
        elif not (
            colon
            and word in ("size_categories", "format", "library", "region", "language", "task_categories")
        ):
            yield from worded(_TELL, place, _DATA, Trait.TAG, tag)


READER = _Reader()
