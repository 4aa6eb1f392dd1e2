"""Looks for artifacts in bytes that no reader explained: gaps, prefixes, appended payloads.

1. A magic alone proves nothing in large weights: at least ten bytes of structure are validated.
2. Bytes are searched in windows, by plain search; each byte is copied a fixed number of times.
3. Of a huge gap only both ends are searched, which is stated.
4. What is found becomes a member that reaches to the end of its gap, and is examined in its own right.
"""

from collections.abc import Iterator, Sequence

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import BudgetExceeded
from backstamp.core.fact import Embedded, Unexplained
from backstamp.core.reading import Explained, Member, Statement, Unread

_WINDOW = MIB
_OVERLAP = 64
_ENDS = 32 * MIB
_SMALLEST = 16
_SEARCHED = MIB  # of a picture or the like: what is packed in it by right looks like anything
_TOLD = 64  # unexplained bytes worth a word
_ZEROS = bytes(MIB)
_MODULES = (
    b"posix",
    b"nt",
    b"os",
    b"subprocess",
    b"builtins",
    b"__builtin__",
    b"sys",
    b"runpy",
    b"importlib",
)
_NEEDLES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x7fELF",
    b"MZ",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\x80\x02",
    b"\x80\x03",
    b"\x80\x04",
    b"\x80\x05",
    b"GGUF",
    b"7z\xbc\xaf\x27\x1c",
    b"#!/",
    *(b"c" + module + b"\n" for module in _MODULES),
)

# --- pickle opcodes, by what follows them: enough to walk over a stream -------------------------
_BARE = frozenset(b"(.012N)]}tldeasuRboQ\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94\x97\x98")
_FIXED = {
    0x4B: 1, 0x4D: 2, 0x4A: 4, 0x47: 8, 0x71: 1, 0x72: 4, 0x68: 1, 0x6A: 4, 0x80: 1, 0x82: 1, 0x83: 2,
    0x84: 4, 0x95: 8,
}  # fmt: skip
_SIZED = {
    0x58: 4, 0x8C: 1, 0x8D: 8, 0x42: 4, 0x43: 1, 0x8E: 8, 0x96: 8, 0x55: 1, 0x54: 4, 0x8A: 1, 0x8B: 4,
}  # fmt: skip
_LINES = frozenset(b"ILFSVpgP")
_TEXTS = frozenset(b"X\x8c\x8dUTSVhjg")
_MOST_OPCODES = 1024
_STEP = 8  # operations that a step of this walk counts for
_CANDIDATE = 32  # and those of a look at one candidate
_LONGEST_LINE = 4096


def embedded_in(blob: Blob, gaps: Sequence[Explained], budget: Budget) -> Iterator[Statement]:
    """Yield what is embedded in the gaps of a blob."""
    try:
        yield from _embedded(blob, gaps, budget)
    except BudgetExceeded as error:
        yield Unread(f"unexplained bytes: {error.message}")


def _embedded(blob: Blob, gaps: Sequence[Explained], budget: Budget) -> Iterator[Statement]:
    from backstamp.formats.sniff import kinds_of

    host: tuple[str, ...] | None = None
    for gap in gaps:
        end = min(gap.end, len(blob.view))
        if end - gap.start < _SMALLEST:
            continue
        found = first_artifact(blob.view, gap.start, end, budget)
        if found is not None:
            kind, at = found
            if host is None:
                host = tuple(sorted(kinds_of(blob)))
            is_read = end - gap.start < len(blob.view)
            yield Embedded(place=blob.at(at, end - at), kind=kind, host=host, is_read=is_read)
            yield Member(blob.part(at, end, f"embedded {kind} at {at}"), kinds=(kind,))
            yield Explained(at, end)
        elif (length := _meaningful(blob.view, gap.start, end)) > _TOLD and gap.start:
            yield Unexplained(place=blob.at(gap.start, end - gap.start), length=length)
        if end - gap.start > 2 * _ENDS and found is None:
            yield Unread("only both ends of a stretch of unexplained bytes were searched")


def stowaway_in(blob: Blob, kinds: Sequence[str], budget: Budget) -> Iterator[Statement]:
    """Yield what travels in a picture, a sound or the like; libraries hold programs by right."""
    end = len(blob.view)
    try:
        found = first_artifact(blob.view, _behind(blob.view, kinds, budget), end, budget)
    except BudgetExceeded as error:
        yield Unread(f"bytes behind the content: {error.message}")
        return
    if found is None:
        return
    kind, at = found
    if kind == "pickle" or "object-archive" not in kinds:
        yield Embedded(place=blob.at(at, end - at), kind=kind, host=tuple(kinds))
        yield Member(blob.part(at, end, f"embedded {kind} at {at}"), kinds=(kind,))


def _behind(view: memoryview, kinds: Sequence[str], budget: Budget) -> int:
    """Say from where a picture is searched: behind its end if that is plain, else near the file's end."""
    if len(view) <= _SEARCHED:
        return 0
    end = position(view, b"IEND\xae\x42\x60\x82", 0, len(view), budget) if "png" in kinds else -1
    return end + 8 if end >= 0 else len(view) - _SEARCHED


def first_artifact(view: memoryview, start: int, end: int, budget: Budget) -> tuple[str, int] | None:
    """Find the first artifact in a stretch of bytes; what begins at offset 0 is known from sniffing."""
    stretches = [(start, end)]
    if end - start > 2 * _ENDS:
        stretches = [(start, start + _ENDS), (end - _ENDS, end)]
    for low, high in stretches:
        for at in range(low, high, _WINDOW):
            window = bytes(view[at : min(high, at + _WINDOW + _OVERLAP)])
            if window.startswith(_ZEROS):
                budget.spend_operations(16)
                continue
            budget.spend_operations(1 + (len(window) >> 10))
            hits = list(_hits(window, view, at, end, budget))
            if hits:
                return min(hits, key=lambda hit: hit[1])
    return None


def artifact_at(view: memoryview, at: int, budget: Budget | None = None) -> str:
    """Name the format that begins at an offset, by at least ten bytes of structure; empty if none does."""
    head = bytes(view[at : at + 64])
    if len(head) < _SMALLEST:
        return ""
    if head.startswith(b"PK"):
        return "zip" if _is_zip_at(view, at) else ""
    if head[:1] == b"\x80":
        return "pickle" if head[1] <= 5 and _imports(view, at, budget) else ""
    if head.startswith(b"GGUF"):
        return (
            "gguf"
            if head[4:8] in (b"\1\0\0\0", b"\2\0\0\0", b"\3\0\0\0") and head[12:16] == b"\0" * 4
            else ""
        )
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "sevenzip" if head[6] == 0 else ""
    if head.startswith(b"#!/"):
        return "script" if head.startswith((b"#!/bin/", b"#!/usr/", b"#!/sbin/")) else ""
    if head[:1] == b"c":
        return "pickle" if _imports(view, at, budget) else ""
    from backstamp.formats.executable import native_at

    native = native_at(view, at)
    if native is None:
        return ""
    return {"ape": "pe", "wasm": "wasm"}.get(native.kind, native.kind)


def position(view: memoryview, needle: bytes, start: int, end: int, budget: Budget) -> int:
    """Find bytes in a stretch of a view, window by window; -1 if they are not there."""
    for at in range(start, end, _WINDOW):
        window = bytes(view[at : min(end, at + _WINDOW + len(needle) - 1)])
        budget.spend_operations(1 + (len(window) >> 12))
        found = window.find(needle)
        if found >= 0:
            return at + found
    return -1


def _hits(window: bytes, view: memoryview, base: int, end: int, budget: Budget) -> Iterator[tuple[str, int]]:
    view = view[:end]
    for needle in _NEEDLES:
        at = window.find(needle)
        while at >= 0:
            place = base + at
            if place and _is_promising(window, at, needle):
                budget.spend_operations(_CANDIDATE)
                if kind := artifact_at(view, place, budget):
                    yield kind, place
                    break
            at = window.find(needle, at + 1)
        budget.spend_operations(1)


def _is_promising(window: bytes, at: int, needle: bytes) -> bool:
    """Settle the short needles, which chance and malice repeat, by a look at the window alone."""
    if needle == b"MZ":
        header = at + int.from_bytes(window[at + 60 : at + 64], "little")
        return header + 4 > len(window) or window[header : header + 4] == b"PE\0\0"
    if needle[0] == 0x80:
        follows = window[at + 2] if at + 2 < len(window) else 0
        return follows in _BARE or follows in _FIXED or follows in _SIZED or follows in b"ciILFSVpgP"
    return True


def _is_zip_at(view: memoryview, at: int) -> bool:
    from backstamp.formats import zip as zips

    header = zips.header_at(view, at)
    return zips.is_likely(header) if header is not None else zips.is_end_at(view, at)


def _imports(view: memoryview, at: int, budget: Budget | None) -> bool:
    """Walk over a pickle: true if its opcodes are valid until it imports something and goes on.

    One that imports nothing holds plain data, and is of no interest where no loader looks.
    """
    texts = 0
    imports = False
    begun = at
    for _ in range(_MOST_OPCODES):
        if at >= len(view):
            return False
        if budget is not None:
            budget.spend_operations(_STEP)
        code = view[at]
        if code == 0x80 and at > begun:  # one mark a stream
            return False
        at += 1
        if code in _BARE:
            if code == 0x93:  # STACK_GLOBAL takes its names from the stack
                if texts < 2:
                    return False
                imports = True
            elif code == 0x2E:
                return imports
            elif imports and code in b"Rob\x81":
                return True
        elif code in _FIXED:
            at += _FIXED[code]
        elif code in _SIZED:
            width = _SIZED[code]
            at += width + int.from_bytes(view[at : at + width], "little")
        elif code in b"ci":
            module, at = _line(view, at)
            name, at = _line(view, at)
            if not (_is_dotted(module) and _is_dotted(name)):
                return False
            imports = True
            if code == 0x69:
                return True
        elif code in _LINES:
            _, at = _line(view, at)
            if at < 0:
                return False
        else:
            return False
        texts += code in _TEXTS
    return imports


def _line(view: memoryview, at: int) -> tuple[bytes, int]:
    if at < 0:
        return b"", -1
    text = bytes(view[at : at + _LONGEST_LINE])
    end = text.find(b"\n")
    return (text[:end], at + end + 1) if end >= 0 else (b"", -1)


def _is_dotted(name: bytes) -> bool:
    return 0 < len(name) < 256 and all(
        part.isidentifier() for part in name.decode("utf-8", "replace").split(".")
    )


def _meaningful(view: memoryview, start: int, end: int) -> int:
    """Count bytes without the padding at either end of a stretch; sampled, since only the measure is told."""
    if end - start > 4 * MIB:
        return end - start if bytes(view[start : start + MIB]).strip(b"\0\xff\n ") else 0
    return len(bytes(view[start:end]).strip(b"\0\xff\n "))
