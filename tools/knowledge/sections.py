"""The judged names of one module, as they are written into the table."""

from collections.abc import Iterable

from tools.knowledge.decisions import BITS
from tools.knowledge.encode import Entry, Profile
from tools.knowledge.graph import DATA, PASSED_ON, PURE, UNKNOWN, Found, Graph
from tools.knowledge.renames import PUBLIC
from tools.knowledge.summary import Module
from tools.knowledge.words import CONTAINER, DESTROY, NEW, SETSTATE

RISKY = PASSED_ON & ~BITS["invoke"]


def entries(graph: Graph, module: Module, *, standard: bool) -> list[Entry]:
    """Judge all names of one module."""
    found: dict[str, Entry] = {}
    for name in module.values if standard or module.package else VALUES & module.values.keys():
        made = graph.class_of(Found("v", module.name, name))
        bases = (shown(graph, made.module, made.name),) if made else ()
        decided = graph.decisions.exact.get(f"{module.name}:{name}")
        called = [graph.of(k) for k in graph.methods(made.key, ("__call__",))] if made else []
        if decided:
            profile = Profile("function", decided.effects, schema=decided.schema, basis="decided")
        else:
            profile = Profile("value", called[0] if called else 0)
        found[name] = Entry(name, profile, bases)
    for name in module.names:
        entry = _alias(graph, module, name)
        if entry and (standard or _near(module, entry.target) or _worth(graph, entry)):
            found[name] = entry
    for star in module.stars:
        for name in _public_names(graph, star, set()):
            target = graph.lookup(star, name)
            if not target or name in found or name in module.definitions:
                continue
            place = shown(graph, target.module, target.name)
            if place != f"{module.name}:{name}":
                entry = Entry(name, target=place)
                if standard or _near(module, place) or _worth(graph, entry):
                    found[name] = entry
            elif target.kind == "d":
                found[name] = _entry(graph, graph.modules[target.module], target.name, name)
    for name, definition in module.definitions.items():
        real = graph.lookup(module.name, name)
        if real and name in found and definition.stub and real.module != module.name:
            continue
        place = shown(graph, module.name, name)
        if place != f"{module.name}:{name}":
            found[name] = Entry(name, target=place)
            continue
        if not standard and "." in name and definition.kind == "f":
            bits = graph.of(f"{module.name}:{name}")
            if not bits & RISKY:
                continue
            if name.rpartition(".")[2] in FACET_METHODS:
                continue
        found[name] = _entry(graph, module, name)
    return list(found.values())


def _near(module: Module, target: str) -> bool:
    """Say whether a package shows a name of its own modules, as packages do for their users."""
    return module.package and target.partition(":")[0].partition(".")[0] == module.name.partition(".")[0]


def _worth(graph: Graph, entry: Entry) -> bool:
    """Say whether a name that an ordinary third-party module imports is worth keeping.

    No pickler writes it, but an attacker may, to reach a sink by another name.
    """
    module, _, name = entry.target.partition(":")
    if not name:
        return bool(module)
    found = graph.lookup(module, name)
    effects = graph.of(found.key) if found else graph.of(entry.target)
    return bool(effects & RISKY)


VALUES: frozenset[str] = frozenset()
FACET_METHODS = frozenset({"__init__", "__new__", "__setstate__", "__del__", "__post_init__"})


def _public_names(graph: Graph, module: str, seen: set[str]) -> Iterable[str]:
    if module in seen or module not in graph.modules:
        return []
    seen.add(module)
    here = graph.modules[module]
    names = {*here.definitions, *here.names, *here.values}
    for star in here.stars:
        names.update(_public_names(graph, star, seen))
    return sorted(n for n in names if "." not in n and not n.startswith("__"))


def shown(graph: Graph, module: str, name: str) -> str:
    """Give the name by which people know something."""
    public = PUBLIC.get(module)
    if public and name and public in graph.modules:
        top = name.partition(".")[0]
        found = graph.lookup(public, top)
        if found and found.kind == "d" and found.name == top and found.module in {module, public}:
            return f"{public}:{name}"
    return f"{module}:{name}"


def _alias(graph: Graph, module: Module, name: str) -> Entry | None:
    found = graph.lookup(module.name, name)
    if found is None:
        return Entry(name, Profile(kind="value", effects=0))
    place = shown(graph, found.module, found.name)
    if place == f"{module.name}:{name}":
        if found.kind == "d":
            return _entry(graph, graph.modules[found.module], found.name, name)
        return None
    return Entry(name, target=place)


def _entry(graph: Graph, module: Module, name: str, shown_as: str = "") -> Entry:
    key = f"{module.name}:{name}"
    definition = module.definitions[name]
    decided = graph.decision(key)
    overriding = decided is not None and (decided.how == "=" or definition.stub)
    basis = "decided" if overriding else "derived"
    bits = graph.of(key)
    if decided and decided.how == "+" and not definition.stub:
        bits |= decided.effects & (PASSED_ON if bits & PASSED_ON else ~0)
    if not bits:
        bits = _plain(definition.kind, stub=definition.stub and not overriding)
    schema = decided.schema if decided else ""
    if definition.kind != "c":
        return Entry(shown_as or name, Profile("function", bits, schema=schema, basis=basis))
    facets = {}
    for facet, names in (
        ("new", NEW),
        ("setstate", SETSTATE),
        ("container", CONTAINER),
        ("destroy", DESTROY),
    ):
        said = getattr(decided, facet) if decided else -1
        if said >= 0:
            facets[facet] = said
        elif definition.stub and overriding and facet == "new":
            facets[facet] = bits & PASSED_ON
        else:
            facets[facet] = graph.facet(key, names)
    lineage, whole = graph.lineage(key)
    if not whole and not overriding:
        bits |= UNKNOWN
        facets["new"] |= UNKNOWN
        facets["setstate"] |= UNKNOWN
    bases = tuple(_bases(graph, module, definition.bases)) if len(lineage) > 1 else ()
    profile = Profile("class", bits, schema=schema, basis=basis, **facets)
    return Entry(shown_as or name, profile, bases)


def _bases(graph: Graph, module: Module, bases: list[str]) -> Iterable[str]:
    for base in bases:
        found = graph.from_scope(module.name, base)
        if found and found.kind == "d" and found.key != "builtins:object":
            yield shown(graph, found.module, found.name)


def _plain(kind: str, *, stub: bool) -> int:
    if stub:
        return UNKNOWN
    return DATA if kind == "c" else PURE
