"""Build the table of callables from sources, without importing them. See ``docs/knowledge.md``."""

import argparse
import glob
import hashlib
import os
import re

import msgspec

from tools.knowledge import sources
from tools.knowledge.decisions import BITS, Decisions, parsed
from tools.knowledge.encode import Entry, Profile, encoded
from tools.knowledge.graph import DATA, PASSED_ON, UNKNOWN, Graph
from tools.knowledge.renames import PUBLIC, prefixes, python2_aliases
from tools.knowledge.sections import RISKY, entries
from tools.knowledge.summary import Definition, Module
from tools.knowledge.words import CONTAINER, DESTROY, SETSTATE

HERE = os.path.dirname(os.path.abspath(__file__))


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


def standard_library(pythons: list[str], typeshed: str, python2: str) -> tuple[dict[str, Module], set[str]]:
    """Summarise the standard library of several interpreters, newest first, with the stubs last."""
    found: dict[str, Module] = {}
    names: set[str] = set()
    for python in pythons:
        library = glob.glob(os.path.join(os.path.dirname(os.path.dirname(python)), "lib", "python3.*"))[0]
        files = (s for s in sources.folder(library) if not _left_out(s.path))
        found = sources.join(found, sources.modules_of(files, skip_tests=False))
        found = sources.join(found, sources.compiled_standard(python))
        names |= {
            sources.module_of(s.path)[0] for s in sources.folder(library) if "site-packages" not in s.path
        }
    if typeshed:
        files = (s for s in sources.folder(typeshed) if not s.path.startswith("_typeshed"))
        found = sources.join(found, sources.modules_of(files, skip_tests=False))
    if python2:
        old = (
            s for s in sources.folder(python2) if "/test/" not in s.path and not s.path.startswith(OLD_TREES)
        )
        gone = {k[:-1] for k in python2_aliases() if k.endswith(":")}
        fresh = {
            n: m
            for n, m in sources.modules_of(old, skip_tests=False).items()
            if n not in found | dict.fromkeys(gone)
        }
        for module in fresh.values():
            for definition in module.definitions.values():
                definition.stub = definition.stub or not definition.calls
        found.update(fresh)
        names |= {
            sources.module_of(s.path)[0] for s in sources.folder(python2) if "site-packages" not in s.path
        }
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
    parts = (
        "site-packages",
        "lib2to3/tests",
        "idlelib/idle_test",
        "distutils/tests",
        "ensurepip/_bundled",
        "config-",
    )
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
            read = PackageFile(
                read.name, [*before.versions, *read.versions], sources.join(before.modules, read.modules)
            )
        by_name[read.name] = read
    return [by_name[n] for n in sorted(by_name)]


def _age(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version))


class PackageFile(msgspec.Struct):
    """The summary of one distribution as kept between runs."""

    name: str
    versions: list[str]
    modules: dict[str, Module]


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


EXTENSION_TOPS = (
    "pip",
    "setuptools",
    "pkg_resources",
    "wheel",
    "_distutils_hack",
    "test",
    "idlelib",
    "lib2to3",
)


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
    theirs = {name for package in packages for name in package.modules}
    for name in sorted(modules):
        section = entries(graph, modules[name], standard=name not in theirs)
        if section:
            sections[name] = section
    _wild(sections, decisions, modules, standard)
    tops: dict[str, list[str]] = {}
    for package in packages:
        for name in package.modules:
            tops.setdefault(name.partition(".")[0], [f"{package.name} {', '.join(package.versions)}"])
    words = {n for n in names if n.partition(".")[0] not in tops} | {f"{t}.*" for t in EXTENSION_TOPS}
    data = encoded(sections, as_of=as_of, packages=tops, standard=words, prefixes=prefixes())
    return data, counted(sections, standard)


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
            here.definitions.setdefault(name, Definition(kind=decision.kind[0], stub=True))


def _wild(
    sections: dict[str, list[Entry]],
    decisions: Decisions,
    modules: dict[str, Module],
    standard: dict[str, Module],
) -> None:
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
            if name == "*" and not harmless:
                sections.setdefault(module, []).append(Entry("*", profile))
                _drop_told(sections, module[:-2], decision.effects)
            if module[:-2] in modules or not harmless:
                module = module[:-2]
            else:
                continue
        if module.endswith("*"):
            continue
        source = modules.get(module)
        listed = source is not None and (not source.native or module in standard)
        if harmless and listed and name == "*":
            continue  # a name that the source lacks may be anything in another version
        section = sections.setdefault(module, [])
        if any(e.name == name for e in section):
            continue
        section.append(Entry(name, profile))
    for section in sections.values():
        patterns = sorted(e.name for e in section if e.name.endswith("*"))
        if patterns:
            section.append(Entry("*patterns", target=" ".join(patterns)))


def _drop_told(sections: dict[str, list[Entry]], tree: str, effects: int) -> None:
    """Leave out methods for which the word on the whole tree says the same."""
    for module, section in sections.items():
        if (module == tree or module.startswith(tree + ".")) and not module.endswith("*"):
            section[:] = [e for e in section if not _says_the_same(e, effects)]


def _says_the_same(entry: Entry, effects: int) -> bool:
    profile = entry.profile
    return (
        profile is not None and "." in entry.name and (profile.kind, profile.effects) == ("function", effects)
    )


def explain(standard: dict[str, Module], packages: list[PackageFile], keys: list[str]) -> None:
    """Print how callables come by their effects."""
    graph = graph_of(standard, packages, read_decisions())
    for key in keys:
        found = graph.lookup(key.partition(":")[0], key.partition(":")[2])
        start = found.key if found else key
        names = (
            [start, *graph.methods(start, CONTAINER + SETSTATE + DESTROY)]
            if found and found.kind == "d"
            else [start]
        )
        for name in names:
            for effect, bit in BITS.items():
                if graph.of(name) & bit:
                    print(f"{name} {effect}: {' <- '.join(_chain(graph, name, bit))}")


def _chain(graph: Graph, key: str, bit: int) -> list[str]:
    steps: list[str] = []
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
