"""Samples of tensors: what is read of large files, and which tensors are chosen."""

import json
import os
import struct

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.supply import Stated
from backstamp.engine.examine import taken_stock_of
from backstamp.formats.tensornames import long_name
from backstamp.formats.tensorvalues import sample_of
from backstamp.models.facts.weights import TensorSample
from backstamp.sources.tree import entries_of, opened
from kit.stock import stock
from kit.weights import entry, safetensors

GIB = 1 << 30


def _samples(data: bytes, name: str = "m.safetensors") -> list[TensorSample]:
    return [f for f in stock(data, name).facts if isinstance(f, TensorSample)]


def test_a_sample_tells_shape_signs_and_a_digest_of_values():
    data = struct.pack("<4f", 1.0, -2.0, 0.0, 3.0)
    (found,) = _samples(safetensors({"w": entry("F32", [2, 2], 0, 16)}, data))
    assert (found.name, found.dtype, found.shape, found.signs) == ("w", "F32", (2, 2), "+-0+")
    half = struct.pack("<4e", 1.0, -2.0, 0.0, 3.0)
    (cast,) = _samples(safetensors({"w": entry("F16", [2, 2], 0, 8)}, half))
    assert cast.digest == found.digest != ""


def test_values_that_are_all_alike_have_no_digest():
    data = struct.pack("<4f", *[1.0] * 4)
    (found,) = _samples(safetensors({"norm": entry("F32", [4], 0, 16)}, data))
    assert (found.digest, found.signs) == ("", "++++")


def test_of_too_many_tensors_the_same_are_chosen_whatever_else_is_there():
    def names(count: int) -> set[str]:
        header = {f"t{n}": entry("F32", [1], 4 * n, 4 * n + 4) for n in range(count)}
        return {s.name for s in _samples(safetensors(header, bytes(4 * count)))}

    few, many = names(2100), names(2500)
    assert (len(few), len(many)) == (2000, 2000)
    assert {n for n in many if int(n[1:]) < 2100} <= few


@pytest.mark.parametrize(
    ("start", "end", "dtype", "elements"),
    [
        (0, 8, "F32", 3),
        (-4, 4, "F32", 2),
        (0, 64, "F32", 16),
        (0, 8, "IQ1_S", 2),
        (0, 0, "F32", 0),
        (0, 34, "Q8_0", 31),
    ],
)
def test_spans_that_do_not_fit_give_no_values(start, end, dtype, elements):
    assert sample_of(memoryview(bytes(40)), start, end, dtype, elements) == ()


def test_blocks_are_read_as_the_numbers_that_they_stand_for():
    q8 = struct.pack("<e32b", 0.5, *range(-16, 16))
    assert sample_of(memoryview(q8), 0, 34, "Q8_0", 32) == tuple(0.5 * n for n in range(-16, 16))
    q4 = struct.pack("<e", 1.0) + bytes(range(16))
    assert sample_of(memoryview(q4), 0, 18, "Q4_0", 32) == tuple([n - 8.0 for n in range(16)] + [-8.0] * 16)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("blk.3.attn_q.weight", "model.layers.3.self_attn.q_proj.weight"),
        ("blk.12.ffn_down.weight", "model.layers.12.mlp.down_proj.weight"),
        ("token_embd.weight", "model.embed_tokens.weight"),
        ("output.weight", "lm_head.weight"),
        ("blk.0.ssm_a", "blk.0.ssm_a"),
        ("v.patch.weight", "v.patch.weight"),
    ],
)
def test_names_of_gguf_are_written_out(short, full):
    assert long_name(short) == full


@pytest.mark.skipif(
    not os.path.exists("/proc/self/smaps"), reason="only Linux tells which pages were touched"
)
def test_a_file_of_gigabytes_is_described_by_a_few_pages(tmp_path):
    tensors = 160
    size = 32 * 1024 * 1024
    header = {
        f"layers.{n}.weight": entry("F16", [4096, 4096], n * size, (n + 1) * size) for n in range(tensors)
    }
    text = json.dumps(header).encode()
    path = tmp_path / "model.safetensors"
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + tensors * size)
    assert path.stat().st_size > 5 * GIB
    (listed,) = entries_of(str(path))
    with opened(listed) as blob:
        facts = taken_stock_of(blob, budget=Budget()).facts
        touched = _resident("model.safetensors")
    counted = [f.value for f in facts if isinstance(f, Stated) and f.trait == "parameters"]
    assert counted == [tensors * 4096 * 4096]
    assert len([f for f in facts if isinstance(f, TensorSample)]) == tensors
    assert touched < 16 * 1024 * 1024


def _resident(name: str) -> int:
    """Bytes of a mapped file that are in memory."""
    total, is_ours = 0, False
    with open("/proc/self/smaps", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if " " in line and "-" in line.split(" ", 1)[0]:
                is_ours = line.rstrip().endswith(name)
            elif is_ours and line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    return total


def test_a_file_whose_tensors_lie_beyond_its_end_gives_samples_without_values():
    data = safetensors({"w": entry("F32", [1000], 0, 4000)}, bytes(8))
    found = [(s.name, s.digest, s.signs) for s in _samples(data)]
    assert found == [("w", "", "")]


def test_only_the_head_at_hand_is_no_fault():
    data = safetensors({"w": entry("F32", [1000], 0, 4000)}, bytes(4000))
    blob = Blob(data[:200], path=("m.safetensors",), size=len(data))
    assert [f.signs for f in taken_stock_of(blob).facts if isinstance(f, TensorSample)] == [""]
