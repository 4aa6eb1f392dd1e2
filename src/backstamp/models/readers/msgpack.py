"""Reads msgpack documents (Flax parameters): byte strings that are artifacts become members."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement
from backstamp.formats import msgpack
from backstamp.formats.payload import is_payload
from backstamp.models.facts.graph import GraphText

_TEXT = 8192


class MsgpackReader:
    """Reads one document; arrays inside extensions are raw values."""

    name = "msgpack"
    version = 1
    kinds = frozenset({"msgpack"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the byte strings of a document."""
        for part in msgpack.parts_of(blob.view, 0, len(blob.view), budget):
            match part:
                case msgpack.Bytes():
                    if is_payload(blob.view, part.start, part.end):
                        yield Member(blob.part(part.start, part.end, f"{part.kind}@{part.start}"))
                    elif part.kind != "ext" and 16 <= part.end - part.start <= _TEXT:
                        text = bytes(blob.view[part.start : part.end]).decode("utf-8", "replace")
                        if "(" in text:
                            place = blob.at(part.start, part.end - part.start)
                            yield GraphText(place=place, format="msgpack", key=part.kind, text=text)
                case msgpack.End():
                    yield Explained(0, part.end)


READER = MsgpackReader()
