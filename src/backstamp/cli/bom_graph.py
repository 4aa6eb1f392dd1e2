"""``backstamp bom graph``: draw what hangs on what."""

import click


@click.command(name="graph", no_args_is_help=True)
@click.argument("file", metavar="FILE")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("mermaid", "svg", "graphml")),
    default="mermaid",
    show_default=True,
    help="mermaid for Markdown, svg as a picture, graphml for graph tools.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--whole", is_flag=True, help="Draw each library, however many there are.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, file: str, form: str, output: str, whole: bool) -> int:
    """Draw a BOM: models with what they were made from, data, services, runs and libraries."""
    from backstamp.bom.drawing.network import network_of
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import cyclonedx_from

    place.check_place(output)
    network = network_of(cyclonedx_from(file), whole=whole)
    if form == "svg":
        from backstamp.bom.drawing.svg import as_svg

        written = as_svg(network)
    else:
        from backstamp.bom.drawing.texts import as_graphml, as_mermaid

        written = as_mermaid(network) if form == "mermaid" else as_graphml(network)
    place.write(written, output)
    return 0
