"""``models.lock``: what is written, and what is refused with every mistake at once."""

import pytest

from backstamp.attest.lockfile import (
    EntryKind,
    Judged,
    Lock,
    LockedFile,
    LockEntry,
    SignedBy,
    changes,
    lock_of_entries,
    written,
)
from backstamp.attest.lockreading import LockError, lock_of
from backstamp.attest.safepaths import clashes, why_hostile
from backstamp.core.errors import ReadError

A, B, R = "a" * 64, "b" * 64, "c" * 40
MODEL = LockEntry(
    name="huggingface:org/m",
    kind=EntryKind.MODEL,
    revision=R,
    ref="main",
    source="https://huggingface.co/org/m",
    licence="apache-2.0",
    signer=SignedBy(keyid="k1", identity="me@example.org"),
    verdict=Judged(outcome="allow", date="2026-11-25", rules=A),
    files=(
        LockedFile(path="model.safetensors", sha256=A, size=8),
        LockedFile(path="config.json", sha256=B, size=0),
    ),
)
DATA = LockEntry(
    name="path:data/ünï", kind=EntryKind.DATASET, files=(LockedFile(path='a "b".csv', sha256=B, size=2),)
)
TEXT = f"""\
# Every model and dataset in use, pinned to its exact bytes. Written by `backstamp lock`.
# `backstamp lock --verify` proves that what is on disk is exactly this.
schema = "backstamp.lock/1"

[[model]]
name = "huggingface:org/m"
kind = "model"
revision = "{R}"
ref = "main"
source = "https://huggingface.co/org/m"
licence = "apache-2.0"
signer = {{ keyid = "k1", identity = "me@example.org" }}
verdict = {{ outcome = "allow", date = "2026-11-25", rules = "{A}" }}
files = [
  {{ path = "config.json", sha256 = "{B}", size = 0 }},
  {{ path = "model.safetensors", sha256 = "{A}", size = 8 }},
]

[[dataset]]
name = "path:data/ünï"
kind = "dataset"
files = [
  {{ path = "a \\"b\\".csv", sha256 = "{B}", size = 2 }},
]
"""


def test_writes_sorted_entries_one_file_a_line_and_reads_them_back():
    lock = lock_of_entries([DATA, MODEL])
    assert written(lock) == TEXT
    assert lock_of(TEXT.encode()) == lock


def mistakes(*changes_of_text: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes_of_text:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(LockError) as caught:
        lock_of(text.encode())
    return [str(mistake) for mistake in caught.value.mistakes]


def test_tells_every_mistake_with_its_line():
    assert mistakes(
        ("licence =", "lisence ="), ("size = 8", "size = -8"), (f'revision = "{R}"', 'revision = "main"'),
        ('outcome = "allow"', 'outcome = "fine"'), ("2026-11-25", "yesterday"),
        ('kind = "dataset"', 'kind = "model"'),
    ) == [
        'line 8: "revision" must have 40 lower-case hexadecimal digits',
        'line 11: "lisence" is not known here; nearest is "licence"',
        'line 13: "fine" is none of allow, warn, deny, undetermined',
        'line 13: "yesterday" is no day such as "2026-11-25"',
        "line 16: size must be a number of bytes, not less than 0",
        'line 21: "model" does not belong under [[dataset]]',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('schema = "backstamp.lock/1"', 'schema = "backstamp.lock/2"',
         'line 3: the schema is "backstamp.lock/2"'),
        ('schema = "backstamp.lock/1"', "", "line 1: there is no schema"),
        ('name = "huggingface:org/m"', 'name = "huggingface:org/../m"', "is no name of a hub"),
        ('name = "huggingface:org/m"', 'name = "s3:x"',
         "does not begin with one of huggingface:, ollama:, path:, url:"),
        ("path:data/ünï", "path:../data", 'it has the part ".."'),
        ("path:data/ünï", "url:file:///etc", "is no address"),
        ("path:data/ünï", "ollama:../x", 'it has the part ".."'),
        (f'revision = "{R}"\n', "", 'line 5: "revision" is missing'),
        ('name = "path:data/ünï"', f'name = "path:data"\nrevision = "{R}"',
         "a revision belongs to names of huggingface"),
        ('kind = "dataset"', "kind = 3", '"kind" must be a text that is not empty'),
        (f'"{A}", size = 8', f'"{A.upper()}", size = 8',
         '"sha256" must have 64 lower-case hexadecimal digits'),
        (f'"{A}", size = 8', f'"{A}", size = 8.0', "size must be a number of bytes"),
        (f'"{A}", size = 8', f'"{A}", size = true', "size must be a number of bytes"),
        (f'"{A}", size = 8', f'"{A}", size = 8, mode = 7', '"mode" is not known here'),
        ("{ keyid", '{ issuer = "x", keyd', '"keyd" is not known here; nearest is "keyid"'),
        ('{ keyid = "k1", identity = "me@example.org" }', "{}", "a signer has a keyid or an identity"),
        ('{ keyid = "k1", identity = "me@example.org" }', '"k1"', '"signer" must be a table'),
        ('"config.json"', '"Model.SafeTensors"', 'it is "Model.SafeTensors" where case does not count'),
        ('"config.json"', '"model.safetensors/x"',
         '"model.safetensors" is listed as a file, and is its folder'),
        ('"config.json"', '"model.safetensors"', "it is listed twice"),
        ('ref = "main"', 'ref = "../../x"', "the ref"),
        ('licence = "apache-2.0"', 'licence = "a\\u202eb"', "a character that does not show"),
        ("[[dataset]]", "[[dataset]]\n[[dataset]]", "no files are locked"),
        ("[[model]]", "[other]\nx=1\n[[model]]", '"other" is not known here'),
    ],
)  # fmt: skip
def test_refuses_a_lock_that_says_something_else(old: str, new: str, told: str):
    assert any(told in mistake for mistake in mistakes((old, new)))


def test_refuses_an_entry_that_stands_twice():
    entry = TEXT[TEXT.index("[[model]]") : TEXT.index("[[dataset]]")]
    with pytest.raises(LockError, match=r'line 19: "huggingface:org/m@cccccccccccc" is locked twice'):
        lock_of((TEXT.replace("[[dataset]]", entry + "[[dataset]]")).encode())


@pytest.mark.parametrize(
    "data", [b"\xff", b"schema = ", b"a = 1\na = 2", b"[" * 5000, b"x = '" + b"a" * (17 << 20) + b"'"]
)
def test_refuses_what_is_no_toml(data: bytes):
    with pytest.raises(ReadError):
        lock_of(data)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a/", "a\\b", "C:/x", "a.txt:s", "a\0b", "a\nb",
        "con", "a/NUL.txt", "com1.bin", "LPT².x", "aux .txt", "a./b", "a /b", ".git/config", "a/.GIT/x",
         "GIT~1/x",
        "a\u200db", "a\u202eb", "x" * 256, "é" * 128, "a/" * 600 + "b", "\ud800",
    ],
)  # fmt: skip
def test_refuses_hostile_paths(path: str):
    assert why_hostile(path)


@pytest.mark.parametrize(
    "path",
    ["config.json", "onnx/model.onnx", ".gitattributes", "a b.txt", "über/モデル.bin", "console.py", "..a"],
)
def test_leaves_ordinary_paths_alone(path: str):
    assert why_hostile(path) == ""


def test_sees_names_that_are_one_name_on_other_systems():
    paths = ["a.bin", "A.BIN", "e\u0301", "\u00e9", "dir", "DIR/x", "b"]
    assert [number for number, _ in clashes(paths)] == [1, 3, 5]


def test_tells_what_changed():
    file = LockedFile(path="config.json", sha256=A, size=1)
    newer = LockEntry(name=MODEL.name, kind=MODEL.kind, revision=R, files=(file,), ref="main")
    old, new = lock_of_entries([MODEL, DATA]), lock_of_entries([newer])
    assert [(c.name, c.path, c.what) for c in changes(old, new)] == [
        ("huggingface:org/m@cccccccccccc", "config.json", "has other content"),
        ("huggingface:org/m@cccccccccccc", "model.safetensors", "is gone"),
        ("huggingface:org/m@cccccccccccc", "", "its source changed"),
        ("huggingface:org/m@cccccccccccc", "", "its licence changed"),
        ("huggingface:org/m@cccccccccccc", "", "its signer changed"),
        ("huggingface:org/m@cccccccccccc", "", "its verdict changed"),
        ("path:data/ünï", "", "is no longer in use"),
    ]
    assert changes(Lock(), lock_of_entries([DATA]))[0].what == "was not locked"
