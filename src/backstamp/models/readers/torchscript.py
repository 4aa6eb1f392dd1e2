"""Reads TorchScript code: its operators, and Python that does not belong there."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.core.reading import Explained, Statement, Unread
from backstamp.formats.python.source import source_of
from backstamp.formats.python.words import words_in
from backstamp.formats.torchscript import script_of
from backstamp.models.facts.python import PythonWord, TorchScriptForeign, TorchScriptOperator
from backstamp.models.readers.python import statements_of

_MOST_OPERATORS = 500


class TorchScriptReader:
    """Lists the operators of the code in a TorchScript archive."""

    name = "torchscript"
    version = 1
    kinds = frozenset({"torchscript-code"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield operators; where Python hides among them, its effects too."""
        if not blob.is_whole:
            yield Unread("only the head of the code is at hand")
        data = bytes(blob.view)
        yield Explained(0, blob.size)
        text = source_of(data).text
        try:
            script = script_of(text, budget)
        except BudgetExceeded:
            raise
        except ReadError as error:
            for word in words_in(text):
                yield PythonWord(place=blob.at_line(word.line), word=word.name)
            yield Unread(f"torchscript: {error.message}")
            return
        for name, line, count in script.operators[:_MOST_OPERATORS]:
            yield TorchScriptOperator(place=blob.at_line(line), name=name, count=count)
        for name, line in script.foreign:
            yield TorchScriptForeign(place=blob.at_line(line), name=name)
        if script.foreign:
            yield from statements_of(data, blob, budget)


READER = TorchScriptReader()
