"""The symbolic machine: runs a pickle's program as ``_pickle.c`` does, with values that are only known about.

1. The stack below a MARK is out of reach until the mark is popped; a POP may pop the mark.
2. The memo: MEMOIZE stores at the number of entries, PUT at any index, later ones overwrite.
3. Frames do not bound anything, as in most C unpicklers; where an opcode crosses the end of its
   frame, loaders disagree and that is told (python/cpython#154848).
4. What the loader would raise at ends the program; what ran before it has been told.
5. Every loop spends from the budget; values that are kept are bounded.
"""

from collections.abc import Callable, Sequence
from functools import cache

from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded
from backstamp.formats.pickle.opcodes import BINGET, FORMS, MEMOIZE, SIZED1, TWO_LINES, line_end, reach
from backstamp.formats.pickle.sink import Sink
from backstamp.formats.pickle.values import HELD_ITEMS, PLAIN, Broken, Glob, Pid, is_hashable

_CHUNK = 1 << 14
_DEEPEST_STACK = 8_000_000
_STRADDLES = 64
Data = bytes | memoryview


class Stopped(Exception):
    """STOP was reached."""


class Raw:
    """Bytes in the middle of a program which the loader takes off the file itself (joblib arrays)."""

    __slots__ = ("end", "is_pickle", "start")

    def __init__(self, start: int, end: int, *, is_pickle: bool) -> None:
        self.start = start
        self.end = end
        self.is_pickle = is_pickle


class Straddle:
    """An opcode that crosses the end of its frame.

    Loaders which drop the rest go on as if the bytes from ``cut`` to ``frame_end`` were not there.
    """

    __slots__ = ("at", "cut", "frame_end")

    def __init__(self, at: int, cut: int, frame_end: int) -> None:
        self.at = at
        self.cut = cut
        self.frame_end = frame_end


class Machine:
    """Runs one pickle. ``data`` is the whole artifact, the program starts at ``start``.

    ``fold`` evaluates pure functions so that chains collapse to what is really called;
    ``arrays`` skips the raw arrays of joblib. ``used`` names the memo indexes that are ever read.
    """

    __slots__ = (
        "arrays",
        "at",
        "calls",
        "data",
        "depth",
        "end",
        "extensions",
        "fold",
        "foldable",
        "frame_end",
        "held",
        "limit",
        "marks",
        "memo",
        "memo_count",
        "memo_extra",
        "modules",
        "operations",
        "patched",
        "pids",
        "protocol",
        "raws",
        "result",
        "sink",
        "spare",
        "stack",
        "start",
        "straddles",
        "used",
    )

    def __init__(
        self,
        data: Data,
        sink: Sink,
        budget: Budget,
        *,
        start: int = 0,
        end: int | None = None,
        fold: bool = True,
        arrays: bool = True,
        used: set[int] | None = None,
    ) -> None:
        self.data = data
        self.sink = sink
        self.spare = budget
        self.start = start
        self.end = len(data) if end is None else end
        self.fold = fold
        self.arrays = arrays
        self.used = used
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}
        self.memo_count = 0  # indexes 0 up to this are all taken
        self.memo_extra: set[int] = set()  # taken indexes beyond
        self.protocol = 0
        self.frame_end = 0
        self.limit = 0
        self.at = start
        self.calls = 0
        self.depth = 0
        self.held = 0
        self.foldable = 1_000_000 + 64 * (self.end - start)  # sizes that pure functions may handle, in all
        self.operations = 0
        self.extensions: dict[int, object] = {}
        self.patched: dict[tuple[str, str], dict[str, object]] = {}
        self.modules: dict[str, object] = {}
        self.pids: list[object] = []
        self.raws: list[Raw] = []
        self.straddles: list[Straddle] = []
        self.result: object = None

    def run(self) -> int:
        """Run to STOP and return where the program ends. Raises ``Broken`` where a loader would raise.

        After an error ``at`` is the opcode that failed.
        """
        pos = self.start
        try:
            while True:
                self._check_end(pos)
                self.limit = min(pos + _CHUNK, self.end)
                if pos < self.frame_end < self.limit:
                    self.limit = self.frame_end
                pos = self._stretch(pos)
                if self.at < self.frame_end < pos:
                    self._crossed(pos)
        except Stopped:
            self._finish()
            return self.at + 1
        except IndexError:
            self._check_crossing()
            raise Broken("stack underflow" if self.at < self.end - 1 else "the data ends too early") from None
        except Broken:
            self._check_crossing()
            raise

    def _check_end(self, pos: int) -> None:
        if pos >= self.end:
            raise Broken("the data ends before STOP")

    def _stretch(self, pos: int) -> int:
        data, table = self.data, _handlers()
        memo, extra, used = self.memo, self.memo_extra, self.used
        count = 0
        at = pos
        try:
            while pos < self.limit:
                count += 1
                at = pos
                code = data[pos]
                if code == MEMOIZE and not extra:  # the two commonest opcodes need no call
                    value = self.stack[-1]
                    index = self.memo_count
                    self.memo_count = index + 1
                    if used is None or index in used:
                        memo[index] = value
                    pos += 1
                elif code == BINGET and (index := data[pos + 1]) in memo:
                    self.stack.append(memo[index])
                    pos += 2
                else:
                    pos = table[code](self, pos + 1)
        finally:
            self.at = at
            self.operations += count
            self.spare.spend_operations(count)
        if len(self.stack) > _DEEPEST_STACK:
            raise BudgetExceeded(f"more than {_DEEPEST_STACK:,} objects on a pickle's stack")
        if pos > self.end:
            raise Broken("the data ends too early")
        return pos

    def _check_crossing(self) -> None:
        """Where an argument that leaves its frame breaks the program, other loaders may go on."""
        if self.at < self.frame_end <= self.end and reach(self.data, self.at, self.end) > self.frame_end:
            self._crossed(self.end)

    def _crossed(self, pos: int) -> None:
        """An opcode ran over the end of its frame: tell, and find the read at which loaders part."""
        frame_end, self.frame_end = self.frame_end, 0
        self.sink.odd(self.at, "frame-divergence", f"opcode crosses the end of its frame at {frame_end}")
        if len(self.straddles) < _STRADDLES:
            self.straddles.append(Straddle(self.at, _parting(self.data, self.at, pos, frame_end), frame_end))

    def _finish(self) -> None:
        if not self.stack:
            raise Broken("STOP with an empty stack")
        self.result = self.stack[-1]
        if self.frame_end > self.at + 1 and self.frame_end <= self.end:
            self.sink.odd(
                self.at, "frame-divergence", f"STOP before the end of its frame at {self.frame_end}"
            )

    # --- what opcodes share -----------------------------------------------------------------

    def line(self, pos: int) -> tuple[bytes, int]:
        """Read a line without its newline, and where the next one starts."""
        found = line_end(self.data, pos, self.end)
        if found < 0:
            raise Broken("a line without its end")
        return bytes(self.data[pos:found]), found + 1

    def span(self, pos: int, width: int, *, signed: bool = False) -> tuple[int, int]:
        """Read a size of that many bytes; return where what it measures starts and ends."""
        start = pos + width
        size = int.from_bytes(self.data[pos:start], "little", signed=signed)
        if size < 0 or start + size > self.end:
            raise Broken("a size beyond the data")
        return start, start + size

    def pop_mark(self) -> list[object]:
        """Take what lies above the last MARK off the stack."""
        if not self.marks:
            raise Broken("could not find MARK")
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def put(self, index: int) -> None:
        """Store the top of the stack in the memo."""
        value = self.stack[-1]
        if index == self.memo_count:
            self.memo_count += 1
            while self.memo_extra and self.memo_count in self.memo_extra:
                self.memo_extra.discard(self.memo_count)
                self.memo_count += 1
        elif index > self.memo_count:
            self.memo_extra.add(index)
        if self.used is None or index in self.used:
            self.memo[index] = value

    def keep(self, kept: list[object], items: list[object]) -> None:
        """Put items into a container; beyond a million in all, only globals are kept."""
        if self.held < HELD_ITEMS:
            self.held += len(items)
            kept.extend(items)
        else:
            self.spare.spend_operations(len(items) >> 3)
            kept.extend(i for i in items if type(i) is Glob)

    def keep_pairs(self, flat: list[object], items: list[object]) -> None:
        """Put pairs into a dict, likewise."""
        if self.held < HELD_ITEMS:
            self.held += len(items)
            flat.extend(items)
            return
        self.spare.spend_operations(len(items) >> 3)
        for at in range(0, len(items) - 1, 2):
            if type(items[at]) is Glob or type(items[at + 1]) is Glob:
                flat.extend(items[at : at + 2])

    def check_keys(self, keys: list[object], at: int) -> None:
        """Hash keys, as a dict or set does."""
        for key in keys:
            if not is_hashable(key):
                raise Broken("an unhashable key")
            if type(key) not in PLAIN:
                self.sink.hashed(at, key)

    def load_persistent(self, pid: object, at: int) -> None:
        """Resolve a persistent id."""
        self.sink.persistent(at, pid)
        if len(self.pids) < HELD_ITEMS:
            self.pids.append(pid)
        self.stack.append(Pid(pid))


def _parting(data: Data, at: int, pos: int, frame_end: int) -> int:
    """Find the start of the read that crosses the frame's end: C drops what is left of the frame there."""
    form = FORMS[data[at]]
    if form >= SIZED1:
        body = at + 1 + (1, 4, 8)[form - SIZED1]
        return body if body <= frame_end else at + 1
    if form == TWO_LINES:
        first = line_end(data, at + 1, pos)
        return first + 1 if 0 <= first < frame_end else at + 1
    return at + 1


@cache
def _handlers() -> Sequence[Callable[[Machine, int], int]]:
    from backstamp.formats.pickle.handlers import TABLE

    return TABLE
