"""Reads compiled Python and marshalled code: names and constants, by walking the bytes."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats.marshal import Compiled, compiled_of, marshalled_of, version_of
from backstamp.models.facts.bytecode import Bytecode

_MOST_NAMES = 4000
_MOST_TEXTS = 400


class PycReader:
    """Walks ``.pyc`` files and marshalled values; nothing is unmarshalled."""

    name = "pyc"
    version = 1
    kinds = frozenset({"marshal", "pyc"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield one fact for all code objects of the file."""
        is_file = version_of(blob.head(4)) is not None
        try:
            found = compiled_of(blob.view, budget) if is_file else marshalled_of(blob.view, budget)
        except ReadError as error:
            yield from _broken(blob, is_file=is_file)
            yield Unread(f"pyc: {error.message}")
            return
        yield Explained(0, found.end)
        if found.codes:
            yield _fact_of(blob, found, "pyc" if is_file else "marshal")


def _fact_of(blob: Blob, found: Compiled, kind: str) -> Bytecode:
    names = tuple(w for w in found.words if w.isidentifier())
    texts = tuple(w[:400] for w in found.words if not w.isidentifier() and len(w) > 3 and w.isprintable())
    return Bytecode(
        place=blob.whole(),
        kind=kind,
        version=".".join(map(str, found.version)),
        filename=found.codes[0].filename,
        names=names[:_MOST_NAMES],
        texts=texts[:_MOST_TEXTS],
    )


def _broken(blob: Blob, *, is_file: bool) -> Iterator[Statement]:
    # Code that does not walk to its end may still load: its words are judged all the same.
    raw = blob.head(256 * 1024)
    words = "".join(chr(b) if 32 <= b < 127 else "\n" for b in raw).split("\n")
    names = dict.fromkeys(part for w in words for part in _parts(w))
    yield Bytecode(
        place=blob.whole(),
        kind="pyc" if is_file else "marshal",
        version="",
        filename="",
        names=tuple(names)[:_MOST_NAMES],
        texts=tuple(w for w in words if len(w) > 8)[:_MOST_TEXTS],
    )


def _parts(word: str) -> tuple[str, ...]:
    # A one-byte length or type mark may be printable and stick to the front of a name.
    return tuple(w for w in (word, word[1:], word[2:]) if len(w) > 1 and w.isidentifier())


READER = PycReader()
