"""Taking stock of safetensors: parameters as their makers count them, free metadata."""

import json

import pytest

from kit.stock import said, stated, ties
from kit.weights import entry, safetensors


def _file(tensors: dict[str, tuple[str, list[int]]], metadata: dict[str, str] | None = None) -> bytes:
    widths = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1, "I8": 1, "BOOL": 1}
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = widths[dtype]
        for n in shape:
            size *= n
        header[name] = entry(dtype, shape, at, at + size)
        at += size
    return safetensors(header, bytes(at))


def _counts(data: bytes, name: str = "model.safetensors") -> dict[str, object]:
    found = [f for f in stated(data, name) if f.trait in ("parameters", "elements")]
    return {f"{f.part.kind}:{f.name}@{f.scope}": f.value for f in found}


def test_counts_floats_and_leaves_indexes_and_masks_out():
    data = _file(
        {
            "emb.weight": ("F32", [10, 4]),
            "position_ids": ("I64", [1, 16]),
            "norm.bias": ("BF16", [4]),
            "h.0.attn.bias": ("F32", [1, 1, 8, 8]),
            "mask": ("BOOL", [3]),
        }
    )
    assert _counts(data, "m/model-00001-of-00002.safetensors") == {
        "model:@model-00001-of-00002.safetensors": 44,
        "model:F32@model-00001-of-00002.safetensors": 104,
        "model:I64@model-00001-of-00002.safetensors": 16,
        "model:BF16@model-00001-of-00002.safetensors": 4,
        "model:BOOL@model-00001-of-00002.safetensors": 3,
    }


@pytest.mark.parametrize(
    ("tensors", "parameters", "packing"),
    [
        (  # GPTQ of four bits: 64 inputs, 32 outputs
            {
                "q.qweight": ("I32", [8, 32]),
                "q.qzeros": ("I32", [1, 4]),
                "q.scales": ("F16", [1, 32]),
                "q.g_idx": ("I32", [64]),
            },
            64 * 32,
            "4 bits in I32",
        ),
        (  # GPTQ of eight bits, without zeros
            {"q.qweight": ("I32", [16, 32]), "q.g_idx": ("I32", [64])},
            64 * 32,
            "8 bits in I32",
        ),
        (  # AWQ packs along the outputs
            {
                "q.qweight": ("I32", [64, 4]),
                "q.qzeros": ("I32", [1, 4]),
                "q.scales": ("F16", [1, 32]),
            },
            64 * 32,
            "4 bits in I32",
        ),
        (  # bitsandbytes, four bits
            {
                "q.weight": ("U8", [1024, 1]),
                "q.weight.absmax": ("U8", [32]),
                "q.weight.quant_map": ("F32", [16]),
                "q.weight.quant_state.bitsandbytes__nf4": ("U8", [80]),
            },
            2048,
            "4 bits in U8",
        ),
        ({"q.weight": ("I8", [64, 32]), "q.SCB": ("F32", [64])}, 2048, ""),
        ({"e_blocks": ("U8", [4, 16]), "e_scales": ("U8", [4])}, 128, "MXFP4 in U8"),
    ],
)
def test_counts_packed_weights_for_what_they_hold(tensors, parameters, packing):
    data = _file(tensors)
    assert _counts(data)["model:@model.safetensors"] == parameters
    assert [v for _, trait, _, v in said(data, "m.safetensors") if trait == "quantization"] == (
        [packing] if packing else []
    )


def test_a_header_that_lies_counts_nothing():
    header = {"a": entry("F32", [1_000_000, 1_000_000], 0, 8)}
    assert _counts(safetensors(header, bytes(8))) == {}


def test_a_cut_file_only_declares_what_it_counts():
    data = safetensors({"a": entry("F32", [100], 0, 400)}, bytes(16))
    assert [(f.value, f.method.value) for f in stated(data, "a.safetensors") if f.trait == "parameters"] == [
        (100, "declared")
    ]


KOHYA = {
    "ss_network_module": "networks.lora",
    "ss_network_dim": "16",
    "ss_network_alpha": "8.0",
    "ss_learning_rate": "0.0001",
    "ss_optimizer": "torch.optim.adamw.AdamW(weight_decay=0.01)",
    "ss_seed": "42",
    "ss_steps": "1200",
    "ss_sd_model_name": "C:\\models\\sd_xl_base_1.0.safetensors",
    "ss_new_sd_model_hash": "a" * 64,
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_training_started_at": "1700000000.5",
    "ss_training_finished_at": "1700003600.0",
    "ss_dataset_dirs": json.dumps({"10_plush": {"n_repeats": 10, "img_count": 24}}),
    "ss_tag_frequency": json.dumps({"10_plush": {"plush": 24, "red": 3}}),
    "ss_num_train_images": "240",
    "ss_output_name": "plush",
    "ss_cache_latents": "True",
    "ss_log_dir": "/home/alice/logs",
    "modelspec.title": "Plush LoRA",
    "modelspec.author": "Ada",
    "modelspec.license": "CreativeML Open RAIL++-M",
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
    "modelspec.tags": "toy, plush",
    "modelspec.date": "2023-11-14",
    "modelspec.description": "[More Information Needed]",
}


def test_reads_the_training_of_an_adapter_out_of_its_metadata():
    data = _file({"lora_unet_a.lora_down.weight": ("F16", [16, 4])}, KOHYA)
    found = said(data, "plush.safetensors")
    assert [f for f in found if f[0].startswith("run:")] == [
        ("run:", "setting", "network_module", "networks.lora"),
        ("run:", "setting", "network_dim", 16),
        ("run:", "setting", "network_alpha", 8.0),
        ("run:", "setting", "learning_rate", 0.0001),
        ("run:", "setting", "optimizer", "torch.optim.adamw.AdamW(weight_decay=0.01)"),
        ("run:", "setting", "cache_latents", True),
        ("run:", "steps", "", 1200),
        ("run:", "seed", "", 42),
        ("run:", "started", "", "2023-11-14T22:13:20Z"),
        ("run:", "finished", "", "2023-11-14T23:13:20Z"),
        ("run:", "setting", "num_train_images", 240),
    ]
    assert [f for f in found if f[0].startswith("adapter:")] == [
        ("adapter:", "format", "", "safetensors"),
        ("adapter:", "parameters", "", 64),
        ("adapter:", "elements", "F16", 64),
        ("adapter:", "name", "", "Plush LoRA"),
        ("adapter:", "author", "", "Ada"),
        ("adapter:", "license", "", "CreativeML Open RAIL++-M"),
        ("adapter:", "architecture", "", "stable-diffusion-xl-v1-base/lora"),
        ("adapter:", "released", "", "2023-11-14"),
        ("adapter:", "tag", "", "toy"),
        ("adapter:", "tag", "", "plush"),
        ("adapter:", "name", "", "plush"),
        ("adapter:", "family", "", "sdxl_base_v1-0"),
    ]
    assert [f for f in found if f[0].startswith("dataset:")] == [
        ("dataset:#10_plush", "name", "", "10_plush"),
        ("dataset:#10_plush", "rows", "", 24),
        ("dataset:#10_plush", "weight", "", 10),
        ("dataset:#10_plush", "content", "", "images tagged plush (24), red (3)"),
    ]
    assert ties(data, "plush.safetensors") == [
        ("adapter:", "made-by", "run:", "", ""),
        (
            "adapter:",
            "derived-from",
            "model:name:sd_xl_base_1.0.safetensors",
            "adapter",
            "sha256:" + "a" * 64,
        ),
        ("adapter:", "trained-on", "dataset:#10_plush", "", ""),
    ]


@pytest.mark.parametrize(
    "metadata",
    [
        {"ss_tag_frequency": "{" * 5000, "ss_steps": "1e999", "ss_training_started_at": "-1"},
        {"ss_dataset_dirs": "[1, 2]", "ss_seed": "nan", "modelspec.tags": ",,,"},
        {"modelspec.title": "\u202e" * 9000, "ss_sd_model_name": "/"},
    ],
)
def test_hostile_metadata_states_little_and_raises_nothing(metadata):
    found = said(_file({"a": ("F32", [1])}, metadata), "a.safetensors")
    assert [f for f in found if f[1] in ("steps", "seed", "started")] == []
    assert all(not isinstance(v, str) or (len(v) <= 4000 and "\u202e" not in v) for *_, v in found)
