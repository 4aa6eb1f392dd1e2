"""The files that every scanner is given: hostile ones, harmless ones, and large ordinary ones.

The hostile and the harmless ones are the cases of our own tests (``tests/kit``), built byte by byte. So the
table says what others make of attacks that we know; it does not say how we do on files that we have not seen.
"""

import json
import os
import pickle  # written with, never read with
import pickletools
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from kit.evasions import cases, torch_zip  # noqa: E402  # the tests' kit has no place on the path
from kit.gadgets import STANDARD, THIRD_PARTY  # noqa: E402
from kit.lookalikes import lookalikes  # noqa: E402
from kit.pickle_asm import pickled, reduce_call  # noqa: E402

GIB = 1024**3


@dataclass(frozen=True)
class Sample:
    """One file of the corpus: its path below the corpus folder says whether it is hostile."""

    path: str
    data: bytes

    @property
    def is_malicious(self) -> bool:
        """Whoever loads it runs code of its maker."""
        return self.path.startswith("malicious/")


def samples() -> list[Sample]:
    """Build the corpus; equal calls build equal files."""
    malicious = [(f"{c.group}-{c.name}", c.file, c.data) for c in cases()]
    malicious += [
        (f"gadget-{module}.{name}", "model.pkl", reduce_call(module, name, *arguments))
        for module, name, arguments in STANDARD + THIRD_PARTY
    ]
    benign = [(h.name, h.file, h.data) for h in lookalikes() if h.data]
    return [*_numbered("malicious", malicious), *_numbered("benign", benign)]


def _numbered(folder: str, files: list[tuple[str, str, bytes]]) -> Iterator[Sample]:
    for number, (name, file, data) in enumerate(files):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
        yield Sample(f"{folder}/{number:04}-{slug}{_extension(file)}", data)


def _extension(file: str) -> str:
    name = os.path.basename(file)
    return name[name.index(".") :] if "." in name else ""


def write(folder: str) -> list[Sample]:
    """Write the corpus below a folder."""
    found = samples()
    for sample in found:
        path = os.path.join(folder, sample.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(sample.data)
    return found


def write_small_pickle(path: str) -> None:
    """Write a pickle of a few bytes: scanning it is all start-up."""
    with open(path, "wb") as file:
        file.write(pickled({"weights": [1, 2, 3]}))


def write_large_pickle(path: str, entries: int = 60_000) -> tuple[int, int]:
    """Write a dict of small dicts, as ``pickle.dump`` would; returns bytes and opcodes."""
    value = {f"key-{n}": {"id": n, "score": n / 7, "name": f"entry {n}"} for n in range(entries)}
    data = pickle.dumps(value, protocol=4)
    with open(path, "wb") as file:
        file.write(data)
    return len(data), sum(1 for _ in pickletools.genops(data))


def write_sparse_safetensors(path: str, size: int = 10 * GIB, tensors: int = 300) -> None:
    """Write a safetensors file of 10 GiB which takes no room on the disk: a header and a hole."""
    each = size // tensors // 4
    header = {
        f"model.layers.{n}.weight": {
            "dtype": "F32",
            "shape": [each],
            "data_offsets": [n * each * 4, (n + 1) * each * 4],
        }
        for n in range(tensors)
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + tensors * each * 4)


def write_small_models(folder: str, count: int = 1000) -> None:
    """Write many small checkpoints, each different."""
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        with open(os.path.join(folder, f"model-{number:04}.pt"), "wb") as file:
            file.write(torch_zip(pickled({"step": number, "losses": [number / 3] * 20, "name": "adapter"})))
