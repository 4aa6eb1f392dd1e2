"""The commands that convert documents, and take statements in and out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from backstamp.bom.openvex import CONTEXT
from backstamp.cli import bom_convert, bom_vex
from backstamp.core.errors import ReadError, SourceError, UsageError
from backstamp.core.tree import Tree
from kit.rich_boms import library, rich


def _file(folder: Path, name: str, tree: object) -> str:
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return str(path)


def _vex() -> Tree:
    return {
        "@context": CONTEXT,
        "@id": "https://example.com/vex",
        "author": "Example Org",
        "timestamp": "2026-03-01T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": "CVE-2026-7"},
                "products": ["pkg:pypi/torch", "pkg:pypi/absent"],
                "status": "fixed",
            }
        ],
    }


def _run(command, *arguments: str):
    return CliRunner().invoke(command, [*arguments], standalone_mode=False, catch_exceptions=False)


def test_a_document_goes_to_spdx_and_back(tmp_path: Path):
    source = _file(tmp_path, "bom.json", rich())
    spdx, back = str(tmp_path / "bom.spdx.json"), str(tmp_path / "back.json")
    first = _run(bom_convert.command, source, "--to", "spdx-3.0.1", "-o", spdx)
    second = _run(bom_convert.command, spdx, "--to", "cyclonedx-1.7", "-o", back)
    assert (first.return_value, first.stdout, second.return_value, second.stderr) == (0, "", 0, "")
    assert "have no place of their own there and are kept aside; -v lists them" in first.stderr
    assert json.loads(Path(back).read_text(encoding="utf-8")) == rich()


def test_what_is_lost_is_listed_on_standard_error(tmp_path: Path):
    result = _run(bom_convert.command, _file(tmp_path, "bom.json", rich()), "--to", "cyclonedx-1.6")
    assert json.loads(result.stdout)["specVersion"] == "1.6"
    assert result.stderr.splitlines()[0] == "lost: /citations: is not known to CycloneDX 1.6: left out"
    quiet = _run(bom_convert.command, _file(tmp_path, "bom.json", rich()), "--to", "cyclonedx-1.6", "-q")
    assert quiet.stderr == ""


def test_what_is_kept_aside_is_listed_on_demand(tmp_path: Path):
    result = _run(bom_convert.command, _file(tmp_path, "bom.json", rich()), "--to", "spdx-3.0.1", "-v")
    lines = result.stderr.splitlines()
    assert lines[0] == "kept: /$schema: has no place in SPDX: carried by an annotation"
    assert not any("-v lists them" in line for line in lines)


def test_what_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(SourceError, match="cannot read"):
        _run(bom_convert.command, str(tmp_path / "none"), "--to", "spdx-3.0.1")
    broken = tmp_path / "broken"
    broken.write_bytes(b'{"bomFormat": ')
    with pytest.raises(ReadError, match="ends too early"):
        _run(bom_convert.command, str(broken), "--to", "spdx-3.0.1", "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_statements_are_added_and_those_on_absent_things_told(tmp_path: Path):
    bom = _file(
        tmp_path, "bom.json", {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [library()]}
    )
    result = _run(bom_vex.command, bom, "--add", _file(tmp_path, "vex.json", _vex()))
    assert json.loads(result.stdout)["vulnerabilities"] == [
        {
            "id": "CVE-2026-7",
            "analysis": {
                "state": "resolved",
                "firstIssued": "2026-03-01T00:00:00Z",
                "lastUpdated": "2026-03-01T00:00:00Z",
            },
            "affects": [{"ref": "pkg:pypi/torch@2.9.0"}],
        }
    ]
    assert result.stderr == 'not in the BOM: "pkg:pypi/absent", of which CVE-2026-7 is said\n'


def test_statements_are_written_as_openvex(tmp_path: Path):
    result = _run(bom_vex.command, _file(tmp_path, "bom.json", rich()), "--to", "openvex")
    made = json.loads(result.stdout)
    assert (made["@context"], made["author"], made["timestamp"]) == (
        CONTEXT,
        "Ada Example",
        "2026-11-25T10:00:00Z",
    )
    assert [each["status"] for each in made["statements"]] == ["not_affected", "affected"]


def test_openvex_becomes_cyclonedx(tmp_path: Path):
    result = _run(bom_vex.command, _file(tmp_path, "vex.json", _vex()))
    made = json.loads(result.stdout)
    assert [each["purl"] for each in made["components"]] == ["pkg:pypi/absent", "pkg:pypi/torch"]


def test_other_documents_are_refused(tmp_path: Path):
    bom = _file(tmp_path, "bom.json", rich())
    with pytest.raises(UsageError, match="neither CycloneDX nor OpenVEX"):
        _run(bom_vex.command, _file(tmp_path, "x.json", {"a": 1}))
    with pytest.raises(UsageError, match="neither OpenVEX nor CycloneDX"):
        _run(bom_vex.command, bom, "--add", _file(tmp_path, "x.json", {"a": 1}))
