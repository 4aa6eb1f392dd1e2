"""Components and services of CycloneDX, and packages and files of SPDX.

1. The type decides the class and the primary purpose; a service is a package whose summary is ``service``.
2. Nested components are ``contains``; ancestors, descendants and variants of a pedigree are components of
   their own, with ``descendantOf``, ``ancestorOf`` and ``hasVariant``, and the notes as the comment.
3. Where a component was found (occurrences) is ``hasEvidence`` with a file, or a line of it.
4. The supplier is ``suppliedBy``; the manufacturer and the authors are ``originatedBy``; the publisher is
   ``publishedBy``.
"""

from backstamp.bom.spdx import agents
from backstamp.bom.spdx.cards import read_card, read_datasets, write_card, write_datasets
from backstamp.bom.spdx.check import is_media_type, is_time
from backstamp.bom.spdx.draft import Draft, is_address, said
from backstamp.bom.spdx.licences import read_licences, write_licences
from backstamp.bom.spdx.properties import read_properties, write_card_properties, write_properties
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.things import read_identity, write_identity
from backstamp.bom.spdx.words import COMPONENT_TYPES, CONFIDENTIALITY, DATA_TYPES, PEDIGREE, PURPOSES, back
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at

FAMILIES = ("software_Package", "software_File", "ai_AIPackage", "dataset_DatasetPackage")
_FILE, _DATA, _MODEL = "software_File", "dataset_DatasetPackage", "ai_AIPackage"
_SERVICE = "service"
_ENDPOINT = "endpoint"
_DATASET = "dataset"


class Later:
    """What can be written only when all components have a name."""

    def __init__(self) -> None:
        self.cards: list[tuple[str, Tree, dict[int, str]]] = []
        self.properties: list[tuple[Tree, Tree]] = []


def write_components(draft: Draft, components: list[Json], path: str, later: Later) -> list[str]:
    """Write components with all that is nested in them, and name them."""
    names = []
    for at, each in enumerate(components):
        if isinstance(each, dict):
            names.append(write_component(draft, each, f"{path}/{at}", later))
    return names


def write_component(draft: Draft, component: Tree, path: str, later: Later) -> str:
    """Write a component with all that is nested in it, and give its name."""
    family, purpose = COMPONENT_TYPES.get(said(component, "type") or "", ("software_Package", "other"))
    name = draft.name("component", component, path)
    element = draft.add(family, name, software_primaryPurpose=purpose)
    write_identity(element, component, is_package=family != _FILE)
    if family == _FILE:
        kind = said(component, "mime-type")
        if is_media_type(kind):
            element["contentType"] = kind
    elif (version := said(component, "version")) is not None:
        element["software_packageVersion"] = version
    if (words := said(component, "copyright")) is not None:
        element["software_copyrightText"] = words
    if is_time(released := said(component, "releaseNotes", "timestamp")):
        element["releaseTime"] = released
    _write_makers(draft, element, component)
    write_licences(draft, name, component.get("licenses"))
    inline = _write_data(draft, element, component, path)
    if family == _MODEL:
        write_card(element, component.get("modelCard"))
        later.cards.append((name, tree_at(component, "modelCard"), inline))
    later.properties.append((element, component))
    nested = write_components(draft, list_at(component, "components"), f"{path}/components", later)
    if nested:
        draft.relate(name, "contains", nested)
    _write_pedigree(draft, name, tree_at(component, "pedigree"), f"{path}/pedigree", later)
    _write_occurrences(draft, name, component, path)
    return name


def write_late(draft: Draft, later: Later) -> None:
    """Write what refers to other components."""
    for element, component in later.properties:
        write_properties(draft, element, list_at(component, "properties"))
        if element["type"] == _MODEL:
            write_card_properties(draft, element, list_at(component, "modelCard", "properties"))
    for name, card, inline in later.cards:
        write_datasets(draft, name, card, inline)


def _write_makers(draft: Draft, element: Tree, component: Tree) -> None:
    name = text_at(element, "spdxId")
    if (supplier := agents.write_organization(draft, component.get("supplier"))) is not None:
        element["suppliedBy"] = supplier
    makers = [agents.write_organization(draft, component.get("manufacturer"))]
    makers += [agents.write_person(draft, each) for each in list_at(component, "authors")]
    found: list[Json] = [*dict.fromkeys(maker for maker in makers if maker is not None)]
    if found:
        element["originatedBy"] = found
    publisher = said(component, "publisher")
    if publisher and (made := agents.write_organization(draft, {"name": publisher})) is not None:
        draft.relate(name, "publishedBy", [made])


def _write_data(draft: Draft, element: Tree, component: Tree, path: str) -> dict[int, str]:
    """Write what is said of data: of a dataset on its element; what a model card describes as its own."""
    if element["type"] == _DATA:
        entries = list_at(component, "data")
        held = entries[0] if entries else None
        element["software_primaryPurpose"] = DATA_TYPES.get(text_at(held, "type"), "data")
        if (level := text_at(held, "classification")) in CONFIDENTIALITY:
            element["dataset_confidentialityLevel"] = level
        place = said(held, "contents", "url")
        if is_address(place) and "software_downloadLocation" not in element:
            element["software_downloadLocation"] = place
    inline: dict[int, str] = {}
    for at, each in enumerate(list_at(component, "modelCard", "modelParameters", "datasets")):
        if isinstance(each, dict) and "ref" not in each and element["type"] == _MODEL:
            place = f"{path}/modelCard/modelParameters/datasets/{at}"
            inline[at] = _write_dataset(draft, each, place)
    return inline


def _write_dataset(draft: Draft, held: Tree, path: str) -> str:
    name = draft.name(_DATASET, held, path)
    purpose = DATA_TYPES.get(text_at(held, "type"), "data")
    element = draft.add(_DATA, name, software_primaryPurpose=purpose, dataset_datasetType=["noAssertion"])
    for key in ("name", "description"):
        if (words := said(held, key)) is not None:
            element[key] = words
    if (level := text_at(held, "classification")) in CONFIDENTIALITY:
        element["dataset_confidentialityLevel"] = level
    place = said(held, "contents", "url")
    if is_address(place):
        element["software_downloadLocation"] = place
    return name


def _write_pedigree(draft: Draft, name: str, pedigree: Tree, path: str, later: Later) -> None:
    notes = said(pedigree, "notes")
    for key, kind in PEDIGREE.items():
        relatives = write_components(draft, list_at(pedigree, key), f"{path}/{key}", later)
        if relatives:
            draft.relate(name, kind, relatives, comment=notes)
            notes = None


def _write_occurrences(draft: Draft, name: str, component: Tree, path: str) -> None:
    found = []
    for at, each in enumerate(list_at(component, "evidence", "occurrences")):
        place = said(each, "location")
        if place is None or not isinstance(each, dict):
            continue
        file = draft.named("evidence", place)
        if file not in draft.elements:
            draft.add(_FILE, file, name=place, software_primaryPurpose="evidence")
        line = each.get("line")
        if isinstance(line, int) and not isinstance(line, bool) and line > 0:
            ref = draft.name("occurrence", each, f"{path}/evidence/occurrences/{at}")
            lines: Tree = {"type": "PositiveIntegerRange", "beginIntegerRange": line, "endIntegerRange": line}
            draft.add("software_Snippet", ref, software_snippetFromFile=file, software_lineRange=lines)
            found.append(ref)
        elif file not in found:
            found.append(file)
    if found:
        draft.relate(name, "hasEvidence", found)


def write_service(draft: Draft, service: Tree, path: str, later: Later) -> str:
    """Write a service with those nested in it, and give its name."""
    name = draft.name(_SERVICE, service, path)
    element = draft.add("software_Package", name, software_primaryPurpose="application", summary=_SERVICE)
    write_identity(element, service, is_package=False)
    if (version := said(service, "version")) is not None:
        element["software_packageVersion"] = version
    endpoints: list[Json] = [
        {"type": "ExternalRef", "externalRefType": "other", "locator": [place], "comment": _ENDPOINT}
        for place in list_at(service, "endpoints")
        if isinstance(place, str) and is_address(place)
    ]
    if endpoints:
        element["externalRef"] = [*endpoints, *list_at(element, "externalRef")]
    if (provider := agents.write_organization(draft, service.get("provider"))) is not None:
        element["suppliedBy"] = provider
    write_licences(draft, name, service.get("licenses"))
    later.properties.append((element, service))
    nested = [
        write_service(draft, each, f"{path}/services/{at}", later)
        for at, each in enumerate(list_at(service, "services"))
        if isinstance(each, dict)
    ]
    if nested:
        draft.relate(name, "contains", nested)
    return name


# --- reading ---------------------------------------------------------------------------------------------


def is_service(element: Tree) -> bool:
    """Say whether a package is a service."""
    return text_at(element, "summary") == _SERVICE and text_at(element, "type") == "software_Package"


_DEEPEST = 180  # levels of JSON; a chain that goes on stands at the top of the document


def read_component(source: Source, name: str) -> Tree:
    """Read a component with all that is nested in it."""
    element = source.found(name)
    source.placed.add(name)
    component: Tree = {"type": _component_type(source, element)}
    source.places[name] = component
    if (ref := source.ref_of(name)) is not None:
        component["bom-ref"] = ref
    read_identity(source, element, component)
    component.setdefault("name", name)
    for key, word in (
        ("software_packageVersion", "version"),
        ("contentType", "mime-type"),
        ("software_copyrightText", "copyright"),
    ):
        if (words := source.text(element, key)) is not None:
            component[word] = words
    if (released := source.text(element, "releaseTime")) is not None:
        component["releaseNotes"] = {"type": "release", "timestamp": released}
    _read_makers(source, element, component)
    if licences := read_licences(source, name):
        component["licenses"] = licences
    if text_at(element, "type") == _DATA:
        _read_data(source, element, component)
    properties, card_properties = read_properties(source, element)
    if properties:
        component["properties"] = properties
    if text_at(element, "type") == _MODEL:
        card = read_card(source, element, _read_datasets(source, name))
        if card_properties:
            card["properties"] = card_properties
        if card:
            component["modelCard"] = card
    source.level += 2
    nested = [read_component(source, child) for child in _children(source, name, "contains")]
    source.level -= 2
    if nested:
        component["components"] = [*nested]
    _read_pedigree(source, name, component)
    _read_occurrences(source, name, component)
    return component


def _component_type(source: Source, element: Tree) -> str:
    family, purpose = text_at(element, "type"), text_at(element, "software_primaryPurpose")
    if source.words(text_at(element, "spdxId"))[0]:
        source.take(element, "software_primaryPurpose")  # what it does not tell is carried
    if family == "software_Package":
        if purpose in PURPOSES or purpose == "":
            source.take(element, "software_primaryPurpose")
        return PURPOSES.get(purpose, "library" if purpose in {"", "module"} else "application")
    kind, usual = next((kind, usual) for kind, (held, usual) in COMPONENT_TYPES.items() if held == family)
    if purpose == usual:
        source.take(element, "software_primaryPurpose")
    return kind


def _children(source: Source, name: str, *kinds: str) -> list[str]:
    """Name what a component holds and what no other holds already; nothing where nesting gets too deep."""
    found: list[str] = []
    if source.level > _DEEPEST:
        return found
    for relation in list(source.relations(name, *kinds)):
        ends = [source.name_of(each) for each in list_at(relation, "to")]
        free = [end for end in ends if end not in source.placed and _is_component(source.found(end))]
        if free and len(free) == len(ends) and len(set(free)) == len(free):
            found += source.targets(relation)
            source.placed.update(free)
            source.take(relation, "completeness")
    return found


def _is_component(element: Tree) -> bool:
    return text_at(element, "type") in FAMILIES and not is_service(element)


def _read_makers(source: Source, element: Tree, component: Tree) -> None:
    name = text_at(element, "spdxId")
    if "suppliedBy" in element:
        source.take(element, "suppliedBy")
        component["supplier"] = agents.read_agent(source, source.name_of(element["suppliedBy"]))
    authors: list[Json] = []
    makers = [source.name_of(each) for each in list_at(element, "originatedBy")]
    for maker in makers:
        if agents.is_person(source, maker):
            authors.append(agents.read_agent(source, maker))
        elif "manufacturer" not in component:
            component["manufacturer"] = agents.read_agent(source, maker)
        else:
            break
    else:
        source.take(element, "originatedBy")
    if authors:
        component["authors"] = authors
    for relation in list(source.relations(name, "publishedBy")):
        publishers = list_at(relation, "to")
        if len(publishers) == 1 and "publisher" not in component:
            agent = agents.read_agent(source, source.targets(relation)[0])
            component["publisher"] = text_at(agent, "name")


def _read_data(source: Source, element: Tree, component: Tree) -> None:
    purpose = text_at(element, "software_primaryPurpose")
    held: Tree = {"type": back(DATA_TYPES).get(purpose, "dataset")}
    if purpose in DATA_TYPES.values():
        source.take(element, "software_primaryPurpose")
    if (level := source.text(element, "dataset_confidentialityLevel")) is not None:
        held["classification"] = level
    component["data"] = [held]


def _read_datasets(source: Source, name: str) -> list[Json]:
    found: list[Json] = []
    for target in read_datasets(source, name):
        if source.words(target)[0].startswith(_DATASET):
            found.append(_read_dataset(source, target))
        else:
            found.append({"ref": source.ref_of(target) or target})
    return found


def _read_dataset(source: Source, name: str) -> Tree:
    element = source.found(name)
    source.placed.add(name)
    held: Tree = {"type": back(DATA_TYPES).get(text_at(element, "software_primaryPurpose"), "dataset")}
    source.places[name] = held
    source.take(element, "software_primaryPurpose", "dataset_datasetType")
    if (ref := source.ref_of(name)) is not None:
        held["bom-ref"] = ref
    for key, word in (
        ("name", "name"),
        ("description", "description"),
        ("dataset_confidentialityLevel", "classification"),
    ):
        if (words := source.text(element, key)) is not None:
            held[word] = words
    if (place := source.text(element, "software_downloadLocation")) is not None:
        held["contents"] = {"url": place}
    return held


def _read_pedigree(source: Source, name: str, component: Tree) -> None:
    pedigree: Tree = {}
    for key, kind in PEDIGREE.items():
        relations = list(source.relations(name, kind))
        source.level += 3
        relatives = [read_component(source, relative) for relative in _children(source, name, kind)]
        source.level -= 3
        if relatives:
            pedigree[key] = [*relatives]
        for relation in relations:
            if "to" in source.taken[id(relation)] and "notes" not in pedigree:
                notes = source.text(relation, "comment")
                pedigree.update({} if notes is None else {"notes": notes})
    if pedigree:
        component["pedigree"] = pedigree


def _read_occurrences(source: Source, name: str, component: Tree) -> None:
    found: list[Json] = []
    for relation in list(source.relations(name, "hasEvidence")):
        places = [source.found(each) for each in list_at(relation, "to")]
        if all(_is_place(source, place) for place in places):
            found.extend(_occurrence(source, target) for target in source.targets(relation))
    if found:
        component["evidence"] = {"occurrences": found}


def _is_place(source: Source, element: Tree) -> bool:
    if text_at(element, "type") == "software_Snippet":
        element = source.found(element.get("software_snippetFromFile"))
    return text_at(element, "type") == _FILE and text_at(element, "software_primaryPurpose") == "evidence"


def _occurrence(source: Source, name: str) -> Tree:
    element, held = source.found(name), {}
    file = element
    source.placed.add(name)
    if text_at(element, "type") == "software_Snippet":
        source.take(element, "software_snippetFromFile", "software_lineRange")
        file = source.found(element.get("software_snippetFromFile"))
        lines = tree_at(element, "software_lineRange")
        source.take(lines, "beginIntegerRange", "endIntegerRange")
        if "beginIntegerRange" in lines:
            held["line"] = lines["beginIntegerRange"]
        if source.words(name)[0] == "occurrence":
            held["bom-ref"] = source.words(name)[1]
    source.placed.add(text_at(file, "spdxId"))
    source.take(file, "software_primaryPurpose")
    return {"location": source.text(file, "name") or "", **held}


def read_service(source: Source, name: str) -> Tree:
    """Read a service with those nested in it."""
    element = source.found(name)
    source.placed.add(name)
    service: Tree = {}
    source.places[name] = service
    if (ref := source.ref_of(name)) is not None:
        service["bom-ref"] = ref
    source.take(element, "software_primaryPurpose", "summary")
    endpoints: list[Json] = []
    for each in list(trees_at(element, "externalRef")):
        if text_at(each, "comment") == _ENDPOINT and text_at(each, "externalRefType") == "other":
            endpoints.extend(source.texts(each, "locator"))
            source.take(each, "comment", "externalRefType")
    read_identity(source, element, service)
    if endpoints:
        service["endpoints"] = endpoints
    if (version := source.text(element, "software_packageVersion")) is not None:
        service["version"] = version
    if "suppliedBy" in element:
        source.take(element, "suppliedBy")
        service["provider"] = agents.read_agent(source, source.name_of(element["suppliedBy"]))
    if licences := read_licences(source, name):
        service["licenses"] = licences
    properties, _ = read_properties(source, element)
    if properties:
        service["properties"] = properties
    nested = []
    source.level += 2
    for relation in list(source.relations(name, "contains")) if source.level < _DEEPEST else ():
        if all(is_service(source.found(each)) for each in list_at(relation, "to")):
            ends = [end for end in source.targets(relation) if end not in source.placed]
            source.take(relation, "completeness")
            nested += [read_service(source, end) for end in ends if end not in source.placed]
    source.level -= 2
    if nested:
        service["services"] = [*nested]
    return service
