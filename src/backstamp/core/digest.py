"""Digests: the names of bytes."""

from collections.abc import Callable

import msgspec

_RUN = 32 * 1024 * 1024


class Digest(msgspec.Struct, frozen=True):
    """A SHA-256 in lower-case hexadecimal; the storage key, hub oid and signature digest alike."""

    hex: str

    def __str__(self) -> str:
        return f"sha256:{self.hex}"


def digest_of(data: bytes | memoryview, between: Callable[[], None] | None = None) -> Digest:
    """Compute the digest of bytes that are at hand; ``between`` is called after each run of them."""
    import hashlib

    if between is None or len(data) <= _RUN:
        return Digest(hashlib.sha256(data).hexdigest())
    made = hashlib.sha256()
    for at in range(0, len(data), _RUN):
        made.update(data[at : at + _RUN])
        between()
    return Digest(made.hexdigest())
