"""Takes stock of citation files: CITATION.cff, .zenodo.json, DataCite records, codemeta.json.

Sources: citation-file-format 1.2.0; Zenodo "GitHub and Zenodo metadata"; DataCite schema 4; codemeta 2 and 3.
They cite the whole repository: a data set where they say so, else the system.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.core.tree import Json, Tree, list_at, text_at, texts_at, tree_at, trees_at
from backstamp.data.worded import worded
from backstamp.formats.jsontree import tree_of
from backstamp.formats.yamltext import Yaml, document_of

_BY = "citation/1"
_TELL = Teller(_BY, Method.DECLARED, 0.9)
_RECORDS = frozenset({".zenodo.json", "datacite.json", "codemeta.json"})


class _Reader:
    """The reader of citation files."""

    name = "citation"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what is cited and how."""
        name = blob.name.lower()
        if name == "citation.cff":
            yield from _cff(blob, document_of(blob.view, budget))
        elif name in _RECORDS:
            tree = tree_at(tree_of(blob.view, budget))
            if name == "datacite.json":
                yield from _datacite(blob, tree_at(tree, "data", "attributes") or tree)
            elif name == "codemeta.json":
                yield from _codemeta(blob, tree)
            else:
                yield from _zenodo(blob, tree)


def _cff(blob: Blob, yaml: Yaml) -> Iterator[Statement]:
    tree = tree_at(yaml.tree)
    if "cff-version" not in tree and "authors" not in tree:
        return
    part = Part(Kind.DATASET if text_at(tree, "type") == "dataset" else Kind.SYSTEM)

    def at(key: str) -> Location:
        return blob.at_line(yaml.lines.get(f"/{key}", 1))

    for key, trait, name in (
        ("title", Trait.NAME, ""),
        ("abstract", Trait.DESCRIPTION, ""),
        ("version", Trait.VERSION, ""),
        ("license", Trait.LICENSE, ""),
        ("license-url", Trait.LICENSE_URL, ""),
        ("date-released", Trait.RELEASED, ""),
        ("doi", Trait.IDENTIFIER, "doi"),
        ("commit", Trait.COMMIT, ""),
        ("repository-code", Trait.LINK, "vcs"),
        ("repository", Trait.LINK, "vcs"),
        ("url", Trait.LINK, "website"),
        ("keywords", Trait.TAG, ""),
    ):
        yield from worded(_TELL, at(key), part, trait, tree.get(key), name=name)
    yield from worded(_TELL, at("authors"), part, Trait.AUTHOR, _people(list_at(tree, "authors")))
    for each in trees_at(tree, "identifiers"):
        kind = text_at(each, "type")
        name = kind if kind in ("doi", "swh") else ""
        if name:
            yield from worded(_TELL, at("identifiers"), part, Trait.IDENTIFIER, each.get("value"), name=name)
    paper = tree_at(tree, "preferred-citation")
    link = text_at(paper, "url") or (f"https://doi.org/{doi}" if (doi := text_at(paper, "doi")) else "")
    yield from worded(_TELL, at("preferred-citation"), part, Trait.LINK, link, name="paper")


def _people(people: list[Json]) -> list[Json]:
    names: list[Json] = []
    for each in people[:200]:
        given, family = text_at(each, "given-names"), text_at(each, "family-names")
        particle = text_at(each, "name-particle")
        whole = (
            " ".join(filter(None, (given, particle, family)))
            or text_at(each, "name")
            or text_at(each, "alias")
        )
        if whole:
            names.append(whole)
    return names


def _zenodo(blob: Blob, tree: Tree) -> Iterator[Statement]:
    part = Part(Kind.DATASET if text_at(tree, "upload_type") == "dataset" else Kind.SYSTEM)
    license_ = tree.get("license")
    for key, trait, value, name in (
        ("title", Trait.NAME, tree.get("title"), ""),
        ("description", Trait.DESCRIPTION, tree.get("description"), ""),
        ("version", Trait.VERSION, tree.get("version"), ""),
        ("license", Trait.LICENSE, text_at(license_, "id") if isinstance(license_, dict) else license_, ""),
        ("doi", Trait.IDENTIFIER, tree.get("doi"), "doi"),
        ("publication_date", Trait.RELEASED, tree.get("publication_date"), ""),
        ("keywords", Trait.TAG, tree.get("keywords"), ""),
        ("creators", Trait.AUTHOR, [text_at(each, "name") for each in trees_at(tree, "creators")], ""),
    ):
        yield from worded(_TELL, blob.at_pointer(f"/{key}"), part, trait, _json(value), name=name)


def _datacite(blob: Blob, tree: Tree) -> Iterator[Statement]:
    kind = text_at(tree, "types", "resourceTypeGeneral").lower()
    part = Part(Kind.DATASET if kind == "dataset" else Kind.SYSTEM)
    rights = [text_at(r, "rightsIdentifier") or text_at(r, "rights") for r in trees_at(tree, "rightsList")]
    publisher = tree.get("publisher")
    for key, trait, value, name in (
        ("titles", Trait.NAME, next((text_at(t, "title") for t in trees_at(tree, "titles")), ""), ""),
        ("descriptions", Trait.DESCRIPTION, _abstract(tree), ""),
        ("creators", Trait.AUTHOR, [text_at(c, "name") for c in trees_at(tree, "creators")], ""),
        ("publisher", Trait.PRODUCER, text_at(publisher, "name") or publisher, ""),
        ("publicationYear", Trait.RELEASED, str(tree.get("publicationYear") or ""), ""),
        ("rightsList", Trait.LICENSE, rights, ""),
        ("doi", Trait.IDENTIFIER, tree.get("doi"), "doi"),
        ("version", Trait.VERSION, tree.get("version"), ""),
        ("url", Trait.LINK, tree.get("url"), "website"),
        ("subjects", Trait.TAG, [text_at(s, "subject") for s in trees_at(tree, "subjects")], ""),
    ):
        yield from worded(_TELL, blob.at_pointer(f"/{key}"), part, trait, _json(value), name=name)


def _abstract(tree: Tree) -> str:
    found = {
        text_at(each, "descriptionType"): text_at(each, "description")
        for each in trees_at(tree, "descriptions")
    }
    return found.get("Abstract") or next(iter(found.values()), "")


def _codemeta(blob: Blob, tree: Tree) -> Iterator[Statement]:
    part = Part(Kind.DATASET if text_at(tree, "@type") == "Dataset" else Kind.SYSTEM)
    people: list[Json] = []
    authors = tree.get("author")
    for each in authors if isinstance(authors, list) else [authors]:
        whole = " ".join(filter(None, (text_at(each, "givenName"), text_at(each, "familyName"))))
        people.append(whole or text_at(each, "name"))
    licenses = [text.removeprefix("https://spdx.org/licenses/") for text in texts_at(tree, "license")]
    for key, trait, value, name in (
        ("name", Trait.NAME, tree.get("name"), ""),
        ("description", Trait.DESCRIPTION, tree.get("description"), ""),
        ("version", Trait.VERSION, tree.get("version"), ""),
        ("license", Trait.LICENSE, licenses, ""),
        ("author", Trait.AUTHOR, people, ""),
        ("codeRepository", Trait.LINK, tree.get("codeRepository"), "vcs"),
        ("datePublished", Trait.RELEASED, tree.get("datePublished"), ""),
        ("keywords", Trait.TAG, tree.get("keywords"), ""),
    ):
        yield from worded(_TELL, blob.at_pointer(f"/{key}"), part, trait, _json(value), name=name)


def _json(value: "Json | list[str]") -> Json:
    return list(value) if isinstance(value, list) else value


READER = _Reader()
