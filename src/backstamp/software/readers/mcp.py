"""Reads which MCP servers a project or a desktop lets agents call, and what starts them.

A server is a tool: its command or address, the package or image that it is, and whether that is pinned. Of
its
environment only the names are stated, and values of options that hold secrets are masked.
Source: the configuration of Claude, Cursor, VS Code, Windsurf, Zed, Cline, Gemini, Codex, Continue and
others.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.reading import Statement, Unread
from backstamp.core.secrets import MASK, masked
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, list_at, text_at, texts_at, tree_at
from backstamp.formats.requirement import exact_version, normalised, requirement_of
from backstamp.formats.settings import MOST_JSON, Document, settings_of
from backstamp.software.facts.packages import PinnedPackage
from backstamp.software.readers.images import image_of
from backstamp.software.readers.npm import is_version
from backstamp.software.readers.pins import locked, without_credentials
from backstamp.software.readers.scope import is_test

_BY = "mcp/1"
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_KEYS = ("mcpServers", "mcp_servers", "context_servers", "mcp-servers")
_SERVERS_FILES = frozenset(
    ("mcp.json", ".mcp.json", "mcp_config.json", "mcp-config.json", "mcp_settings.json")
)
_SECRET = ("key", "token", "secret", "password", "passwd", "auth", "credential", "bearer", "pat")
_NPM = {"npx": (), "bunx": (), "pnpm": ("dlx", "exec"), "yarn": ("dlx",), "bun": ("x",), "npm": ("exec", "x")}
_PYPI = {"uvx": (), "pipx": ("run",), "uv": ("tool", "run", "x")}
_VALUED = frozenset(
    ("--python", "-p", "--with", "--index-url", "--registry", "--cache", "--prefix", "--directory")
)
_RUN_FLAGS = frozenset(
    ("-i", "-t", "-d", "--rm", "-it", "-ti", "--init", "--privileged", "--interactive", "--tty")
)
_MOST = 500


class McpReader:
    """States the MCP servers of a configuration."""

    name = "mcp"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield each server with its command, package and environment."""
        name = blob.name.lower()
        if not name.endswith((".json", ".jsonc", ".toml", ".yaml", ".yml")) or is_test(blob.path[-1]):
            return
        if blob.size > MOST_JSON:
            return
        head = bytes(blob.view)
        if name not in _SERVERS_FILES and not any(
            key.encode() in head for key in (*_KEYS, '"mcp"', "mcp:", "[mcp")
        ):
            return
        try:
            for document in settings_of(blob, budget):
                for server, pointer, value in list(_servers(document.tree, name))[:_MOST]:
                    budget.spend_operations()
                    yield from _server(server, pointer, value, document)
        except ReadError as error:
            if name in _SERVERS_FILES or "too" in error.message:
                yield Unread(f"mcp: {error.message}")


def _servers(tree: Json, name: str) -> Iterator[tuple[str, str, Tree]]:
    """Find the tables of servers: at the top, under ``mcp``, for each project, or a list with names."""
    places: list[tuple[str, Json]] = [(f"/{key}", tree_at(tree).get(key)) for key in _KEYS]
    places += [(f"/mcp/{key}", tree_at(tree, "mcp").get(key)) for key in ("servers", *_KEYS)]
    if name in _SERVERS_FILES:
        places.append(("/servers", tree_at(tree).get("servers")))
    if name.startswith("opencode"):
        places.append(("/mcp", tree_at(tree).get("mcp")))
    for path, project in tree_at(tree, "projects").items():
        places.append((f"/projects/{escaped(path)}/mcpServers", tree_at(project).get("mcpServers")))
    for pointer, table in places:
        if isinstance(table, dict):
            for key, value in table.items():
                if isinstance(value, dict):
                    yield key, f"{pointer}/{escaped(key)}", value
        elif isinstance(table, list):
            for at, value in enumerate(table):
                if isinstance(value, dict) and text_at(value, "name"):
                    yield text_at(value, "name"), f"{pointer}/{at}", value


def _server(server: str, pointer: str, value: Tree, document: Document) -> Iterator[Statement]:
    held = value["command"] if isinstance(value.get("command"), dict) else value
    words = texts_at(held, "command") or texts_at(held, "cmd") or texts_at(held, "path")
    words = [*words, *texts_at(held, "args")]
    url = next(
        (t for k in ("url", "serverUrl", "httpUrl", "uri", "endpoint") if (t := text_at(value, k))), ""
    )
    if not words and not url:
        return
    part = Part(Kind.TOOL, "mcp:" + shown(server, 100))
    place = document.place(pointer)
    yield _TELL.links(place, Part(Kind.SYSTEM), Relation.USES, part, manner="mcp")
    yield _TELL.says(place, part, Trait.NAME, shown(server, 100))
    if words:
        yield _TELL.says(place, part, Trait.COMMAND, shown(" ".join(without_secrets(words)), 1000))
    if url:
        yield _TELL.says(place, part, Trait.ENDPOINT, without_credentials(url))
    names = sorted({*tree_at(held, "env"), *tree_at(value, "env"), *tree_at(value, "environment")})
    for name in names[:100]:
        yield _TELL.says(place, part, Trait.SETTING, "set", name=f"environment {shown(name, 80)}")
    for name in sorted(tree_at(value, "headers"))[:50]:
        yield _TELL.says(place, part, Trait.SETTING, "set", name=f"header {shown(name, 80)}")
    if value.get("disabled") is True or value.get("enabled") is False:
        yield _TELL.says(place, part, Trait.FLAG, True, name="disabled")
    allowed = [
        t for t in (*list_at(value, "alwaysAllow"), *list_at(value, "autoApprove")) if isinstance(t, str)
    ]
    if allowed:
        yield _TELL.says(
            place, part, Trait.FLAG, shown(", ".join(allowed), 400), name="allowed without asking"
        )
    yield from _package(words, part, pointer, document)


def _package(words: list[str], part: Part, pointer: str, document: Document) -> Iterator[Statement]:
    """Say which package or image a server is, and what that is pinned to."""
    place = document.place(pointer)
    found = package_of_command(words)
    if found is None:
        return
    ecosystem, name, version = found
    yield _TELL.links(
        place, part, Relation.DEPENDS_ON, Part(Kind.LIBRARY, f"{ecosystem}:{name}"), revision=version
    )
    if ecosystem != "oci":
        fact: PinnedPackage = locked(place, "mcp", name, version, ecosystem=ecosystem, is_direct=True)
        yield fact


def package_of_command(words: list[str]) -> tuple[str, str, str] | None:
    """Name what a command fetches and runs: ecosystem, name and version; ``None`` if it fetches nothing."""
    if words[:2] == ["cmd", "/c"] or words[:2] == ["cmd.exe", "/c"]:
        words = words[2:]
    if len(words) == 1 and " " in words[0]:
        words = words[0].split()
    if not words:
        return None
    program = words[0].replace("\\", "/").rpartition("/")[2].removesuffix(".cmd").removesuffix(".exe")
    if program in _NPM:
        return _npm(_first(words[1:], _NPM[program], ("-p", "--package")))
    if program in _PYPI:
        if program == "uv" and "--directory" in words and "--from" not in words and words[1:2] != ["tool"]:
            return None
        text = _first(words[1:], _PYPI[program], ("--from", "--spec"))
        if "@" in text and not text.startswith("git+") and " @" not in text:
            name, _, version = text.partition("@")
            return ("pypi", normalised(name), "" if version == "latest" else version) if name else None
        requirement = requirement_of(text)
        if (
            requirement is None
            or text.endswith((".py", ".js"))
            or (program == "uv" and words[1:2] == ["run"])
        ):
            return None
        return "pypi", normalised(requirement.name), exact_version(requirement.specifier)
    if program in ("docker", "podman") and "run" in words[:3]:
        at = words.index("run") + 1
        while at < len(words) and words[at].startswith("-"):
            at += 1 if "=" in words[at] or words[at] in _RUN_FLAGS else 2
        image = image_of(words[at]) if at < len(words) else None
        return ("oci", *image) if image is not None else None
    return None


def _first(words: list[str], verbs: tuple[str, ...], packages: tuple[str, ...]) -> str:
    """Find the package among the arguments: what an option names, else the first word."""
    for at, word in enumerate(words):
        key, found, value = word.partition("=")
        if key in packages:
            return value if found else "".join(words[at + 1 : at + 2])
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        elif word not in verbs:
            return word
    return ""


def _npm(text: str) -> tuple[str, str, str] | None:
    name, _, version = text[1:].partition("@")
    name = text[:1] + name
    if (
        not text
        or name.startswith((".", "/"))
        or "://" in name
        or not all(c.isalnum() or c in "@/._-~" for c in name)
    ):
        return None
    return "npm", name, version if is_version(version) else ""


def without_secrets(words: list[str]) -> list[str]:
    """Mask the values of options whose names speak of secrets, and what looks like a secret itself."""
    made: list[str] = []
    hides = False
    for word in words:
        key, found, value = word.partition("=")
        is_secret = any(mark in key.lower() for mark in _SECRET)
        if hides:
            made.append(word if word.startswith("$") else MASK)
        elif found and (is_secret and not value.startswith("$")):
            made.append(f"{key}={MASK}")
        elif ":" in word and not word.startswith(("http", "-", "@")) and is_secret and " " in word:
            made.append(f"{word.partition(':')[0]}: {MASK}")
        elif "://" in word:
            head, sep, tail = word.partition("://")
            start = head.rpartition("=")[0]
            scheme = head.removeprefix(start + "=") if start else head
            made.append((start + "=" if start else "") + without_credentials(f"{scheme}{sep}{tail}"))
        else:
            made.append(masked(word))
        hides = word.startswith("-") and not found and is_secret
    return made


READER = McpReader()
