"""The application of the demo system: code, configuration, data and a training plan around its models.

All of it is harmless text. Names of models and services are real ones, so that a BOM has something to say.
"""

import json

_MAIN = '''\
"""Answers support tickets: sorts them, looks up what is known, and writes a draft."""

import os

from datasets import load_dataset
from openai import OpenAI
from sentence_transformers import SentenceTransformer
from transformers import pipeline

EMBEDDER = "sentence-transformers/all-MiniLM-L6-v2"
EMBEDDER_REVISION = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
WRITER = os.environ.get("SUPPORT_MODEL", "gpt-4o-mini")

SYSTEM_PROMPT = "You answer support tickets of a hosting company. Never promise refunds."


def load():
    """Load what is needed to answer. Once it was done with "bert-large-cased"; that was too slow."""
    embedder = SentenceTransformer(EMBEDDER, revision=EMBEDDER_REVISION)
    sorter = pipeline("text-classification", model="models/classifier")
    translator = pipeline("translation", model="Helsinki-NLP/opus-mt-de-en")
    examples = load_dataset("bitext/Bitext-customer-support-llm-chatbot-training-dataset", split="train")
    return embedder, sorter, translator, examples


def draft(ticket: str) -> str:
    """Write a draft of an answer."""
    client = OpenAI()
    answer = client.chat.completions.create(
        model=WRITER,
        messages=[{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": ticket}],
    )
    return answer.choices[0].message.content
'''

_DOCKERFILE = """\
FROM python:3.12-slim
ARG RERANKER=BAAI/bge-reranker-base
RUN pip install --no-cache-dir -r requirements.txt
RUN hf download ${RERANKER} --revision 2cfc18c9415c912f9d8155881c133215df768a70
CMD ["python", "-m", "app.main"]
"""

_MCP = {
    "mcpServers": {
        "tickets": {"command": "uvx", "args": ["mcp-server-sqlite==2025.4.25", "--db-path", "tickets.db"]},
        "web": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-fetch"]},
    }
}

_TRAINING = """\
# How models/classifier was trained, for axolotl.
base_model: google/bert_uncased_L-2_H-128_A-2
revision_of_model: 30b0a37ccaaa32f332884b96992754e246e48c5f
datasets:
  - path: data/tickets
    type: completion
learning_rate: 5.0e-5
num_epochs: 3
micro_batch_size: 32
optimizer: adamw_torch
lr_scheduler: cosine
seed: 17
output_dir: models/classifier
"""

_DATA_CARD = """\
---
license: cc-by-4.0
language: en
pretty_name: Support tickets
size_categories:
- n<1K
task_categories:
- text-classification
annotations_creators:
- expert-generated
---
# Support tickets

Tickets of a hosting company, sorted into three queues by two people of its support.

## Personal and Sensitive Information

Names and addresses of customers were replaced before sorting.
"""

CLASSIFIER_CARD = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
language: en
base_model: google/bert_uncased_L-2_H-128_A-2
base_model_relation: finetune
model-index:
- name: ticket-classifier
  results:
  - task: {type: text-classification}
    dataset: {name: Support tickets, type: data/tickets, split: test}
    metrics:
    - {type: accuracy, value: 0.91}
---
# Ticket classifier

Sorts support tickets into three queues. Weights are in safetensors.

## Intended uses

For tickets of the hosting company that wrote them, to choose a queue before a person looks at them.

## Limitations

Only English was seen in training. Tickets of more than 512 tokens are cut.
"""

_QUEUES = ("billing", "bug", "other")


def app_files() -> dict[str, bytes]:
    """Name the files of the application with their bytes."""
    rows = [{"text": f"ticket {at}: please help", "label": _QUEUES[at % 3]} for at in range(30)]
    lines = [json.dumps(row, sort_keys=True) for row in rows]
    return {
        ".mcp.json": (json.dumps(_MCP, indent=2) + "\n").encode(),
        "Dockerfile": _DOCKERFILE.encode(),
        "app/main.py": _MAIN.encode(),
        "data/tickets/README.md": _DATA_CARD.encode(),
        "data/tickets/test.jsonl": ("\n".join(lines[24:]) + "\n").encode(),
        "data/tickets/train.jsonl": ("\n".join(lines[:24]) + "\n").encode(),
        "training/classifier.yaml": _TRAINING.encode(),
    }
