"""What the guard costs: for each load, for each gigabyte, with and without remembered digests.

``python -m benchmarks.guard [--gigabytes N]``. Prints a table; times are the median of several rounds, of the
guarded call less the same call without the guard.
"""

import argparse
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from backstamp import guard
from backstamp.guard.approvals import Answer, Approval

ROUNDS = 9
PIECE = 1 << 20


class Everything:
    """Approves every file: what remains is the cost of the guard."""

    algorithm = "sha256"

    def approved(self, path: str, digest: str) -> Answer:
        """Approve."""
        return Approval(f"{path} {digest}")


def written(path: str, size: int) -> str:
    """Write a file that was left alone for a while, as far as the guard can tell."""
    with open(path, "wb") as file:
        file.write(pickle.dumps(b"x"))
        file.writelines(os.urandom(1024) * 1024 for _ in range(size // PIECE))
    return path


def timed(work: Callable[[], object]) -> float:
    """Give the median time of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return median(times)


def loaded(path: str) -> object:
    """Load the first object of a file."""
    with open(path, "rb") as file:
        return pickle.load(file)  # noqa: S301  # written above


def opened() -> None:
    """Open a file that is of no interest to the guard."""
    with open(__file__, "rb"):
        pass


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="backstamp-bench-") as folder:
        small = written(os.path.join(folder, "small.bin"), 0)
        middle = written(os.path.join(folder, "middle.bin"), 32 * PIECE)
        large = written(os.path.join(folder, "large.bin"), int(options.gigabytes * 1024) * PIECE)
        time.sleep(2.1)  # files that are younger than the grain of time are not remembered
        files = {"1 KB": small, "32 MB (copied)": middle, f"{options.gigabytes:g} GB": large}
        bare = {name: timed(partial(loaded, path)) for name, path in files.items()}
        untouched = timed(opened)
        print("| load | without guard | guarded, hashed | guarded, remembered |")
        print("|---|---:|---:|---:|")
        costs: dict[str, list[float]] = {name: [] for name in files}
        for cache in (False, True):
            guard.install(Everything(), cache=cache)
            for name, path in files.items():
                loaded(path)
                costs[name].append(timed(partial(loaded, path)))
        for name, (hashed, remembered) in costs.items():
            print(f"| {name} | {shown(bare[name])} | {shown(hashed)} | {shown(remembered)} |")
        print(
            f"\nopening another file: {shown(untouched)} without, {shown(timed(opened))} with the audit hook"
        )
        guard.uninstall()
    return 0


def shown(seconds: float) -> str:
    """Write a time."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
