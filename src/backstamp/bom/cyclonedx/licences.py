"""Writes the licences of a component: what is declared, and what its licence file is recognised as.

1. What is declared and understood is written as an SPDX id or expression; what is not, by its own name.
2. A text that says something else than the declaration stands beside it, as ``concluded``.
3. An expression stands alone (CycloneDX 1.6 allows no mixing): the text's licence is then a property.
"""

from backstamp.bom.addresses import iri_of
from backstamp.bom.cyclonedx.desk import Desk, prop
from backstamp.bom.graph import SupplyGraph, Value
from backstamp.bom.standing import agree
from backstamp.core.supply import Part, Trait
from backstamp.core.tree import Json, Tree
from backstamp.knowledge.licences import Licence, normalised
from backstamp.knowledge.schemas import cyclonedx_schemas


def licences_of(part: Part, graph: SupplyGraph, desk: Desk) -> list[Json]:
    """Write the licence choice: one expression, or a list of licences."""
    declared = graph.first(part, Trait.LICENSE)
    name = graph.first(part, Trait.LICENSE_NAME)
    text = graph.first(part, Trait.LICENSE_TEXT)
    if declared and _is_unknown(declared) and name:
        declared = name
    declared = declared or name
    made: list[Json] = []
    if declared and not _is_unknown(declared):
        made.append(_choice(declared, graph.text(part, Trait.LICENSE_URL), desk, "declared"))
    if text and (not made or (not _agrees(declared, text) and "expression" not in str(made[0])[:20])):
        made.append(_choice(text, "", desk, "concluded"))
    if len(made) > 1 and any(isinstance(m, dict) and "expression" in m for m in made):
        return made[:1]
    return made


def licence_properties(part: Part, graph: SupplyGraph, desk: Desk) -> list[Tree]:
    """Write what the licence file is recognised as, where it has no place among the licences."""
    text = graph.first(part, Trait.LICENSE_TEXT)
    declared = graph.first(part, Trait.LICENSE) or graph.first(part, Trait.LICENSE_NAME)
    if text is None or declared is None:
        return []
    made = prop("backstamp:licence-text", str(text.value))
    desk.cite(made, "", text)
    return [made]


def _choice(value: Value, url: str, desk: Desk, how: str) -> Tree:
    written = str(value.value)
    found = normalised(written)
    if found and found.is_known and not _is_single(found):
        choice: Tree = {"expression": found.expression, "acknowledgement": how}
        desk.cite(choice, "", value)
        return choice
    licence: Tree = {}
    if found and found.is_known and found.expression in cyclonedx_schemas("1.7").license_ids:
        licence["id"] = found.expression
    else:
        licence["name"] = found.expression if found and found.is_known else written
    licence["acknowledgement"] = how
    if url.startswith("https://") and (address := iri_of(url)):
        licence["url"] = address
    made: Tree = {"license": licence}
    desk.cite(licence, "", value)
    return made


def _is_single(licence: Licence) -> bool:
    return len(licence.choices) == 1 and len(licence.choices[0]) == 1 and " " not in licence.expression


def _is_unknown(value: Value) -> bool:
    """Say whether a declaration says that nothing is declared: "other", "unknown"."""
    found = normalised(str(value.value))
    return found is not None and not found.is_known


def _agrees(declared: Value | None, text: Value) -> bool:
    one = normalised(str(declared.value)) if declared else None
    other = normalised(str(text.value))
    return bool(one and other and agree(one, other))
