"""Fuzzes the pickle reader by hand: ``python tests/fuzz/fuzz_pickle.py [corpus]``, with atheris installed.

Without atheris, it changes known pickles at random until it is stopped.
"""

import pickle
import random
import sys
from itertools import count

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.models.readers.npy import READER as NPY
from backstamp.models.readers.pickle import READER as PICKLE

LIMITS = Limits(operations=2_000_000, inflated=16 * 1024 * 1024)
SEEDS = [pickle.dumps({"a": [1, (2.5, "x")], "b": {range(3), b"y"}, "c": complex(1, 2)}, p) for p in range(6)]


def one(data: bytes) -> None:
    """Read bytes as a pickle and as an npy: statements or ``ReadError``, nothing else."""
    for reader in (PICKLE, NPY):
        try:
            list(reader.read(Blob(data, path=("fuzz",)), Budget(LIMITS)))
        except ReadError:
            continue


def changed(chance: random.Random) -> bytes:
    """Change a known pickle in a few places."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            data[at] = chance.randrange(256)
        else:
            data.insert(at, chance.randrange(256))
    return bytes(data)


def main() -> None:
    """Run until a crash or Ctrl-C."""
    try:
        import atheris
    except ImportError:
        chance = random.Random(1)  # noqa: S311  # the same run each time
        rounds = int(sys.argv[1]) if sys.argv[1:] else None
        for _ in count() if rounds is None else range(rounds):
            one(changed(chance))
        return
    atheris.instrument_all()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
