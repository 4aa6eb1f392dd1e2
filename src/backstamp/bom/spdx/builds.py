"""How things are made: the formulation of CycloneDX, and builds of SPDX.

1. A formula is a ``Bundle`` of the context ``formulation``: it lists its workflows, components and services.
2. A workflow, and each of its tasks, is a ``build_Build``; the kinds of task are its build type, and tasks
   are ``contains`` of their workflow.
3. Parameters and environment variables of inputs are those of the build; resources are ``hasInput`` and
   ``hasOutput``; what is used is ``usesTool``; the commands of its steps are its entry points.
"""

from urllib.parse import quote, unquote

from backstamp.bom.spdx.check import is_time
from backstamp.bom.spdx.components import (
    FAMILIES,
    Later,
    is_service,
    read_component,
    read_service,
    write_components,
    write_service,
)
from backstamp.bom.spdx.draft import Draft, said
from backstamp.bom.spdx.properties import read_properties, write_properties
from backstamp.bom.spdx.source import Source, entry
from backstamp.core.tree import Json, Tree, list_at, text_at, trees_at

_CONTEXT = "formulation"
_TYPE = "urn:spdx.dev:cyclonedx-task-types:"
_TIMES = {"build_buildStartTime": "timeStart", "build_buildEndTime": "timeEnd"}
_BUILD = "build_Build"


def write_formulas(draft: Draft, formulas: list[Json], later: Later) -> list[tuple[str, Tree]]:
    """Write formulas; give the builds with their workflows and tasks, for what refers to other things."""
    builds: list[tuple[str, Tree]] = []
    for at, formula in enumerate(formulas):
        if not isinstance(formula, dict):
            continue
        path = f"/formulation/{at}"
        held = write_components(draft, list_at(formula, "components"), f"{path}/components", later)
        held += [
            write_service(draft, each, f"{path}/services/{place}", later)
            for place, each in enumerate(list_at(formula, "services"))
            if isinstance(each, dict)
        ]
        for place, workflow in enumerate(list_at(formula, "workflows")):
            if isinstance(workflow, dict):
                held.append(_write_workflow(draft, workflow, f"{path}/workflows/{place}", builds))
        draft.add("Bundle", draft.name("formula", formula, path), context=_CONTEXT, element=[*held])
    return builds


def _write_workflow(draft: Draft, workflow: Tree, path: str, builds: list[tuple[str, Tree]]) -> str:
    name = _write_build(draft, workflow, "workflow", path)
    builds.append((name, workflow))
    tasks = []
    for at, task in enumerate(list_at(workflow, "tasks")):
        if isinstance(task, dict):
            tasks.append(_write_build(draft, task, "task", f"{path}/tasks/{at}"))
            builds.append((tasks[-1], task))
    if tasks:
        draft.relate(name, "contains", tasks)
    return name


def _write_build(draft: Draft, work: Tree, kind: str, path: str) -> str:
    name = draft.name(kind, work, path)
    types = [
        quote(each, safe="", errors="replace") for each in list_at(work, "taskTypes") if isinstance(each, str)
    ]
    element = draft.add(_BUILD, name, build_buildType=_TYPE + ",".join(types))
    for key, word in (("name", "name"), ("description", "description"), ("build_buildId", "uid")):
        if (words := said(work, word)) is not None:
            element[key] = words
    for key, word in _TIMES.items():
        if is_time(time := said(work, word)):
            element[key] = time
    parameters: list[Json] = []
    environment: list[Json] = []
    for each in trees_at(work, "inputs"):
        parameters.extend(_entries(list_at(each, "parameters")))
        environment.extend(_entries(list_at(each, "environmentVars")))
    entrypoints: list[Json] = [
        executed
        for step in trees_at(work, "steps")
        for command in trees_at(step, "commands")
        if (executed := said(command, "executed")) is not None
    ]
    for key, values in (
        ("build_parameter", parameters),
        ("build_environment", environment),
        ("build_configSourceEntrypoint", entrypoints),
    ):
        if values:
            element[key] = values
    return name


def _entries(values: list[Json]) -> list[Json]:
    return [entry(name, said(each, "value")) for each in values if (name := said(each, "name")) is not None]


def write_flows(draft: Draft, builds: list[tuple[str, Tree]]) -> None:
    """Write what goes into builds, what comes out, and what they use."""
    for name, work in builds:
        write_properties(draft, draft.elements[name], list_at(work, "properties"))
        for kind, resources in (
            ("hasInput", [each.get("resource") for each in trees_at(work, "inputs")]),
            ("hasOutput", [each.get("resource") for each in trees_at(work, "outputs")]),
            ("usesTool", list_at(work, "resourceReferences")),
        ):
            targets = [
                draft.refs[ref] for each in resources if (ref := said(each, "ref")) in draft.refs and ref
            ]
            if targets:
                draft.relate(name, kind, targets)


# --- reading ---------------------------------------------------------------------------------------------


def inner_names(source: Source) -> set[str]:
    """Name what is listed in formulas, and so not at the top."""
    return {
        source.name_of(each)
        for _, bundle in source.of_type("Bundle")
        if text_at(bundle, "context") == _CONTEXT
        for each in list_at(bundle, "element")
    }


def read_formulas(source: Source) -> list[Json]:
    """Read all formulas; builds that are in none make one of their own."""
    formulas: list[Json] = []
    tasks = {
        source.name_of(each)
        for name, _ in source.of_type(_BUILD)
        for relation in source.relations(name, "contains")
        for each in list_at(relation, "to")
    }
    for name, bundle in source.of_type("Bundle"):
        if text_at(bundle, "context") == _CONTEXT:
            source.placed.add(name)
            source.take(bundle, "context", "element")
            formulas.append(
                _read_formula(source, name, [source.name_of(e) for e in list_at(bundle, "element")])
            )
    loose = [name for name, _ in source.of_type(_BUILD) if name not in source.placed and name not in tasks]
    if loose:
        formulas.append({"workflows": [_read_build(source, name) for name in loose]})
    return formulas


def _read_formula(source: Source, name: str, names: list[str]) -> Tree:
    formula: Tree = {}
    source.places[name] = formula
    if source.words(name)[0] == "formula":
        formula["bom-ref"] = source.words(name)[1]
    lists: dict[str, list[Json]] = {"components": [], "services": [], "workflows": []}
    for each in names:
        element = source.found(each)
        if text_at(element, "type") == _BUILD:
            lists["workflows"].append(_read_build(source, each))
        elif is_service(element):
            lists["services"].append(read_service(source, each))
        elif text_at(element, "type") in FAMILIES and each not in source.placed:
            lists["components"].append(read_component(source, each))
    formula.update({key: [*values] for key, values in lists.items() if values})
    return formula


def _read_build(source: Source, name: str) -> Tree:
    element = source.found(name)
    source.placed.add(name)
    work: Tree = {}
    source.places[name] = work
    if (ref := source.ref_of(name)) is not None:
        work["bom-ref"] = ref
    uid = source.text(element, "build_buildId")
    if uid is not None or ref == name:
        work["uid"] = name if uid is None else uid
    for key, word in (("name", "name"), ("description", "description"), *_TIMES.items()):
        if (words := source.text(element, key)) is not None:
            work[word] = words
    kind = text_at(element, "build_buildType")
    if kind.startswith(_TYPE):
        source.take(element, "build_buildType")
        types: list[Json] = [unquote(each) for each in kind.removeprefix(_TYPE).split(",") if each]
        work["taskTypes"] = types
    else:
        work["taskTypes"] = ["other"]  # the build type itself stays a leftover, and is kept as such
    _read_flows(source, name, element, work)
    properties, _ = read_properties(source, element)
    if properties:
        work["properties"] = properties
    commands = source.texts(element, "build_configSourceEntrypoint")
    if commands:
        work["steps"] = [{"commands": [{"executed": each}]} for each in commands]
    tasks: list[Json] = []
    for relation in list(source.relations(name, "contains")):
        ends = [source.name_of(each) for each in list_at(relation, "to")]
        if all(text_at(source.found(end), "type") == _BUILD and end not in source.placed for end in ends):
            tasks.extend(_read_build(source, end) for end in source.targets(relation))
    if tasks:
        work["tasks"] = tasks
    return work


def _read_flows(source: Source, name: str, element: Tree, work: Tree) -> None:
    def resources(kind: str) -> list[Json]:
        ends = [end for relation in list(source.relations(name, kind)) for end in source.targets(relation)]
        return [{"ref": source.ref_of(end) or end} for end in ends]

    inputs: list[Json] = [{"resource": each} for each in resources("hasInput")]
    for key, word in (("build_parameter", "parameters"), ("build_environment", "environmentVars")):
        if entries := _read_entries(source, element, key):
            inputs.append({word: entries})
    outputs: list[Json] = [{"resource": each} for each in resources("hasOutput")]
    used = resources("usesTool")
    work.update(
        {
            word: values
            for word, values in (("inputs", inputs), ("outputs", outputs), ("resourceReferences", used))
            if values
        }
    )


def _read_entries(source: Source, element: Tree, key: str) -> list[Json]:
    found: list[Json] = []
    for each in source.things(element, key) if key in element else []:
        value = source.text(each, "value")
        made: Tree = {"name": source.text(each, "key") or ""}
        found.append(made if value is None else {**made, "value": value})
    return found
