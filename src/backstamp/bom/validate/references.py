"""References of CycloneDX: each leads somewhere, to one place, of the right kind."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from backstamp.bom.document import is_link
from backstamp.bom.validate import checks
from backstamp.bom.validate.index import Index, value_at
from backstamp.bom.validate.problem import Problem
from backstamp.bom.validate.shape import Spot
from backstamp.core.finding import shown
from backstamp.core.tree import Tree, list_at, text_at

_PROCESSES = frozenset({"formula", "workflow", "task", "step"})
_AGAIN = "pedigree"
_MOST_CIRCLES = 50


def problems(index: Index) -> Iterator[Problem]:
    """Check everything that refers to something else."""
    yield from _duplicates(index)
    yield from _dangling(index)
    yield from _links(index)
    yield from _kinds(index)
    yield from _citations(index)
    yield from _dependencies(index)
    yield from _pedigrees(index)


def _duplicates(index: Index) -> Iterator[Problem]:
    for ref, spots in index.defined.items():
        for spot in spots[1:]:
            yield checks.DUPLICATE_REF.found(
                spot.pointer, f'the bom-ref "{shown(ref)}" is that of "{_above(spots[0])}" too'
            )


def _dangling(index: Index) -> Iterator[Problem]:
    for spot in index.references:
        ref = str(spot.value)
        if ref not in index.defined:
            yield checks.DANGLING_REF.found(spot.pointer, f'no element has the bom-ref "{shown(ref)}"')


def _links(index: Index) -> Iterator[Problem]:
    own = text_at(index.tree, "serialNumber").removeprefix("urn:uuid:")
    version = index.tree.get("version", 1)
    for spot in index.links:
        link = str(spot.value)
        found = _link().fullmatch(link)
        if found is None:
            yield checks.BOM_LINK.found(spot.pointer, f'"{shown(link)}" is not a BOM-Link')
        elif found[3] is None and spot.names.isdisjoint({"bomLink"}):
            yield checks.BOM_LINK.found(
                spot.pointer, f'"{shown(link)}" names a document, where an element of one is expected'
            )
        elif own and found[1] == own and found[2] == str(version) and found[3] is not None:
            yield from _own_link(index, spot, found[3])


def _own_link(index: Index, spot: Spot, ref: str) -> Iterator[Problem]:
    from urllib.parse import unquote

    if ref not in index.defined and unquote(ref) not in index.defined:
        yield checks.DANGLING_REF.found(
            spot.pointer, f'no element of this document has the bom-ref "{shown(ref)}"'
        )


def _kinds(index: Index) -> Iterator[Problem]:
    for spot in index.references:
        target = index.owner(str(spot.value))
        if target is None or not isinstance(target.value, dict):
            continue
        if spot.key == "process" and spot.owner and "citation" in spot.owner.names:
            if _PROCESSES.isdisjoint(target.names):
                yield checks.WRONG_TARGET.found(
                    spot.pointer, f'"{shown(str(spot.value))}" is no formula, workflow, task or step'
                )
        elif spot.key == "ref" and spot.owner and spot.owner.key == "datasets":
            is_data = "componentData" in target.names or target.value.get("type") == "data"
            if not is_data:
                yield checks.WRONG_TARGET.found(
                    spot.pointer, f'"{shown(str(spot.value))}" is no component of type data'
                )


def _citations(index: Index) -> Iterator[Problem]:
    for spot in index.named.get("citation", ()):
        for at, pointer in enumerate(list_at(spot.value, "pointers")):
            if isinstance(pointer, str) and not value_at(index.tree, pointer):
                where = f"{spot.pointer}/pointers/{at}"
                yield checks.CITATION.found(where, f'"{shown(pointer)}" points at nothing in this document')


def _dependencies(index: Index) -> Iterator[Problem]:
    after: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for spot, entry in index.objects("dependency"):
        if not spot.pointer.startswith("/dependencies/"):
            continue
        ref = text_at(entry, "ref")
        if ref in first:
            yield checks.DEPENDENCY_TWICE.found(
                spot.pointer, f'the dependencies of "{shown(ref)}" are at "{first[ref]}" too'
            )
        first.setdefault(ref, spot.pointer)
        after.setdefault(ref, []).extend(
            d for d in list_at(entry, "dependsOn") if isinstance(d, str) and not is_link(d)
        )
    for circle in islice(_circles(after), _MOST_CIRCLES):
        path = " -> ".join(
            shown(ref, 60) for ref in (*circle[:8], *(("...",) if len(circle) > 8 else ()), circle[0])
        )
        yield checks.CYCLE.found(first[circle[0]], f"{len(circle)} elements depend on each other: {path}")


def _circles(after: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield a shortest circle of each set of elements that reach each other."""
    for group in _groups(after):
        members = frozenset(group)
        start = min(group)
        before: dict[str, str] = {}
        edge = [start]
        while edge and start not in before:
            reached = [(ref, at) for at in edge for ref in after[at] if ref in members and ref not in before]
            before.update(reversed(reached))
            edge = list(dict.fromkeys(ref for ref, _ in reached))
        path = [start]
        while before[path[-1]] != start:
            path.append(before[path[-1]])
        yield [start, *reversed(path[1:])]


def _groups(after: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected elements that form circles (Tarjan 1972, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    held: dict[str, None] = {}
    for start, first in after.items():
        path = [] if start in number else [(start, iter(first))]
        while path:
            at, steps = path[-1]
            if at not in number:
                number[at] = low[at] = len(number)
                held[at] = None
            ref = next(steps, None)
            if ref is not None:
                if ref in held:
                    low[at] = min(low[at], number[ref])
                elif ref in after and ref not in number:
                    path.append((ref, iter(after[ref])))
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[at])
            if low[at] == number[at]:
                group: list[str] = []
                while not group or group[-1] != at:
                    group.append(held.popitem()[0])
                if len(group) > 1 or at in after[at]:
                    yield group


def _pedigrees(index: Index) -> Iterator[Problem]:
    for spot, component in index.objects("component"):
        identity = _identity(component)
        above, is_kin = spot.owner, False
        while above is not None:
            is_kin = is_kin or above.key == _AGAIN
            if (
                is_kin
                and "component" in above.names
                and isinstance(above.value, dict)
                and _identity(above.value) == identity
            ):
                yield checks.PEDIGREE_CYCLE.found(
                    spot.pointer,
                    f'"{shown(identity[1])}" stands in its own pedigree, which is that of "{above.pointer}"',
                )
                break
            above = above.owner


def _identity(component: Tree) -> tuple[str, str, str, str]:
    purl = text_at(component, "purl")
    if purl:
        return "purl", purl, "", ""
    return (
        text_at(component, "type"),
        text_at(component, "name"),
        text_at(component, "group"),
        text_at(component, "version"),
    )


def _above(spot: Spot) -> str:
    return spot.owner.pointer if spot.owner else ""


@cache
def _link() -> re.Pattern[str]:
    return re.compile(
        r"urn:cdx:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/([1-9][0-9]*)(?:#(.+))?", re.DOTALL
    )
