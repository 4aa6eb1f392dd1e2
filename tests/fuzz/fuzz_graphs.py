"""Fuzzes the graph readers by hand: ``python tests/fuzz/fuzz_graphs.py READER [atheris options]``.

Needs atheris, which the test suite does not install. A crash is any exception but ``ReadError``.
"""

import sys
from importlib import import_module

import atheris

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError

NAMES = ("onnx", "tensorflow", "keras", "hdf5", "tflite", "coreml", "skops", "msgpack", "rdata")


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else "onnx"
    if name not in NAMES:
        raise SystemExit(f"no such reader; there are {', '.join(NAMES)}")
    with atheris.instrument_imports():
        reader = import_module(f"backstamp.models.readers.{name}").READER

    def once(data: bytes) -> None:
        try:
            for _ in reader.read(Blob(data, path=("fuzz",)), Budget(Limits(operations=500_000))):
                pass
        except ReadError:
            return

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
