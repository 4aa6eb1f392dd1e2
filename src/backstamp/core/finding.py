"""Rules and findings: what facts mean."""

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Protocol

import msgspec

from backstamp.core.digest import Digest
from backstamp.core.fact import Fact, FactBook
from backstamp.core.location import Line, Location, Pointer
from backstamp.core.secrets import masked


class Severity(StrEnum):
    """What happens if a finding is true."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Zero for ``info`` to four for ``critical``."""
        return _RANKS[self]


_RANKS = {s: 4 - i for i, s in enumerate(Severity)}


class Confidence(StrEnum):
    """How often a finding of a rule is true."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule met at a place.

    ``evidence`` holds short lines copied or derived from the artifact; renderers escape them.
    ``digest`` and ``fingerprint`` are filled in by the engine, which knows the artifact.
    """

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Location
    evidence: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    digest: Digest | None = None
    fingerprint: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule always says of itself, whatever it examines.

    ``message`` is a template whose words come from ``found``; ``maps`` names CWE, CVE,
    MITRE ATLAS (2026.07) and OWASP ids.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    since: str = "0.1"
    maps: tuple[str, ...] = ()

    def found(self, fact: Fact, *, evidence: tuple[str, ...] = (), **words: str | int) -> Finding:
        """Make a finding at the place of a fact.

        Raises ``KeyError`` if the message has a word that is not given.
        """
        return Finding(
            rule=self.code,
            name=self.name,
            severity=self.severity,
            confidence=self.confidence,
            message=self.message.format(**{k: _quoted(v, 200) for k, v in words.items()}),
            place=fact.place,
            evidence=tuple(_quoted(line, 400) for line in evidence),
            references=self.maps,
        )


class Detector(Protocol):
    """A rule's code. Its docstring is the rule's page and what ``explain`` prints."""

    RULE: ClassVar[Rule]
    WANTS: ClassVar[tuple[type[Fact], ...]]

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place where the rule is met."""
        ...


def _quoted(value: str | int, limit: int) -> str:
    if isinstance(value, int):
        return str(value)
    return shown(masked(value[: limit + _LOOKAHEAD]), limit)


_LOOKAHEAD = 4096  # a credential which starts inside the limit and ends beyond it is still seen whole


def shown(value: str | int, limit: int = 200) -> str:
    """Make text from an artifact fit to be shown: bounded, with control and bidi characters escaped.

    Printable characters of any script stay. Renderers escape again for their own syntax.
    """
    text = str(value)
    cut = visible(text[: limit + 1])
    return cut if len(text) <= limit else cut[:limit] + "…"


def visible(text: str) -> str:
    """Write control, bidi and invisible characters and undecodable bytes as escapes; the rest stays."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if is_plain(c) else _escaped(c) for c in text)


def is_plain(char: str) -> bool:
    """Say whether a character shows as itself: not a control, not invisible, not half a surrogate pair."""
    if not char.isprintable() or char in _BLANKS:
        return False
    return not (0xE0000 <= ord(char) <= 0xE01EF or 0xFE00 <= ord(char) <= 0xFE0F)


_BLANKS = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0"
)  # printable by the tables of Unicode, yet nothing is seen


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8, as os.fsdecode hands it over
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def fingerprint_of(finding: Finding, count: int) -> str:
    """Name a finding in a way that survives moving bytes and lines: ``v1:`` and a SHA-256.

    It covers rule, path, symbolic place and message; ``count`` tells equal ones apart.
    """
    import hashlib

    where = finding.place.where
    symbol = where.pointer if isinstance(where, Pointer) else "line" if isinstance(where, Line) else ""
    parts = (finding.rule, *finding.place.path, symbol, finding.message, str(count))
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return "v1:" + hashlib.sha256(joined).hexdigest()[:32]
