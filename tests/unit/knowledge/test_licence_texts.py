"""Licence texts are recognised by their words, whatever their layout, and look-alikes are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.knowledge.licence_table import prints, table
from backstamp.knowledge.licence_texts import print_of, recognised, runs_of, words_of
from kit.licences import MIT, apache


def ids(text: str) -> list[str]:
    return [found.id for found in recognised(text)]


@pytest.mark.parametrize(("text", "wanted"), [(MIT, "MIT"), (apache(), "Apache-2.0")])
def test_layout_does_not_matter(text: str, wanted: str):
    for variant in (
        text,
        " ".join(text.split()),
        text.upper(),
        "\n".join("# " + line for line in text.splitlines()),
        "\n".join(f"<p>{line}</p>" for line in text.splitlines()),
        text.replace("\n", "\r\n"),
        "Copyright 2024 A Company GmbH and contributors. All rights reserved.\n" + text,
    ):
        assert ids(variant) == [wanted]


def test_tells_what_was_added_or_taken_away():
    without_notice = MIT[: MIT.index(", subject to")] + MIT[MIT.index("\n\nTHE SOFTWARE IS") :]
    assert ids(without_notice) == ["MIT-0"]
    assert "MIT" not in ids(MIT + "\nThe Software shall be used for Good, not Evil.\n")
    assert ids(MIT + "\nIt is for non-commercial use only.\n") == []
    more = (
        " You also have to send each of the authors a postcard from where you live, once a year, and to name "
        "them in your talks, papers, posts and films, in letters of the size of your own name or larger, and "
        "to ask them for leave before you sell what you made of it to a company with more than ten employees."
    )
    added = recognised(MIT + more)
    assert [found.confidence for found in added] == [0.55]


def test_names_every_licence_of_a_text_with_several():
    assert sorted(ids(apache() + "\n" + "-" * 70 + "\n" + MIT * 1)) == ["Apache-2.0"]
    assert sorted(ids(MIT)) == ["MIT"]


def test_knows_texts_by_their_telling_words_where_no_fingerprint_is_at_hand():
    llama = (
        "META LLAMA 3 COMMUNITY LICENSE AGREEMENT ... “Meta Llama 3 is licensed under the Meta Llama 3 "
        "Community License, Copyright © Meta Platforms, Inc.”"
    )
    assert ids(llama) == ["LicenseRef-backstamp-llama-3"]


@pytest.mark.parametrize(
    "text", ["", "MIT", "This model is under the Apache License 2.0.", "a b c d e f g" * 999]
)
def test_leaves_other_texts_alone(text: str):
    assert ids(text) == []


def test_every_text_of_the_table_has_a_fingerprint_and_no_other():
    named = sorted({entry.text for entry in table().licence if entry.text})
    assert sorted(prints()) == named
    assert len(named) >= 90


def test_a_licence_is_found_by_its_fingerprint_or_telling_words():
    blind = [e.id for e in table().licence if e.terms and not e.text and not e.tells]
    assert blind == ["LicenseRef-backstamp-openrail"]


def test_fingerprints_are_what_the_tool_makes():
    made, kept = print_of(apache()), prints()["apache-2.0"]
    shared = set(made.sketch) & set(kept.sketch)
    assert len(shared) >= 60  # our file lacks the appendix's placeholders, or has them filled in
    assert runs_of(words_of("A b, c; d e")) == runs_of(words_of("a B c d <b>E</b>"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_gives_a_list(text: str):
    assert isinstance(recognised(text), list)


def test_a_product_with_notices_of_others_keeps_its_own_licence():
    product = MIT + "\nNotices of others\n" + apache()
    assert [(found.id, found.confidence) for found in recognised(product)] == [
        ("Apache-2.0", 0.98),
        ("MIT", 0.7),
    ]
