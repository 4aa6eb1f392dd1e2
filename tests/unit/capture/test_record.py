"""``backstamp record``: a command is run as it would without, and a statement about it is written."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from backstamp.capture.command import output_of

SOURCES = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src")
PROGRAM = """
import pathlib, sys
out = pathlib.Path("out")
out.mkdir(exist_ok=True)
(out / "model.bin").write_bytes(b"weights")
print("trained", len(sys.argv))
sys.exit(3 if "--fail" in sys.argv else 0)
"""
GIT = shutil.which("git")


def _environment(folder) -> dict:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "HOME": str(folder), "HF_TOKEN": "hidden"}


def _record(folder, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "backstamp", "record", *arguments],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _git(folder, *arguments: str) -> str:
    return subprocess.run(
        [GIT or "git", "-c", "user.email=a@example.org", "-c", "user.name=a", *arguments],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.py").write_text(PROGRAM)
    (tmp_path / "c.yaml").write_text("lr: 0.5\nhub_token: hf_abcdefghijklmnopqrstuvwx\n")
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    return tmp_path


def _statement(folder, name: str = "out/backstamp.training-run.json") -> dict:
    return json.loads((folder / name).read_text("utf-8"))


def _of_kind(statement: dict, kind: str) -> list[dict]:
    found = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    return [each for each in found if each["annotations"]["kind"] == kind]


def test_a_command_runs_and_its_statement_says_what_it_read_and_made(folder):
    arguments = ["train.py", "--config=c.yaml", "train.csv", "--output_dir", "out", "--api-key", "sesame"]
    done = _record(folder, "--name", "demo", "--", sys.executable, *arguments)
    assert (done.returncode, done.stdout) == (0, "trained 7\n")
    assert done.stderr == "backstamp: wrote out/backstamp.training-run.json\n"
    made = _statement(folder)
    intended = made["predicate"]["buildDefinition"]["externalParameters"]
    assert intended["command"][1:] == [*arguments[:-1], "****"]
    assert intended["configurationFiles"] == {"c.yaml": {"lr": 0.5, "hub_token": "****"}}
    assert [each["name"] for each in made["subject"]] == ["model.bin"]
    assert made["subject"][0]["digest"] == {"sha256": hashlib.sha256(b"weights").hexdigest()}
    assert [
        each["name"] for kind in ("code", "configuration", "dataset") for each in _of_kind(made, kind)
    ] == [
        "train.py",
        "c.yaml",
        "train.csv",
    ]
    observed = made["predicate"]["observed"]
    assert (observed["outcome"], observed["exitCode"]) == ("succeeded", 0)
    assert observed["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert "pytest" in {
        each["uri"].partition("@")[0].rpartition("/")[2] for each in _of_kind(made, "library")
    }
    assert "hidden" not in json.dumps(made)


def test_a_command_that_fails_hands_on_its_code_and_says_so(folder):
    done = _record(folder, "-q", "--output", "out", "--", sys.executable, "train.py", "--fail")
    assert (done.returncode, done.stderr) == (3, "")
    observed = _statement(folder)["predicate"]["observed"]
    assert (observed["outcome"], observed["exitCode"], observed["reason"]) == ("failed", 3, "exit code 3")


def test_a_command_that_is_not_there_is_used_wrongly_and_nothing_is_written(folder):
    done = _record(folder, "--statement", "s.json", "--", "no-such-program-at-all")
    assert done.returncode == 2
    assert done.stderr.startswith('backstamp: cannot start "no-such-program-at-all": ')
    assert not (folder / "s.json").exists()


def test_a_command_that_is_told_to_end_is_recorded_as_interrupted(folder):
    (folder / "wait.py").write_text("import sys\nprint('up', flush=True)\nsys.stdin.read()\n")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "backstamp",
            "record",
            "-q",
            "--statement",
            "s.json",
            "--",
            sys.executable,
            "wait.py",
        ],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    process.communicate()
    assert _statement(folder, "s.json")["predicate"]["observed"]["outcome"] == "interrupted"


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_the_commit_and_what_was_not_committed_are_recorded_as_they_were_before(folder):
    _git(folder, "init", "-q")
    (folder / ".git" / "hooks" / "post-index-change").write_text("#!/bin/sh\ntouch hooked\n")
    (folder / ".git" / "hooks" / "post-index-change").chmod(0o755)
    _git(folder, "add", "train.py")
    _git(folder, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "x")
    _git(folder, "remote", "add", "origin", "https://user:sesame@example.org/a/b.git")
    (folder / "hooked").unlink(missing_ok=True)
    clean = _record(folder, "-q", "--output", "out", "--", sys.executable, "train.py")
    assert clean.returncode == 0
    (code,) = [each for each in _of_kind(_statement(folder), "code") if each["name"] == "code"]
    assert code == {
        "name": "code",
        "uri": "https://example.org/a/b.git",
        "digest": {"gitCommit": _git(folder, "rev-parse", "HEAD")},
        "annotations": {"kind": "code", "dirty": "", "untracked": 2},
    }
    (folder / "train.py").write_text(PROGRAM + "\n")
    _record(folder, "-q", "--output", "out", "--", sys.executable, "train.py")
    (code,) = [each for each in _of_kind(_statement(folder), "code") if each["name"] == "code"]
    assert len(code["annotations"]["dirty"]) == 64
    assert not (folder / "hooked").exists()


def test_what_the_program_recorded_itself_is_taken_in(folder):
    (folder / "own.py").write_text(
        "import backstamp\n"
        "with backstamp.training_run({'lr': 0.5}, output='out', datasets='train.csv', seeds=3) as run:\n"
        "    run.log(loss=0.25)\n"
    )
    _record(folder, "-q", "--output", "out", "--", sys.executable, "own.py")
    made = _statement(folder)["predicate"]
    assert made["buildDefinition"]["externalParameters"]["configuration"] == {"lr": 0.5}
    assert made["buildDefinition"]["internalParameters"]["seeds"] == {"python": 3}
    assert made["observed"]["metrics"] == {"loss": 0.25}
    assert [each["name"] for each in _of_kind(_statement(folder), "dataset")] == ["train.csv"]


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ("python t.py --output_dir out", "out"),
        ("python t.py --output-dir=a/b", "a/b"),
        ("python t.py --train.output_dir x", "x"),
        ("python t.py --output_dir", ""),
        ("python t.py --output_dir --lr", ""),
        ("python t.py", ""),
    ],
)
def test_the_output_folder_is_found_on_the_command_line(arguments: str, folder: str):
    assert output_of(tuple(arguments.split())) == folder
