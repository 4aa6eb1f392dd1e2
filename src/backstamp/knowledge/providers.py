"""Who hosts models: what configurations call providers, their addresses, their families of models.

Sources: the providers' own documentation and the prefixes of LiteLLM, promptfoo, LangChain and the AI SDK,
as of
2026. ``hub`` stands for engines that run models of the Hugging Face Hub, ``ollama`` for its own library.
"""

from functools import cache
from itertools import pairwise
from re import Pattern

HUB = "hub"
_WORDS = """
openai: openai oai chatopenai openaiembeddings openaichat text-completion-openai openai_chat
azure: azure azureopenai azure_openai azure_ai azurechatopenai azureopenaiembeddings
anthropic: anthropic claude chatanthropic claude_code
google: google gemini googleai google_genai googlegenai google_gemini google_ai_studio chatgooglegenerativeai
palm
vertex: vertex vertexai vertex_ai google_vertexai googlevertexai chatvertexai google_vertex
bedrock: bedrock aws_bedrock amazon_bedrock awsbedrock chatbedrock bedrockchat bedrock_converse
bedrockconverse
cohere: cohere chatcohere cohere_chat cohereembeddings
mistral: mistral mistralai chatmistralai mistral_ai
groq: groq chatgroq
together: together togetherai together_ai
fireworks: fireworks fireworksai fireworks_ai chatfireworks
deepseek: deepseek chatdeepseek
xai: xai grok chatxai
openrouter: openrouter open_router
perplexity: perplexity perplexityai
replicate: replicate
nvidia: nvidia nvidia_nim nvidianim nim
voyage: voyage voyageai voyage_ai voyageaiembeddings
jina: jina jinaai jina_ai
sagemaker: sagemaker sagemaker_chat
databricks: databricks
watsonx: watsonx watsonxai
cerebras: cerebras
sambanova: sambanova
deepinfra: deepinfra
dashscope: dashscope tongyi qwen_api
moonshot: moonshot kimi
zhipu: zhipu zhipuai
github: github_models
cloudflare: cloudflare workers_ai
ollama: ollama ollama_chat chatollama ollamallm ollamaembeddings
hub: vllm hosted_vllm tgi text_generation_inference tei sglang huggingface hugging_face hf huggingfacehub
  huggingfaceembeddings huggingfacehubembeddings huggingfaceendpoint huggingfacepipeline transformers
  sentence_transformers sentencetransformers sentence_transformer sentencetransformer fastembed infinity
  lmdeploy
  llamacpp llama_cpp mlx unsloth text_embeddings_inference chathuggingface huggingfacebge localai
"""
_HOSTS = (
    ("api.openai.com", "openai"), ("openai.azure.com", "azure"), ("services.ai.azure.com", "azure"),
    ("api.anthropic.com", "anthropic"), ("generativelanguage.googleapis.com", "google"),
    ("aiplatform.googleapis.com", "vertex"), ("api.mistral.ai", "mistral"), ("api.groq.com", "groq"),
    ("together.xyz", "together"), ("together.ai", "together"), ("fireworks.ai", "fireworks"),
    ("api.deepseek.com", "deepseek"), ("api.x.ai", "xai"), ("openrouter.ai", "openrouter"),
    ("perplexity.ai", "perplexity"), ("replicate.com", "replicate"), ("integrate.api.nvidia.com", "nvidia"),
    ("cohere.com", "cohere"), ("cohere.ai", "cohere"), ("voyageai.com", "voyage"), ("cerebras.ai",
    "cerebras"),
    ("deepinfra.com", "deepinfra"), ("dashscope.aliyuncs.com", "dashscope"), ("moonshot.cn", "moonshot"),
    ("moonshot.ai", "moonshot"), ("bigmodel.cn", "zhipu"), ("models.github.ai", "github"),
    ("api-inference.huggingface.co", HUB), ("router.huggingface.co", HUB),
    ("endpoints.huggingface.cloud", HUB),
)  # fmt: skip
# Names that only one provider gives its models. A word alone (``gpt``) is none.
_FAMILIES = (
    ((r"gpt-(?:3\.5|4|5|oss|image|realtime|audio)[\w.:-]*|chatgpt-4o[\w.-]*|o[134](?:-(?:mini|pro|preview|deep-research)"
     r"[\w.-]*|-20\d\d-\d\d-\d\d)?|text-embedding-(?:3-(?:small|large)|ada-002)|dall-e-[23]|whisper-1|tts-1(?:-hd)?"
     r"|omni-moderation[\w.-]*|text-davinci-\d+|ft:gpt[\w.:-]*|sora-\d[\w.-]*"), "openai"),
    (r"claude-(?:\d|instant|opus|sonnet|haiku|v\d)[\w.@:-]*", "anthropic"),
    ((r"(?:models/)?gemini-\d[\w.-]*|gemini-(?:pro|flash|embedding)[\w.-]*|imagen-\d[\w.-]*|veo-\d[\w.-]*"
     r"|text-embedding-00[45]|(?:text|chat)-bison[\w.@-]*|textembedding-gecko[\w.@-]*"), "google"),
    ((r"(?:mistral|ministral|pixtral|magistral)-(?:large|medium|small|tiny|embed|ocr|3b|8b|12b)[\w.-]*"
     r"|codestral-[\w.-]+|open-mi[sx]tral-[\w.-]+|devstral-[\w.-]+"), "mistral"),
    ((r"command-(?:r|a|light|nightly)[\w.-]*|embed-(?:english|multilingual|v4)[\w.-]*"
     r"|rerank-(?:english|multilingual|v3)[\w.-]*"), "cohere"),
    (r"grok-(?:\d|beta|code)[\w.-]*", "xai"),
    (r"deepseek-(?:chat|reasoner|coder)", "deepseek"),
    (r"sonar(?:-pro|-reasoning|-deep-research)[\w.-]*|llama-3[\w.-]*-sonar[\w.-]*", "perplexity"),
    (r"voyage-(?:\d|large|code|law|finance|multilingual)[\w.-]*", "voyage"),
    ((r"(?:us\.|eu\.|apac\.|global\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|qwen)\."
     r"(?:claude|titan|nova|llama|mistral|mixtral|command|embed|rerank|jamba|j2|r1|qwen|v3)[\w.:-]*"),
     "bedrock"),
    (r"qwen-(?:max|plus|turbo|long|vl|flash)[\w.-]*", "dashscope"),
)  # fmt: skip


def provider_of(word: str) -> str:
    """Say which provider a word means, as keys and prefixes write it; empty if it is none."""
    return _table().get(word.strip().lower().replace("-", "_").replace(".", "_"), "")


def provider_in(text: str) -> str:
    """Find the provider that a class path, a type or a name of several words speaks of; empty if none.

    ``langchain_openai.ChatOpenAI``, ``@n8n/n8n-nodes-langchain.lmChatOllama``, ``OPENAI_MODEL``,
    ``azure-openai``.
    """
    if len(text) > 300:
        return ""
    if "://" in text:
        return provider_at(text)
    if found := provider_of(text):
        return found
    words = words_of(text)
    for first, second in pairwise(words):
        if found := provider_of(f"{first}_{second}") or provider_of(first + second):
            return found
    found_words = [found for word in words if (found := provider_of(word))]
    return "azure" if "azure" in found_words else next(iter(found_words), "")


def provider_at(address: str) -> str:
    """Say who answers at an address; empty if it is nobody's that is known."""
    host = address.lower().partition("://")[2].partition("/")[0].rpartition("@")[2]
    if host.endswith(":11434") or host.partition(":")[0] == "ollama":
        return "ollama"
    name = host.partition(":")[0]
    for mark, provider in _HOSTS:
        if name == mark or name.endswith("." + mark):
            return provider
    return "bedrock" if name.startswith("bedrock") and name.endswith(".amazonaws.com") else ""


def family_of(name: str) -> str:
    """Say whose model a bare name is; empty if the name does not tell."""
    if not 1 < len(name) < 120:
        return ""
    for pattern, provider in _families():
        if pattern.fullmatch(name.lower()):
            return provider
    return ""


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    provider = ""
    for line in _WORDS.strip().splitlines():
        head, colon, rest = line.partition(":")
        provider = head if colon else provider
        table.update(dict.fromkeys((rest if colon else line).split(), provider))
    return table


def words_of(name: str) -> list[str]:
    """Divide a name (``lmChatOllama``, ``OPENAI_MODEL``) into its words, in lower case."""
    return [word.lower() for word in _words().findall(name)]


@cache
def _words() -> Pattern[str]:
    import re

    return re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@cache
def _families() -> tuple[tuple[Pattern[str], str], ...]:
    import re

    return tuple((re.compile(pattern), provider) for pattern, provider in _FAMILIES)
