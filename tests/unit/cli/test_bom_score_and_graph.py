"""``backstamp bom score --at-least`` and ``backstamp bom graph --whole``."""

import json

import pytest

from backstamp.cli.commands import main

MANY = 40


@pytest.fixture
def document(tmp_path):
    libraries = [
        {"type": "library", "bom-ref": f"lib-{n}", "name": f"lib-{n}", "version": "1"} for n in range(MANY)
    ]
    path = tmp_path / "bom.json"
    path.write_text(
        json.dumps(
            {
                "bomFormat": "CycloneDX",
                "specVersion": "1.7",
                "version": 1,
                "metadata": {"component": {"type": "application", "bom-ref": "app", "name": "app"}},
                "components": libraries,
                "dependencies": [{"ref": "app", "dependsOn": [each["bom-ref"] for each in libraries]}],
            }
        )
    )
    return str(path)


def test_a_score_below_what_is_asked_is_the_exit_code(document, capsys):
    assert main(["bom", "score", document, "--format", "json"]) == 0
    evidenced = json.loads(capsys.readouterr().out)["evidenced"]
    assert main(["bom", "score", document, "--at-least", str(evidenced)]) == 0
    assert main(["bom", "score", document, "--at-least", str(evidenced + 1)]) == 1


def test_many_libraries_are_one_node_unless_the_whole_is_asked(document, capsys):
    assert main(["bom", "graph", document, "--format", "mermaid"]) == 0
    assert "lib-39" not in capsys.readouterr().out
    assert main(["bom", "graph", document, "--format", "mermaid", "--whole"]) == 0
    drawn = capsys.readouterr().out
    assert all(f"lib-{n}" in drawn for n in range(MANY))
