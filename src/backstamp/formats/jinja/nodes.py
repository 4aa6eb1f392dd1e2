"""The syntax tree of a template."""

from typing import TypeAlias

import msgspec


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Any node: ``line`` counts from one."""

    line: int = 1


# --- expressions ---


class Const(Node, frozen=True):
    """A literal."""

    value: str | int | float | bool | None


class Name(Node, frozen=True):
    """A variable."""

    name: str


class Sequence(Node, frozen=True):
    """A list or a tuple."""

    items: "tuple[Expr, ...]"


class Mapping(Node, frozen=True):
    """A dict."""

    pairs: "tuple[tuple[Expr, Expr], ...]"


class Attribute(Node, frozen=True):
    """``of.name``."""

    of: "Expr"
    name: str


class Item(Node, frozen=True):
    """``of[key]``."""

    of: "Expr"
    key: "Expr"


class Slice(Node, frozen=True):
    """``start:stop:step`` inside brackets."""

    parts: "tuple[Expr | None, ...]"


class Call(Node, frozen=True):
    """``callee(...)``. Starred arguments are among the others."""

    callee: "Expr"
    arguments: "tuple[Expr, ...]"
    keywords: "tuple[tuple[str, Expr], ...]" = ()


class Filter(Node, frozen=True):
    """``of | name(...)``; ``of`` is ``None`` in a block."""

    of: "Expr | None"
    name: str
    arguments: "tuple[Expr, ...]" = ()
    keywords: "tuple[tuple[str, Expr], ...]" = ()


class Test(Node, frozen=True):
    """``of is name(...)``."""

    of: "Expr"
    name: str
    arguments: "tuple[Expr, ...]" = ()
    keywords: "tuple[tuple[str, Expr], ...]" = ()


class Unary(Node, frozen=True):
    """``not``, ``-`` and ``+``."""

    operator: str
    of: "Expr"


class Binary(Node, frozen=True):
    """Arithmetic, ``~``, ``and``, ``or``, comparisons and ``in``, two by two."""

    operator: str
    left: "Expr"
    right: "Expr"


class Choice(Node, frozen=True):
    """``then if test else otherwise``."""

    test: "Expr"
    then: "Expr"
    otherwise: "Expr | None"


Expr: TypeAlias = (
    Const
    | Name
    | Sequence
    | Mapping
    | Attribute
    | Item
    | Slice
    | Call
    | Filter
    | Test
    | Unary
    | Binary
    | Choice
)

# --- statements ---


class Text(Node, frozen=True):
    """Text between tags, written out as it stands."""

    text: str


class Output(Node, frozen=True):
    """``{{ ... }}``."""

    expression: Expr


class If(Node, frozen=True):
    """``if``, with each ``elif`` as a branch."""

    branches: "tuple[tuple[Expr, tuple[Statement, ...]], ...]"
    otherwise: "tuple[Statement, ...]"


class For(Node, frozen=True):
    """``for target in iterable if condition``."""

    target: Expr
    iterable: Expr
    condition: Expr | None
    body: "tuple[Statement, ...]"
    otherwise: "tuple[Statement, ...]"


class Set(Node, frozen=True):
    """``set target = value``."""

    target: Expr
    value: Expr


class SetBlock(Node, frozen=True):
    """``set target`` with a body."""

    target: Expr
    filters: tuple[Filter, ...]
    body: "tuple[Statement, ...]"


class Macro(Node, frozen=True):
    """``macro name(...)``; a ``call`` block is a macro named ``caller`` and the call that takes it."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[Expr, ...]
    body: "tuple[Statement, ...]"
    call: Expr | None = None


class Scope(Node, frozen=True):
    """A body under a tag: ``with``, ``block``, ``filter``, ``generation``, ``autoescape``."""

    tag: str
    name: str
    values: "tuple[tuple[Expr, Expr], ...]"
    filters: tuple[Filter, ...]
    body: "tuple[Statement, ...]"


class Load(Node, frozen=True):
    """``include``, ``import``, ``from`` and ``extends``: another template is taken in."""

    tag: str
    template: Expr
    names: tuple[str, ...] = ()


class Do(Node, frozen=True):
    """``do expression``."""

    expression: Expr


class Jump(Node, frozen=True):
    """``break`` and ``continue``."""

    tag: str


Statement: TypeAlias = Text | Output | If | For | Set | SetBlock | Macro | Scope | Load | Do | Jump
