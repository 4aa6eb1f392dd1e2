"""Writes a model: its card, what it was made from, its files, tokenizer and templates."""

from collections.abc import Callable, Iterable

from backstamp.bom.cyclonedx.components import Writer, add_properties, component_of, values_as_properties
from backstamp.bom.cyclonedx.desk import prop, written
from backstamp.bom.cyclonedx.lineage import pedigree_of
from backstamp.bom.cyclonedx.variants import is_of_variant, variants_of
from backstamp.bom.graph import Edge, Value
from backstamp.core.supply import Kind, Part, Relation, Trait
from backstamp.core.tree import Json, Tree

_MODEL = "cdx:ai-ml:model:"
# The first that is there: what texts are cut at comes before what there are places for.
_CONTEXT = ("max_seq_length", "max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length")
_PROPERTIES = {
    Trait.PARAMETERS: _MODEL + "parameter:count",
    Trait.ELEMENTS: "backstamp:elements:*",
    Trait.QUANTIZATION: _MODEL + "hyperparameter:quantization:*",
    Trait.DIMENSION: _MODEL + "hyperparameter:*",
    Trait.LANGUAGE: _MODEL + "language",
    Trait.MODALITY: _MODEL + "modality",
    Trait.FORMAT: "backstamp:format",
    Trait.FRAMEWORK: "backstamp:framework:*",
    Trait.SETTING: "backstamp:training:*",  # but those for use: backstamp:generation
    Trait.STEPS: "backstamp:training:steps",
    Trait.SEED: "backstamp:seed:*",
    Trait.COMPUTE: "backstamp:training:flops",
    Trait.TRAINING_NOTE: "backstamp:training:note",
    Trait.EVALUATION_NOTE: "backstamp:evaluation:note",
    Trait.PREPROCESSING: "backstamp:preprocessing:*",
    Trait.RELEASED: "backstamp:released",
    Trait.SIZE: "backstamp:size",
    Trait.FLAG: "backstamp:flag:*",
    Trait.REGION: "backstamp:training:region",
    Trait.IDENTIFIER: "backstamp:identifier:*",
    Trait.ROLE: "backstamp:role",
}
_APPROACHES = ("supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised")


def model_component(part: Part, writer: Writer, nested: Callable[[Part], list[Json]]) -> Tree:
    """Write a model or adapter; ``nested`` gives the components inside it."""
    made = component_of(part, writer)
    lineage = pedigree_of(part, writer)
    if variants := variants_of(part, writer):
        lineage = {**lineage, "variants": variants}
    if lineage:
        made["pedigree"] = lineage
    if inside := nested(part):
        made["components"] = inside
    card = _card(part, writer)
    if card:
        made["modelCard"] = card
    properties = [*values_as_properties(part, writer, _PROPERTIES, skipped=is_of_variant)]
    properties += _context_length(part, writer)
    properties += _manner(part, writer)
    add_properties(made, properties)
    return made


def _context_length(part: Part, writer: Writer) -> list[Tree]:
    """The taxonomy's word for what frameworks name in many ways, unless it is said as such."""
    if writer.graph.first(part, Trait.DIMENSION, "context_length"):
        return []
    for name in _CONTEXT:
        if value := writer.graph.first(part, Trait.DIMENSION, name):
            made = prop(_MODEL + "hyperparameter:context_length", value.value)
            writer.desk.cite(made, "", value)
            return [made]
    return []


def _manner(part: Part, writer: Writer) -> list[Tree]:
    edges = writer.graph.edges_from(part, Relation.DERIVED_FROM)
    manners = list(dict.fromkeys(edge.manner for edge in edges if edge.manner))
    made = [prop(_MODEL + "parameter:tune_method", manner) for manner in manners]
    for each, edge in zip(
        made, [e for m in manners for e in edges if e.manner == m][: len(made)], strict=False
    ):
        writer.desk.cite_evidence(each, "", edge.evidence[0])
    return made


# --- the card ------------------------------------------------------------------------------------


def _card(part: Part, writer: Writer) -> Tree:
    card: Tree = {}
    if parameters := _parameters(part, writer):
        card["modelParameters"] = parameters
    if metrics := [_metric(value, writer) for value in writer.graph.all(part, Trait.METRIC)]:
        card["quantitativeAnalysis"] = {"performanceMetrics": [*metrics]}
    if considerations := _considerations(part, writer):
        card["considerations"] = considerations
    if card:
        card = {"bom-ref": f"card:{writer.graph.ref(part)}", **card}
    return card


def _parameters(part: Part, writer: Writer) -> Tree:
    graph, desk = writer.graph, writer.desk
    made: Tree = {}
    approach = graph.first(part, Trait.APPROACH)
    if approach and approach.value in _APPROACHES:
        inner: Tree = {}
        desk.put(inner, "type", approach)
        made["approach"] = inner
    tasks = [*graph.all(part, Trait.TASK)]
    if tasks:
        made["task"] = ", ".join(dict.fromkeys(written(v.value) for v in tasks))
        desk.cite(made, "task", tasks[0])
    if family := graph.first(part, Trait.FAMILY):
        desk.put(made, "architectureFamily", family)
    classes = [*graph.all(part, Trait.ARCHITECTURE)]
    if classes:
        made["modelArchitecture"] = ", ".join(dict.fromkeys(written(v.value) for v in classes))
        desk.cite(made, "modelArchitecture", classes[0])
    if datasets := _datasets(part, writer):
        made["datasets"] = datasets
    for trait, key in ((Trait.INPUT, "inputs"), (Trait.OUTPUT, "outputs")):
        if forms := [_form(value, writer) for value in graph.all(part, trait)]:
            made[key] = [*forms]
    return made


def _datasets(part: Part, writer: Writer) -> list[Json]:
    found: dict[Part, Edge] = {}
    for edge in writer.graph.edges_from(part, Relation.TRAINED_ON, Relation.TESTED_ON):
        found.setdefault(edge.target, edge)
    for run in writer.graph.edges_from(part, Relation.MADE_BY):
        for edge in writer.graph.edges_from(run.target, Relation.CONSUMED, Relation.TRAINED_ON):
            if edge.target.kind is Kind.DATASET:
                found.setdefault(edge.target, edge)
    made: list[Json] = []
    for target, edge in sorted(found.items()):
        each: Tree = {"ref": writer.graph.ref(target)}
        writer.desk.cite_evidence(each, "", edge.evidence[0])
        made.append(each)
    return made


def _form(value: Value, writer: Writer) -> Tree:
    text = written(value.value)
    made: Tree = {"format": f"{value.name}: {text}" if value.name else text}
    writer.desk.cite(made, "", value)
    return made


def _metric(value: Value, writer: Writer) -> Tree:
    made: Tree = {"type": value.name or "metric", "value": written(value.value)}
    if value.scope:
        made["slice"] = value.scope
    writer.desk.cite(made, "", value)
    return made


def _considerations(part: Part, writer: Writer) -> Tree:
    graph = writer.graph
    made: Tree = {}
    for key, traits in (
        ("users", (Trait.USER,)),
        ("useCases", (Trait.USE,)),
        ("technicalLimitations", (Trait.LIMITATION, Trait.MISUSE)),
    ):
        texts = _texts((v for trait in traits for v in graph.all(part, trait)), writer, made, key)
        if texts:
            made[key] = texts
    risks: list[Json] = []
    advice = [*graph.all(part, Trait.ADVICE)]
    for value in (*graph.all(part, Trait.BIAS), *graph.all(part, Trait.RISK)):
        risk: Tree = {"name": written(value.value)}
        writer.desk.cite(risk, "name", value)
        if advice:
            writer.desk.put(risk, "mitigationStrategy", advice[0])
        risks.append(risk)
    if risks:
        made["ethicalConsiderations"] = risks
    if environment := _environment(part, writer):
        made["environmentalConsiderations"] = environment
    return made


def _texts(values: Iterable[Value], writer: Writer, holder: Tree, key: str) -> list[Json]:
    found: dict[str, Value] = {}
    for value in values:
        prefix = "Not meant for: " if value.trait is Trait.MISUSE else ""
        found.setdefault(prefix + written(value.value), value)
    if found:
        writer.desk.cite(holder, key, next(iter(found.values())))
    return [*found]


def _environment(part: Part, writer: Writer) -> Tree:
    parts = [part, *(edge.target for edge in writer.graph.edges_from(part, Relation.MADE_BY))]
    energy = next((v for p in parts if (v := writer.graph.first(p, Trait.ENERGY))), None)
    emissions = next((v for p in parts if (v := writer.graph.first(p, Trait.EMISSIONS))), None)
    made: Tree = {}
    if energy and isinstance(energy.value, int | float):
        use: Tree = {
            "activity": "training",
            "energyProviders": [],
            "activityEnergyCost": {"value": energy.value, "unit": "kWh"},
        }
        writer.desk.cite(use, "activityEnergyCost", energy)
        if emissions and isinstance(emissions.value, int | float):
            use["co2CostEquivalent"] = {"value": emissions.value / 1000, "unit": "tCO2eq"}
            writer.desk.cite(use, "co2CostEquivalent", emissions)
        made["energyConsumptions"] = [use]
    elif emissions:
        said = prop("backstamp:training:emissions-kg-co2eq", emissions.value)
        writer.desk.cite(said, "", emissions)
        made["properties"] = [said]
    return made
