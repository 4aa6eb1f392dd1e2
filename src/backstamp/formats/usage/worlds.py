"""What a call of the table means: the part, its pin, its settings, and what hangs on it."""

from typing import TYPE_CHECKING

import msgspec

from backstamp.core.supply import Kind, Part, Relation, is_hub_name
from backstamp.formats.python.values import Const, Ref, Value
from backstamp.formats.usage import agents, naming, remote, several
from backstamp.formats.usage.naming import Named
from backstamp.formats.usage.noting import address_of, noted, pin_of
from backstamp.formats.usage.records import How, Use
from backstamp.formats.usage.signatures import is_of_table, signature_of
from backstamp.formats.usage.texts import first_text, flat, scalar_of, texts_of

if TYPE_CHECKING:
    from backstamp.formats.usage.watcher import Call, Made, UsageWatcher


def looked_at(watcher: "UsageWatcher", call: "Call", maker: "Made | None") -> Value | None:
    """Note what a call of the table uses, and give what it returns."""
    world = call.signature.world
    handler = _HANDLERS.get(world) or _HANDLERS.get(world.partition(":")[0])
    if handler is not None:
        return handler(watcher, call, maker)
    if call.signature.kind == "none":
        return watcher.keep(call, ())
    return _plain_call(watcher, call, maker)


def _plain_call(watcher: "UsageWatcher", call: "Call", maker: "Made | None") -> Value | None:
    parts: list[Part] = []
    is_unknown_root = call.signature.roots == ("?",) or _is_foreign(call)
    for text in texts_of(call.main):
        named = _named(call, text.text, maker)
        if named is None or (is_unknown_root and not _is_believed(watcher, call, named)):
            continue
        how = How.CARRIED if is_unknown_root and text.how is How.LITERAL else text.how
        noted(watcher, call, Named(named.part, named.revision or pin_of(call), named.provider), how, maker)
        parts.append(named.part)
    if parts:
        watcher.fill(call)
        agents.prompts_of(watcher, call)
        if call.signature.kind == "adapter":
            _put_upon(watcher, call, parts, maker)
    elif call.signature.gap and not is_unknown_root:
        watcher.note_gap(call)
    if not parts and maker is not None:
        agents.prompts_of(watcher, call)
    return watcher.keep(call, tuple(parts)) if not is_unknown_root or parts else None


def _is_foreign(call: "Call") -> bool:
    return "?" in call.signature.roots and not is_of_table(call.name)


def _is_believed(watcher: "UsageWatcher", call: "Call", named: Named) -> bool:
    """On a receiver that is not known, the name itself must look like one, in code that has to do with AI."""
    name = named.part.key.partition(":")[2]
    if call.signature.path == "from_pretrained":
        return watcher.is_ai and named.part.key.startswith("huggingface:")
    return bool(naming.provider_by_name(name)) or watcher.is_ai


def _named(call: "Call", text: str, maker: "Made | None") -> Named | None:
    """Name the part in the world of the signature."""
    kind = Kind(call.signature.kind)
    world, _, rest = call.signature.world.partition(":")
    match world:
        case "hub" | "hubfile" | "hubword":
            if rest and "/" not in text and is_hub_name(text):
                return Named(Part(kind, f"huggingface:{rest}/{text}"))
            return naming.hub(kind, text)
        case "sbert":
            return naming.sentence(kind, text)
        case "local":
            return naming.path(kind, text)
        case "weights":
            return naming.file_of_weights(kind, text)
        case "url":
            return naming.url(kind, text)
        case "is":
            return _word_of(kind, rest, text)
        case "hosted" | "claude" | "genai" | "azure" | "hosted-hub" | "ollama":
            return _hosted(call, world, rest, text, maker)
        case "routed":
            provider = first_text(
                call.argument(call.signature.other_position, call.signature.other_names).value
            )
            return naming.routed(text, provider)
        case "replicate":
            return naming.hosted("replicate", text) if "/" in text else None
        case "mlflow":
            return naming.mlflow(kind, text)
        case "wandb":
            return naming.versioned(kind, "wandb", text)
        case "hffs":
            return naming.hub(Kind.DATASET if "datasets/" in text else kind, "/".join(text.split("/")[:3]))
        case "colon-local":
            return naming.hub(kind, text.removeprefix("local:")) if text.startswith("local:") else None
    return None


_SIZES = frozenset(
    "tiny tiny.en base base.en small small.en medium "
    "medium.en large large-v1 large-v2 large-v3 turbo large-v3-turbo "
    "distil-large-v2 distil-large-v3 distil-medium.en distil-small.en".split()
)


def _word_of(kind: Kind, world: str, text: str) -> Named | None:
    if world in {"whisper", "faster-whisper"} and text not in _SIZES:
        return naming.hub(kind, text)
    if world == "ultralytics":
        stem = text.rpartition("/")[2]
        own = stem.lower().startswith(("yolo", "sam", "rtdetr", "fastsam", "mobile_sam"))
        if not own or "/" in text:
            return naming.path(kind, text) if "://" not in text else naming.url(kind, text)
        return None if text.endswith((".yaml", ".yml")) else naming.word(kind, world, text)
    if world in {"flair", "modelscope"} and "/" in text and world == "flair":
        return naming.hub(kind, text)
    return naming.word(kind, world, text)


def _hosted(call: "Call", world: str, provider: str, text: str, maker: "Made | None") -> Named | None:
    address, has_address = address_of(call, maker)
    if world == "claude":
        return naming.hosted("anthropic", text) if naming.provider_by_name(text) == "anthropic" else None
    if world == "ollama":
        return naming.hosted("ollama", text)
    if world == "hosted-hub":
        if text.startswith("http"):
            return naming.url(Kind.SERVICE, text)
        named = naming.hub(Kind.MODEL, text)
        return Named(named.part, named.revision, "huggingface") if named is not None else None
    if world == "genai":
        is_vertex = maker is not None and scalar_of(maker.keywords.get("vertexai")) == "true"
        return naming.hosted("vertex" if is_vertex else "google", text)
    if world == "azure" or "AzureOpenAI(" in call.name:
        return naming.hosted("azure", text)
    if "AnthropicBedrock" in call.name:
        return naming.hosted("bedrock", text)
    if "AnthropicVertex" in call.name:
        return naming.hosted("vertex", text)
    if provider == "bedrock" and text.startswith("arn:"):
        return naming.hosted("bedrock", text)
    if provider == "openai":
        own = naming.provider_by_name(text)
        if address:
            return naming.hosted(naming.provider_at(address), text)
        if has_address or call.name.startswith("?") or _is_foreign(call):
            return naming.hosted(own or "name", text)
    return naming.hosted(provider, text)


def _put_upon(watcher: "UsageWatcher", call: "Call", parts: list[Part], maker: "Made | None") -> None:
    """An adapter is put upon a model: the one that is given, or the one on which it is loaded."""
    bases: list[Part] = []
    if call.signature.is_on_receiver and maker is not None:
        bases = [p for p in maker.parts if p.kind is Kind.MODEL]
    elif call.signature.other_position >= 0:
        given = call.argument(call.signature.other_position, call.signature.other_names)
        for value in flat(given.value):
            made = watcher.maker_of(value.name) if isinstance(value, Ref) else None
            bases += [p for p in made.parts if p.kind is Kind.MODEL] if made is not None else []
    for base in bases:
        for part in parts:
            watcher.note(
                Use(
                    line=call.line,
                    column=call.column,
                    callee="adapter",
                    part=base,
                    how=How.CARRIED,
                    owner=part,
                    relation=Relation.DERIVED_FROM,
                )
            )


_PLAIN_WORLDS = {"pipeline": "hub", "repo": "hub", "agent": "routed", "timm": "is:timm"}


def named_by_callee(callee: str, text: str, address: str) -> Named | None:
    """Name the part that a call uses if its argument turns out to be that text."""
    from backstamp.formats.usage.watcher import Call

    signature = signature_of(callee)
    if signature is None or signature.kind == "none":
        return None
    world = _PLAIN_WORLDS.get(signature.world, signature.world)
    if world == "dataset":
        return naming.dataset(Kind.DATASET, text)
    if world == "spacy":
        return naming.word(Kind.MODEL, "spacy", text)
    kind = "service" if world == "routed" else signature.kind
    signature = msgspec.structs.replace(signature, world=world, kind=kind)
    keywords: dict[str, Value] = {"base_url": Const(address)} if address else {}
    return _named(Call(callee, signature, [], keywords, None, 0, 0), text, None)


_HANDLERS = {
    "pipeline": several.pipeline,
    "repo": several.repository,
    "dataset": several.dataset,
    "torchhub": several.torch_hub,
    "timm": several.timm,
    "openclip": several.open_clip,
    "spacy": several.word_world,
    "stanza": several.word_world,
    "tfhub": several.word_world,
    "kaggle": several.word_world,
    "keras": several.word_world,
    "coqui": several.word_world,
    "pickled": several.pickled,
    "weights": several.weights,
    "only": several.only,
    "zoo": several.zoo,
    "qdrant": several.qdrant,
    "router": several.router,
    "listed": several.listed,
    "azure": remote.azure,
    "http": remote.posted,
    "inside": remote.inside,
    "gradio": remote.gradio,
    "hfdata": remote.hub_data,
    "provided": remote.provided,
    "agent": agents.agent,
    "mcp": agents.server,
    "mcp-command": agents.server_command,
    "mcp-url": agents.server_address,
    "mcp-table": agents.server_table,
    "decorated": agents.decorated,
    "named": agents.named_tool,
    "text": agents.prompt,
    "messages": agents.messages,
}
