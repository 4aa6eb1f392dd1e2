"""Times BOM commands, each beside what else does the same, in one run.

``python -m benchmarks.boms [--rounds N]``. Prints a Markdown table: medians of whole processes, and ratios.

1. Validating a document of 2,000 components: `backstamp bom validate` (schema and meaning) beside the strict
   validator of cyclonedx-python-lib (schema alone), if its optional packages are installed.
2. Describing a sparse model of 10 GB: with `--no-digests` only its header is read; with digests, beside
   SHA-256 of the same bytes by hashlib.
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from statistics import median

_COMPONENTS = 2_000
_SIZE = 10 * 1024**3
_STRICT = (
    "import sys; from cyclonedx.schema import SchemaVersion; "
    "from cyclonedx.validation.json import JsonStrictValidator; "
    "sys.exit(JsonStrictValidator(SchemaVersion.V1_7).validate_str(open(sys.argv[1]).read()) is not None)"
)
_HASH = (
    "import hashlib, sys; made = hashlib.sha256(); file = open(sys.argv[1], 'rb')\n"
    "buffer = bytearray(1 << 20); view = memoryview(buffer)\n"
    "while count := file.readinto(buffer): made.update(view[:count])"
)


def document(count: int) -> str:
    """Write a document of so many libraries, each with licence, hash and a dependency."""
    components = [
        {
            "type": "library",
            "bom-ref": f"l{at}",
            "name": f"library-{at}",
            "version": "1.0",
            "purl": f"pkg:pypi/library-{at}@1.0",
            "licenses": [{"license": {"id": "MIT"}}],
            "hashes": [{"alg": "SHA-256", "content": f"{at:064x}"}],
        }
        for at in range(count)
    ]
    dependencies = [{"ref": f"l{at}", "dependsOn": [f"l{at + 1}"]} for at in range(count - 1)]
    tree = {"bomFormat": "CycloneDX", "specVersion": "1.7", "version": 1}
    return json.dumps({**tree, "components": components, "dependencies": dependencies})


def sparse_model(path: str, size: int) -> None:
    """Write a safetensors file whose tensor takes no room on disk."""
    count = size // 4
    header = json.dumps({"w": {"dtype": "F32", "shape": [count], "data_offsets": [0, count * 4]}}).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + count * 4)


def timed(command: list[str], rounds: int) -> float | None:
    """The median wall time of a command in seconds; ``None`` if it does not run here."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ended = subprocess.run(command, capture_output=True, check=False)
        if ended.returncode:
            return None
        found.append(time.perf_counter() - begun)
    return median(found)


def main(arguments: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Time BOM commands.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    ours = [sys.executable, "-m", "backstamp", "bom"]
    with tempfile.TemporaryDirectory(prefix="backstamp-bench-") as folder:
        bom, model = os.path.join(folder, "bom.json"), os.path.join(folder, "model.safetensors")
        with open(bom, "w", encoding="utf-8") as file:
            file.write(document(_COMPONENTS))
        sparse_model(model, _SIZE)
        place = os.path.join(folder, "out.json")
        strict, plain = [sys.executable, "-c", _STRICT, bom], [sys.executable, "-c", _HASH, model]
        rows = [
            (f"validate {_COMPONENTS:,} components", [*ours, "validate", bom], "strict validator", strict),
            ("describe 10 GB without digests", [*ours, model, "--no-digests", "-o", place], "", []),
            ("describe 10 GB", [*ours, model, "-o", place], "SHA-256 alone", plain),
        ]
        print("| what | backstamp | beside | ratio |\n|---|---|---|---|")
        for what, command, name, other in rows:
            mine = timed(command, rounds)
            peer = timed(other, rounds) if other else None
            shown = f"{name}: {peer:.2f} s" if peer else (f"{name}: not installed" if name else "")
            ratio = f"{mine / peer:.2f}" if mine and peer else ""
            print(f"| {what} | {f'{mine:.2f} s' if mine else 'failed'} | {shown} | {ratio} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
