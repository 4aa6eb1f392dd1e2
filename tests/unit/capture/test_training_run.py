"""A training run that the program itself records: intent, observation, inputs, outputs, failure."""

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
from argparse import Namespace

import pytest

import backstamp
from backstamp.capture.environment import gpus_of, lock_digest, normalised, variables_of
from backstamp.capture.files import Fingerprint, fingerprints_of, tree_digest
from backstamp.capture.settings import masked_arguments, plain, settings_of
from backstamp.capture.statement import canonical

SOURCES = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _statement(folder) -> dict:
    return json.loads((folder / "backstamp.training-run.json").read_text("utf-8"))


def _dependencies(statement: dict, kind: str) -> list[dict]:
    found = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    return [each for each in found if each["annotations"]["kind"] == kind]


def test_a_run_says_what_was_intended_seen_used_and_made(tmp_path):
    out, data = tmp_path / "out", tmp_path / "train.csv"
    out.mkdir()
    (out / "old.bin").write_bytes(b"old")
    data.write_bytes(b"a,b\n1,2\n")
    with backstamp.training_run(
        {"lr": 0.1, "hub_token": "hf_abcdefghijklmnopqrstuvwx"},
        name="demo",
        output=out,
        datasets={"train": data},
        models="org/base@" + "ab" * 20,
        seeds={"python": 7},
    ) as run:
        run.log(step=1, loss=2.0)
        run.log(step=2, loss=1.0, note="text is no metric")
        run.observe(steps=2)
        (out / "model.bin").write_bytes(b"weights")
    made = _statement(out)
    predicate = made["predicate"]
    assert (made["_type"], made["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://backstamp.dev/training-run/v1",
    )
    assert made["subject"] == [
        {"name": "model.bin", "digest": {"sha256": _sha(b"weights")}, "annotations": {"size": 7}}
    ]
    assert predicate["buildDefinition"]["externalParameters"] == {
        "name": "demo",
        "configuration": {"lr": 0.1, "hub_token": "****"},
    }
    assert predicate["buildDefinition"]["internalParameters"]["seeds"] == {"python": 7}
    assert _dependencies(made, "dataset") == [
        {
            "name": "train.csv",
            "digest": {"sha256": _sha(b"a,b\n1,2\n")},
            "annotations": {"kind": "dataset", "role": "train", "size": 8},
        }
    ]
    assert _dependencies(made, "model") == [
        {
            "name": "org/base",
            "uri": "https://huggingface.co/org/base",
            "digest": {"gitCommit": "ab" * 20},
            "annotations": {"kind": "model", "revision": "ab" * 20},
        }
    ]
    observed = predicate["observed"]
    assert {key: observed[key] for key in ("outcome", "metrics", "history", "steps")} == {
        "outcome": "succeeded",
        "metrics": {"loss": 1.0},
        "history": [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}],
        "steps": 2,
    }


def test_the_text_is_canonical_and_no_part_is_left_behind(tmp_path):
    with backstamp.training_run(output=tmp_path):
        (tmp_path / "a.bin").write_bytes(b"a")
    raw = (tmp_path / "backstamp.training-run.json").read_bytes()
    assert canonical(json.loads(raw)) == raw
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "backstamp.training-run.json"]


def test_a_run_that_fails_says_so_and_raises_what_was_raised(tmp_path):
    with pytest.raises(ValueError, match="no"), backstamp.training_run(output=tmp_path):
        raise ValueError("no: hf_abcdefghijklmnopqrstuvwx")
    made = _statement(tmp_path)
    observed = made["predicate"]["observed"]
    assert (observed["outcome"], observed["reason"]) == ("failed", "ValueError: no: hf_****")
    assert [subject["name"].partition(":")[0] for subject in made["subject"]] == ["run"]


def test_an_exit_of_zero_is_success(tmp_path):
    with pytest.raises(SystemExit), backstamp.training_run(output=tmp_path):
        raise SystemExit(0)
    assert _statement(tmp_path)["predicate"]["observed"]["outcome"] == "succeeded"


def test_a_statement_that_cannot_be_written_is_a_warning_and_not_the_end(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.warns(RuntimeWarning, match="the statement was not written"),
        backstamp.training_run(statement=tmp_path / "file" / "x.json"),
    ):
        pass


def test_processes_beside_the_first_write_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    with backstamp.training_run(output=tmp_path):
        pass
    assert os.listdir(tmp_path) == []


def test_a_run_that_is_told_to_end_writes_that_it_was(tmp_path):
    program = (
        "import backstamp, os, signal, sys\n"
        "with backstamp.training_run(output=sys.argv[1]):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "PYTHONPATH": SOURCES}, check=False
    )
    assert done.returncode == 128 + signal.SIGTERM
    assert _statement(tmp_path)["predicate"]["observed"]["outcome"] == "interrupted"


def test_a_seed_is_set_and_recorded(tmp_path):
    import random

    with backstamp.training_run(output=tmp_path, seeds=5):
        first = random.random()  # noqa: S311
    random.seed(5)
    assert first == random.random()  # noqa: S311
    assert _statement(tmp_path)["predicate"]["buildDefinition"]["internalParameters"]["seeds"]["python"] == 5


class _Table:
    """Looks like a data set of ``datasets``."""

    _fingerprint = "0123abcd"
    num_rows = 3
    features = {"text": Namespace(dtype="string"), "label": Namespace(dtype="int64")}  # noqa: RUF012
    info = Namespace(dataset_name="imdb", config_name="plain", version="1.0.0")
    split = "train"

    def __len__(self) -> int:
        return 3


def test_a_data_set_object_is_known_by_its_own_fingerprint(tmp_path):
    with backstamp.training_run(output=tmp_path, datasets=_Table()):
        pass
    (found,) = _dependencies(_statement(tmp_path), "dataset")
    notes = found["annotations"]
    assert (found["name"], notes["fingerprint"], notes["rows"], notes["columns"], notes["split"]) == (
        "imdb",
        "0123abcd",
        3,
        {"text": "string", "label": "int64"},
        "train",
    )


def test_splits_and_arrays_are_described_each(tmp_path):
    import array

    numbers = array.array("d", [1.0, 2.0])

    class Numbers:
        dtype, shape = "float64", (2,)

        def __len__(self) -> int:
            return 2

    with backstamp.training_run(output=tmp_path) as run:
        run.add_input({"train": _Table(), "test": numbers}, name="all")
        run.add_input(Numbers(), name="n")
    found = _dependencies(_statement(tmp_path), "dataset")
    assert [(each["name"], each["annotations"].get("rows")) for each in found] == [
        ("all/train", 3),
        ("all/test", 2),
        ("n", 2),
    ]


def test_a_folder_is_described_whole_and_file_by_file(tmp_path):
    data = tmp_path / "data"
    (data / "a").mkdir(parents=True)
    (data / "a" / "x.txt").write_bytes(b"x")
    (data / "link").symlink_to(tmp_path)
    assert fingerprints_of(str(data)) == [Fingerprint("a/x.txt", 1, _sha(b"x"))]
    with backstamp.training_run(output=tmp_path / "out", datasets=data):
        pass
    whole, one = _dependencies(_statement(tmp_path / "out"), "dataset")
    assert whole["digest"] == {"sha256": tree_digest([Fingerprint("a/x.txt", 1, _sha(b"x"))])}
    assert (whole["name"], one["name"], one["annotations"]["partOf"]) == ("data", "data/a/x.txt", "data")


def test_emissions_that_the_run_wrote_are_taken_in(tmp_path):
    with backstamp.training_run(output=tmp_path):
        (tmp_path / "emissions.csv").write_text(
            "timestamp,duration,emissions,energy_consumed,region,country_iso_code\n"
            "2999-01-01T00:00:00,12.5,0.01,0.5,bavaria,DEU\n"
        )
    assert _statement(tmp_path)["predicate"]["observed"]["energy"] == {
        "durationSeconds": 12.5,
        "emissionsKilograms": 0.01,
        "energyKilowattHours": 0.5,
        "region": "bavaria",
        "country": "DEU",
    }


@dataclasses.dataclass
class _Inner:
    path: object = dataclasses.field(default_factory=lambda: os)


@dataclasses.dataclass
class _Config:
    lr: float = 0.1
    nan: float = float("nan")
    inner: _Inner = dataclasses.field(default_factory=_Inner)
    layers: tuple[int, ...] = (1, 2)
    token: str = "anything at all"


def test_configurations_of_any_kind_become_plain_and_are_masked():
    assert settings_of(_Config()) == {
        "lr": 0.1,
        "nan": "nan",
        "inner": {"path": "<builtins.module>"},
        "layers": [1, 2],
        "token": "****",
    }
    assert settings_of(Namespace(a=1, b={"password": "x"})) == {"a": 1, "b": {"password": "****"}}
    assert settings_of(None) == {}
    deep: dict = {}
    deep["self"] = deep
    json.dumps(plain(deep))


def test_neither_host_nor_home_is_kept():
    import platform

    found = settings_of({"dir": f"{os.path.expanduser('~')}/out", "log": f"runs/Nov25_{platform.node()}"})
    assert found == {"dir": "~/out", "log": "runs/Nov25"}


def test_credentials_in_command_lines_are_masked():
    line = [
        "train.py",
        "--hf-token",
        "abc",
        "--lr=1",
        "--api_key=xyz",
        "hf_abcdefghijklmnopqrstuvwx",
        "--tokens",
        "5",
    ]
    assert masked_arguments(line) == [
        "train.py", "--hf-token", "****", "--lr=1", "--api_key=****", "hf_****", "--tokens", "5",
    ]  # fmt: skip


def test_only_variables_that_matter_are_kept():
    assert variables_of({"CUDA_VISIBLE_DEVICES": "0", "HF_TOKEN": "x", "HOME": "/x"}) == {
        "CUDA_VISIBLE_DEVICES": "0"
    }


def test_what_the_driver_lists_is_read():
    assert gpus_of("NVIDIA H100 80GB HBM3, 81559, 535.104.05\n\nbroken line\n") == [
        {"name": "NVIDIA H100 80GB HBM3", "driver": "535.104.05", "memoryBytes": 81559 * 1024 * 1024}
    ]


def test_an_environment_has_one_name_whatever_the_order():
    assert (
        lock_digest([("b", "2"), ("a", "1")])
        == lock_digest([("a", "1"), ("b", "2")])
        == _sha(b"a==1\nb==2\n")
    )
    assert normalised("Foo_.Bar") == "foo-bar"
