"""Properties of CycloneDX, and where SPDX has a place for them.

1. ``cdx:ai-ml:model:hyperparameter:X`` and ``cdx:ai-ml:model:parameter:X`` of a model are hyperparameters
   ``X`` and ``parameter:X``. An entry that comes from the model card has a name, one of the component has
   none.
2. ``cdx:ai-ml:model:tokenizer`` with the ``bom-ref`` of a component is the relationship ``hasDataFile``.
3. ``backstamp:training:note`` of a model is informationAboutTraining, ``backstamp:preprocessing`` is
   modelDataPreprocessing.
4. ``backstamp:spdx:X`` is the property X of SPDX itself, where the class has it and the value fits.
5. All others go into the extension of SPDX that is made for them (``extension_CdxPropertiesExtension``).
"""

from heapq import merge

from backstamp.bom.patch import written
from backstamp.bom.spdx.check import is_time
from backstamp.bom.spdx.draft import Draft, is_address, is_text
from backstamp.bom.spdx.labelled import joined, parted
from backstamp.bom.spdx.source import Source, entry
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, text_at
from backstamp.knowledge.spdx3 import Property, properties_of, spdx3

_MODEL = "ai_AIPackage"
_HYPER = "cdx:ai-ml:model:hyperparameter:"
_PARAMETER = "cdx:ai-ml:model:parameter:"
TOKENIZER = "cdx:ai-ml:model:tokenizer"
PREFIX = "backstamp:spdx:"
_EXTENSION = "extension_CdxPropertiesExtension"
_NOTE, _PREPROCESSING = "backstamp:training:note", "backstamp:preprocessing"
_TRAINING = (_NOTE, _PREPROCESSING)
_CARD = "card-property"
# Properties of SPDX that nothing of CycloneDX stands for; the rest of the model is mapped field by field.
_OWN = frozenset(
    """
    ai_autonomyType ai_metricDecisionThreshold ai_modelExplainability ai_safetyRiskAssessment
    ai_standardCompliance ai_useSensitivePersonalInformation dataset_anonymizationMethodUsed
    dataset_dataCollectionProcess dataset_dataPreprocessing dataset_datasetAvailability
    dataset_datasetNoise dataset_datasetSize dataset_datasetType dataset_datasetUpdateMechanism
    dataset_hasSensitivePersonalInformation dataset_intendedUse dataset_knownBias dataset_sensor
    builtTime validUntilTime supportLevel standardName comment software_attributionText
    software_sourceInfo software_additionalPurpose software_fileKind summary
    """.split()
)


def write_properties(draft: Draft, element: Tree, properties: list[Json]) -> None:
    """Write the properties of a component or service."""
    name = text_at(element, "spdxId")
    others: list[Json] = []
    files: list[str] = []
    training: dict[str, list[str]] = {}
    for each in properties:
        key, value = _simple(each)
        if key is None:
            continue
        if value is not None and (hyper := _hyper_key(key)) is not None and element["type"] == _MODEL:
            _append(element, "ai_hyperparameter", entry(hyper, value))
        elif value is not None and key in _TRAINING and element["type"] == _MODEL:
            training.setdefault(key, []).append(value)
        elif key == TOKENIZER and value in draft.refs:
            files.append(draft.refs[value])
        elif value is None or not _write_own(element, key, value):
            others.append(_extension_entry(key, value))
    if files:
        draft.relate(name, "hasDataFile", files)
    if (notes := joined([("Note", words) for words in training.get(_NOTE, [])], ("Note",))) is not None:
        element["ai_informationAboutTraining"] = notes
    if _PREPROCESSING in training:
        element["ai_modelDataPreprocessing"] = [*training[_PREPROCESSING]]
    if others:
        _append(element, "extension", {"type": _EXTENSION, "extension_cdxProperty": others})


def write_card_properties(draft: Draft, element: Tree, properties: list[Json]) -> None:
    """Write the properties of a model card, so that they can be told from those of the component."""
    whose = text_at(element, "spdxId")
    others: list[Json] = []
    for at, each in enumerate(properties):
        key, value = _simple(each)
        if key is None:
            continue
        if value is not None and (hyper := _hyper_key(key)) is not None:
            name = draft.beside(_CARD, whose, f"/{at}")
            _append(element, "ai_hyperparameter", {**entry(hyper, value), "@id": name})
        else:
            others.append(_extension_entry(key, value))
    if others:
        name = draft.beside(_CARD, whose, "/other")
        extension: Tree = {"@id": name, "type": _EXTENSION, "extension_cdxProperty": others}
        _append(element, "extension", extension)


def read_properties(source: Source, element: Tree) -> tuple[list[Json], list[Json]]:
    """Read the properties of a component and those of its model card."""
    name = text_at(element, "spdxId")
    mine: list[list[Tree]] = [[], [], [], [], _read_training(source, element)]
    card: list[list[Tree]] = [[], []]
    for held in source.things(element, "ai_hyperparameter") if "ai_hyperparameter" in element else []:
        target = card[0] if source.words(text_at(held, "@id"))[0] == _CARD else mine[0]
        key = source.text(held, "key") or ""
        full = f"{_PARAMETER}{key[10:]}" if key.startswith("parameter:") else f"{_HYPER}{key}"
        target.append(_property(full, source.text(held, "value")))
    for relation in list(source.relations(name, "hasDataFile")):
        refs = [(target, source.ref_of(target)) for target in source.targets(relation)]
        mine[1].extend(_property(TOKENIZER, ref or target) for target, ref in refs)
    for held in source.things(element, "extension") if "extension" in element else []:
        if text_at(held, "type") == _EXTENSION:
            target = card[1] if source.words(text_at(held, "@id"))[0] == _CARD else mine[2]
            for each in source.things(held, "extension_cdxProperty"):
                key = source.text(each, "extension_cdxPropName") or ""
                target.append(_property(key, source.text(each, "extension_cdxPropValue")))
    mine[3].extend(_read_own(source, element))
    return _merged(mine), _merged(card)


def _read_training(source: Source, element: Tree) -> list[Tree]:
    steps = [_property(_PREPROCESSING, words) for words in source.texts(element, "ai_modelDataPreprocessing")]
    notes = source.text(element, "ai_informationAboutTraining")
    said_ones = parted(notes, ("Note",)) if notes is not None else []
    return [*steps, *(_property(_NOTE, words) for _, words in said_ones)]


def _merged(lists: list[list[Tree]]) -> list[Json]:
    """Join lists: sorted, if each of them is; else one after the other."""
    lists = [each for each in lists if each]
    if all(each == sorted(each, key=_order) for each in lists):
        return [*merge(*lists, key=_order)]
    return [each for held in lists for each in held]


def _order(each: Tree) -> tuple[str, str]:
    return text_at(each, "name"), text_at(each, "value")


def _hyper_key(name: str) -> str | None:
    if name.startswith(_PARAMETER):
        return "parameter:" + name.removeprefix(_PARAMETER)
    key = name.removeprefix(_HYPER)
    return key if key != name and not key.startswith("parameter:") else None


def _simple(each: Json) -> tuple[str | None, str | None]:
    """Give name and value of a property that has nothing else; no name if it is not one."""
    if not isinstance(each, dict) or not each.keys() <= {"name", "value"}:
        return None, None
    name, value = each.get("name"), each.get("value")
    if not isinstance(name, str) or not is_text(name) or ("value" in each and not is_text(value)):
        return None, None
    return name, value if isinstance(value, str) else None


def _property(name: str, value: str | None) -> Tree:
    return {"name": name} if value is None else {"name": name, "value": value}


def _extension_entry(name: str, value: str | None) -> Tree:
    made: Tree = {"type": "extension_CdxPropertyEntry", "extension_cdxPropName": name}
    return made if value is None else {**made, "extension_cdxPropValue": value}


def _append(element: Tree, key: str, value: Json) -> None:
    held = element.setdefault(key, [])
    if isinstance(held, list):
        held.append(value)


# --- properties of SPDX itself ---------------------------------------------------------------------------


def _write_own(element: Tree, name: str, value: str) -> bool:
    """Write ``backstamp:spdx:X``; say whether it was possible."""
    key = name.removeprefix(PREFIX)
    rule = properties_of(text_at(element, "type")).get(key)
    if key == name or key not in _OWN or rule is None:
        return False
    made = _spdx_value(rule, value)
    if made is None or (rule.most == 1 and key in element):
        return False
    if rule.most == 1:
        element[key] = made
    else:
        _append(element, key, made)
    return True


def _read_own(source: Source, element: Tree) -> list[Tree]:
    found: list[Tree] = []
    allowed = properties_of(text_at(element, "type"))
    for key in sorted(element):
        if key not in _OWN or key not in allowed or key in source.taken[id(element)]:
            continue
        value = element[key]
        if key == "dataset_datasetType" and value == ["noAssertion"]:
            source.take(element, key)
            continue
        texts = [_cyclonedx_value(each) for each in (value if isinstance(value, list) else [value])]
        if all(text is not None for text in texts):
            source.take(element, key)
            for each in value if isinstance(value, list) else []:
                if isinstance(each, dict):
                    source.take(each, *each)
            found.extend(_property(f"{PREFIX}{key}", text) for text in texts)
    return found


def _spdx_value(rule: Property, text: str) -> Json:
    """Make a value of SPDX of a text; nothing if it does not fit, or would not be read as the same text."""
    if rule.type.startswith("="):
        return text if text in spdx3().enums[rule.type[1:]] else None
    if rule.type == "string":
        return text if not text.startswith("{") else None
    if rule.type == "natural":
        return (
            int(text)
            if text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text
            else None
        )
    if rule.type == "time":
        return text if is_time(text) else None
    if rule.type == "uri":
        return text if is_address(text) else None
    return _dictionary_entry(text) if rule.type == "@DictionaryEntry" else None


def _dictionary_entry(text: str) -> Json:
    from backstamp.bom.patch import parsed

    try:
        held = parsed(text)
    except ReadError:
        return None
    if not isinstance(held, dict) or not held.keys() <= {"key", "value"} or "key" not in held:
        return None
    if not all(isinstance(value, str) and is_text(value) for value in held.values()) or written(held) != text:
        return None
    return {"type": "DictionaryEntry", **held}


def _cyclonedx_value(value: Json) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and text_at(value, "type") == "DictionaryEntry":
        return written({key: each for key, each in value.items() if key in {"key", "value"}})
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
