"""What is wrong with an SPDX document is found, with its place."""

import pytest

from backstamp.bom.spdx.check import problems, profile_problems
from backstamp.core.tree import Json, Tree
from kit.spdx_documents import CONTEXT, ai_system, element, relationship

_INFO: Tree = {
    "type": "CreationInfo",
    "@id": "_:info",
    "specVersion": "3.0.1",
    "created": "2026-05-06T07:08:09Z",
    "createdBy": ["https://example.com/spdx/ada"],
}
_ADA = element("Person", "ada", name="Ada")


def _document(*elements: Json) -> Tree:
    return {"@context": CONTEXT, "@graph": [_INFO, _ADA, *elements]}


def test_a_good_document_has_no_problems():
    assert list(problems(ai_system())) == []


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (
            element("software_Pakage", "p"),
            ("/@graph/2/type", '"software_Pakage" is not a class of SPDX 3.0.1'),
        ),
        (element("Artifact", "p"), ("/@graph/2/type", '"Artifact" is abstract: only its children may occur')),
        (element("Tool", "p", colour="red"), ("/@graph/2/colour", '"colour" is not a property of "Tool"')),
        (element("Tool", "p", name=3), ("/@graph/2/name", "not a text")),
        (
            element("software_Package", "p", software_primaryPurpose="fun"),
            ("/@graph/2/software_primaryPurpose", "not a word of SoftwarePurpose"),
        ),
        (
            element("dataset_DatasetPackage", "p"),
            ("/@graph/2", '"dataset_DatasetPackage" must have "dataset_datasetType"'),
        ),
        (
            element("dataset_DatasetPackage", "p", dataset_datasetType=[]),
            ("/@graph/2/dataset_datasetType", "at least 1 needed, 0 there"),
        ),
        (
            element("dataset_DatasetPackage", "p", dataset_datasetType="text"),
            ("/@graph/2/dataset_datasetType", "not a list, though it may be said more than once"),
        ),
        (
            element("software_Package", "p", releaseTime="2026-02-30T00:00:00Z"),
            ("/@graph/2/releaseTime", "not a time such as 2026-01-31T12:00:00Z"),
        ),
        (
            element("software_Package", "p", suppliedBy="https://example.com/spdx/nobody"),
            (
                "/@graph/2/suppliedBy",
                '"https://example.com/spdx/nobody" is nowhere in the document and not imported',
            ),
        ),
        (
            element("software_Package", "p", suppliedBy="https://example.com/spdx/p"),
            ("/@graph/2/suppliedBy", 'leads to a "software_Package" where a "Agent" belongs'),
        ),
        (
            element("software_Package", "p", verifiedUsing=[{"type": "DictionaryEntry", "key": "a"}]),
            (
                "/@graph/2/verifiedUsing/0/type",
                'a "DictionaryEntry" stands where a "IntegrityMethod" belongs',
            ),
        ),
        (
            {**element("Tool", "p"), "spdxId": "_:p"},
            ("/@graph/2/spdxId", 'a "Tool" needs an "spdxId" that is an address'),
        ),
        (
            element("Person", "ada"),
            ("/@graph/2/spdxId", 'the id "https://example.com/spdx/ada" is given twice'),
        ),
        (7, ("/@graph/2", "not an object")),
    ],
)
def test_each_mistake_is_found_at_its_place(made: Json, found: tuple[str, str]):
    assert list(problems(_document(made))) == [found]


def test_the_context_and_the_graph_are_checked():
    assert list(problems({"@context": "x", "@graph": []})) == [("/@context", f"the context is not {CONTEXT}")]
    assert list(problems({"@context": CONTEXT, "@graph": {}})) == [("/@graph", "the graph is not a list")]
    assert list(problems({"@context": CONTEXT, "@graph": [], "x": 1})) == [
        ("/x", '"x" does not belong beside "@graph"')
    ]
    assert list(problems([])) == [("", "the document is not an object")]


def test_what_is_imported_or_defined_by_the_standard_may_be_referred_to():
    imported: Json = [{"type": "ExternalMap", "externalSpdxId": "urn:elsewhere:x"}]
    document = _document(
        element("SpdxDocument", "doc", **{"import": imported}),
        element("software_Package", "p"),
        relationship("r1", "p", "dependsOn", "urn:elsewhere:x"),
        relationship("r2", "p", "dependsOn", "https://spdx.org/rdf/3.0.1/terms/Core/NoneElement"),
        relationship("r3", "p", "hasConcludedLicense", "https://spdx.org/licenses/MIT"),
    )
    assert list(problems(document)) == []


def test_extensions_of_others_may_say_what_they_like():
    own: Json = [{"type": "https://example.com/Extension", "anything": {"goes": [1]}}]
    assert list(problems(_document(element("Tool", "p", extension=own)))) == []


def test_a_document_nested_beyond_measure_ends():
    value: Json = {"type": "DictionaryEntry", "key": "x"}
    for _ in range(500):
        value = {"type": "DictionaryEntry", "key": value}
    found = list(problems(_document(element("ai_AIPackage", "p", ai_metric=[value]))))
    assert [what for _, what in found if what == "nested too deep"] == ["nested too deep"]


def test_the_profiles_ask_for_more_than_the_classes():
    assert [what for _, what in profile_problems(ai_system())] == [
        'the profile "dataset" asks for "builtTime"',
        'the profile "dataset" asks for "releaseTime"',
        'the profile "dataset" asks for "software_downloadLocation"',
    ]
    two = element(
        "dataset_DatasetPackage",
        "d",
        originatedBy=["a:b", "a:c"],
        builtTime="2026-01-01T00:00:00Z",
        releaseTime="2026-01-01T00:00:00Z",
        software_downloadLocation="https://example.com",
        software_primaryPurpose="data",
    )
    assert list(profile_problems(_document(two))) == [
        ("/@graph/2", 'the profile "dataset" asks for exactly one "originatedBy"')
    ]
