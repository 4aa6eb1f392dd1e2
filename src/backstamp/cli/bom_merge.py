"""``backstamp bom merge``: join BOMs."""

import click


@click.command(name="merge", no_args_is_help=True)
@click.argument("files", metavar="FILE FILE...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--timestamp", metavar="TIME", default="", help="The time that the BOM bears, as RFC 3339.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, files: tuple[str, ...], output: str, timestamp: str, quiet: bool) -> int:
    """Join BOMs into one, for example an AI-BOM with SBOMs of syft, cdxgen or cyclonedx-py.

    The first leads. Equal parts (by purl, SHA-256, or name and version) are written once, with the fields of
    both; where documents disagree the first stays, and an annotation says what was against it.
    """
    from backstamp import __version__
    from backstamp.bom.document import written
    from backstamp.bom.merge import merged
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import cyclonedx_from
    from backstamp.cli.bom_time import time_of

    place.check_place(output)
    document = merged([cyclonedx_from(file) for file in files], time_of(timestamp), __version__)
    place.write(written(document), output)
    if not quiet:
        notes = document.get("annotations")
        for note in notes if isinstance(notes, list) else []:
            if isinstance(note, dict) and str(note.get("text", "")).startswith("Merged documents disagree"):
                from backstamp.core.finding import visible

                click.echo(visible(f"conflict: {note['text']}"), err=True)
    return 0
