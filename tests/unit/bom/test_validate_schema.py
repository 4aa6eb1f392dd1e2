"""The schema level says where and what in few words, and takes no part of the document into its messages."""

import json
import os

import jsonschema_rs
import pytest

from backstamp.bom.document import loaded
from backstamp.bom.validate.schema import MOST, problems
from backstamp.knowledge.schemas import cyclonedx_schemas, schema_file
from kit.boms import as_bytes, changed, cyclonedx, many, spdx, without

SPDX_SCHEMA = os.path.join(os.path.dirname(__file__), *[".."] * 4, "shared", "bom", "spdx-3.0.1.schema.json")


def told(tree, version="1.7"):
    return [(p.code, p.pointer, p.message) for p in problems(tree, cyclonedx_schemas(version))]


@pytest.mark.parametrize(
    ("pointer", "value", "found"),
    [
        ("/compnents", [], ("BV101", "/compnents", 'the schema does not know "compnents" here')),
        ("/version", "1", ("BV103", "/version", "a text, where a whole number is expected")),
        ("/version", 0, ("BV105", "/version", "expected at least 1")),
        (
            "/components/0/type",
            "modell",
            ("BV104", "/components/0/type", '"modell" is not one of the words of the schema'),
        ),
        ("/components/0", {"type": "library"}, ("BV102", "/components/0", '"name" is missing')),
        (
            "/components/1/modelCard/modelParameters/datasets/0",
            3,
            (
                "BV103",
                "/components/1/modelCard/modelParameters/datasets/0",
                "a number, where an object is expected",
            ),
        ),
        (
            "/components/1/modelCard/modelParameters/datasets/0/ref",
            None,
            (
                "BV103",
                "/components/1/modelCard/modelParameters/datasets/0/ref",
                "null, where a text is expected",
            ),
        ),
        (
            "/components/0/licenses/0",
            {"license": {"id": "MIT", "name": "MIT"}},
            (
                "BV107",
                "/components/0/licenses/0/license",
                "an object that fits more than one of the alternatives of the schema",
            ),
        ),
        (
            "/metadata/timestamp",
            "2026-13-01",
            ("BV105", "/metadata/timestamp", '"2026-13-01" is not of the format date-time'),
        ),
        (
            "/components/3",
            {"type": "library", "name": "x", "version": "1", "versionRange": "vers:a/1"},
            ("BV107", "/components/3", "the value is not allowed beside the others of its object"),
        ),
        ("/components/1/tags", ["a", "a"], None),
        (
            "/compositions/0/assemblies",
            ["app", "app"],
            ("BV106", "/compositions/0/assemblies", "the list holds the same item twice"),
        ),
    ],
)
def test_says_where_and_what(pointer, value, found):
    assert found is None or found in told(changed(cyclonedx(), pointer, value))


def test_old_versions_are_held_to_their_strict_schema():
    assert told({**cyclonedx("1.3"), "vulnerabilities": []}, "1.3") == [
        ("BV101", "/vulnerabilities", 'the schema does not know "vulnerabilities" here')
    ]


def test_values_of_the_document_are_shown_in_short():
    tree = changed(cyclonedx(), "/components/0/type", "x\u202e" * 100_000)
    (found,) = told(tree)
    assert found[2] == '"' + ("x\\u202e" * 100)[:80] + '…" is not one of the words of the schema'


def test_the_number_of_problems_is_bounded():
    tree = many(MOST * 5)
    for component in tree["components"]:
        component["bogus"] = 1
    assert 0 < len(told(tree, "1.6")) <= MOST + 1


def test_numbers_with_digits_of_their_own_count_as_the_nearest():
    text = as_bytes(cyclonedx("1.6"))[:-1] + b', "x": 0.30000000000000000001}'
    assert told(loaded(text).tree, "1.6") == [("BV101", "/x", 'the schema does not know "x" here')]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_the_verdict_is_the_one_of_the_validator(version):
    schemas = cyclonedx_schemas(version)
    validator = jsonschema_rs.validator_for(
        schemas.named(schemas.root), retriever=schemas.named, validate_formats=True
    )
    tree = cyclonedx(version)
    for each in (tree, without(tree, "/components/0/name"), changed(tree, "/components/0/purl", [])):
        assert (not told(each, version)) == validator.is_valid(each)


def test_a_schema_that_the_user_gives_is_used(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"required": ["name"]}))
    assert [p.message for p in problems({}, schema_file(str(path)))] == ['"name" is missing']


@pytest.mark.skipif(not os.path.exists(SPDX_SCHEMA), reason="the official schema is not at hand")
def test_of_the_classes_of_spdx_the_one_that_is_meant_is_explained():
    schemas = schema_file(SPDX_SCHEMA)
    assert list(problems(spdx(), schemas)) == []
    tree = changed(changed(spdx(), "/@graph/3/bogus", 1), "/@graph/1/name", 3)
    assert [(p.code, p.pointer, p.message) for p in problems(tree, schemas)] == [
        ("BV103", "/@graph/1/name", "a number, where a text is expected"),
        ("BV101", "/@graph/3/bogus", 'the schema does not know "bogus" here'),
    ]
