"""``backstamp bom score``: how complete a BOM is."""

import json

import click

_PROFILES = ("g7", "cisa", "eu", "spdx-ai")


@click.command(name="score", no_args_is_help=True)
@click.argument("file", metavar="FILE")
@click.option(
    "-p",
    "--profile",
    type=click.Choice(_PROFILES),
    default="g7",
    show_default=True,
    help="The list of elements: g7, cisa, eu (AI Act), spdx-ai.",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option(
    "--at-least", type=click.IntRange(0), default=0, metavar="N", help="Exit with 1 if fewer are evidenced."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, file: str, profile: str, form: str, output: str, at_least: int) -> int:
    """Score a BOM against a list of minimum elements.

    An element counts by how it is known: what was measured or declared in its place counts more than prose,
    what nobody gave evidence for counts half, a placeholder counts nothing.
    """
    from backstamp.bom.score.profiles import profile as profile_named
    from backstamp.bom.score.table import as_text, as_tree
    from backstamp.bom.score.weigh import weighed
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import cyclonedx_from

    place.check_place(output)
    score = weighed(cyclonedx_from(file), profile_named(profile))
    if form == "json":
        written = json.dumps(as_tree(score), indent=2, ensure_ascii=False) + "\n"
    else:
        width = 80 if output else place.terminal_width(1)
        written = as_text(score, width=width, unicode=bool(output) or place.speaks_unicode())
    place.write(written, output)
    return 1 if score.evidenced < at_least else 0
