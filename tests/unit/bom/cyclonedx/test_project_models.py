"""What a document says of models: the card, the lineage, numbers, forms, how they were trained."""

from backstamp.core.tree import Tree, text_at, tree_at, trees_at
from kit.described import component, document, properties
from kit.folders import COMMIT, FOLDERS

HYPER = "cdx:ai-ml:model:hyperparameter:"


def model_of(name: str, folder, ref: str = "model:.") -> Tree:
    return component(document(folder, FOLDERS[name]()), ref)


def test_the_card_holds_task_data_forms_results_and_considerations(tmp_path):
    assert model_of("fine-tune", tmp_path)["modelCard"] == {
        "bom-ref": "card:model:.",
        "modelParameters": {
            "task": "text-classification",
            "architectureFamily": "bert",
            "modelArchitecture": "BertForSequenceClassification",
            "datasets": [{"ref": "dataset:huggingface:stanfordnlp/sst2"}],
            "inputs": [{"format": "text: text of up to 64 tokens"}],
            "outputs": [{"format": "result: class scores"}],
        },
        "quantitativeAnalysis": {
            "performanceMetrics": [{"type": "accuracy", "slice": "SST-2 (validation)", "value": "0.91"}]
        },
        "considerations": {
            "useCases": ["It sorts short English reviews into good and bad."],
            "technicalLimitations": ["It was never tried on texts in other languages."],
        },
    }


def test_the_parent_stands_in_the_pedigree_with_how_and_the_pin(tmp_path):
    assert model_of("adapter", tmp_path, "adapter:.")["pedigree"] == {
        "ancestors": [
            {
                "bom-ref": "model:huggingface:acme/Base",
                "type": "machine-learning-model",
                "group": "acme",
                "name": "Base",
                "version": COMMIT,
                "purl": f"pkg:huggingface/acme/Base@{COMMIT}",
                "externalReferences": [{"type": "distribution", "url": "https://huggingface.co/acme/Base"}],
                "properties": [{"name": "backstamp:relation", "value": "adapter"}],
            }
        ],
        "notes": f"an adapter for acme/Base at {COMMIT}",
    }


def test_the_inputs_of_a_merge_are_its_ancestors_and_told_of_once(tmp_path):
    tree = document(tmp_path / "merge", FOLDERS["merge"]())
    pedigree = tree_at(component(tree, "model:."), "pedigree")
    assert [text_at(each, "bom-ref") for each in trees_at(pedigree, "ancestors")] == [
        "model:huggingface:acme/A",
        "model:huggingface:acme/B",
    ]
    unpinned = [text_at(a, "text") for a in trees_at(tree, "annotations") if "LIN102" in text_at(a, "text")]
    assert unpinned == [
        "LIN102 unpinned-origin (info): merge was made from acme/A without a revision",
        "LIN102 unpinned-origin (info): merge was made from acme/B without a revision",
    ]


def test_quantisations_beside_each_other_are_variants_of_one_model(tmp_path):
    tree = document(tmp_path, FOLDERS["quantised"]())
    model = component(tree, "model:.")
    variants = trees_at(model, "pedigree", "variants")
    assert [(text_at(v, "name"), properties(v)) for v in variants] == [
        (
            "tiny.Q2_K.gguf",
            {
                "cdx:ai-ml:model:parameter:count": "1280", "backstamp:elements:F32": "256",
                "backstamp:elements:Q2_K": "1024", f"{HYPER}quantization:dominant type": "Q2_K",
                f"{HYPER}quantization:scheme": "Q2_K",
            },
        ),
        (
            "tiny.Q8_0.gguf",
            {
                "cdx:ai-ml:model:parameter:count": "1280", "backstamp:elements:F32": "256",
                "backstamp:elements:Q8_0": "1024", f"{HYPER}quantization:dominant type": "Q8_0",
                f"{HYPER}quantization:scheme": "Q8_0",
            },
        ),
        (
            "tiny.f16.gguf",
            {
                "cdx:ai-ml:model:parameter:count": "1280", "backstamp:elements:F16": "1024",
                "backstamp:elements:F32": "256", f"{HYPER}quantization:scheme": "F16",
            },
        ),
    ]  # fmt: skip
    digests = {text_at(f, "name"): f["hashes"] for f in trees_at(model, "components") if f["type"] == "file"}
    assert [v["hashes"] for v in variants] == [digests[text_at(v, "name")] for v in variants]
    assert properties(model, "cdx:ai-ml:model:parameter:") == {"count": "1280", "tune_method": "quantized"}
    assert properties(model, f"{HYPER}quantization") == {}
    assert [
        text_at(a, "text") for a in trees_at(tree, "annotations") if "disagree" in text_at(a, "text")
    ] == []


def test_an_export_is_a_variant_and_adds_nothing_to_the_count(tmp_path):
    files = {**FOLDERS["fine-tune"](), "tiny.gguf": FOLDERS["quantised"]()["tiny.Q8_0.gguf"]}
    model = component(document(tmp_path, files), "model:.")
    assert properties(model, "cdx:ai-ml:model:parameter:count") == {"": "64"}
    assert [text_at(v, "name") for v in trees_at(model, "pedigree", "variants")] == ["tiny.gguf"]


def test_the_last_stage_decides_what_comes_out_and_all_stages_count(tmp_path):
    model = model_of("sentences", tmp_path)
    assert model["modelCard"] == {
        "bom-ref": "card:model:.",
        "modelParameters": {
            "task": "sentence-similarity",
            "architectureFamily": "bert",
            "modelArchitecture": "BertModel",
            "datasets": [{"ref": "dataset:.#training-data"}],
            "inputs": [{"format": "text: text of up to 32 tokens"}],
            "outputs": [{"format": "embedding: vector of 4 numbers"}],
        },
    }
    said = properties(model)
    assert (said["cdx:ai-ml:model:parameter:count"], said[f"{HYPER}context_length"]) == ("96", "32")


def test_the_files_of_a_mixture_are_splits_of_one_dataset(tmp_path):
    data = component(document(tmp_path, FOLDERS["sentences"]()), "dataset:.#training-data")
    assert properties(data, "backstamp:") == {
        "rows": "1000",
        "split:reddit/2015.jsonl.gz@weight 3": "700",
        "split:s2orc.jsonl.gz@weight 1": "300",
        "unknown": "sensitivity",
    }


def test_settings_for_use_are_none_of_training(tmp_path):
    files = {**FOLDERS["fine-tune"](), "generation_config.json": '{"temperature": 0.7, "do_sample": true}'}
    model = component(document(tmp_path, files), "model:.")
    assert properties(model, "backstamp:generation:") == {"temperature": "0.7", "do_sample": "true"}
    assert properties(model, "backstamp:training:") == {}


def test_the_state_of_an_optimizer_is_no_part_of_the_model(tmp_path):
    checkpoint = model_of("trainer", tmp_path, "model:./checkpoint-50")
    assert properties(checkpoint, "cdx:ai-ml:model:parameter:") == {"count": "114"}
    assert properties(checkpoint, "backstamp:elements:") == {"F32": "114"}


def test_a_trainers_folder_is_one_run_that_put_out_the_model_and_its_checkpoints(tmp_path):
    tree = document(tmp_path, FOLDERS["trainer"]())
    assert tree["formulation"] == [
        {
            "bom-ref": "formula:training",
            "workflows": [
                {
                    "bom-ref": "run:.",
                    "uid": "run:.",
                    "taskTypes": ["build"],
                    "inputs": [
                        {
                            "parameters": [
                                {"name": "epochs_done", "value": "2", "dataType": "number"},
                                {"name": "final_loss", "value": "0.5", "dataType": "number"},
                                {"name": "least_loss", "value": "0.5", "dataType": "number"},
                                {"name": "max_steps", "value": "100", "dataType": "integer"},
                            ],
                            "properties": [{"name": "backstamp:settings", "value": "observed"}],
                        }
                    ],
                    "outputs": [
                        {"type": "artifact", "resource": {"ref": "model:."}},
                        {"type": "artifact", "resource": {"ref": "model:./checkpoint-100"}},
                        {"type": "artifact", "resource": {"ref": "model:./checkpoint-50"}},
                    ],
                    "properties": [{"name": "backstamp:steps", "value": "100"}],
                }
            ],
        }
    ]


def test_only_checkpoints_make_one_run_of_which_the_last_speaks(tmp_path):
    files = {name: data for name, data in FOLDERS["trainer"]().items() if name.startswith("checkpoint-")}
    runs = [w for f in trees_at(document(tmp_path, files), "formulation") for w in trees_at(f, "workflows")]
    assert [(text_at(r, "uid"), properties(r, "backstamp:")) for r in runs] == [("run:.", {"steps": "100"})]
    assert [text_at(o, "resource", "ref") for o in trees_at(runs[0], "outputs")] == [
        "model:./checkpoint-100",
        "model:./checkpoint-50",
    ]


def test_records_of_one_run_are_one_run_with_its_model(tmp_path):
    tree = document(tmp_path, FOLDERS["runs"]())
    runs = {text_at(w, "uid"): w for f in trees_at(tree, "formulation") for w in trees_at(f, "workflows")}
    mlflow = "run:./mlruns/1/9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    assert sorted(runs) == ["run:./lightning_logs/version_0", mlflow]
    assert (runs[mlflow]["name"], runs[mlflow]["outputs"]) == (
        "bold-fox",
        [{"type": "artifact", "resource": {"ref": f"model:{mlflow[4:]}/artifacts/model"}}],
    )


def test_a_dataset_has_its_licence_splits_and_columns(tmp_path):
    data = tree_at(document(tmp_path, FOLDERS["dataset"]()), "metadata", "component")
    assert data["licenses"] == [{"license": {"id": "CC-BY-4.0", "acknowledgement": "declared"}}]
    said = properties(data, "backstamp:")
    assert {
        key: said[key] for key in said if key.startswith(("rows", "split", "column", "language", "task"))
    } == {
        "rows": "3",
        "split:test@data/test.csv": "1",
        "split:train@data/train.csv": "2",
        "column:label": "integer",
        "column:text": "string",
        "language": "en",
        "task": "text-classification",
    }
