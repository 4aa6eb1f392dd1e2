"""Writes what a model or dataset was made out of, as ``pedigree``.

CycloneDX has no word for how (fine-tuned, merged, quantised): it is told in ``notes``, and as the property
``backstamp:relation`` of the ancestor.
"""

from backstamp.bom.cyclonedx.components import Writer, add_properties, component_of
from backstamp.bom.cyclonedx.desk import prop
from backstamp.bom.graph import Edge
from backstamp.bom.purls import purl_of
from backstamp.core.supply import Part, Relation, Trait
from backstamp.core.tree import Json, Tree

_VERBS = {
    "finetune": "fine-tuned from",
    "adapter": "an adapter for",
    "merge": "merged from",
    "quantized": "quantised from",
    "distilled": "distilled from",
    "converted": "converted from",
}
_DEEPEST = 50  # generations; longer chains are told by the dependencies alone


def pedigree_of(part: Part, writer: Writer, above: frozenset[Part] = frozenset()) -> Tree:
    """Write the ancestors of a part, theirs inside them; a cycle is cut where it closes."""
    above |= {part}
    edges = [e for e in writer.graph.edges_from(part, Relation.DERIVED_FROM) if e.target not in above]
    if not edges or len(above) > _DEEPEST:
        return {}
    ancestors: list[Json] = [_ancestor(edge, writer, above) for edge in edges]
    made: Tree = {"ancestors": ancestors, "notes": "; ".join(_told(edge, writer) for edge in edges)}
    writer.desk.cite_evidence(made, "notes", edges[0].evidence[0])
    return made


def _ancestor(edge: Edge, writer: Writer, above: frozenset[Part]) -> Tree:
    """Write an ancestor: whole the first time, by reference where it stands elsewhere."""
    whole = component_of(edge.target, writer)
    properties: list[Tree] = []
    if writer.is_listed(edge.target) or edge.target in writer.ancestors:
        made: Tree = {key: whole[key] for key in ("type", "group", "name", "version", "purl") if key in whole}
        properties.append(prop("backstamp:ref", str(whole["bom-ref"])))
    else:
        writer.ancestors.add(edge.target)
        made = {key: value for key, value in whole.items() if key != "evidence"}
        if further := pedigree_of(edge.target, writer, above):
            made["pedigree"] = further
    if edge.revision:
        made["version"] = edge.revision
        writer.desk.cite_evidence(made, "version", edge.evidence[0])
        if purl := purl_of(edge.target, edge.revision):
            made["purl"] = purl
    if edge.manner:
        properties.append(prop("backstamp:relation", edge.manner))
    writer.desk.cite_evidence(made, "", edge.evidence[0])
    add_properties(made, properties)
    return made


def _told(edge: Edge, writer: Writer) -> str:
    name = edge.target.key.partition(":")[2] or writer.graph.text(edge.target, Trait.NAME) or edge.target.key
    pin = f" at {edge.revision}" if edge.revision else ", not pinned to a revision"
    return f"{_VERBS.get(edge.manner, 'derived from')} {name}{pin}"
