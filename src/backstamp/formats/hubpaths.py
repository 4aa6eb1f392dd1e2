"""What paths inside the caches of hubs say: which repository a file was fetched from, and which revision.

Sources: huggingface_hub "Understand caching"; ``datasets`` cache folders; Ollama's model store; torch.hub;
ModelScope's cache.
"""

from functools import cache
from re import Pattern

import msgspec

_PARTS = 3  # kind--organisation--name; a name holds no double dash


class Origin(msgspec.Struct, frozen=True):
    """Where a file was fetched from. ``kind`` is ``model``, ``dataset`` or ``space``, ``world`` the hub."""

    world: str
    kind: str
    name: str
    revision: str = ""
    ref: str = ""  # of a file that says which revision a branch or tag is


def origin_of(path: str) -> Origin | None:
    """Say which repository a path of a cache belongs to."""
    path = path.replace("\\", "/")
    if "--" in path and (found := _hub().search(path)) is not None:
        name = _repository(found[2])
        if name:
            kind = {"models": "model", "datasets": "dataset"}.get(found[1], "space")
            return Origin("huggingface", kind, name, found[3] or "", found[4] or "")
    if "___" in path and (found := _prepared().search(path)) is not None:
        return Origin("huggingface", "dataset", f"{found[1]}/{found[2]}", found[3])
    if "modelscope/" in path and (found := _modelscope().search(path)) is not None:
        return Origin(
            "modelscope", "dataset" if found[1] == "datasets/" else "model", f"{found[2]}/{found[3]}"
        )
    if "hub/checkpoints/" in path and (found := _torch().search(path)) is not None:
        return Origin("torchhub", "model", found[1])
    return None


def ollama_of(path: str) -> tuple[str, str, str] | None:
    """Host, name and tag of a manifest in Ollama's store; names of its own library have no organisation."""
    found = _ollama().search(path.replace("\\", "/"))
    if found is None:
        return None
    host, name, tag = found[1], found[2], found[3]
    return host, name.removeprefix("library/") if host == "registry.ollama.ai" else name, tag


def _repository(folder: str) -> str:
    parts = folder.split("--")
    return "/".join(parts) if 0 < len(parts) < _PARTS and all(parts) else ""


@cache
def _hub() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:^|/)(models|datasets|spaces)--([\w.-]{1,200})/(?:snapshots/([0-9a-f]{40})/|refs/([\w./-]{1,100})$|blobs/)"
    )


@cache
def _prepared() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:^|/)([\w.-]{1,96}?)___([\w.-]{1,96})/[^/]{1,200}/[0-9]+\.[0-9]+\.[0-9]+/([0-9a-f]{40}(?:[0-9a-f]{24})?)/"
    )


@cache
def _modelscope() -> Pattern[str]:
    import re

    return re.compile(r"modelscope/(?:hub/)?(models/|datasets/)?([\w.-]{1,96})/([\w.-]{1,96})/")


@cache
def _torch() -> Pattern[str]:
    import re

    return re.compile(r"hub/checkpoints/([\w.-]{1,100}-[0-9a-f]{8,64})\.(?:pth|pt)$")


@cache
def _ollama() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:^|/)manifests/([\w.:-]{1,100}\.[\w.:-]{1,100})/([\w.-]{1,96}/[\w.-]{1,96})/([\w.-]{1,128})$"
    )
