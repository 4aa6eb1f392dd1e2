"""Writes the whole document.

1. The subject is ``metadata.component``; its files and the parts that it contains are nested in it.
2. Every part of the graph stands in exactly one place; everything else points there by reference.
3. The order is fixed: by kind, then key. Two runs over the same bytes differ by nothing but the time.
4. The serial number is made from the content.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable

import msgspec

from backstamp.bom.assemble import Assembly
from backstamp.bom.claims import Evidence
from backstamp.bom.cyclonedx.components import Writer, add_properties, file_component
from backstamp.bom.cyclonedx.desk import Desk, prop
from backstamp.bom.cyclonedx.formulation import workflow_of
from backstamp.bom.cyclonedx.model import model_component
from backstamp.bom.cyclonedx.order import ordered
from backstamp.bom.cyclonedx.others import other_component, service_of
from backstamp.bom.graph import Conflict
from backstamp.bom.homes import is_file
from backstamp.bom.unknowns import unknown_of
from backstamp.core.finding import Finding, shown
from backstamp.core.location import joined
from backstamp.core.reading import Status
from backstamp.core.supply import Kind, Part, Relation
from backstamp.core.tree import Json, Tree

_TOOL = "tool:backstamp"
_NESTED = (Kind.TOKENIZER, Kind.TEMPLATE)
_MODELS = (Kind.MODEL, Kind.ADAPTER)
_NAMESPACE = uuid.UUID("5f0c3a2e-3f1b-5c7e-9d0a-6b2f4f0e8a11")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says of itself. ``timestamp`` is RFC 3339 in UTC; ``authors`` are who asks for it."""

    timestamp: str
    tool_version: str
    spec: str = "1.7"
    authors: tuple[str, ...] = ()
    phase: str = ""
    withheld: tuple[str, ...] = ()


def document_of(assembly: Assembly, about: About, findings: tuple[Finding, ...] = ()) -> Tree:
    """Project a supply graph to a CycloneDX document; findings about it become annotations."""
    desk = Desk()
    writer = Writer(assembly, desk, about.spec, frozenset(about.withheld))
    graph = assembly.graph
    subject = _component(graph.subject, writer)
    parts = [p for p in graph.parts if p != graph.subject and not writer.is_elsewhere(p)]
    components = [_component(p, writer) for p in parts if p.kind not in (Kind.SERVICE, Kind.RUN, Kind.FILE)]
    document: Tree = {
        "$schema": f"http://cyclonedx.org/schema/bom-{about.spec}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": about.spec,
        "serialNumber": "",
        "version": 1,
        "metadata": _metadata(subject, about, assembly),
    }
    if components:
        document["components"] = [*components]
    if services := [service_of(p, writer) for p in parts if p.kind is Kind.SERVICE]:
        document["services"] = [*services]
    document["dependencies"] = _dependencies(writer)
    document["compositions"] = _compositions(assembly)
    if runs := [workflow_of(p, writer) for p in parts if p.kind is Kind.RUN]:
        document["formulation"] = [{"bom-ref": "formula:training", "workflows": [*runs]}]
    notes = [_annotation(c, at, writer, about) for at, c in enumerate(graph.conflicts())]
    notes += [_remark(finding, at, writer, about) for at, finding in enumerate(findings)]
    if notes:
        document["annotations"] = [*notes]
    if about.spec != "1.6" and (citations := desk.citations(document, about.timestamp, writer.files, _TOOL)):
        document["citations"] = citations
    document["serialNumber"] = _serial(document)
    return ordered(document)


def _component(part: Part, writer: Writer) -> Tree:
    if part.kind in _MODELS:
        made = model_component(part, writer, lambda p: _inside(p, writer))
    else:
        made = other_component(part, writer)
        if inside := _inside(part, writer):
            made["components"] = inside
    for word in unknown_of(part, writer.graph):
        how = "withheld" if word in writer.withheld else "unknown"
        add_properties(made, [prop(f"backstamp:{how}", word)])
    return made


def _inside(part: Part, writer: Writer) -> list[Json]:
    """The components inside one: its files, and a model's tokenizer and templates."""
    found: list[Json] = []
    held = [edge.target for edge in writer.graph.edges_from(part, Relation.CONTAINS)]
    found += [_component(each, writer) for each in held if each.kind in _NESTED and writer.is_elsewhere(each)]
    if part.kind in (*_MODELS, Kind.DATASET) and part.key.startswith("."):
        found += [file_component(record, writer, part.key) for record in writer.assembly.homes.files_of(part)]
    elif part == writer.graph.subject:
        cited = {e.place.path for e in writer.evidences()}
        owned = {
            record.path
            for each in writer.graph.of_kind(*_MODELS, Kind.DATASET)
            if each.key.startswith(".")
            for record in writer.assembly.homes.files_of(each)
        }
        for record in dict.fromkeys(writer.assembly.inventory.files):
            if record.path in cited and record.path not in owned and is_file(record):
                found.append(file_component(record, writer, "."))
    return found


def _metadata(subject: Tree, about: About, assembly: Assembly) -> Tree:
    tool: Tree = {
        "type": "application",
        "bom-ref": _TOOL,
        "group": "backstamp",
        "name": "backstamp",
        "version": about.tool_version,
        "purl": f"pkg:pypi/backstamp@{about.tool_version}",
    }
    made: Tree = {"timestamp": about.timestamp}
    phase = about.phase or ("pre-build" if assembly.graph.subject.kind is Kind.SYSTEM else "post-build")
    made["lifecycles"] = [{"phase": phase}]
    made["tools"] = {"components": [tool]}
    if about.authors:
        made["authors"] = [{"name": name} for name in about.authors]
    made["component"] = subject
    return made


def _dependencies(writer: Writer) -> list[Json]:
    """Write the edges; each is cited by the strongest evidence for it."""
    graph = writer.graph
    relations = (
        Relation.DERIVED_FROM, Relation.TRAINED_ON, Relation.TESTED_ON, Relation.CONTAINS, Relation.USES,
        Relation.DEPENDS_ON, Relation.SERVED_BY,
    )  # fmt: skip
    made: list[Json] = []
    for part in graph.parts:
        if part.kind in (Kind.RUN, Kind.FILE):
            continue
        targets: dict[str, Evidence] = {}
        for edge in graph.edges_from(part, *relations):
            if edge.target.kind is not Kind.FILE:
                ref, evidence = graph.ref(edge.target), edge.evidence[0]
                if ref not in targets or evidence.strength < targets[ref].strength:
                    targets[ref] = evidence
        each: Tree = {"ref": graph.ref(part)}
        if targets:
            each["dependsOn"] = [*sorted(targets)]
        for at, ref in enumerate(sorted(targets)):
            writer.desk.cite_evidence(each, f"dependsOn/{at}", targets[ref])
        made.append(each)
    return made


def _compositions(assembly: Assembly) -> list[Json]:
    """Say how complete the document is: what was not read, and what only a run would show."""
    ref = assembly.graph.ref(assembly.graph.subject)
    unread = [r for r in assembly.inventory.files if r.status not in (Status.COMPLETE, Status.SKIPPED)]
    whole = "incomplete" if unread else "complete"
    is_model = assembly.graph.subject.kind in (*_MODELS, Kind.DATASET)
    return [
        {"aggregate": whole if is_model else "incomplete" if unread else "unknown", "assemblies": [ref]},
        {"aggregate": "unknown", "dependencies": [ref]},
    ]


def _annotation(conflict: Conflict, at: int, writer: Writer, about: About) -> Tree:
    value = conflict.value
    what = f"{value.trait.value} {value.name}".strip()
    chosen = f'"{shown(str(value.value))}" ({value.evidence.method.value} in {shown(value.evidence.path)})'
    others = "; ".join(
        f'"{shown(str(c.value))}" ({c.evidence.method.value} in {shown(c.evidence.path)})'
        for c in value.losers[:8]
    )
    return {
        "bom-ref": f"conflict:{at}:{writer.graph.ref(conflict.part)}:{shown(what)}",
        "subjects": [writer.graph.ref(conflict.part)],
        "annotator": {
            "component": {"type": "application", "name": "backstamp", "version": about.tool_version}
        },
        "timestamp": about.timestamp,
        "text": f"Sources disagree on {what}: chosen {chosen}; against {others}.",
    }


def _remark(finding: Finding, at: int, writer: Writer, about: About) -> Tree:
    """A finding, as an annotation of the file that it is about, or of the subject."""
    file = writer.files.get(joined(finding.place.path))
    return {
        "bom-ref": f"finding:{finding.rule}:{at}",
        "subjects": [file or writer.graph.ref(writer.graph.subject)],
        "annotator": {
            "component": {"type": "application", "name": "backstamp", "version": about.tool_version}
        },
        "timestamp": about.timestamp,
        "text": f"{finding.rule} {finding.name} ({finding.severity.value}): {finding.message}",
    }


def _serial(document: Tree) -> str:
    """Name the document by its content, its time left out."""
    plain = {k: v for k, v in document.items() if k not in ("serialNumber", "annotations", "citations")}
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        plain["metadata"] = {k: v for k, v in metadata.items() if k != "timestamp"}
    written = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, digest)}"


def places_of(document: Tree) -> Iterable[str]:
    """Name the references of a document's components, subject first."""
    from backstamp.core.tree import text_at, trees_at

    yield text_at(document, "metadata", "component", "bom-ref")
    for component in trees_at(document, "components"):
        yield text_at(component, "bom-ref")
