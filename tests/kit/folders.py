"""Folders as people publish and leave them: each is a name with its files."""

import json

from kit.weights import Gguf, entry, safetensors

SIZES = {"F32": 4, "F16": 2, "BF16": 2, "I32": 4, "I8": 1, "U8": 1}
COMMIT = "0123456789abcdef0123456789abcdef01234567"
Files = dict[str, bytes | str]


def weights(tensors: dict[str, tuple[str, list[int]]], metadata: dict[str, str] | None = None) -> bytes:
    """A safetensors file with tensors of these types and shapes."""
    header: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    at = 0
    for name, (dtype, shape) in tensors.items():
        count = 1
        for size in shape:
            count *= size
        header[name] = entry(dtype, shape, at, at + count * SIZES[dtype])
        at += count * SIZES[dtype]
    return safetensors(header, b"\1" * at)


def gguf(scheme: int, kind: int) -> bytes:
    """A GGUF file of 1,280 parameters in one quantisation."""
    made = Gguf().pair("general.architecture", "llama").pair("general.name", "Tiny Chat")
    made.pair("general.file_type", scheme).pair("llama.context_length", 4096)
    made.tensor("token_embd.weight", [256, 4], kind).tensor("output_norm.weight", [256], 0, 4096)
    return made.build(b"\1" * 4096 + b"\2" * 1024)


def text(tree: object) -> str:
    """A tree as JSON."""
    return json.dumps(tree, indent=1)


BERT: dict[str, object] = {
    "architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_size": 8,
    "num_hidden_layers": 2, "max_position_embeddings": 64, "transformers_version": "4.44.0",
}  # fmt: skip
ONE = weights({"w": ("F32", [8, 8])}, {"format": "pt"})
CARD = """---
license: apache-2.0
base_model: google-bert/bert-base-uncased
base_model_relation: finetune
datasets:
- stanfordnlp/sst2
language: en
pipeline_tag: text-classification
model-index:
- name: tiny-sst
  results:
  - task: {type: text-classification}
    dataset: {name: SST-2, type: stanfordnlp/sst2, split: validation}
    metrics:
    - {type: accuracy, value: 0.91}
---
# Tiny SST

A small classifier of sentiment in reviews of films.

## Intended uses

It sorts short English reviews into good and bad.

## Limitations

It was never tried on texts in other languages.
"""


def fine_tune() -> Files:
    """A fine-tuned classifier with its card and tokenizer."""
    return {
        "README.md": CARD,
        "config.json": text(BERT),
        "model.safetensors": ONE,
        "tokenizer_config.json": text({"tokenizer_class": "BertTokenizer", "model_max_length": 64}),
    }


def _state(step: int) -> str:
    log = [{"loss": 0.5, "step": step}, {"eval_loss": 0.4, "eval_accuracy": 0.9, "step": step}]
    return text({"global_step": step, "epoch": step / 50, "max_steps": 100, "log_history": log})


def trainer() -> Files:
    """What a trainer leaves: the model, two checkpoints, the state of each."""
    files = {**fine_tune(), "trainer_state.json": _state(100)}
    for step in (50, 100):
        folder = f"checkpoint-{step}"
        files[f"{folder}/config.json"] = text(BERT)
        files[f"{folder}/model.safetensors"] = weights({"w": ("F32", [8, 8]), "step": ("F32", [step])})
        files[f"{folder}/optimizer.safetensors"] = weights({"exp_avg": ("F32", [900])})
        files[f"{folder}/trainer_state.json"] = _state(step)
    return files


def quantised() -> Files:
    """One model in three quantisations, with the card of who made them."""
    card = "---\nbase_model: acme/Tiny-Chat\nbase_model_relation: quantized\nlicense: mit\n---\n# Tiny Chat\n"
    return {
        "README.md": card,
        "tiny.Q2_K.gguf": gguf(10, 10),
        "tiny.Q8_0.gguf": gguf(7, 8),
        "tiny.f16.gguf": gguf(1, 1),
    }


def pipeline() -> Files:
    """A pipeline of diffusers: stages with weights, and two without."""
    index = {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0",
        "unet": ["diffusers", "UNet2DConditionModel"], "scheduler": ["diffusers", "DDIMScheduler"],
    }  # fmt: skip
    return {
        "README.md": "---\nlicense: mit\n---\n# Tiny Diffusion\n",
        "model_index.json": text(index),
        "unet/config.json": text({"_class_name": "UNet2DConditionModel", "in_channels": 4}),
        "unet/diffusion_pytorch_model.safetensors": weights({"conv": ("F16", [4, 4])}),
        "scheduler/scheduler_config.json": text(
            {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000}
        ),
        "tokenizer/tokenizer_config.json": text({"tokenizer_class": "CLIPTokenizer"}),
    }


def sentences() -> Files:
    """An embedder: stages in folders, the last of which decides the size of what comes out."""
    stages = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(
            (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"))
        )
    ]
    mixture = [
        {"name": "reddit/2015.jsonl.gz", "lines": 700, "weight": 3},
        {"name": "s2orc.jsonl.gz", "lines": 300, "weight": 1},
    ]
    return {
        "README.md": "---\nlicense: apache-2.0\n---\n# Tiny Embedder\n",
        "modules.json": text(stages),
        "config.json": text({**BERT, "architectures": ["BertModel"]}),
        "model.safetensors": ONE,
        "sentence_bert_config.json": text({"max_seq_length": 32}),
        "1_Pooling/config.json": text({"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True}),
        "2_Dense/config.json": text({"in_features": 8, "out_features": 4}),
        "2_Dense/model.safetensors": weights({"linear.weight": ("F32", [4, 8])}),
        "data_config.json": text(mixture),
    }


def adapter() -> Files:
    """An adapter whose base is pinned."""
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "acme/Base", "r": 8,
        "revision": COMMIT, "target_modules": ["q_proj"],
    }  # fmt: skip
    return {
        "adapter_config.json": text(config),
        "adapter_model.safetensors": weights({"lora_A": ("F32", [8, 4])}),
    }


def merge() -> Files:
    """Two models merged by a plan."""
    plan = (
        "merge_method: slerp\nbase_model: acme/A\ndtype: bfloat16\nmodels:\n"
        "- model: acme/A\n- model: acme/B\n"
    )
    return {"mergekit_config.yml": plan, "config.json": text(BERT), "model.safetensors": ONE}


def cache() -> Files:
    """A hub cache: the contents below ``blobs`` are those of the snapshot."""
    home = "models--acme--tiny-bert"
    files: Files = {f"{home}/refs/main": COMMIT}
    for name, data in (("config.json", text(BERT)), ("model.safetensors", ONE)):
        files[f"{home}/snapshots/{COMMIT}/{name}"] = data
        files[f"{home}/blobs/{name.encode().hex()}"] = data
    return files


def dataset() -> Files:
    """A dataset with its card and two splits."""
    front = "license: cc-by-4.0\npretty_name: Tiny Reviews\nlanguage: en\n"
    card = f"---\n{front}task_categories:\n- text-classification\n---\n"
    return {
        "README.md": card,
        "data/train.csv": "text,label\na,1\nb,0\n",
        "data/test.csv": "text,label\nc,1\n",
    }


def project() -> Files:
    """A repository with an application, two models, data of two kinds."""
    return {
        "pyproject.toml": '[project]\nname = "churn"\ndependencies = ["transformers==4.44.0"]\n',
        "app/main.py": "from transformers import pipeline\n"
        "clf = pipeline('text-classification', model='models/sst')\n",
        "data/reviews/README.md": "---\nlicense: cc-by-sa-4.0\n---\n# Reviews\n",
        "data/reviews/reviews.csv": "a,b\n1,2\n",
        "docs/README.md": "---\nlicense: gpl-3.0\n---\n# How to\n",
        **{f"models/sst/{name}": data for name, data in fine_tune().items()},
        **{f"models/adapter/{name}": data for name, data in adapter().items()},
    }


def runs() -> Files:
    """Runs that MLflow and Lightning recorded, the first with its model."""
    run = "mlruns/1/9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    return {
        f"{run}/meta.yaml": "run_id: 9f8e7d6c5b4a39281706f5e4d3c2b1a0\nrun_name: bold-fox\nstatus: 3\n"
        "experiment_id: '1'\nlifecycle_stage: active\nartifact_uri: mlruns/1/x/artifacts\nuser_id: ada\n"
        "start_time: 1714550000000\nend_time: 1714550300000\n",
        f"{run}/params/learning_rate": "0.5",
        f"{run}/metrics/accuracy": "1714550200000 0.93 0\n",
        f"{run}/artifacts/model/MLmodel": "flavors:\n  sklearn:\n    sklearn_version: 1.5.1\n"
        "run_id: 9f8e7d6c5b4a39281706f5e4d3c2b1a0\nmlflow_version: 2.16.0\n",
        f"{run}/artifacts/model/model.pkl": b"\x80\x04}.",
        "lightning_logs/version_0/hparams.yaml": "lr: 0.001\nbatch_size: 32\n",
        "lightning_logs/version_0/metrics.csv": "epoch,step,train_loss\n0,9,0.9\n",
    }


FOLDERS = {
    "fine-tune": fine_tune, "trainer": trainer, "quantised": quantised, "pipeline": pipeline,
    "sentences": sentences, "adapter": adapter, "merge": merge, "cache": cache, "dataset": dataset,
    "project": project, "runs": runs,
}  # fmt: skip
