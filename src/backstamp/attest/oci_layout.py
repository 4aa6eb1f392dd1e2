"""An OCI image layout on disk: blobs by their digests, manifests and indexes read strictly.

Source: OCI Image Format v1.1 (image-layout, descriptor, manifest, image-index). Rules held here:

1. Nothing is believed by its name: size and digest of every blob that is used are computed again.
2. A document is what its descriptor says and what it says itself; where these differ, or a document is both a
   manifest and an index (CVE-2021-41190), it is refused.
3. JSON is read strictly: a key that stands twice, or a field of a wrong type, is refused.
4. A digest is ``sha256:`` or ``sha512:`` and hexadecimal; nothing else becomes a path.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from functools import cache
from typing import Protocol

import msgspec

from backstamp.attest import fields
from backstamp.attest.statement import strict_tree
from backstamp.core.errors import ReadError, SourceError
from backstamp.core.tree import Tree

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFESTS = frozenset({MANIFEST, DOCKER_MANIFEST})
INDEXES = frozenset({INDEX, DOCKER_INDEX})
REF_NAME = "org.opencontainers.image.ref.name"
MOST_DOCUMENT = 8 * 1024 * 1024
_MOST_DESCRIPTORS = 10_000
_PIECE = 4 * 1024 * 1024


class Descriptor(msgspec.Struct, frozen=True, kw_only=True):
    """What names a blob: its type, digest and size."""

    media_type: str
    digest: str
    size: int
    annotations: tuple[tuple[str, str], ...] = ()
    artifact_type: str = ""
    platform: str = ""

    def note(self, key: str) -> str:
        """Give an annotation; empty if there is none."""
        return dict(self.annotations).get(key, "")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest: its configuration, its layers, and what it refers to."""

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    artifact_type: str = ""
    subject: Descriptor | None = None
    annotations: tuple[tuple[str, str], ...] = ()


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """A list of manifests, as a rule one a platform."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    artifact_type: str = ""
    subject: Descriptor | None = None
    annotations: tuple[tuple[str, str], ...] = ()


class Blobs(Protocol):
    """Gives blobs by their digests, and never one that differs from its descriptor."""

    def document(self, found: Descriptor) -> bytes:
        """Give the bytes of a small blob. Raises ``ReadError``."""
        ...

    def check(self, found: Descriptor) -> None:
        """Compute size and digest of a blob of any size. Raises ``ReadError`` if they differ."""
        ...


def descriptor_of(tree: Tree) -> Descriptor:
    """Read a descriptor. Raises ``ReadError``."""
    size = fields.number(tree, "size")
    if size is None:
        raise ReadError("a descriptor without a size")
    digest = fields.text(tree, "digest", required=True)
    if not _digest().fullmatch(digest):
        raise ReadError(f'"{digest[:80]}" is not a digest that is known')
    return Descriptor(
        media_type=fields.text(tree, "mediaType", required=True),
        digest=digest,
        size=size,
        annotations=_annotations(tree),
        artifact_type=fields.text(tree, "artifactType"),
        platform=_platform(fields.tree(tree, "platform")),
    )


def document_of(data: bytes, media_type: str) -> Manifest | Index:
    """Read a manifest or an index, as which its descriptor names it. Raises ``ReadError``."""
    tree = strict_tree(data)
    said = fields.text(tree, "mediaType")
    if said and said != media_type:
        raise ReadError(f'its descriptor says "{media_type[:80]}", it says "{said[:80]}" of itself')
    if fields.number(tree, "schemaVersion") != 2:
        raise ReadError("its schema version is not 2")
    has_layers, has_manifests = "layers" in tree or "config" in tree, "manifests" in tree
    if has_layers and has_manifests:
        raise ReadError("it is a manifest and an index at once")
    subject = fields.tree(tree, "subject")
    about = descriptor_of(subject) if subject else None
    kind, notes = fields.text(tree, "artifactType"), _annotations(tree)
    if media_type in MANIFESTS and has_layers:
        return Manifest(
            media_type=media_type,
            config=descriptor_of(fields.tree(tree, "config", required=True)),
            layers=_descriptors(tree, "layers"),
            artifact_type=kind,
            subject=about,
            annotations=notes,
        )
    if media_type in INDEXES and has_manifests:
        listed = _descriptors(tree, "manifests")
        return Index(
            media_type=media_type, manifests=listed, artifact_type=kind, subject=about, annotations=notes
        )
    raise ReadError(f'it is not what "{media_type[:80]}" says')


def _descriptors(tree: Tree, key: str) -> tuple[Descriptor, ...]:
    found = fields.trees(tree, key, required=True)
    if len(found) > _MOST_DESCRIPTORS:
        raise ReadError(f'"{key}" has {len(found):,} entries, which is too many')
    return tuple(descriptor_of(each) for each in found)


def _annotations(tree: Tree) -> tuple[tuple[str, str], ...]:
    made = []
    for key, value in fields.tree(tree, "annotations").items():
        if not isinstance(value, str):
            raise ReadError(f'the annotation "{key[:80]}" is not a text')
        made.append((key, value))
    return tuple(made)


def _platform(tree: Tree) -> str:
    parts = [fields.text(tree, key) for key in ("os", "architecture", "variant")]
    return "/".join(each for each in parts if each)


@cache
def _digest() -> re.Pattern[str]:
    return re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def digest_like(digest: str, data: bytes) -> str:
    """Compute a digest of bytes by the algorithm of another one."""
    algorithm = digest.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


class Layout:
    """A folder that is an OCI image layout."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        marker = strict_tree(self._file("oci-layout", MOST_DOCUMENT))
        version = fields.text(marker, "imageLayoutVersion", required=True)
        if version.partition(".")[0] != "1":
            raise ReadError(f'"{version[:20]}" is not a version of the image layout that is known')
        index = document_of(self._file("index.json", MOST_DOCUMENT), INDEX)
        assert isinstance(index, Index)  # noqa: S101  # the type was asked for
        self.index = index

    def document(self, found: Descriptor) -> bytes:
        """Give the bytes of a small blob. Raises ``ReadError``."""
        if found.size > MOST_DOCUMENT:
            raise ReadError(f"{found.digest}: {found.size:,} bytes are too many for a document")
        data = self._file(self._path(found), MOST_DOCUMENT)
        if len(data) != found.size:
            raise ReadError(f"{found.digest}: it has {len(data):,} bytes, its descriptor says {found.size:,}")
        if digest_like(found.digest, data) != found.digest:
            raise ReadError(f"{found.digest}: its bytes have another digest")
        return data

    def check(self, found: Descriptor) -> None:
        """Compute size and digest of a blob of any size. Raises ``ReadError`` if they differ."""
        made = hashlib.new(found.digest.partition(":")[0])
        size = 0
        for piece in self._pieces(self._path(found)):
            made.update(piece)
            size += len(piece)
            if size > found.size:
                break
        if size != found.size:
            raise ReadError(f"{found.digest}: it does not have the {found.size:,} bytes of its descriptor")
        if made.hexdigest() != found.digest.partition(":")[2]:
            raise ReadError(f"{found.digest}: its bytes have another digest")

    def _path(self, found: Descriptor) -> str:
        algorithm, _, name = found.digest.partition(":")
        return os.path.join("blobs", algorithm, name)

    def _file(self, name: str, most: int) -> bytes:
        held = b""
        for piece in self._pieces(name):
            held += piece
            if len(held) > most:
                raise ReadError(f'"{name}" is too large')
        return held

    def _pieces(self, name: str) -> Iterator[bytes]:
        path = os.path.join(self.folder, name)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ReadError(f'"{name}" is not a regular file')
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise ReadError(f'"{name}" cannot be read: {(error.strerror or str(error)).lower()}') from error


def layout_at(folder: str) -> Layout:
    """Open a layout. Raises ``SourceError`` for a folder that is none, ``ReadError`` for a broken one."""
    if not os.path.isfile(os.path.join(folder, "oci-layout")):
        raise SourceError(
            f'"{folder}" is not an OCI image layout: it has no file "oci-layout"',
            hint="Write one with: cosign save, skopeo copy ... oci:FOLDER, or oras copy --to-oci-layout.",
        )
    return Layout(folder)
