"""Times Backstamp against other scanners on the same files, in one run, and writes ``docs/benchmarks.md``.

``python -m benchmarks.run [--output FILE] [--cache FOLDER] [--only NAME,NAME]``. The others are installed
once, each into an environment of its own below ``.venv-bench``. Takes less than ten minutes.
"""

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from benchmarks import corpus
from benchmarks.measure import Cost, median
from benchmarks.scanners import DENIED, Scanner, ours, peers
from benchmarks.table import written

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5
LIMIT = 120.0


@dataclass
class Result:
    """All that was measured of one scanner."""

    name: str
    version: str
    start: Cost
    whole: Cost
    large: Cost
    many: Cost
    sparse: Cost
    counts: dict[str, int] = field(default_factory=dict)


def installed(cache: str, only: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Install the pinned scanners; returns the folder of programs and the version of each."""
    binaries, versions = {}, {}
    with open(os.path.join(HERE, "peers.txt"), encoding="utf-8") as file:
        wanted = [line.split() for line in file if line.strip() and not line.startswith("#")]
    for requirements in wanted:
        name, _, version = requirements[0].partition("==")
        if only and name not in only:
            continue
        folder = os.path.join(cache, f"{name}-{version}")
        stamp = os.path.join(folder, "installed")
        if not os.path.exists(stamp):
            print(f"installing {name} {version} ...", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check", "-q", "install"]
            if subprocess.run([*pip, *requirements], check=False).returncode:
                print(f"{name} {version} could not be installed: left out", file=sys.stderr)
                continue
            with open(stamp, "w", encoding="ascii"):
                pass
        binaries[name] = f"{folder}/bin"
        versions[name] = version
    return binaries, versions


@dataclass(frozen=True)
class Files:
    """What is scanned."""

    root: str
    samples: list[corpus.Sample]
    size: int
    operations: int

    def at(self, name: str) -> str:
        """The path of one of the targets."""
        return os.path.join(self.root, name)


def built(root: str) -> Files:
    """Build all targets."""
    files = Files(root, corpus.write(os.path.join(root, "corpus")), *_large(root))
    corpus.write_small_pickle(files.at("small.pkl"))
    corpus.write_sparse_safetensors(files.at("sparse.safetensors"))
    corpus.write_small_models(files.at("many"))
    return files


def _large(root: str) -> tuple[int, int]:
    return corpus.write_large_pickle(os.path.join(root, "large.pkl"))


def judged(scanner: Scanner, version: str, files: Files) -> Result:
    """Measure one scanner on everything."""

    def cost(name: str, rounds: int = 1) -> Cost:
        target = files.at(name)
        if scanner.is_single and os.path.isdir(target):
            return scanner.scan(_below(target), files.root, LIMIT)[0]
        return median([scanner.scan([target], files.root, LIMIT)[0] for _ in range(rounds)])

    print(f"{scanner.name} {version} ...", file=sys.stderr)
    start = cost("small.pkl", ROUNDS)
    folder = files.at("corpus")
    whole, said = scanner.scan(_below(folder) if scanner.is_single else [folder], files.root, 300.0)
    counts = dict.fromkeys(("malicious denied", "malicious warned", "benign denied", "benign warned"), 0)
    for sample in files.samples:
        word = said.get(sample.path)
        if word:
            kind = "malicious" if sample.is_malicious else "benign"
            counts[f"{kind} {'denied' if word == DENIED else 'warned'}"] += 1
    return Result(
        name=scanner.name,
        version=version,
        start=start,
        whole=whole,
        large=cost("large.pkl", 3 if scanner.name == "backstamp" else 1),
        many=cost("many"),
        sparse=cost("sparse.safetensors"),
        counts=counts,
    )


def _below(folder: str) -> list[str]:
    return [os.path.join(at, name) for at, _, names in sorted(os.walk(folder)) for name in sorted(names)]


def main(arguments: list[str]) -> int:
    """Measure all scanners and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default=os.path.join(os.path.dirname(HERE), "docs", "benchmarks.md"))
    parser.add_argument("--cache", default=os.path.join(os.path.dirname(HERE), ".venv-bench"))
    parser.add_argument("--only", default="", help="names of scanners, with commas between")
    options = parser.parse_args(arguments)
    binaries, versions = installed(options.cache, frozenset(filter(None, options.only.split(","))))
    from backstamp import __version__

    with tempfile.TemporaryDirectory(prefix="backstamp-bench-") as root:
        files = built(root)
        mine = ours()
        results = [judged(mine, __version__, files)]
        results += [judged(peer, versions[peer.name], files) for peer in peers(binaries)]
    malicious = sum(sample.is_malicious for sample in files.samples)
    page = written(
        results,
        malicious=malicious,
        benign=len(files.samples) - malicious,
        size=files.size,
        operations=files.operations,
        day=dt.datetime.now(dt.UTC).date().isoformat(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(page)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
