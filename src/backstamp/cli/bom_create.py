"""``backstamp bom TARGET``: write a BOM of files, folders and packages."""

from typing import TYPE_CHECKING

import click

from backstamp.core.errors import UsageError
from backstamp.core.finding import Severity

if TYPE_CHECKING:
    from backstamp.engine.describe import Described, Parent, Wishes
    from backstamp.engine.inventory import StockOptions

FORMATS = ("cyclonedx", "cyclonedx-1.7", "cyclonedx-1.6", "spdx")


@click.command(name="create", no_args_is_help=True)
@click.argument("target", metavar="TARGET")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="cyclonedx",
    show_default=True,
    help="The format: CycloneDX 1.7 JSON, 1.6, or SPDX 3.0.1 JSON-LD.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these paths out. May be repeated.")
@click.option("--no-digests", is_flag=True, help="Do not hash files: large weights are not read at all.")
@click.option("--author", metavar="NAME", multiple=True, help="Who makes this BOM. May be repeated.")
@click.option("--name", metavar="NAME", default="", help="The name of what is described.")
@click.option("--version", "version", metavar="VERSION", default="", help="Its version.")
@click.option("--producer", metavar="NAME", default="", help="Who makes it.")
@click.option(
    "--timestamp",
    metavar="TIME",
    default="",
    help="The time that the BOM bears, as RFC 3339; else SOURCE_DATE_EPOCH decides, else the clock.",
)
@click.option(
    "--parent",
    metavar="[NAME=]PATH",
    multiple=True,
    help="A base model that is at hand: its weights are held against those found. May be repeated.",
)
@click.option(
    "--withhold",
    metavar="WORD",
    multiple=True,
    help="Say that this is withheld instead of unknown, for example: producer. May be repeated.",
)
@click.option(
    "--fail-on",
    type=click.Choice(("high", "medium", "low", "info", "never")),
    default="never",
    show_default=True,
    help="Exit with 1 if there are findings about lineage or licences of this severity or above.",
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    target: str,
    form: str,
    output: str,
    exclude: tuple[str, ...],
    no_digests: bool,
    author: tuple[str, ...],
    name: str,
    version: str,
    producer: str,
    timestamp: str,
    parent: tuple[str, ...],
    withhold: tuple[str, ...],
    fail_on: str,
    quiet: bool,
) -> int:
    """Write a BOM of a file, a folder or a package.

    Nothing is loaded, imported or run. Every value stands on evidence; what is not known is said to be
    unknown.
    """
    from backstamp.cli import output as place
    from backstamp.cli.bom_time import time_of
    from backstamp.engine.describe import Wishes
    from backstamp.engine.inventory import StockOptions

    if target == "-":
        raise UsageError('"-" is not a file: standard input cannot be described', hint="Save it first.")
    place.check_place(output)
    wishes = Wishes(
        form=form,
        authors=author,
        name=name,
        version=version,
        producer=producer,
        timestamp=time_of(timestamp),
        parents=tuple(_parent(each) for each in parent),
        withheld=withhold,
    )
    options = StockOptions(exclude=exclude, has_digests=not no_digests)
    made = _described(target, wishes, options, is_shown=not quiet)
    place.write(made.text, output)
    if not quiet:
        for line in made.talk:
            click.echo(line, err=True)
    if fail_on == "never":
        return 0
    least = Severity(fail_on).rank
    return 1 if any(finding.severity.rank >= least for finding in made.findings) else 0


def _described(target: str, wishes: "Wishes", options: "StockOptions", *, is_shown: bool) -> "Described":
    from backstamp.cli.output import is_terminal, terminal_width
    from backstamp.engine.describe import described

    if not (is_shown and is_terminal(2)):
        return described(target, wishes, options)
    from backstamp.cli.progress import Progress

    progress = Progress(width=terminal_width(2))
    try:
        return described(target, wishes, options, lambda done, total, e: progress.show(done, total, e.shown))
    finally:
        progress.clear()


def _parent(text: str) -> "Parent":
    from backstamp.engine.describe import Parent

    name, mark, path = text.partition("=")
    return Parent(path=path, name=name) if mark else Parent(path=text)
