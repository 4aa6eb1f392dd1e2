"""``backstamp bom convert``: the same document in another standard or version."""

import click

_FORMS = ("cyclonedx-1.7", "cyclonedx-1.6", "spdx-3.0.1")
_EXAMPLES = """\b
Examples:
  backstamp bom convert bom.cdx.json --to spdx-3.0.1 --output bom.spdx.json
  backstamp bom convert bom.spdx.json --to cyclonedx-1.7
"""


@click.command(name="convert", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("file", metavar="FILE")
@click.option(
    "--to", "form", type=click.Choice(_FORMS), required=True, help="The standard and version to write."
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("-q", "--quiet", is_flag=True, help="Do not say what is carried or lost.")
@click.option(
    "-v", "--verbose", is_flag=True, help="List each value that has no place in the other standard."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, file: str, form: str, output: str, quiet: bool, verbose: bool) -> int:
    """Write a BOM in another standard or version.

    CycloneDX becomes SPDX and comes back as it was: what SPDX has no place for is carried by annotations.
    What is lost on the way to an older version is listed on standard error.
    """
    from backstamp.bom.convert import converted, dumped
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import tree_from

    place.check_place(output)
    tree, notes = converted(tree_from(file), form)
    place.write(dumped(tree), output)
    if not quiet:
        _tell([(note.pointer, note.what, note.is_lost) for note in notes], is_long=verbose)
    return 0


def _tell(notes: list[tuple[str, str, bool]], *, is_long: bool) -> None:
    from backstamp.core.finding import shown

    for pointer, what, is_lost in notes:
        if is_lost or is_long:
            click.echo(
                f"{'lost' if is_lost else 'kept'}: {shown(pointer) or 'the document'}: {what}", err=True
            )
    kept = sum(not is_lost for _, _, is_lost in notes)
    if kept and not is_long:
        click.echo(
            f"{kept} values have no place of their own there and are kept aside; -v lists them", err=True
        )
