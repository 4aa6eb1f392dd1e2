"""What an SPDX document says of its elements, profiles and times is held against itself."""

from datetime import UTC, datetime

import pytest

from backstamp.bom.validate.spdx import problems
from backstamp.knowledge.schemas import cyclonedx_schemas
from kit.boms import changed, spdx, without

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DOCUMENT, MODEL, DATA, RELATION, LICENSE = (f"/@graph/{at}" for at in range(2, 7))
PROFILES = f"{DOCUMENT}/profileConformance"


def found(tree):
    license_ids = cyclonedx_schemas("1.7").license_ids
    return [(p.code, p.severity.value, p.pointer) for p in problems(tree, license_ids, NOW)]


def test_finds_nothing_wrong_with_a_right_document():
    assert found(spdx()) == []


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        (
            f"{DATA}/spdxId",
            "https://example.org/model",
            [("BV301", "error", f"{DATA}/spdxId"), ("BV302", "error", f"{RELATION}/to/0")],
        ),
        (f"{RELATION}/to/0", "https://example.org/gone", [("BV302", "error", f"{RELATION}/to/0")]),
        (f"{RELATION}/from", "https://example.org/gone", [("BV302", "error", f"{RELATION}/from")]),
        (f"{RELATION}/to/0", "NoneElement", []),
        (f"{RELATION}/to/0", "https://spdx.org/licenses/MIT", []),
        (f"{RELATION}/to/0", "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement", []),
        (f"{MODEL}/creationInfo", "_:gone", [("BV302", "error", f"{MODEL}/creationInfo")]),
        (f"{MODEL}/suppliedBy", "", [("BV303", "error", MODEL), ("BV302", "error", f"{MODEL}/suppliedBy")]),
        (f"{DATA}/dataset_datasetType", [], [("BV304", "error", DATA)]),
        (PROFILES, ["core", "software", "ai", "dataset"], [("BV305", "warning", LICENSE)]),
        (
            PROFILES,
            ["core", "software", "ai", "dataset", "simpleLicensing", "build"],
            [("BV306", "warning", f"{PROFILES}/5")],
        ),
        (f"{DOCUMENT}/rootElement", [], [("BV307", "warning", DOCUMENT)]),
        (
            f"{MODEL}/software_packageUrl",
            "huggingface/acme",
            [("BV220", "error", f"{MODEL}/software_packageUrl")],
        ),
        (
            f"{MODEL}/verifiedUsing/0/algorithm",
            "sha512",
            [("BV240", "error", f"{MODEL}/verifiedUsing/0/hashValue")],
        ),
        (
            f"{LICENSE}/simplelicensing_licenseExpression",
            "Apache 2",
            [("BV230", "error", f"{LICENSE}/simplelicensing_licenseExpression")],
        ),
        (f"{DATA}/builtTime", "2026-02-01T00:00:00Z", [("BV251", "error", f"{DATA}/releaseTime")]),
        ("/@graph/0/created", "2030-01-01T00:00:00Z", [("BV252", "warning", "/@graph/0/created")]),
        (
            f"{MODEL}/software_packageVersion",
            "NOASSERTION",
            [("BV270", "warning", f"{MODEL}/software_packageVersion")],
        ),
    ],
)
def test_finds_what_was_broken_and_nothing_else(pointer, value, expected):
    assert sorted(found(changed(spdx(), pointer, value))) == sorted(expected)


@pytest.mark.parametrize(
    "field",
    [
        "releaseTime",
        "suppliedBy",
        "software_downloadLocation",
        "software_packageVersion",
        "software_primaryPurpose",
    ],
)
def test_the_ai_profile_makes_fields_mandatory(field):
    assert found(without(spdx(), f"{MODEL}/{field}")) == [("BV303", "error", MODEL)]


@pytest.mark.parametrize(
    "field",
    [
        "builtTime",
        "originatedBy",
        "releaseTime",
        "software_downloadLocation",
        "software_primaryPurpose",
        "dataset_datasetType",
    ],
)
def test_the_dataset_profile_makes_fields_mandatory(field):
    assert found(without(spdx(), f"{DATA}/{field}")) == [("BV304", "error", DATA)]


def test_who_does_not_claim_the_profile_is_only_warned():
    tree = without(without(spdx(), f"{MODEL}/releaseTime"), PROFILES)
    assert found(tree) == [("BV303", "warning", MODEL)]


def test_what_the_document_imports_is_elsewhere_and_not_missing():
    tree = changed(spdx(), f"{RELATION}/to/0", "https://example.org/elsewhere")
    imported = [{"type": "ExternalMap", "externalSpdxId": "https://example.org/elsewhere"}]
    assert found(changed(tree, f"{DOCUMENT}/import", imported)) == []


def test_an_element_alone_is_checked_too():
    alone = {
        "@context": spdx()["@context"],
        "type": "Organization",
        "spdxId": "https://example.org/a",
        "name": "",
        "creationInfo": {"type": "CreationInfo", "createdBy": ["https://example.org/a"]},
    }
    assert found(alone) == [("BV270", "warning", "/name")]
