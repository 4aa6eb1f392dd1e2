"""Laws of the readers of software that take stock: any bytes under any name, within budget; hostile files."""

# texts of files

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.budget import Limits
from backstamp.core.reading import Status
from backstamp.software.facts.packages import IncludedRequirements, PinnedPackage
from kit.stock import stock

NAMES = (
    "requirements.txt", "pyproject.toml", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml",
    "Cargo.lock", "environment.yml", "conda-lock.yml", "pixi.lock", "spec.txt", "conda-meta/a.json", "setup.cfg", "setup.py",
    "a.dist-info/METADATA", "a.dist-info/RECORD", "package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock",
    "app.yaml", "app.json", "app.toml", "Dockerfile", "run.sh", "Makefile", ".env", "mcp.json", "agents.yaml",
    ".claude/agents/a.md", "a.agent.md", "langgraph.json", "app.ts", "Modelfile", "README.md", "docker-compose.yml", "a.py",
)  # fmt: skip
SEEDS = (
    '[[package]]\nname = "a"\nversion = "1"\nwheels = [{hash = "sha256:aa"}]\n',
    "model: gpt-4o\nllm: {provider: openai, name: [gpt-4o]}\nimage: vllm/vllm-openai:1\nargs: [--model, a/b-1, 3]\n",
    '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "b@1.0.0"]}}, "model": "gpt-4o"}',
    'FROM a:1\nRUN vllm serve "${X:-a/b-1}" \\\n # c\n && ollama pull x <<EOF\nCMD ["--model", "a/b-1"]\n',
    "---\nname: a\nmodel: sonnet\ntools: [a]\n---\n",
    "import x from '@ai-sdk/y'; const m = openai('gpt-4o'); pipeline('a', `b`, {revision: 'c'})",
    "a==1 --hash=sha256:aa \\\n  -r x\n-e git+https://g/x@y#egg=z\n",
    '"a@^1", b@2:\n  version "1"\n  dependencies:\n    c "^1"\n',
    "Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b (>1)\n\n",
)


@st.composite
def damaged(draw):
    seed = draw(st.sampled_from(SEEDS)).encode()
    at = draw(st.integers(0, len(seed)))
    cut = draw(st.integers(0, 20))
    return seed[:at] + draw(st.binary(max_size=20)) + seed[at + cut :]


@given(st.sampled_from(NAMES), st.one_of(damaged(), st.binary(max_size=200)))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_facts_or_say_why_not(name, data):
    taken = stock(data, name, Limits(operations=2_000_000))
    assert [c.reason for c in taken.coverage if "internal error" in c.reason] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_every_seed_can_stand_under_every_name(name, seed):
    assert [c.reason for c in stock(seed.encode(), name).coverage if "internal error" in c.reason] == []


HOSTILE = {
    "a yaml bomb": (
        "app.yaml",
        "model: &a [x, x]\n" + "".join(f"k{i}: &b{i} [*a, *a]\n" for i in range(50_000)),
    ),
    "deep yaml": ("app.yaml", "model: " + "[" * 5000),
    "deep lines of yaml": ("pnpm-lock.yaml", "\n".join("  " * i + f"a{i}:" for i in range(3000))),
    "deep json": ("app.json", '{"model":' + "[" * 100_000),
    "deep toml": ("uv.lock", "a = " + "[" * 100_000),
    "a long dotted key": ("pyproject.toml", "a." * 100_000 + "b = 1"),
    "nested npm": ("package-lock.json", '{"dependencies":{"a":' * 800 + "{}" + "}}" * 800),
    "null characters": ("requirements.txt", "a==1\n" + "\0" * 100),
    "deep comments": ("app.ts", "model /*" * 50_000),
    "deep braces": ("app.ts", "new ChatOpenAI({ model" + "(" * 50_000),
    "open quotes": ("run.sh", 'vllm serve "' + "$(" * 20_000),
    "defaults in defaults": ("run.sh", "A=" + "${B:-" * 5000 + "\nvllm serve $A\n"),
    "doubling variables": ("run.sh", "A=aaaaaaaaaa\n" + "A=$A$A\n" * 200 + "vllm serve $A/b\n"),
    "here-documents without end": ("Dockerfile", "RUN <<A <<B <<C\n" * 5000),
    "many options": ("run.sh", "vllm serve a/b-1 " + "--model a/b-1 " * 4_000),
    "containers in containers": ("run.sh", "docker run a " * 20_000),
    "many settings": ("app.ts", "model: 'gpt-4o' " * 20_000),
    "escaped words": ("Dockerfile", "FROM vllm/vllm-openai\nCMD [" + '"\\u0061", ' * 20_000 + '"a"]\n'),
    "shells in shells": ("run.sh", "bash -c 'bash -c \"bash -c bash\"'\n" * 2000),
    "one long line": ("requirements.txt", "a" * 2_000_000),
    "a long word of marks": (".env", "MODEL=" + "-" * 500_000),
    "front matter without end": ("a.agent.md", "---\n" + "a: b\n" * 20_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_read_within_its_bounds(case):
    name, text = HOSTILE[case]
    tracemalloc.start()
    try:
        taken = stock(text.encode(), name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [c.reason for c in taken.coverage if c.status is Status.FAILED] == []
    assert peak < 150 * 1024 * 1024
    assert taken.operations < 20_000_000


def test_a_file_that_includes_itself_is_named_and_not_followed():
    facts = stock(b"-r requirements.txt\na==1\n", "requirements.txt").facts
    assert [f.target for f in facts if isinstance(f, IncludedRequirements)] == ["requirements.txt"]
    assert [f.name for f in facts if isinstance(f, PinnedPackage)] == ["a"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements.txt", "pkg{}==1.{}\n"),
        ("yarn.lock", '"pkg{}@^1":\n  version "1.{}"\n\n'),
        ("poetry.lock", '[[package]]\nname = "pkg{}"\nversion = "1.{}"\n\n'),
    ],
)
def test_a_lock_file_of_a_hundred_thousand_lines_is_read(name, line):
    count = 100_000 // line.count("\n")
    count = min(count, 40_000)
    text = "".join(line.format(at, at) for at in range(count))
    taken = stock(text.encode(), name)
    assert sum(isinstance(f, PinnedPackage) for f in taken.facts) == count
    assert [c.reason for c in taken.coverage] == [""]


def test_more_packages_than_are_held_are_told():
    taken = stock("".join(f"a{at}==1\n" for at in range(60_000)).encode(), "requirements.txt")
    assert [(c.status, c.reason) for c in taken.coverage] == [(Status.PARTIAL, "more than 50,000 facts")]


@pytest.mark.parametrize("name", ["uv.lock", "pnpm-lock.yaml", "package-lock.json", "requirements.txt"])
def test_a_lock_file_that_is_too_large_is_told(name):
    text = b"# a\n" * 18_000_000 if name != "package-lock.json" else b'{"a":"' + b"x" * 70_000_000 + b'"}'
    taken = stock(text, name)
    assert [(c.status, "large" in c.reason or "many" in c.reason) for c in taken.coverage] == [
        (Status.PARTIAL, True)
    ]


def test_wrong_encodings_are_read_or_told():
    latin = "name: x\ndependencies:\n  - a=1=0 # \xe4\xf6\xfc and some more text to be sure\n".encode(
        "latin-1"
    )
    assert [f.name for f in stock(latin, "environment.yml").facts if isinstance(f, PinnedPackage)] == ["a"]
    wide = json.dumps({"model": "gpt-4o"}).encode("utf-16")
    assert [c.status for c in stock(wide, "requirements.txt").coverage] == [Status.COMPLETE]
