"""Reads texts that are another file in letters, and strings in JSON that are: they become members."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.encoded import decoded, is_encoded, strings_in


class EncodedReader:
    """States what a text of base64, hexadecimal or uuencoded lines stands for."""

    name = "encoded"
    version = 1
    kinds = frozenset({"encoded", "json"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the decoded content, or that of the strings in a JSON text."""
        if not is_encoded(blob.head(4096)):
            for at, content in strings_in(blob.view, budget):
                budget.spend_members()
                yield Member(Blob(memoryview(content), path=(*blob.path, f"string at {at}")))
            return
        budget.spend_members()
        length = min(len(blob.view), budget.limits.window)
        budget.spend_operations(1 + (length >> 8))
        budget.spend_inflated(length)
        yield Explained(0, blob.size)
        content = decoded(bytes(blob.view[:length]))
        if content:
            yield Member(Blob(memoryview(content), path=(*blob.path, "decoded")))
        if length < blob.size:
            yield Unread("only the first part of an encoded text was decoded")


READER = EncodedReader()
