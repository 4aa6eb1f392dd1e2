"""Finds datasets that one file names in two ways: by an address or in words, and by their name on a hub.

1. Names are held against each other without case, marks, brackets and words such as "dataset".
2. A name that begins another is the same where both have no other partner in that file.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from backstamp.core.supply import Kind, Linked, Part, Stated, Trait


def same_data(said: Iterable[Stated | Linked]) -> dict[Part, Part]:
    """Datasets that are named by an address or in words, and as a hub names them in the same file."""
    hub: dict[tuple[tuple[str, ...], str], Part] = {}
    words: dict[tuple[tuple[str, ...], Part], set[str]] = {}
    for statement in said:
        part = statement.target if isinstance(statement, Linked) else statement.part
        if part.kind is not Kind.DATASET:
            continue
        world, _, name = part.key.partition(":")
        path = statement.place.path
        if world == "huggingface":
            hub[path, _squashed(name.rpartition("/")[2])] = part
        elif world in ("url", "name"):
            spellings = words.setdefault((path, part), {_squashed(name.rstrip("/").rpartition("/")[2])})
            if isinstance(statement, Stated) and statement.trait is Trait.NAME:
                spellings.add(_squashed(str(statement.value)))
    found: dict[Part, Part] = {}
    for (path, part), spellings in sorted(words.items()):
        for spelling in sorted(spellings):
            if same := hub.get((path, spelling)):
                found.setdefault(part, same)
    found.update(_longer_names(hub, words, found))
    return found


def _longer_names(
    hub: dict[tuple[tuple[str, ...], str], Part],
    words: dict[tuple[tuple[str, ...], Part], set[str]],
    found: dict[Part, Part],
) -> Iterator[tuple[Part, Part]]:
    """Datasets of one file of which one name begins the other, where each has that one partner only.

    "Yahoo Answers" and ``yahoo_answers_topics``, "Simple Wikipedia" and ``simple-wiki``; short names, and
    names that differ by a number (``openwebtext2``), are no partners.
    """
    taken = set(found.values())
    free = {key: part for key, part in hub.items() if part not in taken}
    if len(free) * len(words) > _MOST_PAIRS:
        return
    pairs = {
        (part, same)
        for (path, part), spellings in words.items()
        if part not in found
        for (place, name), same in free.items()
        if place == path and any(_begins(one, name) for one in spellings)
    }
    for part, same in sorted(pairs):
        if sum(part in pair for pair in pairs) == 1 and sum(same in pair for pair in pairs) == 1:
            yield part, same


_MOST_PAIRS = 250_000
_SHORTEST = 10


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    rest = long[len(short) :]
    return len(short) >= _SHORTEST and long.startswith(short) and rest.isalpha()


def _squashed(name: str) -> str:
    """Write a name so that its spellings are equal: no case, no marks, no brackets, no word for data."""
    plain = _bracketed().sub("", name.casefold())
    words = [word for word in _words().findall(plain) if word not in ("dataset", "data", "pairs", "captions")]
    return "".join(words) or plain


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(r"\([^()]*\)")


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[^\W_]+")
