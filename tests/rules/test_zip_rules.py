"""Zip rules: what tampering looks like, and which oddities are everyday."""

import pytest

from backstamp.core.verdict import Outcome
from kit.archives import Part, streamed_zip, torch_zip, usual_zip, zip_of
from kit.scanning import codes, verdict

TEXT = b"some words"


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (zip_of(Part(name="a.txt", data=TEXT, local_name="b.txt")), ["ZIP101"]),
        (zip_of(Part(name="a", data=TEXT), Part(name="b", data=TEXT, is_listed=False)), ["ZIP102"]),
        (zip_of(Part(name="a.json", data=b"{}"), Part(name="a.json", data=b"[]")), ["ZIP103"]),
        (zip_of(Part(name="a", data=TEXT, flags=1)), ["ZIP104"]),
        (zip_of(Part(name="a", data=TEXT, flags=1, method=8)), ["ZIP104"]),
        (zip_of(Part(name="a", data=TEXT, flags=1, local_flags=0)), ["ZIP104", "ZIP109"]),
        (zip_of(Part(name="a", data=TEXT, local_packed=4)), ["ZIP105"]),
        (zip_of(Part(name="a", data=TEXT, size=4)), ["ZIP105"]),
        (zip_of(Part(name="a", data=TEXT, crc=5)), ["ZIP106"]),
        (zip_of(Part(name="a", data=TEXT, local_crc=5)), ["ZIP106"]),
        (usual_zip({"a": b"1"}) + usual_zip({"b": b"2"}), ["ZIP108"]),
        (zip_of(Part(name="a", data=TEXT), count=2), ["ZIP109"]),
        (zip_of(Part(name="a", data=TEXT), Part(name="b", is_written=False, offset=3)), ["ZIP109"]),
        (zip_of(Part(name="a", data=bytes(range(200, 250)), flags=1, size=38, crc=7)), ["ZIP110"]),
        (zip_of(Part(name="a.txt", data=TEXT), Part(name="a.txt", data=TEXT)), ["ZIP111"]),
    ],
)
def test_finds_what_no_tool_writes(data, wanted):
    assert codes(data) == wanted


@pytest.mark.parametrize(
    "data",
    [
        usual_zip({"a.txt": TEXT, "d/": b"", "__MACOSX/._a.txt": b"\0\5\x16\7"[:0], "e.txt": b""}),
        streamed_zip({"a.txt": TEXT}),
        zip_of(Part(name="a", data=TEXT, flags=2 | 4)),  # levels of deflate
        zip_of(Part(name="a", data=TEXT, flags=0x800, local_flags=0)),  # one side says UTF-8
        zip_of(Part(name="a", data=TEXT, extra=b"\xfe\xca\0\0")),  # a jar
        zip_of(Part(name="a", data=TEXT, extra=b"\x35\xd9\4\0\4\0\0\0")),  # aligned
        zip_of(Part(name="a", data=TEXT), comment=b"made by hand"),
        zip_of(Part(name="a", data=TEXT, crc=0)),  # torch, told not to compute checksums
        zip_of(Part(name="w\u00e4hrung.txt", data=TEXT, flags=0x800)),
        usual_zip({"in.zip": usual_zip({"deep.zip": usual_zip({"x.txt": b"1"})}, 0)}, 0),
        zip_of(Part(name="l", data=b"a.txt", attributes=0o120777 << 16), Part(name="a.txt", data=TEXT)),
        zip_of(),
    ],
)
def test_leaves_everyday_oddities_alone(data):
    assert codes(data) == []
    assert verdict(data).outcome == Outcome.ALLOW


def test_leaves_torch_storages_alone_whatever_they_begin_with():
    plain = torch_zip(
        pickle=b"", storages=(b"\x80\x02" + b"\xee" * 99, b"MZ" * 50, b"\x1f\x8b\x08" + b"\xee" * 50)
    )
    assert codes(plain) == []
    assert verdict(plain).outcome == Outcome.ALLOW


def test_a_cut_zip_is_undetermined():
    assert verdict(usual_zip({"a.txt": TEXT})[:-30]).outcome == Outcome.UNDETERMINED
