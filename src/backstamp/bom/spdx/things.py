"""What every named thing has: name, description, digests, identifiers, references to the outside.

Components, services and tools of CycloneDX share these, as all elements of SPDX do.
"""

from backstamp.bom.spdx.draft import is_address, said, said_all
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.words import HASHES, REFERENCES, back
from backstamp.core.tree import Json, Tree, list_at, text_at

_IDENTIFIERS = {"swhid": "swhid", "omniborId": "gitoid"}
_PACKAGE_URL = "software_packageUrl"
_DOWNLOAD, _HOME = "software_downloadLocation", "software_homePage"
_DIRECT = {_DOWNLOAD: "distribution", _HOME: "website"}


def write_identity(element: Tree, thing: Tree, *, is_package: bool) -> None:
    """Write what a component or tool has in common with all named things."""
    for key, ours in (("name", "name"), ("description", "description")):
        if (words := said(thing, ours)) is not None:
            element[key] = words
    hashes: list[Json] = [*write_hashes(list_at(thing, "hashes"))]
    if hashes:
        element["verifiedUsing"] = hashes
    purl = said(thing, "purl")
    identifiers: list[Json] = []
    if purl is not None and is_package and is_address(purl):
        element[_PACKAGE_URL] = purl
    elif purl is not None:
        identifiers.append(_identifier("packageUrl", purl))
    if (cpe := said(thing, "cpe")) is not None:
        identifiers.append(_identifier("cpe23" if cpe.startswith("cpe:2.3:") else "cpe22", cpe))
    for key, kind in _IDENTIFIERS.items():
        identifiers.extend(_identifier(kind, value) for value in said_all(thing, key))
    if (tag := said(thing, "swid", "tagId")) is not None:
        identifiers.append(_identifier("swid", tag))
    if identifiers:
        element["externalIdentifier"] = identifiers
    write_references(element, list_at(thing, "externalReferences"), is_package=is_package)


def _identifier(kind: str, value: str) -> Tree:
    return {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": value}


def write_hashes(hashes: list[Json]) -> list[Tree]:
    """Write digests."""
    return [
        {"type": "Hash", "algorithm": HASHES.get(said(each, "alg") or "", "other"), "hashValue": content}
        for each in hashes
        if (content := said(each, "content")) is not None
    ]


def write_references(element: Tree, references: list[Json], *, is_package: bool) -> None:
    """Write references to the outside: where to get a package first, and its first page, are its own."""
    written: list[Json] = []
    for each in references:
        place = said(each, "url")
        if place is None or not isinstance(each, dict):
            continue
        kind = text_at(each, "type")
        direct = next((key for key, word in _DIRECT.items() if word == kind), "")
        if (
            is_package
            and direct
            and direct not in element
            and each.keys() == {"type", "url"}
            and is_address(place)
        ):
            element[direct] = place
            continue
        reference: Tree = {
            "type": "ExternalRef",
            "externalRefType": REFERENCES.get(kind, "other"),
            "locator": [place],
        }
        if (comment := said(each, "comment")) is not None:
            reference["comment"] = comment
        written.append(reference)
    if written:
        element["externalRef"] = written


def read_identity(source: Source, element: Tree, thing: Tree) -> None:
    """Read what a component or tool has in common with all named things."""
    for key in ("name", "description"):
        if (words := source.text(element, key)) is not None:
            thing[key] = words
    if hashes := read_hashes(source, element, "verifiedUsing"):
        thing["hashes"] = [*hashes]
    if (purl := source.text(element, _PACKAGE_URL)) is not None:
        thing["purl"] = purl
    _read_identifiers(source, element, thing)
    if references := read_references(source, element):
        thing["externalReferences"] = references


def _read_identifiers(source: Source, element: Tree, thing: Tree) -> None:
    if "externalIdentifier" not in element:
        return
    for each in source.things(element, "externalIdentifier"):
        kind, value = text_at(each, "externalIdentifierType"), text_at(each, "identifier")
        lists = {word: key for key, word in _IDENTIFIERS.items()}
        if kind == "packageUrl" and "purl" not in thing:
            thing["purl"] = value
        elif kind in {"cpe22", "cpe23"} and "cpe" not in thing:
            thing["cpe"] = value
        elif kind in lists:
            held = thing.setdefault(lists[kind], [])
            if isinstance(held, list):
                held.append(value)
        elif kind == "swid" and "swid" not in thing:
            thing["swid"] = {"tagId": value, "name": text_at(thing, "name")}
        else:
            continue
        source.take(each, "externalIdentifierType", "identifier")


def read_hashes(source: Source, element: Tree, key: str) -> list[Tree]:
    """Read digests; integrity methods of other kinds stay unread."""
    found: list[Tree] = []
    words = back(HASHES)
    for each in source.things(element, key) if key in element else []:
        algorithm = text_at(each, "algorithm")
        is_ours = source.words(text_at(element, "spdxId"))[0] != ""
        if text_at(each, "type") == "Hash" and (algorithm in words or (algorithm == "other" and is_ours)):
            source.take(each, "algorithm")
            found.append(
                {"alg": words.get(algorithm, algorithm), "content": source.text(each, "hashValue") or ""}
            )
    return found


def read_references(source: Source, element: Tree) -> list[Json]:
    """Read references to the outside."""
    found: list[Json] = []
    for key, word in _DIRECT.items():
        if (place := source.text(element, key)) is not None:
            found.append({"type": word, "url": place})
    words = back(REFERENCES)
    for each in source.things(element, "externalRef") if "externalRef" in element else []:
        if "locator" in source.taken[id(each)]:
            continue  # it was read as something else
        kind = text_at(each, "externalRefType")
        source.take(each, "externalRefType")
        comment = source.text(each, "comment")
        for place in source.texts(each, "locator"):
            reference: Tree = {"type": words.get(kind, "other"), "url": place}
            if comment is not None:
                reference["comment"] = comment
            elif kind and kind not in words:
                reference["comment"] = kind
            found.append(reference)
    return found
