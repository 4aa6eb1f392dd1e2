"""Builds archives, also such as no tool writes, and the parts that go into them. Nothing runs."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

import msgspec

# A pickle that would print a line; of protocol 2, as torch writes them.
INERT_CALL = b"\x80\x02c__builtin__\nprint\nq\x00X\x05\x00\x00\x00inertq\x01\x85q\x02Rq\x03."
PLAIN_PICKLE = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."


def elf(tail: bytes = b"") -> bytes:
    """An ELF header of a program that has no code."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    return head + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000, 0, 0, 0, 64, 56, 0, 64, 0, 0) + tail


def pe() -> bytes:
    """A PE header with one section and no code."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 0x22)
    return dos + coff + b".text\0\0\0" + struct.pack("<IIIIIIHHI", 0, 0, 16, 128, 0, 0, 0, 0, 0) + bytes(16)


def macho() -> bytes:
    """A Mach-O header with one load command."""
    return struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 1, 16, 0, 0) + bytes(16)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a zip; whatever is given for the local header differs from the central directory."""

    name: str
    data: bytes = b""
    method: int = 0
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    local_name: str | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_crc: int | None = None
    local_packed: int | None = None
    attributes: int = 0
    is_listed: bool = True
    is_written: bool = True
    extra: bytes = b""
    offset: int | None = None


def zip_of(*parts: Part, prefix: bytes = b"", comment: bytes = b"", count: int | None = None) -> bytes:
    """Write a zip by hand."""
    out = bytearray(prefix)
    directory = bytearray()
    listed = 0
    for part in parts:
        packed = _packed(part.data, part.method)
        crc = zlib.crc32(part.data) if part.crc is None else part.crc
        size = len(part.data) if part.size is None else part.size
        offset = len(out) if part.offset is None else part.offset
        if part.is_written:
            out += _local(part, crc, len(packed), size) + packed
        if part.is_listed:
            listed += 1
            name = part.name.encode()
            directory += struct.pack(
                "<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, part.flags, part.method, 0, 0, crc, len(packed),
                size, len(name), 0, 0, 0, 0, part.attributes, offset,
            )  # fmt: skip
            directory += name
    start = len(out)
    listed = listed if count is None else count
    out += directory
    out += (
        struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, listed, listed, len(directory), start, len(comment))
        + comment
    )
    return bytes(out)


def _local(part: Part, crc: int, packed: int, size: int) -> bytes:
    name = (part.name if part.local_name is None else part.local_name).encode()
    return (
        struct.pack(
            "<4s5HL2L2H",
            b"PK\3\4",
            20,
            part.flags if part.local_flags is None else part.local_flags,
            part.method if part.local_method is None else part.local_method,
            0,
            0,
            crc if part.local_crc is None else part.local_crc,
            packed if part.local_packed is None else part.local_packed,
            size,
            len(name),
            len(part.extra),
        )
        + name
        + part.extra
    )


def _packed(data: bytes, method: int) -> bytes:
    if method == 8:
        engine = zlib.compressobj(9, zlib.DEFLATED, -15)
        return engine.compress(data) + engine.flush()
    return bz2.compress(data) if method == 12 else data


def usual_zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as Python writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def streamed_zip(files: dict[str, bytes]) -> bytes:
    """A zip as it is written to a pipe: sizes are in data descriptors."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.data += data
            return len(data)

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return bytes(out.data)


def torch_zip(pickle: bytes = PLAIN_PICKLE, storages: tuple[bytes, ...] = (), **more: bytes) -> bytes:
    """A PyTorch file: stored entries, padded by an extra field, with data descriptors."""
    files = {"archive/data.pkl": pickle, "archive/byteorder": b"little"}
    files |= {f"archive/data/{i}": data for i, data in enumerate(storages)}
    files |= {"archive/version": b"3\n", "archive/.data/serialization_id": b"1" * 40}
    files |= {f"archive/{name}": data for name, data in more.items()}
    out = bytearray()
    directory = bytearray()
    for name, data in files.items():
        start, crc = len(out), zlib.crc32(data)
        padding = -(start + 34 + len(name)) % 64
        extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
        out += struct.pack("<4s5HL2L2H", b"PK\3\4", 0, 0x808, 0, 0, 0, 0, 0, 0, len(name), len(extra))
        out += name.encode() + extra + data
        out += struct.pack("<4s3L", b"PK\7\x08", crc, len(data), len(data))
        directory += struct.pack(
            "<4s4B4HL2L5H2L", b"PK\1\2", 0, 0, 0, 0, 0x808, 0, 0, 0, crc, len(data), len(data), len(name),
            0, 0, 0, 0, 0, start,
        )  # fmt: skip
        directory += name.encode()
    at = len(out)
    out += directory
    # torch writes a zip64 record and its locator into every file
    out += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, len(files), len(files), len(directory), at)
    out += struct.pack("<4sLQL", b"PK\6\7", 0, at + len(directory), 1)
    out += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    return bytes(out)


def tar_of(
    files: dict[str, bytes], links: dict[str, tuple[bytes, str]] | None = None, form: int = 1
) -> bytes:
    """A tar; ``links`` are entries of another type, with their target."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, (kind, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    """A Zstandard frame."""
    from backports import zstd as library

    return library.compress(data)


def lz4(data: bytes) -> bytes:
    """An LZ4 frame."""
    import lz4.frame

    return lz4.frame.compress(data)


def zfile(data: bytes) -> bytes:
    """The compressed file of joblib before 0.10."""
    return b"ZF" + hex(len(data)).encode().ljust(19) + zlib.compress(data)


STREAMS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "zstd": zstd,
    "lz4": lz4,
    "zfile": zfile,
}
