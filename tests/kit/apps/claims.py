"""An insurer's document service: Haystack, DSPy, smolagents, Ray Serve, SageMaker, Terraform, Go-like habits."""

# files of an application

FILES: dict[str, str] = {
    "setup.cfg": "[metadata]\nname = claims-desk\nversion = 3.0.0\n[options]\ninstall_requires =\n    haystack-ai==2.5.0\n    dspy-ai\n",
    "README.rst": "Claims\n======\n\nUses a model like ``rst/prose-model``.\n",
    "claims/constants.py": '''"""Names. See constdoc/old-name for history."""
from enum import Enum
from types import SimpleNamespace

ORG = "allenai"
OCR_MODEL = "microsoft/trocr-base-printed"
LAYOUT = ("microsoft/layoutlmv3-base", "cfbbbff0762e6aab37086fdd4739ad14fe7d5db4")


class Models(str, Enum):
    SMALL = "google/gemma-2-2b-it"
    LARGE = "google/gemma-2-27b-it"
    UNUSED = "enumdecoy/never-read"


class Hosted:
    CHAT = "gpt-4o-mini-2024-07-18"
    NOT_USED = "classdecoy/unused-attr"


PATHS = SimpleNamespace(cache="cache/of-things", longformer=f"{ORG}/longformer-base-4096")
REGISTRY = {"ner": dict(name="Jean-Baptiste/roberta-large-ner-english", rev="v1"), "qa": dict(name="deepset/deberta-v3-large-squad2")}
''',
    "claims/ocr.py": '''from pathlib import Path
import transformers
from transformers import (
    AutoModelForTokenClassification as TokenModel,
    TrOCRProcessor, VisionEncoderDecoderModel, LayoutLMv3ForTokenClassification,
)
from . import constants as C
from .constants import LAYOUT, Models, REGISTRY


class Ocr:
    """Reads pages (not docstr/reader-model)."""

    model_name: str = C.OCR_MODEL
    _processor = None

    @property
    def processor(self):
        if self._processor is None:
            self._processor = TrOCRProcessor.from_pretrained(self.model_name)
        return self._processor

    @classmethod
    def load(cls, *, size="base", **kw):
        name = "microsoft/trocr-%s-handwritten" % size
        return VisionEncoderDecoderModel.from_pretrained(name, **kw)


def layout():
    name, revision = LAYOUT
    return LayoutLMv3ForTokenClassification.from_pretrained(name, revision=revision)


def ner():
    spec = REGISTRY["ner"]
    return TokenModel.from_pretrained(spec["name"], revision=spec["rev"])


def gemma(big: bool = False):
    choice = Models.LARGE if big else Models.SMALL
    return transformers.AutoModelForCausalLM.from_pretrained(choice.value, attn_implementation="eager")


def long():
    return transformers.LongformerModel.from_pretrained(C.PATHS.longformer)


def donut(model_id: str | None = None):
    model_id = model_id or "naver-clova-ix/donut-base-finetuned-docvqa"
    proc = transformers.DonutProcessor.from_pretrained(model_id)
    assert model_id != "assert/compare-only"
    return proc


if Path("x").exists():
    raise SystemExit("see exit/message-model")
''',
    "claims/pipeline.py": """from haystack import Pipeline
from haystack.components.embedders import SentenceTransformersTextEmbedder, OpenAIDocumentEmbedder
from haystack.components.generators import HuggingFaceLocalGenerator, OpenAIGenerator
from haystack.components.generators.chat import HuggingFaceAPIChatGenerator, OpenAIChatGenerator
from haystack.components.rankers import TransformersSimilarityRanker
from haystack.components.readers import ExtractiveReader
from haystack.components.audio import LocalWhisperTranscriber
from haystack_integrations.components.generators.anthropic import AnthropicChatGenerator
from haystack_integrations.components.generators.amazon_bedrock import AmazonBedrockGenerator
from haystack_integrations.components.generators.ollama import OllamaGenerator
from .constants import Hosted, REGISTRY

p = Pipeline()
p.add_component("embedder", SentenceTransformersTextEmbedder(model="BAAI/bge-base-en-v1.5"))
p.add_component("docs", OpenAIDocumentEmbedder(model="text-embedding-ada-002"))
p.add_component("ranker", TransformersSimilarityRanker(model="cross-encoder/ms-marco-MiniLM-L-12-v2"))
p.add_component("reader", ExtractiveReader(model=REGISTRY["qa"]["name"]))
p.add_component("local", HuggingFaceLocalGenerator(model="google/flan-t5-xl", task="text2text-generation"))
p.add_component("chat", OpenAIChatGenerator(model=Hosted.CHAT))
p.add_component("api", HuggingFaceAPIChatGenerator(api_type="serverless_inference_api", api_params={"model": "HuggingFaceH4/zephyr-7b-alpha"}))
p.add_component("claude", AnthropicChatGenerator(model="claude-3-5-sonnet-20240620"))
p.add_component("bedrock", AmazonBedrockGenerator(model="anthropic.claude-v2:1"))
p.add_component("ollama", OllamaGenerator(model="orca-mini:3b"))
p.add_component("whisper", LocalWhisperTranscriber(model="large-v2"))
p.connect("embedder/out-decoy", "ranker/in-decoy")
""",
    "claims/optimise.py": '''import dspy
from dspy.teleprompt import BootstrapFewShot
from guidance import models as gmodels
import outlines
import instructor
from openai import OpenAI
from ctransformers import AutoModelForCausalLM as CT
from optimum.onnxruntime import ORTModelForSequenceClassification
from setfit import SetFitModel
from gliner import GLiNER
from txtai import Embeddings
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from smolagents import CodeAgent, HfApiModel, InferenceClientModel, LiteLLMModel, ToolCallingAgent, TransformersModel, tool

lm = dspy.LM("openai/gpt-4o-2024-11-20", temperature=0)
dspy.configure(lm=lm)
old = dspy.OpenAI(model="gpt-3.5-turbo-instruct")
om = outlines.models.transformers("microsoft/Phi-3-mini-128k-instruct")
gm = gmodels.Transformers("HuggingFaceTB/SmolLM-135M")
client = instructor.from_openai(OpenAI())
client.chat.completions.create(model="gpt-4-0613", response_model=dict, messages=[])
ct = CT.from_pretrained("TheBloke/Llama-2-7B-Chat-GGUF", model_file="llama-2-7b-chat.Q4_K_M.gguf", model_type="llama")
ort = ORTModelForSequenceClassification.from_pretrained("optimum/distilbert-base-uncased-finetuned-sst-2-english", export=False)
few = SetFitModel.from_pretrained("lewtun/my-awesome-setfit-model")
gl = GLiNER.from_pretrained("urchade/gliner_medium-v2.1")
emb = Embeddings(path="intfloat/e5-base-v2", content=True)
kernel_chat = OpenAIChatCompletion(ai_model_id="gpt-4-turbo-2024-04-09")


@tool
def policy_lookup(number: str) -> str:
    """Looks up a policy, not tooldoc/model.

    Args:
        number: the number
    """
    return number


helper = ToolCallingAgent(tools=[policy_lookup], model=LiteLLMModel(model_id="anthropic/claude-3-haiku-20240307"), name="policy_agent", description="Finds policies")
boss = CodeAgent(tools=[], model=HfApiModel("Qwen/Qwen2.5-Coder-32B-Instruct"), managed_agents=[helper])
small = TransformersModel(model_id="HuggingFaceTB/SmolLM2-1.7B-Instruct")
remote = InferenceClientModel(model_id="meta-llama/Llama-3.3-70B-Instruct")
''',
    "claims/serve.py": """import os, sys
import ray
from ray import serve
from vllm import AsyncLLMEngine, AsyncEngineArgs
from sagemaker.huggingface import HuggingFaceModel
from datasets import DatasetDict, load_dataset
import pandas as pd
import gradio as gr

env = os.environ
MODEL_ID = env.get("MODEL_ID", default="TheBloke/Mistral-7B-Instruct-v0.2-AWQ")
hub = {"HF_MODEL_ID": "distilbert/distilbert-base-cased-distilled-squad", "HF_TASK": "question-answering"}


@serve.deployment(num_replicas=2, ray_actor_options={"num_gpus": 1})
class Engine:
    def __init__(self, model: str = MODEL_ID):
        self.engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model=model, trust_remote_code=True))


hf = HuggingFaceModel(env=hub, role="role/arn-decoy", transformers_version="4.37.0")
splits = {s: load_dataset("squad_v2", split=s) for s in ("train", "validation")}
csv = pd.read_csv("hf://datasets/scikit-learn/iris/Iris.csv")
data = DatasetDict.load_from_disk("data/claims_tok") if False else load_dataset("parquet", data_files={"train": "s3://acme-claims/train/*.parquet"})
demo = gr.load("models/google/vit-base-patch16-384")
box = gr.Dropdown(["dropdown/choice-a", "dropdown/choice-b"], label="pick")
EXAMPLES = [["example/row-decoy", 1]]
""",
    "claims/legacy.py": '''def never():
    text = """
    from transformers import AutoModel
    AutoModel.from_pretrained("string/code-in-string")
    """
    return text


# from_pretrained("hash/comment-model")
def log(msg): print("logging/decoy-model", msg)
''',
    "claims/test_helpers/helper_test.py": 'from transformers import AutoModel\nAutoModel.from_pretrained("suffix/test-model")\n',
    "config/settings.toml": """[default]
name = "claims/desk"
[default.llm]
provider = "anthropic"
model = "claude-3-sonnet-20240229"
# model = "tomlcomment/model"
[default.embedding]
model_name = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
[default.queue]
topic = "claims/incoming"
""",
    "config/models.json": """{
  "summariser": {"type": "huggingface", "repo_id": "philschmid/bart-large-cnn-samsum", "revision": "e49b3d60d923f12db22bdd363356f1a4c68532ad"},
  "vision": {"provider": "google", "model": "gemini-1.5-pro-001"},
  "note": "jsonnote/not-a-model"
}
""",
    "infra/main.tf": """resource "aws_sagemaker_model" "qa" {
  name = "claims-qa"
  primary_container {
    environment = {
      HF_MODEL_ID = "deepset/tinyroberta-squad2"
      HF_TASK     = "question-answering"
    }
  }
}
# HF_MODEL_ID = "tfcomment/model"
""",
    "infra/kserve.yaml": """apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: llama
spec:
  predictor:
    model:
      modelFormat: {name: huggingface}
      storageUri: hf://meta-llama/Meta-Llama-3-8B-Instruct
""",
    "docker/Dockerfile.tei": """FROM ghcr.io/huggingface/text-embeddings-inference:cpu-1.5
ENV MODEL_ID=BAAI/bge-m3 \\
    REVISION=5617a9f61b028005a4858fdac845db406aefb181
ENTRYPOINT ["text-embeddings-router", "--port", "80"]
""",
    "docker/Dockerfile": """FROM python:3.12 AS build
RUN python - <<'PY'
from sentence_transformers import SentenceTransformer
SentenceTransformer("sentence-transformers/gtr-t5-base")
PY
RUN --mount=type=cache,target=/root/.cache \\
    python -m spacy download en_core_web_lg
""",
    "compose.yaml": """services:
  localai:
    image: localai/localai:latest
    environment:
      MODELS: "unclear"
      EMBEDDINGS_MODEL: mixedbread-ai/mxbai-embed-large-v1
  llama:
    image: ghcr.io/ggerganov/llama.cpp:server
    command: -hf ggml-org/gemma-3-4b-it-GGUF -c 4096 --port 8080
""",
    "Justfile": "pull:\n    ollama pull llava:13b\n\neval:\n    promptfoo eval -c promptfooconfig.yaml\n",
    "promptfooconfig.yaml": "description: claims\nproviders:\n  - openai:gpt-4.1\n  - id: anthropic:messages:claude-3-5-haiku-20241022\nprompts:\n  - 'Summarise pfprompt/not-model: {{text}}'\n",
    "notebooks/triage.ipynb": '{"cells":[{"cell_type":"code","metadata":{},"outputs":[{"output_type":"stream","name":"stdout","text":["loaded output/cell-model\\n"]}],"execution_count":1,"source":["from transformers import pipeline\\n","pipe = pipeline(\'text-classification\', model=\'ProsusAI/finbert\')\\n","!ollama pull gemma2:9b\\n","# pipeline(model=\'nbhash/comment\')\\n"]},{"cell_type":"raw","metadata":{},"source":["pipeline(model=\'rawcell/model\')"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}',
    "ui/src/chat.tsx": """import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { HfInference } from '@huggingface/inference';
import { ChatOpenAI } from '@langchain/openai';
import Groq from 'groq-sdk';
const hf = new HfInference(process.env.HF);
const gen = new GoogleGenerativeAI(key).getGenerativeModel({ model: 'gemini-1.5-flash-001' });
const anthropic = new Anthropic();
export async function ask(q: string) {
  // model: 'tscomment/model'
  const m = await anthropic.messages.create({ model: 'claude-3-opus-latest', max_tokens: 5, messages: [] });
  const s = await hf.summarization({ model: 'sshleifer/distilbart-cnn-12-6', inputs: q });
  const g = await new Groq().chat.completions.create({ model: 'llama3-70b-8192', messages: [] });
  const l = new ChatOpenAI({ modelName: 'gpt-4-1106-preview' });
  return fetch('/ui/path-decoy');
}
""",
    "server/main.go": """package main

import openai "github.com/sashabaranov/go-openai"

// model: gocomment/model
func ask(c *openai.Client) {
	c.CreateChatCompletion(ctx, openai.ChatCompletionRequest{Model: "gpt-4o-2024-08-06"})
}
""",
    "scripts/train.sh": """MODELS=("roberta-large" "FacebookAI/xlm-roberta-base")
for m in "${MODELS[@]}"; do
  python run_glue.py --model_name_or_path "$m" --task_name mnli --output_dir out/"$m"
done
python -m torch.distributed.run finetune.py --base_model=tiiuae/falcon-40b --dataset_name=tatsu-lab/alpaca
cat <<EOF
huggingface-cli download heredoc/model
EOF
""",
}

USED = {
    "model huggingface:microsoft/trocr-base-printed",
    "model huggingface:microsoft/trocr-base-handwritten",
    "model huggingface:microsoft/layoutlmv3-base",
    "model huggingface:Jean-Baptiste/roberta-large-ner-english",
    "model huggingface:google/gemma-2-2b-it",
    "model huggingface:google/gemma-2-27b-it",
    "model huggingface:allenai/longformer-base-4096",
    "model huggingface:naver-clova-ix/donut-base-finetuned-docvqa",
    "model huggingface:BAAI/bge-base-en-v1.5",
    "service openai:text-embedding-ada-002",
    "model huggingface:cross-encoder/ms-marco-MiniLM-L-12-v2",
    "model huggingface:deepset/deberta-v3-large-squad2",
    "model huggingface:google/flan-t5-xl",
    "service openai:gpt-4o-mini-2024-07-18",
    "model huggingface:HuggingFaceH4/zephyr-7b-alpha",
    "service anthropic:claude-3-5-sonnet-20240620",
    "service bedrock:anthropic.claude-v2:1",
    "model ollama:orca-mini:3b",
    "model whisper:large-v2",
    "service openai:gpt-4o-2024-11-20",
    "service openai:gpt-3.5-turbo-instruct",
    "model huggingface:microsoft/Phi-3-mini-128k-instruct",
    "model huggingface:HuggingFaceTB/SmolLM-135M",
    "service openai:gpt-4-0613",
    "model huggingface:TheBloke/Llama-2-7B-Chat-GGUF",
    "model huggingface:optimum/distilbert-base-uncased-finetuned-sst-2-english",
    "model huggingface:lewtun/my-awesome-setfit-model",
    "model huggingface:urchade/gliner_medium-v2.1",
    "model huggingface:intfloat/e5-base-v2",
    "service openai:gpt-4-turbo-2024-04-09",
    "tool name:policy_lookup",
    "service anthropic:claude-3-haiku-20240307",
    "agent ./claims#policy_agent",
    "agent ./claims#boss",
    "model huggingface:Qwen/Qwen2.5-Coder-32B-Instruct",
    "model huggingface:HuggingFaceTB/SmolLM2-1.7B-Instruct",
    "model huggingface:meta-llama/Llama-3.3-70B-Instruct",
    "model huggingface:TheBloke/Mistral-7B-Instruct-v0.2-AWQ",
    "model huggingface:distilbert/distilbert-base-cased-distilled-squad",
    "dataset huggingface:squad_v2",
    "dataset huggingface:scikit-learn/iris",
    "dataset url:s3://acme-claims/train/*.parquet",
    "dataset path:data/claims_tok",
    "model huggingface:google/vit-base-patch16-384",
    "service anthropic:claude-3-sonnet-20240229",
    "model huggingface:sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
    "model huggingface:philschmid/bart-large-cnn-samsum",
    "service google:gemini-1.5-pro-001",
    "model huggingface:deepset/tinyroberta-squad2",
    "model huggingface:meta-llama/Meta-Llama-3-8B-Instruct",
    "model huggingface:BAAI/bge-m3",
    "model huggingface:sentence-transformers/gtr-t5-base",
    "model spacy:en_core_web_lg",
    "model huggingface:mixedbread-ai/mxbai-embed-large-v1",
    "model huggingface:ggml-org/gemma-3-4b-it-GGUF",
    "model ollama:llava:13b",
    "service openai:gpt-4.1",
    "service anthropic:claude-3-5-haiku-20241022",
    "model huggingface:ProsusAI/finbert",
    "model ollama:gemma2:9b",
    "service google:gemini-1.5-flash-001",
    "service anthropic:claude-3-opus-latest",
    "model huggingface:sshleifer/distilbart-cnn-12-6",
    "service groq:llama3-70b-8192",
    "service openai:gpt-4-1106-preview",
    "service openai:gpt-4o-2024-08-06",
    "model huggingface:roberta-large",
    "model huggingface:FacebookAI/xlm-roberta-base",
    "model huggingface:tiiuae/falcon-40b",
    "dataset huggingface:tatsu-lab/alpaca",
}

PINNED = {
    "microsoft/layoutlmv3-base": "cfbbbff0762e6aab37086fdd4739ad14fe7d5db4",
    "Jean-Baptiste/roberta-large-ner-english": "v1",
    "philschmid/bart-large-cnn-samsum": "e49b3d60d923f12db22bdd363356f1a4c68532ad",
}

DECOYS = {
    "rst/prose-model", "constdoc/old-name", "enumdecoy/never-read", "classdecoy/unused-attr", "cache/of-things",
    "docstr/reader-model", "assert/compare-only", "exit/message-model", "embedder/out-decoy", "ranker/in-decoy",
    "tooldoc/model", "role/arn-decoy", "dropdown/choice-a", "dropdown/choice-b", "example/row-decoy",
    "string/code-in-string", "hash/comment-model", "logging/decoy-model", "suffix/test-model", "claims/desk",
    "tomlcomment/model", "claims/incoming", "jsonnote/not-a-model", "tfcomment/model", "pfprompt/not-model",
    "output/cell-model", "nbhash/comment", "rawcell/model", "tscomment/model", "ui/path-decoy", "gocomment/model",
    "heredoc/model",
}  # fmt: skip
