"""Requirements files of pip: logical lines, options, hashes over continuation lines, addresses, editables.

Source: pip's "Requirements File Format". Included files are named, never opened.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.requirement import (
    Requirement,
    from_file_name,
    normalised,
    repository_of,
    requirement_of,
)

_OPTIONS = {
    "-r": "requirement", "--requirement": "requirement", "-c": "constraint", "--constraint": "constraint",
    "-i": "index", "--index-url": "index", "--pypi-url": "index", "--extra-index-url": "extra-index",
    "-f": "find-links", "--find-links": "find-links", "--trusted-host": "trusted-host",
    "-e": "editable", "--editable": "editable",
}  # fmt: skip
_LONGEST = 100_000
VCS = ("git+", "hg+", "svn+", "bzr+")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A logical line. ``option`` is empty for a package, else what the option is for; ``value`` is its value.

    A package has a ``requirement`` or is not understood; ``origin`` is where it comes from if that is no
    index.
    """

    line: int
    option: str = ""
    value: str = ""
    requirement: Requirement | None = None
    version: str = ""
    origin: str = ""
    source: str = ""
    revision: str = ""
    hashes: tuple[str, ...] = ()
    is_editable: bool = False


def entries_of(text: str, budget: Budget) -> Iterator[Entry]:
    """Yield the entries of a requirements file."""
    for number, line in _logical(text, budget):
        if len(line) <= _LONGEST:
            yield _entry(line, number)
        else:
            yield Entry(line=number, value=line[:80])


def _logical(text: str, budget: Budget) -> Iterator[tuple[int, str]]:
    held: list[str] = []
    start = 0
    for number, raw in enumerate(text.splitlines(), 1):
        budget.spend_operations(1 + len(raw) // 32)
        line = _uncommented(raw)
        start = start if held else number
        if line.endswith("\\") and not raw.lstrip().startswith("#"):
            held.append(line[:-1])
            continue
        if raw.lstrip().startswith("#") and held:
            continue
        whole = " ".join((*held, line)).strip()
        held = []
        if whole:
            yield start, whole
    if held and (whole := " ".join(held).strip()):
        yield start, whole


def _uncommented(raw: str) -> str:
    """Cut a comment: a number sign at the start or after a space."""
    at = 0
    while (at := raw.find("#", at)) >= 0:
        if at == 0 or raw[at - 1].isspace():
            return raw[:at].rstrip()
        at += 1
    return raw.rstrip()


def _entry(line: str, number: int) -> Entry:
    if not line.startswith("-"):
        return package_of(line, number)
    name, sep, value = line.partition(" ")
    if "=" in name:
        name, sep, value = line.partition("=")
    if not sep and name[:2] in _OPTIONS and len(name) > 2 and name[1] != "-":
        name, value = name[:2], name[2:]
    option = _OPTIONS.get(name, "other")
    value = value.strip().strip("\"'")
    if option == "editable":
        return msgspec.structs.replace(package_of(value, number), is_editable=True)
    return Entry(line=number, option=option, value=value)


def package_of(line: str, number: int) -> Entry:
    """Read a package with its options: a name with versions, an address, a repository or a folder."""
    text, hashes = _without_options(line)
    requirement = requirement_of(text)
    if requirement is not None and "/" not in text.partition("@")[0].partition(";")[0]:
        if not requirement.url:
            return Entry(line=number, requirement=requirement, hashes=hashes)
        return _addressed(requirement.url, number, hashes, requirement)
    target, _, marker = text.partition(" ;")
    target = target.strip()
    if "://" in target or target.startswith(VCS):
        return _addressed(target, number, hashes, Requirement(name="", marker=marker.strip()))
    if target.startswith((".", "/")) or target.endswith((".whl", ".tar.gz", ".zip")):
        path = target.partition("[")[0]
        name, version = from_file_name(path)
        found = Requirement(name=name, marker=marker.strip()) if name else None
        return Entry(
            line=number,
            option="" if name else "path",
            value=path,
            requirement=found,
            version=version,
            origin="path",
            source=path,
            hashes=hashes,
        )
    return Entry(line=number, value=text[:80])


def _addressed(url: str, number: int, hashes: tuple[str, ...], found: Requirement) -> Entry:
    fragment = url.partition("#")[2]
    pairs = (part.partition("=") for part in fragment.split("&"))
    algorithms = ("sha256", "sha384", "sha512", "md5")
    hashes = (*hashes, *(f"{key}:{value.lower()}" for key, _, value in pairs if key in algorithms))
    if url.startswith(VCS) or url.partition("#")[0].endswith(".git"):
        source, revision, name = repository_of(url)
        origin, version = "vcs", ""
    else:
        source, revision, origin = url.partition("#")[0], "", "path" if url.startswith("file:") else "url"
        name, version = from_file_name(url)
        name = name or repository_of(url)[2] * ("egg=" in fragment)
    name = found.name or name
    requirement = msgspec.structs.replace(found, name=name, url=url) if name and normalised(name) else None
    return Entry(
        line=number,
        requirement=requirement,
        value=url[:80],
        version=version,
        origin=origin,
        source=source,
        revision=revision,
        hashes=hashes,
    )


def _without_options(line: str) -> tuple[str, tuple[str, ...]]:
    words = line.split(" --")
    hashes: list[str] = []
    for word in words[1:]:
        key, _, value = word.replace("=", " ", 1).partition(" ")
        if key == "hash" and ":" in value:
            hashes.append(value.strip().strip("\"'").lower())
    return words[0].strip(), tuple(hashes)
