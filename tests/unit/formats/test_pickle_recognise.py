"""Pickles are told by their opcodes, whatever they are called, and other files are not."""

import pytest

from backstamp.formats.pickle.recognise import looks_like_pickle
from kit.pickle_asm import Call, Ref, asm, pickled, reduce_call

PICKLES = {
    **{f"call-{p}": reduce_call("os", "system", "id", protocol=p) for p in range(6)},
    **{f"broken-{p}": reduce_call("os", "system", "id", protocol=p)[:-1] + b"\xff\xff" for p in range(6)},
    "inst": asm("MARK", "UNICODE 'id'", "INST 'os system'", "STOP"),
    "no-proto": asm(
        "SHORT_BINUNICODE 'os'", "SHORT_BINUNICODE 'system'", "STACK_GLOBAL", "EMPTY_TUPLE", "REDUCE", "STOP"
    ),
    "data-1": pickled({"a": [1, 2]}, 1),
    "data-4": pickled({"a": [1, 2]}, 4),
    "behind-text": asm("UNICODE 'some text first'", "POP") + reduce_call("os", "system", "id", protocol=0),
    "cut": pickled([Call(Ref("os", "system"), "id")] * 9, 2)[:40],
}
OTHERS = {
    "readme": b"# A title\n\nSome words.\n",
    "licence": b"Copyright (c) 2024\n\nPermission is hereby granted\n",
    "import": b"cimport numpy\nimport os\n",
    "csv": b"a,b,c\n1,2,3\n",
    "json": b'{"a": 1}',
    "list": b"[1, 2, 3]",
    "latex": b"(see below).",
    "version": b"Version: 1\nName: x\n.",
    "int": b"I am text.\n",
    "zip": b"PK\x03\x04" + b"\n." * 30,
    "proto-9": b"\x80\x09abc",
    "chance": b"\x80\x04\x00\x00\x00",
    "name": b"c++ code\nis here\n)R.",
    "zeros": b"\0" * 64,
    "empty": b"",
    "one": b".",
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_is_recognised_under_any_name(name):
    assert looks_like_pickle(PICKLES[name], "weights.dat")


@pytest.mark.parametrize("name", OTHERS)
def test_other_content_is_no_pickle(name):
    assert not looks_like_pickle(OTHERS[name], "notes.txt")


def test_a_name_makes_data_of_protocol_0_a_pickle():
    data = pickled({"a": 1}, 0)
    assert not looks_like_pickle(data, "x.txt")
    assert looks_like_pickle(data, "x.pkl")
