"""JSON that keeps every pair."""

import pytest

from backstamp.core.errors import ReadError
from backstamp.formats.json_text import JsonObject, may_name, parsed, walked


def test_keeps_repeated_keys():
    root = parsed(b'{"a": 1, "b": {}, "a": 2}')
    assert isinstance(root, JsonObject)
    assert (root.all("a"), root.get("a"), root.get("x"), root.repeated()) == ([1, 2], 2, None, ("a",))


def test_walks_with_pointers():
    found = [(v.pointer, v.key) for v in walked(parsed('{"a/b": [1, {"~": null}]}'))]
    assert found == [("", ""), ("/a~1b", "a/b"), ("/a~1b/0", "a/b"), ("/a~1b/1", "a/b"), ("/a~1b/1/~0", "~")]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b"[" + b"9" * 5000 + b"]", b"{'a': 1}"])
def test_refuses_what_is_no_json(text):
    with pytest.raises(ReadError):
        parsed(text)


def test_sees_words_in_plain_and_escaped_letters():
    words = (b"auto_map",)
    assert [may_name(t, words) for t in (b"auto_map", b"\\u0061uto_map", b"auto\\u005Fmap", b"\\u0120x")] == [
        True,
        True,
        True,
        False,
    ]
