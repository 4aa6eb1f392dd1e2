"""Tells pickles from other bytes by their opcodes: protocols 0 and 1 have no magic at all.

1. Only the stack's depth is followed, for a bounded number of opcodes: cheap on any file.
2. Bytes that begin with a protocol mark are a pickle if the program ends, or goes on sanely.
3. Others are one if it imports something by a plausible name and then calls or ends, even if it breaks
   later: a payload in front of a break still runs. Text without an import never is.
4. A name such as ``.pkl`` makes data alone enough.
"""

from backstamp.formats.pickle.opcodes import FORMS, LINE, TWO_LINES, after

_MOST_OPCODES = 20_000
_LONGEST_LINE = 1 << 20
_SANE = 8  # opcodes behind a protocol mark that chance does not give
_NAMES = (
    ".pkl",
    ".pickle",
    ".pck",
    ".pt",
    ".pth",
    ".joblib",
    ".dill",
    ".ckpt",
    ".bin",
    ".p",
    ".sav",
    ".model",
)
_FIRST = frozenset(b"(]})NIJKMLFGSTUVXcPBCgi\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97\x82\x83\x84")
_PROTO, _STOP, _MARK, _GLOBAL, _INST = 0x80, b"."[0], b"("[0], b"c"[0], b"i"[0]
_PERSID = b"P"[0]
_NAMING = frozenset((_GLOBAL, _INST, _PERSID))
_CALLS = frozenset(b"Roib\x81\x92")
_PUSHES = b"NIJKMLFGSTUVXBC]})Pghj\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x96\x97\x82\x83\x84"
# Opcodes which need so many objects above the last mark, and how many they leave in their place.
_EFFECTS: dict[int, tuple[int, int]] = {
    **dict.fromkeys(_PUSHES, (0, 1)),
    **dict.fromkeys(b"pqr\x94\x98Q\x85", (1, 1)),
    **dict.fromkeys(b"Rb\x81\x93a\x86", (2, 1)),
    **dict.fromkeys(b"\x92s\x87", (3, 1)),
    ord("2"): (1, 2),
    ord("c"): (0, 1),
    0x95: (0, 0),
    0x80: (0, 0),
}
_TO_MARK = {
    **dict.fromkeys(b"tld\x91io", 1),
    **dict.fromkeys(b"eu\x901", 0),
}  # what is pushed after the mark is gone


class _Walk:
    """How far a program goes, and what it does."""

    __slots__ = ("calls", "count", "end", "has_import", "is_over", "is_sane")

    def __init__(self) -> None:
        self.count = 0
        self.calls = 0
        self.has_import = False
        self.is_over = False  # STOP was reached
        self.is_sane = True  # nothing broke so far
        self.end = 0


def looks_like_pickle(view: memoryview | bytes, name: str = "") -> bool:
    """Say whether bytes could be a pickle that a loader would run, at least in part."""
    if len(view) < 2 or view[0] not in _FIRST or view[:4] == b"PK\x03\x04":
        return False
    is_named = name.lower().endswith(_NAMES)
    has_mark = view[0] == _PROTO
    if has_mark and view[1] > 5:
        return False
    walk = _walked(view)
    if has_mark:
        return walk.is_over or walk.is_sane or walk.has_import or walk.count > (1 if is_named else _SANE)
    if walk.has_import and (walk.calls or walk.is_over):
        return True
    if walk.is_over:
        rest = bytes(view[walk.end : walk.end + 64]).strip(b"\0\r\n\t ")
        if is_named and (not rest or rest[0] in _FIRST):
            return True
        return not rest and len(view) >= 4 and not _is_text(view)
    return walk.is_sane and walk.count >= _MOST_OPCODES and (is_named or not _is_text(view))


def _walked(view: memoryview | bytes) -> _Walk:
    walk = _Walk()
    depth = 0
    marks: list[int] = []
    at, end = 0, len(view)
    while at < end and walk.count < _MOST_OPCODES:
        code = view[at]
        form = FORMS[code]
        stop = after(view, at, min(end, at + _LONGEST_LINE) if form in (LINE, TWO_LINES) else end)
        if stop < 0 or (code in _NAMING and not _is_name(view, at, stop)):
            walk.is_sane = False
            break
        if code == _STOP:
            walk.is_over = depth > 0
            walk.is_sane = depth > 0
            walk.end = stop
            break
        moved = _moved(code, depth, marks)
        if moved < 0:
            walk.is_sane = False
            break
        depth = moved
        walk.count += 1
        walk.has_import = walk.has_import or code in (_GLOBAL, _INST, 0x93, 0x82, 0x83, 0x84)
        walk.calls += walk.has_import and code in _CALLS
        at = stop
    return walk


def _moved(code: int, depth: int, marks: list[int]) -> int:
    """Follow the depth above the last mark; -1 if the stack does not bear the opcode."""
    if code == _MARK:
        marks.append(depth)
        return 0
    if code in _TO_MARK:
        if not marks or (code == 0x6F and not depth):
            return -1
        below = marks.pop()
        return -1 if not _TO_MARK[code] and code != 0x31 and not below else below + _TO_MARK[code]
    if code == 0x30:  # POP
        if depth:
            return depth - 1
        return marks.pop() if marks else -1
    needs, leaves = _EFFECTS[code]
    return depth - needs + leaves if depth >= needs else -1


def _is_name(view: memoryview | bytes, at: int, stop: int) -> bool:
    if stop - at > 512:
        return False
    if view[at] == _PERSID:
        return all(32 <= c < 127 for c in bytes(view[at + 1 : stop - 1]))
    module, _, name = bytes(view[at + 1 : stop - 1]).partition(b"\n")
    try:
        parts = f"{module.decode()}.{name.decode()}".split(".")
    except UnicodeDecodeError:
        return False
    return all(part.isidentifier() or part == "<lambda>" for part in parts)


def _is_text(view: memoryview | bytes) -> bool:
    return all(c >= 32 or c in b"\t\n\r" for c in bytes(view[:512]))
