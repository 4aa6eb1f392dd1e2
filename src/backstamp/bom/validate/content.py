"""What the values of a CycloneDX document say: hashes, times, model cards, placeholders."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backstamp.bom.validate import checks
from backstamp.bom.validate.index import PROSE, Index
from backstamp.bom.validate.problem import Problem
from backstamp.bom.validate.shape import Spot
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.tree import Tree, text_at, trees_at

# Hexadecimal digits of a value. BLAKE3 has any length; 256 bits are its default.
HASH_LENGTHS = {
    "MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128, "SHA3-256": 64, "SHA3-384": 96,
    "SHA3-512": 128, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128, "Streebog-256": 64,
    "Streebog-512": 128,
}  # fmt: skip
_LENGTHS = frozenset(HASH_LENGTHS.values())
_ORDER = (
    ("timeStart", "timeEnd"), ("created", "expires"), ("created", "updated"), ("published", "updated"),
    ("firstIssued", "lastUpdated"), ("notValidBefore", "notValidAfter"), ("lastRenewal", "expiration"),
    ("creationDate", "activationDate"), ("creationDate", "destructionDate"),
    ("activationDate", "deactivationDate"),
    ("activationDate", "expirationDate"), ("creationDate", "expirationDate"), ("filingDate", "grantDate"),
    ("grantDate", "patentExpirationDate"), ("filingDate", "patentExpirationDate"),
)  # fmt: skip
_RECORDS = frozenset({"timestamp"})  # times of what has been done
_SKEW = timedelta(days=1)  # clocks and time zones that are wrong


def problems(index: Index) -> Iterator[Problem]:
    """Check the values of a document."""
    yield from _hashes(index)
    yield from _times(index)
    yield from _kinds(index)
    yield from _placeholders(index)


def _hashes(index: Index) -> Iterator[Problem]:
    said: dict[tuple[int, str], str] = {}
    for spot, each in index.objects("hash"):
        algorithm, content = text_at(each, "alg"), text_at(each, "content")
        length = HASH_LENGTHS.get(algorithm)
        if length and len(content) != length and len(content) in _LENGTHS:  # others are wrong by the schema
            yield checks.HASH_LENGTH.found(
                f"{spot.pointer}/content", f"{len(content)} digits, where {algorithm} has {length}"
            )
            continue
        if spot.key != "hashes":
            continue
        first = said.setdefault((id(spot.owner), algorithm), content.lower())
        if first != content.lower():
            yield checks.HASH_TWICE.found(f"{spot.pointer}/content", f"another {algorithm} stands beside it")


def time_of(text: str) -> datetime | None:
    """Read a time (RFC 3339); ``None`` if it is none, or has no zone."""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return None
    return made if made.tzinfo is not None else None


def _times(index: Index) -> Iterator[Problem]:
    owners: dict[int, Spot] = {}
    for spot in index.named.get("format:date-time", ()):
        if spot.owner is not None and isinstance(spot.owner.value, dict):
            owners[id(spot.owner)] = spot.owner
        if spot.key in _RECORDS and isinstance(spot.value, str) and index.now is not None:
            made = time_of(spot.value)
            if made and made > index.now + _SKEW:
                yield checks.FUTURE.found(spot.pointer, f'"{shown(spot.value)}" is still to come')
    for owner in owners.values():
        if isinstance(owner.value, dict):
            yield from _order(owner.pointer, owner.value)


def _order(pointer: str, tree: Tree) -> Iterator[Problem]:
    for before, after in _ORDER:
        if before in tree and after in tree:
            first, second = time_of(text_at(tree, before)), time_of(text_at(tree, after))
            if first and second and second < first:
                yield checks.ORDER.found(
                    f"{pointer}/{after}",
                    f'{after} "{shown(text_at(tree, after), 40)}" is before {before}',
                )


def _kinds(index: Index) -> Iterator[Problem]:
    for spot, component in index.objects("component"):
        kind = component.get("type")
        if "modelCard" in component and kind != "machine-learning-model":
            yield checks.MODEL_CARD.found(
                f"{spot.pointer}/modelCard", f'a model card on a component of type "{shown(str(kind), 40)}"'
            )
        if next(trees_at(component, "data"), None) is not None and kind != "data":
            yield checks.DATA.found(
                f"{spot.pointer}/data", f'data on a component of type "{shown(str(kind), 40)}"'
            )


def _placeholders(index: Index) -> Iterator[Problem]:
    for key in sorted(PROSE):
        for spot, text in index.texts(key):
            if not text.strip():
                yield checks.PLACEHOLDER.found(spot.pointer, "an empty text")
            elif _is_judged(spot) and is_placeholder(text):
                yield checks.PLACEHOLDER.found(spot.pointer, f'"{shown(text, 60)}" is a placeholder')


def _is_judged(spot: Spot) -> bool:
    """Names are what they are (there is a package "text"), but for words that nothing is called."""
    if spot.key == "name":
        word = str(spot.value).strip().lower()
        return (
            spot.owner is not None
            and word in {"unknown", "todo", "tbd", "n/a", "noassertion", "none", "null"}
            and ("purl" not in spot.owner.value if isinstance(spot.owner.value, dict) else True)
        )
    return spot.owner is None or spot.owner.key != "properties"
