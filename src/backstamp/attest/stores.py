"""Places of models that are no hub's: Ollama's store, what torch.hub fetched, files of the target.

An entry's files are relative to the place that is given here.
"""

import json
import os
from collections.abc import Mapping

import msgspec

from backstamp.attest.enclosure import Enclosure, NotHeld
from backstamp.core.tree import text_at, tree_at, trees_at

_LIBRARY = "registry.ollama.ai"
_MOST_MANIFEST = 1024 * 1024
_MOST_LAYERS = 1000
_HEX = frozenset("0123456789abcdef")


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that many models share, and the paths in it that are one model's."""

    folder: str
    paths: tuple[str, ...]


def ollama_roots(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Name the stores of Ollama on this machine. Source: Ollama FAQ, "Where are models stored?"."""
    chosen = environment.get("OLLAMA_MODELS")
    if chosen:
        return (chosen,)
    return (os.path.join(os.path.expanduser("~"), ".ollama", "models"), "/usr/share/ollama/.ollama/models")


def torch_roots(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Name the folders in which torch.hub keeps what it fetched. Source: ``torch.hub.get_dir``."""
    home = environment.get("TORCH_HOME")
    if not home:
        above = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        home = os.path.join(above, "torch")
    return (os.path.join(home, "hub"),)


def ollama_manifest(name: str) -> str:
    """Name the manifest of a model in a store: ``llama3:8b``, ``user/model``, ``host/user/model:tag``."""
    bare, mark, tag = name.rpartition(":")
    if not mark:
        bare, tag = name, "latest"
    parts = bare.split("/")
    parts = [*([_LIBRARY] if len(parts) < 3 else []), *(["library"] if len(parts) == 1 else []), *parts]
    return "/".join(["manifests", *parts, tag])


def ollama_store(root: str, name: str) -> Store | None:
    """Find a model in a store: its manifest and the blobs that it names. ``None`` if there is none."""
    manifest = ollama_manifest(name)
    enclosure = Enclosure(root)
    try:
        with os.fdopen(enclosure.opened(manifest), "rb") as file:
            tree = json.loads(file.read(_MOST_MANIFEST))
    except (NotHeld, ValueError, RecursionError):
        return None
    paths = [manifest]
    layers = [tree_at(tree, "config"), *trees_at(tree, "layers")]
    for layer in layers[:_MOST_LAYERS]:
        digest = text_at(layer, "digest").removeprefix("sha256:")
        if len(digest) == 64 and _HEX.issuperset(digest):
            paths.append(f"blobs/sha256-{digest}")
    return Store(folder=root, paths=tuple(dict.fromkeys(paths)))


def address_file(address: str) -> str:
    """Name the file that loaders keep of an address: its last part."""
    return address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
