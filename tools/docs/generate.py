"""Writes the documentation that follows from the code: rules, licences, command line, exit codes, schema.

python tools/docs/generate.py           writes the files
python tools/docs/generate.py --check   says which are stale, and ends with 1 if any is
"""

import json
import os
import sys
from collections.abc import Callable, Sequence

import click

from backstamp.cli.commands import group
from backstamp.core import errors
from backstamp.core.report import RuleText
from backstamp.core.verdict import Outcome, Verdict
from backstamp.engine.catalog import all_detectors, text_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_RULES = "docs/rules"
_NOTE = "<!-- Written by tools/docs/generate.py: change the code, not this file. -->\n\n"
_SITES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("CWE-", lambda r: f"https://cwe.mitre.org/data/definitions/{r[4:]}.html"),
    ("CVE-", lambda r: f"https://www.cve.org/CVERecord?id={r}"),
    ("GHSA-", lambda r: f"https://github.com/advisories/{r}"),
    ("AML.", lambda r: f"https://atlas.mitre.org/techniques/{r}"),
    ("LLM", lambda _: "https://genai.owasp.org/llm-top-10/"),
    ("ML", lambda _: "https://owasp.org/www-project-machine-learning-security-top-10/"),
)
_MEANINGS = {
    Outcome.ALLOW: "everything was examined and nothing above `info` was found",
    Outcome.WARN: "findings below the threshold (`--fail-on`)",
    Outcome.DENY: "at least one finding at or above the threshold",
    Outcome.UNDETERMINED: "no denying finding, but something could not be examined to the end",
}


def pages(rules: Sequence[RuleText]) -> dict[str, str]:
    """Write every page, by its path below the root of the repository."""
    from tools.docs.licences import licences_page
    from tools.docs.report_schema import schema

    return {
        **{f"{_RULES}/{page.rule.code}.md": rule_page(page) for page in rules},
        f"{_RULES}/README.md": rules_index(rules),
        "docs/cli.md": cli_page(),
        "docs/exit-codes.md": exit_codes_page(),
        "docs/licences.md": licences_page(_NOTE),
        "schema/report.schema.json": json.dumps(schema(), indent=2) + "\n",
    }


def rule_page(page: RuleText) -> str:
    """Write the page of a rule: a table of what it says of itself, and its three sections."""
    rule = page.rule
    rows = (
        ("code", rule.code),
        ("name", f"`{rule.name}`"),
        ("severity", str(rule.severity)),
        ("confidence", str(rule.confidence)),
        ("since", rule.since),
        ("message", f"`{_cell(rule.message)}`"),
        ("references", ", ".join(_link(reference) for reference in rule.maps) or "none"),
    )
    table = "\n".join(f"| {label} | {value} |" for label, value in rows)
    sections = (("What it does", page.what), ("Why is this bad?", page.why), ("What to do", page.advice))
    body = "\n\n".join(f"## {title}\n\n{words}" for title, words in sections)
    return f"# {rule.code} {rule.name}\n\n{_NOTE}| | |\n| --- | --- |\n{table}\n\n{body}\n"


def rules_index(rules: Sequence[RuleText]) -> str:
    """Write the table of all rules."""
    lines = [
        f"| [{page.rule.code}]({page.rule.code}.md) | `{page.rule.name}` | {page.rule.severity} "
        f"| {page.rule.confidence} | {_cell(' '.join(page.what.partition(chr(10) * 2)[0].split()))} |"
        for page in rules
    ]
    head = "| code | name | severity | confidence | what it does |\n| --- | --- | --- | --- | --- |"
    about = "Severity is what happens if a finding is true; confidence is how often it is true.\n"
    return "\n".join((f"# Rules\n\n{_NOTE}{about}", head, *lines, ""))


def cli_page() -> str:
    """Write the reference of the command line."""
    context = click.Context(group, info_name="backstamp", help_option_names=["-h", "--help"])
    parts = [f"# Command line\n\n{_NOTE}{_words(group.help)}\n", _options(group, context)]
    parts += _commands(group, context)
    return "\n".join(parts)


def _commands(above: click.Group, context: click.Context) -> list[str]:
    """Write the commands of a group, each followed by those below it."""
    parts: list[str] = []
    for name in above.list_commands(context):
        command = above.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        parts += [
            f"## {inner.command_path}\n",
            f"```\n{inner.command_path} {usage}\n```\n",
            f"{_words(command.help)}\n",
        ]
        parts.append(_options(command, inner))
        if command.epilog:
            examples = [line.strip() for line in command.epilog.splitlines() if line.startswith("  ")]
            parts.append("```sh\n" + "\n".join(examples) + "\n```\n")
        if isinstance(command, click.Group):
            parts += _commands(command, inner)
    return parts


def exit_codes_page() -> str:
    """Write what the exit codes mean."""
    rows = [
        f"| {Verdict(outcome).exit_code} | {outcome} | {_MEANINGS[outcome]} |"
        for outcome in (Outcome.ALLOW, Outcome.WARN, Outcome.DENY, Outcome.UNDETERMINED)
    ]
    faults = [
        f"| {kind.code} | {kind.__name__} | {' '.join(str(kind.__doc__).split())} |"
        for _, kind in sorted(vars(errors).items())
        if isinstance(kind, type)
        and issubclass(kind, errors.BackstampError)
        and kind is not errors.BackstampError
    ]
    faults.sort(key=lambda row: (row[2], row))
    return "\n".join(
        (
            f"# Exit codes\n\n{_NOTE}A verdict ends the command with its code:\n",
            "| code | verdict | when |\n| --- | --- | --- |",
            *rows,
            "\nAn error ends it with the code of its kind, and with two lines: what is wrong, what to do.",
            "Code 4 is our fault or the machine's, and never a verdict. Ctrl-C ends it with 130.\n",
            "| code | error | meaning |\n| --- | --- | --- |",
            *faults,
            "",
        )
    )


def stale(root: str, written: dict[str, str]) -> list[str]:
    """Name the files which are not as they would be written, and the pages of rules that are no more."""
    differing = [path for path, text in written.items() if _read(os.path.join(root, path)) != text]
    folder = os.path.join(root, _RULES)
    present = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return differing + [f"{_RULES}/{name}" for name in present if f"{_RULES}/{name}" not in written]


def write(root: str, written: dict[str, str]) -> None:
    """Write the stale files, and take away the pages of rules that are no more."""
    for path in stale(root, written):
        place = os.path.join(root, path)
        if path not in written:
            os.unlink(place)
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8", newline="\n") as file:
            file.write(written[path])


def main(arguments: Sequence[str]) -> int:
    """Write or check."""
    written = pages([text_of(detector) for detector in all_detectors()])
    found = stale(ROOT, written)
    if "--check" in arguments:
        for path in found:
            print(f"stale: {path}")
        if found:
            print("Run python tools/docs/generate.py.")
        return 1 if found else 0
    write(ROOT, written)
    for path in found:
        print(f"written: {path}")
    return 0


def _options(command: click.Command, context: click.Context) -> str:
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    records = [record for option in options if (record := option.get_help_record(context))]
    rows = [f"| `{_cell(names)}` | {_cell(' '.join(words.split()))} |" for names, words in records]
    return "\n".join(("| option | what it does |\n| --- | --- |", *rows, ""))


def _words(help_text: str | None) -> str:
    paragraphs = (help_text or "").replace("\b", "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _link(reference: str) -> str:
    address = next((site(reference) for prefix, site in _SITES if reference.startswith(prefix)), "")
    return f"[{reference}]({address})" if address else reference


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.path.insert(0, ROOT)
    sys.exit(main(sys.argv[1:]))
