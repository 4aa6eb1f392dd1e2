"""Documents keep everything, and what could be understood in two ways is refused with its place."""

import json

import pytest

from backstamp.bom.document import Bounds, Exact, loaded, written
from backstamp.core.errors import BackstampError
from kit.boms import as_bytes, cyclonedx, spdx

START = '{"bomFormat": "CycloneDX", "specVersion": "1.6"'


def refusal(data, bounds=Bounds()):  # noqa: B008
    with pytest.raises(BackstampError) as error:
        loaded(data.encode() if isinstance(data, str) else data, bounds)
    return error.value.code, error.value.message


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_knows_the_versions_of_cyclonedx(version):
    assert loaded(as_bytes(cyclonedx(version))).shown == f"CycloneDX {version}"


def test_knows_spdx_3_by_its_context_alone_or_in_a_list():
    document = spdx()
    assert loaded(as_bytes(document)).shown == "SPDX 3.0.1"
    assert (
        loaded(as_bytes({**document, "@context": [document["@context"], {"x": "y"}]})).shown == "SPDX 3.0.1"
    )


def test_a_document_without_its_format_is_known_by_its_schema():
    document = cyclonedx("1.6")
    del document["bomFormat"]
    assert loaded(as_bytes(document)).shown == "CycloneDX 1.6"


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "b": 1,\n  "a": 1.0\n}\n',
        "1",
        "1.0",
        "1e400",
        "-0.0",
        "123456789012345678901234567890",
        "0.12345678901234567890123",
        '"\\u0000é😀\\u2028"'.replace("\\u2028", "\u2028"),
        "{}",
        "[]",
        "[\n  [],\n  {},\n  [\n    null,\n    true\n  ]\n]",
        '{\n  "": "",\n  "x/y~z": {\n    "unknown": [\n      1\n    ]\n  }\n}',
    ],
)
def test_what_was_loaded_is_written_as_it_was(text):
    text = text.rstrip("\n").replace("\n", "\n  ")
    head = START.replace("{", "{\n  ").replace(", ", ",\n  ")
    whole = f'{head},\n  "x": {text}\n}}\n'
    assert written(loaded(whole.encode()).tree) == whole


def test_numbers_that_no_float_holds_keep_their_digits_and_count_as_the_nearest():
    tree = loaded(f'{START}, "x": [0.30000000000000000001, 1E5, 1.50, -0]}}'.encode()).tree
    assert [(type(x), x) for x in tree["x"]] == [(Exact, 0.3), (float, 1e5), (float, 1.5), (float, 0.0)]
    assert written(tree["x"]) == "[\n  0.30000000000000000001,\n  100000.0,\n  1.5,\n  -0.0\n]\n"


def test_a_byte_order_mark_is_no_part_of_the_document():
    assert loaded(b"\xef\xbb\xbf" + as_bytes(cyclonedx())) == loaded(as_bytes(cyclonedx()))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "not a BOM: empty"),
        (" \n ", "not a BOM: empty"),
        (b"PK\x03\x04", "not a BOM: neither JSON nor XML"),
        ("[]", "not a BOM: JSON, but not an object"),
        ("{}", "not a BOM: JSON, but neither bomFormat nor an SPDX context is in it"),
        (
            '{"payloadType": "x", "payload": "", "signatures": []}',
            "not a BOM: a signed envelope (DSSE); the document is inside its payload",
        ),
        (
            '{"_type": "x", "predicateType": "y"}',
            "not a BOM: an in-toto statement; the document is its predicate",
        ),
        (
            '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>',
            "CycloneDX XML: only JSON is understood",
        ),
        ("<html>", "XML or HTML: only JSON is understood"),
        ('{"spdxVersion": "SPDX-2.3"}', 'an SPDX document of version "2.3": only SPDX 3.0 is understood'),
        ("SPDXVersion: SPDX-2.3", "SPDX tag-value: only SPDX 3.0 JSON-LD is understood"),
        (
            '{"bomFormat": "CycloneDX", "specVersion": "9.9"}',
            'a CycloneDX document with specVersion "9.9": expected one of 1.2, 1.3, 1.4, 1.5, 1.6, 1.7',
        ),
        (
            '{"bomFormat": "CycloneDX", "specVersion": 1.6}',
            "a CycloneDX document with specVersion 1.6: expected one of 1.2, 1.3, 1.4, 1.5, 1.6, 1.7",
        ),
        (
            '{"bomFormat": "CycloneDX"}',
            "a CycloneDX document with no specVersion: expected one of 1.2, 1.3, 1.4, 1.5, 1.6, 1.7",
        ),
        ((START + "}").encode("utf-16"), "not UTF-8: it looks like UTF-16 or UTF-32"),
        ((START + "}").encode("utf-16-le"), "not UTF-8: it looks like UTF-16 or UTF-32"),
        ((START + "}").encode("utf-32-be"), "not UTF-8: it looks like UTF-16 or UTF-32"),
    ],
)
def test_what_is_no_bom_is_used_wrongly(data, message):
    assert refusal(data) == (2, message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (START, "the document ends too early (line 1, column 48)"),
        (START + ',\n "x": "y', "the document ends too early (line 2, column 7)"),
        (
            START + ",}",
            "not valid JSON: expecting property name enclosed in double quotes (line 1, column 49)",
        ),
        (START + "} {}", "not valid JSON: extra data (line 1, column 50)"),
        (
            START + ', "x": {"a/b": [{"k": 1, "k": 1}]}}',
            'the key "k" occurs twice in the object at "/x/a~1b/0"',
        ),
        (START + ', "bomFormat": "x"}', 'the key "bomFormat" occurs twice in the object at ""'),
        (START + ',\n"x": [NaN]}', "NaN is not JSON (line 2, column 7)"),
        (START + ', "NaN": -Infinity}', "-Infinity is not JSON (line 1, column 57)"),
        (START + ', "x": "\\ud800"}', "half of a surrogate pair in a text (line 1, column 55)"),
        (START + ', "x": ' + "9" * 5000 + "}", "a number of 5,000 digits (line 1, column 55)"),
        (
            START + ', "x": ' + "[" * 300 + "]" * 300 + "}",
            "nested deeper than 200 levels (line 1, column 254)",
        ),
        (START + ', "x": ' + '{"a":' * 100_000, "nested deeper than 200 levels (line 1, column 1,050)"),
        ((START + ',\n"x": "\xe9"}').encode("latin-1"), "not UTF-8 at byte 55 (line 2)"),
    ],
)
def test_what_is_damaged_or_ambiguous_could_not_be_read_to_the_end(data, message):
    assert refusal(data) == (3, message)


def test_large_documents_are_refused_before_they_are_parsed():
    assert refusal(as_bytes(cyclonedx()), Bounds(size=100))[0] == 3
    assert refusal(START + ', "x": [' + "1," * 1000 + "1]}", Bounds(values=500)) == (
        3,
        "the document has more than 500 values",
    )


def test_the_same_tree_is_always_written_the_same():
    tree = cyclonedx()
    assert written(tree) == json.dumps(tree, indent=2, ensure_ascii=False) + "\n"
