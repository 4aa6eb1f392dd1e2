"""Statements on vulnerabilities: in and out of CycloneDX, onto a BOM, out of findings."""

import pytest

from backstamp.bom.vex import (
    CYCLONEDX_OF,
    OPENVEX_OF,
    STATES,
    Product,
    Status,
    VexStatement,
    as_cyclonedx,
    as_openvex,
    is_same_package,
    statements_in,
    statements_of,
    with_statements,
)
from backstamp.core.digest import Digest
from backstamp.core.finding import Confidence, Finding, Severity
from backstamp.core.location import Location
from backstamp.core.tree import Tree
from kit.rich_boms import library, rich
from kit.standards import cyclonedx_errors

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_TORCH = Product(name="pkg:pypi/torch@2.9.0", purl="pkg:pypi/torch@2.9.0")


def _statement(**values: object) -> VexStatement:
    given: dict[str, object] = {
        "vulnerability": "CVE-2026-7",
        "products": (_TORCH,),
        "status": Status.AFFECTED,
        "action": "Update to 2.9.1.",
        "timestamp": "2026-03-01T00:00:00Z",
    }
    return VexStatement(**{**given, **values})


def _bom(**values: object) -> Tree:
    return {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [library()], **values}


def test_statements_of_a_document_are_read():
    assert [
        (
            each.vulnerability,
            each.status,
            each.state,
            each.justification,
            each.impact,
            [p.name for p in each.products],
        )
        for each in statements_in(rich())
    ] == [
        (
            "CVE-2026-0001",
            Status.NOT_AFFECTED,
            "not_affected",
            "protected_at_runtime",
            "Only safetensors are loaded.",
            ["pkg:pypi/torch@2.9.0"],
        ),
        (
            "BACKSTAMP-PKL101",
            Status.AFFECTED,
            "exploitable",
            "",
            "",
            [
                "file:model.safetensors",
                "pkg:huggingface/example/tiny-bert@0123456789abcdef0123456789abcdef01234567",
            ],
        ),
    ]


def test_the_words_for_justifications_are_those_of_the_standards():
    model = pytest.importorskip("cyclonedx.model.impact_analysis")
    assert set(OPENVEX_OF) == {each.value for each in model.ImpactAnalysisJustification}
    assert set(STATES) == {each.value for each in model.ImpactAnalysisState}
    assert set(OPENVEX_OF.values()) == set(CYCLONEDX_OF)
    assert [as_openvex(as_cyclonedx(word)) for word in CYCLONEDX_OF] == list(CYCLONEDX_OF)
    assert as_openvex("code_not_reachable") == "vulnerable_code_not_in_execute_path"
    assert as_openvex("") == ""


def test_a_statement_adds_a_vulnerability():
    tree, missing = with_statements(_bom(), [_statement(aliases=("GHSA-1",), severity="high", cwes=(502,))])
    assert missing == ()
    assert cyclonedx_errors(tree, "1.7") == []
    assert tree["vulnerabilities"] == [
        {
            "id": "CVE-2026-7",
            "references": [{"id": "GHSA-1", "source": {}}],
            "ratings": [{"severity": "high", "method": "other"}],
            "cwes": [502],
            "recommendation": "Update to 2.9.1.",
            "analysis": {
                "state": "exploitable",
                "firstIssued": "2026-03-01T00:00:00Z",
                "lastUpdated": "2026-03-01T00:00:00Z",
            },
            "affects": [{"ref": "pkg:pypi/torch@2.9.0"}],
        }
    ]


def test_a_later_statement_replaces_an_earlier_one_in_whatever_order_they_come():
    first = _statement()
    later = _statement(
        status=Status.NOT_AFFECTED,
        justification="component_not_present",
        timestamp="2026-04-01T01:00:00+02:00",
    )
    trees = [with_statements(_bom(), each)[0] for each in ([first, later], [later, first])]
    trees.append(with_statements(with_statements(_bom(), [first])[0], [later])[0])
    assert [tree["vulnerabilities"][0]["analysis"] for tree in trees] == [
        {
            "state": "not_affected",
            "justification": "requires_dependency",
            "firstIssued": "2026-03-01T00:00:00Z",
            "lastUpdated": "2026-04-01T01:00:00+02:00",
        }
    ] * 3
    assert [len(tree["vulnerabilities"]) for tree in trees] == [1, 1, 1]


def test_an_older_statement_does_not_replace_a_newer_one():
    tree, _ = with_statements(_bom(), [_statement(timestamp="2026-05-01T00:00:00Z")])
    again, _ = with_statements(tree, [_statement(status=Status.FIXED, timestamp="2026-01-01T00:00:00Z")])
    assert again == tree


def test_a_statement_on_one_of_several_products_leaves_the_others_alone():
    flaw = {"id": "CVE-2026-7", "cwes": [79], "analysis": {"state": "in_triage"}}
    refs = [{"ref": "pkg:pypi/torch@2.9.0"}, {"ref": "pkg:pypi/other@1"}]
    bom = _bom(components=[library(), library("other", "1")], vulnerabilities=[{**flaw, "affects": refs}])
    tree, _ = with_statements(bom, [_statement(status=Status.FIXED)])
    assert tree["vulnerabilities"] == [
        {**flaw, "affects": [{"ref": "pkg:pypi/other@1"}]},
        {
            "id": "CVE-2026-7",
            "cwes": [79],
            "analysis": {
                "state": "resolved",
                "firstIssued": "2026-03-01T00:00:00Z",
                "lastUpdated": "2026-03-01T00:00:00Z",
            },
            "affects": [{"ref": "pkg:pypi/torch@2.9.0"}],
        },
    ]
    assert bom["vulnerabilities"] == [{**flaw, "affects": refs}]


def test_an_alias_is_the_same_vulnerability():
    bom = _bom(vulnerabilities=[{"id": "GHSA-9", "affects": [{"ref": "pkg:pypi/torch@2.9.0"}]}])
    tree, _ = with_statements(bom, [_statement(aliases=("GHSA-9",))])
    assert [each["id"] for each in tree["vulnerabilities"]] == ["GHSA-9"]


@pytest.mark.parametrize(
    ("product", "is_found"),
    [
        (Product(name="pkg:pypi/torch"), True),
        (Product(name="pkg:pypi/Torch@2.9.0"), True),
        (Product(name="https://example.org/x", purl="pkg:pypi/torch@2.9.0"), True),
        (Product(name="urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Apypi%2Ftorch%402.9.0"), True),
        (Product(name="x", digests=(("sha-256", _SHA),)), True),
        (Product(name="pkg:oci/app", parts=(Product(name="pkg:pypi/torch@2.9.0"),)), True),
        (Product(name="pkg:pypi/torch@2.8.0"), False),
        (Product(name="pkg:npm/torch@2.9.0"), False),
        (Product(name="pkg:pypi/torch@2.9.0?arch=arm64"), False),
        (Product(name="torch"), False),
        (Product(name=""), False),
    ],
)
def test_products_are_found_by_name_purl_and_digest(product: Product, *, is_found: bool):
    statement = _statement(products=(product,))
    tree, missing = with_statements(_bom(), [statement])
    assert ("vulnerabilities" in tree, missing) == (is_found, () if is_found else ((statement, product),))


def test_a_purl_without_version_or_qualifier_means_all():
    assert is_same_package("pkg:pypi/foo_bar", "pkg:pypi/foo-bar@1?x=y#z")
    assert is_same_package("pkg:npm/%40scope/a@1", "pkg:npm/@scope/a@1")
    assert is_same_package("pkg:deb/debian/curl@1?arch=i386", "pkg:deb/debian/curl@1?arch=i386&distro=x")
    assert not is_same_package("pkg:deb/debian/curl@1?arch=i386", "pkg:deb/debian/curl@1?arch=amd64")


def _finding(confidence: Confidence, severity: Severity = Severity.HIGH) -> Finding:
    return Finding(
        rule="PKL101",
        name="process-call",
        severity=severity,
        confidence=confidence,
        message="loading this pickle runs os.system",
        place=Location(path=("model.zip", "data.pkl")),
        references=("CWE-502", "AML.T0011"),
        digest=Digest(_SHA),
    )


def test_findings_are_statements_on_their_files():
    findings = [_finding(Confidence.HIGH), _finding(Confidence.LOW), _finding(Confidence.HIGH, Severity.INFO)]
    made = statements_of(
        findings, author="Backstamp", timestamp="2026-03-01T00:00:00Z", advice={"PKL101": "Do not load it."}
    )
    surely, perhaps = list(made)
    assert surely == VexStatement(
        vulnerability="PKL101",
        description="loading this pickle runs os.system",
        products=(Product(name="model.zip!/data.pkl", digests=(("sha-256", _SHA),)),),
        status=Status.AFFECTED,
        impact="loading this pickle runs os.system",
        action="Do not load it.",
        severity="high",
        cwes=(502,),
        author="Backstamp",
        timestamp="2026-03-01T00:00:00Z",
    )
    assert (perhaps.status, perhaps.action) == (Status.UNDER_INVESTIGATION, "")
