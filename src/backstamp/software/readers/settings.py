"""Which keys of configurations and environments speak of models, datasets, tokenizers and adapters."""

from backstamp.core.supply import Kind
from backstamp.knowledge.providers import words_of

_ENDS = frozenset(
    "model name id path repo uri url dir location default or key checkpoint slug string tag".split()
)
_ALONE = {
    "llm": Kind.MODEL, "repo_id": Kind.MODEL, "hf_repo": Kind.MODEL, "hf_repo_id": Kind.MODEL,
    "hub_id": Kind.MODEL,
    "engine": Kind.MODEL, "deployment": Kind.MODEL, "deployment_name": Kind.MODEL,
    "deployment_id": Kind.MODEL,
    "azure_deployment": Kind.MODEL, "deployment_ref": Kind.MODEL, "pretrained": Kind.MODEL,
    "hf_id": Kind.MODEL,
    "pretrained_name": Kind.MODEL, "checkpoint": Kind.MODEL, "storage_uri": Kind.MODEL,
    "embedder": Kind.MODEL,
    "reranker": Kind.MODEL, "embeddings": Kind.MODEL, "embedding": Kind.MODEL, "encoder_name": Kind.MODEL,
    "tokenizer": Kind.TOKENIZER, "dataset": Kind.DATASET, "adapter": Kind.ADAPTER, "lora": Kind.ADAPTER,
    "lora_path": Kind.ADAPTER, "adapter_path": Kind.ADAPTER, "lora_repo": Kind.ADAPTER,
    "adapter_id": Kind.ADAPTER,
    "adapter_name_or_path": Kind.ADAPTER, "dataset_path": Kind.DATASET, "hf_dataset": Kind.DATASET,
}  # fmt: skip
# Keys with "model" in them that say something else about it.
_OTHERS = frozenset(
    "type class kind size version max tokens temperature dir length dim dtype format provider args kwargs "
    "config "
    "params parallel family list timeout port cache context limit mode architecture served alias task "
    "device load "
    "description title owner fields field view sim data car vehicle year device db database user "
    "schema".split()
)


def role_of(key: str) -> Kind | None:
    """Say of what kind the part is that a key names; ``None`` if the key is about something else."""
    if len(key) > 80:
        return None
    words = words_of(key)
    plain = "_".join(words)
    if plain in _ALONE:
        return _ALONE[plain]
    for word, kind in (("tokenizer", Kind.TOKENIZER), ("dataset", Kind.DATASET), ("adapter", Kind.ADAPTER)):
        if word in words and words[-1] in _ENDS | {word} and _OTHERS.isdisjoint(words):
            return kind
    if plain.endswith(("deployment_name", "llm_name")):
        return Kind.MODEL
    if ("model" in words or "llm" in words) and words[-1] in _ENDS | {"llm"}:
        rest = set(words) - {"dir"}
        return Kind.MODEL if _OTHERS.isdisjoint(rest) else None
    if words[-1:] == ["model"] or (words[:1] == ["model"] and len(words) == 2 and words[1] not in _OTHERS):
        return Kind.MODEL if _OTHERS.isdisjoint(words) else None
    return None
