"""What tools recorded of runs: MLflow, Weights & Biases, DVC, Lightning."""

import json

import pytest

from kit.stock import said, stated, ties

RUN, M = "run:", "model:"
RUN_FOLDER = "mlruns/1/0123456789abcdef0123456789abcdef"

MLMODEL = b"""artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.9
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.5.1
mlflow_version: 2.16.0
model_uuid: 6d4f1c7be5a94b0d8b0c1d2e3f405162
run_id: 0123456789abcdef0123456789abcdef
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
utc_time_created: '2026-01-02 03:04:05.678901'
"""


def test_states_what_an_mlmodel_says():
    assert said(MLMODEL, "model/MLmodel") == [
        (M, "identifier", "mlflow-model", "6d4f1c7be5a94b0d8b0c1d2e3f405162"),
        (RUN, "identifier", "mlflow-run", "0123456789abcdef0123456789abcdef"),
        (M, "released", "", "2026-01-02T03:04:05Z"),
        (M, "framework", "mlflow", "2.16.0"),
        (M, "format", "", "mlflow-python_function"),
        (M, "framework", "python", "3.11.9"),
        (M, "format", "", "mlflow-sklearn"),
        (M, "framework", "scikit-learn", "1.5.1"),
        (M, "input", "age", "double"),
        (M, "output", "output0", "tensor(int64)[-1]"),
    ]
    assert ties(MLMODEL, "model/MLmodel") == [(M, "made-by", RUN, "", "")]


ENTRIES = {
    "params/lr": (b"0.01", [(RUN, "setting", "learning_rate", 0.01)]),
    "params/random_seed": (b"7", [(RUN, "seed", "", 7)]),
    "params/data": (b"/home/me/data.csv", []),
    "params/empty": (b"", []),
    "params/none": (b"None", []),
    "metrics/val/acc": (b"1700000000000 0.5 0\n1700000001000 0.75 1\n", [(RUN, "metric", "val/acc", 0.75)]),
    "metrics/broken": (b"nothing of a number", []),
    "tags/mlflow.source.git.commit": (b"a" * 40, [(RUN, "commit", "", "a" * 40)]),
    "tags/mlflow.user": (b"somebody", []),
    "tags/mlflow.source.name": (b"/home/somebody/work/train.py", [(RUN, "command", "", "train.py")]),
    "meta.yaml": (
        (
            b"artifact_uri: file:///home/me/x\nend_time: 1700000060000\n"
            b"run_id: 0123456789abcdef0123456789abcdef\n"
            b"run_name: owl\nstart_time: 1700000000000\nuser_id: somebody\n"
        ),
        [
            (RUN, "identifier", "mlflow-run", "0123456789abcdef0123456789abcdef"),
            (RUN, "name", "", "owl"),
            (RUN, "started", "", "2023-11-14T22:13:20Z"),
            (RUN, "finished", "", "2023-11-14T22:14:20Z"),
            (RUN, "duration", "", 60.0),
        ],
    ),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_states_what_the_folder_of_a_run_of_mlflow_holds(entry):
    content, expected = ENTRIES[entry]
    assert said(content, f"{RUN_FOLDER}/{entry}") == expected


def test_joins_the_inputs_of_a_run_with_the_data_sets_of_its_experiment():
    given = b"destination_id: x\nsource_id: 8b80e93c70d76f9b\ntags:\n  mlflow.data.context: training\n"
    assert ties(given, f"{RUN_FOLDER}/inputs/89b11f1a/meta.yaml") == [
        (RUN, "consumed", "dataset:mlflow:8b80e93c70d76f9b", "training", "")
    ]
    schema = json.dumps({"mlflow_colspec": [{"type": "string", "name": "text"}]})
    source = json.dumps({"path": "org/letters", "revision": "abc"})
    described = (
        f"digest: 695389ac\nname: letters\nprofile: '{{\"num_rows\": 2}}'\n"
        f"schema: '{schema}'\nsource: '{source}'\n"
    )
    path = "mlruns/1/datasets/8b80e93c70d76f9b/meta.yaml"
    part = "dataset:mlflow:8b80e93c70d76f9b"
    assert said(described.encode(), path) == [
        (part, "name", "", "letters"),
        (part, "digest", "mlflow", "695389ac"),
        (part, "rows", "", 2),
        (part, "column", "text", "string"),
    ]
    origin = "dataset:huggingface:org/letters"
    assert ties(described.encode(), path) == [(part, "derived-from", origin, "", "abc")]


def test_leaves_other_folders_with_such_names_alone():
    assert said(b"0.01", "src/params/lr") == []
    assert said(b"name: x\ndigest: y\n", "charts/app/meta.yaml") == []


WANDB = "wandb/run-20260102_030405-ab12cd34/files"


def test_states_what_weights_and_biases_recorded_of_a_configuration():
    text = (
        b"_wandb:\n  value:\n    cli_version: 0.17.0\n    python_version: 3.11.9\nlr:\n"
        b"  desc: null\n  value: 0.1\n"
        b"model_name_or_path:\n  value: org/base\ndataset_name:\n  value: org/letters\nseed:\n  value: 3\n"
        b"hidden:\n  value: 64\noutput_dir:\n  value: /home/me/out\nuse_cache:\n  value: false\n"
    )
    assert said(text, f"{WANDB}/config.yaml") == [
        (RUN, "framework", "python", "3.11.9"),
        (RUN, "framework", "wandb", "0.17.0"),
        (RUN, "setting", "learning_rate", 0.1),
        (RUN, "seed", "", 3),
        (RUN, "setting", "hidden", 64),
    ]
    assert ties(text, f"{WANDB}/config.yaml") == [
        (RUN, "consumed", "model:huggingface:org/base", "", ""),
        (RUN, "consumed", "dataset:huggingface:org/letters", "", ""),
    ]


def test_states_where_and_how_a_run_of_weights_and_biases_ran_but_not_whose_it_was():
    tree = {
        "os": "Linux", "python": "3.11.9", "startedAt": "2026-01-02T03:04:05Z",
        "host": "gpu7", "username": "me",
        "email": "me@example.org", "executable": "/home/me/bin/python", "program": "/home/me/train.py",
        "args": ["--lr", "0.1"], "gpu": "NVIDIA A100-SXM4-80GB", "gpu_count": 4, "cudaVersion": "12.4",
        "git": {"remote": "https://me:secret@git.example/a/b.git", "commit": "b" * 40},
    }  # fmt: skip
    text = json.dumps(tree).encode()
    assert said(text, f"{WANDB}/wandb-metadata.json") == [
        (RUN, "started", "", "2026-01-02T03:04:05Z"),
        (RUN, "framework", "python", "3.11.9"),
        (RUN, "framework", "cuda", "12.4"),
        (RUN, "commit", "", "b" * 40),
        (RUN, "link", "vcs", "https://git.example/a/b.git"),
        (RUN, "command", "", "train.py --lr 0.1"),
        ("hardware:name:NVIDIA A100-SXM4-80GB", "name", "", "NVIDIA A100-SXM4-80GB"),
        ("hardware:name:NVIDIA A100-SXM4-80GB", "setting", "count", 4),
    ]


def test_states_the_last_values_of_weights_and_biases():
    tree = {"_runtime": 61.5, "_step": 9, "train/global_step": 1000, "eval/f1": 0.91, "note": "x", "ok": True}
    assert said(json.dumps(tree).encode(), f"{WANDB}/wandb-summary.json") == [
        (RUN, "duration", "", 61.5),
        (RUN, "steps", "", 1000),
        (RUN, "metric", "eval/f1", 0.91),
    ]


LOCK = b"""schema: '2.0'
stages:
  train:
    cmd: python train.py --key ${KEY}
    deps:
    - path: data/clean.csv
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 1024
    - path: train.py
      md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    params:
      params.yaml:
        train.lr: 0.1
        train.seed: 4
    outs:
    - path: models/owl.pkl
      md5: fedcba9876543210fedcba9876543210
      size: 77
"""


def test_states_what_a_lock_of_dvc_recorded():
    stage = "run:#train"
    assert said(LOCK, "dvc.lock") == [
        (stage, "command", "", "python train.py --key ${KEY}"),
        ("dataset:path:data/clean.csv", "digest", "md5", "0123456789abcdef0123456789abcdef"),
        ("dataset:path:data/clean.csv", "size", "", 1024),
        ("model:path:models/owl.pkl", "digest", "md5", "fedcba9876543210fedcba9876543210"),
        ("model:path:models/owl.pkl", "size", "", 77),
        (stage, "setting", "learning_rate", 0.1),
        (stage, "seed", "", 4),
    ]
    assert ties(LOCK, "dvc.lock") == [
        (stage, "consumed", "dataset:path:data/clean.csv", "", ""),
        ("model:path:models/owl.pkl", "made-by", stage, "", ""),
    ]


def test_states_what_dvc_tracks_and_where_it_was_imported_from():
    text = (
        b"frozen: true\ndeps:\n- path: set.parquet\n  repo:\n    url: https://git.example/data\n"
        b"    rev_lock: " + b"c" * 40
        + b"\nouts:\n- md5: 0123456789abcdef0123456789abcdef.dir\n  size: 5\n  nfiles: 2\n  path: data\n"
    )  # fmt: skip
    assert said(text, "data.dvc") == [
        ("dataset:path:data", "digest", "dvc-tree-md5", "0123456789abcdef0123456789abcdef"),
        ("dataset:path:data", "size", "", 5),
    ]
    assert ties(text, "data.dvc") == [
        ("dataset:path:data", "derived-from", "dataset:url:https://git.example/data", "", "c" * 40)
    ]


def test_what_dvc_is_told_is_intended():
    found = stated(b"stages:\n  fit:\n    cmd: python fit.py\n    outs: [model.pt]\n", "dvc.yaml")
    found += stated(b"train:\n  epochs: 3\n  title: x\nport: 80\n", "params.yaml")
    assert [(f.part.key, f.trait, f.name, f.value, f.scope) for f in found] == [
        ("#fit", "command", "", "python fit.py", "intended"),
        ("", "setting", "num_train_epochs", 3, "intended"),
    ]


def test_states_what_lightning_logged():
    text = (
        b"lr: 0.001\nmodel_name_or_path: org/base\nmodel: !!python/object:x.Y {a: 1}\n"
        b"root: /data\nseed: 5\nnone: null\n"
    )
    assert said(text, "lightning_logs/version_0/hparams.yaml") == [
        (RUN, "setting", "learning_rate", 0.001),
        (RUN, "setting", "model.a", 1),
        (RUN, "seed", "", 5),
    ]
    table = b"epoch,step,train_loss,val_acc\n0,9,0.9,\n0,9,,0.5\n1,19,0.4,\n1,19,,0.8\n"
    assert said(table, "lightning_logs/version_0/metrics.csv") == [
        (RUN, "steps", "", 20),
        (RUN, "metric", "train_loss", 0.4),
        (RUN, "metric", "val_acc", 0.8),
    ]
    assert said(b"name,value\na,1\n", "data/metrics.csv") == []
