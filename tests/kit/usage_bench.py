"""An application that uses many parts, written for the bench: every use stands in a comment of its line.

``# uses KIND KEY [@REVISION]``, several parted by ``;``. Whatever has no such comment is a decoy.
"""

# code of a bench

LOADING = r"""import os, argparse
from dataclasses import dataclass, field
from pathlib import Path
import transformers as tf
from transformers import AutoModel as AM, AutoTokenizer, pipeline, AutoModelForCausalLM, BitsAndBytesConfig
from sentence_transformers import SentenceTransformer, CrossEncoder
from peft import PeftModel
from datasets import load_dataset
from huggingface_hub import hf_hub_download, snapshot_download
import torch
from openai import OpenAI, AzureOpenAI
import anthropic, litellm, ollama
import functools

MODEL = "old/model-a"
MODEL = "acme/model-b"
CONFIG = {"model": "acme/cfg-model", "rev": "a"*40, "nested": {"emb": "acme/nested"}}
MODELS = {"small": "acme/small", "large": "acme/large"}
LOAD = {"trust_remote_code": True, "revision": "v1.2"}
A, B = "acme/tup-a", "acme/tup-b"

class S:
    NAME = "acme/cls-attr"
    def __init__(self, m="acme/param-default"):
        self.m = m
    def load(self):
        return AM.from_pretrained(self.m), AM.from_pretrained(self.NAME)  # uses model huggingface:acme/param-default; model huggingface:acme/cls-attr

@dataclass
class Cfg:
    model: str = "acme/dc-default"
    other: str = field(default="acme/dc-field")

def go(cfg: Cfg):
    AM.from_pretrained(cfg.model)  # uses model huggingface:acme/dc-default
    AM.from_pretrained(cfg.other)  # uses model huggingface:acme/dc-field

def load(name, rev=None):
    return AutoModelForCausalLM.from_pretrained(name, revision=rev)  # uses model huggingface:acme/via-func @deadbeef; model huggingface:acme/via-func2

def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model-name", default="acme/argparse")
    args = p.parse_args()
    AM.from_pretrained(args.model_name)  # uses model huggingface:acme/argparse
    load("acme/via-func", rev="deadbeef")
    load(name="acme/via-func2")

AM.from_pretrained(MODEL)  # uses model huggingface:acme/model-b
AM.from_pretrained(CONFIG["model"], revision=CONFIG["rev"])  # uses model huggingface:acme/cfg-model @aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
AM.from_pretrained(CONFIG["nested"]["emb"])  # uses model huggingface:acme/nested
AM.from_pretrained(MODELS.get("small"))  # uses model huggingface:acme/small
tf.AutoModel.from_pretrained(f"acme/{'fstr'}-v{2}")  # uses model huggingface:acme/fstr-v2
AM.from_pretrained("acme/%s" % "percent")  # uses model huggingface:acme/percent
AM.from_pretrained("acme/{}".format("fmt"))  # uses model huggingface:acme/fmt
AM.from_pretrained(os.environ.get("M", "acme/env-default"))  # uses model huggingface:acme/env-default
AM.from_pretrained(os.getenv("M") or "acme/or-default")  # uses model huggingface:acme/or-default
AM.from_pretrained(A if torch.cuda.is_available() else B)  # uses model huggingface:acme/tup-a; model huggingface:acme/tup-b
AM.from_pretrained("acme/kw", **LOAD)  # uses model huggingface:acme/kw @v1.2
getattr(tf, "AutoModel").from_pretrained("acme/getattr")  # uses model huggingface:acme/getattr
functools.partial(AM.from_pretrained, "acme/partial")()  # uses model huggingface:acme/partial
for n in ["acme/loop1", "acme/loop2"]:
    if n:
        SentenceTransformer(n)  # uses model huggingface:acme/loop1; model huggingface:acme/loop2
emb = SentenceTransformer("all-MiniLM-L6-v2")  # uses model huggingface:sentence-transformers/all-MiniLM-L6-v2
ce = CrossEncoder("cross-encoder/ms-marco-MiniLM-L-6-v2")  # uses model huggingface:cross-encoder/ms-marco-MiniLM-L-6-v2
base = AutoModelForCausalLM.from_pretrained("acme/base", quantization_config=BitsAndBytesConfig(load_in_4bit=True))  # uses model huggingface:acme/base
m = PeftModel.from_pretrained(base, "acme/lora")  # uses adapter huggingface:acme/lora
ds = load_dataset("acme/data", "cfg", split="train", revision="abc")  # uses dataset huggingface:acme/data @abc
hf_hub_download(repo_id="acme/file", filename="x.gguf")  # uses model huggingface:acme/file
snapshot_download("acme/snap", repo_type="dataset")  # uses dataset huggingface:acme/snap
clf = pipeline("text-classification", model="acme/pipe")  # uses model huggingface:acme/pipe
pipeline("ner")
client = OpenAI()
client.chat.completions.create(model="gpt-4o", messages=[{"role":"system","content":"You are a helpful pirate."}])  # uses prompt #system-prompt-75; service openai:gpt-4o
ds_client = OpenAI(base_url="https://api.deepseek.com", api_key="x")
ds_client.chat.completions.create(model="deepseek-chat", messages=[])  # uses service deepseek:deepseek-chat
az = AzureOpenAI(azure_endpoint="https://x.openai.azure.com")
az.chat.completions.create(model="my-deployment", messages=[])  # uses service azure:my-deployment
anthropic.Anthropic().messages.create(model="claude-3-5-sonnet-20241022", max_tokens=1)  # uses service anthropic:claude-3-5-sonnet-20241022
litellm.completion(model="groq/llama3-70b-8192", messages=[])  # uses service groq:llama3-70b-8192
ollama.chat(model="llama3.1", messages=[])  # uses model ollama:llama3.1
torch.load("weights/model.pt", weights_only=False)  # uses model path:weights/model.pt
AM.from_pretrained(os.environ["NOPE"])
main()
"""

LIBRARIES = r'''import os, json, asyncio
import boto3, spacy, whisper, timm, torch, open_clip, mlflow, wandb, replicate, cohere, dspy, joblib, pickle
import onnxruntime as ort
import tensorflow_hub as hub
import gensim.downloader as api
from faster_whisper import WhisperModel
from ultralytics import YOLO
from vllm import LLM, SamplingParams
from llama_cpp import Llama
from mlx_lm import load as mlx_load
from unsloth import FastLanguageModel
from diffusers import DiffusionPipeline, StableDiffusionPipeline, ControlNetModel
from google import genai
import google.generativeai as palm
import vertexai
from vertexai.generative_models import GenerativeModel
from vertexai.language_models import TextEmbeddingModel
from langchain_openai import ChatOpenAI, OpenAIEmbeddings, AzureChatOpenAI
from langchain_anthropic import ChatAnthropic
from langchain_community.chat_models import ChatOllama
from langchain_huggingface import HuggingFaceEmbeddings, HuggingFacePipeline
from langchain.chat_models import init_chat_model
from langchain_aws import ChatBedrock
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent
from llama_index.core import Settings
from llama_index.llms.ollama import Ollama
from llama_index.llms.openai import OpenAI as LIOpenAI
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from huggingface_hub import InferenceClient, HfApi
from pydantic_ai import Agent as PAgent
from smolagents import CodeAgent, InferenceClientModel, LiteLLMModel, DuckDuckGoSearchTool
from crewai import Agent as CrewAgent, LLM as CrewLLM
from agents import Agent, Runner, function_tool
from mcp.server.fastmcp import FastMCP
from mcp import StdioServerParameters, ClientSession
from mistralai import Mistral
from groq import Groq
import voyageai, dashscope, together
from openai import AsyncOpenAI
from datasets import load_from_disk, Dataset, load_dataset
from fastembed import TextEmbedding
from FlagEmbedding import FlagModel, BGEM3FlagModel
from bertopic import BERTopic
from safetensors.torch import load_file
import keras_hub, kagglehub, stanza
from flair.models import SequenceTagger
import nemo.collections.asr as nemo_asr
from speechbrain.inference import EncoderClassifier
from enum import Enum

SYSTEM_PROMPT = """You are a careful assistant. Answer only in French, please."""
class Models(str, Enum):
    CHAT = "gpt-4o-mini"
    EMB = "text-embedding-3-small"

nlp = spacy.load("en_core_web_sm")  # uses model spacy:en_core_web_sm
w = whisper.load_model("base")  # uses model whisper:base
fw = WhisperModel("large-v3", device="cuda")  # uses model faster-whisper:large-v3
det = YOLO("yolov8n.pt")  # uses model ultralytics:yolov8n.pt
det2 = YOLO("runs/train/best.pt")  # uses model path:runs/train/best.pt
llm = LLM(model="mistralai/Mistral-7B-Instruct-v0.3", quantization="awq", trust_remote_code=True)  # uses model huggingface:mistralai/Mistral-7B-Instruct-v0.3
l1 = Llama(model_path="./models/llama-2-7b.Q4_K_M.gguf")  # uses model path:models/llama-2-7b.Q4_K_M.gguf
l2 = Llama.from_pretrained(repo_id="TheBloke/Llama-2-7B-GGUF", filename="*Q4_K_M.gguf")  # uses model huggingface:TheBloke/Llama-2-7B-GGUF
mm, tt = mlx_load("mlx-community/Mistral-7B-v0.3-4bit")  # uses model huggingface:mlx-community/Mistral-7B-v0.3-4bit
model, tok = FastLanguageModel.from_pretrained(model_name="unsloth/llama-3-8b-bnb-4bit", load_in_4bit=True)  # uses model huggingface:unsloth/llama-3-8b-bnb-4bit
pipe = DiffusionPipeline.from_pretrained("stabilityai/sdxl-turbo", torch_dtype=torch.float16, variant="fp16").to("cuda")  # uses model huggingface:stabilityai/sdxl-turbo
pipe.load_lora_weights("nerijs/pixel-art-xl", weight_name="pixel-art-xl.safetensors")  # uses adapter huggingface:nerijs/pixel-art-xl
net = timm.create_model("resnet50", pretrained=True)  # uses model timm:resnet50
net0 = timm.create_model("vit_base_patch16_224")
net1 = timm.create_model("hf-hub:timm/eva02_base", pretrained=True)  # uses model huggingface:timm/eva02_base
th = torch.hub.load("pytorch/vision:v0.10.0", "resnet18", pretrained=True)  # uses model torchhub:pytorch/vision/resnet18 @v0.10.0
oc, _, pre = open_clip.create_model_and_transforms("ViT-B-32", pretrained="laion2b_s34b_b79k")  # uses model open_clip:ViT-B-32/laion2b_s34b_b79k
mf = mlflow.pyfunc.load_model("models:/churn/3")  # uses model mlflow:churn @3
art = wandb.init().use_artifact("team/proj/model:v3")  # uses model wandb:team/proj/model @v3
rep = replicate.run("meta/llama-2-70b-chat:abcdef12", input={})  # uses service replicate:meta/llama-2-70b-chat @abcdef12
sess = ort.InferenceSession("model.onnx")  # uses model path:model.onnx
use = hub.load("https://tfhub.dev/google/universal-sentence-encoder/4")  # uses model url:https://tfhub.dev/google/universal-sentence-encoder/4
wv = api.load("glove-wiki-gigaword-100")  # uses model gensim:glove-wiki-gigaword-100
clf = joblib.load("artifacts/clf.joblib")  # uses model path:artifacts/clf.joblib
with open("model.pkl", "rb") as f:
    mdl = pickle.load(f)  # uses model path:model.pkl
br = boto3.client("bedrock-runtime")
br.invoke_model(modelId="anthropic.claude-3-sonnet-20240229-v1:0", body=json.dumps({}))  # uses service bedrock:anthropic.claude-3-sonnet-20240229-v1:0
br.converse(modelId="meta.llama3-70b-instruct-v1:0", messages=[])  # uses service bedrock:meta.llama3-70b-instruct-v1:0
g = genai.Client()
g.models.generate_content(model="gemini-2.0-flash", contents="hi")  # uses service google:gemini-2.0-flash
palm.GenerativeModel("gemini-1.5-pro", system_instruction=SYSTEM_PROMPT)  # uses prompt #SYSTEM_PROMPT; service google:gemini-1.5-pro
GenerativeModel("gemini-1.5-flash-002")  # uses service vertex:gemini-1.5-flash-002
TextEmbeddingModel.from_pretrained("text-embedding-005")  # uses service vertex:text-embedding-005
c1 = ChatOpenAI(model="gpt-4.1", temperature=0)  # uses service openai:gpt-4.1
c2 = ChatOpenAI(model_name="gpt-4", openai_api_base="http://localhost:8000/v1")  # uses service self-hosted:gpt-4
e1 = OpenAIEmbeddings(model=Models.EMB)  # uses service openai:text-embedding-3-small
c3 = AzureChatOpenAI(azure_deployment="prod-gpt4")  # uses service azure:prod-gpt4
c4 = ChatAnthropic(model="claude-3-opus-20240229")  # uses service anthropic:claude-3-opus-20240229
c5 = ChatOllama(model="mistral")  # uses model ollama:mistral
e2 = HuggingFaceEmbeddings(model_name="BAAI/bge-small-en-v1.5", model_kwargs={"device": "cpu"})  # uses model huggingface:BAAI/bge-small-en-v1.5
hp = HuggingFacePipeline.from_model_id(model_id="gpt2", task="text-generation")  # uses model huggingface:gpt2
ic = init_chat_model("gpt-4o", model_provider="openai")  # uses service openai:gpt-4o
ic2 = init_chat_model("anthropic:claude-3-7-sonnet-latest")  # uses service anthropic:claude-3-7-sonnet-latest
cb = ChatBedrock(model_id="amazon.titan-text-express-v1")  # uses service bedrock:amazon.titan-text-express-v1
prompt = ChatPromptTemplate.from_messages([("system", SYSTEM_PROMPT), ("human", "{q}")])  # uses prompt #SYSTEM_PROMPT
pt = PromptTemplate.from_template("Summarise the text below in one line: {text}")  # uses prompt #pt

@tool  # uses tool name:search_web
def search_web(q: str) -> str:
    """Search."""
@tool("weather")  # uses tool name:get_weather
def get_weather(q): ...

react = create_react_agent(c1, [search_web, get_weather], prompt=SYSTEM_PROMPT)  # uses agent #react
Settings.llm = Ollama(model="llama3.2", request_timeout=60)  # uses model ollama:llama3.2
Settings.embed_model = HuggingFaceEmbedding(model_name="BAAI/bge-base-en-v1.5")  # uses model huggingface:BAAI/bge-base-en-v1.5
x = LIOpenAI("gpt-3.5-turbo")  # uses service openai:gpt-3.5-turbo
hfc = InferenceClient(model="HuggingFaceH4/zephyr-7b-beta")  # uses model huggingface:HuggingFaceH4/zephyr-7b-beta
hfc2 = InferenceClient()
hfc2.chat_completion(model="meta-llama/Meta-Llama-3-8B-Instruct", messages=[])  # uses model huggingface:meta-llama/Meta-Llama-3-8B-Instruct
pa = PAgent("openai:gpt-4o", system_prompt="Be concise, reply with one sentence.")  # uses agent #pa
ca = CodeAgent(tools=[DuckDuckGoSearchTool()], model=InferenceClientModel("Qwen/Qwen2.5-Coder-32B-Instruct"))  # uses agent #ca; model huggingface:Qwen/Qwen2.5-Coder-32B-Instruct
cr = CrewAgent(role="Researcher", goal="g", backstory="You are a veteran researcher.", llm=CrewLLM(model="ollama/llama3"))  # uses agent #cr; model ollama:llama3
@function_tool  # uses tool name:add
def add(a: int, b: int) -> int: ...
oa = Agent(name="Helper", instructions="You help users with their questions.", model="gpt-4o-mini", tools=[add])  # uses agent #Helper
mcp = FastMCP("weather-server")  # uses tool mcp:weather-server
@mcp.tool()  # uses tool name:forecast
def forecast(city: str): ...
sp = StdioServerParameters(command="npx", args=["-y", "@modelcontextprotocol/server-filesystem@1.0.2", "/data"])  # uses tool mcp:@modelcontextprotocol/server-filesystem @1.0.2
mi = Mistral(api_key="x"); mi.chat.complete(model="mistral-large-latest", messages=[])  # uses service mistral:mistral-large-latest
gq = Groq(); gq.chat.completions.create(model="llama-3.1-8b-instant", messages=[])  # uses service groq:llama-3.1-8b-instant
voyageai.Client().embed(["a"], model="voyage-3")  # uses service voyage:voyage-3
dashscope.Generation.call(model="qwen-max", messages=[])  # uses service dashscope:qwen-max
tg = together.Together(); tg.chat.completions.create(model="meta-llama/Llama-3-70b-chat-hf", messages=[])  # uses service together:meta-llama/Llama-3-70b-chat-hf
lm = dspy.LM("openai/gpt-4o-mini")  # uses service openai:gpt-4o-mini
co = cohere.ClientV2(); co.chat(model="command-r-plus", messages=[]); co.embed(texts=[], model="embed-english-v3.0")  # uses service cohere:command-r-plus; service cohere:embed-english-v3.0
lf = load_from_disk("data/processed")  # uses dataset path:data/processed
dj = Dataset.from_json("data/train.jsonl")  # uses dataset path:data/train.jsonl
ld = load_dataset("json", data_files={"train": "data/a.jsonl", "test": ["data/b.jsonl"]})  # uses dataset path:data/a.jsonl; dataset path:data/b.jsonl
te = TextEmbedding("BAAI/bge-small-en-v1.5")  # uses model huggingface:BAAI/bge-small-en-v1.5
fm = FlagModel("BAAI/bge-large-zh-v1.5")  # uses model huggingface:BAAI/bge-large-zh-v1.5
bt = BERTopic(embedding_model="all-mpnet-base-v2")  # uses model huggingface:sentence-transformers/all-mpnet-base-v2
sd = load_file("model.safetensors")  # uses model path:model.safetensors
kh = keras_hub.models.GemmaCausalLM.from_preset("gemma2_2b_en")  # uses model keras:gemma2_2b_en
kg = kagglehub.model_download("google/gemma/keras/gemma_2b_en")  # uses model kaggle:google/gemma/keras/gemma_2b_en
st = stanza.Pipeline("en")  # uses model stanza:en
fl = SequenceTagger.load("ner-fast")  # uses model flair:ner-fast
ne = nemo_asr.models.EncDecCTCModel.from_pretrained("nvidia/stt_en_conformer_ctc_large")  # uses model huggingface:nvidia/stt_en_conformer_ctc_large
sb = EncoderClassifier.from_hparams(source="speechbrain/spkrec-ecapa-voxceleb", savedir="tmp")  # uses model huggingface:speechbrain/spkrec-ecapa-voxceleb
async def ask(client: AsyncOpenAI):
    return await client.responses.create(model=Models.CHAT.value, instructions=SYSTEM_PROMPT, input="x")  # uses prompt #SYSTEM_PROMPT; service openai:gpt-4o-mini
class Svc:
    def __init__(self):
        self.client = AsyncOpenAI(base_url="https://openrouter.ai/api/v1")
        self.model = os.getenv("CHAT_MODEL", "anthropic/claude-3.5-sonnet")
    async def run(self):
        r = await self.client.chat.completions.create(model=self.model, messages=[{"role":"system","content":SYSTEM_PROMPT}])  # uses prompt #SYSTEM_PROMPT; service openrouter:anthropic/claude-3.5-sonnet
'''

DECOYS = r'''"""Docs: model = AutoModel.from_pretrained("doc/string-model")"""
import os
from typing import TYPE_CHECKING
from sklearn.pipeline import Pipeline, make_pipeline
import torch.nn as nn
import pandas as pd
import transformers
from openai import OpenAI
if TYPE_CHECKING:
    from transformers import AutoModel
    AutoModel.from_pretrained("type/checking")
if False:
    transformers.AutoModel.from_pretrained("dead/code")
# AutoModel.from_pretrained("comment/model")
ENCODING = "utf-8"
UNUSED = "unused/constant-model"
SUPPORTED = ["bert", "roberta", "gpt2", "meta-llama/Llama-2-7b"]
LABELS = {"gpt-4": "GPT 4", "claude-3-opus-20240229": "Claude"}
EXAMPLE = 'pipeline("text-classification", model="string/literal")'

def load_dataset(name):
    return pd.read_csv(name)
def pipeline(task, model):
    return task
class Tokenizer:
    @classmethod
    def from_pretrained(cls, path):
        return open(path)
class MyModel(nn.Module):
    @classmethod
    def from_pretrained(cls, p): return cls()
load_dataset("decoy/dataset")
pipeline("x", model="decoy/pipe")
Tokenizer.from_pretrained("decoy/tok")
MyModel.from_pretrained("decoy/mymodel")
nn.Embedding.from_pretrained("decoy/emb")
make_pipeline("decoy/sk")
Pipeline([("a", "decoy/b")])
print("decoy/print")
os.environ["HF_HOME"] = "decoy/home"
import logging
logging.getLogger("decoy/logger").info("gpt-4o")
if name := os.environ.get("X"):
    pass
def is_supported(m): return m in SUPPORTED
def pick(model):
    if model == "gpt-4o": return 1
    return {"model": "gpt-4-turbo"}
class Car:
    def create(self, model): ...
Car().create(model="Civic-2000")
class Client:
    class chat:
        class completions:
            @staticmethod
            def create(model): ...
Client().chat.completions.create(model="gpt-4o-fake")
raise_ = ValueError("use gpt-4 instead")
tokenizer_name = "decoy/never-used"
os.path.join("models", "decoy")
requests = None
import requests
requests.get("https://huggingface.co/decoy/model/resolve/main/x.bin")
transformers.AutoConfig.for_model("bert")
transformers.logging.set_verbosity_error()
df = pd.read_json("decoy/data.json")
args = {"model_name_or_path": "decoy/args"}
open("decoy/file.pt")
assert "decoy/assert"
def helper(name="decoy/unused-default"): return name.upper()
'''

CARRIED = r"""import os, sys
from functools import partial
from pathlib import Path
from typing import Optional
import click, typer, yaml
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
from transformers import *
from transformers import HfArgumentParser
try:
    from sentence_transformers import SentenceTransformer
except ImportError:
    SentenceTransformer = None
from langchain_openai import ChatOpenAI as _Chat
import importlib

BASE_DIR = Path(__file__).resolve().parent
ORG = "acme"
class Settings(BaseSettings):
    llm_model: str = "gpt-4o-2024-08-06"
    embed: str = Field(default="acme/settings-embed", env="EMB")
    model_config = {"env_file": ".env"}
settings = Settings()

class Registry:
    _models = {"en": ORG + "/reg-en", "de": ORG + "/reg-de"}
    def get(self, lang):
        return AutoModel.from_pretrained(self._models[lang])  # uses model huggingface:acme/reg-de; model huggingface:acme/reg-en
    @property
    def tok_name(self): return "/".join([ORG, "prop-tok"])
    def tok(self): return AutoTokenizer.from_pretrained(self.tok_name)  # uses model huggingface:acme/prop-tok
    @staticmethod
    def stat(): return SentenceTransformer(Registry.DEFAULT)  # uses model huggingface:acme/reg-default
    DEFAULT = "acme/reg-default"

@click.command()
@click.option("--model", "-m", default="acme/click-default")
def cli(model):
    AutoModelForSequenceClassification.from_pretrained(model)  # uses model huggingface:acme/click-default

app = typer.Typer()
@app.command()
def run(model_id: str = typer.Option("acme/typer-default", help="x")):
    AutoModel.from_pretrained(model_id)  # uses model huggingface:acme/typer-default

def lazy(model_name: Optional[str] = None):
    model_name = model_name or "acme/lazy-default"
    return SentenceTransformer(model_name, cache_folder=".", revision="main")  # uses model huggingface:acme/lazy-default @main

def build(kind):
    if kind == "a":
        name = "acme/branch-a"
    elif kind == "b":
        name = "acme/branch-b"
    else:
        raise ValueError
    return AutoModel.from_pretrained(name)  # uses model huggingface:acme/branch-a; model huggingface:acme/branch-b

llm = _Chat(model=settings.llm_model)  # uses service openai:gpt-4o-2024-08-06
emb = SentenceTransformer(settings.embed)  # uses model huggingface:acme/settings-embed
local = AutoModel.from_pretrained(BASE_DIR / "models" / "local-bert")  # uses model path:models/local-bert
local2 = AutoModel.from_pretrained(os.path.join(os.path.dirname(__file__), "ckpt"))  # uses model path:ckpt
mod = importlib.import_module("transformers")
mod.AutoModel.from_pretrained("acme/importlib")  # uses model huggingface:acme/importlib
load = partial(AutoModel.from_pretrained, trust_remote_code=True)
load("acme/partial-flag")  # uses model huggingface:acme/partial-flag
REG = [("a", "acme/row-a"), ("b", "acme/row-b")]
for label, hub_id in REG:
    try:
        m = AutoModel.from_pretrained(hub_id)  # uses model huggingface:acme/row-a; model huggingface:acme/row-b
    except OSError:
        pass
with open("c.yaml") as f: cfg = yaml.safe_load(f)
AutoModel.from_pretrained(cfg["model"])
name = "acme/x"; name += "-suffix"
AutoModel.from_pretrained(name)  # uses model huggingface:acme/x-suffix
models = {k: SentenceTransformer(v) for k, v in {"q": "acme/dc-q"}.items()}  # uses model huggingface:acme/dc-q
lst = [AutoModel.from_pretrained(m) for m in ("acme/lc-1", "acme/lc-2")]  # uses model huggingface:acme/lc-1; model huggingface:acme/lc-2
(lambda n: AutoModel.from_pretrained(n))("acme/lambda")  # uses model huggingface:acme/lambda
def outer():
    inner_name = "acme/closure"
    def inner(): return AutoModel.from_pretrained(inner_name)  # uses model huggingface:acme/closure
    return inner()
match sys.argv[1]:
    case "x": mm = "acme/match-x"
    case _: mm = "acme/match-default"
AutoModel.from_pretrained(mm)  # uses model huggingface:acme/match-default; model huggingface:acme/match-x
kw = dict(pretrained_model_name_or_path="acme/dictkw", revision="r1")
AutoModel.from_pretrained(**kw)  # uses model huggingface:acme/dictkw @r1
class Emb(SentenceTransformer):
    def __init__(self): super().__init__("acme/super-init")
AutoModel.from_pretrained(globals()["ORG"] + "/glob")  # uses model huggingface:acme/glob
AutoModel.from_pretrained("acme/" "implicit-concat")  # uses model huggingface:acme/implicit-concat
AutoModel.from_pretrained(  # uses model huggingface:acme/multi-line
    pretrained_model_name_or_path=(
        "acme/multi-line"
    ))
x = y = "acme/chain"
AutoModel.from_pretrained(y)  # uses model huggingface:acme/chain
def gen():
    yield "acme/generated"
for g in gen(): AutoModel.from_pretrained(g)
AutoModel.from_pretrained(MISSING)
class Holder: pass
h = Holder(); h.name = "acme/attr-set"
AutoModel.from_pretrained(h.name)  # uses model huggingface:acme/attr-set
_cache = {}
_cache["m"] = "acme/dict-set"
AutoModel.from_pretrained(_cache["m"])  # uses model huggingface:acme/dict-set
def defaults(cfg={"model": "acme/dict-default"}):
    AutoModel.from_pretrained(cfg["model"])  # uses model huggingface:acme/dict-default
a, *rest = ["acme/star-a", "acme/star-b"]
AutoModel.from_pretrained(a)  # uses model huggingface:acme/star-a
AutoModel.from_pretrained(rest[0])  # uses model huggingface:acme/star-b
MODEL_MAP = {"bert": BertModel, "gpt": GPT2Model}
MODEL_MAP[sys.argv[1]].from_pretrained("bert-base-uncased")  # uses model huggingface:bert-base-uncased
trainer = Trainer(model=AutoModelForMaskedLM.from_pretrained("roberta-base"))  # uses model huggingface:roberta-base
"""

CLIENT = r"""# second style: async service, class-based DI, config from module, nested functions
from __future__ import annotations
import os, logging, typing as t
import huggingface_hub as hfh
import datasets as hfds
import sentence_transformers
import transformers.pipelines as tp
from transformers import pipeline as make_pipe
import langchain_openai as lc
import openai
from openai import AsyncOpenAI as Client
from anthropic import AsyncAnthropic
from .config import DEFAULT_MODEL, settings
from app.constants import EMBEDDING_MODEL
import config as cfgmod

log = logging.getLogger(__name__)

HF_TOKEN = "hf_" + "a" * 30
PINS: t.Final[dict[str, str]] = {"acme/pinned": "0123456789abcdef0123456789abcdef01234567"}
for repo, sha in PINS.items():
    hfh.snapshot_download(repo, revision=sha, token=HF_TOKEN)  # uses model huggingface:acme/pinned @0123456789abcdef0123456789abcdef01234567

class Base:
    model_id: t.ClassVar[str] = "acme/base-cls"
    def load(self):
        return sentence_transformers.SentenceTransformer(self.model_id, device="cpu")  # uses model huggingface:acme/base-cls; model huggingface:acme/child-cls
class Child(Base):
    model_id = "acme/child-cls"
Base().load(); Child().load()

class Abstract:
    def create(self): return tp.pipeline("fill-mask", self.name)  # uses model huggingface:acme/concrete
class Concrete(Abstract):
    name = "acme/concrete"
Concrete().create()

def _load(repo: str, *, filename: str = "model.safetensors", **kw):
    return hfh.hf_hub_download(repo, filename, **kw)  # uses model huggingface:acme/kwargs-pass @main
_load("acme/kwargs-pass", revision="main")

async def main():
    c = Client()
    async with AsyncAnthropic() as a:
        await a.messages.create(model="claude-sonnet-4-20250514", max_tokens=3, system="You answer in haiku only please.", messages=[])  # uses prompt #system-prompt-45; service anthropic:claude-sonnet-4-20250514
    resp = await c.chat.completions.create(messages=[{"role": "user", "content": "gpt-4-decoy"}], model="gpt-4o-mini", temperature=0.1)  # uses service openai:gpt-4o-mini
    stream = c.beta.chat.completions.stream(model="gpt-4.1-nano")  # uses service openai:gpt-4.1-nano
    await c.embeddings.create(input="x", model="text-embedding-3-large")  # uses service openai:text-embedding-3-large
    await c.images.generate(model="dall-e-3", prompt="x")  # uses service openai:dall-e-3
    await c.audio.transcriptions.create(model="whisper-1", file=None)  # uses service openai:whisper-1

openai.api_key = "sk-..."
openai.ChatCompletion.create(model="gpt-3.5-turbo", messages=[])  # uses service openai:gpt-3.5-turbo
openai.chat.completions.create(model="gpt-4-0613", messages=[])  # uses service openai:gpt-4-0613

def get_client(): return openai.OpenAI(base_url=os.getenv("BASE", "http://localhost:11434/v1"), api_key="ollama")
get_client().chat.completions.create(model="qwen2.5:7b", messages=[])  # uses model ollama:qwen2.5:7b

llms = {"fast": lc.ChatOpenAI(model="gpt-4o-mini"), "slow": lc.ChatOpenAI(model="o1-preview")}  # uses service openai:gpt-4o-mini; service openai:o1-preview
def choose(fast: bool):
    return "acme/tern-a" if fast else "acme/tern-b"
make_pipe("summarization", model=choose(True), revision="abc123", trust_remote_code=False, device=0)  # uses model huggingface:acme/tern-a @abc123; model huggingface:acme/tern-b @abc123
ds = hfds.load_dataset("glue", "mrpc", split="validation")  # uses dataset huggingface:glue
ds2 = hfds.load_dataset(path="HuggingFaceH4/ultrachat_200k", split="train_sft")  # uses dataset huggingface:HuggingFaceH4/ultrachat_200k
ds3 = hfds.load_dataset("csv", data_files="https://example.org/x.csv")  # uses dataset url:https://example.org/x.csv
hfh.login(token="x")
hfh.HfApi().upload_folder(repo_id="acme/my-upload", folder_path="x")
hfh.create_repo("acme/created")
model.push_to_hub("acme/pushed")
sentence_transformers.SentenceTransformer(DEFAULT_MODEL)
sentence_transformers.SentenceTransformer(EMBEDDING_MODEL)
sentence_transformers.SentenceTransformer(settings.model)
sentence_transformers.SentenceTransformer(cfgmod.RERANKER)
class Emb(sentence_transformers.SentenceTransformer):
    def __init__(self): super().__init__("acme/super-init")  # uses model huggingface:acme/super-init
def deco(): return make_pipe("ner", "acme/deco")  # uses model huggingface:acme/deco
with open("x") as fh: make_pipe(task="ner", model=fh.read())
try:
    m = make_pipe("ner", model="acme/try")  # uses model huggingface:acme/try
except Exception:
    m = make_pipe("ner", model="acme/except")  # uses model huggingface:acme/except
finally:
    make_pipe("ner", model="acme/finally")  # uses model huggingface:acme/finally
while True:
    make_pipe("ner", model="acme/while"); break  # uses model huggingface:acme/while
make_pipe("ner", model=None)
tok = "acme/del"; del tok
make_pipe("ner", model=("acme/a" if x else None) or "acme/b")  # uses model huggingface:acme/a; model huggingface:acme/b
ids = ["acme/idx0", "acme/idx1", "acme/idx2"]
make_pipe("ner", model=ids[-1])  # uses model huggingface:acme/idx2
make_pipe("ner", model=ids[0:1][0])  # uses model huggingface:acme/idx0
make_pipe("ner", model="  acme/strip ".strip())  # uses model huggingface:acme/strip
make_pipe("ner", model="ACME/LOWER".lower())  # uses model huggingface:acme/lower
make_pipe("ner", model="acme-replace".replace("-", "/"))  # uses model huggingface:acme/replace
make_pipe("ner", model="{org}/{name}".format(org="acme", name="fmtkw"))  # uses model huggingface:acme/fmtkw
"""

ZOO = r"""import os
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments, Trainer
from trl import SFTTrainer, SFTConfig
from langchain.agents import initialize_agent, Tool
from langchain_community.vectorstores import Chroma, FAISS
from langchain_community.llms import HuggingFaceHub, LlamaCpp
from openai import AzureOpenAI
from autogen import AssistantAgent
from fastmcp import FastMCP, Client
from agents.mcp import MCPServerStdio
from mcp.client.streamable_http import streamablehttp_client
from anthropic import AnthropicBedrock
import google.generativeai as genai
import torchvision.models as tvm
from torchvision.models import resnet50, ResNet50_Weights
from tensorflow.keras.applications import ResNet50
import tensorflow as tf
import torchaudio
class Config:
    BASE_MODEL = "acme/base-7b"
    class Inner:
        EMB = "acme/inner"
cfg = Config()
tokenizer = AutoTokenizer.from_pretrained(Config.BASE_MODEL, use_fast=True)  # uses model huggingface:acme/base-7b
model = AutoModelForCausalLM.from_pretrained(cfg.BASE_MODEL)  # uses model huggingface:acme/base-7b
m2 = AutoModelForCausalLM.from_pretrained(Config.Inner.EMB)  # uses model huggingface:acme/inner
tr = SFTTrainer(model="acme/sft-base", args=SFTConfig(output_dir="out"))  # uses model huggingface:acme/sft-base
hub = HuggingFaceHub(repo_id="google/flan-t5-xxl")  # uses model huggingface:google/flan-t5-xxl
azure = AzureOpenAI(azure_deployment="emb-prod", azure_endpoint=os.environ["AZ"])  # uses service azure:emb-prod
azure.embeddings.create(input="x", model="emb-prod")  # uses service azure:emb-prod
asst = AssistantAgent("assistant", llm_config={"config_list": [{"model": "gpt-4-turbo", "api_key": "x"}]})  # uses agent #assistant
srv = MCPServerStdio(params={"command": "npx", "args": ["-y", "@acme/mcp-one"]})  # uses tool mcp:@acme/mcp-one
streamablehttp_client("https://mcp.example.com/mcp")  # uses tool url:https://mcp.example.com/mcp
ab = AnthropicBedrock()
ab.messages.create(model="anthropic.claude-3-5-sonnet-20241022-v2:0", max_tokens=1, messages=[])  # uses service bedrock:anthropic.claude-3-5-sonnet-20241022-v2:0
r1 = tvm.resnet18(weights="IMAGENET1K_V1")  # uses model torchvision:resnet18
r2 = resnet50(weights=ResNet50_Weights.DEFAULT)  # uses model torchvision:resnet50
r3 = resnet50(pretrained=True)  # uses model torchvision:resnet50
r4 = resnet50()
k1 = ResNet50(weights="imagenet")  # uses model keras:ResNet50
k2 = tf.keras.applications.EfficientNetB0()  # uses model keras:EfficientNetB0
k3 = tf.keras.applications.VGG16(weights=None)
km = tf.keras.models.load_model("models/classifier.keras")  # uses model path:models/classifier.keras
b = torchaudio.pipelines.WAV2VEC2_BASE.get_model()  # uses model torchaudio:WAV2VEC2_BASE
genai.configure(api_key="x")
chat = genai.GenerativeModel(model_name="models/gemini-1.5-flash")  # uses service google:gemini-1.5-flash
"""

FILES = {
    "service/loading.py": LOADING,
    "service/libraries.py": LIBRARIES,
    "service/decoys.py": DECOYS,
    "service/carried.py": CARRIED,
    "service/client.py": CLIENT,
    "service/zoo.py": ZOO,
}
