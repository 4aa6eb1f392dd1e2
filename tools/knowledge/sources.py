"""Where the builder's text comes from: library folders, stub folders, wheels and source archives."""

import json
import os
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator

import msgspec

from tools.knowledge.summary import Definition, Module
from tools.knowledge.syntax import joined, summary_of

SKIPPED = re.compile(
    r"(^|/)(tests?|testing_data|__pycache__|site-packages|node_modules|examples?|benchmarks?)(/|$)"
)
OLD_NAMES = re.compile(rb"^(?:def|class)\s+([A-Za-z_]\w*)", re.MULTILINE)


class Source(msgspec.Struct, frozen=True):
    """One file: its path below the import root, and its bytes."""

    path: str
    data: bytes


def folder(root: str) -> Iterator[Source]:
    """Yield the Python files of a library folder, in order."""
    for place, folders, files in os.walk(root):
        folders.sort()
        relative = os.path.relpath(place, root).replace(os.sep, "/")
        for name in sorted(files):
            if name.endswith((".py", ".pyi")):
                path = name if relative == "." else f"{relative}/{name}"
                with open(os.path.join(place, name), "rb") as file:
                    yield Source(path, file.read())


def archive(path: str, *, native: bool = True) -> Iterator[Source]:
    """Yield the Python, stub and compiled files of a wheel or source archive, in order."""
    ends = (".py", ".pyi", ".so", ".pyd") if native else (".py", ".pyi")
    if path.endswith((".whl", ".zip")):
        with zipfile.ZipFile(path) as wheel:
            for entry in sorted(wheel.namelist()):
                if entry.endswith(ends) and ".data/" not in entry and ".libs/" not in entry:
                    yield Source(entry, wheel.read(entry))
        return
    with tarfile.open(path) as tar:
        members = {
            m.name.partition("/")[2]: m for m in tar.getmembers() if m.isfile() and m.name.endswith(ends)
        }
        for name in sorted(members):
            file = tar.extractfile(members[name])
            if file is not None:
                yield Source(name.removeprefix("src/").removeprefix("lib/"), file.read())


def module_of(path: str) -> tuple[str, bool]:
    """Give the module name of a file, and whether it is a package."""
    stem = (
        path.rsplit(".", 1)[0]
        if not path.endswith((".so", ".pyd"))
        else path.rpartition("/")[0] + "/" + (path.rpartition("/")[2].partition(".")[0])
    )
    stem = stem.lstrip("/")
    parts = stem.split("/")
    if parts[-1] == "__init__":
        return ".".join(parts[:-1]), True
    return ".".join(parts), False


def modules_of(sources: Iterator[Source], *, skip_tests: bool = True) -> dict[str, Module]:
    """Summarise all files; what is not today's Python gives its names only."""
    found: dict[str, Module] = {}
    for source in sources:
        name, package = module_of(source.path)
        if not name or not all(p.isidentifier() for p in name.split(".")):
            continue
        if skip_tests and SKIPPED.search(source.path):
            continue
        if source.path.endswith((".so", ".pyd")):
            module = compiled(source.data, name)
        else:
            text = source.data.decode("utf-8", "replace")
            stub = source.path.endswith(".pyi")
            module = summary_of(text, name, package=package, stub=stub) or old_module(
                source.data, name, package=package
            )
        found[name] = merged(found[name], module) if name in found else module
    return found


def old_module(data: bytes, name: str, *, package: bool) -> Module:
    """Names of a module in Python 2 syntax."""
    names = sorted({m.decode() for m in OLD_NAMES.findall(data)})
    return Module(
        name=name, package=package, definitions={n: Definition(kind=_kind(n), stub=True) for n in names}
    )


def compiled(data: bytes, name: str) -> Module:
    """Names of a compiled module: Cython leaves qualified names and unpicklers as text in it."""
    dotted = re.compile(
        rb"[\x00]" + re.escape(name).encode() + rb"\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)(?=\x00)"
    )
    found = {m.decode() for m in dotted.findall(data)}
    found |= {m.decode() for m in re.findall(rb"__pyx_unpickle_[A-Za-z_]\w*", data)}
    classes = {f.partition(".")[0] for f in found if "." in f} | {n for n in found if _kind(n) == "c"}
    classes |= {n.removeprefix("__pyx_unpickle_") for n in found if n.startswith("__pyx_unpickle_")}
    made = {
        n: Definition(kind="c" if n in classes and "." not in n else "f", stub=True)
        for n in sorted(found | classes)
    }
    return Module(name=name, native=True, definitions=made)


def _kind(name: str) -> str:
    return "c" if name.lstrip("_")[:1].isupper() else "f"


def merged(first: Module, second: Module) -> Module:
    """Join two versions of a module; where they differ the first one's bindings count."""
    definitions = dict(first.definitions)
    for name, found in second.definitions.items():
        if name not in definitions:
            definitions[name] = found
        elif not found.stub:
            definitions[name] = joined(definitions[name], found) if not definitions[name].stub else found
        elif definitions[name].kind != found.kind:
            definitions[name].kind = "c"
    return Module(
        name=first.name,
        package=first.package or second.package,
        names={**second.names, **first.names},
        stars=list(dict.fromkeys([*first.stars, *second.stars])),
        definitions=definitions,
        values={**second.values, **{k: v for k, v in first.values.items() if v or k not in second.values}},
        native=first.native or second.native,
    )


def join(first: dict[str, Module], second: dict[str, Module]) -> dict[str, Module]:
    """Join the modules of two versions of a distribution."""
    joined_up = dict(first)
    for name, module in second.items():
        joined_up[name] = merged(joined_up[name], module) if name in joined_up else module
    return joined_up


LISTING = """
import sys, json, importlib, pkgutil, os, types
names = set(sys.builtin_module_names)
for p in sys.path:
    if p.endswith('lib-dynload'):
        names |= {f.split('.')[0] for f in os.listdir(p) if f.endswith('.so')}
out = {}
for n in sorted(names):
    if n in ('_tkinter', '__main__') or n.startswith('_test') or n.startswith('xx'):
        continue
    try:
        m = importlib.import_module(n)
    except Exception:
        continue
    d = {}
    for k in sorted(dir(m)):
        if k in ('__loader__', '__spec__', '__builtins__'):
            continue
        v = getattr(m, k)
        if isinstance(v, type):
            d[k] = 'c'
            if v.__module__ in (n, 'builtins') or True:
                for a in sorted(vars(v)):
                    if callable(getattr(v, a, None)):
                        d[k + '.' + a] = 'f'
        elif isinstance(v, types.ModuleType):
            continue
        elif callable(v):
            d[k] = 'f'
        else:
            d[k] = 'v'
    out[n] = d
print(json.dumps(out))
"""


def compiled_standard(python: str) -> dict[str, Module]:
    """List the names of the compiled modules of an interpreter of the standard distribution, by asking it."""
    run = subprocess.run([python, "-S", "-E", "-c", LISTING], capture_output=True, check=True, text=True)
    listed: dict[str, dict[str, str]] = json.loads(run.stdout)
    found = {}
    for name, entries in listed.items():
        module = Module(name=name, native=True)
        for key, kind in entries.items():
            if kind == "v":
                module.values[key] = ""
            else:
                module.definitions[key] = Definition(kind=kind, stub=True)
        found[name] = module
    return found
