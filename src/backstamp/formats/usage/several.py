"""Calls that name their part in more than one argument, or not in the usual way."""

from typing import TYPE_CHECKING

from backstamp.core.supply import Kind, Part, Trait, is_hub_name
from backstamp.formats.python.values import Ref, Value
from backstamp.formats.usage import naming
from backstamp.formats.usage.naming import Named
from backstamp.formats.usage.noting import noted, pin_of
from backstamp.formats.usage.records import How, Said
from backstamp.formats.usage.texts import (
    Argument,
    Text,
    first_text,
    flat,
    items_of,
    pairs_of,
    scalar_of,
    texts_of,
)

if TYPE_CHECKING:
    from backstamp.formats.usage.watcher import Call, Made, UsageWatcher


def pipeline(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A pipeline of a task, of a model by name or one that was made before."""
    task = first_text(call.argument(0, ("task",)).value)
    said = (Said(Trait.TASK, task[:100]),) if task and is_hub_name(task) else ()
    parts = []
    for text in texts_of(call.main):
        named = naming.hub(Kind.MODEL, text.text)
        if named is not None:
            noted(watcher, call, Named(named.part, named.revision or pin_of(call)), text.how, said=said)
            parts.append(named.part)
    for value in flat(call.main.value):
        made = watcher.maker_of(value.name) if isinstance(value, Ref) else None
        parts += made.parts if made is not None else ()
    if not parts and call.main.value is None and task:
        watcher.default_of_task(call, task)
    return watcher.keep(call, tuple(parts))


def repository(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A file or all files of a repository of the hub, which says of which kind it is."""
    kind = {"dataset": Kind.DATASET, "space": Kind.SERVICE}.get(
        first_text(call.keywords.get("repo_type")), Kind.MODEL
    )
    said: tuple[Said, ...] = ()
    if "filename" not in call.keywords and call.signature.path.endswith("hf_hub_download"):
        files = texts_of(call.argument(1, ("filename",)))
        said = tuple(Said(Trait.ROLE, "filename " + t.text[:200]) for t in files[:4])
    parts = []
    for text in texts_of(call.main):
        named = naming.hub(kind, text.text)
        if named is not None and not named.part.key.startswith("path:"):
            noted(watcher, call, Named(named.part, named.revision or pin_of(call)), text.how, said=said)
            parts.append(named.part)
    return _kept(watcher, call, parts)


def dataset(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A dataset of the hub, or files in a format."""
    said: tuple[Said, ...] = ()
    if "name" not in call.keywords:
        configs = texts_of(call.argument(1, ("name",)))
        said = tuple(Said(Trait.ROLE, "config " + t.text[:200]) for t in configs[:4])
    parts = []
    for text in texts_of(call.main):
        if naming.is_builder(text.text):
            watcher.fill(call)
            for file in _data_files(call):
                named = naming.path(Kind.DATASET, file.text) or naming.url(Kind.DATASET, file.text)
                if file.text.startswith("hf://datasets/"):
                    named = naming.hub(Kind.DATASET, "/".join(file.text[14:].split("/")[:2]))
                if named is not None:
                    noted(watcher, call, named, file.how)
                    parts.append(named.part)
            continue
        named = naming.dataset(Kind.DATASET, text.text)
        if named is not None:
            noted(watcher, call, Named(named.part, named.revision or pin_of(call)), text.how, said=said)
            parts.append(named.part)
    return _kept(watcher, call, parts)


def _kept(watcher: "UsageWatcher", call: "Call", parts: list[Part]) -> Value:
    """Keep what a call named; a call that named nothing readable is a gap."""
    if parts:
        watcher.fill(call)
    else:
        watcher.note_gap(call)
    return watcher.keep(call, tuple(parts))


def _data_files(call: "Call") -> list[Text]:
    found: list[Text] = []
    for name in ("data_files", "data_dir"):
        value = call.keywords.get(name)
        nested = [*items_of(value), *(v for each in pairs_of(value).values() for v in items_of(each))]
        for one in nested:
            found += [
                Text(t.text, How.CARRIED if t.how is How.LITERAL else t.how) for t in texts_of(Argument(one))
            ]
    return [t for t in found if "{" not in t.text][:64]


def torch_hub(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A model by the repository of its code and by its name there."""
    parts = []
    is_local = first_text(call.keywords.get("source")) == "local"
    for repository in texts_of(call.argument(0, ("repo_or_dir", "github"))):
        for model in texts_of(call.main):
            if is_local:
                named = naming.path(Kind.MODEL, repository.text)
            else:
                named = naming.torch_hub(Kind.MODEL, repository.text, model.text)
            if named is not None:
                noted(watcher, call, named, max(repository.how, model.how, key=list(How).index))
                parts.append(named.part)
    return _kept(watcher, call, parts)


def timm(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """Without ``pretrained`` only the architecture is made: no weights are used."""
    pretrained = scalar_of(call.argument(1, ("pretrained",)).value)
    given = call.argument(1, ("pretrained",)).value
    parts = []
    for text in texts_of(call.main):
        is_hub = text.text.startswith(("hf-hub:", "hf_hub:", "local-dir:"))
        if not is_hub and (given is None or pretrained == "false"):
            watcher.fill(call)
            continue
        named = naming.word(Kind.MODEL, "timm", text.text)
        if named is not None:
            noted(watcher, call, named, text.how)
            parts.append(named.part)
    if parts:
        watcher.fill(call)
    elif given is not None and pretrained != "false":
        watcher.note_gap(call)
    return watcher.keep(call, tuple(parts))


def open_clip(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A model by its architecture and the name of its weights."""
    parts = []
    weights = texts_of(call.argument(1, ("pretrained",)))
    for text in texts_of(call.main):
        named = naming.word(
            Kind.MODEL, "open_clip", text.text.replace("/", "-") if ":" not in text.text else text.text
        )
        if named is not None and weights and named.part.key.startswith("open_clip:"):
            named = Named(Part(Kind.MODEL, f"{named.part.key}/{weights[0].text[:100]}"))
        elif (
            named is not None
            and call.signature.path != "get_tokenizer"
            and named.part.key.startswith("open_clip:")
        ):
            watcher.fill(call)
            continue
        if named is not None and call.signature.path != "get_tokenizer":
            noted(watcher, call, named, text.how)
            parts.append(named.part)
    if parts:
        watcher.fill(call)
    return watcher.keep(call, tuple(parts))


def word_world(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """spaCy, Stanza, Keras presets, TensorFlow Hub, Kaggle, Coqui: words with rules of their own."""
    world = call.signature.world
    parts = []
    for text in texts_of(call.main):
        named: Named | None
        if world == "spacy":
            is_package = text.text.count("_") >= 3 and is_hub_name(text.text)
            named = (
                naming.word(Kind.MODEL, "spacy", text.text)
                if is_package
                else naming.path(Kind.MODEL, text.text)
            )
        elif world == "tfhub":
            named = naming.url(Kind.MODEL, text.text) or naming.path(Kind.MODEL, text.text)
        elif world == "kaggle" or text.text.startswith("kaggle://"):
            named = naming.word(Kind.MODEL, "kaggle", text.text.removeprefix("kaggle://"))
        elif world == "keras":
            named = (
                naming.path(Kind.MODEL, text.text)
                if text.text.startswith(".")
                else naming.word(Kind.MODEL, "keras", text.text)
            )
        elif world == "coqui":
            named = naming.word(Kind.MODEL, "coqui", text.text)
        else:
            named = naming.word(Kind.MODEL, world, text.text)
        if named is not None:
            noted(watcher, call, named, text.how)
            parts.append(named.part)
    if parts:
        watcher.fill(call)
    elif call.signature.gap:
        watcher.note_gap(call)
    return watcher.keep(call, tuple(parts))


def pickled(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value | None:
    """A file is given by its path, or opened."""
    return _file(watcher, call, only_models=True)


def weights(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value | None:
    """A file of weights is given by its path, or opened."""
    return _file(watcher, call, only_models=False)


def _file(watcher: "UsageWatcher", call: "Call", *, only_models: bool) -> Value | None:
    texts = texts_of(call.main)
    for value in flat(call.main.value):
        if isinstance(value, Ref) and value.name.startswith("open()") and value.text:
            texts.append(Text(value.text, How.CARRIED))
    parts = []
    for text in texts:
        if "{" in text.text:
            continue
        kind = Kind(call.signature.kind)
        named = naming.pickled(kind, text.text) if only_models else naming.file_of_weights(kind, text.text)
        if named is not None:
            noted(watcher, call, named, text.how)
            parts.append(named.part)
    return watcher.keep(call, tuple(parts)) if parts else None


def only(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """Calls that name nothing, since there is only one such service or dataset."""
    key = call.signature.world.partition(":")[2].replace("/", ":", 1)
    noted(watcher, call, Named(Part(Kind(call.signature.kind), key)), How.LITERAL)
    return watcher.keep(call, ())


def qdrant(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A vector store counts as a service where it is hosted."""
    for text in texts_of(call.argument(-1, ("url",))):
        host = text.text.partition("://")[2].partition("/")[0].partition(":")[0]
        if host.endswith(".qdrant.io"):
            noted(watcher, call, Named(Part(Kind.SERVICE, "qdrant:" + host)), text.how)
    return watcher.keep(call, ())


def router(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """LiteLLM's router: a list of models, each with its parameters."""
    parts = []
    for entry in items_of(call.main.value):
        given = pairs_of(entry).get("litellm_params")
        for text in texts_of(Argument(pairs_of(given).get("model"))):
            named = naming.routed(text.text)
            if named is not None:
                noted(watcher, call, named, How.CARRIED)
                parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def listed(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """Readers that load one model for each of several languages."""
    world = call.signature.world.partition(":")[2]
    parts = []
    for value in items_of(call.main.value):
        for text in texts_of(Argument(value)):
            named = naming.word(Kind.MODEL, world, text.text)
            if named is not None:
                noted(watcher, call, named, How.CARRIED if text.how is How.LITERAL else text.how)
                parts.append(named.part)
    return watcher.keep(call, tuple(parts))


def zoo(watcher: "UsageWatcher", call: "Call", _: "Made | None") -> Value:
    """A model of torchvision, Keras or torchaudio, if weights are loaded into it."""
    *_rest, before, tail = call.name.split(".")
    weights = scalar_of(call.main.value).rpartition(".")[2]
    if call.name.startswith("torchaudio."):
        named = naming.word(Kind.MODEL, "torchaudio", before)
    elif call.name.startswith("torchvision."):
        name = first_text(call.arguments[0]) if tail == "get_model" and call.arguments else tail
        old = call.keywords.get("pretrained") or (call.arguments[0] if call.arguments else None)
        is_loaded = bool(weights) or scalar_of(old) == "true"
        named = naming.word(Kind.MODEL, "torchvision", name) if is_loaded else None
    else:
        is_bare = "weights" in call.keywords and not weights
        named = None if is_bare else naming.word(Kind.MODEL, "keras", tail)
        if weights.lower().endswith((".h5", ".keras")):
            named = naming.path(Kind.MODEL, first_text(call.main.value))
    if named is None:
        return watcher.keep(call, ())
    said = (Said(Trait.ROLE, f"weights {weights[:100]}"),) if weights else ()
    noted(watcher, call, named, How.LITERAL, said=said)
    return watcher.keep(call, (named.part,))
