"""The probe finds what is embedded, by structure, and takes chance for chance."""

import random

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.fact import Embedded, Unexplained
from backstamp.core.reading import Explained, Member, Unread
from backstamp.formats.probe import artifact_at, embedded_in
from kit.archives import INERT_CALL, PLAIN_PICKLE, elf, macho, pe, usual_zip

STACK_GLOBAL = b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x08builtins\x8c\x05print\x93\x8c\x01x\x85R."
TEXT = b"cos\ngetcwd\n(tR."
ARTIFACTS = {
    "elf": elf(bytes(64)),
    "pe": pe(),
    "macho": macho(),
    "zip": usual_zip({"a.txt": b"1"}),
    "pickle": INERT_CALL,
    "script": b"#!/bin/sh\necho hello world\n",
    "sevenzip": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24),
    "gguf": b"GGUF\3\0\0\0" + bytes(24),
}


def found(data: bytes, start: int = 0) -> list[tuple[str, int]]:
    statements = embedded_in(Blob(data, path=("a",)), [Explained(start, len(data))], Budget())
    return [(f.kind, f.place.where.offset) for f in statements if isinstance(f, Embedded)]


@pytest.mark.parametrize("kind", ARTIFACTS)
@pytest.mark.parametrize("before", [100, 1024 * 1024 - 5, 1024 * 1024])
def test_each_artifact_is_found_wherever_it_lies(kind, before):
    assert found(b"\xaa" * before + ARTIFACTS[kind]) == [(kind, before)]


@pytest.mark.parametrize("stream", [INERT_CALL, STACK_GLOBAL, TEXT + bytes(8)])
def test_pickles_of_each_protocol_are_found_if_they_import(stream):
    assert found(bytes(64) + stream) == [("pickle", 64)]


def test_a_pickle_of_plain_data_is_of_no_interest():
    assert found(bytes(64) + PLAIN_PICKLE) == []


def test_what_begins_the_file_is_left_to_sniffing():
    assert found(elf(bytes(64))) == []


def test_the_rest_of_a_gap_belongs_to_what_was_found():
    data = bytes(32) + elf(bytes(64)) + INERT_CALL
    statements = list(embedded_in(Blob(data, path=("a",)), [Explained(8, len(data))], Budget()))
    (member,) = [s for s in statements if isinstance(s, Member)]
    assert bytes(member.blob.view) == data[32:]
    assert Explained(32, len(data)) in statements


def test_random_numbers_hold_nothing():
    noise = random.Random(4)  # noqa: S311  # chance that can be repeated
    assert found(noise.randbytes(8 * 1024 * 1024)) == []


@pytest.mark.parametrize(
    "lookalike",
    [
        b"\x7fELF" + b"\xff" * 80,
        b"MZ" + b"\x41" * 200,
        b"PK\x03\x04" + b"\xff" * 60,
        b"\x80\x02c" + b"\x01" * 60,
        b"\xcf\xfa\xed\xfe" + b"\xff" * 60,
        b"GGUF" + b"\xff" * 60,
        b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40),
    ],
)
def test_a_magic_without_its_structure_is_nothing(lookalike):
    assert artifact_at(memoryview(lookalike), 0) == ""


def test_padding_is_not_worth_a_word_and_other_bytes_are():
    def told(data: bytes) -> list[int]:
        statements = embedded_in(Blob(data, path=("a",)), [Explained(10, len(data))], Budget())
        return [s.length for s in statements if isinstance(s, Unexplained)]

    assert told(bytes(5000)) == []
    assert told(b"\xaa" * 60) == []
    assert told(b"\xaa" * 1010) == [1000]


@pytest.mark.parametrize("unit", [b"MZ\x80\x02", b"U\x02\x80\x02", b"\x80\x02", b"PK\x03\x04", b"cos\n"])
def test_twice_the_bytes_cost_twice_the_work(unit):
    def cost(size: int) -> int:
        budget = Budget()
        data = unit * (size // len(unit))
        list(embedded_in(Blob(data, path=("a",)), [Explained(0, size)], budget))
        return budget.operations

    assert cost(40_000) <= 2.2 * cost(20_000) + 100


def test_a_search_that_costs_too_much_is_told():
    budget = Budget(Limits(operations=10_000))
    data = b"U\x02\x80\x02" * 5000
    assert list(embedded_in(Blob(data, path=("a",)), [Explained(0, len(data))], budget)) == [
        Unread("unexplained bytes: more than 10,000 operations")
    ]
