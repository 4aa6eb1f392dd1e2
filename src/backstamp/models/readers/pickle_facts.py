"""Gathers what the machine tells into facts: bounded, and each distinct one once with its count.

Two calls are the same if callee and the shape of the arguments are. Globals and telling text (anything
but a plain word) belong to the shape in full, so that no harmful call hides behind a harmless one.
What is put into objects is judged by its globals alone: there all texts are alike.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.formats.pickle.payloads import payload_of
from backstamp.formats.pickle.values import Glob
from backstamp.models.facts.pickle import (
    PickleCall,
    PickleContainer,
    PickleGlobal,
    PickleOddity,
    PicklePersistent,
    PickleState,
)
from backstamp.models.readers.pickle_values import Snapshot, data_in, globals_in, outline, shape, snapshot

_ITEMS = 16
_MOST_FACTS = 20_000
_MOST_PAYLOADS = 1_000
_NUMBERS = frozenset({"_frombuffer", "_reconstruct", "scalar"})
Keywords = tuple[tuple[str, object], ...]


class Payload(msgspec.Struct, frozen=True):
    """An artifact that a call is given."""

    at: int
    data: bytes | memoryview
    kind: str


class _Entry:
    """A fact and how often it occurred."""

    __slots__ = ("count", "fact")

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.count = 1


class _Known:
    """A global, where it was seen first, and its roles."""

    __slots__ = ("at", "count", "roles")

    def __init__(self, at: int, role: str) -> None:
        self.at = at
        self.count = 1
        self.roles = {role}


class Gatherer:
    """A sink of the machine which makes facts. ``shift`` maps positions of a spliced program back."""

    __slots__ = (
        "_blob",
        "_budget",
        "_entries",
        "_globals",
        "_payloads",
        "_seen",
        "muted",
        "payloads",
        "shift",
    )

    def __init__(self, blob: Blob, budget: Budget) -> None:
        self._blob = blob
        self._budget = budget
        self._seen: dict[object, _Entry] = {}
        self._entries: list[_Entry] = []
        self._globals: dict[tuple[str, str], _Known] = {}
        self._payloads: set[object] = set()
        self.payloads: list[Payload] = []
        self.shift = (0, 0)
        self.muted = 0  # events before this position are not told (again)

    def facts(self) -> Iterator[Fact]:
        """Yield all facts, globals first, in the order of the program; they are told only once."""
        for (module, name), known in self._globals.items():
            place = self._place(known.at)
            roles = tuple(sorted(known.roles))
            yield PickleGlobal(place=place, module=module, name=name, roles=roles, count=known.count)
        for entry in self._entries:
            if entry.count == 1 or isinstance(entry.fact, PickleOddity):
                yield entry.fact
            else:
                yield msgspec.structs.replace(entry.fact, count=entry.count)

    # --- events -----------------------------------------------------------------------------

    def imported(self, at: int, glob: Glob, written: tuple[str, str]) -> None:
        """Note a global."""
        if at < self.muted:
            return
        self._role(at, glob, "imported")
        if written != (glob.module, glob.name) and written not in self._globals:
            self._role(at, Glob(*written), "imported")

    def called(
        self,
        at: int,
        op: str,
        callee: object,
        args: tuple[object, ...],
        keywords: Keywords,
        via: tuple[str, ...],
    ) -> None:
        """Note a call."""
        if at < self.muted:
            return
        if not _takes_numbers(callee):
            self._consume(at, args)
        named = shape(tuple(v for _, v in keywords)) if keywords else ()
        key = ("call", op, shape(callee), shape(args), named, via)
        if self._again(key):
            return
        made = Snapshot()
        fact = PickleCall(
            place=self._place(at),
            callee=made.of(callee),
            op=op,
            arguments=tuple(made.of(a) for a in args[:_ITEMS]),
            keywords=tuple((k, made.of(v)) for k, v in keywords[:_ITEMS]),
            via=via,
        )
        self._add(key, fact)
        role = "instantiated" if op.startswith("NEWOBJ") or op == "_reconstructor" else "called"
        for found in globals_in(callee):
            self._role(at, found, role if callee is found else "called")
        for found in globals_in(args):
            self._role(at, found, "argument")

    def built(self, at: int, target: object, state: object) -> None:
        """Note a state."""
        if at < self.muted:
            return
        key = ("state", shape(target, 1), outline(state))
        if self._again(key):
            return
        self._add(key, PickleState(place=self._place(at), target=snapshot(target), state=snapshot(state)))
        if isinstance(target, Glob):
            self._role(at, target, "overwritten")
        else:
            for found in globals_in(target):
                self._role(at, found, "state-set")

    def filled(self, at: int, op: str, target: object, items: list[object]) -> None:
        """Note items put into something that is no plain container."""
        if at < self.muted:
            return
        key = ("fill", op, shape(target, 1), outline(tuple(items[:4])))
        if self._again(key):
            return
        made = Snapshot()
        told = tuple(made.of(i) for i in items[:_ITEMS])
        self._add(key, PickleContainer(place=self._place(at), target=snapshot(target), op=op, items=told))
        for found in globals_in(target):
            self._role(at, found, "container")

    def persistent(self, at: int, pid: object) -> None:
        """Note a persistent id."""
        key = ("pid", shape(pid))
        if at >= self.muted and not self._again(key):
            self._add(key, PicklePersistent(place=self._place(at), pid=snapshot(pid)))

    def hashed(self, at: int, key: object) -> None:
        """Note what is hashed."""
        if at >= self.muted and not isinstance(key, Glob):
            for found in globals_in(key):
                self._role(at, found, "key")

    def odd(self, at: int, kind: str, detail: str, after_calls: int = 0) -> None:
        """Note an oddity."""
        key = ("odd", kind, detail)
        if at >= self.muted and not self._again(key):
            place = self._place(at)
            self._seen[key] = _Entry(
                PickleOddity(place=place, kind=kind, detail=detail, after_calls=after_calls)
            )
            self._entries.append(self._seen[key])

    def used(self) -> set[tuple[str, str]]:
        """Name the globals which are more than imported."""
        return {key for key, known in self._globals.items() if known.roles - {"imported"}}

    def stored(self, at: int, result: object) -> None:
        """Note the globals which are left in the result."""
        for found in globals_in(result):
            self._role(at, found, "stored")

    # --- bookkeeping ------------------------------------------------------------------------

    def _again(self, key: object) -> bool:
        seen = self._seen.get(key)
        if seen is None:
            return False
        seen.count += 1
        return True

    def _add(self, key: object, fact: Fact) -> None:
        if len(self._entries) >= _MOST_FACTS:
            raise BudgetExceeded(f"more than {_MOST_FACTS:,} distinct facts in a pickle")
        self._seen[key] = entry = _Entry(fact)
        self._entries.append(entry)

    def _role(self, at: int, glob: Glob, role: str) -> None:
        key = (glob.module, glob.name)
        known = self._globals.get(key)
        if known is None:
            if len(self._globals) >= _MOST_FACTS:
                raise BudgetExceeded(f"more than {_MOST_FACTS:,} globals in a pickle")
            self._globals[key] = _Known(at, role)
        else:
            known.roles.add(role)
            known.count += role == "imported"

    def _place(self, at: int) -> Location:
        cut, gap = self.shift
        return self._blob.at(at + gap if at >= cut else at)

    def _consume(self, at: int, args: tuple[object, ...]) -> None:
        for one in data_in(args):
            if isinstance(one, str | bytes) and len(one) < 8:
                continue
            found = payload_of(one, self._budget)
            if found is None:
                continue
            key = (found[1], bytes(found[0][:256]), len(found[0]))
            if key not in self._payloads and len(self._payloads) < _MOST_PAYLOADS:
                self._payloads.add(key)
                self.payloads.append(Payload(at, *found))


def _takes_numbers(callee: object) -> bool:
    """The functions by which numpy's own pickles hand over raw numbers: no loader opens those."""
    return isinstance(callee, Glob) and callee.name in _NUMBERS and callee.module.startswith("numpy.")
