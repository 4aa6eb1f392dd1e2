"""Digests of files: right, in order, of whatever can be read, and remembered only when it is safe."""

import hashlib
import os

import pytest
from blake3 import blake3

from backstamp.attest import hashing
from backstamp.attest.hashing import Hashed, Part
from backstamp.attest.remembered import RememberedDigests
from backstamp.core.errors import SourceError, UsageError


class Memory:
    """Remembers in a dictionary."""

    def __init__(self) -> None:
        self.held = {}

    def get(self, key):
        return self.held.get(key, "")

    def put(self, key, digest):
        self.held[key] = digest


@pytest.mark.parametrize("jobs", [0, 1, 3])
@pytest.mark.parametrize("algorithm", hashing.ALGORITHMS)
def test_files_are_hashed_in_order(tmp_path, algorithm, jobs):
    reference = {"sha256": hashlib.sha256, "blake2b": hashlib.blake2b, "blake3": blake3}[algorithm]
    files = {
        f"{at}.bin": os.urandom(size) for at, size in enumerate((0, 1, 3_000_000, 1024 * 1024, 5_000_000))
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    made = hashing.hash_many([str(tmp_path / name) for name in files], algorithm, jobs)
    assert made == [(reference(data).hexdigest(), len(data)) for data in files.values()]
    assert hashing.hash_file(str(tmp_path / "2.bin"), algorithm) == made[2]


def test_parts_are_hashed_and_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "a").write_bytes(b"0123456789")
    path = str(tmp_path / "a")
    made = hashing.hash_parts(
        [Part(path, 2, 5), Part(path, 5, 20), Part(str(tmp_path)), Part(f"{path}.gone")]
    )
    assert made == [
        Hashed(hashlib.sha256(b"234").hexdigest(), 3),
        Hashed(problem="it is shorter than its parts", has_changed=True),
        Hashed(problem="it is not a regular file"),
        Hashed(problem="no such file or directory"),
    ]
    with pytest.raises(SourceError):
        hashing.hash_file(f"{path}.gone")
    with pytest.raises(SourceError):
        hashing.hash_many([f"{path}.gone"])


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(UsageError):
        hashing.hash_parts([], "md5")


def test_a_digest_is_remembered_of_a_file_at_rest_and_asked_for_instead_of_reading(tmp_path, monkeypatch):
    path, memory = tmp_path / "a", Memory()
    path.write_bytes(b"data")
    digest = hashlib.sha256(b"data").hexdigest()
    assert hashing.hash_file(str(path), memory=memory) == (digest, 4)
    assert memory.held == {}
    monkeypatch.setattr(hashing.time, "time_ns", lambda: 2**62)
    assert hashing.hash_file(str(path), memory=memory) == (digest, 4)
    assert list(memory.held.values()) == [digest]
    memory.held = dict.fromkeys(memory.held, "f" * 64)
    assert hashing.hash_file(str(path), memory=memory) == ("f" * 64, 4)
    path.write_bytes(b"date")
    assert hashing.hash_file(str(path), memory=memory) == (hashlib.sha256(b"date").hexdigest(), 4)


def test_a_file_that_was_put_back_to_its_time_is_hashed_again(tmp_path, monkeypatch):
    path, memory = tmp_path / "a", Memory()
    path.write_bytes(b"data")
    monkeypatch.setattr(hashing.time, "time_ns", lambda: 2**62)
    hashing.hash_file(str(path), memory=memory)
    before = path.stat()
    path.write_bytes(b"date")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hashing.hash_file(str(path), memory=memory) == (hashlib.sha256(b"date").hexdigest(), 4)


def test_the_folder_of_digests_forgets_what_is_damaged(tmp_path):
    memory = RememberedDigests(str(tmp_path))
    memory.put("key", "ab" * 32)
    assert (memory.get("key"), memory.get("other")) == ("ab" * 32, "")
    (entry,) = [each for each in tmp_path.rglob("*") if each.is_file()]
    entry.write_bytes(entry.read_bytes().replace(b"ab", b"ac", 1))
    assert memory.get("key") == ""
    entry.write_bytes(b"")
    assert memory.get("key") == ""
