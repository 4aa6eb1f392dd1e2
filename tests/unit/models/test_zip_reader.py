"""The zip reader hands on what any loader would take, and says where loaders would disagree."""

import io
import zipfile

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.models.facts.archive import (
    DuplicateEntry,
    EncryptedEntry,
    HiddenEntry,
    LinkEntry,
    OverlappingEntries,
    SecondDirectory,
    ZipMismatch,
)
from backstamp.models.readers.zip import READER
from kit.archives import (
    INERT_CALL,
    PLAIN_PICKLE,
    Part,
    elf,
    streamed_zip,
    torch_zip,
    usual_zip,
    zip_of,
)
from kit.statements import facts, members, statements, unexplained, unread

FILES = {"a.txt": b"hello", "b/c.txt": b"x" * 300, "empty": b""}
CONTENTS = [("a.txt", b"hello", ()), ("b/c.txt", b"x" * 300, ())]


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_members_of_every_method_are_handed_on_and_all_bytes_explained(method):
    data = usual_zip(FILES, method)
    assert members(READER, data) == CONTENTS
    assert facts(READER, data) == []
    assert unread(READER, data) == []
    assert unexplained(READER, data) == 0


def test_streamed_zips_are_ordinary():
    data = streamed_zip(FILES)
    assert members(READER, data) == CONTENTS
    assert facts(READER, data) == []
    assert unexplained(READER, data) == 0


def test_torch_files_are_ordinary_and_their_storages_are_numbers():
    data = torch_zip(storages=(bytes(400), b"\x80\x02" + b"\xff" * 90, b"PK\x03\x04" + b"\xaa" * 60))
    assert facts(READER, data) == []
    assert unread(READER, data) == []
    assert [(name, kinds) for name, _, kinds in members(READER, data)] == [
        ("archive/data.pkl", ("pickle",)),
        ("archive/byteorder", ()),
        ("archive/version", ()),
        ("archive/.data/serialization_id", ()),
    ]


def test_a_storage_that_is_a_program_or_a_pickle_with_imports_is_no_storage():
    data = torch_zip(storages=(elf(bytes(64)), INERT_CALL))
    assert [name for name, _, _ in members(READER, data)][2:4] == ["archive/data/0", "archive/data/1"]


def test_torchscript_code_is_told_apart_from_python():
    data = torch_zip(**{"code/__torch__.py": b"def f(): ...", "constants.pkl": PLAIN_PICKLE})
    assert [m for m in members(READER, data) if m[0].endswith((".py", "constants.pkl"))] == [
        ("archive/code/__torch__.py", b"def f(): ...", ("torchscript-code",)),
        ("archive/constants.pkl", PLAIN_PICKLE, ("pickle",)),
    ]


def test_numpy_archives_with_wide_local_headers_are_ordinary():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a.npy", "w", force_zip64=True) as member:
        member.write(b"\x93NUMPY")
    assert members(READER, out.getvalue()) == [("a.npy", b"\x93NUMPY", ())]
    assert facts(READER, out.getvalue()) == []
    assert unexplained(READER, out.getvalue()) == 0


def test_an_entry_with_two_names_is_read_under_both():
    data = zip_of(Part(name="notes.txt", data=INERT_CALL, local_name="archive/data.pkl"))
    assert members(READER, data) == [
        ("notes.txt", INERT_CALL, ()),
        ("archive/data.pkl", INERT_CALL, ("pickle",)),
    ]
    assert [(f.field, f.central, f.local) for f in facts(READER, data) if isinstance(f, ZipMismatch)] == [
        ("name", "notes.txt", "archive/data.pkl")
    ]


def test_names_that_differ_only_in_their_separator_are_the_same():
    assert facts(READER, zip_of(Part(name="a/b.txt", data=b"1", local_name="a\\b.txt"))) == []


def test_two_sizes_give_two_contents():
    data = zip_of(Part(name="m", data=b"0123456789", local_packed=4))
    assert members(READER, data)[0] == ("m", b"0123456789", ())
    assert [content for _, content, _ in members(READER, data)] == [b"0123456789", b"0123"]


def test_two_methods_give_two_contents():
    data = zip_of(Part(name="m", data=b"x" * 100, method=8, local_method=0))
    contents = [content for _, content, _ in members(READER, data)]
    assert contents[0] == b"x" * 100
    assert contents[1] == usual_zip({"m": b"x" * 100})[31:][: len(contents[1])]


@pytest.mark.parametrize("method", [0, 8])
def test_a_flag_that_lies_about_encryption_keeps_nothing_from_being_read(method):
    data = zip_of(Part(name="m.pkl", data=INERT_CALL, flags=1, method=method))
    assert members(READER, data) == [("m.pkl", INERT_CALL, ())]
    assert [type(f) for f in facts(READER, data)] == [EncryptedEntry]
    assert unread(READER, data) == []


def test_what_really_is_encrypted_is_not_read():
    data = zip_of(Part(name="m.pkl", data=bytes(range(50)), flags=1, size=38, crc=7))
    assert unread(READER, data) == ["an entry is encrypted"]


def test_a_wrong_checksum_keeps_nothing_from_being_read():
    data = zip_of(Part(name="m.pkl", data=INERT_CALL, crc=1))
    assert members(READER, data) == [("m.pkl", INERT_CALL, ())]
    assert [f.field for f in facts(READER, data)] == ["content crc"]


def test_a_checksum_of_zero_is_one_that_was_not_computed():
    assert facts(READER, zip_of(Part(name="m", data=b"abc", crc=0))) == []


def test_entries_that_no_directory_lists_are_found():
    data = zip_of(Part(name="a", data=b"1"), Part(name="hid.pkl", data=INERT_CALL, is_listed=False))
    assert members(READER, data) == [("a", b"1", ()), ("hid.pkl", INERT_CALL, ())]
    assert [type(f) for f in facts(READER, data)] == [HiddenEntry]
    assert unexplained(READER, data) == 0


def test_a_zip_stored_in_a_zip_is_a_member_and_hides_nothing():
    inner = usual_zip({"x.txt": b"deep"}, 0)
    assert members(READER, usual_zip({"in.zip": inner}, 0)) == [("in.zip", inner, ())]
    assert facts(READER, usual_zip({"in.zip": inner}, 0)) == []


def test_duplicates_are_both_read():
    data = zip_of(Part(name="m.pkl", data=PLAIN_PICKLE), Part(name="m.pkl", data=INERT_CALL))
    assert [content for _, content, _ in members(READER, data)] == [PLAIN_PICKLE, INERT_CALL]
    assert [(f.differs, f.carries_code) for f in facts(READER, data) if isinstance(f, DuplicateEntry)] == [
        (True, True)
    ]


@pytest.mark.parametrize("inner", [usual_zip({"b.txt": b"2"}), zip_of(Part(name="b.txt", data=b"2"))])
def test_a_second_directory_is_read_too(inner):
    for data in (usual_zip({"a.txt": b"1"}) + inner, zip_of(Part(name="a.txt", data=b"1"), comment=inner)):
        assert sorted(m[0] for m in members(READER, data)) == ["a.txt", "b.txt"]
        assert [type(f) for f in facts(READER, data)].count(SecondDirectory) == 1


def test_a_prefix_shifts_offsets_as_python_shifts_them():
    data = b"#!/usr/bin/env python3\n" + usual_zip({"__main__.py": b"pass"})
    assert members(READER, data) == [("__main__.py", b"pass", ())]
    assert facts(READER, data) == []
    assert unexplained(READER, data) == 23


def test_a_cut_zip_is_read_as_far_as_it_goes():
    data = usual_zip(FILES)
    assert members(READER, data[: data.index(b"PK\x01\x02")]) == CONTENTS
    assert unread(READER, data[: data.index(b"PK\x01\x02")]) == [
        "zip without a central directory: it is cut off or broken"
    ]


def test_symbolic_links_are_told_with_their_target():
    data = zip_of(Part(name="d/l", data=b"../../etc/passwd", attributes=0o120777 << 16))
    assert [(f.target, f.escapes) for f in facts(READER, data) if isinstance(f, LinkEntry)] == [
        ("../../etc/passwd", True)
    ]


def test_unknown_methods_are_not_silence():
    assert unread(READER, zip_of(Part(name="m", data=b"abc", method=9))) == [
        "compression method deflate64 is not supported"
    ]


def test_lying_lengths_end_with_the_file():
    part = Part(name="m", data=b"abc")
    data = bytearray(zip_of(part))
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 24] = (1 << 30).to_bytes(4, "little")
    assert "an entry is cut off" in unread(READER, bytes(data))


def test_the_head_of_a_huge_member_is_held_and_its_size_told():
    data = usual_zip({"m": bytes(1_000_000)})
    limits = Limits(window=1000)
    (member,) = [s for s in statements(READER, data, limits=limits) if hasattr(s, "blob")]
    assert (len(member.blob.view), member.blob.size) == (1000, 1_000_000)


def test_entries_that_share_their_bytes_cost_no_more_than_the_budget():
    shared = [
        Part(name=f"{i}", data=bytes(200_000), method=8, is_written=i == 0, offset=0, crc=0)
        for i in range(500)
    ]
    budget = Budget(Limits(inflated=10_000_000))
    found = list(READER.read(Blob(zip_of(*shared), path=("b",)), budget))
    assert budget.inflated <= 11_000_000
    assert [f.count for f in found if isinstance(f, OverlappingEntries)] == [499]
    assert "entry: more than 10,000,000 bytes decompressed" in [getattr(f, "reason", "") for f in found]


def operations(count: int) -> int:
    data = usual_zip({f"f{i}": b"x" for i in range(count)}, 0)
    budget = Budget()
    for _ in READER.read(Blob(data, path=("a.zip",)), budget):
        pass
    return budget.operations


def test_twice_the_entries_cost_twice_the_work():
    assert operations(8000) <= 2.2 * operations(4000)
