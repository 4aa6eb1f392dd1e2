"""Approvals of a lock: every file that ``models.lock`` pins, and nothing else.

Only the shape that the guard needs is read: ``[[model]]`` and ``[[dataset]]`` tables with ``name``,
``revision`` and ``files``, a list of tables with ``path``, ``sha256`` and ``size``.
"""

import os
from collections.abc import Iterator, Mapping

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError, SourceError
from backstamp.core.tree import Tree, text_at, trees_at
from backstamp.formats.tomltext import toml_of
from backstamp.guard.approvals import Entry, Listed

_HEX = frozenset("0123456789abcdef")
_HINT = "Fetch the locked file again, or run `backstamp lock` if the change is wanted and was reviewed."


def locked(
    path: str | os.PathLike[str] = "models.lock",
    *,
    strict: bool = False,
    places: Mapping[str, str] | None = None,
) -> Listed:
    """Read a lock. ``places`` says which locked model is in which folder, where its path does not.

    Raises ``SourceError`` if it cannot be opened and ``ReadError`` if it is no lock.
    """
    shown = os.fspath(path)
    try:
        with open(shown, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise SourceError(
            f'the lock "{shown}" cannot be read: {error.strerror or error}',
            hint="Write one with `backstamp lock`, or name it: guard.install(lock=...).",
        ) from error
    except UnicodeDecodeError as error:
        raise ReadError(f'the lock "{shown}" is not UTF-8 text') from error
    return of_tree(toml_of(text, Budget()).tree, name=os.path.basename(shown), strict=strict, places=places)


def of_tree(
    tree: Tree, *, name: str = "models.lock", strict: bool = False, places: Mapping[str, str] | None = None
) -> Listed:
    """Make approvals of the tree of a lock. Raises ``ReadError`` for entries that pin nothing."""
    return Listed(list(_entries(tree)), name=name, strict=strict, places=places, hint=_HINT)


def _entries(tree: Tree) -> Iterator[Entry]:
    for kind in ("model", "dataset"):
        for model in trees_at(tree, kind):
            name = text_at(model, "name")
            for file in trees_at(model, "files"):
                path, digest = text_at(file, "path"), text_at(file, "sha256").lower()
                digest = digest.removeprefix("sha256:")
                if not path or len(digest) != 64 or not _HEX.issuperset(digest):
                    raise ReadError(f'the lock pins "{path}" of "{name}" without a SHA-256')
                yield Entry(path=path, digest=digest, model=name)
