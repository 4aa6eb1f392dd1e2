"""Tells pickles from other bytes by their opcodes: protocols 0 and 1 have no magic at all.

1. Only the stack's depth is followed, for a bounded number of opcodes: cheap on any file.
2. Bytes that begin with a protocol mark are a pickle if the program ends, or goes on sanely.
3. Others are one if it imports something by a plausible name and then calls or ends, even if it breaks
   later: a payload in front of a break still runs. Text without an import never is.
4. A name such as ``.pkl`` makes data alone enough.
"""

from backstamp.formats.pickle.opcodes import FORMS, LENGTHS, LINE, TWO_LINES, after

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
_IMPORTS = frozenset((_GLOBAL, _INST, 0x93, 0x82, 0x83, 0x84))
_CALLS = frozenset(b"Roib\x81\x92")
_POP, _OBJ = b"0"[0], b"o"[0]
_ONTO = frozenset(b"eu\x90")  # they need what they put things into below the mark
_PUSHES = b"NIJKMLFGSTUVXBC]})Pghj\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x96\x97\x82\x83\x84"
# Opcodes which need so many objects above the last mark, and by how much they change the depth.
_EFFECTS: dict[int, tuple[int, int]] = {
    **dict.fromkeys(_PUSHES, (0, 1)),
    **dict.fromkeys(b"pqr\x94\x98Q\x85", (1, 0)),
    **dict.fromkeys(b"Rb\x81\x93a\x86", (2, -1)),
    **dict.fromkeys(b"\x92s\x87", (3, -2)),
    ord("2"): (1, 1),
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
    walk = _walked(view, has_mark=has_mark)
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


def _walked(view: memoryview | bytes, *, has_mark: bool) -> _Walk:
    """Follow a program as far as it takes to tell: behind a mark a few opcodes, else up to a call."""
    walk = _Walk()
    depth = 0
    marks: list[int] = []
    at, end = 0, len(view)
    most = _SANE + 1 if has_mark else _MOST_OPCODES
    while at < end and walk.count < most:
        code = view[at]
        stop = at + LENGTHS[code]
        if stop == at or stop > end:
            line = FORMS[code] in (LINE, TWO_LINES)
            stop = after(view, at, min(end, at + _LONGEST_LINE) if line else end)
            if stop < 0 or (code in _NAMING and not _is_name(view, at, stop)):
                walk.is_sane = False
                break
        if code == _STOP:
            walk.is_over = depth > 0
            walk.is_sane = depth > 0
            walk.end = stop
            break
        simple = _EFFECTS.get(code)
        if simple is None:
            depth = _moved(code, depth, marks)
        elif depth >= simple[0]:
            depth += simple[1]
        else:
            depth = -1
        if depth < 0:
            walk.is_sane = False
            break
        walk.count += 1
        if code in _IMPORTS:
            walk.has_import = True
        if walk.has_import and code in _CALLS:
            walk.calls += 1
            if not has_mark:
                break
        at = stop
    return walk


def _moved(code: int, depth: int, marks: list[int]) -> int:
    """Follow the depth above the last mark; -1 if the stack does not bear the opcode."""
    if code == _MARK:
        marks.append(depth)
        return 0
    if code == _POP:
        if depth:
            return depth - 1
        return marks.pop() if marks else -1
    if not marks or (code == _OBJ and not depth):
        return -1
    below = marks.pop()
    return -1 if code in _ONTO and not below else below + _TO_MARK[code]


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
