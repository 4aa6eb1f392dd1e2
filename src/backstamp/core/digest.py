"""Digests: the names of bytes."""

import msgspec


class Digest(msgspec.Struct, frozen=True):
    """A SHA-256 in lower-case hexadecimal; the storage key, hub oid and signature digest alike."""

    hex: str

    def __str__(self) -> str:
        return f"sha256:{self.hex}"


def digest_of(data: bytes | memoryview) -> Digest:
    """Compute the digest of bytes that are at hand."""
    import hashlib

    return Digest(hashlib.sha256(data).hexdigest())
