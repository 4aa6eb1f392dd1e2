"""Turns values of foreign documents into statements: placeholders are left out, texts are bounded."""

from collections.abc import Iterator

from backstamp.core.finding import is_plain, shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.secrets import masked
from backstamp.core.supply import Part, Stated, Teller, Trait
from backstamp.core.tree import Json

_MOST = 4000
_MOST_VALUES = 200
PROSE = frozenset(
    {
        Trait.DESCRIPTION, Trait.COLLECTION, Trait.ANNOTATION, Trait.SENSITIVITY, Trait.LIMITATION,
        Trait.BIAS, Trait.RISK, Trait.ADVICE, Trait.USE, Trait.USER, Trait.MISUSE, Trait.PREPROCESSING,
        Trait.LICENSE_TEXT,
        Trait.TRAINING_NOTE, Trait.EVALUATION_NOTE,
    }
)  # fmt: skip


def worded(
    tell: Teller, place: Location, part: Part, trait: Trait, value: Json, *, name: str = "", scope: str = ""
) -> Iterator[Stated]:
    """State a value, or each of a list of values; nothing is stated of a placeholder or an object."""
    if isinstance(value, list):
        seen: set[str] = set()
        for each in value[:_MOST_VALUES]:
            if not isinstance(each, list | dict) and (text := str(each)) not in seen:
                seen.add(text)
                yield from worded(tell, place, part, trait, each, name=name, scope=scope)
        return
    if isinstance(value, bool | int):
        yield tell.says(place, part, trait, value, name=name, scope=scope)
    elif isinstance(value, float):
        if value == value and abs(value) != float("inf"):  # noqa: PLR0124  # NaN is no number to state
            yield tell.says(place, part, trait, value, name=name, scope=scope)
    elif (
        isinstance(value, str)
        and (text := bounded(value, is_prose=trait in PROSE))
        and not is_placeholder(text)
    ):
        yield tell.says(place, part, trait, text, name=name, scope=scope)


def bounded(value: str, *, is_prose: bool) -> str:
    """Bound a text and mask credentials in it; prose keeps its line ends, other values are one line."""
    text = masked(value[: _MOST * 2]).strip()
    if not is_prose:
        return shown(" ".join(text.split()), 400)
    lines = text[:_MOST].replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return "".join(c for c in lines if c == "\n" or is_plain(c)).strip()
