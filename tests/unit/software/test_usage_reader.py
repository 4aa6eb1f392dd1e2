"""What code uses: pins, settings, confidence, owners, prompts, what is not known."""

import json

import pytest

from backstamp.core.reading import Status
from kit.stock import linked, said, stock, ties

IMPORTS = """import os, torch, transformers
from transformers import AutoModel, pipeline
from openai import OpenAI
"""


def _ties(code, name="app.py"):
    return ties((IMPORTS + code).encode(), name)


def _said(code):
    return said((IMPORTS + code).encode(), "app.py")


def test_a_literal_is_surer_than_a_carried_name_and_a_default_is_least_sure():
    code = (
        'AutoModel.from_pretrained("acme/a")\nN = "acme/b"\nAutoModel.from_pretrained(N)\n'
        'AutoModel.from_pretrained(os.environ.get("M", "acme/c"))\n'
        'def f(n="acme/d"):\n    AutoModel.from_pretrained(n)\n'
    )
    found = [(f.target.key, f.confidence, f.manner) for f in linked((IMPORTS + code).encode(), "app.py")]
    callee = "transformers.AutoModel.from_pretrained"
    assert found == [
        ("huggingface:acme/a", 0.95, callee),
        ("huggingface:acme/b", 0.8, callee),
        ("huggingface:acme/c", 0.6, callee + " by default"),
        ("huggingface:acme/d", 0.6, callee + " by default"),
    ]


def test_states_how_a_model_is_loaded():
    code = (
        'AutoModel.from_pretrained("acme/a", revision="v1", trust_remote_code=True, use_safetensors=False,\n'
        "    torch_dtype=torch.bfloat16, subfolder='unet',\n"
        "    quantization_config=transformers.BitsAndBytesConfig(\n"
        '    load_in_4bit=True, bnb_4bit_quant_type="nf4"), token="hf_abcdefghijklmnopqrstuvwx")\n'
    )
    part = "model:huggingface:acme/a"
    assert _ties(code) == [("system:", "uses", part, "transformers.AutoModel.from_pretrained", "v1")]
    assert _said(code) == [
        (part, "flag", "trust_remote_code", "true"),
        (part, "flag", "use_safetensors", "false"),
        (part, "flag", "torch_dtype", "torch.bfloat16"),
        (part, "flag", "load_in_4bit", "true"),
        (part, "flag", "bnb_4bit_quant_type", "nf4"),
        (part, "role", "", "subfolder unet"),
    ]


def test_an_adapter_is_put_upon_its_base():
    code = (
        "from peft import PeftModel\nbase = AutoModel.from_pretrained('acme/base')\n"
        "PeftModel.from_pretrained(base, 'acme/lora')\n"
    )
    assert _ties(code)[1:] == [
        ("system:", "uses", "adapter:huggingface:acme/lora", "peft.PeftModel.from_pretrained", ""),
        ("adapter:huggingface:acme/lora", "derived-from", "model:huggingface:acme/base", "adapter", ""),
    ]


@pytest.mark.parametrize(
    ("address", "name", "target"),
    [
        ("https://api.deepseek.com/v1", "deepseek-chat", "service:deepseek:deepseek-chat"),
        ("https://api.groq.com/openai/v1", "llama-3.1-8b-instant", "service:groq:llama-3.1-8b-instant"),
        ("http://localhost:11434/v1", "llama3.2", "model:ollama:llama3.2"),
        ("http://10.0.0.5:8000/v1", "meta-llama/Llama-3.1-8B", "model:huggingface:meta-llama/Llama-3.1-8B"),
        ("https://evil-openai.com/v1", "gpt-4o", "service:self-hosted:gpt-4o"),
        ("https://api.openai.com/v1", "gpt-4o", "service:openai:gpt-4o"),
    ],
)
def test_the_address_of_a_client_tells_the_provider(address, name, target):
    code = f"c = OpenAI(base_url={address!r})\nc.chat.completions.create(model={name!r}, messages=[])\n"
    assert [t[2] for t in _ties(code)] == [target]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("gpt-4o", "service:openai:gpt-4o"),
        ("anthropic/claude-3-haiku", "service:anthropic:claude-3-haiku"),
        ("bedrock/anthropic.claude-v2", "service:bedrock:anthropic.claude-v2"),
        ("vertex_ai/gemini-1.5-pro", "service:vertex:gemini-1.5-pro"),
        ("azure/my-deployment", "service:azure:my-deployment"),
        ("ollama_chat/llama3", "model:ollama:llama3"),
        ("huggingface/acme/x", "model:huggingface:acme/x"),
        ("openrouter/meta/llama-3", "service:openrouter:meta/llama-3"),
    ],
)
def test_a_routed_name_tells_the_provider(name, target):
    assert [t[2] for t in _ties(f"import litellm\nlitellm.completion({name!r}, messages=[])\n")] == [target]


def test_an_agent_uses_its_model_its_tools_and_its_prompt():
    code = (
        "from agents import Agent, function_tool\nPROMPT = 'You help with orders, politely.'\n"
        "@function_tool\ndef refund(order: str): ...\n"
        "Agent(name='Orders', instructions=PROMPT, model='gpt-4o', tools=[refund])\n"
    )
    assert _ties(code) == [
        ("system:", "uses", "tool:name:refund", "agents.function_tool", ""),
        ("system:", "uses", "agent:#Orders", "agents.Agent", ""),
        ("agent:#Orders", "uses", "prompt:#PROMPT", "agents.Agent", ""),
        ("agent:#Orders", "uses", "service:openai:gpt-4o", "agents.Agent", ""),
        ("agent:#Orders", "uses", "tool:name:refund", "agents.Agent", ""),
    ]


def test_names_mcp_servers_by_what_runs_and_pins_them():
    code = (
        "from mcp import StdioServerParameters as P\n"
        "P(command='npx', args=['-y', '@acme/files@1.2.0', '/data'])\n"
        "P(command='uvx', args=['mcp-server-git==0.3'])\n"
        "P(command='docker', args=['run', '-i', '--rm', 'ghcr.io/acme/mcp:2'])\n"
        "P(command='python', args=['-m', 'acme.server'])\n"
    )
    assert [(t[2], t[4]) for t in _ties(code)] == [
        ("tool:mcp:@acme/files", "1.2.0"),
        ("tool:mcp:mcp-server-git", "0.3"),
        ("tool:mcp:ghcr.io/acme/mcp", "2"),
        ("tool:mcp:acme.server", ""),
    ]


def test_masks_secrets_in_prompts_and_bounds_them():
    key = "sk-" + "proj-" + "a1B2" * 10
    code = (
        f"c = OpenAI()\nc.chat.completions.create(model='gpt-4o', messages=[{{'role': 'system', "
        f"'content': 'Use the key {key} for all calls. ' + 'x' * 9000}}])\n"
    )
    texts = [row[3] for row in _said(code) if row[1] == "text"]
    assert [(key in text, "sk-proj-****" in text, len(text) <= 4000) for text in texts] == [
        (False, True, True)
    ]


def test_says_how_many_calls_are_not_known_before_run_time():
    code = (
        "import yaml\ncfg = yaml.safe_load(open('c'))\nAutoModel.from_pretrained(cfg['m'])\npipeline('ner')\n"
    )
    assert _said(code) == [
        (
            "system:",
            "unknown",
            "model reference",
            (
                "2 calls whose models are not known before run time: transformers.AutoModel.from_pretrained, "
                "transformers.pipeline (ner)"
            ),
        )
    ]


def test_a_call_that_is_known_by_one_way_is_no_gap():
    code = "def load(n):\n    return AutoModel.from_pretrained(n)\ndef go():\n    load('acme/a')\n"
    assert (_said(code), [t[2] for t in _ties(code)]) == ([], ["model:huggingface:acme/a"])


def test_reads_the_cells_of_a_notebook_with_their_magics():
    cells = [
        {"cell_type": "markdown", "source": ["`AutoModel.from_pretrained('acme/prose')`"]},
        {
            "cell_type": "code",
            "source": ["%pip install transformers\n", "import transformers\n", "ID = 'acme/nb'"],
        },
        {"cell_type": "code", "source": "!ls\nm = transformers.AutoModel.from_pretrained(ID)"},
    ]
    found = ties(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode(), "a.ipynb")
    callee = "transformers.AutoModel.from_pretrained"
    assert found == [("system:", "uses", "model:huggingface:acme/nb", callee, "")]


@pytest.mark.parametrize(
    "name",
    [
        "your-model",
        "path/to/model",
        "/home/me/model",
        "../up/model",
        "C:\\models\\x",
        "a b/c",
        "{x}/y",
        "None/x",
        "",
    ],
)
def test_states_no_placeholders_and_no_paths_of_other_machines(name):
    assert _ties(f"AutoModel.from_pretrained({name!r})\n") == []


def test_tells_folders_from_names_of_the_hub():
    code = "".join(
        f"AutoModel.from_pretrained({n!r})\n"
        for n in (
            "./out/final",
            "checkpoints/best",
            "models/bert",
            "acme/models",
            "bert-base-uncased",
            "my_model",
        )
    )
    assert [t[2] for t in _ties(code)] == [
        "model:path:out/final",
        "model:path:checkpoints/best",
        "model:path:models/bert",
        "model:huggingface:acme/models",
        "model:huggingface:bert-base-uncased",
        "model:path:my_model",
    ]


_LAUGHS = zip("abcdefgh", "bcdefghi", strict=True)
HOSTILE = {
    "a billion laughs": (
        'a = "acme/xxxxxxxx"\n'
        + "".join(f"{new} = f'{{{old}}}' * 9\n" for old, new in _LAUGHS)
        + "AutoModel.from_pretrained(i)\n"
    ),
    "many assignments": (
        "".join(f"v{i} = 'acme/m{i}'\n" for i in range(20_000)) + "AutoModel.from_pretrained(v7)\n"
    ),
    "constants in a circle": (
        "a = b\nb = a\na = b\ndef f(): return g()\ndef g(): return f()\nAutoModel.from_pretrained(f())\n"
    ),
    "deep calls": "AutoModel.from_pretrained(" + "str(" * 90 + "'acme/x'" + ")" * 90 + ")\n",
    "a long chain": "AutoModel.from_pretrained(" + " + ".join(["'a'"] * 20_000) + ")\n",
    "a dict that holds itself": (
        "from types import SimpleNamespace\nd = {}\nd['d'] = d\nSimpleNamespace(**d)\n"
        "AutoModel.from_pretrained(d['d']['d']['x'])\n"
    ),
    "choices of choices": (
        "n = 'acme/x'\n" + "n = f'{n}a' if n else f'{n}b'\n" * 60 + "AutoModel.from_pretrained(n)\n"
    ),
}


@pytest.mark.parametrize("title", HOSTILE)
def test_bounds_the_work_on_hostile_code(title):
    found = stock((IMPORTS + HOSTILE[title]).encode(), "app.py")
    assert found.operations < 3_000_000
    assert not [c for c in found.coverage if c.status is Status.FAILED]
    assert all(len(f.target.key) < 400 for f in found.facts if hasattr(f, "target"))


def test_code_that_does_not_parse_is_said_to_be_unread():
    found = stock((IMPORTS + "pipeline('ner')\ndef broken(:\n").encode(), "app.py")
    assert [(c.status, c.reason) for c in found.coverage] == [
        (Status.PARTIAL, "usage: not Python of a known version: line 5")
    ]


def test_code_that_is_nested_too_deeply_keeps_what_was_found_before():
    code = "AutoModel.from_pretrained('acme/a')\n" + "x = " + "not " * 900 + "1\n"
    found = stock((IMPORTS + code).encode(), "app.py")
    assert [f.target.key for f in found.facts if hasattr(f, "target")] == ["huggingface:acme/a"]
