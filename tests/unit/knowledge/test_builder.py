"""The offline builder, on small packages made here."""

import io
import zipfile
from pathlib import Path

import pytest
from tools.knowledge.build import NOT_STANDARD, PackageFile, table
from tools.knowledge.decisions import Decisions, parsed
from tools.knowledge.sources import Source, archive, compiled, modules_of
from tools.knowledge.syntax import summary_of

from backstamp.knowledge.callables import Effect, _Table

DECISIONS = """
os:system process
builtins:eval code
builtins:open read
warnings:warn pure inner=none
native.core:* ~ data
wild.*:* code
"""
STANDARD = {
    "os.py": "def system(command): ...\n",
    "builtins.py": "def eval(text): ...\ndef open(path, mode='r'): ...\nclass object: ...\n",
    "warnings.py": "def warn(text): ...\n",
}
PACKAGE = {
    "shop/__init__.py": "from .goods import Crate as Box\nfrom shop.tools import *\n",
    "shop/tools.py": "import os\nimport os as _os\nfrom os import system as run\n__version__ = '1'\n"
    "def clean(x):\n    return x + 1\n"
    "def dirty(x):\n    return deeper(x)\n"
    "def deeper(x):\n    os.system(x)\n"
    "def given(f, x):\n    return f(x)\n"
    "def hands_on(f):\n    return given(f, 1)\n"
    "def own_use():\n    return given(clean, 1)\n"
    "def constant():\n    return eval('1 + 1')\n"
    "def wrote(p):\n    return open(p, 'w')\n"
    "def late(x):\n    from os import system\n    system(x)\n",
    "shop/goods.py": "import os\nfrom .tools import dirty\n"
    "class Plain:\n    def __init__(self, size):\n        self.size = size\n"
    "class Crate(Plain):\n    def __setstate__(self, state):\n        dirty(state)\n"
    "class Loud:\n    def __init__(self, x):\n        os.system(x)\n"
    "class Quiet(Loud):\n    def append(self, x):\n        self.note(x)\n"
    "    def note(self, x):\n        eval(x)\n"
    "class Ghost:\n    def __del__(self):\n        self.field(1)\n"
    "class Odd(missing.Base):\n    pass\n",
}


def sources(files: dict[str, str]) -> list[Source]:
    return [Source(path, text.encode()) for path, text in sorted(files.items())]


def built(files: dict[str, str]) -> bytes:
    standard = modules_of(iter(sources(STANDARD)))
    package = PackageFile(name="shop", versions=["1.0"], modules=modules_of(iter(sources(files))))
    return table(standard, set(standard), [package], Decisions(parsed(DECISIONS)), "2026-01-02")[0]


@pytest.fixture(scope="module")
def shop() -> _Table:
    return _Table(built(PACKAGE))


@pytest.mark.parametrize(
    ("name", "effects"),
    [
        ("clean", {Effect.PURE}),
        ("dirty", {Effect.PROCESS}),
        ("given", {Effect.INVOKE}),
        ("hands_on", {Effect.INVOKE}),
        ("own_use", {Effect.PURE}),
        ("constant", {Effect.PURE}),
        ("wrote", {Effect.WRITE}),
        ("late", {Effect.PROCESS}),
    ],
)
def test_a_function_has_the_effects_of_what_it_calls(shop: _Table, name: str, effects: set[Effect]) -> None:
    found = shop.find("shop.tools", name)
    assert found is not None
    assert (found.kind, found.effects, found.basis) == ("function", frozenset(effects), "derived")


@pytest.mark.parametrize(
    ("module", "name", "place"),
    [
        ("shop.tools", "os.system", "os:system"),
        ("shop.tools", "_os.system", "os:system"),
        ("shop.tools", "run", "os:system"),
        ("shop", "tools.os.system", "os:system"),
        ("shop", "Box", "shop.goods:Crate"),
        ("shop", "dirty", "shop.tools:dirty"),
        ("os.path.x", "y", ""),
    ],
)
def test_a_re_export_leads_to_the_real_thing(shop: _Table, module: str, name: str, place: str) -> None:
    found = shop.find(module, name)
    assert (f"{found.module}:{found.name}" if found else "") == place


def facets(table: _Table, name: str) -> tuple[set[Effect], ...]:
    found = table.find("shop.goods", name)
    assert found is not None
    return tuple(set(f) for f in (found.effects, found.new, found.setstate, found.container, found.destroy))


def test_a_class_tells_apart_making_filling_and_ending(shop: _Table) -> None:
    none: set[Effect] = set()
    assert facets(shop, "Plain") == ({Effect.DATA}, none, none, none, none)
    assert facets(shop, "Crate") == ({Effect.DATA}, none, {Effect.PROCESS}, none, none)
    assert facets(shop, "Loud") == ({Effect.PROCESS}, none, none, none, none)
    assert facets(shop, "Quiet") == ({Effect.PROCESS}, none, none, {Effect.CODE}, none)
    assert facets(shop, "Ghost") == ({Effect.DATA}, none, none, none, {Effect.INVOKE})


def test_a_class_with_a_base_that_is_not_there_is_unknown(shop: _Table) -> None:
    assert Effect.UNKNOWN in facets(shop, "Odd")[0]


def test_attributes_that_lead_away_are_seen(shop: _Table) -> None:
    found = [shop.find("shop.tools", f"clean.{n}") for n in ("__globals__", "__globals__.get", "__call__")]
    assert [f.effects for f in found if f] == [{Effect.RESOLVE}, {Effect.RESOLVE}, {Effect.PURE}]


def test_a_word_on_a_whole_package_reaches_names_that_no_source_shows(shop: _Table) -> None:
    found = shop.find("wild.deep.down", "anything")
    assert found is not None
    assert (found.effects, found.basis) == ({Effect.CODE}, "decided")


def test_equal_sources_give_equal_bytes() -> None:
    turned = dict(reversed(list(PACKAGE.items())))
    assert built(PACKAGE) == built(turned)


def test_a_wheel_is_read_without_being_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in PACKAGE.items():
            wheel.writestr(name, text)
        wheel.writestr("shop-1.0.dist-info/METADATA", "Name: shop\n")
    assert modules_of(archive(str(path))) == modules_of(iter(sources(PACKAGE)))


def test_compiled_modules_give_the_names_that_their_text_carries() -> None:
    text = io.BytesIO()
    text.write(
        b"\x00native.core.Tree\x00native.core.Tree.apply\x00native.core.helper\x00__pyx_unpickle_Leaf\x00"
    )
    found = compiled(text.getvalue(), "native.core").definitions
    assert {n: d.kind for n, d in found.items()} == {
        "Leaf": "c",
        "Tree": "c",
        "Tree.apply": "f",
        "__pyx_unpickle_Leaf": "f",
        "helper": "f",
    }


def test_text_that_is_not_python_has_no_summary() -> None:
    assert summary_of("print 'of old'", "old") is None
    assert summary_of("\x00", "none") is None


def test_a_decision_that_names_no_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parsed("os:system process\nos:popen harmful\n")


def test_words_of_a_decision_spread_over_modules_and_names() -> None:
    assert [d.pattern for d in parsed("a|b:x|y|c:* pure")] == ["a:x", "b:x", "a:y", "b:y", "c:*"]


def test_stubs_that_are_no_part_of_the_library_are_left_out() -> None:
    assert "typing_extensions" in NOT_STANDARD
