"""Writes an SPDX 3.0.1 document from a CycloneDX document.

1. What SPDX has a place for goes there; see the modules of this package, one for each part.
2. The document is then read back. What differs is carried by annotations on the elements concerned, so that
   they hold exactly what SPDX has no place for.
3. It is read back once more: what still differs is lost, and told.
4. A profile is claimed only when all its elements have what it asks for. No value is made up: data of which
   no type is known are ``noAssertion``, a document without a time says so.
"""

from backstamp.bom.patch import depth_of, differences
from backstamp.bom.spdx.builds import write_flows, write_formulas
from backstamp.bom.spdx.check import missing_of_profile
from backstamp.bom.spdx.components import Later, write_component, write_components, write_late, write_service
from backstamp.bom.spdx.draft import DOCUMENT, INFO, SBOM, Draft
from backstamp.bom.spdx.flaws import write_vulnerabilities
from backstamp.bom.spdx.head import write_head, write_root
from backstamp.bom.spdx.links import write_compositions, write_dependencies
from backstamp.bom.spdx.read import Note, cyclonedx_of, reading_of
from backstamp.bom.spdx.remarks import write_annotations, write_carried, write_citations
from backstamp.bom.spdx.source import Source
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at

_PROFILES = {
    "simplelicensing_LicenseExpression": "simpleLicensing",
    "expandedlicensing_CustomLicense": "expandedLicensing",
    "build_Build": "build",
    "security_Vulnerability": "security",
}


def spdx_of(tree: Tree) -> tuple[Tree, tuple[Note, ...]]:
    """Write a CycloneDX document as SPDX, and tell what has no place there.

    Raises ``ReadError`` if the document is nested too deep.
    """
    depth_of(tree)
    draft = _drafted(tree)
    whole = draft.named(DOCUMENT, "")
    reading = reading_of(draft.document())
    if _drop_unread(draft, reading.source):
        reading = reading_of(draft.document())
    ops = differences(reading.tree, tree, {id(place): name for name, place in reading.source.places.items()})
    write_carried(draft, ops, whole)
    document = draft.document()
    places = {name: path for path, name in draft.paths.items()}
    notes = [
        Note(
            pointer=places.get(name, "") + text_at(op, "path"),
            what="has no place in SPDX: carried by an annotation",
        )
        for name, held in ops.items()
        for op in held
        if op["op"] in {"add", "replace"}
    ]
    lost = [
        Note(pointer=text_at(op, "path"), what="cannot be written as JSON text and read back", is_lost=True)
        for op in differences(cyclonedx_of(document)[0], tree).get("", [])
    ]
    return document, tuple(sorted(notes + lost, key=lambda note: (note.pointer, note.what)))


def _drafted(tree: Tree) -> Draft:
    """Write all that SPDX has a place for."""
    draft, later = Draft(tree), Later()
    write_head(draft)
    root = tree_at(tree, "metadata").get("component")
    if isinstance(root, dict):
        write_root(draft, write_component(draft, root, "/metadata/component", later))
    write_components(draft, list_at(tree, "components"), "/components", later)
    for at, service in enumerate(list_at(tree, "services")):
        if isinstance(service, dict):
            write_service(draft, service, f"/services/{at}", later)
    builds = write_formulas(draft, list_at(tree, "formulation"), later)
    write_late(draft, later)
    write_flows(draft, builds)
    write_dependencies(draft, list_at(tree, "dependencies"))
    write_compositions(draft, list_at(tree, "compositions"))
    write_vulnerabilities(draft, list_at(tree, "vulnerabilities"))
    write_annotations(draft, list_at(tree, "annotations"))
    write_citations(draft, list_at(tree, "citations"), dict(draft.paths), draft.named(DOCUMENT, ""))
    _finish(draft)
    return draft


def _drop_unread(draft: Draft, source: Source) -> bool:
    """Take back relationships and annotations that are not read back: they are carried instead."""
    unread = [
        name
        for name, element in draft.elements.items()
        if ("relationshipType" in element and "to" not in source.taken[id(element)])
        or (element["type"] == "Annotation" and name not in source.placed)
    ]
    for name in unread:
        del draft.elements[name]
    return bool(unread)


def _finish(draft: Draft) -> None:
    """Say of data whose type is unknown that it is, and claim the profiles that are met.

    The profile "extension" is never claimed: in the official context of 3.0.1 that word means the property.
    """
    claimed = {"core", "software"}
    lacking: dict[str, bool] = {}
    for element in draft.elements.values():
        if element["type"] == "dataset_DatasetPackage":
            element.setdefault("dataset_datasetType", ["noAssertion"])
        if (profile := _PROFILES.get(text_at(element, "type"))) is not None:
            claimed.add(profile)
        profile, missing = missing_of_profile(element)
        if profile:
            lacking[profile] = lacking.get(profile, False) or bool(missing)
    claimed.update(profile for profile, is_lacking in lacking.items() if not is_lacking)
    conformance: list[Json] = [*sorted(claimed)]
    for kind in (DOCUMENT, SBOM):
        draft.elements[draft.named(kind, "")]["profileConformance"] = conformance
    draft.infos[INFO].setdefault("specVersion", "3.0.1")
