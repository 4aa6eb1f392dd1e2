"""Laws of the readers that take stock of models: any bytes, within budget, bounded and legible values."""

import json
from importlib import import_module
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.location import Bytes
from backstamp.core.supply import Linked, Stated
from kit import graphs
from kit.pickle_asm import Built, New, Pid, Ref, pickled
from kit.weights import Gguf, model, safetensors

TENSOR = {"a": Pid(("storage", Ref("torch", "FloatStorage"), "0", "cpu", 4))}
ARGUMENTS = Built(New(Ref("transformers.training_args", "TrainingArguments")), {"lr": 0.1, "x": [1, "b"]})
SEEDS = {
    "estimator_stock": ("m.pkl", [pickled(Built(New(Ref("sklearn.svm", "SVC")), {"C": 1.0}))]),
    "gguf_stock": (
        "m.gguf",
        [model("{{ a }}"), model(order=">"), Gguf().pair("general.tags", ["a"]).build()],
    ),
    "graph_stock": ("m.mlmodel", [graphs.lite("c"), graphs.saved_model(graphs.tf_network())]),
    "keras_stock": ("m.h5", [graphs.h5_file(graphs.h5_attribute("keras_version", "2"))]),
    "onnx_stock": ("m.onnx", [graphs.classifier()]),
    "sentencepiece_stock": ("spiece.model", [graphs.length(1, graphs.length(1, "a")) * 9]),
    "tensor_samples": ("m.safetensors", [safetensors(), model()]),
    "torch_stock": ("data.pkl", [pickled(TENSOR), pickled(ARGUMENTS)]),
    "weights_stock": ("m.safetensors", [safetensors(), safetensors({"__metadata__": {"ss_steps": "1"}})]),
}
NAMES = (
    "config.json", "tokenizer.json", "tokenizer_config.json", "adapter_config.json", "trainer_state.json",
    "all_results.json", "data_config.json", "modules.json", "preprocessor_config.json",
    "generation_config.json",
    "model_index.json", "meta.json", "model.safetensors.index.json", "metadata.json", "open_clip_config.json",
    "config_sentence_transformers.json", "special_tokens_map.json", "schema.json", "params.json",
    "quant_config.json",
)  # fmt: skip
KEYS = st.sampled_from(
    "model_type architectures hidden_size id2label quantization_config _name_or_path auto_map text_config "
    "base_model_name_or_path peft_type r log_history global_step loss eval_loss name lines weight type "
    "vocab model  merges added_tokens content chat_template template size height width image_mean "
    "sampling_rate spacy_version  pipeline performance sources labels weight_map metadata total_size "
    "pretrained_cfg input_size model_cfg  class_name config layers batch_shape _class_name "
    "_diffusers_version vae __version__ prompts revision ".split()
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def _check(reader: str, data: bytes, name: str) -> None:
    budget = Budget(Limits(operations=300_000))
    try:
        for statement in import_module(f"backstamp.models.readers.{reader}").READER.read(
            Blob(data, path=(f"folder/{name}",)), budget
        ):
            if isinstance(where := getattr(getattr(statement, "place", None), "where", None), Bytes):
                assert 0 <= where.offset <= where.offset + where.length <= len(data)
            if isinstance(statement, Stated | Linked):
                _check_statement(statement)
    except ReadError:
        pass


def _check_statement(statement: Stated | Linked) -> None:
    assert 0 < statement.confidence <= 1
    assert len(statement.part.key) < 1100
    if isinstance(statement, Linked):
        return
    value = statement.value
    assert not isinstance(value, float) or isfinite(value)
    assert not isinstance(value, str) or (len(value) <= 4100 and value.replace("\n", "").isprintable())
    assert len(statement.name) <= 300
    assert "\n" not in statement.name


@pytest.mark.parametrize("reader", sorted(SEEDS))
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_bytes_give_statements_or_a_read_error(reader, data):
    name, seeds = SEEDS[reader]
    _check(reader, data.draw(st.binary(max_size=200)), name)
    held = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, max(0, len(held) - 1)))
        held[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=5))
    _check(reader, bytes(held), name)


@pytest.mark.parametrize("reader", sorted(SEEDS))
def test_every_cut_gives_statements_or_a_read_error(reader):
    name, seeds = SEEDS[reader]
    for seed in seeds:
        for end in range(0, len(seed), max(1, len(seed) // 97)):
            _check(reader, seed[:end], name)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(tree=TREES)
def test_any_tree_in_a_known_file_gives_bounded_statements(name, tree):
    _check("model_json", json.dumps(tree).encode(), name)
