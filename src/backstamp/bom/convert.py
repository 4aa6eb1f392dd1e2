"""Documents of one standard as documents of another, with a list of what that costs."""

from backstamp.bom.cyclonedx.order import ordered
from backstamp.bom.levels import KNOWN, lowered, raised
from backstamp.bom.spdx.read import Note, cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.core.errors import UsageError
from backstamp.core.finding import shown
from backstamp.core.tree import Tree, text_at
from backstamp.knowledge.spdx3 import spdx3

FORMS = ("cyclonedx-1.7", "cyclonedx-1.6", "spdx-3.0.1")


def converted(tree: Tree, form: str) -> tuple[Tree, tuple[Note, ...]]:
    """Give a document in another form, and tell what has no place there.

    Raises ``UsageError`` for a document or form that is not known, and ``ReadError`` for one that is damaged.
    """
    if form not in FORMS:
        raise UsageError(f'"{shown(form)}" is not a form of documents', hint=f"Forms: {', '.join(FORMS)}.")
    if text_at(tree, "@context") == spdx3().context:
        if form == "spdx-3.0.1":
            return tree, ()
        made, notes = _lowered(*cyclonedx_of(tree), form)
        return ordered(made), notes
    if text_at(tree, "bomFormat") != "CycloneDX":
        raise UsageError(
            "the document is neither CycloneDX JSON nor SPDX 3.0.1 JSON-LD",
            hint='Expected "bomFormat": "CycloneDX", or the "@context" of SPDX 3.0.1.',
        )
    version = text_at(tree, "specVersion")
    if version not in KNOWN:
        raise UsageError(
            f'"{shown(version)}" is not a version of CycloneDX that can be converted',
            hint=f"Versions: {', '.join(KNOWN)}.",
        )
    return spdx_of(tree) if form == "spdx-3.0.1" else _lowered(tree, (), form)


def _lowered(tree: Tree, notes: tuple[Note, ...], form: str) -> tuple[Tree, tuple[Note, ...]]:
    """Give a CycloneDX document in the version that a form names."""
    wanted, version = form.partition("-")[2], text_at(tree, "specVersion")
    if KNOWN.index(version) < KNOWN.index(wanted):
        return raised(tree, wanted), notes
    if version == wanted:
        return tree, notes
    made, more = lowered(tree)
    return made, notes + more
