"""Turns what people write for a licence into SPDX expressions.

1. ``other``, ``unknown`` and the like are answers (not known), never licences.
2. Names are compared by their words: letters, versions and ``+``; filler words do not count.
3. Expressions (SPDX 3.0.1, annex B) are read in any case, also with names as operands; ``a/b`` is ``a OR b``.
4. Ids that the table does not have are looked up in the index of the ScanCode LicenseDB.
5. A long text is taken for the licence itself.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec

from backstamp.knowledge.licence_table import table
from backstamp.knowledge.licence_texts import recognised

_LONGEST = 1000  # of an expression; a longer one is a text
_MOST_PARTS = 64
_MOST_CHOICES = 32
_FROM_TEXT = 300


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """A licence as it is understood.

    ``expression`` is in SPDX's words; ``choices`` are the sets of ids of which one has to be kept, empty if
    they are too many. An unknown licence (``is_known`` false) is one that says of itself that it is not told.
    """

    expression: str
    choices: tuple[frozenset[str], ...]
    confidence: float
    is_known: bool = True

    @property
    def ids(self) -> frozenset[str]:
        """All licences that are named."""
        return frozenset().union(*self.choices)


UNKNOWN = Licence(expression="NOASSERTION", choices=(), confidence=1.0, is_known=False)


@lru_cache(maxsize=2048)
def normalised(text: str) -> Licence | None:
    """Understand what is written for a licence; ``None`` if it is not understood."""
    written = text.strip().strip("\"'`").strip()
    if not written:
        return None
    if len(written) > _FROM_TEXT:
        found = recognised(written)
        if found:
            return single(found[0].id, found[0].confidence)
        if len(written) > _LONGEST:
            return None
    if "License ::" in written:
        return _classified(written)
    if _words(written) in _unknown() or not _words(written):
        return UNKNOWN
    if written.startswith("www.") or "://" in written.partition(" ")[0]:
        found_id = _by_address(written)
        return single(found_id, 0.9) if found_id else None
    return _named(written) or _expression(written) or _without_remark(written)


def _without_remark(written: str) -> Licence | None:
    """Try again without what stands in brackets: "AGPL-3.0 License (https://example.com)"."""
    head, mark, _ = written.partition(" (")
    return normalised(head) if mark and head else None


def single(licence_id: str, confidence: float) -> Licence:
    """Make a licence of one id."""
    return Licence(expression=licence_id, choices=(frozenset({licence_id}),), confidence=confidence)


def _named(written: str) -> Licence | None:
    """Take the whole for a name: as it is, without what is in brackets, or only that."""
    if exact := _ids().get(written.lower()):
        return single(exact, 0.98)
    bare = re.sub(r"\([^)]{0,80}\)", " ", written)
    inner = re.findall(r"\(([^)]{1,80})\)", written)
    for attempt in dict.fromkeys((written, bare, *inner)):
        key = _words(attempt)
        if common := _creative_commons(key):
            return single(common, 0.9 if re.search(r"\d", key) else 0.6)
        if named := _with_later(key) or _aliases().get(key):
            return single(named, 0.9)
        if vague := _families().get(key):
            return single(vague, 0.5)
    return None


def _with_later(key: str) -> str:
    """``gpl 3 or later`` and ``gpl 3 +``."""
    for ending in (" or later", " or newer", " or any later", " +", " or greater", " or above"):
        if key.endswith(ending):
            found = _aliases().get(key.removesuffix(ending), "")
            return found.replace("-only", "-or-later") if found.endswith("-only") else found
    return ""


def _creative_commons(key: str) -> str:
    """``cc by nc sa 4`` in its many spellings."""
    words = key.split()
    if not words or words[0] not in ("cc", "creative", "attribution"):
        return ""
    joined = f" {key} "
    for long, short in _LONG:
        joined = joined.replace(long, short)
    parts = joined.split()
    versions = [part for part in parts if part[0].isdigit()]
    elements = [part for part in parts if not part[0].isdigit() and part not in _CC_FILLERS]
    if len(versions) > 1 or "by" not in elements or not {"by", "nc", "sa", "nd"}.issuperset(elements):
        return ""
    version = versions[0] if versions else "4"
    version += "" if "." in version else ".0"
    order = [each for each in ("by", "nc", "nd", "sa") if each in elements]
    name = f"CC-{'-'.join(order).upper()}-{version}"
    return _ids().get(name.lower()) or _index().get(name.lower(), "")


_LONG = (
    (" non commercial ", " nc "),
    (" noncommercial ", " nc "),
    (" no derivatives ", " nd "),
    (" no derivs ", " nd "),
    (" noderivatives ", " nd "),
    (" noderivs ", " nd "),
    (" share alike ", " sa "),
    (" sharealike ", " sa "),
    (" attribution ", " by "),
)
_CC_FILLERS = frozenset({"cc", "creative", "commons", "international", "unported", "generic", "intl", "deed"})


def _expression(written: str) -> Licence | None:
    """Read an expression, operators in any case, without recursion."""
    written = _lead().sub("", written)
    tokens = list(_tokens(written))
    if len(tokens) > _MOST_PARTS * 3:
        return None
    values: list[tuple[str, tuple[frozenset[str], ...], int]] = []
    waiting: list[str] = []
    confidence = 0.95
    ceiling = (
        0.6 if re.search("[,;]", written) else 1.0
    )  # a list: whether all hold or one is chosen is not said
    wants_value = True
    for kind, word in tokens:
        if kind == "name":
            if not wants_value:
                return None
            found = _operand(word)
            if found is None:
                return None
            confidence = min(confidence, found.confidence, ceiling)
            values.append((found.expression, found.choices, 3))
            wants_value = False
        elif word == "(":
            if not wants_value:
                return None
            waiting.append(word)
        elif word == ")":
            while waiting and waiting[-1] != "(":
                _joined(values, waiting.pop())
            if not waiting or wants_value:
                return None
            waiting.pop()
        else:
            if wants_value:
                return None
            while waiting and waiting[-1] != "(" and _RANK[waiting[-1]] >= _RANK[word]:
                _joined(values, waiting.pop())
            waiting.append(word)
            wants_value = True
    while waiting:
        operator = waiting.pop()
        if operator == "(" or wants_value:
            return None
        _joined(values, operator)
    if len(values) != 1:
        return None
    return Licence(expression=values[0][0], choices=values[0][1], confidence=confidence)


_RANK = {"OR": 1, "AND": 2}


def _joined(values: list[tuple[str, tuple[frozenset[str], ...], int]], operator: str) -> None:
    right, left = values.pop(), values.pop()
    rank = _RANK[operator]
    sides = [text if own >= rank else f"({text})" for text, _, own in (left, right)]
    choices: tuple[frozenset[str], ...] = ()
    if left[1] and right[1]:
        choices = (
            (*left[1], *right[1])
            if operator == "OR"
            else tuple(a | b for a in left[1] for b in right[1])
            if len(left[1]) * len(right[1]) <= _MOST_CHOICES
            else ()
        )
    values.append((f" {operator} ".join(sides), tuple(dict.fromkeys(choices))[:_MOST_CHOICES], rank))


def _tokens(written: str) -> Iterator[tuple[str, str]]:
    """Split at operators and brackets; what stands between is a name."""
    for piece in _operators().split(written):
        word = piece.strip()
        if not word:
            continue
        if word in "()":
            yield "sign", word
        elif word in ("/", ",", ";", "|", "||") or word.lower() in ("or", "and/or"):
            yield "sign", "OR"
        elif word.lower() == "and" or word == "&":
            yield "sign", "AND"
        else:
            yield "name", word


def _operand(word: str) -> Licence | None:
    if parts := re.fullmatch(r"(?is)(\S.{0,200}?)\s+with\s+(\S.{0,200})", word):
        found = _named(parts[1]) or _listed(parts[1])
        if found is None:
            return None
        return msgspec.structs.replace(found, expression=f"{found.expression} WITH {parts[2].strip()}")
    if word.endswith("+") and (found := _named(word[:-1])):
        later = found.expression.replace("-only", "-or-later")
        return single(later, found.confidence)
    return _named(word) or _listed(word)


def _listed(word: str) -> Licence | None:
    if found := _index().get(word.lower()):
        return single(found, 0.95)
    return single(word, 0.9) if re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]{1,200}", word) else None


def _classified(written: str) -> Licence | None:
    """A classifier of PyPI: its last part is a name. Of several, the first: whether all hold is not said."""
    names = [
        part.strip() for part in re.findall(r"License ::(?: OSI Approved ::)? ([^\n;,]{2,120})", written)
    ]
    for name in names[:8]:
        if name in ("OSI Approved", "DFSG approved"):
            continue
        if name.startswith(("Other/Proprietary", "Free For", "Free To", "Freeware", "Freely")):
            return UNKNOWN
        if found := _named(name):
            return found
    return None


def _by_address(written: str) -> str:
    address = re.sub(r"^\w+://(?:www\.)?", "", written.lower()).rstrip("/")[:300]
    if found := re.match(r"creativecommons\.org/licenses/([a-z-]{2,10})/(\d\.\d)", address):
        return _creative_commons(f"cc {found[1].replace('-', ' ')} {found[2]}".replace(".0", ""))
    if found := _listing().search(address):
        licence = _named(found[1]) or _listed(found[1])
        return licence.expression if licence else ""
    return next((entry for part, entry in _addresses() if part in address), "")


def _words(text: str) -> str:
    """The words that count: letters, versions without ``.0``, plus signs; repeated ones once."""
    found: list[str] = []
    spaced = re.sub(r"(?<=[a-z])v(?=\d)", " v", re.sub(r"(?<=\d)_(?=\d)", ".", text.lower()[:400]))
    for word in _word().findall(spaced):
        word = re.sub(r"(?<=\d)(?:\.0)+$", "", word)
        if word not in _FILLERS and (not found or found[-1] != word):
            found.append(word)
    return " ".join(found)


_FILLERS = frozenset(
    "the a license licence licensed licenses licences under version v ver terms conditions of agreement "
    "software text see in file this project is".split()
)  # fmt: skip


@cache
def _listing() -> re.Pattern[str]:
    sites = r"(?:spdx\.org/licenses|choosealicense\.com/licenses|opensource\.org/licenses?)"
    return re.compile(sites + r"/([\w.+-]{2,60}?)(?:\.html|\.json|\.txt|\.php)?$")


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(r"^(?:dual[- ]licen[cs]ed?(?: under)?|licen[cs]e)\s*:?\s+", re.IGNORECASE)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"\d+(?:\.\d+)*|[a-z]+|\++")


@cache
def _operators() -> re.Pattern[str]:
    return re.compile(
        r"(\(|\)|\|\|?|[,;&]|/|\sand/or\s|\sor\s(?!later|newer|any|greater|above)|\sand\s)", re.IGNORECASE
    )


@cache
def _unknown() -> frozenset[str]:
    words = (
        "other unknown none no proprietary custom noassertion unlicensed undefined unspecified tbd todo na n "
        "see cc commercial private restricted dual"
    )
    phrases = (
        "n a", "not specified", "all rights reserved", "no explicit", "other proprietary", "not applicable",
        "creative commons", "to be determined", "more information needed",
    )  # fmt: skip
    return frozenset(map(_words, (*words.split(), *phrases)))


@cache
def _aliases() -> dict[str, str]:
    found = {_words(alias): entry.id for entry in table().licence for alias in entry.aliases}
    for entry in table().licence:
        found.setdefault(_words(entry.name), entry.id)
        if entry.id.endswith("-only"):
            found.setdefault(_words(entry.id.removesuffix("-only")), entry.id)
        if not entry.id.startswith("LicenseRef-"):
            found.setdefault(_words(entry.id), entry.id)
    return found


@cache
def _ids() -> dict[str, str]:
    """Ids by their small letters; the deprecated GNU ids and the keys of the LicenseDB too."""
    found = {entry.id.lower(): entry.id for entry in table().licence}
    for entry in table().licence:
        if entry.text:
            found.setdefault(entry.text.lower(), entry.id)
        if entry.id.endswith("-only"):
            bare = entry.id.removesuffix("-only")
            found.setdefault(bare.lower(), entry.id)
            found.setdefault(bare.lower() + "+", bare + "-or-later")
            found.setdefault(bare.lower() + "-or-later", bare + "-or-later")
    return found


@cache
def _families() -> dict[str, str]:
    return {_words(alias): family.id for family in table().family for alias in family.aliases}


@cache
def _addresses() -> tuple[tuple[str, str], ...]:
    pairs = [(url, entry.id) for entry in table().licence for url in entry.urls]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _index() -> dict[str, str]:
    """Ids of the ScanCode LicenseDB, as SPDX writes them."""
    from license_expression import get_license_index  # type: ignore[import-untyped]

    found: dict[str, str] = {}
    for row in get_license_index():
        spdx = row.get("spdx_license_key") or ""
        if row.get("is_exception") or not spdx:
            continue
        for name in (spdx, row["license_key"], *row.get("other_spdx_license_keys", ())):
            found.setdefault(str(name).lower(), str(spdx))
    return found
