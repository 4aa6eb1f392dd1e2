"""Finds the word that was probably meant, cheaply: lists of licences have hundreds of words."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_LONGEST = 80
_CLOSE = 0.75


def nearest(word: str, words: Iterable[str]) -> str:
    """Give the nearest word; empty if none is near. Another case of the same letters is the nearest."""
    low = word[:_LONGEST].lower()
    best, found = _CLOSE, ""
    for each in words:
        other = each.lower()
        if other == low:
            return each
        if low[:1] == other[:1] and abs(len(low) - len(other)) <= 4:
            score = SequenceMatcher(None, low, other).ratio()
            if score > best:
                best, found = score, each
    return found
