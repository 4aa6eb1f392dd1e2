"""Puts constants together as a renderer would: the names that a template builds from parts."""

from collections.abc import Iterator

from backstamp.formats.jinja import nodes as n

Constant = str | int | float | bool | None
_LONGEST = 10_000
_MOST_ITEMS = 500
_DEEPEST = 150


class Unknown:
    """A value that is not known before the template is rendered."""


UNKNOWN = Unknown()
Folded = Constant | Unknown | list[Constant]


def folded(node: n.Expr | None, known: dict[str, Constant], depth: int = 0) -> Folded:
    """Compute an expression of constants, or of variables that are known."""
    if depth > _DEEPEST:
        return UNKNOWN
    match node:
        case n.Const():
            return node.value
        case n.Name():
            return known.get(node.name, UNKNOWN)
        case n.Binary():
            return _binary(
                node.operator, folded(node.left, known, depth + 1), folded(node.right, known, depth + 1)
            )
        case n.Sequence():
            items = [folded(i, known, depth + 1) for i in node.items[:_MOST_ITEMS]]
            flat = [i for i in items if not isinstance(i, Unknown | list)]
            return flat if len(flat) == len(node.items) else UNKNOWN
        case n.Filter() if node.of is not None:
            extra = [folded(a, known, depth + 1) for a in node.arguments]
            return _applied(node.name, _pieces(node, known, depth), extra)
        case n.Call(callee=n.Attribute(of=of, name=name)):
            extra = [folded(a, known, depth + 1) for a in node.arguments]
            return _applied(name, folded(of, known, depth + 1), extra)
        case n.Item():
            return _item(folded(node.of, known, depth + 1), node.key, known)
        case n.Unary(operator="-"):
            value = folded(node.of, known, depth + 1)
            return -value if isinstance(value, int) else UNKNOWN
        case _:
            return UNKNOWN


def _pieces(node: n.Filter, known: dict[str, Constant], depth: int) -> Folded:
    """The keys of ``dict(a=1, b=2)`` are names too."""
    of = node.of
    while isinstance(of, n.Filter) and of.name == "list" and of.of is not None:
        of = of.of
    if isinstance(of, n.Call) and isinstance(of.callee, n.Name) and of.callee.name == "dict":
        return [name for name, _ in of.keywords]
    if isinstance(of, n.Mapping):
        keys = [folded(key, known, depth + 1) for key, _ in of.pairs]
        return [k for k in keys if not isinstance(k, Unknown | list)]
    return folded(node.of, known, depth + 1)


def _binary(operator: str, left: Folded, right: Folded) -> Folded:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if isinstance(left, list) or isinstance(right, list):
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            return (left + right)[:_MOST_ITEMS]
        return _formatted(left, right) if operator == "%" and isinstance(left, str) else UNKNOWN
    if operator == "~":
        return (str(left) + str(right))[:_LONGEST]
    if operator == "%" and isinstance(left, str):
        return _formatted(left, [right])
    if isinstance(left, str) and isinstance(right, str):
        return (left + right)[:_LONGEST] if operator == "+" else UNKNOWN
    if operator == "*" and isinstance(left, str) and isinstance(right, int):
        return left * max(0, min(right, _LONGEST // max(1, len(left))))
    if isinstance(left, int) and isinstance(right, int):
        return _arithmetic(operator, left, right)
    return UNKNOWN


def _arithmetic(operator: str, left: int, right: int) -> Folded:
    if max(abs(left), abs(right)) > 1 << 64:
        return UNKNOWN
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "**" if 0 <= right <= 64 and abs(left) < 1 << 16:
            return int(left**right)
        case "//" if right:
            return left // right
        case "%" if right:
            return left % right
        case _:
            return UNKNOWN


def _formatted(pattern: str, values: Folded) -> Folded:
    """``%c``, ``%s`` and ``%d`` of the old format strings."""
    given = values if isinstance(values, list) else [values]
    out, rest = [], list(given)
    pieces = pattern.split("%")
    out.append(pieces[0])
    for piece in pieces[1:]:
        if not piece or piece[0] not in "csd" or not rest:
            return UNKNOWN
        value = rest.pop(0)
        is_code = piece[0] == "c" and isinstance(value, int) and 0 <= value < 0x110000
        out.append((chr(value) if is_code and isinstance(value, int) else str(value)) + piece[1:])
    return "".join(out)[:_LONGEST]


def _applied(name: str, value: Folded, extra: list[Folded]) -> Folded:
    if isinstance(value, Unknown) or any(isinstance(e, Unknown) for e in extra):
        return UNKNOWN
    if isinstance(value, list):
        return _joined(name, value, extra)
    if name == "join" and isinstance(value, str) and extra and isinstance(extra[0], list):
        return value.join(str(v) for v in extra[0])[:_LONGEST]  # ''.join([...])
    if not isinstance(value, str):
        return str(value) if name == "string" else UNKNOWN
    match name:
        case "lower" | "upper" | "title" | "capitalize" | "swapcase" | "strip" | "casefold":
            return str(getattr(value, name)())
        case "trim":
            return value.strip()
        case "reverse":
            return value[::-1]
        case "string" | "safe" | "e" | "escape":
            return value
        case "list":
            return list(value[:_MOST_ITEMS])
        case "format":
            return _formatted(value, [e for e in extra if not isinstance(e, Unknown | list)])
        case "replace" if len(extra) >= 2 and isinstance(extra[0], str) and isinstance(extra[1], str):
            is_small = value.count(extra[0]) * len(extra[1]) <= _LONGEST
            return value.replace(extra[0], extra[1]) if is_small else UNKNOWN
        case "join":
            between = extra[0] if extra and isinstance(extra[0], str) else ""
            return between.join(value[:_MOST_ITEMS])[:_LONGEST]
        case _:
            return UNKNOWN


def _joined(name: str, value: list[Constant], extra: list[Folded]) -> Folded:
    match name:
        case "join":
            between = extra[0] if extra and isinstance(extra[0], str) else ""
            return between.join(str(v) for v in value)[:_LONGEST]
        case "reverse":
            return value[::-1]
        case "list":
            return value
        case "first":
            return value[0] if value else UNKNOWN
        case "last":
            return value[-1] if value else UNKNOWN
        case _:
            return UNKNOWN


def _item(value: Folded, key: n.Expr, known: dict[str, Constant]) -> Folded:
    if not isinstance(value, str | list):
        return UNKNOWN
    if isinstance(key, n.Slice):
        parts = [None if p is None else folded(p, known) for p in key.parts]
        numbers = [p for p in parts if p is None or isinstance(p, int)]
        if len(numbers) != len(parts) or (len(numbers) > 2 and numbers[2] == 0):
            return UNKNOWN
        return value[slice(*numbers, *([None] * (3 - len(numbers))))]
    index = folded(key, known)
    if isinstance(index, int) and -len(value) <= index < len(value):
        return value[index]
    return UNKNOWN


def children(node: n.Node) -> Iterator[n.Node]:
    """Yield the nodes right below a node, in order."""
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, n.Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)


def _nodes_in(values: tuple[object, ...]) -> Iterator[n.Node]:
    for value in values:
        if isinstance(value, n.Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)


def every(roots: tuple[n.Statement, ...]) -> Iterator[n.Node]:
    """Yield every node of a template in the order of the text, without recursion."""
    stack: list[n.Node] = list(reversed(roots))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(children(node))))


def depth_of(roots: tuple[n.Statement, ...]) -> int:
    """Count the levels of the deepest node."""
    deepest = 0
    stack: list[tuple[n.Node, int]] = [(root, 1) for root in roots]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in children(node))
    return deepest


def shown_of(node: n.Node | None, depth: int = 0) -> str:
    """Write an expression for people, shortened."""
    match node:
        case n.Const():
            return repr(node.value)[:60]
        case n.Name():
            return node.name
        case n.Attribute() if depth < 6:
            return f"{shown_of(node.of, depth + 1)}.{node.name}"
        case n.Item() if depth < 6:
            return f"{shown_of(node.of, depth + 1)}[{shown_of(node.key, depth + 1)}]"
        case n.Call() if depth < 6:
            return f"{shown_of(node.callee, depth + 1)}(...)"
        case n.Filter() if depth < 6:
            return f"{shown_of(node.of, depth + 1)}|{node.name}"
        case n.Binary() if depth < 6:
            return f"{shown_of(node.left, depth + 1)} {node.operator} {shown_of(node.right, depth + 1)}"
        case _:
            return "..."
