"""Holds the reader of Python against an application in which every use is marked."""

import pytest

from backstamp.core.supply import Kind
from kit.stock import linked
from kit.usage_bench import FILES


def _marked(source):
    return {
        (number, *use.split())
        for number, line in enumerate(source.split("\n"), 1)
        if "  # uses " in line
        for use in line.partition("  # uses ")[2].split("; ")
    }


def _found(source, path):
    return {
        (f.place.where.line, f.target.kind.value, f.target.key, *([f"@{f.revision}"] if f.revision else []))
        for f in linked(source.encode(), path)
        if f.part.kind is Kind.SYSTEM
    }


@pytest.mark.parametrize("path", FILES)
def test_finds_every_marked_use_of_the_bench_and_nothing_else(path):
    assert _found(FILES[path], path) == _marked(FILES[path])


def test_the_bench_has_many_uses_and_many_decoys():
    marked = sum(len(_marked(source)) for source in FILES.values())
    decoys = sum(source.count("decoy/") + source.count("decoy") for source in FILES.values())
    assert (marked >= 180, decoys >= 20) == (True, True)


def test_leaves_tests_and_documentation_alone():
    source = b"import transformers\ntransformers.AutoModel.from_pretrained('acme/x')\n"
    paths = ("tests/a.py", "src/test/a.py", "test_a.py", "a_test.py", "conftest.py", "docs/conf.py")
    assert [f for path in paths for f in linked(source, path)] == []
    assert [f.target.key for f in linked(source, "examples/a.py")] == ["huggingface:acme/x"]
