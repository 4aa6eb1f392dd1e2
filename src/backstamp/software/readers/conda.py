"""Reads conda environments: environment.yml, explicit lists, conda-lock.yml, pixi.lock, conda-meta records.

A conda name is not the name of the PyPI package of the same spelling: the ecosystem is ``conda`` for all that
comes from a channel, and ``pypi`` for what pip adds. Sources: conda's documentation on environments and match
specifications; conda-lock's version 1; pixi's lock versions 4-6.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Statement
from backstamp.core.tree import Json, Tree, list_at, text_at, texts_at, tree_at, trees_at
from backstamp.formats.linedyaml import lock_of
from backstamp.formats.plaintext import decoded
from backstamp.formats.requirement import from_file_name
from backstamp.formats.requirements_txt import package_of
from backstamp.formats.yamltext import Yaml, document_of
from backstamp.software.facts.packages import Need, PackageIndex, PinnedPackage
from backstamp.software.readers.pins import locked, need_of, pinned_text, text_of, without_credentials
from backstamp.software.readers.python_locks import json_tree

_ENDS = (".conda", ".tar.bz2")


class CondaReader:
    """States the packages of conda environments."""

    name = "conda"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield a fact a package."""
        path = "/" + blob.path[-1].replace("\\", "/").lower()
        name = blob.name.lower()
        if name.endswith((".yml", ".yaml")):
            if name.startswith("conda-lock") or name.endswith((".conda-lock.yml", ".conda-lock.yaml")):
                yield from _conda_lock(lock_of(decoded(blob, 32 * MIB), budget), blob)
            elif "env" in name or "conda" in name:
                yield from _environment(decoded(blob, 2 * MIB), blob, budget)
        elif name == "pixi.lock":
            yield from _pixi(lock_of(decoded(blob, 32 * MIB), budget), blob)
        elif name.endswith((".txt", ".lock")) and b"@EXPLICIT" in bytes(blob.view[:4096]):
            yield from _explicit(decoded(blob, 8 * MIB), blob, budget)
        elif "/conda-meta/" in path and name.endswith(".json"):
            yield from _record(json_tree(decoded(blob, 16 * MIB), budget), blob)


def _environment(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    if "dependencies" not in text:
        return
    yaml = document_of(text, budget)
    for at, channel in enumerate(list_at(yaml.tree, "channels")):
        if isinstance(channel, str):
            place = blob.at_line(yaml.lines.get(f"/channels/{at}", 1))
            yield PackageIndex(place=place, role="channel", url=without_credentials(channel))
    for at, each in enumerate(list_at(yaml.tree, "dependencies")):
        pointer = f"/dependencies/{at}"
        if isinstance(each, str) and not each.startswith("-"):  # "-r requirements.txt" of MLflow's python_env
            found = _match(each, blob, yaml.lines.get(pointer, 1))
            if found is not None:
                yield found
        for index, row in enumerate(list_at(each, "pip")):
            place = blob.at_line(yaml.lines.get(f"{pointer}/pip/{index}", 1))
            if isinstance(row, str) and not row.startswith("-"):
                entry = package_of(row, 1).requirement
                fact = pinned_text(row, place, "conda-environment")
                if fact is None and entry is not None and entry.name:
                    fact = pinned_text(f"{entry.name} @ {entry.url}", place, "conda-environment")
                if fact is not None:
                    yield fact


def _match(text: str, blob: Blob, line: int) -> PinnedPackage | None:
    """Read a match specification: ``channel::name=version=build``, ``name>=1,<2``, ``name 1.2.*``."""
    channel, sep, rest = text.partition("::")
    rest = rest if sep else channel
    rest = rest.partition(" #")[0].partition("[")[0].strip()
    end = next((at for at, c in enumerate(rest) if c in " =<>!~"), len(rest))
    name, condition = rest[:end].strip().lower(), rest[end:].strip()
    if not name or (name == "python" and not condition):
        return None if not name else _conda(name, "", "", channel if sep else "", blob, line)
    version = ""
    parts = condition.lstrip("=").split("=")
    is_plain = condition[:1] in ("=", "") or condition[0].isdigit()
    if is_plain and "," not in condition and not condition.endswith("*") and len(condition) > 0:
        # One equals sign is a prefix match, unless a build is named too; two are that version.
        is_fixed = condition.startswith("==") or len(parts) > 1 or condition[0].isdigit()
        version = parts[0].split()[0] if is_fixed and parts[0] else ""
    return _conda(name, version, condition, channel if sep else "", blob, line)


def _conda(name: str, version: str, condition: str, channel: str, blob: Blob, line: int) -> PinnedPackage:
    fact = locked(
        blob.at_line(line),
        "conda-environment",
        name,
        version,
        ecosystem="conda",
        source=("channel", channel, ""),
        is_direct=True,
    )
    return msgspec.structs.replace(fact, specifier=shown(condition))


def package_file(url: str) -> tuple[str, str]:
    """Give the name and version that the file name of a conda package says: ``name-version-build.conda``."""
    file = url.partition("#")[0].rpartition("/")[2]
    for end in _ENDS:
        if file.endswith(end):
            parts = file.removesuffix(end).rsplit("-", 2)
            return (parts[0], parts[1]) if len(parts) == 3 else ("", "")
    return "", ""


def _explicit(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    for line, row in enumerate(text.splitlines(), 1):
        budget.spend_operations()
        url, _, digest = row.strip().partition("#")
        name, version = package_file(url)
        if name:
            digest = digest.removeprefix("sha256:")
            kind = {32: "md5", 64: "sha256"}.get(len(digest), "")
            yield locked(
                blob.at_line(line),
                "conda-explicit",
                name,
                version,
                ecosystem="conda",
                hashes=[f"{kind}:{digest}"] if kind else [],
                source=("channel", url.rpartition("/")[0], ""),
            )


def _digests(package: Tree) -> list[str]:
    return [f"{k}:{v}" for k in ("sha256", "md5") if (v := text_at(package, k))]


def _conda_lock(yaml: Yaml, blob: Blob) -> Iterator[Statement]:
    for at, package in enumerate(list_at(yaml.tree, "package")):
        name = text_at(package, "name")
        if not isinstance(package, dict) or not name:
            continue
        url = text_at(package, "url")
        is_pip = text_at(package, "manager") == "pip"
        category = text_at(package, "category")
        needs = (Need(name=n, specifier=text_of(s)) for n, s in tree_at(package, "dependencies").items())
        yield locked(
            blob.at_line(yaml.lines.get(f"/package/{at}", 1)),
            "conda-lock",
            name,
            text_of(package.get("version")),
            ecosystem="pypi" if is_pip else "conda",
            hashes=_digests({**package, **tree_at(package, "hash")}),
            source=("registry", "", "") if is_pip else ("channel", url.rpartition("/")[0], ""),
            group="" if category in ("", "main") else category,
            marker=text_at(package, "platform"),
            requires=(need for need in needs if not need.name.startswith("__")),
        )


def _pixi(yaml: Yaml, blob: Blob) -> Iterator[Statement]:
    for at, package in enumerate(trees_at(yaml.tree, "packages")):
        line = yaml.lines.get(f"/packages/{at}", 1)
        is_pip = "pypi" in package or text_at(package, "kind") == "pypi"
        url = text_at(package, "pypi" if is_pip else "conda") or text_at(package, "url")
        named, version = from_file_name(url) if is_pip else package_file(url)
        name = text_at(package, "name") or named
        if not name:
            continue
        needs = texts_at(package, "requires_dist") if is_pip else texts_at(package, "depends")
        source = ("registry", "", "") if is_pip else ("channel", url.rpartition("/")[0], "")
        if is_pip and "://" not in url:
            source = ("path", url, "")
        elif url.startswith("git+"):
            source = ("vcs", url.partition("#")[0].removeprefix("git+"), url.partition("#")[2])
        yield locked(
            blob.at_line(line),
            "pixi-lock",
            name,
            text_of(package.get("version")) or version,
            ecosystem="pypi" if is_pip else "conda",
            hashes=_digests(package),
            source=source,
            is_editable=package.get("editable") is True,
            requires=filter(None, map(need_of, needs)) if is_pip else _conda_needs(needs),
        )


def _conda_needs(texts: list[str]) -> Iterator[Need]:
    for text in texts:
        name, _, condition = text.partition(" ")
        if name and not name.startswith("__"):
            yield Need(name=name, specifier=condition)


def _record(tree: Json, blob: Blob) -> Iterator[Statement]:
    """Read what conda notes of an installed package."""
    name = text_at(tree, "name")
    if not name or not text_at(tree, "version"):
        return
    yield locked(
        blob.at_pointer("/name"),
        "conda-installed",
        name,
        text_at(tree, "version"),
        ecosystem="conda",
        hashes=_digests(tree_at(tree)),
        source=("channel", text_at(tree, "channel"), ""),
        requires=_conda_needs(texts_at(tree, "depends")),
    )


READER = CondaReader()
