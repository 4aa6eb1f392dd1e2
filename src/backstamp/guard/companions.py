"""Files that a loader opens beside the one that it is told: parts of split weights, external data of ONNX.

Sources: ONNX "External Data" (locations are relative to the model's folder); llama.cpp ``gguf-split``.
"""

import mmap
import os
from collections.abc import Iterator

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.guard.errors import GuardError
from backstamp.guard.holding import Held

_SPLIT_TAIL = len("-00001-of-00002.gguf")


def companions_of(held: Held) -> list[str]:
    """List the other files that loading this file opens. Raises ``GuardError`` if that cannot be known."""
    name = os.path.basename(held.path).lower()
    if name.endswith(".gguf"):
        return [path for path in _parts_of_gguf(held.path) if path != held.path]
    if name.endswith(".onnx"):
        return _data_of_onnx(held)
    return []


def opens_by_folder(held: Held) -> bool:
    """Say whether a runtime looks for files beside a model (compiled contexts), or goes by its ending."""
    if not held.path.lower().endswith(".onnx") or not held.state.size:
        return True
    with mmap.mmap(held.file, 0, access=mmap.ACCESS_READ) as mapped:
        return mapped.find(b"EPContext") >= 0


def _parts_of_gguf(path: str) -> Iterator[str]:
    stem, tail = path[:-_SPLIT_TAIL], path[-_SPLIT_TAIL:]
    number, _, rest = tail.removeprefix("-").partition("-of-")
    count = rest[:-5]
    if tail.startswith("-") and len(number) == len(count) == 5 and number.isdecimal() and count.isdecimal():
        for at in range(1, int(count) + 1):
            part = f"{stem}-{at:05d}-of-{count}{path[-5:]}"
            if os.path.exists(part):
                yield part


def _data_of_onnx(held: Held) -> list[str]:
    from backstamp.formats import onnx

    if not held.state.size:
        return []
    found: dict[str, None] = {}
    with mmap.mmap(held.file, 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        try:
            for part in onnx.parts_of(view, len(view), Budget()):
                if isinstance(part, onnx.Tensor) and part.external:
                    found[dict(part.external).get("location", "")] = None
        except ReadError as error:
            raise GuardError(
                f'refused to load "{held.path}": its data files cannot be known: {error.message}',
                hint="Load a model that is whole.",
                path=held.path,
            ) from error
    folder = os.path.dirname(held.path)
    paths = [os.path.abspath(os.path.join(folder, location)) for location in found if location]
    return [path for path in paths if os.path.isfile(path)]
