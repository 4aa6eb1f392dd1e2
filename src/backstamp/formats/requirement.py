"""A dependency as PEP 508 writes it: name, extras, versions or address, marker. Tolerant of old habits.

Sources: PEP 503 (names), PEP 440 (versions), PEP 508 (the line), the file names of wheels and sdists.
"""

from functools import cache
from re import Pattern

import msgspec

_LONGEST = 4000
_ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".zip", ".tgz")


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a dependency; ``url`` and ``specifier`` exclude each other."""

    name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    url: str = ""
    marker: str = ""


def requirement_of(text: str) -> Requirement | None:
    """Take a dependency apart; ``None`` if the text is none."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    found = _head().match(text)
    if found is None:
        return None
    name, extras, rest = found[1], _extras(found[2] or ""), text[found.end() :].strip()
    if rest.startswith("@"):
        url, _, marker = rest[1:].strip().partition(" ;")
        if not url or " " in url.strip():
            return None
        return Requirement(name=name, extras=extras, url=url.strip(), marker=marker.strip())
    specifier, _, marker = rest.partition(";")
    specifier = specifier.strip()
    if specifier.startswith("(") and specifier.endswith(")"):
        specifier = specifier[1:-1].strip()
    clauses = [clause.strip() for clause in specifier.split(",") if clause.strip()]
    if not all(_clause().fullmatch(clause) for clause in clauses):
        return None
    plain = ",".join("".join(clause.split()) for clause in clauses)
    return Requirement(name=name, extras=extras, specifier=plain, marker=marker.strip())


def normalised(name: str) -> str:
    """Write a name as PEP 503 compares it."""
    return _runs().sub("-", name).lower()


def exact_version(specifier: str) -> str:
    """Give the one version that a condition allows (``==1.2``, ``===x``); empty if it allows more."""
    exact = {
        clause.lstrip("=").strip()
        for clause in specifier.split(",")
        if clause.strip().startswith("==") and not clause.rstrip().endswith("*")
    }
    return exact.pop() if len(exact) == 1 else ""


def from_file_name(url: str) -> tuple[str, str]:
    """Give the name and version that the file name of a wheel or sdist says; empty texts if it is none."""
    file = url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
    file = file.replace("%2B", "+").replace("%2b", "+")
    if file.endswith(".whl"):
        parts = file.split("-")
        return (parts[0], parts[1]) if len(parts) in (5, 6) else ("", "")
    for suffix in _ARCHIVES:
        if file.endswith(suffix):
            name, dash, version = file.removesuffix(suffix).rpartition("-")
            return (name, version) if dash and version[:1].isdigit() else ("", "")
    return "", ""


def repository_of(url: str) -> tuple[str, str, str]:
    """Take the address of a repository apart: address, commit or tag, name (of ``#egg=`` or the path)."""
    address, _, fragment = url.partition("#")
    scheme, sep, rest = address.partition("://")
    base, at, revision = rest.rpartition("@")
    if not at or "/" not in base:
        base, revision = rest, ""
    name = ""
    for part in fragment.split("&"):
        key, _, value = part.partition("=")
        if key == "egg":
            name = value.partition("[")[0]
    name = name or base.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return f"{scheme.rpartition('+')[2]}{sep}{base}", revision, name


def _extras(text: str) -> tuple[str, ...]:
    return tuple(sorted({normalised(e.strip()) for e in text.strip("[] ").split(",") if e.strip()}))


@cache
def _head() -> Pattern[str]:
    import re

    return re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\[\]]*\])?(?=$|[\s(@;<>=!~,])")


@cache
def _clause() -> Pattern[str]:
    import re

    return re.compile(r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9][A-Za-z0-9.!+*_-]*")


@cache
def _runs() -> Pattern[str]:
    import re

    return re.compile(r"[-_.]+")
