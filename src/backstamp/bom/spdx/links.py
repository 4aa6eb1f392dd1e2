"""Dependencies and compositions of CycloneDX, and relationships with their completeness.

1. ``dependsOn`` is the relationship of that name; something that depends on nothing is related to
   ``NoneElement``.
2. A composition tells how complete the relationships ``contains`` and ``dependsOn`` of what it lists are.
"""

from backstamp.bom.spdx.draft import Draft, said, said_all
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.words import AGGREGATES, ALIKE_AGGREGATES, back
from backstamp.core.tree import Json, Tree, list_at, text_at
from backstamp.knowledge.spdx3 import spdx3

_LISTS = {"assemblies": "contains", "dependencies": "dependsOn"}


def write_dependencies(draft: Draft, dependencies: list[Json]) -> None:
    """Write what depends on what."""
    nothing = spdx3().individuals["NoneElement"]
    seen: set[str] = set()
    for each in dependencies:
        ref = said(each, "ref") or ""
        if ref not in draft.refs or ref in seen:
            continue
        seen.add(ref)
        targets = [draft.refs[target] for target in said_all(each, "dependsOn") if target in draft.refs]
        if targets or not list_at(each, "dependsOn"):
            draft.relate(draft.refs[ref], "dependsOn", targets or [nothing])


def write_compositions(draft: Draft, compositions: list[Json]) -> None:
    """Write how complete relationships are."""
    relations = {
        (text_at(each, "from"), text_at(each, "relationshipType")): each
        for each in draft.elements.values()
        if "relationshipType" in each
    }
    for each in compositions:
        completeness = ALIKE_AGGREGATES.get(said(each, "aggregate") or "")
        for key, kind in _LISTS.items():
            for ref in said_all(each, key):
                relation = relations.get((draft.refs.get(ref, ""), kind))
                if relation is not None and completeness is not None:
                    relation.setdefault("completeness", completeness)


def read_compositions(source: Source) -> list[Json]:
    """Read how complete relationships are: one composition for each degree."""
    found: dict[str, dict[str, list[Json]]] = {}
    words = back(AGGREGATES)
    for name in source.order:
        for relation in source.leaving.get(name, ()):
            degree = words.get(text_at(relation, "completeness"))
            kind = text_at(relation, "relationshipType")
            ref = source.ref_of(name)
            if degree is None or ref is None or kind not in _LISTS.values():
                continue
            source.take(relation, "completeness")
            key = next(key for key, word in _LISTS.items() if word == kind)
            found.setdefault(degree, {}).setdefault(key, []).append(ref)
    return [{"aggregate": degree, **found[degree]} for degree in AGGREGATES if degree in found]


def read_dependencies(source: Source) -> list[Json]:
    """Read what depends on what: one entry for each that does, in the order of the elements."""
    nothing = spdx3().individuals["NoneElement"]
    found: dict[str, list[Json]] = {}
    for relation_name in source.order:
        relation = source.by_name[relation_name]
        if text_at(relation, "relationshipType") != "dependsOn":
            continue
        name = source.name_of(relation.get("from"))
        ref = source.ref_of(name)
        if ref is None or name not in source.places or not _is_whole(source, relation):
            continue
        source.take(relation, "completeness")
        held = found.setdefault(ref, [])
        for target in source.targets(relation):
            word = source.ref_of(target)
            if target != nothing and word is not None and word not in held:
                held.append(word)
    return [{"ref": ref, **({"dependsOn": [*targets]} if targets else {})} for ref, targets in found.items()]


def _is_whole(source: Source, relation: Tree) -> bool:
    """Say whether all ends of a relationship are read: what leads elsewhere stays a leftover."""
    known = {*source.places, spdx3().individuals["NoneElement"]}
    return all(source.name_of(each) in known for each in list_at(relation, "to"))
