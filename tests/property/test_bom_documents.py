"""Laws of BOM documents: nothing is lost, nothing crashes, every problem has a place."""

import json

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.bom.document import Document, loaded, told, written
from backstamp.bom.validate.index import value_at
from backstamp.bom.validate.levels import Wanted, validated
from backstamp.bom.validate.problem import Level
from backstamp.bom.validate.result import Outcome
from backstamp.core.errors import ReadError, UsageError
from backstamp.core.tree import walk
from backstamp.knowledge.schemas import SchemaSet, cyclonedx_schemas
from kit.boms import as_bytes, changed, cyclonedx, spdx

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
ODD = st.sampled_from(
    [None, 3, "", [], {}, True, "x y", "pkg:", "urn:cdx:", "2024-13-01", -1, ["a"], {"ref": "x"}]
)
KEPT = ("", "/specVersion", "/@context", "/@graph")  # they say what the document is
ANYTHING = SchemaSet(root="any.json", files={"any.json": {}})


def loaded_or_refused(data):
    try:
        return loaded(data)
    except (ReadError, UsageError) as error:
        return error


@given(VALUES)
@settings(max_examples=100)
def test_what_was_loaded_and_written_is_the_same(value):
    tree = {"bomFormat": "CycloneDX", "specVersion": "1.6", "x": value}
    text = json.dumps(tree, indent=2, ensure_ascii=False) + "\n"
    assert written(loaded(text.encode()).tree) == text


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**30), st.integers(-500, 500))
def test_numbers_keep_their_value_digit_for_digit(whole, fraction, exponent):
    from decimal import Decimal

    digits = f"{whole}.{fraction}e{exponent}"
    tree = loaded(f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "x": {digits}}}'.encode()).tree
    assert Decimal(written(tree["x"])) == Decimal(digits)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("{" + text).encode("utf-8", "replace"))
)
def test_any_bytes_are_a_document_or_refused(data):
    assert isinstance(loaded_or_refused(data), Document | ReadError | UsageError)


@given(st.data(), st.sampled_from([cyclonedx("1.4"), cyclonedx("1.5"), cyclonedx("1.7"), spdx()]))
@settings(max_examples=100)
def test_a_document_that_was_broken_anywhere_is_checked_and_problems_have_places(data, tree):
    for _ in range(2):
        pointers = [pointer for pointer, _ in walk(tree) if pointer not in KEPT]
        tree = changed(tree, data.draw(st.sampled_from(pointers)), data.draw(ODD | VALUES))
    document = told(tree)
    result = validated(document, "x", Wanted(schema=ANYTHING))
    assert all(value_at(tree, problem.pointer) for problem in result.problems)
    if document.standard == "CycloneDX":
        schemas = cyclonedx_schemas(document.version)
        validator = jsonschema_rs.validator_for(
            schemas.named(schemas.root), retriever=schemas.named, validate_formats=True
        )
        said = {level.level: level.outcome for level in result.levels}
        assert said[Level.SCHEMA] == (Outcome.PASSED if validator.is_valid(tree) else Outcome.FAILED)


@given(st.integers(0, len(as_bytes(cyclonedx())) - 1))
@settings(max_examples=50)
def test_cutting_a_document_anywhere_is_an_error_and_never_another_document(length):
    assert isinstance(loaded_or_refused(as_bytes(cyclonedx())[:length]), ReadError | UsageError)
