"""What is on disk against the lock: caches, folders, containers, and all that can differ."""

import os
from pathlib import Path

import pytest

from backstamp.attest import enclosure as opening
from backstamp.attest.enclosure import Enclosure, NotHeld
from backstamp.attest.hubcache import caches_below, default_roots, repository_named, revision_of_ref
from backstamp.attest.lockfile import EntryKind, Lock, LockEntry, lock_of_entries
from backstamp.attest.locking import Where, pinned, verified
from kit.hub_caches import REVISION, cached
from kit.weights import safetensors

OTHER = "f" * 40
FILES = {"config.json": b"{}\n", "model.safetensors": safetensors(), "onnx/model.onnx": b"onnx"}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return cached(tmp_path / "hub", "org/m", FILES)


def lock_of(snapshot: Path, **more: str) -> Lock:
    files = pinned(Enclosure(str(snapshot), str(snapshot.parents[1] / "blobs")))
    made = LockEntry(name="huggingface:org/m", kind=EntryKind.MODEL, revision=REVISION, files=files, **more)
    return lock_of_entries([made])


def check(lock: Lock, root: Path, **more: object) -> list[tuple[str, str, str]]:
    where = Where(target=str(root), roots=(str(root / "hub"), str(root)), **more)
    return [(d.flaw.value, d.path, d.found) for each in verified(lock, where) for d in each.differences]


def test_a_cache_is_exactly_what_was_pinned(snapshot: Path, tmp_path: Path):
    assert check(lock_of(snapshot), tmp_path) == []


def test_a_copy_without_links_is_the_same(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    for path, data in FILES.items():
        (snapshot / path).unlink()
        (snapshot / path).write_bytes(data)
    assert check(lock, tmp_path) == []


def blob(snapshot: Path, path: str) -> Path:
    return snapshot.parents[1] / "blobs" / os.path.basename(os.readlink(snapshot / path))


def _changed(snapshot: Path) -> None:
    blob(snapshot, "config.json").write_bytes(b"[]\n")


def _grown(snapshot: Path) -> None:
    blob(snapshot, "config.json").write_bytes(b"{}\n\n")


def _missing(snapshot: Path) -> None:
    (snapshot / "config.json").unlink()


def _dangling(snapshot: Path) -> None:
    blob(snapshot, "config.json").unlink()


def _extra(snapshot: Path) -> None:
    (snapshot / "onnx" / "modeling.py").write_text("import os")


def _hidden(snapshot: Path) -> None:
    (snapshot / ".cache" / "huggingface").mkdir(parents=True)
    (snapshot / ".cache" / "huggingface" / "x.py").write_text("import os")


def _renamed(snapshot: Path) -> None:
    (snapshot / "config.json").rename(snapshot / "Config.json")


def _outside(snapshot: Path) -> None:
    other = snapshot.parents[3] / "other.json"
    other.write_bytes(FILES["config.json"])
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to(other)


def _twice(snapshot: Path) -> None:
    held = blob(snapshot, "config.json")
    held.rename(held.with_suffix(".real"))
    held.symlink_to(held.with_suffix(".real").name)


def _folder_link(snapshot: Path) -> None:
    (snapshot / "more").symlink_to(snapshot / "onnx")


def _pipe(snapshot: Path) -> None:
    (snapshot / "config.json").unlink()
    os.mkfifo(snapshot / "config.json")


def _folder(snapshot: Path) -> None:
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").mkdir()


def _linked_folder_of_a_file(snapshot: Path) -> None:
    outside = snapshot.parents[3] / "elsewhere"
    (snapshot / "onnx").rename(outside)
    (snapshot / "onnx").symlink_to(outside)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_changed, [("changed", "config.json")]),
        (_grown, [("size", "config.json")]),
        (_missing, [("missing", "config.json")]),
        (_dangling, [("link", "config.json")]),
        (_extra, [("extra", "onnx/modeling.py")]),
        (_hidden, [("extra", ".cache/huggingface/x.py")]),
        (_renamed, [("extra", "Config.json"), ("missing", "config.json")]),
        (_outside, [("link", "config.json")]),
        (_twice, [("link", "config.json")]),
        (_folder_link, [("extra", "more")]),
        (_pipe, [("special", "config.json")]),
        (_folder, [("missing", "config.json")]),
        (_linked_folder_of_a_file, [("extra", "onnx"), ("missing", "onnx/model.onnx")]),
    ],
)
def test_tells_every_difference(snapshot: Path, tmp_path: Path, change, told):
    lock = lock_of(snapshot)
    change(snapshot)
    assert [(flaw, path) for flaw, path, _ in check(lock, tmp_path)] == told


def test_what_a_hub_s_client_notes_beside_a_download_is_left_alone(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    books = snapshot / ".cache" / "huggingface" / "download"
    books.mkdir(parents=True)
    (books / "config.json.metadata").write_text("x")
    assert check(lock, tmp_path) == []


def test_a_branch_that_means_another_commit_is_told_where_the_code_asks_for_the_branch(
    snapshot: Path, tmp_path
):
    pinned_by_code, by_branch = lock_of(snapshot), lock_of(snapshot, ref="main")
    cached(tmp_path / "hub", "org/m", FILES, revision=OTHER)
    assert check(pinned_by_code, tmp_path) == []
    assert check(by_branch, tmp_path) == [("revision", "refs/main", OTHER)]


def test_another_revision_alone_is_told_as_that(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    snapshot.rename(snapshot.with_name(OTHER))
    assert check(lock, tmp_path) == [("revision", "", OTHER)]


def test_what_is_nowhere_is_absent(snapshot: Path, tmp_path: Path):
    assert check(lock_of(snapshot), tmp_path / "empty") == [("absent", "", "")]


def test_every_copy_is_looked_at(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    second = cached(tmp_path, "org/m", FILES)
    assert check(lock, tmp_path) == []
    _changed(second)
    assert [flaw for flaw, *_ in check(lock, tmp_path)] == ["changed"]


def test_a_folder_that_a_loader_would_take_for_the_model_is_looked_at(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    shadow = tmp_path / "org" / "m"
    shadow.mkdir(parents=True)
    (shadow / "config.json").write_bytes(b'{"auto_map": 1}')
    assert [(flaw, path) for flaw, path, _ in check(lock, tmp_path)] == [
        ("size", "config.json"),
        ("missing", "model.safetensors"),
        ("missing", "onnx/model.onnx"),
    ]


def test_models_that_are_not_locked_are_told_on_demand(snapshot: Path, tmp_path: Path):
    lock = lock_of(snapshot)
    cached(tmp_path / "image" / "root" / "hub", "org/stray", FILES, kind="datasets")
    assert check(lock, tmp_path) == []
    checked = verified(lock, Where(target=str(tmp_path), roots=(str(tmp_path / "hub"),), is_exact=True))
    assert [(c.name, [d.flaw.value for d in c.differences]) for c in checked] == [
        ("huggingface:org/m", []),
        ("huggingface:org/stray", ["unlocked"]),
    ]


def test_a_file_that_is_exchanged_while_it_is_read_has_no_digest(tmp_path: Path, monkeypatch):
    (tmp_path / "x").write_bytes(b"a" * 100)
    sound = opening._read_into

    def swapping(handle, view):
        count = sound(handle, view)
        if count:
            (tmp_path / "y").write_bytes(b"b" * 100)
            (tmp_path / "y").rename(tmp_path / "x")
        return count

    monkeypatch.setattr(opening, "_read_into", swapping)
    with pytest.raises(NotHeld, match=r"exchanged|changed while it was read") as caught:
        Enclosure(str(tmp_path)).digest_of("x")
    assert caught.value.trouble.value == "swapped"


def test_a_file_that_grows_while_it_is_read_has_no_digest(tmp_path: Path, monkeypatch):
    (tmp_path / "x").write_bytes(b"a")
    sound = opening._read_into

    def growing(handle, view):
        with (tmp_path / "x").open("ab") as file:
            file.write(b"more")
        return sound(handle, view)

    monkeypatch.setattr(opening, "_read_into", growing)
    with pytest.raises(NotHeld, match="while it was read"):
        Enclosure(str(tmp_path)).digest_of("x")


def test_what_cannot_be_read_is_told_apart(snapshot: Path, tmp_path: Path, monkeypatch):
    from backstamp.cli.verify_locked import outcome_of

    lock = lock_of(snapshot)

    def denied(*_: str):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(opening, "_opened_below", denied)
    monkeypatch.setattr(os.path, "islink", lambda _: False)
    assert check(lock, tmp_path) == [("unreadable", path, "permission denied") for path in sorted(FILES)]
    where = Where(target=str(tmp_path), roots=(str(tmp_path / "hub"),))
    assert outcome_of(verified(lock, where)) == "undetermined"


def test_finds_caches_and_reads_their_names(snapshot: Path, tmp_path: Path):
    assert caches_below(str(tmp_path)) == [str(tmp_path / "hub")]
    assert revision_of_ref(str(snapshot.parents[1]), "main") == REVISION
    assert revision_of_ref(str(snapshot.parents[1]), "../refs/main") == ""
    assert repository_named("models--gpt2") == ("gpt2", EntryKind.MODEL)
    assert [repository_named(n) for n in ("spaces--a--b", "models--a--..", "models--", "x")] == [None] * 4
    assert default_roots({"HF_HOME": "/h", "HF_HUB_CACHE": "/c"}) == ("/c",)
    assert default_roots({"HF_HOME": "/h"}) == ("/h/hub",)
    assert default_roots({"XDG_CACHE_HOME": "/x"}) == ("/x/huggingface/hub",)
