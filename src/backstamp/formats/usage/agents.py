"""Agents, their tools and MCP servers, and prompts."""

from typing import TYPE_CHECKING

from backstamp.core.finding import shown
from backstamp.core.supply import Kind, Part, Relation, Trait
from backstamp.formats.python.values import Class, Const, Function, Instance, Items, Pairs, Ref, Value
from backstamp.formats.usage import naming
from backstamp.formats.usage.records import How, Said, Use
from backstamp.formats.usage.texts import Argument, first_text, flat, items_of, pairs_of, prose_of, texts_of

if TYPE_CHECKING:
    from backstamp.formats.usage.watcher import Call, Made, UsageWatcher

_MOST_PROSE = 4000
_LEAST_PROSE = 12
_PROMPTS = (
    "instructions",
    "system_prompt",
    "system_message",
    "system",
    "prompt",
    "state_modifier",
    "backstory",
    "instruction",
)
_MODELS = ("model", "llm", "model_client", "llm_config", "chat_model")
_TOOLS = ("tools", "mcp_servers", "toolsets", "managed_agents", "handoffs", "sub_agents", "functions")
_RUNNERS = frozenset({"run", "exec", "x", "tool", "dlx", "start", "serve", "--from"})


def agent(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """An agent, by its name, with the models, tools and prompts that it is given."""
    name = _agent_name(watcher, call)
    part = Part(Kind.AGENT, "#" + name)
    role = first_text(call.keywords.get("role")) or first_text(call.keywords.get("description"))
    said = (Said(Trait.ROLE, role[:_MOST_PROSE]),) if role else ()
    _note(watcher, call, part, How.LITERAL, said=said)
    for argument in _models_of(call):
        for text in texts_of(argument):
            named = naming.routed(text.text)
            if named is not None:
                more = (Said(Trait.PROVIDER, named.provider),) if named.provider not in {"", "name"} else ()
                _note(watcher, call, named.part, text.how, owner=part, said=more)
        for value in flat(argument.value):
            _used_by(watcher, call, part, value)
    for key in _TOOLS:
        for value in items_of(call.keywords.get(key)):
            _used_by(watcher, call, part, value)
    if call.signature.path in {"create_react_agent", "create_agent"}:
        for value in items_of(call.argument(1, ()).value):
            _used_by(watcher, call, part, value)
    prompts_of(watcher, call, owner=part)
    return watcher.keep(call, (part,))


def _agent_name(watcher: "UsageWatcher", call: "Call") -> str:
    name = first_text(call.keywords.get("name"))
    if (
        not name
        and call.signature.position != 0
        and call.arguments
        and "model" not in call.signature.names[:1]
    ):
        name = first_text(call.arguments[0])
    name = name or watcher.target_of(call) or first_text(call.keywords.get("role"))
    return shown(name, 100) or f"agent-{call.line}"


def _models_of(call: "Call") -> list[Argument]:
    others = [k for k in _MODELS if k in call.keywords and k not in call.signature.names]
    found = [call.main, *(call.argument(-1, (key,)) for key in others)]
    tables = [pairs_of(argument.value) for argument in found]
    entries = [*tables, *(pairs_of(v) for table in tables for v in items_of(table.get("config_list")))]
    return [*found, *(Argument(entry["model"]) for entry in entries if "model" in entry)]


def _used_by(watcher: "UsageWatcher", call: "Call", owner: Part, value: Value) -> None:
    """Note what an agent was given: something that was made before, a function, or a tool of a library."""
    match value:
        case Ref(name=name):
            made = watcher.maker_of(name)
            if made is not None and name.endswith(")"):
                for part in made.parts:
                    _note(watcher, call, part, How.CARRIED, owner=owner)
            elif name.endswith("()") and name[:1] not in "?." and "tool" in name.lower():
                word = name[:-2].rpartition(".")[2]
                if word.islower() and word.endswith("tools"):
                    return  # a function that gives several
                _note(watcher, call, Part(Kind.TOOL, "name:" + word), How.CARRIED, owner=owner)
        case Function(name=word) if word != "lambda" and not word.lower().endswith("tools"):
            _note(watcher, call, Part(Kind.TOOL, "name:" + word), How.CARRIED, owner=owner)
        case Class(name=word) | Instance(cls=Class(name=word)) if word.lower().endswith("tool"):
            _note(watcher, call, Part(Kind.TOOL, "name:" + word), How.CARRIED, owner=owner)


def _note(
    watcher: "UsageWatcher",
    call: "Call",
    part: Part,
    how: How,
    *,
    owner: Part | None = None,
    said: tuple[Said, ...] = (),
    revision: str = "",
    relation: Relation = Relation.USES,
) -> None:
    use = Use(
        line=call.line,
        column=call.column,
        callee=call.callee,
        part=part,
        how=how,
        said=said,
        owner=owner,
        revision=revision,
        relation=relation,
    )
    watcher.note(use)


# --- tools --------------------------------------------------------------------------------------------


def decorated(watcher: "UsageWatcher", call: "Call", maker: "Made | None") -> Value | None:
    """A function that becomes a tool; what decorates it with settings is remembered until it does."""
    function = next((v for v in call.arguments if isinstance(v, Function | Class)), None)
    if function is None:
        return watcher.keep(call, ())
    name = first_text(call.keywords.get("name")) or first_text(call.keywords.get("name_override"))
    if not name and maker is not None:
        name = first_text(maker.keywords.get("name")) or first_text(maker.keywords.get("name_override"))
    _note(watcher, call, Part(Kind.TOOL, "name:" + (shown(name, 100) or function.name)), How.LITERAL)
    return function


def named_tool(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A tool that is made of a function, under a name of its own or that of the function."""
    name = first_text(call.main.value)
    for value in [*call.arguments, call.keywords.get("func"), call.keywords.get("fn")]:
        if not name and isinstance(value, Function) and value.name != "lambda":
            name = value.name
    if not name or len(name) > 100:
        return watcher.keep(call, ())
    part = Part(Kind.TOOL, "name:" + shown(name, 100))
    _note(watcher, call, part, How.LITERAL)
    return watcher.keep(call, (part,))


def server(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """An MCP server that this code is."""
    name = first_text(call.main.value) or watcher.target_of(call)
    if not name:
        return watcher.keep(call, ())
    part = Part(Kind.TOOL, "mcp:" + shown(name, 100))
    _note(watcher, call, part, How.LITERAL, relation=Relation.CONTAINS)
    return watcher.keep(call, (part,))


def server_command(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """An MCP server that is started as a process."""
    keywords = call.keywords
    table = pairs_of(keywords.get("params") or call.main.value)
    if table:
        keywords = {**{str(k): v for k, v in table.items()}, **keywords}
    command = first_text(keywords.get("command") or call.main.value)
    given = keywords.get("args") or call.argument(1, ("args",)).value
    part = _started(watcher, call, command, given)
    return watcher.keep(call, (part,) if part is not None else ())


def _started(watcher: "UsageWatcher", call: "Call", command: str, given: Value | None) -> Part | None:
    words = [first_text(v) for v in items_of(given)] if given is not None else []
    name, pin = server_of(command, [w for w in words if w])
    if not name:
        return None
    part = Part(Kind.TOOL, "mcp:" + shown(name, 200))
    said = (Said(Trait.COMMAND, " ".join([command, *filter(None, words)])[:1000]),)
    _note(watcher, call, part, How.LITERAL, said=said, revision=pin)
    return part


def server_of(command: str, words: list[str]) -> tuple[str, str]:
    """Tell a server and its version by the command that starts it: the package, image or script that runs."""
    runner = command.replace("\\", "/").rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")
    plain = [w for w in words if not w.startswith("-") and w not in _RUNNERS and ("=" not in w or "==" in w)]
    if runner in {"docker", "podman"}:
        name = next(
            (w for w in plain if "/" in w and not w.startswith(("/", ".", "type"))),
            plain[-1] if plain else "",
        )
        image, _, pin = (
            name.partition("@") if "@" in name else name.rpartition(":") if ":" in name else (name, "", "")
        )
        return image, pin
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1], ""
    if not plain or runner not in {
        "npx",
        "uvx",
        "uv",
        "bunx",
        "pipx",
        "pnpm",
        "bun",
        "node",
        "python",
        "python3",
        "deno",
        "yarn",
    }:
        return (plain[0] if plain and runner in {"sh", "bash"} else runner), ""
    name = plain[0]
    at = name.rfind("@")
    if at > 0:
        return name[:at], name[at + 1 :] if name[at + 1 :] != "latest" else ""
    package, found, pin = name.partition("==")
    return (package, pin) if found else (name, "")


def server_address(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """An MCP server that is reached at an address."""
    value = call.main.value
    parts = []
    for text in [*texts_of(call.main), *texts_of(Argument(pairs_of(value).get("url")))]:
        named = naming.url(Kind.TOOL, text.text)
        if named is not None:
            _note(watcher, call, named.part, text.how, said=(Said(Trait.ENDPOINT, text.text[:500]),))
            parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def server_table(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """Several MCP servers by name."""
    parts = []
    for value in list(pairs_of(call.main.value).values())[:64]:
        entry = pairs_of(value)
        part = _started(watcher, call, first_text(entry.get("command")), entry.get("args"))
        named = naming.url(Kind.TOOL, first_text(entry.get("url")))
        if named is not None:
            _note(
                watcher,
                call,
                named.part,
                How.LITERAL,
                said=(Said(Trait.ENDPOINT, first_text(entry.get("url"))),),
            )
            part = named.part
        parts += [part] if part is not None else []
    return watcher.keep(call, tuple(parts))


# --- prompts ------------------------------------------------------------------------------------------


def prompt(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A template of a prompt."""
    part = _prompt(watcher, call, call.main.value, "prompt")
    return watcher.keep(call, (part,) if part is not None else ())


def messages(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A template of several messages: those of the system are prompts; of one alone, whosever it is."""
    parts = []
    rows = items_of(call.main.value)
    for row in rows:
        if isinstance(row, Items) and len(row.items) == 2:
            role = first_text(row.items[0])
            if role == "system" or len(rows) == 1:
                found = _prompt(watcher, call, row.items[1], "system-prompt")
                parts += [found] if found is not None else []
    return watcher.keep(call, tuple(parts))


def prompts_of(watcher: "UsageWatcher", call: "Call", owner: Part | None = None) -> None:
    """Note the prompts that a model or agent is given in a call."""
    for key in _PROMPTS:
        if key == "prompt" and owner is None:
            continue
        if key in call.keywords:
            for value in flat(call.keywords[key]):
                if isinstance(value, Items):
                    for row in value.items[:16]:
                        _prompt(watcher, call, pairs_of(row).get("text"), "system-prompt", owner)
                else:
                    _prompt(watcher, call, value, "system-prompt", owner)
    for key in ("messages", "input", "contents"):
        for row in items_of(call.keywords.get(key)) if key in call.keywords else []:
            entry = pairs_of(row) if isinstance(row, Pairs) else {}
            if first_text(entry.get("role")) in {"system", "developer"}:
                _prompt(watcher, call, entry.get("content"), "system-prompt", owner)
    for value in flat(call.keywords.get("config")):
        made = watcher.maker_of(value.name) if isinstance(value, Ref) else None
        if made is not None and "system_instruction" in made.keywords:
            _prompt(watcher, call, made.keywords["system_instruction"], "system-prompt", owner)
    if "system_instruction" in call.keywords:
        _prompt(watcher, call, call.keywords["system_instruction"], "system-prompt", owner)


def _prompt(
    watcher: "UsageWatcher", call: "Call", value: Value | None, word: str, owner: Part | None = None
) -> Part | None:
    for one in flat(value):
        made = watcher.maker_of(one.name) if isinstance(one, Ref) else None
        for part in made.parts if made is not None else ():
            if part.kind is Kind.PROMPT:
                _note(watcher, call, part, How.CARRIED, owner=owner)
                return part
    text = prose_of(value)
    if len(text.strip()) < _LEAST_PROSE:
        return None
    name = (
        watcher.texts.get(text)
        or (watcher.target_of(call) if word == "prompt" else "")
        or f"{word}-{call.line}"
    )
    part = Part(Kind.PROMPT, "#" + shown(name, 100))
    how = How.LITERAL if isinstance(value, Const) else How.CARRIED
    _note(watcher, call, part, how, owner=owner, said=(Said(Trait.TEXT, text[:_MOST_PROSE]),))
    return part
