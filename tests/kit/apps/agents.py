"""A platform of agents: MCP servers, several agent frameworks, hosted models of many providers, a web front."""

# files of an application

FILES: dict[str, str] = {
    "pyproject.toml": """[tool.poetry]
name = "agent-platform"
version = "0.9.0"
description = "Agents"

[tool.poetry.dependencies]
python = "^3.11"
crewai = "0.51.1"
langgraph = "^0.2"
pydantic-ai = { version = "0.0.14", extras = ["openai"] }
""",
    ".mcp.json": """{
  "mcpServers": {
    "filesystem": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@0.6.2", "/srv/data"]},
    "github": {"type": "http", "url": "https://api.githubcopilot.com/mcp/"},
    "fetch": {"command": "uvx", "args": ["mcp-server-fetch==0.6.2"]}
  }
}
""",
    "src/platform_app/graph.py": '''from typing import Annotated, TypedDict

from langchain.chat_models import init_chat_model
from langchain_anthropic import ChatAnthropic
from langchain_aws import ChatBedrockConverse
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_google_vertexai import ChatVertexAI
from langchain_mistralai import ChatMistralAI
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from langgraph.prebuilt import create_react_agent

ROUTER = "gpt-4.1-mini"


@tool
def search_orders(customer: str) -> str:
    """Search the orders of a customer. Not a model: toolstring/search-model."""
    return customer


planner = ChatOpenAI(model_name=ROUTER, temperature=0)
writer = ChatAnthropic(model="claude-3-7-sonnet-latest", max_tokens=4000)
critic = ChatGoogleGenerativeAI(model="gemini-1.5-pro-002")
vertex = ChatVertexAI(model_name="gemini-2.0-flash-001", project="acme/prod-project")
aws = ChatBedrockConverse(model="us.amazon.nova-pro-v1:0", region_name="us-east-1")
mistral = ChatMistralAI(model="mistral-large-2411")
azure = AzureChatOpenAI(azure_deployment="gpt4o-acme-prod", api_version="2024-06-01")
cheap = init_chat_model("deepseek-chat", model_provider="deepseek")
any_model = init_chat_model("xai:grok-2-latest")
agent = create_react_agent("openai:o3-mini", tools=[search_orders], prompt="You are a careful clerk of prompt/agent-words.", name="clerk")
''',
    "src/platform_app/crew.py": """from crewai import LLM, Agent, Crew, Process, Task
from crewai.project import CrewBase, agent, crew
from crewai_tools import SerperDevTool, ScrapeWebsiteTool

llm = LLM(model="openrouter/meta-llama/llama-3.1-405b-instruct", temperature=0.3)
local = LLM(model="ollama/qwen2.5:14b", base_url="http://ollama:11434")
# llm = LLM(model="commented/out-llm")

researcher = Agent(
    role="Researcher",
    goal="Find facts",
    backstory="You worked at backstory/fake-lab before.",
    llm=llm,
    tools=[SerperDevTool(), ScrapeWebsiteTool()],
)
writer = Agent(role="Writer", goal="Write", backstory="...", llm="gemini/gemini-1.5-flash")
task = Task(description="Compare taskdesc/model-a", expected_output="A table", agent=researcher)
crew_ = Crew(agents=[researcher, writer], tasks=[task], process=Process.sequential, embedder={"provider": "voyageai", "config": {"model": "voyage-3-lite"}})
""",
    "src/platform_app/config/agents.yaml": """analyst:
  role: >
    {topic} Analyst
  goal: >
    Analyse {topic} without yamlgoal/decoy-model
  backstory: >
    Seasoned.
  llm: azure/gpt-4o-mini-analyst
""",
    "src/platform_app/typed.py": '''"""Typed agents (see moduledoc/typed-model)."""
from openai import OpenAI
from pydantic import BaseModel
from pydantic_ai import Agent, RunContext
from pydantic_ai.models.openai import OpenAIModel
from pydantic_ai.models.groq import GroqModel
from pydantic_ai.models.fallback import FallbackModel


class Answer(BaseModel):
    source: str = "answers/source-default"
    text: str


support = Agent("anthropic:claude-3-opus-20240229", result_type=Answer, system_prompt="Be brief.")
sub = Agent(OpenAIModel("gpt-4o-audio-preview"), name="listener")
fast = GroqModel("llama-3.3-70b-versatile")


@support.tool
async def lookup_balance(ctx: RunContext[int], account: str) -> float:
    """Look up the balance."""
    return 0.0


@support.tool_plain
def today() -> str:
    return "2026-01-01"
''',
    "src/platform_app/openai_agents.py": '''from agents import Agent, Runner, WebSearchTool, function_tool
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp


@function_tool
def refund(order_id: str) -> str:
    """Refund an order."""
    return "refunded/order-text"


triage = Agent(name="Triage", instructions="Route the request.", model="gpt-4.1-nano", tools=[refund, WebSearchTool()])
billing = Agent(name="Billing", instructions="Handle bills.", handoffs=[triage])
git = MCPServerStdio(params={"command": "uvx", "args": ["mcp-server-git"]}, name="git")
''',
    "src/platform_app/index.py": '''from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.agent import FunctionCallingAgent
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.ollama import Ollama
from llama_index.llms.openai_like import OpenAILike
from llama_index.llms.together import TogetherLLM
from llama_index.postprocessor.cohere_rerank import CohereRerank
from llama_index.readers.huggingface_fs import HuggingFaceFSReader


def multiply(a: int, b: int) -> int:
    """Multiply."""
    return a * b


Settings.embed_model = HuggingFaceEmbedding("Snowflake/snowflake-arctic-embed-m")
Settings.llm = Ollama(model="mixtral:8x7b", request_timeout=120.0)
together = TogetherLLM(model="mistralai/Mixtral-8x22B-Instruct-v0.1", api_key="x")
like = OpenAILike(model="acme-internal-chat", api_base="https://llm.acme.example/v1")
rerank = CohereRerank(model="rerank-multilingual-v3.0", top_n=3)
mul = FunctionTool.from_defaults(fn=multiply)
''',
    "src/platform_app/raw.py": """import json
import os

import boto3
import google.generativeai as genai
import requests
import vertexai
from google import genai as newgenai
from mistralai import Mistral
from vertexai.generative_models import GenerativeModel
import replicate
from together import Together

BEDROCK = boto3.client("bedrock-runtime", region_name="eu-central-1")
S3 = boto3.client("s3")
EMBED = os.environ.get("BEDROCK_EMBED", "amazon.titan-embed-text-v2:0")


def bedrock(prompt: str):
    body = json.dumps({"prompt": prompt})
    return BEDROCK.invoke_model(modelId="meta.llama3-1-70b-instruct-v1:0", body=body)


def embed(text: str):
    S3.get_object(Bucket="bucket/not-a-model", Key="key/not-a-model.json")
    return BEDROCK.invoke_model(modelId=EMBED, body=json.dumps({"inputText": text}))


def gemini():
    model = genai.GenerativeModel("gemini-1.5-flash-8b", system_instruction="Be kind.")
    v = GenerativeModel(model_name="gemini-1.0-pro-vision-001")
    c = newgenai.Client()
    c.models.generate_content(model="gemini-2.5-flash-preview-04-17", contents="hi")
    return model, v


def others():
    Mistral(api_key="k").chat.complete(model="codestral-latest", messages=[])
    replicate.run("black-forest-labs/flux-schnell", input={"prompt": "words/in-prompt"})
    Together().chat.completions.create(model="deepseek-ai/DeepSeek-V3", messages=[])
    return requests.post(
        "https://api-inference.huggingface.co/models/deepset/roberta-base-squad2", json={"inputs": "x"}, timeout=9
    )


def openai_over_http(q):
    return requests.post("https://api.openai.com/v1/chat/completions", json={"model": "gpt-3.5-turbo-0125", "messages": [q]})


def github(path="repos/acme/agents"):
    return requests.get(f"https://api.github.com/{path}")
""",
    "src/platform_app/server.py": '''from mcp.server.fastmcp import FastMCP

mcp = FastMCP("acme-orders")


@mcp.tool()
def get_order(order_id: str) -> dict:
    """Fetch an order."""
    return {}


@mcp.resource("orders://latest/resource-decoy")
def latest() -> str:
    return ""


if __name__ == "__main__":
    mcp.run()
''',
    "litellm_config.yaml": """model_list:
  - model_name: fast
    litellm_params:
      model: fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct
      api_key: os.environ/FIREWORKS_API_KEY
  - model_name: smart
    litellm_params:
      model: bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0
      aws_region_name: us-west-2
  - model_name: local
    litellm_params:
      model: hosted_vllm/Qwen/Qwen2.5-Coder-32B-Instruct
      api_base: http://vllm:8000
""",
    "web/package.json": """{"name": "agent-web", "version": "1.0.0", "dependencies": {"ai": "3.3.0", "@ai-sdk/openai": "0.0.50", "openai": "4.56.0", "@xenova/transformers": "2.17.2", "react": "18.3.1"}}
""",
    "web/app/api/chat/route.ts": """import { openai } from '@ai-sdk/openai';
import { anthropic } from '@ai-sdk/anthropic';
import { google } from "@ai-sdk/google";
import { streamText, generateObject } from 'ai';

// const old = openai('jscomment/gpt-old');
const REASONER = 'claude-3-5-haiku-20241022';

export async function POST(req: Request) {
  const { messages } = await req.json();
  const path = '/api/js-path/decoy';
  if (messages.length > 20) {
    return streamText({ model: anthropic(REASONER), messages }).toDataStreamResponse();
  }
  const extra = await generateObject({ model: google('gemini-1.5-flash-002'), prompt: 'use jsprompt/not-model' });
  const result = await streamText({ model: openai('gpt-4o-2024-05-13'), messages });
  return result.toDataStreamResponse();
}
""",
    "web/lib/embed.mjs": """import { pipeline, AutoTokenizer } from '@xenova/transformers';
import OpenAI from 'openai';
/* pipeline('feature-extraction', 'jsblock/comment-model') */
const extractor = await pipeline('feature-extraction', 'Xenova/all-MiniLM-L6-v2', { quantized: true });
const MODEL = process.env.TITLE_MODEL || 'gpt-4o-mini-2024-07-18';
const client = new OpenAI();
export const title = (t) => client.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: t }] });
export const images = (p) => client.images.generate({ model: "dall-e-3", prompt: p });
console.log('console/log-model');
""",
    "web/__tests__/embed.test.ts": "import { pipeline } from '@xenova/transformers';\nawait pipeline('fill-mask', 'jstest/fixture-model');\n",
    "prompts/triage.md": "You are a triage agent for promptfile/model-decoy.\n",
    "Modelfile": 'FROM llama3.2:3b\nPARAMETER temperature 0.4\nSYSTEM """You are a helper."""\n',
    "docs/usage.py": '# ChatOpenAI(model="docs/comment-chat")\nprint("docsprint/model")\n',
    "examples/bad.py": 'def broken(:\n  ChatOpenAI(model="broken/syntax-model"\n',
}

USED = {
    "service openai:gpt-4.1-mini",
    "service anthropic:claude-3-7-sonnet-latest",
    "service google:gemini-1.5-pro-002",
    "service vertex:gemini-2.0-flash-001",
    "service bedrock:us.amazon.nova-pro-v1:0",
    "service mistral:mistral-large-2411",
    "service azure:gpt4o-acme-prod",
    "service deepseek:deepseek-chat",
    "service xai:grok-2-latest",
    "service openai:o3-mini",
    "service openrouter:meta-llama/llama-3.1-405b-instruct",
    "model ollama:qwen2.5:14b",
    "service google:gemini-1.5-flash",
    "service voyageai:voyage-3-lite",
    "service azure:gpt-4o-mini-analyst",
    "service anthropic:claude-3-opus-20240229",
    "service openai:gpt-4o-audio-preview",
    "service groq:llama-3.3-70b-versatile",
    "service openai:gpt-4.1-nano",
    "model huggingface:Snowflake/snowflake-arctic-embed-m",
    "model ollama:mixtral:8x7b",
    "service together:mistralai/Mixtral-8x22B-Instruct-v0.1",
    "service self-hosted:acme-internal-chat",
    "service cohere:rerank-multilingual-v3.0",
    "service bedrock:meta.llama3-1-70b-instruct-v1:0",
    "service bedrock:amazon.titan-embed-text-v2:0",
    "service google:gemini-1.5-flash-8b",
    "service vertex:gemini-1.0-pro-vision-001",
    "service google:gemini-2.5-flash-preview-04-17",
    "service mistral:codestral-latest",
    "service replicate:black-forest-labs/flux-schnell",
    "service together:deepseek-ai/DeepSeek-V3",
    "model huggingface:deepset/roberta-base-squad2",
    "service openai:gpt-3.5-turbo-0125",
    "service fireworks:accounts/fireworks/models/llama-v3p1-8b-instruct",
    "service bedrock:anthropic.claude-3-5-sonnet-20240620-v1:0",
    "model huggingface:Qwen/Qwen2.5-Coder-32B-Instruct",
    "service anthropic:claude-3-5-haiku-20241022",
    "service google:gemini-1.5-flash-002",
    "service openai:gpt-4o-2024-05-13",
    "model huggingface:Xenova/all-MiniLM-L6-v2",
    "service openai:gpt-4o-mini-2024-07-18",
    "service openai:dall-e-3",
    "model ollama:llama3.2:3b",
    "model ./Modelfile",
    "tool mcp:filesystem",
    "tool mcp:github",
    "tool mcp:fetch",
    "tool mcp:mcp-server-git",
    "tool mcp:acme-orders",
    "tool name:search_orders",
    "tool name:lookup_balance",
    "tool name:today",
    "tool name:refund",
    "tool name:get_order",
    "tool name:multiply",
    "tool name:SerperDevTool",
    "tool name:ScrapeWebsiteTool",
    "tool name:WebSearchTool",
    "agent ./src/platform_app#clerk",
    "agent ./src/platform_app#researcher",
    "agent ./src/platform_app#writer",
    "agent ./src/platform_app/config#analyst",
    "agent ./src/platform_app#listener",
    "agent ./src/platform_app#support",
    "agent ./src/platform_app#Triage",
    "agent ./src/platform_app#Billing",
}

PINNED: dict[str, str] = {}

DECOYS = {
    "toolstring/search-model", "acme/prod-project", "prompt/agent-words", "commented/out-llm", "backstory/fake-lab",
    "taskdesc/model-a", "yamlgoal/decoy-model", "moduledoc/typed-model", "answers/source-default",
    "refunded/order-text", "bucket/not-a-model", "key/not-a-model", "words/in-prompt", "repos/acme/agents",
    "resource-decoy", "jscomment/gpt-old", "js-path/decoy", "jsprompt/not-model", "jsblock/comment-model",
    "console/log-model", "jstest/fixture-model", "promptfile/model-decoy", "docs/comment-chat", "docsprint/model",
    "broken/syntax-model", "os.environ/FIREWORKS_API_KEY",
}  # fmt: skip
