"""Roads to other names: ``getattr``, ``__import__``, ``globals``, ``partial``, ``map`` and their kin."""

# ruff: noqa: ARG001  # all handlers have one signature

# all handlers have one signature

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstamp.formats.python.lookup import attribute, variable
from backstamp.formats.python.sinks import canonical
from backstamp.formats.python.special import compile_code, load, noted, open_file, patched
from backstamp.formats.python.values import (
    DECODED,
    Choice,
    Class,
    Const,
    Items,
    Pairs,
    Partial,
    Ref,
    Scalar,
    Scope,
    Value,
    described,
    is_known,
    options,
    tainted,
    unknown,
)

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine


def _getattr(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if len(arguments) < 2:
        return None
    base, key = arguments[0], arguments[1]
    out: list[Value] = []
    for option in options(key)[:8]:
        if isinstance(option, Const) and isinstance(option.value, str):
            road = ("getattr", "built-name") if option.steps else ("getattr",)
            out.append(attribute(m, base, option.value, road))
        else:
            name = base.name if isinstance(base, Ref) else "?"
            out.append(
                Ref(
                    name + ".?" if name != "?" else "?",
                    base.taint | option.taint,
                    ("getattr", "unknown-name"),
                )
            )
    return out[0] if len(out) == 1 else Choice(tuple(out)) if out else None


def _import(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    given = arguments[0] if arguments else keywords.get("name", unknown())
    name = canonical(callee.name)
    found: list[Value] = []
    for option in options(given)[:8]:
        if isinstance(option, Const) and isinstance(option.value, str):
            road = (*callee.hidden, "import", "built-name") if option.steps else (*callee.hidden, "import")
            whole = (
                option.value if name != "__import__" or len(arguments) > 3 else option.value.partition(".")[0]
            )
            if name == "pkgutil.resolve_name":
                whole = option.value.replace(":", ".")
            found.append(Ref(whole[:200] or "?", 0, road))
        else:
            if option.taint:
                noted(m, "import", name, callee, (option,))
            found.append(Ref("?", option.taint, ("import", "unknown-name")))
    return found[0] if len(found) == 1 else Choice(tuple(found)) if found else None


def _spaces(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if canonical(callee.name) == "vars" and arguments:
        base = arguments[0]
        return Ref(base.name, base.taint, (*base.hidden, "vars")) if isinstance(base, Ref) else unknown()
    return Ref("globals()")


def _partial(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    return Partial(arguments[0], arguments[1:], keywords) if arguments else None


def _map(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    from backstamp.formats.python.expressions import element, elements

    if len(arguments) < 2:
        return None
    rows = elements(arguments[1]) if len(arguments) == 2 else None
    if rows is not None and len(rows) <= m.looped_left:
        m.looped_left -= len(rows)
        out = [m.call(arguments[0], [row], {}, m, scope) for row in rows]  # type: ignore[arg-type]  # keeps the place
        taint = arguments[1].taint
        for value in out:
            taint |= value.taint
        return Items(out, taint)
    made = m.call(arguments[0], [element(a) for a in arguments[1:]], {}, None, scope)
    return unknown(made.taint)


def _attrgetter(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    return Partial(Ref("?fetch"), arguments[:1], {}) if arguments else None


def _fetch(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if len(arguments) != 2 or not isinstance(arguments[0], Const):
        return None
    found: Value = arguments[1]
    for part in str(arguments[0].value).split(".")[:8]:
        found = attribute(m, found, part, ("getattr", *(("built-name",) if arguments[0].steps else ())))
    return found


def _methodcaller(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    return Partial(Ref("?invoke"), arguments, {}) if arguments else None


def _invoke(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if len(arguments) < 2 or not isinstance(arguments[0], Const):
        return None
    method = attribute(m, arguments[-1], str(arguments[0].value), ("getattr",))
    return m.call(method, arguments[1:-1], keywords, None, scope)


def _variable(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if arguments and isinstance(arguments[0], Const) and isinstance(arguments[0].value, str):
        return variable(arguments[0].value)
    return unknown()


def _setattr(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if len(arguments) == 3 and isinstance(arguments[0], Ref) and isinstance(arguments[1], Const):
        patched(m, Ref(f"{arguments[0].name}.{arguments[1].value!s}"), None, arguments[2])
    return Const(None)


def _home(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    return Const("~")


def _path_join(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if all(is_known(a) for a in arguments):
        return None
    taint = 0
    for value in arguments:
        taint |= value.taint
    return Ref("?", taint, (), "/".join(described(a, 400) for a in arguments))


def _split(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    first = arguments[0] if arguments else unknown()
    if isinstance(first, Const) and isinstance(first.value, str):
        return Items([Const(w, first.taint, first.steps) for w in first.value.split()[:200]], first.taint)
    return Ref("?", first.taint, (), first.text) if isinstance(first, Ref) else None


def _dict(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    if not arguments and "**" not in keywords:
        given: dict[Scalar, Value] = {}
        given.update(dict(keywords))
        return Pairs(given)
    if len(arguments) == 1 and isinstance(arguments[0], Pairs):
        merged: dict[Scalar, Value] = dict(arguments[0].pairs)
        merged.update(dict(keywords))
        return Pairs(merged, arguments[0].taint)
    return None


def _request(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    url = arguments[0] if arguments else keywords.get("url")
    data = arguments[1] if len(arguments) > 1 else keywords.get("data")
    taint = (url.taint if url else 0) | (data.taint if data else 0)
    return Ref("urllib.request.Request()", taint, (), described(url) if url else "")


def _type(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    # type(name, bases, fields) makes a class.
    if len(arguments) != 3 or not isinstance(arguments[2], Pairs):
        return None
    bases = tuple(arguments[1].items) if isinstance(arguments[1], Items) else ()
    made = Class(described(arguments[0], 60), bases)
    made.fields.update({k: v for k, v in arguments[2].pairs.items() if isinstance(k, str)})
    return made


def _listing(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    given = arguments[0] if arguments else unknown()
    return Ref(canonical(callee.name) + "()", given.taint, (), described(given, 400) if arguments else "")


def _buffered(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    return arguments[0] if arguments and isinstance(arguments[0], Const) else None


def _unmarshal(
    m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value], scope: Scope
) -> Value | None:
    load(m, canonical(callee.name), callee, arguments, keywords)
    return tainted(arguments[0], DECODED) if arguments else None


Handler = Callable[["Machine", Ref, list[Value], dict[str, Value], Scope], Value | None]

HANDLERS: dict[str, Handler] = {
    "getattr": _getattr,
    "object.__getattribute__": _getattr,
    "inspect.getattr_static": _getattr,
    "__import__": _import,
    "importlib.import_module": _import,
    "importlib.__import__": _import,
    "importlib._bootstrap._gcd_import": _import,
    "pkgutil.resolve_name": _import,
    "pydoc.locate": _import,
    "globals": _spaces,
    "locals": _spaces,
    "vars": _spaces,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "map": _map,
    "operator.attrgetter": _attrgetter,
    "operator.methodcaller": _methodcaller,
    "?fetch": _fetch,
    "?invoke": _invoke,
    "os.environ.get": _variable,
    "os.environ.pop": _variable,
    "os.environ.setdefault": _variable,
    "os.environ.__getitem__": _variable,
    "os.getenv": _variable,
    "setattr": _setattr,
    "compile": compile_code,
    "open": open_file,
    "io.open": open_file,
    "codecs.open": open_file,
    "pathlib.Path.home": _home,
    "Path.home": _home,
    "os.path.join": _path_join,
    "pathlib.Path": _path_join,
    "shlex.split": _split,
    "dict": _dict,
    "io.BytesIO": _buffered,
    "io.StringIO": _buffered,
    "marshal.loads": _unmarshal,
    "type": _type,
    "glob.glob": _listing,
    "glob.iglob": _listing,
    "os.listdir": _listing,
    "os.walk": _listing,
    "urllib.request.Request": _request,
    "urllib2.Request": _request,
    "requests.Request": _request,
}
