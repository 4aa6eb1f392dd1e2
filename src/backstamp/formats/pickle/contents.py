"""What a pickle leaves behind once it is loaded, as far as the symbolic machine knows it.

The machine tells what is put into objects that are no plain containers (an ``OrderedDict``, which state dicts
mostly are) and forgets it; here it is kept, so that the result can be walked through.
"""

from collections.abc import Iterator

from backstamp.core.budget import Budget
from backstamp.formats.pickle.machine import Data, Machine
from backstamp.formats.pickle.values import HELD_ITEMS, Broken, Glob, Inst, Map, Seq

_MAPPINGS = frozenset({"OrderedDict", "defaultdict", "Counter", "ParameterDict", "AttributeDict", "EasyDict"})
_MOST_STREAMS = 16


class Contents:
    """The result of one pickle, and what was put into the objects in it."""

    __slots__ = ("_filled", "result", "start")

    def __init__(self, start: int, result: object, filled: "dict[int, tuple[object, list[object]]]") -> None:
        self.start = start
        self.result = result
        self._filled = filled

    def pairs(self, value: object) -> Iterator[tuple[object, object]]:
        """Yield the pairs of a dict, or of an object of a class which is one."""
        if isinstance(value, Map):
            yield from value.pairs()
        elif isinstance(value, Inst) and self.is_mapping(value):
            for pair in items_in(value.args[0]) if value.args else ():  # as Python 2 writes them
                inner = items_in(pair)
                if len(inner) == 2:
                    yield inner[0], inner[1]
            held = self._filled.get(id(value), (None, []))[1]
            yield from zip(held[::2], held[1::2], strict=False)

    def is_mapping(self, value: object) -> bool:
        """Say whether a value is a dict of some kind."""
        if isinstance(value, Inst) and isinstance(value.callee, Glob):
            return value.callee.name.rpartition(".")[2] in _MAPPINGS
        return isinstance(value, Map)

    def attributes(self, value: object) -> Iterator[tuple[object, object]]:
        """Yield the attributes that an object is given when it is built."""
        state = value.state if isinstance(value, Inst) else None
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, Map):
                yield from part.pairs()


class _Keeper:
    """A sink that keeps what is put into objects, up to a bound, and lets everything else pass."""

    __slots__ = ("filled_", "left")

    def __init__(self) -> None:
        self.filled_: dict[int, tuple[object, list[object]]] = {}
        self.left = HELD_ITEMS

    def imported(self, at: int, glob: Glob, written: tuple[str, str]) -> None:
        """Pass."""

    def called(
        self,
        at: int,
        op: str,
        callee: object,
        args: tuple[object, ...],
        keywords: tuple[tuple[str, object], ...],
        via: tuple[str, ...],
    ) -> None:
        """Pass."""

    def built(self, at: int, target: object, state: object) -> None:
        """Pass: the machine keeps states itself."""

    def filled(self, at: int, op: str, target: object, items: list[object]) -> None:  # noqa: ARG002
        """Keep pairs; the target is kept too, so that its identity stays its own."""
        if op.startswith("SETITEM") and self.left > 0:
            self.left -= len(items)
            self.filled_.setdefault(id(target), (target, []))[1].extend(items)

    def persistent(self, at: int, pid: object) -> None:
        """Pass."""

    def hashed(self, at: int, key: object) -> None:
        """Pass."""

    def odd(self, at: int, kind: str, detail: str) -> None:
        """Pass."""


def contents_of(data: Data, budget: Budget, most: int = _MOST_STREAMS) -> Iterator[Contents]:
    """Yield the contents of the first pickles in a row; one that breaks ends it."""
    at = 0
    for _ in range(most):
        keeper = _Keeper()
        machine = Machine(data, keeper, budget, start=at, end=len(data))
        try:
            end = machine.run()
        except Broken:
            return
        yield Contents(at, machine.result, keeper.filled_)
        at = end
        if at >= len(data):
            return


def name_of(value: object) -> str:
    """Name the class or function that made a value: ``torch._utils._rebuild_tensor_v2``; empty if unknown."""
    callee = value.callee if isinstance(value, Inst) else None
    return f"{callee.module}.{callee.name}" if isinstance(callee, Glob) else ""


def items_in(value: object) -> list[object]:
    """The items of a list, tuple or set that are kept."""
    if isinstance(value, tuple):
        return list(value)
    return value.items if isinstance(value, Seq) else []
