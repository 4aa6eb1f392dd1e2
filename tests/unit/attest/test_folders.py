"""Folders held against manifests: links, ignored paths, shards, what is odd, what changes meanwhile."""

import hashlib
import os

import pytest

from backstamp.attest import hashing
from backstamp.attest.comparing import Care, compare
from backstamp.attest.folder import Scope, found_in, is_read_by_no_loader
from backstamp.attest.manifest import Manifest, Resource, root_of
from backstamp.attest.oms import Policy, verify_folder
from backstamp.core.errors import SourceError, UsageError
from kit import models

KEY = models.signer()
PUBLIC = models.public(KEY)


@pytest.fixture
def folder(tmp_path):
    return models.laid(tmp_path / "model", {"w.bin": bytes(range(100)), "sub/b.bin": b"b" * 10})


def shards(*parts, size=40, root=None):
    """Sign shards of ``w.bin`` and ``sub/b.bin`` as told: start and end of each."""
    data = {"w.bin": bytes(range(100)), "sub/b.bin": b"b" * 10}
    listed = [
        Resource(name=f"{n}:{s}:{e}", digest=hashlib.sha256(data[n][s:e]).hexdigest(), algorithm="sha256")
        for n, s, e in [("sub/b.bin", 0, 10), *(("w.bin", s, e) for s, e in parts)]
    ]
    trees = [{"name": r.name, "digest": r.digest, "algorithm": r.algorithm} for r in listed]
    tree = models.statement(trees, root or root_of(listed), method="shards", shard_size=size)
    return models.signed(tree, KEY)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((0, 40), (40, 80), (80, 100)), ()),
        (((0, 40), (80, 100)), ("shard-gap",)),
        (((40, 80), (80, 100)), ("shard-gap",)),
        (((0, 40), (40, 80)), ("size-mismatch",)),
        (((0, 40), (0, 100)), ("shard-overlap", "shard-size")),
        (((0, 40), (40, 70), (70, 100)), ("shard-size",)),
        (((0, 100),), ("shard-size",)),
        (((0, 40), (40, 80), (80, 120)), ("size-mismatch",)),
        (((0, 40), (40, 80), (80, 80)), ("shard-size",)),
        (((0, 0),), ("size-mismatch",)),
        (((0, 40), (80, 40)), ("shard-gap", "shard-size")),
    ],
)
def test_shards_follow_one_another_to_the_end_of_the_file(folder, parts, expected):
    found = models.codes(folder, shards(*parts), PUBLIC)
    assert tuple(code for code in found if code != "unsorted-resources") == expected


@pytest.mark.parametrize(
    "name", ["w.bin", "w.bin:0", "w.bin:00:9", "w.bin:0:+9", "w.bin:0:9 ", "w.bin:a:9", ":0:9"]
)
def test_a_name_that_is_no_shard_is_refused(folder, name):
    tree = models.statement([(name, "0" * 64)], method="shards", shard_size=40)
    assert "malformed-manifest" in models.codes(folder, models.signed(tree, KEY), PUBLIC)


@pytest.mark.parametrize(
    ("size", "expected"), [(40, ()), (40.0, ()), (40.5, "!"), (0, "!"), (True, "!"), ("40", "!")]
)
def test_the_size_of_shards_is_a_positive_number(folder, size, expected):
    found = models.codes(folder, shards((0, 40), (40, 80), (80, 100), size=size), PUBLIC)
    assert found == (("malformed-manifest",) if expected else ())


def test_shards_are_cut_and_verified(folder, tmp_path):
    bundle = models.bundle_for(folder, KEY, method="shards", shard_size=40, hash_type="blake2b")
    predicate = models.tree_in(bundle)["predicate"]
    assert [each["name"] for each in predicate["resources"]] == [
        "sub/b.bin:0:10",
        "w.bin:0:40",
        "w.bin:40:80",
        "w.bin:80:100",
    ]
    assert {each["algorithm"] for each in predicate["resources"]} == {"blake2b-sharded-40"}
    assert models.codes(folder, bundle, PUBLIC) == ()
    models.laid(tmp_path / "model", {"w.bin": bytes(range(99))})
    assert models.codes(folder, bundle, PUBLIC) == ("size-mismatch",)
    models.laid(tmp_path / "model", {"w.bin": bytes(range(100)), "sub/__init__.py": b""})
    assert models.codes(folder, bundle, PUBLIC) == ("added-empty-file",)


def test_files_that_were_not_signed_are_refused_unless_they_are_wanted(folder, tmp_path):
    bundle = models.bundle_for(folder, KEY)
    models.laid(tmp_path / "model", {"extra/x.py": b"import os"})
    assert models.codes(folder, bundle, PUBLIC) == ("added-file",)
    assert models.codes(folder, bundle, PUBLIC, left_out=("extra",)) == ()
    care = Care(ignores_unsigned=True)
    verified = verify_folder(folder, bundle, PUBLIC, Policy(care=care))
    assert [each.text for each in verified.notices] == ['added-file: "extra/x.py" was not signed']
    models.laid(tmp_path / "model", {"w.bin": b"other"})
    assert models.codes(folder, bundle, PUBLIC, ignores_unsigned=True) == ("changed-file",)
    (tmp_path / "model" / "w.bin").unlink()
    assert models.codes(folder, bundle, PUBLIC, ignores_unsigned=True) == ("missing-file",)


def test_a_renamed_file_is_told_from_one_lost_and_one_added(folder, tmp_path):
    bundle = models.bundle_for(folder, KEY)
    (tmp_path / "model" / "w.bin").rename(tmp_path / "model" / "v.bin")
    with pytest.raises(Exception, match=r'renamed-file: "w.bin" is there as "v.bin"'):
        verify_folder(folder, bundle, PUBLIC)


def test_the_bundle_itself_is_left_out_but_not_another_name_of_it(folder):
    path = f"{folder}/model.sig"
    bundle = models.bundle_for(folder, KEY, path=path)
    with open(path, "wb") as file:
        file.write(bundle.as_bytes())
    assert models.codes(folder, bundle, PUBLIC, path=path) == ()
    os.link(path, f"{folder}/evil.py")
    assert models.codes(folder, bundle, PUBLIC, path=path) == ("added-file",)


def test_the_files_of_git_at_the_top_are_left_out_and_no_others(folder, tmp_path):
    models.laid(
        tmp_path / "model", {".git/HEAD": b"", ".gitattributes": b"", "sub/.gitignore": b"x", ".env": b"x"}
    )
    names = [
        each["name"] for each in models.tree_in(models.bundle_for(folder, KEY))["predicate"]["resources"]
    ]
    assert names == [".env", "sub/.gitignore", "sub/b.bin", "w.bin"]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("README.md", b"# text", True),
        ("LICENSE", b"text", True),
        ("notes", b"text", True),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0", True),
        ("sbom.cdx.json", b' {"bomFormat": "CycloneDX"}', True),
        ("old.sig", b"{}", True),
        ("old.sig", b"\x80\x04.", False),
        ("README.md", b"\x80\x04]\x94.", False),
        ("README.md", b"PK\x03\x04", False),
        ("README.md", b"\x10\0\0\0\0\0\0\0" + b'{"a"', False),
        ("notes", b"a\0b", False),
        ("notes", b"#!/bin/sh", False),
        ("Modelfile", b"FROM x", False),
        ("vocab.txt", b"a", False),
        ("config.json", b"{}", False),
        ("model.safetensors", b"", False),
        ("x.py", b"", False),
        ("chat_template.jinja", b"", False),
    ],
)
def test_an_ignored_file_is_harmless_only_if_no_loader_reads_it(tmp_path, name, data, expected):
    models.laid(tmp_path, {name: data})
    assert is_read_by_no_loader(str(tmp_path / name), name) is expected


def test_an_ignored_path_hides_nothing_that_a_loader_reads(folder, tmp_path):
    bundle = models.bundle_for(folder, KEY, ignore_paths=("docs",))
    models.laid(tmp_path / "model", {"docs/README.md": b"text"})
    verified = verify_folder(folder, bundle, PUBLIC)
    assert [each.text for each in verified.notices] == [
        'unsigned-file: "docs/README.md" is ignored by the manifest, and no loader reads it'
    ]
    models.laid(tmp_path / "model", {"docs/deep/x.pt": b"\x80\x02."})
    assert models.codes(folder, bundle, PUBLIC) == ("hidden-file",)
    assert models.codes(folder, bundle, PUBLIC, left_out=("docs",)) == ()


def test_links_within_the_folder_need_leave(folder):
    os.symlink("w.bin", f"{folder}/link.bin")
    with pytest.raises(UsageError):
        models.bundle_for(folder, KEY)
    bundle = models.bundle_for(folder, KEY, allow_symlinks=True)
    assert models.codes(folder, bundle, PUBLIC) == ()
    tree = models.tree_in(bundle)
    tree["predicate"]["serialization"]["allow_symlinks"] = False
    assert models.codes(folder, models.signed(tree, KEY), PUBLIC) == ("symlink",)


def test_links_out_of_the_folder_are_refused(folder, tmp_path):
    (tmp_path / "outside.bin").write_bytes(b"x")
    os.symlink("../outside.bin", f"{folder}/link.bin")
    with pytest.raises(UsageError):
        models.bundle_for(folder, KEY, allow_symlinks=True)
    (tmp_path / "model" / "link.bin").unlink()
    models.laid(tmp_path / "model", {"link.bin": b"x"})
    bundle = models.bundle_for(folder, KEY, allow_symlinks=True)
    (tmp_path / "model" / "link.bin").unlink()
    os.symlink("../outside.bin", f"{folder}/link.bin")
    assert models.codes(folder, bundle, PUBLIC) == ("symlink-outside",)


def test_a_link_to_a_folder_is_followed_file_by_file(folder):
    os.symlink("sub", f"{folder}/alias")
    bundle = models.bundle_for(folder, KEY, allow_symlinks=True)
    names = [each["name"] for each in models.tree_in(bundle)["predicate"]["resources"]]
    assert names == ["alias/b.bin", "sub/b.bin", "w.bin"]
    os.unlink(f"{folder}/alias")
    assert models.codes(folder, bundle, PUBLIC) == ("missing-file",)


def test_a_link_in_a_circle_ends(folder):
    bundle = models.bundle_for(folder, KEY)
    os.symlink("..", f"{folder}/sub/up")
    assert models.codes(folder, bundle, PUBLIC) == ("symlink-cycle",)
    with pytest.raises(UsageError):
        models.bundle_for(folder, KEY, allow_symlinks=True)


def test_a_link_that_leads_nowhere_and_a_pipe_are_refused(folder):
    bundle = models.bundle_for(folder, KEY)
    os.symlink("gone", f"{folder}/dangling")
    os.mkfifo(f"{folder}/pipe")
    assert models.codes(folder, bundle, PUBLIC) == ("special-file", "unreadable-file")


def test_a_snapshot_of_a_hub_cache_is_the_model_that_was_signed(folder, tmp_path):
    bundle = models.bundle_for(folder, KEY)
    cache = tmp_path / "models--org--name"
    snapshot = cache / "snapshots" / ("a" * 40)
    for name in ("w.bin", "sub/b.bin"):
        data = (tmp_path / "model" / name).read_bytes()
        blob = cache / "blobs" / hashlib.sha256(data).hexdigest()
        models.laid(cache, {f"blobs/{blob.name}": data})
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(os.path.relpath(blob, (snapshot / name).parent))
    assert models.codes(str(snapshot), bundle, PUBLIC) == ()
    assert models.codes(str(snapshot), models.bundle_for(str(snapshot), KEY), PUBLIC) == ()
    blob.write_bytes(b"other")
    assert models.codes(str(snapshot), bundle, PUBLIC) == ("changed-file",)
    (snapshot / "w.bin").unlink()
    (snapshot / "w.bin").symlink_to(tmp_path / "model" / "w.bin")
    assert models.codes(str(snapshot), bundle, PUBLIC) == ("changed-file", "symlink")


def test_a_manifest_that_names_its_single_file_by_a_dot_fits_a_file_and_no_folder(tmp_path):
    folder = models.laid(tmp_path, {"m.gguf": b"GGUF"})
    listed = Resource(name=".", digest=hashlib.sha256(b"GGUF").hexdigest(), algorithm="sha256")
    bundle = models.signed(models.statement([(".", listed.digest)], root_of([listed])), KEY)
    verified = verify_folder(f"{folder}/m.gguf", bundle, PUBLIC)
    assert [each.code for each in verified.notices] == ["unnamed-file"]
    assert models.codes(folder, bundle, PUBLIC) == ("renamed-file",)


def test_a_file_that_changes_while_it_is_read_does_not_verify(folder, monkeypatch):
    manifest = Manifest(resources=(Resource(name="w.bin", digest="0" * 64, algorithm="sha256"),))
    real = hashing._read_into

    def touched(update, handle, start, end, room):
        real(update, handle, start, end, room)
        os.utime(f"{folder}/w.bin", ns=(1, 1))

    monkeypatch.setattr(hashing, "_read_into", touched)
    found = compare(manifest, folder, Care(left_out=("sub",)))
    assert [each.code for each in found.reasons] == ["changed-while-read"]


def test_names_that_are_no_text_are_found_and_cannot_be_signed(folder):
    raw = os.fsencode(folder) + b"/caf\xe9.bin"
    with open(raw, "wb") as file:
        file.write(b"x")
    assert "caf\udce9.bin" in [each.name for each in found_in(folder, Scope())]
    with pytest.raises(UsageError, match="not valid Unicode"):
        models.bundle_for(folder, KEY)


def test_a_target_that_is_not_there_is_an_error_of_use(tmp_path):
    with pytest.raises(SourceError):
        list(found_in(str(tmp_path / "gone"), Scope()))
