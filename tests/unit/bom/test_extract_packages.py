"""Libraries of the supply graph, made out of facts about packages."""

# texts of files

import pytest

from backstamp.bom.extract.packages import hexadecimal, link_name, role_of, statements_of
from backstamp.core.supply import Linked
from kit.stock import stock


def _graph(*files):
    facts = [fact for name, text in files for fact in stock(text.encode(), name).facts]
    made = list(statements_of(facts))
    ties = [
        (str(f.part.kind) + ":" + f.part.key, f.target.key, f.manner, f.revision)
        for f in made
        if isinstance(f, Linked)
    ]
    said = [(f.part.key, f.trait.value, f.name, f.value) for f in made if not isinstance(f, Linked)]
    return ties, said


def test_one_version_is_one_part_and_a_range_means_it():
    ties, said = _graph(
        ("pyproject.toml", '[project]\ndependencies = ["Torch>=2"]\n'),
        (
            "uv.lock",
            '[[package]]\nname = "torch"\nversion = "2.1"\nsource = {registry = "r"}\ndependencies = [{name = "numpy"}]\n'
            f'wheels = [{{hash = "sha256:{"a" * 64}"}}]\n'
            '[[package]]\nname = "numpy"\nversion = "1.26"\nsource = {registry = "r"}\n',
        ),
    )
    assert ties == [
        ("system:", "pypi:torch", "direct", ""),
        ("system:", "pypi:torch", "", "2.1"),
        ("library:pypi:torch", "pypi:numpy", "", ""),
        ("system:", "pypi:numpy", "", "1.26"),
    ]
    assert said == [
        ("pypi:torch", "name", "", "Torch"),
        ("pypi:torch", "version-range", "", ">=2"),
        ("pypi:torch", "name", "", "torch"),
        ("pypi:torch", "version", "", "2.1"),
        ("pypi:torch", "digest", "sha256", "a" * 64),
        ("pypi:numpy", "name", "", "numpy"),
        ("pypi:numpy", "version", "", "1.26"),
    ]


def test_several_versions_are_several_parts():
    ties, _ = _graph(
        ("a/requirements.txt", "torch==1\n"),
        ("b/requirements.txt", "torch==2\n"),
        ("b/pyproject.toml", '[project]\ndependencies = ["torch"]\n'),
        ("c/pyproject.toml", '[project]\ndependencies = ["torch"]\n'),
    )
    assert [(target, revision) for _, target, _, revision in ties] == [
        ("pypi:torch@1", "1"),
        ("pypi:torch@2", "2"),
        ("pypi:torch@2", ""),
        ("pypi:torch", ""),
    ]


def test_an_archive_of_many_has_no_digest_of_the_package():
    _, said = _graph(("requirements.txt", f"a==1 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}\n"))
    assert said == [("pypi:a", "name", "", "a"), ("pypi:a", "version", "", "1")]


def test_what_an_installed_package_says_of_itself_is_stated():
    ties, said = _graph(
        (
            "lib/site-packages/a-1.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: a\nVersion: 1\nClassifier: License :: OSI Approved :: MIT License\n"
            "Home-page: https://a.example\nRequires-Dist: b; sys_platform == 'win32'\nRequires-Dist: c\n",
        ),
        (
            "lib/site-packages/c-2.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: c\nVersion: 2\nLicense: BSD\n",
        ),
    )
    assert ties == [
        ("system:", "pypi:a", "installed", "1"),
        ("library:pypi:a", "pypi:c", "", ""),
        ("system:", "pypi:c", "installed", "2"),
    ]
    assert [s for s in said if s[1] in ("license", "link")] == [
        ("pypi:a", "license", "", "MIT License"),
        ("pypi:a", "link", "website", "https://a.example"),
        ("pypi:c", "license", "", "BSD"),
    ]


@pytest.mark.parametrize(
    ("group", "role"),
    [
        ("", ""),
        ("dev", "development"),
        ("extra:test", "development"),
        ("build", "build"),
        ("extra:cuda", "optional"),
    ],
)
def test_a_group_says_what_a_package_is_for(group, role):
    assert role_of(group) == role


def test_digests_of_npm_become_hexadecimal():
    assert hexadecimal("A" * 42 + "A=") == "00" * 32
    assert hexadecimal("zz") == ""
    assert hexadecimal("AB" * 32) == "ab" * 32


@pytest.mark.parametrize(
    ("label", "name"),
    [("Source Code", "vcs"), ("Bug Tracker", "issues"), ("Docs", "documentation"), ("Blog", "website")],
)
def test_addresses_are_named_by_their_labels(label, name):
    assert link_name(label) == name
