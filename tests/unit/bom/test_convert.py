"""Documents between standards and versions, and what that costs."""

import pytest

from backstamp.bom.convert import FORMS, converted
from backstamp.core.errors import UsageError
from backstamp.core.tree import Tree
from kit.rich_boms import library, rich
from kit.spdx_documents import ai_system
from kit.standards import cyclonedx_errors


def _new_in_1_7() -> Tree:
    """What 1.7 added, each where it may stand."""
    tree = rich()
    tree["components"].append(
        {
            "type": "library",
            "bom-ref": "external",
            "name": "external",
            "isExternal": True,
            "versionRange": "vers:pypi/>=1",
            "patentAssertions": [
                {
                    "bom-ref": "pa",
                    "assertionType": "license",
                    "patentRefs": ["patent-1"],
                    "asserter": {"name": "A", "url": ["https://example.org"]},
                }
            ],
            "licenses": [
                {
                    "expression": "MIT OR Apache-2.0",
                    "acknowledgement": "declared",
                    "expressionDetails": [{"licenseIdentifier": "MIT", "url": "https://example.org/mit"}],
                    "properties": [{"name": "a", "value": "b"}],
                }
            ],
            "externalReferences": [
                {
                    "type": "patent",
                    "url": "https://example.org/p",
                    "properties": [{"name": "a", "value": "b"}],
                }
            ],
            "pedigree": {"ancestors": [{"type": "library", "name": "old", "isExternal": True}]},
        }
    )
    tree["components"].append(
        {
            "type": "cryptographic-asset",
            "name": "aes",
            "cryptoProperties": {
                "assetType": "algorithm",
                "algorithmProperties": {"primitive": "key-wrap", "algorithmFamily": "AES"},
            },
        }
    )
    tree["definitions"] = {
        "patents": [
            {
                "bom-ref": "patent-1",
                "patentNumber": "US1234567",
                "jurisdiction": "US",
                "patentLegalStatus": "granted",
            }
        ]
    }
    return tree


def test_1_7_becomes_valid_1_6_and_tells_what_that_costs():
    assert cyclonedx_errors(_new_in_1_7(), "1.7") == []
    tree, notes = converted(_new_in_1_7(), "cyclonedx-1.6")
    assert cyclonedx_errors(tree, "1.6") == []
    assert all(note.is_lost for note in notes)
    assert [note.pointer for note in notes] == [
        "/citations",
        "/components/0/hashes/1",
        "/components/0/licenses/3/expression",
        "/components/4/externalReferences/0/properties",
        "/components/4/externalReferences/0/type",
        "/components/4/isExternal",
        "/components/4/licenses/0/expressionDetails",
        "/components/4/licenses/0/properties",
        "/components/4/patentAssertions",
        "/components/4/pedigree/ancestors/0/isExternal",
        "/components/4/versionRange",
        "/components/5/cryptoProperties/algorithmProperties/algorithmFamily",
        "/components/5/cryptoProperties/algorithmProperties/primitive",
        "/definitions/patents",
        "/metadata/distributionConstraints",
    ]
    assert tree["components"][0]["licenses"][3] == {
        "license": {"name": "Apache-2.0 OR MIT", "acknowledgement": "concluded"}
    }
    assert tree["components"][5]["cryptoProperties"]["algorithmProperties"] == {"primitive": "other"}


def test_going_down_leaves_the_document_that_was_given_alone():
    tree = _new_in_1_7()
    converted(tree, "cyclonedx-1.6")
    assert tree == _new_in_1_7()


@pytest.mark.parametrize("version", ["1.4", "1.5", "1.6"])
@pytest.mark.parametrize("form", ["cyclonedx-1.6", "cyclonedx-1.7"])
def test_older_versions_go_up_without_loss(version: str, form: str):
    tree: Tree = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": {
            "timestamp": "2026-01-01T00:00:00Z",
            "tools": [{"vendor": "v", "name": "n", "version": "1"}],
            "manufacture": {"name": "m"},
        },
        "components": [library()],
        "services": [{"name": "s", "data": [{"flow": "inbound", "classification": "PII"}]}],
        "dependencies": [{"ref": "pkg:pypi/torch@2.9.0", "dependsOn": []}],
    }
    assert cyclonedx_errors(tree, version) == []
    made, notes = converted(tree, form)
    wanted = form.partition("-")[2]
    assert notes == ()
    assert cyclonedx_errors(made, wanted) == []
    schema = f"http://cyclonedx.org/schema/bom-{wanted}.schema.json"
    assert made == {**tree, "specVersion": wanted, "$schema": schema}
    assert converted(converted(tree, "spdx-3.0.1")[0], "cyclonedx-1.7")[0]["components"] == tree["components"]


def test_spdx_goes_to_both_versions():
    for form in ("cyclonedx-1.7", "cyclonedx-1.6"):
        tree, _ = converted(ai_system(), form)
        assert (tree["specVersion"], cyclonedx_errors(tree, tree["specVersion"])) == (
            form.partition("-")[2],
            [],
        )


def test_what_is_in_the_form_already_stays_as_it_is():
    spdx, _ = converted(rich(), "spdx-3.0.1")
    assert converted(spdx, "spdx-3.0.1") == (spdx, ())
    assert converted(rich(), "cyclonedx-1.7") == (rich(), ())


@pytest.mark.parametrize(
    ("tree", "form", "words"),
    [
        ({}, "spdx-3.0.1", "neither CycloneDX JSON nor SPDX 3.0.1 JSON-LD"),
        ({"bomFormat": "CycloneDX", "specVersion": "9"}, "spdx-3.0.1", '"9" is not a version of CycloneDX'),
        ({"bomFormat": "CycloneDX", "specVersion": 1.6}, "spdx-3.0.1", '"" is not a version of CycloneDX'),
        ({"spdxVersion": "SPDX-2.3"}, "cyclonedx-1.7", "neither CycloneDX JSON nor SPDX 3.0.1 JSON-LD"),
        ({}, "spdx-2.3", '"spdx-2.3" is not a form of documents'),
    ],
)
def test_what_cannot_be_converted_is_refused(tree: Tree, form: str, words: str):
    with pytest.raises(UsageError, match=words):
        converted(tree, form)


def test_the_forms_are_those_of_the_command():
    from backstamp.cli.bom_convert import command

    (form,) = [each for each in command.params if each.name == "form"]
    assert tuple(form.type.choices) == FORMS
