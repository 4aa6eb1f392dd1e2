"""What the analysis knows of an object without making it: constants, names, local code, and taint.

Taint is a set of bits that says where a value came from. It flows through every operation and
call whose result depends on the value.
"""

import ast

# Where a value came from.
NETWORK = 1  # received from the network
DECODED = 2  # came out of a decoder, decompressor or decryption
FILE = 4  # read from a file
SECRET = 8  # read from a credential store: keys, cookies, wallets
TOKEN = 16  # one environment variable that holds a credential
ENVIRON = 32  # the whole environment
HOST = 64  # tells the machine or its user: names, addresses, accounts
PARAM = 128  # a parameter of a function that nobody here calls
INPUT = 256  # typed in, or given on the command line
BUILT = 512  # text put together character by character
DROPPED = 1024  # names a file which was downloaded or decoded before
WEIGHTS = 2048  # numbers of a model

TAINTS = {
    NETWORK: "network",
    DECODED: "decoded",
    FILE: "file",
    SECRET: "credentials",
    TOKEN: "token",
    ENVIRON: "environment",
    HOST: "host",
    PARAM: "parameter",
    INPUT: "input",
    BUILT: "built",
    DROPPED: "dropped",
    WEIGHTS: "weights",
}


def named(taint: int) -> tuple[str, ...]:
    """Spell a taint out."""
    return tuple(word for bit, word in TAINTS.items() if taint & bit)


Scalar = str | bytes | int | float | complex | bool | None


class Const:
    """A known scalar. ``steps`` counts the operations it was put together with; zero for a literal."""

    __slots__ = ("steps", "taint", "value")

    def __init__(self, value: Scalar, taint: int = 0, steps: int = 0) -> None:
        self.value = value
        self.taint = taint
        self.steps = steps


class Ref:
    """Something outside this module, by dotted name; ``?`` stands for what is not known.

    ``requests.get().text`` is the text of what the call returns. ``hidden`` says how a name was
    reached if not plainly; ``text`` is what is known of a text, with braces for the rest.
    """

    __slots__ = ("hidden", "name", "taint", "text")

    def __init__(self, name: str, taint: int = 0, hidden: tuple[str, ...] = (), text: str = "") -> None:
        self.name = name
        self.taint = taint
        self.hidden = hidden
        self.text = text


class Items:
    """A list, tuple or set of which the items are known."""

    __slots__ = ("items", "taint")

    def __init__(self, items: list["Value"], taint: int = 0) -> None:
        self.items = items
        self.taint = taint


class Pairs:
    """A dict by its constant keys; ``taint`` covers the rest."""

    __slots__ = ("pairs", "taint")

    def __init__(self, pairs: dict[Scalar, "Value"], taint: int = 0) -> None:
        self.pairs = pairs
        self.taint = taint


class Scope:
    """Names and what they are bound to; ``outer`` is where unknown names are looked up."""

    __slots__ = ("names", "outer", "shared")

    def __init__(self, outer: "Scope | None" = None) -> None:
        self.names: dict[str, Value] = {}
        self.outer = outer
        self.shared: dict[str, Scope] = {}  # names declared global or nonlocal

    @property
    def module(self) -> "Scope":
        """The outermost scope."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def find(self, name: str) -> "Value | None":
        """Look a name up, outwards."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Function:
    """A function or lambda of this module; ``owner`` is the class whose method it is."""

    __slots__ = ("defaults", "form", "name", "node", "owner", "receiver", "scope", "taint")

    def __init__(self, node: FunctionNode, name: str, scope: Scope, owner: "Class | None" = None) -> None:
        self.node = node
        self.name = name
        self.scope = scope
        self.owner = owner
        self.receiver: Value | None = None
        self.defaults: dict[str, Value] = {}
        self.form = ""  # "property", "staticmethod" or "classmethod"
        self.taint = 0

    def bound_to(self, receiver: "Value") -> "Function":
        """Make the method of an instance."""
        method = Function(self.node, self.name, self.scope, self.owner)
        method.receiver = receiver
        method.defaults = self.defaults
        return method


class Class:
    """A class of this module. ``fields`` holds class and instance attributes alike."""

    __slots__ = ("bases", "fields", "name", "order", "taint")

    def __init__(self, name: str, bases: tuple["Value", ...]) -> None:
        self.name = name
        self.bases = bases
        self.fields: dict[str, Value] = {}
        self.order: tuple[
            str, ...
        ] = ()  # fields with an annotation, as the constructor of a record takes them
        self.taint = 0

    def find(self, name: str) -> "Value | None":
        """Look an attribute up, also in base classes of this module."""
        todo, seen = [self], 0
        while todo and seen < 32:
            seen += 1
            cls = todo.pop(0)
            if name in cls.fields:
                return cls.fields[name]
            todo += [b for b in cls.bases if isinstance(b, Class)]
        return None


class Instance:
    """An object of a class of this module."""

    __slots__ = ("cls", "taint")

    def __init__(self, cls: Class, taint: int = 0) -> None:
        self.cls = cls
        self.taint = taint


class Partial:
    """A callable with some arguments already given."""

    __slots__ = ("arguments", "callee", "keywords", "taint")

    def __init__(self, callee: "Value", arguments: list["Value"], keywords: dict[str, "Value"]) -> None:
        self.callee = callee
        self.arguments = arguments
        self.keywords = keywords
        self.taint: int = callee.taint


class Choice:
    """One of a few values, by branches that the analysis does not decide."""

    __slots__ = ("taint", "values")

    def __init__(self, values: tuple["Value", ...]) -> None:
        self.values = values
        self.taint: int = 0
        for value in values:
            self.taint |= value.taint


Value = Const | Ref | Items | Pairs | Function | Class | Instance | Partial | Choice

MOST_CHOICES = 4


def unknown(taint: int = 0) -> Ref:
    """Make a value of which only the taint is known."""
    return Ref("?", taint) if taint else _NOTHING


_NOTHING = Ref("?")  # never changed: only lists and dicts are


def either(first: Value | None, second: Value) -> Value:
    """Join what two branches say; the first choices win when there are too many."""
    if first is None or first is second:
        return second
    values: list[Value] = []
    for value in (*options(first), *options(second)):
        if len(values) >= MOST_CHOICES:
            break
        for known in values:
            if _same(value, known):
                break
        else:
            values.append(value)
    if len(values) == 1:
        return values[0]
    kept = Choice(tuple(values[:MOST_CHOICES]))
    kept.taint = first.taint | second.taint
    return kept


def options(value: Value) -> tuple[Value, ...]:
    """List what a value may be."""
    return value.values if isinstance(value, Choice) else (value,)


def tainted(value: Value, taint: int) -> Value:
    """Add taint to a value."""
    if not taint or value.taint | taint == value.taint:
        return value
    match value:
        case Const():
            return Const(value.value, value.taint | taint, value.steps)
        case Ref():
            return Ref(value.name, value.taint | taint, value.hidden, value.text)
        case Items():
            return Items(value.items, value.taint | taint)
        case Pairs():
            return Pairs(value.pairs, value.taint | taint)
        case Choice():
            return Choice(tuple(tainted(v, taint) for v in value.values))
        case Instance():
            return Instance(value.cls, value.taint | taint)
    return value


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Ref) and isinstance(other, Ref):
        return one.name == other.name and one.taint == other.taint and one.text == other.text
    if isinstance(one, Const) and isinstance(other, Const):
        same = type(one.value) is type(other.value) and one.value == other.value
        return same and one.taint == other.taint
    return False


_MOST_SHOWN = 200
_MOST_COUNTED = 20_000


def described(value: Value, limit: int = 4000) -> str:
    """Write what is known of a text or a command; braces stand for the rest.

    A list may hold itself many times over, so the number of values visited is bounded too.
    """
    return _described(value, limit, [_MOST_SHOWN])


def _described(value: Value, limit: int, left: list[int]) -> str:
    left[0] -= 1
    match value:
        case Const():
            raw = value.value
            return raw[:limit].decode("latin-1") if isinstance(raw, bytes) else str(raw)[:limit]
        case Ref():
            return value.text or (
                "python" if value.name == "sys.executable" else "{" + value.name[-60:] + "}"
            )
        case Items():
            parts = []
            for item in value.items:
                if left[0] <= 0:
                    break
                parts.append(_described(item, 1000, left))
            return " ".join(parts)[:limit]
        case Choice():
            return _described(value.values[0], limit, left)
    return "{" + getattr(value, "name", "?")[-60:] + "}"


def is_known(value: Value) -> bool:
    """Say whether the whole value is known."""
    todo, seen = [value], 0
    while todo:
        seen += 1
        one = todo.pop()
        if isinstance(one, Items) and len(one.items) + seen < _MOST_COUNTED:
            todo += one.items
        elif not (isinstance(one, Const) or (isinstance(one, Ref) and one.name == "sys.executable")):
            return False
        if seen > _MOST_COUNTED:
            return False
    return True
