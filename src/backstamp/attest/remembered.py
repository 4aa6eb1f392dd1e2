"""Remembers digests of files in the user's cache folder, readable by their owner only.

What is remembered is as trustworthy as the account of the user: who may write there, may lie. It is asked
only where the user wants it.
"""

import os
from hashlib import sha256

from backstamp.sources.cache import FolderCache, default_folder

_HEX = frozenset(b"0123456789abcdef")


class RememberedDigests:
    """Digests in a folder, one small file each, keyed by device, inode, size and times of the file."""

    def __init__(self, folder: str = "") -> None:
        self._cache = FolderCache(folder or os.path.join(os.path.dirname(default_folder()), "digests"))

    def get(self, key: str) -> str:
        """Give a remembered digest; empty if there is none, or the entry is damaged."""
        found = self._cache.get(_name(key)) or b""
        check, _, digest = found.partition(b":")
        if not digest or not _HEX.issuperset(digest) or check != _check(key, digest):
            return ""
        return digest.decode()

    def put(self, key: str, digest: str) -> None:
        """Remember a digest. A cache that cannot be written is no error."""
        held = digest.encode()
        self._cache.put(_name(key), _check(key, held) + b":" + held)


def _name(key: str) -> str:
    return sha256(b"digest\0" + key.encode()).hexdigest()


def _check(key: str, digest: bytes) -> bytes:
    return sha256(key.encode() + b"\0" + digest).hexdigest().encode()
