"""The first level: a document against the official JSON schema.

1. A document is checked as a whole. Only the errors of one that is wrong are looked for in pieces, since the
   validator holds all errors at once, each with everything that it tried.
2. The number of problems is bounded.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from backstamp.bom.document import Exact
from backstamp.bom.validate.explain import explained
from backstamp.bom.validate.problem import Problem
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, escaped
from backstamp.knowledge.schemas import SchemaSet

if TYPE_CHECKING:
    from jsonschema_rs import Validator

MOST = 200
_SMALL = 4000  # values of a document whose errors are looked for at once
_PIECE = 50  # items of a list that are looked at together
_MOST_LISTS = 40
_MOST_DEPTH = 12
_LARGEST = 1.7976931348623157e308


def problems(tree: Tree, schemas: SchemaSet) -> Iterator[Problem]:
    """Check a document against a schema. Raises ``ReadError`` if the validator cannot follow it."""
    from jsonschema_rs import validator_for

    validator = validator_for(schemas.named(schemas.root), retriever=schemas.named, validate_formats=True)
    try:
        if not _is_valid(validator, tree):
            held = _plain(tree)
            found = list(islice(_distinct(_in_pieces(validator, held, _MOST_DEPTH)), MOST))
            yield from found or _first(validator, held)
    except ValueError as error:
        raise ReadError(f"the schema validator cannot follow the document: {shown(str(error))}") from error


def _is_valid(validator: "Validator", tree: Tree) -> bool:
    try:
        return validator.is_valid(tree)
    except ValueError:  # numbers with digits of their own
        return validator.is_valid(_plain(tree))


def _distinct(found: Iterable[Problem]) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for problem in found:
        key = (problem.code, problem.pointer, problem.message)
        if key not in seen:
            seen.add(key)
            yield problem


def _first(validator: "Validator", tree: Json) -> Iterator[Problem]:
    """Explain the error that the validator meets first: no piece of the document has one by itself."""
    from jsonschema_rs import ValidationError

    try:
        validator.validate(tree)
    except ValidationError as error:
        yield from explained([error])


def _in_pieces(validator: "Validator", tree: Json, depth: int) -> Iterator[Problem]:
    """Yield the problems of a document, of long lists some items at a time."""
    if _is_small(tree):
        yield from explained(validator.iter_errors(tree))
        return
    lists = list(islice(_long_lists(tree), _MOST_LISTS + 1))
    if not lists or len(lists) > _MOST_LISTS or depth <= 0:
        yield from _first(validator, tree)
        return
    rest = tree
    for path, items in lists:
        rest = _with(rest, path, items[:1])
    yield from _in_pieces(validator, rest, depth - 1)
    for path, items in lists:
        place = "".join(f"/{escaped(str(key))}" for key in path)
        for start in range(0, len(items), _PIECE):
            piece = _with(rest, path, items[start : start + _PIECE])
            if validator.is_valid(piece):
                continue
            for problem in _in_pieces(validator, piece, depth - 1):
                if problem.pointer.startswith(place):
                    yield _moved(problem, place, start)


def _is_small(tree: Json) -> bool:
    count, layer = 0, [tree]
    while layer:
        value = layer.pop()
        if isinstance(value, dict | list):
            count += len(value)
            if count > _SMALL:
                return False
            layer.extend(value.values() if isinstance(value, dict) else value)
    return True


def _long_lists(tree: Json) -> Iterator[tuple[tuple[str | int, ...], list[Json]]]:
    """Yield the outermost lists that are long, with the way to them."""
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), tree)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, list) and len(value) > _PIECE:
            yield path, value
        elif isinstance(value, dict):
            stack.extend(
                ((*path, key), value[key]) for key in reversed(value) if isinstance(value[key], dict | list)
            )
        elif isinstance(value, list):
            stack.extend(((*path, at), value[at]) for at in range(len(value) - 1, -1, -1))


def _with(tree: Json, path: tuple[str | int, ...], items: list[Json]) -> Json:
    """Copy the way to a list, and nothing beside it."""
    if not path:
        return items
    key, *rest = path
    if isinstance(tree, dict) and isinstance(key, str):
        return {**tree, key: _with(tree[key], tuple(rest), items)}
    if isinstance(tree, list) and isinstance(key, int):
        return [*tree[:key], _with(tree[key], tuple(rest), items), *tree[key + 1 :]]
    return tree


def _moved(problem: Problem, place: str, start: int) -> Problem:
    at, slash, rest = problem.pointer.removeprefix(place).removeprefix("/").partition("/")
    if not at.isdigit():
        return problem
    return msgspec.structs.replace(problem, pointer=f"{place}/{int(at) + start}{slash}{rest}")


def _plain(value: Json) -> Json:
    """Replace numbers with digits of their own by the nearest floats, which the validator understands."""
    match value:
        case Exact():
            return max(-_LARGEST, min(_LARGEST, float(value)))
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value
