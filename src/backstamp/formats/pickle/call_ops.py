"""Handlers of the opcodes that import, call, build, and set state."""

from backstamp.formats.pickle.arrays import skip_array
from backstamp.formats.pickle.calls import call
from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.naming import found_class
from backstamp.formats.pickle.values import PLAIN, Big, Broken, Glob, Inst, Map, Seq, Unknown, text_of

_CALLABLE_SEQ = (tuple, Map, Seq, Big)


def global_(m: Machine, pos: int) -> int:
    """GLOBAL: two lines of UTF-8."""
    module, after = m.line(pos)
    name, after = m.line(after)
    if not module or not name:
        raise Broken("GLOBAL without a name")
    try:
        names = module.decode(), name.decode()
    except UnicodeDecodeError:
        raise Broken("GLOBAL is not UTF-8") from None
    m.stack.append(_imported(m, *names, pos - 1))
    return after


def stack_global(m: Machine, pos: int) -> int:
    """STACK_GLOBAL."""
    name, module = m.stack.pop(), m.stack.pop()
    texts = text_of(module), text_of(name)
    if texts[0] is None or texts[1] is None:
        if not m.fold or type(module) in PLAIN - {str} or type(name) in PLAIN - {str}:
            raise Broken("STACK_GLOBAL requires str")
        m.stack.append(Unknown("a global whose name is computed"))
        m.sink.odd(pos - 1, "computed-name", "STACK_GLOBAL of what a call returns")
        return pos
    m.stack.append(_imported(m, texts[0], texts[1], pos - 1))
    return pos


def _imported(m: Machine, module: str, name: str, at: int) -> object:
    if not (module.isascii() and name.isascii()):
        m.sink.odd(at, "non-ascii-name", f"{module}.{name}")
    return found_class(m, module, name, at)


def reduce(m: Machine, pos: int) -> int:
    """REDUCE."""
    args, func = m.stack.pop(), m.stack.pop()
    m.stack.append(call(m, "REDUCE", func, _arguments(m, args), at=pos - 1))
    return pos


def obj(m: Machine, pos: int) -> int:
    """OBJ: class and arguments above a MARK."""
    items = m.pop_mark()
    if not items:
        raise Broken("stack underflow")
    m.stack.append(call(m, "OBJ", items[0], tuple(items[1:]), at=pos - 1))
    return pos


def inst(m: Machine, pos: int) -> int:
    """INST: two lines of ASCII, arguments above a MARK."""
    if not m.marks:
        raise Broken("could not find MARK")
    module, after = m.line(pos)
    if not module:
        raise Broken("INST without a name")
    name, after = m.line(after)
    if not name:
        raise Broken("INST without a name")
    args = tuple(m.pop_mark())
    try:
        func = found_class(m, module.decode("ascii"), name.decode("ascii"), pos - 1)
    except UnicodeDecodeError:
        raise Broken("INST is not ASCII") from None
    m.stack.append(call(m, "INST", func, args, at=pos - 1))
    return after


def newobj(m: Machine, pos: int) -> int:
    """NEWOBJ: ``cls.__new__(cls, *args)``."""
    args, cls = m.stack.pop(), m.stack.pop()
    _check_class(m, cls)
    m.stack.append(call(m, "NEWOBJ", cls, _arguments(m, args), at=pos - 1))
    return pos


def newobj_ex(m: Machine, pos: int) -> int:
    """NEWOBJ_EX: ``cls.__new__(cls, *args, **kwargs)``."""
    keywords, args, cls = m.stack.pop(), m.stack.pop(), m.stack.pop()
    _check_class(m, cls)
    pairs: tuple[tuple[str, object], ...] = ()
    if isinstance(keywords, Map):
        if any(type(k) is not str for k in keywords.flat[::2]) and not m.fold:
            raise Broken("keywords must be strings")
        pairs = tuple((str(k), v) for k, v in list(keywords.pairs())[:64])
    elif not isinstance(keywords, Inst | Unknown):
        raise Broken("NEWOBJ_EX keywords are no dict")
    m.stack.append(call(m, "NEWOBJ_EX", cls, _arguments(m, args), pairs, at=pos - 1))
    return pos


def _check_class(m: Machine, cls: object) -> None:
    if type(cls) in PLAIN or type(cls) in _CALLABLE_SEQ or (not m.fold and type(cls) is not Glob):
        raise Broken("NEWOBJ class argument must be a type")


def _arguments(m: Machine, args: object) -> tuple[object, ...]:
    if type(args) is tuple:
        return args
    if m.fold and isinstance(args, Inst | Unknown):
        return (Unknown("arguments that are computed"), args)
    raise Broken("argument list must be a tuple")


def build(m: Machine, pos: int) -> int:
    """BUILD: ``__setstate__``, or the attributes one by one."""
    state = m.stack.pop()
    target = m.stack[-1]
    if type(target) in PLAIN or type(target) in _CALLABLE_SEQ:
        parts = state if type(state) is tuple and len(state) == 2 else (state, Map([]))
        if parts[0] is not None or not isinstance(parts[1], Map) or parts[1].length:
            raise Broken("BUILD on a plain value")
        return pos
    m.sink.built(pos - 1, target, state)
    if isinstance(target, Glob):
        _overwrite(m, target, state)
    elif isinstance(target, Inst):
        target.state = state
        if m.arrays and m.fold:
            return skip_array(m, target, pos)
    return pos


def _overwrite(m: Machine, target: Glob, state: object) -> None:
    patch = m.patched.setdefault((target.module, target.name), {})
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    for part in parts:
        if isinstance(part, Map):
            patch.update((k, v) for k, v in part.pairs() if type(k) is str)


def ext1(m: Machine, pos: int) -> int:
    """EXT1."""
    return _extension(m, m.data[pos], pos, pos + 1)


def ext2(m: Machine, pos: int) -> int:
    """EXT2."""
    return _extension(m, int.from_bytes(m.data[pos : pos + 2], "little"), pos, pos + 2)


def ext4(m: Machine, pos: int) -> int:
    """EXT4."""
    return _extension(m, int.from_bytes(m.data[pos : pos + 4], "little", signed=True), pos, pos + 4)


def _extension(m: Machine, code: int, pos: int, after: int) -> int:
    if after > m.end:
        raise Broken("the data ends too early")
    if code <= 0:
        raise Broken("EXT specifies code <= 0")
    known = m.extensions.get(code)
    if type(known) is tuple and len(known) == 2 and type(known[0]) is str and type(known[1]) is str:
        m.sink.odd(pos - 1, "extension", f"{code} is {known[0]}.{known[1]}")
        m.stack.append(found_class(m, known[0], known[1], pos - 1))
    elif m.fold:
        m.sink.odd(pos - 1, "extension", f"{code} is not registered by the pickle")
        m.stack.append(Unknown(f"extension {code}"))
    else:
        raise Broken(f"unregistered extension code {code}")
    return after


def persid(m: Machine, pos: int) -> int:
    """PERSID."""
    line, after = m.line(pos)
    if not line.isascii():
        raise Broken("persistent IDs in protocol 0 must be ASCII strings")
    m.load_persistent(line.decode("ascii"), pos - 1)
    return after


def binpersid(m: Machine, pos: int) -> int:
    """BINPERSID."""
    m.load_persistent(m.stack.pop(), pos - 1)
    return pos
