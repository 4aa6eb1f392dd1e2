"""What is known of one use of a part in source code."""

from enum import StrEnum

import msgspec

from backstamp.core.supply import Part, Relation, Trait


class How(StrEnum):
    """How the name of a part got into the call."""

    LITERAL = "literal"  # written in the call itself
    CARRIED = "carried"  # through names, dicts, parameters or operations
    DEFAULT = "default"  # what holds if the environment, the command line or the caller says nothing else

    @property
    def confidence(self) -> float:
        """How often a name that got there in this way is the one that is used."""
        return _CONFIDENCE[self]


_CONFIDENCE = {How.LITERAL: 0.95, How.CARRIED: 0.8, How.DEFAULT: 0.6}


class Said(msgspec.Struct, frozen=True):
    """Something that the call says of the part."""

    trait: Trait
    value: str
    name: str = ""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A call by which code uses a part. ``owner`` is what uses it: the system where it is ``None``."""

    line: int
    column: int
    callee: str
    part: Part
    how: How
    revision: str = ""
    said: tuple[Said, ...] = ()
    owner: Part | None = None
    relation: Relation = Relation.USES


class Gap(msgspec.Struct, frozen=True):
    """A call that surely uses a part, and of which nobody can say before run time which one."""

    line: int
    column: int
    callee: str


class Open(msgspec.Struct, frozen=True):
    """A call that waits for a name of another module."""

    line: int
    column: int
    callee: str
    symbol: str
    address: str = ""
    revision: str = ""
    pin: str = ""  # the name of another module that holds the revision


class Shared(msgspec.Struct, frozen=True):
    """A name of this module that stands for a text, for other modules to import."""

    line: int
    symbol: str
    text: str
    is_default: bool


class Uses(msgspec.Struct, frozen=True):
    """All that a module uses, in the order of its lines."""

    uses: tuple[Use, ...]
    gaps: tuple[Gap, ...]
    is_complete: bool = True
    opens: tuple[Open, ...] = ()
    shared: tuple[Shared, ...] = ()
