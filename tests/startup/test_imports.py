"""What a scan loads. Start-up is a budget, held by names and not by a clock.

A module that is missing from ``allowed.txt`` may be added, if the scan path cannot do without it and it costs
little (``python -X importtime``); one of ``REFUSED`` may not.
"""

import json
import os
import subprocess
import sys

import pytest

SOURCES = os.path.join(os.path.dirname(__file__), "..", "..", "src")

REFUSED = frozenset(
    "asyncio email http importlib.metadata litestar logging.config multiprocessing numpy pickle "
    "pydantic rich sqlalchemy sqlite3 ssl subprocess unittest urllib.request".split()
)

with open(os.path.join(os.path.dirname(__file__), "allowed.txt"), encoding="ascii") as listed:
    ALLOWED = frozenset(listed.read().split())

BESIDE_KEYS = frozenset("_cffi_backend _openssl copy cryptography dataclasses encodings random".split())

READERS = "backstamp.models.readers."

CHILD = """
import json, sys
sys.path.insert(0, sys.argv.pop(1))
before = set(sys.modules)
from backstamp.cli.commands import main
try:
    main(sys.argv[1:])
finally:
    sys.stderr.write("\\n" + json.dumps(sorted(set(sys.modules) - before)))
"""


def _loaded(home, *arguments):
    """Run a command line in a child and name the modules that it loaded."""
    ended = subprocess.run(
        [sys.executable, "-I", "-c", CHILD, SOURCES, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": home, "XDG_CACHE_HOME": home},
        timeout=60,
    )
    return frozenset(json.loads(ended.stderr.splitlines()[-1]))


def _beyond(loaded, allowed):
    return sorted({name.partition(".")[0] for name in loaded} - allowed)


def _refused(loaded):
    return sorted(name for name in loaded if any(name == r or name.startswith(f"{r}.") for r in REFUSED))


@pytest.fixture
def empty(tmp_path):
    return str(tmp_path)


def test_help_loads_the_commands_and_nothing_of_the_engine(empty):
    loaded = _loaded(empty, "--help")
    parts = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("backstamp.")}
    assert _beyond(loaded, ALLOWED) == []
    assert _refused(loaded) == []
    assert parts - {"backstamp.cli", "backstamp.core"} == set()


def test_scanning_an_empty_folder_loads_no_reader_no_rule_and_no_knowledge(empty):
    loaded = _loaded(empty, "scan", empty)
    rooms = ("readers.", "rules.", "facts.")
    assert _beyond(loaded, ALLOWED) == []
    assert _refused(loaded) == []
    assert [
        name
        for name in sorted(loaded)
        if name.startswith("backstamp.knowledge.")
        or (name.startswith("backstamp.models.") and name.split(".", 2)[2].startswith(rooms))
    ] == []


def test_scanning_a_small_pickle_loads_no_reader_of_another_format(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.pkl").write_bytes(b"\x80\x04]\x94(K\x01K\x02e.")
    loaded = _loaded(str(tmp_path), "scan", str(tmp_path / "models"))
    readers = {name.split(".")[3].partition("_")[0] for name in loaded if name.startswith(READERS)}
    assert _beyond(loaded, ALLOWED) == []
    assert _refused(loaded) == []
    assert readers == {"pickle"}


def test_verifying_a_model_loads_nothing_heavy_but_cryptography(tmp_path):
    home, model, key = str(tmp_path), tmp_path / "model", str(tmp_path / "k")
    model.mkdir()
    (model / "weights.bin").write_bytes(b"weights")
    _loaded(home, "key", "generate", key, "--no-passphrase")
    _loaded(home, "sign", str(model), "--key", key)
    loaded = _loaded(home, "verify", str(model), "--key", f"{key}.pub")
    parts = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("backstamp.")}
    assert _beyond(loaded, ALLOWED | BESIDE_KEYS) == []
    assert _refused(loaded) == []
    assert parts == {f"backstamp.{area}" for area in ("attest", "cli", "core", "formats", "sources")}


@pytest.mark.parametrize("form", ["html", "json", "junit", "markdown", "sarif", "text"])
def test_writing_a_report_loads_nothing_heavy(empty, form):
    loaded = _loaded(empty, "scan", "--format", form, empty)
    assert _beyond(loaded, ALLOWED) == []
    assert _refused(loaded) == []


def test_verifying_a_lock_loads_nothing_of_the_engine_and_nothing_of_the_network(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "x").write_bytes(b"")
    (tmp_path / "models.lock").write_text(
        'schema = "backstamp.lock/1"\n[[model]]\nname = "path:m"\nkind = "model"\nfiles = [{ path = "x", '
        'sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", size = 0 }]\n'
    )
    loaded = _loaded(str(tmp_path), "lock", str(tmp_path), "--verify")
    parts = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("backstamp.")}
    assert _refused(loaded) == []
    assert parts == {"backstamp.attest", "backstamp.cli", "backstamp.core", "backstamp.formats"}
