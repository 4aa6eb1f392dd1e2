"""In-toto statements: something is said (the predicate) about artifacts that are named by their digests.

Source: in-toto Attestation Framework, Statement v1. A statement is read strictly: keys that stand twice,
wrong types and digests that are none are refused.
"""

import json

import msgspec

from backstamp.core.errors import ReadError
from backstamp.core.tree import Tree, text_at, tree_at, trees_at
from backstamp.formats import json_text

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_HEX = frozenset("0123456789abcdef")
_LENGTHS = {
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "blake2b": 128,
    "blake3": 64,
    "sha1": 40,
    "gitCommit": 40,
}


class RepeatedKey(ReadError):
    """A key stands twice in a JSON object: two readers would see two different things."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact: its name (informational) and its digests by algorithm, in lower-case hexadecimal."""

    name: str
    digest: tuple[tuple[str, str], ...]

    def of(self, algorithm: str) -> str:
        """Give the digest of an algorithm; empty if there is none."""
        return dict(self.digest).get(algorithm, "")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about the subjects. ``predicate`` stays the JSON tree that it is."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Tree

    def as_bytes(self) -> bytes:
        """Write the statement as JSON with sorted keys and without blanks: equal statements, equal bytes."""
        tree = {
            "_type": STATEMENT,
            "subject": [{"name": s.name, "digest": dict(s.digest)} for s in self.subjects],
            "predicateType": self.predicate_type,
            "predicate": self.predicate,
        }
        return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def statement_of(payload: bytes) -> Statement:
    """Read a statement. Raises ``ReadError`` for what is none, or leaves open what it says."""
    tree = strict_tree(payload)
    if tree.get("_type") != STATEMENT:
        raise ReadError(f'not an in-toto statement v1: its type is "{text_at(tree, "_type")[:80]}"')
    subjects = [_subject(each) for each in trees_at(tree, "subject")]
    listed = tree.get("subject")
    if not subjects or not isinstance(listed, list) or len(subjects) != len(listed):
        raise ReadError("a statement without subjects, or with one that is no object")
    if not text_at(tree, "predicateType"):
        raise ReadError("a statement without a predicate type")
    predicate = tree.get("predicate")
    if not isinstance(predicate, dict):
        raise ReadError("a statement without a predicate")
    return Statement(
        subjects=tuple(subjects), predicate_type=text_at(tree, "predicateType"), predicate=predicate
    )


def strict_tree(data: bytes) -> Tree:
    """Read a JSON object in which no key stands twice. Raises ``ReadError``."""
    for visit in json_text.walked(json_text.parsed(data)):
        if isinstance(visit.value, json_text.JsonObject) and visit.value.repeated():
            raise RepeatedKey(
                f'the key "{visit.value.repeated()[0][:80]}" stands twice at "{visit.pointer[:200]}"'
            )
    tree = json.loads(json_text.text_of(data))
    if not isinstance(tree, dict):
        raise ReadError("JSON, but not an object")
    return tree


def _subject(tree: Tree) -> Subject:
    digests = []
    for algorithm, value in tree_at(tree, "digest").items():
        if not isinstance(value, str) or not value or not _HEX.issuperset(value):
            raise ReadError(f'the digest "{algorithm[:40]}" of a subject is no lower-case hexadecimal')
        if len(value) != _LENGTHS.get(algorithm, len(value)):
            raise ReadError(f'the digest "{algorithm[:40]}" of a subject has {len(value)} digits')
        digests.append((algorithm, value))
    if not digests:
        raise ReadError("a subject without a digest")
    return Subject(name=text_at(tree, "name"), digest=tuple(sorted(digests)))
