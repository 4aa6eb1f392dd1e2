"""Sets the seeds of the generators of chance that a training uses, and says which were set."""

import sys


def set_seeds(value: int, names: tuple[str, ...] = ()) -> dict[str, int]:
    """Set the seeds of ``random`` and, where they are loaded already, of NumPy, PyTorch and TensorFlow."""
    done: dict[str, int] = {}
    for name, module, path in (
        ("python", "random", ("seed",)),
        ("numpy", "numpy", ("random", "seed")),
        ("torch", "torch", ("manual_seed",)),
        ("tensorflow", "tensorflow", ("random", "set_seed")),
    ):
        if names and name not in names:
            continue
        found: object = __import__("random") if module == "random" else sys.modules.get(module)
        for step in path:
            found = getattr(found, step, None)
        if callable(found):
            found(value % 2**32 if name == "numpy" else value)
            done[name] = value
    return done
