"""What the parts of a document are: how many models, what they are called, what lies in them."""

import pytest

from backstamp.core.tree import Tree, text_at, tree_at, trees_at
from kit.described import component, document, properties, refs
from kit.folders import COMMIT, FOLDERS

SNAPSHOT = f"models--acme--tiny-bert/snapshots/{COMMIT}"
RUN = "mlruns/1/9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def made_of(name: str, folder) -> Tree:
    return document(folder / name, FOLDERS[name]())


def names(tree: Tree) -> list[str]:
    return [text_at(each, "name") for each in trees_at(tree, "components")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fine-tune", ["model:.", "dataset:huggingface:stanfordnlp/sst2"]),
        (
            "trainer",
            [
                "model:.", "dataset:huggingface:stanfordnlp/sst2", "model:./checkpoint-100",
                "model:./checkpoint-50",
            ],
        ),
        ("quantised", ["model:."]),
        ("pipeline", ["model:.", "model:./unet"]),
        ("sentences", ["model:.", "dataset:.#training-data"]),
        ("adapter", ["adapter:."]),
        ("merge", ["model:."]),
        ("cache", ["system:.", f"model:./{SNAPSHOT}"]),
        ("dataset", ["dataset:."]),
        (
            "project",
            [
                "system:.", "adapter:./models/adapter", "dataset:./data/reviews",
                "dataset:huggingface:stanfordnlp/sst2", "library:pypi:transformers", "model:./models/sst",
                "model:huggingface:acme/Base", "model:huggingface:google-bert/bert-base-uncased",
            ],
        ),
        ("runs", ["system:.", f"model:./{RUN}/artifacts/model"]),
    ],
)  # fmt: skip
def test_a_part_is_a_component_once_and_pieces_are_none(name, expected, tmp_path):
    assert refs(made_of(name, tmp_path)) == expected


def test_the_files_of_a_part_lie_inside_it_with_their_digests(tmp_path):
    model = component(made_of("fine-tune", tmp_path), "model:.")
    files = [each for each in trees_at(model, "components") if each["type"] == "file"]
    assert [(text_at(f, "name"), text_at(f, "bom-ref")) for f in files] == [
        ("README.md", "file:README.md"),
        ("config.json", "file:config.json"),
        ("model.safetensors", "file:model.safetensors"),
        ("tokenizer_config.json", "file:tokenizer_config.json"),
    ]
    assert {len(text_at(next(trees_at(f, "hashes")), "content")) for f in files} == {64}


def test_a_model_that_is_one_file_holds_it_by_its_name(tmp_path):
    tree = document(tmp_path, {"cat.gguf": FOLDERS["quantised"]()["tiny.f16.gguf"], "main.py": "x = 1\n"})
    model = next(c for c in [tree_at(tree, "metadata", "component"), *trees_at(tree, "components")]
                 if c["type"] == "machine-learning-model")  # fmt: skip
    assert names(model) == ["cat.gguf"]


def test_a_model_from_a_hub_cache_is_known_by_its_name_there(tmp_path):
    model = component(made_of("cache", tmp_path), f"model:./{SNAPSHOT}")
    assert {key: model[key] for key in ("group", "name", "version", "purl")} == {
        "group": "acme",
        "name": "tiny-bert",
        "version": COMMIT,
        "purl": f"pkg:huggingface/acme/tiny-bert@{COMMIT}",
    }
    assert names(model) == ["config.json", "model.safetensors"]


def test_a_model_that_no_hub_vouches_for_has_no_purl_and_is_told_by_its_bytes(tmp_path):
    model = component(made_of("fine-tune", tmp_path), "model:.")
    assert ("group" in model, "purl" in model) == (False, False)
    assert model["version"] == f"sha256:{text_at(next(trees_at(model, 'hashes')), 'content')}"


def test_data_on_a_hub_is_called_as_the_hub_calls_it(tmp_path):
    card = "---\nlicense: mit\ndatasets:\n- squad\n---\n# X\n\n## Training data\n\n| Dataset | Rows |\n"
    card += "|---|---|\n| [SQuAD](https://huggingface.co/datasets/squad) | 87,599 |\n"
    files = {**FOLDERS["fine-tune"](), "README.md": card}
    data = component(document(tmp_path, files), "dataset:huggingface:squad")
    assert (data["name"], properties(data, "backstamp:title")) == ("squad", {"": "SQuAD"})


def test_checkpoints_are_under_the_licence_of_their_model_and_only_lack_what_it_lacks(tmp_path):
    tree = made_of("trainer", tmp_path)
    checkpoint, model = component(tree, "model:./checkpoint-50"), component(tree, "model:.")
    assert checkpoint["licenses"] == model["licenses"]
    unknown = [
        [
            text_at(p, "value")
            for p in trees_at(each, "properties")
            if text_at(p, "name") == "backstamp:unknown"
        ]
        for each in (model, checkpoint)
    ]
    assert unknown == [["producer", "release date"], ["producer", "release date"]]


def test_a_card_in_a_folder_of_no_part_says_nothing_of_the_whole(tmp_path):
    subject = tree_at(made_of("project", tmp_path), "metadata", "component")
    assert ("licenses" in subject, subject["name"]) == (False, "churn")  # by its pyproject.toml


def test_the_models_of_a_project_depend_on_their_own_parents(tmp_path):
    found = {text_at(d, "ref"): d["dependsOn"] for d in trees_at(made_of("project", tmp_path), "dependencies")
             if "dependsOn" in d}  # fmt: skip
    assert found == {
        "system:.": [
            "adapter:./models/adapter", "dataset:./data/reviews", "library:pypi:transformers",
            "model:./models/sst",
        ],
        "adapter:./models/adapter": ["model:huggingface:acme/Base"],
        "model:./models/sst": [
            "dataset:huggingface:stanfordnlp/sst2", "model:huggingface:google-bert/bert-base-uncased",
            "tokenizer:./models/sst",
        ],
    }  # fmt: skip


def test_says_how_complete_it_is(tmp_path):
    assert made_of("fine-tune", tmp_path)["compositions"] == [
        {"aggregate": "complete", "assemblies": ["model:."]},
        {"aggregate": "unknown", "dependencies": ["model:."]},
    ]
    assert made_of("project", tmp_path)["compositions"] == [
        {"aggregate": "unknown", "assemblies": ["system:."]},
        {"aggregate": "unknown", "dependencies": ["system:."]},
    ]


def test_what_is_kept_back_is_withheld_and_not_unknown(tmp_path):
    files = FOLDERS["fine-tune"]()
    model = component(document(tmp_path, files, withheld=("training settings",)), "model:.")
    said = [(text_at(p, "name"), text_at(p, "value")) for p in trees_at(model, "properties")]
    assert [each for each in said if each[0] in ("backstamp:unknown", "backstamp:withheld")] == [
        ("backstamp:unknown", "producer"),
        ("backstamp:unknown", "release date"),
        ("backstamp:withheld", "training settings"),
    ]
