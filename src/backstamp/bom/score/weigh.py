"""Weighs a document against a profile.

1. Each element is asked of every part that it concerns; its quality is the mean of the answers.
2. An answer weighs by how it is known: measured or attested 1, declared 0.9, derived 0.8, parsed from
   prose 0.6, asserted 0.5. What is named as unknown or withheld weighs 0.2. A placeholder weighs nothing.
3. An element is *evidenced* if at least half of the parts that it concerns answer it with evidence.
4. Coverage counts answered elements, quality weighs them; the two are never mixed.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from backstamp.bom.score.profiles import COMPONENTS, DATASETS, DOCUMENT, MODELS, Element, Profile
from backstamp.bom.score.view import Hit, Place, View, is_answer
from backstamp.core.supply import Method
from backstamp.core.tree import Tree, list_at, text_at

_NAMED_UNKNOWN = 0.2


class Standing(StrEnum):
    """How an element is answered."""

    EVIDENCED = "evidenced"
    PARTLY = "partly"  # fewer than half of the parts have evidence
    ASSERTED = "asserted"  # said without evidence
    WITHHELD = "withheld"
    UNKNOWN = "unknown"  # said to be unknown
    PLACEHOLDER = "placeholder"
    MISSING = "missing"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """An element with how it is answered: ``quality`` from 0 to 1, by ``answered`` of ``asked`` parts."""

    cluster: str
    name: str
    standing: Standing
    quality: float
    method: str
    answered: int
    asked: int
    pointer: str
    advice: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A document's score. ``evidenced`` of ``total`` elements; ``quality`` is their mean, from 0 to 1."""

    profile: str
    title: str
    source: str
    evidenced: int
    total: int
    quality: float
    marks: tuple[Mark, ...]

    @property
    def next_actions(self) -> tuple[str, ...]:
        """What to do next, the action that gains most first."""
        gains: dict[str, float] = {}
        for mark in self.marks:
            if mark.quality < 0.6 and mark.standing is not Standing.EVIDENCED:
                gains[mark.advice] = gains.get(mark.advice, 0.0) + 1.0 - mark.quality
        return tuple(sorted(gains, key=lambda advice: (-gains[advice], advice)))


def weighed(document: Tree, profile: Profile) -> Score:
    """Score a CycloneDX document."""
    view = View(document)
    marks = tuple(_mark(element, view) for element in profile.elements)
    return Score(
        profile=profile.name,
        title=profile.title,
        source=profile.source,
        evidenced=sum(mark.standing is Standing.EVIDENCED for mark in marks),
        total=len(marks),
        quality=round(sum(mark.quality for mark in marks) / len(marks), 4),
        marks=marks,
    )


class _Answer(msgspec.Struct, frozen=True):
    standing: Standing
    quality: float
    pointer: str = ""
    method: str = ""


def _mark(element: Element, view: View) -> Mark:
    places = _asked(element, view)
    answers = [_answer(element, place, view) for place in places]
    good = [a for a in answers if a.standing is Standing.EVIDENCED]
    best = max(answers, key=lambda a: a.quality, default=_Answer(Standing.MISSING, 0.0))
    if good and len(good) * 2 >= len(answers):
        standing = Standing.EVIDENCED
    elif good:
        standing = Standing.PARTLY
    else:
        standing = best.standing
    return Mark(
        cluster=element.cluster,
        name=element.name,
        standing=standing,
        quality=round(sum(a.quality for a in answers) / len(answers), 4) if answers else 0.0,
        method=best.method,
        answered=sum(a.standing in (Standing.EVIDENCED, Standing.ASSERTED) for a in answers),
        asked=len(answers),
        pointer=best.pointer,
        advice=element.advice,
    )


def _asked(element: Element, view: View) -> list[Place]:
    if element.over == DOCUMENT:
        return [view.root]
    if element.over == MODELS:
        return view.models
    if element.over == DATASETS:
        return view.datasets
    if element.over == COMPONENTS:
        return [p for p in view.components if p.tree.get("type") != "file"]
    return [view.subject] if view.subject.tree else []


def _answer(element: Element, place: Place, view: View) -> _Answer:
    best = _Answer(Standing.MISSING, 0.0)
    for hit in element.find(place, view):
        found = _weight(element, hit, view)
        if found.quality > best.quality or best.standing is Standing.MISSING:
            best = found
        if best.quality == 1.0:
            break
    if best.quality > 0:
        return best
    for word, standing in ((w, s) for s in (Standing.WITHHELD, Standing.UNKNOWN) for w in _named(place, s)):
        if word in element.unknown:
            return _Answer(standing, _NAMED_UNKNOWN)
    return best


def _weight(element: Element, hit: Hit, view: View) -> _Answer:
    if not is_answer(hit):
        return _Answer(Standing.PLACEHOLDER, 0.0, hit.pointer)
    method = Method.MEASURED if element.inherent else view.method_of(hit.pointer)
    if element.inherent and element.name.lower().endswith("author"):
        method = Method.DECLARED
    standing = Standing.ASSERTED if method is Method.ASSERTED else Standing.EVIDENCED
    return _Answer(standing, method.weight, hit.pointer, method.value)


def _named(place: Place, standing: Standing) -> Iterator[str]:
    for each in list_at(place.tree, "properties"):
        if text_at(each, "name") == f"backstamp:{standing.value}":
            yield text_at(each, "value")
