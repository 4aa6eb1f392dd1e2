"""Writes the licences of a component: what is declared, and what its licence file is recognised as."""

from backstamp.bom.cyclonedx.desk import Desk
from backstamp.bom.graph import SupplyGraph, Value
from backstamp.core.supply import Part, Trait
from backstamp.core.tree import Json, Tree


def licences_of(part: Part, graph: SupplyGraph, desk: Desk) -> list[Json]:
    """Write the licence choice: one expression, or a list of licences."""
    declared = graph.first(part, Trait.LICENSE) or graph.first(part, Trait.LICENSE_NAME)
    value = declared or graph.first(part, Trait.LICENSE_TEXT)
    if value is None:
        return []
    return [_choice(value, graph.text(part, Trait.LICENSE_URL), desk, is_declared=declared is not None)]


def _choice(value: Value, url: str, desk: Desk, *, is_declared: bool) -> Tree:
    licence: Tree = {"name": str(value.value)}
    licence["acknowledgement"] = "declared" if is_declared else "concluded"
    if url.startswith("https://"):
        licence["url"] = url
    made: Tree = {"license": licence}
    desk.cite(licence, "", value)
    return made
