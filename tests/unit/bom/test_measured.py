"""Measured lineage: models made of numbers in the test, held against each other."""

import struct
from hashlib import sha256

import pytest

from backstamp.bom.measured import Measured, Verdict, measured_lineage
from backstamp.core.supply import Relation
from backstamp.models.facts.weights import TensorSample
from kit.stock import stock
from kit.weights import Gguf, entry, safetensors

Weights = dict[str, tuple[list[int], list[float]]]
LAYERS = ("self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj", "mlp.down_proj")
SHORT = dict(zip(LAYERS, ("attn_q", "attn_v", "ffn_up", "ffn_down"), strict=True))
SIZE = 64


def _values(seed: str, count: int) -> list[float]:
    """Numbers between -1 and 1 that BF16 holds, the same for the same seed."""
    out: list[float] = []
    block = 0
    while len(out) < count:
        out += [(b - 128 + 0.5) / 128 for b in sha256(f"{seed}{block}".encode()).digest()]
        block += 1
    return out[:count]


def _model(seed: str, *, layers: int = 3) -> Weights:
    made: Weights = {}
    for layer in range(layers):
        for name in LAYERS:
            full = f"model.layers.{layer}.{name}.weight"
            made[full] = ([SIZE, SIZE], _values(seed + full, SIZE * SIZE))
        made[f"model.layers.{layer}.input_layernorm.weight"] = ([SIZE], [1.0] * SIZE)
    made["model.norm.weight"] = ([SIZE], _values(f"{seed}norm", SIZE))
    return made


def _tuned(weights: Weights, by: float, frozen: str = "-") -> Weights:
    return {
        name: (shape, values)
        if frozen in name
        else (shape, [v + by * n for v, n in zip(values, _values(f"noise{name}", len(values)), strict=True)])
        for name, (shape, values) in weights.items()
    }


def _bytes(values: list[float], dtype: str) -> bytes:
    if dtype == "BF16":
        return b"".join(struct.pack("<f", v)[2:] for v in values)
    return struct.pack(f"<{len(values)}{'e' if dtype == 'F16' else 'f'}", *values)


def _safetensors(weights: Weights, dtype: str = "F32"):
    header: dict[str, object] = {}
    data = b""
    for name, (shape, values) in weights.items():
        raw = _bytes(values, dtype)
        header[name] = entry(dtype, shape, len(data), len(data) + len(raw))
        data += raw
    return stock(safetensors(header, data), "m/model.safetensors").facts


def _q8(values: list[float]) -> bytes:
    out = b""
    for at in range(0, len(values), 32):
        block = values[at : at + 32]
        scale = max(map(abs, block)) / 127 or 1.0
        out += struct.pack("<e", scale) + struct.pack(
            "<32b", *(max(-127, min(127, round(v / scale))) for v in block)
        )
    return out


def _gguf(weights: Weights, kind: int):
    made, data = Gguf().pair("general.architecture", "llama"), b""
    for name, (shape, values) in weights.items():
        parts = name.split(".")
        short = (
            f"blk.{parts[2]}.{SHORT.get('.'.join(parts[3:-1]), 'attn_norm')}.weight"
            if len(parts) > 4
            else "output_norm.weight"
        )
        is_packed = kind == 8 and len(shape) == 2
        made.tensor(short, list(reversed(shape)), 8 if is_packed else 0, len(data))
        data += _q8(values) if is_packed else _bytes(values, "F32")
        data += bytes(-len(data) % 32)
    return stock(made.build(data), "m/model.gguf").facts


PARENT = _model("parent")


def _verdict(child, parent=None) -> tuple[Verdict, float, str]:
    found = measured_lineage(child, _safetensors(PARENT) if parent is None else parent)
    assert found is not None
    return found.verdict, found.strength, found.manner


def test_the_same_weights_are_the_same_in_other_types_and_formats():
    assert measured_lineage(_safetensors(PARENT, "BF16"), _safetensors(PARENT)) == Measured(
        verdict=Verdict.SAME,
        strength=1.0,
        shared=1.0,
        identical=1.0,
        agreement=1.0,
        compared=13,
        signs=13 * 96 - 32,
        relation=Relation.DERIVED_FROM,
    )
    assert _verdict(_safetensors(PARENT, "F16")) == (Verdict.SAME, 1.0, "converted")
    assert _verdict(_gguf(PARENT, 0)) == (Verdict.SAME, 1.0, "converted")


def test_further_training_leaves_most_signs():
    assert _verdict(_safetensors(_tuned(PARENT, 0.05))) == (Verdict.FINETUNE, 0.95, "finetune")


def test_layers_that_were_frozen_are_the_same():
    verdict, strength, manner = _verdict(_safetensors(_tuned(PARENT, 0.5, frozen="layers.0")))
    assert (verdict, strength, manner) == (Verdict.FINETUNE, 0.9, "finetune")


def test_a_model_of_the_same_design_that_was_trained_apart_is_unrelated():
    assert _verdict(_safetensors(_model("other"))) == (Verdict.UNRELATED, 0.95, "")
    assert _verdict(_gguf(_model("other"), 8)) == (Verdict.UNRELATED, 0.9, "")


def test_quantised_weights_are_known_by_their_signs():
    assert _verdict(_gguf(PARENT, 8)) == (Verdict.QUANTIZED, 0.95, "quantized")


def test_packed_weights_that_cannot_be_read_are_only_alike_by_name():
    packed = [
        fact if not isinstance(fact, TensorSample) else _without_values(fact) for fact in _safetensors(PARENT)
    ]
    assert _verdict(packed) == (Verdict.QUANTIZED, 0.5, "quantized")


def _without_values(fact: TensorSample) -> TensorSample:
    return TensorSample(
        place=fact.place,
        format="gguf",
        name=fact.name,
        dtype="IQ2_XXS",
        shape=fact.shape,
        digest="",
        signs="",
    )


def test_a_model_with_a_head_has_its_base_under_a_prefix():
    child = {f"transformer.{name}": value for name, value in PARENT.items()} | {
        "score.weight": ([2, SIZE], _values("head", 2 * SIZE))
    }
    assert _verdict(_safetensors(child))[0] is Verdict.FINETUNE


def test_part_of_the_weights_in_a_larger_model_is_partial():
    child = PARENT | {f"vision.{n}.weight": ([SIZE], _values(str(n), SIZE)) for n in range(40)}
    assert _verdict(_safetensors(child))[0] is Verdict.PARTIAL


@pytest.mark.parametrize(("size", "verdict"), [(SIZE, Verdict.ADAPTER), (SIZE * 2, Verdict.UNRELATED)])
def test_an_adapter_fits_the_layers_of_its_base_or_it_does_not(size, verdict):
    lora: Weights = {}
    for layer in range(3):
        stem = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
        lora[f"{stem}.lora_A.weight"] = ([4, size], _values("a", 4 * size))
        lora[f"{stem}.lora_B.weight"] = ([size, 4], [0.0] * 4 * size)
    assert _verdict(_safetensors(lora))[0] is verdict


def test_nothing_is_said_without_weights():
    assert measured_lineage([], _safetensors(PARENT)) is None
    assert measured_lineage(stock(b"{}", "config.json").facts, ()) is None


def test_tokenizers_and_templates_are_compared_by_their_digests():
    vocabulary = b'{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}}}'
    other = b'{"model": {"type": "BPE", "vocab": {"b": 0, "a": 1}}}'
    weights = tuple(_safetensors(PARENT))
    parent = (
        *weights,
        *stock(vocabulary, "p/tokenizer.json").facts,
        *stock(b"{{ a }}", "p/chat_template.jinja").facts,
    )
    same = (*weights, *stock(vocabulary + b" ", "c/tokenizer.json").facts)
    found = measured_lineage(same, parent)
    assert found is not None
    assert (found.tokenizer, found.template) == (True, None)
    differs = (
        *weights,
        *stock(other, "c/tokenizer.json").facts,
        *stock(b"{{ b }}", "c/chat_template.jinja").facts,
    )
    found = measured_lineage(differs, parent)
    assert found is not None
    assert (found.tokenizer, found.template) == (False, False)
