"""Reads what older Python projects ask for: setup.cfg, and the constants in the call of setup() in setup.py.

setup.py is parsed, never run: lists and texts that stand there, or in names that are assigned once, are read.
"""

import ast
from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.reading import Statement, Unread
from backstamp.formats.plaintext import decoded
from backstamp.software.readers.pins import pinned_text


class SetuptoolsReader:
    """States the packages that setup.cfg and setup.py ask for."""

    name = "setuptools"
    version = 1
    kinds = frozenset({"text", "python"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield a fact a dependency."""
        match blob.name.lower():
            case "setup.cfg":
                yield from _configuration(decoded(blob, MIB), blob, budget)
            case "setup.py":
                yield from _script(decoded(blob, MIB), blob, budget)


def _configuration(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    section = key = ""
    for line, row in enumerate(text.splitlines(), 1):
        budget.spend_operations()
        bare = row.strip()
        if not bare or bare[0] in "#;":
            continue
        if bare.startswith("[") and bare.endswith("]"):
            section, key = bare[1:-1].strip(), ""
            continue
        if not row[0].isspace():
            key, _, bare = (part.strip() for part in row.partition("="))
        group = _group(section, key)
        if group is None:
            continue
        for each in bare.split(";;") if section != "options" else [bare]:
            fact = pinned_text(each.partition(" #")[0], blob.at_line(line), "setup-cfg", group=group)
            if fact is not None:
                yield fact


def _group(section: str, key: str) -> str | None:
    if section == "options":
        return {"install_requires": "", "setup_requires": "build", "tests_require": "test"}.get(key)
    return f"extra:{key}" if section == "options.extras_require" else None


def _script(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    from backstamp.formats.python.syntax import tree_of

    tree = tree_of(text)
    values: dict[str, ast.expr] = {}
    for count, node in enumerate(ast.walk(tree)):
        if not count & 255:
            budget.spend_operations(256)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = node.value
    computed = False
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not _is_setup(node.func):
            continue
        for keyword in node.keywords:
            group = {"install_requires": "", "setup_requires": "build", "tests_require": "test"}.get(
                keyword.arg or ""
            )
            if group is not None:
                found = list(_texts(keyword.value, values, 0))
                computed = computed or not found
                yield from _facts(found, blob, group)
            elif keyword.arg == "extras_require":
                yield from _extras(keyword.value, values, blob)
    if computed:
        yield Unread("setup-py: dependencies that are computed when it runs")


def _is_setup(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "setup"
    return isinstance(function, ast.Name) and function.id == "setup"


def _extras(value: ast.expr, values: dict[str, ast.expr], blob: Blob) -> Iterator[Statement]:
    value = values.get(value.id, value) if isinstance(value, ast.Name) else value
    if isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _facts(list(_texts(each, values, 0)), blob, f"extra:{key.value}")


def _facts(found: list[tuple[str, int]], blob: Blob, group: str) -> Iterator[Statement]:
    for text, line in found:
        fact = pinned_text(text, blob.at_line(line), "setup-py", group=group)
        if fact is not None:
            yield fact


def _texts(value: ast.expr, values: dict[str, ast.expr], depth: int) -> Iterator[tuple[str, int]]:
    """Yield the texts of a list, of a sum of lists, or of a name that holds one, with their lines."""
    if depth > 20:
        return
    match value:
        case ast.Constant(value=str(text)):
            for offset, row in enumerate(text.splitlines()):
                if row.strip():
                    yield row.strip(), value.lineno + offset
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            for each in elements:
                yield from _texts(each.value if isinstance(each, ast.Starred) else each, values, depth + 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _texts(left, values, depth + 1)
            yield from _texts(right, values, depth + 1)
        case ast.Name(id=name) if name in values:
            yield from _texts(values[name], values, depth + 1)


READER = SetuptoolsReader()
