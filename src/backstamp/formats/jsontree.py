"""JSON documents of third parties as plain trees, bounded in size and number of values."""

import json

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json
from backstamp.formats.json_text import is_too_rich, text_of

MOST_BYTES = 32 * MIB


def tree_of(data: bytes | memoryview, budget: Budget, most: int = MOST_BYTES) -> Json:
    """Read a document. Raises ``ReadError`` if it is none, too large, too rich or nested too deep."""
    if len(data) > most or is_too_rich(data):
        raise ReadError(f"a JSON document of {len(data):,} bytes is too large for what it is")
    budget.spend_operations(len(data) // 16 + 1)
    try:
        tree: Json = json.loads(text_of(data))
    except RecursionError as error:
        raise ReadError("JSON nested too deep") from error
    except ValueError as error:
        raise ReadError(f"not valid JSON: {error}") from error
    return tree
