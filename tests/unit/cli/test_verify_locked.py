"""``backstamp verify --locked``."""

from backstamp.cli.commands import main
from kit.hub_caches import REVISION, cached

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LOCK = f"""\
schema = "backstamp.lock/1"

[[model]]
name = "path:model"
kind = "model"
files = [
  {{ path = "weights.bin", sha256 = "{SHA}", size = 4 }},
]
"""


def locked(folder, data=b"test"):
    (folder / "model").mkdir()
    (folder / "model" / "weights.bin").write_bytes(data)
    (folder / "models.lock").write_text(LOCK, encoding="utf-8")
    return str(folder)


def test_what_is_locked_verifies_and_other_bytes_do_not(tmp_path, capsys):
    target = locked(tmp_path)
    assert main(["verify", "--locked", target]) == 0
    (tmp_path / "model" / "weights.bin").write_bytes(b"tesT")
    assert main(["verify", "--locked", target, "--quiet"]) == 1
    assert main(["verify", "--locked", target]) == 1
    assert "weights.bin" in capsys.readouterr().out


def test_a_lock_and_a_key_do_not_go_together(tmp_path, capsys):
    assert main(["verify", "--locked", locked(tmp_path), "--key", "k.pub"]) == 2
    assert capsys.readouterr().err.startswith("backstamp: --locked does not go with --key")


def test_options_of_the_lock_are_refused_without_it(tmp_path, capsys):
    assert main(["verify", str(tmp_path), "--exact", "--key", "k.pub"]) == 2
    assert "--locked" in capsys.readouterr().err


def test_a_hub_cache_is_looked_in_only_where_it_is_named(tmp_path, capsys):
    cached(tmp_path / "cache", "org/m", {"weights.bin": b"test"})
    cached(tmp_path / "empty", "org/other", {"a.txt": b"a"})
    target = tmp_path / "app"
    target.mkdir()
    named = LOCK.replace('"path:model"', f'"huggingface:org/m"\nrevision = "{REVISION}"')
    (target / "models.lock").write_text(named, encoding="utf-8")
    asked = ("verify", "--locked", str(target), "--hub-cache")
    assert main([*asked, str(tmp_path / "cache")]) == 0
    assert main([*asked, str(tmp_path / "empty")]) != 0
    assert "org/m" in capsys.readouterr().out
    assert main(["verify", str(target), "--hub-cache", str(tmp_path / "cache"), "--key", "k.pub"]) == 2
