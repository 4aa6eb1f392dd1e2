"""Evaluates expressions to what is known of their values; calls are handed to ``calls``."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from backstamp.formats.python import folding
from backstamp.formats.python.lookup import attribute, item
from backstamp.formats.python.values import (
    DECODED,
    Choice,
    Const,
    Items,
    Pairs,
    Ref,
    Scalar,
    Scope,
    Value,
    described,
    either,
    options,
    tainted,
    unknown,
)

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine

_MOST_LOOPED = 20_000
_MOST_JOINED = 16
MOST_DEEP = 250  # three frames of ours each


def evaluate(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    """Say what is known of an expression's value, and note what computing it does."""
    m.steps += 1
    if not m.steps & 0xFF or m.depth > MOST_DEEP:
        m.spend(0)
    kind = type(node)
    if kind is ast.Name:
        return m.lookup(node.id, scope)  # type: ignore[attr-defined]
    handler = _HANDLERS.get(kind)
    if handler is None:
        return unknown()
    m.depth += 1
    try:
        return handler(m, node, scope)
    finally:
        m.depth -= 1


def _constant(_: "Machine", node: ast.Constant, __: Scope) -> Value:
    value = node.value
    return Const(value) if value is not ... else unknown()


def _attribute(m: "Machine", node: ast.Attribute, scope: Scope) -> Value:
    return attribute(m, evaluate(m, node.value, scope), node.attr)


def _subscript(m: "Machine", node: ast.Subscript, scope: Scope) -> Value:
    base = evaluate(m, node.value, scope)
    if isinstance(node.slice, ast.Slice):
        return _sliced(m, base, node.slice, scope)
    return item(m, base, evaluate(m, node.slice, scope), scope)


def _sliced(m: "Machine", base: Value, node: ast.Slice, scope: Scope) -> Value:
    parts = [
        evaluate(m, p, scope) if p is not None else Const(None) for p in (node.lower, node.upper, node.step)
    ]
    found = [p.value for p in parts if isinstance(p, Const) and (p.value is None or isinstance(p.value, int))]
    if len(found) == 3 and found[2] != 0:
        run = slice(*found)
        if isinstance(base, Const) and isinstance(base.value, str | bytes):
            return m.fold(Const(base.value[run], base.taint, base.steps + (found[2] == -1)))
        if isinstance(base, Items):
            return Items(base.items[run], base.taint)
    return Ref(base.name, base.taint, base.hidden) if isinstance(base, Ref) else unknown(base.taint)


def _call(m: "Machine", node: ast.Call, scope: Scope) -> Value:
    func = node.func
    receiver: Value | None = None
    if isinstance(func, ast.Attribute):
        receiver = evaluate(m, func.value, scope)
    callee = attribute(m, receiver, func.attr) if receiver is not None else evaluate(m, func, scope)  # type: ignore[attr-defined]
    arguments: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            inner = evaluate(m, argument.value, scope)
            arguments += inner.items if isinstance(inner, Items) else [inner]
        else:
            arguments.append(evaluate(m, argument, scope))
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(m, keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Pairs):
            keywords.update({k: v for k, v in value.pairs.items() if isinstance(k, str)})
        else:
            keywords["**"] = value
    if isinstance(receiver, Items | Pairs | Const):
        found = m.call_method(receiver, func.attr, arguments, keywords, node)  # type: ignore[attr-defined]
        if found is not None:
            return found
    return m.call(callee, arguments, keywords, node, scope)


def _binary(m: "Machine", node: ast.BinOp, scope: Scope) -> Value:
    # The left spine of a long chain is walked in a loop: "a" + "b" + ... of any length.
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    m.spend(len(chain))
    value = evaluate(m, left, scope)
    for step in reversed(chain):
        value = operate(m, step.op, value, evaluate(m, step.right, scope))
    return value


def operate(m: "Machine", op: ast.operator, left: Value, right: Value) -> Value:
    """Apply a binary operator to what is known."""
    name = type(op).__name__
    if isinstance(left, Choice) or isinstance(right, Choice):
        out: Value | None = None
        for one in options(left)[:4]:
            for other in options(right)[:4]:
                out = either(out, operate(m, op, one, other))
        return out or unknown(left.taint | right.taint)
    taint = left.taint | right.taint
    if name == "Div" and isinstance(left, Const) and isinstance(left.value, str) and isinstance(right, Const):
        return Const(f"{left.value}/{right.value!s}"[:4000], taint, left.steps)
    found = folding.operated(name, left, right) if m.folded_left > 0 else None
    if found is not None:
        return m.fold(found)
    if name in {"Add", "Mod", "Div"}:
        text = _half_known(name, left, right)
        return Ref("?", taint, (), text[:4000])
    if name == "BitXor":
        taint |= DECODED
    return unknown(taint)


def _half_known(name: str, left: Value, right: Value) -> str:
    if name == "Add":
        if isinstance(left, Items) and isinstance(right, Items | Ref):
            return described(left, 2000) + " " + described(right, 2000)
        if any(isinstance(v, Const) or (isinstance(v, Ref) and v.text) for v in (left, right)):
            return described(left, 2000) + described(right, 2000)
        return ""
    if name == "Div":
        return described(left, 2000) + "/" + described(right, 2000)
    return described(left, 2000) if isinstance(left, Const) and isinstance(left.value, str) else ""


def _joined(m: "Machine", node: ast.JoinedStr, scope: Scope) -> Value:
    parts = [evaluate(m, p, scope) for p in node.values]
    if m.watcher is not None and any(isinstance(p, Choice) for p in parts):
        return _joined_each(parts)
    found = folding.joined_text(parts) if m.folded_left > 0 else None
    if found is not None:
        return m.fold(found)
    taint = 0
    for part in parts:
        taint |= part.taint
    return Ref("?", taint, (), "".join(described(p, 1000) for p in parts)[:4000])


def _joined_each(parts: list[Value]) -> Value:
    """Put an f-string together once for each of the values that one of its parts may have."""
    texts: list[Value] = []
    chosen = next(p for p in parts if isinstance(p, Choice))
    for option in chosen.values[:_MOST_JOINED]:
        row = [option if p is chosen else options(p)[0] for p in parts]
        texts.append(folding.joined_text(row) or Ref("?", 0, (), "".join(described(p, 1000) for p in row)))
    return Choice(tuple(texts))


def _formatted(m: "Machine", node: ast.FormattedValue, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    if node.format_spec is not None:
        evaluate(m, node.format_spec, scope)
        return value if isinstance(value, Const) and isinstance(value.value, str) else unknown(value.taint)
    return value


def _display(m: "Machine", node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
    items: list[Value] = []
    taint = 0
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = evaluate(m, element.value, scope)
            items += inner.items if isinstance(inner, Items) else [inner]
        else:
            items.append(evaluate(m, element, scope))
        taint |= items[-1].taint if items else 0
    return Items(items, taint)


def _dict(m: "Machine", node: ast.Dict, scope: Scope) -> Value:
    pairs: dict[Scalar, Value] = {}
    taint = 0
    for key, value in zip(node.keys, node.values, strict=True):
        known = evaluate(m, key, scope) if key is not None else None
        found = evaluate(m, value, scope)
        taint |= found.taint | (known.taint if known else 0)
        if isinstance(known, Const):
            pairs[known.value] = found
        elif known is None and isinstance(found, Pairs):
            pairs.update(found.pairs)
    return Pairs(pairs, taint)


def _conditional(m: "Machine", node: ast.IfExp, scope: Scope) -> Value:
    evaluate(m, node.test, scope)
    return either(evaluate(m, node.body, scope), evaluate(m, node.orelse, scope))


def _boolean(m: "Machine", node: ast.BoolOp, scope: Scope) -> Value:
    out: Value | None = None
    for value in node.values:
        out = either(out, evaluate(m, value, scope))
    return out or unknown()


def _compare(m: "Machine", node: ast.Compare, scope: Scope) -> Value:
    evaluate(m, node.left, scope)
    for other in node.comparators:
        evaluate(m, other, scope)
    return unknown()


def _unary(m: "Machine", node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(m, node.operand, scope)
    if isinstance(value, Const) and isinstance(value.value, int | float):
        if isinstance(node.op, ast.USub):
            return Const(-value.value, value.taint, value.steps)
        if isinstance(node.op, ast.Invert) and isinstance(value.value, int):
            return Const(~value.value, value.taint, value.steps + 1)
    return unknown() if isinstance(node.op, ast.Not) else unknown(value.taint)


def _lambda(m: "Machine", node: ast.Lambda, scope: Scope) -> Value:
    return m.function_of(node, "lambda", scope)


def _walrus(m: "Machine", node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    m.bind(node.target, value, scope)
    return value


def _await(m: "Machine", node: ast.Await | ast.YieldFrom, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    if isinstance(node, ast.YieldFrom):
        m.give(value)
    return value


def _yield(m: "Machine", node: ast.Yield, scope: Scope) -> Value:
    if node.value is not None:
        m.give(evaluate(m, node.value, scope))
    return unknown()


def _starred(m: "Machine", node: ast.Starred, scope: Scope) -> Value:
    return evaluate(m, node.value, scope)


def _comprehension(m: "Machine", node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
    inner = Scope(scope)
    first = node.generators[0]
    source = evaluate(m, first.iter, scope)
    if len(node.generators) == 1 and not first.ifs:
        rows = elements(source)
        if rows is not None and len(rows) <= min(_MOST_LOOPED, m.looped_left):
            m.looped_left -= len(rows)
            out: list[Value] = []
            for row in rows:
                m.bind(first.target, row, inner)
                out.append(evaluate(m, node.elt, inner))
            taint = source.taint
            for value in out:
                taint |= value.taint
            return Items(out, taint)
    _enter(m, node.generators, source, inner)
    value = evaluate(m, node.elt, inner)
    if isinstance(value, Ref) and "__subclasses__" in value.name:
        return value  # one class picked out of all that there are
    return unknown(value.taint | source.taint)


def _dict_comprehension(m: "Machine", node: ast.DictComp, scope: Scope) -> Value:
    inner = Scope(scope)
    source = evaluate(m, node.generators[0].iter, scope)
    _enter(m, node.generators, source, inner)
    key, value = evaluate(m, node.key, inner), evaluate(m, node.value, inner)
    return unknown(source.taint | key.taint | value.taint)


def _enter(m: "Machine", generators: list[ast.comprehension], first: Value, inner: Scope) -> None:
    for at, generator in enumerate(generators):
        source = first if at == 0 else evaluate(m, generator.iter, inner)
        m.bind(generator.target, element(source), inner)
        for test in generator.ifs:
            evaluate(m, test, inner)


def elements(source: Value) -> list[Value] | None:
    """List the items that iterating gives, if all are known."""
    if isinstance(source, Items):
        return source.items
    if isinstance(source, Const) and isinstance(source.value, str | bytes):
        return [Const(v, source.taint, source.steps) for v in source.value[: _MOST_LOOPED + 1]]
    if isinstance(source, Pairs) and source.pairs:
        return [Const(k, source.taint) for k in source.pairs]
    return None


def element(source: Value) -> Value:
    """Say what is known of any one item that iterating gives."""
    if isinstance(source, Items) and source.items:
        out = Choice(tuple(source.items[:32])) if len(source.items) > 1 else source.items[0]
        return tainted(out, source.taint)
    if isinstance(source, Ref):
        text = source.text if source.name.startswith(("glob.", "os.listdir", "os.walk")) else ""
        return Ref(source.name, source.taint, source.hidden, text)
    return unknown(source.taint)


_HANDLERS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.List: _display,
    ast.Tuple: _display,
    ast.Set: _display,
    ast.Dict: _dict,
    ast.IfExp: _conditional,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.YieldFrom: _await,
    ast.Yield: _yield,
    ast.Starred: _starred,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
}
