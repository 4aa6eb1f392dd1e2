"""Laws of the graph readers: any bytes give statements, within budget, with spans inside the blob."""

import json
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
    "skops": [b'{"__loader__": "FunctionNode", "__module__": "os", "__class__": "system", "content": {}}'],
    "msgpack": [b"\x82\xa6params\x81\xa1w\xc4\x02ab\xa1b\xc7\x02\x01ab"],
    "rdata": [
        graphs.rds(graphs.r_list(graphs.r_promise(graphs.r_call("f", graphs.r_strings("x"))))),
        b"A\n2\n262912\n131840\n16\n1\n262153\n5\nin\\040x\n",
    ],
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


DOUBLING = {
    "onnx": lambda n: graphs.classifier(*(graphs.node("Where", f"c x a{i}", f"a{i + 1}") for i in range(n))),
    "tensorflow": lambda n: graphs.tf_network(*(graphs.tf_node(f"n{i}", "Add", "x w") for i in range(n))),
    "tflite": lambda n: graphs.lite(*("FlexErf" for _ in range(n))),
    "keras": lambda n: json.dumps(
        {"class_name": "S", "config": [{"class_name": "D", "config": {}}] * n}
    ).encode(),
    "hdf5": lambda n: graphs.h5_file(*(graphs.h5_attribute(f"a{i}", "{}") for i in range(n))),
    "msgpack": lambda n: b"\xde" + n.to_bytes(2, "big") + b"\xa1a\xc0" * n,
    "rdata": lambda n: graphs.rds(graphs.r_list(*[graphs.r_call("f", graphs.r_symbol("x"))] * n)),
}


@pytest.mark.parametrize("name", sorted(DOUBLING))
def test_twice_the_input_costs_twice_the_operations(name):
    costs = []
    for count in (200, 400, 800):
        budget = Budget()
        reader = import_module(f"backstamp.models.readers.{name}").READER
        list(reader.read(Blob(DOUBLING[name](count), path=("x",)), budget))
        costs.append(budget.operations)
    assert costs[2] - costs[1] <= 2.2 * (costs[1] - costs[0]) + 50


def test_gates_cost_no_more_for_many_choices_over_one_long_test():
    def cost(count):
        tests = [graphs.node("Add", f"t{i} x", f"t{i + 1}") for i in range(80)]
        choices = [graphs.node("Where", f"c k a{i}", f"a{i + 1}") for i in range(count)]
        more = [graphs.node("Identity", "x", "t0"), *tests, graphs.node("Equal", "t80 k", "c"), *choices]
        budget = Budget()
        data = graphs.classifier(*more, outputs=f"a{count}", stored=(graphs.tensor("k", 3),))
        list(import_module("backstamp.models.readers.onnx").READER.read(Blob(data, path=("x",)), budget))
        return budget.operations

    assert cost(800) - cost(400) <= 2.2 * (cost(400) - cost(200))
