"""``backstamp scan``: examine files, folders and archives."""

import click

from backstamp.core.finding import Severity

FORMATS = ("json",)


@click.command(name="scan")
@click.argument("targets", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), default="json")
@click.option("--fail-on", type=click.Choice([str(s) for s in Severity]), default="high")
def command(targets: tuple[str, ...], form: str, fail_on: str) -> int:
    """Examine files, folders and archives, and say whether they may be used."""
    from backstamp.engine.scan import Options, scan
    from backstamp.report import json as renderer

    report = scan(targets, Options(fail_on=Severity(fail_on)))
    click.echo(renderer.render(report), nl=False)
    return report.verdict.exit_code
