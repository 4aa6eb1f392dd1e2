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
    stack: list[Json] = [tree_at(tree, "metadata", "component"), *_children(tree)]
    while stack:
        thing = stack.pop(0)
        if isinstance(thing, dict) and thing:
            found.setdefault(text_at(thing, "bom-ref"), thing)
            stack[:0] = _children(thing)
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
    things = _things(tree)
    flaws = list(list_at(tree, "vulnerabilities"))
    missing: list[tuple[VexStatement, Product]] = []
    for statement in sorted(statements, key=lambda each: _when(each.timestamp)):
        refs: list[str] = []
        for product in statement.products:
            found = _found(product, things)
            refs += [ref for ref in found if ref not in refs]
            if not found:
                missing.append((statement, product))
        if refs:
            flaws = _said_of(flaws, statement, refs)
    return ({**tree, "vulnerabilities": flaws} if flaws else tree), tuple(missing)


def _when(time: str) -> "datetime":
    """Read a time; what is none is before all others."""
    from datetime import UTC, datetime

    try:
        held = datetime.fromisoformat(time)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return held if held.tzinfo else held.replace(tzinfo=UTC)


def _found(product: Product, things: Mapping[str, Tree]) -> list[str]:
    """Name what a product is: its parts, if it has any that are there."""
    parts = [ref for part in product.parts for ref in _found(part, things)]
    if parts:
        return parts
    name = _local(product.name)
    if name in things:
        return [name]
    digests = set(product.digests)
    same = [ref for ref, thing in things.items() if digests & set(_product(thing).digests)]
    purl = product.purl or (product.name if product.name.startswith("pkg:") else "")
    if same or not purl:
        return same
    return [ref for ref, thing in things.items() if is_same_package(purl, text_at(thing, "purl"))]


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


def _said_of(flaws: list[Json], statement: VexStatement, refs: list[str]) -> list[Json]:
    """Put a statement into vulnerabilities: what was said of the same products gives way."""
    names = {statement.vulnerability, *statement.aliases}
    base: Tree = {}
    kept: list[Json] = []
    place = -1
    for flaw in flaws:
        alike = isinstance(flaw, dict) and (
            text_at(flaw, "id") in names
            or not names.isdisjoint(text_at(each, "id") for each in trees_at(flaw, "references"))
        )
        if not alike or not isinstance(flaw, dict):
            kept.append(flaw)
            continue
        if _when(text_at(flaw, "analysis", "lastUpdated")) > _when(statement.timestamp):
            newer = {_local(text_at(each, "ref")) for each in trees_at(flaw, "affects")}
            refs = [ref for ref in refs if ref not in newer]
            kept.append(flaw)
            continue
        affects = list_at(flaw, "affects")
        left = [each for each in affects if _local(text_at(each, "ref")) not in refs]
        base = base or flaw
        if left:
            kept.append({**flaw, "affects": left})
        elif place < 0:
            place, base = len(kept), flaw
    if not refs:
        return kept
    mine = _vulnerability(statement, refs, base)
    is_own = place >= 0
    if not is_own:
        mine.pop("bom-ref", None)
    kept.insert(place if is_own else len(kept), mine)
    return kept


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
