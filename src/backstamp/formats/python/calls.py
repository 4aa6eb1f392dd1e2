"""Judges what a call does: effects noted, pure functions folded, callables handed on called in turn."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from backstamp.formats.python import folding, special
from backstamp.formats.python.lookup import attribute
from backstamp.formats.python.paths import PERSISTENCE, notable
from backstamp.formats.python.roads import HANDLERS
from backstamp.formats.python.sinks import (
    CODE,
    PROCESS,
    action_table,
    canonical,
    source_table,
)
from backstamp.formats.python.values import (
    BUILT,
    DECODED,
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
    described,
    either,
    options,
    unknown,
)

if TYPE_CHECKING:
    import ast

    from backstamp.formats.python.machine import Machine

BUILTINS = frozenset(
    "exec eval compile open getattr setattr globals locals vars chr ord str bytes bytearray int list "
    "tuple map filter "
    "reversed range sum len zip enumerate sorted dict set frozenset input raw_input print type "
    "execfile breakpoint "
    "hasattr delattr unichr reload object super isinstance memoryview iter next repr format hex any "
    "all min max".split()
)
# Functions of these modules, fetched by a name that is not known.
_OPEN_ENDED = frozenset({"os.?", "subprocess.?", "pty.?"})
_INERT = frozenset("hasattr isinstance issubclass len print type super id hash".split())
_ITERATING = frozenset({"next", "iter", "list", "tuple", "reversed"})
_NOT_SENT = frozenset(
    {
        "headers",
        "auth",
        "timeout",
        "verify",
        "proxies",
        "stream",
        "cookies",
        "cert",
        "allow_redirects",
        "context",
    }
)


def call(
    m: "Machine", callee: Value, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value:
    """Call a value: walk into local code, judge a name from outside."""
    match callee:
        case Ref():
            return _call_name(m, callee, arguments, keywords, scope)
        case Function():
            return m.invoke(callee, arguments, keywords)
        case Partial():
            merged = {**callee.keywords, **keywords}
            return call(m, callee.callee, [*callee.arguments, *arguments], merged, scope)
        case Choice():
            out: Value | None = None
            for one in callee.values:
                out = either(out, call(m, one, arguments, keywords, scope))
            return out or unknown()
        case Class():
            return _instantiated(m, callee, arguments, keywords)
        case Instance():
            method = attribute(m, callee, "__call__")
            if isinstance(method, Function):
                return m.invoke(method, arguments, keywords)
    return unknown(taint_of(arguments, keywords) | callee.taint)


def taint_of(arguments: list[Value], keywords: dict[str, Value]) -> int:
    """Join the taint of all arguments."""
    taint = 0
    for value in arguments:
        taint |= value.taint
    for value in keywords.values():
        taint |= value.taint
    return taint


def _is_dug_out(callee: Ref) -> bool:
    """Say whether a class was picked from all classes there are, as sandbox escapes pick ``Popen``."""
    head, found, rest = callee.name.partition("__subclasses__()")
    is_all = head in {"object.", "builtins.object."} or "__class__" in head or "gadget" in callee.hidden
    return bool(found) and not rest and is_all


def _instantiated(m: "Machine", cls: Class, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if m.watcher is not None and not isinstance(cls.find("__init__"), Function):
        cls = _with_fields(cls, arguments, keywords)
    made = Instance(cls, taint_of(arguments, keywords))
    for name in ("__new__", "__init__", "__post_init__"):
        method = cls.find(name)
        if isinstance(method, Function):
            m.invoke(method.bound_to(cls if name == "__new__" else made), arguments, keywords)
    for base in cls.bases:
        if isinstance(base, Ref) and canonical(base.name) in {"threading.Thread", "multiprocessing.Process"}:
            run = cls.find("run")
            if isinstance(run, Function):
                m.invoke(run.bound_to(made), [], {})
    return made


def _with_fields(cls: Class, arguments: list[Value], keywords: dict[str, Value]) -> Class:
    """Make a class of one object of a record: what its constructor was given hides the defaults."""
    made = Class(cls.name, (cls,))
    made.fields.update(zip(cls.order, arguments, strict=False))
    made.fields.update(keywords)
    return made


def _call_name(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value:
    if m.watcher is not None:
        answer = m.watcher.called(m, callee, arguments, keywords)
        if answer is not None:
            return answer
    told = _told_of(callee.name)
    name = told.name
    handler = HANDLERS.get(name)
    if handler is not None:
        found = handler(m, callee, arguments, keywords, scope)
        if found is not None:
            return found
    taint = taint_of(arguments, keywords)
    if told.folds:
        folded = _folded(m, name, arguments, keywords)
        if folded is not None:
            return folded
    if name in _OPEN_ENDED:
        special.noted(m, "resolve", name, callee, (*arguments, *keywords.values()))
    elif told.action:
        _act(m, told.action, name, callee, arguments, keywords, scope)
    elif _is_dug_out(callee):
        dug = Ref(callee.name, callee.taint, (*callee.hidden, "gadget"), callee.text)
        special.noted(m, PROCESS, "__subclasses__", dug, (*arguments, *keywords.values()))
    elif told.suffix in special.SUFFIXES:
        special.SUFFIXES[told.suffix](m, callee, arguments, keywords, scope)
    if arguments or keywords:
        _hand_on(m, arguments, keywords, scope, invokes=told.invokes)
    if name in _INERT:
        return unknown()
    first = arguments[0] if arguments else None
    if name in _ITERATING and isinstance(first, Ref) and "__subclasses__" in first.name:
        return first
    if name in {"chr", "unichr"} or name == "bytes":
        taint |= BUILT if taint & ~BUILT or name != "bytes" else 0
    hidden = callee.hidden if "gadget" in callee.hidden else ()
    return Ref(told.result, taint | callee.taint | told.gives, hidden, callee.text)


class _Told(NamedTuple):
    """What a name alone says of a call of it."""

    name: str
    action: str
    suffix: str
    folds: bool
    invokes: bool
    gives: int
    result: str


@lru_cache(maxsize=8192)
def _told_of(written: str) -> _Told:
    name = canonical(written)
    return _Told(
        name,
        action_table().get(name, ""),
        name.rpartition(".")[2],
        folding.is_pure(name) or name.startswith(("str.", "bytes.")),
        special.is_invoker(name),
        source_table().get(name, 0),
        _result_name(name),
    )


def _result_name(name: str) -> str:
    if name.startswith("?"):
        return "?." + name.rpartition(".")[2] + "()" if name.endswith("__") else "?"
    return name[:200] + "()"


def _folded(m: "Machine", name: str, arguments: list[Value], keywords: dict[str, Value]) -> Value | None:
    first = arguments[0] if arguments else None
    if isinstance(first, Choice) and len(arguments) <= 2 and not keywords:
        out: Value | None = None
        for one in options(first):
            found = _folded(m, name, [one, *arguments[1:]], keywords)
            if found is None:
                return None
            out = either(out, found)
        return out
    if m.folded_left <= 0:
        return None
    found = folding.folded(name, arguments, keywords)
    if found is None and name.startswith(("str.", "bytes.")) and isinstance(first, Const):
        found = folding.method_folded(first, name.partition(".")[2], arguments[1:], keywords)
    if isinstance(found, Const):
        if source_table().get(name, 0) & DECODED:
            found = Const(found.value, found.taint | DECODED, found.steps)
        elif name in {"chr", "unichr"} or (name in {"bytes", "bytearray"} and isinstance(first, Items)):
            found = Const(found.value, found.taint | BUILT, found.steps)
    return m.fold(found) if found is not None else None


def _act(
    m: "Machine",
    action: str,
    name: str,
    callee: Ref,
    arguments: list[Value],
    keywords: dict[str, Value],
    scope: Scope,
) -> None:
    match action:
        case "process":
            special.process(m, name, callee, arguments, keywords, scope)
        case "code":
            special.code(m, name, callee, arguments, keywords, scope)
        case "load":
            special.load(m, name, callee, arguments, keywords)
        case "network":
            sent = {k: v for k, v in keywords.items() if k not in _NOT_SENT}
            special.network(m, name, callee, arguments, keywords, taint_of(arguments, sent))
        case "open":
            special.opened(m, name, callee, arguments, keywords)
        case "registry":
            key = " ".join(described(v, 400) for v in arguments[:3])
            if notable(key) == PERSISTENCE:
                special.noted(m, "write", name, callee, (*arguments, *keywords.values()), key)
        case "delete" | "native" | "import":
            special.simple(m, action, name, callee, arguments, keywords)
        case _:
            special.noted(m, action, name, callee, (*arguments, *keywords.values()))


def _hand_on(
    m: "Machine", arguments: list[Value], keywords: dict[str, Value], scope: Scope, *, invokes: bool
) -> None:
    """Call the callables among the arguments, where the callee would, or where they run commands or code."""
    values = [*arguments, *keywords.values()]
    for at, value in enumerate(values):
        if isinstance(value, Function | Partial) and invokes:
            rest = special.spread(values[at + 1 :], keywords)
            call(m, value, rest if isinstance(value, Function) else [], {}, scope)
        elif isinstance(value, Ref) and value.name != "?":
            action = action_table().get(canonical(value.name))
            if action in {PROCESS, CODE} and (invokes or at + 1 < len(arguments)):
                call(m, value, special.spread(values[at + 1 :], keywords), {}, scope)


def call_method(
    m: "Machine", receiver: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """Call a method of a known scalar, list or dict. ``None`` if it is not modelled."""
    taint = receiver.taint | taint_of(arguments, keywords)
    match receiver:
        case Const():
            if isinstance(receiver.value, str) and name in special.PATH_METHODS:
                return special.path_method(m, receiver, name, arguments, keywords)
            found = folding.method_folded(receiver, name, arguments, keywords) if m.folded_left > 0 else None
            if found is not None:
                if name == "fromhex" and isinstance(found, Const):
                    found = Const(found.value, found.taint | DECODED, found.steps)
                return m.fold(found)
            if name in {"format", "join", "replace"} and isinstance(receiver.value, str):
                return Ref("?", taint, (), special.half_known(receiver, name, arguments, keywords))
            return unknown(taint | (BUILT if name == "join" and taint & (DECODED | BUILT) else 0))
        case Items():
            return _list_method(m, receiver, name, arguments, taint)
        case Pairs():
            if name in {"get", "pop", "setdefault"} and arguments and isinstance(arguments[0], Const):
                known = receiver.pairs.get(arguments[0].value)
                return (
                    known if known is not None else (arguments[1] if len(arguments) > 1 else unknown(taint))
                )
            if name == "values":
                return Items(list(receiver.pairs.values()), receiver.taint)
            if name == "items":
                rows: list[Value] = [Items([Const(k), v], v.taint) for k, v in receiver.pairs.items()]
                return Items(rows, receiver.taint)
            if name == "update" and arguments:
                receiver.taint |= taint
                if isinstance(arguments[0], Pairs):
                    receiver.pairs.update(arguments[0].pairs)
                return Const(None)
            return unknown(taint)
    return None


def _list_method(m: "Machine", receiver: Items, name: str, arguments: list[Value], taint: int) -> Value:
    if name in {"append", "add", "insert"} and arguments and len(receiver.items) < 20_000:
        if m.conditional and not any(isinstance(i, Ref) and i.name == "?" for i in receiver.items[-1:]):
            receiver.items.append(arguments[-1])
            receiver.items.append(unknown(taint))  # how often is not known
        elif not m.conditional:
            receiver.items.insert(len(receiver.items) if name != "insert" else 0, arguments[-1])
        receiver.taint = taint
        return Const(None)
    if name == "extend" and arguments and isinstance(arguments[0], Items):
        receiver.items.extend(arguments[0].items[:20_000])
        receiver.taint = taint
        return Const(None)
    if name == "reverse":
        receiver.items.reverse()
        return Const(None)
    if name == "pop" and receiver.items:
        return receiver.items[-1] if not arguments else Choice(tuple(receiver.items[:8]))
    if name == "copy":
        return Items(list(receiver.items), receiver.taint)
    return unknown(taint)


def patched(m: "Machine", target: Ref, key: Value | None, value: Value, node: "ast.AST") -> None:
    """Note that an attribute or item of something outside is replaced."""
    m.stand_at(node)
    special.patched(m, target, key, value)
