"""Recognises licence texts: what a LICENSE file says, whatever its layout.

1. A text is its words: small letters and digits; layout, quotes, marks of HTML and other scripts do not
   count.
2. A licence is known by the smallest hashes of its runs of five words. A text has the licence if it has
   nearly all of them (Broder, "On the resemblance and containment of documents", 1997), the words that tell
   it, and none of those that deny it.
3. Of licences of one family, which share most of their words, the one with the most of its own runs is taken.
   Short ones are told apart by their words alone: names of people and companies stand in between.
4. Licences whose text is not at hand are known by the words that tell them alone, with less confidence.
"""

import hashlib
import re
import zlib
from functools import cache

import msgspec

from backstamp.knowledge.licence_table import Entry, Print, entries, prints

RUN = 5  # words
_SKETCH = 64
_OWN = 24
_LARGEST = 1024 * 1024  # characters that are looked at: notices of large products are longer
_NEARLY = 0.8
_OWN_NEARLY = 0.6
_FOREIGN = 0.45  # of a text with a short licence: more than that are other texts
_SHORT = 600  # runs
_SHORT_NEARLY = 0.85
_SHORT_SHARE = 0.72
_SURE = 0.97


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """A licence that was found in a text.

    ``found`` is the share of the licence that the text has, ``share`` the share of the text that the licence
    is.
    """

    id: str
    found: float
    share: float
    confidence: float


def words_of(text: str) -> list[str]:
    """Take a text apart into its words."""
    return _word().findall(_mark().sub(" ", text[:_LARGEST]).lower())


def runs_of(words: list[str]) -> set[int]:
    """Hash every run of words."""
    raw = [word.encode("ascii") for word in words]
    return {zlib.crc32(b" ".join(raw[at : at + RUN])) for at in range(max(len(raw) - RUN + 1, 1))}


def print_of(text: str, kin: set[int] | None = None) -> Print:
    """Make the fingerprint of a licence text, against the runs of its kin."""
    words = words_of(text)
    runs = runs_of(words)
    return Print(
        sha256=hashlib.sha256(" ".join(words).encode()).hexdigest(),
        runs=len(runs),
        sketch=tuple(sorted(runs)[:_SKETCH]),
        own=tuple(sorted(runs - kin)[:_OWN]) if kin else (),
    )


def recognised(text: str) -> list[Recognition]:
    """Name the licences whose texts are in a text, the most of it first; of each family, one."""
    words = words_of(text)
    if len(words) < RUN:
        return []
    runs = runs_of(words)
    joined = f" {' '.join(words)} "
    best: dict[str, tuple[tuple[float, float], Recognition]] = {}
    for entry in entries().values():
        known = prints().get(entry.text)
        if (known is None and not entry.tells) or not _is_told(entry, joined):
            continue
        match = _matched(entry, known, runs, words)
        if match is None:
            continue
        group = entry.kin or entry.id
        if group not in best or match[0] > best[group][0]:
            best[group] = match
    found = [recognition for _, recognition in best.values()]
    return sorted(found, key=lambda r: (-r.share, r.id))


def _is_told(entry: Entry, joined: str) -> bool:
    return all(f" {tell} " in joined for tell in entry.tells) and not any(
        f" {word} " in joined for word in entry.never
    )


def _share_of(sketch: tuple[int, ...], runs: set[int]) -> float:
    return sum(1 for run in sketch if run in runs) / len(sketch)


def _matched(
    entry: Entry, known: Print | None, runs: set[int], words: list[str]
) -> tuple[tuple[float, float], Recognition] | None:
    if known is None:
        share = min(1.0, 400 / len(runs))
        return (0.5, 0.0), Recognition(id=entry.id, found=1.0, share=share, confidence=0.85)
    is_short = known.runs < _SHORT
    found = _share_of(known.sketch, runs)
    if found < (_SHORT_NEARLY if is_short else _NEARLY):
        return None
    own = _share_of(known.own, runs) if known.own and not is_short else 1.0
    if own < _OWN_NEARLY:
        return None
    share = min(1.0, found * known.runs / len(runs))
    if is_short and share < _SHORT_SHARE:
        # Something was added to a short licence, which can turn it into another; long texts that begin with
        # it are those of products which add the notices of others.
        head = runs_of(words[: int(known.runs * 1.3) + 60]) if share < 1 - _FOREIGN else runs
        if head is not runs and _share_of(known.sketch, head) < _SHORT_NEARLY:
            return None
        confidence = 0.55 if head is runs else 0.7
    else:
        is_most = share >= 0.8 or not is_short
        confidence = 0.98 if found >= _SURE and share >= 0.8 else 0.9 if found >= 0.9 and is_most else 0.75
    recognition = Recognition(
        id=entry.id, found=round(found, 3), share=round(share, 3), confidence=confidence
    )
    return (round(own, 1), found * known.runs), recognition


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(r"</?[A-Za-z][^<>]{0,200}>")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+")
