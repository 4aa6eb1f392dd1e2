"""The model of SPDX 3.0.1: which classes there are, what they may say, and how often.

The table is ``data/spdx3.json``, written by ``tools/knowledge/spdx_model.py``; it is read when first asked
for.
"""

import os
from functools import cache

import msgspec


class Property(msgspec.Struct, frozen=True, array_like=True):
    """What a class may say: the type of its value, and how often at least and at most (0: no limit)."""

    type: str
    least: int
    most: int


class Class(msgspec.Struct, frozen=True):
    """A class: its parent, whether only its children occur, whether it has an ``spdxId``, its properties."""

    parent: str
    abstract: bool
    named: bool
    properties: dict[str, Property]


class Model(msgspec.Struct, frozen=True):
    """The classes, enumerations and individuals of a version."""

    version: str
    context: str
    individuals: dict[str, str]
    enums: dict[str, tuple[str, ...]]
    classes: dict[str, Class]

    def line_of(self, name: str) -> tuple[str, ...]:
        """Name a class and its ancestors, the nearest first; nothing if there is no such class."""
        line = []
        while name in self.classes:
            line.append(name)
            name = self.classes[name].parent
        return tuple(line)

    def properties_of(self, name: str) -> dict[str, Property]:
        """Give all that a class may say, with what it inherits."""
        return {
            word: each
            for ancestor in reversed(self.line_of(name))
            for word, each in self.classes[ancestor].properties.items()
        }


@cache
def spdx3() -> Model:
    """Read the model."""
    with open(os.path.join(os.path.dirname(__file__), "data", "spdx3.json"), "rb") as file:
        return msgspec.json.decode(file.read(), type=Model)


@cache
def properties_of(name: str) -> dict[str, Property]:
    """Give all that a class may say, with what it inherits; nothing if there is no such class."""
    return spdx3().properties_of(name)


@cache
def line_of(name: str) -> tuple[str, ...]:
    """Name a class and its ancestors, the nearest first; nothing if there is no such class."""
    return spdx3().line_of(name)
