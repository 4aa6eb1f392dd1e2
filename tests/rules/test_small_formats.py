"""Rules about skops schemas, R objects and msgpack documents."""

import json
import struct

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined


def _skops(*nodes: dict) -> bytes:
    root = _node("ObjectNode", "sklearn.pipeline", "Pipeline", {"steps": list(nodes)})
    return json.dumps({**root, "protocol": 2, "_skops_version": "0.16.0"}).encode()


def _node(loader: str, module: str, name: str, content: object = None, **more: object) -> dict:
    return {"__class__": name, "__module__": module, "__loader__": loader, "content": content or {}, **more}


def test_leaves_an_honest_schema_alone_and_reads_it_whole():
    honest = _skops(
        _node("FunctionNode", "numpy", "log1p"),
        _node("ObjectNode", "sklearn.linear_model._logistic", "LogisticRegression"),
        _node("OperatorFuncNode", "operator", "itemgetter", attrs=["name"]),
        _node("JsonNode", "builtins", "str", '"os.system"'),
        _node("TypeNode", "numpy", "float64"),
    )
    found = examined(honest, "schema.json")
    assert found.findings == []
    assert [(c.status, c.unexplained) for c in found.coverage] == [(Status.COMPLETE, 0)]


@pytest.mark.parametrize("loader", ["FunctionNode", "ObjectNode", "TypeNode", "ReduceNode"])
@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen")]
)
def test_finds_nodes_that_import_something_dangerous(loader, module, name):
    assert codes(_skops(_node(loader, module, name)), "schema.json") == ["SKO101"]


def test_finds_operator_functions_of_another_module():
    assert codes(_skops(_node("OperatorFuncNode", "evil", "methodcaller"))) == ["SKO102"]
    dunder = _node("OperatorFuncNode", "operator", "attrgetter", attrs=["__class__.__init__"])
    assert codes(_skops(dunder)) == ["SKO102"]


def test_finds_methods_of_another_object_than_shown():
    held = _node("ObjectNode", "evil.things", "Thing")
    content = {"func": "run", "obj": held}
    assert codes(_skops(_node("MethodNode", "sklearn.svm", "SVC", content))) == ["SKO102"]
    same = {"func": "predict", "obj": _node("ObjectNode", "sklearn.svm", "SVC")}
    assert codes(_skops(_node("MethodNode", "sklearn.svm", "SVC", same))) == []


def test_warns_of_functions_of_unknown_packages():
    assert codes(_skops(_node("FunctionNode", "nobody_knows", "helper"))) == ["SKO103"]


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: graphs.r_list(graphs.r_strings("a"), p)])
def test_finds_promises_that_run_commands(wrap):
    call = graphs.r_call("system", graphs.r_strings("inert"))
    (finding,) = examined(graphs.rds(wrap(graphs.r_promise(call))), "m.rds").findings
    assert (finding.rule, finding.severity, finding.evidence) == ("RDA101", "high", ("inert",))


def test_finds_promises_that_evaluate_text():
    call = graphs.r_call("eval", graphs.r_call("parse", graphs.r_strings("inert")))
    assert codes(graphs.rds(graphs.r_promise(call))) == ["RDA101"]


def test_warns_of_functions_that_run_commands_and_leaves_others_alone():
    act = graphs.r_closure(graphs.r_call("system", graphs.r_strings("inert")))
    honest = graphs.r_closure(graphs.r_call("sum", graphs.r_call("eval", graphs.r_symbol("x"))))
    formula = graphs.r_call("~", graphs.r_symbol("y"), graphs.r_symbol("x"))
    assert codes(graphs.rds(act)) == ["RDA102"]
    found = examined(graphs.rds(graphs.r_list(honest, formula, graphs.r_promise(formula))), "m.rds")
    assert found.findings == []
    assert [(c.status, c.unexplained, c.kinds) for c in found.coverage] == [(Status.COMPLETE, 0, ("r-data",))]


def test_reads_the_text_form_of_r_data():
    text = b"A\n2\n262912\n131840\n5\n252\n6\n1\n262153\n6\nsystem\n2\n16\n1\n262153\n4\nin\\040x\n254\n"
    (finding,) = examined(text, "m.rds").findings
    assert (finding.rule, finding.evidence) == ("RDA101", ("in x",))


def _msgpack(value: bytes) -> bytes:
    return b"\x82\xa6params\x81\xa1w" + value + b"\xa1b\xc0"


def test_reads_msgpack_whole_and_hands_on_what_is_an_artifact():
    array = b"\xc7\x05\x01\x93\x91\x02\xa1f"
    plain = examined(_msgpack(array), "flax_model.msgpack")
    assert [(c.status, c.unexplained, c.kinds) for c in plain.coverage] == [
        (Status.COMPLETE, 0, ("msgpack",))
    ]
    pickled = b"\x80\x04cposix\nsystem\n(S'inert'\ntR."
    nested = b"\xc5" + struct.pack(">H", len(pickled)) + pickled
    found = examined(_msgpack(nested), "flax_model.msgpack")
    assert [c.path[1:] for c in found.coverage] == [(), ("bin@14",)]
    assert {f.place.path[1:] for f in found.findings} == {("bin@14",)}


@pytest.mark.parametrize("damage", [b"\x82\xa6params\xc6\xff\xff\xff\xff", b"\x82\xa6params\xc1"])
def test_a_damaged_msgpack_document_is_no_silence(damage):
    assert examined(damage, "m.msgpack").coverage[0].status == Status.PARTIAL
