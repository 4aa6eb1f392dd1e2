"""Takes TorchScript code apart: the operators that it calls, and what no TorchScript has.

TorchScript is written in a subset of Python's syntax (``torch/csrc/jit/serialization/python_print.cpp``);
its calls are
operators (``torch.add``, ``ops.quantized.linear``), not Python functions.
"""

import ast
from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.python.syntax import tree_of

_FOREIGN = frozenset(
    "exec eval compile open __import__ os sys subprocess socket builtins globals locals vars setattr "
    "delattr pickle "
    "importlib shutil ctypes requests urllib input breakpoint marshal base64 __builtins__".split()
)
_MOST_DOTS = 12


class Script(msgspec.Struct, frozen=True):
    """What TorchScript code calls: ``(name, line, count)`` each; ``foreign`` holds what cannot be there."""

    operators: tuple[tuple[str, int, int], ...]
    foreign: tuple[tuple[str, int], ...]


def script_of(text: str, budget: Budget) -> Script:
    """Take code apart. Raises ``ReadError`` if it does not parse."""
    tree = tree_of(text)
    bound = _bound_in(tree, budget)
    operators: dict[str, list[int]] = {}
    foreign: dict[str, int] = {}
    for node in ast.walk(tree):
        budget.spend_operations()
        for name in _foreign_in(node, bound):
            foreign.setdefault(name, getattr(node, "lineno", 1))
        if isinstance(node, ast.Call) and (name := _dotted(node.func)):
            operators.setdefault(name, [node.lineno, 0])[1] += 1
    return Script(
        tuple((name, line, count) for name, (line, count) in sorted(operators.items())),
        tuple(sorted(foreign.items())),
    )


def _bound_in(tree: ast.Module, budget: Budget) -> frozenset[str]:
    # Parameters are often called "input"; a name that the code itself binds is not the builtin.
    bound = set()
    for node in ast.walk(tree):
        budget.spend_operations()
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return frozenset(bound)


def _foreign_in(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (f"import {alias.name}" for alias in node.names)
        case ast.ImportFrom():
            # The preamble of torch.package code imports its own modules; TorchScript itself
            # imports from __torch__ only.
            if not (node.module or "").startswith("__torch__"):
                yield f"import {node.module or '.'}"
        case ast.Name(id=name, ctx=ast.Load()) if name in _FOREIGN and name not in bound:
            yield name
        case ast.Attribute(attr=attr) if attr.startswith("__") and attr in {
            "__subclasses__",
            "__globals__",
            "__builtins__",
            "__import__",
        }:
            yield attr
        case ast.Lambda() | ast.AsyncFunctionDef() | ast.Await() | ast.Yield():
            yield type(node).__name__.lower()


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _MOST_DOTS:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in {"torch", "ops"} and parts:
        return ".".join([node.id, *reversed(parts)])
    return ""
