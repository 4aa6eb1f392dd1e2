"""Reads pickles: what their programs import, call, build and change, and what stands behind them.

1. Streams are read one after the other; a pass that only skips clears those in which nothing can run.
2. Where loaders part (frames, raw arrays of joblib) each reading is followed.
3. A stream that breaks is told with what it did before; the bytes behind it are left to be probed.
4. Artifacts which calls are given become members.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.pickle import torch_legacy
from backstamp.formats.pickle.machine import Machine, Raw
from backstamp.formats.pickle.opcodes import survey
from backstamp.formats.pickle.recognise import looks_like_pickle
from backstamp.formats.pickle.values import Broken
from backstamp.models.facts.pickle import PickleStream
from backstamp.models.readers.pickle_facts import Gatherer

_COPIED = 32 * MIB  # up to this size a copy is faster to read than a view
_SPLICED = 256 * MIB
_SMALL = 64 * 1024  # data alone is followed up to this size, for what it says about the streams behind
_MOST_STREAMS = 100_000
_TOLD_STREAMS = 1_000  # streams of a file that are stated one by one
_PADDING = 4096


class PickleReader:
    """Reads pickles of protocols 0 to 5, also several in a stream, and raw arrays between and behind them."""

    name = "pickle"
    version = 1
    kinds = frozenset({"pickle"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what a load would do."""
        reading = _Reading(blob, budget)
        error: ReadError | None = None
        try:
            reading.run()
        except ReadError as problem:
            error = problem
        yield from reading.gatherer.facts()
        yield from reading.statements
        for payload in reading.gatherer.payloads:
            part = Blob(payload.data, path=(*blob.path, f"argument at {payload.at}"))
            yield Member(part, kinds=(payload.kind,))
        if error is not None:
            raise error


READER = PickleReader()


class _Reading:
    """The state of reading one artifact."""

    def __init__(self, blob: Blob, budget: Budget) -> None:
        self.blob = blob
        self.budget = budget
        self.view = blob.view
        self.data: bytes | memoryview = bytes(blob.view) if len(blob.view) <= _COPIED else blob.view
        self.gatherer = Gatherer(blob, budget)
        self.statements: list[Fact | Explained | Unread] = []
        self.results: list[object] = []
        self.streams = 0
        self.pids: list[object] = []

    def run(self) -> None:
        """Read stream after stream."""
        pos: int | None = 0
        while pos is not None and pos < len(self.view):
            if len(self.results) >= _MOST_STREAMS:
                self.statements.append(Unread(f"more than {_MOST_STREAMS:,} pickles in a row"))
                return
            pos = self._stream(pos)
            if pos is not None:
                pos = self._behind(pos)

    def _stream(self, pos: int) -> int | None:
        found = survey(self.data, pos, len(self.view), self.budget)
        if found.end >= 0 and not found.is_active and found.end - pos > _SMALL and not self._is_torch():
            self.results.append(None)
            self._tell(pos, found.end, self._protocol(pos), found.operations, "plain")
            return found.end
        machine = self._machine(pos, used=found.used if found.end >= 0 else None)
        try:
            end = machine.run()
        except Broken as problem:
            if not machine.raws or machine.used is None:
                self._broken(pos, machine, problem)
                return None
            machine = self._machine(pos, used=None)
            try:
                end = machine.run()
            except Broken as again:
                self._broken(pos, machine, again)
                return None
        self.results.append(machine.result)
        self.pids += machine.pids
        self.gatherer.stored(machine.at, machine.result)
        flavour = "joblib" if machine.raws else "torch-legacy" if self._is_torch() else "plain"
        self._tell(pos, end, machine.protocol, machine.operations, flavour)
        self._other_readings(pos, machine)
        return end

    def _machine(self, pos: int, *, used: set[int] | None) -> Machine:
        return Machine(self.data, self.gatherer, self.budget, start=pos, end=len(self.view), used=used)

    def _tell(self, pos: int, end: int, protocol: int, operations: int, flavour: str) -> None:
        self.statements.append(Explained(pos, end))
        self.streams += 1
        if self.streams > _TOLD_STREAMS:
            return
        place = self.blob.at(pos, end - pos)
        self.statements.append(
            PickleStream(
                place=place, protocol=protocol, length=end - pos, operations=operations, flavour=flavour
            )
        )

    def _broken(self, pos: int, machine: Machine, problem: Broken) -> None:
        why = str(problem)
        self.gatherer.odd(machine.at, "broken", why, machine.calls)
        self.statements.append(Explained(pos, machine.at))
        self.statements.append(Unread(f"the pickle at {pos} breaks at {machine.at}: {why}"))
        self._other_readings(pos, machine)

    def _behind(self, pos: int) -> int | None:
        """Explain what stands behind a stream, and find the next one."""
        if pos >= len(self.view):
            return None
        raw = self._raw_end(pos)
        if raw is not None:
            self.statements.append(Explained(pos, raw))
            pos = raw
        rest = self.view[pos:]
        if len(rest) <= _PADDING and not bytes(rest).strip(b"\0\r\n\t "):
            self.statements.append(Explained(pos, pos + len(rest)))
            return None
        if (self._is_torch() and len(self.results) < 5) or looks_like_pickle(rest):
            return pos
        if rest:
            self.gatherer.odd(pos, "trailing", f"{len(rest):,} bytes behind the last pickle")
        return None

    def _raw_end(self, pos: int) -> int | None:
        if self._is_torch() and len(self.results) == 5:
            return torch_legacy.storages_end(self.view, pos, self.results[4], self.pids)
        return torch_legacy.tar_raw_end(self.view, pos, self.results[-1])

    def _is_torch(self) -> bool:
        return bool(self.results) and self.results[0] == torch_legacy.MAGIC

    def _protocol(self, pos: int) -> int:
        return self.data[pos + 1] if self.data[pos] == 0x80 else 0

    # --- other readings ---------------------------------------------------------------------

    def _other_readings(self, pos: int, machine: Machine) -> None:
        for straddle in machine.straddles[:3]:
            if len(self.view) > _SPLICED:
                self.statements.append(Unread("a frame that is crossed in a very large pickle"))
                break
            spliced = bytes(self.data[: straddle.cut]) + bytes(self.data[straddle.frame_end :])
            gap = straddle.frame_end - straddle.cut
            self._follow(
                Machine(spliced, self.gatherer, self.budget, start=pos), straddle.at, (straddle.cut, gap)
            )
        if machine.raws:
            self._plain_load(pos, machine.raws[0])
        if pos < machine.at < machine.frame_end - 1 and looks_like_pickle(self.view[machine.frame_end :]):
            self._follow(self._machine(machine.frame_end, used=None), machine.frame_end, (0, 0))

    def _plain_load(self, pos: int, first: Raw) -> None:
        """Follow what pickle.load does with the arrays that joblib.load takes off the file: runs them."""
        raw = first.start
        trial = Gatherer(self.blob, self.budget)
        machine = Machine(
            self.data, trial, self.budget, start=pos, end=len(self.view), arrays=False, used=None
        )
        trial.muted = raw
        self._run(machine)
        if _is_told(trial.used() - self.gatherer.used(), is_pickle=first.is_pickle):
            machine = Machine(
                self.data, self.gatherer, self.budget, start=pos, end=len(self.view), arrays=False, used=None
            )
            self._follow(machine, raw, (0, 0))

    def _follow(self, machine: Machine, muted: int, shift: tuple[int, int]) -> None:
        self.gatherer.muted = muted
        if shift[1]:
            self.gatherer.shift = shift
        self._run(machine)
        self.gatherer.muted = 0
        self.gatherer.shift = (0, 0)

    @staticmethod
    def _run(machine: Machine) -> None:
        try:
            machine.run()
        except Broken:
            return


def _is_told(names: set[tuple[str, str]], *, is_pickle: bool) -> bool:
    """Say whether names that only a plain load uses are real ones.

    Chance bytes give none that could be imported. A pickle of objects in the stream has a memo of its
    own, which a plain load numbers on from the outer one: its names come out mixed up, and unless they
    happen to be those of real callables the load fails at the first.
    """
    from backstamp.knowledge import callables

    for module, name in names:
        if not all(part.isidentifier() for part in f"{module}.{name}".split(".")):
            continue
        known = callables.known(module, name) if is_pickle else None
        if not is_pickle or (known is not None and known.basis != "absent"):
            return True
    return False
