"""What a document says of itself: metadata of CycloneDX; SpdxDocument, Sbom and CreationInfo of SPDX.

| CycloneDX | SPDX |
|---|---|
| serialNumber, version | externalIdentifier of the document: the serial number, or a BOM-Link with both |
| metadata.timestamp | created, in UTC to the second |
| metadata.authors, manufacturer | createdBy; where nobody is named, the program that wrote the document |
| metadata.supplier | publishedBy of the Sbom |
| metadata.tools | createdUsing |
| metadata.lifecycles | sbomType |
| metadata.licenses | dataLicense |
| metadata.component | rootElement of the Sbom |
| externalReferences, properties | of the document; metadata.properties of the Sbom |
"""

from datetime import UTC, datetime

from backstamp.bom.spdx import agents
from backstamp.bom.spdx.check import is_time
from backstamp.bom.spdx.draft import DOCUMENT, INFO, SBOM, Draft, said
from backstamp.bom.spdx.licences import read_licence, write_licence
from backstamp.bom.spdx.properties import read_properties, write_properties
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.things import (
    read_hashes,
    read_identity,
    read_references,
    write_hashes,
    write_identity,
    write_references,
)
from backstamp.bom.spdx.words import PHASES, back
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at
from backstamp.knowledge.spdx3 import spdx3

_WRITER = "Backstamp"
_UNSTATED = "1970-01-01T00:00:00Z"
_UNSTATED_WORDS = "The CycloneDX document does not say when it was created."
_LINK = "urn:cdx:"
_VERSION = "version "


def write_head(draft: Draft) -> None:
    """Write the elements that describe the document itself."""
    metadata = tree_at(draft.tree, "metadata")
    info: Tree = {"type": "CreationInfo", "@id": INFO, "specVersion": spdx3().version}
    draft.infos[INFO] = info
    time = said(metadata, "timestamp")
    info["created"] = _utc(time) or _UNSTATED
    if info["created"] == _UNSTATED and time != _UNSTATED:
        info["comment"] = _UNSTATED_WORDS
    document = draft.add("SpdxDocument", draft.named(DOCUMENT, ""))
    sbom = draft.add("software_Sbom", draft.named(SBOM, ""))
    draft.paths.update({"": text_at(document, "spdxId"), "/metadata": text_at(sbom, "spdxId")})
    document["rootElement"] = [sbom["spdxId"]]
    identifier = _serial(draft.tree)
    if identifier:
        document["externalIdentifier"] = [
            {"type": "ExternalIdentifier", "externalIdentifierType": "other", "identifier": identifier}
        ]
    makers = [agents.write_person(draft, each) for each in list_at(metadata, "authors")]
    makers.append(agents.write_organization(draft, metadata.get("manufacturer")))
    named: list[Json] = [*dict.fromkeys(maker for maker in makers if maker is not None)]
    info["createdBy"] = named or [agents.write_software(draft, _WRITER)]
    tools = _write_tools(draft, metadata.get("tools"))
    if tools:
        info["createdUsing"] = tools
    if (supplier := agents.write_organization(draft, metadata.get("supplier"))) is not None:
        draft.relate(text_at(sbom, "spdxId"), "publishedBy", [supplier])
    phases = [PHASES.get(text_at(each, "phase"), "") for each in list_at(metadata, "lifecycles")]
    types: list[Json] = [*dict.fromkeys(phase for phase in phases if phase)]
    if types:
        sbom["software_sbomType"] = types
    licences = list_at(metadata, "licenses")
    if len(licences) == 1 and (licence := write_licence(draft, licences[0])) is not None:
        document["dataLicense"] = licence
    write_references(document, list_at(draft.tree, "externalReferences"), is_package=False)
    write_properties(draft, document, list_at(draft.tree, "properties"))
    write_properties(draft, sbom, list_at(metadata, "properties"))


def write_root(draft: Draft, name: str) -> None:
    """Say what the document is about."""
    draft.elements[draft.named(SBOM, "")]["rootElement"] = [name]


def _utc(time: str | None) -> str:
    """Write a time as SPDX does; empty if there is none."""
    if time is None or is_time(time):
        return time or ""
    try:
        held = datetime.fromisoformat(time)
        return held.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if held.tzinfo and held.year > 1900 else ""
    except (ValueError, OverflowError):
        return ""


def _serial(tree: Tree) -> str:
    serial, version = said(tree, "serialNumber") or "", tree.get("version")
    bare = serial.removeprefix("urn:uuid:")
    if type(version) is int and version >= 0 and bare != serial and "/" not in bare:
        return f"{_LINK}{bare}/{version}"
    return serial if not serial.startswith(_LINK) else ""


def _write_tools(draft: Draft, tools: Json) -> list[Json]:
    """Write tools: components and services, or the older form."""
    if isinstance(tools, list):
        lists = [("tool-old", tools, "/metadata/tools")]
    else:
        lists = [
            ("tool", list_at(tools, "components"), "/metadata/tools/components"),
            ("tool-service", list_at(tools, "services"), "/metadata/tools/services"),
        ]
    names: list[Json] = []
    for kind, held, path in lists:
        for at, each in enumerate(held):
            if not isinstance(each, dict):
                continue
            name = draft.name(kind, each, f"{path}/{at}")
            element = draft.add("Tool", name)
            if kind == "tool":
                write_identity(element, each, is_package=False)
            else:
                element.update({key: words for key in ("name", "description") if (words := said(each, key))})
            if kind == "tool-old" and (hashes := write_hashes(list_at(each, "hashes"))):
                element["verifiedUsing"] = [*hashes]
            if (version := said(each, "version")) is not None:
                element["comment"] = _VERSION + version
            names.append(name)
    return names


# --- reading ---------------------------------------------------------------------------------------------


def read_head(source: Source, tree: Tree, metadata: Tree) -> str:
    """Read what a document says of itself, and name the one thing that it is about, if there is one."""
    document = next((element for _, element in source.of_type("SpdxDocument")), {})
    sbom = _sbom(source, document)
    for each in (document, sbom):
        source.placed.add(text_at(each, "spdxId"))
        source.take(each, "rootElement", "element", "profileConformance")
        if each:
            source.places[text_at(each, "spdxId")] = tree if each is document else metadata
    _read_serial(source, document, tree)
    _read_info(source, document, metadata)
    _read_sbom(source, sbom, metadata)
    if "dataLicense" in document:
        name = source.name_of(document["dataLicense"])
        if text_at(source.found(name), "type"):
            source.take(document, "dataLicense")
            metadata["licenses"] = [read_licence(source, name)]
    if references := read_references(source, document):
        tree["externalReferences"] = references
    for element, target in ((document, tree), (sbom, metadata)):
        properties, _ = read_properties(source, element)
        if properties:
            target["properties"] = properties
    roots = [source.name_of(each) for each in list_at(sbom or document, "rootElement")]
    return roots[0] if len(roots) == 1 else ""


def _sbom(source: Source, document: Tree) -> Tree:
    kinds = {"software_Sbom", "Bom"}
    roots = [source.found(each) for each in list_at(document, "rootElement")]
    found = [each for each in roots if text_at(each, "type") in kinds]
    return found[0] if found else next((element for _, element in source.of_type(*kinds)), {})


def _read_serial(source: Source, document: Tree, tree: Tree) -> None:
    for each in list(trees_at(document, "externalIdentifier")):
        value = text_at(each, "identifier")
        serial, slash, version = value.removeprefix(_LINK).partition("/")
        if value.startswith(_LINK) and slash and version.isdecimal():
            tree["serialNumber"], tree["version"] = f"urn:uuid:{serial}", int(version)
        elif value.startswith("urn:uuid:") or source.words(text_at(document, "spdxId"))[0]:
            tree["serialNumber"] = value
        else:
            continue
        source.take(document, "externalIdentifier")
        source.take(each, "externalIdentifierType", "identifier")
        return


def _read_info(source: Source, document: Tree, metadata: Tree) -> None:
    held = document.get("creationInfo")
    if held is None:
        held = next(
            (each.get("creationInfo") for each in source.by_name.values() if "creationInfo" in each), None
        )
    info = source.found(held)
    source.main_info = info
    source.take(info, "type", "specVersion")
    time = source.text(info, "created")
    if source.words(text_at(document, "spdxId"))[0] and text_at(info, "comment") == _UNSTATED_WORDS:
        source.take(info, "comment")
        time = None
    if time is not None:
        metadata["timestamp"] = time
    makers = [source.name_of(each) for each in list_at(info, "createdBy")]
    authors: list[Json] = []
    source.take(info, "createdBy")
    for maker in makers:
        if source.words(maker)[0] == "agent" and text_at(source.found(maker), "type") == "SoftwareAgent":
            source.placed.add(maker)  # the writer of the document: CycloneDX names nobody
            source.take(source.found(maker), "name")
        elif agents.is_organization(source, maker) and "manufacturer" not in metadata:
            metadata["manufacturer"] = agents.read_agent(source, maker)
        elif source.found(maker):
            authors.append(agents.read_agent(source, maker))
    if authors:
        metadata["authors"] = authors
    tools = _read_tools(source, info)
    if tools:
        metadata["tools"] = tools


def _read_tools(source: Source, info: Tree) -> Json:
    names = [source.name_of(each) for each in list_at(info, "createdUsing")]
    source.take(info, "createdUsing")
    old: list[Json] = []
    lists: dict[str, list[Json]] = {"components": [], "services": []}
    for name in names:
        element = source.found(name)
        source.placed.add(name)
        kind = source.words(name)[0]
        tool: Tree = {}
        source.places[name] = tool
        if (ref := source.ref_of(name)) is not None:
            tool["bom-ref"] = ref
        if kind.startswith("tool-old"):
            old.append(tool)
        elif kind.startswith("tool-service"):
            lists["services"].append(tool)
        else:
            tool["type"] = "application"
            lists["components"].append(tool)
        _read_tool(source, element, tool, is_old=kind.startswith("tool-old"))
        tool.setdefault("name", name)
    return old or {key: values for key, values in lists.items() if values}


def _read_tool(source: Source, element: Tree, tool: Tree, *, is_old: bool) -> None:
    if is_old:
        if (words := source.text(element, "name")) is not None:
            tool["name"] = words
        if hashes := read_hashes(source, element, "verifiedUsing"):
            tool["hashes"] = [*hashes]
    else:
        read_identity(source, element, tool)
    if text_at(element, "comment").startswith(_VERSION):
        tool["version"] = (source.text(element, "comment") or "").removeprefix(_VERSION)


def _read_sbom(source: Source, sbom: Tree, metadata: Tree) -> None:
    words = back(PHASES)
    types = source.texts(sbom, "software_sbomType")
    if types:
        metadata["lifecycles"] = [{"phase": words[each]} for each in types if each in words]
    for relation in list(source.relations(text_at(sbom, "spdxId"), "publishedBy")):
        ends = list_at(relation, "to")
        if len(ends) == 1 and "supplier" not in metadata:
            metadata["supplier"] = agents.read_agent(source, source.targets(relation)[0])
