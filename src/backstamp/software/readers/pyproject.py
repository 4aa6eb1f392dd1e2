"""Reads what a Python project asks for: pyproject.toml, Pipfile, and script headers (PEP 723).

Sources: PEP 621 (project), PEP 735 (dependency groups), PEP 518 (build system), poetry's own tables, PEP 723.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.reading import Statement, Unread
from backstamp.core.tree import Json, list_at, text_at, texts_at, tree_at, trees_at
from backstamp.formats.plaintext import decoded
from backstamp.formats.requirement import Requirement, exact_version, normalised
from backstamp.formats.tomltext import Toml, texts_with_lines, toml_of
from backstamp.software.facts.packages import PackageIndex, PinnedPackage
from backstamp.software.readers.pins import pinned, pinned_text, without_credentials
from backstamp.software.readers.project_words import project_told

_NAMES = ("pyproject.toml", "pipfile")
_HEADER = "# /// script"
_POETRY = "/tool/poetry"


class PyprojectReader:
    """States the packages that a project or a script asks for."""

    name = "pyproject"
    version = 1
    kinds = frozenset({"text", "python"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield a fact a dependency."""
        name = blob.name.lower()
        if name in _NAMES:
            toml = toml_of(decoded(blob, 4 * MIB), budget)
            if name == "pyproject.toml":
                yield from project_told(toml, blob)
            yield from _project(toml, blob) if name == "pyproject.toml" else _pipfile(toml, blob)
        elif name.endswith(".py") and _HEADER.encode() in bytes(blob.view[:65_536]):
            yield from _script(blob, budget)


def _project(toml: Toml, blob: Blob) -> Iterator[Statement]:
    tree = toml.tree
    yield from _texts(toml, blob, "/project/dependencies", list_at(tree, "project", "dependencies"), "")
    for extra, values in tree_at(tree, "project", "optional-dependencies").items():
        yield from _texts(toml, blob, f"/project/optional-dependencies/{extra}", values, f"extra:{extra}")
    for group, values in tree_at(tree, "dependency-groups").items():
        yield from _texts(toml, blob, f"/dependency-groups/{group}", values, group)
    build = list_at(tree, "build-system", "requires")
    yield from _texts(toml, blob, "/build-system/requires", build, "build")
    dev = list_at(tree, "tool", "uv", "dev-dependencies")
    yield from _texts(toml, blob, "/tool/uv/dev-dependencies", dev, "dev")
    for group, values in tree_at(tree, "tool", "pdm", "dev-dependencies").items():
        yield from _texts(toml, blob, f"/tool/pdm/dev-dependencies/{group}", values, group)
    for at, index in enumerate(trees_at(tree, "tool", "uv", "index")):
        yield _index(blob, toml, f"/tool/uv/index/{at}", text_at(index, "url"))
    for at, index in enumerate(trees_at(tree, "tool", "poetry", "source")):
        yield _index(blob, toml, f"{_POETRY}/source/{at}", text_at(index, "url"))
    poetry = tree_at(tree, "tool", "poetry")
    yield from _table(toml, blob, f"{_POETRY}/dependencies", tree_at(poetry, "dependencies"), "")
    yield from _table(toml, blob, f"{_POETRY}/dev-dependencies", tree_at(poetry, "dev-dependencies"), "dev")
    for group, value in tree_at(poetry, "group").items():
        pointer = f"{_POETRY}/group/{group}/dependencies"
        yield from _table(toml, blob, pointer, tree_at(value, "dependencies"), group)


def _texts(toml: Toml, blob: Blob, pointer: str, values: Json, group: str) -> Iterator[Statement]:
    for text, line in texts_with_lines(toml, pointer, values):
        fact = pinned_text(text, blob.at_line(line), "pyproject", group=group)
        if fact is None:
            yield Unread(f'pyproject: no dependency: "{shown(text, 60)}" at line {line}')
        else:
            yield fact


def _index(blob: Blob, toml: Toml, pointer: str, url: str) -> PackageIndex:
    place = blob.at_line(toml.line(pointer + "/url"))
    return PackageIndex(place=place, role="extra-index", url=without_credentials(url))


def _table(
    toml: Toml, blob: Blob, pointer: str, table: dict[str, Json], group: str, file_kind: str = "pyproject"
) -> Iterator[Statement]:
    """Yield the dependencies of poetry and pipenv: a condition, or a table, by name."""
    for name, value in table.items():
        if name == "python" and file_kind == "pyproject":
            continue
        place = blob.at_line(toml.line(f"{pointer}/{name}"))
        for each in value if isinstance(value, list) else [value]:
            yield table_entry(name, each, file_kind, group, pinned(Requirement(name=name), place, file_kind))


def table_entry(name: str, value: Json, file_kind: str, group: str, fact: PinnedPackage) -> PinnedPackage:
    """Fill a fact with what a table says: version, git, path, url, extras, markers."""
    specifier = value if isinstance(value, str) else text_at(value, "version")
    specifier = "" if specifier == "*" else specifier
    version = exact_version(specifier)
    if specifier[:1].isdigit() and "," not in specifier and "*" not in specifier and file_kind == "pyproject":
        version = specifier  # poetry: a bare version is that version
    origin, source = "registry", ""
    for key, kind in (("git", "vcs"), ("url", "url"), ("file", "path"), ("path", "path")):
        if found := text_at(value, key):
            origin, source = kind, found
    revision = next(filter(None, (text_at(value, key) for key in ("rev", "ref", "tag", "branch"))), "")
    optional = tree_at(value).get("optional") is True
    return msgspec.structs.replace(
        fact,
        name=normalised(name),
        version=shown(version),
        is_exact=bool(version),
        specifier=shown(specifier),
        extras=tuple(sorted(texts_at(value, "extras"))) if isinstance(value, dict) else (),
        marker=shown(text_at(value, "markers") or text_at(value, "python"), 500),
        origin=origin,
        source=without_credentials(source),
        revision=shown(revision, 100),
        group=group or ("optional" if optional else ""),
        is_editable=tree_at(value).get("editable") is True or tree_at(value).get("develop") is True,
        file_kind=file_kind,
    )


def _pipfile(toml: Toml, blob: Blob) -> Iterator[Statement]:
    for at, source in enumerate(trees_at(toml.tree, "source")):
        yield _index(blob, toml, f"/source/{at}", text_at(source, "url"))
    for name, table in toml.tree.items():
        if name in ("source", "requires", "scripts", "pipenv", "pipfile") or not isinstance(table, dict):
            continue
        group = {"packages": "", "dev-packages": "dev"}.get(name, name)
        yield from _table(toml, blob, f"/{name}", table, group, "pipfile")


def _script(blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Read the header of a script: TOML in comments between two marks (PEP 723)."""
    text = str(bytes(blob.view[:65_536]), "utf-8", "replace")
    rows = text.splitlines()
    start = next((at for at, row in enumerate(rows) if row.rstrip() == _HEADER), -1)
    if start < 0:
        return
    held: list[str] = []
    for row in rows[start + 1 :]:
        if row.rstrip() == "# ///" or not row.startswith("#"):
            break
        held.append(row[2:] if row.startswith("# ") else row[1:])
    else:
        return
    if not row.startswith("#"):
        return
    try:
        toml = toml_of("\n".join(held), budget)
    except ReadError as error:
        yield Unread(f"script header: {error.message}")
        return
    for found, line in texts_with_lines(toml, "/dependencies", list_at(toml.tree, "dependencies")):
        fact = pinned_text(found, blob.at_line(start + 1 + line), "script")
        if fact is not None:
            yield fact


READER = PyprojectReader()
