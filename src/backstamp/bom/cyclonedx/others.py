"""Writes what is no model: data, tokenizers, templates, prompts, libraries, tools, agents, services."""

from backstamp.bom.addresses import iri_of
from backstamp.bom.cyclonedx.components import Writer, add_properties, component_of, values_as_properties
from backstamp.bom.cyclonedx.desk import written
from backstamp.bom.cyclonedx.licences import licences_of
from backstamp.bom.cyclonedx.lineage import pedigree_of
from backstamp.core.supply import Kind, Part, Trait
from backstamp.core.tree import Tree

_DATA_TYPES = {
    Kind.DATASET: "dataset",
    Kind.TOKENIZER: "configuration",
    Kind.TEMPLATE: "definition",
    Kind.PROMPT: "definition",
}
_OF_DATA = {
    Trait.ROWS: "backstamp:rows:*",
    Trait.SPLIT: "backstamp:split:*",
    Trait.COLUMN: "backstamp:column:*",
    Trait.SIZE: "backstamp:size",
    Trait.SIZE_CLASS: "backstamp:size-class",
    Trait.FORMAT: "backstamp:format",
    Trait.LANGUAGE: "backstamp:language",
    Trait.MODALITY: "backstamp:modality",
    Trait.CONTENT: "backstamp:content",
    Trait.WEIGHT: "backstamp:weight",
    Trait.COLLECTION: "backstamp:collection",
    Trait.ANNOTATION: "backstamp:annotation",
    Trait.PREPROCESSING: "backstamp:preprocessing:*",
    Trait.USE: "backstamp:use",
    Trait.MISUSE: "backstamp:misuse",
    Trait.LIMITATION: "backstamp:limitation",
    Trait.BIAS: "backstamp:bias",
    Trait.RISK: "backstamp:risk",
    Trait.TASK: "backstamp:task",
    Trait.RELEASED: "backstamp:released",
    Trait.IDENTIFIER: "backstamp:identifier:*",
    Trait.FLAG: "backstamp:flag:*",
    Trait.ROLE: "backstamp:role",
}
_OF_TOKENIZER = {
    Trait.ARCHITECTURE: "cdx:ai-ml:tokenizer:class",
    Trait.FAMILY: "cdx:ai-ml:tokenizer:type",
    Trait.DIMENSION: "cdx:ai-ml:tokenizer:hyperparameter:*",
    Trait.SETTING: "cdx:ai-ml:tokenizer:hyperparameter:*",
    Trait.FLAG: "backstamp:flag:*",
    Trait.FORMAT: "backstamp:format",
    Trait.PREPROCESSING: "backstamp:preprocessing:*",
    Trait.LANGUAGE: "backstamp:language",
    Trait.IDENTIFIER: "backstamp:identifier:*",
    Trait.ROLE: "backstamp:role",
}
_OF_ANY = {
    Trait.FORMAT: "backstamp:format",
    Trait.ROLE: "backstamp:role",
    Trait.FLAG: "backstamp:flag:*",
    Trait.COMMAND: "backstamp:command",
    Trait.ENDPOINT: "backstamp:endpoint",
    Trait.PROVIDER: "backstamp:provider",
    Trait.SETTING: "backstamp:setting:*",
    Trait.FRAMEWORK: "backstamp:framework:*",
    Trait.TASK: "backstamp:task",
    Trait.IDENTIFIER: "backstamp:identifier:*",
    Trait.RELEASED: "backstamp:released",
    Trait.UNKNOWN: "backstamp:unknown:*",
    Trait.LANGUAGE: "backstamp:language",
    Trait.DIMENSION: "backstamp:dimension:*",
    Trait.SIZE: "backstamp:size",
    Trait.LIMITATION: "backstamp:limitation",
    Trait.USE: "backstamp:use",
}


_OF_SERVICE = {
    Trait.FLAG: "backstamp:flag:*",
    Trait.ROLE: "backstamp:role",
    Trait.TASK: "backstamp:task",
    Trait.SETTING: "backstamp:setting:*",
    Trait.REGION: "backstamp:region",
    Trait.IDENTIFIER: "backstamp:identifier:*",
}


def other_component(part: Part, writer: Writer) -> Tree:
    """Write a component that is neither a model nor a service."""
    made = component_of(part, writer)
    if part.kind in _DATA_TYPES:
        made["data"] = [_data(part, writer)]
        names = _OF_DATA if part.kind is Kind.DATASET else {**_OF_ANY, **_OF_TOKENIZER}
    else:
        names = _OF_ANY
    if lineage := pedigree_of(part, writer):
        made["pedigree"] = lineage
    add_properties(made, [*values_as_properties(part, writer, names)])
    if part.kind in (Kind.AGENT, Kind.TOOL, Kind.TOKENIZER, Kind.TEMPLATE, Kind.PROMPT):
        add_properties(made, [{"name": "backstamp:kind", "value": part.kind.value}])
    return made


def _data(part: Part, writer: Writer) -> Tree:
    graph, desk = writer.graph, writer.desk
    made: Tree = {"type": _DATA_TYPES[part.kind]}
    contents: Tree = {}
    if value := graph.first(part, Trait.TEXT):
        attachment: Tree = {"contentType": "text/plain"}
        desk.put(attachment, "content", value)
        contents["attachment"] = attachment
    world, _, key = part.key.partition(":")
    if world == "huggingface":
        kind = "datasets/" if part.kind is Kind.DATASET else ""
        contents["url"] = f"https://huggingface.co/{kind}{key}"
        writer.cite_key(part, contents, "url")
    elif world == "url" and (url := iri_of(key)):
        contents["url"] = url
        writer.cite_key(part, contents, "url")
    if contents:
        made["contents"] = contents
    sensitive = [*graph.all(part, Trait.SENSITIVITY)]
    if sensitive:
        made["sensitiveData"] = [*dict.fromkeys(written(v.value) for v in sensitive)]
        desk.cite(made, "sensitiveData", sensitive[0])
    if value := graph.first(part, Trait.COLLECTION):
        desk.put(made, "description", value)
    if value := graph.first(part, Trait.PRODUCER):
        owner: Tree = {}
        desk.put(owner, "name", value)
        made["governance"] = {"owners": [{"organization": owner}]}
    return made


def service_of(part: Part, writer: Writer) -> Tree:
    """Write a hosted model or API as a service."""
    graph, desk = writer.graph, writer.desk
    world, _, key = part.key.partition(":")
    made: Tree = {"bom-ref": graph.ref(part)}
    provider = graph.first(part, Trait.PROVIDER)
    if provider:
        inner: Tree = {}
        desk.put(inner, "name", provider)
        made["provider"] = inner
    elif world not in ("name", "url", ""):
        made["provider"] = {"name": world}
    made["name"] = graph.text(part, Trait.NAME) or key or part.key
    if version := graph.first(part, Trait.VERSION):
        desk.put(made, "version", version)
    if description := graph.first(part, Trait.DESCRIPTION):
        desk.put(made, "description", description)
    endpoints = [value for value in graph.all(part, Trait.ENDPOINT) if iri_of(written(value.value))]
    if endpoints:
        made["endpoints"] = [*dict.fromkeys(iri_of(written(v.value)) for v in endpoints)]
        desk.cite(made, "endpoints", endpoints[0])
    if choices := licences_of(part, graph, desk):
        made["licenses"] = [*choices]
    properties = [*values_as_properties(part, writer, _OF_SERVICE)]
    evidence = component_of(part, writer).get("evidence")
    if isinstance(evidence, dict) and isinstance(found := evidence.get("occurrences"), list):
        for each in found:
            if isinstance(each, dict):
                at = f"{each['location']}:{each['line']}" if "line" in each else str(each["location"])
                properties.append({"name": "backstamp:occurrence", "value": at})
    add_properties(made, properties)
    return made
