"""Decides whether a text in a configuration names a model, dataset, tokenizer or adapter, and which.

1. Evidence is needed: a hub name with its organisation, a provider beside or above the text, a prefix of a
   provider, or a name that only one provider gives. A word under the key ``model`` alone is none: cars,
   database
   tables and estimators have models too.
2. Templates, placeholders and prose are no names. Paths of the machine on which something ran are none.
3. What a provider hosts is a service; what runs here (hub, Ollama) is a model.
"""

from functools import cache
from re import Pattern

import msgspec

from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Kind, Part, is_hub_name, named_part
from backstamp.knowledge.providers import HUB, family_of, provider_of

_MOST = 200
SELF = "self-hosted"  # the provider where a configuration names an address that is nobody's that is known
_FOLDERS = frozenset(
    "model models data dataset datasets checkpoint checkpoints ckpt ckpts output outputs out weights src "
    "app apps lib "
    "assets config configs runs run results result logs log tmp temp cache dist build path images image "
    "audio video "
    "text application multipart font storage artifacts saved saved_models trained_models pretrained exp "
    "experiments "
    "scripts tests test examples docs files file resources static public api v1 v2 usr opt var home mnt "
    "workspace "
    "content local bin etc s3 gs http https your-org your-username username user org repo my-org".split()
)
_FILES = (
    ".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".onnx", ".h5", ".keras", ".tflite", ".pb", ".gguf",
    ".ggml",
    ".pkl", ".joblib", ".engine", ".trt", ".nemo", ".mlmodel", ".pdparams", ".llamafile",
)  # fmt: skip
_OTHER_FILES = (
    ".py", ".json", ".yaml", ".yml", ".toml", ".txt", ".md", ".csv", ".js", ".ts", ".sh", ".html", ".xml",
    ".jsonl",
    ".parquet", ".cfg", ".ini", ".jar", ".go", ".rs", ".java", ".png", ".jpg", ".svg", ".wav", ".mp3",
)  # fmt: skip
# Google has more models than those of language: of cars and clicks too.
_OF_GOOGLE = ("gemini", "gemma", "bison", "gecko", "imagen", "veo", "embedding", "claude", "llama", "palm",
              "mistral", "codey", "medlm", "learnlm", "unicorn", "endpoints/")  # fmt: skip
# What OpenAI has put on the hub.
_OF_OPENAI = ("whisper", "clip", "gpt-oss", "shap-e", "diffusers", "imagegpt", "gpt2", "circuit", "jukebox")
# Names without an organisation are of sentence-transformers, if they begin so.
_OF_SENTENCES = ("all-minilm-", "all-mpnet-", "all-distilroberta", "multi-qa-", "paraphrase-", "msmarco-",
                 "distiluse-", "gtr-t5", "sentence-t5", "nli-", "stsb-")  # fmt: skip
_REMOTE = ("s3://", "gs://", "gcs://", "az://", "abfs://", "oci://", "pvc://", "models:/")


class Name(msgspec.Struct, frozen=True):
    """A part that a text names, what it is pinned to, and how sure that is."""

    part: Part
    revision: str = ""
    confidence: float = 0.9


def named(text: str, kind: Kind = Kind.MODEL, *, provider: str = "", is_for_it: bool = False) -> Name | None:
    """Decide what a text names.

    ``provider`` is known from the surroundings. ``is_for_it`` says that the place is for names of the hub, or
    for files, and for nothing else (``--model-id`` of a model server): then a bare word counts too.
    """
    text = text.strip().strip("\"'").strip()
    if not _could_be_name(text):
        return None
    if address := _addressed(text, kind):
        return address
    if text.startswith(("http://", "https://")):
        return _at_hub(text, kind)
    if text.lower().endswith(_FILES):
        part = named_part(kind, text if text.startswith(".") or "/" in text else "./" + text)
        is_hub = part is not None and part.key.startswith("huggingface:")
        part = Part(kind, "path:" + text) if is_hub else part
        return Name(part, confidence=0.8) if part is not None else None
    if text.lower().endswith(_OTHER_FILES) or text.startswith((".", "/", "~", "\\")) or text[1:2] == ":":
        return None
    if found := _prefixed(text, kind, is_for_it=is_for_it):
        return found
    if provider == SELF:
        found = _hub_name(text, kind, is_sure="/" in text, may_be_bare=False)
        return found or (
            Name(Part(Kind.SERVICE, f"{SELF}:{text}"), confidence=0.7) if kind is Kind.MODEL else None
        )
    if provider and provider != HUB:
        return _hosted(text, provider, kind)
    if (family := family_of(text)) and kind is Kind.MODEL:
        return Name(Part(Kind.SERVICE, f"{family}:{text}"), confidence=0.8)
    return _hub_name(text, kind, is_sure=bool(provider) or is_for_it, may_be_bare=is_for_it or bool(provider))


def _could_be_name(text: str) -> bool:
    if not 1 < len(text) <= _MOST or not text.isascii() or not text.isprintable():
        return False
    if any(c in text for c in " ${}<>|*?`\"'\\,;()#[]") or is_placeholder(text):
        return False
    if _is_module().fullmatch(text):
        return False
    lowered = text.lower()
    first = lowered.partition("/")[0]
    return not (
        lowered.startswith(
            (
                "your",
                "my-model",
                "my_model",
                "example",
                "placeholder",
                "xxx",
                "todo",
                "some-model",
                "some_model",
            )
        )
        or "your-" in lowered
        or "your_" in lowered
        or "model-here" in lowered
        or first in ("org", "user", "namespace", "organization", "example")
        or lowered in _NO_NAMES
        or bool(provider_of(lowered))
        or set(text) <= set("0123456789.-_")
    )


_NO_NAMES = frozenset(
    "auto true false default inherit none null latest main string base large small medium tiny custom local "
    "remote "
    "linear ridge lasso logistic xgboost lightgbm random_forest randomforest svm mlp cnn lstm resnet user "
    "users "
    "foo/bar org/model org/name user/model namespace/model and/or n/a input/output yes no on off "
    "enabled disabled".split()
)


def _addressed(text: str, kind: Kind) -> Name | None:
    """``hf://org/name@revision`` and buckets."""
    for mark in ("hf://", "huggingface://", "hf-hub:", "hf.co/"):
        if text.startswith(mark):
            rest = text.removeprefix(mark).removeprefix("models/")
            if rest.startswith("datasets/"):
                kind, rest = Kind.DATASET, rest.removeprefix("datasets/")
            rest, _, revision = rest.partition("@")
            rest, _, tag = rest.partition(":")
            name = "/".join(rest.split("/")[:2])
            if not is_hub_name(name) or "/" not in name:
                return None
            return Name(Part(kind, "huggingface:" + name), revision or tag, 0.95)
    if text.startswith(_REMOTE):
        return Name(Part(kind, "url:" + text), confidence=0.85)
    return None


def _at_hub(url: str, kind: Kind) -> Name | None:
    """Addresses of the hub: a repository, or a file of it at a revision."""
    for host in (
        "https://huggingface.co/",
        "http://huggingface.co/",
        "https://hf.co/",
        "https://hf-mirror.com/",
    ):
        if not url.startswith(host):
            continue
        words = url.removeprefix(host).partition("?")[0].rstrip("/").split("/")
        if words[0] in (
            "spaces",
            "docs",
            "blog",
            "papers",
            "api",
            "collections",
            "models",
            "join",
            "settings",
        ):
            return None
        if words[0] == "datasets":
            kind, words = Kind.DATASET, words[1:]
        name = "/".join(words[:2]).removesuffix(".git")
        if len(words) < 2 or not is_hub_name(name):
            return None
        revision = words[3] if len(words) > 4 and words[2] in ("resolve", "blob", "raw", "tree") else ""
        return Name(Part(kind, "huggingface:" + name), revision, 0.95)
    return None


def _prefixed(text: str, kind: Kind, *, is_for_it: bool) -> Name | None:
    """``openai/gpt-4o``, ``ollama/llama3``, ``azure/my-deployment``, ``openai:chat:gpt-4o``."""
    for mark in ("/", ":"):
        prefix, found, rest = text.partition(mark)
        provider = provider_of(prefix) if found and rest else ""
        if not provider or kind not in (Kind.MODEL, Kind.TOKENIZER):
            continue
        if mark == ":" and rest.partition(":")[0] in (
            "chat",
            "responses",
            "completion",
            "embedding",
            "messages",
        ):
            rest = rest.partition(":")[2]
        is_both = prefix.lower() in ("openai", "google", "mistralai", "nvidia", "cohere") and mark == "/"
        if is_both and (not family_of(rest) or rest.startswith("gpt-oss")):
            # Organisations of the hub have names of providers: only the provider's own families are hosted.
            if prefix.lower() == "openai" and not rest.lower().startswith(_OF_OPENAI):
                # LiteLLM's prefix for whatever answers as OpenAI does.
                hub = _hub_name(rest, kind, is_sure=True, may_be_bare=False)
                return hub or Name(Part(Kind.SERVICE, f"{SELF}:{rest}"), confidence=0.6)
            return _hub_name(text, kind, is_sure=is_for_it, may_be_bare=False)
        if provider == "bedrock":
            rest = rest.removeprefix("converse/").removeprefix("invoke/")
        if rest.startswith(("/", ".")) or not _is_word().fullmatch(rest):
            return None
        if provider == HUB:
            # An organisation may be called so too: sentence-transformers/all-MiniLM-L6-v2.
            is_engine = "/" in rest or "vllm" in prefix.lower()
            return _hub_name(rest if is_engine else text, kind, is_sure=True, may_be_bare=True)
        return _hosted(rest, provider, kind)
    return None


def _hosted(text: str, provider: str, kind: Kind) -> Name | None:
    if not _is_word().fullmatch(text):
        return None
    if kind not in (Kind.MODEL, Kind.SERVICE):
        return _hub_name(text, kind, is_sure=False, may_be_bare=False)
    if family_of(text) == "bedrock":
        provider = "bedrock"
    if provider in ("ollama", "dockermodel"):
        return Name(Part(Kind.MODEL, f"{provider}:{text}"))
    if provider in ("google", "vertex"):
        text = text.rpartition("models/")[2]
        if not any(word in text.lower() for word in _OF_GOOGLE):
            return None
    return Name(Part(Kind.SERVICE, f"{provider}:{text}"))


def _hub_name(text: str, kind: Kind, *, is_sure: bool, may_be_bare: bool) -> Name | None:
    text, _, revision = text.partition("@")
    organisation, slash, name = text.partition("/")
    may_be_bare = may_be_bare or (not slash and _canonical().fullmatch(text.lower()) is not None)
    if not is_hub_name(text) or (not name and not (may_be_bare and not slash)):
        return None
    if slash and (organisation.lower() in _FOLDERS or (not is_sure and not _is_telling(text))):
        return None
    if not slash and text.lower() in _FOLDERS:
        return None
    if not slash and text.lower().startswith(_OF_SENTENCES):
        text = "sentence-transformers/" + text
    return Name(Part(kind, "huggingface:" + text), revision, 0.9 if is_sure else 0.7)


def _is_telling(text: str) -> bool:
    """Say whether a name with an organisation looks like one of the hub: a size, a version, marks."""
    name = text.partition("/")[2]
    return len(name) > 2 and (any(c.isdigit() or c in "-_." or c.isupper() for c in name))


@cache
def _is_module() -> Pattern[str]:
    """Dotted names of code: ``llama_index.llms.openai``; those of hosted models have marks or numbers."""
    import re

    return re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2,}", re.ASCII)


@cache
def _canonical() -> Pattern[str]:
    """Names of the hub without an organisation that are nothing else: its first models."""
    import re

    return re.compile(
        r"(?:distil)?bert-(?:base|large)-[\w-]*cased[\w-]*|bert-base-(?:chinese|multilingual-[\w-]+)"
        r"|(?:distil)?roberta-(?:base|large)(?:-mnli)?|xlm-roberta-(?:base|large)|(?:distil)?gpt2(?:-medium|-large|-xl)?"
        r"|t5-(?:small|base|large|3b|11b)|albert-\w+-v[12]|xlnet-\w+-cased|camembert-base|openai-gpt"
        r"|all-(?:minilm|mpnet|distilroberta)-[\w-]+|multi-qa-[\w-]+|paraphrase-[\w-]+-v\d|msmarco-[\w-]+-v\d"
    )


@cache
def _is_word() -> Pattern[str]:
    import re

    return re.compile(r"[A-Za-z0-9][\w./:@+-]*")
