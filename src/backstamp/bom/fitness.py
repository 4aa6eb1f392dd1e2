"""Holds every statement against what a document may tell, whichever reader made it.

1. No credential, no place on somebody's machine, no half of a surrogate pair (``core.discretion``).
2. A setting that is named for a credential has its value masked, whatever the value looks like.
3. A number that no document can hold is not stated: NaN, infinity, integers beyond 64 bits.
4. Texts are bounded: names and keys to a thousand characters, values to some thousands.
5. What a path of another machine names cannot be found from here: a link to it says nothing.
"""

from collections.abc import Iterable, Iterator
from math import isfinite

import msgspec

from backstamp.core.discretion import discreet, is_foreign_path, last_name
from backstamp.core.location import Location, Pointer
from backstamp.core.secrets import MASK, names_credential
from backstamp.core.supply import Linked, Part, Scalar, Stated, Trait
from backstamp.core.tree import escaped, unescaped

_LARGEST = 1 << 64
_MOST_NAME, _MOST_VALUE = 1000, 16_000
_NAMED_VALUES = frozenset({Trait.SETTING, Trait.FLAG, Trait.DIMENSION, Trait.METRIC, Trait.CONTENT})
_PATHS = frozenset(
    {Trait.SETTING, Trait.NAME, Trait.TAG, Trait.IDENTIFIER, Trait.LINK, Trait.LICENSE, Trait.VERSION}
)


def fit_to_tell(statements: Iterable[Stated | Linked]) -> Iterator[Stated | Linked]:
    """Yield the statements that can be told, as they can be told."""
    for statement in statements:
        made = _told(statement) if isinstance(statement, Stated) else _linked(statement)
        if made is not None:
            yield made


def _told(said: Stated) -> Stated | None:
    value = _value(said)
    if value is None:
        return None
    part, name, scope = _part(said.part), _name(said.name), _name(said.scope)
    place = _place(said.place)
    if (part, name, scope, place) == (said.part, said.name, said.scope, said.place) and value is said.value:
        return said
    return msgspec.structs.replace(said, part=part, name=name, scope=scope, value=value, place=place)


def _value(said: Stated) -> Scalar | None:
    value = said.value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value and said.trait in _NAMED_VALUES and names_credential(said.name):
        return MASK
    if said.trait in _PATHS and is_foreign_path(value):
        name = discreet(last_name(value))
        return name if said.trait is Trait.NAME else MASK if name == MASK else f"{MASK}/{name}"
    made = discreet(value[:_MOST_VALUE])
    return value if made == value else made


def _linked(link: Linked) -> Linked | None:
    part, target = _part(link.part), _part(link.target)
    if is_foreign_path(link.target.key.partition(":")[2]):
        return None
    manner, revision, place = _name(link.manner), _name(link.revision), _place(link.place)
    if (part, target, manner, revision, place) == (
        link.part, link.target, link.manner, link.revision, link.place,
    ):  # fmt: skip
        return link
    return msgspec.structs.replace(
        link, part=part, target=target, manner=manner, revision=revision, place=place
    )


def _part(part: Part) -> Part:
    key = _name(part.key)
    return part if key == part.key else Part(part.kind, key)


def _name(text: str) -> str:
    return discreet(text[:_MOST_NAME]) if text else text


def _place(place: Location) -> Location:
    """A pointer is made of keys, which the file's author chose."""
    if not isinstance(place.where, Pointer):
        return place
    keys = place.where.pointer[:_MOST_NAME].split("/")
    pointer = "/".join(escaped(discreet(unescaped(key))) for key in keys)
    return place if pointer == place.where.pointer else Location(place.path, Pointer(pointer))
