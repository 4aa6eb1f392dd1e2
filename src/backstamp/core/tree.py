"""JSON trees of third parties, and safe ways to look into them.

Documents in foreign formats (CycloneDX, SPDX, Croissant, MLflow) are kept as the trees that they are, so that
nothing is lost. These functions never raise for what is in a tree: what has another type is not there.
"""

from collections.abc import Iterator
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Tree: TypeAlias = "dict[str, Json]"


def tree_at(tree: "Json", *keys: str) -> Tree:
    """Give the object at a path of keys; an empty one if there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def list_at(tree: "Json", *keys: str) -> "list[Json]":
    """Give the list at a path of keys; an empty one if there is none."""
    found = tree_at(tree, *keys[:-1]).get(keys[-1])
    return found if isinstance(found, list) else []


def trees_at(tree: "Json", *keys: str) -> Iterator[Tree]:
    """Yield the objects of the list at a path of keys."""
    for each in list_at(tree, *keys):
        if isinstance(each, dict):
            yield each


def text_at(tree: "Json", *keys: str) -> str:
    """Give the text at a path of keys; empty if there is none."""
    found = tree_at(tree, *keys[:-1]).get(keys[-1])
    return found if isinstance(found, str) else ""


def texts_at(tree: "Json", *keys: str) -> list[str]:
    """Give the texts of the list at a path of keys; a single text counts as a list of one."""
    found = tree_at(tree, *keys[:-1]).get(keys[-1])
    if isinstance(found, str):
        return [found]
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def walk(tree: "Json") -> Iterator[tuple[str, "Json"]]:
    """Yield every value with its JSON pointer (RFC 6901), outermost first, without recursion."""
    stack: list[tuple[str, Json]] = [("", tree)]
    while stack:
        pointer, value = stack.pop()
        yield pointer, value
        if isinstance(value, dict):
            stack.extend((f"{pointer}/{escaped(key)}", value[key]) for key in reversed(value))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{at}", value[at]) for at in range(len(value) - 1, -1, -1))


def escaped(key: str) -> str:
    """Write a key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """Give the key that a part of a JSON pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")


def stepped(tree: "Json", part: str) -> "Json":
    """Follow one part of a JSON pointer. Raises ``LookupError`` if nothing is there."""
    key = unescaped(part)
    if isinstance(tree, dict):
        return tree[key]
    if isinstance(tree, list) and _is_index(key):
        return tree[int(key)]
    raise LookupError(part)


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 12 and (key == "0" or key[0] != "0")


def nearest(lines: dict[str, int], pointer: str) -> int:
    """Give the line of a value, or of the nearest one around it whose line is known; else the first."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 1)


def layer_below(layer: "list[Json]") -> "list[Json]":
    """Give the objects and lists that lie directly in those of a layer: depth without recursion."""
    return [
        child
        for value in layer
        if isinstance(value, dict | list)
        for child in (value.values() if isinstance(value, dict) else value)
        if isinstance(child, dict | list)
    ]
