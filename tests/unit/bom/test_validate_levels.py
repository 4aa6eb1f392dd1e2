"""A level that did not run is named, and never counts as passed."""

import json
import os

import pytest

from backstamp.bom.document import told
from backstamp.bom.inventory import Inventory
from backstamp.bom.validate import levels
from backstamp.bom.validate.levels import Wanted, validated
from backstamp.bom.validate.result import Answer
from backstamp.bom.validate.words import as_text, as_tree
from backstamp.core.errors import KnowledgeError, ReadError, SourceError
from backstamp.knowledge.schemas import SchemaSet, cyclonedx_schemas, schema_file
from backstamp.knowledge.shapes import Violation, violations
from kit.boms import changed, cyclonedx, spdx, without

OFFICIAL = os.path.join(os.path.dirname(__file__), *[".."] * 4, "shared", "bom")
ANYTHING = SchemaSet(root="any.json", files={"any.json": {}})
NO_FILES = Inventory(target="empty", is_folder=True, files=(), facts=())
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix x: <https://example.org/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:OrganizationShape a sh:NodeShape ; sh:targetClass x:Organization ;
    sh:property [ sh:path x:name ; sh:datatype xsd:string ; sh:message "a name is a text" ] .
"""
CONTEXT = {"@context": {"@vocab": "https://example.org/terms/", "spdxId": "@id", "type": "@type"}}


def outcome(tree, wanted=Wanted()):  # noqa: B008
    result = validated(told(tree), "x", wanted)
    return result.answer, [(level.level.value, level.outcome.value, level.reason) for level in result.levels]


def test_two_levels_are_checked_always_and_two_are_named_as_not_checked():
    assert outcome(cyclonedx()) == (
        Answer.VALID,
        [
            ("schema", "passed", ""),
            ("semantics", "passed", ""),
            ("artefacts", "skipped", "no artefacts were given"),
            ("deep", "skipped", "SHACL was not asked for"),
        ],
    )


def test_a_level_that_was_asked_for_and_could_not_run_leaves_it_undecided():
    assert outcome(cyclonedx(), Wanted(not_deep="x"))[0] is Answer.UNDECIDED
    counts = "0 files by SHA-256, 0 values of headers, 1 file not found"
    answer, told_of = outcome(cyclonedx(), Wanted(inventory=NO_FILES))
    assert (answer, told_of[2]) == (
        Answer.UNDECIDED,
        (
            "artefacts",
            "skipped",
            f"nothing of the document could be compared ({counts})",
        ),
    )


def test_an_error_makes_it_invalid_whatever_else_could_not_run():
    assert outcome(without(cyclonedx(), "/bomFormat"))[0] is Answer.INVALID
    assert (
        outcome(changed(cyclonedx(), "/dependencies/0/ref", "gone"), Wanted(inventory=NO_FILES))[0]
        is Answer.INVALID
    )


def test_warnings_alone_let_it_pass():
    assert outcome(without(cyclonedx(), "/serialNumber"))[0] is Answer.VALID


def test_missing_schema_files_are_no_pass(monkeypatch):
    def gone(_):
        raise KnowledgeError("the schema files are not installed", hint="Install them.")

    monkeypatch.setattr(levels, "cyclonedx_schemas", gone)
    assert outcome(cyclonedx()) == (
        Answer.UNDECIDED,
        [
            ("schema", "skipped", "the schema files are not installed; Install them"),
            ("semantics", "skipped", "the schema files are not installed; Install them"),
            ("artefacts", "skipped", "no artefacts were given"),
            ("deep", "skipped", "SHACL was not asked for"),
        ],
    )


def test_another_version_of_spdx_needs_its_schema():
    tree = changed(spdx(), "/@context", "https://spdx.org/rdf/3.1.0/spdx-context.jsonld")
    answer, told_of = outcome(tree)
    assert (answer, told_of[0]) == (
        Answer.UNDECIDED,
        ("schema", "skipped", "there is no model of SPDX 3.1.0 at hand; give its schema with --schema"),
    )
    assert outcome(tree, Wanted(schema=ANYTHING))[0] is Answer.VALID


def test_the_model_of_spdx_is_the_schema_where_none_is_given():
    pytest.importorskip("backstamp.bom.spdx.check")
    assert outcome(spdx())[0] is Answer.VALID
    dangling = changed(spdx(), "/@graph/5/to/0", "https://example.org/gone")
    result = validated(told(changed(dangling, "/@graph/1/name", 3)), "x")
    assert [(p.code, p.pointer) for p in result.problems] == [
        ("BV150", "/@graph/1/name"),
        ("BV302", "/@graph/5/to/0"),
    ]


def test_shapes_do_not_miss_what_the_document_imports():
    tree = changed(
        spdx(), "/@graph/2/import", [{"type": "ExternalMap", "externalSpdxId": "https://example.org/gone"}]
    )
    found = [
        Violation(
            node="https://example.org/trained",
            path="to",
            message="",
            value="https://example.org/gone",
            constraint="ClassConstraintComponent",
            is_violation=True,
        )
    ]
    result = validated(told(tree), "x", Wanted(schema=ANYTHING, shapes=lambda _: found))
    assert result.problems == ()


def test_what_shapes_find_has_its_place_in_the_document():
    found = [
        Violation(
            node="https://example.org/acme",
            path="https://x/name",
            message="a text",
            constraint="C",
            value="3",
            is_violation=True,
        ),
        Violation(node="_:other", path="", message="", constraint="C", value="", is_violation=False),
    ]
    result = validated(told(spdx()), "x", Wanted(schema=ANYTHING, shapes=lambda _: found))
    assert [(p.code, p.severity.value, p.pointer, p.message) for p in result.problems] == [
        ("BV501", "error", "/@graph/1", "a text at name"),
        ("BV501", "warning", "", 'C of "_:other"'),
    ]


def test_shapes_are_of_spdx_only():
    assert outcome(cyclonedx(), Wanted(shapes=lambda _: []))[1][3] == (
        "deep",
        "skipped",
        "SHACL shapes exist for SPDX only",
    )


@pytest.fixture
def files(tmp_path):
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "context.jsonld").write_text(json.dumps(CONTEXT))
    return str(tmp_path / "shapes.ttl"), str(tmp_path / "context.jsonld")


def test_shapes_run_with_the_context_that_is_given(files):
    pytest.importorskip("pyshacl")
    assert violations(spdx(), *files) == []
    (found,) = violations(changed(spdx(), "/@graph/1/name", 3), *files)
    assert (found.node, found.path, found.message) == (
        "https://example.org/acme",
        "https://example.org/terms/name",
        "a name is a text",
    )


@pytest.mark.skipif(not os.path.exists(OFFICIAL), reason="the official shapes are not at hand")
def test_the_official_shapes_find_nothing_in_a_right_document_and_what_was_broken():
    pytest.importorskip("pyshacl")
    official = os.path.join(OFFICIAL, "spdx-model.ttl"), os.path.join(OFFICIAL, "spdx-context.jsonld")
    assert violations(spdx(), *official) == []
    (found,) = violations(changed(spdx(), "/@graph/1/name", 3), *official)
    assert (found.node, found.constraint) == ("https://example.org/acme", "DatatypeConstraintComponent")


def test_nothing_is_fetched_for_shapes(files, tmp_path):
    pytest.importorskip("pyshacl")
    inner = changed(spdx(), "/@graph/1/@context", "https://example.org/context")
    with pytest.raises(ReadError, match='context at "/@graph/1" that would have to be fetched'):
        violations(inner, *files)
    (tmp_path / "remote.jsonld").write_text('{"@context": ["https://example.org/context"]}')
    with pytest.raises(SourceError, match="refers to another one"):
        violations(spdx(), files[0], str(tmp_path / "remote.jsonld"))
    (tmp_path / "service.ttl").write_text("# SERVICE <https://example.org>")
    with pytest.raises(SourceError, match="ask a remote service"):
        violations(spdx(), str(tmp_path / "service.ttl"), files[1])


def test_files_that_are_no_shapes_no_context_and_no_schema_are_refused(files, tmp_path):
    pytest.importorskip("pyshacl")
    (tmp_path / "bad").write_text("{")
    bad = str(tmp_path / "bad")
    for arguments in ((files[0], bad), (bad, files[1]), (files[0], "gone"), (files[0], files[0])):
        with pytest.raises(SourceError):
            violations(spdx(), *arguments)
    for path in (bad, "gone", str(tmp_path)):
        with pytest.raises(SourceError):
            schema_file(path)


def test_a_schema_is_never_fetched():
    with pytest.raises(KnowledgeError, match=r"vcard.json"):
        cyclonedx_schemas("1.6").named("https://example.org/vcard.json")


def test_the_text_names_every_level_and_every_problem_with_its_remedy():
    broken = changed(cyclonedx(), "/dependencies/0/ref", "gone")
    result = validated(told(broken), "bom.json", Wanted())
    assert as_text([result]) == (
        "bom.json: CycloneDX 1.7\n"
        "  error    BV202  /dependencies/0/ref\n"
        '           no element has the bom-ref "gone"\n'
        "           -> Add the element, or remove the reference.\n"
        "\n"
        "  schema:     passed\n"
        "  semantics:  failed with 1 error\n"
        "  not checked: artefacts (no artefacts were given)\n"
        "  not checked: deep (SHACL was not asked for)\n"
        "  not valid\n"
    )


def test_the_text_of_a_valid_document_says_by_what():
    assert (
        as_text([validated(told(cyclonedx()), "b", Wanted())]).splitlines()[-1]
        == "  valid by schema and semantics"
    )
    assert as_text([validated(told(cyclonedx()), "b", Wanted(not_deep="x"))]).splitlines()[-1] == (
        "  undecided: a level that was asked for could not run"
    )


def test_programs_get_the_same():
    broken = changed(cyclonedx(), "/dependencies/0/ref", "gone")
    document = as_tree([validated(told(broken), "bom.json", Wanted())])
    assert (document["schema"], [each["answer"] for each in document["documents"]]) == (
        "backstamp.bom-validation/1",
        ["invalid"],
    )
    assert document["documents"][0]["problems"] == [
        {
            "code": "BV202",
            "level": "semantics",
            "severity": "error",
            "pointer": "/dependencies/0/ref",
            "message": 'no element has the bom-ref "gone"',
            "fix": "Add the element, or remove the reference.",
        }
    ]
