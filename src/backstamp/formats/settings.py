"""Settings in YAML, JSON (also with comments) and TOML: one tree with the places of its values."""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.location import Location
from backstamp.core.tree import Json, nearest
from backstamp.formats.json_text import is_too_rich
from backstamp.formats.jsonc import plain_json
from backstamp.formats.plaintext import decoded
from backstamp.formats.tomltext import toml_of
from backstamp.formats.yamltext import documents_of

MOST_YAML = MIB // 2
MOST_JSON = 4 * MIB


class Document(msgspec.Struct, frozen=True):
    """A document of a file. ``lines`` is empty where values are named by JSON pointers."""

    blob: Blob
    tree: Json
    lines: dict[str, int]

    def place(self, pointer: str) -> Location:
        """Name the place of a value."""
        return self.blob.at_line(self.line(pointer)) if self.lines else self.blob.at_pointer(pointer)

    def line(self, pointer: str) -> int:
        """Give the line of a value, or of the nearest one around it that has one."""
        return nearest(self.lines, pointer)


def settings_of(blob: Blob, budget: Budget) -> Iterator[Document]:
    """Yield the documents of a file by the suffix of its name. Raises ``ReadError``."""
    name = blob.name.lower()
    if name.endswith((".yaml", ".yml")):
        for document in documents_of(decoded(blob, MOST_YAML), budget):
            yield Document(blob, document.tree, document.lines)
    elif name.endswith(".toml"):
        toml = toml_of(decoded(blob, MOST_JSON), budget)
        yield Document(blob, toml.tree, toml.lines)
    else:
        yield Document(blob, json_of(decoded(blob, MOST_JSON), budget), {})


def json_of(text: str, budget: Budget) -> Json:
    """Parse JSON, with or without comments. Raises ``ReadError``."""
    import json

    budget.spend_operations(len(text) // 16)
    if is_too_rich(text.encode("utf-8", "replace")):
        raise ReadError("JSON of too many values to be read")
    try:
        tree: Json = json.loads(plain_json(text))
    except RecursionError as error:
        raise ReadError("JSON nested too deep") from error
    except ValueError as error:
        raise ReadError(f"not valid JSON: {error}") from error
    return tree
