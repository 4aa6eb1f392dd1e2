"""The order of versions, for rollback protection: numbers by value, pre-releases before their release."""

import re
from itertools import zip_longest

_SHAPE = re.compile(r"[vV]?(\d+(?:\.\d+)*)(?:[-._]?([a-zA-Z]+)[-._]?(\d*))?(?:\+[0-9A-Za-z.-]+)?")
_BEFORE = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "c": 3, "pre": 3, "preview": 3}
_AFTER = frozenset({"post", "r", "rev"})


def compared(one: str, other: str) -> int | None:
    """Say whether one version is before (-1), equal to (0) or after (1) another; None if nobody can tell."""
    if one == other:
        return 0
    first, second = _parts(one), _parts(other)
    if first is None or second is None:
        return None
    for left, right in zip_longest(first[0], second[0], fillvalue=0):
        if left != right:
            return -1 if left < right else 1
    return (first[1] > second[1]) - (first[1] < second[1])


def _parts(text: str) -> tuple[tuple[int, ...], tuple[int, int]] | None:
    found = _SHAPE.fullmatch(text) if len(text) <= 200 else None
    if found is None:
        return None
    numbers = tuple(int(part) for part in found[1].split(".")[:20])
    word, count = (found[2] or "").lower(), int(found[3] or 0)
    if not word:
        return numbers, (4, 0)
    if word in _AFTER:
        return numbers, (5, count)
    return (numbers, (_BEFORE[word], count)) if word in _BEFORE else None
