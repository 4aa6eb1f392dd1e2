"""Takes stock of caches of hubs: the repository and the exact revision that files were fetched from.

The path of a file says it, whatever its format; small files beside downloads say it too. Blob names of the
cache are digests of what is measured anyway.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import text_at, tree_at, trees_at
from backstamp.formats.hubpaths import Origin, ollama_of, origin_of
from backstamp.formats.jsontree import tree_of

_BY = "hub-cache/1"
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_HEX = frozenset("0123456789abcdef")
_SMALL = 64 * 1024
_DOWNLOADS = ".cache/huggingface/download/"
_DATA_NAMES = (
    ".parquet",
    ".arrow",
    ".csv",
    ".tsv",
    ".jsonl",
    ".ndjson",
    ".tar",
    ".json.gz",
    ".jsonl.gz",
    ".zst",
)
_LAYERS = {
    "application/vnd.ollama.image.model": "model",
    "application/vnd.ollama.image.adapter": "adapter",
    "application/vnd.ollama.image.template": "template",
    "application/vnd.ollama.image.license": "license",
    "application/vnd.ollama.image.params": "params",
    "application/vnd.ollama.image.system": "system",
    "application/vnd.ollama.image.projector": "projector",
}


class _Reader:
    """The reader of places in caches."""

    name = "hub-cache"
    version = 1
    kinds = frozenset(
        {
            "text",
            "safetensors",
            "gguf",
            "pickle",
            "zip",
            "onnx",
            "hdf5",
            "npy",
            "tflite",
            "parquet",
            "arrow",
            "tar",
        }
    )

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State where the file was fetched from, if its place says so."""
        if len(blob.path) != 1:
            return
        path = blob.path[0].replace("\\", "/")
        if "manifests/" in path and (found := ollama_of(path)) is not None:
            yield from _manifest(blob, *found, budget)
        elif _DOWNLOADS in path and path.endswith(".metadata"):
            yield from _download(blob, path)
        elif (origin := origin_of(path)) is not None:
            yield from _origin(blob, origin)


def _origin(blob: Blob, origin: Origin) -> Iterator[Statement]:
    kind = Kind.DATASET if origin.kind == "dataset" else Kind.SYSTEM if origin.kind == "space" else Kind.MODEL
    whole = blob.whole()
    if origin.ref:
        revision = blob.head(64).decode("ascii", "replace").strip()
        if blob.size <= 64 and len(revision) == 40 and _HEX.issuperset(revision):
            named = Part(kind, "huggingface:" + origin.name)
            yield _TELL.says(whole, named, Trait.REVISION, revision, scope=shown(origin.ref, 100))
        return
    part = Part(kind)
    tell = _TELL if origin.world == "huggingface" else Teller(_BY, Method.DECLARED, 0.8)
    yield tell.says(whole, part, Trait.IDENTIFIER, origin.name, name=origin.world)
    if origin.world == "torchhub":
        return
    yield tell.says(whole, part, Trait.NAME, origin.name)
    if origin.world == "huggingface":
        folder = {Kind.DATASET: "datasets/", Kind.SYSTEM: "spaces/"}.get(kind, "")
        yield tell.says(
            whole, part, Trait.LINK, f"https://huggingface.co/{folder}{origin.name}", name="website"
        )
    if len(origin.revision) == 40:
        yield tell.says(whole, part, Trait.REVISION, origin.revision)
    if origin.world == "modelscope" and blob.name == ".mv":
        text = blob.head(200).decode("utf-8", "replace")
        revision = text.partition("Revision:")[2].partition(",")[0].strip()
        if revision:
            yield tell.says(whole, part, Trait.VERSION, shown(revision, 100))


def _download(blob: Blob, path: str) -> Iterator[Statement]:
    """A download into a folder leaves three lines for each file: commit, digest, time."""
    lines = blob.head(1024).decode("ascii", "replace").splitlines()
    if blob.size > 1024 or len(lines) < 2 or len(lines[0]) != 40 or not _HEX.issuperset(lines[0]):
        return
    name = path.removesuffix(".metadata")
    kind = Kind.DATASET if name.endswith(_DATA_NAMES) else Kind.MODEL
    tell = Teller(_BY, Method.DECLARED, 0.95 if kind is Kind.DATASET or not name.endswith(".md") else 0.8)
    yield tell.says(blob.at_line(1), Part(kind), Trait.REVISION, lines[0])


def _manifest(blob: Blob, host: str, name: str, tag: str, budget: Budget) -> Iterator[Statement]:
    """State the layers of a model in Ollama's store: their digests name files beside the manifests."""
    tree = tree_at(tree_of(blob.view, budget, _SMALL))
    layers = list(trees_at(tree, "layers"))
    if not any(text_at(layer, "mediaType") in _LAYERS for layer in layers):
        return
    world = "huggingface" if host in ("hf.co", "huggingface.co") else "ollama"
    model = Part(Kind.MODEL, f"{world}:{shown(name, 200)}")
    whole = blob.whole()
    yield _TELL.says(whole, model, Trait.NAME, shown(name, 200))
    yield _TELL.says(whole, model, Trait.VERSION, shown(tag, 128))
    for at, layer in enumerate(layers[:100]):
        role = _LAYERS.get(text_at(layer, "mediaType"), "")
        digest = text_at(layer, "digest").removeprefix("sha256:")
        if not role or len(digest) != 64 or not _HEX.issuperset(digest):
            continue
        place = blob.at_pointer(f"/layers/{at}")
        part = {"model": model, "template": Part(Kind.TEMPLATE, model.key)}.get(role)
        if role == "adapter":
            part = Part(Kind.ADAPTER, model.key)
            yield _TELL.links(place, part, Relation.DERIVED_FROM, model, manner="adapter")
        if part is None:
            continue
        yield _TELL.says(place, part, Trait.DIGEST, digest, name="sha256")
        size = layer.get("size")
        if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
            yield _TELL.says(place, part, Trait.SIZE, size)
        if role == "template":
            yield _TELL.links(place, model, Relation.CONTAINS, part)


READER = _Reader()
