"""Finds the official schema files of CycloneDX, which the package ``cyclonedx-python-lib`` ships.

The package is looked up, never imported. Its files are the official ones, with ``SNAPSHOT`` in their names.
"""

import json
import os
from functools import cache
from importlib.util import find_spec

import msgspec

from backstamp.core.errors import KnowledgeError, SourceError
from backstamp.core.tree import Tree, list_at

_PACKAGE = "cyclonedx"
_FOLDER = ("schema", "_res")
_STRICT = frozenset({"1.2", "1.3"})  # later versions have one schema, which is strict
_LICENSES = "spdx.SNAPSHOT.schema.json"
_BESIDE = (_LICENSES, "jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
_MOST = 32 * 1024 * 1024


class SchemaSet(msgspec.Struct, frozen=True, kw_only=True):
    """A schema with those that it refers to, by file name; ``root`` names the one to begin with."""

    root: str
    files: dict[str, Tree]

    def named(self, address: str) -> Tree:
        """Give the schema that an address (``http://cyclonedx.org/schema/spdx.schema.json``) means.

        Raises ``KnowledgeError`` if there is none: nothing is ever fetched.
        """
        name = address.partition("#")[0].rpartition("/")[2]
        if name not in self.files:
            name = name.replace(".schema.json", ".SNAPSHOT.schema.json")
        if name not in self.files:
            raise KnowledgeError(f'the schema "{name}" is not at hand', hint="Schemas are never fetched.")
        return self.files[name]

    @property
    def license_ids(self) -> frozenset[str]:
        """The ids of licences and exceptions on the SPDX list that the schema comes with."""
        return frozenset(each for each in list_at(self.files.get(_LICENSES), "enum") if isinstance(each, str))


@cache
def cyclonedx_schemas(version: str) -> SchemaSet:
    """Read the schema of a version of CycloneDX. Raises ``KnowledgeError`` if it is not installed."""
    folder = _folder()
    root = f"bom-{version}{'-strict' if version in _STRICT else ''}.SNAPSHOT.schema.json"
    beside = [name for name in _BESIDE if os.path.exists(os.path.join(folder, name))]
    return SchemaSet(root=root, files={name: _read(os.path.join(folder, name)) for name in (root, *beside)})


def schema_file(path: str) -> SchemaSet:
    """Read a schema that the user names. Raises ``SourceError`` if it is none."""
    try:
        if os.path.getsize(path) > _MOST:
            raise SourceError(f'"{path}" is too large for a schema')
        return SchemaSet(root=os.path.basename(path), files={os.path.basename(path): _parsed(path)})
    except OSError as error:
        raise SourceError(
            f'cannot read the schema "{path}": {(error.strerror or str(error)).lower()}'
        ) from error
    except ValueError as error:
        raise SourceError(f'"{path}" is not a JSON schema: {error}') from error


def _folder() -> str:
    found = find_spec(_PACKAGE)
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = os.path.join(place, *_FOLDER)
        if os.path.isdir(folder):
            return folder
    raise KnowledgeError(
        "the schema files of CycloneDX are not installed",
        hint="Install cyclonedx-python-lib, which ships them.",
    )


def _read(path: str) -> Tree:
    try:
        return _parsed(path)
    except (OSError, ValueError) as error:
        raise KnowledgeError(
            f'the schema file "{os.path.basename(path)}" cannot be read',
            hint="Install cyclonedx-python-lib again.",
        ) from error


def _parsed(path: str) -> Tree:
    with open(path, "rb") as file:
        made: Tree = json.loads(file.read(_MOST))
    if not isinstance(made, dict):
        raise ValueError("not an object")  # noqa: TRY004  # like other texts that are no schema
    return made
