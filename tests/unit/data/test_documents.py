"""What is written about data sets: cards, files of libraries, descriptions, citations, caches of hubs."""

import json

import pytest

from backstamp.core.codec import sealed
from kit.stock import said, stock, ties

D = "dataset:"
CARD = """---
license: other
license_name: my-licence
pretty_name: My data
language: [en, no]
size_categories: [1K<n<10K]
source_datasets: [original, extended|glue]
tags: ["arxiv:2001.00001", medical]
dataset_info:
  features:
  - {name: text, dtype: string}
  - name: label
    dtype: {class_label: {names: {'0': neg, '1': pos}}}
  splits:
  - {name: train, num_examples: 10, num_bytes: 100}
  - {name: test, num_examples: 2}
  dataset_size: 110
extra_gated_prompt: agree
---
# Dataset Card for My Data
<!-- ## Uses
hidden -->
## Dataset Description
This is what the data set is about, in a sentence.
- **Curated by:** Jane Doe
- **License:** [More Information Needed]
### Out-of-Scope Use
[More Information Needed]
#### Personal and Sensitive Information
Names of people.
```
## Bias
code
```
"""
SHA = "0123456789abcdef" * 4
REVISION = "0123456789" * 4


def test_a_card_says_what_its_front_matter_and_its_sections_say():
    assert said(CARD.encode(), "README.md") == [
        (D, "name", "", "My data"),
        (D, "license-name", "", "my-licence"),
        (D, "language", "", "en"),
        (D, "language", "", "no"),
        (D, "size-class", "", "1K<n<10K"),
        (D, "collection", "", "original"),
        (D, "identifier", "arxiv", "2001.00001"),
        (D, "tag", "", "medical"),
        (D, "split", "train", 10),
        (D, "split", "test", 2),
        (D, "rows", "", 12),
        (D, "size", "", 110),
        (D, "column", "text", "string"),
        (D, "column", "label", "class label of 2"),
        (D, "content", "", "text"),
        (D, "content", "", "labels"),
        (D, "flag", "gated", True),
        (D, "description", "", "This is what the data set is about, in a sentence."),
        (D, "sensitivity", "", "Names of people."),
        (D, "author", "", "Jane Doe"),
    ]
    assert ties(CARD.encode(), "README.md") == [
        (D, "derived-from", "dataset:huggingface:glue", "extended", "")
    ]


@pytest.mark.parametrize(
    "card",
    [
        "---\nlibrary_name: transformers\nsize_categories: x\n---\n# A model\n",
        "---\nlicense: mit\n---\n# A project\n## Uses\nmany\n",
        "# Read me\n## License\nMIT\n",
        "",
    ],
)
def test_a_card_of_something_else_is_left_to_others(card: str):
    assert said(card.encode(), "README.md", by="data-card") == []


def test_a_datasheet_is_read_by_its_questions():
    sheet = "# Datasheet for X\n## Motivation\n### For what purpose was the dataset created?\nTo test.\n"
    assert (D, "collection", "", "To test.") in said(sheet.encode(), "DATASHEET.md")


def test_two_configurations_have_no_sum():
    config = {
        "features": {"a": {"dtype": "int64", "_type": "Value"}},
        "splits": {"train": {"num_examples": 3}},
    }
    data = json.dumps({"en": config, "fr": config}).encode()
    assert [s for s in said(data, "dataset_infos.json") if s[1] != "column"] == [
        (D, "split", "en/train", 3),
        (D, "split", "fr/train", 3),
    ]


def test_the_info_of_a_prepared_data_set_names_the_revision_that_it_was_made_of():
    url = f"hf://datasets/org/name@{REVISION}/plain/train.parquet"
    data = json.dumps(
        {"builder_name": "parquet", "version": {"version_str": "0.0.0"}, "download_checksums": {url: {}}}
    ).encode()
    assert said(data, "dataset_info.json") == [
        (D, "identifier", "huggingface", "org/name"),
        (D, "revision", "", REVISION),
    ]
    assert ties(data, "dataset_info.json") == [
        (D, "derived-from", "dataset:huggingface:org/name", "copy", REVISION)
    ]


def test_the_state_of_a_saved_data_set_is_its_fingerprint_and_files():
    data = json.dumps({"_data_files": [{"filename": "data-0.arrow"}], "_fingerprint": "abc123"}).encode()
    assert said(data, "state.json") == [(D, "identifier", "fingerprint", "abc123")]
    assert ties(data, "state.json") == [(D, "contains", "file:path:data-0.arrow", "", "")]
    assert said(b'{"state": 1}', "state.json") == []


def test_croissant_says_files_with_digests_fields_and_responsible_use():
    data = json.dumps(
        {
            "@type": "sc:Dataset",
            "dct:conformsTo": {"@id": "http://mlcommons.org/croissant/1.1"},
            "name": "Weather",
            "license": ["https://creativecommons.org/licenses/by/4.0/"],
            "creator": {"@type": "Person", "name": "Jo Doe"},
            "distribution": [
                {
                    "@type": "cr:FileObject",
                    "contentUrl": "data/a.csv",
                    "sha256": SHA,
                    "contentSize": "11 B",
                    "encodingFormat": "text/csv",
                },
                {"@type": "cr:FileObject", "contentUrl": "../../etc/passwd", "sha256": SHA},
                {"@type": "cr:FileSet", "includes": "*.jpg"},
            ],
            "recordSet": [
                {
                    "field": [
                        {"name": "r/text", "dataType": "sc:Text"},
                        {"name": "n", "dataType": ["sc:Integer"]},
                    ]
                },
                {"dataType": "cr:Split", "field": [{"name": "split", "dataType": "sc:Text"}]},
            ],
            "rai:dataBiases": ["only one town"],
            "rai:dataLimitations": "[More Information Needed]",
            "prov:wasDerivedFrom": {"@id": "https://huggingface.co/datasets/a/b"},
        }
    ).encode()
    assert said(data, "croissant.json") == [
        (D, "name", "", "Weather"),
        (D, "license", "", "https://creativecommons.org/licenses/by/4.0/"),
        (D, "bias", "", "only one town"),
        (D, "author", "", "Jo Doe"),
        ("file:path:data/a.csv", "digest", "sha256", SHA),
        ("file:path:data/a.csv", "size", "", 11),
        ("file:path:data/a.csv", "format", "", "text/csv"),
        (D, "column", "text", "string"),
        (D, "column", "n", "integer"),
        (D, "content", "", "text"),
    ]
    assert ties(data, "croissant.json") == [
        (D, "derived-from", "dataset:huggingface:a/b", "", ""),
        (D, "contains", "file:path:data/a.csv", "", ""),
    ]


def test_a_data_package_says_its_files():
    data = json.dumps(
        {
            "name": "package",
            "licenses": [{"name": "ODC-PDDL-1.0"}],
            "resources": [{"path": "a.csv", "bytes": 3, "hash": "sha256:" + SHA, "rowcount": 7}],
        }
    ).encode()
    assert said(data, "datapackage.json") == [
        (D, "name", "", "package"),
        (D, "license", "", "ODC-PDDL-1.0"),
        ("file:path:a.csv", "digest", "sha256", SHA),
        ("file:path:a.csv", "size", "", 3),
        (D, "rows", "", 7),
    ]


def test_robot_episodes_are_read_in_their_own_folder_only():
    data = b'{"codebase_version": "v2.1", "total_episodes": 2, "total_frames": 90}'
    assert said(data, "meta/info.json") == [
        (D, "content", "", "robot episodes"),
        (D, "framework", "lerobot", "v2.1"),
        (D, "rows", "", 90),
    ]
    assert said(data, "other/info.json") == []


def test_a_citation_is_of_the_system_or_of_the_data_set_that_it_says():
    text = "cff-version: 1.2.0\ntitle: Tool\nauthors:\n- {given-names: Jo, family-names: Doe}\ndoi: 10.1/x\n"
    found = [("name", "", "Tool"), ("identifier", "doi", "10.1/x"), ("author", "", "Jo Doe")]
    assert said(text.encode(), "CITATION.cff") == [("system:", *each) for each in found]
    assert said((text + "type: dataset\n").encode(), "CITATION.cff") == [(D, *each) for each in found]


def test_the_path_of_a_cached_file_says_repository_and_revision():
    path = f"hub/models--org--name/snapshots/{REVISION}/config.json"
    assert said(b"{}", path) == [
        ("model:", "identifier", "huggingface", "org/name"),
        ("model:", "name", "", "org/name"),
        ("model:", "link", "website", "https://huggingface.co/org/name"),
        ("model:", "revision", "", REVISION),
    ]
    assert said(REVISION.encode(), "hub/datasets--d/refs/main") == [
        ("dataset:huggingface:d", "revision", "", REVISION)
    ]
    assert said(b"{}", "models--a--b--c/snapshots/x/config.json") == []


def test_what_a_download_leaves_beside_its_files_says_the_revision():
    data = f"{REVISION}\n{SHA}\n1700000000.5\n".encode()
    place = ".cache/huggingface/download/"
    assert said(data, place + "model.safetensors.metadata") == [("model:", "revision", "", REVISION)]
    assert said(data, place + "data/a.parquet.metadata") == [("dataset:", "revision", "", REVISION)]
    assert said(b"x\ny\n", place + "a.metadata") == []


def test_a_manifest_of_ollama_names_model_and_template_by_digest():
    layers = [
        {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:" + SHA, "size": 5},
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + SHA, "size": 6},
    ]
    data = json.dumps({"schemaVersion": 2, "layers": layers}).encode()
    assert said(data, "models/manifests/registry.ollama.ai/library/llama3/8b") == [
        ("model:ollama:llama3", "name", "", "llama3"),
        ("model:ollama:llama3", "version", "", "8b"),
        ("model:ollama:llama3", "digest", "sha256", SHA),
        ("model:ollama:llama3", "size", "", 5),
    ]


@pytest.mark.parametrize(
    "name",
    ["dataset_info.json", "state.json", "croissant.json", "datapackage.json", "CITATION.cff", "README.md"],
)
@pytest.mark.parametrize(
    "data", [b"[]", b"{", b'{"a": [[[[' + b"[" * 50_000, b"\xff\xfe{", b"---\n: :\n---\n"]
)
def test_whatever_stands_in_the_files_nothing_is_invented(name: str, data: bytes):
    assert [f for f in said(data, name) if f[0].startswith("dataset:")] == []


def test_numbers_that_no_record_can_hold_are_said_as_text():
    data = b'{"_data_files": [], "_fingerprint": 1' + b"0" * 30 + b"}"
    assert said(data, "state.json") == [(D, "identifier", "fingerprint", "1" + "0" * 30)]
    sealed(stock(data, "state.json").facts)
