"""Approvals of a lock: every file that ``models.lock`` pins, and nothing else.

Only the shape that the guard needs is read: ``[[model]]`` and ``[[dataset]]`` tables with ``name``,
``revision`` and ``files``, a list of tables with ``path``, ``sha256`` and ``size``. A name may begin with its
world (``huggingface:org/name``); ``path:models/x`` says where the files are, from the folder of the lock.
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
    tree = toml_of(text, Budget()).tree
    return of_tree(tree, path=os.path.abspath(shown), strict=strict, places=places)


def of_tree(
    tree: Tree, *, path: str = "models.lock", strict: bool = False, places: Mapping[str, str] | None = None
) -> Listed:
    """Make approvals of the tree of a lock. Raises ``ReadError`` for entries that pin nothing."""
    folder, name = os.path.split(path)
    known = {os.path.join(folder, local): local for local in _folders(tree)}
    return Listed(
        list(_entries(tree)), name=name, strict=strict, places={**known, **(places or {})}, hint=_HINT
    )


def _folders(tree: Tree) -> Iterator[str]:
    """Name the folders that hold a locked model each. A single file is known by its path."""
    for kind in ("model", "dataset"):
        for model in trees_at(tree, kind):
            world, _, bare = text_at(model, "name").partition(":")
            if world == "path" and not _is_single(model, bare):
                yield bare


def _is_single(model: Tree, bare: str) -> bool:
    files = [text_at(file, "path") for file in trees_at(model, "files")]
    return files == [bare.rpartition("/")[2]]


def _entries(tree: Tree) -> Iterator[Entry]:
    for kind in ("model", "dataset"):
        for model in trees_at(tree, kind):
            name = text_at(model, "name")
            world, _, bare = name.partition(":")
            is_local = world == "path"
            for file in trees_at(model, "files"):
                path, digest = text_at(file, "path"), text_at(file, "sha256").lower()
                digest = digest.removeprefix("sha256:")
                if not path or len(digest) != 64 or not _HEX.issuperset(digest):
                    raise ReadError(f'the lock pins "{path}" of "{name}" without a SHA-256')
                is_single = is_local and _is_single(model, bare)
                yield Entry(
                    path=bare if is_single else path,
                    digest=digest,
                    model="" if is_single else bare or name,
                    revision=text_at(model, "revision"),
                )
