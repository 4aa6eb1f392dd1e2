"""The words of the core keep their promises."""

import hashlib

from backstamp.core.blob import Blob
from backstamp.core.codec import sealed, unsealed
from backstamp.core.fact import Present
from backstamp.core.finding import shown
from backstamp.core.location import joined


def test_a_blob_names_its_digest_and_parts():
    blob = Blob(b"abcdef", path=("a.zip",))
    part = blob.part(2, 4, "x")
    assert bytes(part.view) == b"cd"
    assert joined(part.path) == "a.zip!/x"
    assert blob.digest is not None
    assert blob.digest.hex == hashlib.sha256(b"abcdef").hexdigest()


def test_a_blob_whose_tail_is_not_at_hand_has_no_digest():
    assert Blob(b"ab", path=("a",), size=10).digest is None


def test_facts_survive_the_codec():
    facts = [Present(place=Blob(b"", path=("a", "b")).at(3, 4), size=7, kinds=("zip",))]
    assert unsealed(sealed(facts)) == facts


def test_shown_makes_control_and_bidi_characters_visible():
    assert shown("a\x1b[31m\u202eb\u200b") == "a\\x1b[31m\\u202eb\\u200b"
    assert shown("é漢") == "é漢"
    assert shown("x" * 300) == "x" * 200 + "…"
