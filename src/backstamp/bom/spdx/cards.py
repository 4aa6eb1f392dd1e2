"""Model cards, and what an ``ai_AIPackage`` says of a model.

| modelCard | SPDX |
|---|---|
| approach, architectureFamily, modelArchitecture | typeOfModel |
| task | domain |
| datasets | trainedOn, testedOn (by the property ``backstamp:data:usage`` of the dataset) |
| performanceMetrics | metric |
| useCases, users | informationAboutApplication |
| technicalLimitations, performanceTradeoffs, ethicalConsiderations, fairnessAssessments | limitation |
| energyConsumptions | energyConsumption |
"""

from collections.abc import Iterator

from backstamp.bom.spdx.draft import Draft, said, said_all
from backstamp.bom.spdx.labelled import Statements, joined, parted
from backstamp.bom.spdx.source import Source, entry
from backstamp.bom.spdx.words import APPROACHES, ENERGIES
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at

USAGE = "backstamp:data:usage"
_TESTING = ("test", "eval", "valid", "bench")
_USES = ("Use case", "User")
_ETHICAL, _MITIGATION, _GROUP = "Ethical consideration", "Mitigation", "Group at risk"
_LIMITS = ("Limitation", "Trade-off", _ETHICAL, _GROUP, "Benefits", "Harms", _MITIGATION)
_FAIRNESS = {
    _GROUP: "groupAtRisk",
    "Benefits": "benefits",
    "Harms": "harms",
    _MITIGATION: "mitigationStrategy",
}
_RISK = {_ETHICAL: "name", _MITIGATION: "mitigationStrategy"}
_DECIMALS = "0123456789.-"


def write_card(element: Tree, card: Json) -> None:
    """Write what a model card says onto the element of its model."""
    parameters, considerations = tree_at(card, "modelParameters"), tree_at(card, "considerations")
    approach = said(parameters, "approach", "type")
    kinds = [approach if approach in APPROACHES else None]
    kinds += [said(parameters, "architectureFamily"), said(parameters, "modelArchitecture")]
    metrics = [
        entry(kind, said(metric, "value"))
        for metric in trees_at(card, "quantitativeAnalysis", "performanceMetrics")
        if (kind := said(metric, "type")) is not None
    ]
    values: dict[str, Json] = {
        "ai_typeOfModel": [kind for kind in kinds if kind],
        "ai_domain": [task] if (task := said(parameters, "task")) is not None else [],
        "ai_metric": [*metrics],
        "ai_informationAboutApplication": joined(_uses(considerations), _USES),
        "ai_limitation": joined(_limits(considerations), _LIMITS),
        "ai_energyConsumption": _energy(considerations),
    }
    element.update({key: value for key, value in values.items() if value})


def _uses(considerations: Tree) -> Statements:
    return [("Use case", words) for words in said_all(considerations, "useCases")] + [
        ("User", words) for words in said_all(considerations, "users")
    ]


def _limits(considerations: Tree) -> Statements:
    found = [("Limitation", words) for words in said_all(considerations, "technicalLimitations")]
    found += [("Trade-off", words) for words in said_all(considerations, "performanceTradeoffs")]
    for key, labels in (("ethicalConsiderations", _RISK), ("fairnessAssessments", _FAIRNESS)):
        first = next(iter(labels.values()))
        for each in trees_at(considerations, key):
            if said(each, first) is not None:
                found += [
                    (label, words)
                    for label, word in labels.items()
                    if (words := said(each, word)) is not None
                ]
    return found


def _energy(considerations: Tree) -> "Tree | None":
    made: Tree = {}
    for each in trees_at(considerations, "environmentalConsiderations", "energyConsumptions"):
        key = ENERGIES.get(text_at(each, "activity"))
        quantity = decimal_of(tree_at(each, "activityEnergyCost").get("value"))
        if key is not None and quantity is not None and text_at(each, "activityEnergyCost", "unit") == "kWh":
            described: Tree = {
                "type": "ai_EnergyConsumptionDescription",
                "ai_energyQuantity": quantity,
                "ai_energyUnit": "kilowattHour",
            }
            held = made.setdefault(key, [])
            if isinstance(held, list):
                held.append(described)
    return {"type": "ai_EnergyConsumption", **made} if made else None


def decimal_of(value: Json) -> str | None:
    """Write a number as SPDX writes decimals; nothing if that would change it."""
    if type(value) not in {int, float}:  # numbers that keep their own digits, and booleans
        return None
    text = repr(value)
    return text if set(text) <= set(_DECIMALS) and len(text) < 40 else None


def number_of(value: Json) -> Json:
    """Read a decimal of SPDX as a number."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value


def write_datasets(draft: Draft, name: str, card: Json, inline: "dict[int, str]") -> None:
    """Write on which data a model was trained and tested; ``inline`` names those that the card describes."""
    found: dict[str, list[str]] = {}
    for at, each in enumerate(list_at(card, "modelParameters", "datasets")):
        target = inline.get(at) or draft.refs.get(said(each, "ref") or "")
        if target is not None:
            kind = "testedOn" if _is_for_tests(draft, target) else "trainedOn"
            held = found.setdefault(kind, [])
            if target not in held:
                held.append(target)
    for kind, targets in sorted(found.items(), reverse=True):
        draft.relate(name, kind, targets)


def _is_for_tests(draft: Draft, name: str) -> bool:
    for held in trees_at(draft.elements.get(name, {}), "extension"):
        for each in trees_at(held, "extension_cdxProperty"):
            if text_at(each, "extension_cdxPropName") == USAGE:
                usage = text_at(each, "extension_cdxPropValue").lower()
                return "train" not in usage and any(word in usage for word in _TESTING)
    return False


# --- reading ---------------------------------------------------------------------------------------------


def read_card(source: Source, element: Tree, datasets: list[Json]) -> Tree:
    """Read a model card; an empty one if nothing is said that belongs in it."""
    card: Tree = {}
    parameters = _read_parameters(source, element)
    if datasets:
        parameters["datasets"] = datasets
    if parameters:
        card["modelParameters"] = parameters
    metrics: list[Json] = []
    for held in source.things(element, "ai_metric") if "ai_metric" in element else []:
        value = source.text(held, "value")
        metric: Tree = {"type": source.text(held, "key") or ""}
        metrics.append(metric if value is None else {**metric, "value": value})
    if metrics:
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    considerations = _read_considerations(source, element)
    if considerations:
        card["considerations"] = considerations
    return card


def _read_parameters(source: Source, element: Tree) -> Tree:
    found: Tree = {}
    kinds = source.texts(element, "ai_typeOfModel")
    if kinds and kinds[0] in APPROACHES:
        found["approach"] = {"type": kinds.pop(0)}
    domains = source.texts(element, "ai_domain")
    if domains:
        found["task"] = ", ".join(domains)
    if len(kinds) == 1 and kinds[0] != kinds[0].lower():
        found["modelArchitecture"] = kinds[0]  # the name of a class; families are written small
    elif kinds:
        found["architectureFamily"] = kinds[0]
        if len(kinds) > 1:
            found["modelArchitecture"] = ", ".join(kinds[1:])
    return found


def _read_considerations(source: Source, element: Tree) -> Tree:
    found: Tree = {}
    for key, labels in (("ai_informationAboutApplication", _USES), ("ai_limitation", _LIMITS)):
        text = source.text(element, key)
        for name, value in _records(parted(text, labels) if text is not None else []):
            held = found.setdefault(name, [])
            if isinstance(held, list):
                held.append(value)
    energies: list[Json] = [
        {
            "activity": activity,
            "energyProviders": [],
            "activityEnergyCost": {"value": number_of(value), "unit": "kWh"},
        }
        for activity, value in _energies(source, element)
    ]
    if energies:
        found["environmentalConsiderations"] = {"energyConsumptions": energies}
    return found


def _records(statements: Statements) -> Iterator[tuple[str, Json]]:
    """Gather statements into what they are parts of."""
    plain = {
        "Use case": "useCases",
        "User": "users",
        "Limitation": "technicalLimitations",
        "Trade-off": "performanceTradeoffs",
    }
    name = ""
    record: Tree = {}
    labels: dict[str, str] = {}
    for label, words in statements:
        if label in plain:
            yield plain[label], words
        elif label in {_ETHICAL, _GROUP}:
            name, labels = (
                ("ethicalConsiderations", _RISK) if label == _ETHICAL else ("fairnessAssessments", _FAIRNESS)
            )
            record = {labels[label]: words}
            yield name, record
        elif label in labels:
            record[labels[label]] = words
        else:
            yield "technicalLimitations", f"{label}: {words}"


def _energies(source: Source, element: Tree) -> Iterator[tuple[str, Json]]:
    held = element.get("ai_energyConsumption")
    if not isinstance(held, dict):
        return
    source.take(element, "ai_energyConsumption")
    for activity, key in ENERGIES.items():
        for each in source.things(held, key) if key in held else []:
            if text_at(each, "ai_energyUnit") == "kilowattHour":
                source.take(each, "ai_energyUnit", "ai_energyQuantity")
                yield activity, each.get("ai_energyQuantity")


def read_datasets(source: Source, name: str) -> list[str]:
    """Name the datasets that a model was trained and tested on."""
    return [
        target
        for kind in ("trainedOn", "testedOn")
        for relation in list(source.relations(name, kind))
        for target in source.targets(relation)
    ]
