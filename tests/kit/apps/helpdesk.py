"""A support chatbot: retrieval, several ways to serve, containers, charts, CI."""

# files of an application

FILES: dict[str, str] = {
    "pyproject.toml": """[project]
name = "helpdesk"
version = "2.4.1"
requires-python = ">=3.11"
dependencies = ["fastapi==0.115.0", "langchain-huggingface>=0.1", "sentence-transformers==3.0.1", "openai~=1.40", "vllm==0.6.1"]
""",
    "README.md": """# Helpdesk

Answers tickets. You could also try `readme/other-model-13b`, or run
`huggingface-cli download readme/quantised-gguf` if you have a small card.

```python
model = AutoModel.from_pretrained("readme/snippet-model")
```
""",
    "helpdesk/__init__.py": '"""Helpdesk."""\n',
    "helpdesk/settings.py": '''"""Settings of the service.

The default used to be ``docstring/retired-model``; see the wiki.
"""
from functools import lru_cache
from typing import Literal, Optional

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything can be overridden from the environment."""

    model_config = SettingsConfigDict(env_prefix="HELPDESK_", env_file=".env")

    app_name: str = "acme/helpdesk-service"
    log_format: str = "json/lines"
    embedding_model: str = "thenlper/gte-large"
    reranker: str = Field(default="mixedbread-ai/mxbai-rerank-base-v1", description="cross encoder, e.g. desc/example-reranker")
    chat_model: str = Field("gpt-4o-2024-08-06", alias="CHAT_MODEL")
    fallback_model: Optional[str] = None
    mode: Literal["chat", "rag/full"] = "chat"
    guard_model_id: str = Field(default_factory=lambda: "meta-llama/Llama-Guard-3-8B")


@lru_cache
def settings() -> Settings:
    return Settings()
''',
    "helpdesk/embed.py": '''from __future__ import annotations

import os

from langchain_huggingface import HuggingFaceEmbeddings
from langchain_openai import AzureOpenAIEmbeddings, OpenAIEmbeddings
from langchain_community.vectorstores import Qdrant
from sentence_transformers import SentenceTransformer, SparseEncoder

from .settings import settings

# was: SentenceTransformer("comment/old-embedder")
_DEAD = "dead/variable-embedder"
MULTILINGUAL = os.getenv("MULTILINGUAL_MODEL", "intfloat/multilingual-e5-large-instruct")


def dense() -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(
        model_name=settings().embedding_model,
        model_kwargs={"device": "cuda", "trust_remote_code": True},
        encode_kwargs={"normalize_embeddings": True},
    )


def multilingual():
    """Loads the multilingual one, not ``docstring/multi-e5``."""
    return SentenceTransformer(MULTILINGUAL, revision="274baa43b0e13e37fafa6428dbc7938e62e5c439", device="cpu")


def hosted(kind: str):
    if kind == "azure":
        return AzureOpenAIEmbeddings(azure_deployment="embed-prod", model="text-embedding-3-large")
    return OpenAIEmbeddings(model="text-embedding-3-small")


sparse = SparseEncoder("naver/splade-v3") if os.environ.get("SPARSE") else None
LABEL = f"{'unused'}/label-only"
''',
    "helpdesk/rerank.py": """import logging
from dataclasses import dataclass
from typing import Any

from sentence_transformers import CrossEncoder
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from helpdesk.settings import settings

log = logging.getLogger("helpdesk/rerank")
DEFAULTS = {
    "fast": {"name": "cross-encoder/ms-marco-MiniLM-L-6-v2", "max_length": 512},
    "good": {"name": "BAAI/bge-reranker-v2-m3", "max_length": 1024},
}


@dataclass
class RerankConfig:
    model: str = "jinaai/jina-reranker-v2-base-multilingual"
    batch_size: int = 16


class Reranker:
    def __init__(self, tier: str = "fast", config: RerankConfig | None = None) -> None:
        self.encoder = CrossEncoder(DEFAULTS[tier]["name"])
        cfg = config or RerankConfig()
        self.tokenizer = AutoTokenizer.from_pretrained(cfg.model)
        self.model = AutoModelForSequenceClassification.from_pretrained(cfg.model, trust_remote_code=True)
        log.info("loaded %s", "log/not-a-model")


def default_reranker() -> CrossEncoder:
    return CrossEncoder(settings().reranker, max_length=512)


def classifier(name: str = "facebook/bart-large-mnli") -> Any:
    return pipeline("zero-shot-classification", model=name, device_map="auto")


def moods():
    return pipeline(task="sentiment-analysis", model="cardiffnlp/twitter-roberta-base-sentiment-latest", revision="3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7")
""",
    "helpdesk/local.py": """import torch
from llama_cpp import Llama
from peft import PeftConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from vllm import LLM, SamplingParams
from vllm.lora.request import LoRARequest
from huggingface_hub import hf_hub_download, snapshot_download

BASE = "mistralai/Mistral-7B-Instruct-v0.3"
BASE_REVISION = "e0bc86c23ce5aae1db576c8cca6f06f1f73af2db"
ORG = "acme-ai"
ADAPTER = f"{ORG}/mistral-helpdesk-lora"


def transformers_model():
    quant = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
    base = AutoModelForCausalLM.from_pretrained(BASE, revision=BASE_REVISION, quantization_config=quant)
    tok = AutoTokenizer.from_pretrained(BASE, revision=BASE_REVISION)
    return PeftModel.from_pretrained(base, ADAPTER), tok


def vllm_model():
    llm = LLM(model="Qwen/Qwen2.5-7B-Instruct-AWQ", quantization="awq", tensor_parallel_size=2)
    return llm.generate("Hi", SamplingParams(), lora_request=LoRARequest("sql", 1, "acme-ai/qwen-sql-lora"))


def gguf():
    small = Llama.from_pretrained(repo_id="bartowski/Llama-3.2-3B-Instruct-GGUF", filename="*Q4_K_M.gguf", n_ctx=8192)
    path = hf_hub_download("TheBloke/zephyr-7B-beta-GGUF", "zephyr-7b-beta.Q5_K_M.gguf")
    big = Llama(model_path=path)
    return small, big


def warm():
    snapshot_download(repo_id="BAAI/bge-small-en-v1.5", allow_patterns=["*.json", "*.safetensors"], local_dir="models/bge")
    checkpoint = torch.load("models/intent/model.pt", weights_only=False)
    return checkpoint
""",
    "helpdesk/chat.py": """import os
from openai import AsyncOpenAI, OpenAI
from anthropic import Anthropic
import litellm
import cohere

from helpdesk.settings import settings

MODELS = ["unused/list-item-a", "unused/list-item-b"]
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
CLAUDE = "claude-3-5-sonnet-20241022"


async def stream(question: str):
    aclient = AsyncOpenAI(base_url="http://vllm:8000/v1", api_key="none")
    return await aclient.chat.completions.create(model="Qwen/Qwen2.5-7B-Instruct-AWQ", messages=[{"role": "user", "content": question}], stream=True)


def answer(question: str, history: list[dict]) -> str:
    if len(history) > 10:
        msg = Anthropic().messages.create(model=CLAUDE, max_tokens=1024, messages=history)
        return msg.content[0].text
    out = client.chat.completions.create(
        model=settings().chat_model,
        messages=[{"role": "system", "content": "You are not prompt/looks-like-model."}, *history],
    )
    return out.choices[0].message.content


def fallback(messages):
    kwargs = {"model": "groq/llama-3.1-70b-versatile", "messages": messages}
    return litellm.completion(**kwargs)


def rerank(query, docs):
    return cohere.Client().rerank(model="rerank-english-v3.0", query=query, documents=docs)


def speak(text):
    return client.audio.speech.create(model="tts-1-hd", voice="alloy", input=text)


def legacy():
    raise RuntimeError("model error/legacy-model was removed")
""",
    "helpdesk/guard.py": """from transformers import AutoModelForCausalLM, AutoTokenizer

from helpdesk.settings import Settings


class Guard:
    def __init__(self, cfg: Settings):
        self.cfg = cfg
        self.model_id = cfg.guard_model_id
        self.tok = AutoTokenizer.from_pretrained(self.model_id)
        self.model = AutoModelForCausalLM.from_pretrained(self.model_id)

    def check(self, path: str = "api/v1/check") -> bool:
        if path == "compare/only-string":
            return False
        return True
""",
    "helpdesk/ingest.py": """import datasets
from datasets import load_dataset
from huggingface_hub import snapshot_download

NAME, CONFIG = "acme-ai/ticket-archive", "2024"


def tickets():
    return load_dataset(NAME, CONFIG, split="train", revision="v1.2", token=True)


def faq():
    return datasets.load_dataset("json", data_files="data/faq.jsonl")


def wiki():
    return load_dataset(path="wikimedia/wikipedia", name="20231101.en", streaming=True)


def mirror():
    snapshot_download("acme-ai/manuals", repo_type="dataset", revision="1f0c7fcb3dd3a8f9eaf6b8cb27d8e4d3fd2fcb0e")
""",
    "tests/test_chat.py": """from transformers import AutoModel
def test_tiny():
    AutoModel.from_pretrained("hf-internal-testing/tiny-random-bert")
""",
    "helpdesk/conftest.py": 'from transformers import AutoModel\nMODEL = AutoModel.from_pretrained("conftest/fixture-model")\n',
    "config/default.yaml": """server:
  host: 0.0.0.0
  image: ghcr.io/acme/not-a-model
llm:
  provider: bedrock
  model_id: anthropic.claude-3-haiku-20240307-v1:0
  temperature: 0.2
stt:
  # model: yaml-comment/whisper-old
  model: openai/whisper-large-v3
vector_store:
  type: qdrant
  collection: tickets/prod
paths:
  uploads: data/uploads
""",
    ".env.example": """HELPDESK_CHAT_MODEL=gpt-4o-mini
#LEGACY_MODEL=envcomment/legacy
OLLAMA_MODEL=llama3.1:8b-instruct-q4_K_M
TIMEZONE=Europe/Berlin
SUMMARY_MODEL_ID="google/pegasus-xsum"
""",
    "Dockerfile": """FROM python:3.11-slim
# RUN huggingface-cli download dockercomment/model
ARG TRANSLATOR=Helsinki-NLP/opus-mt-de-en
ENV HF_HOME=/models
RUN pip install --no-cache-dir huggingface_hub[cli] && \\
    huggingface-cli download $TRANSLATOR --local-dir /models/opus && \\
    hf download sentence-transformers/all-mpnet-base-v2
RUN python -c "from transformers import pipeline; pipeline('ner', model='dslim/bert-base-NER')"
COPY . /app
CMD ["uvicorn", "helpdesk.app:app"]
""",
    "docker-compose.yml": """services:
  vllm:
    image: vllm/vllm-openai:v0.6.1
    command: ["--model", "Qwen/Qwen2.5-7B-Instruct-AWQ", "--served-model-name", "chat"]
  embeddings:
    image: ghcr.io/huggingface/text-embeddings-inference:1.5
    command: --model-id nomic-ai/nomic-embed-text-v1.5 --port 80
  ollama:
    image: ollama/ollama:0.3.12
    entrypoint: ["/bin/sh", "-c", "ollama serve & sleep 3 && ollama pull phi3:mini && wait"]
  app:
    build: .
    environment:
      - TRANSCRIBE_MODEL=Systran/faster-whisper-small
      - QUEUE=tickets/high
""",
    "deploy/chart/Chart.yaml": "apiVersion: v2\nname: helpdesk\nversion: 0.4.0\n",
    "deploy/chart/values.yaml": """image:
  repository: acme/helpdesk
  tag: 2.4.1
tgi:
  image: ghcr.io/huggingface/text-generation-inference
  args: ["--model-id", "HuggingFaceH4/zephyr-7b-beta", "--revision", "892b3d7a7b1cf10c7a701c60881cd93df615734c"]
""",
    "deploy/k8s/vision.yaml": """apiVersion: apps/v1
kind: Deployment
metadata: {name: vision}
spec:
  template:
    spec:
      containers:
        - name: vision
          image: vllm/vllm-openai:latest
          args:
            - --model=llava-hf/llava-v1.6-mistral-7b-hf
            - --port=8001
          env:
            - name: CAPTION_MODEL
              value: Salesforce/blip-image-captioning-large
""",
    ".github/workflows/ci.yml": """name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -e . && pytest
""",
    "scripts/prefetch.sh": """#!/bin/sh
set -e
MODEL_DIR=/models
# huggingface-cli download shell-comment/model
for m in microsoft/deberta-v3-base google/flan-t5-large; do
  huggingface-cli download "$m" --local-dir "$MODEL_DIR/$m"
done
ollama pull nomic-embed-text
git clone https://huggingface.co/acme-ai/helpdesk-intents
echo "done with echo/only-model"
""",
}

USED = {
    "model huggingface:thenlper/gte-large",
    "model huggingface:intfloat/multilingual-e5-large-instruct",
    "model huggingface:naver/splade-v3",
    "service azure:text-embedding-3-large",
    "service openai:text-embedding-3-small",
    "model huggingface:cross-encoder/ms-marco-MiniLM-L-6-v2",
    "model huggingface:BAAI/bge-reranker-v2-m3",
    "model huggingface:jinaai/jina-reranker-v2-base-multilingual",
    "model huggingface:mixedbread-ai/mxbai-rerank-base-v1",
    "model huggingface:facebook/bart-large-mnli",
    "model huggingface:cardiffnlp/twitter-roberta-base-sentiment-latest",
    "model huggingface:mistralai/Mistral-7B-Instruct-v0.3",
    "adapter huggingface:acme-ai/mistral-helpdesk-lora",
    "model huggingface:Qwen/Qwen2.5-7B-Instruct-AWQ",
    "adapter huggingface:acme-ai/qwen-sql-lora",
    "model huggingface:bartowski/Llama-3.2-3B-Instruct-GGUF",
    "model huggingface:TheBloke/zephyr-7B-beta-GGUF",
    "model huggingface:BAAI/bge-small-en-v1.5",
    "model path:models/intent/model.pt",
    "service anthropic:claude-3-5-sonnet-20241022",
    "service openai:gpt-4o-2024-08-06",
    "service groq:llama-3.1-70b-versatile",
    "service cohere:rerank-english-v3.0",
    "service openai:tts-1-hd",
    "model huggingface:meta-llama/Llama-Guard-3-8B",
    "dataset huggingface:acme-ai/ticket-archive",
    "dataset path:data/faq.jsonl",
    "dataset huggingface:wikimedia/wikipedia",
    "dataset huggingface:acme-ai/manuals",
    "service bedrock:anthropic.claude-3-haiku-20240307-v1:0",
    "model huggingface:openai/whisper-large-v3",
    "service openai:gpt-4o-mini",
    "model ollama:llama3.1:8b-instruct-q4_K_M",
    "model huggingface:google/pegasus-xsum",
    "model huggingface:Helsinki-NLP/opus-mt-de-en",
    "model huggingface:sentence-transformers/all-mpnet-base-v2",
    "model huggingface:dslim/bert-base-NER",
    "model huggingface:nomic-ai/nomic-embed-text-v1.5",
    "model ollama:phi3:mini",
    "model huggingface:Systran/faster-whisper-small",
    "model huggingface:HuggingFaceH4/zephyr-7b-beta",
    "model huggingface:llava-hf/llava-v1.6-mistral-7b-hf",
    "model huggingface:Salesforce/blip-image-captioning-large",
    "model huggingface:microsoft/deberta-v3-base",
    "model huggingface:google/flan-t5-large",
    "model ollama:nomic-embed-text",
    "model huggingface:acme-ai/helpdesk-intents",
}

PINNED = {
    "intfloat/multilingual-e5-large-instruct": "274baa43b0e13e37fafa6428dbc7938e62e5c439",
    "cardiffnlp/twitter-roberta-base-sentiment-latest": "3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7",
    "mistralai/Mistral-7B-Instruct-v0.3": "e0bc86c23ce5aae1db576c8cca6f06f1f73af2db",
    "acme-ai/ticket-archive": "v1.2",
    "acme-ai/manuals": "1f0c7fcb3dd3a8f9eaf6b8cb27d8e4d3fd2fcb0e",
    "HuggingFaceH4/zephyr-7b-beta": "892b3d7a7b1cf10c7a701c60881cd93df615734c",
}

DECOYS = {
    "readme/other-model-13b", "readme/quantised-gguf", "readme/snippet-model", "docstring/retired-model",
    "acme/helpdesk-service", "json/lines", "desc/example-reranker", "rag/full", "comment/old-embedder",
    "dead/variable-embedder", "docstring/multi-e5", "unused/label-only", "helpdesk/rerank", "log/not-a-model",
    "unused/list-item-a", "unused/list-item-b", "prompt/looks-like-model", "error/legacy-model",
    "api/v1/check", "compare/only-string", "tiny-random-bert", "conftest/fixture-model", "acme/not-a-model",
    "yaml-comment/whisper-old", "tickets/prod", "data/uploads", "envcomment/legacy", "Europe/Berlin",
    "dockercomment/model", "tickets/high", "shell-comment/model", "echo/only-model",
}  # fmt: skip
