"""What a template uses: every name with its role, and the tricks that hide names or exhaust a renderer."""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.folding import UNKNOWN, Constant, Folded, every, folded, shown_of
from backstamp.formats.jinja.lexer import NAME, STRING, Token

HUGE = 100_000  # the sandbox of Jinja2 refuses longer ranges

# What renderers put into every template: objects, whose text and attributes lead to the interpreter.
GLOBALS = frozenset(
    {"range", "dict", "lipsum", "cycler", "joiner", "namespace", "self", "raise_exception", "strftime_now"}
)
# Modules and objects of web frameworks: what is used on them is told apart from the same name elsewhere.
MODULES = frozenset(
    {
        "requests", "os", "sys", "subprocess", "socket", "urllib", "shutil", "importlib", "builtins",
        "httpx", "ctypes",
        "pickle", "pathlib", "request", "session", "config", "app", "current_app",
    }
)  # fmt: skip
_LAZY = frozenset({"select", "reject", "map", "selectattr", "rejectattr", "batch", "slice", "groupby"})
_NAMING = frozenset(
    {"map", "selectattr", "rejectattr", "sort", "groupby", "sum", "unique", "min", "max", "attr"}
)


class Use(msgspec.Struct, frozen=True):
    """A name with the role it has, and what it is used on."""

    role: str
    name: str
    on: str
    line: int


class Trick(msgspec.Struct, frozen=True):
    """A construct that hides a name or exhausts a renderer."""

    kind: str
    seen: str
    line: int


def uses_of(body: tuple[n.Statement, ...], budget: Budget) -> Iterator[Use | Trick]:
    """Yield each distinct name by role, and each trick."""
    known: dict[str, Constant] = {}
    own = _own_names(body)
    seen: set[tuple[str, str]] = set()
    for node in every(body):
        budget.spend_operations()
        if isinstance(node, n.Set) and isinstance(node.target, n.Name):
            _learn(node, known)
        for use in _uses(node, own):
            root = use.on.partition(".")[0].partition("(")[0]
            key = (use.role, f"{root}.{use.name}" if root in MODULES else use.name)
            if key not in seen:
                seen.add(key)
                yield use
        yield from _tricks(node, known, own)


def _own_names(body: tuple[n.Statement, ...]) -> frozenset[str]:
    """Name what the template defines by itself: macros, variables, parameters, blocks."""
    out: set[str] = {"caller"}
    for node in every(body):
        if isinstance(node, n.Macro):
            out.update((node.name, *node.parameters))
        elif isinstance(node, n.Set | n.SetBlock | n.For):
            out.update(t.name for t in _targets(node.target))
        elif isinstance(node, n.Scope):
            out.update(t.name for pair in node.values for t in _targets(pair[0]))
            out.add(node.name)
        elif isinstance(node, n.Load):
            out.update(node.names)
    return frozenset(out)


def _targets(node: n.Expr) -> Iterator[n.Name]:
    if isinstance(node, n.Name):
        yield node
    elif isinstance(node, n.Sequence):
        for item in node.items:
            yield from _targets(item)


def _learn(node: n.Set, known: dict[str, Constant]) -> None:
    value = folded(node.value, known)
    if isinstance(node.target, n.Name):
        if isinstance(value, str | int):
            known[node.target.name] = value
        else:
            known.pop(node.target.name, None)


def _uses(node: n.Node, own: frozenset[str]) -> Iterator[Use]:
    match node:
        case n.Attribute():
            yield Use("attribute", node.name, shown_of(node.of), node.line)
        case n.Item(key=n.Const(value=str(name))):
            yield Use("item", name, shown_of(node.of), node.line)
        case n.Call():
            if isinstance(node.callee, n.Attribute):
                yield Use("method", node.callee.name, shown_of(node.callee.of), node.line)
            elif isinstance(node.callee, n.Name) and node.callee.name not in own:
                yield Use("function", node.callee.name, "", node.line)
            elif not isinstance(node.callee, n.Name):
                yield Use("function", f"{shown_of(node.callee)}", "", node.line)
            for name, _ in node.keywords:
                yield Use("keyword", name, shown_of(node.callee), node.line)
        case n.Filter():
            yield Use("filter", node.name, shown_of(node.of), node.line)
            if node.name in _NAMING:
                for value in (*node.arguments, *(v for _, v in node.keywords)):
                    if isinstance(value, n.Const) and isinstance(value.value, str):
                        for part in value.value.split("."):
                            yield Use("item", part, f"{shown_of(node.of)}|{node.name}", node.line)
        case n.Test():
            yield Use("test", node.name, shown_of(node.of), node.line)
        case n.Name() if node.name not in own:
            yield Use("variable", node.name, "", node.line)
        case n.Load():
            yield Use("load", node.tag, shown_of(node.template), node.line)
        case n.Const() if isinstance(node.value, str) and "__" in node.value:
            yield Use("string", node.value[:200], "", node.line)


def _tricks(node: n.Node, known: dict[str, Constant], own: frozenset[str]) -> Iterator[Trick]:
    match node:
        case n.Filter(name="attr"):
            name: Folded = folded(node.arguments[0], known) if node.arguments else UNKNOWN
            if not isinstance(node.arguments[0] if node.arguments else None, n.Const):
                yield Trick(
                    "dynamic-attribute",
                    f"{shown_of(node.of)}|attr({shown_of(node.arguments[0]) if node.arguments else ''})",
                    node.line,
                )
            if isinstance(name, str) and "__" in name and not isinstance(node.arguments[0], n.Const):
                yield Trick("built-name", name[:100], node.line)
        case n.Item() if not isinstance(node.key, n.Const | n.Slice):
            key = folded(node.key, known)
            if isinstance(key, str) and "__" in key:
                yield Trick("built-name", key[:100], node.line)
        case n.Binary(operator="~" | "+" | "%" | "*" | "**"):
            yield from _built(node, known)
        case n.Filter(of=n.Name()) if node.of is not None and isinstance(node.of, n.Name):
            if node.of.name in GLOBALS and node.of.name not in own:
                yield Trick("object-text", f"{node.of.name}|{node.name}", node.line)
        case n.Filter(name="string" | "format" | "join" | "replace" | "reverse"):
            if node.name == "string" and isinstance(node.of, n.Filter) and node.of.name in _LAZY:
                yield Trick("object-text", shown_of(node), node.line)
            yield from _built(node, known)
        case n.Call():
            yield from _calls(node, known)


def _built(node: n.Expr, known: dict[str, Constant]) -> Iterator[Trick]:
    """A constant put together from parts, which is a name in double underscores or far too long."""
    match node:
        case n.Binary(operator="%", left=n.Const()) if isinstance(node.left, n.Const):
            if isinstance(node.left.value, str) and "%c" in node.left.value:
                yield Trick("character-code", node.left.value[:60], node.line)
        case n.Filter(name="format", of=n.Const()) if isinstance(node.of, n.Const):
            if isinstance(node.of.value, str) and "%c" in node.of.value:
                yield Trick("character-code", node.of.value[:60], node.line)
        case n.Binary(operator="*"):
            sides = [folded(side, known) for side in (node.left, node.right)]
            counts = [s for s in sides if isinstance(s, int)]
            texts = [s for s in sides if isinstance(s, str | list)]
            if texts and counts and len(texts[0]) * counts[0] > 10 * HUGE:
                yield Trick("huge-text", f"{counts[0]:,} times {len(texts[0])}", node.line)
        case n.Binary(operator="**"):
            exponent = folded(node.right, known)
            if isinstance(exponent, int) and exponent > HUGE:
                yield Trick("huge-number", shown_of(node), node.line)
                return
    value = folded(node, known)
    if (
        isinstance(value, str)
        and "__" in value
        and not any(
            isinstance(c, n.Const) and isinstance(c.value, str) and "__" in c.value and len(c.value) > 4
            for c in _constants(node)
        )
    ):
        yield Trick("built-name", value[:100], node.line)


def _constants(node: n.Expr) -> Iterator[n.Expr]:
    match node:
        case n.Binary():
            yield node.left
            yield node.right
        case n.Filter() if node.of is not None:
            yield node.of
            yield from node.arguments


def _calls(node: n.Call, known: dict[str, Constant]) -> Iterator[Trick]:
    callee = node.callee
    if isinstance(callee, n.Name) and callee.name == "range":
        numbers = [folded(a, known) for a in node.arguments]
        if any(isinstance(v, int) and abs(v) > HUGE for v in numbers[:2]):
            yield Trick("huge-range", shown_of(node) + str(numbers), node.line)
    if isinstance(callee, n.Attribute) and callee.name in ("format", "format_map"):
        pattern = folded(callee.of, known)
        if isinstance(pattern, str) and any(mark in pattern for mark in ("{:c}", ":c}")):
            yield Trick("character-code", pattern[:60], node.line)
    if isinstance(callee, n.Attribute) and callee.name in ("join", "replace", "format"):
        yield from _built_call(node, known)


def _built_call(node: n.Call, known: dict[str, Constant]) -> Iterator[Trick]:
    value = folded(node, known)
    if isinstance(value, str) and "__" in value:
        yield Trick("built-name", value[:100], node.line)


def words_uses(tokens: tuple[Token, ...]) -> Iterator[Use]:
    """What can be said of a template that does not parse: its names and strings, by their neighbours."""
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.kind == NAME:
            role = {".": "attribute", "|": "filter"}.get(before.text if before else "", "variable")
            yield Use(role, token.text, "", token.line)
        elif token.kind == STRING and "__" in token.text:
            yield Use("string", token.text[:200], "", token.line)
