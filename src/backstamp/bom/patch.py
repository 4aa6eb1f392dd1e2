"""What differs between two JSON trees, as JSON Patch (RFC 6902), and the way back.

1. Objects are compared key by key; the order of keys means nothing.
2. Lists are aligned before they are compared: equal elements first, then those that are named alike, then in
   order. What is in both is moved, never copied, so that a patch holds nothing that both trees have.
3. Objects of the first tree that have an owner get a patch of their own, with pointers that start at them.
4. Values are equal if they are written alike: ``1``, ``1.0`` and ``true`` are three.
"""

import json
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Mapping

from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, escaped, layer_below, text_at, unescaped

Ops = list[Tree]
_NAMES = ("bom-ref", "ref", "uid", "url", "id", "name", "expression", "content", "location", "tagId", "title")
_WRAPPERS = ("license", "resource", "organization", "individual")
_MOST_WORK = 30_000_000
MOST_DEPTH = 250


def written(value: Json) -> str:
    """Write a value in one way only: keys sorted, no blanks, ASCII, numbers with their own digits."""
    if isinstance(value, dict):
        inner = ",".join(f"{json.dumps(key)}:{written(value[key])}" for key in sorted(value))
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    digits = getattr(value, "digits", None)
    return digits if isinstance(digits, str) else json.dumps(value)


def is_same(one: Json, other: Json) -> bool:
    """Say whether two values are written alike."""
    return written(one) == written(other)


def depth_of(tree: Json, most: int = MOST_DEPTH) -> int:
    """Count the levels of a tree, without recursion. Raises ``ReadError`` beyond the limit."""
    layer: list[Json] = [tree]
    depth = 0
    while layer:
        depth += 1
        if depth > most:
            raise ReadError(f"nested deeper than {most} levels")
        layer = layer_below(layer)
    return depth


def differences(before: Json, after: Json, owners: Mapping[int, str] | None = None) -> dict[str, Ops]:
    """Say how to make one tree of another: operations by owner; what no owner has is under the empty name.

    ``owners`` names the owner of an object of ``before`` by its ``id``.
    """
    found: dict[str, Ops] = defaultdict(list)
    _compare(before, after, "", found[""], (found, owners or {}))
    return {owner: ops for owner, ops in found.items() if ops}


def applied(tree: Json, ops: Ops) -> Json:
    """Apply operations in place, and give the tree. Raises ``ReadError`` where one does not fit."""
    for op in ops:
        kind, path = text_at(op, "op"), text_at(op, "path")
        if kind == "move":
            value = _taken(tree, text_at(op, "from"))
            tree = _put(tree, path, value, is_new=True)
        elif kind == "remove":
            _taken(tree, path)
        elif kind in {"add", "replace"} and "value" in op:
            tree = _put(tree, path, op["value"], is_new=kind == "add")
        else:
            raise ReadError(f'"{kind}" is not an operation of a patch')
    return tree


_Context = tuple[dict[str, Ops], Mapping[int, str]]


def _compare(before: Json, after: Json, at: str, ops: Ops, context: _Context) -> None:
    found, owners = context
    if isinstance(before, dict) and isinstance(after, dict):
        owner = owners.get(id(before))
        if owner is not None:
            ops, at = found[owner], ""
        ops.extend(_op("remove", f"{at}/{escaped(key)}") for key in before if key not in after)
        for key, value in after.items():
            if key in before:
                _compare(before[key], value, f"{at}/{escaped(key)}", ops, context)
            else:
                ops.append(_op("add", f"{at}/{escaped(key)}", value))
    elif isinstance(before, list) and isinstance(after, list):
        _compare_lists(before, after, at, ops, context)
    elif not is_same(before, after):
        ops.append(_op("replace", at, after))


def _compare_lists(before: list[Json], after: list[Json], at: str, ops: Ops, context: _Context) -> None:
    pairs = _aligned(before, after)
    lost = [i for i in range(len(before)) if i not in pairs]
    order = sorted(pairs, key=pairs.__getitem__)
    moves = _moves([i for i in range(len(before)) if i in pairs], order)
    if moves is None:
        ops.append(_op("replace", at, after))
        return
    ops.extend(_op("remove", f"{at}/{i}") for i in reversed(lost))
    ops.extend({"op": "move", "from": f"{at}/{source}", "path": f"{at}/{target}"} for source, target in moves)
    matched = {target: source for source, target in pairs.items()}
    ops.extend(_op("add", f"{at}/{i}", value) for i, value in enumerate(after) if i not in matched)
    for target in sorted(matched):
        _compare(before[matched[target]], after[target], f"{at}/{target}", ops, context)


def _aligned(before: list[Json], after: list[Json]) -> dict[int, int]:
    """Pair the elements of two lists: equal ones, then those named alike, then the rest in order."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for naming in (_key, _name):
        waiting: dict[str, deque[int]] = defaultdict(deque)
        for j, value in enumerate(after):
            if j not in taken and (name := naming(value)):
                waiting[name].append(j)
        for i, value in enumerate(before):
            if i not in pairs and (name := naming(value)) and waiting[name]:
                pairs[i] = waiting[name].popleft()
                taken.add(pairs[i])
    left = deque(j for j, value in enumerate(after) if j not in taken and isinstance(value, dict | list))
    for i, value in enumerate(before):
        if i not in pairs and left and isinstance(value, dict | list) and type(value) is type(after[left[0]]):
            pairs[i] = left.popleft()
    return pairs


def _name(value: Json) -> str:
    if not isinstance(value, dict):
        return ""
    for wrapper in _WRAPPERS:
        inner = value.get(wrapper)
        if isinstance(inner, dict):
            return f"{wrapper}/{_name(inner)}"
    for name in _NAMES:
        if isinstance(value.get(name), str):
            return f"{name}={value[name]}"
    return ""


def _moves(held: list[int], order: list[int]) -> list[tuple[int, int]] | None:
    """Say how to bring elements into an order with the fewest moves; ``None`` if that costs too much."""
    if held == order:
        return []
    places = {element: at for at, element in enumerate(held)}
    staying = {order[at] for at in _longest_rise([places[element] for element in order])}
    if (len(order) - len(staying)) * len(order) > _MOST_WORK:
        return None
    current = list(held)
    moves = []
    for place, element in enumerate(order):
        if element in staying:
            continue
        source = current.index(element)
        current.pop(source)
        target = current.index(order[place - 1]) + 1 if place else 0
        current.insert(target, element)
        moves.append((source, target))
    return moves


def _longest_rise(values: list[int]) -> list[int]:
    """Give the places of a longest rising subsequence."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            places.append(at)
        else:
            ends[length], places[length] = value, at
    at = places[-1] if places else -1
    found = []
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def _key(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _op(kind: str, path: str, value: Json = None) -> Tree:
    return {"op": kind, "path": path} if kind == "remove" else {"op": kind, "path": path, "value": value}


def _parent(tree: Json, path: str) -> tuple[Json, str]:
    *way, last = path.split("/")[1:]
    for part in way:
        tree = _child(tree, unescaped(part), path)
    return tree, unescaped(last)


def _child(tree: Json, key: str, path: str) -> Json:
    if isinstance(tree, dict) and key in tree:
        return tree[key]
    if isinstance(tree, list) and key.isdecimal() and int(key) < len(tree):
        return tree[int(key)]
    raise ReadError(f'a patch names "{path[:200]}", which is not there')


def _taken(tree: Json, path: str) -> Json:
    parent, key = _parent(tree, path) if path.startswith("/") else (None, "")
    value = _child(parent, key, path)
    if isinstance(parent, dict):
        del parent[key]
    elif isinstance(parent, list):
        del parent[int(key)]
    return value


def _put(tree: Json, path: str, value: Json, *, is_new: bool) -> Json:
    if not path.startswith("/"):
        return value
    parent, key = _parent(tree, path)
    if isinstance(parent, dict):
        parent[key] = value
    elif isinstance(parent, list) and key.isdecimal() and int(key) <= len(parent) - (not is_new):
        if is_new:
            parent.insert(int(key), value)
        else:
            parent[int(key)] = value
    else:
        raise ReadError(f'a patch names "{path[:200]}", which is not there')
    return tree


def parsed(text: str) -> Json:
    """Read what ``written`` wrote. Raises ``ReadError`` if it is not JSON, or nested too deep."""
    try:
        tree: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError("not the JSON that was expected") from error
    depth_of(tree)
    return tree
