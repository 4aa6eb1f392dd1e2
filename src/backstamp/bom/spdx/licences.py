"""Licences: those of a component, and elements with ``hasDeclaredLicense`` or ``hasConcludedLicense``.

1. An SPDX id and an expression are a ``LicenseExpression``; a single word is read as an id.
2. A named licence with its text is a ``CustomLicense``; without, an expression of one ``LicenseRef-`` which
   carries the name, and its address as an external reference.
3. Alike licences are one element. A licence without acknowledgement counts as declared.
"""

import hashlib

from backstamp.bom.patch import written
from backstamp.bom.spdx.draft import Draft, is_address, said
from backstamp.bom.spdx.source import Source
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at

RELATIONS = {"hasDeclaredLicense": "declared", "hasConcludedLicense": "concluded"}
_EXPRESSION, _CUSTOM = "simplelicensing_LicenseExpression", "expandedlicensing_CustomLicense"
_WORDS = "simplelicensing_licenseExpression"
_TEXT = "simplelicensing_licenseText"
_ADDRESS = "expandedlicensing_seeAlso"
_MOST_LETTERS = 120
_NO_LICENCES = frozenset({"NoAssertion", "NoAssertionLicense", "None", "NoneLicense"})


def write_licences(draft: Draft, name: str, licences: Json) -> None:
    """Write the licences of an element."""
    found: dict[str, list[str]] = {}
    for each in licences if isinstance(licences, list) else []:
        made = write_licence(draft, each)
        if made is not None:
            said_how = said(each, "acknowledgement") or said(each, "license", "acknowledgement")
            kind = "hasConcludedLicense" if said_how == "concluded" else "hasDeclaredLicense"
            found.setdefault(kind, []).append(made)
    for kind, targets in sorted(found.items()):
        draft.relate(name, kind, targets)


def write_licence(draft: Draft, licence: Json) -> str | None:
    """Write a licence, and give its name; nothing if SPDX cannot hold it."""
    inner = tree_at(licence, "license")
    expression = said(licence, "expression") or said(inner, "id")
    if expression:
        return _named(draft, licence, _EXPRESSION, {_WORDS: expression})
    title = said(inner, "name")
    if not title:
        return None
    place = said(inner, "url")
    text = said(inner, "text", "content") if "encoding" not in tree_at(inner, "text") else None
    if text is not None:
        values: Tree = {"name": title, _TEXT: text}
        if is_address(place):
            values[_ADDRESS] = [place]
        return _named(draft, licence, _CUSTOM, values)
    values = {"name": title, _WORDS: f"LicenseRef-{_letters(title)}"}
    if place is not None:
        values["externalRef"] = [{"type": "ExternalRef", "externalRefType": "license", "locator": [place]}]
    return _named(draft, licence, _EXPRESSION, values)


def _named(draft: Draft, licence: Json, kind: str, values: Tree) -> str:
    ref = said(licence, "bom-ref") or said(licence, "license", "bom-ref")
    if ref and ref not in draft.refs:
        name = draft.name("license", {"bom-ref": ref}, ref)
    else:
        name = draft.named(
            "license-at", hashlib.sha256(written({"type": kind, **values}).encode()).hexdigest()[:16]
        )
    if name not in draft.elements:
        draft.add(kind, name, **values)
    return name


def _letters(title: str) -> str:
    """Write a name with the letters of an id (SPDX 3.0.1, annex on licence expressions)."""
    made = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in title)[:_MOST_LETTERS]
    return made.strip("-") or "unnamed"


def read_licences(source: Source, name: str) -> list[Json]:
    """Read the licences of an element."""
    found: list[Json] = []
    for kind, how in RELATIONS.items():
        for relation in list(source.relations(name, kind)):
            ends = [source.name_of(each) for each in list_at(relation, "to")]
            if any(end.rpartition("/")[2] in _NO_LICENCES and end not in source.by_name for end in ends):
                continue  # "no assertion" and "none" are no licences: the statement stays a leftover
            found += [_acknowledged(read_licence(source, end), how) for end in source.targets(relation)]
    return found


def _acknowledged(licence: Tree, how: str) -> Tree:
    inner = licence.get("license")
    if isinstance(inner, dict):
        return {"license": {**inner, "acknowledgement": how}}
    return {**licence, "acknowledgement": how}


def read_licence(source: Source, name: str) -> Tree:
    """Read a licence element as an entry of a list of licences."""
    element = source.found(name)
    source.placed.add(name)
    ref = source.ref_of(name) if source.words(name)[0] else None
    kind = text_at(element, "type")
    if kind == _CUSTOM:
        return _wrapped(ref, _read_custom(source, element))
    if kind == _EXPRESSION:
        words = source.text(element, _WORDS) or ""
        if words.startswith("LicenseRef-") and " " not in words and "name" in element:
            return _wrapped(ref, _read_named(source, element))
        if _is_id(words) and source.words(name)[0]:
            return _wrapped(ref, {"id": words})
        return {"expression": words} if ref is None else {"expression": words, "bom-ref": ref}
    text = text_at(element, "name") or name.rpartition("/")[2]
    if kind:  # ListedLicense, sets and operators: the name says which, the element itself stays a leftover
        source.placed.discard(name)
    return _wrapped(None, {"id": text} if _is_listed(name) and _is_id(text) else {"name": text})


def _read_custom(source: Source, element: Tree) -> Tree:
    inner: Tree = {
        "name": source.text(element, "name") or "",
        "text": {"content": source.text(element, _TEXT) or ""},
    }
    places = source.texts(element, _ADDRESS)
    if places:
        inner["url"] = places[0]
    return inner


def _read_named(source: Source, element: Tree) -> Tree:
    inner: Tree = {"name": source.text(element, "name") or ""}
    for reference in source.things(element, "externalRef") if "externalRef" in element else []:
        if text_at(reference, "externalRefType") == "license" and list_at(reference, "locator"):
            source.take(reference, "externalRefType")
            inner["url"] = next(iter(source.texts(reference, "locator")), "")
    return inner


def _wrapped(ref: str | None, inner: Tree) -> Tree:
    return {"license": inner if ref is None else {"bom-ref": ref, **inner}}


def _is_listed(name: str) -> bool:
    return name.startswith(("http://spdx.org/licenses/", "https://spdx.org/licenses/"))


def _is_id(words: str) -> bool:
    return bool(words) and not any(c in words for c in " ()+:") and not words.startswith("LicenseRef-")
