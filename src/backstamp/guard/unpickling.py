"""Guarded twins of ``pickle.load``, ``pickle.loads`` and ``pickle.Unpickler``.

The standard library, PyTorch's data loaders and process pools unpickle messages all the time: bytes in memory
and streams without a file are theirs, and pass unless ``memory="check"``; even then those of the modules
that talk between processes pass.
"""

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

from backstamp.guard import calls
from backstamp.guard.checking import Guard

Active: TypeAlias = Callable[[], Guard | None]
_TALKING = frozenset(
    "multiprocessing concurrent loky joblib asyncio logging copy torch.multiprocessing torch.distributed "
    "torch.utils ray dask distributed".split()
)


def guarded_load(active: Active, original: Callable[..., object]) -> Callable[..., object]:
    """Make the twin of ``pickle.load``."""

    def load(file: object, /, **options: object) -> object:
        guard = active()
        if guard is None or guard.flight.is_busy or _is_message(file):
            return original(file, **options)
        with calls.streaming(guard, file, "pickle.load") as stream:
            return original(stream, **options)

    return load


def guarded_loads(active: Active, original: Callable[..., object]) -> Callable[..., object]:
    """Make the twin of ``pickle.loads``."""

    def loads(data: object, /, **options: object) -> object:
        guard = active()
        if (
            guard is not None
            and not guard.flight.is_busy
            and guard.settings.memory == "check"
            and not _is_talk(2)
        ):
            calls.check_bytes(guard, memoryview(data), "pickle.loads")  # type: ignore[arg-type]  # it says so itself
        return original(data, **options)

    return loads


def guarded_unpickler(active: Active, original: type) -> type:
    """Make the twin of ``pickle.Unpickler``; what inherits from it is guarded too."""

    def __init__(self: object, file: object, /, *args: object, **options: object) -> None:  # noqa: N807
        vars(self)["_backstamp_file"] = file
        vars(self)["_backstamp_args"] = (args, options)
        original.__init__(self, file, *args, **options)  # type: ignore[misc]

    def load(self: object) -> object:
        guard = active()
        file = vars(self).get("_backstamp_file")
        if guard is None or guard.flight.is_busy or _is_message(file):
            return original.load(self)  # type: ignore[attr-defined]
        with _rebased(guard, self, original, file):
            return original.load(self)  # type: ignore[attr-defined]

    return type(
        original.__name__,
        (original,),
        {"__init__": __init__, "load": load, "__module__": original.__module__, "__doc__": original.__doc__},
    )


@contextlib.contextmanager
def _rebased(guard: Guard, unpickler: object, original: type, file: object) -> Iterator[None]:
    """Let an unpickler read the copy that was checked for the time of one load. Its memo is kept."""
    with calls.streaming(guard, file, "pickle.Unpickler") as stream:
        if stream is file:
            yield
            return
        args, options = vars(unpickler)["_backstamp_args"]
        memo = getattr(unpickler, "memo", None)
        original.__init__(unpickler, stream, *args, **options)  # type: ignore[misc]
        with contextlib.suppress(AttributeError, TypeError):
            unpickler.memo = memo  # type: ignore[attr-defined]
        try:
            yield
        finally:
            memo = getattr(unpickler, "memo", None)
            original.__init__(unpickler, file, *args, **options)  # type: ignore[misc]
            with contextlib.suppress(AttributeError, TypeError):
                unpickler.memo = memo  # type: ignore[attr-defined]


def _is_message(file: object) -> bool:
    """Say whether a stream is bytes in memory; loads of these are judged as ``pickle.loads`` are."""
    return isinstance(file, io.BytesIO)


def _is_talk(depth: int) -> bool:
    """Say whether the caller's caller is a module that talks between processes."""
    name = str(sys._getframe(depth).f_globals.get("__name__", ""))  # noqa: SLF001
    head = name.split(".")
    return head[0] in _TALKING or ".".join(head[:2]) in _TALKING
