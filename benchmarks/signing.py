"""Times signing and verifying against raw SHA-256 of the same bytes, and model-signing, in one run.

``python -m benchmarks.signing [--size MIB] [--rounds N] [--peer PYTHON] [--folder FOLDER]``. The files are
made and removed again. ``--peer`` names a Python interpreter of an environment with model-signing (and
pyOpenSSL); without it only our own figures are shown. Figures are processor and wall seconds, the least of
all rounds: the rounds of all candidates take turns, so that what else the machine does hits them alike.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from backstamp.attest import keys
from backstamp.attest.comparing import Care
from backstamp.attest.manifest import FILES, SHARDS, Serialization
from backstamp.attest.oms import sign_folder, verify_folder
from backstamp.attest.ports import Signer

MIB = 1024 * 1024
SHARD = 64 * MIB
Times = tuple[float, float]  # wall, processor
_PEER = """
import json, pathlib, sys, time
from model_signing import hashing, signing, verifying
what, model, bundle, key, shard = sys.argv[1:]
config = hashing.Config()
if int(shard):
    config.use_shard_serialization(shard_size=int(shard))
model, bundle, key = map(pathlib.Path, (model, bundle, key))
wall, processor = time.perf_counter(), time.process_time()
if what == "sign":
    chosen = signing.Config().use_elliptic_key_signer(private_key=key)
    chosen.set_hashing_config(config).sign(model, bundle)
else:
    chosen = verifying.Config().use_elliptic_key_verifier(public_key=key)
    chosen.set_hashing_config(config).verify(model, bundle)
print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]))
"""


def timed(work: Callable[[], object]) -> Times:
    """Run something once: wall and processor seconds of this process and its threads."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def raw_sha256(paths: list[str], jobs: int) -> None:
    """Hash files and nothing else, the plainest fast way."""

    def one(path: str) -> str:
        made, buffer = hashlib.sha256(), memoryview(bytearray(MIB))
        with open(path, "rb", buffering=0) as file:
            while count := file.readinto(buffer):
                made.update(buffer[:count])
        return made.hexdigest()

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, paths))


def made_model(folder: str, size: int, count: int) -> list[str]:
    """Write files of random bytes, ``size`` MiB in all, into a new folder."""
    os.makedirs(folder)
    block = os.urandom(8 * MIB)
    paths = []
    for at in range(count):
        path = os.path.join(folder, f"model-{at:05}.safetensors")
        with open(path, "wb") as file:
            left = size * MIB // count
            file.write(at.to_bytes(8, "big"))
            while left > 0:
                left -= file.write(block[: min(left, len(block))])
        paths.append(path)
    return paths


def candidates(room: str, model: str, paths: list[str], peer: str) -> dict[str, Callable[[], Times]]:
    """Name what is timed, each as a call that gives its times."""
    pair = keys.generate("p256")
    private, public = f"{room}/{os.path.basename(model)}.key", f"{room}/{os.path.basename(model)}.pub"
    keys.write_pair(pair, private, public)
    signer = keys.private_key_of(pair.private_pem)
    jobs = len(os.sched_getaffinity(0))
    found: dict[str, Callable[[], Times]] = {
        "raw SHA-256, one thread": lambda: timed(lambda: raw_sha256(paths, 1)),
        "raw SHA-256, all cores": lambda: timed(lambda: raw_sha256(paths, jobs)),
    }
    for shard in (0, SHARD):
        way = "shards" if shard else "files"
        found |= _ours(model, signer, shard, way)
        if peer:
            bundle = f"{room}/{os.path.basename(model)}.{way}.sig"
            found[f"model-signing sign, {way}"] = _peer(peer, "sign", model, bundle, private, shard)
            found[f"model-signing verify, {way}"] = _peer(peer, "verify", model, bundle, public, shard)
    return found


def _ours(model: str, signer: Signer, shard: int, way: str) -> dict[str, Callable[[], Times]]:
    serialization = Serialization(method=SHARDS if shard else FILES, shard_size=shard)
    bundle = sign_folder(model, [signer], serialization, Care())
    verifier = keys.verifier_of(signer)
    return {
        f"backstamp sign, {way}": lambda: timed(lambda: sign_folder(model, [signer], serialization)),
        f"backstamp verify, {way}": lambda: timed(lambda: verify_folder(model, bundle, verifier)),
    }


def _peer(peer: str, what: str, model: str, bundle: str, key: str, shard: int) -> Callable[[], Times]:
    def run() -> Times:
        command = [peer, "-c", _PEER, what, model, bundle, key, str(shard)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        wall, processor = json.loads(ended.stdout.splitlines()[-1])
        return float(wall), float(processor)

    return run


def table(title: str, times: Mapping[str, list[Times]], size: int) -> str:
    """Write the least times, and how they compare to raw hashing on one thread and on all cores."""
    least = {name: (min(w for w, _ in each), min(p for _, p in each)) for name, each in times.items()}
    base, cores = least["raw SHA-256, one thread"][1], least["raw SHA-256, all cores"][0]
    lines = [title, f"{'':28} {'wall s':>8} {'of raw':>7} {'CPU s':>8} {'of raw':>7} {'GB/s':>6}"]
    for name, (wall, processor) in least.items():
        speed = size * MIB / wall / 1e9
        lines.append(
            f"{name:28} {wall:8.3f} {wall / cores:7.2f} {processor:8.3f} {processor / base:7.2f} {speed:6.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Make the files, time everything in turns, print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1024, help="MiB of each model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", default="", help="a Python interpreter that has model-signing")
    parser.add_argument("--folder", default=None, help="where the files are made")
    wish = parser.parse_args()
    room = tempfile.mkdtemp(dir=wish.folder)
    try:
        for title, count in (("eight files", 8), ("one file", 1)):
            model = os.path.join(room, title.replace(" ", "-"))
            paths = made_model(model, wish.size, count)
            runs = candidates(room, model, paths, wish.peer)
            times: dict[str, list[Times]] = {name: [] for name in runs}
            for _ in range(wish.rounds):
                for name, run in runs.items():
                    times[name].append(run())
            print(table(f"{title}, {wish.size} MiB", times, wish.size), end="\n\n")
            shutil.rmtree(model)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    if not wish.peer:
        print("model-signing was not measured: name an interpreter that has it by --peer", file=sys.stderr)


if __name__ == "__main__":
    main()
