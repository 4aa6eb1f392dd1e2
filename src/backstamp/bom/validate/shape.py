"""What a schema says that each value of a document is: a component, a hash, a reference.

The semantic checks are about such things wherever they stand, also where a later version of the schema puts
them. So the document is walked along its schema: all alternatives of a place are taken together (which of
them holds is the business of the schema check), and every value comes with the names of the definitions
that it could be.
"""

from collections.abc import Iterator
from typing import TypeAlias

from backstamp.core.tree import Json, Tree, escaped, list_at, tree_at, unescaped
from backstamp.knowledge.schemas import SchemaSet

_Node: TypeAlias = tuple[str, Tree]  # file, schema
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_CONDITIONALS = ("then", "else")
# Files whose insides the semantics are not about: signatures have names of their own.
_OPAQUE = ("jsf-",)


class Shape:
    """What a place of the schema can hold: names of definitions and formats, and the places below."""

    __slots__ = ("items", "names", "properties")

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self.properties: dict[str, list[_Node]] = {}
        self.items: list[_Node] = []


class Spot:
    """A value of a document: where it is, what it could be, and of what it is a property."""

    __slots__ = ("key", "names", "owner", "pointer", "value")

    def __init__(
        self, pointer: str, key: str, value: Json, names: frozenset[str], owner: "Spot | None"
    ) -> None:
        self.pointer = pointer
        self.key = key  # of the property; those in a list have that of the list
        self.value = value
        self.names = names
        self.owner = owner  # the object that holds it


_NOTHING = Shape()


class Shapes:
    """The shapes of a schema, each made once."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._made: dict[tuple[int, ...], Shape] = {}

    def walked(self, tree: Json) -> Iterator[Spot]:
        """Visit every value that the schema knows, outermost first, in the order of the document."""
        root = self._shape([(self._schemas.root, self._schemas.named(self._schemas.root))])
        stack = [(Spot("", "", tree, root.names | {"bom"}, None), root)]
        while stack:
            spot, shape = stack.pop()
            yield spot
            stack.extend(reversed(list(self._below(spot, shape))))

    def _below(self, spot: Spot, shape: Shape) -> Iterator[tuple[Spot, Shape]]:
        value, pointer = spot.value, spot.pointer
        if isinstance(value, dict):
            for key, each in value.items():
                below = self._shape(shape.properties[key]) if key in shape.properties else _NOTHING
                yield Spot(f"{pointer}/{escaped(key)}", key, each, below.names, spot), below
        elif isinstance(value, list) and (shape.items or shape is _NOTHING):
            below = self._shape(shape.items) if shape.items else _NOTHING
            for at, each in enumerate(value):
                yield Spot(f"{pointer}/{at}", spot.key, each, below.names, spot.owner), below

    def _shape(self, nodes: list[_Node]) -> Shape:
        key = tuple(id(schema) for _, schema in nodes)
        if key not in self._made:
            self._made[key] = self._merged(nodes)
        return self._made[key]

    def _merged(self, nodes: list[_Node]) -> Shape:
        shape, names = Shape(), set()
        waiting, seen = list(nodes), set()
        while waiting:
            file, schema = waiting.pop(0)
            if id(schema) in seen or file.startswith(_OPAQUE):
                continue
            seen.add(id(schema))
            address = schema.get("$ref")
            if isinstance(address, str):
                names.add(address.rpartition("/")[2])
                waiting.append(self._resolved(file, address))
            if isinstance(schema.get("format"), str):
                names.add(f"format:{schema['format']}")
            for key, below in tree_at(schema, "properties").items():
                if isinstance(below, dict):
                    shape.properties.setdefault(key, []).append((file, below))
            items = schema.get("items")
            shape.items.extend(
                (file, each)
                for each in (items if isinstance(items, list) else [items])
                if isinstance(each, dict)
            )
            for word in _ALTERNATIVES:
                waiting.extend((file, each) for each in list_at(schema, word) if isinstance(each, dict))
            waiting.extend((file, tree_at(schema, word)) for word in _CONDITIONALS if tree_at(schema, word))
        shape.names = frozenset(names)
        return shape

    def _resolved(self, file: str, address: str) -> _Node:
        name, _, pointer = address.partition("#")
        schema: Json = self._schemas.named(name or file)
        for key in pointer.strip("/").split("/") if pointer.strip("/") else ():
            schema = schema.get(unescaped(key)) if isinstance(schema, dict) else None
        return name or file, schema if isinstance(schema, dict) else {}
