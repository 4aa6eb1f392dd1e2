"""From the text in a call to the part that it names, for each world of names.

1. What cannot be a name in that world gives ``None``: prose, templates, placeholders, scalars of other kinds.
2. A word without an organisation is a hub name only if it is one of the old ones; else it may be a folder.
3. Providers are told by the prefix of a routed name, by the address of the client, or by the name itself.
"""

# ruff: noqa: E501  # tables of names

import re
from functools import cache

import msgspec

from backstamp.core.supply import Kind, Part, is_hub_name, named_part

_MOST = 300
_PLACEHOLDERS = frozenset(
    "model model_name model-name model_id model-id your-model your_model your-model-name your-org/your-model "
    "org/model org/name user/model username/model-name path/to/model none null default unknown todo n/a auto "
    "string test dummy foo bar foo/bar username/repo your_username/your_model repo/id".split()
)
_FOLDERS = frozenset(
    "model models output outputs out checkpoint checkpoints ckpt ckpts result results data dataset datasets "
    "weights saved_models saved_model saved saved-models runs run logs log tmp temp cache artifacts artifact "
    "trained_models trained-models trained export exports exported src app assets resources local exp experiments "
    "finetuned fine-tuned fine_tuned pretrained pretrained_models final best build dist files lib save saves "
    "adapters lora loras content workspace mnt opt home usr var etc drive storage onnx gguf tests test".split()
)
_FILES = (
    ".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".onnx", ".h5", ".hdf5", ".keras", ".tflite", ".pb", ".gguf",
    ".ggml", ".pkl", ".pickle", ".joblib", ".npz", ".npy", ".model", ".json", ".yaml", ".yml", ".tar", ".zip", ".gz",
    ".th", ".t7", ".mlmodel", ".engine", ".trt", ".plan", ".cbm", ".ubj", ".txt", ".vec", ".ftz", ".skops", ".ort",
    ".pdparams", ".pdmodel", ".nemo", ".xml", ".csv", ".parquet", ".jsonl", ".arrow", ".dill", ".torchscript", ".sav",
)  # fmt: skip
# Names of the hub without an organisation, as of 2026: the first word tells them.
_OLD = frozenset(
    "bert gpt2 distilgpt2 distilbert distilroberta roberta t5 xlnet xlm albert camembert ctrl openai transfo "
    "bart deberta electra facebook google flaubert longformer bloom opt llama mbart pegasus gpt openai-gpt "
    "tiny distilbart codebert dialogpt".split()
)
_REMOTE = (
    "http://",
    "https://",
    "s3://",
    "s3a://",
    "gs://",
    "gcs://",
    "az://",
    "abfs://",
    "abfss://",
    "hdfs://",
    "oss://",
)
_BUILDERS = frozenset(
    "csv json parquet text arrow imagefolder audiofolder videofolder pdffolder webdataset pandas generator sql "
    "spark xml hdf5 lance".split()
)
_HOSTS = (
    ("openai.azure.com", "azure"), ("services.ai.azure.com", "azure"), ("models.inference.ai.azure.com", "github"),
    ("models.github.ai", "github"), ("api.openai.com", "openai"), ("api.anthropic.com", "anthropic"),
    ("deepseek.com", "deepseek"), ("groq.com", "groq"), ("together.xyz", "together"), ("together.ai", "together"),
    ("openrouter.ai", "openrouter"), ("mistral.ai", "mistral"), ("x.ai", "xai"), ("fireworks.ai", "fireworks"),
    ("aliyuncs.com", "dashscope"), ("perplexity.ai", "perplexity"), ("nvidia.com", "nvidia"),
    ("googleapis.com", "google"), ("moonshot.cn", "moonshot"), ("moonshot.ai", "moonshot"), ("bigmodel.cn", "zhipu"),
    ("z.ai", "zhipu"), ("volces.com", "ark"), ("siliconflow.cn", "siliconflow"), ("siliconflow.com", "siliconflow"),
    ("cerebras.ai", "cerebras"), ("sambanova.ai", "sambanova"), ("deepinfra.com", "deepinfra"),
    ("anyscale.com", "anyscale"), ("cohere.com", "cohere"), ("cohere.ai", "cohere"), ("voyageai.com", "voyage"),
    ("huggingface.co", "huggingface"), ("hf.space", "huggingface"), ("endpoints.huggingface.cloud", "huggingface"),
    ("minimax.chat", "minimax"), ("minimax.io", "minimax"), ("baichuan-ai.com", "baichuan"), ("stepfun.com", "stepfun"),
    ("lingyiwanwu.com", "lingyiwanwu"), ("hyperbolic.xyz", "hyperbolic"), ("novita.ai", "novita"),
    ("databricks.com", "databricks"), ("cloudflare.com", "cloudflare"), ("replicate.com", "replicate"),
    ("amazonaws.com", "bedrock"), ("watson", "watsonx"), ("localhost:11434", "ollama"), ("127.0.0.1:11434", "ollama"),
    ("ollama", "ollama"), (":11434", "ollama"),
)  # fmt: skip
# Prefixes of routed names, and whose models they are.
_ROUTES = {
    "openai": "openai", "anthropic": "anthropic", "bedrock": "bedrock", "vertex_ai": "vertex", "vertexai": "vertex",
    "google_vertexai": "vertex", "google-vertex": "vertex", "azure": "azure", "azure_openai": "azure",
    "azure_ai": "azure", "gemini": "google", "google": "google", "google_genai": "google", "google-gla": "google",
    "google_ai_studio": "google", "ollama": "ollama", "ollama_chat": "ollama", "groq": "groq", "mistral": "mistral",
    "mistralai": "mistral", "cohere": "cohere", "cohere_chat": "cohere", "together": "together",
    "together_ai": "together", "fireworks": "fireworks", "fireworks_ai": "fireworks", "openrouter": "openrouter",
    "replicate": "replicate", "huggingface": "huggingface", "deepseek": "deepseek", "xai": "xai", "grok": "xai",
    "perplexity": "perplexity", "nvidia": "nvidia", "nvidia_nim": "nvidia", "voyage": "voyage", "dashscope": "dashscope",
    "watsonx": "watsonx", "ibm": "watsonx", "databricks": "databricks", "sagemaker": "sagemaker",
    "cerebras": "cerebras", "sambanova": "sambanova", "deepinfra": "deepinfra", "moonshot": "moonshot",
    "cloudflare": "cloudflare", "github": "github", "text-completion-openai": "openai", "bedrock_converse": "bedrock",
    "heroku": "heroku", "jina_ai": "jina", "openai-chat": "openai", "openai-responses": "openai", "hosted_vllm": "vllm",
    "lm_studio": "lm-studio", "vllm": "vllm", "openai_like": "self-hosted", "custom_openai": "self-hosted",
}  # fmt: skip
_OWN_NAMES = (
    (r"(?:gpt-|chatgpt|o[134](?:-|$)|text-embedding-(?:3|ada)|text-davinci|dall-e|tts-1|whisper-1|davinci|babbage|codex|gpt4|gpt3|ft:gpt|sora-|omni-moderation|text-moderation)", "openai"),
    (r"claude", "anthropic"),
    (r"(?:gemini|text-embedding-00[45]|models/gemini|imagen-|veo-|palm|text-bison|chat-bison)", "google"),
    (r"(?:mistral-(?:large|medium|small|tiny|embed|ocr)|codestral|open-mi|pixtral|ministral|magistral)", "mistral"),
    (r"(?:command|embed-(?:english|multilingual)|rerank-)", "cohere"),
    (r"grok", "xai"),
    (r"deepseek-(?:chat|coder|reasoner)", "deepseek"),
    (r"(?:sonar|pplx)", "perplexity"),
    (r"voyage", "voyage"),
    (r"qwen-(?:max|plus|turbo|long|vl)", "dashscope"),
)  # fmt: skip


class Named(msgspec.Struct, frozen=True):
    """A part, and what its name says besides: a pinned version, a provider."""

    part: Part
    revision: str = ""
    provider: str = ""


def hub(kind: Kind, text: str) -> Named | None:
    """Name something on the Hugging Face Hub, or in a folder."""
    text = text.strip()
    for prefix in ("hf-hub:", "hf_hub:", "hf://", "huggingface:", "huggingface/", "hub:"):
        text = text.removeprefix(prefix)
    if not _is_name(text):
        return None
    name, _, pin = text.partition("@")
    if pin and is_hub_name(name):
        return Named(Part(kind, "huggingface:" + name), pin)
    if _is_path(text) and "://" not in text:
        return path(kind, text)
    if ":" in text and is_hub_name(text.partition(":")[0]):
        text = text.partition(":")[0]  # one of the quantizations of a repository
    if kind is Kind.DATASET and text.startswith("datasets/"):
        text = text.removeprefix("datasets/")
    if "/" not in text and kind is not Kind.DATASET and re.split(r"[-_]", text)[0].lower() not in _OLD:
        is_folder = is_hub_name(text) and _is_telling(text) and not text.isupper()
        return Named(Part(kind, "path:" + text)) if is_folder else None
    found = named_part(kind, text)
    return Named(found) if found is not None else None


def sentence(kind: Kind, text: str) -> Named | None:
    """Name a model of sentence-transformers: a word alone is one of its own organisation."""
    text = text.strip()
    first = re.split(r"[-_]", text)[0].lower()
    if (
        "/" not in text
        and is_hub_name(text)
        and first not in _OLD
        and not _is_path(text)
        and _is_telling(text)
    ):
        return Named(Part(kind, "huggingface:sentence-transformers/" + text))
    return hub(kind, text)


def path(kind: Kind, text: str) -> Named | None:
    """Name a file or folder; those of another machine are none."""
    text = text.strip().removeprefix("file://")
    if (
        not text
        or len(text) > _MOST
        or "\n" in text
        or "{" in text
        or ".." in text
        or "://" in text
        or _none().search(text)
    ):
        return None
    text = text.replace("\\", "/")
    while text.startswith("./"):
        text = text[2:]
    if text.startswith(("/", "~", "$", "-")) or text[1:2] == ":" or "  " in text or "*" in text:
        return None
    text = text.rstrip("/")
    return Named(Part(kind, "path:" + text)) if text not in {"", "."} else None


def file_of_weights(kind: Kind, text: str) -> Named | None:
    """Name a file that holds a model by its suffix; addresses stay addresses."""
    if text.startswith(("http://", "https://")):
        return url(kind, text)
    return path(kind, text) if text.strip().lower().endswith(_FILES) else None


def pickled(kind: Kind, text: str) -> Named | None:
    """Name a pickle, if its name says that it is a model: most pickles are not."""
    return file_of_weights(kind, text) if _of_models().search(text.lower()) else None


def url(kind: Kind, text: str) -> Named | None:
    """Name something by its address."""
    is_url = text.startswith(_REMOTE) and len(text) < 1000 and not set(text) & set(" \n{}<>")
    return Named(Part(kind, "url:" + text)) if is_url else None


def dataset(kind: Kind, text: str) -> Named | None:
    """Name a dataset of the hub; the names of file formats are none."""
    return None if text.strip().lower() in _BUILDERS else hub(kind, text)


def is_builder(text: str) -> bool:
    """Say whether ``load_dataset`` takes that for a file format."""
    return text.strip().lower() in _BUILDERS


def word(kind: Kind, world: str, text: str) -> Named | None:
    """Name something in a world of its own: a word, or a path of words."""
    text = text.strip()
    if text.startswith(("hf-hub:", "hf_hub:", "hf://")):
        return hub(kind, text)
    if text.startswith(("./", "/", "~", "../")) or (
        text.lower().endswith((".bin", ".gguf", ".onnx")) and "/" in text
    ):
        return path(kind, text)
    if not _is_name(text) or not _is_word().fullmatch(text):
        return None
    return Named(Part(kind, f"{world}:{text}"))


def hosted(provider: str, text: str) -> Named | None:
    """Name a model that a provider hosts."""
    text = text.strip()
    if not _is_name(text) or not _is_word().fullmatch(text):
        return None
    if provider == "ollama":
        return Named(Part(Kind.MODEL, "ollama:" + text), "", provider)
    if provider in {"huggingface", "vllm", "self-hosted", "lm-studio"}:
        if "/" in text and is_hub_name(text):
            return Named(Part(Kind.MODEL, "huggingface:" + text), "", provider)
        return Named(Part(Kind.SERVICE, f"{provider}:{text}"), "", provider)
    if provider == "replicate":
        name, _, pin = text.partition(":")
        return Named(Part(Kind.SERVICE, "replicate:" + name), pin, provider)
    if provider in {"google", "vertex"}:
        text = text.rpartition("models/")[2]
    return Named(Part(Kind.SERVICE, f"{provider}:{text}"), "", provider)


def routed(text: str, provider: str = "") -> Named | None:
    """Name a model by ``provider/name`` or ``provider:name``; without, by the name's own provider."""
    text = text.strip().removeprefix("litellm/").removeprefix("litellm_proxy/")
    if provider:
        return hosted(_ROUTES.get(provider.lower(), provider.lower()), text)
    for mark in ("/", ":"):
        first, found, rest = text.partition(mark)
        route = _ROUTES.get(first.lower()) if found else None
        if route is not None and rest:
            if route == "bedrock":
                rest = rest.removeprefix("converse/").removeprefix("invoke/")
            return hosted(route, rest)
    return hosted(provider_by_name(text) or "name", text)


def provider_by_name(text: str) -> str:
    """Tell whose model a bare name is; empty if it does not say."""
    for pattern, provider in _own_names():
        if pattern.match(text.lower()):
            return provider
    return ""


def provider_at(address: str) -> str:
    """Tell the provider by the address of its API; ``self-hosted`` if it is nobody's that is known."""
    host = address.lower().partition("://")[2].partition("/")[0] or address.lower()
    name = host.partition(":")[0]
    for mark, provider in _HOSTS:
        plain = mark.replace(":", "").isalpha() and "." not in mark
        if (name == mark or name.endswith("." + mark)) if not plain and ":" not in mark else mark in host:
            return provider
    return "self-hosted"


def torch_hub(kind: Kind, repository: str, name: str) -> Named | None:
    """Name a model of a repository with a ``hubconf.py``."""
    repository, _, pin = repository.partition(":")
    if not is_hub_name(repository) or "/" not in repository or not _is_word().fullmatch(name):
        return None
    return Named(Part(kind, f"torchhub:{repository}/{name}"), pin)


def mlflow(kind: Kind, text: str) -> Named | None:
    """Name a registered model (``models:/name/version``), or the model of a run."""
    scheme, found, rest = text.strip().partition(":/")
    if not found or scheme not in {"models", "runs", "prompts", "mlflow-artifacts"}:
        return path(kind, text) if scheme == text.strip() else None
    rest = rest.strip("/")
    if not rest or not _is_word().fullmatch(rest):
        return None
    if scheme == "runs":
        return Named(Part(kind, "mlflow:runs/" + rest))
    name, _, pin = (
        rest.partition("@") if "@" in rest else rest.rpartition("/") if "/" in rest else (rest, "", "")
    )
    return Named(Part(kind, "mlflow:" + name), pin)


def versioned(kind: Kind, world: str, text: str) -> Named | None:
    """Name something with a version behind a colon."""
    name, _, pin = text.strip().partition(":")
    return (
        Named(Part(kind, f"{world}:{name}"), pin) if _is_name(name) and _is_word().fullmatch(name) else None
    )


def _is_name(text: str) -> bool:
    return (
        1 < len(text) <= _MOST
        and not _none().search(text)
        and text.lower() not in _PLACEHOLDERS
        and not set(text) & set(" \n\t{}<>[]()\"'`|,;?*%")
    )


def _is_path(text: str) -> bool:
    first = text.partition("/")[0].lower()
    return (
        text.startswith((".", "/", "~"))
        or ("/" in text and first in _FOLDERS)
        or text.count("/") > 1
        or text.lower().endswith(_FILES)
        or "\\" in text
        or text.endswith("/")
    )


def _is_telling(text: str) -> bool:
    return len(text) >= 4 and not text.isdigit()


@cache
def _is_word() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9][\w.\-:/@+=]{0,250}", re.ASCII)


@cache
def _none() -> re.Pattern[str]:
    return re.compile(r"(?:^|[/_.:-])None(?:$|[/_.:-])")  # what was nothing when a text was put together


@cache
def _of_models() -> re.Pattern[str]:
    return re.compile(
        r"model|clf|classif|regress|estimator|pipeline|weights|checkpoint|ckpt|svm|forest|xgb|lgbm|bayes|kmeans|"
        r"scaler|encoder|vectori[sz]er|tfidf|predict|_nn|mlp|tokeni[sz]er"
    )


@cache
def _own_names() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), provider) for pattern, provider in _OWN_NAMES)
