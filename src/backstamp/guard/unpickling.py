"""Guarded twins of ``pickle.load``, ``pickle.loads`` and ``pickle.Unpickler``.

The standard library, PyTorch's data loaders and process pools unpickle messages all the time: bytes in memory
and streams without a file are theirs, and pass unless ``memory="check"``; even then those of the modules
that talk between processes pass.
"""

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeAlias

from backstamp.guard import calls
from backstamp.guard.checking import Guard

Active: TypeAlias = Callable[[], Guard | None]
_OWN = "backstamp.guard."
_READING = frozenset({"read", "readline", "readinto", "peek"})
_TALKING = frozenset(
    "multiprocessing concurrent loky asyncio ray dask distributed joblib.externals joblib.pool "
    "torch.multiprocessing torch.distributed torch.utils".split()
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
            and not is_talk()
        ):
            calls.check_bytes(guard, memoryview(data), "pickle.loads")  # type: ignore[arg-type]  # it says so itself
        return original(data, **options)

    return loads


def guarded_unpickler(active: Active, original: type) -> type:
    """Make the twin of ``pickle.Unpickler``; what inherits from it is guarded too."""

    def __init__(self: object, file: object, /, *args: object, **options: object) -> None:  # noqa: N807
        switch = Switch(file) if not _is_message(file) and calls.descriptor_of(file) is not None else None
        vars(self)["_backstamp_switch"] = switch
        original.__init__(self, file if switch is None else switch, *args, **options)  # type: ignore[misc]

    def load(self: object) -> object:
        guard = active()
        switch = vars(self).get("_backstamp_switch")
        if guard is None or guard.flight.is_busy or not isinstance(switch, Switch):
            return original.load(self)  # type: ignore[attr-defined]
        with calls.streaming(guard, switch.given, "pickle.Unpickler") as stream, switch.to(stream):
            return original.load(self)  # type: ignore[attr-defined]

    return type(
        original.__name__,
        (original,),
        {"__init__": __init__, "load": load, "__module__": original.__module__, "__doc__": original.__doc__},
    )


class Switch:
    """A stream that reads the given file, or for the time of one load the copy of it that was checked."""

    def __init__(self, given: object) -> None:
        self.given = given
        self._turn(given)

    @contextlib.contextmanager
    def to(self, stream: object) -> Iterator[None]:
        """Read another stream for the time of the context."""
        self._turn(stream)
        try:
            yield
        finally:
            self._turn(self.given)

    def _turn(self, stream: object) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        """Give what the stream in use has: ``peek`` and ``readinto`` only if it has them."""
        if name in _READING and hasattr(self._stream, name):
            return lambda *args: getattr(self._stream, name)(*args)  # noqa: PLW0108  # the stream changes
        return getattr(self._stream, name)


def _is_message(file: object) -> bool:
    """Say whether a stream is bytes in memory; loads of these are judged as ``pickle.loads`` are."""
    return isinstance(file, io.BytesIO)


def is_talk() -> bool:
    """Say whether the module that called the guard talks between processes."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the quickest way to know
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_OWN):
        frame = frame.f_back
    head = str(frame.f_globals.get("__name__", "")).split(".") if frame is not None else [""]
    return head[0] in _TALKING or ".".join(head[:2]) in _TALKING
