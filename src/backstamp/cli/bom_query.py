"""``backstamp bom query``: ask a BOM about lineage."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from backstamp.bom.queries import Step

_EXAMPLES = """\b
Examples:
  backstamp bom query bom.json ancestors my-model
  backstamp bom query bom.json descendants meta-llama/Llama-3.1-8B
  backstamp bom query bom.json trained-on allenai/c4
"""
_QUESTIONS = ("ancestors", "descendants", "trained-on")


@click.command(name="query", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("file", metavar="FILE")
@click.argument("question", metavar="QUESTION", type=click.Choice(_QUESTIONS))
@click.argument("name", metavar="NAME")
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, file: str, question: str, name: str, form: str, output: str) -> int:
    """Ask what something was made of (ancestors), what was made of it (descendants), or which models were
    trained on it, or made of such models (trained-on).

    NAME is a reference, a name, or a name with its organisation.
    """  # noqa: D205  # the three questions are one sentence
    from backstamp.bom import queries
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import cyclonedx_from

    place.check_place(output)
    ask = {
        "ancestors": queries.ancestors,
        "descendants": queries.descendants,
        "trained-on": queries.trained_on,
    }[question]
    steps = ask(cyclonedx_from(file), name)
    place.write(_json(steps, question, name) if form == "json" else _text(steps), output)
    return 0


def _json(steps: "tuple[Step, ...]", question: str, name: str) -> str:
    rows = [
        {
            "ref": step.node.ref,
            "kind": step.node.kind,
            "name": step.node.name,
            "version": step.node.version,
            "distance": step.distance,
            "relation": step.word,
            "via": step.via,
        }
        for step in steps
    ]
    tree = {"schema": "backstamp.bom-query/1", "question": question, "name": name, "parts": rows}
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _text(steps: "tuple[Step, ...]") -> str:
    from backstamp.core.finding import visible

    if not steps:
        return "Nothing.\n"
    lines = []
    for step in steps:
        version = f" {step.node.version}" if step.node.version else ""
        how = f"  ({step.word}, {step.via})" if step.word else f"  ({step.via})"
        lines.append(visible(f"{'  ' * (step.distance - 1)}{step.node.kind} {step.node.name}{version}{how}"))
    return "\n".join(lines) + "\n"
