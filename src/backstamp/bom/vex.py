"""VEX: what is known of a vulnerability where a product has it.

Sources: CycloneDX 1.7 ``vulnerabilities[].analysis``; OpenVEX specification v0.2.0. The status is one of
OpenVEX's four, which the six states of CycloneDX are mapped to; the state itself is kept beside it.

| CycloneDX | OpenVEX |
|---|---|
| exploitable | affected |
| in_triage | under_investigation |
| resolved, resolved_with_pedigree | fixed |
| not_affected, false_positive | not_affected |
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from backstamp.core.finding import Confidence, Finding, Severity
from backstamp.core.location import joined
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at

if TYPE_CHECKING:
    from datetime import datetime


class Status(StrEnum):
    """Whether a product has a vulnerability."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


STATES = {
    "exploitable": Status.AFFECTED,
    "in_triage": Status.UNDER_INVESTIGATION,
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "not_affected": Status.NOT_AFFECTED,
    "false_positive": Status.NOT_AFFECTED,
}
_STATE_OF = {
    Status.AFFECTED: "exploitable",
    Status.UNDER_INVESTIGATION: "in_triage",
    Status.FIXED: "resolved",
    Status.NOT_AFFECTED: "not_affected",
}
# Words of CycloneDX as words of OpenVEX, and back; those of OpenVEX come back as they were.
OPENVEX_OF = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
    "requires_dependency": "component_not_present",
    "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}
CYCLONEDX_OF = {
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_configuration",
    "component_not_present": "requires_dependency",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement is about: its name (an address, a purl, a ``bom-ref``, a path), purl and digests."""

    name: str
    purl: str = ""
    digests: tuple[tuple[str, str], ...] = ()
    parts: tuple["Product", ...] = ()


class VexStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of a vulnerability and products."""

    vulnerability: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    products: tuple[Product, ...]
    status: Status
    state: str = ""
    justification: str = ""
    impact: str = ""
    action: str = ""
    notes: str = ""
    severity: str = ""
    cwes: tuple[int, ...] = ()
    author: str = ""
    timestamp: str = ""
    version: int = 0


def as_openvex(word: str) -> str:
    """Give a justification in the words of OpenVEX."""
    return OPENVEX_OF.get(word, word)


def as_cyclonedx(word: str) -> str:
    """Give a justification in the words of CycloneDX."""
    return CYCLONEDX_OF.get(word, word)


# --- CycloneDX ---------------------------------------------------------------------------------------------


def statements_in(tree: Tree) -> Iterator[VexStatement]:
    """Yield what a CycloneDX document says of its vulnerabilities."""
    products = {ref: _product(thing) for ref, thing in _things(tree).items()}
    for flaw in trees_at(tree, "vulnerabilities"):
        analysis = tree_at(flaw, "analysis")
        state = text_at(analysis, "state")
        refs = [text_at(each, "ref") for each in trees_at(flaw, "affects")]
        if state not in STATES or not refs:
            continue
        responses = ", ".join(each for each in list_at(analysis, "response") if isinstance(each, str))
        yield VexStatement(
            vulnerability=text_at(flaw, "id") or text_at(flaw, "bom-ref"),
            aliases=tuple(alias for each in trees_at(flaw, "references") if (alias := text_at(each, "id"))),
            description=text_at(flaw, "description"),
            products=tuple(products.get(ref, Product(name=_local(ref))) for ref in refs),
            status=STATES[state],
            state=state,
            justification=text_at(analysis, "justification"),
            impact=text_at(analysis, "detail"),
            action=text_at(flaw, "recommendation") or text_at(flaw, "workaround") or responses,
            severity=text_at(next(trees_at(flaw, "ratings"), {}), "severity"),
            cwes=tuple(each for each in list_at(flaw, "cwes") if type(each) is int),
            timestamp=text_at(analysis, "lastUpdated") or text_at(analysis, "firstIssued"),
        )


def _things(tree: Tree) -> dict[str, Tree]:
    """Find all components and services by their ``bom-ref``."""
    found: dict[str, Tree] = {}
    stack: list[Json] = [tree_at(tree, "metadata", "component"), *_children(tree)][::-1]
    while stack:
        thing = stack.pop()
        if isinstance(thing, dict) and thing:
            found.setdefault(text_at(thing, "bom-ref"), thing)
            stack += _children(thing)[::-1]
    found.pop("", None)
    return found


def _children(thing: Tree) -> list[Json]:
    return [*list_at(thing, "components"), *list_at(thing, "services")]


def _product(thing: Tree) -> Product:
    digests = tuple(
        sorted(
            (text_at(each, "alg").lower(), text_at(each, "content").lower())
            for each in trees_at(thing, "hashes")
        )
    )
    purl = text_at(thing, "purl")
    return Product(name=purl or text_at(thing, "bom-ref"), purl=purl, digests=digests)


def _local(ref: str) -> str:
    """Give the ``bom-ref`` that a BOM-Link ends with."""
    from urllib.parse import unquote

    return unquote(ref.partition("#")[2]) or ref if ref.startswith("urn:cdx:") else ref


def with_statements(
    tree: Tree, statements: Iterable[VexStatement]
) -> tuple[Tree, tuple[tuple[VexStatement, Product], ...]]:
    """Add statements to a CycloneDX document: a later one replaces what was said of the same product before.

    Gives the document, and the statements with the products that are not in it.
    """
    things = _Things(_things(tree))
    flaws = _Flaws(list_at(tree, "vulnerabilities"))
    missing: list[tuple[VexStatement, Product]] = []
    for statement in sorted(statements, key=lambda each: _when(each.timestamp)):
        refs: dict[str, None] = {}
        for product in statement.products:
            found = things.named(product)
            refs.update(dict.fromkeys(found))
            if not found:
                missing.append((statement, product))
        if refs:
            flaws.say(statement, [*refs])
    listed = flaws.listed()
    return ({**tree, "vulnerabilities": listed} if listed else tree), tuple(missing)


def _when(time: str) -> "datetime":
    """Read a time; what is none is before all others."""
    from datetime import UTC, datetime

    try:
        held = datetime.fromisoformat(time)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return held if held.tzinfo else held.replace(tzinfo=UTC)


class _Things:
    """The components and services of a document, found by reference, digest and package."""

    def __init__(self, things: Mapping[str, Tree]) -> None:
        self.things = things
        self.by_digest: dict[tuple[str, str], list[str]] = {}
        self.by_package: dict[str, list[str]] = {}
        for ref, thing in things.items():
            for digest in dict.fromkeys(_product(thing).digests):
                self.by_digest.setdefault(digest, []).append(ref)
            if purl := text_at(thing, "purl"):
                self.by_package.setdefault(_parts(purl)[0], []).append(ref)

    def named(self, product: Product) -> list[str]:
        """Name what a product is: its parts, if it has any that are there."""
        parts = [ref for part in product.parts for ref in self.named(part)]
        if parts:
            return parts
        name = _local(product.name)
        if name in self.things:
            return [name]
        same = [ref for digest in product.digests for ref in self.by_digest.get(digest, ())]
        purl = product.purl or (product.name if product.name.startswith("pkg:") else "")
        if same or not purl:
            return [*dict.fromkeys(same)]
        near = self.by_package.get(_parts(purl)[0], ())
        return [ref for ref in near if is_same_package(purl, text_at(self.things[ref], "purl"))]


def is_same_package(wanted: str, purl: str) -> bool:
    """Say whether a purl means a package: a version or a qualifier that is not asked for may be anything."""
    name, version, qualifiers = _parts(wanted)
    held, held_version, held_qualifiers = _parts(purl)
    return name == held and version in {"", held_version} and qualifiers.items() <= held_qualifiers.items()


def _parts(purl: str) -> tuple[str, str, dict[str, str]]:
    from urllib.parse import unquote

    rest, _, query = purl.partition("#")[0].partition("?")
    slash = rest.rfind("/")
    at = rest.rfind("@")
    name, version = (rest[:at], rest[at + 1 :]) if at > slash else (rest, "")
    kind, _, path = name.removeprefix("pkg:").lstrip("/").partition("/")
    path = unquote(path)
    if kind.lower() in {"pypi", "github", "bitbucket", "huggingface"}:
        path = path.lower()
    if kind.lower() == "pypi":
        path = path.replace("_", "-")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return (
        f"{kind.lower()}/{path}",
        unquote(version),
        {key.lower(): unquote(value) for key, _, value in pairs},
    )


class _Flaws:
    """The vulnerabilities of a document in their order, found by their names."""

    def __init__(self, flaws: list[Json]) -> None:
        self.slots: list[Json] = []
        self.gone: set[int] = set()
        self.by_name: dict[str, dict[int, None]] = {}
        for flaw in flaws:
            self._add(flaw)

    def listed(self) -> list[Json]:
        """Give what is left, in its order."""
        return [flaw for at, flaw in enumerate(self.slots) if at not in self.gone]

    def say(self, statement: VexStatement, refs: list[str]) -> None:
        """Put a statement in: what was said of the same products gives way."""
        names = (statement.vulnerability, *statement.aliases)
        alike = sorted({at for name in names for at in self.by_name.get(name, ())})
        flaws = {at: flaw for at in alike if at not in self.gone and isinstance(flaw := self.slots[at], dict)}
        kept, added = _said_of(flaws, statement, refs)
        for at, flaw in kept.items():
            self.slots[at] = flaw
            self._name(flaw, at)
            if flaw is None:
                self.gone.add(at)
        if added is not None:
            self._add(added)

    def _add(self, flaw: Json) -> None:
        self._name(flaw, len(self.slots))
        self.slots.append(flaw)

    def _name(self, flaw: Json, at: int) -> None:
        for name in (text_at(flaw, "id"), *(text_at(each, "id") for each in trees_at(flaw, "references"))):
            self.by_name.setdefault(name, {})[at] = None


def _said_of(
    flaws: dict[int, Tree], statement: VexStatement, refs: list[str]
) -> "tuple[dict[int, Tree | None], Tree | None]":
    """Put a statement into the vulnerabilities of its name: as they are now, and one to add."""
    base: Tree = {}
    kept: dict[int, Tree | None] = {}
    place = -1
    for at, flaw in flaws.items():
        affected = [_local(text_at(each, "ref")) for each in trees_at(flaw, "affects")]
        if _when(text_at(flaw, "analysis", "lastUpdated")) > _when(statement.timestamp):
            newer = set(affected)
            refs = [ref for ref in refs if ref not in newer]
            continue
        gone = set(refs)
        left = [each for each in list_at(flaw, "affects") if _local(text_at(each, "ref")) not in gone]
        base = base or flaw
        kept[at] = {**flaw, "affects": left} if left else None
        if not left and place < 0:
            place, base = at, flaw
    if not refs:
        return kept, None
    mine = _vulnerability(statement, refs, base)
    if place < 0:
        mine.pop("bom-ref", None)
        return kept, mine
    kept[place] = mine
    return kept, None


def _vulnerability(statement: VexStatement, refs: list[str], base: Tree) -> Tree:
    made: Tree = {**base}
    made.setdefault("id", statement.vulnerability)
    known = {text_at(made, "id"), *(text_at(each, "id") for each in trees_at(made, "references"))}
    more: list[Json] = [{"id": each, "source": {}} for each in statement.aliases if each not in known]
    if more:
        made["references"] = [*list_at(made, "references"), *more]
    if statement.description:
        made.setdefault("description", statement.description)
    if statement.severity:
        made.setdefault("ratings", [{"severity": statement.severity, "method": "other"}])
    if statement.cwes:
        made.setdefault("cwes", [*statement.cwes])
    if statement.action and statement.status is Status.AFFECTED:
        made["recommendation"] = statement.action
    analysis: Tree = {"state": statement.state or _STATE_OF[statement.status]}
    if statement.status is Status.NOT_AFFECTED and statement.justification:
        analysis["justification"] = as_cyclonedx(statement.justification)
    detail = statement.impact or statement.notes
    if detail:
        analysis["detail"] = detail
    before = tree_at(base, "analysis")
    issued = text_at(before, "firstIssued") or statement.timestamp
    if issued:
        analysis["firstIssued"] = issued
    if statement.timestamp:
        analysis["lastUpdated"] = statement.timestamp
    made["analysis"] = analysis
    versions = {text_at(each, "ref"): each for each in trees_at(base, "affects")}
    made["affects"] = [versions.get(ref, {"ref": ref}) for ref in refs]
    return made


def cyclonedx_of_statements(statements: Iterable[VexStatement]) -> Tree:
    """Make a CycloneDX document of statements alone, with a component for each product."""
    held = list(statements)
    components: dict[str, Tree] = {}
    for statement in held:
        for product in (part for each in statement.products for part in (each.parts or (each,))):
            component: Tree = {"type": "library", "bom-ref": product.name, "name": product.name}
            purl = product.purl or (product.name if product.name.startswith("pkg:") else "")
            if purl:
                component["purl"] = purl
                component["name"] = _parts(purl)[0].rpartition("/")[2] or purl
            components.setdefault(product.name, component)
    listed: list[Json] = [components[name] for name in sorted(components)]
    tree: Tree = {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": listed}
    return with_statements(tree, held)[0]


# --- findings ----------------------------------------------------------------------------------------------

_SURE = {Confidence.HIGH: Status.AFFECTED}


def statements_of(
    findings: Iterable[Finding], *, author: str, timestamp: str, advice: Mapping[str, str]
) -> Iterator[VexStatement]:
    """Say what findings mean for the files that they are in.

    What is surely there affects them; what may be there is under investigation. ``advice`` says for each rule
    what to do.
    """
    for finding in findings:
        if finding.severity is Severity.INFO:
            continue
        digests = () if finding.digest is None else (("sha-256", finding.digest.hex),)
        status = _SURE.get(finding.confidence, Status.UNDER_INVESTIGATION)
        yield VexStatement(
            vulnerability=finding.rule,
            description=finding.message,
            products=(Product(name=joined(finding.place.path), digests=digests),),
            status=status,
            impact=finding.message,
            action=advice.get(finding.rule, "") if status is Status.AFFECTED else "",
            severity=finding.severity.value,
            cwes=tuple(
                int(each[4:]) for each in finding.references if each[:4] == "CWE-" and each[4:].isdecimal()
            ),
            author=author,
            timestamp=timestamp,
        )
