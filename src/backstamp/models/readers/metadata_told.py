"""Says what the entries of free metadata mean, by the names that exporters give them."""

from collections.abc import Iterator

from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Part, Relation, Teller, Trait, named_part
from backstamp.models.readers.stating import MODEL, is_local, label_of, line_of, worded

_TRAITS = {
    "author": Trait.AUTHOR, "authors": Trait.AUTHOR, "creator": Trait.AUTHOR, "organization": Trait.PRODUCER,
    "producer": Trait.PRODUCER, "vendor": Trait.PRODUCER, "company": Trait.PRODUCER,
    "license": Trait.LICENSE, "licence": Trait.LICENSE, "model_license": Trait.LICENSE,
    "description": Trait.DESCRIPTION, "short_description": Trait.DESCRIPTION,
    "model_description": Trait.DESCRIPTION,
    "comment": Trait.DESCRIPTION, "version": Trait.VERSION, "model_version": Trait.VERSION,
    "model_name": Trait.NAME, "name": Trait.NAME, "title": Trait.NAME, "model_author": Trait.AUTHOR,
    "date": Trait.RELEASED, "created": Trait.RELEASED, "release_date": Trait.RELEASED, "task": Trait.TASK,
    "language": Trait.LANGUAGE, "languages": Trait.LANGUAGE, "model_type": Trait.FAMILY,
}  # fmt: skip
_LINKS = {
    "docs": "documentation",
    "url": "website",
    "homepage": "website",
    "repository": "vcs",
    "repo": "vcs",
}
_LABELS = frozenset({"names", "labels", "classes", "class_names", "label_list", "character", "id2label"})
_VERSIONS = ("_version", ".version")
# What only says how a file was written, or repeats its graph.
_IGNORED = frozenset({"graph", "hash", "id", "uuid", "metadata", "schema"})


def entry_told(tell: Teller, place: Location, part: Part, key: str, value: str) -> Iterator[Fact]:
    """State one entry: what has a meaning under it, anything else that is short as a tag ``key: value``."""
    name = label_of(key, 100).removeprefix("com.github.apple.coremltools.").casefold()
    text = worded(value)
    if not name or not text or name in _IGNORED or is_local(text):
        return
    if trait := _TRAITS.get(name):
        yield tell.says(place, part, trait, text if trait is Trait.DESCRIPTION else line_of(value))
    elif name in _LINKS:
        yield tell.says(place, part, Trait.LINK, line_of(value), name=_LINKS[name])
    elif name in _LABELS:
        yield tell.says(place, part, Trait.OUTPUT, f"classes: {line_of(value, 1000)}", name="classes")
    elif name.endswith(_VERSIONS):
        framework = name.removesuffix("_version").removesuffix(".version")
        yield tell.says(place, part, Trait.FRAMEWORK, line_of(value), name=framework)
    elif name in ("base_model", "_name_or_path", "source_model"):
        if target := named_part(Kind.MODEL, line_of(value)):
            yield tell.links(place, part, Relation.DERIVED_FROM, target)
    elif part == MODEL and len(text) <= 200 and "\n" not in text:
        yield tell.says(place, part, Trait.TAG, f"{name}: {text}")
