"""Reads R's serialized objects: the calls in them."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats import rdata
from backstamp.models.facts.rdata import RCall


class RdataReader:
    """Reads RDS and RDA in their binary forms."""

    name = "r-data"
    version = 1
    kinds = frozenset({"r-data"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the calls in an object."""
        if not blob.is_whole:
            yield Unread("only the head of the object is at hand")
        seen: set[tuple[str, tuple[str, ...], str]] = set()
        for part in rdata.parts_of(blob.view, budget):
            match part:
                case rdata.Call():
                    key = (part.name, part.words, part.context)
                    if key not in seen:
                        seen.add(key)
                        place = blob.at(part.at)
                        yield RCall(place=place, name=part.name, words=part.words, context=part.context)
                case rdata.End():
                    yield Explained(0, part.end)


READER = RdataReader()
