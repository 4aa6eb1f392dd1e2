"""Every rule is whole: listed, documented, named and referenced as the conventions say."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from backstamp.core.catalog import FamilyEntry
from backstamp.core.finding import Detector
from backstamp.engine.catalog import ALL_AREAS, all_detectors, detectors_of, text_of

FAMILIES = [family for area in ALL_AREAS for family in area.families]
REFERENCE = re.compile(
    r"CWE-\d{1,4}|CVE-\d{4}-\d{4,7}|AML\.T\d{4}(\.\d{3})?|LLM\d\d:2025|ML\d\d:2023|GHSA(-[23456789cfghjmpqrvwx]{4}){3}"
)
HEADINGS = ["## What it does", "## Why is this bad?", "## What to do"]


def _by_code(detector: Detector) -> str:
    return detector.RULE.code


def _classes(module: ModuleType) -> set[type]:
    return {
        each
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__ and hasattr(each, "RULE")
    }


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_a_family_lists_every_rule_of_its_module(family: FamilyEntry):
    module = import_module(family.module)
    assert set(module.RULES) == _classes(module)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_a_family_is_loaded_for_every_fact_that_its_rules_want(family: FamilyEntry):
    wanted = {kind.__module__ for detector in detectors_of(family) for kind in detector.WANTS}
    # That an artifact is present is a fact of every scan: a family which wants it is always loaded.
    assert "backstamp.core.fact" in family.facts or wanted - {"backstamp.core.fact"} <= set(family.facts)


@pytest.mark.parametrize("detector", all_detectors(), ids=_by_code)
def test_a_rule_has_the_three_sections(detector: Detector):
    lines = [line.strip() for line in (type(detector).__doc__ or "").splitlines()]
    assert [line for line in lines if line.startswith("#")] == HEADINGS
    page = text_of(detector)
    assert all((page.what, page.why, page.advice))


@pytest.mark.parametrize("detector", all_detectors(), ids=_by_code)
def test_a_rule_is_named_and_referenced_by_the_conventions(detector: Detector):
    rule = detector.RULE
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert not rule.name.startswith(("check-", "no-", "bad-"))
    assert [reference for reference in rule.maps if not REFERENCE.fullmatch(reference)] == []
    assert re.fullmatch(r"\d+\.\d+", rule.since)
    assert not rule.message.endswith(".")


def test_codes_and_names_are_used_once():
    rules = [detector.RULE for detector in all_detectors()]
    codes, names = Counter(r.code for r in rules), Counter(r.name for r in rules)
    assert [each for counts in (codes, names) for each, count in counts.items() if count > 1] == []


def test_every_rule_is_named_by_a_test():
    folder = Path(__file__).parent.parent
    texts = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert [d.RULE.code for d in all_detectors() if d.RULE.code not in texts] == []
