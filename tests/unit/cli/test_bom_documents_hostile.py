"""The commands on documents: whatever a file holds, they end with an answer or with two lines."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstamp.cli.commands import main
from backstamp.core.tree import Json, walk
from kit.boms import changed, cyclonedx, spdx, spdx_chain, without
from kit.rich_boms import rich

HEAD = '{"bomFormat": "CycloneDX", "specVersion": "1.7", "version": 1, '
VEX: Json = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/vex/1",
    "author": "Ada",
    "timestamp": "2026-01-01T00:00:00Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {"name": "CVE-2024-0001", "aliases": ["GHSA-1"]},
            "products": [
                {
                    "@id": "pkg:pypi/safetensors@0.5.0",
                    "identifiers": {"purl": "pkg:pypi/safetensors@0.5.0"},
                    "hashes": {"sha-256": "a" * 64},
                    "subcomponents": [{"@id": "pkg:pypi/x@1"}],
                }
            ],
            "status": "not_affected",
            "justification": "component_not_present",
        }
    ],
}
NESTED = HEAD + '"components": [' + '{"type": "library", "name": "x", "components": [' * 95 + "]}" * 95 + "]}"
RAW = {
    "empty": b"",
    "zeros": bytes(100),
    "cut": HEAD.encode() + b'"components": [{"ty',
    "utf-16": (HEAD + '"x": 1}').encode("utf-16"),
    "latin-1": (HEAD + '"x": "\xe9"}').encode("latin-1"),
    "repeated": (HEAD + '"version": 2}').encode(),
    "nan": (HEAD + '"x": NaN}').encode(),
    "half": (HEAD + '"x": "\\ud800"}').encode(),
    "digits": (HEAD + '"x": ' + "9" * 5000 + "}").encode(),
    "deep": b"[" * 100_000,
    "deep inside": (HEAD + '"x": ' + "[" * 50_000 + "]" * 50_000 + "}").encode(),
    "list": b"[]",
    "null": b"null",
    "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><bom/>',
    "yaml": b"bomFormat: CycloneDX\n",
    "pickle": b"\x80\x04cos\nsystem\n(X\x01\x00\x00\x00atR.",
}


def command_lines(file: str, other: str) -> list[list[str]]:
    """Every command on documents, with a file at each of its places."""
    return [
        ["validate", file],
        ["diff", file, other],
        ["diff", other, file],
        ["merge", other, file],
        ["score", file],
        ["score", file, "--profile", "eu", "--format", "json"],
        ["graph", file],
        ["convert", file, "--to", "spdx-3.0.1"],
        ["convert", file, "--to", "cyclonedx-1.6"],
        ["vex", file, "--to", "openvex"],
        ["vex", other, "--add", file],
    ]


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "other.json").write_text(json.dumps(cyclonedx()))
    return folder


@pytest.mark.parametrize("name", sorted(RAW))
@pytest.mark.parametrize("at", range(11))
def test_what_is_no_document_is_told_in_two_lines_and_nothing_is_written(room, capsys, name, at):
    file, place = room / "raw.json", room / "out.json"
    file.write_bytes(RAW[name])
    code = main(["bom", *command_lines(str(file), str(room / "other.json"))[at], "-o", str(place)])
    out, err = capsys.readouterr()
    assert code in (2, 3)
    assert (out, len(err.splitlines()) in (1, 2), "internal error" in err) == ("", True, False)
    assert err.startswith(f'backstamp: "{file}"')
    assert not place.exists()


DOCUMENTS = [cyclonedx("1.2"), cyclonedx("1.5"), cyclonedx("1.7"), rich(), spdx(), VEX, json.loads(NESTED)]
ODD = st.sampled_from([None, 3, -1.5, "", "x", [], {}, [None], [{}], [["a"]], {"x": {}}, True, 10**400])


@given(st.data(), st.sampled_from(DOCUMENTS), st.integers(0, 10))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_document_that_was_broken_anywhere_is_no_internal_error(room, capsys, data, tree, at):
    for _ in range(data.draw(st.integers(1, 3))):
        pointers = [pointer for pointer, _ in walk(tree) if pointer]
        if not pointers or not isinstance(tree, dict):
            break
        pointer = data.draw(st.sampled_from(pointers))
        tree = without(tree, pointer) if data.draw(st.booleans()) else changed(tree, pointer, data.draw(ODD))
    file = room / "broken.json"
    file.write_text(json.dumps(tree))
    code = main(["bom", *command_lines(str(file), str(room / "other.json"))[at]])
    _, err = capsys.readouterr()
    assert (code in (0, 1, 2, 3), "internal error" in err) == (True, False)


@pytest.mark.parametrize(
    "words", [["score"], ["diff"], ["merge"], ["convert"], ["graph"], ["validate"], ["vex"]]
)
def test_a_command_without_a_document_shows_its_help(capsys, words):
    code = main(["bom", *words])
    out, err = capsys.readouterr()
    assert (code, f"Usage: backstamp bom {words[0]}" in out + err) == (2, True)


@pytest.mark.parametrize("at", range(11))
def test_a_folder_is_no_document(room, capsys, at):
    code = main(["bom", *command_lines(str(room), str(room / "other.json"))[at]])
    out, err = capsys.readouterr()
    assert (code, out, "folder" in err or "directory" in err) == (2, "", True)


@pytest.mark.parametrize("at", range(11))
def test_a_long_circle_of_things_inside_others_is_no_internal_error(room, capsys, at):
    file = room / "chain.json"
    file.write_text(json.dumps(spdx_chain(1000)))
    code = main(["bom", *command_lines(str(file), str(room / "other.json"))[at]])
    _, err = capsys.readouterr()
    assert (code in (0, 1, 2, 3), "internal error" in err) == (True, False)


def test_many_statements_on_many_components_are_added_in_linear_time(capsys, tmp_path):
    """Quadratic, they took forty seconds for 1,500."""
    count = 1500
    tree = json.loads(HEAD + '"components": []}')
    for at in range(count):
        tree["components"].append({"type": "library", "bom-ref": f"c{at}", "name": f"n{at}"})
    tree["vulnerabilities"] = [
        {"id": f"CVE-2024-{at}", "affects": [{"ref": f"c{at}"}], "analysis": {"state": "in_triage"}}
        for at in range(count)
    ]
    file = tmp_path / "many.json"
    file.write_text(json.dumps(tree))
    started = time.process_time()
    assert main(["bom", "vex", str(file), "--add", str(file)]) == 0
    assert time.process_time() - started < 5
    assert len(json.loads(capsys.readouterr().out)["vulnerabilities"]) == count


def test_lists_of_one_component_are_joined_in_linear_time(tmp_path, capsys):
    """Quadratic, a hundred thousand properties took six minutes."""
    names = [{"name": f"p{at}", "value": "v"} for at in range(20_000)]
    tree = json.loads(HEAD + '"components": []}')
    tree["components"].append({"type": "library", "bom-ref": "c", "name": "n", "properties": names})
    file = tmp_path / "many.json"
    file.write_text(json.dumps(tree))
    started = time.process_time()
    assert main(["bom", "merge", str(file), str(file), "-q"]) == 0
    assert time.process_time() - started < 5
    (component,) = json.loads(capsys.readouterr().out)["components"]
    assert component["properties"] == names
