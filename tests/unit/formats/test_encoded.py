"""Texts that are another file in letters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.budget import Budget
from backstamp.formats.encoded import decoded, is_encoded, strings_in

_LETTERS = st.lists(st.sampled_from(list(b'gASVabcXYZ0189+/=-_ \n\r\\"`#M')), max_size=200).map(bytes)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), _LETTERS), st.sampled_from([b"", b"begin 644 x\n", b'"gA', b"gAS"]))
def test_any_text_is_decoded_or_not_and_never_grows(data: bytes, start: bytes) -> None:
    text = start + data + b'"'
    assert len(decoded(text)) <= len(text)
    assert is_encoded(text) in (True, False)
    for at, content in strings_in(memoryview(text), Budget()):
        assert 0 < at < len(text)
        assert len(content) <= len(text)
