"""Laws of the graph readers: any bytes give statements, within budget, with spans inside the blob."""

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.location import Bytes
from backstamp.core.reading import Explained
from kit import graphs

SEEDS = {
    "onnx": [graphs.classifier(), graphs.gated("if"), graphs.gated("arithmetic")],
    "tensorflow": [graphs.saved_model(graphs.tf_network()), graphs.tf_network()],
    "tflite": [graphs.lite("FlexErf")],
    "coreml": [graphs.number(1, 4) + graphs.length(2, graphs.length(1, b"")) + graphs.length(500, b"")],
    "keras": [b'{"class_name": "Lambda", "config": {"function": ["AAAA"]}}'],
    "hdf5": [graphs.h5_file(graphs.h5_attribute("a", "{}"), graphs.h5_external_link("w", "x"))],
}


@st.composite
def damaged(draw, seeds):
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=5))
    return bytes(data)


def _check(name, data) -> None:
    reader = import_module(f"backstamp.models.readers.{name}").READER
    budget = Budget(Limits(operations=200_000))
    try:
        for statement in reader.read(Blob(data, path=("x",)), budget):
            if isinstance(statement, Explained):
                assert 0 <= statement.start <= statement.end <= len(data)
            elif isinstance(where := getattr(getattr(statement, "place", None), "where", None), Bytes):
                assert 0 <= where.offset <= where.offset + where.length <= len(data)
    except ReadError:
        pass


@pytest.mark.parametrize("name", sorted(SEEDS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_bytes_give_statements_or_a_read_error(name, data):
    _check(name, data.draw(st.binary(max_size=400)))
    _check(name, data.draw(damaged(SEEDS[name])))


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_every_cut_of_a_model_gives_statements_or_a_read_error(name):
    for seed in SEEDS[name]:
        for end in range(0, len(seed), max(1, len(seed) // 97)):
            _check(name, seed[:end])
