"""Taking stock of tokenizers, processors, sentence-transformers files and run logs."""

import json
from hashlib import sha256

import pytest

from kit.graphs import length, number
from kit.stock import said, ties


def _said(tree: object, name: str) -> list[tuple[str, str, str, object]]:
    return said(json.dumps(tree).encode(), name)


TEMPLATE = "{% for m in messages %}{{ m.content }}\n{% endfor %}"


def test_a_tokenizer_configuration_says_class_limits_tokens_and_template():
    tree = {
        "tokenizer_class": "LlamaTokenizer",
        "model_max_length": 1000000000000000019884624838656,
        "bos_token": {"content": "<s>", "lstrip": False},
        "pad_token": None,
        "add_bos_token": True,
        "name_or_path": "org/base",
        "chat_template": [
            {"name": "default", "template": TEMPLATE},
            {"name": "rag", "template": "{{ docs }}"},
        ],
    }
    assert _said(tree, "m/tokenizer_config.json") == [
        ("tokenizer:", "architecture", "", "LlamaTokenizer"),
        ("tokenizer:", "flag", "add_bos_token", True),
        ("tokenizer:", "dimension", "bos_token", "<s>"),
        ("template:", "format", "", "jinja"),
        ("template:", "digest", "sha256", sha256(TEMPLATE.encode()).hexdigest()),
        ("template:", "size", "", len(TEMPLATE)),
        ("template:", "text", "", TEMPLATE),
        ("template:#rag", "format", "", "jinja"),
        ("template:#rag", "digest", "sha256", sha256(b"{{ docs }}").hexdigest()),
        ("template:#rag", "size", "", 10),
        ("template:#rag", "text", "", "{{ docs }}"),
    ]
    assert ties(json.dumps(tree).encode(), "m/tokenizer_config.json") == [
        ("model:", "contains", "tokenizer:", "", ""),
        ("tokenizer:", "derived-from", "tokenizer:huggingface:org/base", "", ""),
        ("model:", "contains", "template:", "", ""),
        ("model:", "contains", "template:#rag", "", ""),
    ]


@pytest.mark.parametrize("name", ["m/chat_template.jinja", "m/chat_template.json"])
def test_a_template_is_the_same_in_whatever_file_it_stands(name):
    data = TEMPLATE.encode() if name.endswith("jinja") else json.dumps({"chat_template": TEMPLATE}).encode()
    assert ("template:", "digest", "sha256", sha256(TEMPLATE.encode()).hexdigest()) in said(data, name)


@pytest.mark.parametrize(
    ("model", "kind", "size"),
    [
        ({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, "BPE", 4),
        ({"vocab": {"a": 0, "##b": 1}, "max_input_chars_per_word": 100}, "WordPiece", 3),
        ({"type": "Unigram", "vocab": [["a", -1.0], ["b", -2.0]], "unk_id": 0}, "Unigram", 3),
    ],
)
def test_a_tokenizer_file_counts_its_vocabulary_with_what_was_added(model, kind, size):
    tree = {"model": model, "added_tokens": [{"id": 0, "content": "a"}, {"id": 9, "content": "<new>"}]}
    found = _said(tree, "m/tokenizer.json")
    assert ("tokenizer:", "family", "", kind) in found
    assert ("tokenizer:", "dimension", "vocab_size", size) in found


def test_the_same_vocabulary_has_the_same_digest_in_other_files():
    tree = {"model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "b": 2, "a": 1}}}
    digest = ("tokenizer:", "digest", "vocabulary", sha256(b"[UNK]\na\nb").hexdigest())
    assert digest in _said(tree, "m/tokenizer.json")
    assert digest in said(b"[UNK]\na\nb\n", "m/vocab.txt")
    assert said(b"some words\nof a text\n", "m/vocab.txt") == []


def test_a_sentencepiece_model_counts_its_pieces():
    piece = length(1, length(1, "a") + b"\x15\0\0\0\0")
    data = piece * 20 + length(2, number(3, 2) + number(4, 20)) + length(3, length(1, "nmt"))
    assert said(data, "m/spiece.model") == [
        ("tokenizer:", "family", "", "SentencePiece BPE"),
        ("tokenizer:", "dimension", "vocab_size", 20),
    ]


def test_processors_say_what_goes_in():
    image = {
        "image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5], "do_normalize": False,
    }  # fmt: skip
    assert _said(image, "m/preprocessor_config.json") == [
        ("model:", "preprocessing", "", "class: ViTImageProcessor"),
        ("model:", "preprocessing", "", "do_resize: True"),
        ("model:", "preprocessing", "", "image_mean: 0.5, 0.5, 0.5"),
        ("model:", "preprocessing", "", "size: 224 x 224 pixels"),
        ("model:", "input", "image", "image of 224 x 224 pixels"),
        ("model:", "modality", "", "image"),
    ]
    audio = {"feature_extractor_type": "WhisperFeatureExtractor", "sampling_rate": 16000, "n_fft": 400}
    assert _said(audio, "m/preprocessor_config.json") == [
        ("model:", "preprocessing", "", "class: WhisperFeatureExtractor"),
        ("model:", "preprocessing", "", "n_fft: 400"),
        ("model:", "input", "audio", "sound of 16000 samples a second"),
        ("model:", "modality", "", "audio"),
    ]


def test_generation_settings_are_named_so():
    tree = {"temperature": 0.6, "do_sample": True, "eos_token_id": [1, 2], "transformers_version": "5.1"}
    assert _said(tree, "m/generation_config.json") == [
        ("model:", "setting", "generation.temperature", 0.6),
        ("model:", "setting", "generation.do_sample", True),
        ("model:", "setting", "generation.eos_token_id", "1, 2"),
        ("model:", "framework", "transformers", "5.1"),
    ]


def test_sentence_transformers_say_stages_lengths_versions_and_prompts():
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    assert _said(modules, "m/modules.json") == [
        ("model:", "framework", "sentence-transformers", ""),
        ("model:", "task", "", "sentence-similarity"),
        ("model:", "dimension", "stage 0", "Transformer"),
    ]
    pooling = {
        "word_embedding_dimension": 384,
        "pooling_mode_mean_tokens": True,
        "pooling_mode_cls_token": False,
    }
    assert _said(pooling, "m/1_Pooling/config.json") == [
        ("model:", "dimension", "embedding_dimension", 384),
        ("model:", "output", "embedding", "vector of 384 numbers"),
        ("model:", "dimension", "pooling", "mean"),
    ]
    assert _said({"max_seq_length": 256, "do_lower_case": False}, "m/sentence_bert_config.json") == [
        ("model:", "dimension", "max_seq_length", 256),
        ("model:", "input", "text", "text of up to 256 tokens"),
        ("model:", "flag", "do_lower_case", False),
    ]
    config = {
        "__version__": {"pytorch": "2.1"},
        "similarity_fn_name": "cosine",
        "prompts": {"query": "Find: ", "d": ""},
    }
    assert _said(config, "m/config_sentence_transformers.json") == [
        ("model:", "framework", "pytorch", "2.1"),
        ("model:", "dimension", "similarity_function", "cosine"),
        ("prompt:#query", "text", "", "Find:"),
    ]


def test_the_files_of_the_training_data_are_splits_of_one_mixture_with_rows_and_weight():
    tree = [
        {"name": "a/b.jsonl.gz", "lines": 10, "weight": 2},
        {"name": "/home/ada/x.jsonl", "lines": 3},
        {"lines": 4},
        7,
        {"name": "c.jsonl", "lines": "many"},
        {"name": "d.jsonl", "lines": 5},
    ]
    assert _said(tree, "m/data_config.json") == [
        ("dataset:#training-data", "split", "a/b.jsonl.gz", 10),
        ("dataset:#training-data", "split", "d.jsonl", 5),
        ("dataset:#training-data", "name", "", "training mixture"),
        ("dataset:#training-data", "rows", "", 15),
    ]


def test_the_state_of_a_trainer_is_summed_up():
    tree = {
        "global_step": 300, "epoch": 3.0, "total_flos": 1.5e15, "train_batch_size": 16, "best_metric": 0.91,
        "best_model_checkpoint": "/home/ada/out/checkpoint-200",
        "log_history": [
            {"loss": 0.9, "step": 100}, {"loss": 0.2, "step": 200}, {"eval_loss": 0.5, "eval_runtime": 2.0},
            {"loss": 0.3, "step": 300}, {"eval_loss": 0.4, "eval_accuracy": 0.91, "eval_runtime": 2.0},
            {"train_runtime": 60.0, "train_loss": 0.46}, {"loss": float("nan")},
        ],
    }  # fmt: skip
    assert _said(tree, "m/trainer_state.json") == [
        ("run:", "steps", "", 300),
        ("run:", "setting", "epochs_done", 3.0),
        ("run:", "setting", "train_batch_size", 16),
        ("run:", "compute", "", 1.5e15),
        ("run:", "setting", "best_metric", 0.91),
        ("run:", "setting", "best_checkpoint", "checkpoint-200"),
        ("run:", "setting", "final_loss", 0.3),
        ("run:", "setting", "least_loss", 0.2),
        ("model:", "metric", "loss", 0.4),
        ("model:", "metric", "accuracy", 0.91),
        ("run:", "duration", "", 60.0),
        ("run:", "setting", "train_loss", 0.46),
    ]


def test_results_are_metrics_of_their_split():
    tree = {
        "epoch": 3.0,
        "eval_f1": 0.8,
        "test_f1": 0.7,
        "eval_samples_per_second": 9.0,
        "train_runtime": 5.5,
        "f1": True,
    }
    assert _said(tree, "m/all_results.json") == [
        ("run:", "setting", "epochs_done", 3.0),
        ("model:", "metric", "f1", 0.8),
        ("model:", "metric", "f1", 0.7),
        ("run:", "duration", "", 5.5),
    ]


def test_emissions_are_those_of_the_newest_run():
    head = (
        "timestamp,duration,emissions,energy_consumed,country_name,region,codecarbon_version,"
        "gpu_count,gpu_model"
    )
    data = (
        f"{head}\nt,1,0.5,1.5,Chile,,3.0,1,A\nt,120.5,0.25,0.75,France,Bretagne,3.0,2,NVIDIA H100\n".encode()
    )
    assert said(data, "m/emissions.csv") == [
        ("run:", "energy", "", 0.75),
        ("run:", "emissions", "", 0.25),
        ("run:", "duration", "", 120.5),
        ("run:", "region", "", "Bretagne, France"),
        ("run:", "framework", "codecarbon", "3.0"),
        ("hardware:name:NVIDIA H100", "name", "", "NVIDIA H100"),
        ("hardware:name:NVIDIA H100", "dimension", "count", 2),
    ]
    assert said(b"country,emissions\n", "m/emissions.csv") == []
