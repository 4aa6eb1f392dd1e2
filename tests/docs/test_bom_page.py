"""The page about BOMs shows what Backstamp writes."""

import pytest

from tools.docs.excerpts import PAGE, demo_bom, renewed, value_at


def test_the_excerpts_are_what_backstamp_writes_of_the_demo_system():
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    assert renewed(text, demo_bom()) == text


def test_follows_pointers_by_name_and_refuses_what_is_not_there():
    document = {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}]}
    assert value_at(document, "/a/b=y/c") == 2
    assert value_at(document, "/a/0/c") == 1
    with pytest.raises(KeyError):
        value_at(document, "/a/b=z/c")
