"""Calls: what is really called behind partial objects, getters, maps and method names."""

from backstamp.formats.pickle import pure
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.naming import attribute, item, spelled
from backstamp.formats.pickle.values import PLAIN, Attr, Big, Broken, Glob, Inst, Map, Seq, Unknown

_DEEPEST = 40
Keywords = tuple[tuple[str, object], ...]
_UNCALLABLE = (tuple, Map, Seq, Big)
_UNSIZED = frozenset({int, float, bool, type(None), Glob, Inst})


def call(
    m: Machine,
    op: str,
    func: object,
    args: tuple[object, ...],
    keywords: Keywords = (),
    *,
    at: int,
    via: tuple[str, ...] = (),
) -> object:
    """Call something: tell, and return what is known of the result."""
    kind = type(func)
    if kind in PLAIN or kind in _UNCALLABLE:
        raise Broken(f"{op} of something that is not callable")
    m.calls += 1
    if not m.fold:
        m.sink.called(at, op, func, args, keywords, via)
        return Inst(func, args, keywords)
    m.spare.spend_operations()
    if m.depth >= _DEEPEST:
        m.sink.called(at, op, func, args, keywords, via)
        return Unknown("calls nested too deep")
    m.depth += 1
    try:
        return _folded(m, op, func, args, keywords, at, via)
    finally:
        m.depth -= 1


def _folded(
    m: Machine,
    op: str,
    func: object,
    args: tuple[object, ...],
    keywords: Keywords,
    at: int,
    via: tuple[str, ...],
) -> object:
    if isinstance(func, Glob):
        chain = via + func.via
        m.sink.called(at, op, func, args, keywords, chain)
        return _of_global(m, func, args, keywords, at)
    if isinstance(func, Inst) and isinstance(func.callee, Glob):
        made = _of_instance(m, op, func, args, keywords, at, via)
        if made is not pure.MISS:
            return made
    if isinstance(func, Attr):
        found = pure.MISS
        if _affords(m, (func.of, *args)):
            found = pure.method(m, func.of, func.name, args, keywords, at)
            _affords(m, (found,))
        if found is not pure.MISS:
            return found
        m.sink.called(at, op, func, args, keywords, via + func.via)
        return Inst(func, args, keywords)
    m.sink.called(at, op, func, args, keywords, via)
    return Inst(func, args, keywords)


def _of_global(m: Machine, func: Glob, args: tuple[object, ...], keywords: Keywords, at: int) -> object:
    step = pure.FUNCTIONS.get((func.module, func.name))
    if not _affords(m, args):
        return Inst(func, args, keywords)
    found = _dotted(m, func, args, at) if step is None else step(m, args, dict(keywords), at)
    _affords(m, (found,))
    return Inst(func, args, keywords) if found is pure.MISS else found


def _affords(m: Machine, values: tuple[object, ...]) -> bool:
    """Pay for the sizes of values: folding costs no more than a multiple of the pickle's size."""
    for value in values:
        if type(value) in _UNSIZED:
            continue
        if isinstance(value, str | bytes | tuple):
            m.foldable -= len(value)
        elif isinstance(value, Seq):
            m.foldable -= len(value.items)
        elif isinstance(value, Map):
            m.foldable -= len(value.flat)
        elif isinstance(value, Big):
            m.foldable -= value.end - value.start
    return m.foldable > 0


def _dotted(m: Machine, func: Glob, args: tuple[object, ...], at: int) -> object:
    """Methods reached as globals: ``str.join``, ``sys.modules.get``, ``object.__getattribute__`` ..."""
    owner, _, name = func.name.rpartition(".")
    if not owner:
        return pure.MISS
    base = Glob(func.module, owner, func.via)
    via = (spelled(func),)
    if name in ("__getattribute__", "__getattr__"):
        names = args if len(args) == 1 else args[1:]
        of = base if len(args) == 1 else args[0]
        if len(names) == 1 and isinstance(names[0], str):
            return attribute(m, of, names[0], via)
    if name in ("get", "__getitem__", "pop", "setdefault") and args:
        of, key = (args[0], args[1]) if len(args) == 2 and type(args[0]) is not str else (base, args[0])
        found = item(m, of, key, via)
        if found is not None:
            return found
    if name in ("load_module", "import_module") and args and isinstance(args[-1], str):
        return Glob(args[-1], "", via)
    if func.module == "builtins" and args and owner in ("str", "bytes", "bytearray", "dict", "list"):
        return pure.method(m, args[0], name, args[1:], (), at)
    if name == "__get__" and args:
        return Inst(Glob("functools", "partial"), (base, args[0]))
    return pure.MISS


def _of_instance(
    m: Machine,
    op: str,
    func: Inst,
    args: tuple[object, ...],
    keywords: Keywords,
    at: int,
    via: tuple[str, ...],
) -> object:
    """Call an object whose call is known: partial, attrgetter, itemgetter, methodcaller, bound methods."""
    maker = func.callee
    if not isinstance(maker, Glob):
        return pure.MISS
    chain = (*via, spelled(maker))
    match pure.CALLABLE_MAKERS.get((maker.module, maker.name)):
        case "partial":
            inner = _partial_state(func) or func.args
            if not inner:
                return pure.MISS
            joined = (*func.keywords, *keywords)
            return call(m, op, inner[0], (*inner[1:], *args), joined, at=at, via=chain)
        case "attrgetter" if len(args) == 1:
            return _getters(func.args, lambda name: _attributes(m, args[0], name, chain))
        case "itemgetter" if len(args) == 1:
            return _getters(func.args, lambda key: pure.getitem(m, args[0], key, chain))
        case "methodcaller" if len(args) == 1 and func.args and isinstance(func.args[0], str):
            target = _attributes(m, args[0], func.args[0], ())
            return call(m, op, target, func.args[1:], func.keywords, at=at, via=chain)
        case _:
            return pure.MISS


def _partial_state(func: Inst) -> tuple[object, ...]:
    # partial.__reduce__ gives type(self), (func,), (func, args, keywords, dict): its state may replace it.
    state = func.state
    if isinstance(state, tuple) and len(state) >= 2 and isinstance(state[1], tuple):
        return (state[0], *state[1])
    return ()


def _attributes(m: Machine, of: object, path: object, via: tuple[str, ...]) -> object:
    if not isinstance(path, str):
        return pure.MISS
    found = of
    for part in path.split("."):
        found = attribute(m, found, part, via)
        via = ()
    return found


def _getters(keys: tuple[object, ...], get: pure.Getter) -> object:
    found = tuple(get(key) for key in keys[:64])
    if not found or pure.MISS in found:
        return pure.MISS
    return found[0] if len(found) == 1 else found
