"""Makes facts about packages out of what formats say: names, versions, addresses without credentials."""

from collections.abc import Iterable

from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.secrets import masked
from backstamp.core.tree import Json, text_at
from backstamp.formats.requirement import (
    Requirement,
    exact_version,
    from_file_name,
    normalised,
    repository_of,
    requirement_of,
)
from backstamp.software.facts.packages import Need, PinnedPackage

VCS = ("git+", "hg+", "svn+", "bzr+")
_DEVELOPMENT = frozenset(
    "dev develop development devel test tests testing lint linting linters docs doc documentation ci typing "
    "types "
    "mypy bench benchmark benchmarks style format formatting pre-commit precommit coverage nox tox local "
    "dev-dependencies quality qa typecheck examples ruff pytest".split()
)


def without_credentials(url: str) -> str:
    """Cut the user, password and query of an address, and mask what still looks like a secret."""
    scheme, sep, rest = url.partition("://")
    if not sep:
        return shown(masked(url), 500)
    host, slash, path = rest.partition("/")
    return shown(masked(f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"), 500)


def is_development(group: str) -> bool:
    """Say whether a group is for people who work on the project, not for those who run it."""
    words = normalised(group).replace("extra:", "").split("-")
    return group == "build" or not _DEVELOPMENT.isdisjoint({*words, normalised(group)})


def group_of(file: str) -> str:
    """Name the group that a requirements file is for by its name: ``requirements-dev.txt``."""
    stem = file.lower().rpartition(".")[0]
    words = normalised(stem).split("-")
    return next((word for word in words if word in _DEVELOPMENT), "")


def pinned(
    requirement: Requirement,
    place: Location,
    file_kind: str,
    *,
    group: str = "",
    is_direct: bool | None = True,
    hashes: tuple[str, ...] = (),
) -> PinnedPackage:
    """Make a fact of a dependency as PEP 508 writes it."""
    version = exact_version(requirement.specifier)
    origin, source, revision = "registry", "", ""
    if requirement.url:
        origin, source, revision = addressed(requirement.url)
        version = from_file_name(requirement.url)[1] if origin != "vcs" else ""
    return PinnedPackage(
        place=place,
        ecosystem="pypi",
        name=shown(normalised(requirement.name)),
        written=shown(requirement.name),
        version=shown(version),
        is_exact=bool(version),
        specifier=shown(requirement.specifier),
        extras=requirement.extras[:50],
        marker=shown(requirement.marker, 500),
        hashes=hashes[:200],
        origin=origin,
        source=source,
        revision=revision,
        group=shown(group),
        is_direct=is_direct,
        file_kind=file_kind,
    )


def addressed(url: str) -> tuple[str, str, str]:
    """Say what kind of origin an address is, the address without credentials, and its commit or tag."""
    if url.startswith(VCS) or url.partition("#")[0].endswith(".git"):
        address, revision, _ = repository_of(url)
        return "vcs", without_credentials(address), shown(revision, 100)
    is_path = url.startswith(("file:", ".", "/"))
    return ("path" if is_path else "url"), without_credentials(url.partition("#")[0]), ""


def pinned_text(
    text: str, place: Location, file_kind: str, *, group: str = "", is_direct: bool | None = True
) -> PinnedPackage | None:
    """Make a fact of the text of a dependency; ``None`` if it is none."""
    requirement = requirement_of(text)
    if requirement is None:
        return None
    return pinned(requirement, place, file_kind, group=group, is_direct=is_direct)


def locked(
    place: Location,
    file_kind: str,
    name: str,
    version: str,
    *,
    ecosystem: str = "pypi",
    hashes: Iterable[str] = (),
    source: tuple[str, str, str] = ("registry", "", ""),
    group: str = "",
    is_direct: bool | None = None,
    marker: str = "",
    extras: tuple[str, ...] = (),
    requires: Iterable[Need] = (),
    is_editable: bool = False,
) -> PinnedPackage:
    """Make a fact of a package that a lock file fixes. ``source``: origin, address, revision."""
    origin, address, revision = source
    return PinnedPackage(
        place=place,
        ecosystem=ecosystem,
        name=shown(normalised(name) if ecosystem == "pypi" else name),
        written=shown(name),
        version=shown(version),
        is_exact=bool(version),
        specifier="",
        extras=extras[:50],
        marker=shown(marker, 500),
        hashes=tuple(dict.fromkeys(h.lower() if "-" not in h[:7] else h for h in hashes))[:200],
        origin=origin,
        source=without_credentials(address),
        revision=shown(revision, 100),
        group=shown(group),
        is_direct=is_direct,
        is_editable=is_editable,
        file_kind=file_kind,
        requires=tuple(requires)[:500],
    )


def need_of(text: str) -> Need | None:
    """Make a need of the text of a dependency."""
    found = requirement_of(text)
    if found is None:
        return None
    return Need(name=normalised(found.name), specifier=found.specifier, marker=shown(found.marker, 500))


def text_of(value: Json) -> str:
    """Give a text as it is, a number as text (``version: 1.0``), and nothing for the rest."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def hash_at(tree: Json, *keys: str) -> list[str]:
    """List the hash at a path of keys, if one stands there."""
    found = text_at(tree, *keys)
    return [found] if found else []
