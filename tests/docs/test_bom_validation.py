"""The page about validation lists every check with the words of the code."""

import os
import re

from backstamp.bom.validate.checks import CHECKS
from backstamp.bom.validate.problem import Level

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "bom-validation.md")


def page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def test_every_check_is_on_the_page_and_no_other():
    rows = [
        f"| {c.code} | `{c.name}` | {c.severity.value} | {c.what} | {c.fix} |"
        for level in Level
        for c in CHECKS
        if c.level is level
    ]
    assert [line for line in page().splitlines() if re.match(r"\| BV\d{3} ", line)] == rows


def test_codes_and_names_are_given_once_and_codes_say_the_level():
    levels = {
        "1": Level.SCHEMA,
        "2": Level.SEMANTICS,
        "3": Level.SEMANTICS,
        "4": Level.ARTEFACTS,
        "5": Level.DEEP,
    }
    assert len({c.code for c in CHECKS}) == len({c.name for c in CHECKS}) == len(CHECKS)
    assert [c.code for c in CHECKS if levels[c.code[2]] is not c.level] == []


def test_the_limits_on_the_page_are_those_of_the_code():
    from backstamp.bom.document import Bounds
    from backstamp.bom.validate.result import MOST_OF_A_KIND

    bounds = Bounds()
    assert (bounds.size, bounds.values, bounds.depth, MOST_OF_A_KIND) == (
        64 * 1024 * 1024,
        4_000_000,
        200,
        100,
    )
