"""Compressed streams: gzip, bzip2, xz, lzma, zlib, zstd, lz4 and the old joblib file.

1. Output is held up to the budget's window and counted beyond it; nothing is written anywhere.
2. Streams of one format that follow each other are one content, as every loader takes them.
3. What came out before a stream broke is kept: a loader may run it before it meets the break.
4. A stream that grows without proportion is stopped (``is_bomb``).

Sources: RFC 1950-1952, the bzip2, xz, lzma-alone, Zstandard (RFC 8878) and LZ4 frame formats,
joblib's numpy_pickle_compat.
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.digest import Digest
from backstamp.core.errors import BudgetExceeded

if TYPE_CHECKING:
    import hashlib
    import zlib

BOMB_SIZE = 1024 * 1024 * 1024
BOMB_RATIO = 200

_CHUNK = 64 * 1024
_PIECE = 1024 * 1024
_SKIPPED = b"\0"
_ZFILE_HEADER = 21
_CONCATENATED = frozenset({"gzip", "bzip2", "xz", "zstd", "lz4"})


class Expanded(msgspec.Struct, frozen=True, kw_only=True):
    """What came out: ``data`` (at most a window of it), ``size`` in all, ``end`` of the compressed bytes.

    ``digest`` is that of all of it, computed on the way where more came out than is held.
    """

    data: memoryview
    size: int
    end: int
    problem: str = ""
    is_bomb: bool = False
    digest: Digest | None = None


class Missing(Exception):  # said as it is
    """The library for a format is not installed."""


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _Bomb(Exception):
    pass


def stream_kind(head: bytes) -> str:
    """Name the compression that bytes begin with; empty if none. Looks at whole headers, not only magics."""
    first = head[:1]
    if first == b"\x1f":
        return "gzip" if head[:3] == b"\x1f\x8b\x08" and len(head) > 9 and not head[3] & 0xE0 else ""
    if first == b"B":
        return "bzip2" if _is_bzip2(head) else ""
    if first == b"\xfd":
        return "xz" if head.startswith(b"\xfd7zXZ\x00") else ""
    if first == b"(":
        return "zstd" if head.startswith(b"\x28\xb5\x2f\xfd") else ""
    if first == b"\x04":
        return "lz4" if head.startswith(b"\x04\x22\x4d\x18") else ""
    if first == b"Z":
        return "zfile" if head.startswith(b"ZF0x") else ""
    if first == b"\x5d":
        return "lzma" if _is_lzma(head) else ""
    return "zlib" if _is_zlib(head) else ""


def expanded(view: memoryview, kind: str, budget: Budget, *, start: int = 0) -> Expanded:
    """Decompress from ``start``. Raises ``Missing`` if there is no library for the format."""
    at = start + (_zfile_header(view) if kind == "zfile" else 0)
    sink = _Sink(budget)
    make = _maker("zlib" if kind == "zfile" else kind)
    problem, is_bomb = "", False
    while True:
        begun = at
        try:
            at, problem = _run(make(), view, at, sink)
        except BudgetExceeded as error:
            problem = error.message
        except _Bomb:
            problem, is_bomb = "grows out of proportion", True
        if problem or kind not in _CONCATENATED or at == begun:
            break
        at = _past_padding(view, at)
        if stream_kind(bytes(view[at : at + 16])) != kind:
            break
    at = min(at, len(view))
    return sink.result(at, problem, is_bomb=is_bomb)


def deflated(raw: memoryview, budget: Budget, *, method: int = 8) -> Expanded:
    """Decompress an entry of a zip: deflate (8), bzip2 (12), lzma (14) or zstd (93)."""
    sink = _Sink(budget)
    at = 0
    problem, is_bomb = "", False
    try:
        if method == 14:
            at = 4 + int.from_bytes(raw[2:4], "little")
        at, problem = _run(_zip_decoder(method, raw), raw, at, sink)
    except BudgetExceeded as error:
        problem = error.message
    except _Bomb:
        problem, is_bomb = "grows out of proportion", True
    except _errors() as error:
        problem = f"broken data ({error})"
    return sink.result(at, problem, is_bomb=is_bomb)


class _Sink:
    """Takes what comes out: keeps a window of it and counts the rest."""

    __slots__ = ("budget", "data", "hash", "room", "size")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.data = bytearray()
        self.room = budget.limits.window
        self.size = 0
        self.hash: hashlib._Hash | None = None

    def result(self, end: int, problem: str, *, is_bomb: bool) -> Expanded:
        """Say what came out; the digest is only that of a content which came out whole."""
        digest = Digest(self.hash.hexdigest()) if self.hash and not problem else None
        return Expanded(
            data=memoryview(self.data),
            size=self.size,
            end=end,
            problem=problem,
            is_bomb=is_bomb,
            digest=digest,
        )

    def take(self, piece: bytes, consumed: int) -> None:
        self.size += len(piece)
        if self.hash is not None:
            self.hash.update(piece)
        elif len(piece) > self.room:
            import hashlib

            self.hash = hashlib.sha256(self.data)
            self.hash.update(piece)
        if self.room > 0:
            self.data += piece[: self.room]
            self.room -= len(piece)
        self.budget.spend_operations(1 + (len(piece) >> 12))
        self.budget.spend_inflated(len(piece))
        if self.size > BOMB_SIZE and self.size > BOMB_RATIO * max(1, consumed):
            raise _Bomb


def _run(decoder: _Decoder, view: memoryview, at: int, sink: _Sink) -> tuple[int, str]:
    """Feed one stream; gives its end and why it broke off, if it did."""
    begun = at
    sink.budget.spend_inflated(0)  # nothing more comes out once too much did
    try:
        while not decoder.eof:
            chunk = b""
            if decoder.needs_input:
                chunk = bytes(view[at : at + _CHUNK])
                if not chunk:
                    return at, "ends early"
                at += len(chunk)
            sink.take(decoder.decompress(chunk, _PIECE), at - begun)
    except _errors() as error:
        return at, f"broken data ({error})"
    return at - len(decoder.unused_data or b""), ""


class _Zlib:
    """Gives zlib the shape of the other decompressors."""

    __slots__ = ("_broken", "_inner")

    def __init__(self, wbits: int) -> None:
        import zlib

        self._inner = zlib.decompressobj(wbits)
        self._broken: Exception | None = None

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        import zlib

        if self._broken:
            raise self._broken
        before = self._inner.copy()
        joined = self._inner.unconsumed_tail + data
        try:
            return self._inner.decompress(joined, max(0, max_length))
        except zlib.error as error:
            self._broken = error
            return _until_broken(before, joined, max(0, max_length))


def _until_broken(inner: "zlib._Decompress", data: bytes, max_length: int) -> bytes:
    """Give what comes out before data breaks: gzip itself tells of a wrong checksum only at the very end."""
    import zlib

    out = bytearray()
    try:
        for at in range(len(data)):
            out += inner.decompress(data[at : at + 1], max_length)
            if inner.unconsumed_tail or (max_length and len(out) >= max_length):
                break
    except zlib.error:
        pass
    return bytes(out)


def _maker(kind: str) -> Callable[[], _Decoder]:
    match kind:
        case "gzip":
            return lambda: _Zlib(31)
        case "zlib":
            return lambda: _Zlib(15)
        case "bzip2":
            import bz2

            return bz2.BZ2Decompressor
        case "xz" | "lzma":
            import lzma

            form = lzma.FORMAT_XZ if kind == "xz" else lzma.FORMAT_ALONE
            return lambda: lzma.LZMADecompressor(form, memlimit=512 * 1024 * 1024)
        case "zstd":
            return _zstd()
        case "lz4":
            return _lz4()
    raise Missing(f'no decompressor for "{kind}"')


def _zip_decoder(method: int, raw: memoryview) -> _Decoder:
    match method:
        case 8:
            return _Zlib(-15)
        case 12:
            return _maker("bzip2")()
        case 14:
            import lzma

            props = bytes(raw[4 : 4 + int.from_bytes(raw[2:4], "little")])
            if len(props) != 5 or props[0] >= 225:
                raise lzma.LZMAError("bad properties")
            rest, lc = divmod(props[0], 9)
            pb, lp = divmod(rest, 5)
            size = min(int.from_bytes(props[1:5], "little"), 256 * 1024 * 1024)
            chain = [{"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}]
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
        case 93:
            return _zstd()()
    raise Missing(f"no decompressor for method {method}")


def _zstd() -> Callable[[], _Decoder]:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:
        raise Missing("zstd was not read: install backports.zstd") from error
    # Windows above 128 MiB are refused, as the zstd program does.
    return lambda: zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 27})


def _lz4() -> Callable[[], _Decoder]:
    try:
        import lz4.frame  # type: ignore[import-untyped]
    except ImportError as error:
        raise Missing("lz4 was not read: install lz4") from error
    decoder: Callable[[], _Decoder] = lz4.frame.LZ4FrameDecompressor
    return decoder


@cache
def _errors() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    found: list[type[Exception]] = [zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError]
    found.append(MemoryError)
    try:
        if sys.version_info >= (3, 14):
            from compression.zstd import ZstdError
        else:
            from backports.zstd import ZstdError
        found.append(ZstdError)
    except ImportError:
        pass
    return tuple(found)


def _past_padding(view: memoryview, at: int) -> int:
    """Skip zeros after a stream: tapes and gzip itself pad with them."""
    while at < len(view):
        chunk = bytes(view[at : at + _CHUNK])
        left = chunk.lstrip(_SKIPPED)
        at += len(chunk) - len(left)
        if left:
            break
    return at


def _zfile_header(view: memoryview) -> int:
    """Old joblib: ``ZF``, the length in hexadecimal, padded; one blank more when Python 2 wrote it."""
    return _ZFILE_HEADER + (bytes(view[_ZFILE_HEADER : _ZFILE_HEADER + 1]) == b" ")


def _is_bzip2(head: bytes) -> bool:
    if not head.startswith(b"BZh") or not b"1" <= head[3:4] <= b"9":
        return False
    return head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def _is_lzma(head: bytes) -> bool:
    """A whole lzma-alone header: properties of xz and joblib, a usual dictionary size, a possible length."""
    if len(head) < 13 or head[1:3] != b"\0\0":
        return False
    size = int.from_bytes(head[1:5], "little")
    low = size & -size
    if not size or size not in (low, 3 * low):
        return False
    return head[5:13] == b"\xff" * 8 or int.from_bytes(head[5:13], "little") < 1 << 40


def _is_zlib(head: bytes) -> bool:
    """A zlib header, and a beginning that inflates: two bytes alone fit one random file in two thousand."""
    if len(head) < 8 or head[0] & 0x0F != 8 or head[0] >> 4 > 7 or (head[0] << 8 | head[1]) % 31:
        return False
    if head[0] != 0x78 or head[1] & 0x20:
        return False
    import zlib

    try:
        return bool(zlib.decompressobj().decompress(head, 4096))
    except zlib.error:
        return False
