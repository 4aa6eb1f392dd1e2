"""Reads what JavaScript projects ask for and have locked: package.json, locks of npm, pnpm and yarn.

Sources: npm's lockfile versions 1-3, pnpm's lockfile versions 5-9, yarn's lock version 1 and berry.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Statement
from backstamp.core.tree import Json, Tree, escaped, text_at, texts_at, tree_at
from backstamp.formats.linedyaml import lock_of
from backstamp.formats.plaintext import decoded
from backstamp.formats.yamltext import Yaml
from backstamp.formats.yarnlock import yarn_entries
from backstamp.software.facts.packages import Need, PinnedPackage
from backstamp.software.readers.pins import locked, text_of, without_credentials
from backstamp.software.readers.python_locks import json_tree

_GROUPS = (
    ("dependencies", ""), ("devDependencies", "dev"), ("optionalDependencies", "optional"),
    ("peerDependencies", "peer"),
)  # fmt: skip
_LOCAL = ("file:", "link:", "portal:", "workspace:")
_REMOTE = ("git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "http:", "https:")
_MOST_DEPTH = 50


class NpmReader:
    """States the packages of JavaScript projects."""

    name = "npm"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield a fact a package."""
        name = blob.name
        if name == "package.json":
            if "/node_modules/" not in "/" + blob.path[-1]:
                yield from _declared(json_tree(decoded(blob, 2 * MIB), budget), blob)
        elif name in ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"):
            tree = json_tree(decoded(blob, 64 * MIB), budget)
            if "packages" in tree_at(tree):
                yield from _lock(tree, blob)
            else:
                yield from _old_lock(tree, blob)
        elif name == "pnpm-lock.yaml":
            yield from _pnpm(lock_of(decoded(blob, 32 * MIB), budget), blob)
        elif name == "yarn.lock":
            text = decoded(blob, 32 * MIB)
            if "__metadata:" in text:
                yield from _berry(lock_of(text, budget), blob)
            else:
                yield from _yarn(text, blob, budget)


def _declared(tree: Json, blob: Blob) -> Iterator[Statement]:
    for key, group in _GROUPS:
        for name, value in tree_at(tree, key).items():
            if isinstance(value, str):
                place = blob.at_pointer(f"/{key}/{escaped(name)}")
                yield _wanted(
                    name, value, group, "package-json", place_of=locked(place, "package-json", name, "")
                )


def _wanted(name: str, value: str, group: str, file_kind: str, *, place_of: PinnedPackage) -> PinnedPackage:
    origin, source, revision = "registry", "", ""
    if value.startswith("npm:"):
        name, _, value = value[4:].rpartition("@")
    if value.startswith(_LOCAL):
        origin, source = "path", value
    elif value.startswith(_REMOTE) or ("/" in value and not value.startswith("@")):
        origin = "url" if value.endswith((".tgz", ".tar.gz")) else "vcs"
        source, _, revision = value.partition("#")
    version = value if origin == "registry" and is_version(value) else ""
    return msgspec.structs.replace(
        place_of,
        ecosystem="npm",
        name=shown(name),
        version=shown(version.lstrip("=v")),
        is_exact=bool(version),
        specifier="" if origin != "registry" else shown(value),
        origin=origin,
        source=without_credentials(source),
        revision=shown(revision, 100),
        group=group,
        is_direct=True,
        file_kind=file_kind,
    )


def is_version(text: str) -> bool:
    """Say whether a text is one version of semantic versioning, not a range or a tag."""
    core = text.lstrip("=v").partition("+")[0].partition("-")[0].split(".")
    return len(core) == 3 and all(part.isdigit() for part in core) and " " not in text


def _lock(tree: Json, blob: Blob) -> Iterator[Statement]:
    root = tree_at(tree, "packages", "")
    direct = {name for key, _ in _GROUPS for name in tree_at(root, key)}
    packages = tree_at(tree, "packages")
    for path, package in packages.items():
        if not isinstance(package, dict) or "node_modules/" not in path or package.get("link") is True:
            continue
        name = text_at(package, "name") or path.rpartition("node_modules/")[2]
        is_top = path == f"node_modules/{name}"
        yield locked(
            blob.at_pointer(f"/packages/{escaped(path)}"),
            "npm-lock",
            name,
            text_at(package, "version"),
            ecosystem="npm",
            hashes=texts_at(package, "integrity"),
            source=_resolved(text_at(package, "resolved")),
            group=_group(package),
            is_direct=is_top and name in direct if root else None,
            requires=_needs(package, packages, path),
        )


def _needs(package: Tree, packages: Tree, path: str) -> Iterator[Need]:
    """Find which of several installed versions a package gets: the nearest folder above it."""
    for key in ("dependencies", "optionalDependencies"):
        for name, condition in tree_at(package, key).items():
            at, version = path, ""
            for _ in range(_MOST_DEPTH):
                folder = f"{at}/node_modules/{name}" if at else f"node_modules/{name}"
                if folder in packages:
                    version = text_at(packages[folder], "version")
                    break
                if not at:
                    break
                at = at.rpartition("/node_modules/")[0] if "/node_modules/" in at else ""
            if version or key == "dependencies":
                yield Need(name=name, version=version, specifier=text_of(condition))


def _group(package: Tree) -> str:
    if package.get("dev") is True or package.get("devOptional") is True:
        return "dev"
    if package.get("optional") is True:
        return "optional"
    return "peer" if package.get("peer") is True else ""


def _resolved(url: str) -> tuple[str, str, str]:
    if url.startswith(("git+", "git:", "git@")):
        address, _, revision = url.partition("#")
        return "vcs", address, revision
    if url.startswith("file:"):
        return "path", url, ""
    return "registry", url.partition("#")[0], ""


def _old_lock(tree: Json, blob: Blob) -> Iterator[Statement]:
    """Lockfile version 1: packages inside packages, read without recursion."""
    stack: list[tuple[str, Tree]] = [("", tree_at(tree))]
    while stack:
        pointer, holder = stack.pop()
        for name, package in tree_at(holder, "dependencies").items():
            if not isinstance(package, dict):
                continue
            inner = f"{pointer}/dependencies/{escaped(name)}"
            version = text_at(package, "version")
            yield locked(
                blob.at_pointer(inner),
                "npm-lock",
                name,
                version if is_version(version) else "",
                ecosystem="npm",
                hashes=texts_at(package, "integrity"),
                source=_resolved(text_at(package, "resolved") or ("" if is_version(version) else version)),
                group=_group(package),
                requires=(
                    Need(name=n, specifier=text_of(c)) for n, c in tree_at(package, "requires").items()
                ),
            )
            if len(inner) < 4000 and tree_at(package, "dependencies"):
                stack.append((inner, package))


def _pnpm(yaml: Yaml, blob: Blob) -> Iterator[Statement]:
    direct: dict[str, str] = {}
    importers = tree_at(yaml.tree, "importers") or {".": tree_at(yaml.tree)}
    for importer in importers.values():
        for key, group in _GROUPS:
            for name, value in tree_at(importer, key).items():
                version = value if isinstance(value, str) else text_at(value, "version")
                found = f"{name}@{version.partition('(')[0]}"
                direct[found] = "" if not group or direct.get(found) == "" else group
    snapshots = tree_at(yaml.tree, "snapshots")
    needs = {key.partition("(")[0]: value for key, value in snapshots.items()}
    for key, package in tree_at(yaml.tree, "packages").items():
        name, version = pnpm_name(key)
        if not name:
            continue
        resolution = tree_at(package, "resolution")
        is_git = text_at(resolution, "type") == "git"
        source = ("registry", text_at(resolution, "tarball"), "")
        if is_git:
            source = ("vcs", text_at(resolution, "repo"), text_at(resolution, "commit"))
        found = f"{name}@{version}"
        edges = package if "dependencies" in tree_at(package) else needs.get(found, package)
        yield locked(
            blob.at_line(yaml.lines.get(f"/packages/{escaped(key)}", 1)),
            "pnpm-lock",
            name,
            version if is_version(version) else text_at(package, "version"),
            ecosystem="npm",
            hashes=texts_at(resolution, "integrity"),
            source=source,
            group=direct.get(found, "") or ("dev" if tree_at(package).get("dev") is True else ""),
            is_direct=found in direct,
            requires=(
                Need(name=n, version=text_of(v).partition("(")[0].partition("_")[0])
                for n, v in tree_at(edges, "dependencies").items()
            ),
        )


def pnpm_name(key: str) -> tuple[str, str]:
    """Take a key of a pnpm lock apart: ``/@a/b/1.0.0_x`` (5), ``/@a/b@1.0.0(x)`` (6), ``@a/b@1.0.0`` (9)."""
    plain = key.removeprefix("/").partition("(")[0]
    name, at, version = plain[1:].rpartition("@")
    if at:
        return plain[0] + name, version
    name, _, version = plain.rpartition("/")
    return name, version.partition("_")[0]


def _selector(text: str) -> tuple[str, str]:
    name, _, condition = text[1:].partition("@")
    return text[:1] + name, condition


def _yarn(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    for entry in yarn_entries(text, budget):
        name, condition = _selector(entry.selectors[0])
        if condition.startswith("npm:"):
            name = condition[4:].rpartition("@")[0] or name
        digest = entry.resolved.partition("#")[2]
        hashes = [entry.integrity] if entry.integrity else []
        if not hashes and len(digest) == 40:
            hashes = [f"sha1:{digest}"]
        yield locked(
            blob.at_line(entry.line),
            "yarn-lock",
            name,
            entry.version,
            ecosystem="npm",
            hashes=hashes,
            source=_resolved(entry.resolved),
            requires=(Need(name=n, specifier=c) for n, c in entry.needs),
        )


def _berry(yaml: Yaml, blob: Blob) -> Iterator[Statement]:
    for key, package in tree_at(yaml.tree).items():
        resolution = text_at(package, "resolution")
        if key == "__metadata" or not resolution:
            continue
        name, target = _selector(resolution)
        if target.startswith(("workspace:", "link:", "portal:")):
            continue
        is_npm = target.startswith("npm:")
        address, _, revision = target.partition("#")
        checksum = text_at(package, "checksum").rpartition("/")[2]
        yield locked(
            blob.at_line(yaml.lines.get(f"/{escaped(key)}", 1)),
            "yarn-lock",
            name,
            text_of(tree_at(package).get("version")),
            ecosystem="npm",
            hashes=[f"yarn:{checksum}"] if checksum else [],
            source=("registry", "", "") if is_npm else ("vcs", address, revision.removeprefix("commit=")),
            requires=(
                Need(name=n, specifier=text_of(c).removeprefix("npm:"))
                for n, c in tree_at(package, "dependencies").items()
            ),
        )


READER = NpmReader()
