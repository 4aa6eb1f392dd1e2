"""Taking stock of GGUF keys."""

import struct
from hashlib import sha256

from kit.stock import said, stated, ties
from kit.weights import Gguf

TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}"


def _number(value: float, kind: int, code: str) -> tuple[bytes, int]:
    return struct.pack("<" + code, value), kind


def _file() -> bytes:
    made = Gguf().pair("general.architecture", "llama").pair("general.name", "Tiny Chat")
    made.pair("general.author", "TODO").pair("general.license", "apache-2.0")
    made.pair("general.organization", "Acme").pair("general.quantized_by", "Ada")
    made.pair("general.file_type", 15).pair("general.quantization_version", 2)
    made.pair("general.repo_url", "https://huggingface.co/acme/tiny-chat-gguf")
    made.pair("general.finetune", "Chat")
    made.pair("general.base_model.count", 2)
    made.pair("general.base_model.0.name", "Tiny Base").pair("general.base_model.0.organization", "Acme")
    made.pair("general.base_model.0.repo_url", "https://huggingface.co/acme/tiny-base")
    made.pair("general.base_model.1.name", "Other One")
    made.pair("general.dataset.count", 1)
    made.pair("general.dataset.0.name", "Wiki")
    made.pair("general.dataset.0.repo_url", "https://huggingface.co/datasets/acme/wiki")
    made.pair("general.tags", ["chat", "tiny"]).pair("general.languages", ["en", "de"])
    made.pair("general.sampling.temp", *_number(0.5, 6, "f"))
    made.pair("llama.context_length", 4096).pair("llama.block_count", 2)
    made.pair("llama.rope.freq_base", *_number(10000.0, 6, "f"))
    made.pair("tokenizer.ggml.model", "gpt2").pair("tokenizer.ggml.tokens", ["a", "b", "c"])
    made.pair("tokenizer.ggml.add_bos_token", *_number(1, 7, "B"))
    made.pair("tokenizer.chat_template", TEMPLATE)
    made.pair("tokenizer.chat_template.tool_use", "{{ tools }}")
    made.tensor("blk.0.attn_q.weight", [256, 2], 12).tensor("output_norm.weight", [32], 0, 288)
    return made.build(bytes(288 + 128))


def test_states_what_the_keys_declare_of_the_model():
    assert [f for f in said(_file(), "m-q4.gguf") if f[0] == "model:"] == [
        ("model:", "format", "", "gguf v3"),
        ("model:", "parameters", "", 544),
        ("model:", "elements", "Q4_K", 512),
        ("model:", "elements", "F32", 32),
        ("model:", "quantization", "dominant type", "Q4_K"),
        ("model:", "name", "", "Tiny Chat"),
        ("model:", "producer", "", "Acme"),
        ("model:", "license", "", "apache-2.0"),
        ("model:", "family", "", "llama"),
        ("model:", "tag", "", "Chat"),
        ("model:", "link", "vcs", "https://huggingface.co/acme/tiny-chat-gguf"),
        ("model:", "tag", "", "chat"),
        ("model:", "tag", "", "tiny"),
        ("model:", "language", "", "en"),
        ("model:", "language", "", "de"),
        ("model:", "quantization", "scheme", "Q4_K_M"),
        ("model:", "quantization", "version", 2),
        ("model:", "quantization", "by", "Ada"),
        ("model:", "setting", "sampling.temp", 0.5),
        ("model:", "dimension", "context_length", 4096),
        ("model:", "input", "text", "text of up to 4096 tokens"),
        ("model:", "dimension", "block_count", 2),
        ("model:", "dimension", "rope.freq_base", 10000.0),
    ]


def test_states_parents_data_tokenizer_and_templates():
    assert ties(_file(), "m.gguf") == [
        ("model:", "derived-from", "model:huggingface:acme/tiny-base", "finetune", ""),
        ("model:", "derived-from", "model:name:Other One", "finetune", ""),
        ("model:", "trained-on", "dataset:huggingface:acme/wiki", "", ""),
        ("model:", "contains", "tokenizer:", "", ""),
        ("model:", "contains", "template:", "", ""),
        ("model:", "contains", "template:#tool_use", "", ""),
    ]
    found = said(_file(), "m.gguf")
    assert ("template:", "digest", "sha256", sha256(TEMPLATE.encode()).hexdigest()) in found
    assert ("template:", "text", "", TEMPLATE) in found
    assert [f for f in found if f[0] == "tokenizer:"] == [
        ("tokenizer:", "family", "", "BPE"),
        ("tokenizer:", "dimension", "vocab_size", 3),
        ("tokenizer:", "digest", "vocabulary", sha256(b"a\nb\nc").hexdigest()),
        ("tokenizer:", "flag", "add_bos_token", True),
    ]


def test_places_are_the_bytes_of_the_values():
    data = _file()
    (name,) = [f for f in stated(data, "m.gguf") if f.trait == "name" and f.part.key == ""]
    where = name.place.where
    assert data[where.offset : where.offset + where.length] == b"Tiny Chat"


def test_an_adapter_is_no_model():
    made = Gguf().pair("general.type", "adapter").pair("adapter.type", "lora")
    made.pair("general.architecture", "llama").tensor("blk.0.attn_q.weight.lora_a", [32, 4])
    found = said(made.build(bytes(512)), "a.gguf")
    assert ("adapter:", "parameters", "", 128) in found
    assert ("adapter:", "setting", "adapter.type", "lora") in found


def test_a_head_that_breaks_counts_nothing():
    data = Gguf().pair("general.name", "x").tensor("a", [2**40, 2**40]).build()
    assert [f for f in said(data, "a.gguf") if f[1] in ("parameters", "elements")] == []
