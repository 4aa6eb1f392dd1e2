"""Names of things: package URLs, version ranges and the serial number.

Sources: the package-url and vers specifications (ECMA-427); the strictness beyond ``packageurl-python`` is
that of the specification's own words on encoding and qualifiers.
"""

import re
from collections.abc import Iterator
from functools import cache

from backstamp.bom.validate import checks
from backstamp.bom.validate.index import Index
from backstamp.bom.validate.problem import Problem
from backstamp.core.finding import shown
from backstamp.core.tree import Tree, text_at, tree_at

_LONGEST = 8192
# Serial numbers of the specification's examples, which templates copy.
_EXAMPLES = frozenset(
    {"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "urn:uuid:00000000-0000-0000-0000-000000000000"}
)


def problems(index: Index) -> Iterator[Problem]:
    """Check the names of components and of the document."""
    for spot, purl in index.texts("purl"):
        yield from purl_problems(spot.pointer, purl)
        if spot.owner and isinstance(spot.owner.value, dict):
            yield from _disagreements(spot.pointer, purl, spot.owner.value)
    for spot, text in index.texts("versionRange"):
        yield from _ranges(spot.pointer, text)
    if tree_at(index.tree, "metadata", "component").get("isExternal") is True:
        yield checks.EXTERNAL.found(
            "/metadata/component/isExternal", "the document's own component is external"
        )
    serial = index.tree.get("serialNumber")
    if serial is None:
        yield checks.SERIAL.found("", "the document has no serialNumber")
    elif isinstance(serial, str) and serial in _EXAMPLES:
        yield checks.SERIAL.found("/serialNumber", f'"{serial}" is the serial number of an example')


def purl_problems(pointer: str, text: str) -> Iterator[Problem]:
    """Check one package URL."""
    wrong = fault_of(text)
    if wrong:
        yield checks.PURL.found(pointer, f'"{shown(text)}" is not a package URL: {wrong}')
        return
    canonical = _canonical(text)
    if canonical and canonical != text:
        yield checks.PURL_FORM.found(pointer, f'"{shown(text)}" is canonically "{shown(canonical)}"')


def fault_of(text: str) -> str:
    """Say what is wrong with a package URL; empty if nothing is."""
    if len(text) > _LONGEST:
        return f"it has {len(text):,} characters"
    if not text.startswith("pkg:"):
        return 'it does not start with "pkg:"'
    bad = _stray().search(text)
    if bad:
        return f'"{shown(bad.group(), 10)}" must be percent-encoded'
    rest, _, fragment = text[4:].partition("#")
    path, _, query = rest.partition("?")
    kind, slash, name = path.strip("/").partition("/")
    if not _type().fullmatch(kind):
        return f'"{shown(kind, 40)}" is not a type'
    if not slash or (not name.rpartition("@")[0].strip("/") and not name.partition("@")[0].strip("/")):
        return "it has no name"
    if fragment and any(part in (".", "..") for part in fragment.split("/")):
        return 'its subpath has a part "." or ".."'
    return _fault_of_qualifiers(query) or _fault_of_parts(text)


def _fault_of_qualifiers(query: str) -> str:
    seen = set()
    for pair in query.split("&") if query else ():
        key, equals, _ = pair.partition("=")
        if not equals or not _qualifier().fullmatch(key):
            return f'"{shown(pair, 40)}" is not a qualifier'
        if key.lower() in seen:
            return f'the qualifier "{shown(key, 40)}" occurs twice'
        seen.add(key.lower())
    return ""


def _fault_of_parts(text: str) -> str:
    from packageurl import PackageURL

    try:
        PackageURL.from_string(text)
    except ValueError as error:
        return str(error).partition("\n")[0][:200]
    return ""


def _canonical(text: str) -> str:
    from packageurl import PackageURL

    try:
        return PackageURL.from_string(text).to_string()
    except ValueError:
        return ""


def _disagreements(pointer: str, purl: str, component: Tree) -> Iterator[Problem]:
    from packageurl import PackageURL

    if fault_of(purl):
        return
    try:
        parts = PackageURL.from_string(purl)
    except ValueError:
        return
    version, name, group = (
        text_at(component, "version"),
        text_at(component, "name"),
        text_at(component, "group"),
    )
    if version and parts.version and not _is_same_version(version, parts.version, parts.qualifiers):
        yield checks.PURL_DISAGREES.found(
            pointer,
            f'the version is "{shown(version, 80)}", but "{shown(parts.version, 80)}" in the package URL',
        )
    names = {parts.name, f"{parts.namespace}/{parts.name}", f"{parts.namespace}:{parts.name}"}
    if (
        name
        and _plain(name) not in {_plain(each) for each in names}
        and _plain(f"{group}/{name}") not in {_plain(each) for each in names}
    ):
        yield checks.PURL_DISAGREES.found(
            pointer, f'the name is "{shown(name, 80)}", but "{shown(parts.name, 80)}" in the package URL'
        )


def _is_same_version(said: str, parsed: str, qualifiers: object) -> bool:
    epoch = qualifiers.get("epoch") if isinstance(qualifiers, dict) else None
    plain = said.removeprefix("v")
    return (
        parsed in (said, plain)
        or parsed.removeprefix("v") == plain
        or f"{epoch}:{parsed}" == said
        or (
            # A commit is often shortened in one of the two, and the version of a data set is its digest.
            (len(plain) >= 7 and parsed.startswith(plain)) or (len(parsed) >= 7 and plain.startswith(parsed))
        )
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.:/]+", "-", name.strip("/").lower().removeprefix("@"))


def _ranges(pointer: str, text: str) -> Iterator[Problem]:
    if len(text) > _LONGEST or not _vers().fullmatch(text):
        yield checks.VERSION_RANGE.found(pointer, f'"{shown(text)}" is not a version range')


@cache
def _type() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9.-]*")


@cache
def _qualifier() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


@cache
def _stray() -> re.Pattern[str]:
    return re.compile(r"%(?![0-9A-Fa-f]{2})|[\x00-\x20\x7f\"<>\\^`{|}]")


@cache
def _vers() -> re.Pattern[str]:
    one = r"(?:=|!=|<=|>=|<|>)?[^|<>=!*\s]+"
    return re.compile(rf"vers:[a-z][a-z0-9.-]*/(?:\*|{one}(?:\|{one})*)")
