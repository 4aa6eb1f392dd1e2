"""Rules about containers of any format."""

import tarfile

import pytest

from backstamp.core.verdict import Outcome
from kit.archives import STREAMS, Part, tar_of, usual_zip, zip_of
from kit.scanning import codes, verdict

LINKS = {
    "absolute": {"l": (tarfile.SYMTYPE, "/etc/passwd")},
    "climbing": {"d/l": (tarfile.SYMTYPE, "../../x")},
    "hard": {"d/l": (tarfile.LNKTYPE, "../x")},
}


@pytest.mark.parametrize(
    "name", ["../a", "x/../../a", "/etc/cron.d/a", "C:\\a", "C:/a", "..\\..\\a", "\\\\host\\a"]
)
def test_finds_names_that_leave_the_folder(name):
    assert codes(zip_of(Part(name=name, data=b"1"))) == ["ARC101"]
    assert codes(tar_of({name: b"1"})) == ["ARC101"]
    assert codes(STREAMS["gzip"](tar_of({name: b"1"}))) == ["ARC101"]


def test_finds_names_with_a_nul():
    assert "ARC101" in codes(zip_of(Part(name="a.txt\0.pkl", data=b"1")))


@pytest.mark.parametrize("name", ["a/../b", "..a/b", "a..b", "./a", "a b/c:d", "~/x", "...", "a\\b"])
def test_leaves_names_that_stay_inside_alone(name):
    assert codes(zip_of(Part(name=name, data=b"1"))) == []


@pytest.mark.parametrize("kind", LINKS)
def test_finds_links_that_leave_the_archive(kind):
    assert codes(tar_of({"a": b"1"}, LINKS[kind])) == ["ARC102"]


def test_finds_symbolic_links_in_zips_that_leave_the_archive():
    assert codes(zip_of(Part(name="l", data=b"/etc/passwd", attributes=0o120777 << 16))) == ["ARC102"]


def test_leaves_links_inside_the_archive_alone():
    links = {"lib/a.so": (tarfile.SYMTYPE, "../lib/a.so.1"), "h": (tarfile.LNKTYPE, "a")}
    assert codes(tar_of({"a": b"1"}, links)) == []


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_finds_special_files(kind):
    assert codes(tar_of({"a": b"1"}, {"s": (kind, "")})) == ["ARC103"]


def test_tells_of_content_that_grows_much():
    data = bytes(80 * 1024 * 1024)
    assert "ARC105" in codes(STREAMS["gzip"](data))
    assert "ARC105" in codes(usual_zip({"a": data}))


def test_leaves_a_small_file_of_zeros_alone():
    assert codes(STREAMS["gzip"](bytes(1_000_000))) == []
    assert codes(usual_zip({"a": bytes(1_000_000)})) == []


def test_finds_entries_behind_the_end():
    assert codes(tar_of({"a": b"1"}) + tar_of({"b": b"1"})) == ["ARC106"]


def test_finds_repeated_entries_with_code_in_tars_and_leaves_others_alone():
    def twice(name: str) -> bytes:
        return tar_of({name: b"1"})[:1024] + tar_of({name: b"2"})

    assert codes(twice("a.npy")) == ["ARC107"]
    assert codes(twice("a.txt")) == []


@pytest.mark.parametrize("kind", STREAMS)
def test_leaves_compressed_text_alone(kind):
    assert verdict(STREAMS[kind](b"words " * 40)).outcome == Outcome.ALLOW
    assert verdict(STREAMS[kind](STREAMS[kind](b"words " * 40))).outcome == Outcome.ALLOW


def test_a_folder_packed_three_times_over_is_read_through():
    data = STREAMS["xz"](tar_of({"x.zip": usual_zip({"y.tar": tar_of({"../z": b"1"})})}))
    assert codes(data) == ["ARC101"]
