"""Reads native code and scripts: what would run it, how far it reaches, what a script does."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats.executable import native_at
from backstamp.formats.script import script_language, traits_of
from backstamp.models.facts.executable import NativeCode, ScriptFile

_LONGEST_SCRIPT = 4 * 1024 * 1024


class _Reader:
    """The reader of native code and scripts."""

    name = "executable"
    version = 1
    kinds = frozenset({"elf", "pe", "macho", "wasm", "script"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what would run."""
        native = native_at(blob.view)
        if native is not None:
            yield Explained(0, native.end)
            yield NativeCode(
                place=blob.whole(),
                kind=native.kind,
                role=native.role,
                size=blob.size,
                holds_weights=_holds_weights(blob, budget) if native.kind in ("ape", "elf", "pe") else False,
            )
            return
        budget.spend_operations(1 + (blob.size >> 4))
        text = bytes(blob.view[:_LONGEST_SCRIPT]).decode("utf-8", "replace")
        language = script_language(text, blob.name)
        is_text = "\0" not in text
        yield Explained(0, blob.size if is_text else text.index("\0"))
        if is_text and blob.size > _LONGEST_SCRIPT:
            yield Unread("script is longer than 4 MiB")
        if language:
            traits = traits_of(text)
            yield ScriptFile(
                place=blob.whole(), language=language, traits=tuple(traits), lines=tuple(traits.values())
            )


def _holds_weights(blob: Blob, budget: Budget) -> bool:
    """A llamafile keeps its GGUF in the zip behind the program."""
    from backstamp.formats import zip as zips

    if not zips.has_end(blob.view, exact=True):
        return False
    for at in zips.ends_of(blob.view)[:1]:
        for directory in zips.directories_of(blob.view, at, budget):
            return any(entry.name.endswith(b".gguf") for entry in directory.entries)
    return False


READER = _Reader()
