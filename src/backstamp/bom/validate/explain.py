"""Explains the errors of the JSON schema validator: where, what is there, what was expected.

1. Every error has the pointer of the smallest value that is wrong. Of alternatives (``oneOf``, ``anyOf``) the
   one that comes nearest is explained, and not all of them.
2. The values of a document are never part of a message in full: they may be large, and hostile.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from backstamp.bom.validate import checks
from backstamp.bom.validate.near import nearest
from backstamp.bom.validate.problem import Problem
from backstamp.core.finding import shown
from backstamp.core.tree import escaped

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_MOST_DEPTH = 12
_KINDS = ("type", "@type", "alg")  # properties that say what an object is
_NAMES = {
    "array": "a list", "boolean": "true or false", "integer": "a whole number", "null": "null",
    "number": "a number",
    "object": "an object", "string": "a text",
}  # fmt: skip
_LIMITS = {
    "minLength": "a text of at least {} characters", "maxLength": "a text of at most {} characters",
    "minItems": "a list of at least {} items", "maxItems": "a list of at most {} items",
    "minimum": "at least {}", "maximum": "at most {}", "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}", "multipleOf": "a multiple of {}",
    "minProperties": "at least {} properties", "maxProperties": "at most {} properties",
}  # fmt: skip


def explained(errors: "Iterable[ValidationError]") -> Iterator[Problem]:
    """Make problems of errors."""
    return _translated(errors, _MOST_DEPTH)


def _translated(errors: "Iterable[ValidationError]", depth: int) -> Iterator[Problem]:
    held = list(errors)
    for error in held:
        if not _is_consequence(error, held):
            yield from _one(error, depth)


def _is_consequence(error: "ValidationError", errors: "list[ValidationError]") -> bool:
    """A property is unevaluated also where the alternative that knows it fails for another reason."""
    if error.kind.name != "unevaluatedProperties":
        return False
    path = list(error.instance_path)
    return any(
        each.instance_path[: len(path)] == path and each.kind.name != error.kind.name for each in errors
    )


def _one(error: "ValidationError", depth: int) -> Iterator[Problem]:
    name = error.kind.name
    if name in ("oneOf", "anyOf"):
        yield from _alternatives(error, depth)
    elif name in ("additionalProperties", "unevaluatedProperties"):
        yield from _unexpected(error)
    elif name == "required":
        missing = shown(str(_detail(error, "property")), 80)
        yield checks.MISSING.found(_pointer(error), f'"{missing}" is missing')
    elif name == "type":
        yield checks.TYPE.found(_pointer(error), f"{_kind_of(error)}, where {_types(error)} is expected")
    elif name in ("enum", "const"):
        yield _word(error)
    elif name == "uniqueItems":
        yield checks.REPEATED.found(_pointer(error), "the list holds the same item twice")
    elif name == "format":
        expected = _detail(error, "format")
        yield checks.FORM.found(_pointer(error), f"{_text_of(error)} is not of the format {expected}")
    elif name == "pattern":
        yield checks.FORM.found(
            _pointer(error),
            f"{_text_of(error)} is not of the form {shown(str(_detail(error, 'pattern')), 200)}",
        )
    elif name in _LIMITS:
        limit = getattr(error.kind, "limit", getattr(error.kind, "multiple_of", "?"))
        yield checks.FORM.found(_pointer(error), f"expected {_LIMITS[name].format(limit)}")
    else:
        yield checks.CHOICE.found(_pointer(error), "the value is not allowed beside the others of its object")


def _unexpected(error: "ValidationError") -> Iterator[Problem]:
    known = _known_beside(error)
    for key in _details(error, "unexpected")[:20]:
        key = str(key)
        near = nearest(key, known)
        yield checks.UNEXPECTED.found(
            f"{_pointer(error)}/{escaped(key)}",
            f'the schema does not know "{shown(key, 80)}" here',
            fix=f'Did you mean "{near}"?' if near else "",
        )


def _known_beside(error: "ValidationError") -> list[str]:
    """Name the properties that the object has and may have: a misspelt one is like another document's."""
    return list(_COMMON) if isinstance(error.instance, dict) else []


_COMMON = (
    "author", "authors", "bom-ref", "components", "considerations", "copyright", "cpe", "data",
    "dependencies", "description",
    "dependsOn", "evidence", "externalReferences", "formulation", "group", "hashes", "licenses",
    "manufacturer", "metadata",
    "mime-type", "modelCard", "modelParameters", "name", "pedigree", "properties", "publisher", "purl",
    "quantitativeAnalysis",
    "ref", "releaseNotes", "scope", "serialNumber", "services", "signature", "specVersion", "supplier",
    "tags", "timestamp",
    "tools", "type", "version", "vulnerabilities",
)  # fmt: skip


def _word(error: "ValidationError") -> Problem:
    options = _details(error, "options") or [_detail(error, "expected_value")]
    words = [each for each in options if isinstance(each, str)]
    value = error.instance
    near = nearest(value, words) if isinstance(value, str) else ""
    path = error.instance_path
    check = checks.LICENSE_ID if path[-2:] == ["license", "id"] else checks.WORD
    if near:
        expected = f'Did you mean "{near}"?'
    else:
        expected = f"Expected {_listed(options)}." if len(options) <= 20 else ""
    return check.found(
        _pointer(error), f"{_text_of(error)} is not one of the words of the schema", fix=expected
    )


def _alternatives(error: "ValidationError", depth: int) -> Iterator[Problem]:
    branches = _branches(error)
    here = len(error.instance_path)
    if not branches or depth <= 0 or any(not branch for branch in branches):
        what = (
            "fits more than one of the alternatives"
            if _is_multiple(error)
            else "fits none of the alternatives"
        )
        yield checks.CHOICE.found(_pointer(error), f"{_kind_of(error)} that {what} of the schema")
        return
    ranked = sorted(branches, key=lambda branch: _distance(branch, here))
    best = ranked[0]
    types = [
        each
        for branch in branches
        for each in branch
        if each.kind.name == "type" and len(each.instance_path) == here
    ]
    if len(types) == len(branches):
        expected = " or ".join(dict.fromkeys(_types(each) for each in types))
        yield checks.TYPE.found(_pointer(error), f"{_kind_of(error)}, where {expected} is expected")
        return
    yield from _translated(best, depth - 1)


def _is_multiple(error: "ValidationError") -> bool:
    return type(error.kind).__name__.endswith("OneOfMultipleValid")


def _distance(branch: "list[ValidationError]", here: int) -> tuple[int, int, int, int]:
    """Tell how far an alternative is from the value: other words for its kind, another type, other keys."""
    words = sum(_is_of_another_kind(e, here) for e in branch)
    types = sum(e.kind.name == "type" and len(e.instance_path) == here for e in branch)
    return words, types, sum(len(e.instance_path) == here for e in branch), len(branch)


def _is_of_another_kind(error: "ValidationError", here: int) -> bool:
    path = error.instance_path
    if len(path) != here + 1 or path[-1] not in _KINDS:
        return False
    if error.kind.name in ("oneOf", "anyOf"):
        return all(_is_of_another_kind(each, here) for branch in _branches(error) for each in branch)
    return error.kind.name in ("const", "enum")


def _detail(error: "ValidationError", word: str) -> object:
    return getattr(error.kind, word, None)  # each kind of error has words of its own


def _details(error: "ValidationError", word: str) -> list[object]:
    found = _detail(error, word)
    return list(found) if isinstance(found, list | tuple) else []


def _branches(error: "ValidationError") -> "list[list[ValidationError]]":
    return [list(branch) for branch in getattr(error.kind, "context", ())]


def _pointer(error: "ValidationError") -> str:
    return "".join(f"/{escaped(str(part))}" for part in error.instance_path)


def _types(error: "ValidationError") -> str:
    return " or ".join(_NAMES.get(str(each), str(each)) for each in _details(error, "types"))


def _kind_of(error: "ValidationError") -> str:
    match error.instance:
        case bool():
            return "true or false"
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text"
        case _:
            return "a number"


def _text_of(error: "ValidationError") -> str:
    value = error.instance
    if isinstance(value, str):
        return f'"{shown(value, 80)}"'
    return (
        str(value)[:80] if isinstance(value, int | float) and not isinstance(value, bool) else _kind_of(error)
    )


def _listed(options: Iterable[object]) -> str:
    return ", ".join(f'"{each}"' if isinstance(each, str) else str(each) for each in options)
