"""ModelPack artifacts: a model as an OCI artifact, one layer a file.

Source: CNCF ModelPack model-spec (manifest, config, annotations). Rules held here:

1. The annotation ``org.cncf.model.filepath`` names the file of a layer; it becomes a path on somebody's disk,
   so everything that leaves the folder or means two things is refused: absolute names, ``..``, ``.``, empty
   parts, backslashes, drive letters, control and bidi characters, names that differ only by case or by
   Unicode form, a file that is also a folder.
2. Of a ``.raw`` layer the digest is that of the file. The configuration lists the same digests in order.
3. Annotations are covered by the digest of the manifest, so a signature on the manifest covers the names.
"""

import unicodedata
from collections.abc import Iterator

import msgspec

from backstamp.attest import fields
from backstamp.attest.oci_layout import Descriptor, Manifest
from backstamp.attest.statement import strict_tree
from backstamp.core.errors import ReadError
from backstamp.core.finding import is_plain
from backstamp.core.tree import Tree

ARTIFACT_TYPES = frozenset(
    {"application/vnd.cncf.model.manifest.v1+json", "application/vnd.cnai.model.manifest.v1+json"}
)
CONFIGS = frozenset(
    {"application/vnd.cncf.model.config.v1+json", "application/vnd.cnai.model.config.v1+json"}
)
_PREFIXES = ("application/vnd.cncf.model.", "application/vnd.cnai.model.")
_NAMES = ("org.cncf.model.filepath", "org.cnai.model.filepath")
_LONGEST = 1024


class NamedLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer and the name of its file; ``is_archive`` if the layer is a tar of it."""

    name: str
    digest: str
    size: int
    media_type: str
    is_archive: bool


def is_modelpack(manifest: Manifest) -> bool:
    """Say whether a manifest is that of a model."""
    return manifest.artifact_type in ARTIFACT_TYPES or manifest.config.media_type in CONFIGS


def layers_of(manifest: Manifest, config: bytes) -> tuple[NamedLayer, ...]:
    """Name the files of a model. Raises ``ReadError`` for names and layers that cannot be trusted."""
    if manifest.artifact_type and manifest.artifact_type not in ARTIFACT_TYPES:
        raise ReadError(f'a model whose artifact type is "{manifest.artifact_type[:80]}"')
    if manifest.config.media_type not in CONFIGS:
        raise ReadError(f'a model whose configuration is "{manifest.config.media_type[:80]}"')
    found = tuple(_layer(each) for each in manifest.layers)
    if not found:
        raise ReadError("a model without layers")
    for problem in name_problems([each.name for each in found if each.name]):
        raise ReadError(problem)
    _check_config(strict_tree(config), found)
    return found


def _layer(found: Descriptor) -> NamedLayer:
    if not found.media_type.startswith(_PREFIXES):
        raise ReadError(f'a layer of a model whose type is "{found.media_type[:80]}"')
    names = {found.note(key) for key in _NAMES if found.note(key)}
    if len(names) > 1:
        raise ReadError("a layer with two names")
    is_archive = ".tar" in found.media_type
    name = names.pop() if names else ""
    if not name and not is_archive:
        raise ReadError(f"the layer {found.digest} has no name")
    return NamedLayer(
        name=name, digest=found.digest, size=found.size, media_type=found.media_type, is_archive=is_archive
    )


def _check_config(config: Tree, layers: tuple[NamedLayer, ...]) -> None:
    listed = fields.texts(fields.tree(config, "modelfs"), "diffIds")
    if not listed:
        return
    if len(listed) != len(layers):
        raise ReadError(f"the configuration lists {len(listed)} layers, the manifest {len(layers)}")
    for said, layer in zip(listed, layers, strict=True):
        is_stored = not layer.is_archive or layer.media_type.endswith(".tar")
        if is_stored and said != layer.digest:
            told = f'"{layer.name[:120]}" is {said[:80]}, not {layer.digest}'
            raise ReadError(f"the configuration says that {told}")


def name_problems(names: list[str]) -> Iterator[str]:
    """Say which names of files could leave a folder, hide, or mean two files."""
    seen: dict[str, str] = {}
    for name in names:
        if why := _why_unsafe(name):
            yield f'the name "{_visible(name)}" {why}'
            continue
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            both = f'"{_visible(seen[folded])}" and "{_visible(name)}"'
            yield f"the names {both} are the same file for some systems"
        seen[folded] = name
    for folded, name in seen.items():
        parts = folded.split("/")
        for end in range(1, len(parts)):
            above = seen.get("/".join(parts[:end]))
            if above is not None:
                yield f'"{_visible(above)}" is a file and the folder of "{_visible(name)}"'


def _why_unsafe(name: str) -> str:
    if len(name) > _LONGEST:
        return "is too long"
    if not all(map(is_plain, name)):
        return "holds characters that do not show"
    if name.startswith(("/", "~")) or "\\" in name or name[1:2] == ":":
        return "is not a relative path with slashes"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has parts that are empty or lead elsewhere"
    if any(part != part.rstrip(" .") for part in name.split("/")):
        return "has a part that ends with a dot or a blank"
    return ""


def _visible(name: str) -> str:
    from backstamp.core.finding import visible

    return visible(name[:120])
