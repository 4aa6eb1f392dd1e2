"""Laws of the pickle and npy readers: any bytes, any cut, any size."""

import contextlib
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.fact import Fact
from backstamp.core.location import Bytes
from backstamp.core.reading import Explained
from backstamp.formats.pickle.recognise import looks_like_pickle
from backstamp.models.facts.pickle import PickleCall
from backstamp.models.readers.npy import READER as NPY
from backstamp.models.readers.pickle import READER
from kit.pickle_asm import Built, Call, New, Ref, asm, code, op, pickled

CODES = bytes(range(0x28, 0x7E)) + bytes(range(0x80, 0x99))
SEED = pickled([Call(Ref("a", "b"), "x", b"y"), Built(New(Ref("c", "D")), {"k": 1.5})], 4)


def statements(reader, data: bytes, limits: Limits | None = None):
    budget = Budget(limits)
    found = []
    with contextlib.suppress(ReadError):
        found.extend(reader.read(Blob(data, path=("x",)), budget))
    return found, budget


def hold(reader, data: bytes) -> None:
    found, budget = statements(reader, data)
    for statement in found:
        if isinstance(statement, Explained):
            assert 0 <= statement.start <= statement.end <= len(data)
        if isinstance(statement, Fact) and isinstance(statement.place.where, Bytes):
            where = statement.place.where
            assert 0 <= where.offset <= where.offset + where.length <= len(data)
    assert budget.operations <= 200 + 40 * len(data)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(CODES), max_size=80).map(bytes)))
def test_any_bytes_give_statements_or_a_read_error(data):
    hold(READER, data)
    looks_like_pickle(data, "x.pkl")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.sampled_from(CODES)), max_size=4))
def test_any_change_of_a_pickle_gives_statements_or_a_read_error(changes):
    data = bytearray(SEED)
    for at, value in changes:
        data[at] = value
    hold(READER, bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_any_npy_header_gives_statements_or_a_read_error(data):
    hold(NPY, b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_no_cut_loses_a_call_that_was_made_before_it(protocol):
    data = pickled(
        [Call(Ref("a", "b"), "x"), Call(Ref("c", "d"), 1), Built(New(Ref("e", "F")), {})], protocol
    )
    whole, _ = statements(READER, data)
    ends = [f.place.where.offset for f in whole if isinstance(f, PickleCall)]
    for length in range(len(data)):
        found, _ = statements(READER, data[:length])
        kept = [f.place.where.offset for f in found if isinstance(f, PickleCall)]
        assert kept == [end for end in ends if end < length]


SHAPES = {
    "lists in lists": lambda n: op("PROTO", 2) + b"]" * n + b"a" * (n - 1) + b".",
    "memo growth": lambda n: op("PROTO", 4) + b"]\x94" * n + b".",
    "dup": lambda n: op("PROTO", 2) + b"c" + b"a\nb\n" + b"2" * n + b".",
    "marks": lambda n: op("PROTO", 2) + code(Ref("a", "b")) + b"(" * n + b"0" * n + b".",
    "doubling tuples": lambda n: op("PROTO", 2) + code(Ref("a", "b")) + b"2\x86" * n + b"R.",
    "doubling lists": lambda n: (
        op("PROTO", 2) + code(Ref("a", "b")) + b"](" + b"h\x00" * 0 + b"e2\x86](2e" * n + b"0R."
    ),
    "long text": lambda n: code(Ref("a", "b"), 0) + b"S'" + b"\\x41" * n + b"'\n0.",
    "appends": lambda n: op("PROTO", 2) + code(Ref("a", "b")) + b"](" + b"K\x01" * n + b"e0.",
    "instances": lambda n: op("PROTO", 2) + (code(New(Ref("a", "B"))) + b"}b0") * n + b"N.",
    "growing states": lambda n: (
        op("PROTO", 2) + code(New(Ref("a", "B"))) + b"]q\x00" + b"h\x00K\x01a0h\x00b" * n + b"."
    ),
    "calls of a growing list": lambda n: (
        op("PROTO", 2) + b"]q\x00" + b"h\x00K\x01a0ca\nb\nh\x00\x85R0" * n + b"N."
    ),
    "many pickles": lambda n: pickled(Call(Ref("a", "b"), 1)) * n,
    "keys": lambda n: op("PROTO", 2) + code(Ref("a", "b")) + b"}(" + b"K\x01\x85N" * n + b"u.",
    "integers": lambda n: code(Ref("a", "b"), 0) + b"I1\n0" * n + b".",
    "reduce": lambda n: pickled(Call(Ref("functools", "reduce"), Ref("a", "f"), [1] * n)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_cost_of_a_pickle_is_linear(name):
    costs = []
    for size in (2_000, 4_000, 8_000):
        data = SHAPES[name](size)
        _, budget = statements(READER, data)
        costs.append((budget.operations + budget.inflated) / len(data))
    assert costs[2] <= 1.3 * costs[0] + 0.5


def test_joins_of_a_growing_list_cost_no_more_than_a_multiple_of_the_size():
    join = code(Ref("builtins", "str.join")) + b"X\x00\x00\x00\x00h\x00\x86R0"
    data = op("PROTO", 2) + b"]q\x00" + (b"h\x00X\x01\x00\x00\x00xa0" + join) * 20_000 + b"N."
    _, budget = statements(READER, data)
    assert budget.operations + budget.inflated <= 2_000_000 + 100 * len(data)


def test_a_budget_ends_the_reading_and_what_was_told_stays():
    data = pickle.dumps([object] * 200_000, 2)
    found, budget = statements(READER, data, Limits(operations=50_000))
    assert budget.operations > 50_000
    assert len([s for s in found if isinstance(s, Fact)]) <= 3


def test_assembled_text_is_read():
    assert statements(READER, asm("NONE", "STOP"))[0]
