"""The generated documentation is fresh, and says what the code says."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from backstamp.report.json import render
from kit.reports import PROCESS, REMOTE, REPORTS
from tools.docs import generate

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "docs"


def test_the_generated_files_are_fresh():
    done = subprocess.run(
        [sys.executable, str(TOOL / "generate.py"), "--check"],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_rule_has_its_page():
    page = generate.rule_page(PROCESS)
    assert page.splitlines()[0] == "# PKL101 process-call"
    assert (
        "| references | [CWE-502](https://cwe.mitre.org/data/definitions/502.html), "
        "[AML.T0011.000](https://atlas.mitre.org/techniques/AML.T0011.000), "
        "[LLM03:2025](https://genai.owasp.org/llm-top-10/) |"
    ) in page.splitlines()
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## What it does",
        "## Why is this bad?",
        "## What to do",
    ]


def test_the_index_has_a_line_a_rule():
    assert generate.rules_index([PROCESS, REMOTE]).splitlines()[-2:] == [
        (
            "| [PKL101](PKL101.md) | `process-call` | critical | high | Looks for calls, made while a pickle "
            "loads, of functions which start a process. |"
        ),
        (
            "| [REP201](REP201.md) | `remote-code` | medium | medium | Looks for an `auto_map` that names "
            "another repository. |"
        ),
    ]


def test_writing_makes_everything_fresh_and_removes_pages_of_rules_that_are_gone(tmp_path):
    first, second = generate.pages([PROCESS, REMOTE]), generate.pages([PROCESS])
    assert generate.stale(str(tmp_path), first) == list(first)
    generate.write(str(tmp_path), first)
    assert generate.stale(str(tmp_path), first) == []
    assert generate.stale(str(tmp_path), second) == ["docs/rules/README.md", "docs/rules/REP201.md"]
    generate.write(str(tmp_path), second)
    assert sorted(p.name for p in (tmp_path / "docs" / "rules").iterdir()) == ["PKL101.md", "README.md"]


def test_every_command_and_option_is_in_the_reference():
    page = generate.cli_page()
    import click

    from backstamp.cli.commands import COMMANDS, group

    context = click.Context(group)
    for name in COMMANDS:
        assert f"## backstamp {name}" in page
        command = group.get_command(context, name)
        assert [o for p in command.params for o in p.opts if o.startswith("-") and o not in page] == []


def options(command, *way):
    """Yield the options of a command and of all below it, with the way there."""
    import click

    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from options(command.get_command(context, name), *way, name)
    for each in command.params:
        yield from ((" ".join(way), o) for o in (*each.opts, *each.secondary_opts) if o.startswith("--"))


def test_every_option_is_used_by_a_test():
    from backstamp.cli.commands import group

    text = "".join(each.read_text("utf-8") for each in sorted((ROOT / "tests").rglob("*.py")))
    assert [each for each in options(group) if not any(f"{each[1]}{end}" in text for end in '"= ')] == []


def test_the_page_on_architecture_shows_every_package_and_the_layers_that_are_held():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = [each.parent.name for each in (ROOT / "src" / "backstamp").glob("*/__init__.py")]
    assert len(packages) > 10
    assert [name for name in packages if f"── {name}/ " not in page] == []
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in contracts["contracts"] if each["type"] == "layers")
    assert "".join(f"    {layer.replace('backstamp.', '')}\n" for layer in layers) in page


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_keeps_the_schema(name):
    schema = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))
    document = json.loads(render(REPORTS[name]()))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(document)] == []


def test_a_report_that_lacks_a_key_breaks_the_schema():
    schema = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))
    document = json.loads(render(REPORTS["denied"]()))
    del document["findings"][0]["fingerprint"]
    assert not jsonschema_rs.validator_for(schema).is_valid(document)
