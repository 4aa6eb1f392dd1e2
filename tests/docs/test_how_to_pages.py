"""Runs the code of the how-to pages: modules are laid beside ours, then their tests are called."""

import importlib
import os
import re
import sys

import pytest

from tools.environment.prepare import ROOT

PAGES = ("how-to-add-a-reader.md", "how-to-add-a-rule.md")
PACKAGES = ("formats", "models.facts", "models.readers", "models.rules")


def _blocks(page):
    with open(os.path.join(ROOT, "docs", page), encoding="utf-8") as file:
        return re.findall(r"```python\n# (\S+)\n(.*?)```", file.read(), re.DOTALL)


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Lay the modules of all pages beside ours; gives the pages' test code."""
    tests = {}
    for page in PAGES:
        for path, code in _blocks(page):
            if path.startswith("tests/"):
                tests[path] = code
                continue
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code)
    for name in PACKAGES:
        package = importlib.import_module(f"backstamp.{name}")
        beside = str(tmp_path.joinpath("src", "backstamp", *name.split(".")))
        monkeypatch.setattr(package, "__path__", [*package.__path__, beside])
    yield tests
    for name in [n for n in sys.modules if n.startswith("backstamp.") and n.endswith(".mini")]:
        del sys.modules[name]
        parent = sys.modules[name.rpartition(".")[0]]
        delattr(parent, "mini")


def test_the_tests_of_the_how_to_pages_pass(example):
    ran = []
    for path, code in example.items():
        names: dict[str, object] = {}
        exec(compile(code, path, "exec"), names)  # noqa: S102  # our own documentation
        for name, test in names.items():
            if name.startswith("test_") and callable(test):
                test()
                ran.append(name)
    assert ran == [
        "test_yields_each_record_with_its_place",
        "test_a_record_which_is_longer_than_the_file_is_a_read_error",
        "test_finds_a_record_that_is_run",
        "test_leaves_a_plain_record_alone",
        "test_shows_control_characters_escaped",
    ]
