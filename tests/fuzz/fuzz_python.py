"""Fuzzes the readers of Python by hand: ``python tests/fuzz/fuzz_python.py`` with atheris installed."""

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["backstamp"]):
    from backstamp.core.blob import Blob
    from backstamp.core.budget import Budget, Limits
    from backstamp.core.errors import ReadError
    from backstamp.models.readers import notebook, pyc, python, torchscript


def one_input(data: bytes) -> None:
    for reader in (notebook.READER, pyc.READER, python.READER, torchscript.READER):
        with suppress(ReadError):
            list(reader.read(Blob(data, path=("m.py",)), Budget(Limits(operations=5_000_000))))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
