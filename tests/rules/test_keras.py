"""Rules about Keras configurations: what they find, leave alone and are not fooled by."""

import base64
import json
import marshal

import pytest

from backstamp.core.reading import Status
from kit import graphs
from kit.scanning import codes, examined

DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"units": 3, "activation": "relu", "kernel_initializer": {
        "module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None},
        "registered_name": None}},
    "registered_name": None,
}  # fmt: skip
CODE = base64.b64encode(marshal.dumps(compile("lambda x: x", "kit", "eval"))).decode()


def _model(*layers: object, **more: object) -> str:
    layers = (DENSE, *layers)
    config = {"name": "s", "layers": list(layers)}
    root = {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": "Sequential"}
    return json.dumps({**root, **more})


def _object(
    class_name: str, module: str | None, config: object = None, registered: str | None = None
) -> dict:
    return {"class_name": class_name, "module": module, "config": config or {}, "registered_name": registered}


def _codes(*layers: object) -> list[str]:
    text = _model(*layers)
    as_json = codes(text.encode(), "config.json")
    assert codes(graphs.h5_file(graphs.h5_attribute("model_config", text)), "m.h5") == as_json
    return as_json


def test_leaves_an_honest_model_alone_and_reads_it_whole():
    assert _codes() == []
    for data, name in ((_model().encode(), "config.json"), (graphs.h5_file(), "weights.h5")):
        assert [(c.status, c.unexplained) for c in examined(data, name).coverage] == [(Status.COMPLETE, 0)]


@pytest.mark.parametrize(
    "config", [{"function": [CODE, None, None], "function_type": "lambda"},
               {"function": _object("__lambda__", "builtins", {"code": CODE})}, {"function": "named"}]
)  # fmt: skip
def test_finds_lambda_layers_of_every_generation(config):
    assert _codes(_object("Lambda", "keras.layers", config)) == ["KER101"]


def test_hands_the_bytecode_of_a_lambda_on():
    found = examined(_model(_object("Lambda", "keras.layers", {"function": [CODE]})).encode(), "config.json")
    assert [c.path for c in found.coverage] == [("config.json",), ("config.json", "lambda-0")]


@pytest.mark.parametrize(
    ("module", "name"),
    [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("posix", "system"),
     ("heapq", "nsmallest"),
     ("evil_module", "run"),
     ("importlib", "import_module"), ("numpy", "load")],
)  # fmt: skip
def test_finds_functions_of_foreign_modules(module, name):
    assert _codes(_object("function", module, name, "function")) == ["KER102"]


@pytest.mark.parametrize("class_name", ["Popen", "system"])
def test_finds_classes_of_the_standard_library(class_name):
    assert _codes(_object(class_name, "subprocess", {"args": "id"}, class_name)) == ["KER102"]


def test_finds_an_unregistered_class_of_a_foreign_module():
    assert _codes(_object("Thing", "evil_module")) == ["KER102"]


def test_warns_of_custom_classes_as_honest_writers_leave_them():
    found = examined(
        _model(_object("Attention2", "lab.layers", {}, "Lab>Attention2")).encode(), "config.json"
    )
    assert [(f.rule, f.severity) for f in found.findings] == [("KER103", "low")]


@pytest.mark.parametrize(
    ("class_name", "module", "config"),
    [("function", "builtins", "my_loss"),
     ("TFOpLambda", None, {"function": "math.multiply"}),
     ("SlicingOpLambda", None, {"function": "__operators__.getitem"}),
     ("function", "keras.activations", "gelu"),
     ("__keras_tensor__", None, {"shape": [1]}), ("DTypePolicy", "keras", {"name": "float32"}),
     ("StringLookup", "keras.layers", {"vocabulary": ["a", "/b"]}), ("Adam", "keras.optimizers", {"lr": 1})],
)  # fmt: skip
def test_leaves_ordinary_objects_alone(class_name, module, config):
    assert _codes(_object(class_name, module, config, class_name)) == []


@pytest.mark.parametrize(
    ("class_name", "module", "config"),
    [("function", "keras.utils", "get_file"), ("function", "keras.saving", "load_model"),
     ("get_file", "keras.utils", {"fname": "x", "origin": "http://x"}),
     ("function", "keras.src.utils.file_utils", "anything"),
     ("TFOpLambda", None, {"function": "io.write_file"}), ("TFOpLambda", None, {"function": "raw_ops.Foo"}),
     ("function", "keras.models", "model_from_json")],
)  # fmt: skip
def test_finds_gadgets_of_the_library_itself(class_name, module, config):
    assert _codes(_object(class_name, module, config)) == ["KER105"]


def test_finds_the_layer_that_loads_a_saved_model():
    assert _codes(_object("TFSMLayer", "keras.layers", {"filepath": "evil"})) == ["KER104"]


@pytest.mark.parametrize("path", ["/etc/passwd", "https://host/words", "../../secret", "file:///etc/hosts"])
def test_finds_vocabularies_outside_the_model(path):
    assert _codes(_object("StringLookup", "keras.layers", {"vocabulary": path})) == ["KER106"]


def test_is_not_fooled_by_a_key_given_twice():
    honest = '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}'
    first = honest.replace('"Dense"', '"Lambda", "class_name": "Dense"') + "}]}}"
    last = honest.replace('"Dense"', '"Dense", "class_name": "Lambda"') + "}]}}"
    assert codes(first.encode(), "config.json") == codes(last.encode(), "config.json") == ["KER101", "KER107"]


def test_is_not_fooled_by_escaped_keys():
    text = _model(_object("Lambda", "keras.layers")).replace("class_name", "class\\u005fname")
    assert codes(text.encode(), "a") == ["KER101"]


def test_is_not_fooled_by_a_decoy_configuration_in_front():
    decoy = graphs.h5_attribute("model_config", _model())
    real = graphs.h5_attribute("model_config", _model(_object("Lambda", "keras.layers")))
    assert codes(graphs.h5_file(decoy, real)) == ["KER101"]


def test_finds_code_in_the_texts_of_a_configuration():
    dense = {**DENSE, "config": {"units": 1, "activation": "__import__('os').system('id')"}}
    assert _codes(dense) == ["ONX106"]


def test_leaves_other_json_alone():
    text = '{"datasets": [{"class_name": "system", "module": "os", "config": {}}]}'
    found = examined(text.encode(), "a.json")
    assert found.findings == []
    assert [c.status for c in found.coverage] == [Status.COMPLETE]


def test_finds_links_out_of_an_hdf5_file():
    assert codes(graphs.h5_file(graphs.h5_external_link("w", "/etc/shadow.h5"))) == ["HDF101"]
    assert codes(graphs.h5_file(graphs.h5_external_link("w", "other.h5"))) == ["HDF102"]


def test_a_prefix_and_a_suffix_of_an_hdf5_file_are_not_explained():
    data = graphs.h5_file(graphs.h5_attribute("a", _model()), user_block=512) + b"tail"
    assert [(c.status, c.unexplained) for c in examined(data).coverage] == [(Status.COMPLETE, 516)]


def test_a_damaged_hdf5_file_is_searched_for_lambdas():
    data = graphs.h5_file(graphs.h5_attribute("model_config", _model(_object("Lambda", "keras.layers"))))
    broken = data.replace(b"OHDR", b"OHDX")
    assert codes(broken, "m.h5") == ["HDF103"]
    assert examined(broken, "m.h5").coverage[0].status == Status.PARTIAL
