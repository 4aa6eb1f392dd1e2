"""Makes the manifest of a folder, and holds a folder against a manifest.

The comparison names every difference: files changed, cut, added, taken away, renamed or hidden. Files are
hashed once, several at a time.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from backstamp.attest.folder import Found, Scope, found_in, is_read_by_no_loader
from backstamp.attest.hashing import Hashed, Part, hash_parts
from backstamp.attest.manifest import (
    ALWAYS_IGNORED,
    FILES,
    SHARDS,
    UNNAMED,
    Manifest,
    Resource,
    Serialization,
    shard_ends,
    why_odd,
    why_odd_ignored,
)
from backstamp.attest.ports import DigestMemory
from backstamp.attest.reasons import Reason, reason
from backstamp.core.errors import ReadError, SourceError, UsageError
from backstamp.core.location import legible

_Parts = tuple[tuple[int, int | None, str], ...]


class Care(msgspec.Struct, frozen=True, kw_only=True):
    """How a folder is compared: where the bundle lies, paths that the user leaves out, and how to hash."""

    bundle_path: str = ""
    left_out: tuple[str, ...] = ()
    ignores_unsigned: bool = False
    jobs: int = 0
    memory: DigestMemory | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Why a folder is not what was signed, what else is worth saying, and how much was compared."""

    reasons: tuple[Reason, ...]
    notices: tuple[Reason, ...]
    files: int
    size: int


def manifest_of(target: str, serialization: Serialization, care: Care | None = None) -> Manifest:
    """Hash a model and list it in the order of code points.

    Raises ``UsageError`` for a folder that cannot be signed so that it verifies, ``SourceError`` for files
    that cannot be read and ``ReadError`` for files that change meanwhile.
    """
    care = care or Care()
    serialization = _recorded(target, serialization, care)
    scope = Scope(ignored=frozenset(serialization.ignore_paths), bundle_path=care.bundle_path)
    found = [each for each in found_in(target, scope) if _is_signed(each, serialization)]
    if not found:
        raise UsageError(
            f'"{target}" holds no file to sign', hint="A signature over nothing fits everything."
        )
    parts: list[tuple[str, Part]] = []
    for each in found:
        if serialization.method == FILES:
            parts.append((each.name, Part(each.path)))
        elif not each.size:
            raise UsageError(
                f'shards cannot list the empty file "{legible(each.name)}"', hint="Sign whole files instead."
            )
        else:
            for start, end in shard_ends(each.size, serialization.shard_size):
                parts.append((f"{each.name}:{start}:{end}", Part(each.path, start, end)))
    hashed = hash_parts([part for _, part in parts], serialization.hash_type, care.jobs, care.memory)
    for (name, _), digest in zip(parts, hashed, strict=True):
        if digest.problem:
            kind = ReadError if digest.has_changed else SourceError
            raise kind(f'cannot sign "{legible(name)}": {digest.problem}')
    names = [(name, digest.digest) for (name, _), digest in zip(parts, hashed, strict=True)]
    algorithm = serialization.algorithm
    resources = [Resource(name=n, digest=d, algorithm=algorithm) for n, d in sorted(names)]
    return Manifest(resources=tuple(resources), serialization=serialization)


def compare(manifest: Manifest, target: str, care: Care | None = None) -> Comparison:
    """Hold a folder or file against a manifest. Raises ``SourceError`` if there is no target."""
    care = care or Care()
    wanted = manifest.files()
    serialization = manifest.serialization
    scope = Scope(
        skipped=frozenset(care.left_out),
        ignored=frozenset(serialization.ignore_paths),
        bundle_path=care.bundle_path,
    )
    found = {each.name: each for each in found_in(target, scope)}
    if os.path.isfile(target) and list(wanted) == [UNNAMED]:
        wanted = dict.fromkeys(found, wanted[UNNAMED])
    reasons: list[Reason] = []
    notices: list[Reason] = []
    held: dict[str, Found] = {}
    for name, each in found.items():
        if name in wanted and not each.is_ignored:
            problem = each.problem or _link_problem(each, serialization)
            if problem:
                reasons.append(_named(problem, name))
            else:
                held[name] = each
        elif each.is_ignored:
            is_prose = not each.problem and is_read_by_no_loader(each.path, name)
            (notices if is_prose else reasons).append(
                _named("unsigned-file" if is_prose else "hidden-file", name)
            )
    met = {name for name in wanted if name in found and not found[name].is_ignored}
    missing = [name for name in wanted if name not in met]
    added = [each for name, each in found.items() if name not in wanted and not each.is_ignored]
    reasons += _differences(held, wanted, serialization.hash_type, care)
    for stranger in _strangers(added, missing, wanted, serialization, care):
        is_only_unsigned = stranger.code in ("added-file", "added-empty-file") and care.ignores_unsigned
        (notices if is_only_unsigned else reasons).append(stranger)
    size = sum(each.size for each in held.values())
    return Comparison(
        reasons=tuple(sorted(reasons)), notices=tuple(sorted(notices)), files=len(held), size=size
    )


def _recorded(target: str, serialization: Serialization, care: Care) -> Serialization:
    """Complete what the manifest will say is ignored."""
    for path in serialization.ignore_paths:
        if why := why_odd_ignored(path):
            raise UsageError(f'cannot ignore "{path}": it {why}', hint="Name paths relative to the model.")
    if serialization.method == SHARDS and serialization.hash_type == "blake3":
        raise UsageError("blake3 is not sharded", hint="It uses all cores by itself: sign whole files.")
    ignored = {path.removesuffix("/") for path in serialization.ignore_paths}
    if os.path.isdir(target):
        ignored.update(ALWAYS_IGNORED)
        if care.bundle_path:
            place = os.path.join(os.path.realpath(os.path.dirname(care.bundle_path) or "."), "")
            inside = os.path.relpath(place, os.path.realpath(target))
            base = os.path.basename(care.bundle_path)
            name = base if inside == "." else f"{inside.replace(os.sep, '/')}/{base}"
            if not inside.startswith("..") and not why_odd_ignored(name):
                ignored.add(name)
    return msgspec.structs.replace(serialization, ignore_paths=tuple(sorted(ignored)))


def _is_signed(each: Found, serialization: Serialization) -> bool:
    """Say whether something goes into the manifest. Raises for what can neither be signed nor ignored."""
    shown = legible(each.name)
    if each.is_ignored:
        if each.problem or not is_read_by_no_loader(each.path, each.name):
            raise UsageError(
                f'cannot ignore "{shown}": a loader could read it',
                hint="Who verifies would have to trust it unsigned. Sign it, or take it out of the model.",
            )
        return False
    if each.problem == "unreadable-file":
        raise SourceError(f'cannot read "{shown}"', hint="Check that you may read it, and where it leads.")
    if each.problem:
        raise UsageError(f'cannot sign "{shown}": {_SAID[each.problem]}')
    if _link_problem(each, serialization):
        raise UsageError(
            f'cannot sign "{shown}": it is a link, or lies behind one',
            hint="--allow-symlinks follows links within the folder. Links of a hub cache need no option.",
        )
    if why := why_odd(each.name):
        raise UsageError(f'cannot sign "{shown}": the name {why}', hint="Rename the file.")
    return True


def _link_problem(each: Found, serialization: Serialization) -> str:
    if each.link in ("", "hub"):
        return ""
    if not serialization.allow_symlinks:
        return "symlink"
    return "symlink-outside" if each.link == "outside" else ""


def _differences(
    held: Mapping[str, Found], wanted: Mapping[str, _Parts], algorithm: str, care: Care
) -> Iterator[Reason]:
    """Hash what is there and was signed, and name what differs; of each file once."""
    names: list[tuple[str, str]] = []
    parts: list[Part] = []
    for name, each in held.items():
        end = wanted[name][-1][1]
        if end is not None and end != each.size:
            yield reason("size-mismatch", name, f'"{name}" has {each.size:,} bytes, signed were {end:,}')
            continue
        for start, stop, digest in wanted[name]:
            names.append((name, digest))
            parts.append(Part(each.path, start, stop))
    told: set[str] = set()
    for (name, digest), made in zip(names, hash_parts(parts, algorithm, care.jobs, care.memory), strict=True):
        if name not in told and (code := _difference(digest, made)):
            told.add(name)
            yield _named(code, name)


def _difference(digest: str, made: Hashed) -> str:
    if made.has_changed:
        return "changed-while-read"
    if made.problem:
        return "unreadable-file"
    return "" if made.digest == digest else "changed-file"


def _strangers(
    added: Sequence[Found],
    missing: Sequence[str],
    wanted: Mapping[str, _Parts],
    serialization: Serialization,
    care: Care,
) -> Iterator[Reason]:
    """Name files that were added, taken away, or stand under another name."""
    sound = [each for each in added if not each.problem] if missing and serialization.method == FILES else []
    hashed = hash_parts([Part(each.path) for each in sound], serialization.hash_type, care.jobs, care.memory)
    by_digest = {made.digest: each.name for made, each in zip(hashed, sound, strict=True) if made.digest}
    renamed: set[str] = set()
    for name in missing:
        now = by_digest.get(wanted[name][0][2])
        if now is None or now in renamed:
            yield _named("missing-file", name)
            continue
        renamed.add(now)
        yield reason("renamed-file", name, f'"{name}" is there as "{now}"')
    for each in added:
        if each.name in renamed:
            continue
        if each.problem:
            yield _named(each.problem, each.name)
        elif serialization.method == SHARDS and not each.size:
            yield _named("added-empty-file", each.name)
        else:
            yield _named("added-file", each.name)


def _named(code: str, name: str) -> Reason:
    return reason(code, name, f'"{name[:200]}" {_SAID[code]}')


_SAID = {
    "added-empty-file": "is empty and was not signed: shards cannot list it",
    "added-file": "was not signed",
    "changed-file": "is not what was signed",
    "changed-while-read": "changed while it was read",
    "hidden-file": "is ignored by the manifest, and a loader could read it",
    "missing-file": "was signed and is not there",
    "special-file": "is neither a file nor a folder",
    "symlink": "is a symbolic link, or lies behind one",
    "symlink-cycle": "is a link to a folder that holds it",
    "symlink-outside": "is a link that leads out of the folder",
    "unreadable-file": "cannot be read",
    "unsigned-file": "is ignored by the manifest, and no loader reads it",
}
