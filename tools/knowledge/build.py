"""Build the table of callables from sources, without importing them. See ``docs/knowledge.md``."""

import argparse
import ast
import glob
import hashlib
import os
import re
from collections.abc import Iterable

import msgspec

from tools.knowledge import sources
from tools.knowledge.decisions import BITS, Decisions, parsed
from tools.knowledge.encode import Entry, Profile, encoded
from tools.knowledge.graph import CONTAINER, DATA, DESTROY, NEW, PASSED_ON, PURE, SETSTATE, UNKNOWN, Found, Graph
from tools.knowledge.summary import Module

HERE = os.path.dirname(os.path.abspath(__file__))
RISKY = PASSED_ON & ~BITS["invoke"]

# A compiled module and the one in whose name people know its contents.
PUBLIC = {
    "_pickle": "pickle",
    "_io": "io",
    "_functools": "functools",
    "_operator": "operator",
    "_collections": "collections",
    "_datetime": "datetime",
    "_pydatetime": "datetime",
    "_struct": "struct",
    "_random": "random",
    "_decimal": "decimal",
    "_pydecimal": "decimal",
    "_csv": "csv",
    "_heapq": "heapq",
    "_bisect": "bisect",
    "_sqlite3": "sqlite3",
    "_signal": "signal",
    "_weakref": "weakref",
    "_ctypes": "ctypes",
    "_json": "json",
    "_ast": "ast",
    "_abc": "abc",
    "_string": "string",
    "_bz2": "bz2",
    "_lzma": "lzma",
    "_queue": "queue",
    "_statistics": "statistics",
    "_locale": "locale",
    "_symtable": "symtable",
    "pathlib._local": "pathlib",
    "posix": "os",
    "nt": "os",
}

# Modules of old, with the name that they bear today.
RENAMED = {
    "numpy.core": "numpy._core",
    "numpy.testing.utils": "numpy.testing._private.utils",
    "numpy.testing.nosetester": "numpy.testing._private.nosetester",
    "numpy.lib.npyio": "numpy.lib._npyio_impl",
    "numpy.lib.function_base": "numpy.lib._function_base_impl",
    "numpy.lib.polynomial": "numpy.lib._polynomial_impl",
    "sklearn.externals.joblib": "joblib",
    "pandas.indexes": "pandas.core.indexes",
    "pandas.tslib": "pandas._libs.tslib",
    "pandas.lib": "pandas._libs.lib",
    "sklearn.tree.tree": "sklearn.tree._classes",
    "sklearn.ensemble.forest": "sklearn.ensemble._forest",
    "sklearn.ensemble.gradient_boosting": "sklearn.ensemble._gb",
    "sklearn.ensemble.bagging": "sklearn.ensemble._bagging",
    "sklearn.ensemble.weight_boosting": "sklearn.ensemble._weight_boosting",
    "sklearn.ensemble.voting_classifier": "sklearn.ensemble._voting",
    "sklearn.ensemble.iforest": "sklearn.ensemble._iforest",
    "sklearn.linear_model.logistic": "sklearn.linear_model._logistic",
    "sklearn.linear_model.base": "sklearn.linear_model._base",
    "sklearn.linear_model.stochastic_gradient": "sklearn.linear_model._stochastic_gradient",
    "sklearn.linear_model.sgd_fast": "sklearn.linear_model._sgd_fast",
    "sklearn.linear_model.ridge": "sklearn.linear_model._ridge",
    "sklearn.linear_model.coordinate_descent": "sklearn.linear_model._coordinate_descent",
    "sklearn.linear_model.passive_aggressive": "sklearn.linear_model._passive_aggressive",
    "sklearn.linear_model.perceptron": "sklearn.linear_model._perceptron",
    "sklearn.linear_model.bayes": "sklearn.linear_model._bayes",
    "sklearn.linear_model.huber": "sklearn.linear_model._huber",
    "sklearn.linear_model.least_angle": "sklearn.linear_model._least_angle",
    "sklearn.linear_model.ransac": "sklearn.linear_model._ransac",
    "sklearn.neighbors.classification": "sklearn.neighbors._classification",
    "sklearn.neighbors.regression": "sklearn.neighbors._regression",
    "sklearn.neighbors.unsupervised": "sklearn.neighbors._unsupervised",
    "sklearn.neighbors.nearest_centroid": "sklearn.neighbors._nearest_centroid",
    "sklearn.neighbors.lof": "sklearn.neighbors._lof",
    "sklearn.neighbors.kde": "sklearn.neighbors._kde",
    "sklearn.neighbors.kd_tree": "sklearn.neighbors._kd_tree",
    "sklearn.neighbors.ball_tree": "sklearn.neighbors._ball_tree",
    "sklearn.neighbors.dist_metrics": "sklearn.metrics._dist_metrics",
    "sklearn.neighbors._dist_metrics": "sklearn.metrics._dist_metrics",
    "sklearn.svm.classes": "sklearn.svm._classes",
    "sklearn.preprocessing.data": "sklearn.preprocessing._data",
    "sklearn.preprocessing.label": "sklearn.preprocessing._label",
    "sklearn.preprocessing._encoders": "sklearn.preprocessing._encoders",
    "sklearn.preprocessing.imputation": "sklearn.impute._base",
    "sklearn.feature_selection.univariate_selection": "sklearn.feature_selection._univariate_selection",
    "sklearn.feature_selection.from_model": "sklearn.feature_selection._from_model",
    "sklearn.feature_selection.rfe": "sklearn.feature_selection._rfe",
    "sklearn.feature_selection.variance_threshold": "sklearn.feature_selection._variance_threshold",
    "sklearn.feature_extraction.dict_vectorizer": "sklearn.feature_extraction._dict_vectorizer",
    "sklearn.feature_extraction.hashing": "sklearn.feature_extraction._hash",
    "sklearn.decomposition.pca": "sklearn.decomposition._pca",
    "sklearn.decomposition.truncated_svd": "sklearn.decomposition._truncated_svd",
    "sklearn.decomposition.nmf": "sklearn.decomposition._nmf",
    "sklearn.decomposition.online_lda": "sklearn.decomposition._lda",
    "sklearn.decomposition.incremental_pca": "sklearn.decomposition._incremental_pca",
    "sklearn.decomposition.factor_analysis": "sklearn.decomposition._factor_analysis",
    "sklearn.decomposition.fastica_": "sklearn.decomposition._fastica",
    "sklearn.decomposition.kernel_pca": "sklearn.decomposition._kernel_pca",
    "sklearn.cluster.k_means_": "sklearn.cluster._kmeans",
    "sklearn.cluster.dbscan_": "sklearn.cluster._dbscan",
    "sklearn.cluster.hierarchical": "sklearn.cluster._agglomerative",
    "sklearn.cluster.birch": "sklearn.cluster._birch",
    "sklearn.cluster.mean_shift_": "sklearn.cluster._mean_shift",
    "sklearn.cluster.spectral": "sklearn.cluster._spectral",
    "sklearn.cluster.affinity_propagation_": "sklearn.cluster._affinity_propagation",
    "sklearn.mixture.gaussian_mixture": "sklearn.mixture._gaussian_mixture",
    "sklearn.mixture.base": "sklearn.mixture._base",
    "sklearn.mixture.bayesian_mixture": "sklearn.mixture._bayesian_mixture",
    "sklearn.neural_network.multilayer_perceptron": "sklearn.neural_network._multilayer_perceptron",
    "sklearn.neural_network.rbm": "sklearn.neural_network._rbm",
    "sklearn.manifold.t_sne": "sklearn.manifold._t_sne",
    "sklearn.gaussian_process.gpr": "sklearn.gaussian_process._gpr",
    "sklearn.gaussian_process.gpc": "sklearn.gaussian_process._gpc",
    "sklearn.impute._base": "sklearn.impute._base",
    "sklearn.metrics.scorer": "sklearn.metrics._scorer",
    "sklearn.covariance.empirical_covariance_": "sklearn.covariance._empirical_covariance",
    "sklearn.semi_supervised.label_propagation": "sklearn.semi_supervised._label_propagation",
    "sklearn.utils.deprecation": "sklearn.utils.deprecation",
    "scipy.sparse.csr": "scipy.sparse._csr",
    "scipy.sparse.csc": "scipy.sparse._csc",
    "scipy.sparse.coo": "scipy.sparse._coo",
    "scipy.sparse.lil": "scipy.sparse._lil",
    "scipy.sparse.dok": "scipy.sparse._dok",
    "scipy.sparse.dia": "scipy.sparse._dia",
    "scipy.sparse.bsr": "scipy.sparse._bsr",
    "scipy.sparse.base": "scipy.sparse._base",
    "scipy.spatial.ckdtree": "scipy.spatial._ckdtree",
    "scipy.spatial.kdtree": "scipy.spatial._kdtree",
    "scipy.interpolate.interpolate": "scipy.interpolate._interpolate",
    "scipy.interpolate.fitpack2": "scipy.interpolate._fitpack2",
    "scipy.interpolate.rbf": "scipy.interpolate._rbf",
    "scipy.stats.stats": "scipy.stats._stats_py",
    "scipy.stats.kde": "scipy.stats._kde",
}
RENAMED = {k: v for k, v in RENAMED.items() if k != v}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pythons", nargs="*", default=[], help="interpreters, newest first")
    parser.add_argument("--python2", default="", help="lib/python2.7 of a Python 2")
    parser.add_argument("--typeshed", default="", help="folder of the stubs of the standard library")
    parser.add_argument("--summaries", default="", help="folder of package summaries, see fetch.py")
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--why", nargs="*", default=[], help="explain the effects of module:name instead")
    parser.add_argument("-o", "--output", default="src/backstamp/knowledge/data/callables.bin")
    options = parser.parse_args()
    standard, std_modules = standard_library(options.pythons, options.typeshed, options.python2)
    packages = packages_of(options.summaries)
    if options.why:
        explain(standard, packages, options.why)
        return
    data, report = table(standard, std_modules, packages, read_decisions(), options.as_of)
    os.makedirs(os.path.dirname(options.output), exist_ok=True)
    with open(options.output, "wb") as file:
        file.write(data)
    print(report)
    print(f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


def read_decisions() -> Decisions:
    """Read the hand-written judgements."""
    lines = []
    for path in sorted(glob.glob(os.path.join(HERE, "decisions", "*.txt"))):
        with open(path, encoding="utf-8") as file:
            lines.extend(parsed(file.read()))
    return Decisions(lines)


def standard_library(
    pythons: list[str], typeshed: str, python2: str
) -> tuple[dict[str, Module], set[str]]:
    """Summarise the standard library of several interpreters, newest first, with the stubs last."""
    found: dict[str, Module] = {}
    names: set[str] = set()
    for python in pythons:
        library = glob.glob(os.path.join(os.path.dirname(os.path.dirname(python)), "lib", "python3.*"))[0]
        files = (s for s in sources.folder(library) if not _left_out(s.path))
        found = sources.join(found, sources.modules_of(files, skip_tests=False))
        found = sources.join(found, sources.compiled_standard(python))
        names |= {sources.module_of(s.path)[0] for s in sources.folder(library) if "site-packages" not in s.path}
    if typeshed:
        files = (s for s in sources.folder(typeshed) if not s.path.startswith("_typeshed"))
        found = sources.join(found, sources.modules_of(files, skip_tests=False))
    if python2:
        old = (s for s in sources.folder(python2) if "/test/" not in s.path and not s.path.startswith(OLD_TREES))
        gone = {k[:-1] for k in python2_aliases() if k.endswith(":")}
        fresh = {n: m for n, m in sources.modules_of(old, skip_tests=False).items() if n not in found | dict.fromkeys(gone)}
        for module in fresh.values():
            for definition in module.definitions.values():
                definition.stub = definition.stub or not definition.calls
        found.update(fresh)
        names |= {sources.module_of(s.path)[0] for s in sources.folder(python2) if "site-packages" not in s.path}
    names |= {*found, *(k.partition(":")[0] for k in python2_aliases())}
    for name in NOT_STANDARD:
        found.pop(name, None)
        names.discard(name)
    return found, {n for n in names if n and not n.startswith(("test.", "idlelib.", "lib2to3."))}


OLD_TREES = ("site-packages", "test", "lib2to3", "idlelib", "lib-tk", "plat-", "distutils", "bsddb/test")


NOT_STANDARD = ("typing_extensions", "__main__", "_ctypes_test", "_typeshed")


def _left_out(path: str) -> bool:
    if path.startswith("test/"):
        return not path.startswith(("test/support", "test/__init__"))
    parts = ("site-packages", "lib2to3/tests", "idlelib/idle_test", "distutils/tests", "ensurepip/_bundled", "config-")
    return path.startswith(parts) or "/tests/" in path or "__pycache__" in path


def packages_of(folder: str) -> list["PackageFile"]:
    """Read the summaries that ``fetch.py`` left."""
    by_name: dict[str, PackageFile] = {}
    read_all = []
    for path in glob.glob(os.path.join(folder, "*.json")) if folder else ():
        with open(path, "rb") as file:
            read_all.append(msgspec.json.decode(file.read(), type=PackageFile))
    for read in sorted(read_all, key=lambda r: (r.name, _age(r.versions[0]), r.versions[0]), reverse=True):
        before = by_name.get(read.name)
        if before:
            read = PackageFile(read.name, [*before.versions, *read.versions], sources.join(before.modules, read.modules))
        by_name[read.name] = read
    return [by_name[n] for n in sorted(by_name)]


def _age(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version))


class PackageFile(msgspec.Struct):
    """The summary of one distribution as kept between runs."""

    name: str
    versions: list[str]
    modules: dict[str, Module]


def python2_aliases() -> dict[str, str]:
    """Read the names of Python 2 from the pickle module's own table, as ``module:name`` or ``module:``."""
    import _compat_pickle

    found = {f"{m}:": f"{n}:" for m, n in _compat_pickle.IMPORT_MAPPING.items()}
    for (module, name), (new, other) in _compat_pickle.NAME_MAPPING.items():
        found[f"{module}:{name}"] = f"{new}:{other}"
    for name in _compat_pickle.PYTHON2_EXCEPTIONS:
        found[f"exceptions:{name}"] = f"builtins:{name}"
    return found


def graph_of(standard: dict[str, Module], packages: list[PackageFile], decisions: Decisions) -> Graph:
    """Join all modules and close the call graph."""
    modules = {n: m for n, m in standard.items() if n != "os.path"}
    for package in packages:
        for name, module in package.modules.items():
            modules.setdefault(name, module)
    _aliases(modules, decisions)
    graph = Graph(modules, decisions, PUBLIC)
    graph.close()
    return graph


EXTENSION_TOPS = ("pip", "setuptools", "pkg_resources", "wheel", "_distutils_hack", "test", "idlelib", "lib2to3")


def table(
    standard: dict[str, Module],
    names: set[str],
    packages: list[PackageFile],
    decisions: Decisions,
    as_of: str,
) -> tuple[bytes, str]:
    """Judge everything and write the table; the second value is a report in words."""
    graph = graph_of(standard, packages, decisions)
    modules = graph.modules
    sections: dict[str, list[Entry]] = {}
    for name in sorted(modules):
        section = entries(graph, modules[name], standard=name in standard)
        if section:
            sections[name] = section
    _wild(sections, decisions, modules)
    tops: dict[str, list[str]] = {}
    for package in packages:
        for name in package.modules:
            tops.setdefault(name.partition(".")[0], [f"{package.name} {', '.join(package.versions)}"])
    words = {n for n in names if n.partition(".")[0] not in tops} | {f"{t}.*" for t in EXTENSION_TOPS}
    data = encoded(sections, as_of=as_of, packages=tops, standard=words, prefixes=_prefixes())
    return data, counted(sections, standard)


def _prefixes() -> dict[str, str]:
    old = {k[:-1]: v[:-1] for k, v in python2_aliases().items() if k.endswith(":")}
    return {**old, "exceptions": "builtins", "os.path": "posixpath", **RENAMED}


def _aliases(modules: dict[str, Module], decisions: Decisions) -> None:
    """Put in the names that no source shows: those of Python 2, and those that decisions add."""
    for key, target in python2_aliases().items():
        module, _, name = key.partition(":")
        if name:
            here = modules.setdefault(module, Module(name=module))
            here.names[name] = target
            here.definitions.pop(name, None)
    for pattern, decision in sorted(decisions.exact.items()):
        module, _, name = pattern.partition(":")
        if decision.alias:
            modules.setdefault(module, Module(name=module)).names[name] = decision.alias
        elif decision.kind:
            here = modules.setdefault(module, Module(name=module))
            from tools.knowledge.summary import Definition

            here.definitions.setdefault(name, Definition(kind=decision.kind[0], stub=True))


def _wild(sections: dict[str, list[Entry]], decisions: Decisions, modules: dict[str, Module]) -> None:
    """Turn judgements on whole modules and packages into entries for names that no source shows."""
    every = [d for lines in decisions.wild.values() for _, d in lines]
    for decision in sorted(every, key=lambda d: d.pattern):
        module, _, name = decision.pattern.partition(":")
        if not name.endswith("*") or "." in name or module == "*" or "*" in name[:-1]:
            continue
        harmless = not decision.effects & (RISKY | BITS["invoke"])
        kind = decision.kind or ("class" if decision.effects & DATA else "function")
        profile = Profile(
            kind=kind,
            effects=decision.effects,
            new=max(decision.new, 0) if decision.new >= 0 else decision.effects & PASSED_ON,
            setstate=max(decision.setstate, 0),
            container=max(decision.container, 0),
            destroy=max(decision.destroy, 0),
            schema=decision.schema,
            basis="decided",
        )
        if module.endswith(".*"):
            if name == "*" and (not harmless or decision.kind == "any"):
                sections.setdefault(module, []).append(Entry("*", profile))
            if module[:-2] in modules or not harmless:
                module = module[:-2]
            else:
                continue
        if module.endswith("*"):
            continue
        source = modules.get(module)
        if harmless and source is not None and not source.native and name == "*":
            continue  # a name that the source lacks may be anything in another version
        section = sections.setdefault(module, [])
        if any(e.name == name for e in section):
            continue
        section.append(Entry(name, profile))
    for section in sections.values():
        patterns = sorted(e.name for e in section if e.name.endswith("*"))
        if patterns:
            section.append(Entry("*patterns", target=" ".join(patterns)))


def entries(graph: Graph, module: Module, *, standard: bool) -> list[Entry]:
    """Judge all names of one module."""
    found: dict[str, Entry] = {}
    for name in module.values:
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
        if entry:
            found[name] = entry
    for star in module.stars:
        for name in _public_names(graph, star, set()):
            target = graph.lookup(star, name)
            if target and name not in found and name not in module.definitions:
                found[name] = Entry(name, target=shown(graph, target.module, target.name))
    for name, definition in module.definitions.items():
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
    for facet, names in (("new", NEW), ("setstate", SETSTATE), ("container", CONTAINER), ("destroy", DESTROY)):
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


def explain(standard: dict[str, Module], packages: list[PackageFile], keys: list[str]) -> None:
    """Print how callables come by their effects."""
    graph = graph_of(standard, packages, read_decisions())
    for key in keys:
        found = graph.lookup(*key.split(":", 1))
        start = found.key if found else key
        names = [start, *graph.methods(start, CONTAINER + SETSTATE + DESTROY)] if found and found.kind == "d" else [start]
        for name in names:
            for effect, bit in BITS.items():
                if graph.of(name) & bit:
                    print(f"{name} {effect}: {' <- '.join(_chain(graph, name, bit))}")


def _chain(graph: Graph, key: str, bit: int) -> list[str]:
    steps = []
    while (key, bit) in graph.why and len(steps) < 20:
        key = graph.why[key, bit]
        steps.append(key)
    return steps


def counted(sections: dict[str, list[Entry]], standard: dict[str, Module]) -> str:
    """Count names and unknowns, a line for each top-level package."""
    totals: dict[str, list[int]] = {}
    for module, section in sections.items():
        top = "standard library" if module in standard or module.endswith("*") else module.partition(".")[0]
        line = totals.setdefault(top, [0, 0, 0, 0])
        for entry in section:
            if entry.profile is None:
                line[3] += 1
            elif entry.profile.kind in {"function", "class"}:
                line[0] += 1
                line[1] += bool(entry.profile.effects & UNKNOWN)
                line[2] += bool(entry.profile.effects & RISKY)
    rows = [f"{'package':24} {'callables':>9} {'unknown':>8} {'risky':>8} {'aliases':>8}"]
    for top in sorted(totals):
        names, unknown, risky, aliases = totals[top]
        rows.append(f"{top:24} {names:9} {unknown:8} {risky:8} {aliases:8}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
