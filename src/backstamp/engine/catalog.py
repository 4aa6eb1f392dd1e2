"""Joins the areas' catalogs: the one list of readers and rules."""

import sys
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module

from backstamp.attest.catalog import AREA as ATTEST
from backstamp.bom.catalog import AREA as BOM
from backstamp.core.catalog import JUDGE, Area, FamilyEntry, Purpose, ReaderEntry
from backstamp.core.finding import Detector
from backstamp.core.reading import Reader
from backstamp.core.report import RuleText, Snapshot
from backstamp.data.catalog import AREA as DATA
from backstamp.models.catalog import AREA as MODELS
from backstamp.software.catalog import AREA as SOFTWARE

AREAS: tuple[Area, ...] = (MODELS, DATA, SOFTWARE)
# What rules there are, also those about signatures and supply graphs, which no scan of files asks.
ALL_AREAS: tuple[Area, ...] = (*AREAS, ATTEST, BOM)


def readers_for(
    kinds: Iterable[str], areas: tuple[Area, ...] = AREAS, purposes: tuple[Purpose, ...] = JUDGE
) -> Iterator[Reader]:
    """Load the readers which read any of these formats for one of these purposes, in catalog order."""
    for entry in _entries_for(tuple(kinds), areas, purposes):
        yield _reader(entry)


@lru_cache(maxsize=1024)
def _entries_for(
    kinds: tuple[str, ...], areas: tuple[Area, ...], purposes: tuple[Purpose, ...]
) -> tuple[ReaderEntry, ...]:
    wanted = frozenset(kinds)
    return tuple(
        entry
        for area in areas
        for entry in area.readers
        if wanted.intersection(entry.kinds) and any(p in entry.serves for p in purposes)
    )


def families_for(
    modules: frozenset[str], *, tree: bool, areas: tuple[Area, ...] = AREAS
) -> Iterator[FamilyEntry]:
    """Name the rule families that want facts of any of these modules."""
    for area in areas:
        for family in area.families:
            if family.tree == tree and modules.intersection(family.facts):
                yield family


@cache
def detectors_of(family: FamilyEntry) -> tuple[Detector, ...]:
    """Load the rules of a family."""
    return tuple(detector() for detector in import_module(family.module).RULES)


def all_detectors(areas: tuple[Area, ...] = ALL_AREAS) -> tuple[Detector, ...]:
    """Load every rule there is, sorted by code."""
    found = [d for area in areas for family in area.families for d in detectors_of(family)]
    return tuple(sorted(found, key=lambda d: d.RULE.code))


def detectors_for(codes: frozenset[str], areas: tuple[Area, ...] = ALL_AREAS) -> tuple[Detector, ...]:
    """Find the rules of some codes, sorted by code: first in the families that ran, then in the others."""
    families = [family for area in areas for family in area.families]
    families.sort(key=lambda family: family.module not in sys.modules)
    found: dict[str, Detector] = {}
    for family in families:
        if found.keys() == codes:
            break
        found.update((d.RULE.code, d) for d in detectors_of(family) if d.RULE.code in codes)
    return tuple(found[code] for code in sorted(found))


def snapshots(areas: tuple[Area, ...] = AREAS) -> tuple[Snapshot, ...]:
    """Name the knowledge that the areas judge by, with its dates."""
    return tuple(
        getattr(import_module(module), "snapshot")()  # noqa: B009  # the module is only known by name
        for area in areas
        for module in area.knowledge
    )


def text_of(detector: Detector) -> RuleText:
    """Take a rule's page apart: the three sections of its docstring."""
    sections = {"what it does": "", "why is this bad?": "", "what to do": ""}
    title = ""
    for line in (type(detector).__doc__ or "").splitlines():
        text = line.strip()
        if text.startswith("## "):
            title = text[3:].lower()
        elif title in sections:
            sections[title] += text + "\n"
    what, why, advice = (text.strip() for text in sections.values())
    return RuleText(rule=detector.RULE, what=what, why=why, advice=advice)


@cache
def _reader(entry: ReaderEntry) -> Reader:
    reader: Reader = import_module(entry.module).READER
    return reader
