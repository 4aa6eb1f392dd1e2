"""Addresses are written as IRI references, or not at all."""

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.bom.addresses import iri_of

CHECK = jsonschema_rs.validator_for({"type": "string", "format": "iri-reference"}, validate_formats=True)
TEXTS = st.text(st.one_of(st.sampled_from('abh:/?#[]@%{} .013\\"'), st.characters()), max_size=15)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://h.example/a b", "https://h.example/a%20b"),
        ("https://h.example/{x}?y=1#z", "https://h.example/%7Bx%7D?y=1#z"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("http://[::1", ""),
        ("http://h:port/", ""),
        ("http:///x", ""),
        ("localhost:8000/v1", "localhost:8000/v1"),
        ("/v1/x", "/v1/x"),
        ("100%", "100%25"),
    ],
)
def test_an_address_is_escaped_or_left_out(text, written):
    assert iri_of(text) == written


@given(
    st.sampled_from(["", "http://", "http://h", "a:", "//", "http://h:", "http://[::1]", "http://u@"]), TEXTS
)
@settings(max_examples=100)
def test_whatever_is_written_is_an_iri_reference(start, rest):
    assert CHECK.is_valid(iri_of(start + rest))
