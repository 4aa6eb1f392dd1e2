"""Reads BOM documents that are named on the command line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backstamp.core.errors import BackstampError, SourceError, UsageError
from backstamp.core.tree import Tree

if TYPE_CHECKING:
    from backstamp.bom.document import Document

_LARGEST = 64 * 1024 * 1024


def document_from(file: str) -> "Document":
    """Read a document of any standard that is understood.

    Raises ``SourceError`` if there is no such file, ``ReadError`` or ``UsageError`` for what is no BOM.
    """
    from backstamp.bom.document import loaded

    with _named(file):
        return loaded(bytes_from(file))


def tree_from(file: str) -> Tree:
    """Read a JSON document that need not be a BOM: OpenVEX. Raises as ``document_from``."""
    from backstamp.bom.document import parsed

    with _named(file):
        tree = parsed(bytes_from(file))
    if not isinstance(tree, dict):
        raise UsageError(f'"{file}" is JSON, but not an object', hint="Expected CycloneDX or OpenVEX.")
    return tree


def bytes_from(file: str) -> bytes:
    """Read a document that a person named; ``-`` is standard input.

    Raises ``SourceError``, and ``UsageError`` for a folder.
    """
    if os.path.isdir(file):
        raise UsageError(
            f'"{file}" is a folder, not a document',
            hint="Write a BOM first: backstamp bom TARGET -o bom.json",
        )
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with open(file, "rb") as handle:
                data = handle.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise SourceError(
            f'cannot read "{file}": {(getattr(error, "strerror", "") or str(error)).lower()}',
            hint="Check the path.",
        ) from error
    if len(data) > _LARGEST:
        raise SourceError(f'"{file}" is too large for a document', hint="Is it the right file?")
    return data


@contextmanager
def _named(file: str) -> Iterator[None]:
    """Begin the message of an error with the file that it is about, if it does not name it."""
    try:
        yield
    except BackstampError as error:
        if f'"{file}"' not in error.message:
            error.message = f'"{file}": {error.message}'
        raise


def cyclonedx_from(file: str) -> Tree:
    """Read a document as CycloneDX; one of SPDX is converted."""
    from backstamp.bom.document import Standard

    document = document_from(file)
    if document.standard is Standard.CYCLONEDX:
        return document.tree
    from backstamp.bom.spdx.read import cyclonedx_of

    return cyclonedx_of(document.tree)[0]
