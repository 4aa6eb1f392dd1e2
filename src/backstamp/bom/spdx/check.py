"""Says what is wrong with the structure of an SPDX 3.0.1 JSON-LD document.

Source: the ontology of SPDX 3.0.1 (``knowledge/spdx3.py``) and the JSON-LD serialisation in its annex.

1. The context is the one of the version; the elements stand in ``@graph``, or one stands alone.
2. A class is known and not abstract; what is named has an ``spdxId``, other things at most an ``@id``.
3. A property belongs to the class, is a list where it may be said more than once, and occurs often enough.
4. A value is of the type: text, address, time, number, a word of the enumeration, an object of the class.
5. A reference leads to an object of the right class in the document, to one that it imports, or to what the
   standard defines: its individuals and listed licences. No id is given twice.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, trees_at
from backstamp.knowledge.spdx3 import Property, line_of, properties_of, spdx3

Problem = tuple[str, str]
_IDS = ("@id", "spdxId")
_EXTENSION = "extension_Extension"
_MOST_DEPTH = 64
# What the standard itself defines: its individuals, and the licences of its list.
_STANDARD = ("https://spdx.org/rdf/3.", "https://spdx.org/licenses/", "http://spdx.org/licenses/")


def problems(tree: Json) -> Iterator[Problem]:
    """Yield what is wrong, each with the JSON pointer of its place."""
    if not isinstance(tree, dict):
        yield "", "the document is not an object"
        return
    if tree.get("@context") != spdx3().context:
        yield "/@context", f"the context is not {spdx3().context}"
    objects: list[tuple[str, Json]] = []
    if "@graph" in tree:
        for key in tree:
            if key not in {"@context", "@graph"}:
                yield f"/{escaped(key)}", f'"{key}" does not belong beside "@graph"'
        graph = tree["@graph"]
        if not isinstance(graph, list):
            yield "/@graph", "the graph is not a list"
            return
        objects = [(f"/@graph/{at}", each) for at, each in enumerate(graph)]
    else:
        objects = [("", {key: value for key, value in tree.items() if key != "@context"})]
    yield from _of_objects(tree, objects)


def _of_objects(tree: Tree, objects: list[tuple[str, Json]]) -> Iterator[Problem]:
    known: dict[str, str] = {}
    for pointer, each in objects:
        yield from _ids(each, pointer, known, _MOST_DEPTH)
    imported = {
        text_at(entry, "externalSpdxId")
        for _, each in objects
        if text_at(each, "type") == "SpdxDocument"
        for entry in trees_at(each, "import")
    }
    for pointer, each in objects:
        yield from _object(each, pointer, "", (known, imported), _MOST_DEPTH)
    del tree


def _ids(value: Json, pointer: str, known: dict[str, str], depth: int) -> Iterator[Problem]:
    """Collect the ids of objects, with their class; yield those that are given twice."""
    if depth < 0:
        yield pointer, "nested too deep"
        return
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from _ids(each, f"{pointer}/{at}", known, depth - 1)
    elif isinstance(value, dict):
        for key in _IDS:
            name = value.get(key)
            if isinstance(name, str):
                if name in known:
                    yield f"{pointer}/{key}", f'the id "{name}" is given twice'
                known[name] = text_at(value, "type")
        for key, each in value.items():
            if isinstance(each, dict | list):
                yield from _ids(each, f"{pointer}/{escaped(key)}", known, depth - 1)


_Names = tuple[dict[str, str], set[str]]


def _object(value: Json, pointer: str, wanted: str, names: _Names, depth: int) -> Iterator[Problem]:
    if depth < 0:
        return
    if not isinstance(value, dict):
        yield pointer, "not an object"
        return
    kind = value.get("type")
    if not isinstance(kind, str):
        yield f"{pointer}/type", "the object has no type"
        return
    if wanted == _EXTENSION and kind not in spdx3().classes and ":" in kind and not kind.startswith("_:"):
        return  # whoever defines an extension says what is in it
    if kind not in spdx3().classes:
        yield f"{pointer}/type", f'"{kind}" is not a class of SPDX 3.0.1'
        return
    if spdx3().classes[kind].abstract:
        yield f"{pointer}/type", f'"{kind}" is abstract: only its children may occur'
        return
    if wanted and wanted not in line_of(kind):
        yield f"{pointer}/type", f'a "{kind}" stands where a "{wanted}" belongs'
    yield from _identity(value, pointer, kind)
    allowed = properties_of(kind)
    for key, each in value.items():
        if key == "type" or key in _IDS:
            continue
        if key not in allowed:
            yield f"{pointer}/{escaped(key)}", f'"{key}" is not a property of "{kind}"'
            continue
        yield from _values(each, f"{pointer}/{escaped(key)}", allowed[key], names, depth)
    for key, rule in allowed.items():
        if rule.least and key not in value:
            yield pointer, f'"{kind}" must have "{key}"'


def _identity(value: Tree, pointer: str, kind: str) -> Iterator[Problem]:
    if spdx3().classes[kind].named:
        if "@id" in value:
            yield f"{pointer}/@id", f'a "{kind}" is named by "spdxId"'
        name = value.get("spdxId")
        if not isinstance(name, str) or not _is_address(name):
            yield f"{pointer}/spdxId", f'a "{kind}" needs an "spdxId" that is an address'
        return
    if "spdxId" in value:
        yield f"{pointer}/spdxId", f'a "{kind}" is named by "@id"'
    name = value.get("@id", "_:x")
    if not isinstance(name, str) or not (_is_address(name) or _is_blank(name)):
        yield f"{pointer}/@id", "the id is neither an address nor a blank node"


def _values(value: Json, pointer: str, rule: Property, names: _Names, depth: int) -> Iterator[Problem]:
    if rule.most == 1:
        yield from _value(value, pointer, rule.type, names, depth)
        return
    if not isinstance(value, list):
        yield pointer, "not a list, though it may be said more than once"
        return
    if len(value) < rule.least:
        yield pointer, f"at least {rule.least} needed, {len(value)} there"
    if rule.most and len(value) > rule.most:
        yield pointer, f"at most {rule.most} allowed, {len(value)} there"
    for at, each in enumerate(value):
        yield from _value(each, f"{pointer}/{at}", rule.type, names, depth)


def _value(value: Json, pointer: str, kind: str, names: _Names, depth: int) -> Iterator[Problem]:
    if kind.startswith("="):
        if value not in spdx3().enums[kind[1:]]:
            yield pointer, f"not a word of {kind[1:]}"
    elif kind.startswith("@"):
        if isinstance(value, str):
            yield from _reference(value, pointer, kind[1:], names)
        else:
            yield from _object(value, pointer, kind[1:], names, depth - 1)
    elif not _is(value, kind):
        yield pointer, f"not {_EXPECTED[kind]}"


def _reference(name: str, pointer: str, wanted: str, names: _Names) -> Iterator[Problem]:
    known, imported = names
    if not (_is_address(name) or _is_blank(name)):
        yield pointer, "a reference is neither an address nor a blank node"
    elif name in known:
        line = line_of(known[name])
        if line and wanted not in line:
            yield pointer, f'leads to a "{known[name]}" where a "{wanted}" belongs'
    elif name not in imported and not name.startswith(_STANDARD):
        yield pointer, f'"{name}" is nowhere in the document and not imported'


_EXPECTED = {
    "string": "a text",
    "uri": "an address",
    "time": "a time such as 2026-01-31T12:00:00Z",
    "media": "a media type such as application/json",
    "version": "a version such as 3.0.1",
    "integer": "a whole number above zero",
    "natural": "a whole number",
    "boolean": "true or false",
    "decimal": "a number",
}


def _is(value: Json, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in {"integer", "natural"}:
        return isinstance(value, int) and not isinstance(value, bool) and value >= (kind == "integer")
    if kind == "decimal" and not isinstance(value, str):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    pattern = _patterns().get(kind)
    return pattern is None or (pattern.fullmatch(value) is not None and (kind != "time" or _is_time(value)))


def _is_time(text: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: Json) -> bool:
    """Say whether a value is a time as SPDX writes it: in UTC, to the second."""
    return _is(text, "time")


def is_media_type(text: Json) -> bool:
    """Say whether a value is a media type as SPDX takes it."""
    return _is(text, "media")


@cache
def _patterns() -> dict[str, Pattern[str]]:
    import re

    return {
        "time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
        "media": re.compile(r"[^/\n]+/[^/\n]+"),
        "version": re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"),
        "decimal": re.compile(r"-?[0-9]+(\.[0-9]*)?"),
    }


def _is_address(name: str) -> bool:
    return ":" in name[1:-1] and not name.startswith("_:") and not any(c.isspace() for c in name)


def _is_blank(name: str) -> bool:
    return name.startswith("_:") and len(name) > 2


# What the texts of the profiles ask for beyond the classes, with the classes that they ask it of.
_MANDATORY = {
    "ai": (
        "ai_AIPackage",
        (
            "releaseTime",
            "suppliedBy",
            "software_downloadLocation",
            "software_packageVersion",
            "software_primaryPurpose",
        ),
    ),
    "dataset": (
        "dataset_DatasetPackage",
        ("builtTime", "originatedBy", "releaseTime", "software_downloadLocation", "software_primaryPurpose"),
    ),
}  # fmt: skip


def missing_of_profile(element: Tree) -> tuple[str, tuple[str, ...]]:
    """Name the profile that an element falls under (``ai``, ``dataset`` or none) and what it lacks of it."""
    for profile, (kind, needed) in _MANDATORY.items():
        if text_at(element, "type") == kind:
            lacking = [key for key in needed if key not in element]
            if profile == "dataset" and len(list_at(element, "originatedBy")) > 1:
                lacking.append("originatedBy")
            return profile, tuple(lacking)
    return "", ()


def profile_problems(tree: Json) -> Iterator[Problem]:
    """Yield what elements lack of the profiles AI and Dataset, whether or not the document claims those."""
    for at, element in enumerate(list_at(tree, "@graph")):
        if isinstance(element, dict):
            profile, lacking = missing_of_profile(element)
            for key in lacking:
                yield (
                    f"/@graph/{at}",
                    f'the profile "{profile}" asks for exactly one "{key}"'
                    if (key == "originatedBy")
                    else f'the profile "{profile}" asks for "{key}"',
                )
