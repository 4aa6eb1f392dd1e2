"""What licences ask: the table written by hand from their texts (``data/licences.toml``). Not legal advice.

Every term names the clause that it was read from, and the table names the text. Terms that are missing are
those on which the text is silent; a licence without terms is one that is known by name only.
"""

import os
from functools import cache, lru_cache

import msgspec

_DATA = os.path.join(os.path.dirname(__file__), "data")


class Term(msgspec.Struct, frozen=True, array_like=True):
    """What a licence says on one subject: ``yes``, ``no``, ``limited``, ``strong`` ...; where; a remark."""

    says: str
    clause: str
    note: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a licence allows and asks, by subject. ``None``: the text is silent."""

    commercial: Term | None = None  # yes no limited
    users: Term | None = None  # monthly users above which another licence is needed
    revenue: Term | None = None  # yearly revenue in US dollars above which another licence is needed
    research_only: Term | None = None
    derivatives: Term | None = None  # may changed versions be shared
    redistribution: Term | None = None
    restrictions: Term | None = None  # fields of use that are ruled out
    policy: Term | None = None  # the address of the acceptable-use policy
    pass_on: Term | None = None  # the restrictions must go with what is made of it
    share_alike: Term | None = None  # weak strong network; note: of what
    attribution: Term | None = None
    licence_copy: Term | None = None  # a copy of the licence goes with it
    notice: Term | None = (
        None  # a notice; yes: a file; copies: a file with copies; kept: if any; shown: anyhow
    )
    changes: Term | None = None  # changes must be stated
    display: Term | None = None  # words to be shown
    name_prefix: Term | None = (
        None  # how names of models made of it begin; note: also of those of its outputs
    )
    outputs: Term | None = None  # restricted: training other models on outputs
    distillation: Term | None = None  # yes: a model distilled from it counts as made of it
    territory: Term | None = None  # where it is not licensed
    acceptance: Term | None = None  # it has to be accepted before use
    patent_end: Term | None = None  # suing over patents (or rights) ends it


class Obligations(msgspec.Struct, frozen=True, kw_only=True):
    """A licence with its terms. ``sha256`` is that of the words of the text from which they were read.

    ``kin`` groups licences of one family. ``read`` names the text where it is not in the ScanCode LicenseDB.
    """

    id: str
    name: str
    kin: str
    terms: Terms
    text: str = ""
    read: str = ""
    sha256: str = ""

    @property
    def allows_commerce(self) -> bool:
        """Commercial use is allowed, for all or below a threshold."""
        return self.terms.commercial is not None and self.terms.commercial.says != "no"

    @property
    def forbids_commerce(self) -> bool:
        """Commercial use is ruled out."""
        return self.terms.commercial is not None and self.terms.commercial.says == "no"

    @property
    def forbids_derivatives(self) -> bool:
        """Changed versions may not be shared."""
        return self.terms.derivatives is not None and self.terms.derivatives.says == "no"

    @property
    def is_restricted(self) -> bool:
        """Some uses are ruled out, whoever the user is."""
        return self.terms.restrictions is not None

    @property
    def is_strong(self) -> bool:
        """What is made of it has to be under the same licence."""
        return self.terms.share_alike is not None and self.terms.share_alike.says in ("strong", "network")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table: names, how to recognise the text, and the terms."""

    id: str
    name: str
    text: str = ""
    kin: str = ""
    read: str = ""
    aliases: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    terms: Terms | None = None


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name without a version, and what it is taken for."""

    id: str
    aliases: tuple[str, ...]


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Well-known models and data by the beginnings of their names, and the licence their makers give."""

    licence: str
    names: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    licence: tuple[Entry, ...]
    family: tuple[Family, ...] = ()
    origin: tuple[Origin, ...] = ()


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """The fingerprint of a licence text: see ``knowledge.licence_texts``.

    ``sketch`` are the smallest hashes of its runs of words, ``own`` the smallest of those that no kin has.
    """

    sha256: str
    runs: int
    sketch: tuple[int, ...]
    own: tuple[int, ...] = ()


@cache
def table() -> Table:
    """Load the table."""
    import tomllib

    with open(os.path.join(_DATA, "licences.toml"), "rb") as file:
        return msgspec.convert(tomllib.load(file), Table)


@cache
def prints() -> dict[str, Print]:
    """Load the fingerprints, by the key of the text."""
    with open(os.path.join(_DATA, "licence_texts.json"), "rb") as file:
        return msgspec.json.decode(file.read(), type=dict[str, Print])


@cache
def entries() -> dict[str, Entry]:
    """The rows by id."""
    return {entry.id: entry for entry in table().licence}


@lru_cache(maxsize=2048)
def obligations_of(licence_id: str) -> Obligations | None:
    """Give what a licence asks, by its SPDX id or reference; ``None`` if its text was not read.

    ``-or-later`` asks what the version itself asks.
    """
    entry = entries().get(licence_id) or entries().get(licence_id.replace("-or-later", "-only"))
    if entry is None or entry.terms is None:
        return None
    known = prints().get(entry.text)
    return Obligations(
        id=licence_id,
        name=entry.name,
        kin=entry.kin,
        terms=entry.terms,
        text=entry.text,
        read=entry.read,
        sha256=known.sha256 if known else "",
    )


def kin_of(licence_id: str) -> str:
    """Name the family of a licence; empty if it has none."""
    entry = entries().get(licence_id) or entries().get(licence_id.replace("-or-later", "-only"))
    return entry.kin if entry else ""


def name_of(licence_id: str) -> str:
    """Name a licence as people do; its id if it is not in the table."""
    entry = entries().get(licence_id) or entries().get(licence_id.replace("-or-later", "-only"))
    return entry.name if entry else licence_id


def origin_of(key: str) -> str:
    """Tell the licence of well-known models and data by name (``huggingface:org/name``); empty if unknown.

    Makers may change licences between versions: this is a hint, to be used where nothing else is known. The
    longest beginning counts; one that ends with ``$`` is a whole name.
    """
    world, _, name = key.partition(":")
    if world not in ("huggingface", "ollama"):
        return ""
    tag = "" if ":" in name else ":"
    wanted = (f"{name}$" if world == "huggingface" else f"ollama/{name}{tag}").lower()
    return max(
        ((len(each), row.licence) for row in table().origin for each in row.names if wanted.startswith(each)),
        default=(0, ""),
    )[1]
