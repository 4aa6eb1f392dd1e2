"""Asks a BOM about lineage: what something was made of, what was made of it, what was trained on it.

Edges are those of the drawing: ``pedigree`` with its relations, training data of model cards, and workflows.
"""

from collections.abc import Callable

import msgspec

from backstamp.bom.drawing.network import Link, Network, Node, network_of
from backstamp.core.errors import NotFound
from backstamp.core.finding import shown
from backstamp.core.tree import Tree

_TRAINED = frozenset({"trained on", "used"})
_OTHER = frozenset({"", "trained on", "used", "made by"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A part that was reached, how far away, and by which edge (``word``) from which part (``via``)."""

    node: Node
    distance: int
    word: str
    via: str


def named(network: Network, name: str) -> Node:
    """Find a part by its reference, its name, or its name with its version.

    Raises ``NotFound`` with the nearest names if there is none.
    """
    wanted = name.casefold()
    for node in network.nodes:
        spellings = (node.ref, node.name, node.name.rpartition("/")[2], f"{node.name}@{node.version}")
        if wanted in {spelling.casefold() for spelling in spellings}:
            return node
    from difflib import get_close_matches

    near = get_close_matches(name, [node.name for node in network.nodes], n=3, cutoff=0.4)
    hint = f"Did you mean {', '.join(shown(each, 80) for each in near)}?" if near else ""
    raise NotFound(f'the BOM has no part named "{shown(name, 120)}"', hint=hint)


def ancestors(document: Tree, name: str) -> tuple[Step, ...]:
    """Everything that a model or dataset was made out of, the nearest first."""
    network = network_of(document, whole=True)
    lineage = [link for link in network.links if link.word not in _OTHER]
    return _reached(network, named(network, name), _by(lineage, lambda link: (link.source, link.target)))


def descendants(document: Tree, name: str) -> tuple[Step, ...]:
    """Everything that was made out of a model or dataset, the nearest first."""
    network = network_of(document, whole=True)
    lineage = [link for link in network.links if link.word not in _OTHER]
    return _reached(network, named(network, name), _by(lineage, lambda link: (link.target, link.source)))


def trained_on(document: Tree, name: str) -> tuple[Step, ...]:
    """The models that were trained on data, or on data made out of it, with all that was made out of them.

    A run that used the data leads to the models that it made.
    """
    network = network_of(document, whole=True)
    kinds = {node.ref: node.kind for node in network.nodes}
    back = [
        link
        for link in network.links
        if link.word not in _OTHER or link.word in _TRAINED or link.word == "made by"
    ]
    steps = _reached(network, named(network, name), _by(back, lambda link: (link.target, link.source)))
    return tuple(step for step in steps if kinds[step.node.ref] in ("model", "adapter"))


def _by(links: list[Link], ends: Callable[[Link], tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for link in links:
        start, end = ends(link)
        found.setdefault(start, []).append((end, link.word))
    return found


def _reached(network: Network, start: Node, edges: dict[str, list[tuple[str, str]]]) -> tuple[Step, ...]:
    nodes = {node.ref: node for node in network.nodes}
    seen = {start.ref}
    found: list[Step] = []
    front = [start.ref]
    distance = 0
    while front:
        distance += 1
        further = []
        for at in front:
            for end, word in edges.get(at, ()):
                if end not in seen:
                    seen.add(end)
                    further.append(end)
                    step = Step(node=nodes[end], distance=distance, word=word, via=nodes[at].name)
                    found.append(step)
        front = further
    return tuple(found)
