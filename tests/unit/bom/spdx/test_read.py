"""SPDX documents of other tools as CycloneDX, and documents of ours that somebody changed."""

import copy
import json

import pytest

from backstamp.bom.spdx.check import problems
from backstamp.bom.spdx.read import Note, cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, text_at
from kit.rich_boms import library, rich
from kit.spdx_documents import CONTEXT, ai_system, element, relationship
from kit.standards import cyclonedx_errors

_ID = "https://example.com/spdx/"
_KEPT = "has no place in CycloneDX: kept as the property backstamp:spdx:"


def test_a_document_of_another_tool_becomes_cyclonedx():
    assert list(problems(ai_system())) == []
    tree, notes = cyclonedx_of(ai_system())
    component = tree["metadata"]["component"]
    assert {
        key: component[key] for key in ("type", "bom-ref", "name", "version", "supplier", "licenses")
    } == {
        "type": "machine-learning-model",
        "bom-ref": f"{_ID}model",
        "name": "foreign-model",
        "version": "2.0",
        "supplier": {"name": "Example Org"},
        "licenses": [{"license": {"id": "MIT", "acknowledgement": "concluded"}}],
    }
    assert component["modelCard"] == {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": "vision",
            "architectureFamily": "transformer",
            "datasets": [{"ref": f"{_ID}data"}],
        },
        "considerations": {"technicalLimitations": ["Small pictures only."]},
    }
    assert component["properties"] == [
        {"name": "backstamp:spdx:ai_autonomyType", "value": "no"},
        {"name": "backstamp:spdx:ai_metricDecisionThreshold", "value": '{"key":"accuracy","value":"0.9"}'},
        {"name": "backstamp:spdx:summary", "value": "a model"},
        {"name": "cdx:ai-ml:model:hyperparameter:layers", "value": "12"},
    ]
    assert tree["dependencies"] == [{"ref": f"{_ID}model", "dependsOn": [f"{_ID}lib"]}]
    assert tree["vulnerabilities"][0]["affects"] == [{"ref": f"{_ID}lib"}]
    assert [(note.pointer, note.what.removeprefix(_KEPT)) for note in notes] == [
        ("/@graph/0/comment", "comment"),
        ("/@graph/15", "Relationship"),
        ("/@graph/16", "Relationship"),
        ("/@graph/18/build_buildType", "build_buildType"),
    ]


def test_what_is_made_of_a_foreign_document_is_valid_cyclonedx():
    assert cyclonedx_errors(cyclonedx_of(ai_system())[0], "1.7") == []


def test_a_foreign_document_keeps_all_its_words_somewhere():
    text = json.dumps(cyclonedx_of(ai_system())[0])
    words: list[str] = []
    for each in ai_system()["@graph"]:
        words += [
            value for key, value in each.items() if isinstance(value, str) and key in {"name", "description"}
        ]
    assert [word for word in words if word not in text] == []


def test_spdx_of_what_was_spdx_has_the_same_native_values():
    tree, _ = cyclonedx_of(ai_system())
    document, _ = spdx_of(tree)
    assert list(problems(document)) == []
    before = next(each for each in ai_system()["@graph"] if each["type"] == "ai_AIPackage")
    after = next(each for each in document["@graph"] if each["type"] == "ai_AIPackage")
    changed = {"spdxId", "creationInfo", "suppliedBy"}
    assert {k: v for k, v in after.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }


def test_a_change_to_a_native_value_is_read():
    document, _ = spdx_of(rich())
    for each in document["@graph"]:
        if each["type"] == "ai_AIPackage" and each["name"] == "tiny-bert":
            each["ai_domain"] = ["translation"]
    wanted = rich()
    wanted["components"][0]["modelCard"]["modelParameters"]["task"] = "translation"
    assert cyclonedx_of(document) == (wanted, ())


def test_an_addition_of_another_tool_is_kept_and_told():
    document, _ = spdx_of(rich())
    names = [text_at(each, "name") for each in document["@graph"]]
    at = names.index("torch")
    document["@graph"][at]["validUntilTime"] = "2030-01-01T00:00:00Z"
    document["@graph"][at]["software_contentIdentifier"] = [
        {
            "type": "software_ContentIdentifier",
            "software_contentIdentifierType": "gitoid",
            "software_contentIdentifierValue": "gitoid:blob:sha1:0",
        }
    ]
    tree, notes = cyclonedx_of(document)
    assert notes == (
        Note(
            pointer=f"/@graph/{at}/software_contentIdentifier",
            what=f"{_KEPT}software_contentIdentifier",
        ),
    )
    assert [each["name"] for each in tree["components"][3]["properties"]] == [
        "backstamp:spdx:validUntilTime",
        "backstamp:spdx:software_contentIdentifier",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        '{"backstamp:carried":[{"op":"add","path":"/no/such/place","value":1}]}',
        '{"backstamp:carried":[{"op":"test","path":"/name"}]}',
        '{"backstamp:carried":[{"op":"move","from":"/a","path":"/b"}]}',
        '{"backstamp:carried":[',
    ],
)
def test_damaged_leavings_of_ours_are_refused(statement: str):
    document, _ = spdx_of({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [library()]})
    for each in document["@graph"]:
        if "#carried:component" in each.get("spdxId", ""):
            each["statement"] = statement
    with pytest.raises(ReadError):
        cyclonedx_of(document)


def _with(*elements: Tree) -> Tree:
    base = ai_system()
    graph: list[Json] = [*base["@graph"][:3], *elements]
    return {"@context": CONTEXT, "@graph": graph}


def test_things_that_contain_each_other_are_read_once():
    document = _with(
        element("software_Package", "a", name="a"),
        element("software_Package", "b", name="b"),
        relationship("r1", "a", "contains", "b"),
        relationship("r2", "b", "contains", "a"),
    )
    tree, notes = cyclonedx_of(document)
    assert [each["name"] for each in tree["components"]] == ["a"]
    assert [each["name"] for each in tree["components"][0]["components"]] == ["b"]
    assert [note.pointer for note in notes] == ["/@graph/0/comment", "/@graph/2", "/@graph/6"]


def test_a_licence_that_is_not_asserted_is_no_licence():
    nothing = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
    document = _with(
        element("software_Package", "a", name="a"), relationship("r1", "a", "hasConcludedLicense", nothing)
    )
    tree, notes = cyclonedx_of(document)
    assert "licenses" not in tree["components"][0]
    assert [note.pointer for note in notes if "Relationship" in note.what] == ["/@graph/4"]


def test_an_element_that_stands_alone_is_a_document():
    alone = {
        "@context": CONTEXT,
        **element("software_Package", "a", name="a", creationInfo={"type": "CreationInfo"}),
    }
    tree, _ = cyclonedx_of(alone)
    assert tree["components"] == [{"type": "library", "bom-ref": f"{_ID}a", "name": "a"}]


@pytest.mark.parametrize(
    "tree", [{}, {"@graph": {}}, {"@graph": [1, [], None, {}, {"spdxId": 3}]}, {"@graph": []}]
)
def test_what_is_no_document_is_read_as_an_empty_one(tree: Tree):
    assert cyclonedx_of(copy.deepcopy(tree))[0] == {"bomFormat": "CycloneDX", "specVersion": "1.7"}


def test_what_is_nested_too_deep_is_refused():
    tree: Json = "x"
    for _ in range(400):
        tree = [tree]
    for convert in (cyclonedx_of, spdx_of):
        with pytest.raises(ReadError):
            convert({"bomFormat": "CycloneDX", "components": tree})
