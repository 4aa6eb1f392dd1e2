"""Texts that are nothing but another file in letters: base64, hexadecimal, uuencode.

1. A text counts only if its first letters decode to the beginning of a pickle, an archive or a program.
2. Decoding is bounded by the bytes at hand and stops at the first letter that does not belong.
"""

import binascii
from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.budget import Budget

_HEAD = 96
_MAGICS = (
    b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"\x1f\x8b\x08",
    b"PK\x03\x04", b"\x7fELF", b"BZh", b"x\x9c",
    b"x\xda", b"x\x01", b"\xfd7zXZ", b"7z\xbc\xaf\x27\x1c", b"MZ\x90\0",
)  # fmt: skip


def is_encoded(sample: bytes) -> bool:
    """Say whether a text begins as an encoded pickle, archive or program would."""
    head = decoded(sample[:4096])[:_HEAD]
    return head.startswith(_MAGICS) or _call().match(head) is not None


def strings_in(view: memoryview, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Find the strings of a JSON text which are an encoded pickle or archive: where, and what they say."""
    budget.spend_operations(1 + (len(view) >> 10))
    for match in _quoted().finditer(view):
        text = bytes(match[1]).replace(b"\\n", b"").replace(b"\\/", b"/")
        if is_encoded(text):
            budget.spend_inflated(len(text))
            yield match.start(1), decoded(text)


@cache
def _quoted() -> Pattern[bytes]:
    import re

    # Beginnings of pickles, gzip, zip, bzip2 and of calls in protocol 0, in base64.
    return re.compile(rb'"((?:gA|H4sI|UEsDB|QlpoO|Y29z|Y3Bvc2l4|KGNv)[\w+/=\\-]{44,})"', re.ASCII)


def decoded(text: bytes) -> bytes:
    """Decode a text as whichever encoding its letters belong to; empty if none."""
    text = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"begin ") and b"\n" in text[:512]:
        return _uudecoded(text)
    packed = bytes(text.translate(None, b" \t\r\n"))
    hexadecimal = packed[: len(packed) - len(packed.lstrip(b"0123456789abcdefABCDEF"))]
    if (
        len(hexadecimal) >= 32
        and hexadecimal == packed[: len(hexadecimal)]
        and len(hexadecimal) == len(packed)
    ):
        return binascii.unhexlify(hexadecimal[: len(hexadecimal) & ~1])
    packed = packed.translate(bytes.maketrans(b"-_", b"+/"))
    letters = packed[: len(packed) - len(packed.lstrip(_LETTERS))]
    if len(letters) < 32:
        return b""
    return binascii.a2b_base64(letters[: len(letters) & ~3] + _padded(letters))


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _padded(letters: bytes) -> bytes:
    rest = letters[len(letters) & ~3 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _uudecoded(text: bytes) -> bytes:
    out = bytearray()
    for line in text.splitlines()[1:]:
        if not line or line.startswith((b"`", b"end")) or (line[0] - 32) & 63 > len(line) * 3 // 4:
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            break
    return bytes(out)


@cache
def _call() -> Pattern[bytes]:
    import re

    # The first line of a pickle of protocol 0 or 1 which imports something.
    return re.compile(rb"\(?c[A-Za-z_][\w.]{1,60}\n[A-Za-z_][\w.]{0,60}\n")
