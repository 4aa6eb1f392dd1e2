"""What configurations of training tools intend."""

import json

import pytest

from kit.stock import said, stated, stock, ties

RUN = "run:"
AXOLOTL = b"""base_model: org/base-8b
revision_of_model: 0123456789abcdef0123456789abcdef01234567
load_in_4bit: true
load_in_8bit: false
datasets:
  - path: org/chats
    type: chat_template
    split: train[:90%]
    revision: v1.1
  - path: json
    data_files: data/ours.jsonl
    type: alpaca
  - path: /mnt/disk/secret.jsonl
test_datasets:
  - path: org/exam
    split: test
output_dir: ./outputs/qlora
hub_model_id: org/tuned-8b
sequence_len: 4096
adapter: qlora
lora_r: 32
lora_target_modules: [q_proj, v_proj]
wandb_entity: somebody
micro_batch_size: 2
num_epochs: 1.5
optimizer: paged_adamw_8bit
learning_rate: 2e-4
bf16: auto
seed: 42
"""
MADE, PLACE = "model:huggingface:org/tuned-8b", "model:path:outputs/qlora"
BASE = "model:huggingface:org/base-8b"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_states_what_axolotl_is_told():
    assert said(AXOLOTL, "configs/qlora.yml") == [
        (RUN, "framework", "axolotl", ""),
        (RUN, "setting", "load_in_4bit", True),
        (RUN, "setting", "max_seq_length", 4096),
        (RUN, "setting", "adapter", "qlora"),
        (RUN, "setting", "lora_r", 32),
        (RUN, "setting", "lora_target_modules", "q_proj, v_proj"),
        (RUN, "setting", "per_device_train_batch_size", 2),
        (RUN, "setting", "num_train_epochs", 1.5),
        (RUN, "setting", "optimizer", "paged_adamw_8bit"),
        (RUN, "setting", "learning_rate", 0.0002),
        (RUN, "seed", "", 42),
    ]
    assert ties(AXOLOTL, "configs/qlora.yml") == [
        ("model:", "made-by", RUN, "", ""),
        (MADE, "made-by", RUN, "", ""),
        (PLACE, "made-by", RUN, "", ""),
        (RUN, "consumed", BASE, "", COMMIT),
        (MADE, "derived-from", BASE, "adapter", COMMIT),
        (PLACE, "derived-from", BASE, "adapter", COMMIT),
        (RUN, "consumed", "dataset:huggingface:org/chats", "train[:90%]", "v1.1"),
        (MADE, "trained-on", "dataset:huggingface:org/chats", "", "v1.1"),
        (PLACE, "trained-on", "dataset:huggingface:org/chats", "", "v1.1"),
        (RUN, "consumed", "dataset:path:data/ours.jsonl", "", ""),
        (MADE, "trained-on", "dataset:path:data/ours.jsonl", "", ""),
        (PLACE, "trained-on", "dataset:path:data/ours.jsonl", "", ""),
        (RUN, "consumed", "dataset:huggingface:org/exam", "test", ""),
        (MADE, "tested-on", "dataset:huggingface:org/exam", "", ""),
        (PLACE, "tested-on", "dataset:huggingface:org/exam", "", ""),
    ]


def test_settings_are_intended_and_stand_on_their_lines():
    found = [f for f in stated(AXOLOTL, "a.yaml") if f.name in ("lora_r", "learning_rate")]
    assert [(f.name, f.scope, f.place.where.line, f.method, f.confidence) for f in found] == [
        ("lora_r", "intended", 21, "declared", 0.9),
        ("learning_rate", "intended", 27, "declared", 0.9),
    ]


CASES = {
    "llama-factory": (
        (
            b"### model\nmodel_name_or_path: org/base\n### method\nstage: sft\nfinetuning_type: lora\n"
            b"lora_target: all\n"
            b"dataset: identity,alpaca_demo\ntemplate: llama3\ncutoff_len: 2048\nlearning_rate: 1.0e-4\n"
            b"num_train_epochs: 3.0\n"
        ),
        [
            (RUN, "framework", "llama-factory", ""),
            (RUN, "setting", "stage", "sft"),
            (RUN, "setting", "finetuning_type", "lora"),
            (RUN, "setting", "lora_target_modules", "all"),
            (RUN, "setting", "template", "llama3"),
            (RUN, "setting", "max_seq_length", 2048),
            (RUN, "setting", "learning_rate", 0.0001),
            (RUN, "setting", "num_train_epochs", 3.0),
        ],
        [
            ("model:", "made-by", RUN, "", ""),
            (RUN, "consumed", "model:huggingface:org/base", "", ""),
            (RUN, "consumed", "dataset:name:identity", "", ""),
            (RUN, "consumed", "dataset:name:alpaca_demo", "", ""),
        ],
    ),
    "trl": (
        (
            b"model_name_or_path: org/base\nmodel_revision: main\ndataset_name: org/pairs\n"
            b"dataset_train_split: train_prefs\n"
            b"learning_rate: 5.0e-7\nbeta: 0.1\nuse_peft: false\n"
        ),
        [
            (RUN, "framework", "trl", ""),
            (RUN, "setting", "learning_rate", 5e-07),
            (RUN, "setting", "beta", 0.1),
        ],
        [
            ("model:", "made-by", RUN, "", ""),
            (RUN, "consumed", "model:huggingface:org/base", "", "main"),
            (RUN, "consumed", "dataset:huggingface:org/pairs", "train_prefs", ""),
        ],
    ),
    "torchtune": (
        (
            b"model:\n  _component_: torchtune.models.llama3_1.lora_llama3_1_8b\n  lora_rank: 8\n"
            b"  lora_alpha: 16\n"
            b"dataset:\n  _component_: torchtune.datasets.alpaca_cleaned_dataset\nseed: null\nbatch_size: 2\n"
            b"optimizer:\n  _component_: torch.optim.AdamW\n  lr: 3e-4\n  weight_decay: 0.01\n"
            b"epochs: 1\ndtype: bf16\n"
            b"checkpointer:\n  checkpoint_dir: /tmp/base/\n"
        ),
        [
            (RUN, "framework", "torchtune", ""),
            (RUN, "setting", "lora_r", 8),
            (RUN, "setting", "lora_alpha", 16),
            (RUN, "setting", "batch_size", 2),
            (RUN, "setting", "optimizer", "AdamW"),
            (RUN, "setting", "learning_rate", 0.0003),
            (RUN, "setting", "weight_decay", 0.01),
            (RUN, "setting", "num_train_epochs", 1),
            (RUN, "setting", "dtype", "bf16"),
        ],
        [
            ("model:", "made-by", RUN, "", ""),
            (RUN, "consumed", "dataset:name:alpaca_cleaned_dataset", "", ""),
        ],
    ),
    "mergekit": (
        (
            b"slices:\n  - sources:\n      - model: org/a\n        layer_range: [0, 32]\n"
            b"      - model: org/b+org/b-lora\n"
            b"        layer_range: [0, 32]\nmerge_method: slerp\nbase_model: org/a\nparameters:\n"
            b"  t: 0.5\ndtype: bfloat16\n"
        ),
        [
            (RUN, "framework", "mergekit", ""),
            (RUN, "setting", "merge_method", "slerp"),
            (RUN, "setting", "dtype", "bfloat16"),
        ],
        [
            ("model:", "made-by", RUN, "", ""),
            (RUN, "consumed", "model:huggingface:org/a", "", ""),
            ("model:", "derived-from", "model:huggingface:org/a", "merge", ""),
            (RUN, "consumed", "model:huggingface:org/b", "", ""),
            ("model:", "derived-from", "model:huggingface:org/b", "merge", ""),
            (RUN, "consumed", "model:huggingface:org/b-lora", "", ""),
            ("model:", "derived-from", "model:huggingface:org/b-lora", "merge", ""),
        ],
    ),
    "accelerate": (
        (
            b"compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nmixed_precision: bf16\n"
            b"num_processes: 8\n"
        ),
        [
            (RUN, "framework", "accelerate", ""),
            (RUN, "setting", "distributed_type", "FSDP"),
            (RUN, "setting", "precision", "bf16"),
            (RUN, "setting", "num_processes", 8),
        ],
        [],
    ),
    "nanotron": (
        (
            b"general: {seed: 42}\nparallelism: {dp: 2, tp: 4, pp: 1}\n"
            b"tokens: {sequence_length: 8192, train_steps: 500000,"
            b" micro_batch_size: 4}\n"
            b"optimizer: {weight_decay: 0.1, learning_rate_scheduler: {learning_rate: 3.0e-4}}\n"
            b"data_stages:\n- data:\n    dataset:\n      hf_dataset_or_datasets: org/web\n"
        ),
        [
            (RUN, "seed", "", 42),
            (RUN, "setting", "dp", 2),
            (RUN, "setting", "tp", 4),
            (RUN, "setting", "pp", 1),
            (RUN, "setting", "max_seq_length", 8192),
            (RUN, "setting", "max_steps", 500000),
            (RUN, "setting", "per_device_train_batch_size", 4),
            (RUN, "setting", "weight_decay", 0.1),
            (RUN, "setting", "learning_rate", 0.0003),
        ],
        [
            ("model:", "made-by", RUN, "", ""),
            (RUN, "consumed", "dataset:huggingface:org/web", "", ""),
        ],
    ),
}


@pytest.mark.parametrize("tool", CASES)
def test_states_what_a_tool_is_told(tool):
    text, expected, linked = CASES[tool]
    assert said(text, "train.yaml") == expected
    assert ties(text, "train.yaml") == linked


def test_reads_deepspeed_and_leaves_what_is_decided_later():
    tree = {
        "bf16": {"enabled": True},
        "fp16": {"enabled": False},
        "zero_optimization": {"stage": 3, "overlap_comm": True},
        "optimizer": {"type": "AdamW", "params": {"lr": "auto"}},
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_clipping": 1.0,
    }
    assert said(json.dumps(tree, indent="\t").encode(), "ds_config.json") == [
        (RUN, "framework", "deepspeed", ""),
        (RUN, "setting", "bf16", True),
        (RUN, "setting", "zero_stage", 3),
        (RUN, "setting", "optimizer", "AdamW"),
        (RUN, "setting", "max_grad_norm", 1.0),
    ]


LOOKALIKES = {
    "a chart's values": b"base_model: x\nreplicaCount: 1\n",
    "a pipeline of tests": b"trainer: true\njobs:\n  build:\n    runs-on: ubuntu\n",
    "a template": b"{{- if .Values.base_model }}\na: {{ b }}\n",
    "an application that serves a model": b"model_name_or_path: org/base\nport: 8000\n",
    "an empty file": b"",
}


@pytest.mark.parametrize("name", LOOKALIKES)
def test_leaves_what_only_looks_alike_alone(name):
    examined = stock(LOOKALIKES[name], "values.yaml")
    assert [f for f in examined.facts if hasattr(f, "part")] == []
    assert [c.reason for c in examined.coverage] == [""]
