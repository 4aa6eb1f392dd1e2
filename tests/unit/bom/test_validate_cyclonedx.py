"""Each thing that can be wrong with a CycloneDX document is found by one check, at its place."""

from datetime import UTC, datetime

import pytest

from backstamp.bom.document import told
from backstamp.bom.validate.levels import Wanted, validated
from backstamp.bom.validate.result import Answer
from kit.boms import SHA256, changed, cyclonedx, many, without

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LINK = "urn:cdx:4f6b5f9e-7a52-4b7b-9d0b-0f8d6c1f2a3b/1"
MODEL, LIBRARY, CARD = "/components/1", "/components/0", "/components/1/modelCard"


def problems(tree):
    """What is found: (code, pointer) of each problem."""
    return [(p.code, p.pointer) for p in validated(told(tree), "x", Wanted(now=NOW)).problems]


def messages(tree):
    return [(p.code, p.message, p.fix) for p in validated(told(tree), "x", Wanted(now=NOW)).problems]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.5", "1.6", "1.7"])
def test_finds_nothing_wrong_with_a_right_document(version):
    tree = cyclonedx(version)
    if version < "1.4":
        del tree["vulnerabilities"]
    result = validated(told(tree), "x", Wanted(now=NOW))
    assert (result.problems, result.answer) == ((), Answer.VALID)


def test_finds_nothing_wrong_with_a_large_document():
    assert problems(many(300)) == []


@pytest.mark.parametrize(
    ("pointer", "value", "found"),
    [
        # references
        (
            "/components/0/bom-ref",
            "model",
            [
                ("BV201", "/components/1/bom-ref"),
                ("BV202", "/dependencies/0/dependsOn/0"),
                ("BV202", "/vulnerabilities/0/affects/0/ref"),
                ("BV202", "/citations/0/attributedTo"),
            ],
        ),
        ("/dependencies/0/ref", "gone", [("BV202", "/dependencies/0/ref")]),
        ("/dependencies/0/dependsOn/1", "gone", [("BV202", "/dependencies/0/dependsOn/1")]),
        (
            f"{CARD}/modelParameters/datasets/0/ref",
            "gone",
            [("BV202", f"{CARD}/modelParameters/datasets/0/ref")],
        ),
        (
            f"{CARD}/modelParameters/datasets/0/ref",
            "lib",
            [("BV203", f"{CARD}/modelParameters/datasets/0/ref")],
        ),
        ("/citations/0/attributedTo", "gone", [("BV202", "/citations/0/attributedTo")]),
        ("/citations/0/process", "gone", [("BV202", "/citations/0/process")]),
        ("/citations/0/process", "lib", [("BV203", "/citations/0/process")]),
        ("/citations/0/pointers/0", f"{CARD}/modelParameters/tasks", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "/components/9", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "/components/01", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "components", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "/components/-", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "/x~2", [("BV205", "/citations/0/pointers/0")]),
        ("/citations/0/pointers/0", "", []),
        ("/compositions/0/assemblies/0", "gone", [("BV202", "/compositions/0/assemblies/0")]),
        ("/annotations/0/subjects/0", "gone", [("BV202", "/annotations/0/subjects/0")]),
        ("/vulnerabilities/0/affects/0/ref", "gone", [("BV202", "/vulnerabilities/0/affects/0/ref")]),
        (
            "/formulation/0/workflows/0/inputs/0/resource/ref",
            "gone",
            [("BV202", "/formulation/0/workflows/0/inputs/0/resource/ref")],
        ),
        ("/vulnerabilities/0/affects/0/ref", f"{LINK}#lib", []),
        ("/vulnerabilities/0/affects/0/ref", f"{LINK}#gone", [("BV202", "/vulnerabilities/0/affects/0/ref")]),
        ("/vulnerabilities/0/affects/0/ref", "urn:cdx:4f6b5f9e-7a52-4b7b-9d0b-0f8d6c1f2a3c/7#gone", []),
        (
            "/vulnerabilities/0/affects/0/ref",
            "urn:cdx:4F6B/0#x",
            [("BV204", "/vulnerabilities/0/affects/0/ref")],
        ),
        ("/vulnerabilities/0/affects/0/ref", LINK, [("BV204", "/vulnerabilities/0/affects/0/ref")]),
        ("/dependencies/2", {"ref": "app", "dependsOn": ["model"]}, [("BV206", "/dependencies/2")]),
        ("/dependencies/2", {"ref": "data", "dependsOn": ["model"]}, [("BV210", "/dependencies/2")]),
        ("/dependencies/2", {"ref": "lib", "dependsOn": ["lib"]}, [("BV210", "/dependencies/2")]),
        (
            f"{MODEL}/pedigree",
            {
                "ancestors": [
                    {
                        "type": "machine-learning-model",
                        "name": "minilm",
                        "purl": "pkg:huggingface/acme/minilm@1.0",
                    }
                ]
            },
            [("BV211", f"{MODEL}/pedigree/ancestors/0")],
        ),
        # identity
        (f"{LIBRARY}/purl", "pypi/safetensors", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:/safetensors@0.5.0", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safe tensors@0.5.0", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safetensors@0.5.0?a", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safetensors@0.5.0?a=1&a=2", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safetensors@0.5.0%zz", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safetensors@0.5.0#../x", [("BV220", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:PyPI/Safetensors@0.5.0", [("BV221", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safetensors@0.6.0", [("BV222", f"{LIBRARY}/purl")]),
        (f"{LIBRARY}/purl", "pkg:pypi/safe-tensors@0.5.0", [("BV222", f"{LIBRARY}/purl")]),
        ("/metadata/component/isExternal", True, [("BV223", "/metadata/component/isExternal")]),
        ("/serialNumber", "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", [("BV225", "/serialNumber")]),
        # licences
        (f"{LIBRARY}/licenses/0/expression", "MIT OR", [("BV230", f"{LIBRARY}/licenses/0/expression")]),
        (
            f"{LIBRARY}/licenses/0/expression",
            "MIT/Apache-2.0",
            [("BV230", f"{LIBRARY}/licenses/0/expression")],
        ),
        (
            f"{LIBRARY}/licenses/0/expression",
            "Apache License 2.0",
            [("BV230", f"{LIBRARY}/licenses/0/expression")],
        ),
        (
            f"{LIBRARY}/licenses/0/expression",
            "MIT OR Apache",
            [("BV231", f"{LIBRARY}/licenses/0/expression")],
        ),
        (
            f"{LIBRARY}/licenses/0/expression",
            "mit or LicenseRef-own",
            [("BV232", f"{LIBRARY}/licenses/0/expression")] * 2,
        ),
        (f"{LIBRARY}/licenses/0/expression", "GPL-2.0-or-later WITH Classpath-exception-2.0 AND (MIT)", []),
        (f"{MODEL}/licenses/0/license/id", "Apache 2.0", [("BV108", f"{MODEL}/licenses/0/license/id")]),
        (
            f"{MODEL}/licenses/0/license",
            {"name": "apache-2.0"},
            [("BV233", f"{MODEL}/licenses/0/license/name")],
        ),
        (f"{MODEL}/licenses/0/license", {"name": "Acme Licence"}, []),
        # values
        (
            f"{MODEL}/components/0/hashes/0/alg",
            "SHA-512",
            [("BV240", f"{MODEL}/components/0/hashes/0/content")],
        ),
        (
            f"{MODEL}/components/0/hashes/0/content",
            "zz",
            [("BV105", f"{MODEL}/components/0/hashes/0/content")],
        ),
        (
            f"{MODEL}/components/0/hashes/1",
            {"alg": "SHA-256", "content": "0" * 64},
            [("BV241", f"{MODEL}/components/0/hashes/1/content")],
        ),
        (f"{MODEL}/components/0/hashes/1", {"alg": "SHA-256", "content": SHA256.upper()}, []),
        (
            "/formulation/0/workflows/0/timeEnd",
            "2025-11-30T23:00:00-00:30",
            [("BV251", "/formulation/0/workflows/0/timeEnd")],
        ),
        ("/metadata/timestamp", "2031-01-01T00:00:00Z", [("BV252", "/metadata/timestamp")]),
        ("/metadata/timestamp", "yesterday", [("BV105", "/metadata/timestamp")]),
        (f"{MODEL}/type", "library", [("BV260", CARD)]),
        (
            "/components/2/type",
            "file",
            [("BV261", "/components/2/data"), ("BV203", f"{CARD}/modelParameters/datasets/0/ref")],
        ),
        (f"{MODEL}/version", "TODO", [("BV222", f"{MODEL}/purl"), ("BV270", f"{MODEL}/version")]),
        (f"{MODEL}/description", " ", [("BV270", f"{MODEL}/description")]),
        (f"{MODEL}/description", "[More Information Needed]", [("BV270", f"{MODEL}/description")]),
    ],
)
def test_finds_what_was_broken_and_nothing_else(pointer, value, found):
    assert problems(changed(cyclonedx(), pointer, value)) == found


def test_a_version_range_is_of_the_form_of_vers():
    tree = changed(cyclonedx(), "/components/3", {"type": "library", "name": "x", "isExternal": True})
    assert problems(changed(tree, "/components/3/versionRange", "vers:pypi/>=1.0|<2.0")) == []
    assert problems(changed(tree, "/components/3/versionRange", ">=1.0")) == [
        ("BV224", "/components/3/versionRange")
    ]


def test_a_document_without_a_serial_number_cannot_be_linked_to():
    assert problems(without(cyclonedx(), "/serialNumber")) == [("BV225", "")]


def test_a_reference_is_found_wherever_the_schema_has_one():
    standard = {
        "bom-ref": "s",
        "name": "s",
        "requirements": [{"bom-ref": "r1", "parent": "gone-1"}],
        "levels": [{"bom-ref": "l1", "identifier": "1", "requirements": ["gone-2"]}],
    }
    tree = {
        **cyclonedx("1.6"),
        "definitions": {"standards": [standard]},
        "declarations": {
            "attestations": [{"assessor": "gone-3", "map": [{"requirement": "r1", "claims": ["gone-4"]}]}]
        },
        "services": [
            {
                "bom-ref": "service",
                "name": "x",
                "data": [{"flow": "inbound", "classification": "public", "source": [f"{LINK}#gone-5"]}],
            }
        ],
    }
    assert problems(tree) == [
        ("BV202", "/definitions/standards/0/requirements/0/parent"),
        ("BV202", "/definitions/standards/0/levels/0/requirements/0"),
        ("BV202", "/declarations/attestations/0/assessor"),
        ("BV202", "/declarations/attestations/0/map/0/claims/0"),
        ("BV202", "/services/0/data/0/source/0"),
    ]


def test_values_that_are_free_are_not_taken_for_references():
    tree = changed(cyclonedx(), f"{MODEL}/properties/0", {"name": "ref", "value": "gone"})
    assert problems(tree) == []


def test_a_circle_is_told_once_and_by_its_shortest_way():
    dependencies = [
        {"ref": "app", "dependsOn": ["lib", "model"]},
        {"ref": "lib", "dependsOn": ["app", "data"]},
        {"ref": "model", "dependsOn": ["data", "lib"]},
        {"ref": "data", "dependsOn": ["model"]},
    ]
    assert messages({**cyclonedx(), "dependencies": dependencies}) == [
        ("BV210", "2 elements depend on each other: app -> lib -> app", "Check the direction.")
    ]


def test_a_very_long_chain_of_dependencies_is_no_circle():
    tree = many(3000)
    tree["dependencies"] = [
        {"ref": component["bom-ref"], "dependsOn": [after["bom-ref"]]}
        for component, after in zip(tree["components"], tree["components"][1:], strict=False)
    ]
    assert problems(tree) == []


def test_says_what_was_probably_meant():
    tree = changed(cyclonedx(), f"{MODEL}/licenses/0/license/id", "apache-2.0")
    assert messages(tree) == [
        ("BV108", '"apache-2.0" is not one of the words of the schema', 'Did you mean "Apache-2.0"?')
    ]


def test_problems_of_one_kind_are_bounded_and_the_rest_is_counted():
    tree = many(300)
    tree["dependencies"] = [{"ref": f"gone-{at}"} for at in range(300)]
    result = validated(told(tree), "x", Wanted(now=NOW))
    assert ({p.code for p in result.problems}, len(result.problems), result.omitted) == ({"BV202"}, 100, 200)
