"""Loaders of libraries, which the tests make: each is checked, refused, told of, and put back."""

import hashlib
import importlib
import io
import json
import os
import pickle
import sys
import textwrap
import threading

import pytest

from backstamp import guard
from backstamp.core.errors import UsageError, VerificationError
from backstamp.guard.libraries import hooks

SOURCE = {
    "load": "def {name}(*args, **kwargs):\n    return read(args, kwargs)\n",
    "method": "class {owner}:\n    def {name}(self, *args, **kw):\n        self.got = read(args, kw)\n",
}
READ = """
import os
def read(args, kwargs):
    for value in (*args, *kwargs.values()):
        if isinstance(value, (str, os.PathLike)):
            if os.path.isdir(value):
                return b"".join(read((os.path.join(value, n),), {}) for n in sorted(os.listdir(value)))
            with open(value, "rb") as file:
                return file.read()
        if hasattr(value, "read"):
            return value.read()
    return None
"""
LOADERS = [hook for each in hooks().values() for hook in each if hook.run == "load"]
MADE = {module.partition(".")[0] for module in hooks()} - {"numpy"}


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A folder on the search path for libraries, and a folder of models; all put back at the end."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.bin").write_bytes(b"good")
    before = {name for name in sys.modules if name.partition(".")[0] in MADE}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path / "lib")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    guard.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] in MADE]:
        monkeypatch.delitem(sys.modules, name)


def library(world, module, name):
    """Write a library with one loader."""
    owner, _, last = name.rpartition(".")
    *folders, file = module.split(".")
    at = world / "lib"
    at.mkdir(exist_ok=True)
    for folder in folders:
        at /= folder
        at.mkdir(exist_ok=True)
        (at / "__init__.py").touch()
    kind = SOURCE["method" if owner else "load"]
    (at / f"{file}.py").write_text(READ + kind.format(owner=owner, name=last))
    importlib.invalidate_caches()


def called(module, name, path):
    """Call the loader of a library as a program does."""
    found = importlib.import_module(module)
    owner, _, last = name.rpartition(".")
    if owner:
        one = object.__new__(getattr(found, owner))
        getattr(one, last)(path)
        return one.got
    return getattr(found, last)(*([None] if last == "load_weights" else []), path)


def approving(**files):
    """Approve files by name and content."""
    return {name.replace("_", "."): hashlib.sha256(data).hexdigest() for name, data in files.items()}


def named(hook):
    return f"{hook.module}:{hook.name}"


@pytest.mark.parametrize("first", ["guard", "library"])
@pytest.mark.parametrize("hook", [h for h in LOADERS if not h.module.startswith("numpy")], ids=named)
def test_a_loader_gets_approved_files_and_no_others(world, hook, first):
    library(world, hook.module, hook.name)
    if first == "library":
        importlib.import_module(hook.module)
    events = []
    guard.install(approving(a_bin=b"good"), on_event=events.append, audit="off")
    path = str(world / "models" / "a.bin")
    assert called(hook.module, hook.name, path) == b"good"
    (world / "models" / "a.bin").write_bytes(b"evil")
    with pytest.raises(guard.GuardError) as caught:
        called(hook.module, hook.name, path)
    assert (caught.value.path, caught.value.expected, caught.value.found) == (
        path,
        (f"sha256:{hashlib.sha256(b'good').hexdigest()}",),
        f"sha256:{hashlib.sha256(b'evil').hexdigest()}",
    )
    assert [(e.loader, e.decision, e.path, e.size) for e in events] == [
        (hook.loader, "approved", path, 4),
        (hook.loader, "refused", path, 4),
    ]
    guard.uninstall()
    assert called(hook.module, hook.name, path) == b"evil"


def test_arrays_are_checked_only_if_they_may_hold_pickles(world):
    np = pytest.importorskip("numpy")
    np.save("models/a.npy", np.ones(3))
    guard.install({}, audit="off")
    assert np.load("models/a.npy").sum() == 3
    with pytest.raises(guard.GuardError):
        np.load("models/a.npy", allow_pickle=True)


def test_the_error_says_file_digests_and_what_to_do(world):
    library(world, "joblib.numpy_pickle", "load")
    (world / "models.lock").write_text(
        f'[[model]]\nname = "org/m"\nfiles = [{{ path = "a.bin", sha256 = "{"0" * 64}", size = 4 }}]\n'
    )
    guard.install(audit="off")
    with pytest.raises(VerificationError) as caught:
        called("joblib.numpy_pickle", "load", "models/a.bin")
    found = hashlib.sha256(b"good").hexdigest()
    assert str(caught.value) == (
        f'refused to load "{world}/models/a.bin": '
        'its content is not that of "a.bin" of org/m in models.lock; '
        f"expected sha256:{'0' * 64}, found sha256:{found}\n"
        "Fetch the locked file again, or run `backstamp lock` if the change is wanted and was reviewed."
    )
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.path, again.code) == (str(caught.value), caught.value.path, 1)


@pytest.mark.parametrize(("mode", "decision"), [("warn", "warned"), ("observe", "observed")])
def test_the_other_modes_let_the_load_pass_and_tell_of_it(world, mode, decision):
    library(world, "joblib.numpy_pickle", "load")
    guard.install({}, mode=mode, log="log.jsonl", audit="off")
    if mode == "warn":
        with pytest.warns(RuntimeWarning, match="would have refused to load"):
            assert called("joblib.numpy_pickle", "load", "models/a.bin") == b"good"
    else:
        assert called("joblib.numpy_pickle", "load", "models/a.bin") == b"good"
    [line] = [json.loads(line) for line in (world / "log.jsonl").read_text().splitlines()]
    assert {key: line[key] for key in ("schema", "decision", "loader", "seen_by", "process")} == {
        "schema": "backstamp.guard-event/1",
        "decision": decision,
        "loader": "joblib.load",
        "seen_by": "call",
        "process": os.getpid(),
    }


MASKING = """
from joblib.numpy_pickle import load
class PreTrainedModel:
    @classmethod
    def from_pretrained(cls, path):
        try:
            return load(path)
        except Exception as error:
            raise OSError("cannot load") from error
"""


def test_a_refusal_is_told_as_what_it_is_even_if_a_library_makes_another_error_of_it(world):
    library(world, "joblib.numpy_pickle", "load")
    library(world, "transformers.modeling_utils", "unused")
    (world / "lib" / "transformers" / "modeling_utils.py").write_text(MASKING)
    guard.install({}, audit="off")
    model = importlib.import_module("transformers.modeling_utils").PreTrainedModel
    with pytest.raises(guard.GuardError, match="the list does not list it"):
        model.from_pretrained("models/a.bin")
    with pytest.raises(OSError, match="cannot load"):
        model.from_pretrained("models/none.bin")


def test_all_files_of_a_folder_are_checked(world):
    library(world, "tensorflow.python.saved_model.load", "load")
    guard.install(approving(a_bin=b"good"), audit="off")
    assert called("tensorflow.python.saved_model.load", "load", "models") == b"good"
    (world / "models" / "b.bin").write_bytes(b"more")
    with pytest.raises(guard.GuardError, match=r"b\.bin"):
        called("tensorflow.python.saved_model.load", "load", "models")


def test_all_parts_of_split_weights_are_checked(world):
    library(world, "llama_cpp.llama", "Llama.__init__")
    first, second = "models/m-00001-of-00002.gguf", "models/m-00002-of-00002.gguf"
    (world / first).write_bytes(b"one")
    (world / second).write_bytes(b"two")
    digests = {first: hashlib.sha256(b"one").hexdigest(), second: hashlib.sha256(b"two").hexdigest()}
    guard.install(digests, audit="off")
    assert called("llama_cpp.llama", "Llama.__init__", first) == b"one"
    (world / second).write_bytes(b"evil")
    with pytest.raises(guard.GuardError, match="m-00002-of-00002"):
        called("llama_cpp.llama", "Llama.__init__", first)


def test_what_is_no_file_here_is_refused_and_what_is_missing_is_left_to_the_loader(world):
    library(world, "pandas.io.pickle", "read_pickle")
    guard.install({}, audit="off")
    with pytest.raises(guard.GuardError, match="it is no file on this machine"):
        called("pandas.io.pickle", "read_pickle", "https://host/a.pkl")
    with pytest.raises(FileNotFoundError):
        called("pandas.io.pickle", "read_pickle", "models/none.pkl")


def test_bytes_in_memory_are_checked_only_if_that_is_wanted(world):
    library(world, "torch.serialization", "load")
    events = []
    guard.install(approving(a_bin=b"good"), on_event=events.append, audit="off")
    assert called("torch.serialization", "load", io.BytesIO(b"evil")) == b"evil"
    assert [(e.decision, e.reason) for e in events] == [("unchecked", "bytes in memory")]
    guard.install(approving(a_bin=b"good"), memory="check", audit="off")
    assert called("torch.serialization", "load", io.BytesIO(b"good")) == b"good"
    with pytest.raises(guard.GuardError, match="refused to load bytes in memory"):
        called("torch.serialization", "load", io.BytesIO(b"evil"))
    with pytest.raises(guard.GuardError):
        pickle.loads(pickle.dumps([1]))


def test_pickles_are_read_from_the_copy_and_the_file_moves_on(world):
    with open("models/p.pkl", "wb") as file:
        file.write(pickle.dumps([1]) + pickle.dumps({"b": 2}) + b"tail")
    guard.install({"p.pkl": hashlib.sha256((world / "models/p.pkl").read_bytes()).hexdigest()}, audit="off")
    with open("models/p.pkl", "rb") as file:
        assert (pickle.load(file), pickle.Unpickler(file).load(), file.read()) == ([1], {"b": 2}, b"tail")
    with open("models/a.bin", "rb") as file, pytest.raises(guard.GuardError):
        pickle.load(file)
    assert pickle.load(io.BytesIO(pickle.dumps(3))) == 3


def test_installing_again_exchanges_the_settings_and_nothing_is_guarded_twice(world):
    library(world, "joblib.numpy_pickle", "load")
    first, second = [], []
    guard.install({}, on_event=first.append, audit="off")
    guard.install(approving(a_bin=b"good"), on_event=second.append, audit="off")
    assert called("joblib.numpy_pickle", "load", "models/a.bin") == b"good"
    assert (len(first), len(second)) == (0, 1)
    places = guard.installation._HERE.patches.places
    assert len(places) == len(set(places))


def test_uninstalling_puts_everything_back(world):
    library(world, "joblib.numpy_pickle", "load")
    module = importlib.import_module("joblib.numpy_pickle")
    names = (pickle.load, pickle.loads, pickle.Unpickler, importlib.util.spec_from_file_location)
    before = (*names, names[3].__code__, module.load.__code__, dict(module.load.__dict__), [*sys.meta_path])
    guard.install({}, audit="off")
    assert (pickle.load, module.load.__code__) != (before[0], before[5])
    guard.uninstall()
    names = (pickle.load, pickle.loads, pickle.Unpickler, importlib.util.spec_from_file_location)
    assert (
        *names,
        names[3].__code__,
        module.load.__code__,
        dict(module.load.__dict__),
        [*sys.meta_path],
    ) == before
    assert guard.active() is None


def test_signatures_stay_as_they_were(world):
    library(world, "joblib.numpy_pickle", "load")
    guard.install({}, audit="off")
    import inspect

    module = importlib.import_module("joblib.numpy_pickle")
    assert str(inspect.signature(module.load)) == "(*args, **kwargs)"
    assert module.load.__name__ == "load"
    assert "return read(args, kwargs)" in inspect.getsource(module.load)


def test_threads_do_not_lend_each_other_their_approval(world):
    library(world, "joblib.numpy_pickle", "load")
    (world / "models" / "bad.bin").write_bytes(b"evil")
    events = []
    guard.install(approving(a_bin=b"good"), on_event=events.append, audit="off")
    refused = []

    def work(name):
        for _ in range(30):
            try:
                called("joblib.numpy_pickle", "load", f"models/{name}")
            except guard.GuardError:
                refused.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a.bin", "bad.bin") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["bad.bin"] * 90
    assert sorted(e.decision for e in events) == ["approved"] * 90 + ["refused"] * 90


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_guards_too_whatever_its_parent_was_doing(world):
    library(world, "joblib.numpy_pickle", "load")
    active = guard.install({}, log="log.jsonl", audit="off")
    importlib.import_module("joblib.numpy_pickle")
    with active.cache._lock, guard.installation._HERE.lock:
        child = os.fork()
        if not child:
            try:
                called("joblib.numpy_pickle", "load", "models/a.bin")
            except guard.GuardError:
                os._exit(7)
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    [line] = [json.loads(line) for line in (world / "log.jsonl").read_text().splitlines()]
    assert (line["process"], line["decision"]) == (child, "refused")


@pytest.mark.parametrize(
    "wrong", [{"mode": "maybe"}, {"audit": "maybe"}, {"memory": "maybe"}, {"inherit": True}]
)
def test_wrong_settings_are_refused(world, wrong):
    with pytest.raises(UsageError):
        guard.install({}, **wrong)
    assert guard.active() is None


def test_no_library_is_imported_by_the_guard():
    code = textwrap.dedent("""
        import sys
        import backstamp.guard
        backstamp.guard.install({})
        names = {n.partition(".")[0] for n in sys.modules}
        print(sorted(names & set("torch numpy transformers safetensors joblib pandas keras".split())))
    """)
    assert ran(code) == "[]\n"


def ran(code):
    import subprocess

    import backstamp

    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(backstamp.__file__))}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout
