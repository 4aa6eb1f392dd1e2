"""Rules about ONNX models: what they find, leave alone and are not fooled by."""

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined, verdict

PYTHON_NODE = graphs.node("PyOp", "x", "y", domain="ai.onnx.contrib")


def _external(location: str, **entries: str) -> bytes:
    stored = graphs.tensor("e", 2, external={"location": location, **entries})
    return graphs.classifier(stored=(stored,))


def test_leaves_an_honest_classifier_alone_and_reads_it_whole():
    found = examined(graphs.classifier(), "model.onnx")
    assert found.findings == []
    assert [(c.status, c.unexplained, c.kinds) for c in found.coverage] == [(Status.COMPLETE, 0, ("onnx",))]
    assert verdict(graphs.classifier(), "model.onnx").outcome == "allow"


@pytest.mark.parametrize("name", ["model.onnx", "weights.bin", "x"])
def test_finds_python_operators_whatever_the_name(name):
    assert codes(graphs.classifier(PYTHON_NODE), name) == ["ONX101"]


def test_finds_a_python_operator_in_a_branch():
    body = graphs.graph([PYTHON_NODE], "", "y")
    branch = graphs.node("If", "flag", "z", graphs.attribute("then_branch", graph=body))
    assert codes(graphs.classifier(branch)) == ["ONX101"]


def test_finds_a_python_operator_in_a_function_and_in_a_training_graph():
    function = graphs.length(1, "f") + graphs.length(7, PYTHON_NODE) + graphs.length(10, "own")
    main = graphs.graph([graphs.node("Relu", "x", "y")], "x", "y")
    training = graphs.length(2, graphs.graph([PYTHON_NODE], "x", "y"))
    assert codes(graphs.model(main, extra=graphs.length(25, function))) == ["ONX101"]
    assert codes(graphs.model(main, extra=graphs.length(20, training))) == ["ONX101"]


def test_is_not_fooled_by_a_second_graph_that_parsers_merge():
    second = graphs.length(7, graphs.graph([PYTHON_NODE], "x", "y"))
    main = graphs.graph([graphs.node("Relu", "x", "y")], "x", "y")
    assert codes(graphs.model(main, extra=second)) == ["ONX101"]


def test_is_not_fooled_by_an_operator_named_twice():
    twice = graphs.node("Relu", "x", "y", domain="ai.onnx.contrib", extra=graphs.length(4, "PyOp"))
    assert codes(graphs.classifier(twice)) == ["ONX101"]


def test_is_not_fooled_by_undefined_fields_in_front():
    main = graphs.graph([PYTHON_NODE], "x", "y")
    assert codes(graphs.model(main, before=graphs.length(900, b"junk" * 9)), "a") == ["ONX101"]


@pytest.mark.parametrize(
    "location",
    ["../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b", "https://host/w", "file:///x", "..\\w",
     "~/.ssh/id", "*/_ORT_MEM_ADDR_/*"],
)  # fmt: skip
def test_finds_external_data_that_leaves_the_folder(location):
    assert codes(_external(location)) == ["ONX102"]


@pytest.mark.parametrize("location", ["model.onnx.data", "weights/w..0.bin", "model_data"])
def test_leaves_external_data_beside_the_model_alone(location):
    assert codes(_external(location, offset="0", length="8", checksum="aa", prepacked_0="x|0|8")) == []


@pytest.mark.parametrize("entry", [{"__class__": "x"}, {"file_path": "/x"}, {"offset": "-4"}])
def test_finds_external_data_keys_that_onnx_does_not_define(entry):
    assert codes(_external("w.bin", **entry)) == ["ONX103"]


def test_finds_unknown_operator_domains_but_not_those_the_model_defines():
    call = graphs.node("Fancy", "x", "y", domain="corp.ops")
    main = graphs.graph([call], "x", "y")
    function = (
        graphs.length(1, "Fancy")
        + graphs.length(7, graphs.node("Relu", "a", "b"))
        + graphs.length(10, "corp.ops")
    )
    assert codes(graphs.model(main)) == ["ONX104"]
    assert codes(graphs.model(main, extra=graphs.length(25, function))) == []
    assert codes(graphs.classifier(graphs.node("Gelu", "x", "y", domain="com.microsoft"))) == []


@pytest.mark.parametrize("form", ["where", "if", "arithmetic"])
def test_finds_graph_backdoors(form):
    found = examined(graphs.gated(form))
    assert [(f.rule, f.severity) for f in found.findings] == [("ONX108", "high")]


def test_leaves_an_attention_mask_alone():
    mask = [graphs.node("Equal", "x zero", "c"), graphs.node("Where", "c low logits", "s"),
            graphs.node("MatMul", "s v", "y")]  # fmt: skip
    stored = (graphs.tensor("zero"), graphs.tensor("low"))
    assert codes(graphs.classifier(*mask, outputs="y", stored=stored)) == []


def test_leaves_padded_outputs_alone():
    mask = [graphs.node("Equal", "x zero", "c"), graphs.node("Where", "c low logits", "y")]
    stored = (graphs.tensor("zero"), graphs.tensor("low"))
    assert codes(graphs.classifier(*mask, outputs="y", stored=stored)) == []


def test_leaves_a_choice_between_two_networks_alone():
    bodies = [graphs.graph([graphs.node("MatMul", "x w", n)], "", n) for n in "ab"]
    named = [
        graphs.attribute(k, graph=b) for k, b in zip(("then_branch", "else_branch"), bodies, strict=True)
    ]
    add = [graphs.node("Equal", "rate k", "c"), graphs.node("If", "c", "y", *named)]
    main = graphs.graph(add, "x rate", "y", graphs.tensor("w", 4, 4), graphs.tensor("k"))
    assert codes(graphs.model(main)) == []


@pytest.mark.parametrize("text", ["__import__('os').system('id')", "{0: exec('x')}", "os.popen('x')"])
def test_finds_code_in_metadata(text):
    assert codes(
        graphs.model(graphs.graph([graphs.node("Relu", "x", "y")], "x", "y"), texts={"names": text})
    ) == ["ONX106"]


def test_leaves_ordinary_metadata_alone():
    texts = {
        "names": "{0: 'person', 1: 'import'}",
        "docs": "https://docs.example.com",
        "author": "evaluated (by us)",
    }
    assert codes(graphs.model(graphs.graph([graphs.node("Relu", "x", "y")], "x", "y"), texts=texts)) == []


def test_an_artifact_in_an_attribute_is_examined_in_its_own_right():
    hidden = graphs.attribute(
        "blob", text=b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0\x01\0\0\0" + bytes(60)
    )
    found = examined(graphs.classifier(graphs.node("Relu", "x", "y", hidden)), "m.onnx")
    assert [c.kinds for c in found.coverage][1:] == [("elf",)]


def test_undefined_fields_and_trailing_bytes_are_not_explained():
    assert examined(graphs.classifier() + graphs.length(900, b"j" * 40)).coverage[0].unexplained > 40
    broken = examined(graphs.classifier() + b"\x07\x07\x07", "m.onnx").coverage[0]
    assert broken.status == Status.PARTIAL


def test_weights_are_skipped_by_length():
    small, large = (graphs.classifier(stored=(graphs.tensor("big", n),)) for n in (10, 1_000_000))
    assert examined(small).operations == examined(large).operations
