"""Reads JavaScript and TypeScript: models that are loaded (transformers.js) or called (OpenAI, AI SDK).

Calls are recognised by names and texts beside one another, so that confidence is lower than for parsed code.
Names that are assigned one text in the file are followed. Tests, types and built files do not count.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller
from backstamp.formats.javascript import Token, tokens_of
from backstamp.formats.plaintext import decoded
from backstamp.knowledge.providers import HUB, family_of, provider_in
from backstamp.software.readers.naming import Name, named
from backstamp.software.readers.scope import is_test

_BY = "javascript/1"
_SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_HINTS = (b"odel", b"from_pretrained", b"pipeline", b"openai", b"anthropic", b"huggingface", b"ollama")
_KEYS = frozenset(("model", "modelName", "modelId", "model_id", "model_name", "deploymentName",
    "azureOpenAIApiDeploymentName",
                   "embeddingModel", "repoId", "deployment"))  # fmt: skip
# Makers of models in the AI SDK, by the name that is called: openai('gpt-4o').
_MAKERS = {
    "openai": "openai", "azure": "azure", "anthropic": "anthropic", "google": "google", "vertex": "vertex",
    "bedrock": "bedrock", "mistral": "mistral", "groq": "groq", "cohere": "cohere", "xai": "xai",
    "deepseek": "deepseek", "perplexity": "perplexity", "togetherai": "together", "fireworks": "fireworks",
    "openrouter": "openrouter", "ollama": "ollama", "cerebras": "cerebras", "deepinfra": "deepinfra",
    "replicate": "replicate",
}  # fmt: skip
_METHODS = frozenset(("chat", "responses", "completion", "embedding", "textEmbeddingModel",
    "textEmbedding", "image",
                      "languageModel", "imageModel", "transcription", "speech", "embeddingModel",
                      "messages"))  # fmt: skip
_CLASSES = frozenset(
    "ChatOpenAI OpenAI OpenAIEmbeddings AzureChatOpenAI AzureOpenAIEmbeddings ChatAnthropic "
    "ChatGoogleGenerativeAI "
    "GoogleGenerativeAIEmbeddings ChatVertexAI ChatOllama Ollama OllamaEmbeddings ChatMistralAI "
    "MistralAIEmbeddings "
    "ChatGroq ChatCohere CohereEmbeddings BedrockChat ChatBedrockConverse BedrockEmbeddings "
    "HuggingFaceInference "
    "HuggingFaceTransformersEmbeddings HuggingFaceInferenceEmbeddings ChatXAI ChatDeepSeek ChatTogetherAI "
    "ChatFireworks "
    "OpenAIEmbedding HuggingFaceEmbedding Anthropic Gemini".split()
)
_ENDS = frozenset((")", ",", "}", ";", "]"))
_MOST_SETTINGS = 3000
_MOST_INNER = 400  # tokens of one call that are looked at


class JavascriptReader:
    """States the models that scripts load and call."""

    name = "javascript"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what calls and settings of calls use."""
        name = blob.name.lower()
        if not name.endswith(_SUFFIXES) or name.endswith((".d.ts", ".min.js", ".bundle.js")):
            return
        folders = f"/{blob.path[-1].lower()}"
        if is_test(blob.path[-1]) or "/dist/" in folders or "/.next/" in folders or blob.size > 2 * MIB:
            return
        data = bytes(blob.view)
        if not any(hint in data for hint in _HINTS):
            return
        tokens = list(tokens_of(decoded(blob, 2 * MIB), budget))
        for name_found, line, manner in _Script(tokens, data).uses():
            budget.spend_operations()
            tell = Teller(_BY, Method.DECLARED, min(0.8, round(name_found.confidence * 0.9, 2)))
            yield tell.links(
                blob.at_line(line),
                Part(Kind.SYSTEM),
                Relation.USES,
                name_found.part,
                manner=manner[:80],
                revision=name_found.revision,
            )


def _provider_of(name: str) -> str:
    """The provider of a client by its class: those of OpenAI serve many, and say nothing."""
    if name in ("HfInference", "InferenceClient"):
        return HUB
    found = provider_in(name)
    return "" if found == "openai" else found


class _Script:
    """The tokens of a file with what its names are assigned."""

    def __init__(self, tokens: list[Token], data: bytes) -> None:
        self.tokens = tokens
        self.has_sdk = (
            b"@ai-sdk/" in data or b"ai-sdk" in data or b"from 'ai'" in data or b'from "ai"' in data
        )
        self.has_hub = b"@huggingface/" in data or b"@xenova/" in data
        self.provider = ""
        if b"baseURL" not in data and b"baseUrl" not in data:
            marks = (
                (b"@huggingface/inference", HUB),
                (b"together-ai", "together"),
                (b"'ollama'", "ollama"),
                (b'"ollama"', "ollama"),
            )
            self.provider = next((p for mark, p in marks if mark in data), "")
        self.settings = 0
        self.clients: dict[str, str] = {}  # names of clients, with their provider
        for at in range(len(tokens) - 4):
            made = tokens[at + 1].text == "=" and tokens[at + 2].text == "new" and tokens[at].kind == "name"
            if made and (provider := _provider_of(tokens[at + 3].text)):
                self.clients[tokens[at].text] = provider
        self.values: dict[str, tuple[str, bool]] = {}
        for at in range(len(tokens) - 3):
            if tokens[at].text in ("const", "let", "var") and tokens[at + 1].kind == "name":
                end = next((i for i in range(at + 2, min(at + 8, len(tokens))) if tokens[i].text == "="), -1)
                found = self._value(end + 1) if 0 < end < len(tokens) - 1 else None
                if found is not None:
                    self.values[tokens[at + 1].text] = (found[0], found[2])

    def uses(self) -> Iterator[tuple[Name, int, str]]:
        """Yield names with their lines and the calls that use them."""
        for at, token in enumerate(self.tokens):
            if token.kind != "name":
                continue
            following = self._text(at + 1)
            if following == "(":
                yield from self._call(at, token)
            elif token.text in _MAKERS and following == "." and self._text(at + 2) in _METHODS:
                if self._text(at + 3) == "(":
                    yield from self._made(at + 4, token)
            elif token.text in _KEYS and following == ":":
                yield from self._setting(at, token)
        # A quoted key: "model": "gpt-4o".
        for at, token in enumerate(self.tokens):
            if token.kind == "text" and token.text in _KEYS and self._text(at + 1) == ":":
                yield from self._setting(at, token)

    def _text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def _value(self, at: int) -> tuple[str, int, bool] | None:
        """Give the text that an expression is: a literal, a name of one, or what stands in for a variable."""
        if at >= len(self.tokens):
            return None
        token = self.tokens[at]
        if token.kind == "text":
            is_type = self._text(at + 1) in ("|", "&")
            return None if is_type else (token.text, token.line, False)
        if token.kind == "name" and token.text in self.values and self._text(at + 1) in _ENDS:
            text, is_default = self.values[token.text]
            return text, token.line, is_default
        for index in range(at, min(at + 10, len(self.tokens) - 1)):
            if self._text(index) in ("??", "||") and self.tokens[index + 1].kind == "text":
                return self.tokens[index + 1].text, self.tokens[index + 1].line, True
            if self._text(index) in (",", ";", ")", "}", "("):
                return None
        return None

    def _call(self, at: int, token: Token) -> Iterator[tuple[Name, int, str]]:
        if token.text == "from_pretrained":
            yield from self._named(at + 2, HUB, token.text, is_for_it=True, options=at)
        elif token.text == "pipeline" and self.has_hub:
            if self._text(at + 3) == ",":
                yield from self._named(at + 4, HUB, token.text, is_for_it=True, options=at)
        elif token.text in _MAKERS and self._text(at - 1) not in (".", "function", "new"):
            yield from self._made(at + 2, token)
        elif token.text in _CLASSES and self._text(at - 1) == "new":
            yield from self._class(at, token)

    def _made(self, at: int, token: Token) -> Iterator[tuple[Name, int, str]]:
        found = self._value(at)
        if found is not None and (self.has_sdk or family_of(found[0])):
            yield from self._named(at, _MAKERS[token.text], token.text)

    def _class(self, at: int, token: Token) -> Iterator[tuple[Name, int, str]]:
        provider = provider_in(token.text)
        for index in self._inside(at + 1):
            if self._text(index) in _KEYS and self._text(index + 1) == ":":
                yield from self._named(index + 2, provider, token.text)
        if self.tokens[at + 2].kind == "text":
            yield from self._named(at + 2, provider, token.text)

    def _inside(self, at: int) -> Iterator[int]:
        """Yield the places inside a call, from its opening bracket on."""
        depth = 0
        for index in range(at, min(at + _MOST_INNER, len(self.tokens))):
            text = self.tokens[index].text if self.tokens[index].kind == "mark" else ""
            depth += (text in ("(", "{", "[")) - (text in (")", "}", "]"))
            if depth <= 0:
                return
            yield index

    def _setting(self, at: int, token: Token) -> Iterator[tuple[Name, int, str]]:
        found = self._value(at + 2)
        if found is None:
            return
        self.settings += 1
        if self.settings > _MOST_SETTINGS:
            raise ReadError("script of too many settings to be read")
        if self._is_of_class(at):
            return
        receiver = self._receiver(at) or self.provider
        if family_of(found[0]) or "/" in found[0] or receiver:
            provider = "" if family_of(found[0]) else receiver
            yield from self._named(at + 2, provider, token.text)

    def _receiver(self, at: int) -> str:
        """The provider of the client on which the call around a setting is made; empty if it is not known."""
        depth, index = 0, at - 1
        while index > max(at - _MOST_INNER, 0):
            text = self.tokens[index].text if self.tokens[index].kind == "mark" else ""
            depth += (text in (")", "}", "]")) - (text in ("(", "{", "["))
            if depth < 0 and text == "(":
                break
            index -= 1
        # Back over the chain of names and calls before the bracket.
        root, index, depth = "", index - 1, 0
        while index >= 0:
            token = self.tokens[index]
            mark = token.text if token.kind == "mark" else ""
            if mark == ")":
                depth += 1
            elif mark == "(":
                depth -= 1
                if depth < 0:
                    break
            elif not depth and token.kind == "name":
                if token.text in ("await", "return", "new"):
                    break
                root = token.text
            elif not depth and mark != ".":
                break
            index -= 1
        return self.clients.get(root, "") or (_provider_of(root) if self._text(index) == "new" else "")

    def _is_of_class(self, at: int) -> bool:
        """Say whether a setting stands in the options of ``new Class({``, which are read with the class."""
        depth = 0
        for index in range(at - 1, max(at - _MOST_INNER, 0), -1):
            text = self.tokens[index].text if self.tokens[index].kind == "mark" else ""
            depth += (text in (")", "}", "]")) - (text in ("(", "{", "["))
            if depth == -2:
                return self._text(index - 1) in _CLASSES and self._text(index - 2) == "new"
        return False

    def _named(
        self, at: int, provider: str, manner: str, *, is_for_it: bool = False, options: int = -1
    ) -> Iterator[tuple[Name, int, str]]:
        found = self._value(at)
        if found is None:
            return
        text, line, is_default = found
        name = named(text, Kind.MODEL, provider=provider, is_for_it=is_for_it)
        if name is None:
            return
        revision = name.revision
        for index in self._inside(options + 1) if options >= 0 else ():
            if self._text(index) == "revision" and self._text(index + 1) == ":":
                value = self._value(index + 2)
                revision = value[0] if value is not None else revision
        yield Name(name.part, revision[:100], name.confidence * (0.7 if is_default else 1.0)), line, manner


READER = JavascriptReader()
