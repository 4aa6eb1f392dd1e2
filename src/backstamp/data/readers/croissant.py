"""Takes stock of Croissant descriptions (JSON-LD of MLCommons), with the properties of Croissant RAI.

Sources: mlcommons/croissant, specification 1.0 and 1.1, and "Croissant RAI" 1.0. Keys come plain or with
the prefixes ``sc:``, ``cr:``, ``rai:``, ``dct:``, ``prov:``; values plain, in lists,
or as ``{"@value": ...}``.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, escaped, text_at, tree_at
from backstamp.data.tables import derived
from backstamp.data.worded import worded
from backstamp.formats.json_text import may_name
from backstamp.formats.jsontree import tree_of

_BY = "croissant/1"
_DATA = Part(Kind.DATASET)
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_MARKS = (b"mlcommons.org/croissant", b"rai:data", b"ml-commons.org/croissant")
_MOST = 2000
_TRAITS: tuple[tuple[str, Trait, str], ...] = (
    ("name", Trait.NAME, ""),
    ("description", Trait.DESCRIPTION, ""),
    ("license", Trait.LICENSE, ""),
    ("url", Trait.LINK, "website"),
    ("sameAs", Trait.LINK, "website"),
    ("datePublished", Trait.RELEASED, ""),
    ("version", Trait.VERSION, ""),
    ("keywords", Trait.TAG, ""),
    ("inLanguage", Trait.LANGUAGE, ""),
    ("usageInfo", Trait.USE, ""),
    ("dataCollection", Trait.COLLECTION, ""),
    ("dataCollectionType", Trait.COLLECTION, ""),
    ("dataCollectionMissingData", Trait.LIMITATION, ""),
    ("dataCollectionRawData", Trait.COLLECTION, ""),
    ("dataCollectionTimeframe", Trait.COLLECTION, ""),
    ("dataImputationProtocol", Trait.PREPROCESSING, ""),
    ("dataManipulationProtocol", Trait.PREPROCESSING, ""),
    ("dataPreprocessingProtocol", Trait.PREPROCESSING, ""),
    ("dataAnnotationProtocol", Trait.ANNOTATION, ""),
    ("dataAnnotationPlatform", Trait.ANNOTATION, ""),
    ("dataAnnotationAnalysis", Trait.ANNOTATION, ""),
    ("annotationsPerItem", Trait.ANNOTATION, ""),
    ("annotatorDemographics", Trait.ANNOTATION, ""),
    ("machineAnnotationTools", Trait.ANNOTATION, ""),
    ("dataLimitations", Trait.LIMITATION, ""),
    ("dataBiases", Trait.BIAS, ""),
    ("personalSensitiveInformation", Trait.SENSITIVITY, ""),
    ("dataUseCases", Trait.USE, ""),
    ("dataSocialImpact", Trait.RISK, ""),
    ("dataReleaseMaintenancePlan", Trait.ADVICE, ""),
)


class _Reader:
    """The reader of Croissant."""

    name = "croissant"
    version = 1
    kinds = frozenset({"json"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what the description says."""
        name = blob.name.lower()
        is_named = name.endswith((".jsonld", ".json-ld")) or "croissant" in name or name == "metadata.json"
        if not is_named or not may_name(blob.head(64 * 1024), _MARKS):
            return
        root = tree_at(tree_of(blob.view, budget))
        if (
            not any("croissant" in text for text in _texts(_get(root, "conformsTo")))
            and "recordSet" not in root
        ):
            return
        yield from _plain(blob, root)
        yield from _parties(blob, root)
        yield from _origins(blob, root)
        yield from _files(blob, root)
        yield from _fields(blob, root)


def _plain(blob: Blob, root: Tree) -> Iterator[Statement]:
    for key, trait, name in _TRAITS:
        for found in _keys(root, key):
            values: list[Json] = [
                shown(text, 4000) if trait is Trait.TAG else text for text in _texts(root[found])
            ]
            yield from worded(_TELL, _at(blob, found), _DATA, trait, values, name=name)
    cite = " ".join(_texts(_get(root, "citeAs")))
    for word in cite.replace("{", " ").replace("}", " ").replace(",", " ").split():
        doi = word.partition("doi.org/")[2] or (word if word.startswith("10.") and "/" in word else "")
        if doi:
            yield from worded(_TELL, _at(blob, "citeAs"), _DATA, Trait.IDENTIFIER, doi, name="doi")
            break
    live = _get(root, "isLiveDataset")
    if isinstance(live, bool):
        yield _TELL.says(_at(blob, "isLiveDataset"), _DATA, Trait.FLAG, live, name="live")


def _parties(blob: Blob, root: Tree) -> Iterator[Statement]:
    for key, trait in (("creator", Trait.AUTHOR), ("publisher", Trait.PRODUCER)):
        for each in _list(_get(root, key)):
            name = text_at(each, "name") if isinstance(each, dict) else each
            yield from worded(_TELL, _at(blob, key), _DATA, trait, name)


def _origins(blob: Blob, root: Tree) -> Iterator[Statement]:
    for key in ("wasDerivedFrom", "isBasedOn"):
        for found in _keys(root, key):
            for each in _list(root[found])[:200]:
                name = each if isinstance(each, str) else _reference(each)
                target = named_part(Kind.DATASET, name.removeprefix("hf:")) if name else None
                if target is None and name and not is_placeholder(name):
                    target = Part(Kind.DATASET, "name:" + shown(name, 200))
                if target is not None:
                    yield _TELL.links(_at(blob, found), _DATA, Relation.DERIVED_FROM, target)


def _reference(each: Json) -> str:
    return next((text for key in ("url", "@id", "name", "prov:label") if (text := text_at(each, key))), "")


def _files(blob: Blob, root: Tree) -> Iterator[Statement]:
    """State the files: address, digest and size; a set of files inside an archive is no file of its own."""
    for at, each in enumerate(_list(_get(root, "distribution"))[:_MOST]):
        if not isinstance(each, dict) or not text_at(each, "@type").endswith("FileObject"):
            continue
        url = text_at(each, "contentUrl") or text_at(each, "sc:contentUrl")
        if not url or _get(each, "containedIn"):
            continue
        place = blob.at_pointer(f"/distribution/{at}")
        target = _file(url)
        if target is None:
            continue
        yield _TELL.links(place, _DATA, Relation.CONTAINS, target)
        for name, length in (("sha256", 64), ("md5", 32)):
            digest = text_at(each, name).lower()
            if len(digest) == length and not digest.strip("0123456789abcdef"):
                yield _TELL.says(place, target, Trait.DIGEST, digest, name=name)
        size = _bytes(text_at(each, "contentSize"))
        if size >= 0:
            yield _TELL.says(place, target, Trait.SIZE, size)
        yield from worded(_TELL, place, target, Trait.FORMAT, _get(each, "encodingFormat"))


def _file(url: str) -> Part | None:
    url = shown(url, 1000)
    if "://" in url:
        return Part(Kind.FILE, "url:" + url) if not url.startswith("file:") else None
    return (
        None
        if url.startswith(("/", "~")) or ".." in url
        else Part(Kind.FILE, "path:" + url.removeprefix("./"))
    )


def _fields(blob: Blob, root: Tree) -> Iterator[Statement]:
    columns: dict[str, str] = {}
    sets = [each for each in _list(_get(root, "recordSet"))[:_MOST] if isinstance(each, dict)]
    for each in sets:
        # Sets whose names end so hold the names of splits or labels, not rows.
        if any(kind.endswith(("Split", "Enumeration")) for kind in _texts(_get(each, "dataType"))):
            continue
        for field in _list(_get(each, "field"))[:_MOST]:
            name = text_at(field, "name") or text_at(field, "@id")
            if isinstance(field, dict) and name:
                short = name.rpartition("/")[2]
                kinds = [
                    text.rpartition(":")[2].rpartition("/")[2] for text in _texts(_get(field, "dataType"))
                ]
                columns.setdefault(shown(short, 100), _word(kinds, is_list=bool(_get(field, "repeated"))))
    place = _at(blob, "recordSet")
    for name, kind in list(columns.items())[:500]:
        if kind:
            yield _TELL.says(place, _DATA, Trait.COLUMN, shown(kind), name=name)
    yield from derived(_BY, place, columns, {})


_WORDS = {
    "Text": "string", "Integer": "integer", "Float": "number", "Boolean": "boolean", "Date": "date",
    "DateTime": "timestamp", "ImageObject": "image", "AudioObject": "audio", "VideoObject": "video",
    "URL": "string",
}  # fmt: skip


def _word(kinds: list[str], *, is_list: bool) -> str:
    word = next((_WORDS.get(kind, kind[:1].lower() + kind[1:]) for kind in kinds if kind), "")
    return f"list<{word}>" if is_list and word else word


def _bytes(text: str) -> int:
    """Take a size for bytes where it is exact: "117743 B"."""
    number, _, unit = text.strip().partition(" ")
    return (
        int(number)
        if number.isascii() and number.isdigit() and len(number) < 19 and unit in ("", "B")
        else -1
    )


def _keys(tree: Tree, key: str) -> list[str]:
    return [found for found in tree if found == key or found.rpartition(":")[2] == key]


def _get(tree: Json, key: str) -> Json:
    return next((tree[found] for found in _keys(tree, key)), None) if isinstance(tree, dict) else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: Json) -> list[str]:
    """Give the texts of a value, whatever JSON-LD wrapped them in."""
    found = []
    for each in _list(value)[:500]:
        if isinstance(each, dict):
            each = next(
                (each[key] for key in ("@value", "url", "@id", "name") if isinstance(each.get(key), str)),
                None,
            )
        if isinstance(each, str) and each:
            found.append(each)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            found.append(str(each))
    return found


def _at(blob: Blob, key: str) -> Location:
    return blob.at_pointer("/" + escaped(key))


READER = _Reader()
