"""States what the front matter of a model card declares.

Source: the metadata of cards of the Hugging Face Hub (hub-docs, ``modelcard.md``), huggingface_hub's
``ModelCardData`` and ``EvalResult``. Every field may be missing, of another type, or of a template.
"""

from collections.abc import Callable, Iterator

from backstamp.core.blob import Blob
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, is_hub_name, named_part
from backstamp.core.tree import Json, Tree, list_at, text_at, texts_at, tree_at
from backstamp.formats.inlinetext import fit
from backstamp.formats.yamltext import Yaml

BY = "model-card/1"
Places = Callable[[str], Location]  # where the value of a pointer stands
_MODEL = Part(Kind.MODEL)
_RUN = Part(Kind.RUN)
_DECLARED = Teller(BY, Method.DECLARED, 0.9)
_INFERRED = Teller(BY, Method.DECLARED, 0.8)
_WEAK = Teller(BY, Method.DECLARED, 0.7)
_MANNERS = frozenset({"adapter", "merge", "quantized", "finetune"})
_MOST_ENTRIES = 2_000
_FOLDERS = (
    "results",
    "result",
    "model",
    "output",
    "outputs",
    "out",
    "checkpoint",
    "checkpoints",
    "tmp",
    "test",
    "saves",
    "uploaded model",
)
# Loaders of local files, not data sets; what Trainer writes where it was given files.
_BUILDERS = frozenset(
    "json csv parquet text arrow imagefolder audiofolder videofolder webdataset generator pandas xml custom "
    "private dataset local".split()
)
_FILES = (
    ".json",
    ".jsonl",
    ".csv",
    ".tsv",
    ".parquet",
    ".arrow",
    ".txt",
    ".gz",
    ".zip",
    ".npz",
    ".xml",
    ".zst",
)
_QUANTIZED = frozenset(
    {"gguf", "gptq", "awq", "exl2", "exl3", "ggml", "quantized", "4-bit", "8-bit", "eetq", "hqq", "aqlm"}
)
_ADAPTED = frozenset({"lora", "peft", "adapter", "qlora", "dora"})


def declared(front: Yaml, blob: Blob) -> Iterator[Statement]:
    """Yield what front matter says of the model."""
    tree = front.tree
    if not isinstance(tree, dict):
        return

    def at(pointer: str) -> Location:
        return blob.at_line(front.lines.get(pointer, 1))

    yield from _identity(tree, at)
    yield from _licence(tree, at)
    yield from _words(tree, at)
    yield from _lineage(tree, at)
    yield from _tags(tree, at)
    yield from _results(tree, at)
    yield from _emissions(tree, at)


def dataset_part(name: str) -> Part | None:
    """Make the part of a data set out of a name; ``None`` for loaders of files and placeholders."""
    bare = name.strip()
    if not bare or is_placeholder(bare) or bare.lower() in _BUILDERS or len(bare) > 300:
        return None
    if bare.lower().endswith(_FILES) and "://" not in bare and bare[:1] not in "/~\\." and bare[1:2] != ":":
        bare = f"./{bare}"  # a file, though it reads like a name of the hub
    found = named_part(Kind.DATASET, bare)
    if found is None and not bare.startswith(("/", "~", "\\", ".")) and bare[1:3] not in (":\\", ":/"):
        return Part(Kind.DATASET, "name:" + shown(bare, 200))
    return found


def is_local_name(name: str) -> bool:
    """Say whether a name is that of the folder in which something was trained, not one for others."""
    lower = name.lower()
    return lower in _FOLDERS or lower.startswith(
        (".", "/", "~", "checkpoint-", *(f"{word}/" for word in _FOLDERS))
    )


def _identity(tree: Tree, at: Places) -> Iterator[Statement]:
    for key, trait in (("model_name", Trait.NAME), ("pretty_name", Trait.NAME), ("version", Trait.VERSION)):
        value = _text(tree.get(key))
        if value:
            yield _DECLARED.says(at(f"/{key}"), _MODEL, trait, value)
    for key in ("model_creator", "developers", "author", "authors"):
        for index, name in enumerate(texts_at(tree, key)[:50]):
            if not is_placeholder(name) and not _is_quantized(tree):
                trait = Trait.PRODUCER if key == "model_creator" else Trait.AUTHOR
                yield _DECLARED.says(_place(tree, key, index, at), _MODEL, trait, shown(name))
    newer = _text(tree.get("new_version"))
    if newer and is_hub_name(newer):
        link = f"https://huggingface.co/{newer}"
        yield _DECLARED.says(at("/new_version"), _MODEL, Trait.LINK, link, name="successor")
    doi = _text(tree.get("doi"))
    if doi.startswith("10."):
        yield _DECLARED.says(at("/doi"), _MODEL, Trait.IDENTIFIER, doi, name="doi")
    gated = [key for key in tree if key.startswith("extra_gated")]
    if gated:
        yield _DECLARED.says(at(f"/{gated[0]}"), _MODEL, Trait.FLAG, True, name="gated")
    prompt = _text(tree.get("instance_prompt"))
    if prompt and prompt != "null":
        yield _DECLARED.says(at("/instance_prompt"), _MODEL, Trait.INPUT, prompt, name="instance_prompt")


def _licence(tree: Tree, at: Places) -> Iterator[Statement]:
    value = tree.get("license")
    words = [each.strip() for each in texts_at(tree, "license") if each.strip()]
    known = [shown(word, 120) for word in words if not is_placeholder(word)]
    if known and isinstance(value, list) and len(known) > 1:
        yield _WEAK.says(at("/license"), _MODEL, Trait.LICENSE, " AND ".join(known[:10]))
    elif known:
        yield _DECLARED.says(at("/license"), _MODEL, Trait.LICENSE, known[0])
    elif words and words[0].lower() == "unknown":
        yield _DECLARED.says(
            at("/license"), _MODEL, Trait.UNKNOWN, "the card says that it is unknown", name="license"
        )
    name, link = _text(tree.get("license_name")), _text(tree.get("license_link"))
    if name:
        yield _DECLARED.says(at("/license_name"), _MODEL, Trait.LICENSE_NAME, name)
    if link and (link.startswith(("http://", "https://")) or "/" not in link):
        yield _DECLARED.says(at("/license_link"), _MODEL, Trait.LICENSE_URL, link)


def _words(tree: Tree, at: Places) -> Iterator[Statement]:
    """Say language, task, library, and which metrics were looked at."""
    for key in ("language", "languages"):
        for index, word in enumerate(texts_at(tree, key)[:_MOST_ENTRIES]):
            if (
                1 < len(word) <= 40
                and not is_placeholder(word)
                and word.replace("-", "").replace("_", "").isalnum()
            ):
                yield _DECLARED.says(_place(tree, key, index, at), _MODEL, Trait.LANGUAGE, word)
    for key in ("pipeline_tag", "task"):
        task = _text(tree.get(key))
        if task:
            yield _DECLARED.says(at(f"/{key}"), _MODEL, Trait.TASK, task)
    library = _text(tree.get("library_name"))
    if library:
        yield _DECLARED.says(at("/library_name"), _MODEL, Trait.FRAMEWORK, "", name=library)
    metrics = [shown(each, 60) for each in texts_at(tree, "metrics") if not is_placeholder(each)]
    if metrics:
        note = "metrics: " + ", ".join(metrics[:50])
        yield _DECLARED.says(at("/metrics"), _MODEL, Trait.EVALUATION_NOTE, note)
    description = _text(tree.get("description") or tree.get("model_description"), 2000)
    if description:
        key = "description" if tree.get("description") else "model_description"
        yield _DECLARED.says(at(f"/{key}"), _MODEL, Trait.DESCRIPTION, description)


def _lineage(tree: Tree, at: Places) -> Iterator[Statement]:
    bases = [
        (index, base)
        for index, base in enumerate(texts_at(tree, "base_model")[:200])
        if not is_placeholder(base)
    ]
    manner, is_declared = _manner(tree, len(bases))
    tell = _DECLARED if is_declared or not manner else _INFERRED
    for index, base in bases:
        part = named_part(Kind.MODEL, base)
        if part is not None and part.key.startswith(("huggingface:", "url:")):
            place = _place(tree, "base_model", index, at)
            yield tell.links(place, _MODEL, Relation.DERIVED_FROM, part, manner=manner)
    for key in ("datasets", "dataset"):
        for index, name in enumerate(list_at(tree, key) or texts_at(tree, key)):
            if index >= _MOST_ENTRIES:
                break
            text = name if isinstance(name, str) else text_at(name, "name") or text_at(name, "id")
            dataset = dataset_part(text)
            if dataset is not None:
                yield _DECLARED.links(_place(tree, key, index, at), _MODEL, Relation.TRAINED_ON, dataset)


def is_adapter(front: Json) -> bool:
    """Say whether front matter is that of an adapter: what was tuned is no model of its own."""
    return isinstance(front, dict) and _manner(front, len(texts_at(front, "base_model")))[0] == "adapter"


def _manner(tree: Tree, bases: int) -> tuple[str, bool]:
    """Say how the model was made of its bases, and whether the card says so itself."""
    relation = text_at(tree, "base_model_relation").lower()
    if relation in _MANNERS:
        return relation, True
    tags = _lower_tags(tree)
    if bases > 1 or "mergekit" in tags or "merge" in tags:
        return "merge", False
    if _ADAPTED & tags or text_at(tree, "library_name").lower() in (
        "peft",
        "adapter-transformers",
        "adapters",
    ):
        return "adapter", False
    if _is_quantized(tree):
        return "quantized", False
    if tags & {
        "generated_from_trainer",
        "axolotl",
        "trl",
        "sft",
        "dpo",
        "unsloth",
        "fine-tuned",
        "finetuned",
        "finetune",
    }:
        return "finetune", False
    return "", False


def _is_quantized(tree: Tree) -> bool:
    return "quantized_by" in tree or bool(_QUANTIZED & _lower_tags(tree))


def _lower_tags(tree: Tree) -> frozenset[str]:
    return frozenset(tag.lower() for tag in texts_at(tree, "tags")[:_MOST_ENTRIES])


def _tags(tree: Tree, at: Places) -> Iterator[Statement]:
    for index, tag in enumerate(texts_at(tree, "tags")[:_MOST_ENTRIES]):
        place, (kind, _, rest) = _place(tree, "tags", index, at), tag.partition(":")
        if is_placeholder(tag) or kind in ("region", "deploy"):
            continue
        if kind == "arxiv" and rest:
            yield _DECLARED.says(place, _MODEL, Trait.IDENTIFIER, shown(rest, 40), name="arxiv")
            link = f"https://arxiv.org/abs/{shown(rest, 40)}"
            yield _DECLARED.says(place, _MODEL, Trait.LINK, link, name="paper")
        elif kind == "doi" and rest.startswith("10."):
            yield _DECLARED.says(place, _MODEL, Trait.IDENTIFIER, shown(rest), name="doi")
        elif kind == "license" and rest and not tree.get("license") and not is_placeholder(rest):
            yield _DECLARED.says(place, _MODEL, Trait.LICENSE, shown(rest, 120))
        elif kind == "base_model" and rest:
            manner, found, name = rest.partition(":")
            part = named_part(Kind.MODEL, name if found else rest)
            if part is not None and part.key.startswith("huggingface:"):
                how = manner if found and manner in _MANNERS else ""
                yield _DECLARED.links(place, _MODEL, Relation.DERIVED_FROM, part, manner=how)
        elif kind == "dataset" and rest:
            dataset = dataset_part(rest)
            if dataset is not None:
                yield _DECLARED.links(place, _MODEL, Relation.TRAINED_ON, dataset)
        elif kind == "dataset_size" and rest.isdigit() and len(rest) < 16:
            rows = Part(Kind.DATASET, "#training-data")
            yield _DECLARED.says(place, rows, Trait.ROWS, int(rest))
            yield _DECLARED.links(place, _MODEL, Relation.TRAINED_ON, rows)
        elif kind == "loss" and rest:
            yield _DECLARED.says(place, _RUN, Trait.SETTING, shown(rest, 100), name="loss")
        elif len(tag) <= 100:
            yield _DECLARED.says(place, _MODEL, Trait.TAG, shown(tag, 100))


def _results(tree: Tree, at: Places) -> Iterator[Statement]:
    """The model-index: entries with results, each of a task, a data set and metrics."""
    for entry_at, entry in enumerate(list_at(tree, "model-index")[:50]):
        name = _text(tree_at(entry).get("name"))
        if name and entry_at == 0 and not is_local_name(name):
            yield _WEAK.says(at("/model-index/0/name"), _MODEL, Trait.NAME, name)
        for result_at, result in enumerate(list_at(entry, "results")[:_MOST_ENTRIES]):
            pointer = f"/model-index/{entry_at}/results/{result_at}"
            yield from _result(tree_at(result), pointer, at)


def _result(result: Tree, pointer: str, at: Places) -> Iterator[Statement]:
    data = tree_at(result, "dataset")
    name, kind = _text(data.get("name")), _text(data.get("type"))
    details = [_text(data.get(key)) for key in ("config", "split")]
    scope = name or kind
    extra = ", ".join(dict.fromkeys(each for each in details if each and each != scope))
    scope = f"{scope} ({extra})" if scope and extra else scope
    for at_metric, metric in enumerate(list_at(result, "metrics")[:200]):
        found = tree_at(metric)
        value = found.get("value")
        label = _text(found.get("type")) or _text(found.get("name"))
        if label and isinstance(value, int | float | str) and not isinstance(value, bool):
            if isinstance(value, str) and (is_placeholder(value) or len(value) > 100):
                continue
            tell = Teller(BY, Method.DECLARED, 0.95) if found.get("verified") is True else _DECLARED
            place = at(f"{pointer}/metrics/{at_metric}")
            stated = shown(value, 100) if isinstance(value, str) else value
            yield tell.says(place, _MODEL, Trait.METRIC, stated, name=label, scope=scope)
    tested = dataset_part(kind) if kind else None
    if tested is not None and " " not in kind:
        revision = _text(data.get("revision"))
        place = at(f"{pointer}/dataset")
        yield _DECLARED.links(place, _MODEL, Relation.TESTED_ON, tested, revision=revision)


def eval_results(document: Yaml, blob: Blob) -> Iterator[Statement]:
    """Yield what a file of evaluation results (``.eval_results/*.yaml``) says: values, each on a data set."""
    for index, entry in enumerate(document.tree[:_MOST_ENTRIES] if isinstance(document.tree, list) else []):
        found, data = tree_at(entry), tree_at(entry, "dataset")
        value, name = found.get("value"), text_at(data, "id")
        part = dataset_part(name) if name else None
        if part is None or not isinstance(value, int | float) or isinstance(value, bool):
            continue
        place = blob.at_line(document.lines.get(f"/{index}", 1))
        task = _text(data.get("task_id"))
        yield _DECLARED.says(place, _MODEL, Trait.METRIC, value, name=task or shown(name), scope=shown(name))
        yield _DECLARED.links(place, _MODEL, Relation.TESTED_ON, part, revision=_text(data.get("revision")))


def _emissions(tree: Tree, at: Places) -> Iterator[Statement]:
    """Emissions stand in grams; statements are in kilograms."""
    found = tree.get("co2_eq_emissions")
    pointer = "/co2_eq_emissions"
    if isinstance(found, int | float) and not isinstance(found, bool) and found > 0:
        yield _DECLARED.says(at(pointer), _RUN, Trait.EMISSIONS, found / 1000)
        return
    details = tree_at(found)
    grams = details.get("emissions")
    scope = _text(details.get("training_type"))
    if isinstance(grams, int | float) and not isinstance(grams, bool) and grams > 0:
        yield _DECLARED.says(at(f"{pointer}/emissions"), _RUN, Trait.EMISSIONS, grams / 1000, scope=scope)
    region = _text(details.get("geographical_location"))
    if region:
        yield _DECLARED.says(at(f"{pointer}/geographical_location"), _RUN, Trait.REGION, region)
    hardware = _text(details.get("hardware_used"))
    if hardware:
        place, part = at(f"{pointer}/hardware_used"), Part(Kind.HARDWARE, "name:" + hardware)
        yield _DECLARED.says(place, part, Trait.NAME, hardware)
        yield _DECLARED.links(place, _RUN, Relation.RAN_ON, part)
    if scope or region or hardware:
        yield _DECLARED.links(at(pointer), _MODEL, Relation.MADE_BY, _RUN)


def _text(value: Json, most: int = 200) -> str:
    """Give a scalar as text fit to be stated; empty for placeholders and for what is no scalar."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return ""
    text = str(value).strip()
    if is_placeholder(text):
        return ""
    return fit(text, most) if most > 200 else shown(" ".join(text.split()), most)


def _place(tree: Tree, key: str, index: int, at: Places) -> Location:
    return at(f"/{key}/{index}" if isinstance(tree.get(key), list) else f"/{key}")
