"""Replaces loaders, and puts them back.

1. A function of Python is not replaced but gets another code: every reference to it is guarded, such as names
   that were imported from its module before, or that stand in tables.
2. What is built in or a class is replaced in its module, and in all modules that have imported the name.
3. Nothing is imported: only modules that are loaded already are looked at.
"""

import functools
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from types import FunctionType, ModuleType
from typing import TypeAlias

Original: TypeAlias = Callable[..., object]
Twin: TypeAlias = Callable[[Original], object]  # makes the guarded one of the original
_MARK = "backstamp.guard"


class Patches:
    """What was replaced, by its place: ``module:name``."""

    def __init__(self) -> None:
        self._undo: dict[str, tuple[object, Callable[[], None]]] = {}
        self._lock = threading.RLock()

    def after_fork(self) -> None:
        """Make a new lock: another thread of the parent may have held the old one."""
        self._lock = threading.RLock()

    @property
    def places(self) -> list[str]:
        """Name what is replaced."""
        return sorted(self._undo)

    def replace(self, module: ModuleType, name: str, twin: Twin) -> bool:
        """Guard a function or class of a module; ``False`` if there is none, or it is guarded already."""
        with self._lock:
            owner, last = _owner(module, name)
            found = vars(owner).get(last) if owner is not None else None
            if owner is None or found is None:
                return False
            place = f"{module.__name__}:{name}"
            if place in self._undo and self._undo[place][0] is found:
                return False
            function = getattr(found, "__func__", found)
            if isinstance(function, FunctionType):
                if _MARK not in function.__code__.co_filename:
                    self._undo[place] = (found, _recoded(function, twin))
                    return True
                return False
            replacement = twin(found)
            undo = _renamed(owner, last, found, replacement)
            self._undo[place] = (replacement, undo)
            return True

    def restore(self) -> None:
        """Put everything back."""
        with self._lock:
            for _, undo in reversed(self._undo.values()):
                undo()
            self._undo.clear()


def _owner(module: ModuleType, name: str) -> tuple[object | None, str]:
    *parts, last = name.split(".")
    owner: object = module
    for part in parts:
        owner = vars(owner).get(part)
        if owner is None:
            return None, last
    return owner, last


def _gate(*args: object, **kwargs: object) -> object:
    call: object = "backstamp.guard"
    return call(*args, **kwargs)  # type: ignore[operator]


def _recoded(function: FunctionType, twin: Twin) -> Callable[[], None]:
    """Give a function the code of ``_gate``, with the twin in the place of its constant."""
    code = function.__code__
    original = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__dict__.update(function.__dict__)
    original.__qualname__, original.__module__ = function.__qualname__, function.__module__
    made = twin(original)
    gate = _gate.__code__
    function.__code__ = gate.replace(
        co_consts=tuple(made if constant == _MARK else constant for constant in gate.co_consts),
        co_freevars=code.co_freevars,
        co_filename=f"<{_MARK}>",
        co_name=code.co_name,
        co_qualname=code.co_qualname,
    )
    before = function.__dict__.get("__wrapped__")
    function.__dict__["__wrapped__"] = original  # signatures and sources are read from there

    def undo() -> None:
        function.__code__ = code
        if before is None:
            function.__dict__.pop("__wrapped__", None)
        else:
            function.__dict__["__wrapped__"] = before

    return undo


def _renamed(owner: object, name: str, original: object, replacement: object) -> Callable[[], None]:
    if not isinstance(replacement, type):
        functools.update_wrapper(replacement, original)  # type: ignore[arg-type]
    setattr(owner, name, replacement)
    _sweep(original, replacement)

    def undo() -> None:
        if vars(owner).get(name) is replacement:
            setattr(owner, name, original)
        _sweep(replacement, original)

    return undo


def _sweep(old: object, new: object) -> None:
    """Exchange a value in the names of all loaded modules."""
    for names in _names():
        for name, value in list(names.items()):
            if value is old:
                names[name] = new


def _names() -> Iterator[MutableMapping[str, object]]:
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and not name.startswith("backstamp.guard"):
            yield vars(module)
