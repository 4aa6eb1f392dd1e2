"""The page on detection names tests, cases and rules that exist."""

import re
from pathlib import Path

from backstamp.engine.catalog import all_detectors
from kit.evasions import cases

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "detection.md").read_text(encoding="utf-8")


def test_every_named_test_exists():
    files = {p.stem for p in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"`(test_\w+)(\*?)`", PAGE)
    assert [n for n, star in named if not any(f == n or (star and f.startswith(n)) for f in files)] == []


def test_every_named_group_of_evasions_has_cases():
    groups = {case.group for case in cases()}
    assert sorted(set(re.findall(r"`evasions: ([\w-]+)`", PAGE)) - groups) == []


def test_every_named_rule_exists():
    codes = {d.RULE.code for d in all_detectors()}
    assert sorted(set(re.findall(r"\b[A-Z]{3}\d{3}\b", PAGE)) - codes) == []
