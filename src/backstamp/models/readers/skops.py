"""Reads the schema of a skops file: what loading it imports and makes.

Source: skops/io/_audit.py and the node classes beside it. Arrays lie beside the schema as npy members.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats.json_text import is_too_rich
from backstamp.formats.keras import Object, parsed
from backstamp.models.facts.skops import SkopsNode

_LARGEST = 256 * 1024 * 1024
_WORDS = 16


class SkopsReader:
    """Reads a JSON schema whose root names its loader."""

    name = "skops"
    version = 1
    kinds = frozenset({"skops-schema"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the nodes of a schema."""
        if not blob.is_whole or blob.size > _LARGEST:
            yield Unread("schema is too large to be held")
            return
        text = blob.head(blob.size)
        if is_too_rich(text):
            yield Unread("schema of too many values to be held")
            return
        try:
            root = parsed(text)
        except ReadError as error:
            if blob.name == "schema.json":
                yield Unread(error.message)
            return
        if isinstance(root, Object) and root.all("__loader__"):
            yield from _nodes(blob, root, budget)
        yield Explained(0, blob.size)


READER = SkopsReader()


def _nodes(blob: Blob, root: Object, budget: Budget) -> Iterator[Statement]:
    counted: dict[tuple[object, ...], tuple[SkopsNode, list[int]]] = {}
    stack: list[tuple[object, str]] = [(root, "")]
    while stack:
        value, pointer = stack.pop()
        budget.spend_operations()
        if isinstance(value, Object):
            if value.all("__loader__") or value.all("__class__"):
                node = _node(blob, value, pointer)
                key = (node.loader, node.module, node.name, node.method, node.owner, node.operand)
                counted.setdefault(key, (node, [0]))[1][0] += 1
            pairs = reversed(value.pairs)
            stack.extend((v, f"{pointer}/{k[:64]}") for k, v in pairs if isinstance(v, (Object, list)))
        elif isinstance(value, list):
            stack.extend((v, f"{pointer}/{i}") for i, v in enumerate(value) if isinstance(v, (Object, list)))
    yield from (node for node, _ in counted.values())


def _node(blob: Blob, value: Object, pointer: str) -> SkopsNode:
    content = next((c for c in value.all("content") if isinstance(c, Object)), Object(()))
    held = next((c for c in content.all("obj") if isinstance(c, Object)), None)
    loader = value.text("__loader__")
    operand: tuple[str, ...] = ()
    if loader in {"OperatorFuncNode", "PartialNode", "ReduceNode"}:
        operand = tuple(_words(value))
    return SkopsNode(
        place=blob.at_pointer(pointer),
        loader=loader[:64],
        module=(value.text("__module__") or content.text("module_path"))[:256],
        name=(value.text("__class__") or content.text("function"))[:256],
        method=content.text("func")[:256] if loader == "MethodNode" else "",
        owner=f"{held.text('__module__')}.{held.text('__class__')}"[:512] if held else "",
        operand=operand,
    )


def _words(value: Object) -> Iterator[str]:
    """Texts in the attributes of an operator function: names that it will fetch or call."""
    stack: list[object] = [v for k, v in value.pairs if k in {"attrs", "content", "args"}]
    left = 256
    words = 0
    while stack and left and words < _WORDS:
        left -= 1
        item = stack.pop()
        if isinstance(item, Object):
            stack.extend(
                v for k, v in item.pairs if k not in {"__class__", "__module__", "__loader__", "__id__"}
            )
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str):
            words += 1
            yield item[:128]
