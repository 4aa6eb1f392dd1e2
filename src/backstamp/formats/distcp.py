"""Shards of PyTorch's distributed checkpoints: what ``torch.save`` writes, one zip behind the other.

Source: torch.distributed.checkpoint.filesystem, which keeps the place of each in ``.metadata``.
"""

import struct

_END, _WIDE_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LEAST = 22
_MOST = 100_000


def runs_of(view: memoryview) -> list[tuple[int, int]]:
    """Where each zip begins and ends; empty unless they fill the bytes, each whole, without a comment."""
    whole = _Finder(view)
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(view) and len(runs) < _MOST:
        if bytes(view[at : at + 4]) != b"PK\x03\x04":
            return []
        end = whole.end_from(at)
        if not end:
            return []
        runs.append((at, end))
        at = end
    return runs if at == len(view) else []


class _Finder:
    """Finds end records forwards, each looked at once."""

    def __init__(self, view: memoryview) -> None:
        self.view = view
        self.step = 1 << 20

    def end_from(self, start: int) -> int:
        """The end of the zip that begins at ``start``: behind its first end record, which must fit it."""
        at = start
        while at < len(self.view):
            chunk = bytes(self.view[at : at + self.step + 3])
            found = chunk.find(_END)
            if found >= 0:
                return self._fitting(start, at + found)
            at += self.step
        return 0

    def _fitting(self, start: int, at: int) -> int:
        if at + _LEAST > len(self.view):
            return 0
        _, _, _, _, _, size, offset, comment = struct.unpack_from("<4sHHHHIIH", self.view, at)
        directory_end = at
        if (
            bytes(self.view[at - 20 : at - 16]) == _LOCATOR
            and bytes(self.view[at - 76 : at - 72]) == _WIDE_END
        ):
            directory_end = at - 76
            size, offset = struct.unpack_from("<QQ", self.view, directory_end + 40)
        fits = comment == 0 and start + offset + size == directory_end
        return at + _LEAST if fits else 0
