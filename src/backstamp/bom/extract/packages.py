"""Turns facts about packages into libraries of the supply graph.

1. The key of a library is ``ecosystem:name``; where the target holds several versions of it, each is a part
   of
   its own: ``ecosystem:name@version``.
2. What asks for a range means the versions that files of the same folder fix; else it stays a part without
   one.
3. A version is stated only where exactly one is meant; a range is stated as a range.
"""

from collections.abc import Iterable, Iterator

from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Linked, Method, Part, Relation, Stated, Teller, Trait
from backstamp.software.facts.packages import Need, PackageDescription, PinnedPackage
from backstamp.software.readers.pins import is_development

_LOCKED = Teller("packages/1", Method.DECLARED, 0.95)
_WANTED = Teller("packages/1", Method.DECLARED, 0.9)
_INSTALLED = ("installed", "conda-installed")
_Name = tuple[str, str]  # ecosystem and name


def statements_of(facts: Iterable[Fact]) -> Iterator[Stated | Linked]:
    """Yield what facts about packages say of libraries, in the order of the facts."""
    held = list(facts)
    packages = [fact for fact in held if isinstance(fact, PinnedPackage)]
    names = _Names(packages)
    for fact in held:
        if isinstance(fact, PinnedPackage):
            yield from _package(fact, names)
        elif isinstance(fact, PackageDescription):
            yield from _description(fact, names)


class _Names:
    """Knows which versions of a package there are, and gives parts their keys."""

    def __init__(self, packages: list[PinnedPackage]) -> None:
        self.versions: dict[_Name, dict[str, None]] = {}
        self.nearby: dict[tuple[str, _Name], dict[str, None]] = {}
        self.known: set[_Name] = set()
        for fact in packages:
            name = (fact.ecosystem, fact.name)
            self.known.add(name)
            if fact.version:
                self.versions.setdefault(name, {})[fact.version] = None
                self.nearby.setdefault((_folder(fact), name), {})[fact.version] = None

    def parts(self, fact: PinnedPackage) -> list[Part]:
        """Give the parts that a fact speaks of."""
        name = (fact.ecosystem, fact.name)
        if fact.version:
            return [self.part(name, fact.version)]
        versions = self.nearby.get((_folder(fact), name), {})
        return [self.part(name, version) for version in versions] or [self.part(name, "")]

    def part(self, name: _Name, version: str) -> Part:
        """Give the part of a version; of the only one, if none is given."""
        key = ":".join(name)
        several = len(self.versions.get(name, ())) > 1
        return Part(Kind.LIBRARY, f"{key}@{version}" if several and version else key)

    def needed(self, ecosystem: str, need: Need, folder: str) -> Part | None:
        """Give the part that a package requires; ``None`` if it depends on conditions and is not there."""
        name = (ecosystem, need.name)
        if name not in self.known:
            return None if need.marker else self.part(name, "")
        versions = self.nearby.get((folder, name), {})
        version = need.version if need.version in versions else next(iter(versions), "")
        return self.part(name, version)


def _folder(fact: PinnedPackage) -> str:
    path = fact.place.path[-1].replace("\\", "/")
    folder = path.rpartition("/")[0]
    # All distributions of one environment lie side by side.
    is_own = folder.endswith((".dist-info", ".egg-info"))
    return folder.rpartition("/")[0] if is_own else folder


def _package(fact: PinnedPackage, names: _Names) -> Iterator[Stated | Linked]:
    tell = _LOCKED if fact.version else _WANTED
    for part in names.parts(fact):
        yield tell.links(
            fact.place,
            Part(Kind.SYSTEM),
            Relation.DEPENDS_ON,
            part,
            manner=_manner(fact),
            revision=fact.version or fact.revision,
        )
        yield tell.says(fact.place, part, Trait.NAME, fact.written)
        if fact.version:
            yield tell.says(fact.place, part, Trait.VERSION, fact.version)
        elif fact.specifier:
            yield tell.says(fact.place, part, Trait.RANGE, fact.specifier)
        if fact.revision:
            yield tell.says(fact.place, part, Trait.REVISION, fact.revision)
        yield from _digests(fact, part, tell)
        if fact.source and fact.origin in ("url", "vcs"):
            yield tell.says(
                fact.place, part, Trait.LINK, fact.source, name="vcs" if fact.origin == "vcs" else "download"
            )
        if role := role_of(fact.group):
            yield tell.says(fact.place, part, Trait.ROLE, role)
        yield from _requires(fact, part, names)


def _digests(fact: PinnedPackage, part: Part, tell: Teller) -> Iterator[Stated]:
    """A digest names one archive: where a lock accepts several, none is the package's."""
    if not fact.version:
        return
    by_algorithm: dict[str, list[str]] = {}
    for text in fact.hashes:
        algorithm, _, value = text.replace("-", ":", 1).partition(":")
        if algorithm in ("sha256", "sha384", "sha512", "sha1", "md5"):
            by_algorithm.setdefault(algorithm, []).append(value)
    for algorithm, values in by_algorithm.items():
        if len(values) == 1 and (digest := hexadecimal(values[0])):
            yield tell.says(fact.place, part, Trait.DIGEST, digest, name=algorithm)


def hexadecimal(text: str) -> str:
    """Write a digest in hexadecimal digits; npm writes base64. Empty if it is neither."""
    if set(text) <= set("0123456789abcdefABCDEF") and len(text) in (32, 40, 64, 96, 128):
        return text.lower()
    from base64 import b64decode

    try:
        data = b64decode(text.partition("?")[0], validate=True)
    except ValueError:
        return ""
    return data.hex() if len(data) in (16, 20, 32, 48, 64) else ""


def _manner(fact: PinnedPackage) -> str:
    if fact.file_kind in _INSTALLED:
        return "installed"
    return {True: "direct", False: "transitive", None: ""}[fact.is_direct]


def role_of(group: str) -> str:
    """Say what a group is for: ``development``, ``build``, ``optional``; empty if its packages run."""
    if not group:
        return ""
    if group == "build":
        return "build"
    return "development" if is_development(group) else "optional"


def _requires(fact: PinnedPackage, part: Part, names: _Names) -> Iterator[Linked]:
    folder = _folder(fact)
    for need in fact.requires:
        target = names.needed(fact.ecosystem, need, folder)
        if target is not None and target != part:
            yield _LOCKED.links(fact.place, part, Relation.DEPENDS_ON, target, revision=need.version)


def _description(fact: PackageDescription, names: _Names) -> Iterator[Stated]:
    part = names.part((fact.ecosystem, fact.name), fact.version)
    if fact.license:
        yield _LOCKED.says(fact.place, part, Trait.LICENSE, fact.license)
    else:
        for classifier in fact.license_classifiers:
            if classifier != "OSI Approved":
                licence = classifier.removeprefix("OSI Approved :: ")
                yield _WANTED.says(fact.place, part, Trait.LICENSE, licence)
    if fact.author:
        yield _LOCKED.says(fact.place, part, Trait.AUTHOR, fact.author)
    if fact.summary:
        yield _LOCKED.says(fact.place, part, Trait.DESCRIPTION, fact.summary)
    if fact.home_page.startswith(("http://", "https://")):
        yield _LOCKED.says(fact.place, part, Trait.LINK, fact.home_page, name="website")
    for label, url in fact.links:
        yield _LOCKED.says(fact.place, part, Trait.LINK, url, name=link_name(label))


def link_name(label: str) -> str:
    """Name an address by its label, by the well-known labels of PEP 753."""
    plain = "".join(c for c in label.lower() if c.isalnum())
    if plain in ("source", "repository", "sourcecode", "github", "code"):
        return "vcs"
    if plain in ("issues", "bugs", "issue", "bugtracker", "tracker", "bugreports"):
        return "issues"
    if plain in ("documentation", "docs"):
        return "documentation"
    return "download" if plain == "download" else "website"
