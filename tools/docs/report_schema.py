"""The JSON Schema of the report ``backstamp.report/1``: a public contract, so it is written down by hand.

New keys may be added; none is taken away or given another meaning without a new number. That is why
objects are open.
"""

from backstamp.core.finding import Confidence, Severity
from backstamp.core.reading import Status
from backstamp.core.report import SCHEMA
from backstamp.core.verdict import Outcome

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"type": "array", "items": _TEXT}


def schema() -> Schema:
    """Write the schema as a document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": "The report of a scan by Backstamp.",
        **_object(
            schema={"const": SCHEMA},
            target=_says(_TEXT, "What was examined, as it was asked for."),
            verdict=_one_of(Outcome),
            reasons=_says(_TEXTS, "Why the verdict is what it is, most important first."),
            findings={"type": "array", "items": _finding()},
            coverage={"type": "array", "items": _coverage()},
            summary=_object(
                files=_COUNT,
                bytes=_COUNT,
                findings=_object(**{str(s): _COUNT for s in Severity}),
                coverage={"type": "object", "propertyNames": _one_of(Status), "additionalProperties": _COUNT},
            ),
            tool=_object(name={"const": "backstamp"}, version=_TEXT),
            knowledge={"type": "array", "items": _object(name=_TEXT, as_of=_TEXT, digest=_TEXT)},
        ),
    }


def _finding() -> Schema:
    return _object(
        rule={"type": "string", "pattern": "^[A-Z]{3}[0-9]{3}$"},
        name=_TEXT,
        severity=_says(_one_of(Severity), "What happens if it is true."),
        confidence=_says(_one_of(Confidence), "How often it is true."),
        message=_TEXT,
        path=_path(),
        location={"oneOf": [_bytes(), _line(), _pointer(), _where("whole")]},
        digest={"type": ["string", "null"], "pattern": "^sha256:[0-9a-f]{64}$"},
        fingerprint=_says(_TEXT, "The same for the same finding of the next run."),
        evidence=_says(_TEXTS, "Short quotations of the artifact, with credentials masked."),
        references=_says(_TEXTS, "CWE, CVE, MITRE ATLAS and OWASP ids."),
    )


def _coverage() -> Schema:
    return _object(
        path=_path(),
        status=_one_of(Status),
        reason=_TEXT,
        unexplained_bytes=_says(_COUNT, "Bytes that no reader understood."),
        kinds=_says(_TEXTS, "The formats as which it was read."),
    )


def _path() -> Schema:
    return _says(_TEXT, "Relative to the target; members of containers are joined with !/")


def _bytes() -> Schema:
    return _where("bytes", offset=_COUNT, length=_COUNT)


def _line() -> Schema:
    return _where("line", line={"type": "integer", "minimum": 1}, column={"type": "integer", "minimum": 1})


def _pointer() -> Schema:
    return _where("pointer", pointer=_says(_TEXT, "RFC 6901"))


def _where(kind: str, **properties: Schema) -> Schema:
    return _object(kind={"const": kind}, **properties)


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _one_of(values: type[Outcome] | type[Severity] | type[Confidence] | type[Status]) -> Schema:
    return {"enum": [str(value) for value in values]}


def _says(kind: Schema, description: str) -> Schema:
    return {**kind, "description": description}
