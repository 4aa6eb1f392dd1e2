"""The nodes and edges of a CycloneDX document, as a drawing shows them."""

from collections.abc import Iterator

import msgspec

from backstamp.core.tree import Tree, text_at, texts_at, tree_at, trees_at

_MOST_LIBRARIES = 12


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A part: its reference, kind (``model dataset library service ...``), name and version."""

    ref: str
    kind: str
    name: str
    version: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An edge between two nodes; ``word`` says what it means."""

    source: str
    target: str
    word: str


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; the first node is the subject."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def neighbours(self) -> dict[str, list[str]]:
        """The targets of each node, in order."""
        found: dict[str, list[str]] = {node.ref: [] for node in self.nodes}
        for link in self.links:
            found[link.source].append(link.target)
        return found


def network_of(document: Tree, *, whole: bool = False) -> Network:
    """Take a document apart, without its files; many libraries become one node, unless ``whole`` is asked."""
    nodes: dict[str, Node] = {}
    links: dict[tuple[str, str], str] = {}
    for part, ancestors in _parts(document):
        node = _node(part)
        if node is None:
            continue
        nodes.setdefault(node.ref, node)
        for ancestor, word in ancestors:
            target = (
                _property(ancestor, "backstamp:ref")
                or text_at(ancestor, "bom-ref")
                or f"ancestor:{_name(ancestor)}"
            )
            nodes.setdefault(
                target,
                Node(ref=target, kind=_kind(ancestor), name=_name(ancestor), version=_version(ancestor)),
            )
            links[node.ref, target] = word
        for data in trees_at(part, "modelCard", "modelParameters", "datasets"):
            if ref := text_at(data, "ref"):
                links[node.ref, ref] = "trained on"
    for service in trees_at(document, "services"):
        ref = text_at(service, "bom-ref") or f"service:{text_at(service, 'name')}"
        nodes[ref] = Node(ref=ref, kind="service", name=_name(service), version=_version(service))
    _runs(document, nodes, links)
    for each in trees_at(document, "dependencies"):
        for target in texts_at(each, "dependsOn"):
            links.setdefault((text_at(each, "ref"), target), "")
    known = {pair: word for pair, word in links.items() if pair[0] in nodes and pair[1] in nodes}
    if not whole:
        nodes, known = _folded(nodes, known)
    return Network(
        nodes=tuple(nodes.values()),
        links=tuple(Link(source=a, target=b, word=word) for (a, b), word in known.items() if a != b),
    )


def _parts(document: Tree) -> Iterator[tuple[Tree, list[tuple[Tree, str]]]]:
    stack = [*trees_at(document, "components")][::-1]
    if subject := tree_at(document, "metadata", "component"):
        stack.append(subject)
    while stack:
        part = stack.pop()
        ancestors = [*trees_at(part, "pedigree", "ancestors")]
        words = [_property(each, "backstamp:relation") or "derived from" for each in ancestors]
        yield part, [*zip(ancestors, words, strict=True)]
        stack += [*trees_at(part, "components")][::-1]
        stack += ancestors[::-1]


def _node(part: Tree) -> Node | None:
    ref = text_at(part, "bom-ref")
    if not ref or part.get("type") == "file":
        return None
    return Node(ref=ref, kind=_kind(part), name=_name(part), version=_version(part))


def _kind(part: Tree) -> str:
    if kind := _property(part, "backstamp:kind"):
        return kind
    kind = text_at(part, "type")
    if kind == "data":
        return "dataset" if any(text_at(d, "type") == "dataset" for d in trees_at(part, "data")) else "data"
    return {"machine-learning-model": "model", "application": "system", "framework": "library"}.get(
        kind, kind
    )


def _name(part: Tree) -> str:
    group, name = text_at(part, "group"), text_at(part, "name")
    return f"{group}/{name}" if group else name or "?"


def _version(part: Tree) -> str:
    version = text_at(part, "version")
    if version.startswith("sha256:"):
        return version[:19]
    return version[:12] if len(version) == 40 else version[:24]


def _property(part: Tree, name: str) -> str:
    return next((text_at(p, "value") for p in trees_at(part, "properties") if text_at(p, "name") == name), "")


def _runs(document: Tree, nodes: dict[str, Node], links: dict[tuple[str, str], str]) -> None:
    for formula in trees_at(document, "formulation"):
        for workflow in trees_at(formula, "workflows"):
            ref = text_at(workflow, "bom-ref")
            nodes[ref] = Node(ref=ref, kind="run", name=text_at(workflow, "name") or ref.rpartition("/")[2])
            for each in trees_at(workflow, "outputs"):
                if target := text_at(each, "resource", "ref"):
                    links[target, ref] = "made by"
            for each in trees_at(workflow, "inputs"):
                if target := text_at(each, "resource", "ref"):
                    links[ref, target] = "used"


def _folded(
    nodes: dict[str, Node], links: dict[tuple[str, str], str]
) -> tuple[dict[str, Node], dict[tuple[str, str], str]]:
    """Make one node of many libraries."""
    libraries = [node.ref for node in nodes.values() if node.kind == "library"]
    if len(libraries) <= _MOST_LIBRARIES:
        return nodes, links
    one = Node(ref="libraries", kind="library", name=f"{len(libraries)} libraries")
    fold = dict.fromkeys(libraries, one.ref)
    kept = {ref: node for ref, node in nodes.items() if ref not in fold}
    kept[one.ref] = one
    return kept, {(fold.get(a, a), fold.get(b, b)): word for (a, b), word in links.items()}
