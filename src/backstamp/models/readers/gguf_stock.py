"""Takes stock of GGUF: every key that says something of the model, its parents, its data, its tokenizer.

Sources: docs/gguf.md of the ggml project; keys as gguf 0.19 names them.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Scalar, Teller, Trait, named_part
from backstamp.formats.gguf import Flaw, Gguf, Pair, array_of, head_of
from backstamp.models.readers.gguf_words import FILE_TYPES, GENERAL, LINKS, TOKENIZERS
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import (
    MODEL,
    TOKENIZER,
    file_of,
    is_local,
    label_of,
    line_of,
    names_of,
    scalar_of,
    worded,
)
from backstamp.models.readers.templates_told import template_told
from backstamp.models.readers.tokenizer_json import vocabulary_digest

_BY = "gguf/1"
_LYING = frozenset({Flaw.COUNT, Flaw.LENGTH, Flaw.KIND, Flaw.OVERFLOW, Flaw.OFFSETS, Flaw.DIMENSIONS})
_STRING, _ARRAY = 8, 9
_TEMPLATE = "tokenizer.chat_template"
_MOST_WORDS = 256
_MOST_PARENTS = 64
_MOST_TOKENS = 1_000_000
_LONGEST_TEMPLATE = 1 << 20


class GgufStockReader:
    """States what a GGUF file counts and declares. Tensor data is not touched."""

    name = "gguf-stock"
    version = 1
    kinds = frozenset({"gguf"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield counts, then what the keys declare."""
        head = head_of(blob.view, blob.size, budget)
        budget.spend_operations(len(head.tensors) + len(head.pairs))
        held = _Held(blob, head)
        yield held.measured.says(blob.whole(), held.part, Trait.FORMAT, f"gguf v{head.version}")
        yield from _counts(held)
        yield from _general(held)
        yield from _origins(held)
        yield from _numbers(held)
        yield from _tokenizer(held)


READER = GgufStockReader()


class _Held:
    """One file's keys, by name; a repeated key counts as its first, as the reference reader has it."""

    __slots__ = ("blob", "declared", "head", "measured", "pairs", "part")

    def __init__(self, blob: Blob, head: Gguf) -> None:
        self.blob = blob
        self.head = head
        self.pairs: dict[str, Pair] = {}
        for pair in head.pairs:
            self.pairs.setdefault(pair.key, pair)
        self.measured = Teller(_BY, Method.MEASURED, 1.0)
        self.declared = Teller(_BY, Method.DECLARED, 0.9)
        is_adapter = self.text("general.type") == "adapter" or self.text("adapter.type") != ""
        self.part = Part(Kind.ADAPTER) if is_adapter else MODEL

    def at(self, pair: Pair) -> Location:
        """Where the value of a key lies."""
        return self.blob.at(pair.start, pair.end - pair.start)

    def text(self, key: str) -> str:
        """A text; empty if there is none worth stating."""
        pair = self.pairs.get(key)
        return worded(pair.value) if pair and isinstance(pair.value, str) else ""

    def words(self, key: str) -> list[str]:
        """The texts of an array, or the one text that stands in its place."""
        pair = self.pairs.get(key)
        if pair is None:
            return []
        values: tuple[str | int | float | None, ...] = (
            (pair.value,)
            if pair.kind == _STRING
            else array_of(self.blob.view, self.head, pair, _MOST_WORDS)[1]
        )
        return list(dict.fromkeys(names_of(values)))


def _counts(held: _Held) -> Iterator[Fact]:
    head, blob = held.head, held.blob
    if not head.tensors or head.broken or any(p.flaw in _LYING for p in head.problems):
        return
    count = count_of(Entry(t.name, t.kind, t.shape, t.elements) for t in head.tensors)
    place, scope = blob.at(0, head.head), file_of(blob)
    yield held.measured.says(place, held.part, Trait.PARAMETERS, count.parameters, scope=scope)
    for dtype, elements in count.elements:
        yield held.measured.says(place, held.part, Trait.ELEMENTS, elements, name=dtype, scope=scope)
    main = count.elements[0][0]
    if main.startswith(("Q", "IQ", "TQ", "MXFP", "NVFP")):
        yield held.measured.says(place, held.part, Trait.QUANTIZATION, main, name="dominant type")


def _general(held: _Held) -> Iterator[Fact]:
    for key, trait in GENERAL.items():
        if (value := held.text(key)) and not is_local(value):
            yield held.declared.says(held.at(held.pairs[key]), held.part, trait, value)
    for key, name in LINKS.items():
        if value := held.text(key):
            yield held.declared.says(held.at(held.pairs[key]), held.part, Trait.LINK, value, name=name)
    for key, name in (("general.doi", "doi"), ("general.uuid", "uuid")):
        if value := held.text(key):
            yield held.declared.says(held.at(held.pairs[key]), held.part, Trait.IDENTIFIER, value, name=name)
    for key, trait in (("general.tags", Trait.TAG), ("general.languages", Trait.LANGUAGE)):
        for word in held.words(key):
            yield held.declared.says(held.at(held.pairs[key]), held.part, trait, word)
    yield from _quantised(held)
    for key, pair in held.pairs.items():
        if key.startswith("general.sampling.") and (number := _plain(pair)) is not None:
            name = "sampling." + label_of(key.removeprefix("general.sampling."), 100)
            yield held.declared.says(held.at(pair), held.part, Trait.SETTING, number, name=name)


def _quantised(held: _Held) -> Iterator[Fact]:
    pair = held.pairs.get("general.file_type")
    if pair and isinstance(pair.value, int) and pair.value in FILE_TYPES:
        yield held.declared.says(
            held.at(pair), held.part, Trait.QUANTIZATION, FILE_TYPES[pair.value], name="scheme"
        )
    pair = held.pairs.get("general.quantization_version")
    if pair and isinstance(pair.value, int):
        yield held.declared.says(held.at(pair), held.part, Trait.QUANTIZATION, pair.value, name="version")
    if who := held.text("general.quantized_by"):
        place = held.at(held.pairs["general.quantized_by"])
        yield held.declared.says(place, held.part, Trait.QUANTIZATION, who, name="by")
    for key in held.pairs:
        if key.startswith("quantize.imatrix.") and (value := _plain(held.pairs[key])) is not None:
            name = key.removeprefix("quantize.")
            yield held.declared.says(
                held.at(held.pairs[key]), held.part, Trait.QUANTIZATION, value, name=name
            )


def _origins(held: _Held) -> Iterator[Fact]:
    """Parents, the source it was converted from, and data sets; each by its address, else by its name."""
    manner = "finetune" if held.text("general.finetune") else ""
    for head, kind, relation in (
        ("general.base_model.", Kind.MODEL, Relation.DERIVED_FROM),
        ("general.dataset.", Kind.DATASET, Relation.TRAINED_ON),
    ):
        for stem in _numbered(held, head):
            origin = _origin(held, stem, kind)
            if origin:
                pair, part = origin
                how = manner if kind is Kind.MODEL else ""
                yield held.declared.links(held.at(pair), held.part, relation, part, manner=how)
                yield from _described(held, stem, part)
    for name in held.words("general.datasets"):
        if target := named_part(Kind.DATASET, name):
            yield held.declared.links(
                held.at(held.pairs["general.datasets"]), held.part, Relation.TRAINED_ON, target
            )
    for key in ("general.source.repo_url", "general.source.huggingface.repository", "general.source.url"):
        if (text := held.text(key)) and (target := named_part(Kind.MODEL, text)):
            tell = Teller(_BY, Method.DECLARED, 0.85)
            yield tell.links(
                held.at(held.pairs[key]), held.part, Relation.DERIVED_FROM, target, manner="converted"
            )
            return


def _numbered(held: _Held, head: str) -> list[str]:
    numbers = {key.removeprefix(head).partition(".")[0] for key in held.pairs if key.startswith(head)}
    return [f"{head}{n}" for n in sorted(n for n in numbers if n.isascii() and n.isdigit())[:_MOST_PARENTS]]


def _origin(held: _Held, stem: str, kind: Kind) -> tuple[Pair, Part] | None:
    for key in ("repo_url", "url"):
        if (text := held.text(f"{stem}.{key}")) and (found := named_part(kind, text)):
            return held.pairs[f"{stem}.{key}"], found
    name, owner = line_of(held.text(f"{stem}.name")), line_of(held.text(f"{stem}.organization"))
    if not name or is_local(name):
        return None
    pair = held.pairs[f"{stem}.name"]
    if "/" in name and (found := named_part(kind, name)):
        return pair, found
    return pair, Part(kind, f"name:{owner}/{name}" if owner else f"name:{name}")


def _described(held: _Held, stem: str, part: Part) -> Iterator[Fact]:
    for key, trait in (
        ("name", Trait.NAME),
        ("author", Trait.AUTHOR),
        ("version", Trait.VERSION),
        ("organization", Trait.PRODUCER),
        ("description", Trait.DESCRIPTION),
    ):
        if value := held.text(f"{stem}.{key}"):
            yield held.declared.says(held.at(held.pairs[f"{stem}.{key}"]), part, trait, value)
    for key in ("doi", "uuid"):
        if value := held.text(f"{stem}.{key}"):
            place = held.at(held.pairs[f"{stem}.{key}"])
            yield held.declared.says(place, part, Trait.IDENTIFIER, value, name=key)


def _numbers(held: _Held) -> Iterator[Fact]:
    """The numbers of the architecture, under the names that GGUF has for them."""
    family = held.text("general.architecture")
    if not family:
        return
    for key, pair in held.pairs.items():
        if key.startswith(f"{family}.") and (value := _plain(pair)) is not None:
            name = label_of(key.removeprefix(f"{family}."), 100)
            yield held.declared.says(held.at(pair), held.part, Trait.DIMENSION, value, name=name)
            if name == "context_length":
                form = f"text of up to {value} tokens"
                tell = Teller(_BY, Method.DERIVED, 0.8)
                yield tell.says(held.at(pair), held.part, Trait.INPUT, form, name="text")
    for key in ("adapter.type", "adapter.lora.alpha"):
        if key in held.pairs and (value := _plain(held.pairs[key])) is not None:
            yield held.declared.says(held.at(held.pairs[key]), held.part, Trait.SETTING, value, name=key)


def _tokenizer(held: _Held) -> Iterator[Fact]:
    tell = held.declared
    model = held.pairs.get("tokenizer.ggml.model")
    if model and isinstance(model.value, str) and line_of(model.value):
        yield tell.links(held.at(model), held.part, Relation.CONTAINS, TOKENIZER)
        family = TOKENIZERS.get(model.value, line_of(model.value))
        yield tell.says(held.at(model), TOKENIZER, Trait.FAMILY, family)
    tokens = held.pairs.get("tokenizer.ggml.tokens")
    if tokens and tokens.kind == _ARRAY:
        count, words = array_of(held.blob.view, held.head, tokens, _MOST_TOKENS)
        yield held.measured.says(held.at(tokens), TOKENIZER, Trait.DIMENSION, count, name="vocab_size")
        if len(words) == count and (digest := vocabulary_digest(map(str, words))):
            yield held.measured.says(held.at(tokens), TOKENIZER, Trait.DIGEST, digest, name="vocabulary")
    for key, pair in held.pairs.items():
        name = label_of(key.removeprefix("tokenizer.ggml."), 100)
        if key.startswith("tokenizer.ggml.") and name != "model" and (value := _plain(pair)) is not None:
            trait = Trait.FLAG if isinstance(value, bool) else Trait.DIMENSION
            yield tell.says(held.at(pair), TOKENIZER, trait, value, name=name)
        elif _is_template(pair):
            text = str(held.blob.view[pair.start : pair.end], "utf-8", "replace")
            name = label_of(key.removeprefix(_TEMPLATE).lstrip("."), 60)
            yield from template_told(_BY, held.at(pair), text, name)


def _is_template(pair: Pair) -> bool:
    is_named = pair.key == _TEMPLATE or pair.key.startswith(f"{_TEMPLATE}.")
    return is_named and pair.kind == _STRING and pair.end - pair.start <= _LONGEST_TEMPLATE


def _plain(pair: Pair) -> Scalar | None:
    return None if pair.value is None else scalar_of(pair.value, 400)
