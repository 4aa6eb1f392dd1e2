"""Reads configurations of applications (YAML, JSON, TOML): the models, datasets and services that they name.

Among them LiteLLM and promptfoo, LangChain, n8n, Dify, Flowise, Continue, Haystack, Helm values, Kubernetes
and KServe, compose files and workflows. Keys say that a value may be a name (``settings``), values and what
stands
around them whether it is one (``naming``). Schemas, lock files and what other readers know is left alone.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Statement, Unread
from backstamp.core.supply import Kind, Linked, Method, Part, Relation, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped, text_at, texts_at, tree_at
from backstamp.formats.settings import MOST_JSON, MOST_YAML, Document, settings_of
from backstamp.formats.usage.signatures import signature_of
from backstamp.formats.usage.worlds import named_by_callee
from backstamp.knowledge.providers import provider_at, provider_in
from backstamp.software.readers.commands import Commands
from backstamp.software.readers.foreign import is_foreign_file, is_foreign_tree
from backstamp.software.readers.images import image_links, is_model_server
from backstamp.software.readers.naming import SELF, Name, named
from backstamp.software.readers.scope import is_example, is_test
from backstamp.software.readers.settings import role_of

_BY = "configurations/1"
_SUFFIXES = (".yaml", ".yml", ".json", ".jsonc", ".toml")
_WORDS = (b"odel", b"okenizer", b"adapter", b"lora",
          b"MODEL", b"llm", b"LLM", b"hf://", b"image:", b"run:", b"ckpt_name", b"mbedd", b"dataset",
          b"huggingface", b"deployment", b"providers", b"repo_id", b"_target_", b"class_path",
          b"storageUri", b"engine")  # fmt: skip
_PROVIDERS = (
    "provider", "model_provider", "llm_provider", "modelProvider", "custom_llm_provider", "api_type",
    "apiType",
    "vendor", "type", "_type", "class", "class_name", "_target_", "llm_type", "backend", "framework",
    "platform",
    "runtime", "service", "client", "api", "kind", "source", "engine", "id", "node_type", "class_type",
    "family",
    "embedding_provider", "provider_id", "providerId", "providerName", "provider_type", "library",
    "llmProvider",
)  # fmt: skip
_ADDRESSES = (
    "base_url", "api_base", "apiBase", "baseUrl", "baseURL", "base_uri", "endpoint", "url", "host",
    "openai_api_base",
    "azure_endpoint", "api_url", "apiUrl", "server_url", "uri", "openai_base_url",
)  # fmt: skip
# Addresses of anything: only those of a known provider say something.
_ANY = frozenset(("url", "host", "uri", "endpoint", "server_url"))
_LISTS = {
    "models": Kind.MODEL, "model_ids": Kind.MODEL, "model_names": Kind.MODEL, "embedding_models": Kind.MODEL,
    "fallbacks": Kind.MODEL, "fallback_models": Kind.MODEL, "datasets": Kind.DATASET,
    "base_models": Kind.MODEL,
    "allowed_models": Kind.MODEL, "llms": Kind.MODEL, "adapters": Kind.ADAPTER, "loras": Kind.ADAPTER,
}  # fmt: skip
_INNER = ("name", "id", "model_id", "model_name", "value", "repo", "repo_id", "path", "uri", "default")
_COMMANDS = frozenset(("command", "args", "cmd", "entrypoint", "extraArgs", "extra_args", "engineArgs",
    "vllmArgs",
                       "modelArgs", "serverArgs", "containerArgs"))  # fmt: skip
_SCRIPTS = frozenset(("run", "script", "before_script", "setup", "postCreateCommand", "postStartCommand"))
_SKIPPED = frozenset(("properties", "definitions", "$defs", "examples", "example", "enum", "mcpServers",
    "mcp_servers",
                      "context_servers", "patternProperties", "permissions"))  # fmt: skip
_COMFY = {"ckpt_name": Kind.MODEL, "unet_name": Kind.MODEL, "vae_name": Kind.MODEL, "clip_name": Kind.MODEL,
          "control_net_name": Kind.MODEL, "lora_name": Kind.ADAPTER, "clip_name1": Kind.MODEL,
          "clip_name2": Kind.MODEL, "style_model_name": Kind.MODEL}  # fmt: skip
_WEIGHTS = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf", ".bin", ".sft")
_MOST_LINKS = 2000
_MOST_PRICES = 20
_MOST_HOSTED = 40  # hosted models in one file; more are prices, limits and settings of whatever may be chosen


class ConfigurationsReader:
    """States the AI parts that a configuration names."""

    name = "configurations"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what each setting uses."""
        path = blob.path[-1]
        if not blob.name.lower().endswith(_SUFFIXES) or is_foreign_file(path) or is_test(path):
            return
        # What is larger is data, written by a program: no person configures an application so.
        if blob.size > (MOST_YAML if blob.name.lower().endswith((".yaml", ".yml")) else MOST_JSON):
            return
        budget.spend_operations(len(blob.view) // 64 + 1)
        data = bytes(blob.view)
        if not any(word in data for word in _WORDS):
            return
        is_price_list = data.count(b"_cost_per_") + data.count(b"context_window") > _MOST_PRICES
        certainty = 0.6 if is_example(blob.name) else 1.0
        count = 0
        try:
            for document in settings_of(blob, budget):
                if is_foreign_tree(document.tree):
                    continue
                found: list[Statement] = []
                for statement in _Walk(document, budget, certainty).statements():
                    count += 1
                    if count > _MOST_LINKS:
                        yield Unread("more settings than are read")
                        return
                    found.append(statement)
                hosted = {f.target for f in found if isinstance(f, Linked) and f.target.kind is Kind.SERVICE}
                is_router = isinstance(tree_at(document.tree).get("model_list"), list)
                if hosted and not is_router and (is_price_list or len(hosted) > _MOST_HOSTED):
                    yield _catalogue(document, len(hosted))
                else:
                    yield from found
        except ReadError as error:
            # Templates of charts are no YAML, and much that ends in .json is no JSON: only what is too
            # much to be read is told.
            if "too" in error.message:
                yield Unread(f"configurations: {error.message}")


def _catalogue(document: Document, count: int) -> Statement:
    """A list of models to choose from says nothing of which are used."""
    tell = Teller(_BY, Method.DERIVED, 0.8)
    said = f"which of the {count} hosted models that are listed is used is not known before run time"
    return tell.says(
        document.place(""), Part(Kind.SYSTEM), Trait.UNKNOWN, said, name=f"catalogue {document.blob.name}"
    )


class _Walk:
    """Walks one document, and knows which provider stands beside or above a value."""

    def __init__(self, document: Document, budget: Budget, certainty: float) -> None:
        self.document = document
        self.certainty = certainty
        self.budget = budget
        self.commands = Commands(document.blob, _BY, budget, {}, certainty)
        self.seen: set[str] = set()  # values whose meaning is known by what they are given to
        name = document.blob.name.lower()
        self.is_promptfoo = "promptfoo" in name

    def statements(self) -> Iterator[Statement]:
        """Yield what the document says, in its order."""
        stack: list[tuple[Json, str, str]] = [(self.document.tree, "", "")]
        while stack:
            value, pointer, provider = stack.pop()
            self.budget.spend_operations()
            if isinstance(value, dict):
                near = _near(value) or provider
                yield from self._object(value, pointer, near)
                for key in reversed(value):
                    if key not in _SKIPPED and isinstance(value[key], dict | list):
                        above = provider_in(key) if key not in ("transformers", "api") else ""
                        stack.append((value[key], f"{pointer}/{escaped(key)}", above or near))
            elif isinstance(value, list):
                stack.extend((value[at], f"{pointer}/{at}", provider) for at in reversed(range(len(value))))

    def _object(self, value: Tree, pointer: str, provider: str) -> Iterator[Statement]:
        if "litellm_params" in value:
            value = {key: each for key, each in value.items() if key not in ("model_name", "model")}
        yield from self._targeted(value, pointer)
        revision = next((t for k in ("revision", "model_revision", "commit") if (t := text_at(value, k))), "")
        for key, each in value.items():
            inner = f"{pointer}/{escaped(key)}"
            if isinstance(each, str):
                yield from self._text(key, each, inner, provider, revision)
            elif isinstance(each, dict):
                yield from self._nested(key, each, inner, provider)
            elif isinstance(each, list):
                yield from self._list(key, each, inner, provider)
        yield from self._containers(value, pointer)
        if len(value) <= 3 and text_at(value, "name").isupper() and text_at(value, "value"):
            line = self.document.line(pointer + "/value")
            yield from self.commands.environment(text_at(value, "name"), text_at(value, "value"), line)

    def _targeted(self, value: Tree, pointer: str) -> Iterator[Statement]:
        """A call that is written as settings (Hydra, Lightning): the callee says what its arguments mean."""
        target = text_at(value, "_target_") or text_at(value, "class_path")
        signature = signature_of(target) if target else None
        if signature is None:
            return
        inside = "init_args" in value and "_target_" not in value
        given, at = (tree_at(value, "init_args"), f"{pointer}/init_args") if inside else (value, pointer)
        for key in signature.names:
            found = _with_default(text_at(given, key))
            named_so = named_by_callee(target, found[0], "") if found is not None and found[0] else None
            if named_so is None or found is None:
                continue
            place = f"{at}/{escaped(key)}"
            self.seen.add(place)
            name = Name(named_so.part, named_so.revision or text_at(given, "revision"), 0.9)
            yield self._link(name, place, target, "", 0.6 if found[1] else 1.0)
            return

    def _text(self, key: str, text: str, pointer: str, provider: str, revision: str) -> Iterator[Statement]:
        if pointer in self.seen:
            return
        if key in _COMFY and text.lower().endswith(_WEIGHTS):
            part = Part(_COMFY[key], "name:" + text.replace("\\", "/").rpartition("/")[2])
            yield self._link(Name(part, "", 0.9), pointer, key)
            return
        if key in _SCRIPTS and self.document.lines:
            start = self.document.line(pointer)
            yield from self.commands.script(text, start + ("\n" in text.rstrip()))
            return
        role = role_of(key)
        if role is None and text.startswith(("hf://", "hf-hub:")):
            role = Kind.MODEL
        if role is None and self.is_promptfoo and key == "id":
            role = Kind.MODEL
        if role is None or (key in ("id", "engine") and provider_in(text) and not self.is_promptfoo):
            return
        found = _with_default(text)
        if found is None:
            return
        text, is_default = found
        name = named(text, role, provider=provider_in(key) or provider)
        if name is not None:
            yield self._link(name, pointer, key, revision, 0.6 if is_default else 1.0)

    def _nested(self, key: str, value: Tree, pointer: str, provider: str) -> Iterator[Statement]:
        """A model that is described by an object: its name, beside its provider."""
        role = role_of(key)
        if key in _LISTS:
            # Several to choose from: models: {default: [a, b]}.
            for inner in ("default", "available", "names"):
                if isinstance(values := value.get(inner), list):
                    yield from self._list(key, values, f"{pointer}/{inner}", _near(value) or provider)
        if role is None or key in _SKIPPED:
            return
        near = _near(value) or provider_in(key) or provider
        for inner in _INNER:
            text = text_at(value, inner)
            if text and role_of(inner) is None:
                name = named(text, role, provider=near)
                if name is not None:
                    yield self._link(name, f"{pointer}/{inner}", key, text_at(value, "revision"))
                return

    def _list(self, key: str, values: list[Json], pointer: str, provider: str) -> Iterator[Statement]:
        role = _LISTS.get(key)
        is_choice = self.is_promptfoo and key == "providers"
        for at, each in enumerate(values):
            inner = f"{pointer}/{at}"
            if isinstance(each, dict) and role is Kind.MODEL and (_near(each) or provider):
                yield from self._nested("model", each, inner, provider)
            if not isinstance(each, str):
                continue
            if role is not None or is_choice:
                near = "" if is_choice else provider
                if (listed := named(each, role or Kind.MODEL, provider=near)) is not None:
                    yield self._link(listed, inner, key)
            elif key in ("environment", "env", "envs") and "=" in each:
                variable, _, value = each.partition("=")
                yield from self.commands.environment(variable, value, self.document.line(inner))
            elif key == "widgets_values" and each.lower().endswith(_WEIGHTS):
                yield self._link(
                    Name(Part(Kind.MODEL, "name:" + each.rpartition("/")[2]), "", 0.8), inner, key
                )
            elif key in _SCRIPTS and self.document.lines:
                yield from self.commands.script(each, self.document.line(inner))

    def _containers(self, value: Tree, pointer: str) -> Iterator[Statement]:
        image, at = text_at(value, "image"), "/image"
        if not image and text_at(value, "image", "repository"):
            held = tree_at(value, "image")
            image, at = text_at(held, "repository"), "/image/repository"
            tag = text_at(held, "digest") or text_at(held, "tag")
            image += f"@{tag}" if tag.startswith("sha256:") else f":{tag}" * bool(tag)
        found = _with_default(image)
        image = found[0] if found is not None else ""
        is_manifest = bool(_COMMANDS & value.keys()) or "ports" in value or "build" in value or "env" in value
        if image and (is_model_server(image) or is_manifest or "environment" in value):
            yield from image_links(image, self.document.place(pointer + at), _BY, "container")
        if not self.document.lines:
            return
        words: list[str] = []
        lines: list[int] = []
        for key in ("entrypoint", "command", "cmd", "args"):
            each = value.get(key)
            if isinstance(each, str):
                yield from self._line(each, f"{pointer}/{key}", image)
            for index, word in enumerate(each if isinstance(each, list) else []):
                words.append(word if isinstance(word, str) else str(word))
                lines.append(self.document.line(f"{pointer}/{key}/{index}"))
        if words:
            yield from self.commands.words(words, lines, image)
        for key in _COMMANDS - {"entrypoint", "command", "cmd", "args"}:
            texts = texts_at(value, key)
            if texts:
                yield from self.commands.words(
                    texts, [self.document.line(f"{pointer}/{key}")] * len(texts), image
                )

    def _line(self, text: str, pointer: str, image: str) -> Iterator[Statement]:
        from backstamp.formats.commandline import commands_of

        line = self.document.line(pointer)
        if image and is_model_server(image) and text.lstrip().startswith("-"):
            for command in commands_of(" ".join(text.split()), self.budget, line):
                yield from self.commands.words(command.words, command.lines, image)
        else:
            yield from self.commands.script(text, line + ("\n" in text.rstrip()))

    def _link(self, name: Name, pointer: str, key: str, revision: str = "", factor: float = 1.0) -> Statement:
        tell = Teller(_BY, Method.DECLARED, round(name.confidence * self.certainty * factor, 2))
        return tell.links(
            self.document.place(pointer),
            Part(Kind.SYSTEM),
            Relation.USES,
            name.part,
            manner=key[:80],
            revision=name.revision or revision[:100],
        )


def _near(value: Tree) -> str:
    """Find the provider that the keys of an object speak of; what is at an unknown address is self-hosted."""
    keys = (*_PROVIDERS, "name") if "inputs" in value or "kwargs" in value else _PROVIDERS
    found = ""
    for key in keys:
        each = value.get(key)
        text = ".".join(e for e in each if isinstance(e, str)) if isinstance(each, list) else each
        if isinstance(text, str) and (found := provider_in(text)):
            break
    for key in _ADDRESSES:
        address = value.get(key)
        if isinstance(address, str) and address.startswith(("http://", "https://")):
            at = provider_at(address)
            if at:
                return at
            if key not in _ANY and found in ("", "openai") and any(role_of(k) for k in value):
                return SELF
    return found


def _with_default(text: str) -> tuple[str, bool] | None:
    """Undo ``${NAME:-default}`` and ``${oc.env:NAME,default}``; ``None`` if a template has no default."""
    if "$" not in text and "{{" not in text:
        return text, False
    inner = text.strip()
    if inner.startswith("${") and inner.endswith("}") and inner.count("${") == 1:
        for mark in (":-", ",", ":"):
            _, found, default = inner[2:-1].removeprefix("oc.env:").removeprefix("env:").partition(mark)
            if found and default.strip("-'\" "):
                return default.strip("-'\" "), True
    return None


READER = ConfigurationsReader()
