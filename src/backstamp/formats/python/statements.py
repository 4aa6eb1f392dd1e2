"""Walks statements: what each binds, and what computing it does."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from backstamp.formats.python.effects import MAIN
from backstamp.formats.python.expressions import element, elements, evaluate, operate
from backstamp.formats.python.lookup import attribute, member_name
from backstamp.formats.python.values import (
    Class,
    Const,
    Function,
    Instance,
    Items,
    Pairs,
    Ref,
    Scope,
    Value,
    unknown,
)

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine


def _expression(m: "Machine", node: ast.Expr | ast.Return, scope: Scope) -> None:
    value = evaluate(m, node.value, scope) if node.value is not None else Const(None)
    if isinstance(node, ast.Return):
        m.give(value)


def _assign(m: "Machine", node: ast.Assign, scope: Scope) -> None:
    value = evaluate(m, node.value, scope)
    for target in node.targets:
        m.bind(target, value, scope)


def _annotated(m: "Machine", node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        m.bind(node.target, evaluate(m, node.value, scope), scope)


def _augmented(m: "Machine", node: ast.AugAssign, scope: Scope) -> None:
    old = evaluate(m, node.target, scope)
    m.bind(node.target, operate(m, node.op, old, evaluate(m, node.value, scope)), scope)


def _import(m: "Machine", node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        m.bind(ast.Name(alias.asname or name), Ref(name), scope)


def _import_from(m: "Machine", node: ast.ImportFrom, scope: Scope) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            if not node.level and len(m.stars) < 16:
                m.stars.append(module)
        else:
            name = f"{module}.{alias.name}" if module.strip(".") else f"{module}{alias.name}"
            m.bind(ast.Name(alias.asname or alias.name), Ref(name), scope)


def _define(
    m: "Machine", node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, owner: Class | None = None
) -> Value:
    function = m.function_of(node, node.name, scope, owner)
    value: Value = function
    for decorator in reversed(node.decorator_list):
        if isinstance(decorator, ast.Name) and decorator.id in {"property", "staticmethod", "classmethod"}:
            function.form = decorator.id
            continue
        wrapper = evaluate(m, decorator, scope)
        made = m.call(wrapper, [value], {}, decorator, scope)
        value = made if isinstance(made, Function | Class | Instance) else value
    if owner is None:
        m.bind(ast.Name(node.name), value, scope)
    return value


def _class(m: "Machine", node: ast.ClassDef, scope: Scope) -> None:
    bases = tuple(evaluate(m, b, scope) for b in node.bases)
    keywords = {k.arg or "**": evaluate(m, k.value, scope) for k in node.keywords}
    cls = Class(node.name, bases)
    cls.order = tuple(
        s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    )
    m.bind(ast.Name(node.name), cls, scope)
    inner = Scope(scope)
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            m.spend()
            function = _define(m, statement, scope, cls)
            inner.names[statement.name] = cls.fields[statement.name] = function
        else:
            m.body([statement], inner)
    for name, value in inner.names.items():
        cls.fields.setdefault(name, value)
    for base in bases:
        hook = base.find("__init_subclass__") if isinstance(base, Class) else None
        if isinstance(hook, Function):
            m.invoke(hook.bound_to(cls), [], keywords)
    meta = keywords.get("metaclass")
    if isinstance(meta, Class | Function):
        m.call(meta, [Const(node.name), Items(list(bases)), Pairs({})], {}, node, scope)
    for decorator in reversed(node.decorator_list):
        m.call(evaluate(m, decorator, scope), [cls], {}, decorator, scope)


def _if(m: "Machine", node: ast.If, scope: Scope) -> None:
    # elif chains are walked in a loop: they nest in the tree.
    step: ast.If = node
    while True:
        guard = _guard_of(step.test)
        evaluate(m, step.test, scope)
        if guard == "main":
            when, m.when = m.when, min(m.when, MAIN)
            m.branch(step.body, scope)
            m.when = when
        elif guard != "never":
            m.branch(step.body, scope)
        if len(step.orelse) == 1 and isinstance(step.orelse[0], ast.If):
            step = step.orelse[0]
            m.spend()
            continue
        m.branch(step.orelse, scope)
        return


def _guard_of(test: ast.expr) -> str:
    match test:
        case ast.Compare(
            left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
        ):
            return "main"
        case ast.Compare(
            left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]
        ):
            return "main"
        case ast.Constant(value=False | 0) | ast.Name(id="TYPE_CHECKING"):
            return "never"
        case ast.Attribute(attr="TYPE_CHECKING", value=ast.Name(id="typing")):
            return "never"
    return ""


def _for(m: "Machine", node: ast.For | ast.AsyncFor, scope: Scope) -> None:
    source = evaluate(m, node.iter, scope)
    rows = elements(source)
    if rows is not None and len(rows) <= m.looped_left and _is_plain_loop(node):
        m.looped_left -= len(rows) * len(node.body)
        for row in rows:
            m.bind(node.target, row, scope)
            m.body(node.body, scope)
    else:
        held = element(source)
        if m.watcher is not None and isinstance(source, Ref):
            held = Ref(member_name(source.name, None), source.taint)
        _loop(m, node.body, scope, node.target, held)
    m.branch(node.orelse, scope)


def _is_plain_loop(node: ast.For | ast.AsyncFor) -> bool:
    return len(node.body) <= 6 and all(
        isinstance(s, ast.Assign | ast.AugAssign | ast.Expr) for s in node.body
    )


def _loop(m: "Machine", body: list[ast.stmt], scope: Scope, target: ast.expr | None, value: Value) -> None:
    m.conditional += 1
    m.loops += 1
    for _ in range(2 if m.loops == 1 and len(body) <= 12 and m.steps < m.most_steps else 1):
        if target is not None:
            m.bind(target, value, scope)
        m.body(body, scope)
    m.loops -= 1
    m.conditional -= 1


def _while(m: "Machine", node: ast.While, scope: Scope) -> None:
    evaluate(m, node.test, scope)
    _loop(m, node.body, scope, None, Const(None))
    m.branch(node.orelse, scope)


def _with(m: "Machine", node: ast.With | ast.AsyncWith, scope: Scope) -> None:
    for held in node.items:
        value = evaluate(m, held.context_expr, scope)
        if isinstance(value, Instance):
            enter = attribute(m, value, "__enter__")
            value = m.call(enter, [], {}, node, scope) if isinstance(enter, Function) else value
        if held.optional_vars is not None:
            m.bind(held.optional_vars, value, scope)
    m.body(node.body, scope)


def _try(m: "Machine", node: ast.Try, scope: Scope) -> None:
    m.body(node.body, scope)
    for handler in node.handlers:
        if handler.name:
            scope.names[handler.name] = unknown()
        m.branch(handler.body, scope)
    m.branch(node.orelse, scope)
    m.body(node.finalbody, scope)


def _match(m: "Machine", node: ast.Match, scope: Scope) -> None:
    subject = evaluate(m, node.subject, scope)
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None)
            if isinstance(name, str):
                scope.names[name] = element(subject) if isinstance(subject, Items) else subject
        if case.guard is not None:
            evaluate(m, case.guard, scope)
        m.branch(case.body, scope)


def _shared(_: "Machine", node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    for name in node.names:
        home: Scope | None = scope.module if isinstance(node, ast.Global) else scope.outer
        while isinstance(node, ast.Nonlocal) and home is not None and name not in home.names and home.outer:
            home = home.outer
        if home is not None and home is not scope:
            scope.shared[name] = home


def _checked(m: "Machine", node: ast.Assert | ast.Raise | ast.Delete, scope: Scope) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(m, child, scope)


STATEMENTS: dict[type[ast.stmt], Callable[..., object]] = {
    ast.Expr: _expression,
    ast.Return: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Global: _shared,
    ast.Nonlocal: _shared,
    ast.Assert: _checked,
    ast.Raise: _checked,
    ast.Delete: _checked,
}
