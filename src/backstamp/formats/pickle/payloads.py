"""Artifacts in what a call is given: bytes that are a pickle or an archive, or text that encodes one."""

import binascii
import zlib
from functools import cache
from re import Pattern
from re import compile as pattern

from backstamp.core.budget import Budget
from backstamp.formats.pickle.recognise import looks_like_pickle
from backstamp.formats.pickle.values import Big

_SMALLEST = 8
_SMALLEST_TEXT = 16
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x7fELF", "elf"),
    (b"\x93NUMPY", "npy"),
    (b"7z\xbc\xaf\x27\x1c", "sevenzip"),
)


def payload_of(value: str | bytes | Big, budget: Budget) -> tuple[bytes | memoryview, str] | None:
    """Look whether text or bytes are an artifact: its bytes and its format, or ``None``."""
    if isinstance(value, str) or (isinstance(value, Big) and value.kind == "str"):
        return _text_pickle(value) or _encoded(value, budget)
    data = value if isinstance(value, bytes) else value.view[value.start : value.end]
    kind = _kind(data)
    return (data, kind) if kind else _encoded(value, budget)


def _text_pickle(value: str | Big) -> tuple[bytes, str] | None:
    """A pickle written as text, one character a byte."""
    if (value if isinstance(value, str) else value.head(1))[:1] not in ("c", "(", "\x80", "]", "}"):
        return None
    whole = value if isinstance(value, str) else value.whole()
    try:
        data = whole.encode("latin-1") if isinstance(whole, str) else whole
    except UnicodeEncodeError:
        return None
    return (data, "pickle") if len(data) >= _SMALLEST and looks_like_pickle(data) else None


def _kind(data: bytes | memoryview) -> str:
    if len(data) < _SMALLEST:
        return ""
    head = bytes(data[:64])
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bzip2"
    if head[0] == 0x78 and head[1] in (0x01, 0x5E, 0x9C, 0xDA) and _inflates(head):
        return "zlib"
    return "pickle" if looks_like_pickle(data) else ""


def _inflates(head: bytes) -> bool:
    try:
        return len(zlib.decompressobj().decompress(head, 256)) >= 16
    except zlib.error:
        return False


def _encoded(value: str | bytes | Big, budget: Budget) -> tuple[bytes, str] | None:
    head = value.head(64) if isinstance(value, Big) else value[:64]
    if len(head) < _SMALLEST_TEXT:
        return None
    try:
        start = head.encode("ascii") if isinstance(head, str) else head
    except UnicodeEncodeError:
        return None
    for form, decode in ((_hex_digits(), binascii.unhexlify), (_base64_digits(), binascii.a2b_base64)):
        if not form.fullmatch(start):
            continue
        if not _may_be_artifact(decode, start):
            continue
        whole = value.whole() if isinstance(value, Big) else value
        raw = whole.encode("ascii", "ignore") if isinstance(whole, str) else whole
        budget.spend_inflated(len(raw))
        try:
            data = decode(raw.strip())
        except (binascii.Error, ValueError):
            continue
        if kind := _kind(data):
            return data, kind
    return None


def _may_be_artifact(decode: object, start: bytes) -> bool:
    # The first quarter says enough: most words that look like base64 end here.
    try:
        head = decode(start[: len(start) // 4 * 4])  # type: ignore[operator]  # one of two functions above
    except (binascii.Error, ValueError):
        return False
    return bool(head) and (
        head[0] in b"\x80P\x1f\xfd\x7f\x937Bx" or head[:1] in (b"c", b"(", b"]", b"}", b"i")
    )


@cache
def _hex_digits() -> Pattern[bytes]:
    return pattern(rb"[0-9a-fA-F]+")


@cache
def _base64_digits() -> Pattern[bytes]:
    return pattern(rb"[A-Za-z0-9+/\n]+={0,2}\n?")
