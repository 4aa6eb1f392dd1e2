"""The closed set of functions which the machine evaluates, so that chains show what is really called.

Each takes the machine, arguments and keywords, and returns a value or ``MISS`` if it cannot tell. None
has an effect, and none takes more than its arguments' size (what grows is paid from the budget).
"""

from collections.abc import Callable

from backstamp.formats.pickle import codecs_of
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.naming import attribute, item
from backstamp.formats.pickle.values import (
    PLAIN,
    Attr,
    Glob,
    Inst,
    Map,
    Seq,
    Unknown,
    bytes_of,
    items_of,
    text_of,
)

MISS = codecs_of.MISS
Args = tuple[object, ...]
Words = dict[str, object]
Step = Callable[[Machine, Args, Words, int], object]
Getter = Callable[[object], object]
_MOST_CALLS = 256  # calls that one map or reduce is followed through

CALLABLE_MAKERS: dict[tuple[str, str], str] = {
    ("functools", "partial"): "partial",
    ("_functools", "partial"): "partial",
    ("types", "MethodType"): "partial",
    ("operator", "attrgetter"): "attrgetter",
    ("_operator", "attrgetter"): "attrgetter",
    ("operator", "itemgetter"): "itemgetter",
    ("_operator", "itemgetter"): "itemgetter",
    ("operator", "methodcaller"): "methodcaller",
    ("_operator", "methodcaller"): "methodcaller",
}


# Types that dill names by words of its own (dill/_dill.py, _reverse_typemap).
_DILL_TYPES: dict[str, tuple[str, str]] = {
    "PartialType": ("functools", "partial"),
    "SuperType": ("builtins", "super"),
    "ItemGetterType": ("operator", "itemgetter"),
    "AttrGetterType": ("operator", "attrgetter"),
    "OrderedDictType": ("collections", "OrderedDict"),
    "DictType": ("builtins", "dict"),
    "ListType": ("builtins", "list"),
    "TupleType": ("builtins", "tuple"),
    "TypeType": ("builtins", "type"),
    "ObjectType": ("builtins", "object"),
}


# --- reaching things by name --------------------------------------------------------------------


def _getattr(m: Machine, args: Args, _words: Words, _at: int) -> object:
    name = text_of(args[1]) if len(args) in (2, 3) else None
    return MISS if name is None else attribute(m, args[0], name, ("builtins.getattr",))


def _setattr(m: Machine, args: Args, _words: Words, _at: int) -> object:
    if len(args) == 3 and isinstance(args[0], Glob) and isinstance(args[1], str):
        m.patched.setdefault((args[0].module, args[0].name), {})[args[1]] = args[2]
        return None
    return MISS


def _import_module(m: Machine, args: Args, words: Words, _at: int) -> object:
    name = text_of(args[0] if args else words.get("name"))
    if not name:
        return MISS
    return m.modules.get(name) or Glob(name, "", ("importlib.import_module",))


def _import(m: Machine, args: Args, words: Words, _at: int) -> object:
    name = text_of(args[0] if args else words.get("name"))
    if not name:
        return MISS
    chosen = args[3] if len(args) > 3 else words.get("fromlist")
    if not items_of(chosen):
        name = name.partition(".")[0]
    return m.modules.get(name) or Glob(name, "", ("builtins.__import__",))


def _resolve_name(m: Machine, args: Args, words: Words, _at: int) -> object:
    name = text_of(args[0] if args else words.get("name"))
    if not name:
        return MISS
    module, colon, rest = name.partition(":")
    if not colon:
        # "a.b.c": as much of it as is a module.
        module, _, rest = name.rpartition(".") if "." in name else (name, "", "")
    found: object = Glob(module, "", ("pkgutil.resolve_name",))
    for part in rest.split(".") if rest else ():
        found = attribute(m, found, part)
    return found


def _named_in(m: Machine, args: Args, _words: Words, _at: int) -> object:
    # numpy stores its functions by module and name: any module's, if the arguments say so.
    if len(args) != 2 or not (module := text_of(args[0])) or not (name := text_of(args[1])):
        return MISS
    return attribute(m, Glob(module, "", ("numpy.core._ufunc_reconstruct",)), name)


def _vars(m: Machine, args: Args, _words: Words, _at: int) -> object:
    return attribute(m, args[0], "__dict__", ("builtins.vars",)) if len(args) == 1 else MISS


def _getitem(m: Machine, args: Args, _words: Words, _at: int) -> object:
    return getitem(m, args[0], args[1], ("operator.getitem",)) if len(args) == 2 else MISS


def getitem(m: Machine, of: object, key: object, via: tuple[str, ...]) -> object:
    """Get an item of anything that is known."""
    found = item(m, of, key, via)
    if found is not None:
        return found
    if isinstance(of, Map):
        value = of.get(key)
        return MISS if value is None else value
    if type(key) is Inst and isinstance(of, str | bytes):
        return codecs_of.sliced(of, key)
    items = items_of(of)
    if items is not None and type(key) is int and -len(items) <= key < len(items):
        return of[key : key + 1 or None] if isinstance(of, str) else items[key]
    return MISS


def _builtin_type(_m: Machine, args: Args, _words: Words, _at: int) -> object:
    # cloudpickle and dill name the types of the types module, such as CodeType.
    name = text_of(args[0]) if len(args) == 1 else None
    if not name:
        return MISS
    module, name = _DILL_TYPES.get(name, ("types" if name.endswith("Type") else "builtins", name))
    return Glob(module, name, ("cloudpickle._builtin_type",))


# --- calling what is given ----------------------------------------------------------------------


def _map(m: Machine, args: Args, _words: Words, at: int) -> object:
    columns = [items_of(a) for a in args[1:]]
    if not args or not columns:
        return MISS
    if any(c is None for c in columns):
        _apply(m, "map", args[0], (Unknown("items of an iterable"),), at)
        return MISS
    rows = list(zip(*(c for c in columns if c is not None), strict=False))
    return Seq("list", [_apply(m, "map", args[0], row, at) for row in rows[:_MOST_CALLS]])


def _filter(m: Machine, args: Args, _words: Words, at: int) -> object:
    items = items_of(args[1]) if len(args) == 2 else None
    if items is None or args[0] is None:
        if len(args) == 2 and args[0] is not None:
            _apply(m, "filter", args[0], (Unknown("items of an iterable"),), at)
        return MISS
    for one in items[:_MOST_CALLS]:
        _apply(m, "filter", args[0], (one,), at)
    return MISS


def _starmap(m: Machine, args: Args, _words: Words, at: int) -> object:
    rows = items_of(args[1]) if len(args) == 2 else None
    if rows is None:
        return MISS
    made = [_apply(m, "starmap", args[0], tuple(items_of(row) or ()), at) for row in rows[:_MOST_CALLS]]
    return Seq("list", made)


def _reduce(m: Machine, args: Args, _words: Words, at: int) -> object:
    items = items_of(args[1]) if len(args) in (2, 3) else None
    if items is None:
        return MISS
    queue = [*args[2:3], *items[:_MOST_CALLS]]
    if not queue:
        return MISS
    value = queue[0]
    for one in queue[1:]:
        value = _apply(m, "reduce", args[0], (value, one), at)
    return value


def _call(m: Machine, args: Args, words: Words, at: int) -> object:
    if not args:
        return MISS
    return _apply(m, "call", args[0], args[1:], at, tuple(words.items()))


def _apply_py2(m: Machine, args: Args, _words: Words, at: int) -> object:
    inner = items_of(args[1]) if len(args) >= 2 else None
    return MISS if inner is None else _apply(m, "apply", args[0], tuple(inner), at)


def _apply(
    m: Machine, op: str, func: object, args: Args, at: int, words: tuple[tuple[str, object], ...] = ()
) -> object:
    from backstamp.formats.pickle.calls import call

    m.spare.spend_operations()
    return call(m, op, func, args, words, at=at, via=(op,))


def _reconstructor(m: Machine, args: Args, _words: Words, at: int) -> object:
    # copyreg._reconstructor(cls, base, state): base.__new__(cls) of protocols 0 and 1.
    return _apply(m, "_reconstructor", args[0], args[2:] if args[2:] != (None,) else (), at) if args else MISS


def _newobj(m: Machine, args: Args, _words: Words, at: int) -> object:
    return _apply(m, "__newobj__", args[0], args[1:], at) if args else MISS


def _newobj_ex(m: Machine, args: Args, _words: Words, at: int) -> object:
    if len(args) != 3 or not isinstance(args[1], tuple) or not isinstance(args[2], Map):
        return MISS
    words = tuple((str(k), v) for k, v in list(args[2].pairs())[:64])
    return _apply(m, "__newobj_ex__", args[0], args[1], at, words)


# --- constructors -------------------------------------------------------------------------------


def _type(_m: Machine, args: Args, _words: Words, _at: int) -> object:
    if len(args) != 1:
        return MISS
    value = args[0]
    if isinstance(value, Inst) and isinstance(value.callee, Glob) and value.callee.name[:1].isupper():
        return value.callee
    if type(value) in PLAIN and value is not None:
        return Glob("builtins", type(value).__name__)
    if type(value) in (tuple, Map):
        return Glob("builtins", "tuple" if type(value) is tuple else "dict")
    return Glob("builtins", value.kind) if isinstance(value, Seq) else MISS


def _sequence(kind: str) -> Step:
    def made(m: Machine, args: Args, _words: Words, _at: int) -> object:
        items = items_of(args[0]) if len(args) == 1 else () if not args else None
        if items is None or len(items) > 100_000:
            return MISS
        m.spare.spend_operations(1 + len(items) // 8)
        return tuple(items) if kind == "tuple" else Seq(kind, list(items))

    return made


def _dict(_m: Machine, args: Args, words: Words, _at: int) -> object:
    flat: list[object] = []
    if args:
        rows = args[0]
        if isinstance(rows, Map):
            flat.extend(rows.flat)
        else:
            pairs = items_of(rows)
            for pair in pairs if pairs is not None else (None,):
                both = items_of(pair)
                if both is None or len(both) != 2:
                    return MISS
                flat.extend(both)
    for key, value in words.items():
        flat += (key, value)
    return Map(flat)


def _reversed(_m: Machine, args: Args, _words: Words, _at: int) -> object:
    items = items_of(args[0]) if len(args) == 1 else None
    return MISS if items is None else Seq("list", list(reversed(items)))


def method(
    m: Machine, of: object, name: str, args: Args, words: tuple[tuple[str, object], ...], at: int
) -> object:
    """Call a method of a value of a plain type."""
    if isinstance(of, Map):
        if name in ("get", "__getitem__", "pop", "setdefault") and args:
            value = of.get(args[0])
            return MISS if value is None else value
        return MISS
    if name == "__getitem__" and len(args) == 1:
        return getitem(m, of, args[0], ())
    if isinstance(of, Seq) and name == "pop" and not args and of.is_whole and of.items:
        of.length -= 1
        return of.items.pop()
    text = text_of(of)
    if text is not None:
        return codecs_of.text_method(m.spare, text, name, args, dict(words))
    data = bytes_of(of)
    if data is not None:
        return codecs_of.bytes_method(m.spare, data, name, args)
    if isinstance(of, Attr | Glob | Inst) and name == "__call__":
        return _apply(m, "__call__", of, args, at, words)
    return MISS


_BUILTINS: dict[str, Step] = {
    "__import__": _import,
    "apply": _apply_py2,
    "dict": _dict,
    "filter": _filter,
    "frozenset": _sequence("frozenset"),
    "getattr": _getattr,
    "list": _sequence("list"),
    "map": _map,
    "reversed": _reversed,
    "set": _sequence("set"),
    "setattr": _setattr,
    "tuple": _sequence("tuple"),
    "type": _type,
    "vars": _vars,
}
FUNCTIONS: dict[tuple[str, str], Step] = {
    **{("builtins", name): step for name, step in _BUILTINS.items()},
    **{("__builtin__", name): step for name, step in _BUILTINS.items()},
    ("_functools", "reduce"): _reduce,
    ("_operator", "call"): _call,
    ("_operator", "getitem"): _getitem,
    ("functools", "reduce"): _reduce,
    ("importlib", "__import__"): _import,
    ("importlib", "import_module"): _import_module,
    ("importlib._bootstrap", "_gcd_import"): _import_module,
    ("itertools", "starmap"): _starmap,
    ("operator", "call"): _call,
    ("operator", "getitem"): _getitem,
    ("operator", "__getitem__"): _getitem,
    ("numpy._core", "_ufunc_reconstruct"): _named_in,
    ("numpy.core", "_ufunc_reconstruct"): _named_in,
    ("pkgutil", "resolve_name"): _resolve_name,
    ("pydoc", "locate"): _resolve_name,
    ("unittest.mock", "_importer"): _resolve_name,
    ("hydra._internal.utils", "_locate"): _resolve_name,
    ("hydra.utils", "get_method"): _resolve_name,
    ("hydra.utils", "get_object"): _resolve_name,
    ("dill._dill", "_get_attr"): _getattr,
    ("dill._dill", "_getattribute"): _getattr,
    ("dill._dill", "_import_module"): _resolve_name,
    ("cloudpickle.cloudpickle", "_builtin_type"): _builtin_type,
    ("cloudpickle.cloudpickle", "subimport"): _import_module,
    ("dill._dill", "_load_type"): _builtin_type,
    ("joblib.externals.cloudpickle.cloudpickle", "_builtin_type"): _builtin_type,
    ("joblib.externals.cloudpickle.cloudpickle", "subimport"): _import_module,
    **{
        (module, name): codecs_of.step_of(function)
        for (module, name), function in codecs_of.FUNCTIONS.items()
    },
}


def _add_extension(m: Machine, args: Args, _words: Words, _at: int) -> object:
    if len(args) == 3 and type(args[2]) is int:
        m.extensions[args[2]] = (args[0], args[1])
    return None


for _module in ("copyreg", "copy_reg"):
    FUNCTIONS[_module, "add_extension"] = _add_extension
    FUNCTIONS[_module, "_reconstructor"] = _reconstructor
    FUNCTIONS[_module, "__newobj__"] = _newobj
    FUNCTIONS[_module, "__newobj_ex__"] = _newobj_ex
