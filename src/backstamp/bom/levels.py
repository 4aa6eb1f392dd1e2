"""CycloneDX documents of one version as those of another.

1. Up: 1.2 to 1.6 are read as they are by 1.7; nothing but the version changes.
2. Down from 1.7 to 1.6: what 1.6 does not know is left out, and told with its pointer. Words that it does not
   know become ``other`` where there is such a word. Licences beside an expression become named ones.

Source: the JSON schemas of the versions.
"""

from collections.abc import Iterator

from backstamp.bom.spdx.read import Note
from backstamp.core.tree import Json, Tree, escaped, text_at

KNOWN = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_SCHEMA = "http://cyclonedx.org/schema/bom-{}.schema.json"
# What 1.7 added to an object; the object is told by the key that it stands under.
_ADDED: dict[str, frozenset[str]] = {
    "": frozenset({"citations"}),
    "metadata": frozenset({"distributionConstraints"}),
    "definitions": frozenset({"patents"}),
    "component": frozenset({"isExternal", "versionRange", "patentAssertions"}),
    "services": frozenset({"patentAssertions"}),
    "externalReferences": frozenset({"properties"}),
    "externalReference": frozenset({"properties"}),
    "licenses": frozenset({"expressionDetails", "licensing", "properties"}),
    "cipherSuites": frozenset({"tlsGroups", "tlsSignatureSchemes"}),
    "algorithmProperties": frozenset({"algorithmFamily", "ellipticCurve"}),
    "certificateProperties": frozenset(
        """
        activationDate certificateExtensions certificateFileExtension certificateState creationDate
        deactivationDate destructionDate fingerprint relatedCryptographicAssets revocationDate serialNumber
        """.split()
    ),
    "protocolProperties": frozenset({"relatedCryptographicAssets"}),
    "relatedCryptoMaterialProperties": frozenset({"fingerprint", "relatedCryptographicAssets"}),
}
_COMPONENTS = frozenset({"components", "component", "ancestors", "descendants", "variants"})
# Words that 1.7 added: where they stand (the object and the key), and what they are in 1.6.
_OTHER = "other"
_WORDS: dict[tuple[str, str], frozenset[str]] = {
    ("externalReferences", "type"): frozenset({"patent", "patent-family", "patent-assertion", "citation"}),
    ("externalReference", "type"): frozenset({"patent", "patent-family", "patent-assertion", "citation"}),
    ("algorithmProperties", "primitive"): frozenset({"key-wrap"}),
    ("protocolProperties", "type"): frozenset(
        {"quic", "prins", "5g-aka", "eap-aka", "dtls", "eap-aka-prime"}
    ),
}
_HASHES = frozenset({"Streebog-256", "Streebog-512"})


def raised(tree: Tree, version: str) -> Tree:
    """Give a document of an older version as one of a newer version."""
    made = {**tree, "specVersion": version}
    if "$schema" in tree:
        made["$schema"] = _SCHEMA.format(version)
    return made


def lowered(tree: Tree) -> tuple[Tree, tuple[Note, ...]]:
    """Give a document of version 1.7 as one of 1.6, and tell what is lost."""
    notes: list[Note] = []
    made = _lower(tree, "", "", notes)
    if not isinstance(made, dict):
        return {}, ()
    return raised(made, "1.6"), tuple(sorted(notes, key=lambda note: note.pointer))


def _lower(value: Json, kind: str, pointer: str, notes: list[Note]) -> Json:
    """Give a value without what 1.6 does not know. ``kind`` is the key that it, or its list, stands under."""
    if isinstance(value, list):
        entries = [(f"{pointer}/{at}", each) for at, each in enumerate(value)]
        if kind == "licenses":
            entries = [(place, each) for place, each in _unmixed(entries, notes)]
        kept = [(place, each) for place, each in entries if not _is_unknown(each, kind, place, notes)]
        return [_lower(each, kind, place, notes) for place, each in kept]
    if not isinstance(value, dict):
        return value
    added = _ADDED.get("component" if kind in _COMPONENTS else kind, frozenset())
    if kind == "licenses" and "expression" not in value:
        added = frozenset()
    made: Tree = {}
    for key, each in value.items():
        place = f"{pointer}/{escaped(key)}"
        if key in added:
            notes.append(_lost(place))
        elif isinstance(each, str) and each in _WORDS.get((kind, key), ()):
            notes.append(Note(pointer=place, what=f'"{each}" is "{_OTHER}" in CycloneDX 1.6', is_lost=True))
            made[key] = _OTHER
        elif key in {"properties", "value"} and kind == "properties":
            made[key] = each
        else:
            made[key] = _lower(each, key, place, notes)
    return made


def _lost(place: str) -> Note:
    return Note(pointer=place, what="is not known to CycloneDX 1.6: left out", is_lost=True)


def _is_unknown(value: Json, kind: str, place: str, notes: list[Note]) -> bool:
    is_unknown = (kind == "hashes" and text_at(value, "alg") in _HASHES) or (
        kind in {"encr", "prf", "integ", "ke", "auth"} and isinstance(value, dict)
    )
    if is_unknown:
        notes.append(_lost(place))
    return is_unknown


def _unmixed(entries: list[tuple[str, Json]], notes: list[Note]) -> Iterator[tuple[str, Json]]:
    """Give licences as 1.6 allows them: any number of licences, or one expression."""
    is_mixed = len(entries) > 1
    for place, each in entries:
        if not is_mixed or not isinstance(each, dict) or "expression" not in each:
            yield place, each
            continue
        what = (
            "CycloneDX 1.6 has one expression or licences, not both: the expression is the name of a licence"
        )
        notes.append(Note(pointer=f"{place}/expression", what=what, is_lost=True))
        inner: Tree = {"name": each["expression"]}
        inner.update(
            {
                key: each[key]
                for key in ("acknowledgement", "bom-ref", "licensing", "properties")
                if key in each
            }
        )
        if "expressionDetails" in each:
            notes.append(_lost(f"{place}/expressionDetails"))
        yield place, {"license": inner}
