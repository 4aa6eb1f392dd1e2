"""OpenVEX documents, read and written."""

import pytest

from backstamp.bom.openvex import CONTEXT, document_of, is_openvex, statements_of
from backstamp.bom.vex import (
    Product,
    Status,
    VexStatement,
    cyclonedx_of_statements,
    statements_in,
    with_statements,
)
from backstamp.core.errors import UsageError
from backstamp.core.tree import Json, Tree
from kit.rich_boms import library, rich


def _document(*statements: Json, **values: Json) -> Tree:
    return {
        "@context": CONTEXT,
        "@id": "https://example.com/vex/1",
        "author": "Example Org",
        "timestamp": "2026-03-01T00:00:00Z",
        "version": 3,
        "statements": [*statements],
        **values,
    }


_GOOD: Tree = {
    "vulnerability": {"name": "CVE-2026-7", "aliases": ["GHSA-1"], "description": "bad"},
    "products": [
        {
            "@id": "pkg:pypi/torch@2.9.0",
            "identifiers": {"purl": "pkg:pypi/torch@2.9.0"},
            "hashes": {"sha-256": "AB"},
            "subcomponents": [{"@id": "pkg:pypi/inner@1"}],
        }
    ],
    "status": "not_affected",
    "justification": "vulnerable_code_cannot_be_controlled_by_adversary",
    "impact_statement": "Nobody reaches it.",
}


def test_a_statement_is_read_whole():
    assert statements_of(_document(_GOOD)) == (
        VexStatement(
            vulnerability="CVE-2026-7",
            aliases=("GHSA-1",),
            description="bad",
            products=(
                Product(
                    name="pkg:pypi/torch@2.9.0",
                    purl="pkg:pypi/torch@2.9.0",
                    digests=(("sha-256", "ab"),),
                    parts=(Product(name="pkg:pypi/inner@1", purl="pkg:pypi/inner@1"),),
                ),
            ),
            status=Status.NOT_AFFECTED,
            justification="vulnerable_code_cannot_be_controlled_by_adversary",
            impact="Nobody reaches it.",
            author="Example Org",
            timestamp="2026-03-01T00:00:00Z",
            version=3,
        ),
    )


def test_the_first_version_of_the_format_is_read():
    old: Tree = {
        "@context": "https://openvex.dev/ns",
        "author": "A",
        "timestamp": "2023-01-08T18:02:03.647787998-06:00",
        "version": "1",
        "statements": [{"vulnerability": "CVE-2023-1", "products": ["pkg:oci/app"], "status": "fixed"}],
    }
    (statement,) = statements_of(old)
    assert (statement.vulnerability, statement.products, statement.version) == (
        "CVE-2023-1",
        (Product(name="pkg:oci/app", purl="pkg:oci/app"),),
        1,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"status": "maybe"},
            'at "/statements/0/status": "maybe" is not a status: expected not_affected, affected',
        ),
        ({"status": None}, 'at "/statements/0/status": "" is not a status'),
        ({"justification": "because"}, 'at "/statements/0/justification": "because" is not a justification'),
        (
            {"justification": "", "impact_statement": ""},
            'at "/statements/0": not_affected needs a justification or an impact_statement',
        ),
        ({"products": []}, 'at "/statements/0/products": at least one product is needed'),
        ({"products": [{}]}, 'at "/statements/0/products/0": the product has neither'),
        ({"vulnerability": {}}, 'at "/statements/0/vulnerability": the vulnerability has no name'),
        ({"timestamp": "yesterday"}, 'at "/statements/0/timestamp": a time such as'),
    ],
)
def test_each_mistake_is_told_with_its_place(change: Tree, words: str):
    with pytest.raises(UsageError) as error:
        statements_of(_document({**_GOOD, **change}))
    assert words in error.value.message


def test_all_mistakes_are_told_at_once():
    bad = [{**_GOOD, "status": f"s{at}"} for at in range(8)]
    with pytest.raises(UsageError) as error:
        statements_of(_document(*bad))
    assert error.value.message.count("is not a status") == 5
    assert error.value.message.endswith("; and 3 more")


@pytest.mark.parametrize("tree", [{}, {"@context": CONTEXT}, {"@context": CONTEXT, "statements": {}}])
def test_what_is_no_openvex_is_refused(tree: Tree):
    with pytest.raises(UsageError, match="not a valid OpenVEX document"):
        statements_of(tree)


def test_a_document_says_the_same_when_it_says_the_same():
    held = statements_of(_document(_GOOD))
    made = document_of(held, author="Example Org", timestamp="2026-03-01T00:00:00Z", version=3)
    assert (
        made["@id"]
        == document_of(held, author="Example Org", timestamp="2026-03-01T00:00:00Z", version=3)["@id"]
    )
    assert is_openvex(made)
    assert statements_of(made) == held


def test_cyclonedx_becomes_openvex():
    made = document_of(statements_in(rich()), author="A", timestamp="2026-11-25T10:00:00Z")
    assert [
        {key: value for key, value in each.items() if key not in {"products", "vulnerability"}}
        for each in made["statements"]
    ] == [
        {
            "timestamp": "2026-02-01T00:00:00Z",
            "status": "not_affected",
            "justification": "inline_mitigations_already_exist",
            "impact_statement": "Only safetensors are loaded.",
        },
        {"status": "affected", "action_statement": "No action is stated."},
    ]
    assert len(statements_of(made)) == 2


@pytest.mark.parametrize("status", list(Status))
def test_openvex_goes_through_cyclonedx_and_comes_back(status: Status):
    given: Tree = {
        "vulnerability": {"name": "CVE-2026-7", "description": "bad", "aliases": ["GHSA-1"]},
        "products": [{"@id": "pkg:pypi/torch@2.9.0", "identifiers": {"purl": "pkg:pypi/torch@2.9.0"}}],
        "status": status.value,
    }
    match status:
        case Status.NOT_AFFECTED:
            given |= {"justification": "component_not_present", "impact_statement": "Not shipped."}
        case Status.AFFECTED:
            given |= {"status_notes": "Seen.", "action_statement": "Update."}
        case _:
            given |= {"status_notes": "Seen."}
    document = document_of(
        statements_of(_document(given)), author="Example Org", timestamp="2026-03-01T00:00:00Z"
    )
    through = statements_in(cyclonedx_of_statements(statements_of(document)))
    again = document_of(through, author="Example Org", timestamp="2026-03-01T00:00:00Z")
    assert again == document


def test_statements_are_put_on_a_bom():
    bom: Tree = {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [library()]}
    without_parts = {**_GOOD, "products": ["pkg:pypi/torch"]}
    tree, missing = with_statements(bom, statements_of(_document(without_parts)))
    assert missing == ()
    assert tree["vulnerabilities"][0]["analysis"]["justification"] == "requires_configuration"
