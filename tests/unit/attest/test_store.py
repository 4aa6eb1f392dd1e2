"""Attestations as they lie about, and the artifacts that they are about."""

import json
import os

import pytest

from backstamp.attest.artifacts import read_artifact
from backstamp.attest.signatures import sealed
from backstamp.attest.store import Store, attestations_in, read_store
from backstamp.capture.files import fingerprints_of, tree_digest
from backstamp.core.errors import SourceError
from kit.attestations import ALICE, FILES, b64, bom, bundle, model, outputs, run, sha256, signed, verdict

MODEL = model()
RUN, BOM = run(outputs(MODEL)), bom(MODEL)


def test_reads_envelopes_bundles_lines_and_bare_statements():
    chained = bundle(
        sealed(BOM.as_bytes(), [ALICE]),
        x509CertificateChain={"certificates": [{"rawBytes": b64(b"leaf")}, {"rawBytes": b64(b"above")}]},
    )
    for data, expected in (
        (signed(BOM), [("a", True, ())]),
        (bundle(sealed(BOM.as_bytes(), [ALICE])), [("a", True, ())]),
        (chained, [("a", True, (b"leaf", b"above"))]),
        (BOM.as_bytes(), [("a", False, ())]),
        (signed(BOM) + b"\n" + signed(BOM), [("a:1", True, ()), ("a:2", True, ())]),
    ):
        read = attestations_in(data, "a")
        assert read.problems == ()
        assert [(e.source, e.envelope is not None, e.chain) for e in read.attestations] == expected
        assert all(each.statement == BOM for each in read.attestations)


UNREADABLE = {
    "nothing": (b"", "a: not valid JSON"),
    "no JSON": (b"hello", "a: not valid JSON"),
    "a list": (b"[]", "a: JSON, but not an object"),
    "another object": (b"{}", "a: an envelope without payload"),
    "a key twice": (signed(BOM).replace(b"{", b'{"payload":"AAAA",', 1), 'a: the key "payload" stands twice'),
    "cut off": (signed(BOM)[:-9], "a: not valid JSON"),
    "another payload": (
        json.dumps(sealed(b"{}", [ALICE], "text/plain").as_tree()).encode(),
        'a: the payload is "text/plain"',
    ),
    "an old statement": (
        json.dumps({"_type": "https://in-toto.io/Statement/v0.1"}).encode(),
        "a: not an in-toto statement v1",
    ),
    "an unknown bundle": (
        bundle(sealed(BOM.as_bytes(), [ALICE])).replace(b"bundle.v0.3", b"bundle.v9"),
        "a: not a Sigstore bundle that is known",
    ),
    "a bundle of a bare signature": (
        b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {}}',
        "a: a bundle without an envelope",
    ),
    "two kinds of certificates": (
        bundle(
            sealed(BOM.as_bytes(), [ALICE]),
            certificate={"rawBytes": "AAAA"},
            x509CertificateChain={"certificates": [{"rawBytes": "AAAA"}]},
        ),
        "a: a bundle with both a certificate and a chain",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_tells_what_it_cannot_read(name):
    data, words = UNREADABLE[name]
    read = attestations_in(data, "a")
    assert read.attestations == ()
    assert [each.startswith(words) for each in read.problems] == [True]


def test_a_bad_line_does_not_hide_the_others():
    read = attestations_in(signed(BOM) + b"{}\n" + signed(RUN), "a")
    assert [each.source for each in read.attestations] == ["a:1", "a:3"]
    assert read.problems == ("a:2: an envelope without payload or payload type",)


def test_reads_folders_and_files(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "run.dsse.json").write_bytes(signed(RUN))
    (tmp_path / "all.intoto.jsonl").write_bytes(signed(BOM) + signed(RUN))
    (tmp_path / "notes.json").write_bytes(b"{}")
    (tmp_path / "broken.sig").write_bytes(b"no")
    os.mkfifo(tmp_path / "pipe.sig")
    read = read_store([str(tmp_path)])
    assert [each.source for each in read.attestations] == [
        "all.intoto.jsonl:1",
        "all.intoto.jsonl:2",
        "deep/run.dsse.json",
    ]
    assert [each.partition(":")[0] for each in read.problems] == ["broken.sig", "pipe.sig"]
    assert read.problems[1] == "pipe.sig: not a regular file"
    assert read_store([str(tmp_path / "notes.json")]).attestations == ()
    assert read_store([]) == Store(attestations=())


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="there is no"):
        read_store([str(tmp_path / "none")])


def write(folder, files=None):
    for name, data in (FILES if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(folder)


def test_a_folder_has_the_digests_of_its_files(tmp_path):
    folder = write(tmp_path / "model")
    found = read_artifact(folder)
    assert (found.digest, found.files, found.elements) == (MODEL.digest, MODEL.files, 16)
    assert dict(found.digest)["dirHash"] == tree_digest(fingerprints_of(folder))


def test_model_signing_leaves_out_what_belongs_to_git_and_the_names_do_not(tmp_path):
    plain = read_artifact(write(tmp_path / "a"))
    other = read_artifact(write(tmp_path / "b", {**FILES, ".gitattributes": b"*.bin lfs\n"}))
    assert dict(plain.digest)["sha256"] == dict(other.digest)["sha256"]
    assert dict(plain.digest)["dirHash"] != dict(other.digest)["dirHash"]


def test_a_file_has_its_sha256(tmp_path):
    folder = write(tmp_path)
    found = read_artifact(f"{folder}/config.json")
    assert (found.name, found.digest, found.is_folder) == (
        "config.json",
        (("sha256", sha256(FILES["config.json"])),),
        False,
    )


def test_attestations_are_left_out_and_what_only_looks_like_one_is_not(tmp_path):
    folder = write(
        tmp_path / "model", {**FILES, "v.dsse.json": signed(verdict(MODEL)), "evil.sig": b"\x80\x04."}
    )
    found = read_artifact(folder)
    assert found.left_out == ("v.dsse.json",)
    assert [each.name for each in found.files] == [
        "README.md",
        "config.json",
        "evil.sig",
        "model.safetensors",
    ]


def test_what_cannot_be_covered_stops_it(tmp_path):
    folder = write(tmp_path / "model")
    os.symlink("/usr", tmp_path / "model" / "lib")
    with pytest.raises(SourceError, match="link to a folder"):
        read_artifact(folder)
    os.unlink(tmp_path / "model" / "lib")
    os.symlink("/none", tmp_path / "model" / "gone")
    with pytest.raises(SourceError, match="cannot be part of what is signed"):
        read_artifact(folder)


def test_an_empty_folder_is_nothing_to_sign(tmp_path):
    with pytest.raises(SourceError, match="holds no files"):
        read_artifact(str(tmp_path))
