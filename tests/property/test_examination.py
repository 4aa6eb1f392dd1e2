"""Laws of the examination as a whole, on any bytes under any name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.location import Bytes
from backstamp.engine.examine import examine
from backstamp.engine.remember import packed, unpacked
from kit.evasions import cases
from kit.lookalikes import lookalikes

NAMES = (
    "model.bin",
    "m.pt",
    "x.py",
    "config.json",
    "t.jinja",
    "m.gguf",
    "m.safetensors",
    "a.zip",
    "m.h5",
    "n",
)
SAMPLES = [*(c.data for c in cases()), *(h.data for h in lookalikes())]


def _lawful(data: bytes, name: str) -> None:
    limits = Limits(operations=3_000_000, inflated=32 << 20, window=8 << 20)
    found = examine(Blob(data, path=(name,)), budget=Budget(limits))
    assert [c.reason for c in found.coverage if "internal error" in c.reason] == []
    assert found.coverage[0].path == (name,)
    assert all(f.place.path[0] == name for f in found.findings)
    for finding in found.findings:
        where = finding.place.where
        if isinstance(where, Bytes) and finding.place.path == (name,):
            assert 0 <= where.offset <= len(data)
            assert where.offset + where.length <= len(data)
    assert unpacked(packed(found)) == found
    again = examine(Blob(data, path=(name,)), budget=Budget(limits))
    assert again == found


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=2000), name=st.sampled_from(NAMES))
def test_any_bytes_are_examined_lawfully(data: bytes, name: str):
    _lawful(data, name)


@settings(max_examples=150, deadline=None)
@given(
    sample=st.sampled_from(SAMPLES),
    at=st.integers(min_value=0, max_value=1 << 16),
    value=st.integers(min_value=0, max_value=255),
    name=st.sampled_from(NAMES),
)
def test_damaged_samples_are_examined_lawfully(sample: bytes, at: int, value: int, name: str):
    damaged = bytearray(sample)
    if damaged:
        damaged[at % len(damaged)] = value
    _lawful(bytes(damaged), name)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_cut_in_half_is_examined_lawfully(name: str):
    for sample in SAMPLES[:: len(NAMES)]:
        _lawful(sample[: len(sample) // 2], name)
