"""Tensors in what a pickle leaves behind: names, shapes and element types, without their numbers.

Sources: torch/_utils.py (the ``_rebuild_*`` functions), torch/serialization.py (ids of storages).
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.pickle.contents import Contents, items_in, name_of
from backstamp.formats.pickle.values import Glob, Inst, Map, Pid, Seq

_DEEPEST = 40
_MOST = 200_000
_LARGEST = 1 << 60
_STORAGES = {
    "Double": "F64", "Float": "F32", "Half": "F16", "BFloat16": "BF16", "Long": "I64", "Int": "I32",
    "Short": "I16",
    "Char": "I8", "Byte": "U8", "Bool": "BOOL", "ComplexFloat": "C64", "ComplexDouble": "C128", "QInt8": "I8",
    "QUInt8": "U8", "QInt32": "I32",
}  # fmt: skip
_DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL", "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "uint16": "U16", "uint32": "U32", "uint64": "U64", "complex64": "C64", "half": "F16", "float": "F32",
}  # fmt: skip
_PLAIN = frozenset({"_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor"})
_WRAPPED = frozenset({"_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_buffer"})


class Tensor(msgspec.Struct, frozen=True):
    """A tensor: ``name`` is the path of keys to it, ``storage`` tells which share their numbers."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    elements: int
    storage: tuple[str, int]


def tensors_in(
    contents: Contents, budget: Budget, *, without: frozenset[str] = frozenset()
) -> Iterator[Tensor]:
    """Yield the tensors of a result, in order.

    What stands under a key with one of the words of ``without`` is not followed, at the top and one below.
    """
    stack: list[tuple[str, object, int]] = [("", contents.result, 0)]
    seen: set[int] = set()
    told = 0
    while stack and told < _MOST:
        path, value, depth = stack.pop()
        budget.spend_operations()
        tensor = tensor_of(path, value)
        if tensor is not None:
            told += 1
            yield tensor
            continue
        if depth > _DEEPEST or id(value) in seen or not isinstance(value, Inst | Map | Seq | tuple):
            continue
        seen.add(id(value))
        below = [*_below(contents, value)]
        for key, inner in reversed(below):
            if depth < 2 and _is_left_out(key, inner, without):
                continue
            stack.append((_joined(path, key), inner, depth + 1))


def _is_left_out(key: object, value: object, words: frozenset[str]) -> bool:
    """Say whether a key has such a word; a tensor is what it is, whatever it is called."""
    if not isinstance(key, str) or len(key) > 80 or tensor_of("", value) is not None:
        return False
    return not words.isdisjoint(key.lower().replace("-", "_").split("_"))


def _below(contents: Contents, value: object) -> Iterator[tuple[object, object]]:
    yield from contents.pairs(value)
    if isinstance(value, tuple | Seq):
        yield from enumerate(items_in(value))
    elif isinstance(value, Inst):
        yield from contents.attributes(value)
        if name_of(value).endswith("_rebuild_from_type_v2") and len(value.args) > 2:
            yield "", value.args[2]


def _joined(path: str, key: object) -> str:
    """Modules keep what they hold in ``_parameters``, ``_buffers`` and ``_modules``: no part of a name."""
    text = str(key) if isinstance(key, str | int) else "?"
    if text in ("_parameters", "_buffers", "_modules", ""):
        return path
    return f"{path}.{text}"[-1024:] if path else text[:1024]


def tensor_of(name: str, value: object) -> Tensor | None:
    """Take a value for a tensor, if it is one."""
    made = name_of(value)
    if not isinstance(value, Inst) or not made.startswith("torch."):
        return None
    function = made.rpartition(".")[2]
    if function in _WRAPPED and value.args:
        return tensor_of(name, value.args[0])
    if function == "_rebuild_from_type_v2" and len(value.args) > 2 and isinstance(value.args[2], tuple):
        rebuilt = value.args[0]
        if isinstance(rebuilt, Glob):
            return tensor_of(name, Inst(rebuilt, value.args[2]))
    if function not in _PLAIN or len(value.args) < 3:
        return None
    storage, offset, size = value.args[:3]
    pid = storage.pid if isinstance(storage, Pid) else None
    shape = _shape(size)
    if shape is None or not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
        return None
    elements = 1
    for number in shape:
        elements *= number
        if elements > _LARGEST:
            return None
    key = str(pid[2])[:200] if isinstance(pid[2], str | int) else ""
    start = offset if isinstance(offset, int) else 0
    return Tensor(name, _dtype(pid[1], value.args), shape, elements, (key, start))


def _shape(size: object) -> tuple[int, ...] | None:
    if isinstance(size, Inst) and name_of(size) == "torch.Size" and size.args:
        size = size.args[0]
    if not isinstance(size, tuple):
        return None
    numbers = [n for n in size if isinstance(n, int) and not isinstance(n, bool) and n >= 0]
    return tuple(numbers) if len(numbers) == len(size) <= 64 else None


def _dtype(kind: object, args: tuple[object, ...]) -> str:
    """The class of the storage says it; storages without a type leave it to an argument."""
    name = kind.name if isinstance(kind, Glob) else ""
    if name in ("UntypedStorage", "_UntypedStorage"):
        named = next((a.name for a in args if isinstance(a, Glob) and a.name in _DTYPES), "")
        return _DTYPES.get(named, "untyped")
    return _STORAGES.get(name.removesuffix("Storage"), name[:40] or "unknown")
