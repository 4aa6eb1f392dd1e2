"""A training project: notebooks, trainer YAML of several frameworks, adapters, evaluation."""

# files of an application

import json


def _notebook(*cells: str | tuple[str]) -> str:
    """A notebook of code cells (texts) and prose cells (tuples)."""
    made = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": c.splitlines(keepends=True),
        }
        if isinstance(c, str)
        else {"cell_type": "markdown", "metadata": {}, "source": c[0].splitlines(keepends=True)}
        for c in cells
    ]
    return json.dumps(
        {"cells": made, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    )


FILES: dict[str, str] = {
    "requirements.txt": "torch==2.4.0\ntransformers==4.44.2\ntrl==0.9.6\npeft==0.12.0\ndatasets==2.21.0\n# model zoo/reqcomment\n",
    "README.md": "# Finetunes\n\nWe once trained on `prose/old-corpus`.\n",
    "configs/axolotl/llama3-qlora.yml": """base_model: NousResearch/Meta-Llama-3-8B
base_model_revision: 315b20096dc791d381d514deb5f8bd9c8d6d3061
model_type: LlamaForCausalLM
tokenizer_type: AutoTokenizer
load_in_4bit: true
adapter: qlora
lora_r: 32
lora_alpha: 16
datasets:
  - path: mhenrichsen/alpaca_2k_test
    type: alpaca
  - path: data/private_chat.jsonl
    ds_type: json
    type: chat_template
#  - path: axolotl-comment/dataset
test_datasets:
  - path: acme-ai/chat-eval
    split: validation
dataset_prepared_path: last_run_prepared
output_dir: ./outputs/qlora-out
hub_model_id: acme-ai/llama3-qlora-out
learning_rate: 0.0002
num_epochs: 4
wandb_project: finetunes/llama3
seed: 17
""",
    "configs/llamafactory/qwen_dpo.yaml": """### model
model_name_or_path: Qwen/Qwen2.5-14B-Instruct
adapter_name_or_path: acme-ai/qwen-sft-lora
trust_remote_code: true

### method
stage: dpo
do_train: true
finetuning_type: lora
pref_loss: sigmoid

### dataset
dataset: dpo_en_demo,acme_prefs
template: qwen
cutoff_len: 2048

### output
output_dir: saves/qwen/lora/dpo
learning_rate: 5.0e-6
""",
    "data/dataset_info.json": """{
  "acme_prefs": {"hf_hub_url": "acme-ai/preferences-v2", "ranking": true},
  "dpo_en_demo": {"file_name": "dpo_en_demo.json", "ranking": true},
  "never_used": {"hf_hub_url": "acme-ai/registry-unused"}
}
""",
    "configs/trl/sft.yaml": """model_name_or_path: HuggingFaceTB/SmolLM2-1.7B
dataset_name: HuggingFaceTB/smoltalk
dataset_config: all
learning_rate: 2.0e-5
bf16: true
report_to: ["wandb"]
output_dir: checkpoints/smol-sft
""",
    "conf/config.yaml": """defaults:
  - model: roberta
  - data: imdb
  - _self_
trainer:
  max_epochs: 3
seed: 42
""",
    "conf/model/roberta.yaml": """_target_: transformers.AutoModelForSequenceClassification.from_pretrained
pretrained_model_name_or_path: FacebookAI/roberta-large
num_labels: 2
""",
    "conf/data/imdb.yaml": """_target_: datasets.load_dataset
path: stanfordnlp/imdb
split: train
""",
    "configs/torchtune/gemma.yaml": """tokenizer:
  _component_: torchtune.models.gemma.gemma_tokenizer
  path: /tmp/gemma-2b/tokenizer.model
dataset:
  _component_: torchtune.datasets.alpaca_dataset
  source: tatsu-lab/alpaca
model:
  _component_: torchtune.models.gemma.gemma_2b
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /tmp/gemma-2b/
  output_dir: /tmp/gemma-2b-out
""",
    "configs/merge/ties.yaml": """models:
  - model: mistralai/Mistral-7B-v0.1
  - model: WizardLM/WizardMath-7B-V1.1
    parameters: {density: 0.5, weight: 0.3}
  - model: teknium/OpenHermes-2.5-Mistral-7B
    parameters: {density: 0.5, weight: 0.5}
merge_method: ties
base_model: mistralai/Mistral-7B-v0.1
dtype: float16
""",
    "train/sft.py": '''"""Supervised fine-tuning, after the recipe of docstring/recipe-model."""
import argparse
from dataclasses import dataclass, field

import torch
from datasets import concatenate_datasets, load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, HfArgumentParser, TrainingArguments
from trl import SFTConfig, SFTTrainer


@dataclass
class ModelArguments:
    model_name_or_path: str = field(default="EleutherAI/pythia-1.4b", metadata={"help": "like help/text-model"})
    tokenizer_name: str | None = field(default=None)


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--dataset", default="OpenAssistant/oasst1", help="e.g. help/argparse-data")
    p.add_argument("--draft", type=str, default="EleutherAI/pythia-70m-deduped")
    p.add_argument("--run-name", default="runs/pythia-a")
    return p.parse_args()


def main():
    (margs,) = HfArgumentParser(ModelArguments).parse_args_into_dataclasses()
    args = parse()
    model = AutoModelForCausalLM.from_pretrained(margs.model_name_or_path, torch_dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(margs.tokenizer_name or margs.model_name_or_path)
    data = load_dataset(args.dataset, split="train")
    draft = AutoModelForCausalLM.from_pretrained(args.draft)
    extra = concatenate_datasets([load_dataset(n, split="train") for n in ("databricks/databricks-dolly-15k", "HuggingFaceH4/no_robots")])
    lora = LoraConfig(r=16, lora_alpha=32, target_modules=["query_key_value"])
    cfg = SFTConfig(output_dir="out/pythia-sft", push_to_hub=True, hub_model_id="acme-ai/pythia-sft-pushed", report_to="wandb")
    trainer = SFTTrainer(model="HuggingFaceTB/SmolLM2-360M", train_dataset=data, eval_dataset=extra, peft_config=lora, args=cfg)
    trainer.train()
    trainer.push_to_hub("acme-ai/pushed-only")


if __name__ == "__main__":
    main()
''',
    "train/unsloth_run.py": """from unsloth import FastLanguageModel
from datasets import load_dataset, Dataset, load_from_disk

max_seq_length = 2048
model, tokenizer = FastLanguageModel.from_pretrained(
    model_name="unsloth/mistral-7b-v0.3-bnb-4bit",  # or "comment/unsloth-alt"
    max_seq_length=max_seq_length,
    load_in_4bit=True,
)
model = FastLanguageModel.get_peft_model(model, r=16)
dataset = load_dataset("yahma/alpaca-cleaned", split="train")
cached = load_from_disk("data/cached_sft")
model.save_pretrained_merged("saved/merged-local", tokenizer)
model.push_to_hub_gguf("acme-ai/unsloth-push-gguf", tokenizer)
""",
    "train/vision.py": """import timm
import torch
import torchvision
from diffusers import ControlNetModel, StableDiffusionXLPipeline, AutoencoderKL
from transformers import CLIPModel, CLIPProcessor, ViTForImageClassification
from ultralytics import YOLO
import open_clip
import whisper
import spacy

clip_id = "openai/clip-vit-large-patch14"
backbone = timm.create_model("vit_base_patch16_224.augreg_in21k", pretrained=True)
hubnet = torch.hub.load("pytorch/vision:v0.10.0", "deeplabv3_resnet50", pretrained=True)
clip, proc = CLIPModel.from_pretrained(clip_id), CLIPProcessor.from_pretrained(clip_id)
if (vit := ViTForImageClassification.from_pretrained("google/vit-base-patch16-224")) is not None:
    pass
vae = AutoencoderKL.from_pretrained("madebyollin/sdxl-vae-fp16-fix", torch_dtype=torch.float16)
pipe = StableDiffusionXLPipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0", vae=vae, variant="fp16", use_safetensors=True
)
pipe.load_lora_weights("acme-ai/sdxl-product-lora", weight_name="product.safetensors")
yolo = YOLO("yolov8n.pt")
oc, _, pre = open_clip.create_model_and_transforms("ViT-B-32", pretrained="laion2b_s34b_b79k")
asr = whisper.load_model("base.en")
nlp = spacy.load("en_core_web_trf")
untrained = timm.create_model("resnet_untrained_decoy", pretrained=False)
""",
    "eval/run_eval.sh": """#!/usr/bin/env bash
lm_eval --model hf \\
  --model_args pretrained=acme-ai/llama3-qlora-merged,dtype=bfloat16,revision=main \\
  --tasks mmlu,hellaswag --output_path results/llama3
accelerate launch train/sft.py --model_name_or_path tiiuae/falcon-7b --dataset timdettmers/openassistant-guanaco
huggingface-cli download --repo-type dataset openai/gsm8k
huggingface-cli upload acme-ai/upload-target ./out
""",
    "eval/judge.py": """from typing import Final
import os
from openai import OpenAI
from evaluate import load
from huggingface_hub import InferenceClient, hf_hub_url

JUDGE: Final[str] = os.environ.get("JUDGE_MODEL") or "gpt-4-turbo"
bertscore = load("bertscore")


class Judge:
    MODEL = "meta-llama/Meta-Llama-3-70B-Instruct"

    def __init__(self):
        self.hf = InferenceClient(self.MODEL, token=os.environ["HF_TOKEN"])

    def score(self, a, b):
        return OpenAI().chat.completions.create(model=JUDGE, messages=[{"role": "user", "content": a}])

    def second(self, a):
        return self.hf.chat_completion(messages=[a])


def choose(name):
    match name:
        case "case/pattern-only":
            return "return/value-unused"
    if name in {"set/membership-a", "set/membership-b"}:
        return None
""",
    "notebooks/explore.ipynb": _notebook(
        (
            "# Explore\nWe compare with `markdown/cell-model`:\n\n```python\nAutoModel.from_pretrained('markdown/code-model')\n```",
        ),
        "%pip install -q transformers\n!huggingface-cli download microsoft/phi-2 --quiet\n# AutoModel.from_pretrained('nb-comment/model')\n",
        "from transformers import pipeline, AutoModel\nfrom datasets import load_dataset\nname = 'distilbert/distilbert-base-uncased-finetuned-sst-2-english'\n",
        "clf = pipeline('text-classification', model=name)\nds = load_dataset('nyu-mll/glue', 'sst2')\n",
        "%%time\nenc = AutoModel.from_pretrained('google/electra-small-discriminator')\nprint('print/only-model')\n",
    ),
    "notebooks/gen.py": """# %% [markdown]
# from_pretrained("percent-comment/model")
# %%
from transformers import T5ForConditionalGeneration as T5
import transformers

kwargs = dict(pretrained_model_name_or_path="google-t5/t5-base", revision="a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1")
t5 = T5.from_pretrained(**kwargs)
get = transformers.AutoConfig.from_pretrained
cfg = get("microsoft/mdeberta-v3-base")
names = {"a": "albert/albert-base-v2", "b": "google/canine-s"}
models = {k: transformers.AutoModel.from_pretrained(v) for k, v in names.items()}
unused_map = {"x": "mapdecoy/never-loaded"}
""",
    "tests/test_train.py": 'from datasets import load_dataset\nload_dataset("testfile/data-fixture")\n',
    "dvc.yaml": "stages:\n  train:\n    cmd: python train/sft.py --dataset allenai/tulu-v2-sft-mixture\n    deps: [train/sft.py]\n    outs: [out/pythia-sft]\n",
    "Makefile": "train:\n\tpython -m train.sft --draft EleutherAI/pythia-160m\n\nclean:\n\trm -rf out/clean-target\n",
}

USED = {
    "model huggingface:NousResearch/Meta-Llama-3-8B",
    "dataset huggingface:mhenrichsen/alpaca_2k_test",
    "dataset path:data/private_chat.jsonl",
    "dataset huggingface:acme-ai/chat-eval",
    "model huggingface:Qwen/Qwen2.5-14B-Instruct",
    "adapter huggingface:acme-ai/qwen-sft-lora",
    "dataset huggingface:acme-ai/preferences-v2",
    "dataset name:dpo_en_demo",
    "model huggingface:HuggingFaceTB/SmolLM2-1.7B",
    "dataset huggingface:HuggingFaceTB/smoltalk",
    "model huggingface:FacebookAI/roberta-large",
    "dataset huggingface:stanfordnlp/imdb",
    "dataset huggingface:tatsu-lab/alpaca",
    "model huggingface:mistralai/Mistral-7B-v0.1",
    "model huggingface:WizardLM/WizardMath-7B-V1.1",
    "model huggingface:teknium/OpenHermes-2.5-Mistral-7B",
    "model huggingface:EleutherAI/pythia-1.4b",
    "dataset huggingface:OpenAssistant/oasst1",
    "model huggingface:EleutherAI/pythia-70m-deduped",
    "dataset huggingface:databricks/databricks-dolly-15k",
    "dataset huggingface:HuggingFaceH4/no_robots",
    "model huggingface:HuggingFaceTB/SmolLM2-360M",
    "model huggingface:unsloth/mistral-7b-v0.3-bnb-4bit",
    "dataset huggingface:yahma/alpaca-cleaned",
    "dataset path:data/cached_sft",
    "model huggingface:openai/clip-vit-large-patch14",
    "model timm:vit_base_patch16_224.augreg_in21k",
    "model torchhub:pytorch/vision/deeplabv3_resnet50",
    "model huggingface:google/vit-base-patch16-224",
    "model huggingface:madebyollin/sdxl-vae-fp16-fix",
    "model huggingface:stabilityai/stable-diffusion-xl-base-1.0",
    "adapter huggingface:acme-ai/sdxl-product-lora",
    "model ultralytics:yolov8n.pt",
    "model open_clip:ViT-B-32/laion2b_s34b_b79k",
    "model whisper:base.en",
    "model spacy:en_core_web_trf",
    "model huggingface:acme-ai/llama3-qlora-merged",
    "model huggingface:tiiuae/falcon-7b",
    "dataset huggingface:timdettmers/openassistant-guanaco",
    "dataset huggingface:openai/gsm8k",
    "service openai:gpt-4-turbo",
    "model huggingface:meta-llama/Meta-Llama-3-70B-Instruct",
    "model huggingface:microsoft/phi-2",
    "model huggingface:distilbert/distilbert-base-uncased-finetuned-sst-2-english",
    "dataset huggingface:nyu-mll/glue",
    "model huggingface:google/electra-small-discriminator",
    "model huggingface:google-t5/t5-base",
    "model huggingface:microsoft/mdeberta-v3-base",
    "model huggingface:albert/albert-base-v2",
    "model huggingface:google/canine-s",
    "dataset huggingface:allenai/tulu-v2-sft-mixture",
    # what the plans make
    "model huggingface:acme-ai/llama3-qlora-out",
    "model path:checkpoints/smol-sft",
    "model path:saves/qwen/lora/dpo",
}

# Known to be missed: the option of a script whose name does not say that it takes a model.
MISSED = {"model huggingface:EleutherAI/pythia-160m"}

PINNED = {
    "NousResearch/Meta-Llama-3-8B": "315b20096dc791d381d514deb5f8bd9c8d6d3061",
    "google-t5/t5-base": "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1",
}

DECOYS = {
    "zoo/reqcomment", "prose/old-corpus", "axolotl-comment/dataset", "finetunes/llama3", "acme-ai/registry-unused",
    "docstring/recipe-model", "help/text-model", "help/argparse-data", "runs/pythia-a", "comment/unsloth-alt",
    "saved/merged-local", "case/pattern-only", "return/value-unused", "set/membership-a", "set/membership-b",
    "markdown/cell-model", "markdown/code-model", "nb-comment/model", "print/only-model", "percent-comment/model",
    "mapdecoy/never-loaded", "testfile/data-fixture", "out/clean-target", "resnet_untrained_decoy",
}  # fmt: skip
