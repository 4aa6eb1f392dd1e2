"""Fuzzes the whole examination, containers included, by hand: needs ``atheris``.

python tests/fuzz/fuzz_scan.py model.pt

The name stands for what a user would call the file. A fault inside of a reader or rule, which a scan
would report as coverage, fails here.
"""

import sys

import atheris

with atheris.instrument_imports(include=["backstamp"]):
    from backstamp.core.blob import Blob
    from backstamp.core.budget import Budget, Limits
    from backstamp.engine.examine import examine

NAME = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "model.bin"


def one(data: bytes) -> None:
    """Examine the bytes under the name."""
    limits = Limits(operations=2_000_000, inflated=16 << 20, window=4 << 20)
    found = examine(Blob(data, path=(NAME,)), budget=Budget(limits))
    faults = [c.reason for c in found.coverage if "internal error" in c.reason]
    if faults:
        raise AssertionError(faults)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
