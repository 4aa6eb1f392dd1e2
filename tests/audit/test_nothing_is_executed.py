"""Scans a hostile corpus under an audit hook: no sample's code is imported, compiled to run, or run."""

import json
import marshal
import os
import subprocess
import sys

import pytest

from audit.corpus import CALLS, CODE, NAMED, TOUCH, TRAP, call, corpus, torch_archive

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src")
# platform asks for _wmi on every system.
DEPENDENCIES = frozenset({"_wmi", "backports", "backstamp", "click", "lz4", "msgspec", "typing_extensions"})
# copy asks for org.python.core on every system.
DESCRIBING = DEPENDENCIES | {
    "_yaml",
    "boolean",
    "jsonschema_rs",
    "license_expression",
    "org",
    "packageurl",
    "yaml",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in corpus().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _watched(tmp_path, action, argument):
    """Do one thing in a watched child; returns exit code, what was refused, and what was imported."""
    place, writable, traps = (tmp_path / name for name in ("cwd", "writable", "traps"))
    for folder in (place, writable, traps):
        folder.mkdir()
    (traps / f"{TRAP}.py").write_text(CODE)
    record = tmp_path / "record.jsonl"
    program = (
        f"import sys; sys.path[:0] = [{HERE!r}, {str(traps)!r}]; import watched; watched.main(*sys.argv[1:])"
    )
    ended = subprocess.run(
        [
            sys.executable,
            "-I",
            "-B",
            "-c",
            program,
            SOURCES,
            str(record),
            str(writable),
            action,
            str(argument),
        ],
        cwd=place,
        env={
            **os.environ,
            "HOME": str(writable),
            "XDG_CACHE_HOME": str(writable),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    events = [json.loads(line) for line in record.read_text().splitlines()]
    refused = [what for kind, what in events if kind == "refused"]
    imported = [what for kind, what in events if kind == "import"]
    left = sorted(path.name for path in place.iterdir())
    return ended, refused, imported, left


def test_a_scan_of_the_hostile_corpus_runs_nothing(tmp_path, hostile):
    ended, refused, imported, left = _watched(tmp_path, "scan", hostile)
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - DEPENDENCIES
    assert (ended.returncode, ended.stderr.splitlines()[-1:]) == (0, ["exit code 1"])
    assert refused == []
    assert sorted(NAMED.intersection(imported)) == []
    assert sorted(foreign) == []
    assert left == []


def test_the_scan_reads_every_sample_and_finds_a_reason_to_deny(tmp_path, hostile):
    ended, _, _, _ = _watched(tmp_path, "scan", hostile)
    report = json.loads(ended.stdout)
    listed = {entry["path"] for entry in report["coverage"]}
    assert sorted(set(corpus()) - listed) == []
    assert report["verdict"] == "deny"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """Samples under the names that readers of a BOM look for."""
    folder = tmp_path_factory.mktemp("stocked")
    system = call("os", "system", (TOUCH,))
    tagged = f"!!python/object/apply:os.system [{TOUCH!r}]"
    names = "training_args.bin pytorch_model.bin scheduler.pt optimizer.pt vectorizer.joblib params.pkl"
    files = {f"run/{name}": system for name in names.split()}
    files |= {f"archive/{name}": torch_archive(system) for name in names.split()}
    files |= {
        f"yaml/{at}/{name}": f"base_model: {tagged}\nlearning_rate: {tagged}\n".encode()
        for at, name in enumerate(
            "MLmodel meta.yaml dvc.yaml dvc.lock conda.yaml config.yaml axolotl.yaml hparams.yaml "
            "docker-compose.yml pnpm-lock.yaml agents.yaml".split()
        )
    }
    files["card/README.md"] = f"---\nlicense: {tagged}\n---\n```python\n{CODE}\n```\n".encode()
    files["app/setup.py"] = CODE.encode()
    files["app/main.py"] = f"from {TRAP} import run\nrun()\n{CODE}\n".encode()
    files["app/nb.ipynb"] = json.dumps(
        {"cells": [{"cell_type": "code", "source": [CODE]}], "metadata": {}, "nbformat": 4}
    ).encode()
    files["app/chat_template.jinja"] = f"{{{{ cycler.__init__.__globals__.os.system({TOUCH!r}) }}}}".encode()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.parametrize("corpus_of", ["hostile", "stocked"])
def test_describing_hostile_files_runs_nothing(tmp_path, corpus_of, request):
    target = request.getfixturevalue(corpus_of)
    ended, refused, imported, left = _watched(tmp_path, "describe", target)
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - DESCRIBING
    assert (ended.returncode, ended.stderr.splitlines()[-1:]) == (0, ["exit code 0"])
    assert refused == []
    assert sorted(NAMED.intersection(imported)) == []
    assert sorted(foreign) == []
    assert left == []
    assert json.loads(ended.stdout)["bomFormat"] == "CycloneDX"


SAMPLES = {
    "unpickle": (call(TRAP, "run", ()), "pickle.find_class"),
    "evaluate": (b"1 + 1", "compile"),
    "execute": (b"x = 1", "compile"),
    "unmarshal": (marshal.dumps(compile("1", "sample", "eval")), "marshal.loads"),
    "import": (b"x = 1", "compile"),
    "write": (b"", "open"),
    "remove": (b"", "os.remove"),
    "connect": (b"", "socket.__new__"),
}


@pytest.mark.parametrize("action", sorted(SAMPLES))
def test_the_watch_would_see_it(tmp_path, action):
    data, event = SAMPLES[action]
    sample = tmp_path / "sample_of_audit.py"
    sample.write_bytes(data)
    _, refused, imported, _ = _watched(tmp_path, action, sample)
    assert [what.split(" ")[0] for what in refused][:1] == [event]
    assert ("sample_of_audit" in imported) == (action == "import")


def test_no_call_is_listed_twice():
    names = [f"{module}.{name}" for module, name, _ in CALLS]
    assert sorted(n for n in names if names.count(n) > 1) == []
