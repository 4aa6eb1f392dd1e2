"""Raw bytes between and behind pickles are measured exactly: joblib arrays, old torch files, npy."""

import struct

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained, Member, Unread
from backstamp.models.facts.pickle import Name, PickleCall, PickleOddity, PickleStream
from backstamp.models.readers.npy import READER as NPY
from backstamp.models.readers.pickle import READER
from kit.pickle_asm import Built, Call, Code, New, Pid, Ref, code, op, pickled, reduce_call

WRAPPER = Ref("joblib.numpy_pickle", "NumpyArrayWrapper")
MAGIC = 0x1950A86A20F9469CFC6C


def dtype(text: str, state: tuple[object, ...] = (3, "<", None, None, None, -1, -1, 0)) -> object:
    return Built(Call(Ref("numpy", "dtype"), text, False, True), state)


def wrapper(kind: object, shape: tuple[int, ...], *, alignment: int | None = 16) -> bytes:
    state = {"shape": shape, "order": "C", "dtype": kind, "numpy_array_alignment_bytes": alignment}
    return code(Built(New(WRAPPER), state), 2)


def read(data: bytes, reader=READER) -> list[object]:
    return list(reader.read(Blob(data, path=("x",)), Budget()))


def streams(found: list[object]) -> list[tuple[str, int]]:
    return [(f.flavour, f.length) for f in found if isinstance(f, PickleStream)]


def called(found: list[object]) -> list[object]:
    return [f.callee for f in found if isinstance(f, PickleCall)]


STRUCTURED = dtype(
    "V12",
    (3, "|", None, ("a", "b"), {"a": (dtype("f8"), 0), "b": (dtype("i4"), 8)}, 12, 1, 16),
)


@pytest.mark.parametrize(
    ("kind", "shape", "size"),
    [
        (dtype("f8"), (3, 4), 96),
        (dtype("U5", (3, "<", None, None, None, 20, 4, 8)), (2,), 40),
        (dtype("M8"), (2,), 16),
        (dtype("b1"), (5,), 5),
        (STRUCTURED, (2,), 24),
        (dtype("f4"), (), 4),
        (dtype("f8"), (0, 7), 0),
    ],
)
@pytest.mark.parametrize("alignment", [16, None])
def test_the_raw_array_of_joblib_is_skipped_exactly(kind, shape, size, alignment):
    raw = (b"\x03\xff\xff\xff" if alignment else b"") + b"\xfe" * size
    data = op("PROTO", 2) + op("MARK") + wrapper(kind, shape, alignment=alignment) + raw
    data += code(Call(Ref("os", "system"), "id")) + op("LIST") + b"."
    found = read(data)
    assert streams(found) == [("joblib", len(data))]
    assert [s for s in found if isinstance(s, Explained)] == [Explained(0, len(data))]
    assert Name("os", "system") in called(found)


def test_an_array_of_objects_is_a_pickle_in_the_stream():
    inner = reduce_call("os", "system", "id")
    data = op("PROTO", 2) + wrapper(dtype("O8"), (1,)) + inner + b"."
    found = read(data)
    assert streams(found) == [("joblib", len(data))]
    assert Name("os", "system") in called(found)


def test_a_raw_array_that_is_a_program_to_a_plain_load_is_followed():
    payload = code(Call(Ref("os", "system"), "id")) + b"0"
    raw = payload + b"N0" * ((96 - len(payload)) // 2) + b"N" * (len(payload) % 2)
    data = op("PROTO", 2) + wrapper(dtype("f8"), (12,), alignment=None) + raw + b"."
    assert Name("os", "system") in called(read(data))


def test_a_memo_that_only_a_plain_load_mixes_up_is_left_alone():
    # An inner pickle of protocol 4 reuses its own memo; read on from the outer one the names are wrong.
    text = [op("SHORT_BINUNICODE", t) + op("MEMOIZE") for t in ("numpy", "ndarray")]
    inner = op("PROTO", 4) + text[0] + text[1] + op("STACK_GLOBAL") + op("BINGET", 0)
    inner += op("SHORT_BINUNICODE", "dtype") + op("STACK_GLOBAL") + op("UNICODE", "f8") + op("TUPLE1")
    inner += op("REDUCE") + b"."
    first = op("PROTO", 4) + op("SHORT_BINUNICODE", "n_estimators") + op("MEMOIZE")
    data = first + wrapper(dtype("O8"), (1,)) + inner + b"."
    names = {(c.module, c.name) for c in called(read(data))}
    assert names == {("joblib.numpy_pickle", "NumpyArrayWrapper"), ("numpy", "dtype")}


def test_an_array_of_unknown_size_is_not_passed_over_in_silence():
    data = op("PROTO", 2) + wrapper(Pid("x"), (2,)) + b"\xff" * 9 + b"."
    found = read(data)
    assert [f.kind for f in found if isinstance(f, PickleOddity)] == ["raw-unskipped", "broken"]
    assert any(isinstance(s, Unread) for s in found)


def legacy(*, tail: bytes = b"") -> bytes:
    pid = ("storage", Ref("torch", "FloatStorage"), "0", "cpu", 3)
    tensor = Call(Ref("torch._utils", "_rebuild_tensor_v2"), Pid(pid), 0, (3,), (1,), False)
    parts = (MAGIC, 1001, {"little_endian": True}, {"w": tensor}, ["0"])
    numbers = struct.pack("<q", 3) + b"\xff" * 12
    return b"".join(pickled(p) for p in parts) + numbers + tail


def test_the_storages_of_an_old_torch_file_are_explained():
    data = legacy()
    found = read(data)
    assert [f for f, _ in streams(found)] == ["torch-legacy"] * 5
    assert max(s.end for s in found if isinstance(s, Explained)) == len(data)
    assert not [s for s in found if isinstance(s, Unread | PickleOddity)]


def test_a_sixth_stream_behind_the_storages_is_read():
    assert Name("os", "system") in called(read(legacy(tail=reduce_call("os", "system", "id"))))


def test_the_members_of_a_torch_tar_are_explained():
    one = pickled(("0", "cpu", Ref("torch", "FloatStorage"))) + struct.pack("<q", 2) + b"\xff" * 8
    data = pickled(1) + one + pickled([])
    found = read(data)
    assert len(streams(found)) == 3
    assert not [s for s in found if isinstance(s, Unread | PickleOddity)]


def npy(header: str, data: bytes, version: int = 1) -> bytes:
    text = header.encode() + b"\n"
    width = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(width, len(text)) + text + data


HEADERS = {
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }": 48,
    "{'descr': '<f8', 'fortran_order': False, 'shape': (), }": 8,
    "{'descr': [('a', '<i4'), ('b', '|S3', (2,))], 'fortran_order': False, 'shape': (2L,), }": 20,
    "{'descr': [('a', [('b', '<f4')]), ('', '|V4')], 'fortran_order': True, 'shape': (1,), }": 8,
    "{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }": 16,
}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("header", HEADERS)
def test_the_numbers_of_an_npy_are_measured(header, version):
    data = npy(header, b"\xff" * HEADERS[header], version)
    found = read(data, NPY)
    assert max(s.end for s in found if isinstance(s, Explained)) == len(data)
    assert len(found) == 2


def test_the_objects_of_an_npy_are_a_pickle():
    for descr in ("'|O'", "[('a', '|O')]", "[('a', [('b', '<f8'), ('c', 'O')])]"):
        header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}"
        data = npy(header, reduce_call("os", "system", "id"))
        members = [s for s in read(data, NPY) if isinstance(s, Member)]
        assert [(m.kinds, bytes(m.blob.view)) for m in members] == [
            (("pickle",), reduce_call("os", "system", "id"))
        ]


@pytest.mark.parametrize(
    "header",
    [
        "__import__('os').system('id')",
        "{'descr': '<f8'}",
        "{'descr': '<f8', 'shape': (-1,)}",
        "((" * 5000,
        "'",
    ],
)
def test_a_header_that_is_no_literal_is_refused(header):
    with pytest.raises(ReadError):
        read(npy(header, b""), NPY)


def test_an_npy_that_ends_early_is_not_complete():
    data = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }", b"\0" * 8)
    assert Unread("the array's data ends early") in read(data, NPY)


def test_code_is_kept_as_it_is():
    assert pickled(Code(b"N")) == b"\x80\x02N."
