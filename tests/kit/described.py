"""Describes files that a test writes, and looks into the document."""

from pathlib import Path

from backstamp.core.tree import Tree, text_at, tree_at, trees_at
from backstamp.engine.describe import Described, Wishes, described
from backstamp.engine.inventory import StockOptions

TIME = "2026-01-02T03:04:05Z"


def written_to(folder: Path, files: dict[str, bytes | str]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def describe(
    folder: Path, files: dict[str, bytes | str], *, digests: bool = True, **wishes: str
) -> Described:
    """Write files below a folder and describe it."""
    written_to(folder, files)
    return described(str(folder), Wishes(timestamp=TIME, **wishes), StockOptions(has_digests=digests))


def document(folder: Path, files: dict[str, bytes | str], **wishes: object) -> Tree:
    """Write files below a folder and describe it as a CycloneDX tree."""
    return describe(folder, files, **wishes).tree


def component(tree: Tree, ref: str) -> Tree:
    """Find a component by its reference; an empty tree if there is none."""
    stack = [tree_at(tree, "metadata", "component"), *trees_at(tree, "components")]
    while stack:
        part = stack.pop()
        if text_at(part, "bom-ref") == ref:
            return part
        stack += trees_at(part, "components")
        stack += trees_at(part, "pedigree", "ancestors")
    return {}


def properties(part: Tree, start: str = "") -> dict[str, str]:
    """The properties of a component whose names begin so, without that beginning."""
    return {
        text_at(p, "name").removeprefix(start): text_at(p, "value")
        for p in trees_at(part, "properties")
        if text_at(p, "name").startswith(start)
    }


def refs(tree: Tree) -> list[str]:
    """The references of the subject and of the components at the top."""
    subject = text_at(tree, "metadata", "component", "bom-ref")
    return [subject, *(text_at(part, "bom-ref") for part in trees_at(tree, "components"))]
