"""``backstamp lock`` and ``backstamp fetch``: from code and caches to a lock, and back."""

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from backstamp.cli import fetch, lock
from backstamp.core.errors import OutputError, ReadError, SourceError, UsageError
from kit.hub_caches import REVISION, cached
from kit.hub_server import hub_server
from kit.weights import safetensors

OTHER = "f" * 40
FILES = {"config.json": b'{"model_type": "bert"}\n', "model.safetensors": safetensors()}
CODE = """\
from transformers import AutoModel
from datasets import load_dataset
model = AutoModel.from_pretrained("org/m")
data = load_dataset("org/d", revision="{revision}")
"""


def run(command, *arguments: object):
    return CliRunner().invoke(
        command, [str(each) for each in arguments], standalone_mode=False, catch_exceptions=False
    )


@pytest.fixture
def system(tmp_path: Path, monkeypatch) -> Path:
    """A system whose code loads a model and a dataset from the hub, and that has a model of its own."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795600000")
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    cached(tmp_path / "home" / "hub", "org/m", FILES)
    cached(tmp_path / "home" / "hub", "org/d", {"train.csv": b"a,b\n1,2\n"}, revision=OTHER, kind="datasets")
    system = tmp_path / "system"
    (system / "models" / "own").mkdir(parents=True)
    for name, data in FILES.items():
        (system / "models" / "own" / name).write_bytes(data)
    (system / "app.py").write_text(CODE.format(revision=OTHER))
    return system


def names(system: Path) -> list[str]:
    return re.findall(r'^name = "(.*)"', (system / "models.lock").read_text(), re.MULTILINE)


def test_locks_what_code_loads_and_what_lies_there(system: Path):
    done = run(lock.command, system)
    assert (done.return_value, done.stdout) == (0, "")
    text = (system / "models.lock").read_text()
    assert names(system) == ["huggingface:org/m", "path:models/own", "huggingface:org/d"]
    assert re.findall(r'^(?:revision|ref) = "(.*)"', text, re.MULTILINE) == [REVISION, "main", OTHER]
    assert re.findall(r'outcome = "(\w+)", date = "([\d-]+)"', text) == [("allow", "2026-11-25")] * 3
    assert run(lock.command, system, "--check").return_value == 0
    assert run(lock.command, system, "--verify", "-q").stdout == (
        "verified: 3 locked, 5 files, 438 bytes are exactly as locked\n"
    )
    run(lock.command, system)
    assert (system / "models.lock").read_text() == text


def test_a_check_tells_what_is_stale_and_writes_nothing(system: Path):
    assert run(lock.command, system, "--check").return_value == 1
    assert not (system / "models.lock").exists()
    run(lock.command, system)
    (system / "app.py").write_text("x = 1\n")
    done = run(lock.command, system, "--check")
    assert (done.return_value, done.stdout.splitlines()) == (
        1,
        [
            "huggingface:org/m@0123456789ab is no longer in use",
            "huggingface:org/d@ffffffffffff is no longer in use",
        ],
    )


def test_writes_nothing_when_something_is_not_at_hand_unless_that_is_allowed(system: Path):
    with (system / "app.py").open("a") as file:
        file.write('other = AutoModel.from_pretrained("org/absent")\n')
    done = run(lock.command, system)
    assert done.return_value == 3
    assert done.stderr.splitlines()[0] == (
        "unresolved: huggingface:org/absent (in app.py): it is not on this machine"
    )
    assert not (system / "models.lock").exists()
    assert run(lock.command, system, "--allow-unresolved").return_value == 0
    assert names(system) == ["huggingface:org/m", "path:models/own", "huggingface:org/d"]


def test_a_revision_that_the_cache_does_not_have_is_told_as_that(system: Path):
    (system / "app.py").write_text(CODE.format(revision="e" * 40))
    done = run(lock.command, system)
    assert done.stderr.splitlines()[0] == (
        f'unresolved: huggingface:org/d (in app.py): the cache has it, but not at the revision "{"e" * 40}"'
    )


def test_what_is_locked_stays_until_it_is_updated_by_name(system: Path, tmp_path: Path):
    run(lock.command, system)
    text = (system / "models.lock").read_text()
    cached(tmp_path / "home" / "hub", "org/m", {**FILES, "new.json": b"{}"}, revision="e" * 40)
    assert run(lock.command, system).return_value == 0
    assert (system / "models.lock").read_text() == text
    assert run(lock.command, system, "--verify").return_value == 1  # main of the cache is another commit now
    assert run(lock.command, system, "--update", "org/m").return_value == 0
    assert re.findall(r'^revision = "(.*)"', (system / "models.lock").read_text(), re.MULTILINE) == [
        "e" * 40,
        OTHER,
    ]
    assert run(lock.command, system, "--verify").return_value == 0
    with pytest.raises(UsageError, match='what is not in use: "org/x"'):
        run(lock.command, system, "--update", "org/x")


def test_other_bytes_under_a_locked_name_are_no_new_pin(system: Path):
    run(lock.command, system)
    text = (system / "models.lock").read_text()
    (system / "models" / "own" / "config.json").write_bytes(b'{"model_type": "gpt2"}\n')
    done = run(lock.command, system)
    assert (done.return_value, done.stderr.splitlines()[0]) == (
        1,
        "changed: path:models/own: other content than what is locked",
    )
    assert (system / "models.lock").read_text() == text
    assert run(lock.command, system, "--update", "path:models/own").return_value == 0
    assert run(lock.command, system, "--verify").return_value == 0


def test_a_model_that_a_scan_denies_is_locked_only_if_that_is_allowed(system: Path):
    (system / "models" / "own" / "evil.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    assert run(lock.command, system).return_value == 1
    assert not (system / "models.lock").exists()
    assert run(lock.command, system, "--allow-denied").return_value == 0
    assert 'verdict = { outcome = "deny"' in (system / "models.lock").read_text()
    assert run(lock.command, system, "--no-scan", "--update", "*").return_value == 0
    assert "verdict" not in (system / "models.lock").read_text()


def test_a_verification_as_json_lists_every_difference(system: Path, tmp_path: Path):
    run(lock.command, system)
    (system / "models" / "own" / "extra.py").write_text("import os")
    out = tmp_path / "out.json"
    assert run(lock.command, system, "--verify", "-f", "json", "-o", out).return_value == 1
    tree = json.loads(out.read_text())
    assert (tree["schema"], tree["outcome"]) == ("backstamp.lock-check/1", "different")
    assert [each["differences"] for each in tree["checked"]] == [
        [],
        [{"flaw": "extra", "path": "extra.py", "expected": "", "found": ""}],
        [],
    ]


def test_a_container_that_was_unpacked_is_held_against_the_lock(system: Path, tmp_path: Path):
    run(lock.command, system)
    image = tmp_path / "image"
    cache = image / "root" / ".cache" / "huggingface" / "hub"
    cached(cache, "org/m", FILES)
    cached(cache, "org/d", {"train.csv": b"a,b\n1,2\n"}, revision=OTHER, kind="datasets")
    (image / "models").mkdir()
    os.rename(system / "models" / "own", image / "models" / "own")
    arguments = (image, "--lock", system / "models.lock", "--verify", "--cache", cache, "--exact")
    assert run(lock.command, *arguments).return_value == 0
    cached(cache, "org/stray", FILES)
    done = run(lock.command, *arguments)
    assert (done.return_value, done.stdout.splitlines()[0]) == (1, "different: 1 of 4 are not as locked")


def test_a_cache_in_the_target_is_locked_by_its_name(system: Path):
    cached(system / "hub", "org/m", FILES)
    assert run(lock.command, system).return_value == 0
    assert names(system) == ["huggingface:org/m", "path:models/own", "huggingface:org/d"]


def test_stores_of_ollama_and_torch_are_locked_too(system: Path, tmp_path: Path):
    digest = "a" * 64
    manifest = tmp_path / "ollama/manifests/registry.ollama.ai/library/llama3/8b"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"layers": [{"digest": f"sha256:{digest}"}]}))
    (tmp_path / "ollama" / "blobs").mkdir()
    (tmp_path / "ollama" / "blobs" / f"sha256-{digest}").write_bytes(b"weights")
    (tmp_path / "torch/hub/checkpoints").mkdir(parents=True)
    (tmp_path / "torch/hub/checkpoints/x-01234567.pth").write_bytes(b"w")
    (system / "app.py").write_text(
        "import ollama, torch\nollama.chat(model='llama3:8b', messages=[])\n"
        "torch.hub.load_state_dict_from_url('https://example.org/x-01234567.pth')\n"
    )
    assert run(lock.command, system, "--no-scan").return_value == 0
    assert names(system) == ["ollama:llama3:8b", "path:models/own", "url:https://example.org/x-01234567.pth"]
    assert run(lock.command, system, "--verify").return_value == 0
    (tmp_path / "ollama" / "blobs" / f"sha256-{digest}").write_bytes(b"Weights")
    (tmp_path / "torch/hub/checkpoints/x-01234567.pth").unlink()
    done = run(lock.command, system, "--verify", "-f", "json")
    assert [[d["flaw"] for d in each["differences"]] for each in json.loads(done.stdout)["checked"]] == [
        ["changed"],
        [],
        ["absent"],
    ]


def test_a_lock_that_cannot_be_read_is_never_overwritten(system: Path):
    (system / "models.lock").write_text("schema = 1\n")
    with pytest.raises(ReadError, match="not a lock that can be trusted: line 1"):
        run(lock.command, system)
    assert (system / "models.lock").read_text() == "schema = 1\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--verify", "--check"), UsageError),
        (("--exact",), UsageError),
        (("--verify", "--lock", "none"), SourceError),
        (("--lock", "none/x.lock"), OutputError),
        (("--cache", "none"), SourceError),
        (("--timestamp", "yesterday"), UsageError),
    ],
)
def test_tells_what_is_used_wrongly(system: Path, arguments: tuple[str, ...], error: type[Exception]):
    with pytest.raises(error):
        run(lock.command, system, *arguments)


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_is_locked_is_fetched_and_verified(system: Path, tmp_path: Path, monkeypatch, is_folder):
    run(lock.command, system)
    place = tmp_path / "new"
    with hub_server() as hub:
        for path, data in FILES.items():
            hub.put(path, data)
        hub.put("train.csv", b"a,b\n1,2\n", name="datasets/org/d", revision=OTHER)
        hub.commits["/datasets/org/d/"] = OTHER
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        arguments = (system, "--locked", "--to" if is_folder else "--cache", place, "--endpoint", hub.address)
        done = run(fetch.command, *arguments)
        assert (done.return_value, hub.asked("authorization")) == (0, ["Bearer hf_secret"] * 3)
        assert run(lock.command, system, "--verify", "--cache", place).return_value == 0
        assert run(fetch.command, *arguments, "-q", "-f", "json").return_value == 0
        (place / ("models" if is_folder else "models--org--m")).rename(tmp_path / "away")
        hub.fail("config.json", "flipped")
        done = run(fetch.command, *arguments)
        assert done.return_value == 1
        assert "config.json: what the server sends is not what is locked" in done.stdout


def test_fetch_is_told_what_to_fetch_and_one_place(system: Path):
    with pytest.raises(UsageError, match="only what is locked"):
        run(fetch.command, system)
    with pytest.raises(UsageError, match="two places"):
        run(fetch.command, system, "--locked", "--to", "a", "--cache", "b")
    with pytest.raises(SourceError, match="cannot read the lock"):
        run(fetch.command, system, "--locked")
