"""Native code of the operating systems, by its headers.

Native code is recognised by at least ten bytes of structure, since four bytes of magic occur by
chance in large weights. Sources: the ELF gABI, the PE/COFF specification, Apple's loader.h,
the APE format of Cosmopolitan (llamafile), the WebAssembly core specification.
"""

import msgspec

_MACHO = {
    b"\xfe\xed\xfa\xce": "big",
    b"\xfe\xed\xfa\xcf": "big",
    b"\xce\xfa\xed\xfe": "little",
    b"\xcf\xfa\xed\xfe": "little",
}
_MACHO_CPUS = frozenset({7, 12, 18, 0x01000007, 0x0100000C, 0x01000012, 0x0200000C})
_PE_MACHINES = frozenset({0x14C, 0x8664, 0xAA64, 0x1C0, 0x1C4, 0x200, 0x5032, 0x5064, 0xA641, 0xEBC})
_HEAD = 4096


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """Native code. ``role`` is ``program`` or ``library``; ``end`` is where its own tables say it ends."""

    kind: str
    role: str
    end: int


def native_at(view: memoryview, at: int = 0) -> Native | None:
    """Recognise native code at an offset; ``None`` if there is none."""
    head = bytes(view[at : at + 4])
    if head == b"\x7fELF":
        return _elf(view[at:])
    if head[:2] == b"MZ":
        return _pe(view[at:])
    if head in _MACHO:
        return _macho(view[at:], _MACHO[head])
    if head == b"\xca\xfe\xba\xbe":
        return _fat(view[at:])
    if head == b"\0asm" and bytes(view[at + 4 : at + 8]) == b"\1\0\0\0":
        return Native(kind="wasm", role="library", end=len(view) - at)
    if head == b"jart" and bytes(view[at : at + 8]) == b"jartsr='":
        return Native(kind="ape", role="program", end=len(view) - at)
    return None


def _elf(view: memoryview) -> Native | None:
    head = bytes(view[:64])
    if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2) or head[6] != 1:
        return None
    order = "little" if head[5] == 1 else "big"
    is_wide = head[4] == 2

    def number(at: int, size: int) -> int:
        return int.from_bytes(head[at : at + size], order)  # type: ignore[arg-type]  # one of the two

    kind, machine, version = number(16, 2), number(18, 2), number(20, 4)
    if not (1 <= kind <= 4 or kind >= 0xFE00) or not machine or version != 1:
        return None
    table, width, count = (number(40, 8), 58, 60) if is_wide else (number(32, 4), 46, 48)
    end = table + number(width, 2) * number(count, 2)
    # A shared object with an entry point may be a program (position independent); names decide later.
    role = "program" if kind == 2 else "library"
    return Native(kind="elf", role=role, end=end if 52 <= end <= len(view) else len(view))


def _pe(view: memoryview) -> Native | None:
    head = bytes(view[:_HEAD])
    if len(head) < 64:
        return None
    at = int.from_bytes(head[60:64], "little")
    if not 4 <= at <= len(view) - 24:
        return None
    coff = bytes(view[at : at + 24])
    if coff[:4] != b"PE\0\0" or int.from_bytes(coff[4:6], "little") not in _PE_MACHINES:
        return None
    is_ape = head.startswith((b"MZqFpD='", b'MZqFpD="'))
    sections = int.from_bytes(coff[6:8], "little")
    table = at + 24 + int.from_bytes(coff[20:22], "little")
    rows = bytes(view[table : table + 40 * min(sections, 96)])
    end = table + len(rows)
    for row in range(0, len(rows) - 39, 40):
        size = int.from_bytes(rows[row + 16 : row + 20], "little")
        end = max(end, int.from_bytes(rows[row + 20 : row + 24], "little") + size)
    end = _past_certificates(view, at, end)
    role = "library" if int.from_bytes(coff[22:24], "little") & 0x2000 else "program"
    return Native(
        kind="ape" if is_ape else "pe", role=role, end=end if end <= len(view) and not is_ape else len(view)
    )


def _past_certificates(view: memoryview, at: int, end: int) -> int:
    """Signed programs carry their certificates behind the last section."""
    optional = bytes(view[at + 24 : at + 24 + 152])
    slot = {b"\x0b\x01": 96, b"\x0b\x02": 112}.get(optional[:2], 0)
    if not slot:
        return end
    entry = optional[slot + 32 : slot + 40]
    start, size = int.from_bytes(entry[:4], "little"), int.from_bytes(entry[4:8], "little")
    return max(end, start + size) if start and start >= end - 8 else end


def _macho(view: memoryview, order: str) -> Native | None:
    head = bytes(view[:32])
    if len(head) < 28:
        return None
    cpu, _, kind, count, size = (
        int.from_bytes(head[at : at + 4], order)  # type: ignore[arg-type]  # one of the two
        for at in (4, 8, 12, 16, 20)
    )
    if cpu not in _MACHO_CPUS or not 1 <= kind <= 12 or not 0 < count < 10_000 or size < 8 * count:
        return None
    if size > len(view):
        return None
    return Native(kind="macho", role="program" if kind == 2 else "library", end=len(view))


def _fat(view: memoryview) -> Native | None:
    """A universal binary; a Java class has the same magic and a version of 45 or more in its place."""
    count = int.from_bytes(view[4:8], "big")
    if not 1 <= count <= 20 or len(view) < 8 + 20 * count:
        return None
    if int.from_bytes(view[8:12], "big") not in _MACHO_CPUS:
        return None
    start = int.from_bytes(view[16:20], "big")
    if bytes(view[start : start + 4]) not in _MACHO:
        return None
    return Native(kind="macho", role="library", end=len(view))
