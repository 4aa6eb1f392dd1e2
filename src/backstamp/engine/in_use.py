"""Finds which models and datasets a target uses: what is to be locked.

In use is what code and configurations load, with the revisions that they ask for, what a training plan
consumes, the base of an adapter that lies in the target, and every model and dataset of the target itself.
Parents and training data of which a card tells are lineage: nothing loads them.
"""

import os
from collections.abc import Iterator

import msgspec

from backstamp.attest.lockfile import HUB, OLLAMA, PATH, URL, EntryKind
from backstamp.bom.assemble import Assembly
from backstamp.bom.homes import ROOT, is_weight_file
from backstamp.core.location import legible
from backstamp.core.supply import Kind, Part, Relation, Trait
from backstamp.formats.hubpaths import origin_of

_LOCKED = {
    Kind.MODEL: EntryKind.MODEL,
    Kind.ADAPTER: EntryKind.ADAPTER,
    Kind.TOKENIZER: EntryKind.TOKENIZER,
    Kind.TEMPLATE: EntryKind.MODEL,
    Kind.DATASET: EntryKind.DATASET,
}
_USED_BY = (Relation.USES, Relation.CONSUMED, Relation.DEPENDS_ON, Relation.SERVED_BY)
_MOST_LICENCE = 200


class Want(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something that is in use: its name with its world, what it is, and the revision that is asked for.

    ``place`` is where the target says so; ``licence`` what the target knows.
    """

    name: str
    kind: EntryKind
    revision: str = ""
    place: str = ""
    licence: str = ""


def wants_of(assembly: Assembly, target: str) -> list[Want]:
    """List what is in use, sorted by name and revision, each once."""
    graph = assembly.graph
    found: dict[tuple[str, bool, str], Want] = {}
    for part, revision, place in _used(assembly):
        for want in _want(part, revision, place, assembly, target):
            key = (want.name, want.kind is EntryKind.DATASET, want.revision)
            known = found.get(key)
            if known is None or (known.kind is EntryKind.TOKENIZER and want.kind is not EntryKind.TOKENIZER):
                licence = want.licence or short(graph.text(part, Trait.LICENSE))
                found[key] = msgspec.structs.replace(want, licence=licence)
    return sorted(found.values())


def _used(assembly: Assembly) -> Iterator[tuple[Part, str, str]]:
    graph = assembly.graph
    for edge in graph.edges:
        is_base = edge.relation is Relation.DERIVED_FROM and edge.manner == "adapter"
        if edge.relation in _USED_BY or (is_base and edge.part.key.startswith(ROOT)):
            yield edge.target, edge.revision, edge.evidence[0].path if edge.evidence else ""
    for part in graph.of_kind(Kind.MODEL, Kind.ADAPTER, Kind.DATASET):
        if part.key.startswith(ROOT):
            yield part, "", ""


def _want(part: Part, revision: str, place: str, assembly: Assembly, target: str) -> Iterator[Want]:
    kind = _LOCKED.get(part.kind)
    if kind is None:
        return
    if part.key.startswith(ROOT):
        for name, pinned_to in _local_names(part, assembly, target):
            is_cached = name.startswith(HUB)
            asked = revision or pinned_to if is_cached else ""
            yield Want(name=name, kind=kind, revision=asked, place=place)
        return
    world, _, name = part.key.partition(":")
    if world == HUB:
        yield Want(name=part.key, kind=kind, revision=revision, place=place)
    elif world in (OLLAMA, URL):
        yield Want(name=part.key, kind=kind, place=place)
    elif world in (PATH, "name"):
        yield Want(name=f"{PATH}:{name.rstrip('/')}", kind=kind, place=place)


def _local_names(part: Part, assembly: Assembly, target: str) -> Iterator[tuple[str, str]]:
    """Name a model of the target: its path, or its name on the hub where it lies in a cache of one."""
    path = part.key.removeprefix(ROOT).removeprefix("/")
    origin = origin_of(path + "/")
    if origin is not None and origin.world == HUB:
        if origin.kind in ("model", "dataset"):
            yield f"{HUB}:{origin.name}", origin.revision
        return
    if path:
        yield f"{PATH}:{_on_disk(path, target)}", ""
        return
    graph = assembly.graph
    if graph.subject == part and not any(e.part.kind is Kind.SYSTEM for e in graph.edges):
        yield f"{PATH}:.", ""
        return
    weights = [record for record in assembly.homes.files_of(part) if is_weight_file(record)]
    for record in weights:  # models that lie among the code of a system: each file is its own
        yield f"{PATH}:{record.path[0]}", ""


def _on_disk(path: str, target: str) -> str:
    """Cut a path at the container that it goes through: the file that is on disk is what is pinned."""
    at = path
    while at and not os.path.exists(os.path.join(target, *at.split("/"))):
        at = at.rpartition("/")[0]
    return at or path


def short(text: str) -> str:
    """Bound a licence; a text with what does not show is none."""
    return legible(text)[:_MOST_LICENCE].strip() if text.isprintable() else ""
