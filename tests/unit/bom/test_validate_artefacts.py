"""A document is held against the digests and headers of the files that it describes."""

import pytest

from backstamp.bom.inventory import FileRecord, Inventory
from backstamp.bom.validate.artefacts import compared
from backstamp.core.digest import Digest
from backstamp.core.location import Location
from backstamp.models.facts.weights import WeightsSummary
from kit.boms import SHA256, changed, cyclonedx, spdx

WEIGHTS = "/components/1/components/0"
COUNT = "/components/1/properties/0/value"
OTHER = "0" * 64


def stock(*files, weights=()):
    records = tuple(
        FileRecord(path=tuple(path.split("!/")), size=1, digest=Digest(digest) if digest else None, kinds=())
        for path, digest in files
    )
    facts = tuple(
        WeightsSummary(
            place=Location((path,)),
            format=form,
            version=1,
            tensors=1,
            parameters=count,
            dtypes=dtypes,
            metadata=(),
        )
        for path, form, count, dtypes in weights
    )
    return Inventory(target="minilm", is_folder=True, files=records, facts=facts)


def safetensors(path="model.safetensors", count=1000, dtype="F32"):
    return (path, "safetensors", count, ((dtype, 10), ("I64", 1)))


def found(tree, inventory):
    return [(p.code, p.severity.value, p.pointer) for p in compared(tree, inventory).problems]


RIGHT = stock(("model.safetensors", SHA256), ("README.md", OTHER), weights=[safetensors()])


def test_a_document_that_fits_has_no_problems_and_says_what_was_compared():
    comparison = compared(cyclonedx(), RIGHT)
    assert (comparison.problems, comparison.compared) == ((), "1 file by SHA-256, 1 value of headers")


def test_a_file_that_was_changed_is_found():
    assert found(cyclonedx(), stock(("model.safetensors", OTHER))) == [
        ("BV401", "error", f"{WEIGHTS}/hashes/0/content")
    ]


@pytest.mark.parametrize(
    "name",
    [
        "a/model.safetensors",
        "./a/model.safetensors",
        "minilm/a/model.safetensors",
        "a\\model.safetensors",
        "model.safetensors",
    ],
)
def test_files_are_found_by_their_path_in_the_ways_that_it_is_written(name):
    tree = changed(cyclonedx(), f"{WEIGHTS}/name", name)
    assert found(tree, stock(("a/model.safetensors", OTHER), ("b/config.json", SHA256))) == [
        ("BV401", "error", f"{WEIGHTS}/hashes/0/content")
    ]


def test_members_of_containers_are_files_too():
    tree = changed(cyclonedx(), f"{WEIGHTS}/name", "models.zip!/model.safetensors")
    assert found(tree, stock(("models.zip", OTHER), ("models.zip!/model.safetensors", SHA256))) == []


def test_a_name_that_several_files_have_fits_if_one_of_them_does():
    assert found(cyclonedx(), stock(("a/model.safetensors", OTHER), ("b/model.safetensors", SHA256))) == []
    assert found(cyclonedx(), stock(("a/model.safetensors", OTHER), ("b/model.safetensors", OTHER))) == [
        ("BV401", "error", f"{WEIGHTS}/hashes/0/content")
    ]


def test_a_name_is_not_found_in_the_middle_of_another():
    assert found(cyclonedx(), stock(("old-model.safetensors", OTHER))) == [("BV402", "warning", WEIGHTS)]


def test_a_file_that_is_gone_and_weights_that_are_not_listed_are_warned_of():
    inventory = stock(("other.safetensors", OTHER), weights=[safetensors("other.safetensors")])
    assert found(cyclonedx(), inventory) == [("BV402", "warning", WEIGHTS), ("BV403", "warning", "")]


def test_digests_that_cannot_be_compared_are_counted_and_not_passed():
    tree = changed(cyclonedx(), f"{WEIGHTS}/hashes/0/alg", "SHA3-256")
    for comparison in (
        compared(tree, stock(("model.safetensors", OTHER))),
        compared(cyclonedx(), stock(("model.safetensors", ""))),
    ):
        assert (comparison.problems, comparison.files, comparison.other) == ((), 0, 1)


def test_the_place_where_a_library_was_seen_is_not_its_file():
    library = {
        "type": "library",
        "name": "x",
        "hashes": [{"alg": "SHA-256", "content": SHA256}],
        "evidence": {"occurrences": [{"location": "requirements.txt"}]},
    }
    inventory = stock(("model.safetensors", SHA256), ("requirements.txt", OTHER))
    assert found(changed(cyclonedx(), "/components/3", library), inventory) == []


def test_a_model_that_is_one_file_is_compared_with_it():
    model = {
        "type": "machine-learning-model",
        "name": "m.onnx",
        "hashes": [{"alg": "SHA-256", "content": SHA256}],
        "evidence": {"occurrences": [{"location": "models/m.onnx"}]},
    }
    inventory = stock(("model.safetensors", SHA256), ("models/m.onnx", OTHER))
    assert found(changed(cyclonedx(), "/components/3", model), inventory) == [
        ("BV401", "error", "/components/3/hashes/0/content")
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1000", []),
        ("1,000", []),
        ("1_000", []),
        ("1K", []),
        ("1.0k", []),
        ("1.02K", []),  # rounded
        ("1005", [("BV404", "warning", COUNT)]),
        ("2000", [("BV404", "error", COUNT)]),
        ("7B", [("BV404", "error", COUNT)]),
        ("many", []),
    ],
)
def test_the_number_of_parameters_is_the_one_of_the_headers(value, expected):
    assert found(changed(cyclonedx(), COUNT, value), RIGHT) == expected


def test_the_parameters_of_shards_are_added():
    shards = [safetensors(f"model-{at}.safetensors", 500) for at in (1, 2)]
    inventory = stock(("model-1.safetensors", OTHER), ("model-2.safetensors", OTHER), weights=shards)
    tree = changed(cyclonedx(), "/components/1/components", [])
    assert found(tree, inventory) == []


@pytest.mark.parametrize(
    ("name", "value", "measured", "fits"),
    [
        ("cdx:ai-ml:model:parameter:dtype", "float32", "F32", True),
        ("cdx:ai-ml:model:parameter:dtype", "torch.bfloat16", "F32", False),
        ("x:precision", "fp16", "F16", True),
        ("x:precision", "fp16", "F32", False),
        ("x:quantization", "Q4_K_M", "Q4_K", True),
        ("x:quantization", "Q4_K_M", "Q8_0", False),
        ("x:quantization", "gptq", "I32", True),
        ("x:quantization", "awq 4-bit", "F16", False),
        ("x:quantization", "fp8", "F8_E4M3", True),
        ("x:quantization", "some-scheme", "F16", True),
    ],
)
def test_element_types_are_those_of_the_headers(name, value, measured, fits):
    inventory = stock(
        ("model.safetensors", SHA256), weights=[("model.safetensors", "safetensors", 1000, ((measured, 3),))]
    )
    tree = changed(cyclonedx(), "/components/1/properties/1", {"name": name, "value": value})
    expected = [] if fits else [("BV405", "error", "/components/1/properties/1/value")]
    assert found(tree, inventory) == expected


def test_files_of_spdx_documents_are_compared_too():
    file = {
        "type": "software_File",
        "spdxId": "https://example.org/f",
        "name": "model.safetensors",
        "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": OTHER}],
    }
    assert found(changed(spdx(), "/@graph/7", file), stock(("model.safetensors", SHA256))) == [
        ("BV401", "error", "/@graph/7/verifiedUsing/0/hashValue")
    ]
