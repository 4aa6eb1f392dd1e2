"""Licence files are recognised by their names and texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Stated, Trait
from kit.licences import MIT, apache
from kit.stock import stated, stock


def test_states_the_licence_of_the_model_of_the_folder():
    assert stated(MIT.encode(), "model/LICENSE") == [
        Stated(
            place=Location(("model/LICENSE",)),
            part=Part(Kind.MODEL),
            trait=Trait.LICENSE_TEXT,
            value="MIT",
            method=Method.DERIVED,
            confidence=0.98,
            by="licence-text/1",
        )
    ]


@pytest.mark.parametrize(
    "name",
    (
        "LICENSE LICENSE.txt license.md LICENCE COPYING COPYING.LESSER LICENSE-MIT MIT-LICENSE.txt UNLICENSE "
        "USE_POLICY.md LICENSE_MODEL MODEL_LICENSE LICENSES.txt Gemma_Terms_of_Use.txt"
    ).split(),
)
def test_reads_files_that_are_named_for_it(name: str):
    assert [fact.value for fact in stated(apache().encode(), f"a/{name}")] == ["Apache-2.0"]


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "license.py",
        "licenses.json",
        "model.txt",
        "relicensed.txt",
        "LICENSE-CODE",
        "THIRD_PARTY_LICENSES",
        "third_party/x/LICENSE",
    ],
)
def test_leaves_other_files_alone(name: str):
    assert stated(MIT.encode(), name, by="licence-text") == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00\x00" * 100, b"My own licence: ask me.\n", MIT.encode()[:300], b"word " * 400_000],
)
def test_says_nothing_of_what_it_does_not_know(data: bytes):
    assert stated(data, "LICENSE", by="licence-text") == []


def test_bad_bytes_in_between_do_not_matter():
    assert [
        fact.value for fact in stated(MIT.replace("Example", "Bj\xf8rn").encode("latin-1"), "LICENSE")
    ] == ["MIT"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_give_facts_about_the_file(data: bytes):
    assert {fact.place.path[0] for fact in stock(data, "LICENSE").facts} == {"LICENSE"}


def test_takes_a_licence_for_data_for_that_of_the_dataset():
    assert [(fact.part.kind, fact.value) for fact in stated(MIT.encode(), "LICENSE-DATA")] == [
        (Kind.DATASET, "MIT")
    ]
