"""Fields of statements, read strictly: what is there has the type that it must have, or nothing is read.

``core.tree`` looks into documents that may be anything; what is signed and then believed must not be. A field
that stands there with a wrong type is an error here, and never counts as missing.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree

LONGEST = 8192
MOST = 20_000
_HEX = frozenset("0123456789abcdef")
_LENGTHS = {
    "sha1": 40,
    "gitCommit": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "blake3": 64,
}


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that a predicate names (a resource descriptor of in-toto): by URI, name or digest."""

    uri: str = ""
    name: str = ""
    digest: tuple[tuple[str, str], ...] = ()
    annotations: Tree = {}

    def of(self, algorithm: str) -> str:
        """Give the digest of an algorithm; empty if there is none."""
        return dict(self.digest).get(algorithm, "")

    def as_tree(self) -> Tree:
        """Write the descriptor; what is empty is left out."""
        made: Tree = {}
        if self.uri:
            made["uri"] = self.uri
        if self.name:
            made["name"] = self.name
        if self.digest:
            made["digest"] = dict[str, Json](self.digest)
        if self.annotations:
            made["annotations"] = dict(self.annotations)
        return made


def text(tree: Tree, key: str, *, required: bool = False) -> str:
    """Read a text; empty if it is not there. Raises ``ReadError``."""
    found = tree.get(key)
    if found is None and key not in tree:
        if required:
            raise ReadError(f'"{key}" is missing')
        return ""
    if not isinstance(found, str):
        raise ReadError(f'"{key}" is not a text')
    if len(found) > LONGEST:
        raise ReadError(f'"{key}" is a text of {len(found):,} characters, which is too long')
    if any("\ud800" <= each <= "\udfff" for each in found):
        raise ReadError(f'"{key}" holds half of a surrogate pair')
    if required and not found:
        raise ReadError(f'"{key}" is empty')
    return found


def tree(holder: Tree, key: str, *, required: bool = False) -> Tree:
    """Read an object; an empty one if it is not there. Raises ``ReadError``."""
    found = holder.get(key)
    if found is None and key not in holder and not required:
        return {}
    if not isinstance(found, dict):
        raise ReadError(f'"{key}" is {"missing" if key not in holder else "not an object"}')
    return found


def items(holder: Tree, key: str, *, required: bool = False) -> list[Json]:
    """Read a list; an empty one if it is not there. Raises ``ReadError``."""
    found = holder.get(key)
    if found is None and key not in holder and not required:
        return []
    if not isinstance(found, list):
        raise ReadError(f'"{key}" is {"missing" if key not in holder else "not a list"}')
    if len(found) > MOST:
        raise ReadError(f'"{key}" has {len(found):,} entries, which is too many')
    return found


def trees(holder: Tree, key: str, *, required: bool = False) -> list[Tree]:
    """Read a list of objects. Raises ``ReadError``."""
    made: list[Tree] = []
    for at, each in enumerate(items(holder, key, required=required)):
        if not isinstance(each, dict):
            raise ReadError(f'"{key}" has an entry that is not an object (number {at + 1})')
        made.append(each)
    return made


def texts(holder: Tree, key: str, *, required: bool = False) -> tuple[str, ...]:
    """Read a list of texts. Raises ``ReadError``."""
    return tuple(text({key: each}, key, required=True) for each in items(holder, key, required=required))


def number(holder: Tree, key: str) -> int | None:
    """Read a whole number of zero or more; ``None`` if it is not there. Raises ``ReadError``."""
    found = holder.get(key)
    if found is None and key not in holder:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ReadError(f'"{key}" is not a whole number')
    return found


def when(holder: Tree, key: str, *, required: bool = False) -> datetime | None:
    """Read a point in time (RFC 3339, with its offset); ``None`` if it is not there. Raises ``ReadError``."""
    written = text(holder, key, required=required)
    if not written:
        return None
    return time_of(written, key)


def time_of(written: str, key: str) -> datetime:
    """Understand a time as RFC 3339 writes it. Raises ``ReadError``."""
    is_shaped = len(written) >= 20 and written[4:5] == "-" and written[10:11] in "Tt"
    try:
        found = datetime.fromisoformat(written) if is_shaped and written.isascii() else None
        found = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ReadError(f'"{key}" is not a time with its offset (RFC 3339): "{written[:60]}"')
    return found


def written(at: datetime) -> str:
    """Write a point in time, in UTC and to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_later(one: datetime, other: datetime, leeway: timedelta = timedelta(minutes=5)) -> bool:
    """Say whether a time lies after another by more than clocks differ."""
    return one - other > leeway


def digests(holder: Tree, key: str = "digest") -> tuple[tuple[str, str], ...]:
    """Read a set of digests; lengths of known algorithms are held. Raises ``ReadError``."""
    made = []
    for algorithm, value in tree(holder, key).items():
        if not isinstance(value, str) or not value or not _HEX.issuperset(value):
            raise ReadError(f'the digest "{algorithm[:40]}" is not lower-case hexadecimal')
        if len(value) != _LENGTHS.get(algorithm, len(value)):
            raise ReadError(f'the digest "{algorithm[:40]}" has {len(value)} digits')
        made.append((algorithm, value))
    return tuple(sorted(made))


def resource(found: Tree) -> Resource:
    """Read a descriptor. Raises ``ReadError`` where it names nothing."""
    made = Resource(
        uri=text(found, "uri"),
        name=text(found, "name"),
        digest=digests(found),
        annotations=tree(found, "annotations"),
    )
    if not (made.uri or made.digest or made.name):
        raise ReadError("a resource without URI, name and digest")
    return made


def resources(holder: Tree, key: str) -> tuple[Resource, ...]:
    """Read a list of descriptors. Raises ``ReadError``."""
    return tuple(resource(each) for each in trees(holder, key))
