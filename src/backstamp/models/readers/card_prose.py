"""States what the sections of a model card say in prose.

What stands under a heading for it is taken for what the heading says; settings and hardware only count where
training is spoken of. What templates write by themselves, and code, is left out.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.formats.card import Card, Section
from backstamp.formats.cardtitles import Role, role_of
from backstamp.formats.inlinetext import bounded, fit, links_in, plain, sentences_of
from backstamp.formats.lineage import hub_dataset, hub_model, origins_in
from backstamp.formats.markdown import Block, Code, Item, Paragraph, Table
from backstamp.formats.prose import number_of
from backstamp.formats.trainingconfig import Tool, tool_of
from backstamp.formats.yamltext import document_of
from backstamp.models.readers.card_front import BY, dataset_part, is_adapter, is_local_name
from backstamp.models.readers.card_labels import cited, is_labelled, labelled, spoken_links
from backstamp.models.readers.card_tables import data_table, metric_table, settings_table
from backstamp.models.readers.card_training import trained
from backstamp.models.readers.card_usage import page_shown
from backstamp.models.readers.training_config import intended, line_of

_MODEL = Part(Kind.MODEL)
_PROSE = Teller(BY, Method.PARSED, 0.6)
_WEAK = Teller(BY, Method.PARSED, 0.5)
_FIXED = Teller(BY, Method.PARSED, 0.8)  # written by a tool, always in the same layout
_NOTES = {
    Role.USE: Trait.USE,
    Role.MISUSE: Trait.MISUSE,
    Role.LIMITATION: Trait.LIMITATION,
    Role.BIAS: Trait.BIAS,
    Role.RISK: Trait.RISK,
    Role.ADVICE: Trait.ADVICE,
    Role.USERS: Trait.USER,
    Role.TRAINING_DATA: Trait.TRAINING_NOTE,
    Role.TRAINING: Trait.TRAINING_NOTE,
    Role.PREPROCESSING: Trait.PREPROCESSING,
    Role.EVALUATION: Trait.EVALUATION_NOTE,
}
# Sentences of templates: of huggingface_hub, transformers, peft, TRL. They say nothing of this model.
_TEMPLATES = (
    "more information needed", "more information is needed", "this modelcard aims to be a base template",
    "this is the model card of a", "carbon emissions can be estimated using",
    "use the code below to get started",
    "this model card has been automatically generated", "this model card was automatically generated",
    "the following hyperparameters were used", "it achieves the following results",
    "if you use this model, please",
    "using llama.cpp release", "trained 2x faster with",
    "provide a quick summary", "provide a longer summary",
    "this section describes",
    "this section is meant to",
    "this section provides", "this should link to", "these are the evaluation metrics",
)  # fmt: skip
_SPOKEN = (
    Role.TITLE,
    Role.DESCRIPTION,
    Role.DETAILS,
    Role.TRAINING,
    Role.TRAINING_DATA,
    Role.OTHER,
    Role.SOURCES,
)
_NO_NAMES = frozenset(
    {"this", "our", "a", "training", "evaluation", "the", "full", "custom", "public", "an", "each", "no"}
)
_APPROACHES = (
    ("self-supervised", "self-supervised"), ("self supervised", "self-supervised"),
    ("reinforcement learning", "reinforcement-learning"), ("rlhf", "reinforcement-learning"),
    ("semi-supervised", "semi-supervised"), ("unsupervised", "unsupervised"),
    ("supervised fine-tun", "supervised"), ("supervised finetun", "supervised"),
    ("supervised learning", "supervised"),
    ("masked language model", "self-supervised"), ("contrastive", "self-supervised"),
)  # fmt: skip


def described(card: Card, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Yield what the sections of a card say."""
    title = next((s.title for s in card.sections if s.role is Role.TITLE and s.title), "")
    yield from _named(card, blob)
    first = first_words(card)
    if first is not None:
        yield _PROSE.says(blob.at_line(first[1]), _MODEL, Trait.DESCRIPTION, first[0])
    yield from _approach(card, blob)
    yield from page_shown(card, blob)
    adapts = is_adapter(card.front.tree if card.front else None)
    for section in card.sections:
        budget.spend_operations(sum(_size(block) for block in section.blocks) // 4 + 1)
        if section.role in (Role.USAGE, Role.LICENSE, Role.AUTHORS):
            yield from cited(section, blob)
            continue
        yield from labelled(section, blob)
        yield from cited(section, blob)
        yield from spoken_links(section, blob)
        yield from _note(section, blob)
        yield from _origins(section, blob, is_adapter=adapts)
        yield from _tables(section, title, blob)
        yield from _data_links(section, blob)
        yield from _described_data(section, blob)
        yield from _triggered(section, blob)
        if section.role is Role.USE:
            yield from _between_uses(section, blob)
        elif section.role in (Role.TITLE, Role.DESCRIPTION, Role.DETAILS):
            yield from _limits(section, blob)
        yield from _configurations(section, blob, budget)
    yield from trained(card, blob)


def _configurations(section: Section, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Read the configuration that axolotl and mergekit show in the cards that they write."""
    for block in section.blocks:
        if not isinstance(block, Code) or block.language not in ("yaml", "yml"):
            continue
        try:
            document = document_of(block.text, budget)
        except BudgetExceeded:
            raise
        except ReadError:
            continue
        tool = tool_of(document.tree)
        if tool in (Tool.AXOLOTL, Tool.MERGEKIT, Tool.LLAMA_FACTORY) and isinstance(document.tree, dict):

            def at(pointer: str, lines: dict[str, int] = document.lines, start: int = block.line) -> Location:
                return blob.at_line(start + line_of(lines, pointer))

            yield from intended(document.tree, tool, at, _FIXED, _MODEL)


def first_words(card: Card) -> tuple[str, int] | None:
    """Give the first paragraph that says what this is, and its line."""
    weaker: tuple[str, int] | None = None
    for section in card.sections:
        if section.role not in (Role.TITLE, Role.DESCRIPTION, Role.DETAILS):
            continue
        for block in section.blocks:
            if not isinstance(block, Paragraph):
                continue
            text = _said(block)
            if _is_sentence(text, block.text):
                found = (fit(text), block.line)
                if len(text) >= 60 or not text.isascii() or section.role is Role.DESCRIPTION:
                    return found
                weaker = weaker or found
    return weaker


def _is_sentence(text: str, raw: str) -> bool:
    """Tell sentences from rows of badges and links, and from labels."""
    if len(text) < (20 if text.isascii() else 10) or is_placeholder(text) or text.endswith(":"):
        return False
    linked = sum(len(link.label) for link in links_in(raw))
    words = text.split()
    return linked * 2 < len(text) and (len(words) >= 4 or not text.isascii()) and "|" not in text[:80]


def _named(card: Card, blob: Blob) -> Iterator[Statement]:
    for section in card.sections:
        if section.role is Role.TITLE and section.title and section.level:
            name = section.title
            for start in ("Model Card for ", "Model card for ", "Model Card: ", "Model Card - "):
                name = name.removeprefix(start)
            is_name = 1 < len(name) <= 100 and not is_placeholder(name) and role_of(name) is Role.OTHER
            is_name = is_name and not is_local_name(name) and "://" not in name
            if is_name and name.lower() != "model card" and "model id" not in name.lower():
                yield _WEAK.says(blob.at_line(section.line), _MODEL, Trait.NAME, shown(name.strip(" :"), 100))
            return


def _note(section: Section, blob: Blob) -> Iterator[Statement]:
    """State what stands in a section for what its heading says."""
    trait = _NOTES.get(section.role)
    if trait is None:
        return
    kept: list[str] = []
    line = 0
    for block in section.blocks:
        text = "" if is_labelled(block) else _said(block)
        if text and not (section.role in (Role.TRAINING, Role.EVALUATION) and _is_entry(block)):
            kept.append(f"- {text}" if isinstance(block, Item) else text)
            line = line or getattr(block, "line", section.line)
    if section.role is Role.USE:
        kept = [text for text in kept if not _limit().search(text) or len(text) > 400]
    text = fit("\n".join(kept)) if kept else ""
    if len(text) < (12 if text.isascii() else 6) or is_placeholder(text) or text.endswith(":"):
        return
    place = blob.at_line(line)
    title = section.title.lower()
    yield _PROSE.says(place, _MODEL, trait, text)
    if "limit" in title and section.role in (Role.RISK, Role.BIAS):
        yield _WEAK.says(place, _MODEL, Trait.LIMITATION, text)
    if section.role is Role.RISK and "bias" in title:
        yield _WEAK.says(place, _MODEL, Trait.BIAS, text)


def _is_entry(block: Block) -> bool:
    """A bullet with a colon in a section of numbers is a value, not prose."""
    return isinstance(block, Item) and ":" in block.text[:60]


def _between_uses(section: Section, blob: Blob) -> Iterator[Statement]:
    """In a section on use, some sentences say what the model is not for, or what it cannot do."""
    for block in section.blocks:
        if not isinstance(block, Paragraph | Item):
            continue
        for sentence in sentences_of(_said(block)):
            if _misuse().search(sentence):
                yield _WEAK.says(blob.at_line(block.line), _MODEL, Trait.MISUSE, fit(sentence))
            elif _limit().search(sentence):
                yield _WEAK.says(blob.at_line(block.line), _MODEL, Trait.LIMITATION, fit(sentence))


def _limits(section: Section, blob: Blob) -> Iterator[Statement]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            for sentence in sentences_of(_said(block)):
                if _clear_limit().search(sentence):
                    yield _WEAK.says(blob.at_line(block.line), _MODEL, Trait.LIMITATION, fit(sentence))


def _origins(section: Section, blob: Blob, *, is_adapter: bool) -> Iterator[Statement]:
    """State out of which models this one was made. The first sentence of Trainer's cards has a fixed form."""
    if section.role not in _SPOKEN or "merged" in section.title.lower():
        if "merged" not in section.title.lower():
            return
        yield from _merged(section, blob)
        return
    for block in section.blocks:
        if isinstance(block, Paragraph | Item):
            is_fixed = block.text.startswith("This model is a fine-tuned version of [")
            for origin in origins_in(block.text):
                tell = _FIXED if is_fixed else _PROSE if origin.manner else _WEAK
                target = Part(Kind.MODEL, f"huggingface:{origin.name}")
                manner = "adapter" if is_adapter and origin.manner == "finetune" else origin.manner
                yield tell.links(
                    blob.at_line(block.line), _MODEL, Relation.DERIVED_FROM, target, manner=manner
                )


def _merged(section: Section, blob: Blob) -> Iterator[Statement]:
    """The list of models of a card of mergekit."""
    for block in section.blocks:
        if isinstance(block, Item):
            for link in links_in(block.text):
                name = hub_model(link.url)
                if name:
                    target = Part(Kind.MODEL, f"huggingface:{name}")
                    yield _FIXED.links(
                        blob.at_line(block.line), _MODEL, Relation.DERIVED_FROM, target, manner="merge"
                    )


def _data_links(section: Section, blob: Blob) -> Iterator[Statement]:
    """State the data sets that sections on data and results link to or name, and that of a trainer."""
    for block in section.blocks:
        if not isinstance(block, Paragraph | Item):
            continue
        if section.role in (Role.TITLE, Role.DESCRIPTION) and (found := _trainer().search(block.text)):
            url = hub_dataset(found[2] or "")
            name = url or ("" if found[2] else found[3] or "")
            part = (
                dataset_part(name) if name and name.lower() not in ("an unknown", "unknown", "none") else None
            )
            if part is not None:
                yield _FIXED.links(blob.at_line(block.line), _MODEL, Relation.TRAINED_ON, part)
            continue
        is_data = section.role in (Role.TRAINING_DATA, Role.TRAINING)
        relation = Relation.TRAINED_ON if is_data else Relation.TESTED_ON
        if is_data or section.role in (Role.TITLE, Role.DESCRIPTION):
            yield from _data_names(block, blob)
            yield from _linked_data(block, blob)
        if not is_data and section.role is not Role.EVALUATION:
            continue
        for link in links_in(block.text):
            if name := hub_dataset(link.url):
                part = Part(Kind.DATASET, f"huggingface:{name}")
                yield _PROSE.links(blob.at_line(block.line), _MODEL, relation, part)


def _described_data(section: Section, blob: Blob) -> Iterator[Statement]:
    """The list that sentence-transformers writes of a data set: its commit and how many samples were used."""
    part: Part | None = None
    for block in section.blocks:
        if not isinstance(block, Item):
            continue
        for link in links_in(block.text) if block.text.startswith("Dataset:") else ():
            if name := hub_dataset(link.url):
                part = Part(Kind.DATASET, f"huggingface:{name}")
                commit = link.url.rpartition("/tree/")[2]
                if len(commit) == 40 and commit.isalnum():
                    yield _FIXED.says(blob.at_line(block.line), part, Trait.REVISION, commit)
        rows = _samples().match(plain(block.text))
        if part is not None and rows is not None and (number := number_of(rows[1])) is not None:
            scope = "train" if rows[2] == "training" else "evaluation"
            yield _FIXED.says(blob.at_line(block.line), part, Trait.ROWS, number, scope=scope)


def _triggered(section: Section, blob: Blob) -> Iterator[Statement]:
    """The words that diffusers' cards say an adapter of a picture model listens to."""
    for block in section.blocks:
        if isinstance(block, Paragraph) and (found := _trigger().match(plain(block.text))):
            yield _FIXED.says(
                blob.at_line(block.line), _MODEL, Trait.INPUT, shown(found[1], 200), name="trigger"
            )


def _data_names(block: Paragraph | Item, blob: Blob) -> Iterator[Statement]:
    """State data sets that a sentence names: "trained on the MPtrj dataset"."""
    for sentence in list(sentences_of(plain(block.text)))[:50]:
        lower = sentence.lower()
        if "evaluat" in lower or "tested" in lower:
            continue
        for found in list(_on_named_data().finditer(sentence))[:20]:
            name = found[1].strip()
            is_about = found.start() == 0 or "train" in lower or "tun" in lower
            if is_about and not is_placeholder(name) and name.lower() not in _NO_NAMES:
                part = Part(Kind.DATASET, "name:" + shown(name, 100))
                yield _WEAK.says(blob.at_line(block.line), part, Trait.NAME, shown(name, 100))
                yield _WEAK.links(blob.at_line(block.line), _MODEL, Relation.TRAINED_ON, part)


def _linked_data(block: Paragraph | Item, blob: Blob) -> Iterator[Statement]:
    """State data sets that a sentence links to: "pretrained on [BookCorpus](https://...)"."""
    for found in list(_on_linked_data().finditer(block.text))[:20]:
        name, url = shown(plain(found[1]), 100), found[2]
        if hub_model(url) or "arxiv.org/" in url or is_placeholder(name):
            continue
        hub = hub_dataset(url)
        part = Part(Kind.DATASET, f"huggingface:{hub}" if hub else f"url:{shown(url, 500)}")
        yield _WEAK.says(blob.at_line(block.line), part, Trait.NAME, name)
        yield _WEAK.links(blob.at_line(block.line), _MODEL, Relation.TRAINED_ON, part)


def _tables(section: Section, title: str, blob: Blob) -> Iterator[Statement]:
    scope = ""
    for block in section.blocks:
        if isinstance(block, Item) and (found := _on_data().match(plain(block.text))):
            scope = shown(found[1], 100)
        if not isinstance(block, Table):
            continue
        if section.role in (Role.TRAINING_DATA, Role.TRAINING):
            yield from data_table(block, blob)
        if section.role in (Role.SETTINGS, Role.TRAINING):
            yield from settings_table(block, blob)
        if section.role is Role.EVALUATION and "training" not in section.title.lower():
            yield from metric_table(block, blob, title, scope, 0.8 if scope else 0.6)


def _approach(card: Card, blob: Blob) -> Iterator[Statement]:
    for section in card.sections:
        if section.role not in (Role.TITLE, Role.DESCRIPTION, Role.DETAILS, Role.TRAINING):
            continue
        for block in section.blocks:
            if isinstance(block, Paragraph):
                text = plain(block.text).lower()
                found = next((value for word, value in _APPROACHES if word in text), "")
                if found:
                    yield _WEAK.says(blob.at_line(block.line), _MODEL, Trait.APPROACH, found)
                    return


def _said(block: Block) -> str:
    """The text of a paragraph or item; empty where it is a template's."""
    if not isinstance(block, Paragraph | Item):
        return ""
    text = plain(block.text)
    start = text[:400].lower()
    if is_placeholder(text) or "{{" in text or any(words in start for words in _TEMPLATES):
        return ""
    label, found, value = text.partition(":")
    if found and len(label) < 60 and is_placeholder(value.strip() or "-") and isinstance(block, Item):
        return ""
    return bounded(text, 4000)


def _size(block: Block) -> int:
    return sum(map(len, block.rows)) * 16 if isinstance(block, Table) else len(block.text)


@cache
def _misuse() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:should not be used|must not be used|is not (?:intended|meant|designed|suitable)"
        r"|are not intended|do not use"
        r"|not be used (?:for|to|in)|no debe (?:usarse|utilizarse)|nicht (?:f\u00fcr|geeignet))\b",
        re.IGNORECASE,
    )


@cache
def _limit() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:truncated|limitations?|cannot|can not|does not (?:support|work|perform|generali[sz]e)"
        r"|may (?:produce|generate|not"
        r"|exhibit|contain|fail|struggle)|only supports?|struggles?|performs? poorly|not able to"
        r"|limited to)\b",
        re.IGNORECASE,
    )


@cache
def _clear_limit() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:is truncated|are truncated|will be truncated|known limitation|does not support"
        r"|only supports)\b",
        re.IGNORECASE,
    )


@cache
def _trainer() -> Pattern[str]:
    import re

    return re.compile(
        r"fine-?tuned (?:version"
        r"|model) of .{1,400}? on (?:the )?(?:\[([^\[\]]{1,200})\]\((https?://[^()\s]{1,400})\)"
        r"|(\S{1,100}(?: \S{1,40})?)) dataset"
    )


@cache
def _on_named_data() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:\b(?:on|using|with) (?:the )?|^(?:The )?)"
        r"([A-Z][\w.+-]{1,40}(?: [A-Z0-9][\w.+-]{0,30}){0,3}) (?:dataset|data set|corpus)\b"
    )


@cache
def _on_linked_data() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:pre-?)?(?:trained|tuned|training|tuning)\s+on\s+(?:the\s+|a\s+)?\[([^\[\]]{1,80})\]\((https?://[^()\s]{1,300})\)"
    )


@cache
def _samples() -> Pattern[str]:
    import re

    return re.compile(r"Size: ([\d,]{1,15}) (training|evaluation) samples$")


@cache
def _trigger() -> Pattern[str]:
    import re

    return re.compile(r"You should use (.{1,200}?) to trigger the image generation")


@cache
def _on_data() -> Pattern[str]:
    import re

    return re.compile(r"Datasets?:\s*(\S[^\n]{0,150})")
