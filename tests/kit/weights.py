"""Builds safetensors and GGUF files, sound and hostile."""

import json
import struct
from collections.abc import Iterable, Mapping


def safetensors(
    header: Mapping[str, object] | str | None = None, data: bytes = b"\0" * 16, *, length: int | None = None
) -> bytes:
    """A file of a header and data; by default two sound tensors."""
    if header is None:
        header = {
            "__metadata__": {"format": "pt"},
            "a.weight": entry("F32", [2], 0, 8),
            "b": entry("I8", [2, 4], 8, 16),
        }
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, object]:
    """A tensor's entry of a safetensors header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


class Gguf:
    """Writes GGUF piece by piece; every number can be a lie."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.order = order
        self.version = version
        self.wide = "Q" if version > 1 else "I"
        self.pairs: list[bytes] = []
        self.tensors: list[bytes] = []

    def text(self, value: str | bytes, length: int | None = None) -> bytes:
        held = value if isinstance(value, bytes) else value.encode()
        return struct.pack(self.order + self.wide, len(held) if length is None else length) + held

    def pair(self, key: str, value: str | int | list[str] | bytes, kind: int = 4) -> "Gguf":
        """A key with a string, a u32, an array of strings, or raw bytes of a kind."""
        start = self.text(key)
        if isinstance(value, bytes):
            body = struct.pack(self.order + "I", kind) + value
        elif isinstance(value, str):
            body = struct.pack(self.order + "I", 8) + self.text(value)
        elif isinstance(value, int):
            body = struct.pack(self.order + "II", 4, value)
        else:
            body = struct.pack(self.order + "II" + self.wide, 9, 8, len(value)) + b"".join(
                map(self.text, value)
            )
        self.pairs.append(start + body)
        return self

    def tensor(self, name: str, sizes: Iterable[int], kind: int = 0, offset: int = 0) -> "Gguf":
        """A tensor's entry."""
        shape = list(sizes)
        numbers = struct.pack(self.order + "I" + self.wide * len(shape), len(shape), *shape)
        self.tensors.append(self.text(name) + numbers + struct.pack(self.order + "IQ", kind, offset))
        return self

    def build(self, data: bytes = b"", *, n_tensors: int | None = None, n_pairs: int | None = None) -> bytes:
        """The whole file, padded before the data if there are tensors."""
        counts = (
            len(self.tensors) if n_tensors is None else n_tensors,
            len(self.pairs) if n_pairs is None else n_pairs,
        )
        head = b"GGUF" + struct.pack(self.order + "I" + self.wide * 2, self.version, *counts)
        head += b"".join(self.pairs) + b"".join(self.tensors)
        return head + b"\0" * (-len(head) % 32 if self.tensors else 0) + data


def model(template: str = "", *, version: int = 3, order: str = "<") -> bytes:
    """A sound small GGUF model, with a chat template if given."""
    made = Gguf(version, order).pair("general.architecture", "llama").pair("general.name", "tiny")
    made.pair("tokenizer.ggml.tokens", ["a", "b", "c"])
    if template:
        made.pair("tokenizer.chat_template", template)
    made.tensor("blk.0.weight", [32, 2]).tensor("out.weight", [32], 8, 256)
    return made.build(b"\1" * 256 + b"\2" * 34 + b"\0" * 30)
