"""Reads HDF5 files: Keras configurations in attributes, references to other files."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import hdf5
from backstamp.formats.payload import is_payload
from backstamp.models.facts.hdf5 import HdfExternal, HdfLoose
from backstamp.models.readers.keras import statements_of

_CHUNK = 1 << 20
_NEEDLES = (b'"class_name": "Lambda"', b'"class_name":"Lambda"', b'"class_name": "__lambda__"')


class Hdf5Reader:
    """Reads HDF5 as Keras, PyTables and h5py write it."""

    name = "hdf5"
    version = 1
    kinds = frozenset({"hdf5"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a file."""
        problems: list[str] = []
        end = start = 0
        for part in hdf5.parts_of(blob.view, budget):
            match part:
                case hdf5.Super():
                    start, end = part.at, part.end
                case hdf5.Attribute():
                    yield from _texts(blob, part, budget)
                case hdf5.External():
                    yield HdfExternal(
                        place=blob.at(part.at), kind=part.kind, owner=part.owner, file=part.file
                    )
                case hdf5.Problem():
                    problems.append(part.reason)
        if end > blob.size:
            problems.append(f"the file ends at byte {blob.size}, before its end address {end}")
        if not blob.is_whole:
            problems.append("only the head of the file is at hand")
        if problems:
            yield from _loose(blob, budget)
            yield Unread("; ".join(problems[:3]))
        yield Explained(start, min(end, blob.size))


READER = Hdf5Reader()


def _texts(blob: Blob, attribute: hdf5.Attribute, budget: Budget) -> Iterator[Statement]:
    """Every text that is JSON could be a configuration, whatever the attribute is called."""
    for start, end in attribute.texts:
        if is_payload(blob.view, start, end):
            yield Member(blob.part(start, end, f"{attribute.owner}@{attribute.name}"))
        elif end - start > 16:
            yield from statements_of(blob, start, end, budget, container="hdf5")


def _loose(blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Look for the text of a Lambda layer where the structure did not lead."""
    for at in range(0, len(blob.view), _CHUNK):
        budget.spend_operations(_CHUNK // 4096)
        chunk = bytes(blob.view[at : at + _CHUNK + 64])
        for needle in _NEEDLES:
            found = chunk.find(needle)
            if found >= 0:
                yield HdfLoose(place=blob.at(at + found, len(needle)), text=needle.decode())
                return
