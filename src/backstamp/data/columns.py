"""What columns say of a data set: what kind of data it is, and whether it may be about persons.

1. Contents follow the column names that libraries for training expect: TRL's dataset formats, the chat
   formats of OpenAI and ShareGPT, Alpaca's instructions, sentence-transformers' pairs.
2. A column is called personal by its name, or by the share of sampled values that look so; values are
   never kept.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from re import Pattern

_SHARE = 0.3  # of the sampled values must look so
_CONTENTS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(names.split()), content)
    for names, content in (
        ("chosen rejected", "preferences"),
        ("response_a response_b", "preferences"),
        ("prompt completion label", "preferences"),
        ("messages", "conversations"),
        ("conversations", "conversations"),
        ("conversation", "conversations"),
        ("dialog", "conversations"),
        ("dialogue", "conversations"),
        ("instruction output", "instructions"),
        ("instruction response", "instructions"),
        ("prompt completion", "instructions"),
        ("prompt response", "instructions"),
        ("inputs targets", "instructions"),
        ("question answer", "questions and answers"),
        ("question answers", "questions and answers"),
        ("question choices", "questions and answers"),
        ("premise hypothesis", "text pairs"),
        ("sentence1 sentence2", "text pairs"),
        ("sentence_a sentence_b", "text pairs"),
        ("anchor positive", "text pairs"),
        ("query positive", "text pairs"),
        ("query pos", "text pairs"),
        ("article highlights", "summaries"),
        ("document summary", "summaries"),
        ("text summary", "summaries"),
        ("translation", "translations"),
        ("tokens ner_tags", "labelled tokens"),
        ("input_ids", "token ids"),
        ("trajectory", "trajectories"),
        ("observation.state", "robot episodes"),
    )
)
_TEXTS = frozenset("text content sentence document article body review comment tweet".split())
_PICTURES = frozenset("image images image_path img picture pixel_values filename_image".split())
_SOUNDS = frozenset("audio speech wav audio_path recording".split())
_FILMS = frozenset("video video_path videos".split())
_LABELS = frozenset("label labels target class category sentiment".split())
_CALLS = frozenset("tools functions tool_calls function_call".split())

_LOOKS = {
    "email": "e-mail addresses", "phone": "phone numbers", "ssn": "social security numbers",
    "ip": "IP addresses", "iban": "bank account numbers", "card": "payment card numbers",
}  # fmt: skip
_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("e-mail addresses", (r"e[-_ ]?mail(?:[-_ ]?addr(?:ess)?)?s?",)),
    (
        "phone numbers",
        (
            r"(?:(?:mobile|cell|tele|home|work|contact)[-_ ]?)?phone(?:[-_ ]?(?:no|num|number))?s?",
            r"mobile[-_ ]?(?:no|number)",
        ),
    ),
    ("social security numbers", (r"ssn|social[-_ ]?security(?:[-_ ]?(?:no|number))?",)),
    (
        "identity documents",
        (
            r"passport(?:[-_ ]?(?:no|number|id))?",
            r"(?:national|tax)[-_ ]?id(?:[-_ ]?number)?",
            r"driver'?s?[-_ ]?licen[cs]e(?:[-_ ]?(?:no|number))?",
        ),
    ),
    ("IP addresses", (r"ip|ip[-_ ]?addr(?:ess)?(?:es)?|(?:client|remote|user|source)[-_ ]?ip",)),
    (
        "names of persons",
        (
            r"(?:first|last|middle|full|sur|given|family|maiden)[-_ ]?names?",
            r"(?:patient|customer|employee|student|person)[-_ ]?names?",
        ),
    ),
    (
        "addresses",
        (
            r"(?:home|street|postal|mailing|billing|shipping|residential)[-_ ]?addr(?:ess)?(?:[-_ ]?[12])?",
            r"address(?:[-_ ]?(?:line)?[-_ ]?[12])?",
        ),
    ),
    ("dates of birth", (r"dob|birth[-_ ]?(?:date|day)|date[-_ ]?of[-_ ]?birth",)),
    (
        "payment data",
        (
            r"(?:credit[-_ ]?|debit[-_ ]?)?card[-_ ]?(?:no|num|number)",
            r"cvv|cvc|iban|(?:bank[-_ ]?)?account[-_ ]?(?:no|number)",
        ),
    ),
    ("credentials", (r"passw(?:or)?d(?:[-_ ]?hash)?|api[-_ ]?key|secret[-_ ]?key",)),
    (
        "health data",
        (
            r"diagnos[ei]s|patient[-_ ]?id|mrn|medical[-_ ]?(?:record|history)(?:[-_ ]?(?:no|number))?",
            r"icd[-_ ]?(?:9|10)(?:[-_ ]?code)?|hiv[-_ ]?status",
        ),
    ),
    (
        "special categories of personal data",
        (
            r"race|ethnicity|religion|sexual[-_ ]?orientation",
            r"political[-_ ]?(?:party|affiliation)|(?:trade[-_ ]?)?union[-_ ]?member(?:ship)?",
        ),
    ),
    ("gender or age of persons", (r"gender|sex",)),
    ("places of persons", (r"gps(?:[-_ ]?coordinates)?|geo[-_ ]?location",)),
)


def contents_of(columns: Mapping[str, str]) -> Iterator[str]:
    """Name what is in the data by its columns (name to type)."""
    names = {name.lower() for name in columns}
    seen = set()
    for wanted, content in _CONTENTS:
        if (
            wanted <= names
            and content not in seen
            and not (content == "instructions" and "preferences" in seen)
        ):
            seen.add(content)
            yield content
    kinds = {name.lower(): kind.lower() for name, kind in columns.items()}
    if names & _PICTURES or "image" in kinds.values():
        yield "images"
    if names & _SOUNDS or "audio" in kinds.values():
        yield "audio"
    if names & _FILMS or "video" in kinds.values():
        yield "video"
    if not seen and any("string" in kinds[name] for name in names & _TEXTS):
        yield "text"
    if names & _LABELS and "preferences" not in seen:
        yield "labels"
    if names & _CALLS:
        yield "tool calls"


def personal_columns(looks: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str, float]]:
    """Name columns that may be about persons: column, what it may hold, and how surely.

    ``looks`` are the shares of values of each column that look like something personal.
    """
    named = []
    for column, shares in looks.items():
        found = next((what for what, p in _patterns() if p.fullmatch(column.strip().lower())), "")
        by_value = max(shares.items(), key=lambda pair: pair[1], default=("", 0.0))
        if by_value[1] >= _SHARE and _LOOKS.get(by_value[0]) == found:
            named.append((column, found, 0.8))
        elif by_value[1] >= _SHARE and _is_telling(by_value[0], by_value[1]):
            named.append((column, _LOOKS[by_value[0]], 0.5))
        elif found:
            named.append((column, found, 0.4))
    yield from named
    if len(named) > 1 and any(column.lower() == "name" for column in looks):
        # A name beside an address or a birthday is a person's; alone it is anything's.
        yield next(column for column in looks if column.lower() == "name"), "names of persons", 0.3


def _is_telling(look: str, share: float) -> bool:
    """Long numbers are often measurements: only addresses say by themselves what they are."""
    return look in ("email", "ip") or (look in ("ssn", "iban", "phone") and share > 0.8)


@cache
def _patterns() -> tuple[tuple[str, Pattern[str]], ...]:
    import re

    return tuple((what, re.compile("|".join(patterns))) for what, patterns in _NAMES)
