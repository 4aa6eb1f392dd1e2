"""What the prose of a data set's card says, by its headings and labelled bullets.

Sources: the dataset card template of the Hugging Face Hub; the questions of "Datasheets for Datasets".
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Kind, Method, Part, Stated, Teller, Trait
from backstamp.data.worded import worded
from backstamp.formats.datacard import DataCard, Section

_DATA = Part(Kind.DATASET)
_SHORT = 40  # a heading with less text below it than this has none of its own, unless it answers

# The first entry whose words are in a heading decides; the narrow ones stand before the wide ones.
_HEADINGS: tuple[tuple[str, Trait], ...] = (
    ("out-of-scope", Trait.MISUSE),
    ("out of scope", Trait.MISUSE),
    ("should not be used", Trait.MISUSE),
    ("misuse", Trait.MISUSE),
    ("prohibited use", Trait.MISUSE),
    ("recommendation", Trait.ADVICE),
    ("personal and sensitive", Trait.SENSITIVITY),
    ("sensitive information", Trait.SENSITIVITY),
    ("confidential", Trait.SENSITIVITY),
    ("privacy", Trait.SENSITIVITY),
    ("personally identif", Trait.SENSITIVITY),
    ("identify individuals", Trait.SENSITIVITY),
    ("relate to people", Trait.SENSITIVITY),
    ("might cause anxiety", Trait.SENSITIVITY),
    ("consent", Trait.SENSITIVITY),
    ("bias, risks", Trait.LIMITATION),
    ("risks and limitations", Trait.LIMITATION),
    ("limitation", Trait.LIMITATION),
    ("errors, sources of noise", Trait.LIMITATION),
    ("bias", Trait.BIAS),
    ("social impact", Trait.RISK),
    ("ethical consideration", Trait.RISK),
    ("impact future uses", Trait.RISK),
    ("considerations for using", Trait.LIMITATION),
    ("preprocess", Trait.PREPROCESSING),
    ("pre-process", Trait.PREPROCESSING),
    ("data cleaning", Trait.PREPROCESSING),
    ("deduplication", Trait.PREPROCESSING),
    ("filtering", Trait.PREPROCESSING),
    ("annotat", Trait.ANNOTATION),
    ("labeling", Trait.ANNOTATION),
    ("labelling", Trait.ANNOTATION),
    ("curation rationale", Trait.COLLECTION),
    ("motivation", Trait.COLLECTION),
    ("for what purpose", Trait.COLLECTION),
    ("source data", Trait.COLLECTION),
    ("source language producers", Trait.COLLECTION),
    ("data collection", Trait.COLLECTION),
    ("collection process", Trait.COLLECTION),
    ("data sources", Trait.COLLECTION),
    ("dataset creation", Trait.COLLECTION),
    ("how was the data", Trait.COLLECTION),
    ("sampling strategy", Trait.COLLECTION),
    ("what mechanisms", Trait.COLLECTION),
    ("time frame", Trait.COLLECTION),
    ("timeframe", Trait.COLLECTION),
    ("data acquired", Trait.COLLECTION),
    ("direct use", Trait.USE),
    ("intended use", Trait.USE),
    ("used for any tasks", Trait.USE),
    ("tasks could the dataset", Trait.USE),
    ("supported tasks", Trait.USE),
    ("use cases", Trait.USE),
    ("uses", Trait.USE),
    ("dataset summary", Trait.DESCRIPTION),
    ("dataset description", Trait.DESCRIPTION),
    ("dataset details", Trait.DESCRIPTION),
    ("about the dataset", Trait.DESCRIPTION),
    ("about this dataset", Trait.DESCRIPTION),
    ("summary", Trait.DESCRIPTION),
    ("overview", Trait.DESCRIPTION),
    ("introduction", Trait.DESCRIPTION),
)
_BULLETS: tuple[tuple[str, Trait, str], ...] = (
    ("curated by", Trait.AUTHOR, ""),
    ("language", Trait.LANGUAGE, ""),
    ("license", Trait.LICENSE, ""),
    ("repository", Trait.LINK, "vcs"),
    ("paper", Trait.LINK, "paper"),
    ("demo", Trait.LINK, "demo"),
    ("homepage", Trait.LINK, "website"),
    ("leaderboard", Trait.LINK, "website"),
)
_LICENSE = ("licensing information", "license", "licence", "licensing")


def prose_statements(blob: Blob, card: DataCard, by: str, *, has_license: bool) -> Iterator[Stated]:
    """State what the sections and bullets of a card say."""
    tell = Teller(by, Method.PARSED, 0.6)
    is_described = False
    for section in card.sections:
        text = _without_bullets(section)
        place = blob.at_line(section.line)
        trait = trait_of(section.title)
        if trait is Trait.DESCRIPTION:
            if is_described or len(text) < _SHORT:
                continue
            is_described = True
        if trait is not None and text and not _is_empty(text):
            yield from worded(tell, place, _DATA, trait, text)
        elif not has_license and section.title.lower() in _LICENSE:
            yield from _license(tell, place, text)
    first = next((s for s in card.sections if s.level <= 1 and len(_without_bullets(s)) >= _SHORT), None)
    if not is_described and first is not None:
        text = _without_bullets(first)
        yield from worded(tell, blob.at_line(first.line), _DATA, Trait.DESCRIPTION, text)
    yield from _bullet_statements(blob, card, tell, has_license=has_license)


def trait_of(title: str) -> Trait | None:
    """Say what stands below a heading."""
    lowered = title.lower()
    return next((trait for words, trait in _HEADINGS if words in lowered), None)


def _license(tell: Teller, place: Location, text: str) -> Iterator[Stated]:
    line = text.split("\n", 1)[0].strip(" .")
    if 0 < len(line) < 80:
        yield from worded(tell, place, _DATA, Trait.LICENSE, line)


def _bullet_statements(blob: Blob, card: DataCard, tell: Teller, *, has_license: bool) -> Iterator[Stated]:
    for bullet in card.bullets:
        label = bullet.label.lower()
        for words, trait, name in _BULLETS:
            if not label.startswith(words) or (trait is Trait.LICENSE and has_license):
                continue
            value = bullet.value.strip("<> ")
            is_link = value.startswith(("http://", "https://")) and not any(map(str.isspace, value))
            if len(value) < 300 and (trait is not Trait.LINK or is_link) and not is_placeholder(value):
                yield from worded(tell, blob.at_line(bullet.line), _DATA, trait, value, name=name)
            break


def _without_bullets(section: Section) -> str:
    """Leave out bullets that name a field, when the rest is what the section says."""
    lines = section.text.split("\n")
    labels = tuple(words for words, _, _ in _BULLETS)
    kept = [line for line in lines if not _is_field(line, labels)]
    return "\n".join(kept).strip()


def _is_field(line: str, labels: tuple[str, ...]) -> bool:
    bare = line.strip().lstrip("-*+ ").lower()
    return bare.partition(":")[0].startswith(labels) and ":" in bare[:60]


def _is_empty(text: str) -> bool:
    return is_placeholder(text) or all(is_placeholder(line) for line in text.split("\n") if line.strip())
