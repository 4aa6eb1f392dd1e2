"""Reads Git LFS pointers: the file itself is elsewhere, so nothing of it was examined."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.models.facts.repository import LfsPointer

_MOST = 1024  # the specification's limit


class LfsReader:
    """States which file a pointer stands for."""

    name = "lfs-pointer"
    version = 1
    kinds = frozenset({"lfs-pointer"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the pointer, and that its file is not here."""
        budget.spend_operations()
        lines = blob.head(_MOST).decode("utf-8", "replace").splitlines()
        pairs = {key: value for key, _, value in (line.partition(" ") for line in lines)}
        oid, size = pairs.get("oid", ""), pairs.get("size", "")
        digest = oid.removeprefix("sha256:")
        is_sound = (
            blob.size <= _MOST
            and oid.startswith("sha256:")
            and len(digest) == 64
            and not digest.strip("0123456789abcdef")
            and size.isascii()
            and size.isdigit()
            and len(size) < 19
        )
        if not is_sound:
            yield Unread("begins like a Git LFS pointer and is none")
            return
        yield Explained(0, blob.size)
        yield LfsPointer(place=blob.whole(), oid=oid, size=int(size))
        yield Unread(f"a Git LFS pointer: the file itself ({shown(size)} bytes) is not here")


READER = LfsReader()
