"""Raw numbers behind pickles, as old versions of torch wrote them.

Before torch 1.6 (and still with ``_use_new_zipfile_serialization=False``) a file is five pickles: a magic
number, the protocol, the system, the object, the keys of its storages; then for each key the number of its
elements, eight bytes, and the elements. Older still is a tar whose members ``storages`` and ``tensors``
hold a number, and then one pickle with raw bytes behind it for each. Source: torch/serialization.py.
"""

from collections.abc import Iterable

from backstamp.formats.pickle.values import Glob, Seq, items_of

MAGIC = 0x1950A86A20F9469CFC6C
_WIDTHS = {
    "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1,
    "Bool": 1, "ComplexDouble": 16, "ComplexFloat": 8, "QInt8": 1, "QUInt8": 1, "QInt32": 4, "QUInt4x2": 1,
    "QUInt2x4": 1, "Untyped": 1, "_Untyped": 1,
}  # fmt: skip


def storages_end(view: memoryview, at: int, keys: object, pids: Iterable[object]) -> int | None:
    """Follow the storages behind the fifth pickle; ``None`` if they are not what the ids promise."""
    widths = {}
    for pid in pids:
        if isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage" and isinstance(pid[2], str):
            widths[pid[2]] = width_of(pid[1])
    names = items_of(keys) if isinstance(keys, Seq) else None
    if names is None:
        return None
    for name in names:
        width = widths.get(name) if isinstance(name, str) else None
        if width is None or at + 8 > len(view):
            return None
        at += 8 + width * int.from_bytes(view[at : at + 8], "little")
        if at > len(view):
            return None
    return at


def tar_raw_end(view: memoryview, at: int, result: object) -> int | None:
    """Follow the raw bytes behind a pickle of a tar's member; ``None`` if it is no such pickle."""
    if not (isinstance(result, tuple) and len(result) == 3 and isinstance(result[2], Glob)):
        return None
    kind = result[2]
    if not kind.module.startswith("torch") or at + 8 > len(view):
        return None
    if kind.name.endswith("Storage"):
        width = width_of(kind)
        end = at + 8 + (width or 0) * int.from_bytes(view[at : at + 8], "little")
        return end if width and end <= len(view) else None
    if kind.name.endswith("Tensor"):
        dimensions = int.from_bytes(view[at : at + 4], "little")
        end = at + 8 + 16 * dimensions + 8
        return end if end <= len(view) else None
    return None


def width_of(kind: object) -> int | None:
    """The size of an element of a storage class."""
    return _WIDTHS.get(kind.name.removesuffix("Storage")) if isinstance(kind, Glob) else None
