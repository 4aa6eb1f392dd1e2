"""Reads what is said of an installed distribution: METADATA, PKG-INFO and RECORD.

Sources: the core metadata specification (PEP 241 to PEP 639), PEP 376 and PEP 427 (RECORD).
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.formats.plaintext import decoded
from backstamp.formats.requirement import normalised
from backstamp.software.facts.packages import InstalledFiles, PackageDescription
from backstamp.software.readers.pins import locked, need_of, without_credentials

_MOST_OUTSIDE = 50


class InstalledReader:
    """States what an installed distribution says of itself."""

    name = "installed"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the package with its description, or a summary of its files."""
        if blob.name not in ("METADATA", "PKG-INFO", "RECORD"):
            return
        folder = blob.path[-1].replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
        if blob.name == "RECORD":
            if folder.endswith(".dist-info"):
                yield _files(decoded(blob, 16 * MIB), folder.removesuffix(".dist-info"), blob, budget)
        elif blob.name == "PKG-INFO" or folder.endswith(".dist-info"):
            yield from _metadata(decoded(blob, 4 * MIB), blob, budget)


def _metadata(text: str, blob: Blob, budget: Budget) -> Iterator[Statement]:
    fields: dict[str, list[tuple[str, int]]] = {}
    key = ""
    for line, row in enumerate(text.split("\n"), 1):
        budget.spend_operations()
        row = row.rstrip("\r")
        if not row:
            break
        if row[0].isspace() and key:
            value, at = fields[key][-1]
            fields[key][-1] = (f"{value}\n{row.strip()}"[:8000], at)
            continue
        key, colon, value = row.partition(":")
        key = key.strip().lower()
        if not colon or len(key) > 60:
            return
        fields.setdefault(key, []).append((value.strip(), line))
    name, version = _first(fields, "name"), _first(fields, "version")
    if not name or not version or "metadata-version" not in fields:
        return
    place = blob.at_line(fields["name"][0][1])
    needs = [need for each, _ in fields.get("requires-dist", []) if (need := need_of(each)) is not None]
    yield locked(
        place,
        "installed",
        name,
        version,
        requires=(need for need in needs if "extra" not in need.marker),
    )
    yield _description(fields, blob, name, version)


def _description(
    fields: dict[str, list[tuple[str, int]]], blob: Blob, name: str, version: str
) -> PackageDescription:
    classifiers = tuple(
        shown(value.removeprefix("License ::").strip())
        for value, _ in fields.get("classifier", [])
        if value.startswith("License ::")
    )
    licence = _first(fields, "license-expression") or _first(fields, "license").partition("\n")[0]
    author = _first(fields, "author") or _first(fields, "author-email") or _first(fields, "maintainer")
    links = []
    for value, _ in fields.get("project-url", [])[:20]:
        label, _, url = (part.strip() for part in value.partition(","))
        if url.startswith(("http://", "https://")):
            links.append((shown(label, 60), without_credentials(url)))
    at = (fields.get("license-expression") or fields.get("license") or fields["name"])[0][1]
    return PackageDescription(
        place=blob.at_line(at),
        ecosystem="pypi",
        name=shown(normalised(name)),
        version=shown(version),
        license="" if is_placeholder(licence) else shown(licence),
        license_classifiers=classifiers[:10],
        author="" if is_placeholder(author) else shown(author),
        summary="" if is_placeholder(_first(fields, "summary")) else shown(_first(fields, "summary"), 400),
        home_page=without_credentials(_first(fields, "home-page")),
        links=tuple(links),
    )


def _first(fields: dict[str, list[tuple[str, int]]], key: str) -> str:
    return fields[key][0][0] if key in fields else ""


def _files(text: str, distribution: str, blob: Blob, budget: Budget) -> InstalledFiles:
    files = unhashed = 0
    outside: list[str] = []
    for row in text.splitlines():
        budget.spend_operations()
        if not row.strip():
            continue
        path, _, rest = row.rpartition(",")[0].rpartition(",")
        files += 1
        if "=" not in rest:
            unhashed += 1
        path = path.strip('"')
        if path.startswith(("..", "/")) and len(outside) < _MOST_OUTSIDE:
            outside.append(shown(path))
    return InstalledFiles(
        place=blob.whole(),
        distribution=shown(distribution),
        files=files,
        unhashed=unhashed,
        outside=tuple(outside),
    )


READER = InstalledReader()
