"""Ways around the guard: which are caught, and which are out of reach (``docs/guard.md`` says the same).

Each runs in a process of its own, since an audit hook stays in the process that it was put into.
"""

import json
import os
import subprocess
import sys

import pytest

import backstamp

SOURCES = os.path.dirname(os.path.dirname(backstamp.__file__))
PROGRAM = """
import builtins, importlib, io, json, mmap, os, pickle, sys
from pickle import load as early_load, Unpickler as EarlyUnpickler
import _pickle

class Evil:
    def __reduce__(self):
        return (os.system, ("echo x > ran",))

class Early(pickle.Unpickler):
    pass

class OwnFindClass(pickle.Unpickler):
    def find_class(self, module, name):
        return getattr(importlib.import_module(module), name)

with open("a.pkl", "wb") as file:
    pickle.dump(Evil(), file)
os.rename("a.pkl", "plain")
import zip_of_models
table = {"load": zip_of_models.load}
from backstamp import guard
guard.install({"plain": "0" * 64}, audit=sys.argv[2])

def way_reload():
    importlib.reload(pickle)
    return pickle.load(open("plain", "rb"))

def way_early_import():
    return early_load(open("plain", "rb"))

def way_subclass_made_before():
    return Early(open("plain", "rb")).load()

def way_subclass_made_after():
    class Late(pickle.Unpickler):
        pass
    return Late(open("plain", "rb")).load()

def way_own_find_class():
    return OwnFindClass(open("plain", "rb")).load()

def way_c_module():
    return _pickle.load(open("plain", "rb"))

def way_python_unpickler():
    return pickle._Unpickler(open("plain", "rb")).load()

def way_open_and_loads():
    return pickle.loads(builtins.open("plain", "rb").read())

def way_open_of_a_model_and_loads():
    os.rename("plain", "model.pkl")
    return builtins.open("model.pkl", "rb").read()

def way_os_open():
    os.rename("plain", "model.pkl")
    return os.read(os.open("model.pkl", os.O_RDONLY), 9)

def way_mmap():
    with open("plain", "rb") as file:
        return pickle.loads(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

def way_table():
    return table["load"]("plain")

def way_wrapped():
    return pickle.load.__wrapped__(open("plain", "rb"))

try:
    globals()["way_" + sys.argv[1]]()
    said = "passed"
except guard.GuardError:
    said = "refused"
print(json.dumps([said, os.path.exists("ran")]))
"""


def ran(folder, way, audit):
    """Try a way around the guard: what the guard said, and whether the code of the pickle ran."""
    (folder / "program.py").write_text(PROGRAM)
    (folder / "zip_of_models.py").write_text(
        "import pickle\n\ndef load(path):\n    return pickle.load(open(path, 'rb'))\n"
    )
    done = subprocess.run(
        [sys.executable, "program.py", way, audit],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": SOURCES},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


FIRST_LINE = "reload early_import subclass_made_after c_module table".split()
SECOND_LINE = "subclass_made_before python_unpickler open_and_loads mmap wrapped".split()
OPENED = "open_of_a_model_and_loads os_open".split()


@pytest.mark.parametrize("way", FIRST_LINE)
def test_is_caught_by_the_first_line(tmp_path, way):
    assert ran(tmp_path, way, "off") == ("refused", False)


@pytest.mark.parametrize("way", SECOND_LINE)
def test_is_caught_by_the_second_line_as_far_as_the_pickle_runs_code(tmp_path, way):
    assert ran(tmp_path, way, "enforce") == ("refused", False)


@pytest.mark.parametrize("way", OPENED)
def test_a_file_that_is_called_like_a_model_cannot_be_opened(tmp_path, way):
    assert ran(tmp_path, way, "enforce") == ("refused", False)


def test_is_out_of_reach_an_unpickler_made_before_that_finds_classes_itself(tmp_path):
    assert ran(tmp_path, "own_find_class", "enforce") == ("passed", True)


POOL = """
import subprocess
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from backstamp import guard
if __name__ == "__main__":
    guard.install({})
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        print(pool.submit(subprocess.call, ["true"]).result())
"""


def test_messages_between_the_processes_of_a_pool_pass(tmp_path):
    done = inheriting(tmp_path, POOL)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


INHERITING = """
import json, os, subprocess, sys
from backstamp import guard
guard.install(lock="models.lock", inherit=True, log="log.jsonl")
child = "import pickle; pickle.load(open('plain', 'rb'))"
print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stderr)
guard.uninstall()
print(sorted(n for n in os.environ if n == "BACKSTAMP_GUARD"))
print(subprocess.run([sys.executable, "-c", child]).returncode)
"""


def inheriting(folder, program, **environment):
    """Run a program that has children."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": SOURCES, **environment},
        timeout=60,
    )


def test_child_processes_inherit_the_guard_until_it_is_taken_out(tmp_path):
    (tmp_path / "models.lock").write_text("")
    (tmp_path / "plain").write_bytes(b"\x80\x04N.")
    done = inheriting(tmp_path, INHERITING)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'refused to load "' in done.stdout
    assert lines[-2:] == ["[]", "0"]
    assert [json.loads(line)["decision"] for line in (tmp_path / "log.jsonl").read_text().splitlines()] == [
        "refused"
    ]


def test_the_variable_alone_installs_the_guard_and_the_next_sitecustomize_runs(tmp_path):
    (tmp_path / "models.lock").write_text("")
    (tmp_path / "plain").write_bytes(b"\x80\x04N.")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("print('own')\n")
    folder = os.path.join(SOURCES, "backstamp", "guard", "inherited")
    search = os.pathsep.join([folder, str(tmp_path / "own"), SOURCES])
    done = inheriting(
        tmp_path,
        "import pickle; pickle.load(open('plain', 'rb'))",
        PYTHONPATH=search,
        BACKSTAMP_GUARD="models.lock",
    )
    assert (done.returncode, done.stdout) == (1, "own\n")
    assert "GuardError: refused to load" in done.stderr


@pytest.mark.parametrize("setting", ["missing.lock", '{"mode": 1}'])
def test_a_process_that_cannot_be_guarded_does_not_start(tmp_path, setting):
    folder = os.path.join(SOURCES, "backstamp", "guard", "inherited")
    search = os.pathsep.join([folder, SOURCES])
    done = inheriting(tmp_path, "print('started')", PYTHONPATH=search, BACKSTAMP_GUARD=setting)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "this process cannot be guarded" in done.stderr
