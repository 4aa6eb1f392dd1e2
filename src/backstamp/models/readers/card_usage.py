"""Says where a card's own examples load the model from.

An example that loads ``org/name``, where ``name`` is the title of the card, names the model's page on the
hub. It is a link to that page, no proof that the files are those of that page.
"""

import re
from collections.abc import Iterator
from functools import cache

from backstamp.core.blob import Blob
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Teller, Trait, is_hub_name
from backstamp.formats.card import Card
from backstamp.formats.cardtitles import Role
from backstamp.formats.markdown import Code
from backstamp.models.readers.card_front import BY

_TELL = Teller(BY, Method.PARSED, 0.7)
_MOST = 20_000


def page_shown(card: Card, blob: Blob) -> Iterator[Statement]:
    """State the page on the hub that the examples of a card load its model from."""
    title = next((s.title for s in card.sections if s.role is Role.TITLE and s.title), "")
    wanted = title.strip().rpartition("/")[2].casefold()
    if not wanted:
        return
    for section in card.sections:
        for block in section.blocks:
            if not isinstance(block, Code):
                continue
            for at, line in enumerate(block.text[:_MOST].split("\n")):
                for name in _quoted().findall(line[:1000]):
                    if name.rpartition("/")[2].casefold() == wanted and is_hub_name(name):
                        place = blob.at_line(block.line + at)
                        url = f"https://huggingface.co/{name}"
                        yield _TELL.says(place, Part(Kind.MODEL), Trait.LINK, url, name="card")
                        return


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"""["']([\w.-]{1,96}/[\w.-]{1,96})["']""")
