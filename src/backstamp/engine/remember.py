"""Remembers examinations: the key of a file, and its result as bytes that fit any place.

Small files are quicker examined than looked up; huge ones are weights, whose header alone is read,
and would have to be hashed for the key. Both are left out.
"""

from typing import Protocol

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.codec import decoded, encoded, sealed, unsealed
from backstamp.core.errors import KnowledgeError
from backstamp.core.fact import Fact
from backstamp.core.finding import Finding
from backstamp.core.location import Location
from backstamp.core.reading import Coverage
from backstamp.engine.examine import Examination

_LEAST, _MOST = 16 * 1024, 64 * 1024 * 1024
_WORTH_OPERATIONS = 5_000


class ResultCache(Protocol):
    """Where results are kept between runs."""

    def get(self, key: str) -> bytes | None:
        """Return a stored result, or ``None``."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Store a result."""
        ...


class _Record(msgspec.Struct, frozen=True, array_like=True):
    coverage: list[Coverage]
    findings: list[Finding]
    facts: bytes
    operations: int


def key_of(blob: Blob, stamp: str) -> str | None:
    """Name the result of examining a blob; ``None`` if it is not worth remembering.

    The name is part of the key because texts are recognised by it.
    """
    if not _LEAST <= blob.size <= _MOST or not blob.digest:
        return None
    text = f"{blob.digest.hex}\0{blob.name}\0{stamp}"
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def is_worth_keeping(found: Examination) -> bool:
    """Say whether an examination took long enough to be remembered."""
    return found.operations >= _WORTH_OPERATIONS


def packed(found: Examination) -> bytes:
    """Write an examination as bytes."""
    return encoded(_Record(found.coverage, found.findings, sealed(found.facts), found.operations))


def unpacked(data: bytes, root: str | None = None) -> Examination | None:
    """Read an examination back, as one of the file ``root``. ``None`` if the bytes are damaged."""
    try:
        record = decoded(data, _Record)
        facts = unsealed(record.facts)
    except KnowledgeError:
        return None
    if root is None:
        return Examination(
            coverage=record.coverage, findings=record.findings, facts=facts, operations=record.operations
        )
    return Examination(
        coverage=[msgspec.structs.replace(c, path=(root, *c.path[1:])) for c in record.coverage],
        findings=[msgspec.structs.replace(f, place=_moved(f.place, root)) for f in record.findings],
        facts=[_fact_moved(f, root) for f in facts],
        operations=record.operations,
    )


def _moved(place: Location, root: str) -> Location:
    return Location((root, *place.path[1:]), place.where)


def _fact_moved(fact: Fact, root: str) -> Fact:
    return msgspec.structs.replace(fact, place=_moved(fact.place, root))
