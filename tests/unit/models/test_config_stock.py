"""Taking stock of config.json and its like."""

import json

import pytest

from kit.stock import linked, said, stock, ties


def _said(tree: object, name: str = "m/config.json") -> list[tuple[str, str, str, object]]:
    return said(json.dumps(tree).encode(), name)


def _ties(tree: object, name: str = "m/config.json") -> list[tuple[str, str, str, str, str]]:
    return ties(json.dumps(tree).encode(), name)


BERT = {
    "_name_or_path": "nreimers/MiniLM-L6-H384-uncased",
    "architectures": ["BertForSequenceClassification"],
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 384,
    "id2label": {"0": "negative", "1": "positive"},
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "model_type": "bert",
    "num_hidden_layers": 6,
    "pad_token_id": 0,
    "problem_type": "single_label_classification",
    "tie_word_embeddings": True,
    "torch_dtype": "float32",
    "transformers_version": "4.8.2",
    "vocab_size": 30522,
}


def test_states_class_numbers_versions_and_classes():
    assert _said(BERT) == [
        ("model:", "family", "", "bert"),
        ("model:", "architecture", "", "BertForSequenceClassification"),
        ("model:", "task", "", "text-classification"),
        ("model:", "output", "result", "class scores"),
        ("model:", "modality", "", "text"),
        ("model:", "framework", "transformers", "4.8.2"),
        ("model:", "dimension", "problem_type", "single_label_classification"),
        ("model:", "dimension", "hidden_act", "gelu"),
        ("model:", "setting", "hidden_dropout_prob", 0.1),
        ("model:", "dimension", "hidden_size", 384),
        ("model:", "dimension", "layer_norm_eps", 1e-12),
        ("model:", "dimension", "max_position_embeddings", 512),
        ("model:", "input", "text", "text of up to 512 tokens"),
        ("model:", "dimension", "num_hidden_layers", 6),
        ("model:", "dimension", "torch_dtype", "float32"),
        ("model:", "dimension", "vocab_size", 30522),
        ("model:", "flag", "tie_word_embeddings", True),
        ("model:", "output", "classes", "2 classes: negative, positive"),
    ]


@pytest.mark.parametrize(
    ("folder", "text", "target", "confidence"),
    [
        ("model", "org/base", "huggingface:org/base", 0.6),
        ("my-tuned", "org/base", "huggingface:org/base", 0.8),
        ("checkpoint-500", "org/base", "huggingface:org/base", 0.6),
        ("my-tuned", "gpt2", "huggingface:gpt2", 0.6),
    ],
)
def test_the_name_that_it_was_loaded_from_hints_at_the_parent(folder, text, target, confidence):
    data = json.dumps({"model_type": "x", "_name_or_path": text}).encode()
    assert [(t.target.key, t.confidence) for t in linked(data, f"{folder}/config.json")] == [
        (target, confidence)
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m/config.json", "/home/ada/models/bert"),
        ("m/config.json", "C:\\models\\bert"),
        ("m/config.json", "./out/checkpoint-100"),
        ("m/config.json", "../bert"),
        ("m/config.json", "~/bert"),
        ("m/config.json", "output"),
        ("m/config.json", ""),
        ("base/config.json", "org/base"),
        ("hub/models--org--base/snapshots/main/config.json", "org/base"),
    ],
)
def test_paths_and_the_own_name_are_no_parent(name, text):
    assert _ties({"model_type": "x", "_name_or_path": text}, name) == []


def test_parts_of_a_model_have_names_of_their_own():
    tree = {
        "model_type": "llava",
        "text_config": {
            "model_type": "llama",
            "hidden_size": 4096,
            "rope_scaling": {"type": "linear", "factor": 2.0},
        },
        "vision_config": {"model_type": "clip", "image_size": 336, "patch_size": 14},
        "auto_map": {"AutoModel": "modeling_x.XModel"},
    }
    assert _said(tree) == [
        ("model:", "family", "", "llava"),
        ("model:", "dimension", "text_config.model_type", "llama"),
        ("model:", "modality", "", "text"),
        ("model:", "dimension", "text_config.hidden_size", 4096),
        ("model:", "dimension", "text_config.rope_scaling.type", "linear"),
        ("model:", "dimension", "text_config.rope_scaling.factor", 2.0),
        ("model:", "dimension", "vision_config.model_type", "clip"),
        ("model:", "modality", "", "image"),
        ("model:", "dimension", "vision_config.image_size", 336),
        ("model:", "dimension", "vision_config.patch_size", 14),
        ("model:", "flag", "remote_code", "modeling_x.XModel"),
    ]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (
            {"quant_method": "gptq", "bits": 4, "group_size": 128, "dataset": "c4", "desc_act": False},
            {"method": "gptq", "bits": 4, "group_size": 128, "calibration data": "c4"},
        ),
        (
            {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
            {"method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bits": 4},
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 8, "type": "float"}}},
            },
            {"method": "compressed-tensors", "group_0.weights.num_bits": 8, "group_0.weights.type": "float"},
        ),
    ],
)
def test_states_how_weights_were_quantised(tree, expected):
    found = _said({"model_type": "llama", "quantization_config": tree})
    assert {name: value for _, trait, name, value in found if trait == "quantization"} == expected


def test_quantisation_files_of_their_own_are_read_too():
    tree = {"w_bit": 4, "q_group_size": 128, "zero_point": True, "version": "GEMM"}
    assert _said(tree, "m/quant_config.json") == [
        ("model:", "quantization", "bits", 4),
        ("model:", "quantization", "group_size", 128),
        ("model:", "quantization", "zero_point", True),
        ("model:", "quantization", "version", "GEMM"),
    ]


@pytest.mark.parametrize(
    "tree",
    [
        {"port": 8080, "width": 100, "name": "web application"},
        {"compilerOptions": {"hidden_size": 3}},
        [1, 2, 3],
        "text",
        {},
        {"batch_size": 12},
    ],
)
def test_leaves_configurations_of_other_things_alone(tree):
    assert _said(tree) == []


def test_numbers_that_are_none_are_not_stated():
    data = (
        b'{"model_type": "bert", "hidden_size": NaN, "vocab_size": 1'
        + b"0" * 60
        + b', "num_layers": Infinity}'
    )
    assert said(data, "config.json") == [("model:", "family", "", "bert")]


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"a":' * 100_000,
        b"\xff\xfe{}",
        b'{"model_type": "\xe9"}' + b"x" * 80,
        b"[" + b"0," * 2_000_000,
    ],
)
def test_what_is_no_json_is_told_and_states_nothing(data):
    taken = stock(data, "m/tokenizer.json")
    assert said(data, "m/tokenizer.json") == []
    assert {c.status.value for c in taken.coverage} <= {"partial", "failed", "complete"}


def test_an_adapter_names_its_base_with_its_revision():
    tree = {
        "peft_type": "LORA",
        "base_model_name_or_path": "org/base",
        "revision": "a" * 40,
        "r": 16,
        "lora_alpha": 32,
        "lora_dropout": 0.05,
        "target_modules": ["q_proj", "v_proj"],
        "task_type": "CAUSAL_LM",
        "inference_mode": True,
        "bias": "none",
        "peft_version": "0.18.0",
        "modules_to_save": None,
    }
    assert _said(tree, "lora/adapter_config.json") == [
        ("adapter:", "family", "", "LORA"),
        ("adapter:", "framework", "peft", "0.18.0"),
        ("adapter:", "task", "", "text-generation"),
        ("adapter:", "setting", "r", 16),
        ("adapter:", "setting", "lora_alpha", 32),
        ("adapter:", "setting", "lora_dropout", 0.05),
        ("adapter:", "setting", "target_modules", "q_proj, v_proj"),
    ]
    assert _ties(tree, "lora/adapter_config.json") == [
        ("adapter:", "derived-from", "model:huggingface:org/base", "adapter", "a" * 40)
    ]


def test_a_base_in_somebodys_home_is_only_a_name():
    tree = {"peft_type": "LORA", "base_model_name_or_path": "/home/ada/models/Llama-3-8B"}
    assert _ties(tree, "lora/adapter_config.json") == [
        ("adapter:", "derived-from", "model:name:Llama-3-8B", "adapter", "")
    ]


def test_other_libraries_say_it_in_their_own_words():
    timm = {
        "architecture": "resnet50",
        "num_classes": 1000,
        "num_features": 2048,
        "pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0.5, 0.5, 0.5], "license": "apache-2.0"},
    }
    assert _said(timm) == [
        ("model:", "architecture", "", "resnet50"),
        ("model:", "framework", "timm", ""),
        ("model:", "modality", "", "image"),
        ("model:", "output", "classes", "1000 classes"),
        ("model:", "dimension", "num_features", 2048),
        ("model:", "input", "image", "image of 224 x 224 pixels, 3 channels"),
        ("model:", "preprocessing", "", "mean: 0.5, 0.5, 0.5"),
        ("model:", "license", "", "apache-2.0"),
    ]
    index = {
        "_class_name": "FluxPipeline",
        "_diffusers_version": "0.30",
        "vae": ["diffusers", "AutoencoderKL"],
    }
    assert _said(index, "m/model_index.json") == [
        ("model:", "architecture", "", "FluxPipeline"),
        ("model:", "framework", "diffusers", "0.30"),
        ("model:", "dimension", "part vae", "diffusers.AutoencoderKL"),
    ]
    shards = {"metadata": {"total_size": 10}, "weight_map": {"a": "1.safetensors", "b": "1.safetensors"}}
    assert _said(shards, "m/model.safetensors.index.json") == [
        ("model:", "dimension", "total_size", 10),
        ("model:", "dimension", "shards", 1),
        ("model:", "dimension", "tensors", 2),
    ]
    assert _said({"dim": 4096, "n_layers": 32, "vocab_size": -1}, "m/params.json") == [
        ("model:", "dimension", "dim", 4096),
        ("model:", "dimension", "n_layers", 32),
    ]


def test_a_spacy_pipeline_names_its_sources_and_scores():
    tree = {
        "lang": "en", "name": "core_web_sm", "version": "3.7.0", "spacy_version": ">=3.7.0", "license": "MIT",
        "author": "Explosion", "description": "English pipeline", "pipeline": ["tok2vec", "ner"],
        "performance": {"ents_f": 0.85, "speed": None},
        "sources": [{"name": "OntoNotes 5", "url": "https://example.org", "license": "LDC", "author": "R"}],
        "labels": {"ner": ["ORG", "PERSON"]},
    }  # fmt: skip
    found = _said(tree, "en/meta.json")
    assert [
        f for f in found if f[1] in ("name", "version", "license", "author", "metric", "output", "language")
    ] == [
        ("model:", "name", "", "en_core_web_sm"),
        ("model:", "language", "", "en"),
        ("model:", "version", "", "3.7.0"),
        ("model:", "license", "", "MIT"),
        ("model:", "author", "", "Explosion"),
        ("model:", "metric", "ents_f", 0.85),
        ("dataset:#OntoNotes 5", "name", "", "OntoNotes 5"),
        ("dataset:#OntoNotes 5", "license", "", "LDC"),
        ("dataset:#OntoNotes 5", "author", "", "R"),
        ("model:", "output", "ner", "2 labels: ORG, PERSON"),
    ]
    assert _ties(tree, "en/meta.json") == [("model:", "trained-on", "dataset:#OntoNotes 5", "", "")]
