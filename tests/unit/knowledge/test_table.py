"""The shipped table as a whole."""

import ast
import importlib.util
import pathlib

import pytest

from backstamp.core.errors import KnowledgeError
from backstamp.knowledge.callables import Effect, _Table, _table, is_covered, is_standard, known, snapshot


def stub_names() -> list[tuple[str, str]]:
    """Names of public functions and classes in the stubs of the standard library that mypy carries."""
    spec = importlib.util.find_spec("mypy")
    if spec is None or spec.origin is None:
        return []
    root = pathlib.Path(spec.origin).parent / "typeshed" / "stdlib"
    found = []
    for path in sorted(root.rglob("*.pyi")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[0] in {"_typeshed", "typing_extensions.pyi", "typing_extensions", "__main__"}:
            continue
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        nodes = ast.parse(path.read_text(encoding="utf-8")).body
        kinds = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
        found.extend((module, node.name) for node in nodes if isinstance(node, kinds))
    return found


def test_every_public_callable_of_the_stubs_has_an_entry() -> None:
    names = stub_names()
    assert [f"{m}.{n}" for m, n in names if known(m, n) is None] == []


def test_few_callables_of_the_stubs_are_unknown() -> None:
    names = stub_names()
    unknown = [f"{m}.{n}" for m, n in names if (k := known(m, n)) and Effect.UNKNOWN in k.effects]
    assert len(unknown) * 100 < 3 * max(len(names), 1)


def test_a_lookup_reads_one_chunk_and_not_the_table() -> None:
    table = _Table(_table().data)
    table.find("zoneinfo", "ZoneInfo")
    assert len(table._chunks) <= 3


def test_a_second_lookup_reads_nothing() -> None:
    table = _Table(_table().data)
    first = table.find("os", "system")
    table._chunks.clear()
    table._sections.clear()
    assert table.find("os", "system") is first
    assert table._chunks == {}


@pytest.mark.parametrize(
    "module",
    [
        "os",
        "posix",
        "nt",
        "_winapi",
        "winreg",
        "msvcrt",
        "_posixsubprocess",
        "_pyrepl.pager",
        "idlelib.pyshell",
        "lib2to3.pgen2",
        "distutils.core",
        "test.support",
        "ensurepip",
        "pip._internal",
        "setuptools.sandbox",
        "venv",
        "_aix_support",
        "_osx_support",
        "__builtin__",
        "copy_reg",
        "cPickle",
        "commands",
        "urllib2",
        "Queue",
        "_interpreters",
        "compression.zstd",
        "xml.etree.ElementTree",
    ],
)
def test_modules_of_the_standard_library_are_standard(module: str) -> None:
    assert is_standard(module)


def test_covered_packages_are_told_from_strangers() -> None:
    names = ("numpy", "sklearn.tree", "torch._utils", "os", "mymodel", "numpyx.core")
    assert [is_covered(n) for n in names] == [True, True, True, True, False, False]
    assert [is_standard(n) for n in names] == [False, False, False, True, False, False]


def test_the_snapshot_has_a_day_and_a_digest() -> None:
    found = snapshot()
    assert (found.name, len(found.digest), found.as_of[:2]) == ("callables", 64, "20")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a" * 5000, "a." * 5000, "\x00", ">", "*", "*patterns", "é.ü"]
)
def test_odd_names_are_no_trouble(name: str) -> None:
    for module in ("os", "builtins", "numpy", name):
        found = known(module, name)
        assert (
            found is None
            or not (found.effects <= {Effect.DATA, Effect.PURE})
            or found.kind in {"module", "value"}
        )


def test_a_damaged_table_is_refused() -> None:
    with pytest.raises(KnowledgeError):
        _Table(b"something else")
