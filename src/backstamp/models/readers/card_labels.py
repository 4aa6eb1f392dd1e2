"""States what labelled lines of model cards say: "**Developed by:** ...", "Original model: [...]".

Sources: the card templates of huggingface_hub and sentence-transformers, and the cards of those who quantise.
"""

from collections.abc import Iterator
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, is_hub_name
from backstamp.formats.card import Section
from backstamp.formats.cardtitles import Role, role_of
from backstamp.formats.inlinetext import fit, links_in, plain
from backstamp.formats.lineage import hub_dataset, hub_model
from backstamp.formats.markdown import Block, Code, Item, Paragraph, Table
from backstamp.formats.prose import devices_in, number_of
from backstamp.models.readers.card_front import BY

_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_TELL = Teller(BY, Method.PARSED, 0.6)
_WEAK = Teller(BY, Method.PARSED, 0.5)
_TEXTS = {
    "developed by": Trait.PRODUCER, "developer": Trait.PRODUCER, "developers": Trait.PRODUCER,
    "model developer": Trait.PRODUCER, "model developers": Trait.PRODUCER, "organization": Trait.PRODUCER,
    "desarrollado por": Trait.PRODUCER, "entwickelt von": Trait.PRODUCER,
    "d\u00e9velopp\u00e9 par": Trait.PRODUCER,
    "\u5f00\u53d1\u8005": Trait.PRODUCER, "created by": Trait.PRODUCER, "trained by": Trait.PRODUCER,
    "author": Trait.AUTHOR, "authors": Trait.AUTHOR, "autor": Trait.AUTHOR, "autores": Trait.AUTHOR,
    "quantized by": Trait.AUTHOR, "quantised by": Trait.AUTHOR, "converted by": Trait.AUTHOR,
    "model type": Trait.FAMILY, "tipo de modelo": Trait.FAMILY, "modelltyp": Trait.FAMILY,
    "type": Trait.FAMILY,
    "architecture type": Trait.FAMILY, "network architecture": Trait.FAMILY,
    "architecture": Trait.FAMILY, "model architecture": Trait.FAMILY, "name": Trait.NAME,
    "model version": Trait.VERSION, "version": Trait.VERSION, "model name": Trait.NAME,
    "intended use": Trait.USE, "intended use cases": Trait.USE, "uso previsto": Trait.USE,
    "primary use": Trait.USE,
    "out-of-scope": Trait.MISUSE, "out-of-scope use": Trait.MISUSE, "limitations": Trait.LIMITATION,
    "limitaciones": Trait.LIMITATION, "task": Trait.TASK, "tarea": Trait.TASK,
}  # fmt: skip
_LINKS = {
    "repository": "vcs", "repo": "vcs", "code": "vcs", "github": "vcs", "github repository": "vcs",
    "source code": "vcs",
    "repositorio": "vcs", "paper": "paper", "technical report": "paper", "arxiv": "paper",
    "art\u00edculo": "paper",
    "demo": "demo", "space": "demo", "blog": "website", "blog post": "website", "website": "website",
    "homepage": "website", "project page": "website", "documentation": "documentation",
    "docs": "documentation",
    "issues": "issues", "point of contact": "issues", "contact": "issues",
}  # fmt: skip
_BASES = {
    "finetuned from model": "finetune", "finetuned from": "finetune", "fine-tuned from model": "finetune",
    "fine-tuned from": "finetune", "finetuned from the model": "finetune", "fine-tuned from the model":
    "finetune",
    "base model": "", "base": "", "parent model": "", "original model": "", "source model": "",
    "modelo base": "",
    "ajustado a partir del modelo": "finetune", "basismodell": "", "mod\u00e8le de base": "",
    "\u57fa\u7840\u6a21\u578b": "",
    "quantized from": "quantized", "converted from": "converted", "distilled from": "distilled",
    "teacher model": "distilled",
}  # fmt: skip
# What generated cards link to is the library that wrote them.
_LIBRARIES = (
    "https://sbert.net", "https://www.sbert.net", "https://www.SBERT.net",
    "https://github.com/UKPLab/sentence-transformers", "https://github.com/huggingface/",
    "https://huggingface.co/models?library=", "https://huggingface.co/docs",
)  # fmt: skip
_LANGUAGES = frozenset({
    "language", "languages", "language(s)", "language(s) (nlp)", "language (nlp)", "languages (nlp)",
    "idioma", "idiomas",
    "supported languages", "sprache", "sprachen", "langue", "langues", "\u8bed\u8a00", "idioma(s)",
    "idioma(s) (nlp)",
})  # fmt: skip
_KEYS = ("feature", "property", "attribute", "field", "key", "item", "")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATASETS = frozenset({
    "dataset", "datasets", "training dataset", "training data", "pretrain dataset", "pretraining dataset",
    "fine-tuning dataset", "conjunto de datos",
})  # fmt: skip
_LICENSES = frozenset({"license", "licence", "licencia", "lizenz", "\u8bb8\u53ef\u8bc1", "licen\u00e7a"})
_TRIGGERS = frozenset(
    {"trigger word", "trigger words", "trigger phrase", "instance prompt", "activation word", "trigger"}
)


class Label(msgspec.Struct, frozen=True):
    """A labelled value: its label in small letters, the value in Markdown, and where it stands."""

    name: str
    value: str
    line: int


def labelled(section: Section, blob: Blob) -> Iterator[Statement]:
    """Yield what the labelled lines of a section say."""
    for label in labels_of(section):
        place = blob.at_line(label.line)
        text = plain(label.value)
        if not text or is_placeholder(text) or "more information needed" in text.lower():
            continue
        yield from _stated(label, text, section, place)


def labels_of(section: Section) -> Iterator[Label]:
    """Yield the labelled values of bullets, lines of paragraphs and tables of two columns."""
    for block in section.blocks:
        if isinstance(block, Item | Paragraph):
            for at, line in enumerate(block.text.split("\n")[:200]):
                found = _label().match(line[:6000])
                if found is not None:
                    name = (
                        plain(found[1])
                        .lower()
                        .replace("[optional]", "")
                        .replace("(optional)", "")
                        .strip(" :*")
                    )
                    yield Label(name, found[2], block.line + at)
        elif isinstance(block, Table) and (
            _is_of_labels(block)
            or section.role
            in (
                Role.DETAILS,
                Role.TITLE,
                Role.DESCRIPTION,
                Role.SOURCES,
            )
        ):
            for row, number in zip(block.rows[:200], block.lines, strict=False):
                if len(row) == 2:
                    yield Label(plain(row[0]).lower().strip(" :"), row[1], number)


def _stated(label: Label, text: str, section: Section, place: Location) -> Iterator[Statement]:
    name = label.name
    if name in _TEXTS and not (name in ("type", "version", "task") and section.role is Role.EVALUATION):
        trait = _TEXTS[name]
        if trait is Trait.FAMILY and len(text) > 80:
            return
        most = 2000 if trait in (Trait.USE, Trait.MISUSE, Trait.LIMITATION) else 200
        tell = _WEAK if name.startswith(("quanti", "convert", "type")) else _TELL
        yield tell.says(place, _MODEL, trait, fit(text, most).replace("\n", " "))
    elif name in _LANGUAGES:
        for word in _between().split(text)[:100]:
            word = word.strip(" .")
            if 1 < len(word) <= 40 and not any(c.isdigit() for c in word) and not is_placeholder(word):
                yield _TELL.says(place, _MODEL, Trait.LANGUAGE, shown(word))
    elif name in _LICENSES:
        called = text if len(text.split()) <= 6 else next((m[0] for m in _called().finditer(text)), "")
        if called:
            yield _TELL.says(place, _MODEL, Trait.LICENSE, shown(called))
        for link in list(links_in(label.value))[:1]:
            yield _TELL.says(place, _MODEL, Trait.LICENSE_URL, shown(link.url, 1000))
    elif name in _BASES:
        yield from _base(label, text, place)
    elif name in _LINKS:
        for link in list(links_in(label.value))[:5]:
            if link.url.startswith(_LIBRARIES):
                continue
            yield _TELL.says(place, _MODEL, Trait.LINK, shown(link.url, 1000), name=_LINKS[name])
    elif name in _DATASETS:
        yield from _data(label, text, section, place)
    elif name in _TRIGGERS:
        yield _TELL.says(place, _MODEL, Trait.INPUT, shown(text, 300), name="trigger")
    else:
        yield from _measured(name, text, section, place)


def is_labelled(block: Block) -> bool:
    """Say whether a paragraph or bullet is a labelled value of a kind that is stated on its own."""
    found = _label().match(block.text[:6000]) if isinstance(block, Paragraph | Item) else None
    name = plain(found[1]).lower().strip(" :*") if found is not None else ""
    return name in _TEXTS or name in _LANGUAGES or name in _LICENSES or name in _BASES


def spoken_links(section: Section, blob: Blob) -> Iterator[Statement]:
    """State links whose words say where they go: Paper, Code, "introduced in this paper"."""
    if section.role not in (Role.TITLE, Role.DESCRIPTION, Role.DETAILS, Role.SOURCES):
        return
    for block in section.blocks:
        if isinstance(block, Paragraph | Item) and not is_labelled(block):
            for link in list(links_in(block.text))[:50]:
                words = (
                    link.label.lower().removeprefix("this ").removeprefix("the ").removeprefix("our ").strip()
                )
                kind = _LINKS.get(words, "")
                if kind and kind != "issues" and not link.url.startswith(_LIBRARIES):
                    yield _WEAK.says(
                        blob.at_line(block.line), _MODEL, Trait.LINK, shown(link.url, 1000), name=kind
                    )


def _data(label: Label, text: str, section: Section, place: Location) -> Iterator[Statement]:
    """The data sets that a short label names: "Dataset: ImageNet-1k"."""
    if section.role is Role.EVALUATION or section.title.lower().startswith("training dataset"):
        return
    links = [hub_dataset(link.url) for link in links_in(label.value)]
    if any(links):
        for name in dict.fromkeys(filter(None, links)):
            part = Part(Kind.DATASET, f"huggingface:{name}")
            yield _TELL.links(place, _MODEL, Relation.TRAINED_ON, part)
    elif len(text) <= 60 and len(text.split()) <= 5 and not text.endswith("."):
        part = Part(
            Kind.DATASET,
            f"huggingface:{text}" if "/" in text and is_hub_name(text) else f"name:{shown(text)}",
        )
        yield _WEAK.says(place, part, Trait.NAME, shown(text))
        yield _WEAK.links(place, _MODEL, Relation.TRAINED_ON, part)


def _base(label: Label, text: str, place: Location) -> Iterator[Statement]:
    manner = _BASES[label.name]
    if not manner and label.name == "original model":
        manner = "quantized"
    names = [hub_model(link.url) for link in links_in(label.value)]
    if not any(names):
        words = [word.strip("`'\"(),;") for word in text.split()[:8]]
        names = (
            words
            if len(words) == 1 and is_hub_name(words[0])
            else [w for w in words if "/" in w and is_hub_name(w)]
        )
    for name in dict.fromkeys(filter(None, names)):
        target = Part(Kind.MODEL, f"huggingface:{name}")
        found = _commit().search(label.value)
        revision = found[1] if found else ""
        yield _TELL.links(place, _MODEL, Relation.DERIVED_FROM, target, manner=manner, revision=revision)


def _measured(name: str, text: str, section: Section, place: Location) -> Iterator[Statement]:
    """Numbers and the environment of training."""
    number = number_of(text.split(maxsplit=1)[0]) if text.strip() else None
    if name == "maximum sequence length" and isinstance(number, int):
        yield _TELL.says(place, _MODEL, Trait.DIMENSION, number, name="max_seq_length")
    elif name == "output dimensionality" and isinstance(number, int):
        yield _TELL.says(place, _MODEL, Trait.DIMENSION, number, name="embedding_dimension")
    elif name in ("hardware type", "hardware", "hardware used", "gpu", "gpus", "tipo de hardware"):
        if section.role in (Role.ENVIRONMENT, Role.COMPUTE, Role.TRAINING, Role.SETTINGS):
            found = [device.name for device in devices_in(text)] or (
                [shown(text, 100)] if len(text) <= 60 else []
            )
            for device in dict.fromkeys(found):
                part = Part(Kind.HARDWARE, "name:" + device)
                yield _TELL.says(place, part, Trait.NAME, device)
                yield _TELL.links(place, _RUN, Relation.RAN_ON, part)
    elif name in ("hours used", "horas utilizadas") and number is not None and number > 0:
        yield _TELL.says(place, _RUN, Trait.DURATION, number * 3600)
    elif name in ("cloud provider", "proveedor de nube"):
        yield _TELL.says(place, _RUN, Trait.PROVIDER, shown(text))
    elif name in ("compute region", "regi\u00f3n de c\u00f3mputo", "region"):
        yield _TELL.says(place, _RUN, Trait.REGION, shown(text))
    elif (
        name in ("carbon emitted", "co2 emissions", "carbono emitido")
        and (kilograms := _kilograms(text)) is not None
    ):
        yield _TELL.says(place, _RUN, Trait.EMISSIONS, kilograms)
    elif name in ("release date", "model date", "date", "model release date") and (day := _day(text)):
        yield _TELL.says(place, _MODEL, Trait.RELEASED, day)


def _day(text: str) -> str:
    """Read a date: 2024-07-23, or July 23, 2024; empty if it is neither."""
    found = _date().search(text)
    if found is not None:
        return found[0]
    spoken = _spoken_date().search(text)
    if spoken is None or not 1 <= int(spoken[2]) <= 31:
        return ""
    return f"{spoken[3]}-{_MONTHS.index(spoken[1][:3].lower()) + 1:02}-{int(spoken[2]):02}"


def _is_of_labels(table: Table) -> bool:
    """Say whether the header of a table says that each row is a label with its value."""
    header = tuple(plain(cell).lower() for cell in table.rows[0])
    return len(header) == 2 and header[0] in _KEYS and header[1] in ("value", "description", "details", "")


def _kilograms(text: str) -> float | None:
    found = _mass().search(text)
    number = number_of(found[1]) if found else None
    if found is None or number is None or number <= 0:
        return None
    unit = found[2].lower()
    return round(number * (1000 if unit.startswith("t") else 0.001 if unit.startswith("g") else 1), 9)


def cited(section: Section, blob: Blob) -> Iterator[Statement]:
    """Yield the papers of a section on citing, and a licence that a section on it names.

    What stands under a heading of its own there is what the authors built on, not their paper.
    """
    if section.role is Role.CITATION and role_of(section.title) is Role.CITATION:
        yield from _papers(section, blob)
    elif section.role is Role.LICENSE:
        for block in section.blocks:
            if isinstance(block, Paragraph | Item) and (found := _licence().search(plain(block.text))):
                yield _WEAK.says(
                    blob.at_line(block.line), _MODEL, Trait.LICENSE, shown(" ".join(found[0].split()))
                )
                return


def _papers(section: Section, blob: Blob) -> Iterator[Statement]:
    before = ""
    for block in section.blocks:
        if isinstance(block, Paragraph | Item):
            before = plain(block.text).lower()
            for link in links_in(block.text):
                if any(
                    host in link.url
                    for host in ("arxiv.org/", "doi.org/", "aclanthology.org/", "openreview.net/")
                ):
                    yield _WEAK.says(
                        blob.at_line(block.line), _MODEL, Trait.LINK, shown(link.url, 1000), name="paper"
                    )
        elif isinstance(block, Code) and "@" in block.text[:200] and not before.startswith("cite "):
            place = blob.at_line(block.line)
            doi, arxiv = _doi().search(block.text[:20_000]), _arxiv().search(block.text[:20_000])
            if arxiv is not None:
                yield _WEAK.says(place, _MODEL, Trait.IDENTIFIER, arxiv[1], name="arxiv")
                yield _WEAK.says(place, _MODEL, Trait.LINK, f"https://arxiv.org/abs/{arxiv[1]}", name="paper")
            if doi is not None:
                yield _WEAK.says(place, _MODEL, Trait.IDENTIFIER, shown(doi[1]), name="doi")
                yield _WEAK.says(place, _MODEL, Trait.LINK, f"https://doi.org/{shown(doi[1])}", name="paper")
            return


@cache
def _label() -> Pattern[str]:
    import re

    return re.compile(
        r"\s{0,8}(?:[-*+]\s{1,4})?(?:<(?:li|p|br ?/?)>\s?){0,3}(?:[^\w\s*<`]{1,4}\s{1,2})?"
        r"(?:\*\*|__|<b>|<strong>)?\s?([^*:_\n|<>]{2,60}?)\s?(?:\*\*|__|</b>"
        r"|</strong>)?\s?(?:\[optional\])?\s?"
        r"(?::|\uff1a|(?<=\*\*)(?=\s\S))\s?(?:\*\*|__|</b>|</strong>)?\s{0,4}(\S.*)$"
    )


@cache
def _between() -> Pattern[str]:
    import re

    return re.compile(r"\s*(?:[,;/|\u3001\uff0c]|\s(?:and|und|y|et|&)\s)\s*")


@cache
def _commit() -> Pattern[str]:
    import re

    return re.compile(r"\(revision ([0-9a-f]{40})\)")


@cache
def _mass() -> Pattern[str]:
    import re

    return re.compile(
        r"(\d{1,12}(?:[.,]\d{1,6})?)\s?(kg|kilograms?|t(?:ons?|onnes?|CO2\w{0,3})?|g(?:rams?)?)(?![a-z])",
        re.IGNORECASE,
    )


@cache
def _date() -> Pattern[str]:
    import re

    return re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?\b")


@cache
def _spoken_date() -> Pattern[str]:
    import re

    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    return re.compile(rf"\b({months})\s(\d{{1,2}}),?\s((?:19|20)\d\d)\b")


@cache
def _called() -> Pattern[str]:
    import re

    return re.compile(r"[A-Z][\w.-]{0,30}(?: [A-Z0-9][\w.-]{0,30}){0,5} Licen[sc]e(?: Agreement)?\b")


@cache
def _doi() -> Pattern[str]:
    import re

    return re.compile(
        r"\bdoi\s{0,10}=\s{0,10}[{\"](?:https?://doi\.org/)?(10\.\d{4,9}/[^\s\"{}]{1,150})[}\"]",
        re.IGNORECASE,
    )


@cache
def _arxiv() -> Pattern[str]:
    import re

    return re.compile(
        r"(?:arxiv[:\s./]{1,3}(?:abs/|pdf/)?|eprint\s{0,10}=\s{0,10}[{\"])(\d{4}\.\d{4,5})", re.IGNORECASE
    )


@cache
def _licence() -> Pattern[str]:
    import re

    return re.compile(
        r"\b(?:Apache[- ]?(?:License)?,?\s?(?:Version\s)?-?2\.0|MIT(?=\s[Ll]icen|\.|$)"
        r"|CC[- ]BY(?:[- ](?:NC|SA|ND)){0,2}[- ]?\d\.\d|CC0(?:[- ]1\.0)?"
        r"|A?L?GPL[- ]?v?[23](?:\.0)?|BSD[- ][23][- ]Clause|MPL[- ]2\.0"
        r"|(?:Meta )?Llama [\d.]{1,4} Community License|Gemma Terms of Use"
        r"|(?:BigScience |CreativeML )?Open ?RAIL(?:[-+]{1,2}M)?)\b|\bMIT$"
    )
