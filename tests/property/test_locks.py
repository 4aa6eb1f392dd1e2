"""Laws of locks: what is written is read, no text breaks the reader, and no change of a folder is missed."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.enclosure import Enclosure
from backstamp.attest.lockfile import (
    EntryKind,
    Judged,
    LockedFile,
    LockEntry,
    SignedBy,
    lock_of_entries,
    written,
)
from backstamp.attest.locking import Where, pinned, verified
from backstamp.attest.lockreading import lock_of
from backstamp.attest.safepaths import clashes, folded, why_hostile
from backstamp.core.errors import ReadError, VerificationError

_HEX = "0123456789abcdef"
_PATHS = st.one_of(
    st.lists(st.text("abA.- _é本\"'#=[]{}\\", min_size=1, max_size=6), min_size=1, max_size=3).map("/".join),
    st.text(max_size=12),
).filter(lambda path: not why_hostile(path))
_FILE = st.builds(
    LockedFile, path=_PATHS, sha256=st.text(_HEX, min_size=64, max_size=64), size=st.integers(0, 1 << 50)
)
_FILES = st.lists(_FILE, min_size=1, max_size=5).filter(lambda files: not any(clashes(f.path for f in files)))
_WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
    lambda text: text.isprintable() and all(c not in "\u115f\u1160\u2800\u3164\uffa0" for c in text)
)
_ENTRY = st.builds(
    LockEntry,
    name=st.sampled_from(["huggingface:org/m", "huggingface:gpt2"]),
    kind=st.sampled_from(EntryKind),
    revision=st.text(_HEX, min_size=40, max_size=40),
    ref=st.sampled_from(["", "main", "v1.0", "refs/pr/1"]),
    licence=st.one_of(st.just(""), _WORDS),
    signer=st.one_of(st.none(), st.builds(SignedBy, keyid=_WORDS)),
    verdict=st.one_of(st.none(), st.just(Judged(outcome="warn", date="2026-02-28"))),
    files=_FILES.map(tuple),
)
_LOCKS = st.lists(_ENTRY, max_size=4, unique_by=lambda entry: entry.key).map(lock_of_entries)
_CONTENT = st.dictionaries(
    st.sampled_from(["a", "b.txt", "sub/a", "sub/c", "d/e/f"]), st.binary(min_size=1, max_size=40), min_size=1
)


@given(_LOCKS)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read(lock):
    text = written(lock)
    assert lock_of(text.encode()) == lock
    assert written(lock_of(text.encode())) == text


@given(_LOCKS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_text_is_refused_or_says_something_else(lock, data):
    text = written(lock).encode()
    start = text.index(b"schema")
    at = data.draw(st.integers(start, len(text) - 1))
    changed = text[:at] + bytes([data.draw(st.integers(0, 255))]) + text[at + 1 :]
    try:
        read = lock_of(changed)
    except ReadError:
        return
    if read == lock:  # blanks and marks of the text itself
        assert written(read).encode() == text


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_lock_or_an_error(data):
    with suppress(ReadError):
        lock_of(data)


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_a_path_that_passes_stays_in_its_folder(path):
    if why_hostile(path):
        return
    assert not path.startswith("/")
    assert ".." not in path.split("/")
    assert folded(folded(path)) == folded(path)


def _write(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


@given(_CONTENT, st.data())
@settings(max_examples=100, deadline=None)
def test_no_change_of_a_folder_is_missed(files, data):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "m"
        _write(root, files)
        entry = LockEntry(name="path:m", kind=EntryKind.MODEL, files=pinned(Enclosure(str(root)), jobs=1))
        lock = lock_of_entries([entry])
        where = Where(target=folder)
        assert [each.differences for each in verified(lock, where, jobs=1)] == [()]
        path = data.draw(st.sampled_from(sorted(files)))
        match data.draw(st.sampled_from(["flip", "cut", "grow", "rename", "remove", "add", "link"])):
            case "flip":
                bit = data.draw(st.integers(0, len(files[path]) * 8 - 1))
                changed = bytearray(files[path])
                changed[bit // 8] ^= 1 << bit % 8
                (root / path).write_bytes(changed)
            case "cut":
                (root / path).write_bytes(files[path][:-1])
            case "grow":
                (root / path).write_bytes(files[path] + b"\0")
            case "rename":
                (root / path).rename(root / "other")
            case "remove":
                (root / path).unlink()
            case "add":
                (root / "z").write_bytes(b"")
            case _:
                (Path(folder) / "outside").write_bytes(files[path])
                (root / path).unlink()
                (root / path).symlink_to(Path(folder) / "outside")
        assert any(each.differences for each in verified(lock, where, jobs=1))


@given(st.lists(st.text("abAB\u00e9\u0301./", min_size=1, max_size=4), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_folder_is_pinned_into_a_lock_that_can_be_read_or_not_at_all(paths):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "m"
        root.mkdir()
        for path in paths:
            target = (root / path.strip("/")).resolve()
            if root.resolve() not in target.parents:
                continue
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.encode())
            except OSError:
                continue
        try:
            files = pinned(Enclosure(str(root)), jobs=1)
        except VerificationError:
            return
        lock = lock_of_entries([LockEntry(name="path:m", kind=EntryKind.MODEL, files=files)])
        assert lock_of(written(lock).encode()) == lock
