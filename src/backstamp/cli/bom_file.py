"""Reads BOM documents that are named on the command line."""

import os
from typing import TYPE_CHECKING

from backstamp.core.errors import SourceError, UsageError
from backstamp.core.tree import Tree

if TYPE_CHECKING:
    from backstamp.bom.document import Document

_LARGEST = 256 * 1024 * 1024


def document_from(file: str) -> "Document":
    """Read a document of any standard that is understood.

    Raises ``SourceError`` if there is no such file, ``ReadError`` or ``UsageError`` for what is no BOM.
    """
    from backstamp.bom.document import loaded

    if os.path.isdir(file):
        raise UsageError(
            f'"{file}" is a folder, not a BOM', hint="Write a BOM first: backstamp bom TARGET -o bom.json"
        )
    return loaded(bytes_from(file))


def tree_from(file: str) -> Tree:
    """Read a JSON document that need not be a BOM: OpenVEX. Raises as ``document_from``."""
    from backstamp.bom.document import parsed

    tree = parsed(bytes_from(file))
    if not isinstance(tree, dict):
        raise UsageError(f'"{file}" is JSON, but not an object', hint="Expected CycloneDX or OpenVEX.")
    return tree


def bytes_from(file: str) -> bytes:
    """Read a file that a person named. Raises ``SourceError``."""
    try:
        if os.path.getsize(file) > _LARGEST:
            raise SourceError(f'"{file}" is too large for a document', hint="Is it the right file?")
        with open(file, "rb") as handle:
            return handle.read()
    except OSError as error:
        raise SourceError(
            f'cannot read "{file}": {(error.strerror or str(error)).lower()}', hint="Check the path."
        ) from error


def cyclonedx_from(file: str) -> Tree:
    """Read a document as CycloneDX; one of SPDX is converted."""
    from backstamp.bom.document import Standard

    document = document_from(file)
    if document.standard is Standard.CYCLONEDX:
        return document.tree
    from backstamp.bom.spdx.read import cyclonedx_of

    return cyclonedx_of(document.tree)[0]
