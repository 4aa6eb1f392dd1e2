"""What is hashed is what is loaded: descriptors, sealed copies, and the second look."""

import hashlib
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.guard.errors import GuardError
from backstamp.guard.holding import DigestCache, hashed, hold, state_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has paths of descriptors and seals")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"good")
    return path


def held(path, *, cache=None, copy=0):
    return hold(str(path), "sha256", cache or DigestCache(), copy_below=copy)


@linux
@given(st.binary(max_size=5000), st.sampled_from(["sha256", "blake2b"]))
@settings(max_examples=50, deadline=None)
def test_the_digest_is_that_of_the_bytes_and_the_position_stays(data, algorithm):
    file = os.memfd_create("x")
    try:
        os.write(file, data)
        os.lseek(file, len(data) // 2, os.SEEK_SET)
        assert hashed(file, algorithm) == hashlib.new(algorithm, data).hexdigest()
        assert os.lseek(file, 0, os.SEEK_CUR) == len(data) // 2
    finally:
        os.close(file)


@linux
@pytest.mark.parametrize("copy", [0, 100])
def test_a_file_that_is_exchanged_by_a_rename_does_not_change_what_is_loaded(file, copy):
    with held(file, copy=copy) as one:
        (file.parent / "evil").write_bytes(b"evil")
        os.replace(file.parent / "evil", file)
        with open(one.stand_in, "rb") as stream:
            assert stream.read() == b"good"
        assert one.is_changed(by_path=True)


@linux
def test_a_file_that_is_written_into_does_not_change_its_copy(file):
    with held(file, copy=100) as one:
        file.write_bytes(b"evil")
        with open(one.stand_in, "rb") as stream:
            assert stream.read() == b"good"
        with pytest.raises(PermissionError):
            os.write(one.file, b"x")
        assert (one.is_copy, one.is_changed(by_path=False)) == (True, False)


def test_a_file_that_is_written_into_is_seen_afterwards(file):
    with held(file) as one:
        assert not one.is_changed(by_path=False)
        with open(file, "r+b") as stream:
            stream.write(b"evil")
        assert one.is_changed(by_path=False)


def test_a_change_within_the_grain_of_time_is_seen_by_its_content(file):
    with held(file) as one:
        assert one.is_fresh
        with open(file, "r+b") as stream:
            stream.write(b"evil")
        one.state = state_of(os.fstat(one.file))  # as if the clock had not moved on meanwhile
        assert hashed(one.file, "sha256") != one.digest
        assert one.is_changed(by_path=False)


def test_a_digest_is_remembered_only_if_the_file_was_left_alone(file, monkeypatch):
    cache = DigestCache()
    with held(file, cache=cache) as fresh:
        assert (fresh.is_fresh, fresh.is_cached) == (True, False)
    later = os.stat(file).st_ctime_ns + 3 * 10**9
    monkeypatch.setattr("backstamp.guard.holding.time.time_ns", lambda: later)
    with held(file, cache=cache) as first, held(file, cache=cache) as second:
        assert (first.is_cached, second.is_cached) == (False, True)
        assert first.digest == second.digest == hashlib.sha256(b"good").hexdigest()
    os.utime(file, ns=(0, 0))
    with held(file, cache=cache) as touched:
        assert not touched.is_cached


def test_a_cache_that_is_off_remembers_nothing(file, monkeypatch):
    monkeypatch.setattr("backstamp.guard.holding.time.time_ns", lambda: 2**62)
    cache = DigestCache(is_on=False)
    with held(file, cache=cache), held(file, cache=cache) as second:
        assert not second.is_cached


def test_what_is_no_regular_file_is_not_held(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert held(tmp_path / "pipe") is None
    with pytest.raises(FileNotFoundError):
        held(tmp_path / "none")


def test_a_file_that_grows_while_it_is_hashed_is_refused(file, monkeypatch):
    def growing(descriptor, algorithm, **options):
        with open(file, "ab") as stream:
            stream.write(b"more")
        return hashed(descriptor, algorithm, **options)

    monkeypatch.setattr("backstamp.guard.holding.hashed", growing)
    with pytest.raises(GuardError, match="it is being written"):
        held(file)
