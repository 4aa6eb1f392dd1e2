import os
import shutil
import subprocess

import pytest

from tools.environment.prepare import ROOT

MAKE = shutil.which("make") or "make"


def _made(*arguments, path):
    return subprocess.run(
        [MAKE, "--no-print-directory", "-C", ROOT, *arguments],
        env={"PATH": path, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", ["run", "test"])
def test_a_machine_without_python_is_told_what_to_do_in_two_lines(tmp_path, target):
    ended = _made(target, path=str(tmp_path))
    said = [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]
    assert said == [
        "backstamp: no Python >= 3.11 with venv and ensurepip was found.",
        f"Install one (Debian, Ubuntu: python3-venv), or name it: make {target} PYTHON=/path/to/python3",
    ]
    assert ended.returncode == 2


def test_an_old_python_is_passed_over(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "no Python >= 3.11" in _made("run", path=str(tmp_path)).stderr


def test_own_files_are_scanned_with_the_name_kept_whole():
    commands = _made("-n", "run", "TARGET=my models/a b", path=os.environ["PATH"]).stdout
    assert '.venv/bin/backstamp scan "my models/a b"' in commands


def test_ci_calls_the_test_command_of_the_readme():
    with open(os.path.join(ROOT, ".ci", "run"), encoding="utf-8") as file:
        assert file.read().splitlines()[-1] == "exec make test"
    assert os.access(os.path.join(ROOT, ".ci", "run"), os.X_OK)
