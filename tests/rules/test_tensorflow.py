"""Rules about TensorFlow graphs: what they find, leave alone and are not fooled by."""

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined

NETWORK = graphs.tf_network()
WRITE = (
    graphs.tf_node("n", "Const", value=graphs.tf_text("/tmp/marker")),
    graphs.tf_node("c", "Const", value=graphs.tf_text("inert")),
    graphs.tf_node("write", "WriteFile", "n c"),
)
WRAPS = {"savedmodel": graphs.saved_model, "metagraph": graphs.tf_meta, "graphdef": lambda g: g}


@pytest.mark.parametrize("kind", sorted(WRAPS))
def test_leaves_an_honest_graph_alone_and_reads_it_whole(kind):
    found = examined(WRAPS[kind](NETWORK), "x.bin")
    assert found.findings == []
    assert [(c.status, c.unexplained, c.kinds) for c in found.coverage] == [(Status.COMPLETE, 0, (kind,))]


@pytest.mark.parametrize("kind", sorted(WRAPS))
def test_finds_a_file_write_and_what_it_writes(kind):
    (finding,) = examined(WRAPS[kind](graphs.tf_network(*WRITE)), "x.bin").findings
    assert (finding.rule, finding.severity) == ("TFG102", "high")
    assert finding.evidence == ("/tmp/marker", "inert")


@pytest.mark.parametrize("op", ["PyFunc", "PyFuncStateless", "EagerPyFunc"])
def test_finds_python_functions(op):
    assert codes(graphs.tf_network(graphs.tf_node("p", op, "x"))) == ["TFG101"]


@pytest.mark.parametrize(
    ("op", "code"), [("ReadFile", "TFG103"), ("MatchingFiles", "TFG104"), ("RpcCall", "TFG105")]
)
def test_finds_readers_and_connections(op, code):
    assert codes(graphs.saved_model(graphs.tf_network(graphs.tf_node("r", op, "x")))) == [code]


@pytest.mark.parametrize(
    "op", ["RestoreV2", "SaveV2", "MergeV2Checkpoints", "StaticRegexReplace", "DecodePng"]
)
def test_leaves_checkpoint_and_text_operators_alone(op):
    path = graphs.tf_node("p", "Const", value=graphs.tf_text("/home/me/model"))
    assert codes(graphs.saved_model(graphs.tf_network(path, graphs.tf_node("o", op, "p x")))) == []


def test_finds_an_operator_in_the_function_library():
    function = graphs.tf_function("inner", *WRITE)
    assert codes(graphs.saved_model(graphs.tf_network(library=(function,)))) == ["TFG102"]


def test_is_not_fooled_by_a_graph_serialized_inside_a_graph_however_deep():
    nested = graphs.tf_graph(*WRITE)
    for _ in range(4):
        const = graphs.tf_node("g", "Const", value=graphs.tf_text(nested))
        nested = graphs.tf_graph(const, graphs.tf_node("d", "DatasetFromGraph", "g"))
    assert codes(graphs.saved_model(nested)) == ["TFG102"]


def test_is_not_fooled_by_a_nested_graph_that_begins_with_its_library():
    library = graphs.length(1, graphs.tf_function("inner", *WRITE))
    const = graphs.tf_node("g", "Const", value=graphs.tf_text(graphs.length(2, library)))
    assert codes(graphs.saved_model(graphs.tf_network(const))) == ["TFG102"]


@pytest.mark.parametrize(("stream", "found"), [("file:///tmp/marker", ["TFG102"]), ("stderr", [])])
def test_finds_printing_into_a_file_but_not_onto_the_screen(stream, found):
    node = graphs.tf_node("p", "PrintV2", "x", output_stream=graphs.length(2, stream))
    assert codes(graphs.saved_model(graphs.tf_network(node))) == found


def test_finds_an_asset_outside_the_folder():
    meta = graphs.tf_meta(NETWORK)
    for name, found in (("../../etc/passwd", ["TFG106"]), ("vocab.txt", [])):
        asset = graphs.length(6, graphs.length(2, name))
        assert codes(graphs.number(1, 1) + graphs.length(2, meta + asset)) == found


def test_finds_a_lambda_in_the_metadata_of_a_saved_model():
    metadata = '{"class_name": "Lambda", "config": {"function": "f"}}'
    user = graphs.length(1, "_tf_keras_layer") + graphs.length(3, metadata)
    objects = graphs.length(7, graphs.length(1, graphs.length(4, user)))
    assert codes(graphs.number(1, 1) + graphs.length(2, graphs.tf_meta(NETWORK) + objects)) == ["KER101"]
    node = graphs.length(1, graphs.length(4, "_tf_keras_layer") + graphs.length(5, metadata))
    assert codes(node, "keras_metadata.pb") == ["KER101"]


@pytest.mark.parametrize("name", ["model.onnx_data", "model.onnx.data", "group1-shard1of2.bin"])
def test_reads_tensors_beside_a_model_as_raw_values(name):
    found = examined(b"\xff\x91\x00" * 40, name)
    assert [(c.status, c.kinds) for c in found.coverage] == [(Status.COMPLETE, ("tensor-data",))]


def test_reads_checkpoints_as_raw_values():
    index = b"x" * 40 + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
    assert [c.status for c in examined(index, "variables.index").coverage] == [Status.COMPLETE]
    data = examined(bytes(range(1, 255)), "variables.data-00000-of-00001")
    assert [(c.status, c.kinds) for c in data.coverage] == [(Status.COMPLETE, ("tf-checkpoint-data",))]


@pytest.mark.parametrize(
    ("region", "found"),
    [("/etc/passwd", ["TFG103"]), ("~/.ssh/id_rsa", ["TFG103"]), ("memmapped_package://weights", [])],
)
def test_finds_constants_mapped_from_files_of_the_system(region, found):
    mapped = graphs.tf_node("z", "ImmutableConst", "x", memory_region_name=graphs.length(2, region))
    assert codes(graphs.saved_model(graphs.tf_network(mapped)), "saved_model.pb") == found
