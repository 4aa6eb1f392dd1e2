"""Hosted models behind plain HTTP, behind deployments, and in dicts that name a provider with its model."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from backstamp.core.supply import Kind, Part, Trait
from backstamp.formats.python.values import Pairs, Value
from backstamp.formats.usage import naming
from backstamp.formats.usage.naming import Named
from backstamp.formats.usage.noting import noted
from backstamp.formats.usage.records import How, Said
from backstamp.formats.usage.texts import Argument, Text, first_text, flat, pairs_of, texts_of

if TYPE_CHECKING:
    from backstamp.formats.usage.watcher import Call, Made, UsageWatcher

_DEPLOYMENTS = ("azure_deployment", "deployment_name", "deployment", "engine", "deployment_id")
_MODELS = ("model", "model_name")
_DEPTH = 5
_MOST = 200


def posted(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value | None:
    """A request to the API of a provider: the address or the body names the model."""
    found: list[tuple[Named, How]] = []
    for address in [*texts_of(call.main), *_bare(call)]:
        if not address.text.startswith(("http://", "https://")):
            continue
        provider = naming.provider_at(address.text)
        if (named := _in_address(address.text, provider)) is not None:
            found.append((named, address.how))
        elif _is_api().search(address.text) or provider not in (
            "self-hosted",
            "huggingface",
            "google",
            "bedrock",
        ):
            for text in texts_of(Argument(_body(call).get("model"))):
                if (hosted := naming.hosted(provider, text.text)) is not None:
                    found.append((hosted, How.CARRIED if text.how is How.LITERAL else text.how))
    for each, how in found:
        noted(watcher, call, each, how)
    return watcher.keep(call, tuple(each.part for each, _ in found)) if found else None


def _bare(call: "Call") -> list[Text]:
    """The address in ``request("POST", address)``."""
    is_verb = first_text(call.main.value).isupper()
    return texts_of(call.argument(1, ())) if is_verb else []


def _body(call: "Call") -> dict[object, Value]:
    for name in ("json", "data", "content"):
        if found := pairs_of(call.keywords.get(name)):
            return {**found}
    return {}


def _in_address(address: str, provider: str) -> Named | None:
    """The model that the path of an address names."""
    match = _paths().search(address.partition("?")[0])
    if match is None:
        return None
    name = next((g for g in match.groups() if g), "")
    if match["hub"]:
        is_hub = provider == "huggingface" and "/" in name
        return naming.hub(Kind.MODEL, name) if is_hub else None
    if match["genai"]:
        return naming.hosted("vertex" if "aiplatform" in address else "google", name)
    if match["deployment"]:
        return naming.hosted("azure", name)
    return naming.hosted("bedrock", name) if "bedrock" in address else None


@cache
def _paths() -> re.Pattern[str]:
    return re.compile(
        r"/models/(?P<genai>[\w.-]+):\w*(?:[gG]enerate|predict|embed|rawPredict|count)\w*"
        r"|/openai/deployments/(?P<deployment>[\w.-]+)/"
        r"|/model/(?P<bedrock>[\w.:-]+)/(?:invoke|converse)"
        r"|/models/(?P<hub>[\w.-]+/[\w.-]+)"
    )


@cache
def _is_api() -> re.Pattern[str]:
    return re.compile(
        r"/v\d+/(?:chat/completions|completions|embeddings|messages|responses|rerank|images/generations|audio/\w+)"
        r"|/api/(?:generate|chat|embed|embeddings|pull)$"
    )


def azure(watcher: "UsageWatcher", call: "Call", maker: "Made | None") -> Value:
    """A deployment of a model: the model where it is named too, else the deployment."""
    deployments = texts_of(call.argument(-1, _DEPLOYMENTS))
    models = [t for t in texts_of(call.argument(-1, _MODELS))]
    said = tuple(Said(Trait.ROLE, f"deployment {t.text[:100]}") for t in deployments[:4]) if models else ()
    parts: list[Part] = []
    for text in models or deployments or texts_of(call.main):
        named = naming.hosted("azure", text.text)
        if named is not None:
            noted(watcher, call, named, text.how, maker, said)
            parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def provided(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """Dicts that name a provider and, beside it or in its ``config``, a model (crewAI, mem0, embedchain)."""
    parts: list[Part] = []
    tail = call.name.rpartition(".")[2]
    if tail.endswith("Tool"):
        tool = Named(Part(Kind.TOOL, "name:" + tail))
        noted(watcher, call, tool, How.LITERAL)
        parts.append(tool.part)
    for named, how in _provided_in(call.main.value, _DEPTH):
        noted(watcher, call, named, how)
        parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def _provided_in(value: Value | None, depth: int) -> Iterator[tuple[Named, How]]:
    for one in flat(value):
        if not isinstance(one, Pairs) or not depth:
            continue
        provider = first_text(one.pairs.get("provider"))
        config = pairs_of(one.pairs.get("config"))
        for key in ("model", "model_name", "deployment_name") if provider else ():
            for text in texts_of(Argument(config.get(key) or one.pairs.get(key))):
                if (named := naming.routed(text.text, provider)) is not None:
                    yield named, How.CARRIED if text.how is How.LITERAL else text.how
        for inner in list(one.pairs.values())[:_MOST]:
            yield from _provided_in(inner, depth - 1)


def inside(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A dict of settings of which one names a model of the hub."""
    key = call.signature.world.partition(":")[2]
    parts: list[Part] = []
    for text in texts_of(Argument(pairs_of(call.main.value).get(key))):
        named = naming.hub(Kind.MODEL, text.text)
        if named is not None:
            noted(watcher, call, named, How.CARRIED if text.how is How.LITERAL else text.how)
            parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def gradio(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """``gr.load("models/org/name")``: an interface to a model that the hub runs."""
    parts: list[Part] = []
    for text in texts_of(call.main):
        world, _slash, name = text.text.partition("/")
        named = naming.hub(Kind.MODEL, name) if world in ("models", "huggingface") and "/" in name else None
        if named is not None:
            noted(watcher, call, named, text.how)
            parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def hub_data(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value | None:
    """A table that is read from a dataset of the hub: ``hf://datasets/org/name/file.csv``."""
    parts: list[Part] = []
    for text in texts_of(call.main):
        if not text.text.startswith("hf://datasets/"):
            continue
        path, _at, revision = text.text.removeprefix("hf://datasets/").partition("@")
        named = naming.hub(Kind.DATASET, "/".join(path.split("/")[:2]))
        if named is not None:
            pinned = Named(named.part, revision.partition("/")[0])
            noted(watcher, call, pinned, text.how)
            parts.append(named.part)
    return watcher.keep(call, tuple(parts)) if parts else None
