"""The benchmark of signing runs without the other tool, and leaves nothing behind."""

import sys

from benchmarks import signing


def test_small_models_are_timed_and_removed(tmp_path, monkeypatch, capsys):
    arguments = ["signing", "--size", "1", "--rounds", "1", "--folder", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    signing.main()
    said = capsys.readouterr()
    rows = [line[:28].strip() for line in said.out.splitlines() if "  " in line and "wall s" not in line]
    names = ["raw SHA-256, one thread", "raw SHA-256, all cores"]
    names += [f"backstamp {what}, {way}" for way in ("files", "shards") for what in ("sign", "verify")]
    assert rows == names * 2
    assert said.err == "model-signing was not measured: name an interpreter that has it by --peer\n"
    assert list(tmp_path.iterdir()) == []


def test_times_are_compared_with_raw_hashing():
    times = {
        "raw SHA-256, one thread": [(2.0, 2.0), (3.0, 2.5)],
        "raw SHA-256, all cores": [(1.0, 2.0)],
        "x": [(1.1, 2.2)],
    }
    assert signing.table("t", times, 1000).splitlines()[-1].split() == [
        "x",
        "1.100",
        "1.10",
        "2.200",
        "1.10",
        "0.95",
    ]
