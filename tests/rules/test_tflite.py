"""Rules about TFLite and Core ML models: what they find, leave alone and are not fooled by."""

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined


def test_leaves_an_honest_model_alone_and_reads_it_whole():
    found = examined(graphs.lite("TFLite_Detection_PostProcess", "FlexErf"), "m.bin")
    assert found.findings == []
    assert [(c.status, c.unexplained < 8, c.kinds) for c in found.coverage] == [
        (Status.COMPLETE, True, ("tflite",))
    ]


@pytest.mark.parametrize("op", ["FlexWriteFile", "FlexReadFile", "FlexPyFunc", "FlexEagerPyFunc", "ReadFile"])
def test_finds_operators_that_act(op):
    assert codes(graphs.lite("FlexErf", op)) == ["TFL101"]


def test_warns_of_custom_operators():
    found = examined(graphs.lite("CorpOp"))
    assert [(f.rule, f.severity) for f in found.findings] == [("TFL102", "low")]


@pytest.mark.parametrize(
    "numbers",
    [{"inputs": [7]}, {"inputs": [-5]}, {"code": 9}, {"shape": [2**30, 2**30, 64]}, {"shape": [-7, 2]}],
)
def test_finds_impossible_numbers(numbers):
    assert codes(graphs.lite(**numbers)) == ["TFL103"]


def test_leaves_optional_inputs_and_unknown_dimensions_alone():
    assert codes(graphs.lite(inputs=[0, -1], shape=[-1, 4])) == []


def test_bytes_after_the_model_are_not_explained():
    plain = examined(graphs.lite()).coverage[0].unexplained
    assert examined(graphs.lite() + b"x" * 40).coverage[0].unexplained == plain + 40


def test_an_offset_out_of_the_file_is_no_silence():
    data = bytearray(graphs.lite())
    data[0:4] = b"\xff\xff\xff\x7f"
    assert examined(bytes(data)).coverage[0].status == Status.PARTIAL


def _coreml(kind: int, body: bytes, metadata: bytes = b"") -> bytes:
    description = graphs.length(1, graphs.length(1, "x")) + (
        graphs.length(100, metadata) if metadata else b""
    )
    return graphs.number(1, 4) + graphs.length(2, description) + graphs.length(kind, body)


LAYER = graphs.length(1, "fc") + graphs.length(2, "x") + graphs.length(140, b"")
NETWORK = graphs.length(1, LAYER)


def test_leaves_an_honest_core_ml_model_alone_and_reads_it_whole():
    for kind in (500, 403):
        found = examined(_coreml(kind, NETWORK), "m.mlmodel")
        assert found.findings == []
        assert [(c.status, c.unexplained, c.kinds) for c in found.coverage] == [
            (Status.COMPLETE, 0, ("coreml",))
        ]


def test_warns_of_custom_layers_and_models_however_deep():
    custom = graphs.length(1, graphs.length(1, "c") + graphs.length(500, graphs.length(10, "CorpLayer")))
    pipeline = graphs.length(1, _coreml(500, custom))
    assert codes(_coreml(500, custom)) == ["TFL102"]
    assert codes(_coreml(202, pipeline)) == ["TFL102"]
    assert codes(_coreml(200, graphs.length(1, pipeline))) == ["TFL102"]
    assert codes(_coreml(555, graphs.length(10, "CorpModel"))) == ["TFL102"]


def test_finds_weights_outside_the_package():
    for file, found in (("@model_path/weights/weight.bin", []), ("@model_path/../../etc/passwd", ["TFG106"])):
        value = graphs.length(5, graphs.length(1, file))
        operation = graphs.length(1, "const") + graphs.length(
            5, graphs.length(1, "val") + graphs.length(2, value)
        )
        block = graphs.length(2, graphs.length(3, operation))
        function = graphs.length(3, graphs.length(1, "CoreML5") + block)
        program = graphs.number(1, 1) + graphs.length(
            2, graphs.length(1, "main") + graphs.length(2, function)
        )
        assert codes(_coreml(502, program)) == found


def test_finds_code_in_core_ml_metadata():
    entry = graphs.length(100, graphs.length(1, "k") + graphs.length(2, "__import__('os').system('id')"))
    assert codes(_coreml(500, NETWORK, entry)) == ["ONX106"]


def test_reads_weight_blobs_as_raw_values():
    blob = b"\x01\0\0\0\x02\0\0\0" + bytes(56) + b"\xef\xbe\xad\xde" + bytes(80)
    assert [(c.status, c.kinds) for c in examined(blob, "weight.bin").coverage] == [
        (Status.COMPLETE, ("coreml-weights",))
    ]
