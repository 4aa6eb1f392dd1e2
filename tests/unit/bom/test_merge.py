"""Joining BOMs."""

import copy

import pytest

from backstamp.bom.merge import merged
from backstamp.core.tree import Json, Tree

TIME = "2026-01-02T03:04:05Z"


def part(kind: str, name: str, **fields: Json) -> Tree:
    return {"type": kind, "bom-ref": f"ref-{name}", "name": name, **fields}


def document(subject: Tree, *components: Tree, **fields: Json) -> Tree:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "metadata": {"component": subject},
        "components": [*components],
        **fields,
    }


def names(tree: Tree) -> list[str]:
    found = tree["components"]
    assert isinstance(found, list)
    return [str(p["name"]) for p in found if isinstance(p, dict)]


def joined(*documents: Tree) -> Tree:
    return merged([*documents], TIME, "0")


def test_the_subject_of_a_further_document_becomes_a_part_that_the_first_depends_on():
    tree = joined(
        document(part("application", "app")), document(part("application", "other"), part("library", "x"))
    )
    assert names(tree) == ["other", "x"]
    assert tree["dependencies"] == [{"ref": "ref-app", "dependsOn": ["ref-other"]}]


def test_equal_purls_are_one_part_with_the_fields_of_both():
    one = part("library", "torch", purl="pkg:pypi/torch@2.0", version="2.0")
    other = part("library", "torch", purl="pkg:pypi/torch@2.0", licenses=[{"expression": "BSD-3-Clause"}])
    other["bom-ref"] = "other-ref"
    second = document(
        part("application", "app"), other, dependencies=[{"ref": "ref-app", "dependsOn": ["other-ref"]}]
    )
    tree = joined(document(part("application", "app"), one), second)
    assert tree["components"] == [{**one, "licenses": [{"expression": "BSD-3-Clause"}]}]
    assert tree["dependencies"] == [{"ref": "ref-app", "dependsOn": ["ref-torch"]}]


def test_models_are_told_apart_by_their_bytes():
    digest: Json = [{"alg": "SHA-256", "content": "a" * 64}]
    one = part("machine-learning-model", "m", hashes=digest)
    other = part("machine-learning-model", "renamed", hashes=digest, description="A model")
    tree = joined(document(part("application", "app"), one), document(part("application", "app"), other))
    assert names(tree) == ["m"]
    assert "against" in str(tree["annotations"])


def test_disagreement_keeps_the_first_and_is_annotated():
    one = part("library", "x", version="1", purl="pkg:pypi/x@1", description="one")
    other = {**one, "description": "other"}
    tree = joined(document(part("application", "app"), one), document(part("application", "app"), other))
    (note,) = tree["annotations"] if isinstance(tree["annotations"], list) else []
    assert isinstance(note, dict)
    assert (note["subjects"], note["text"]) == (
        ["ref-x"], "Merged documents disagree on description: one; against other",
    )  # fmt: skip


def test_a_reference_that_both_use_for_other_things_is_renamed_everywhere():
    one = document(part("application", "app"), {**part("library", "x"), "bom-ref": "1"})
    two = document(
        part("application", "app"),
        {**part("library", "y"), "bom-ref": "1"},
        dependencies=[{"ref": "ref-app", "dependsOn": ["1"]}],
        compositions=[{"aggregate": "complete", "assemblies": ["1"]}],
    )
    tree = joined(one, two)
    assert tree["dependencies"] == [{"ref": "ref-app", "dependsOn": ["1#2"]}]
    assert tree["compositions"] == [{"aggregate": "complete", "assemblies": ["1#2"]}]


def test_citations_follow_the_fields_that_they_are_about():
    cited = document(
        part("application", "app"),
        part("library", "a"),
        part("library", "b", version="2"),
        citations=[{"pointers": ["/components/1/version"], "timestamp": TIME, "attributedTo": "ref-a"}],
    )
    tree = joined(document(part("application", "app"), part("library", "c")), cited)
    assert names(tree) == ["c", "a", "b"]
    assert tree["citations"] == [
        {"pointers": ["/components/2/version"], "timestamp": TIME, "attributedTo": "ref-a"}
    ]


@pytest.mark.parametrize("place", ["\u00b2", "\u0663", "01", "-1", "9" * 30, "x", ""])
def test_a_citation_of_a_place_that_no_list_has_leads_nowhere(place):
    cited = document(
        part("application", "app"),
        part("library", "a"),
        citations=[{"pointers": [f"/components/{place}"], "timestamp": TIME, "attributedTo": "ref-a"}],
    )
    assert "citations" not in joined(document(part("application", "app")), cited)


def test_a_document_joined_with_itself_is_the_same():
    tree = document(part("application", "app"), part("library", "x", version="1"))
    tree["metadata"] = {
        "component": part("application", "app"),
        "tools": {"components": [part("application", "t")]},
    }
    again = joined(tree, tree)
    for key in ("components", "metadata"):
        was, now = copy.deepcopy(tree[key]), again[key]
        if isinstance(now, dict):
            now.pop("timestamp")
        assert now == was


def test_inputs_are_left_alone():
    one, two = document(part("application", "app")), document(part("application", "b"), part("library", "x"))
    before = copy.deepcopy((one, two))
    joined(one, two)
    assert (one, two) == before


def test_tools_in_the_old_form_become_components():
    old = document(part("application", "app"))
    old["metadata"] = {
        "component": part("application", "app"),
        "tools": [{"vendor": "v", "name": "syft", "version": "1"}],
    }
    tree = joined(document(part("application", "app")), old)
    metadata = tree["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["tools"] == {
        "components": [{"type": "application", "name": "syft", "version": "1", "publisher": "v"}]
    }
