"""JSON files as plain trees, for readers that take stock and have no use for repeated keys."""

from backstamp.core.errors import ReadError
from backstamp.core.tree import Json
from backstamp.formats.json_text import JsonObject, JsonValue, is_too_rich, parsed

_MOST_DEPTH = 200


def tree_of(data: bytes) -> Json:
    """Read a document. Raises ``ReadError`` if it is none, too rich or too deep."""
    if is_too_rich(data):
        raise ReadError("JSON of too many values to be read")
    return _plain(parsed(data), 0)


def _plain(value: JsonValue, depth: int) -> Json:
    if depth > _MOST_DEPTH:
        raise ReadError("JSON nested too deep")
    if isinstance(value, JsonObject):
        return {key: _plain(each, depth + 1) for key, each in value.pairs}
    if isinstance(value, list):
        return [_plain(each, depth + 1) for each in value]
    return value
