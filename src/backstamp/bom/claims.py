"""Claims: what is said of a part, with the evidence for it. Immutable; nothing is written without one."""

import msgspec

from backstamp.core.digest import Digest
from backstamp.core.location import Bytes, Line, Location, Pointer, joined
from backstamp.core.supply import Method, Part, Relation, Scalar, Trait


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is known from: the place, the digest of the file, how, and by which reader."""

    place: Location
    digest: Digest | None
    method: Method
    confidence: float
    by: str

    @property
    def path(self) -> str:
        """The path of the file, as reports show it."""
        return joined(self.place.path)

    @property
    def locator(self) -> str:
        """The place inside the file: a JSON pointer, ``line 3``, ``bytes 0-8``; empty for the whole file."""
        match self.place.where:
            case Pointer(pointer=pointer):
                return pointer
            case Line(line=line):
                return f"line {line}"
            case Bytes(offset=offset, length=length):
                return f"bytes {offset}-{offset + length}"
            case _:
                return ""

    @property
    def strength(self) -> tuple[float, int]:
        """What evidence is sorted by, the strongest first: the weight of the method by the confidence."""
        return -self.method.weight * self.confidence, self.method.rank


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a trait of a part. ``part`` has a full key: it means the same everywhere in the target."""

    part: Part
    trait: Trait
    value: Scalar
    name: str = ""
    scope: str = ""
    evidence: Evidence


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that two parts hang together. ``revision`` is what the target is pinned to, if it is."""

    part: Part
    relation: Relation
    target: Part
    manner: str = ""
    revision: str = ""
    evidence: Evidence
