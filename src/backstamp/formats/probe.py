"""Looks for artifacts in bytes that no reader explained: gaps, prefixes, appended payloads.

1. A magic alone proves nothing in large weights: at least ten bytes of structure are validated.
2. Bytes are searched in windows, by plain search; each byte is copied a fixed number of times.
3. Of a huge gap only both ends are searched, which is stated.
4. What is found becomes a member that reaches to the end of its gap, and is examined in its own right.
"""

from collections.abc import Iterator, Sequence

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.fact import Embedded, Unexplained
from backstamp.core.reading import Explained, Member, Statement, Unread

_WINDOW = MIB
_OVERLAP = 64
_ENDS = 64 * MIB
_SMALLEST = 16
_TOLD = 64  # unexplained bytes worth a word
_PICKLE_STARTS = b"c(]})}X\x8c\x95KJMC\x8aG\x88\x89NUTVSILFlde0"
_MODULES = (
    b"posix", b"nt", b"os", b"subprocess", b"builtins", b"__builtin__", b"sys", b"runpy", b"socket", b"pty",
    b"importlib", b"commands", b"ctypes", b"shutil", b"webbrowser", b"torch", b"operator", b"code", b"pip",
)  # fmt: skip
_NEEDLES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\x80\x02",
    b"\x80\x03",
    b"\x80\x04\x95",
    b"\x80\x05\x95",
    b"\x80\x04\x8c",
    b"\x80\x04c",
    b"GGUF",
    b"7z\xbc\xaf\x27\x1c",
    b"#!/",
    *(b"c" + module + b"\n" for module in _MODULES),
)
# Formats whose loaders run nothing that is hidden in them are still searched; those which hold code, wholly.
_CODE_HOSTS = frozenset({"pickle", "zip", "tar", "elf", "pe", "macho", "script", "python"})


def embedded_in(blob: Blob, gaps: Sequence[Explained], budget: Budget) -> Iterator[Statement]:
    """Yield what is embedded in the gaps of a blob."""
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
            yield Embedded(place=blob.at(at, end - at), kind=kind, host=host)
            yield Member(blob.part(at, end, f"embedded {kind} at {at}"), kinds=(kind,))
            yield Explained(at, end)
        elif (length := _meaningful(blob.view, gap.start, end)) > _TOLD and gap.start:
            yield Unexplained(place=blob.at(gap.start, end - gap.start), length=length)
        if end - gap.start > 2 * _ENDS and found is None:
            yield Unread("only both ends of a stretch of unexplained bytes were searched")


def first_artifact(view: memoryview, start: int, end: int, budget: Budget) -> tuple[str, int] | None:
    """Find the first artifact in a stretch of bytes; what begins at offset 0 is known from sniffing."""
    stretches = [(start, end)]
    if end - start > 2 * _ENDS:
        stretches = [(start, start + _ENDS), (end - _ENDS, end)]
    for low, high in stretches:
        for at in range(low, high, _WINDOW):
            window = bytes(view[at : min(high, at + _WINDOW + _OVERLAP)])
            budget.spend_operations(1 + (len(window) >> 10))
            hits = [hit for hit in _hits(window, view, at, end, budget) if hit[1]]
            if hits:
                kind, place = min(hits, key=lambda hit: hit[1])
                return kind, place
    return None


def artifact_at(view: memoryview, at: int) -> str:
    """Name the format that begins at an offset, by at least ten bytes of structure; empty if none does."""
    head = bytes(view[at : at + 64])
    if len(head) < _SMALLEST:
        return ""
    if head.startswith(b"PK"):
        return "zip" if _is_zip_at(view, at) else ""
    if head[:1] == b"\x80":
        return "pickle" if _is_pickle_at(view, at) else ""
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
        return "pickle" if _is_text_pickle(bytes(view[at : at + 4096])) else ""
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
    for needle in _NEEDLES:
        at = window.find(needle)
        while at >= 0:
            budget.spend_operations(1)
            place = base + at
            if place and (kind := artifact_at(view[:end], place)):
                yield kind, place
                break
            at = window.find(needle, at + 1)


def _is_zip_at(view: memoryview, at: int) -> bool:
    from backstamp.formats import zip as zips

    header = zips.header_at(view, at)
    if header is not None:
        return zips.is_likely(header)
    return (
        bytes(view[at : at + 4]) == zips.END
        and any(place == at for place in zips.ends_of(view))
        and (len(view) > at + 22)
    )


def _is_pickle_at(view: memoryview, at: int) -> bool:
    """A protocol mark, an opcode that picklers write next, and a stream that decodes."""
    head = bytes(view[at : at + 16])
    if len(head) < 4 or head[1] > 5 or head[2] not in _PICKLE_STARTS:
        return False
    try:
        from backstamp.formats.pickle.recognise import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
            looks_like_pickle,
        )
    except ImportError:
        return _has_pickle_shape(bytes(view[at : at + 4096]))
    return bool(looks_like_pickle(view[at : at + 65536]))


def _has_pickle_shape(sample: bytes) -> bool:
    if sample[2:3] == b"\x95":
        return len(sample) > 11 and int.from_bytes(sample[3:11], "little") < 1 << 40
    return b"." in sample and (
        b"\n" in sample or b"\x93" in sample or b"q\x00" in sample or b"\x94" in sample
    )


def _is_text_pickle(sample: bytes) -> bool:
    """``c``, a module, a name, then opcodes: a pickle of protocol 0 as it is written by hand."""
    module, _, rest = sample[1:].partition(b"\n")
    name, _, rest = rest.partition(b"\n")
    if module not in _MODULES and module.partition(b".")[0] not in _MODULES:
        return False
    return 1 < len(name) < 200 and name.replace(b".", b"").replace(b"_", b"").isalnum() and rest[:1] in (
        b"(", b"p", b"q", b"\x94", b"S", b"V", b"X", b"U", b"\x8c", b")", b"0", b"K", b"]", b"}", b".", b"N",
    )  # fmt: skip


def _meaningful(view: memoryview, start: int, end: int) -> int:
    """Count bytes without the padding at either end of a stretch; sampled, since only the measure is told."""
    if end - start > 4 * MIB:
        return end - start if bytes(view[start : start + MIB]).strip(b"\0\xff\n ") else 0
    return len(bytes(view[start:end]).strip(b"\0\xff\n "))
