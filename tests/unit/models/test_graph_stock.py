"""Taking stock of TFLite, SavedModel, Core ML and Keras."""

import json

from kit import graphs
from kit.archives import usual_zip
from kit.graphs import flat, h5_attribute, h5_file, length, number
from kit.stock import said, ties


def test_a_tflite_model_says_inputs_outputs_and_counts_what_is_stored():
    tensors = [
        {0: [1, 4], 1: 0, 2: 0, 3: "x", 7: [-1, 4]},
        {0: [4, 3], 1: 0, 2: 1, 3: "w"},
        {0: [1, 3], 1: 0, 2: 0, 3: "y"},
        {0: [2], 1: 2, 2: 1, 3: "shape"},
    ]
    graph = {0: tensors, 1: [0], 2: [2], 3: [], 4: "main"}
    data = flat({0: 3, 1: [], 2: [graph], 3: "Sorts sounds", 4: [{}, {0: bytes(48)}]})
    assert said(data, "m.tflite") == [
        ("model:", "format", "", "tflite"),
        ("model:", "framework", "tensorflow-lite", ""),
        ("model:", "input", "x", "float32[?, 4]"),
        ("model:", "output", "y", "float32[1, 3]"),
        ("model:", "parameters", "", 12),
        ("model:", "elements", "float32", 12),
        ("model:", "elements", "int32", 2),
        ("model:", "description", "", "Sorts sounds"),
    ]


def test_the_metadata_of_a_tflite_model_is_looked_up_in_its_buffer():
    inner = flat({0: "Bird sounds", 1: "Hears birds", 2: "v2", 4: "Ada", 5: "Apache-2.0"}, b"M001")
    graph = {0: [{0: [1], 3: "x"}], 1: [0], 2: [0], 3: [], 4: "main"}
    metadata = [{0: "TFLITE_METADATA", 1: 1}, {0: "min_runtime_version", 1: 2}]
    data = flat({0: 3, 1: [], 2: [graph], 4: [{}, {0: inner}, {0: b"1.14.0\0\0"}], 6: metadata})
    assert said(data, "m.tflite")[4:] == [
        ("model:", "name", "", "Bird sounds"),
        ("model:", "description", "", "Hears birds"),
        ("model:", "version", "", "v2"),
        ("model:", "author", "", "Ada"),
        ("model:", "license", "", "Apache-2.0"),
        ("model:", "framework", "tensorflow-lite runtime", "1.14.0"),
    ]


def _tensor_info(kind: int, *dims: int) -> bytes:
    shape = b"".join(length(2, number(1, d)) for d in dims)
    return length(1, "t:0") + number(2, kind) + length(3, shape)


def test_a_saved_model_says_signatures_and_counts_variables():
    entry = lambda field, name, info: length(field, length(1, name) + length(2, info))  # noqa: E731
    signature = entry(1, "x", _tensor_info(1, -1, 4)) + entry(2, "y", _tensor_info(9, -1))
    variable = lambda name, *dims: length(  # noqa: E731
        1,
        length(
            7, number(1, 1) + length(2, b"".join(length(2, number(1, d)) for d in dims)) + length(6, name)
        ),
    )
    objects = variable("dense/kernel", 4, 3) + variable("Adam/m/dense", 4, 3) + variable("dense/bias", 3)
    meta = length(1, length(4, "serve") + length(5, "2.11.0")) + length(2, graphs.tf_network())
    meta += length(5, length(1, "serving_default") + length(2, signature)) + length(7, objects)
    data = number(1, 1) + length(2, meta)
    assert said(data, "m/saved_model.pb") == [
        ("model:", "format", "", "tensorflow saved model"),
        ("model:", "framework", "tensorflow", "2.11.0"),
        ("model:", "input", "x", "float32[?, 4]"),
        ("model:", "output", "y", "int64[?]"),
        ("model:", "parameters", "", 15),
        ("model:", "elements", "float32", 15),
    ]


def test_a_core_ml_model_says_inputs_and_outputs():
    image = length(4, number(1, 224) + number(2, 112) + number(3, 20))
    array = length(5, number(1, 1) + number(1, 10) + number(2, 65568))
    description = length(1, length(1, "picture") + length(2, "to be sorted") + length(3, image))
    description += length(10, length(1, "scores") + length(3, array))
    description += length(100, length(1, "Sorts") + length(3, "Ada"))
    data = number(1, 5) + length(2, description) + length(500, length(1, length(1, "layer") + length(2, "a")))
    assert said(data, "m.mlmodel") == [
        ("model:", "format", "", "coreml"),
        ("model:", "framework", "coreml specification", 5),
        ("model:", "input", "picture", "image of 224 x 112 pixels, RGB: to be sorted"),
        ("model:", "output", "scores", "float32[1, 10]"),
    ]


CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "bird_net",
        "layers": [
            {
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 10], "dtype": "float32", "name": "x"},
            },
            {"class_name": "Dense", "config": {"units": 5}},
        ],
    },
    "compile_config": {
        "optimizer": {"class_name": "Adam", "config": {"name": "adam", "learning_rate": 0.001}},
        "loss": "mse",
        "metrics": ["mae"],
    },
}
MODEL = [
    ("model:", "architecture", "", "Sequential"),
    ("model:", "name", "", "bird_net"),
    ("model:", "input", "x", "float32[?, 10]"),
    ("model:", "dimension", "layers", 2),
    ("model:", "dimension", "layer kinds", "InputLayer 1, Dense 1"),
]
COMPILED = [
    ("run:", "setting", "optimizer", "Adam"),
    ("run:", "setting", "learning_rate", 0.001),
    ("run:", "setting", "loss", "mse"),
    ("run:", "setting", "metrics", "mae"),
]


def test_a_keras_file_says_layers_compilation_and_version():
    metadata = {"keras_version": "3.15.1", "date_saved": "2025-11-14@10:11:12"}
    data = usual_zip(
        {"metadata.json": json.dumps(metadata).encode(), "config.json": json.dumps(CONFIG).encode()}
    )
    found = said(data, "m.keras")
    assert found[0] == ("model:", "framework", "keras", "3.15.1")
    assert [f for f in found if f in MODEL] == MODEL
    assert [f for f in found if f[0] == "run:"] == COMPILED
    assert ties(data, "m.keras") == [("model:", "made-by", "run:", "", "")]


def test_an_hdf5_model_says_the_same_in_its_attributes():
    training = {"optimizer_config": CONFIG["compile_config"]["optimizer"], "loss": "mse", "metrics": ["mae"]}
    data = h5_file(
        h5_attribute("keras_version", "2.15.0"),
        h5_attribute("backend", "tensorflow"),
        h5_attribute("model_config", json.dumps({k: CONFIG[k] for k in ("class_name", "config")})),
        h5_attribute("training_config", json.dumps(training)),
    )
    assert said(data, "m.h5") == [
        ("model:", "framework", "keras", "2.15.0"),
        ("model:", "framework", "tensorflow", ""),
        *MODEL,
        *COMPILED,
    ]


def test_a_configuration_that_breaks_says_nothing():
    assert said(h5_file(h5_attribute("model_config", '{"class_name": ')), "m.h5") == []
