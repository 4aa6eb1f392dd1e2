"""Fuzzes the readers of weights, templates and repository files by hand: needs ``atheris``.

python tests/fuzz/fuzz_weights.py gguf
"""

import sys
from importlib import import_module

import atheris

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError

NAMES = ("gguf", "jinja", "lfs", "repository_json", "safetensors")


def run(name: str) -> None:
    """Feed the reader of this name until it fails."""
    with atheris.instrument_imports(include=["backstamp"]):
        reader = import_module(f"backstamp.models.readers.{name}").READER

    def one(data: bytes) -> None:
        try:
            for _ in reader.read(Blob(data, path=("config.json",)), Budget(Limits(operations=500_000))):
                pass
        except ReadError:
            return

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    wanted = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if wanted not in NAMES:
        sys.exit(f"name one of: {', '.join(NAMES)}")
    run(wanted)
