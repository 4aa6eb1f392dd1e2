"""People and organisations: ``organizationalEntity`` and ``organizationalContact``, and agents of SPDX.

Native: name, addresses of an organisation, mail of a person. Alike agents are one element.
"""

import hashlib

from backstamp.bom.patch import written
from backstamp.bom.spdx.draft import Draft, is_text, said
from backstamp.bom.spdx.source import Source
from backstamp.core.tree import Json, Tree, list_at, text_at

_PERSON, _ORGANIZATION = "Person", "Organization"


def write_organization(draft: Draft, entity: Json) -> str | None:
    """Write an organisation, and give its name; nothing if the value is none."""
    if not isinstance(entity, dict):
        return None
    addresses = list_at(entity, "url")
    refs: list[Json] | None = None
    if addresses and all(map(is_text, addresses)):
        refs = [{"type": "ExternalRef", "externalRefType": "altWebPage", "locator": addresses}]
    return _written(draft, _ORGANIZATION, {"name": said(entity, "name"), "externalRef": refs})


def write_person(draft: Draft, entity: Json) -> str | None:
    """Write a person, and give the name; nothing if the value is none."""
    if not isinstance(entity, dict):
        return None
    mail = said(entity, "email")
    ids: list[Json] | None = None
    if mail is not None:
        ids = [{"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": mail}]
    return _written(draft, _PERSON, {"name": said(entity, "name"), "externalIdentifier": ids})


def write_software(draft: Draft, name: str) -> str:
    """Write a program that acts, and give its name."""
    return _written(draft, "SoftwareAgent", {"name": name})


def _written(draft: Draft, kind: str, values: Tree) -> str:
    held = {key: value for key, value in values.items() if value is not None}
    digest = hashlib.sha256(written({"type": kind, **held}).encode()).hexdigest()[:16]
    name = draft.named("agent", digest)
    if name not in draft.elements:
        draft.add(kind, name, **held)
    return name


def is_person(source: Source, name: str) -> bool:
    """Say whether an agent is a person."""
    return text_at(source.found(name), "type") == _PERSON


def is_organization(source: Source, name: str) -> bool:
    """Say whether an agent is an organisation, or one of which nothing more is said."""
    return text_at(source.found(name), "type") in {_ORGANIZATION, "Agent"}


def read_agent(source: Source, name: str) -> Tree:
    """Read an agent as an organisation or a person of CycloneDX."""
    element = source.found(name)
    source.placed.add(name)
    entity: Tree = {}
    words = source.text(element, "name")
    if words is not None:
        entity["name"] = words
    addresses: list[Json] = []
    for reference in source.things(element, "externalRef") if "externalRef" in element else []:
        if text_at(reference, "externalRefType") == "altWebPage":
            source.take(reference, "externalRefType")
            addresses.extend(source.texts(reference, "locator"))
    for identifier in source.things(element, "externalIdentifier") if "externalIdentifier" in element else []:
        if text_at(identifier, "externalIdentifierType") == "email" and is_person(source, name):
            source.take(identifier, "externalIdentifierType")
            entity["email"] = source.text(identifier, "identifier") or ""
    if addresses:
        entity["url"] = addresses
    return entity
