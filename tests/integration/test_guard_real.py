"""The guard under real libraries.

``BACKSTAMP_GUARD_PYTHON=/path/to/python pytest tests/integration/test_guard_real.py``: that interpreter needs
msgspec and whichever of the libraries are to be tried; cases whose libraries it lacks are skipped. Each stage
runs in a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration import guarded_program as program

PYTHON = os.environ.get("BACKSTAMP_GUARD_PYTHON", sys.executable)
SOURCES = Path(__file__).parents[2] / "src"
CHECKED_TWICE = {"torch, a file", "pickle", "pickle.Unpickler"}  # when it is opened, and when it is loaded


def ran(stage, case, folder, *more):
    """Run a stage and give what it said."""
    done = subprocess.run(
        [PYTHON, program.__file__, stage, case, str(folder), *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={
            **os.environ,
            "PYTHONPATH": str(SOURCES),
            "HF_HOME": str(folder / "hub"),
            "HF_HUB_OFFLINE": "1",
            "KERAS_BACKEND": "torch",
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    if "missing" in said:
        pytest.skip(f"{PYTHON} lacks {', '.join(said['missing'])}")
    return said


@pytest.fixture(scope="module", params=[*program.CASES])
def made(request, tmp_path_factory):
    """Make the models of a case once."""
    folder = tmp_path_factory.mktemp("case")
    ran("make", request.param, folder)
    return request.param, folder


@pytest.fixture
def case(made, tmp_path):
    """Give each test its own files, with the digests that are approved."""
    name, folder = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "digests.json").write_text(json.dumps(program.digests(tmp_path / "good")))
    return name, tmp_path


@pytest.mark.parametrize("stage", ["load", "early"])
def test_approved_files_load_and_each_is_an_event(case, stage):
    name, folder = case
    said = ran(stage, name, folder)
    assert said["loaded"] == program.GOOD
    assert {event.split(" ")[-2] for event in said["events"]} == {"approved"}
    loaded = {event.split(" ")[-1] for event in said["events"]}
    assert loaded >= {
        each for each in os.listdir(folder / "good") if not each.endswith(("index.json", ".txt"))
    }


def test_other_files_in_their_place_are_refused(case):
    name, folder = case
    changed = [n for n in sorted(os.listdir(folder / "good")) if not same(folder, n)]
    for each in changed:
        shutil.copy(folder / "other" / each, folder / "good" / each)
    assert ran("load", name, folder)["refused"] in changed


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("stage", ["swap", "swap-in-place"])
def test_what_is_put_in_place_between_check_and_use_is_never_loaded(case, stage, size):
    name, folder = case
    said = ran(stage, name, folder, size)
    assert said.get("loaded", program.GOOD) == program.GOOD
    assert ("refused" in said) != ("loaded" in said)
    if name in CHECKED_TWICE or (size == "large" and stage == "swap-in-place"):
        assert "refused" in said


def same(folder, name):
    """Say whether good and other hold the same file."""
    return (folder / "good" / name).read_bytes() == (folder / "other" / name).read_bytes()
