"""What can be wrong with a document: the checks, and the problems that they find.

Codes: BV1xx are of the schema (BV15x of the SPDX model), BV2xx of the meaning of CycloneDX, BV3xx of the
meaning of SPDX, BV4xx of the artefacts, BV5xx of SHACL. A code is never used again for something else.
"""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How deep a document is checked."""

    SCHEMA = "schema"
    SEMANTICS = "semantics"
    ARTEFACTS = "artefacts"
    DEEP = "deep"


class Grade(StrEnum):
    """What a problem means: an error makes the document invalid, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong at a place of a document: ``pointer`` by RFC 6901, empty for the whole.

    ``message`` says what is there and what was expected, ``fix`` what to do about it.
    """

    level: Level
    code: str
    severity: Grade
    pointer: str
    message: str
    fix: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a check always says of itself. ``what`` is its line in the table of the documentation."""

    code: str
    name: str
    level: Level
    severity: Grade
    what: str
    fix: str

    def found(self, pointer: str, message: str, *, fix: str = "") -> Problem:
        """Make a problem at a place."""
        return Problem(
            level=self.level,
            code=self.code,
            severity=self.severity,
            pointer=pointer,
            message=message,
            fix=fix or self.fix,
        )
