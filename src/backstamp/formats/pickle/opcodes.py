"""The opcodes of protocols 0 to 5: how long each is, and a fast pass over a stream that runs nothing.

Source: CPython's Modules/_pickle.c and PEP 3154, PEP 574.
"""

from backstamp.core.budget import Budget

# How the argument of an opcode is written.
FIXED, LINE, TWO_LINES, SIZED1, SIZED4, SIZED8 = range(6)

_FIXED_ARGS = {
    0: b"(.012NR])abde}loQstu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98",
    1: b"Khq\x80\x82",
    2: b"M\x83",
    4: b"Jjr\x84",
    8: b"G\x95",
}
_LINES = b"FILPSVgp"
_TWO = b"ci"
_SIZED = {SIZED1: b"UC\x8a\x8c", SIZED4: b"TBX\x8b", SIZED8: b"\x8d\x8e\x96"}
_ACTIVE = b"ciPQ\x82\x83\x84\x93\x97"


def _lengths() -> list[int]:
    """Whole length of each opcode with an argument of fixed size; 0 for the others and unknown ones."""
    table = [0] * 256
    for size, codes in _FIXED_ARGS.items():
        for code in codes:
            table[code] = size + 1
    return table


def _forms() -> list[int]:
    """The form of each opcode's argument; -1 if there is no such opcode."""
    table = [-1] * 256
    for codes in _FIXED_ARGS.values():
        for code in codes:
            table[code] = FIXED
    for code in _LINES:
        table[code] = LINE
    for code in _TWO:
        table[code] = TWO_LINES
    for form, codes in _SIZED.items():
        for code in codes:
            table[code] = form
    return table


def _steps() -> list[int]:
    """Lengths for the fast pass: 0 where an opcode needs a look."""
    table = _lengths()
    for code in _ACTIVE + b".hj\x95":
        table[code] = 0
    return table


LENGTHS = _lengths()
FORMS = _forms()
STEPS = _steps()
ACTIVE = frozenset(_ACTIVE)
STOP, BINGET, LONG_BINGET, FRAME, PROTO, GET = b"."[0], b"h"[0], b"j"[0], 0x95, 0x80, b"g"[0]
MEMOIZE = 0x94
_CHUNK = 1 << 16


class Survey:
    """What the fast pass found. ``end`` is behind STOP, or -1 if the stream needs the machine to tell."""

    __slots__ = ("end", "is_active", "operations", "protocol", "used")

    def __init__(self) -> None:
        self.end = -1
        self.is_active = False
        self.operations = 0
        self.protocol = 0
        self.used: set[int] = set()  # memo indexes which are read


def line_end(data: bytes | memoryview, at: int, end: int) -> int:
    """Find the newline from ``at`` on; -1 if there is none."""
    if isinstance(data, bytes):
        return data.find(b"\n", at, end)
    step = 256
    while at < end:
        found = bytes(data[at : at + step]).find(b"\n")
        if found >= 0:
            return at + found if at + found < end else -1
        at += step
        step = min(step * 2, 1 << 20)
    return -1


def after(data: bytes | memoryview, at: int, end: int) -> int:
    """Tell where the opcode at ``at`` ends; -1 if it is cut short, negative sized or unknown."""
    code = data[at]
    form = FORMS[code]
    if form == FIXED:
        stop = at + LENGTHS[code]
    elif form in (LINE, TWO_LINES):
        found = line_end(data, at + 1, end)
        if form == TWO_LINES and found >= 0:
            found = line_end(data, found + 1, end)
        stop = found + 1 if found >= 0 else -1
    elif form >= SIZED1:
        width = (1, 4, 8)[form - SIZED1]
        if at + 1 + width > end:
            return -1
        size = int.from_bytes(data[at + 1 : at + 1 + width], "little", signed=code in b"T\x8b")
        stop = at + 1 + width + size if size >= 0 else -1
    else:
        return -1
    return stop if stop <= end else -1


def reach(data: bytes | memoryview, at: int, end: int) -> int:
    """Tell how far the opcode at ``at`` says it goes, be it beyond the data."""
    form = FORMS[data[at]]
    if form == FIXED:
        return at + LENGTHS[data[at]]
    if form >= SIZED1:
        width = (1, 4, 8)[form - SIZED1]
        return at + 1 + width + int.from_bytes(data[at + 1 : at + 1 + width], "little")
    stop = after(data, at, end)
    return stop if stop >= 0 or form < 0 else end + 1


def survey(data: bytes | memoryview, start: int, end: int, budget: Budget) -> Survey:
    """Pass over a stream: find its STOP, the memo indexes it reads, and whether anything could run."""
    found = Survey()
    steps = STEPS
    frame_end = 0
    at = start
    while at < end:
        limit = min(end, at + _CHUNK)
        count = 0
        while at < limit:
            count += 1
            step = steps[data[at]]
            if step:
                at += step
                continue
            code = data[at]
            if code == BINGET and at + 1 < end:
                found.used.add(data[at + 1])
                at += 2
                continue
            stop = after(data, at, end)
            if stop < 0:
                budget.spend_operations(count)
                return found
            if code in ACTIVE:
                found.is_active = True
            elif code == STOP:
                found.end = stop if frame_end <= stop else -1
                found.operations += count
                budget.spend_operations(count)
                return found
            elif code == FRAME:
                if at < frame_end:
                    budget.spend_operations(count)
                    return found
                frame_end = stop + int.from_bytes(data[at + 1 : stop], "little")
            elif code == LONG_BINGET:
                found.used.add(int.from_bytes(data[at + 1 : stop], "little"))
            elif code == GET:
                text = bytes(data[at + 1 : stop - 1]).strip()
                if not text.isdigit() or len(text) > 20:
                    return found
                found.used.add(int(text))
            at = stop
        found.operations += count
        budget.spend_operations(count)
    return found
