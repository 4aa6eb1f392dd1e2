"""What the machine knows of an argument, as texts that may be names; and how they got there."""

import ast
from collections.abc import Iterator

import msgspec

from backstamp.formats.python.values import PARAM, Choice, Const, Items, Pairs, Ref, Scalar, Value
from backstamp.formats.usage.records import How

# Taint bits of this analysis, beyond those of ``formats.python.values``.
DEFAULT = 1 << 24  # holds if nothing else is said from outside
MOST_OPTIONS = 16
_MOST_LENGTH = 4096


class Text(msgspec.Struct, frozen=True):
    """One of the texts that an argument may be."""

    text: str
    how: How


class Argument(msgspec.Struct, frozen=True):
    """An argument of a call: its value, and the node in which it is written, if it is."""

    value: Value | None
    node: ast.expr | None = None


def flat(value: Value | None) -> Iterator[Value]:
    """Yield what a value may be, without choices inside choices."""
    todo, left = [value], 4 * MOST_OPTIONS
    while todo and left:
        left -= 1
        one = todo.pop(0)
        if isinstance(one, Choice):
            todo[:0] = one.values
        elif one is not None:
            yield one


def texts_of(argument: Argument) -> list[Text]:
    """List the texts that an argument may be."""
    found = list(flat(argument.value))
    is_literal = isinstance(argument.node, ast.Constant)
    is_open = any(isinstance(v, Ref) and (v.taint & PARAM or _is_outside(v)) for v in found)
    texts = []
    for value in found:
        if (
            not isinstance(value, Const)
            or not isinstance(value.value, str)
            or len(value.value) > _MOST_LENGTH
        ):
            continue
        said = How.LITERAL if is_literal else How.CARRIED
        texts.append(Text(value.value, How.DEFAULT if value.taint & DEFAULT or is_open else said))
    return texts[:MOST_OPTIONS]


def _is_outside(value: Ref) -> bool:
    return value.name.startswith(("os.environ", "sys.argv", "os.getenv", "input"))


def is_unsaid(value: Value | None) -> bool:
    """Say whether a value is a name that nobody knows yet: not ``None``, nothing that the table made."""
    found = list(flat(value))
    return any(isinstance(v, Ref) and not v.name.endswith(")") for v in found) or any(
        isinstance(v, Ref) and v.name.endswith("()") for v in found
    )


def first_text(value: Value | None) -> str:
    """Give the first text that a value may be; empty if there is none."""
    for one in flat(value):
        if isinstance(one, Const) and isinstance(one.value, str):
            return one.value
    return ""


def prose_of(value: Value | None) -> str:
    """Give a longer text, with braces for what is not known of it."""
    for one in flat(value):
        if isinstance(one, Const) and isinstance(one.value, str):
            return one.value
        if isinstance(one, Ref) and one.text and "open()" not in one.name:
            return one.text
    return ""


def scalar_of(value: Value | None) -> str:
    """Write a setting: a scalar, or the name of a constant of a library (``torch.bfloat16``)."""
    for one in flat(value):
        match one:
            case Const(value=bool() as known):
                return "true" if known else "false"
            case Const(value=str() | int() | float() as known):
                return str(known)[:200]
            case Ref(name=name) if "." in name and name[:1] not in "?." and "(" not in name:
                return name[:200]
    return ""


def items_of(value: Value | None) -> list[Value]:
    """List the members of a known list, or the one thing that a value is."""
    found: list[Value] = []
    for one in flat(value):
        found += one.items[:64] if isinstance(one, Items) else [one]
    return found[:64]


def pairs_of(value: Value | None) -> dict[Scalar, Value]:
    """Give the entries of a known dict."""
    for one in flat(value):
        if isinstance(one, Pairs):
            return one.pairs
    return {}


def tainted_default(value: Value) -> Value:
    """Mark a value as one that holds if nothing else is said."""
    match value:
        case Const():
            return Const(value.value, value.taint | DEFAULT, value.steps)
        case Choice():
            return Choice(tuple(tainted_default(v) for v in value.values[:MOST_OPTIONS]))
        case Items():
            return Items([tainted_default(v) for v in value.items[:64]], value.taint)
    return value


def united(values: list[Value]) -> Value | None:
    """Make one value of several that it may be, each once."""
    seen: set[tuple[str, str]] = set()
    kept: list[Value] = []
    for value in values:
        for one in flat(value):
            key = (
                (type(one.value).__name__, repr(one.value)) if isinstance(one, Const) else ("", str(id(one)))
            )
            if key not in seen and len(kept) < MOST_OPTIONS:
                seen.add(key)
                kept.append(one)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else Choice(tuple(kept))
