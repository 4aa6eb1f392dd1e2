"""Reads numpy's ``.npy``: arrays of objects are pickles and are examined as such, numbers are measured."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.npy import MAGIC, array_at

_MOST_ARRAYS = 10_000


class NpyReader:
    """Reads ``.npy`` files, also several arrays in a row, as ``numpy.load`` reads them off one file."""

    name = "npy"
    version = 1
    kinds = frozenset({"npy"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the members that a load would unpickle, and the bytes that are numbers."""
        at = 0
        for _ in range(_MOST_ARRAYS):
            array = array_at(blob.view, at, budget)
            yield Explained(at, array.data)
            if array.holds_objects:
                name = f"objects at {array.data}"
                yield Member(blob.part(array.data, len(blob.view), name), kinds=("pickle",))
                yield Explained(array.data, len(blob.view))
                return
            end = array.data + array.length
            if end > blob.size:
                yield Unread("the array's data ends early")
            yield Explained(array.data, min(end, blob.size))
            at = end
            if blob.view[at : at + len(MAGIC)] != MAGIC:
                return


READER = NpyReader()
