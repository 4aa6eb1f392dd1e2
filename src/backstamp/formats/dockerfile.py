"""Container files: their instructions with lines, continuations joined, comments cut, here-documents kept.

Source: the Dockerfile reference, versions up to 1.17 (parser directives, here-documents).
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget

_KEYWORDS = frozenset(
    "add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal "
    "user "
    "volume workdir".split()
)


class Instruction(msgspec.Struct, frozen=True):
    """An instruction: its keyword in small letters, the text behind it, its first line, its here-documents.

    The text keeps its line ends, so that lines can be counted. ``documents``: first line and text.
    """

    keyword: str
    text: str
    line: int
    documents: tuple[tuple[int, str], ...] = ()


def instructions_of(text: str, budget: Budget) -> Iterator[Instruction]:
    """Yield the instructions of a container file."""
    rows = text.split("\n")
    escape = "`" if any(row.replace(" ", "").lower() == "#escape=`" for row in rows[:4]) else "\\"
    at = 0
    while at < len(rows):
        budget.spend_operations()
        start = at
        held: list[str] = []
        while at < len(rows):
            row = rows[at].rstrip("\r")
            at += 1
            if row.lstrip().startswith("#") or (held and not row.strip()):
                if not held:
                    break
                held.append("\n")
                continue
            is_open = row.rstrip().endswith(escape)
            held.append(row.rstrip()[:-1] + "\n" if is_open else row)
            if not is_open:
                break
        whole = "".join(held)
        keyword, _, rest = whole.strip().partition(" ")
        if keyword.lower() not in _KEYWORDS:
            continue
        documents: list[tuple[int, str]] = []
        if keyword.lower() in ("run", "copy", "add"):
            for mark in _marks(rest):
                first = at
                while at < len(rows) and rows[at].strip() != mark:
                    at += 1
                documents.append((first + 1, "\n".join(rows[first:at])))
                at += 1
        yield Instruction(keyword.lower(), rest, start + 1, tuple(documents))


def _marks(text: str) -> list[str]:
    """Name the ends of the here-documents that a text opens."""
    found: list[str] = []
    for part in text.split("<<")[1:20]:
        word = part.lstrip("-").partition("\n")[0].split(" ")[0].strip("\"'")
        if word.isidentifier():
            found.append(word)
    return found


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Take the pairs of ``ENV`` and ``ARG`` apart: ``A=1 B="x y"``, or ``A value`` of older files."""
    plain = " ".join(text.split())
    first = plain.split(" ")[0]
    if "=" not in first:
        name, _, value = plain.partition(" ")
        return [(name, value)]
    from backstamp.formats.commandline import assignment, commands_of

    found: list[tuple[str, str]] = []
    for command in commands_of(plain.replace("\n", " "), Budget()):
        found.extend(pair for word in command.words if (pair := assignment(word)) is not None)
    return found
