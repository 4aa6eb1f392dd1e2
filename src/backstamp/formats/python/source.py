"""Source bytes to text, as the interpreter would read them (PEP 263), but with no odd codecs.

1. A byte order mark or UTF-8 is the rule; Latin and East Asian cookies are read as declared.
2. A codec that rewrites text (``utf_7``, ``unicode_escape``, ``rot13`` ...) hides code from readers:
   it is named, and decoded where that is a plain table (``utf_7``, ``unicode_escape``,
   ``raw_unicode_escape``).
3. UTF-16 and UTF-32 are no source encodings: the interpreter refuses them, and so does this.
"""

import codecs
import re
import warnings
from functools import cache

import msgspec

from backstamp.core.errors import ReadError

MOST_BYTES = 4 * 1024 * 1024
_REWRITING = frozenset(
    {"utf-7", "unicode-escape", "raw-unicode-escape", "rot-13", "rot13", "punycode", "idna", "hex", "base64",
     "bz2", "zlib", "uu", "quopri", "string-escape", "utf-8-variants"}
)  # fmt: skip
_DECODABLE = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape"})
_PLAIN = frozenset(
    "ascii us-ascii utf-8 utf8 utf-8-sig latin-1 latin1 iso-latin-1 l1 gbk gb2312 gb18030 cp936 big5 "
    "cp950 euc-jp "
    "euc-kr euc-cn shift-jis sjis cp932 cp949 koi8-r koi8-u mac-roman cp437 cp850 cp866 cp852 "
    "utf-8-unix tis-620".split()
)


class Source(msgspec.Struct, frozen=True):
    """Text of a module. ``codec`` is set where the declared one hides code."""

    text: str
    codec: str = ""


def source_of(data: bytes) -> Source:
    """Decode source bytes. Raises ``ReadError`` if the interpreter would refuse them."""
    if len(data) > MOST_BYTES:
        raise ReadError(f"source of {len(data):,} bytes is larger than {MOST_BYTES:,}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ReadError("UTF-16 is not an encoding of Python source")
    if b"\0" in data:
        raise ReadError("source holds null bytes")
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    cookie = _cookie_of(data)
    name = cookie.lower().replace("_", "-")
    if name in _REWRITING:
        return Source(_rewritten(data, name), name)
    if not _is_plain(name):
        return Source(_universal(data.decode("utf-8", "replace")), name)
    try:
        return Source(_universal(data.decode(name.removesuffix("-unix") or "utf-8")))
    except UnicodeDecodeError:
        return Source(_universal(data.decode("latin-1")))


def _cookie_of(data: bytes) -> str:
    for line in data.split(b"\n", 2)[:2]:
        found = _cookie().match(line)
        if found:
            return found[1].decode("ascii")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return ""


def _is_plain(name: str) -> bool:
    # Codecs are looked up by importing a module of that name, so only known names are.
    number = (
        name.removeprefix("iso-8859-")
        .removeprefix("iso8859-")
        .removeprefix("cp125")
        .removeprefix("windows-125")
    )
    return not name or name in _PLAIN or (number != name and number.isdigit() and 0 <= int(number) <= 16)


def _rewritten(data: bytes, name: str) -> str:
    if name not in _DECODABLE:
        return _universal(data.decode("utf-8", "replace"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _universal(data.decode(name))
    except UnicodeDecodeError as error:
        raise ReadError(f"source is not {name}") from error


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@cache
def _cookie() -> re.Pattern[bytes]:
    return re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
