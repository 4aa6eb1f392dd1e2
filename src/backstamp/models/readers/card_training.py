"""States how a model was trained, by what its card says: settings, hardware, versions, results.

Lists that tools write have a fixed layout and are trusted more than sentences.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Scalar, Teller, Trait
from backstamp.formats.card import Card, Section
from backstamp.formats.cardtitles import Role
from backstamp.formats.hyperparameters import canonical, is_name, value_of
from backstamp.formats.inlinetext import plain, sentences_of
from backstamp.formats.markdown import Item, Paragraph
from backstamp.formats.prose import devices_in, number_of, seconds_in, settings_in
from backstamp.models.readers.card_front import BY

_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_FIXED = Teller(BY, Method.PARSED, 0.8)
_PROSE = Teller(BY, Method.PARSED, 0.6)
_WEAK = Teller(BY, Method.PARSED, 0.5)
_OF_TRAINING = (
    Role.TRAINING,
    Role.SETTINGS,
    Role.COMPUTE,
    Role.ENVIRONMENT,
    Role.TRAINING_DATA,
    Role.PREPROCESSING,
)
_SPOKEN = (Role.TITLE, Role.DESCRIPTION, Role.DETAILS, Role.OTHER)
_TRAINS = ("train", "fine-tun", "finetun", "entren", "entraîn", "trainiert", "infrastructure", "训练")
_NOT_TRAINING = ("inference", "generation", "evaluat", "deploy", "serving", "latency", "run the model")
_MOST = 300


def trained(card: Card, blob: Blob) -> Iterator[Statement]:
    """Yield what a card says of the run; settings that differ later get their section as scope."""
    said: dict[str, tuple[Scalar, str]] = {}
    first: Location | None = None
    for section in card.sections:
        for statement in _of_section(section, blob, said):
            first = first or _place(statement)
            yield statement
    if first is not None:
        yield _WEAK.links(first, _MODEL, Relation.MADE_BY, _RUN)


def _place(statement: Statement) -> Location | None:
    part = getattr(statement, "part", None)
    return getattr(statement, "place", None) if part == _RUN else None


def _of_section(section: Section, blob: Blob, said: dict[str, tuple[Scalar, str]]) -> Iterator[Statement]:
    if section.role is Role.VERSIONS:
        yield from _versions(section, blob)
        return
    is_of_training = section.role in _OF_TRAINING
    yield from _results(section, blob)
    if not is_of_training and section.role not in _SPOKEN:
        return
    if section.title.lower().startswith("all hyperparam"):
        return
    is_fixed = False
    for block in section.blocks:
        if not isinstance(block, Paragraph | Item):
            continue
        place = blob.at_line(block.line)
        if isinstance(block, Paragraph):
            is_fixed = "hyperparameters were used during training" in block.text
        elif section.role is Role.SETTINGS and (pair := _pair(block.text)) is not None:
            is_listed = is_fixed or "non-default" in section.title.lower()
            yield from _setting(*pair, place, section, said, _FIXED if is_listed else _PROSE)
            continue
        elif (
            section.role is Role.TRAINING
            and (pair := _pair(block.text)) is not None
            and pair[0] == "precision"
        ):
            yield from _setting(*pair, place, section, said, _PROSE)
            continue
        yield from _sentences(block, section, place, said, is_of_training=is_of_training)


def _sentences(
    block: Paragraph | Item,
    section: Section,
    place: Location,
    said: dict[str, tuple[Scalar, str]],
    *,
    is_of_training: bool,
) -> Iterator[Statement]:
    text = plain(block.text)
    for sentence in list(sentences_of(text))[:_MOST]:
        lower = sentence.lower()
        is_about = any(word in lower for word in _TRAINS)
        if not (is_about or is_of_training) or (
            not is_about and any(word in lower for word in _NOT_TRAINING)
        ):
            continue
        tell = _PROSE if is_of_training else _WEAK
        if is_about or section.role in (Role.SETTINGS, Role.TRAINING, Role.PREPROCESSING):
            for found in settings_in(sentence):
                yield from _setting(found.name, found.value, place, section, said, tell)
        yield from _hardware(sentence, place, tell)
        seconds = seconds_in(sentence) if is_about or section.role is Role.COMPUTE else None
        if seconds is not None and _is_new("duration", seconds, said):
            yield tell.says(place, _RUN, Trait.DURATION, seconds)


def _hardware(sentence: str, place: Location, tell: Teller) -> Iterator[Statement]:
    for device in devices_in(sentence):
        part = Part(Kind.HARDWARE, "name:" + device.name)
        yield tell.says(place, part, Trait.NAME, device.name)
        if device.count > 1:
            yield tell.says(place, part, Trait.SETTING, device.count, name="count")
        yield tell.links(place, _RUN, Relation.RAN_ON, part)


def _setting(
    name: str,
    value: Scalar,
    place: Location,
    section: Section,
    said: dict[str, tuple[Scalar, str]],
    tell: Teller,
) -> Iterator[Statement]:
    """State a setting once; where a later section says otherwise, it is another stage."""
    scope = ""
    if name in said:
        if said[name][0] == value or said[name][1] == section.title:
            return
        scope = shown(section.title, 80)
    else:
        said[name] = (value, section.title)
    kept = shown(value, 300) if isinstance(value, str) else value
    if name == "seed" and isinstance(value, int):
        yield tell.says(place, _RUN, Trait.SEED, value, scope=scope)
    else:
        yield tell.says(place, _RUN, Trait.SETTING, kept, name=shown(name, 60), scope=scope)


def _is_new(name: str, value: Scalar, said: dict[str, tuple[Scalar, str]]) -> bool:
    if name in said:
        return False
    said[name] = (value, "")
    return True


def _pair(text: str) -> tuple[str, Scalar] | None:
    """Read "learning_rate: 5e-05" and its like."""
    flat = plain(text)
    for mark in (":", "="):
        name, found, rest = flat.partition(mark)
        if found and is_name(name.strip()) and len(rest) <= 300:
            value = value_of(_plainer(rest.strip()))
            return None if value is None else (canonical(name), value)
    return None


def _plainer(text: str) -> str:
    """Trainer writes "Use OptimizerNames.ADAMW_TORCH with betas=... and optimizer_args=No additional ..."."""
    if not text.startswith("Use "):
        return text
    name, _, rest = text.removeprefix("Use ").removeprefix("OptimizerNames.").partition(" ")
    return f"{name.lower()} {rest.partition(' and optimizer_args=No')[0]}"


def _versions(section: Section, blob: Blob) -> Iterator[Statement]:
    """Read "- Transformers 4.38.2" and "- PyTorch: 2.3.0+cu121"."""
    for block in section.blocks:
        if isinstance(block, Item):
            words = plain(block.text).replace(":", " ").rsplit(" ", 1)
            name, version = words[0].strip(), words[-1].strip()
            if len(words) == 2 and version[:1].isdigit() and len(version) <= 60 and len(name) <= 40 and name:
                label = "-".join(name.lower().split())
                label = "torch" if label == "pytorch" else label
                yield _FIXED.says(
                    blob.at_line(block.line), _MODEL, Trait.FRAMEWORK, shown(version), name=shown(label)
                )


def _results(section: Section, blob: Blob) -> Iterator[Statement]:
    """Read the results that a trainer writes behind its first sentence: "- Loss: 0.2437"."""
    is_on = False
    for block in section.blocks:
        if isinstance(block, Paragraph):
            is_on = "following results on the evaluation set" in block.text
        elif isinstance(block, Item) and is_on:
            name, found, rest = plain(block.text).partition(":")
            number = number_of(rest)
            if found and number is not None and len(name) <= 60:
                label = shown("_".join(name.lower().split()), 60)
                yield _FIXED.says(
                    blob.at_line(block.line), _MODEL, Trait.METRIC, number, name=label, scope="evaluation set"
                )
        else:
            is_on = False
