"""Keeps the excerpts of ``docs/bom.md`` what Backstamp really writes about the demo system.

Between ``<!-- bom: POINTER -->`` and ``<!-- /bom -->`` stands the value at that JSON pointer of the BOM of
the demo system. ``python -m tools.docs.excerpts`` renews them, ``--check`` says whether they are fresh.
"""

import json
import os
import re
import sys
import tempfile

from backstamp.core.tree import Json
from backstamp.engine.describe import Wishes, described
from backstamp.engine.inventory import StockOptions
from tools.demo.build_demo import build

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "bom.md")
_TIME = "2026-11-25T12:00:00Z"
_MARK = re.compile(r"(<!-- bom: (\S+) -->\n).*?(<!-- /bom -->\n)", re.DOTALL)


def demo_bom() -> Json:
    """Describe a newly built demo system."""
    with tempfile.TemporaryDirectory(prefix="backstamp-page-") as folder:
        target = os.path.join(folder, "ai-system")
        build(target)
        return described(target, Wishes(timestamp=_TIME), StockOptions()).tree


def value_at(document: Json, pointer: str) -> Json:
    """Follow a pointer; a word ``NAME=VALUE`` picks the first item of a list with that field.

    Raises ``KeyError`` if it leads nowhere.
    """
    at = document
    for word in pointer.split("/")[1:]:
        plain = word.replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict) and plain in at:
            at = at[plain]
        elif isinstance(at, list):
            at = _item(at, plain)
        else:
            raise KeyError(pointer)
    return at


def _item(items: list[Json], word: str) -> Json:
    name, mark, wanted = word.partition("=")
    if not mark:
        return items[int(word)]
    for item in items:
        if isinstance(item, dict) and str(item.get(name)) == wanted:
            return item
    raise KeyError(word)


def renewed(text: str, document: Json) -> str:
    """Put the values between the marks of a page."""

    def block(match: re.Match[str]) -> str:
        shown = json.dumps(value_at(document, match[2]), indent=2, ensure_ascii=False)
        return f"{match[1]}```json\n{shown}\n```\n{match[3]}"

    return _MARK.sub(block, text)


def main(arguments: list[str]) -> int:
    """Renew or check the page."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    fresh = renewed(text, demo_bom())
    if arguments == ["--check"]:
        if fresh != text:
            print("docs/bom.md: renew it: python -m tools.docs.excerpts", file=sys.stderr)
        return int(fresh != text)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
