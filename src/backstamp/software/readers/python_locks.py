"""Reads lock files: pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock, and Cargo.lock.

Sources: PEP 751 (pylock), uv's and poetry's lock versions 1-2, pdm's version 4, pipenv's specification 6.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Statement
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, texts_at, tree_at, trees_at
from backstamp.formats.json_text import is_too_rich
from backstamp.formats.plaintext import decoded
from backstamp.formats.requirement import from_file_name, normalised
from backstamp.formats.tomltext import MOST_BYTES, Toml, toml_of
from backstamp.software.facts.packages import Need, PackageIndex
from backstamp.software.readers.pins import hash_at, locked, need_of, text_of, without_credentials

_TOML = {
    "uv.lock": "uv-lock", "poetry.lock": "poetry-lock", "pdm.lock": "pdm-lock", "cargo.lock": "cargo-lock",
}  # fmt: skip


class PythonLocksReader:
    """States the packages that a lock file fixes."""

    name = "python-locks"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield a fact a package."""
        name = blob.name.lower()
        if name == "pipfile.lock":
            yield from _pipfile(json_tree(decoded(blob, MOST_BYTES), budget), blob)
            return
        kind = _TOML.get(name, "")
        if not kind and (name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml"))):
            kind = "pylock"
        if not kind:
            return
        toml = toml_of(decoded(blob, MOST_BYTES), budget)
        yield from _packages(toml, blob, kind)


def json_tree(text: str, budget: Budget, most: int = 64 * MIB) -> Json:
    """Parse JSON within bounds. Raises ``ReadError``."""
    import json

    if len(text) > most or is_too_rich(text.encode("utf-8", "replace")):
        raise ReadError("JSON of too many values to be read")
    budget.spend_operations(len(text) // 16)
    try:
        tree: Json = json.loads(text)
    except RecursionError as error:
        raise ReadError("JSON nested too deep") from error
    except ValueError as error:
        raise ReadError(f"not valid JSON: {error}") from error
    return tree


def _packages(toml: Toml, blob: Blob, kind: str) -> Iterator[Statement]:
    key = "packages" if kind == "pylock" else "package"
    direct, groups = _uv_roots(toml.tree) if kind == "uv-lock" else (frozenset(), {})
    for at, package in enumerate(list_at(toml.tree, key)):
        if not isinstance(package, dict) or not text_at(package, "name"):
            continue
        name = text_at(package, "name")
        source = _source(package, kind)
        if source[0] == "self":
            continue
        hashes = dict.fromkeys(_hashes(package))
        if kind in ("poetry-lock", "pdm-lock"):
            # Poetry before 1.3 and pdm before 2.8 keep the files of all packages in a table of its own.
            files = tree_at(toml.tree, "metadata", "files").get(name)
            hashes.update(dict.fromkeys(_hashes({"files": files})))
        is_direct = (normalised(name) in direct) if direct else None
        yield locked(
            blob.at_line(toml.line(f"/{key}/{at}/name")),
            kind,
            name,
            text_of(package.get("version")),
            ecosystem="cargo" if kind == "cargo-lock" else "pypi",
            hashes=hashes,
            source=source,
            group=_group(package, kind) or groups.get(normalised(name), ""),
            is_direct=is_direct,
            marker=text_at(package, "marker") or text_at(package, "markers"),
            extras=tuple(sorted(texts_at(package, "extras"))) if kind == "pdm-lock" else (),
            requires=_needs(package, kind),
            is_editable=bool(text_at(package, "source", "editable"))
            or tree_at(package, "directory").get("editable") is True,
        )


def _source(package: Tree, kind: str) -> tuple[str, str, str]:
    """Say where a package comes from; ``self`` for the project that the lock is of."""
    if kind == "uv-lock":
        return _uv_source(package)
    if kind == "cargo-lock":
        text = text_at(package, "source")
        if not text:
            return "self", "", ""
        scheme, _, address = text.partition("+")
        url, _, revision = address.partition("#")
        return ("vcs" if scheme == "git" else "registry"), url, revision
    if kind == "pylock":
        for key, origin in (("vcs", "vcs"), ("directory", "path"), ("archive", "url")):
            if found := tree_at(package, key):
                address = text_at(found, "url") or text_at(found, "path")
                return origin, address, text_at(found, "commit-id")
        return "registry", text_at(package, "index"), ""
    if kind == "pdm-lock":
        for key, origin in (("git", "vcs"), ("url", "url"), ("path", "path")):
            if text := text_at(package, key):
                return origin, text, text_at(package, "revision")
        return "registry", "", ""
    found = tree_at(package, "source")
    url, revision = text_at(found, "url"), text_at(found, "resolved_reference") or text_at(found, "reference")
    match text_at(found, "type"):
        case "git":
            return "vcs", url, revision
        case "url":
            return "url", url, ""
        case "directory" | "file":
            return "path", url, ""
    return "registry", url, ""


def _uv_source(package: Tree) -> tuple[str, str, str]:
    source = tree_at(package, "source")
    if text_at(source, "virtual") or text_at(source, "editable") in (".", "./"):
        return "self", "", ""
    if git := text_at(source, "git"):
        address, _, revision = git.partition("#")
        return "vcs", address, revision or text_at(source, "rev")
    for key, origin in (("url", "url"), ("path", "path"), ("editable", "path"), ("directory", "path")):
        if text := text_at(source, key):
            return origin, text, ""
    return "registry", text_at(source, "registry"), ""


def _uv_roots(tree: Tree) -> tuple[frozenset[str], dict[str, str]]:
    """Name what the project itself asks for, and the groups of what it only asks for there."""
    direct: set[str] = set()
    groups: dict[str, str] = {}
    plain: set[str] = set()
    for package in trees_at(tree, "package"):
        if _uv_source(package)[0] != "self":
            continue
        plain.update(text_at(each, "name") for each in trees_at(package, "dependencies"))
        for prefix, key in (("extra:", "optional-dependencies"), ("", "dev-dependencies")):
            for group, members in tree_at(package, key).items():
                for each in trees_at({"members": members}, "members"):
                    groups.setdefault(text_at(each, "name"), prefix + group)
    direct = plain | groups.keys()
    return frozenset(direct), {name: group for name, group in groups.items() if name not in plain}


def _group(package: Tree, kind: str) -> str:
    if kind == "poetry-lock":
        groups = texts_at(package, "groups")
        if groups and "main" not in groups:
            return groups[0]
        if text_at(package, "category") not in ("", "main"):
            return text_at(package, "category")
        return "optional" if package.get("optional") is True else ""
    if kind == "pdm-lock":
        groups = texts_at(package, "groups")
        return "" if not groups or "default" in groups else groups[0]
    return ""


def _hashes(package: Tree) -> Iterator[str]:
    if checksum := text_at(package, "checksum"):
        yield f"sha256:{checksum}"
    for key in ("wheels", "files"):
        for each in trees_at(package, key):
            yield from hash_at(each, "hash")
            yield from (f"{name}:{value}" for name, value in tree_at(each, "hashes").items() if value)
    for key in ("sdist", "archive"):
        found = tree_at(package, key)
        yield from hash_at(found, "hash")
        yield from (f"{name}:{value}" for name, value in tree_at(found, "hashes").items() if value)


def _needs(package: Tree, kind: str) -> Iterator[Need]:
    if kind == "pdm-lock":
        yield from filter(None, map(need_of, texts_at(package, "dependencies")))
    elif kind == "cargo-lock":
        for text in texts_at(package, "dependencies"):
            name, _, version = text.partition(" ")
            yield Need(name=name, version=version.partition(" ")[0])
    elif kind == "poetry-lock":
        for name, value in tree_at(package, "dependencies").items():
            condition = value if isinstance(value, str) else text_at(value, "version")
            is_optional = tree_at(value).get("optional") is True
            marker = text_at(value, "markers") or ("optional" if is_optional else "")
            yield Need(name=normalised(name), specifier=condition, marker=marker)
    else:
        for each in trees_at(package, "dependencies"):
            if name := text_at(each, "name"):
                version, marker = text_at(each, "version"), text_at(each, "marker")
                yield Need(name=normalised(name), version=version, marker=marker)


def _pipfile(tree: Json, blob: Blob) -> Iterator[Statement]:
    for at, index in enumerate(trees_at(tree, "_meta", "sources")):
        place = blob.at_pointer(f"/_meta/sources/{at}")
        yield PackageIndex(place=place, role="index", url=without_credentials(text_at(index, "url")))
    for key, table in tree_at(tree).items():
        if key == "_meta" or not isinstance(table, dict):
            continue
        group = {"default": "", "develop": "dev"}.get(key, key)
        for name, value in table.items():
            git, file = text_at(value, "git"), text_at(value, "file") or text_at(value, "path")
            source = ("registry", "", "")
            if git:
                source = ("vcs", git, text_at(value, "ref"))
            elif file:
                source = ("url" if "://" in file else "path", file, "")
            yield locked(
                blob.at_pointer(f"/{escaped(key)}/{escaped(name)}"),
                "pipfile-lock",
                name,
                text_at(value, "version").removeprefix("==") or from_file_name(file)[1],
                hashes=texts_at(value, "hashes"),
                source=source,
                group=group,
                marker=text_at(value, "markers"),
                extras=tuple(sorted(texts_at(value, "extras"))),
                is_editable=tree_at(value).get("editable") is True,
            )


READER = PythonLocksReader()
