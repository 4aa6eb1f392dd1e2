"""Reads configuration texts: names to be imported, XML entities, PMML extensions."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats import configtext, xmltext
from backstamp.models.facts.configuration import ConfigurationName, XmlEntity
from backstamp.models.facts.graph import GraphText


class ConfigurationReader:
    """Reads YAML and JSON that name targets, MLmodel files and XML."""

    name = "configuration"
    version = 1
    kinds = frozenset({"named-targets", "xml"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about what a text names."""
        if not blob.is_whole:
            yield Unread("only the head of the text is at hand")
        first = bytes(blob.view[:64]).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
        if first == b"<":
            yield from _of_xml(blob, budget)
        else:
            seen: set[tuple[str, str]] = set()
            for found in configtext.names_in(blob.view, budget):
                if (found.mark, found.name) not in seen:
                    seen.add((found.mark, found.name))
                    place = blob.at_line(found.line)
                    yield ConfigurationName(place=place, mark=found.mark, name=found.name[:256])
        yield Explained(0, len(blob.view))


READER = ConfigurationReader()


def _of_xml(blob: Blob, budget: Budget) -> Iterator[Statement]:
    for part in xmltext.parts_of(blob.view, budget):
        place = blob.at(part.at)
        if isinstance(part, xmltext.Entity):
            yield XmlEntity(place=place, name=part.name, target=part.target, nested=part.nested)
        else:
            yield GraphText(place=place, format="xml", key="extension", text=part.text)
