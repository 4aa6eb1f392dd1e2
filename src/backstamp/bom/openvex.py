"""OpenVEX documents, read and written.

Source: OpenVEX specification v0.2.0, https://github.com/openvex/spec. Documents of v0.0.1, whose
vulnerabilities and products are plain texts, are read too.
"""

import hashlib
from collections.abc import Iterable

from backstamp.bom.patch import written
from backstamp.bom.vex import CYCLONEDX_OF, Product, Status, VexStatement, as_openvex
from backstamp.core.errors import UsageError
from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, list_at, text_at, trees_at

CONTEXT = "https://openvex.dev/ns/v0.2.0"
_SPACE = "https://openvex.dev/ns"
_PLACE = "https://openvex.dev/docs/public/vex-"
_NO_ACTION = "No action is stated."
_NO_REASON = "No reason is stated."
_MOST_SHOWN = 5
_Problems = list[tuple[str, str]]


def is_openvex(tree: Json) -> bool:
    """Say whether a document is OpenVEX."""
    return text_at(tree, "@context").startswith(_SPACE)


def statements_of(tree: Tree) -> tuple[VexStatement, ...]:
    """Read the statements of a document. Raises ``UsageError`` that names what is wrong, and where."""
    problems: _Problems = []
    entries = tree.get("statements")
    if not is_openvex(tree):
        problems.append(("/@context", f"not the context of OpenVEX ({CONTEXT})"))
    if not isinstance(entries, list) or not entries:
        problems.append(("/statements", "a list of at least one statement is needed"))
        entries = []
    common = (text_at(tree, "author"), text_at(tree, "last_updated") or text_at(tree, "timestamp"))
    version = tree.get("version")
    number = (
        version
        if type(version) is int
        else int(version)
        if isinstance(version, str) and version.isdecimal()
        else 0
    )
    found = [
        _statement(each, f"/statements/{at}", common, number, problems) for at, each in enumerate(entries)
    ]
    if problems:
        named = "; ".join(f'at "{place}": {what}' for place, what in problems[:_MOST_SHOWN])
        more = f"; and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise UsageError(
            f"not a valid OpenVEX document: {named}{more}", hint="See the OpenVEX specification v0.2.0."
        )
    return tuple(each for each in found if each is not None)


def _statement(
    entry: Json, place: str, common: tuple[str, str], version: int, problems: _Problems
) -> VexStatement | None:
    if not isinstance(entry, dict):
        problems.append((place, "a statement is an object"))
        return None
    before = len(problems)
    name, aliases, description = _vulnerability(entry, place, problems)
    products = tuple(
        product
        for at, each in enumerate(list_at(entry, "products"))
        if (product := _product(each, f"{place}/products/{at}", problems)) is not None
    )
    if not list_at(entry, "products"):
        problems.append((f"{place}/products", "at least one product is needed"))
    status, justification = text_at(entry, "status"), text_at(entry, "justification")
    impact = text_at(entry, "impact_statement")
    if status not in set(Status):
        problems.append(
            (f"{place}/status", f'"{shown(status)}" is not a status: expected {", ".join(Status)}')
        )
    elif status == Status.NOT_AFFECTED and not justification and not impact:
        problems.append((place, "not_affected needs a justification or an impact_statement"))
    if justification and justification not in CYCLONEDX_OF:
        words = ", ".join(sorted(CYCLONEDX_OF))
        what = f'"{shown(justification)}" is not a justification: expected {words}'
        problems.append((f"{place}/justification", what))
    timestamp = text_at(entry, "last_updated") or text_at(entry, "timestamp") or common[1]
    if not _is_time(timestamp):
        problems.append(
            (f"{place}/timestamp", "a time such as 2026-01-31T12:00:00Z is needed, here or above")
        )
    if len(problems) > before:
        return None
    return VexStatement(
        vulnerability=name,
        aliases=aliases,
        description=description,
        products=products,
        status=Status(status),
        justification=justification,
        impact=impact,
        action=text_at(entry, "action_statement"),
        notes=text_at(entry, "status_notes"),
        author=text_at(entry, "supplier") or common[0],
        timestamp=timestamp,
        version=version,
    )


def _vulnerability(entry: Tree, place: str, problems: _Problems) -> tuple[str, tuple[str, ...], str]:
    held = entry.get("vulnerability")
    if isinstance(held, str) and held:
        return held, (), text_at(entry, "vuln_description")
    name = text_at(held, "name") or text_at(held, "@id")
    if not name:
        problems.append((f"{place}/vulnerability", "the vulnerability has no name"))
    aliases = tuple(each for each in list_at(held, "aliases") if isinstance(each, str) and each != name)
    return name, aliases, text_at(held, "description")


def _product(entry: Json, place: str, problems: _Problems, depth: int = 3) -> Product | None:
    if isinstance(entry, str) and entry:
        return Product(name=entry, purl=entry if entry.startswith("pkg:") else "")
    name = text_at(entry, "@id")
    purl = text_at(entry, "identifiers", "purl") or (name if name.startswith("pkg:") else "")
    hashes = entry.get("hashes") if isinstance(entry, dict) else None
    digests = tuple(
        sorted(
            (alg.lower(), value.lower())
            for alg, value in (hashes.items() if isinstance(hashes, dict) else ())
            if isinstance(value, str)
        )
    )
    if not name and not purl and not digests:
        problems.append((place, "the product has neither an @id nor a purl nor a hash"))
        return None
    parts = tuple(
        part
        for at, each in enumerate(list_at(entry, "subcomponents") if depth else [])
        if (part := _product(each, f"{place}/subcomponents/{at}", problems, depth - 1)) is not None
    )
    return Product(name=name or purl or digests[0][1], purl=purl, digests=digests, parts=parts)


def _is_time(text: str) -> bool:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def document_of(statements: Iterable[VexStatement], *, author: str, timestamp: str, version: int = 1) -> Tree:
    """Write statements as a document; its id is made of what it says, so that the same says the same."""
    entries: list[Json] = [_entry(each, timestamp) for each in statements]
    made: Tree = {"author": author, "timestamp": timestamp, "version": version, "statements": entries}
    digest = hashlib.sha256(written(made).encode()).hexdigest()
    return {"@context": CONTEXT, "@id": f"{_PLACE}{digest}", **made}


def _entry(statement: VexStatement, timestamp: str) -> Tree:
    vulnerability: Tree = {"name": statement.vulnerability}
    if statement.description:
        vulnerability["description"] = statement.description
    if statement.aliases:
        vulnerability["aliases"] = [*statement.aliases]
    entry: Tree = {"vulnerability": vulnerability}
    if statement.timestamp and statement.timestamp != timestamp and _is_time(statement.timestamp):
        entry["timestamp"] = statement.timestamp
    entry["products"] = [_written(each) for each in statement.products]
    entry["status"] = statement.status.value
    notes, impact, action = statement.notes, "", ""
    if statement.status is Status.NOT_AFFECTED:
        word = as_openvex(statement.justification)
        if word in CYCLONEDX_OF:
            entry["justification"] = word
        impact = statement.impact or ("" if word in CYCLONEDX_OF else _NO_REASON)
    else:
        notes = notes or statement.impact
    if statement.status is Status.AFFECTED:
        action = statement.action or _NO_ACTION
    texts = (("status_notes", notes), ("impact_statement", impact), ("action_statement", action))
    entry.update({key: text for key, text in texts if text})
    return entry


def _written(product: Product) -> Tree:
    made: Tree = {"@id": product.name}
    if product.purl:
        made["identifiers"] = {"purl": product.purl}
    if product.digests:
        made["hashes"] = dict(product.digests)
    if product.parts:
        made["subcomponents"] = [_written(each) for each in product.parts]
    return made


def times_in(tree: Tree) -> list[str]:
    """List the times that a CycloneDX or OpenVEX document names for itself."""
    own = [text_at(tree, "metadata", "timestamp"), text_at(tree, "last_updated"), text_at(tree, "timestamp")]
    said = [text_at(each, "analysis", "lastUpdated") for each in trees_at(tree, "vulnerabilities")]
    return [each for each in (*own, *said) if each]
