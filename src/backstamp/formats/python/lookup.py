"""Looks names, attributes and items up the way the interpreter would, roundabout roads included."""

import re
from functools import cache
from typing import TYPE_CHECKING

from backstamp.formats.python.sinks import action_table, attribute_taint, canonical
from backstamp.formats.python.values import (
    ENVIRON,
    TOKEN,
    Choice,
    Class,
    Const,
    Function,
    Instance,
    Items,
    Pairs,
    Partial,
    Ref,
    Scope,
    Value,
    either,
    options,
    unknown,
)

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine

_MOST_NAME = 200
_SPACES = frozenset(
    {"globals()", "locals()", "vars()", "?.__globals__", "?.f_globals", "?.f_builtins", "?.f_locals"}
)
_GADGETS = frozenset(
    {"__subclasses__", "__globals__", "__builtins__", "__mro__", "__base__", "__bases__", "f_globals"}
)
HOME = {"HOME": "~", "USERPROFILE": "~", "APPDATA": "~/AppData/Roaming", "LOCALAPPDATA": "~/AppData/Local"}


def attribute(m: "Machine", base: Value, name: str, hidden: tuple[str, ...] = ()) -> Value:
    """Fetch an attribute by name."""
    match base:
        case Ref():
            return _of_ref(base, name, hidden)
        case Choice():
            out: Value | None = None
            for value in options(base):
                out = either(out, attribute(m, value, name, hidden))
            return out or unknown()
        case Instance():
            return _of_instance(m, base, name)
        case Class():
            found = base.find(name)
            if isinstance(found, Function) and found.form == "classmethod":
                return found.bound_to(base)
            return found or _of_base(base, name, "")
        case Function() | Partial():
            if name in {"__globals__", "__builtins__"}:
                return Ref("globals()" if name == "__globals__" else "builtins", 0, (name,))
            return Ref("?." + name, base.taint)
        case Const() | Items() | Pairs():
            if m.watcher is not None and not isinstance(base, Items):
                answer = m.watcher.fetched(base, name)
                if answer is not None:
                    return answer
            if name in _GADGETS or name == "__class__":
                return Ref("?.__class__" if name == "__class__" else f"?.__class__.{name}", 0, ("gadget",))
            kind = "bytes" if isinstance(base, Const) and isinstance(base.value, bytes) else "str"
            return Partial(Ref(f"{kind}.{name}"), [base], {})


def _of_ref(base: Ref, name: str, hidden: tuple[str, ...]) -> Ref:
    if base.name == "?" or base.name.startswith("?."):
        parts = (base.name + "." + name).split(".")
        full = ".".join(parts if len(parts) <= 6 else ["?", *parts[-5:]])
    else:
        full = base.name + "." + name
        if len(full) > _MOST_NAME:
            full = "?." + name
    if name == "__dict__":
        full = base.name
        hidden = (*hidden, "__dict__")
    elif name in _GADGETS and "__class__" in base.name:
        hidden = (*hidden, "gadget")
    taint = base.taint | attribute_taint(canonical(full))
    text = base.text if base.name.startswith("open()") else ""
    return Ref(full, taint, (*base.hidden, *hidden)[:8] if hidden else base.hidden, text)


def _of_instance(m: "Machine", base: Instance, name: str) -> Value:
    found = base.cls.find(name)
    if isinstance(found, Function):
        if found.form == "staticmethod":
            return found
        method = found.bound_to(base)
        return m.call(method, [], {}, found.node, found.scope) if found.form == "property" else method
    if found is not None:
        return found
    if name == "__class__":
        return base.cls
    return _of_base(base.cls, name, "()")


def _of_base(cls: Class, name: str, made: str) -> Value:
    for parent in cls.bases:
        if isinstance(parent, Ref) and parent.name != "?" and "object" not in parent.name:
            return Ref(f"{parent.name}{made}.{name}"[:_MOST_NAME])
    return Ref("?." + name)


def item(m: "Machine", base: Value, key: Value, scope: Scope) -> Value:
    """Fetch an item by key."""
    if isinstance(base, Choice) or isinstance(key, Choice):
        out: Value | None = None
        for one in options(base)[:4]:
            for other in options(key)[:4]:
                out = either(out, item(m, one, other, scope))
        return out or unknown()
    known = key.value if isinstance(key, Const) else None
    match base:
        case Items():
            if isinstance(known, int) and -len(base.items) <= known < len(base.items):
                return base.items[known]
            return Choice(tuple(base.items[:8])) if base.items else unknown(base.taint)
        case Pairs():
            if known is not None and known in base.pairs:
                return base.pairs[known]
            values = tuple(base.pairs.values())[:8]
            return Choice(values) if values and known is None else unknown(base.taint)
        case Const():
            if (
                isinstance(base.value, str | bytes)
                and isinstance(known, int)
                and -len(base.value) <= known < len(base.value)
            ):
                return Const(base.value[known], base.taint, base.steps + 1)
            return unknown(base.taint)
        case Ref():
            return _item_of_ref(m, base, key, known, scope)
    return unknown(base.taint)


def _item_of_ref(m: "Machine", base: Ref, key: Value, known: object, scope: Scope) -> Value:
    name = canonical(base.name)
    steps = key.steps if isinstance(key, Const) else 0
    built = ("built-name",) if steps else ()
    if isinstance(known, str):
        if name in {"os.environ", "os.environb"}:
            return variable(known)
        if name == "sys.modules":
            return Ref(known, 0, (*base.hidden, "sys.modules", *built))
        if name in _SPACES or name.endswith((".__globals__", ".f_globals", ".__builtins__")):
            found = m.lookup(known, scope.module)
            road = (*base.hidden, "globals", *built)
            if isinstance(found, Ref) and found.name == "?" and "os." + known in action_table():
                return Ref("os." + known, found.taint, (*found.hidden, *road)[:8])
            if isinstance(found, Ref):
                return Ref(
                    found.name if found.name != "?" else "?." + known, found.taint, (*found.hidden, *road)[:8]
                )
            return found
        if "__dict__" in base.hidden or "vars" in base.hidden or name in {"builtins", "__builtins__"}:
            return attribute(m, Ref(base.name, base.taint, base.hidden), known, built or ("__dict__",))
    taint = (
        base.taint & ~ENVIRON if name in {"os.environ", "os.environb"} and known is not None else base.taint
    )
    name = base.name if m.watcher is None else member_name(base.name, known)
    return Ref(name, taint, base.hidden)


def member_name(name: str, key: object) -> str:
    """Name an entry of something that another module holds: ``pkg.names.MODELS[small]``; ``*`` is any."""
    is_plain = (isinstance(key, int) and 0 <= key < 100) or key is None
    is_word = isinstance(key, str) and 0 < len(key) <= 60 and not set(key) & set("[]().*")
    if (
        not (is_plain or is_word)
        or name[:1] == "?"
        or "(" in name
        or "." not in name[1:]
        or name.count("[") > 3
    ):
        return name
    return name if name.startswith(("os.", "sys.")) else f"{name}[{'*' if key is None else key}]"


def variable(name: str) -> Value:
    """Say what is known of an environment variable."""
    if name in HOME:
        return Const(HOME[name])
    return Ref("os.environ[]", TOKEN if _credential().search(name) else 0)


@cache
def _credential() -> re.Pattern[str]:
    return re.compile(
        r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|^AWS_|_PAT$|AUTH", re.IGNORECASE
    )
