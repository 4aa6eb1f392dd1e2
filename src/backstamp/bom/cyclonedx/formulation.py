"""Writes training runs as ``formulation``: a workflow a run, settings as parameters, what went in and out.

Settings come from a plan (``intended``), from records of the run (``observed``) or from what somebody wrote
about it (``described``). An input holds either a resource or parameters: the schema allows one of them.
"""

import re
from functools import cache

from backstamp.bom.cyclonedx.components import Writer, values_as_properties
from backstamp.bom.cyclonedx.desk import prop, written
from backstamp.bom.graph import Value
from backstamp.core.supply import Kind, Method, Part, Relation, Trait
from backstamp.core.tree import Json, Tree

_PROPERTIES = {
    Trait.COMMIT: "backstamp:commit",
    Trait.DIRTY: "backstamp:dirty",
    Trait.DURATION: "backstamp:duration-seconds",
    Trait.STEPS: "backstamp:steps",
    Trait.SEED: "backstamp:seed:*",
    Trait.COMPUTE: "backstamp:flops",
    Trait.ENERGY: "backstamp:energy-kwh",
    Trait.EMISSIONS: "backstamp:emissions-kg-co2eq",
    Trait.REGION: "backstamp:region",
    Trait.FRAMEWORK: "backstamp:framework:*",
    Trait.METRIC: "backstamp:metric:*",
    Trait.APPROACH: "backstamp:approach",
    Trait.TRAINING_NOTE: "backstamp:note",
    Trait.IDENTIFIER: "backstamp:identifier:*",
    Trait.FLAG: "backstamp:flag:*",
    Trait.LINK: "backstamp:link:*",
}


def workflow_of(run: Part, writer: Writer) -> Tree:
    """Write one run as a workflow."""
    graph, desk = writer.graph, writer.desk
    ref = graph.ref(run)
    made: Tree = {"bom-ref": ref, "uid": ref}
    if name := graph.first(run, Trait.NAME):
        desk.put(made, "name", name)
    if description := graph.first(run, Trait.DESCRIPTION):
        desk.put(made, "description", description)
    made["taskTypes"] = ["build"]
    if command := graph.first(run, Trait.COMMAND):
        step: Tree = {}
        desk.put(step, "executed", command)
        made["steps"] = [{"name": "train", "commands": [step]}]
    if inputs := _inputs(run, writer):
        made["inputs"] = inputs
    if outputs := _outputs(run, writer):
        made["outputs"] = outputs
    for trait, key in ((Trait.STARTED, "timeStart"), (Trait.FINISHED, "timeEnd")):
        value = graph.first(run, trait)
        if value and _moment().fullmatch(str(value.value)):
            desk.put(made, key, value)
    properties = [*values_as_properties(run, writer, _PROPERTIES)]
    for edge in graph.edges_from(run, Relation.RAN_ON):
        each = prop("backstamp:ran-on", graph.ref(edge.target))
        desk.cite_evidence(each, "", edge.evidence[0])
        properties.append(each)
    if properties:
        made["properties"] = [*properties]
    return made


def _inputs(run: Part, writer: Writer) -> list[Json]:
    made: list[Json] = []
    for edge in writer.graph.edges_from(run, Relation.CONSUMED, Relation.TRAINED_ON, Relation.TESTED_ON):
        each: Tree = {"resource": {"ref": writer.graph.ref(edge.target)}}
        usage = "evaluation" if edge.relation is Relation.TESTED_ON else _usage(edge.target.kind)
        properties: list[Json] = [prop("backstamp:usage", edge.manner or usage)]
        if edge.revision:
            properties.append(prop("backstamp:revision", edge.revision))
        each["properties"] = properties
        writer.desk.cite_evidence(each, "", edge.evidence[0])
        made.append(each)
    for kind in ("observed", "described", "intended"):
        parameters: list[Json] = []
        for value in writer.graph.all(run, Trait.SETTING):
            if _known_as(value) != kind:
                continue
            each = {"name": value.name, "value": written(value.value), "dataType": _type_of(value.value)}
            writer.desk.cite(each, "", value)
            parameters.append(each)
        if parameters:
            made.append({"parameters": parameters, "properties": [prop("backstamp:settings", kind)]})
    return made


def _known_as(value: Value) -> str:
    """Tell settings of a run that was seen from those that somebody describes, and from a plan."""
    if value.scope in ("intended", "observed"):
        return value.scope
    return "described" if value.evidence.method.rank > Method.DECLARED.rank else "observed"


def _outputs(run: Part, writer: Writer) -> list[Json]:
    made: list[Json] = []
    for edge in writer.graph.edges_to(run, Relation.MADE_BY):
        each: Tree = {"type": "artifact", "resource": {"ref": writer.graph.ref(edge.part)}}
        writer.desk.cite_evidence(each, "", edge.evidence[0])
        made.append(each)
    return made


def _usage(kind: Kind) -> str:
    return {Kind.DATASET: "training", Kind.MODEL: "base", Kind.ADAPTER: "base"}.get(kind, "input")


def _type_of(value: str | float | bool) -> str:  # noqa: FBT001  # any scalar
    if isinstance(value, bool):
        return "boolean"
    return {int: "integer", float: "number"}.get(type(value), "string")


@cache
def _moment() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)")
