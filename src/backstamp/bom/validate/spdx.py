"""The second level for SPDX 3.0: what neither its JSON schema nor its shapes hold.

Sources: SPDX specification 3.0.1, conformance sections of the AI and Dataset profiles; RFC 3339.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from backstamp.bom.validate import checks
from backstamp.bom.validate.content import time_of
from backstamp.bom.validate.identity import purl_problems
from backstamp.bom.validate.licenses import Words, expression_problems
from backstamp.bom.validate.problem import Check, Grade, Problem
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.tree import Json, Tree, list_at, text_at, trees_at, walk

# Properties whose texts are ids of elements; inline objects stand there too.
_REFERENCES = frozenset({
    "ai_energyConsumption", "ai_hyperparameter", "ai_metric", "ai_metricDecisionThreshold", "createdBy",
    "createdUsing",
    "creationInfo", "dataLicense", "dataset_sensor", "definingArtifact", "element",
    "expandedlicensing_member",
    "expandedlicensing_subjectAddition", "expandedlicensing_subjectExtendableLicense",
    "expandedlicensing_subjectLicense", "from", "originatedBy", "rootElement", "security_assessedElement",
    "software_snippetFromFile", "subject", "suppliedBy", "to", "verifiedUsing",
})  # fmt: skip
_INDIVIDUALS = ("https://spdx.org/rdf/3.", "https://spdx.org/licenses/", "http://spdx.org/licenses/")
_INDIVIDUAL_NAMES = frozenset({
    "NoAssertionElement", "NoneElement", "SpdxOrganization", "expandedlicensing_NoAssertionLicense",
    "expandedlicensing_NoneLicense",
})  # fmt: skip
_AI = (
    "releaseTime",
    "suppliedBy",
    "software_downloadLocation",
    "software_packageVersion",
    "software_primaryPurpose",
)
_DATASET = (
    "builtTime", "originatedBy", "releaseTime", "software_downloadLocation", "software_primaryPurpose",
    "dataset_datasetType",
)  # fmt: skip
# "extension" is none of them: the context of 3.0.1 makes a property of that word, and the shapes refuse it.
_PROFILES = {
    "ai": "ai", "dataset": "dataset", "software": "software", "build": "build", "security": "security",
    "simplelicensing": "simpleLicensing", "expandedlicensing": "expandedLicensing",
}  # fmt: skip
_HASH_LENGTHS = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "sha3_224": 56,
    "sha3_256": 64,
    "sha3_384": 96, "sha3_512": 128, "blake2b256": 64, "blake2b384": 96, "blake2b512": 128,
}  # fmt: skip
_ORDER = (
    ("builtTime", "releaseTime"), ("releaseTime", "validUntilTime"), ("builtTime", "validUntilTime"),
    ("startTime", "endTime"), ("build_buildStartTime", "build_buildEndTime"),
)  # fmt: skip
_PROSE = (
    "name",
    "description",
    "summary",
    "comment",
    "software_packageVersion",
    "software_copyrightText",
    "statement",
)
_SKEW = timedelta(days=1)


def problems(tree: Tree, license_ids: Iterable[str], now: datetime | None) -> Iterator[Problem]:
    """Check the meaning of an SPDX document."""
    objects = _objects(tree)
    yield from _references(objects)
    yield from _profiles(tree, objects)
    words = Words(license_ids)
    for pointer, each in objects:
        yield from _values(pointer, each, words, now)


def reference_problems(tree: Tree) -> Iterator[Problem]:
    """Check only the ids and what refers to them."""
    return _references(_objects(tree))


def _objects(tree: Tree) -> list[tuple[str, Tree]]:
    return [(pointer, value) for pointer, value in walk(tree) if isinstance(value, dict) and _type(value)]


def _type(each: Tree) -> str:
    return text_at(each, "type") or text_at(each, "@type")


def _id(each: Tree) -> str:
    return text_at(each, "spdxId") or text_at(each, "@id")


def _references(objects: list[tuple[str, Tree]]) -> Iterator[Problem]:
    known: dict[str, str] = {}
    for pointer, each in objects:
        name = _id(each)
        if name and name in known:
            key = "spdxId" if "spdxId" in each else "@id"
            yield checks.SPDX_DUPLICATE.found(
                f"{pointer}/{key}", f'the id "{shown(name)}" is that of "{known[name]}" too'
            )
        elif name:
            known[name] = pointer
    imported = {text_at(entry, "externalSpdxId") for _, each in objects for entry in trees_at(each, "import")}
    for pointer, each in objects:
        for key in each.keys() & _REFERENCES:
            value = each[key]
            for at, ref in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(ref, str) and not (ref in known or ref in imported or _is_individual(ref)):
                    where = f"{pointer}/{key}/{at}" if isinstance(value, list) else f"{pointer}/{key}"
                    yield checks.SPDX_DANGLING.found(where, f'no element has the id "{shown(ref)}"')


def _is_individual(ref: str) -> bool:
    return ref in _INDIVIDUAL_NAMES or ref.startswith(_INDIVIDUALS)


def _profiles(tree: Tree, objects: list[tuple[str, Tree]]) -> Iterator[Problem]:
    declared = {
        profile: f"{pointer}/profileConformance/{at}"
        for pointer, each in objects
        for at, profile in enumerate(list_at(each, "profileConformance"))
        if isinstance(profile, str)
    }
    for pointer, each in objects:
        if _type(each) == "ai_AIPackage":
            yield from _mandatory(checks.AI_MANDATORY, pointer, each, _AI, is_declared="ai" in declared)
        elif _type(each) == "dataset_DatasetPackage":
            yield from _mandatory(
                checks.DATASET_MANDATORY, pointer, each, _DATASET, is_declared="dataset" in declared
            )
    # Who leaves out what a profile makes mandatory is right not to claim it.
    unmet = {"ai" for _, each in objects if _type(each) == "ai_AIPackage" and _missing(each, _AI)}
    data = [each for _, each in objects if _type(each) == "dataset_DatasetPackage"]
    unmet |= {"dataset" for each in data if _missing(each, _DATASET)}
    unmet -= declared.keys()
    first: dict[str, str] = {}
    for pointer, each in objects:
        for word in (_type(each), *each):
            profile = _PROFILES.get(word.partition("_")[0]) if "_" in word else None
            if profile and profile not in unmet:
                first.setdefault(profile, pointer)
    if declared:
        for profile, pointer in first.items():
            if profile not in declared:
                yield checks.PROFILE_MISSING.found(
                    pointer, f'no profileConformance names the profile "{profile}"'
                )
    for profile, pointer in declared.items():
        if profile in _PROFILES.values() and profile not in first:
            yield checks.PROFILE_EMPTY.found(
                pointer, f'nothing in the graph is of the profile "{shown(profile, 40)}"'
            )
    yield from _document(tree, objects)


def _mandatory(
    check: Check, pointer: str, each: Tree, fields: tuple[str, ...], *, is_declared: bool
) -> Iterator[Problem]:
    """A field is mandatory for who claims the profile; others are warned, since readers expect it."""
    name = shown(text_at(each, "name") or _id(each), 80)
    if missing := _missing(each, fields):
        problem = check.found(pointer, f'"{name}" has no {", ".join(missing)}')
        yield problem if is_declared else msgspec.structs.replace(problem, severity=Grade.WARNING)


def _missing(each: Tree, fields: tuple[str, ...]) -> list[str]:
    return [field for field in fields if each.get(field) in (None, "", [])]


def _document(tree: Tree, objects: list[tuple[str, Tree]]) -> Iterator[Problem]:
    documents = [(pointer, each) for pointer, each in objects if _type(each) == "SpdxDocument"]
    if not documents and "@graph" in tree:
        yield checks.SPDX_DOCUMENT.found("/@graph", "the graph has no SpdxDocument")
    for pointer, _ in documents[1:]:
        yield checks.SPDX_DOCUMENT.found(pointer, "a second SpdxDocument")
    for pointer, each in documents[:1]:
        if not list_at(each, "rootElement"):
            yield checks.SPDX_DOCUMENT.found(pointer, "the SpdxDocument has no rootElement")


def _values(pointer: str, each: Tree, words: Words, now: datetime | None) -> Iterator[Problem]:
    if isinstance(each.get("software_packageUrl"), str):
        yield from purl_problems(f"{pointer}/software_packageUrl", text_at(each, "software_packageUrl"))
    if each.get("externalIdentifierType") == "packageUrl" and isinstance(each.get("identifier"), str):
        yield from purl_problems(f"{pointer}/identifier", text_at(each, "identifier"))
    if words.known and isinstance(each.get("simplelicensing_licenseExpression"), str):
        where = f"{pointer}/simplelicensing_licenseExpression"
        yield from expression_problems(where, text_at(each, "simplelicensing_licenseExpression"), words)
    length, digits = _HASH_LENGTHS.get(text_at(each, "algorithm")), text_at(each, "hashValue")
    if length and digits and len(digits) != length:
        yield checks.HASH_LENGTH.found(
            f"{pointer}/hashValue", f"{len(digits)} digits, where {text_at(each, 'algorithm')} has {length}"
        )
    created = time_of(text_at(each, "created"))
    if created and now and created > now + _SKEW:
        yield checks.FUTURE.found(f"{pointer}/created", f'"{text_at(each, "created")}" is still to come')
    yield from _order(pointer, each)
    for key in _PROSE:
        yield from _placeholder(
            f"{pointer}/{key}", key, each.get(key), is_entry=_type(each) == "DictionaryEntry"
        )


def _order(pointer: str, each: Tree) -> Iterator[Problem]:
    for before, after in _ORDER:
        first, second = time_of(text_at(each, before)), time_of(text_at(each, after))
        if first and second and second < first:
            yield checks.ORDER.found(f"{pointer}/{after}", f"{after} is before {before}")


def _placeholder(pointer: str, key: str, value: Json, *, is_entry: bool) -> Iterator[Problem]:
    if not isinstance(value, str) or is_entry:
        return
    if not value.strip():
        yield checks.PLACEHOLDER.found(pointer, "an empty text")
    elif is_placeholder(value) and (
        key != "name" or value.strip().lower() in {"unknown", "todo", "noassertion", "n/a"}
    ):
        yield checks.PLACEHOLDER.found(pointer, f'"{shown(value, 60)}" is a placeholder')
