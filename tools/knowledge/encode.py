"""The table's file: written here, read by ``backstamp.knowledge.callables``, which describes the format."""

import json
import lzma
from collections.abc import Iterable

import msgspec

from backstamp.knowledge.callables import MAGIC

CHUNK = 128 * 1024
FILTERS = ({"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 256 * 1024},)


class Profile(msgspec.Struct, frozen=True, order=True, array_like=True):
    """What is alike for many names: kind, effects of a call, effects of the four facets, schema, basis."""

    kind: str
    effects: int
    new: int = 0
    setstate: int = 0
    container: int = 0
    destroy: int = 0
    schema: str = ""
    basis: str = "derived"


class Entry(msgspec.Struct, frozen=True):
    """One name of a module: a profile with bases, or another name that it stands for."""

    name: str
    profile: Profile | None = None
    bases: tuple[str, ...] = ()
    target: str = ""


def encoded(
    sections: dict[str, list[Entry]],
    *,
    as_of: str,
    packages: dict[str, list[str]],
    standard: Iterable[str],
    prefixes: dict[str, str],
) -> bytes:
    """Write the table. The same arguments give the same bytes."""
    uses: dict[Profile, int] = {}
    for entries in sections.values():
        for entry in entries:
            if entry.profile:
                uses[entry.profile] = uses.get(entry.profile, 0) + 1
    profiles = sorted(uses, key=lambda p: (-uses[p], p))
    numbers = {profile: _short(number) for number, profile in enumerate(profiles)}
    chunks: list[tuple[str, bytes]] = []
    buffer: list[str] = []
    first, size = "", 0
    for module in sorted(sections):
        lines = [_line(entry, numbers) for entry in sorted(sections[module], key=lambda e: e.name)]
        text = "\n".join(["\f" + module, *lines]) + "\n"
        if buffer and size + len(text) > CHUNK:
            chunks.append((first, _packed("".join(buffer).encode())))
            buffer, size = [], 0
        if not buffer:
            first = module
        buffer.append(text)
        size += len(text)
    if buffer:
        chunks.append((first, _packed("".join(buffer).encode())))
    header = {
        "as_of": as_of,
        "packages": {k: packages[k] for k in sorted(packages)},
        "standard": " ".join(sorted(standard)),
        "prefixes": {k: prefixes[k] for k in sorted(prefixes)},
        "profiles": [msgspec.to_builtins(p) for p in profiles],
        "firsts": [name for name, _ in chunks],
        "sizes": [len(data) for _, data in chunks],
    }
    head = _packed(json.dumps(header, separators=(",", ":")).encode())
    return MAGIC + len(head).to_bytes(4, "little") + head + b"".join(data for _, data in chunks)


def _packed(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=FILTERS)


def _line(entry: Entry, numbers: dict[Profile, str]) -> str:
    if entry.profile is None:
        return f"{entry.name}>{entry.target}"
    bases = " " + ",".join(entry.bases) if entry.bases else ""
    return f"{entry.name} {numbers[entry.profile]}{bases}"


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _short(number: int) -> str:
    text = ""
    while True:
        number, rest = divmod(number, len(DIGITS))
        text = DIGITS[rest] + text
        if not number:
            return text
