"""Rules about the JSON files of model repositories: what they find, leave alone and are not fooled by."""

import json

import pytest

from backstamp.core.location import Location, Pointer
from backstamp.core.reading import Status
from backstamp.engine.scan import scan
from kit.scanning import codes, examined, verdict

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 8,
    "torch_dtype": "bfloat16",
}


def found(value: object, name: str = "config.json") -> list[str]:
    return codes(json.dumps(value).encode(), name)


@pytest.mark.parametrize(
    ("setting", "code", "outcome"),
    [
        ({"auto_map": {"AutoModel": "evil/repo--modeling.Evil"}}, "CFG101", "deny"),
        ({"auto_map": {"AutoTokenizer": [None, "evil/repo--tok.Evil"]}}, "CFG101", "deny"),
        ({"auto_map": {"AutoTokenizer": ["../../x.Evil", None]}}, "CFG101", "deny"),
        ({"sub": {"deep": [{"auto_map": {"AutoModel": "evil/repo--modeling.Evil"}}]}}, "CFG101", "deny"),
        ({"custom_pipelines": {"x": {"impl": "evil/repo--pipe.P", "pt": ["AutoModel"]}}}, "CFG101", "deny"),
        ({"custom_pipeline": "evil/repo"}, "CFG101", "deny"),
        ({"auto_map": {"AutoModel": "modeling_x.X"}}, "CFG102", "warn"),
        ({"auto_map": ["tok.Slow", None]}, "CFG102", "warn"),
        ({"custom_pipelines": {"x": {"impl": "pipe.P", "pt": ["AutoModel"]}}}, "CFG102", "warn"),
        ({"custom_pipeline": "my_pipeline"}, "CFG102", "warn"),
        ({"trust_remote_code": True}, "CFG103", "deny"),
        ({"trust_remote_code": 1}, "CFG103", "deny"),
        ({"trust_remote_code": "false"}, "CFG103", "deny"),
        ({"keypoint_detector_config": {"trust_remote_code": True}}, "CFG103", "deny"),
        ({"_attn_implementation": "evil/kernel"}, "CFG104", "deny"),
        ({"_attn_implementation_internal": "evil/kernel"}, "CFG104", "deny"),
        ({"_attn_implementation_internal": "paged|evil/kernel@main:fn"}, "CFG104", "deny"),
        ({"attn_implementation": {"text_config": "sdpa", "vision_config": "evil/kernel"}}, "CFG104", "deny"),
        ({"vision_config": {"_attn_implementation_internal": "evil/kernel"}}, "CFG104", "deny"),
        ({"_experts_implementation": "evil/kernel"}, "CFG104", "deny"),
        ({"_attn_implementation": "kernels-community/flash-attn3"}, "CFG105", "warn"),
        ({"tokenizer_class": "evil/repo--tok.T"}, "CFG107", "deny"),
        ({"processor_class": "os.system"}, "CFG107", "deny"),
    ],
)
def test_finds_what_a_configuration_makes_its_loader_do(setting, code, outcome):
    assert found(CONFIG | setting) == [code]
    assert found(CONFIG | setting, "anything.json") == [code]
    assert verdict(json.dumps(CONFIG | setting).encode(), "config.json").outcome == outcome


def test_names_the_place_and_the_target():
    (finding,) = examined(
        json.dumps({"a": {"auto_map": {"AutoModel": "e/r--m.C"}}}).encode(), "config.json"
    ).findings
    assert finding.place == Location(("config.json",), Pointer("/a/auto_map/AutoModel"))
    assert finding.message == '"auto_map" takes m.C from the repository "e/r"'


def test_is_not_fooled_by_escaped_keys_repeated_keys_and_marks():
    for text in (
        '{"\\u0061uto_map": {"AutoModel": "e/r--m.C"}}',
        '{"auto\\u005fmap": {"AutoModel": "e/r--m.C"}}',
        '\ufeff{"auto_map": {"AutoModel": "e/r--m.C"}}',
        '\n\n {"x": NaN, "auto_map": {"AutoModel": "e/r--m.C"}}',
    ):
        assert codes(text.encode(), "x.json") == ["CFG101"]
    hidden = b'{"auto_map": {"AutoModel": "e/r--m.C"}, "auto_map": {}}'
    assert codes(hidden, "config.json") == ["CFG101", "CFG110"]


def test_is_not_fooled_by_depth_or_size():
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert verdict(deep, "config.json").outcome == "undetermined"
    middle: object = {"auto_map": {"AutoModel": "e/r--m.C"}}
    for _ in range(200):
        middle = [{"x": middle}]
    assert found(middle) == ["CFG101"]
    assert found(CONFIG | {"pad": "x" * 3_000_000, "trust_remote_code": True}) == ["CFG103"]


def test_a_configuration_that_is_no_json_is_not_clean():
    assert verdict(b'{"auto_map": ', "config.json").outcome == "undetermined"
    assert verdict(b"{ not json // at all", "tsconfig.json").outcome == "allow"


@pytest.mark.parametrize(
    ("index", "code"),
    [
        ({"unet": ["evil_module", "Evil"]}, "CFG106"),
        ({"unet": ["os", "system"]}, "CFG106"),
        ({"unet": ["diffusers", "Evil.__init__"]}, "CFG106"),
        ({"_class_name": ["pipe", "MyPipeline"]}, "CFG106"),
        ({"_class_name": "evil/repo--Pipe"}, "CFG107"),
    ],
)
def test_finds_foreign_parts_of_a_pipeline(index, code):
    whole = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0"} | index
    assert found(whole, "model_index.json") == [code]
    assert found(whole, "other.json") == [code]


def test_leaves_a_usual_pipeline_alone():
    index = {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0",
        "feature_extractor": [None, None],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "requires_safety_checker": True,
        "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "vae_decoder": ["diffusers", "OnnxRuntimeModel"], "image_size": [1, 2], "force_zeros": None,
    }  # fmt: skip
    assert found(index, "model_index.json") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sentence_transformers.models.Transformer", []),
        ("custom_st.Transformer", ["CFG109"]),
        ("jina/repo--custom_st.Transformer", ["CFG108"]),
        ("os.system", ["CFG108"]),
        ("builtins.exec", ["CFG108"]),
    ],
)
def test_judges_the_stages_of_a_sentence_model(path, expected):
    assert found([{"idx": 0, "name": "0", "path": "", "type": path}], "modules.json") == expected


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ("transformers.models.llama.modeling_llama", []),
        ("transformers_modules.x.modeling", []),
        ("__main__", []),
        ("helpers", ["CFG109"]),
        ("subprocess", ["CFG108"]),
    ],
)
def test_judges_the_parent_library_of_an_adapter(library, expected):
    adapter = {"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": library}}
    assert found(adapter, "adapter_config.json") == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (CONFIG, "config.json"),
        (CONFIG | {"_attn_implementation": "flash_attention_2", "attn_implementation": None}, "config.json"),
        (CONFIG | {"_experts_implementation": "grouped_mm"}, "config.json"),
        (CONFIG | {"_attn_implementation_autoset": True, "trust_remote_code": False}, "config.json"),
        (CONFIG | {"attn_implementation": {"": "sdpa", "text_config": "paged|eager"}}, "config.json"),
        ({"tokenizer_class": "PreTrainedTokenizerFast", "auto_map": {}}, "tokenizer_config.json"),
        (
            {"processor_class": "LlavaProcessor", "image_processor_type": "CLIPImageProcessor"},
            "processor_config.json",
        ),
        ({"learning_rate": 0.1, "trust_remote_code": True, "attn_implementation": "sdpa"}, "train.json"),
        ({"auto_map": True}, "settings.json"),
        ({"auto_map": {"region": "north america"}}, "map.json"),
        ({"name": "x", "version": "1.0.0", "type": "module", "scripts": {"build": "tsc"}}, "package.json"),
        ([{"type": "os.system", "name": "x"}], "data.json"),
        ({"vocab": {"\u0120auto_map": 1, "trust_remote_code": 2}}, "vocab.json"),
        ({"cells": [{"source": ["auto_map = {'AutoModel': 'a/b--c.D'}"]}]}, "notebook.ipynb"),
        ({"weight_map": {"a": "model-00001-of-00002.safetensors"}}, "model.safetensors.index.json"),
        ({"base_model_name_or_path": "../models/llama", "peft_type": "LORA"}, "adapter_config.json"),
        (["a", "b"], "list.json"),
        ("text", "string.json"),
    ],
)
def test_leaves_usual_documents_alone(value, name):
    data = json.dumps(value).encode()
    assert codes(data, name) == []
    assert verdict(data, name).outcome == "allow"


@pytest.mark.parametrize(
    "shard", ["../x.bin", "/etc/passwd", "https://evil.example/x.bin", "..\\x.bin", "a/../../x"]
)
def test_finds_shards_outside_of_the_folder(shard):
    assert found({"weight_map": {"a": shard}}, "model.safetensors.index.json") == ["CFG111"]
    assert found({"weight_map": {"a": shard}}, "other.json") == ["CFG111"]


def test_a_pointer_stands_for_a_file_that_was_not_examined():
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 4900000000\n"
    found = examined(pointer, "model.safetensors")
    assert found.findings == []
    assert [(c.status, c.reason) for c in found.coverage] == [
        (Status.PARTIAL, "a Git LFS pointer: the file itself (4900000000 bytes) is not here")
    ]
    for bad in (
        pointer.replace(b"size", b"sise"),
        pointer.replace(b"a" * 64, b"z" * 64),
        pointer + b"x" * 2000,
    ):
        assert verdict(bad, "model.safetensors").outcome == "undetermined"


def _tree(folder, **files: bytes) -> str:
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return str(folder)


def _codes_of(target: str) -> list[str]:
    return sorted(f.rule for f in scan([target]).findings if f.rule.startswith(("REP", "CFG")))


def test_compares_an_index_with_the_files_that_are_there(tmp_path):
    index = json.dumps({"weight_map": {"a": "one.txt", "b": "two.txt"}}).encode()
    target = _tree(tmp_path, model__index__json=index, one__txt=b"1")
    assert _codes_of(target) == ["REP102"]
    _tree(tmp_path, two__txt=b"2")
    assert _codes_of(target) == []


def test_says_that_code_which_a_configuration_names_is_missing(tmp_path):
    config = json.dumps(CONFIG | {"auto_map": {"AutoModel": "modeling_x.X"}}).encode()
    target = _tree(tmp_path, config__json=config)
    assert _codes_of(target) == ["CFG102"]
    _tree(tmp_path, a__txt=b"1", b__txt=b"2")
    assert _codes_of(target) == ["CFG102", "REP103"]
    _tree(tmp_path, modeling_x__py=b"class X: pass\n")
    assert _codes_of(target) == ["CFG102"]
