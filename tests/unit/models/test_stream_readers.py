"""Compressed streams and tars give their content, whole or as far as it goes."""

import tarfile

import pytest

from backstamp.core.budget import Limits
from backstamp.core.reading import Member
from backstamp.formats.compressed import stream_kind
from backstamp.models.facts.archive import DuplicateEntry, HiddenEntry, LinkEntry, SpecialEntry
from backstamp.models.readers.compressed import READER as COMPRESSED
from backstamp.models.readers.tar import READER as TAR
from kit.archives import INERT_CALL, STREAMS, tar_of
from kit.statements import facts, members, statements, unexplained, unread

CONTENT = b"weights " * 50


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_of_each_format_is_recognised_and_read_whole(kind):
    data = STREAMS[kind](CONTENT)
    assert stream_kind(data[:512]) == kind
    assert members(COMPRESSED, data, "m.pkl.gz") == [("m.pkl", CONTENT, ())]
    assert unread(COMPRESSED, data) == []
    assert unexplained(COMPRESSED, data) == 0


def test_arrays_that_old_joblib_wrote_beside_a_pickle_are_numbers():
    data = STREAMS["zfile"](bytes(range(256)))
    assert members(COMPRESSED, data, "m.pkl_01.npy.z") == [
        ("m.pkl_01.npy", bytes(range(256)), ("raw-tensor",))
    ]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd", "lz4"])
def test_streams_in_a_row_are_one_content(kind):
    data = STREAMS[kind](b"one ") + STREAMS[kind](b"two")
    assert members(COMPRESSED, data) == [("content", b"one two", ())]


@pytest.mark.parametrize("kind", ["gzip", "zlib", "zfile"])
def test_what_came_out_before_a_break_is_examined(kind):
    noise = bytes((i * 7919 >> 3) & 255 for i in range(3000))
    data = STREAMS[kind](noise)
    (member,) = members(COMPRESSED, data[:-100])
    assert noise.startswith(member[1][:500])
    assert len(member[1]) > 500
    assert len(unread(COMPRESSED, data[:-100])) == 1


def test_bytes_behind_a_stream_are_left_to_the_probe():
    assert unexplained(COMPRESSED, STREAMS["gzip"](b"x") + b"\0" * 10 + INERT_CALL) == len(INERT_CALL)


def test_text_and_noise_are_no_streams():
    texts = (
        b"x^2 + y^2 = z^2 is a circle\n" * 4,
        b"BZh is how bzip2 begins",
        b"(some text)",
        b"x\x9c" + b"\xff" * 60,
    )
    assert [stream_kind(text) for text in texts] == ["", "", "", ""]


def test_a_bomb_is_stopped_by_the_budget():
    limits = Limits(window=1000, inflated=1_000_000)
    found = statements(COMPRESSED, STREAMS["gzip"](bytes(5_000_000)), limits=limits)
    (member,) = [each for each in found if isinstance(each, Member)]
    assert len(member.blob.view) == 1000
    assert "gzip: more than 1,000,000 bytes decompressed" in [getattr(each, "reason", "") for each in found]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_entries_of_each_tar_format_are_handed_on(form):
    long = "d" * 90 + "/" + "n" * 60 if form == tarfile.USTAR_FORMAT else "d" * 150 + "/" + "n" * 150
    data = tar_of({"a.txt": CONTENT, long: b"1", "empty": b""}, form=form)
    assert members(TAR, data) == [("a.txt", CONTENT, ()), (long, b"1", ())]
    assert facts(TAR, data) == []
    assert unread(TAR, data) == []
    assert unexplained(TAR, data) == 0


def test_old_torch_files_are_tars_of_pickles():
    data = tar_of({"sys_info": b"1", "pickle": b"2", "tensors": b"3", "storages": b"4"})
    assert [kinds for _, _, kinds in members(TAR, data)] == [("pickle",)] * 4


def test_links_and_devices_are_told():
    links = {
        "in": (tarfile.SYMTYPE, "a.txt"),
        "out": (tarfile.SYMTYPE, "/etc/passwd"),
        "hard": (tarfile.LNKTYPE, "../a"),
        "null": (tarfile.CHRTYPE, ""),
    }
    found = facts(TAR, tar_of({"a.txt": b"1"}, links))
    assert [(f.kind, f.name, f.escapes) for f in found if isinstance(f, LinkEntry)] == [
        ("symlink", "in", False),
        ("symlink", "out", True),
        ("hardlink", "hard", True),
    ]
    assert [f.kind for f in found if isinstance(f, SpecialEntry)] == ["character device"]


def test_entries_behind_the_end_are_read():
    data = tar_of({"a": b"1"}) + tar_of({"b.pkl": INERT_CALL})
    assert [name for name, _, _ in members(TAR, data)] == ["a", "b.pkl"]
    assert [type(f) for f in facts(TAR, data)] == [HiddenEntry]


def test_both_entries_of_a_name_are_read():
    data = tar_of({"a": b"1"})[:1024] + tar_of({"a": b"2"})
    assert [content for _, content, _ in members(TAR, data)] == [b"1", b"2"]
    assert [type(f) for f in facts(TAR, data)] == [DuplicateEntry]


def test_a_cut_tar_says_so():
    data = tar_of({"a": CONTENT * 10})
    assert unread(TAR, data[:1500]) == ["tar: an entry is cut off"]
    assert unread(TAR, data[:400]) == ["tar: the archive is cut off"]


def test_a_broken_checksum_ends_the_walk_and_says_so():
    data = bytearray(tar_of({"a": b"1", "b": b"2"}))
    data[1024 + 5] ^= 1
    assert unread(TAR, bytes(data)) == ["tar: a header's checksum is wrong"]
    assert unexplained(TAR, bytes(data)) == len(data) - 1024


def test_a_lying_size_ends_with_the_file():
    data = bytearray(tar_of({"a": b"1"}, form=tarfile.GNU_FORMAT))
    data[124:136] = b"77777777777\0"
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert unread(TAR, bytes(data)) == ["tar: an entry is cut off"]
