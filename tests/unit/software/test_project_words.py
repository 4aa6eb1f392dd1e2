"""What a Python project says of itself."""

from kit.stock import said

PROJECT = b"""\
[project]
name = "helpdesk"
version = "1.4.0"
description = "Answers tickets"
license = "Apache-2.0"
authors = [{name = "Support team"}, {email = "a@example.org"}]
[project.urls]
Repository = "https://example.org/helpdesk"
"""
POETRY = b"""\
[tool.poetry]
name = "old"
version = "0.1"
description = "TODO"
license = "MIT"
authors = ["Ada <ada@example.org>"]
"""


def test_states_what_the_project_at_the_root_says():
    assert said(PROJECT, "pyproject.toml", by="pyproject") == [
        ("system:", "name", "", "helpdesk"),
        ("system:", "version", "", "1.4.0"),
        ("system:", "description", "", "Answers tickets"),
        ("system:", "license", "", "Apache-2.0"),
        ("system:", "author", "", "Support team"),
        ("system:", "author", "", "a@example.org"),
        ("system:", "link", "vcs", "https://example.org/helpdesk"),
    ]


def test_reads_the_table_of_poetry_and_leaves_placeholders_out():
    assert said(POETRY, "pyproject.toml", by="pyproject") == [
        ("system:", "name", "", "old"),
        ("system:", "version", "", "0.1"),
        ("system:", "license", "", "MIT"),
        ("system:", "author", "", "Ada"),
    ]


def test_a_project_inside_the_target_is_not_the_target():
    assert said(PROJECT, "packages/a/pyproject.toml", by="pyproject") == []


def test_odd_types_say_nothing():
    odd = b'[project]\nname = 3\nversion = []\nauthors = "Ada"\nlicense = {file = "LICENSE"}\nurls = [1]\n'
    assert said(odd, "pyproject.toml", by="pyproject") == [("system:", "author", "", "Ada")]
