"""Where models and datasets lie on this machine: caches of hubs, folders that were fetched, container roots.

Layouts that are known, below any root:

- the cache of huggingface_hub: ``models--org--name/snapshots/<revision>/`` with links into ``blobs/``, and
  ``refs/<branch>`` that hold a commit; also one folder down in ``hub/``;
- what ``backstamp fetch --to`` makes: ``models/org/name/`` and ``datasets/org/name/``;
- Ollama's store: ``manifests/<host>/<name>/<tag>`` and ``blobs/sha256-<digest>``;
- what torch.hub keeps of addresses: ``checkpoints/<last part of the address>``.

Sources: huggingface_hub "Understand caching"; Ollama's store of models; ``torch.hub``.
"""

import os
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from backstamp.attest.enclosure import Enclosure, NotHeld
from backstamp.attest.lockfile import HUB, EntryKind, LockEntry
from backstamp.attest.safepaths import why_hostile
from backstamp.core.supply import is_commit, is_hub_name

_HEX = frozenset("0123456789abcdef")
_MOST_LISTED = 100_000
_MOST_DEPTH = 12


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of a model: its folder, the folder of blobs that its links may lead to, and its revision."""

    folder: str
    blobs: str = ""
    revision: str = ""


def default_roots(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Name the hub caches of this machine's user, the most specific first.

    Source: huggingface_hub ``constants.py``: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME.
    """
    if chosen := environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE"):
        return (os.path.expanduser(chosen),)
    if home := environment.get("HF_HOME"):
        return (os.path.join(os.path.expanduser(home), "hub"),)
    above = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return (os.path.join(above, "huggingface", "hub"),)


def repository_folder(name: str, table: str) -> str:
    """Name the folder of a repository in a hub's cache: ``models--org--name``."""
    return f"{table}s--" + name.replace("/", "--")


def fetched_folder(entry: LockEntry) -> str:
    """Name the folder of an entry below the root of ``fetch --to``: ``models/org/name``."""
    return f"{entry.table}s/{entry.bare_name}"


def repositories(roots: Iterable[str], name: str, table: str) -> Iterator[str]:
    """Yield the folders of a repository in the hub caches at or below these roots, each once."""
    folder = repository_folder(name, table)
    seen = set()
    for root in roots:
        for path in (os.path.join(root, folder), os.path.join(root, "hub", folder)):
            if os.path.isdir(path) and (end := os.path.realpath(path)) not in seen:
                seen.add(end)
                yield path


def revision_of_ref(repository: str, ref: str) -> str:
    """Read which commit a branch or tag is in a cache; empty if that is not known."""
    if why_hostile(ref):
        return ""
    try:
        handle = Enclosure(repository).opened(f"refs/{ref}")
    except NotHeld:
        return ""
    with os.fdopen(handle, "rb") as file:
        text = file.read(100).decode("ascii", "replace").strip()
    return text if is_commit(text) else ""


def revisions_in(repository: str) -> list[str]:
    """List the commits of which a cache has a snapshot."""
    try:
        with os.scandir(os.path.join(repository, "snapshots")) as listing:
            return sorted(each.name for each in listing if is_commit(each.name))
    except OSError:
        return []


def snapshot(repository: str, revision: str) -> Place | None:
    """Give the snapshot of a commit; ``None`` if the cache has none."""
    folder = os.path.join(repository, "snapshots", revision)
    if not os.path.isdir(folder) or os.path.islink(folder):
        return None
    return Place(folder=folder, blobs=os.path.join(repository, "blobs"), revision=revision)


def places_of(entry: LockEntry, roots: Iterable[str]) -> list[Place]:
    """List the copies of a hub's entry at its revision, in the order of the roots, each once."""
    found: dict[str, Place] = {}
    if entry.world != HUB:
        return []
    listed = list(roots)
    for repository in repositories(listed, entry.bare_name, entry.table):
        if place := snapshot(repository, entry.revision):
            found.setdefault(os.path.realpath(place.folder), place)
    for root in listed:
        for below in (fetched_folder(entry), f"{fetched_folder(entry)}@{entry.revision}"):
            folder = os.path.join(root, *below.split("/"))
            if os.path.isdir(folder) and not os.path.islink(folder):
                found.setdefault(os.path.realpath(folder), Place(folder=folder))
    return list(found.values())


class Cached(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A repository that a cache has a snapshot of."""

    name: str
    kind: EntryKind
    revision: str
    folder: str


def cached_in(root: str) -> list[Cached]:
    """List the snapshots of the hub caches anywhere below a folder, such as the root of a container."""
    return [
        Cached(name=name, kind=kind, revision=revision, folder=folder)
        for folder, name, kind in _repositories_below(root)
        for revision in revisions_in(folder)
    ]


def caches_below(root: str) -> list[str]:
    """List the folders below a root that are caches of hubs."""
    return sorted({os.path.dirname(folder) for folder, _, _ in _repositories_below(root)})


def _repositories_below(root: str) -> Iterator[tuple[str, str, EntryKind]]:
    stack = [(root, 0)]
    seen = 0
    while stack:
        folder, depth = stack.pop()
        try:
            with os.scandir(folder) as listing:
                below = sorted(
                    (each.name for each in listing if each.is_dir(follow_symlinks=False)), reverse=True
                )
        except OSError:
            continue
        for each in below:
            seen += 1
            path = os.path.join(folder, each)
            named = repository_named(each)
            if named and os.path.isdir(os.path.join(path, "snapshots")):
                yield path, *named
            elif (
                depth < _MOST_DEPTH
                and seen < _MOST_LISTED
                and each not in (".git", "node_modules", "proc", "sys")
            ):
                stack.append((path, depth + 1))


def repository_named(folder: str) -> tuple[str, EntryKind] | None:
    """Read the name of a cache's folder: ``models--org--name``; ``None`` if it is none."""
    table, mark, rest = folder.partition("--")
    kind = {"models": EntryKind.MODEL, "datasets": EntryKind.DATASET}.get(table)
    name = rest.replace("--", "/")
    if not mark or kind is None or not is_hub_name(name):
        return None
    return name, kind
