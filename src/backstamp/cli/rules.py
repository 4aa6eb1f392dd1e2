"""``backstamp rules``: what is looked for, for people and programs."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from backstamp.core.report import RuleText


@click.command(name="rules")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to write them.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, form: str, output: str) -> int:
    """List the rules, with their severities and references."""
    from backstamp.cli import output as place
    from backstamp.engine.catalog import all_detectors, text_of

    place.check_place(output)
    pages = [text_of(detector) for detector in all_detectors()]
    if form == "json":
        from backstamp.report.json import as_json

        written = as_json({"schema": "backstamp.rules/1", "rules": [_row(page) for page in pages]})
    else:
        from backstamp.report.page import as_table

        color = not output and place.wants_color(place.is_terminal(1))
        written = as_table(pages, width=80 if output else place.terminal_width(1), color=color)
    place.write(written, output)
    return 0


def _row(page: "RuleText") -> dict[str, object]:
    rule = page.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "message": rule.message,
        "since": rule.since,
        "references": rule.maps,
        "what": page.what,
        "why": page.why,
        "advice": page.advice,
    }
