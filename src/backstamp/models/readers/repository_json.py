"""Reads the JSON files of model repositories: what they make a loader import, fetch or trust.

A file is looked into if its name is one that loaders open, or if it holds a key that decides about
code, whatever its name. Vocabularies of many megabytes hold none and are not parsed.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.json_text import JsonObject, JsonValue, Visit, is_too_rich, may_name, parsed, walked
from backstamp.models.facts.repository import (
    AttentionSetting,
    ClassSetting,
    CodeReference,
    ModelConfig,
    ModuleSetting,
    PipelineComponent,
    RepeatedKey,
    ShardIndex,
    TrustSetting,
)

_NAMES = frozenset({
    "config.json", "tokenizer_config.json", "generation_config.json", "processor_config.json",
    "preprocessor_config.json", "video_preprocessor_config.json", "image_processor_config.json",
    "feature_extractor_config.json", "adapter_config.json", "model_index.json", "modular_model_index.json",
    "modules.json", "config_sentence_transformers.json", "sentence_bert_config.json", "scheduler_config.json",
    "chat_template.json", "params.json", "auto_config.json", "quantize_config.json",
})  # fmt: skip
_WORDS = (
    b"auto_map", b"trust_remote_code", b"attn_implementation", b"chat_template", b"weight_map",
    b"_class_name",
    b"custom_pipeline", b"custom_generate", b"custom_code", b"sentence_transformers", b"_diffusers_version",
    b"model_type", b"_name_or_path", b"tokenizer_class", b"processor_class",
)  # fmt: skip
_CODE = frozenset({"auto_map", "custom_pipelines", "custom_pipeline", "custom_generate", "custom_code"})
_CLASSES = frozenset({
    "tokenizer_class", "processor_class", "image_processor_type", "feature_extractor_type",
    "video_processor_type", "slow_tokenizer_class", "fast_tokenizer_class",
})  # fmt: skip
_DECISIVE = _CODE | _CLASSES | {
    "trust_remote_code", "auto_mapping", "chat_template", "architectures", "model_type", "_class_name",
    "weight_map",
    "_attn_implementation", "attn_implementation", "_attn_implementation_internal",
    "_experts_implementation", "experts_implementation",
}  # fmt: skip
_OF_MODELS = frozenset({
    "model_type", "architectures", "transformers_version", "_name_or_path", "_class_name", "auto_map",
    "tokenizer_class", "processor_class", "feature_extractor_type", "image_processor_type",
    "_diffusers_version",
    "peft_type",
})  # fmt: skip
_LARGEST = 24 * MIB
_MOST_FACTS = 2000


class RepositoryJsonReader:
    """States what a model repository's JSON makes its loader do."""

    name = "repository-json"
    version = 1
    kinds = frozenset({"json"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the settings that matter, chat templates as members, and the explained text."""
        budget.spend_operations(len(blob.view) // 64 + 1)
        held = bytes(blob.view) if blob.size <= _LARGEST else blob.view
        is_named = blob.name.lower() in _NAMES or blob.name.lower().endswith(".index.json")
        if not _is_text(held):
            return
        if blob.is_whole:
            yield Explained(0, blob.size)
        if not is_named and not may_name(held, _WORDS):
            return
        if blob.size > _LARGEST:
            yield Unread(f"JSON of {blob.size:,} bytes is too large to be examined")
            return
        if is_too_rich(held):
            yield Unread("JSON of too many values to be examined")
            return
        try:
            root = parsed(held)
        except ReadError as error:
            if is_named or "deep" in error.message:
                yield Unread(f"repository-json: {error.message}")
            return
        budget.spend_operations(len(held) // 4)
        yield from _stated(root, blob)


def _is_text(held: bytes | memoryview) -> bool:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(held), MIB):
            if "\0" in decoder.decode(bytes(held[at : at + MIB])):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _stated(root: JsonValue, blob: Blob) -> Iterator[Statement]:
    document = "model" if _is_of_model(root, blob.name) else "other"
    if isinstance(root, JsonObject):
        yield from _pipeline(root, blob)
        yield from _declared(root, blob)
    if blob.name.lower() == "modules.json":
        yield from _modules(root, blob)
    count = 0
    for visit in walked(root):
        for statement in _setting(visit, blob, document):
            count += 1
            if count > _MOST_FACTS:
                yield Unread("more settings than are examined")
                return
            yield statement


def _is_of_model(root: JsonValue, name: str) -> bool:
    if name.lower() in _NAMES:
        return True
    return isinstance(root, JsonObject) and not _OF_MODELS.isdisjoint(root.keys())


def _setting(visit: Visit, blob: Blob, document: str) -> Iterator[Statement]:
    """Look at one value; in a list the key is that of the list."""
    value, key, place = visit.value, visit.key, blob.at_pointer(visit.pointer)
    if isinstance(value, JsonObject):
        for name in value.repeated():
            if name in _DECISIVE:
                yield RepeatedKey(place=place, key=name)
        shards = [v for v in value.all("weight_map") if isinstance(v, JsonObject)]
        for shard in shards:
            yield from _shards(shard, visit.pointer, blob)
        for mapping in value.all("auto_mapping"):
            if isinstance(mapping, JsonObject):
                for library in mapping.all("parent_library"):
                    if isinstance(library, str):
                        yield ModuleSetting(place=place, key="parent_library", value=library[:1000])
    if key in _CODE:
        yield from _code(visit, blob)
    elif key == "trust_remote_code" and _is_true(value):
        yield TrustSetting(place=place, value=shown(str(value)), document=document)
    elif key.endswith(("attn_implementation", "experts_implementation")) or key.startswith(
        "_attn_implementation"
    ):
        yield from _attention(visit, blob)
    elif key in _CLASSES and isinstance(value, str):
        yield ClassSetting(place=place, key=key, value=value[:1000])
    elif key == "chat_template":
        yield from _templates(visit, blob)


def _is_true(value: JsonValue) -> bool:
    """Say whether Python takes a value for true: ``"false"`` is."""
    return bool(value) and not isinstance(value, list | JsonObject)


def _code(visit: Visit, blob: Blob) -> Iterator[Statement]:
    """Yield each reference below a key that names code, once: only the outermost key is followed."""
    parts = visit.pointer.split("/")[1:-1]
    if any(part in _CODE for part in parts):
        return
    for inner in walked(visit.value):
        value = inner.value
        if isinstance(value, str) and (inner.key in ("impl", "") or visit.key == "auto_map"):
            repository, found, target = value.rpartition("--")
            yield CodeReference(
                place=blob.at_pointer(visit.pointer + inner.pointer),
                key=visit.key,
                role=shown(inner.key, 60),
                target=(target if found else value)[:1000],
                repository=repository[:1000],
            )


def _attention(visit: Visit, blob: Blob) -> Iterator[Statement]:
    """A choice is a string, or one string for each part of the model."""
    for inner in walked(visit.value):
        if isinstance(inner.value, str):
            yield AttentionSetting(
                place=blob.at_pointer(visit.pointer + inner.pointer),
                key=shown(visit.key, 60),
                value=inner.value[:1000],
            )


def _templates(visit: Visit, blob: Blob) -> Iterator[Statement]:
    """A template is a string, or a list of templates with names, or an object of templates by name."""
    if visit.pointer.count("/chat_template") > 1:
        return
    for inner in walked(visit.value):
        if isinstance(inner.value, str) and inner.key != "name" and ("{" in inner.value):
            path = (visit.pointer + inner.pointer).lstrip("/")
            text = inner.value.encode("utf-8", "surrogatepass")
            yield Member(Blob(text, path=(*blob.path, path)), kinds=("jinja",))


def _shards(shards: JsonObject, pointer: str, blob: Blob) -> Iterator[Statement]:
    names = dict.fromkeys(v for _, v in shards.pairs if isinstance(v, str))
    if names:
        yield ShardIndex(
            place=blob.at_pointer(f"{pointer}/weight_map"),
            shards=tuple(name[:300] for name in list(names)[:10_000]),
            tensors=len(shards.pairs),
        )


def _pipeline(root: JsonObject, blob: Blob) -> Iterator[Statement]:
    """A diffusers index: its own class, and a library and a class for each part."""
    classes = root.all("_class_name")
    is_index = blob.name.lower() in ("model_index.json", "modular_model_index.json") or (
        bool(classes) and "_diffusers_version" in root.keys()  # noqa: SIM118  # not a dict
    )
    for value in classes:
        parts = [v if isinstance(v, str) else "" for v in value] if isinstance(value, list) else []
        if len(parts) == 2:
            yield PipelineComponent(
                place=blob.at_pointer("/_class_name"),
                component="_class_name",
                library=parts[0][:300],
                class_name=parts[1][:300],
            )
        elif isinstance(value, str) and is_index:
            yield ClassSetting(place=blob.at_pointer("/_class_name"), key="_class_name", value=value[:1000])
    if not is_index or not classes:
        return
    for key, value in root.pairs:
        if key.startswith("_") or not isinstance(value, list) or len(value) < 2:
            continue
        library, name = value[0], value[1]
        if isinstance(library, str) and isinstance(name, str):
            yield PipelineComponent(
                place=blob.at_pointer(f"/{key}"),
                component=shown(key, 60),
                library=library[:300],
                class_name=name[:300],
            )


def _modules(root: JsonValue, blob: Blob) -> Iterator[Statement]:
    """The stages of a sentence-transformers model, each a class by its full path."""
    for index, entry in enumerate(root if isinstance(root, list) else []):
        for value in entry.all("type") if isinstance(entry, JsonObject) else []:
            if isinstance(value, str):
                yield ModuleSetting(place=blob.at_pointer(f"/{index}/type"), key="type", value=value[:1000])


def _declared(root: JsonObject, blob: Blob) -> Iterator[Statement]:
    kind, classes = root.get("model_type"), root.get("architectures")
    names = tuple(shown(c, 80) for c in classes if isinstance(c, str)) if isinstance(classes, list) else ()
    if isinstance(kind, str) and (names or blob.name == "config.json"):
        yield ModelConfig(place=blob.at_pointer(""), model_type=shown(kind, 80), architectures=names[:16])


READER = RepositoryJsonReader()
