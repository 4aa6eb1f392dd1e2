"""Compares two BOMs by what they mean: which parts came, went or changed, and how.

Parts are told apart by what does not change with a version: the purl without its version, else kind, group
and name. What is inside a model (files, tokenizer, templates) is compared as a part of that model.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from backstamp.core.supply import Kind
from backstamp.core.tree import Tree, text_at, texts_at, tree_at, trees_at

_PARAMETERS = "cdx:ai-ml:model:parameter:count"
_QUANTIZATION = "cdx:ai-ml:model:hyperparameter:quantization"
_WEIGHTS = (
    ".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".keras", ".tflite", ".pb",
    ".pkl", ".joblib", ".msgpack", ".npz", ".pdparams", ".mlmodel",
)  # fmt: skip
_KINDS = {
    "machine-learning-model": "model",
    "library": "library",
    "framework": "library",
    "application": "application",
    "container": "container",
    "device": "device",
    "file": "file",
}


class Class(StrEnum):
    """What kind of a change it is: what gates and people ask for."""

    MODEL_ADDED = "model-added"
    MODEL_REMOVED = "model-removed"
    DATASET_ADDED = "dataset-added"
    DATASET_REMOVED = "dataset-removed"
    SERVICE_ADDED = "service-added"
    SERVICE_REMOVED = "service-removed"
    SERVICE_CHANGED = "service-changed"
    LIBRARY_ADDED = "library-added"
    LIBRARY_REMOVED = "library-removed"
    PART_ADDED = "part-added"
    PART_REMOVED = "part-removed"
    VERSION_CHANGED = "version-changed"
    UNPINNED = "unpinned"
    PINNED = "pinned"
    WEIGHTS_CHANGED = "weights-changed"
    TOKENIZER_CHANGED = "tokenizer-changed"
    TEMPLATE_CHANGED = "template-changed"
    PROMPT_CHANGED = "prompt-changed"
    FILE_CHANGED = "file-changed"
    LINEAGE_CHANGED = "lineage-changed"
    TRAINING_DATA_CHANGED = "training-data-changed"
    TRAINING_CHANGED = "training-changed"
    QUANTIZATION_CHANGED = "quantization-changed"
    ARCHITECTURE_CHANGED = "architecture-changed"
    METRIC_CHANGED = "metric-changed"
    LICENCE_TIGHTENED = "licence-tightened"
    LICENCE_LOOSENED = "licence-loosened"
    LICENCE_CHANGED = "licence-changed"
    PRODUCER_CHANGED = "producer-changed"
    REMOTE_CODE_ALLOWED = "remote-code-allowed"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one part; ``before`` and ``after`` are empty where there was or is nothing."""

    kind: Class
    part: str
    before: str = ""
    after: str = ""


# How two licence texts compare: above 0 the second allows less, below 0 more, 0 neither.
Comparison = Callable[[str, str], int]


def changes_between(old: Tree, new: Tree, compare: Comparison) -> tuple[Change, ...]:
    """List what changed between two CycloneDX documents, sorted by part and kind."""
    before, after = _parts(old), _parts(new)
    found: list[Change] = []
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        if one is None and other is not None:
            found.append(Change(kind=_came(other), part=_name(other), after=_version(other)))
        elif other is None and one is not None:
            found.append(Change(kind=_went(one), part=_name(one), before=_version(one)))
        elif one is not None and other is not None:
            found += _of_part(one, other, compare)
    found += _of_training(old, new)
    return tuple(dict.fromkeys(found))


def _parts(document: Tree) -> dict[str, Tree]:
    """All parts by identity; what stands inside a model or dataset belongs to it."""
    found: dict[str, Tree] = {}
    stack: list[Tree] = [tree_at(document, "metadata", "component"), *trees_at(document, "components")]
    for part in stack:
        if part:
            found[_identity(part)] = part
            if part.get("type") not in ("machine-learning-model", "data"):
                stack += [inner for inner in trees_at(part, "components") if inner.get("type") != "file"]
    for service in trees_at(document, "services"):
        found[f"service:{text_at(service, 'provider', 'name')}/{text_at(service, 'name')}".lower()] = service
    return found


def _identity(part: Tree) -> str:
    purl = text_at(part, "purl")
    if purl:
        return purl.partition("?")[0].rpartition("@")[0] or purl.partition("?")[0]
    return f"{text_at(part, 'type')}:{text_at(part, 'group')}/{text_at(part, 'name')}".lower()


def _name(part: Tree) -> str:
    group, name = text_at(part, "group"), text_at(part, "name")
    return f"{group}/{name}" if group else name


def _version(part: Tree) -> str:
    return text_at(part, "version")


def _sort(part: Tree) -> str:
    if "type" not in part:
        return "service"
    if part["type"] == "data":
        is_dataset = any(text_at(data, "type") == "dataset" for data in trees_at(part, "data"))
        return "dataset" if is_dataset else "data"
    return _KINDS.get(str(part["type"]), "part")


def _came(part: Tree) -> Class:
    return _named(f"{_sort(part)}-added", Class.PART_ADDED)


def _went(part: Tree) -> Class:
    return _named(f"{_sort(part)}-removed", Class.PART_REMOVED)


def _named(name: str, otherwise: Class) -> Class:
    return next((kind for kind in Class if kind.value == name), otherwise)


def _of_part(old: Tree, new: Tree, compare: Comparison) -> Iterator[Change]:
    name = _name(new)
    yield from _of_version(old, new, name)
    yield from _of_licence(old, new, name, compare)
    yield from _if_other(Class.PRODUCER_CHANGED, name, _producer(old), _producer(new))
    yield from _of_files(old, new, name)
    yield from _of_definitions(old, new, name)
    yield from _if_other(Class.LINEAGE_CHANGED, name, _lineage(old), _lineage(new))
    yield from _if_other(
        Class.QUANTIZATION_CHANGED, name, _property(old, _QUANTIZATION), _property(new, _QUANTIZATION)
    )
    yield from _if_other(Class.ARCHITECTURE_CHANGED, name, _architecture(old), _architecture(new))
    yield from _of_metrics(old, new, name)
    yield from _if_other(
        Class.TRAINING_CHANGED,
        name,
        _property(old, "backstamp:training:"),
        _property(new, "backstamp:training:"),
    )
    flag = "backstamp:flag:trust_remote_code"
    if _property(new, flag).endswith("true") and not _property(old, flag).endswith("true"):
        yield Change(kind=Class.REMOTE_CODE_ALLOWED, part=name, after="trust_remote_code=true")
    if "type" not in new:
        yield from _if_other(Class.SERVICE_CHANGED, name, _service(old), _service(new))


def _of_version(old: Tree, new: Tree, name: str) -> Iterator[Change]:
    before, after = _version(old), _version(new)
    if before == after:
        return
    if before and not after:
        yield Change(kind=Class.UNPINNED, part=name, before=before)
    elif after and not before:
        yield Change(kind=Class.PINNED, part=name, after=after)
    else:
        yield Change(kind=Class.VERSION_CHANGED, part=name, before=before, after=after)


def _of_licence(old: Tree, new: Tree, name: str, compare: Comparison) -> Iterator[Change]:
    before, after = licence_text(old), licence_text(new)
    if before.casefold() == after.casefold():
        return
    how = compare(before, after) if before and after else 0
    kind = (
        Class.LICENCE_TIGHTENED if how > 0 else Class.LICENCE_LOOSENED if how < 0 else Class.LICENCE_CHANGED
    )
    yield Change(kind=kind, part=name, before=before, after=after)


def licence_text(part: Tree) -> str:
    """Write the licences of a component as one expression."""
    words = []
    for choice in trees_at(part, "licenses"):
        licence = tree_at(choice, "license")
        words.append(text_at(choice, "expression") or text_at(licence, "id") or text_at(licence, "name"))
    return " AND ".join(sorted(filter(None, words)))


def _of_files(old: Tree, new: Tree, name: str) -> Iterator[Change]:
    before, after = _files(old), _files(new)
    if not before or not after:
        if not before and not after:
            weights = _hash(old), _hash(new)
            if all(weights) and weights[0] != weights[1] and new.get("type") == "machine-learning-model":
                yield Change(kind=Class.WEIGHTS_CHANGED, part=name, before=weights[0], after=weights[1])
        return
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        kind = Class.FILE_CHANGED
        if path.lower().endswith(_WEIGHTS):
            kind = Class.WEIGHTS_CHANGED
        elif path.rpartition("/")[2].startswith(("tokenizer", "vocab", "merges", "spiece", "special_tokens")):
            kind = Class.TOKENIZER_CHANGED
        elif "template" in path:
            kind = Class.TEMPLATE_CHANGED
        yield Change(
            kind=kind, part=f"{name}: {path}", before=before.get(path, ""), after=after.get(path, "")
        )


def _files(part: Tree) -> dict[str, str]:
    found = {text_at(f, "name"): _hash(f) for f in trees_at(part, "components") if f.get("type") == "file"}
    return {path: digest for path, digest in found.items() if digest}


def _hash(part: Tree) -> str:
    hashes = {text_at(each, "alg"): text_at(each, "content") for each in trees_at(part, "hashes")}
    best = hashes.get("SHA-256") or next(iter(hashes.values()), "")
    return f"sha256:{best[:16]}" if "SHA-256" in hashes else best[:24]


def _of_definitions(old: Tree, new: Tree, name: str) -> Iterator[Change]:
    """Templates, prompts and tokenizers: parts that are definitions, by their text and settings."""
    before, after = _definitions(old), _definitions(new)
    for key in sorted({*before, *after}):
        if before.get(key) == after.get(key):
            continue
        kind = {
            Kind.TOKENIZER.value: Class.TOKENIZER_CHANGED,
            Kind.PROMPT.value: Class.PROMPT_CHANGED,
        }.get(key.partition(":")[0], Class.TEMPLATE_CHANGED)
        yield Change(
            kind=kind,
            part=f"{name}: {key.partition(':')[2]}",
            before=_cut(before.get(key, "")),
            after=_cut(after.get(key, "")),
        )


def _definitions(part: Tree) -> dict[str, str]:
    found = {}
    for inner in (part, *trees_at(part, "components")):
        kind = _property(inner, "backstamp:kind").partition("=")[2]
        if kind in (Kind.TOKENIZER, Kind.TEMPLATE, Kind.PROMPT):
            texts = [text_at(data, "contents", "attachment", "content") for data in trees_at(inner, "data")]
            settings = _property(inner, "cdx:ai-ml:tokenizer:")
            found[f"{kind}:{text_at(inner, 'name')}"] = "\n".join([*texts, settings])
    return found


def _lineage(part: Tree) -> str:
    words = []
    for each in trees_at(part, "pedigree", "ancestors"):
        how = _property(each, "backstamp:relation").partition("=")[2]
        at = f"@{_version(each)}" if _version(each) else ""
        words.append(f"{how} {_name(each)}{at}".strip())
    return ", ".join(sorted(words))


def _architecture(part: Tree) -> str:
    parameters = tree_at(part, "modelCard", "modelParameters")
    words = (text_at(parameters, "architectureFamily"), text_at(parameters, "modelArchitecture"))
    count = _property(part, _PARAMETERS).partition("=")[2]
    return " ".join([*filter(None, words), *([f"{count} parameters"] if count else [])])


def _of_metrics(old: Tree, new: Tree, name: str) -> Iterator[Change]:
    before, after = _metrics(old), _metrics(new)
    for key in sorted(before.keys() & after.keys()):
        yield from _if_other(Class.METRIC_CHANGED, f"{name}: {key}", before[key], after[key])


def _metrics(part: Tree) -> dict[str, str]:
    found = trees_at(part, "modelCard", "quantitativeAnalysis", "performanceMetrics")
    return {f"{text_at(m, 'type')} {text_at(m, 'slice')}".strip(): text_at(m, "value") for m in found}


def _of_training(old: Tree, new: Tree) -> Iterator[Change]:
    before, after = _trained_on(old), _trained_on(new)
    for name in sorted(before.keys() & after.keys()):
        yield from _if_other(
            Class.TRAINING_DATA_CHANGED, name, ", ".join(before[name]), ", ".join(after[name])
        )


def _trained_on(document: Tree) -> dict[str, list[str]]:
    """The names of the data that each model was trained on."""
    parts = [tree_at(document, "metadata", "component"), *trees_at(document, "components")]
    names = {text_at(part, "bom-ref"): _name(part) for part in parts}
    found = {}
    for part in parts:
        if part.get("type") == "machine-learning-model":
            refs = trees_at(part, "modelCard", "modelParameters", "datasets")
            found[_name(part)] = sorted(
                names.get(text_at(r, "ref"), text_at(r, "ref") or text_at(r, "name")) for r in refs
            )
    return found


def _producer(part: Tree) -> str:
    for key in ("manufacturer", "supplier"):
        if name := text_at(part, key, "name"):
            return name
    return text_at(part, "publisher")


def _service(part: Tree) -> str:
    provider = text_at(part, "provider", "name")
    return " ".join(filter(None, (provider, *sorted(texts_at(part, "endpoints")))))


def _property(part: Tree, start: str) -> str:
    """Write the properties whose names begin so, as ``name=value`` without the beginning, sorted."""
    words = [
        f"{text_at(p, 'name').removeprefix(start)}={text_at(p, 'value')}"
        for p in trees_at(part, "properties")
        if text_at(p, "name").startswith(start)
    ]
    return ", ".join(sorted(words))


def _if_other(kind: Class, part: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(kind=kind, part=part, before=_cut(before), after=_cut(after))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
