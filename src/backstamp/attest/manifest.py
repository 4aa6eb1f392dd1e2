"""Manifests of OpenSSF Model Signing v1.0: the files of a model, or their shards, with their digests.

Source: ossf/model-signing-spec v1.0, sections 5 and 6. What is read here is held against these rules; all
breaches are named:

1. At least one resource; names once each, in the order of code points, or in the order in which model-signing
   sorts (by the parts of the path, shards by number).
2. A name is relative, in its shortest form, and stays in the folder; none is both a file and a folder.
3. Digests have the length of ``hash_type``, which all resources share.
4. The shards of a file follow one another from byte 0 without gap or overlap; all but the last have the size
   of ``shard_size``.
5. Ignored paths are plain paths below the folder, and no listed file lies below one.
"""

from collections.abc import Container, Iterator, Sequence
from hashlib import sha256

import msgspec

from backstamp.attest.hashing import HEX_DIGITS
from backstamp.attest.reasons import Reason, reason
from backstamp.core.tree import Json, Tree

FILES, SHARDS = "files", "shards"
UNNAMED = "."  # the name that model-signing 1.x gives to a model of a single file
ALWAYS_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
_HEX = frozenset("0123456789abcdef")
_DIGITS = frozenset("0123456789")
_PARAMETERS = frozenset({"method", "hash_type", "shard_size", "allow_symlinks", "ignore_paths"})
_LONGEST_NAME = 4096
# Characters that turn the direction of text, or are never seen: names would look the same (CVE-2021-42574).
# The joiners U+200C and U+200D are part of words and of emoji.
_UNSEEN = frozenset(map(chr, (*range(0x20), 0x7F, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F))))
_UNSEEN |= frozenset(map(chr, (*range(0x2066, 0x206A), 0xFEFF)))


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or the shard of one, with its digest."""

    name: str
    digest: str
    algorithm: str


class Serialization(msgspec.Struct, frozen=True, kw_only=True):
    """How the files of a folder became resources. ``shard_size`` is 0 where whole files are hashed."""

    method: str = FILES
    hash_type: str = "sha256"
    shard_size: int = 0
    allow_symlinks: bool = False
    ignore_paths: tuple[str, ...] = ()

    @property
    def algorithm(self) -> str:
        """Name the algorithm of resources, as model-signing names it."""
        return f"{self.hash_type}-sharded-{self.shard_size}" if self.shard_size else self.hash_type

    def as_tree(self) -> Tree:
        """Write the parameters as their JSON tree."""
        tree: Tree = {
            "method": self.method,
            "hash_type": self.hash_type,
            "allow_symlinks": self.allow_symlinks,
        }
        if self.shard_size:
            tree["shard_size"] = self.shard_size
        if self.ignore_paths:
            tree["ignore_paths"] = [*self.ignore_paths]
        return tree


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The resources of a model in their order."""

    resources: tuple[Resource, ...]
    serialization: Serialization = Serialization()

    @property
    def root_digest(self) -> str:
        """The digest of the model: SHA-256 over the digests of all resources."""
        return root_of(self.resources)

    def as_predicate(self) -> Tree:
        """Write the manifest as the predicate of a statement."""
        resources: list[Json] = [
            {"name": each.name, "algorithm": each.algorithm, "digest": each.digest} for each in self.resources
        ]
        return {"resources": resources, "serialization": self.serialization.as_tree()}

    def files(self) -> dict[str, tuple[tuple[int, int | None, str], ...]]:
        """Group the resources by file: start, end and digest of each part; a whole file has no end."""
        found: dict[str, list[tuple[int, int | None, str]]] = {}
        for each in self.resources:
            name, start, end = each.name, 0, None
            if self.serialization.method == SHARDS:
                name, start, end = shard_of(each.name) or (each.name, 0, 0)
            found.setdefault(name, []).append((start, end, each.digest))
        return {name: tuple(sorted(parts, key=lambda part: part[0])) for name, parts in found.items()}


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What became of reading a predicate: a manifest if it could be read, and all that is wrong with it."""

    manifest: Manifest | None = None
    reasons: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


def root_of(resources: Sequence[Resource]) -> str:
    """Compute the digest of a model from its resources, in their order."""
    made = sha256()
    for each in resources:
        made.update(bytes.fromhex(each.digest))
    return made.hexdigest()


def manifest_from(predicate: Tree) -> Read:
    """Read a predicate, and name all that is wrong with it."""
    wrong: list[Reason] = []
    serialization = _serialization(predicate.get("serialization"), wrong)
    resources = _resources(predicate.get("resources"), wrong)
    notices: tuple[Reason, ...] = tuple(
        reason("unknown-field", each, f'the manifest holds a field "{each[:80]}" that is not known')
        for each in sorted(set(predicate) - {"resources", "serialization"})
    )
    if serialization is None or resources is None:
        return Read(reasons=tuple(wrong), notices=notices)
    manifest = Manifest(resources=resources, serialization=serialization)
    if set(manifest.files()) == {UNNAMED}:
        notices = (*notices, reason("unnamed-file"))
    wrong += _breaches(manifest)
    return Read(manifest=manifest, reasons=tuple(wrong), notices=notices)


def shard_of(name: str) -> tuple[str, int, int] | None:
    """Split the name of a shard into file, start and end; ``None`` if it is none."""
    file, *ends = name.rsplit(":", 2)
    if len(ends) != 2 or not file:
        return None
    for each in ends:
        if not each or not _DIGITS.issuperset(each) or len(each) > 19 or (each[0] == "0" and each != "0"):
            return None
    return file, int(ends[0]), int(ends[1])


def shard_ends(size: int, shard_size: int) -> Iterator[tuple[int, int]]:
    """Cut a file into shards: start and end of each. An empty file has none."""
    for start in range(0, size, shard_size):
        yield start, min(start + shard_size, size)


def is_below(name: str, paths: Container[str]) -> bool:
    """Say whether a name is one of the paths, or lies below one."""
    at = name.find("/")
    while at >= 0:
        if name[:at] in paths:
            return True
        at = name.find("/", at + 1)
    return name in paths


def why_odd(name: str) -> str:
    """Say what is odd about a name; empty if it is a plain relative path."""
    if not name or len(name) > _LONGEST_NAME:
        return "is empty or too long"
    if not _UNSEEN.isdisjoint(name):
        return "holds characters that cannot be seen"
    if name.startswith("/") or (name[1:3] in (":/", ":\\") and name[0].isascii() and name[0].isalpha()):
        return "is absolute"
    if "\\" in name:
        return "holds a backslash"
    if not {"", ".", ".."}.isdisjoint(name.split("/")):
        return "leaves the folder, or is not in its shortest form"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode"
    return ""


def why_odd_ignored(path: str) -> str:
    """Say what is odd about an ignored path; empty if it is a plain relative path."""
    if not frozenset("*?[").isdisjoint(path):
        return "is a pattern"
    return why_odd(path.removesuffix("/"))


def _serialization(tree: Json, wrong: list[Reason]) -> Serialization | None:
    if not isinstance(tree, dict):
        wrong.append(reason("malformed-manifest", "serialization", 'the manifest has no "serialization"'))
        return None
    before = len(wrong)
    method, hash_type, links = (tree.get(each) for each in ("method", "hash_type", "allow_symlinks"))
    if unknown := sorted(set(tree) - _PARAMETERS):
        text = f'"{unknown[0][:80]}" is not a parameter of serialization'
        wrong.append(reason("malformed-manifest", "serialization", text))
    if method not in (FILES, SHARDS):
        wrong.append(reason("unsupported-method", "serialization", f'"{_short(method)}" is not a method'))
    if not isinstance(hash_type, str) or hash_type not in HEX_DIGITS:
        wrong.append(reason("unsupported-hash", "serialization", f'"{_short(hash_type)}" is not a hash'))
    if not isinstance(links, bool):
        wrong.append(reason("malformed-manifest", "serialization", '"allow_symlinks" is not true or false'))
    size = _shard_size(tree, method, wrong)
    ignored = _ignored(tree.get("ignore_paths"), wrong)
    if len(wrong) > before:
        return None
    return Serialization(
        method=str(method),
        hash_type=str(hash_type),
        shard_size=size,
        allow_symlinks=links is True,
        ignore_paths=ignored,
    )


def _shard_size(tree: Tree, method: Json, wrong: list[Reason]) -> int:
    size = tree.get("shard_size")
    if method != SHARDS:
        if method == FILES and size is not None:
            text = '"shard_size" stands beside the method "files"'
            wrong.append(reason("malformed-manifest", "serialization", text))
        return 0
    # model-signing 1.x writes numbers as protobuf does: 4096.0.
    if isinstance(size, float) and size.is_integer():
        size = int(size)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size < 2**63:
        wrong.append(reason("malformed-manifest", "serialization", '"shard_size" is no positive number'))
        return 0
    return size


def _ignored(listed: Json, wrong: list[Reason]) -> tuple[str, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, list):
        wrong.append(reason("malformed-manifest", "serialization", '"ignore_paths" is no list'))
        return ()
    paths = []
    for each in listed:
        if not isinstance(each, str):
            wrong.append(
                reason("malformed-manifest", "serialization", '"ignore_paths" holds what is no text')
            )
        elif why := why_odd_ignored(each):
            wrong.append(reason("odd-ignore-path", each, f'the ignored path "{each[:200]}" {why}'))
        else:
            paths.append(each.removesuffix("/"))
    return tuple(paths)


def _resources(listed: Json, wrong: list[Reason]) -> tuple[Resource, ...] | None:
    if not isinstance(listed, list):
        wrong.append(reason("malformed-manifest", "resources", 'the manifest has no list "resources"'))
        return None
    if not listed:
        wrong.append(reason("no-resources"))
        return None
    made = []
    for at, each in enumerate(listed):
        values = [each.get(key) for key in ("name", "digest", "algorithm")] if isinstance(each, dict) else []
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != 3:
            text = f"resource {at} lacks its name, digest or algorithm"
            wrong.append(reason("malformed-manifest", "resources", text))
            return None
        made.append(Resource(name=texts[0], digest=texts[1], algorithm=texts[2]))
    return tuple(made)


def _breaches(manifest: Manifest) -> Iterator[Reason]:
    serialization = manifest.serialization
    shards = serialization.method == SHARDS
    digits = HEX_DIGITS[serialization.hash_type]
    algorithms = {serialization.hash_type, serialization.algorithm}
    is_unnamed = set(manifest.files()) == {UNNAMED}
    for each in manifest.resources:
        shown = each.name[:200]
        shard = shard_of(each.name) if shards else None
        if shards and shard is None:
            yield reason("malformed-manifest", shown, f'"{shown}" is not the name of a shard')
        name = shard[0] if shard else each.name
        if not is_unnamed and (why := why_odd(name)):
            yield reason("odd-name", shown, f'the name "{shown}" {why}')
        if each.algorithm not in algorithms:
            text = f'"{shown}" is hashed with "{each.algorithm[:40]}", not "{serialization.hash_type}"'
            yield reason("mixed-algorithms", shown, text)
        if len(each.digest) != digits or not _HEX.issuperset(each.digest):
            yield reason("malformed-digest", shown, f'the digest of "{shown}" is none of {digits} digits')
    yield from _disorder(manifest)
    files = manifest.files()
    yield from _clashes(list(files), serialization)
    if shards:
        for name, parts in files.items():
            yield from _cuts(name, parts, serialization.shard_size)


def _disorder(manifest: Manifest) -> Iterator[Reason]:
    names = [each.name for each in manifest.resources]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield reason("repeated-name", name[:200], f'"{name[:200]}" is listed twice')
        seen.add(name)
    ordered = sorted(seen)
    by_parts = sorted(seen, key=_by_shards if manifest.serialization.shard_size else _by_parts)
    if list(dict.fromkeys(names)) not in (ordered, by_parts):
        place = next((a for a, b in zip(names, ordered, strict=False) if a != b), "")
        yield reason("unsorted-resources", place[:200], f'the files are not in order from "{place[:200]}" on')


def _by_parts(name: str) -> list[str]:
    return name.split("/")


def _by_shards(name: str) -> tuple[list[str], int, int]:
    file, start, end = shard_of(name) or (name, 0, 0)
    return file.split("/"), start, end


def _clashes(names: Sequence[str], serialization: Serialization) -> Iterator[Reason]:
    known, ignored = frozenset(names), frozenset(serialization.ignore_paths)
    for name in names:
        folder = name.rpartition("/")[0]
        if folder and is_below(folder, known):
            yield reason("clashing-names", name[:200], f'"{name[:200]}" lies below a file')
        if is_below(name, ignored):
            yield reason("ignored-resource", name[:200], f'"{name[:200]}" is listed and ignored')


def _cuts(name: str, parts: Sequence[tuple[int, int | None, str]], shard_size: int) -> Iterator[Reason]:
    """Name what is wrong with the shards of a file: the last of them may be short."""
    expected, shown = 0, name[:200]
    for at, (start, end, _) in enumerate(parts):
        length = (end or 0) - start
        is_last = at == len(parts) - 1
        if start > expected:
            yield reason("shard-gap", shown, f'the shards of "{shown}" leave out bytes {expected} to {start}')
        elif start < expected:
            yield reason("shard-overlap", shown, f'the shards of "{shown}" overlap at byte {start}')
        is_empty_file = len(parts) == 1 and start == 0 and end == 0
        if not (length == shard_size or (is_last and 0 < length <= shard_size) or is_empty_file):
            yield reason("shard-size", shown, f'a shard of "{shown}" has {length} bytes, not {shard_size}')
        expected = end or 0


def _short(value: Json) -> str:
    return str(value)[:80]
