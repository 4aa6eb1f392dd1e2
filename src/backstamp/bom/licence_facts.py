"""What is wrong with the licences of a supply graph, as facts: both ends, the way, and what is at stake."""

from enum import StrEnum

import msgspec

from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Part


class End(msgspec.Struct, frozen=True, kw_only=True):
    """A part with the licence that it has, and where that is written.

    ``licence`` is an SPDX expression, or what is written where that was not understood; ``is_assumed`` says
    that it is known from the name of the part alone. ``place`` is ``None`` where nothing is written.
    """

    part: Part
    name: str
    licence: str
    place: Location | None = None
    is_assumed: bool = False


class Stake(StrEnum):
    """What of a licence is lost on the way."""

    DERIVATIVES = "derivatives"  # changed versions may not be shared at all
    COMMERCE = "commerce"  # not for commercial use
    RESTRICTIONS = "restrictions"  # restrictions of use have to be passed on
    SHARE_ALIKE = "share-alike"  # the same licence has to be kept
    REPLACED = "replaced"  # restrictions are passed on, but others
    OUTPUTS = "outputs"  # not for training other models


class Mark(StrEnum):
    """What a licence wants to be seen."""

    NAME = "name"  # the name begins with a word
    NOTICE = "notice"  # a notice file


class Doubt(StrEnum):
    """Why the licence of a part is not known."""

    UNDECLARED = "undeclared"
    OTHER = "other"  # "other", "unknown" ...
    STRANGE = "strange"  # something that is not understood


class LicenceClash(Fact, frozen=True, kw_only=True):
    """The licence of a part drops what the licence of something it was made of demands."""

    child: End
    parent: End
    path: tuple[str, ...]
    manner: str
    stake: Stake
    clause: str
    remedy: str


class LicenceMix(Fact, frozen=True, kw_only=True):
    """A part was made of two others whose licences cannot both be kept."""

    child: End
    one: End
    other: End
    clause: str
    remedy: str


class MarkMissing(Fact, frozen=True, kw_only=True):
    """A part lacks a name or notice that the licence of something it was made of wants."""

    child: End
    parent: End
    path: tuple[str, ...]
    mark: Mark
    wanted: str
    clause: str


class LicenceUnclear(Fact, frozen=True, kw_only=True):
    """The licence of a part is not known.

    ``demanding`` is a part that it was made of and whose licence asks for something.
    """

    end: End
    doubt: Doubt
    demanding: End | None = None


class LicenceDisagreement(Fact, frozen=True, kw_only=True):
    """Two places say different things of the licence of one part."""

    chosen: End
    other: End


class DataTerms(Fact, frozen=True, kw_only=True):
    """A model was trained on data whose licence does not allow what the model's licence allows."""

    model: End
    dataset: End
    path: tuple[str, ...]
    stake: Stake
    clause: str


class CommerceExcluded(Fact, frozen=True, kw_only=True):
    """A part is not for commercial use; whether ``user`` is commercial is not known."""

    user: End
    used: End
    clause: str
    is_research_only: bool
