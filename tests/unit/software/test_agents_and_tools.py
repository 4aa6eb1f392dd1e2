"""MCP servers and agents: what agents may call, with which models, and no secret."""

# texts of files

import json

import pytest

from backstamp.software.readers.mcp import package_of_command, without_secrets
from kit.stock import said, stock, ties

MCP = """{"mcpServers": {
  // editors allow comments
  "fs": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@1.2.3", "--api-key", "hunter2"],
         "env": {"TOKEN": "hunter3"}},
  "gh": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "GITHUB_TOKEN", "ghcr.io/x/y@sha256:abcd"]},
  "far": {"url": "https://u:hunter4@mcp.example/sse?token=hunter5", "headers": {"Authorization": "Bearer hunter6"}},
}}"""


@pytest.mark.parametrize("name", [".cursor/mcp.json", "claude_desktop_config.json", ".gemini/settings.json"])
def test_servers_are_tools_with_commands_packages_and_names_of_variables(name):
    assert ties(MCP.encode(), name) == [
        ("system:", "uses", "tool:mcp:fs", "mcp", ""),
        ("tool:mcp:fs", "depends-on", "library:npm:@modelcontextprotocol/server-filesystem", "", "1.2.3"),
        ("system:", "uses", "tool:mcp:gh", "mcp", ""),
        ("tool:mcp:gh", "depends-on", "library:oci:ghcr.io/x/y", "", "sha256:abcd"),
        ("system:", "uses", "tool:mcp:far", "mcp", ""),
    ]
    assert said(MCP.encode(), name) == [
        ("tool:mcp:fs", "name", "", "fs"),
        ("tool:mcp:fs", "command", "", "npx -y @modelcontextprotocol/server-filesystem@1.2.3 --api-key ****"),
        ("tool:mcp:fs", "setting", "environment TOKEN", "set"),
        ("tool:mcp:gh", "name", "", "gh"),
        ("tool:mcp:gh", "command", "", "docker run -i --rm -e GITHUB_TOKEN ghcr.io/x/y@sha256:abcd"),
        ("tool:mcp:far", "name", "", "far"),
        ("tool:mcp:far", "endpoint", "", "https://mcp.example/sse"),
        ("tool:mcp:far", "setting", "header Authorization", "set"),
    ]
    assert "hunter" not in repr(stock(MCP.encode(), name).facts)


def test_servers_of_codex_and_vs_code_are_found():
    toml = b'[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "docs-mcp"]\n'
    assert [t[2] for t in ties(toml, ".codex/config.toml")] == ["tool:mcp:docs", "library:npm:docs-mcp"]
    code = json.dumps({"servers": {"a": {"type": "stdio", "command": "uvx", "args": ["b==1"]}}}).encode()
    assert [t[2:] for t in ties(code, ".vscode/mcp.json")] == [
        ("tool:mcp:a", "mcp", ""),
        ("library:pypi:b", "", "1"),
    ]


@pytest.mark.parametrize(
    ("words", "package"),
    [
        (["npx", "-y", "a@latest"], ("npm", "a", "")),
        (["cmd", "/c", "npx", "-y", "@a/b@1.0.0"], ("npm", "@a/b", "1.0.0")),
        (["uvx", "--from", "a==1", "tool"], ("pypi", "a", "1")),
        (["uvx", "a@2.0"], ("pypi", "a", "2.0")),
        (["pipx", "run", "a"], ("pypi", "a", "")),
        (["node", "server.js"], None),
        (["uv", "run", "server.py"], None),
        (["uv", "--directory", "/x", "run", "server"], None),
        ([], None),
    ],
)
def test_a_command_names_the_package_that_it_fetches(words, package):
    assert package_of_command(words) == package


def test_values_of_secret_options_are_masked_and_references_stay():
    assert without_secrets(["--token=abc", "--key", "$KEY", "--password", "abc", "plain"]) == [
        "--token=****", "--key", "$KEY", "--password", "****", "plain",
    ]  # fmt: skip


def test_agents_are_named_with_models_and_tools():
    text = b"---\nname: reviewer\ndescription: Reviews: code\ntools: Read, mcp__github__search\nmodel: sonnet\n---\nx\n"
    assert ties(text, ".claude/agents/reviewer.md") == [
        ("system:", "contains", "agent:#reviewer", "", ""),
        ("agent:#reviewer", "uses", "service:anthropic:sonnet", "model", ""),
        ("agent:#reviewer", "uses", "tool:name:Read", "tool", ""),
        ("agent:#reviewer", "uses", "tool:mcp:github", "tool", ""),
    ]
    crew = b"researcher:\n  role: Senior\n  goal: find\n  llm: openai/gpt-4o\n  tools: [Search]\n"
    assert ties(crew, "src/config/agents.yaml")[:3] == [
        ("system:", "contains", "agent:#researcher", "", ""),
        ("agent:#researcher", "uses", "service:openai:gpt-4o", "model", ""),
        ("agent:#researcher", "uses", "tool:name:Search", "tool", ""),
    ]
    graph = b'{"graphs": {"agent": "./src/agent.py:graph"}, "env": ".env"}'
    assert ties(graph, "langgraph.json") == [
        ("system:", "contains", "agent:#agent", "", ""),
        ("agent:#agent", "contains", "file:path:src/agent.py", "graph", ""),
    ]


def test_agents_of_autogen_and_assistants_are_found():
    agent = {
        "provider": "autogen_agentchat.agents.AssistantAgent",
        "component_type": "agent",
        "config": {
            "name": "writer",
            "model_client": {
                "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
                "config": {"model": "gpt-4o-mini"},
            },
        },
    }
    team = {"component_type": "team", "config": {"participants": [agent]}}
    assert ("agent:#writer", "uses", "service:openai:gpt-4o-mini", "model", "") in ties(
        json.dumps(team).encode(), "team.json"
    )
    assistant = {
        "object": "assistant",
        "name": "Helper",
        "model": "gpt-4o",
        "tools": [{"type": "code_interpreter"}],
    }
    assert ("agent:#Helper", "uses", "tool:name:code_interpreter", "tool", "") in ties(
        json.dumps(assistant).encode(), "assistant.json"
    )
