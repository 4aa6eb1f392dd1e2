"""Rules about safetensors and GGUF files: what they find, leave alone and are not fooled by."""

import pickle
import struct

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Coverage, Status
from backstamp.engine.examine import examine
from kit.scanning import codes, examined, verdict
from kit.weights import Gguf, entry, model, safetensors


def test_leaves_a_sound_safetensors_file_alone_and_explains_every_byte():
    found = examined(safetensors(), "model.safetensors")
    assert found.findings == []
    assert found.coverage == [
        Coverage(path=("model.safetensors",), status=Status.COMPLETE, kinds=("safetensors",), unexplained=0)
    ]


def test_a_header_of_a_ten_gigabyte_file_is_judged_without_its_data():
    size = 10 * 1024**3
    header = safetensors({"w": entry("F32", [size // 4], 0, size)}, b"")
    blob = Blob(header, path=("big.safetensors",), size=len(header) + size)
    budget = Budget()
    found = examine(blob, budget=budget)
    assert (found.findings, [c.status for c in found.coverage]) == ([], [Status.COMPLETE])
    assert budget.operations < 1000


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"__metadata__": {}},
        {"empty": entry("F32", [0, 4], 0, 0)},
        {"scalar": entry("F32", [], 0, 4)},
        {"a-b_c.d": entry("F8_E4M3", [4], 0, 4), "half": entry("F4", [4], 4, 6)},
    ],
)
def test_leaves_unusual_but_sound_headers_alone(header):
    length = max((e["data_offsets"][1] for n, e in header.items() if n != "__metadata__"), default=0)
    assert verdict(safetensors(header, b"\0" * length), "m.safetensors").outcome == "allow"


@pytest.mark.parametrize(
    ("header", "code", "outcome"),
    [
        ({"a": entry("F32", [2], 0, 8), "b": entry("F32", [2], 4, 12)}, "SFT101", "deny"),
        ({"a": entry("F32", [2**33, 2**33], 0, 8)}, "SFT101", "deny"),
        ({"a": entry("F32", [2], 2**64, 2**64 + 8)}, "SFT101", "deny"),
        ({"a": entry("F32", [2], 8, 0)}, "SFT101", "deny"),
        ({"a": entry("F32", [2], -8, 0)}, "SFT101", "deny"),
        ({"a": entry("F32", [2], 4096, 4104)}, "SFT101", "deny"),
        (
            '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}',
            "SFT101",
            "deny",
        ),
        ('{"a":{"dtype":"F32","shape":[4],"shape":[2],"data_offsets":[0,8]}}', "SFT101", "deny"),
        ({"../../etc/passwd": entry("F32", [4], 0, 16)}, "SFT103", "deny"),
        ({"/etc/passwd": entry("F32", [4], 0, 16)}, "SFT103", "deny"),
        ({"..\\..\\x": entry("F32", [4], 0, 16)}, "SFT103", "deny"),
        ({"C:\\x": entry("F32", [4], 0, 16)}, "SFT103", "deny"),
        ({"a": entry("F33", [4], 0, 16)}, "SFT102", "undetermined"),
        ({"a": entry("F32", [5], 0, 16)}, "SFT101", "deny"),
        ({"a": entry("F32", [400], 0, 1600)}, "SFT102", "undetermined"),
        ({"__metadata__": {"x": 1}, "a": entry("F32", [4], 0, 16)}, "SFT102", "warn"),
    ],
)
def test_finds_headers_that_lie(header, code, outcome):
    data = safetensors(header)
    assert code in codes(data, "m.safetensors")
    assert verdict(data, "m.safetensors").outcome == outcome


def test_finds_control_characters_and_code_where_names_stand():
    assert codes(safetensors({"a\r\nX: y": entry("F32", [4], 0, 16)}), "m.safetensors") == ["SFT103"]
    for metadata in (
        {"__reduce__": "x"},
        {"exec": "1"},
        {"note": "__import__('os').system('id')"},
        {"a": "import os; os.system('x')"},
    ):
        whole = {"__metadata__": metadata, "a": entry("F32", [4], 0, 16)}
        assert codes(safetensors(whole), "m.safetensors") == ["SFT104"]
    usual = {
        "__metadata__": {"format": "pt", "ss_tag_frequency": '{"a__b": 1}'},
        "a": entry("F32", [4], 0, 16),
    }
    assert codes(safetensors(usual), "m.safetensors") == []


def test_what_is_named_like_weights_and_is_none_is_not_clean():
    for name in ("m.safetensors", "m.gguf"):
        for data in (b"GG", b"<html>not found</html>", b"{}", b"\1\2\3"):
            assert verdict(data, name).outcome == "undetermined"
    assert codes(struct.pack("<Q", 100_000_001) + b"\0" * 8, "m.safetensors") == ["SFT101"]
    assert codes(model(), "m.safetensors") == ["REP104"]


def test_a_gap_between_tensors_stays_unexplained():
    data = safetensors({"a": entry("I8", [4], 0, 4), "b": entry("I8", [4], 12, 16)})
    found = examined(data, "m.safetensors")
    assert "SFT102" in {f.rule for f in found.findings}
    assert found.coverage[0].unexplained == 8


def test_a_header_that_is_no_json_is_not_clean():
    for text in ("{'a': 1}", "{" * 5000, '{"a": 1' + "0" * 5000 + "}", "[1]", '{"a":\x00}'):
        assert verdict(safetensors(text), "m.safetensors").outcome == "undetermined"


def test_a_truncated_file_is_not_clean():
    data = safetensors()
    outcomes = {verdict(data[:end], "m.safetensors").outcome for end in range(9, len(data))}
    assert outcomes <= {"undetermined", "deny"}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("order", ["<", ">"])
def test_leaves_a_sound_gguf_file_alone_and_explains_every_byte(version, order):
    if version == 1 and order == ">":
        return
    data = model("{{ messages }}", version=version, order=order)
    found = examined(data, "m.gguf")
    assert found.findings == []
    assert [(c.path, c.status, c.unexplained) for c in found.coverage] == [
        (("m.gguf",), Status.COMPLETE, 0),
        (("m.gguf", "tokenizer.chat_template"), Status.COMPLETE, 0),
    ]


def test_leaves_a_vocabulary_without_tensors_and_a_part_of_a_split_model_alone():
    vocabulary = Gguf().pair("tokenizer.ggml.tokens", [f"t{i}" for i in range(1000)]).build()
    part = Gguf().pair("split.no", 1).pair("split.count", 3).tensor("a", [8]).build(b"\0" * 32)
    assert verdict(vocabulary, "vocab.gguf").outcome == "allow"
    assert verdict(part, "m-00002-of-00003.gguf").outcome == "allow"


def _lying(name: str) -> bytes:
    sound = Gguf().pair("general.architecture", "llama")
    match name:
        case "tensors":
            return sound.build(n_tensors=2**60)
        case "pairs":
            return sound.build(n_pairs=2**62)
        case "string":
            sound.pairs.append(sound.text("x", 2**63))
            return sound.build()
        case "array":
            return sound.pair("a", struct.pack("<IQ", 8, 2**61), kind=9).build()
        case "numbers":
            return sound.pair("a", struct.pack("<IQ", 10, 2**61), kind=9).build()
        case "product":
            return sound.tensor("a", [2**32, 2**32, 4]).build()
        case "hidden product":
            return sound.tensor("a", [2**32, 2**32, 0]).build()
        case "bytes":
            return sound.tensor("a", [2**62]).build()
        case "dimensions":
            return sound.tensor("a", [1] * 5).build(b"\0" * 32)
        case "many dimensions":
            return sound.tensor("a", [1] * 70).build(b"\0" * 32)
        case "offset":
            return sound.tensor("a", [8], 0, 2**40).build(b"\0" * 32)
        case "wrapping offset":
            return sound.tensor("a", [8], 0, 2**64 - 32).build(b"\0" * 32)
        case "overlap":
            return sound.tensor("a", [16]).tensor("b", [16], 0, 32).build(b"\0" * 128)
        case "alignment":
            return sound.pair("general.alignment", 0).build()
        case "odd alignment":
            return sound.pair("general.alignment", 33).build()
        case "twice":
            return sound.pair("general.architecture", "gpt2").build()
        case "same name":
            return sound.tensor("a", [8]).tensor("a", [8], 0, 32).build(b"\0" * 64)
    raise AssertionError(name)


LIES = (
    "tensors", "pairs", "string", "array", "numbers", "product", "hidden product", "bytes", "dimensions",
    "many dimensions", "offset", "wrapping offset", "overlap", "alignment", "odd alignment", "twice",
    "same name",
)  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_denies_a_gguf_head_that_is_built_to_break_readers(name):
    assert "GGF101" in codes(_lying(name), "m.gguf")
    assert verdict(_lying(name), "m.gguf").outcome == "deny"


def test_finds_a_path_as_a_tensor_name_in_gguf():
    assert codes(Gguf().tensor("../../x", [8]).build(b"\0" * 32), "m.gguf") == ["GGF103"]


def test_a_download_that_was_cut_off_is_undetermined_and_no_attack():
    data = model()
    for end in range(24, len(data) - 31, 7):
        assert verdict(data[:end], "m.gguf").outcome == "undetermined", end


def test_templates_of_every_key_are_examined():
    made = (
        Gguf()
        .pair("tokenizer.chat_template", "{{ a }}")
        .pair("tokenizer.chat_template.rag", "{{ ''.__class__ }}")
    )
    (finding,) = examined(made.build(), "m.gguf").findings
    assert finding.place.path == ("m.gguf", "tokenizer.chat_template.rag")


def test_data_behind_the_last_tensor_is_not_explained():
    data = model() + b"payload" * 20
    assert examined(data, "m.gguf").coverage[0].unexplained == 140


def test_large_vocabularies_cost_a_step_a_token():
    costs = []
    for count in (20_000, 40_000):
        budget = Budget()
        data = Gguf().pair("t", [f"token{i}" for i in range(count)]).build()
        examine(Blob(data, path=("v.gguf",)), budget=budget)
        costs.append(budget.operations)
    assert costs[1] < 2.2 * costs[0]


def test_a_safetensors_header_costs_in_proportion_to_its_tensors():
    costs = []
    for count in (2000, 4000):
        budget = Budget()
        header = {f"layer.{i}.weight": entry("I8", [4], 4 * i, 4 * i + 4) for i in range(count)}
        examine(Blob(safetensors(header, b"\0" * 4 * count), path=("m.safetensors",)), budget=budget)
        costs.append(budget.operations)
    assert costs[1] < 2.2 * costs[0]


def test_a_name_that_promises_data_hides_no_pickle():
    data = pickle.dumps({"a": [1, 2, 3]})
    assert "REP101" in codes(data, "model.safetensors")
    assert "REP101" in codes(data, "config.json")
    assert codes(data, "model.bin") == []
    assert codes(b'{"a": 1}', "a.json") == []
