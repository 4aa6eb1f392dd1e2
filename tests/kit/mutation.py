"""Documents that nobody would write: parts are left out, doubled, moved, or replaced by something odd."""

import copy
import random

from backstamp.core.tree import Json, Tree

ODD: tuple[Json, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    10**30,
    "",
    "x",
    "\ud800",
    "a b",
    "a:b",
    "http://x y",
    "é",
    [],
    {},
    [[]],
    [{}],
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    {"ref": "model:tiny"},
    ["model:tiny"],
    {"name": "n"},
    {"license": {}},
    "app",
    "data:train",
    "model:tiny",
    "machine-learning-model",
    "data",
    "file",
    {"type": "data", "name": "q"},
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "LicenseRef-x",
    "Use case: a\nUser: b",
    "version 3",
    "service",
    "endpoint",
    {"a": {"b": [1, 2]}},
    "urn:cdx:x/1",
    {"name": "cdx:ai-ml:model:parameter:x", "value": "1"},
    {"name": "backstamp:spdx:comment", "value": "x"},
    "cdx:ai-ml:model:tokenizer",
    "noAssertion",
    "false_positive",
)
_KEYS = (
    "x",
    "",
    "a/b",
    "~",
    "properties",
    "name",
    "bom-ref",
    "version",
    "analysis",
    "licenses",
    "components",
)
_MOST = 20_000


def mutated(tree: Tree, seed: int, most: int = 12) -> Tree:
    """Change a document in place, in up to so many ways."""
    chance = random.Random(seed)  # noqa: S311  # a seed makes the same document again
    for _ in range(chance.randint(1, most)):
        places = _places(tree)
        if not places:
            return tree
        parent, key = chance.choice(places)
        _change(chance, parent, key, places)
    return tree


_Place = tuple["Tree | list[Json]", "str | int"]


def _places(tree: Json) -> list[_Place]:
    found: list[_Place] = []
    stack = [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found.extend((value, key) for key in value)
            stack.extend(value.values())
        elif isinstance(value, list):
            found.extend((value, at) for at in range(len(value)))
            stack.extend(value)
    return found


def _change(
    chance: random.Random, parent: "Tree | list[Json]", key: "str | int", places: list[_Place]
) -> None:
    odd = copy.deepcopy(chance.choice(ODD))
    match chance.randint(0, 6):
        case 0:
            del parent[key]
        case 1:
            parent[key] = odd
        case 2 if isinstance(parent, list):
            parent.insert(chance.randint(0, len(parent)), copy.deepcopy(parent[key]))
        case 3 if isinstance(parent, list):
            chance.shuffle(parent)
        case 4:
            other, word = chance.choice(places)
            if len(repr(other[word])) < _MOST:
                parent[key] = copy.deepcopy(other[word])
        case 5 if isinstance(parent, dict):
            parent[chance.choice(_KEYS)] = odd
        case 6 if isinstance(parent[key], list):
            parent[key].append(odd)
