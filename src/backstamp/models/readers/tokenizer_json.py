"""Says what the files of a tokenizer declare: class, kind, vocabulary, special tokens, chat template."""

from collections.abc import Iterable, Iterator

from backstamp.core.blob import Blob
from backstamp.core.digest import digest_of
from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Method, Relation, Teller, Trait, named_part
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at
from backstamp.models.readers.stating import MODEL, TOKENIZER, count_of, is_local, label_of, line_of
from backstamp.models.readers.templates_told import template_told

_BY = "tokenizer/1"
_NO_LIMIT = 1 << 30  # transformers writes 10**30 where there is none
_FLAGS = (
    "do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_bos_token", "add_eos_token",
    "add_prefix_space",
    "legacy", "use_fast", "clean_up_tokenization_spaces", "split_special_tokens",
)  # fmt: skip
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
MEASURED = Teller(_BY, Method.MEASURED, 1.0)


def tokenizer_config_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``tokenizer_config.json`` declares."""
    yield DECLARED.links(blob.whole(), MODEL, Relation.CONTAINS, TOKENIZER)
    for key in ("tokenizer_class", "processor_class"):
        if name := line_of(text_at(tree, key)):
            part = TOKENIZER if key == "tokenizer_class" else MODEL
            yield DECLARED.says(blob.at_pointer(f"/{key}"), part, Trait.ARCHITECTURE, name)
    limit = count_of(tree.get("model_max_length"))
    if limit and limit < _NO_LIMIT:
        place = blob.at_pointer("/model_max_length")
        yield DECLARED.says(place, TOKENIZER, Trait.DIMENSION, limit, name="model_max_length")
    for key in _FLAGS:
        if isinstance(value := tree.get(key), bool):
            yield DECLARED.says(blob.at_pointer(f"/{key}"), TOKENIZER, Trait.FLAG, value, name=key)
    if isinstance(tree.get("auto_map"), dict):
        yield DECLARED.says(blob.at_pointer("/auto_map"), TOKENIZER, Trait.FLAG, True, name="remote_code")
    yield from special_tokens_told(tree, blob)
    yield from _origin(tree, blob)
    yield from templates_told(tree, blob)


def _origin(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """The model that a tokenizer was taken from; tokenizers are seldom trained anew."""
    text = text_at(tree, "name_or_path").strip()
    if not text or is_local(text) or "/" not in text:
        return
    target = named_part(Kind.TOKENIZER, text)
    if target and target.key.startswith("huggingface:"):
        tell = Teller(_BY, Method.DERIVED, 0.6)
        yield tell.links(blob.at_pointer("/name_or_path"), TOKENIZER, Relation.DERIVED_FROM, target)


def special_tokens_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the special tokens, each by its role."""
    for key, value in tree.items():
        if not key.endswith("_token") or key == "add_bos_token":
            continue
        text = text_at(value, "content") if isinstance(value, dict) else value
        if isinstance(text, str) and text:
            yield DECLARED.says(
                blob.at_pointer(f"/{key}"), TOKENIZER, Trait.DIMENSION, label_of(text), name=label_of(key)
            )


def templates_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State the chat template, or each of several, which have names."""
    found = tree.get("chat_template")
    if isinstance(found, str):
        yield from template_told(_BY, blob.at_pointer("/chat_template"), found)
    elif isinstance(found, dict):
        for name, text in list(found.items())[:32]:
            if isinstance(text, str):
                place = blob.at_pointer(f"/chat_template/{name}")
                yield from template_told(_BY, place, text, label_of(name, 60))
    elif isinstance(found, list):
        for index, entry in enumerate(found[:32]):
            if text := text_at(entry, "template"):
                place = blob.at_pointer(f"/chat_template/{index}/template")
                yield from template_told(_BY, place, text, label_of(text_at(entry, "name"), 60))


def special_tokens_map_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``special_tokens_map.json`` declares."""
    yield DECLARED.links(blob.whole(), MODEL, Relation.CONTAINS, TOKENIZER)
    yield from special_tokens_told(tree, blob)


def tokenizer_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State what ``tokenizer.json`` is: its model, the size of its vocabulary, its normaliser."""
    model = tree_at(tree, "model")
    vocabulary = model.get("vocab")
    if not model or not isinstance(vocabulary, dict | list):
        return
    yield DECLARED.links(blob.whole(), MODEL, Relation.CONTAINS, TOKENIZER)
    if kind := line_of(text_at(model, "type")) or _guessed(model):
        yield DECLARED.says(blob.at_pointer("/model/type"), TOKENIZER, Trait.FAMILY, kind)
    place = blob.at_pointer("/model/vocab")
    size = len(vocabulary) + _added(vocabulary, list_at(tree, "added_tokens"))
    yield MEASURED.says(place, TOKENIZER, Trait.DIMENSION, size, name="vocab_size")
    if digest := vocabulary_digest(_ordered(vocabulary)):
        yield MEASURED.says(place, TOKENIZER, Trait.DIGEST, digest, name="vocabulary")
    if merges := list_at(model, "merges"):
        place = blob.at_pointer("/model/merges")
        yield MEASURED.says(place, TOKENIZER, Trait.DIMENSION, len(merges), name="merges")
    for key in ("normalizer", "pre_tokenizer", "decoder"):
        if kind := _kinds(tree.get(key)):
            yield DECLARED.says(blob.at_pointer(f"/{key}"), TOKENIZER, Trait.PREPROCESSING, f"{key}: {kind}")
    limit = count_of(tree_at(tree, "truncation").get("max_length"))
    if limit:
        place = blob.at_pointer("/truncation/max_length")
        yield DECLARED.says(place, TOKENIZER, Trait.DIMENSION, limit, name="truncation_length")


def _ordered(vocabulary: "dict[str, Json] | list[Json]") -> list[str]:
    """The tokens in the order of their numbers."""
    if isinstance(vocabulary, dict):
        numbered = [(n, token) for token, v in vocabulary.items() if (n := count_of(v)) is not None]
        return [token for _, token in sorted(numbered)]
    return [e[0] for e in vocabulary if isinstance(e, list) and e and isinstance(e[0], str)]


def vocabulary_digest(tokens: Iterable[str]) -> str:
    """Compute what tells whether two tokenizers have the same tokens in the same order."""
    text = "\n".join(tokens)
    return digest_of(memoryview(text.encode("utf-8", "surrogatepass"))).hex if text else ""


def _guessed(model: Tree) -> str:
    """Files of old versions do not name the model; its other fields do."""
    if "merges" in model:
        return "BPE"
    return "WordPiece" if "max_input_chars_per_word" in model else "Unigram" if "unk_id" in model else ""


def _added(vocabulary: "dict[str, Json] | list[Json]", added: list[Json]) -> int:
    """How many of the added tokens are not in the vocabulary already."""
    if isinstance(vocabulary, dict):
        names = {text_at(entry, "content") for entry in added} - {""}
        return sum(name not in vocabulary for name in names)
    return sum(
        (number := count_of(e.get("id"))) is not None and number >= len(vocabulary)
        for e in added
        if isinstance(e, dict)
    )


def _kinds(value: Json) -> str:
    """Name the steps of a normaliser or the like."""
    if not isinstance(value, dict):
        return ""
    inner = next(
        (v for k in ("normalizers", "pretokenizers", "decoders") if isinstance(v := value.get(k), list)), None
    )
    if inner is not None:
        return ", ".join(filter(None, (line_of(text_at(each, "type"), 60) for each in inner[:16])))
    return line_of(text_at(value, "type"), 60)


def vocabulary_told(blob: Blob) -> Iterator[Fact]:
    """Count the lines of a ``vocab.txt``: one token each."""
    if not blob.is_whole:
        return
    data = bytes(blob.view)
    lines = data.count(b"\n") + (0 if data.endswith(b"\n") else 1)
    if b"[UNK]" in data or b"<unk>" in data:
        yield DECLARED.links(blob.whole(), MODEL, Relation.CONTAINS, TOKENIZER)
        yield MEASURED.says(blob.whole(), TOKENIZER, Trait.DIMENSION, lines, name="vocab_size")
        tokens = data.decode("utf-8", "replace").replace("\r", "").removesuffix("\n").split("\n")
        yield MEASURED.says(
            blob.whole(), TOKENIZER, Trait.DIGEST, vocabulary_digest(tokens), name="vocabulary"
        )


def template_file_told(blob: Blob) -> Iterator[Fact]:
    """State ``chat_template.jinja``, or one of ``additional_chat_templates/``, which has its file's name."""
    stem = blob.name.rsplit(".", 1)[0]
    name = "" if stem == "chat_template" else label_of(stem, 60)
    yield from template_told(_BY, blob.whole(), str(blob.view[: 1 << 20], "utf-8", "replace"), name)
