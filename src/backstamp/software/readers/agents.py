"""Reads definitions of agents: front matter of agent files, CrewAI, AutoGen, OpenAI assistants, LangGraph.

An agent is named, with the model that it uses and the tools that it may call. A text of instructions for
agents
(AGENTS.md) defines none.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, texts_at, tree_at
from backstamp.formats.plaintext import decoded
from backstamp.formats.settings import Document, settings_of
from backstamp.formats.yamltext import document_of
from backstamp.knowledge.providers import provider_in
from backstamp.software.readers.naming import named
from backstamp.software.readers.scope import is_test

_BY = "agents/1"
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_FOLDERS = ("/.claude/agents/", "/.github/agents/", "/.opencode/agent/", "/.opencode/agents/",
    "/.cursor/agents/",
            "/.gemini/agents/", "/.github/chatmodes/", "/.codex/agents/")  # fmt: skip
_ALIASES = frozenset(("sonnet", "opus", "haiku"))
_MOST = 500


class AgentsReader:
    """States agents with their models and tools."""

    name = "agents"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield each agent that a file defines."""
        path = "/" + blob.path[-1].replace("\\", "/")
        name = blob.name.lower()
        if is_test(path):
            return
        if name.endswith(".md"):
            is_plugin = "/agents/" in path and ("/.claude-plugin/" in path or "/plugins/" in path)
            if (
                any(folder in path for folder in _FOLDERS)
                or name.endswith((".agent.md", ".chatmode.md"))
                or is_plugin
            ):
                yield from _front_matter(blob, budget)
        elif name in ("agents.yaml", "agents.yml"):
            for document in settings_of(blob, budget):
                yield from _crew(document)
        elif name == "langgraph.json":
            for document in settings_of(blob, budget):
                yield from _graphs(document)
        elif name.endswith(".json"):
            head = bytes(blob.view[: 256 * 1024])
            if b"component_type" in head or b'"assistant"' in head:
                try:
                    for document in settings_of(blob, budget):
                        yield from _components(document, budget)
                except ReadError:
                    return


def _agent(
    document: Document, pointer: str, name: str, description: str = ""
) -> tuple[Part, Iterator[Statement]]:
    part = Part(Kind.AGENT, "#" + shown(name, 100))
    place = document.place(pointer)

    def statements() -> Iterator[Statement]:
        yield _TELL.links(place, Part(Kind.SYSTEM), Relation.CONTAINS, part)
        yield _TELL.says(place, part, Trait.NAME, shown(name, 100))
        if description and not is_placeholder(description):
            yield _TELL.says(place, part, Trait.DESCRIPTION, shown(" ".join(description.split()), 1000))

    return part, statements()


def _uses(
    document: Document, pointer: str, part: Part, model: str, provider: str = ""
) -> Iterator[Statement]:
    if model.lower() in _ALIASES and not provider:
        target = Part(Kind.SERVICE, f"anthropic:{model.lower()}")
        yield _TELL.links(document.place(pointer), part, Relation.USES, target, manner="model")
        return
    name = named(model, provider=provider)
    if name is not None:
        yield _TELL.links(
            document.place(pointer), part, Relation.USES, name.part, manner="model", revision=name.revision
        )


def _tool(document: Document, pointer: str, part: Part, tool: str) -> Iterator[Statement]:
    tool = shown(tool.strip(), 100)
    if not tool or is_placeholder(tool) or tool == "*":
        return
    key = "mcp:" + tool.split("__")[1] if tool.startswith("mcp__") else "name:" + tool
    yield _TELL.links(document.place(pointer), part, Relation.USES, Part(Kind.TOOL, key), manner="tool")


def _front_matter(blob: Blob, budget: Budget) -> Iterator[Statement]:
    text = decoded(blob, MIB)
    head = front_matter_of(text)
    if head is None:
        return
    try:
        yaml = document_of("\n" + head, budget)
    except ReadError:
        # Descriptions with colons in them are no YAML, and are written all the same.
        yaml = document_of("\n" + _plain_pairs(head), budget)
    document = Document(blob, yaml.tree, yaml.lines)
    tree = tree_at(yaml.tree)
    name = text_at(tree, "name") or blob.name.removesuffix(".md").removesuffix(".agent")
    part, statements = _agent(document, "/name" if "name" in tree else "", name, text_at(tree, "description"))
    yield from statements
    model = tree.get("model")
    for each in model if isinstance(model, list) else [model]:
        if isinstance(each, str) and each != "inherit":
            yield from _uses(document, "/model", part, each)
    tools = tree.get("tools")
    texts = tools.split(",") if isinstance(tools, str) else texts_at(tree, "tools")
    if isinstance(tools, dict):
        texts = [key for key, value in tools.items() if value is not False]
    for tool in texts[:_MOST]:
        yield from _tool(document, "/tools", part, tool.partition("(")[0])


def front_matter_of(text: str) -> str | None:
    """Give the front matter of a Markdown text without its marks; ``None`` if it has none."""
    if not text.startswith(("---\n", "---\r\n")):
        return None
    rows = text.splitlines()
    end = next((at for at, row in enumerate(rows[1:400], 1) if row.rstrip() in ("---", "...")), -1)
    return "\n".join(rows[1:end]) if end > 0 else None


def _plain_pairs(head: str) -> str:
    """Quote the values of simple pairs."""
    made = []
    for row in head.split("\n"):
        key, found, value = row.partition(": ")
        if found and key.isidentifier() and value.strip()[:1] not in ("[", "{", '"', "'"):
            escaped_value = value.strip().replace("\\", "\\\\").replace('"', '\\"')
            made.append(f'{key}: "{escaped_value}"')
        else:
            made.append(row)
    return "\n".join(made)


def _crew(document: Document) -> Iterator[Statement]:
    for key, value in list(tree_at(document.tree).items())[:_MOST]:
        if not isinstance(value, dict) or not ({"role", "goal"} <= value.keys()):
            continue
        pointer = f"/{escaped(key)}"
        part, statements = _agent(document, pointer, key, text_at(value, "role"))
        yield from statements
        for name in ("llm", "function_calling_llm"):
            llm = value.get(name)
            model = llm if isinstance(llm, str) else text_at(llm, "model")
            if model:
                provider = text_at(llm, "provider") if isinstance(llm, dict) else ""
                yield from _uses(document, f"{pointer}/{name}", part, model, provider_in(provider))
        for at, tool in enumerate(list_at(value, "tools")):
            if isinstance(tool, str):
                yield from _tool(document, f"{pointer}/tools/{at}", part, tool)


def _graphs(document: Document) -> Iterator[Statement]:
    for key, value in list(tree_at(document.tree, "graphs").items())[:_MOST]:
        source = value if isinstance(value, str) else text_at(value, "path")
        part, statements = _agent(document, f"/graphs/{escaped(key)}", key)
        yield from statements
        path = source.partition(":")[0].removeprefix("./")
        if path and not path.startswith(("/", "..")):
            place = document.place(f"/graphs/{escaped(key)}")
            target = Part(Kind.FILE, f"path:{shown(path)}")
            yield _TELL.links(place, part, Relation.CONTAINS, target, manner="graph")


def _components(document: Document, budget: Budget) -> Iterator[Statement]:
    """Agents of AutoGen, nested in teams, and assistants of OpenAI, alone or in a list."""
    stack: list[tuple[Json, str]] = [(document.tree, "")]
    while stack:
        value, pointer = stack.pop()
        budget.spend_operations()
        if isinstance(value, list):
            stack.extend((value[at], f"{pointer}/{at}") for at in reversed(range(len(value))))
            continue
        if not isinstance(value, dict):
            continue
        if text_at(value, "object") == "assistant":
            yield from _assistant(value, pointer, document)
        elif text_at(value, "component_type") == "agent":
            yield from _autogen(value, pointer, document)
        stack.extend((value[key], f"{pointer}/{escaped(key)}") for key in reversed(value))


def _assistant(value: Tree, pointer: str, document: Document) -> Iterator[Statement]:
    name = text_at(value, "name") or text_at(value, "id")
    if not name:
        return
    part, statements = _agent(document, pointer, name, text_at(value, "description"))
    yield from statements
    yield from _uses(document, f"{pointer}/model", part, text_at(value, "model"), "openai")
    for at, tool in enumerate(list_at(value, "tools")):
        text = text_at(tool, "function", "name") or text_at(tool, "type")
        yield from _tool(document, f"{pointer}/tools/{at}", part, text)


def _autogen(value: Tree, pointer: str, document: Document) -> Iterator[Statement]:
    config = tree_at(value, "config")
    name = text_at(config, "name") or text_at(value, "label")
    if not name:
        return
    part, statements = _agent(document, pointer, name, text_at(config, "description"))
    yield from statements
    client = tree_at(config, "model_client")
    model = text_at(client, "config", "model")
    if model:
        inner = f"{pointer}/config/model_client/config/model"
        yield from _uses(document, inner, part, model, provider_in(text_at(client, "provider")))
    for at, tool in enumerate(list_at(config, "tools")):
        text = text_at(tool, "config", "name") or text_at(tool, "label")
        yield from _tool(document, f"{pointer}/config/tools/{at}", part, text)


READER = AgentsReader()
