"""Reads an SPDX 3.0.1 document as CycloneDX.

1. A document that Backstamp wrote is read as the CycloneDX document that it was written from.
2. Of any other, what CycloneDX has a place for goes there. The rest is kept in properties
   ``backstamp:spdx:...`` of the component, or of the document, and told.
"""

import msgspec

from backstamp.bom.patch import applied, depth_of, written
from backstamp.bom.spdx.builds import inner_names, read_formulas
from backstamp.bom.spdx.components import FAMILIES, is_service, read_component, read_service
from backstamp.bom.spdx.flaws import read_vulnerabilities
from backstamp.bom.spdx.head import read_head
from backstamp.bom.spdx.links import read_compositions, read_dependencies
from backstamp.bom.spdx.properties import PREFIX
from backstamp.bom.spdx.remarks import read_carried, read_remarks
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.words import PEDIGREE
from backstamp.core.tree import Json, Tree, list_at, text_at

_INNER = ("contains", "hasEvidence", *PEDIGREE.values())
_SPEC_VERSION = "1.7"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a value that has no place in the other standard: its pointer, and whether it is lost."""

    pointer: str
    what: str
    is_lost: bool = False


class Reading:
    """A CycloneDX document with the source that it was read from."""

    def __init__(self, tree: Tree, source: Source) -> None:
        self.tree = tree
        self.source = source


def cyclonedx_of(tree: Tree) -> tuple[Tree, tuple[Note, ...]]:
    """Read an SPDX document as CycloneDX 1.7, and tell what has no place there.

    Raises ``ReadError`` if the document is nested too deep, or what Backstamp left in it is damaged.
    """
    depth_of(tree)
    reading = reading_of(tree)
    notes = _keep_leftovers(reading)
    return reading.tree, tuple(sorted(notes, key=lambda note: (note.pointer, note.what)))


def reading_of(tree: Tree) -> Reading:
    """Read what CycloneDX has a place for, and what annotations of ours carry."""
    source = Source(tree)
    carried = read_carried(source)
    made: Tree = {"bomFormat": "CycloneDX", "specVersion": _SPEC_VERSION}
    metadata: Tree = {}
    root = read_head(source, made, metadata)
    inner = _inner_names(source)
    if text_at(source.found(root), "type") in FAMILIES and not is_service(source.found(root)):
        metadata["component"] = read_component(source, root)
    if metadata:
        made["metadata"] = metadata
    components: list[Json] = []
    services: list[Json] = []
    for is_all in (False, True):  # what is nested in a circle is nobody's, and stands at the top
        for name, element in source.of_type(*FAMILIES):
            if name in source.placed or (not is_all and name in inner):
                continue
            if is_service(element):
                services.append(read_service(source, name))
            elif is_all or not _is_evidence(element):
                components.append(read_component(source, name))
        if not is_all:
            formulas = read_formulas(source)
    lists = {
        "components": components,
        "services": services,
        "formulation": formulas,
        "dependencies": read_dependencies(source),
        "compositions": read_compositions(source),
        "vulnerabilities": read_vulnerabilities(source),
    }
    lists["annotations"], lists["citations"] = read_remarks(source)
    made.update({key: values for key, values in lists.items() if values})
    for name, ops in sorted(carried.items(), key=lambda entry: entry[0] not in source.places):
        if name in source.places:
            applied(source.places[name], ops)
    return Reading(made, source)


def _is_evidence(element: Tree) -> bool:
    return (
        text_at(element, "software_primaryPurpose") == "evidence"
        and text_at(element, "type") == "software_File"
    )


def _inner_names(source: Source) -> set[str]:
    """Name the things that stand inside of others."""
    found = inner_names(source)
    for name in source.order:
        if text_at(source.by_name[name], "type") in FAMILIES:
            for relation in source.relations(name, *_INNER):
                found.update(source.name_of(each) for each in list_at(relation, "to"))
        if source.words(name)[0] in {"dataset", "dataset-at"}:
            found.add(name)
    return found


# --- what is left ------------------------------------------------------------------------------------------


def _keep_leftovers(reading: Reading) -> list[Note]:
    """Put what was not read into properties, and tell."""
    source, notes = reading.source, []
    for name in source.order:
        element = source.by_name[name]
        kind = text_at(element, "type")
        if "spdxId" not in element and kind != "CreationInfo":
            continue  # what is inside of an element is told with it
        left = source.leftovers(element)
        place = source.places.get(name)
        if left and place is None and name not in source.placed and element is not source.main_info:
            left = [("", element)]
        for inside, value in left:
            word = inside[1:] or kind
            kept: Json = value if place is not None or not inside else {"of": name, "value": value}
            _keep(reading.tree if place is None else place, word, kept)
            what = f"has no place in CycloneDX: kept as the property {PREFIX}{word}"
            notes.append(Note(pointer=source.pointers[name] + inside, what=what))
    return notes


def _keep(thing: Tree, word: str, value: Json) -> None:
    held = thing.setdefault("properties", [])
    if isinstance(held, list):
        held.append({"name": f"{PREFIX}{word}", "value": value if isinstance(value, str) else written(value)})
