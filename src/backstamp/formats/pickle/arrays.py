"""Raw arrays in the middle of a pickle, as joblib writes them, and the sizes of numpy's types.

After a ``NumpyArrayWrapper`` is built, joblib's unpickler reads the array's bytes off the file itself:
``prod(shape) * itemsize`` of them, after a padding byte since joblib 1.3, or a whole pickle if the array
holds objects. Source: joblib/numpy_pickle.py.
"""

from backstamp.formats.pickle.machine import Machine, Raw
from backstamp.formats.pickle.values import Broken, Glob, Inst, Map, Seq, items_of

_WRAPPER = "NumpyArrayWrapper"


def skip_array(m: Machine, target: Inst, pos: int) -> int:
    """Skip the raw bytes that follow the building of a joblib wrapper; elsewhere nothing."""
    cls = target.callee
    if not (isinstance(cls, Glob) and cls.name == _WRAPPER and cls.module.endswith("numpy_pickle")):
        return pos
    state = target.state
    if not isinstance(state, Map):
        return pos
    if pos < m.frame_end:
        m.sink.odd(pos - 1, "frame-divergence", f"a raw array inside a frame that ends at {m.frame_end}")
    m.frame_end = 0  # joblib closes the frame before it writes an array: the bytes lie outside of any
    dtype = state.get("dtype")
    if holds_objects(dtype):
        return _nested(m, pos)
    width, count = item_size(dtype), _count(state.get("shape"))
    start = pos
    if isinstance(state.get("numpy_array_alignment_bytes"), int):
        start += 1 + int(m.data[pos]) if pos < m.end else 1
    stop = start + width * count if width is not None and count is not None else None
    if stop is None:
        m.sink.odd(pos - 1, "raw-unskipped", "an array of unknown size")
        raise Broken("a raw array of unknown size")
    if stop > m.end:
        raise Broken("the data ends inside of a raw array")
    m.raws.append(Raw(pos, stop, is_pickle=False))
    return stop


def _nested(m: Machine, pos: int) -> int:
    from backstamp.formats.pickle.machine import Machine as Inner

    if m.depth > 8:
        raise Broken("arrays nested too deep")
    # joblib reads it by pickle.load, not by its own unpickler: no raw arrays inside.
    inner = Inner(m.data, m.sink, m.spare, start=pos, end=m.end, fold=m.fold, arrays=False)
    inner.depth = m.depth + 1
    inner.extensions = m.extensions
    inner.patched = m.patched
    inner.modules = m.modules
    try:
        stop = inner.run()
    finally:
        m.calls += inner.calls
        m.operations += inner.operations
    m.raws.append(Raw(pos, stop, is_pickle=True))
    return stop


def holds_objects(dtype: object) -> bool:
    """Say whether a numpy dtype, made by its reduce arguments and state, holds Python objects."""
    if not isinstance(dtype, Inst):
        return False
    code = _code(dtype)
    if code in ("O", "O8", "O4", "object", "|O"):
        return True
    return any(holds_objects(part) for part in _field_types(dtype))


def item_size(dtype: object) -> int | None:
    """The size of an element; ``None`` if it cannot be told."""
    if not isinstance(dtype, Inst):
        return None
    code = _code(dtype)
    if code is None:
        return None
    state = dtype.state
    if isinstance(state, tuple) and len(state) >= 7 and type(state[5]) is int and state[5] >= 0:
        return state[5]  # structured, text and void types tell their size in the state
    return width_of(code)


def width_of(code: str) -> int | None:
    """The size of an element by a type string such as ``f8``, ``<U3`` or ``|S10``."""
    code = code.lstrip("<>|=")
    if code in _NAMED:
        return _NAMED[code]
    head, digits = code[:1], code[1:].partition("[")[0]
    if head in ("M", "m"):
        return 8
    if not digits.isdigit() or len(digits) > 12:
        return {"?": 1, "b": 1, "B": 1}.get(code)
    if head == "U":
        return 4 * int(digits)
    return int(digits) if head in "biufcSVa" else None


_NAMED = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "float16": 2, "int32": 4, "uint32": 4,
    "float32": 4, "int64": 8, "uint64": 8, "float64": 8, "complex64": 8, "complex128": 16, "float128": 16,
}  # fmt: skip


def _code(dtype: Inst) -> str | None:
    code = dtype.args[0] if dtype.args else None
    return code if isinstance(code, str) else code.decode("latin-1") if isinstance(code, bytes) else None


def _field_types(dtype: Inst) -> list[object]:
    state = dtype.state
    if not isinstance(state, tuple) or len(state) < 5:
        return []
    found: list[object] = []
    if isinstance(state[2], tuple) and state[2]:
        found.append(state[2][0])  # a sub-array: (base, shape)
    if isinstance(state[4], Map):
        found += [v[0] for _, v in state[4].pairs() if isinstance(v, tuple) and v]
    return found[:1024]


def _count(shape: object) -> int | None:
    if isinstance(shape, Inst) and shape.args:
        shape = shape.args[0]
    sizes = items_of(shape) if isinstance(shape, tuple | Seq) else None
    if sizes is None or len(sizes) > 64:
        return None
    count = 1
    for size in sizes:
        if isinstance(size, Inst) and len(size.args) == 2 and isinstance(size.args[1], bytes):
            size = int.from_bytes(size.args[1], "little", signed=True)  # a numpy scalar
        if type(size) is not int or not 0 <= size < 2**48:
            return None
        count *= size
        if count >= 2**62:
            return None
    return count
