"""What sentences say of training, and out of which model another was made."""

import pytest

from backstamp.core.placeholders import is_placeholder
from backstamp.formats.hyperparameters import canonical, value_of
from backstamp.formats.lineage import Origin, hub_dataset, hub_model, origins_in
from backstamp.formats.prose import Device, devices_in, number_of, seconds_in, settings_in

SETTINGS = {
    "We trained during 100k steps using a batch size of 1024 (128 per core).": {
        "batch_size": 1024,
        "max_steps": 100000,
    },
    "We use a learning rate warm up of 500.": {"warmup_steps": 500},
    "The sequence length was limited to 128 tokens.": {"max_seq_length": 128},
    "We used the AdamW optimizer with a 2e-5 learning rate.": {"learning_rate": 2e-05, "optimizer": "AdamW"},
    "Learning rate: 3 x 10^-4, a cosine schedule, 3% warmup, weight decay of 0.1.": {
        "learning_rate": 0.0003,
        "warmup_ratio": 0.03,
        "weight_decay": 0.1,
        "lr_scheduler_type": "cosine",
    },
    "a global batch size of 2,048 and 2,000 warmup steps on 64 GPUs": {
        "total_train_batch_size": 2048,
        "warmup_steps": 2000,
    },
    "per-device batch size 8, eval batch size 16": {"per_device_train_batch_size": 8},
    "trained for one epoch with seed 42 in bf16": {"num_train_epochs": 1, "seed": 42, "precision": "bf16"},
    "LoRA with rank 16 and alpha 32, dropout 0.05": {"dropout": 0.05, "lora_r": 16, "lora_alpha": 32},
    "1.5M steps took long": {},
    "The learning rate is 5": {},
    "Version 2.0 of the batch, size does not matter, 30 epochs of history": {"num_train_epochs": 30},
}


@pytest.mark.parametrize("sentence", SETTINGS)
def test_reads_settings(sentence):
    assert {found.name: found.value for found in settings_in(sentence)} == SETTINGS[sentence]


DEVICES = {
    "7 TPUs v3-8": [Device("TPU v3-8", 7)],
    "a TPU v3-8.": [Device("TPU v3-8", 1)],
    "8x A100 80GB and one NVIDIA T4": [Device("A100 80GB", 8), Device("T4", 1)],
    "four H100-SXM5 GPUs": [Device("H100", 4)],
    "RTX 4090": [Device("RTX 4090", 0)],
    "flan-T5, L4 of section A100x, mT4": [],
}


@pytest.mark.parametrize("sentence", DEVICES)
def test_reads_hardware(sentence):
    assert list(devices_in(sentence)) == DEVICES[sentence]


NUMBERS = {
    "1,170,060,424": 1170060424,
    "100k": 100000,
    "2e-5": 2e-05,
    "1.5M": 1500000,
    "3 x 10^-4": 0.0003,
    "0,88": 0.88,
    "12,34,56": None,
    "-1.5": -1.5,
    "nan": None,
    "1e999": None,
    "": None,
    "9" * 50: None,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_reads_numbers(text):
    assert number_of(text) == NUMBERS[text]


def test_reads_durations():
    assert seconds_in("trained for 72 hours") == 259200.0
    assert seconds_in("it took about 1.5 days") == 129600.0
    assert seconds_in("in 2024 we trained") is None


HUB = "https://huggingface.co/"
ORIGINS = {
    f"We used the pretrained [`lab/mini`]({HUB}lab/mini) model and fine-tuned it.": [
        Origin("lab/mini", "finetune")
    ],
    f"a fine-tuned version of [gpt2]({HUB}gpt2) on [squad]({HUB}datasets/squad)": [
        Origin("gpt2", "finetune")
    ],
    f"a fine-tuned version of [/tmp/x]({HUB}/tmp/x)": [],
    f"These are LoRA adaption weights for [lab/xl]({HUB}lab/xl).": [Origin("lab/xl", "adapter")],
    f"GGUF quantization of {HUB}lab/seven/tree/main": [Origin("lab/seven", "quantized")],
    f"distilled from [big]({HUB}lab/big)": [Origin("lab/big", "distilled")],
    f"It outperforms [other]({HUB}lab/other), compared with [more]({HUB}lab/more).": [],
    f"fine-tuned with the help of [docs]({HUB}docs/transformers)": [],
    "fine-tuned from `lab/small`": [Origin("lab/small", "finetune")],
    f"Eine feinabgestimmte Version von [lab/de]({HUB}lab/de)": [Origin("lab/de", "finetune")],
    f"A converted ONNX version of [lab/c]({HUB}lab/c)": [Origin("lab/c", "converted")],
}


@pytest.mark.parametrize("text", ORIGINS)
def test_reads_out_of_what_a_model_was_made(text):
    assert list(origins_in(text)) == ORIGINS[text]


def test_knows_addresses_of_the_hub():
    assert [
        hub_model(HUB + path) for path in ("a/b", "a/b/blob/main/x", "gpt2", "spaces/a/b", "", "blog/x")
    ] == [
        "a/b",
        "a/b",
        "gpt2",
        "",
        "",
        "",
    ]
    assert [hub_dataset(HUB + path) for path in ("datasets/a/b", "datasets/squad/viewer", "a/b")] == [
        "a/b",
        "squad",
        "",
    ]


def test_gives_settings_one_name():
    names = ("LR", "micro_batch_size", "Number of epochs", "max seq length", "custom-thing")
    assert [canonical(name) for name in names] == [
        "learning_rate",
        "per_device_train_batch_size",
        "num_train_epochs",
        "max_seq_length",
        "custom_thing",
    ]
    assert [value_of(text) for text in ("True", "`3e-4`", "None", "cosine", "")] == [
        True,
        0.0003,
        None,
        "cosine",
        None,
    ]


def test_knows_placeholders():
    said_nothing = (
        "",
        "TODO",
        "[More Information Needed]",
        "n/a",
        " - ",
        "your-name",
        "{{ name }}",
        "<insert here>",
        "N.A.",
    )
    assert [text for text in said_nothing if not is_placeholder(text)] == []
    said_something = ("MIT", "no", "en", "GPT", "None of the data is private.", "0", "a to-do list maker")
    assert [text for text in said_something if is_placeholder(text)] == []
