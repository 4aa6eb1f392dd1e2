"""The bench of AI parts that texts other than Python name: what is planted is found, decoys are left."""

# tables of files

import json

import pytest

from backstamp.core.supply import Linked, Relation
from kit.stock import said, stock

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG BASE=vllm/vllm-openai:v0.6.1
FROM python:3.11-slim@sha256:aabb AS build
FROM ${BASE}
ENV MODEL_ID=mistralai/Mistral-7B-Instruct-v0.2 \\
    HF_HOME=/cache
# RUN ollama pull decoy-model
RUN pip install --no-cache-dir torch==2.1.0 && \\
    huggingface-cli download BAAI/bge-small-en-v1.5 --revision abc123 --local-dir /m
RUN --mount=type=cache,target=/root python -c "from transformers import AutoModel; \\
AutoModel.from_pretrained('distilbert-base-uncased')"
RUN git clone https://huggingface.co/datasets/rajpurkar/squad_v2
RUN wget -q https://huggingface.co/TheBloke/Llama-2-7B-GGUF/resolve/main/llama-2-7b.Q4_K_M.gguf
RUN echo "vllm serve decoy/nothing-7b"
RUN <<EOF
ollama pull llama3:8b
EOF
CMD ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--tokenizer", "some-lab/tok-v1"]
"""
SHELL = """\
#!/bin/bash
MODEL=Qwen/Qwen2-7B-Instruct
vllm serve "$MODEL" --port 8000 &
python -m sglang.launch_server --model-path deepseek-ai/DeepSeek-V2-Lite
llama-server -hf ggml-org/gemma-3-1b-it-GGUF:Q4_K_M
llama-server -m models/x.gguf
lm_eval --model hf --model_args pretrained=EleutherAI/pythia-160m,revision=step1 --tasks x
cat <<EOF
vllm serve decoy/nothing-1b
EOF
hf download HuggingFaceH4/ultrachat_200k --repo-type dataset
docker run --gpus all -p 80:80 ghcr.io/huggingface/text-embeddings-inference:1.5 --model-id intfloat/e5-large-v2
python train.py --model_name_or_path roberta-base --dataset_name imdb
grep --model gpt-4o file
make --model sedan
git commit -m "use gpt-4o"
"""
MAKEFILE = """\
MODEL ?= HuggingFaceTB/SmolLM-135M
serve: dep ## vllm serve decoy/nothing-1
\t@vllm serve $(MODEL) --port 1
\tollama pull phi3
"""
ENV = """\
OPENAI_API_KEY=sk-abcdefghijklmnop123456
OPENAI_MODEL=gpt-4o-mini
EMBEDDING_MODEL="BAAI/bge-m3" # why
MODEL_NAME=your-model-here
LLM_MODEL=${MODEL}
CAR_MODEL=sedan
DB_MODEL=User
AZURE_OPENAI_DEPLOYMENT_NAME=my-gpt4
#X_MODEL=gpt-4
"""
LITELLM = """\
model_list:
  - model_name: gpt-4
    litellm_params: {model: azure/eu-deploy, api_base: https://x.openai.azure.com}
  - model_name: local
    litellm_params:
      model: ollama/llama3.1
  - model_name: v
    litellm_params:
      model: hosted_vllm/Qwen/Qwen2.5-7B-Instruct
"""
APPLICATION = """\
llm:
  provider: openai
  model: gpt-4o
embedding:
  type: huggingface
  model_name: BAAI/bge-m3
  revision: abcdef
car: {model: sedan}
db: {model: User}
estimator: {model: linear}
reranker_model: cross-encoder/ms-marco-MiniLM-L-6-v2
model_path: weights/yolo.pt
vertexai: {model: gemini-1.5-pro}
google: {attribution: {model: last-click}}
todo: {model: "<your-model>", model_id: "${MODEL}"}
own: {provider: openai, base_url: "http://localhost:8000/v1", model: mistralai/Mixtral-8x7B-v0.1}
data: {dataset: HuggingFaceH4/no_robots}
"""
COMPOSE = """\
services:
  vllm:
    image: vllm/vllm-openai:v0.6.0
    command: --model mistralai/Mistral-7B-v0.1 --port 80
  tgi:
    image: ghcr.io/huggingface/text-generation-inference@sha256:abcd
    command: ["--model-id", "tiiuae/falcon-7b"]
  api:
    build: .
    environment:
      OPENAI_MODEL: gpt-4o
      LLM_MODEL: ${LLM_MODEL:-gpt-4.1-mini}
      OTHER_MODEL: ${OTHER_MODEL}
"""
KUBERNETES = """\
kind: InferenceService
spec:
  predictor:
    model:
      modelFormat: {name: huggingface}
      args: ["--model_name=llama3", "--model_id=meta-llama/Meta-Llama-3-8B"]
      storageUri: hf://some-lab/name-2
---
kind: Deployment
spec:
  containers:
    - image: vllm/vllm-openai:latest
      command: ["python3", "-m", "vllm.entrypoints.openai.api_server"]
      args: ["--model", "google/gemma-2-9b-it", "--revision", "r1"]
      env:
        - name: EMBEDDING_MODEL
          value: intfloat/e5-base-v2
"""
N8N = json.dumps(
    {
        "nodes": [
            {
                "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi",
                "parameters": {"model": {"__rl": True, "value": "gpt-4o-mini"}},
            },
            {"type": "n8n-nodes-base.set", "parameters": {"model": "sedan"}},
        ]
    }
)
CHAIN = json.dumps(
    {"lc": 1, "id": ["langchain", "chat_models", "openai", "ChatOpenAI"], "kwargs": {"model_name": "gpt-4"}}
)
COMFY = json.dumps(
    {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}}}
)
SCRIPT = """\
import { pipeline, AutoModel } from '@xenova/transformers';
import { openai } from '@ai-sdk/openai';
// model: 'gpt-3.5-turbo'
/* pipeline('x', 'Xenova/decoy-1') */
const MODEL = "gpt-4o";
const p = await pipeline('sentiment-analysis', 'Xenova/distilbert-sst-2', { revision: 'abc' });
const r = await client.chat.completions.create({ model: MODEL, messages: [] });
generateText({ model: openai('gpt-4o-mini'), prompt: `x ${y} model: "gpt-4"` });
const c = new ChatAnthropic({ model: "claude-3-5-sonnet-20241022", temperature: 0 });
const car = { model: 'sedan' };
const re = /model: "gpt-4"/g;
interface X { model: 'gpt-4o' | 'gpt-4'; }
const z = { model: process.env.MODEL ?? 'gemini-1.5-flash' };
const u = mongoose.model('User', s);
"""
WORKFLOW = """\
env: {OPENAI_MODEL: gpt-4o-mini}
jobs:
  a:
    steps:
      - run: |
          pip install x
          hf download BAAI/bge-small-en
"""
TOML = '[llm]\nprovider = "mistral"\nmodel = "mistral-large-latest"\n[embed]\nmodel_name = "sentence-transformers/all-MiniLM-L6-v2"\n'
PROMPTFOO = "providers:\n  - openai:gpt-4o-mini\n  - id: anthropic:messages:claude-3-5-sonnet-20241022\n"
MODELFILE = 'FROM llama3.1:8b\n# FROM decoy\nADAPTER ./lora.gguf\nPARAMETER temperature 0.7\nSYSTEM """\nYou help.\n"""\n'
SPACE = (
    "---\nsdk: gradio\nsdk_version: 4.36.1\nmodels:\n- openai/whisper-large-v3\n---\nmodel: decoy/nothing-1\n"
)

PLANTED = {
    "Dockerfile": (DOCKERFILE, {
        (3, "library:oci:python", "sha256:aabb"), (4, "library:oci:vllm/vllm-openai", "v0.6.1"),
        (5, "model:huggingface:mistralai/Mistral-7B-Instruct-v0.2", ""),
        (9, "model:huggingface:BAAI/bge-small-en-v1.5", "abc123"),
        (10, "model:huggingface:distilbert-base-uncased", ""), (12, "dataset:huggingface:rajpurkar/squad_v2", ""),
        (13, "model:huggingface:TheBloke/Llama-2-7B-GGUF", "main"), (16, "model:ollama:llama3:8b", ""),
        (18, "model:huggingface:meta-llama/Llama-3.1-8B-Instruct", ""),
        (18, "tokenizer:huggingface:some-lab/tok-v1", ""),
    }),
    "run.sh": (SHELL, {
        (2, "model:huggingface:Qwen/Qwen2-7B-Instruct", ""), (3, "model:huggingface:Qwen/Qwen2-7B-Instruct", ""),
        (4, "model:huggingface:deepseek-ai/DeepSeek-V2-Lite", ""),
        (5, "model:huggingface:ggml-org/gemma-3-1b-it-GGUF", ""), (6, "model:path:models/x.gguf", ""),
        (7, "model:huggingface:EleutherAI/pythia-160m", "step1"),
        (11, "dataset:huggingface:HuggingFaceH4/ultrachat_200k", ""),
        (12, "library:oci:ghcr.io/huggingface/text-embeddings-inference", "1.5"),
        (12, "model:huggingface:intfloat/e5-large-v2", ""), (13, "model:huggingface:roberta-base", ""),
        (13, "dataset:huggingface:imdb", ""),
    }),
    "Makefile": (MAKEFILE, {
        (1, "model:huggingface:HuggingFaceTB/SmolLM-135M", ""), (3, "model:huggingface:HuggingFaceTB/SmolLM-135M", ""),
        (4, "model:ollama:phi3", ""),
    }),
    ".env": (ENV, {
        (2, "service:openai:gpt-4o-mini", ""), (3, "model:huggingface:BAAI/bge-m3", ""),
        (8, "service:azure:my-gpt4", ""),
    }),
    "litellm.yaml": (LITELLM, {
        (3, "service:azure:eu-deploy", ""), (6, "model:ollama:llama3.1", ""),
        (9, "model:huggingface:Qwen/Qwen2.5-7B-Instruct", ""),
    }),
    "config/app.yaml": (APPLICATION, {
        (3, "service:openai:gpt-4o", ""), (6, "model:huggingface:BAAI/bge-m3", "abcdef"),
        (11, "model:huggingface:cross-encoder/ms-marco-MiniLM-L-6-v2", ""), (12, "model:path:weights/yolo.pt", ""),
        (13, "service:vertex:gemini-1.5-pro", ""), (16, "model:huggingface:mistralai/Mixtral-8x7B-v0.1", ""),
        (17, "dataset:huggingface:HuggingFaceH4/no_robots", ""),
    }),
    "docker-compose.yml": (COMPOSE, {
        (3, "library:oci:vllm/vllm-openai", "v0.6.0"), (4, "model:huggingface:mistralai/Mistral-7B-v0.1", ""),
        (6, "library:oci:ghcr.io/huggingface/text-generation-inference", "sha256:abcd"),
        (7, "model:huggingface:tiiuae/falcon-7b", ""), (11, "service:openai:gpt-4o", ""),
        (12, "service:openai:gpt-4.1-mini", ""),
    }),
    "k8s/serve.yaml": (KUBERNETES, {
        (6, "model:huggingface:meta-llama/Meta-Llama-3-8B", ""), (7, "model:huggingface:some-lab/name-2", ""),
        (12, "library:oci:vllm/vllm-openai", "latest"), (14, "model:huggingface:google/gemma-2-9b-it", "r1"),
        (17, "model:huggingface:intfloat/e5-base-v2", ""),
    }),
    "flow.json": (N8N, {("/nodes/0/parameters/model/value", "service:openai:gpt-4o-mini", "")}),
    "chain.json": (CHAIN, {("/kwargs/model_name", "service:openai:gpt-4", "")}),
    "workflow.json": (COMFY, {("/4/inputs/ckpt_name", "model:name:sd_xl_base_1.0.safetensors", "")}),
    "src/app.ts": (SCRIPT, {
        (6, "model:huggingface:Xenova/distilbert-sst-2", "abc"), (7, "service:openai:gpt-4o", ""),
        (8, "service:openai:gpt-4o-mini", ""), (9, "service:anthropic:claude-3-5-sonnet-20241022", ""),
        (13, "service:google:gemini-1.5-flash", ""),
    }),
    ".github/workflows/ci.yml": (WORKFLOW, {
        (1, "service:openai:gpt-4o-mini", ""), (7, "model:huggingface:BAAI/bge-small-en", ""),
    }),
    "app.toml": (TOML, {
        (3, "service:mistral:mistral-large-latest", ""),
        (5, "model:huggingface:sentence-transformers/all-MiniLM-L6-v2", ""),
    }),
    "promptfooconfig.yaml": (PROMPTFOO, {
        (2, "service:openai:gpt-4o-mini", ""), (3, "service:anthropic:claude-3-5-sonnet-20241022", ""),
    }),
    "Modelfile": (MODELFILE, {
        (1, "model:ollama:llama3.1:8b", ""), (3, "adapter:path:lora.gguf", ""), (5, "prompt:#system", ""),
    }),
    "README.md": (SPACE, {(5, "model:huggingface:openai/whisper-large-v3", "")}),
}  # fmt: skip

DECOYS = {
    "docs/guide.md": "Use `vllm serve meta-llama/Llama-3-8B` and model: gpt-4o\n",
    "tests/config.yaml": "model: gpt-4o\n",
    "src/app.test.ts": "const m = { model: 'gpt-4o' };\n",
    "package.json": '{"name": "gpt-4o", "model": "gpt-4o"}',
    "openapi.yml": "openapi: 3.0.0\nx: {properties: {model: {default: gpt-4o}}, example: {model: gpt-4o}}\n",
    "request.json": '{"type": "object", "properties": {"model": {"default": "gpt-4o"}}, "model": "gpt-4o"}',
    "cars.json": '{"model": "Model S", "provider": "tesla", "models": ["roadster"]}',
    "axolotl.yml": "base_model: meta-llama/Llama-2-7b\ndatasets: [{path: a/b}]\nmicro_batch_size: 1\n",
    "sft.yaml": "model_name_or_path: Qwen/Qwen2-7B\nstage: sft\nfinetuning_type: lora\n",
    "config.json": '{"architectures": ["BertModel"], "model_type": "bert", "_name_or_path": "google/bert-base"}',
    "types.d.ts": "declare const x: { model: 'gpt-4o' };\n",
    "experiment.yaml": "model: resnet50\nmodels: [resnet50, acme/widgets, {name: v1, layers: 3}]\ndataset: mnist\n",
    "dbt_project.yml": "models: {my_project: {staging: {materialized: view}}}\nmodel-paths: [models]\n",
    "labels.yaml": "metadata: {labels: {model: a100, engine: docker}, deployment: {name: web}}\n",
    "paths.yaml": "model: output/run-1\ntokenizer: /data/tok\nmodel_dir: models/best\nmodel_type: gpt-4o\n",
    "times.yaml": "model: application/json\nllm: true\nembedding: 384\nmodel_max_length: 512\n",
    "AGENTS.md": "---\nname: x\nmodel: gpt-4o\n---\nText for agents.\n",
    "schema.prisma": "model User {\n  id Int\n}\n",
    "chart/templates/x.yaml": "model: {{ .Values.model }}\nimage: {{ .Values.image }}\n",
    "ansible.yml": "- name: x\n  vars: {model: User, engine: InnoDB, deployment: blue}\n",
    "notes.env": "MODEL=<model>\nMODEL_NAME=$MODEL\nMODEL_ID=org/model\n",
}


READERS = (
    "mcp/", "scripts/", "agents/", "containers/", "configurations/", "modelfiles/", "javascript/",
)  # fmt: skip


def _found(text, name):
    out = set()
    for fact in stock(text.encode(), name).facts:
        if isinstance(fact, Linked) and fact.by.startswith(READERS):
            where = getattr(fact.place.where, "line", 0) or fact.place.where.pointer
            out.add((where, f"{fact.target.kind}:{fact.target.key}", fact.revision))
    return out


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_where_it_stands_and_nothing_else(name):
    text, planted = PLANTED[name]
    assert _found(text, name) == planted


@pytest.mark.parametrize("name", DECOYS)
def test_a_decoy_is_left_alone(name):
    assert _found(DECOYS[name], name) == set()


def test_an_image_that_the_project_builds_is_no_dependency():
    text = "docker build -t own:1 .\ndocker run own:1\ndocker run redis:7\nollama run hf.co/a-lab/b-1:Q4\n"
    assert _found(text, "run.sh") == {
        (3, "library:oci:redis", "7"),
        (4, "model:huggingface:a-lab/b-1", "Q4"),
    }


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("model: openai/my-proxied-model", "service:self-hosted:my-proxied-model"),
        ("model: openai/whisper-large-v3", "model:huggingface:openai/whisper-large-v3"),
        ("model: openai/gpt-4o", "service:openai:gpt-4o"),
        (
            "model: bedrock/us.anthropic.claude-3-5-sonnet-20240620-v1:0",
            "service:bedrock:us.anthropic.claude-3-5-sonnet-20240620-v1:0",
        ),
        ("model: google/gemma-2b", "model:huggingface:google/gemma-2b"),
        (
            "{provider: huggingface, model: all-MiniLM-L6-v2}",
            "model:huggingface:sentence-transformers/all-MiniLM-L6-v2",
        ),
        ("{_target_: langchain_openai.ChatOpenAI, model: gpt-4}", "service:openai:gpt-4"),
        ("model: https://huggingface.co/BAAI/bge-m3/tree/main", "model:huggingface:BAAI/bge-m3"),
        ("model_uri: s3://bucket/model", "model:url:s3://bucket/model"),
        ("hf_dataset: hf://datasets/a-lab/b", "dataset:huggingface:a-lab/b"),
        ("ollama: {model: llama3}", "model:ollama:llama3"),
        ("models: [{name: gpt-4o, provider: openai}]", "service:openai:gpt-4o"),
        (
            "{baseURL: 'https://api.mistral.ai/v1', models: {default: [mistral-small]}}",
            "service:mistral:mistral-small",
        ),
        ("tokenizer: bert-base-uncased", "tokenizer:huggingface:bert-base-uncased"),
        ("embedding_model: all-MiniLM-L6-v2", "model:huggingface:sentence-transformers/all-MiniLM-L6-v2"),
    ],
)
def test_a_name_means_what_its_prefix_and_neighbours_say(line, target):
    assert {found for _, found, _ in _found(line + "\n", "app.yaml")} == {target}


def test_no_secret_of_an_environment_file_is_stated():
    assert "abcdefghijklmnop" not in repr(stock(ENV.encode(), ".env").facts)


def test_an_example_is_less_sure():
    facts = [f for f in stock(b"OPENAI_MODEL=gpt-4o\n", ".env.example").facts if isinstance(f, Linked)]
    assert [(f.target.key, f.confidence) for f in facts] == [("openai:gpt-4o", 0.54)]


def test_a_modelfile_says_of_what_its_model_is_made():
    facts = [f for f in stock(MODELFILE.encode(), "Modelfile").facts if isinstance(f, Linked)]
    assert [(f.part.kind.value, f.relation) for f in facts] == [
        ("model", Relation.DERIVED_FROM),
        ("model", Relation.CONTAINS),
        ("model", Relation.CONTAINS),
    ]
    assert said(MODELFILE.encode(), "Modelfile") == [
        ("model:", "setting", "temperature", "0.7"),
        ("prompt:#system", "text", "", "You help."),
    ]
