"""``backstamp scan``: examine files, folders and archives."""

import os
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import UsageError
from backstamp.core.finding import Severity
from backstamp.core.report import Report

if TYPE_CHECKING:
    from backstamp.engine.scan import Options

FORMATS = ("text", "json", "sarif", "html", "markdown", "junit")
_NEVER = "never"
_THRESHOLDS = ("critical", "high", "medium", "low", _NEVER)


_EXAMPLES = """\b
Examples:
  backstamp scan model.pt
  backstamp scan ./checkpoints --format sarif --output backstamp.sarif
  backstamp scan . --exclude 'tests/*' --fail-on medium
"""


@click.command(name="scan", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to write the report: text for people, json for programs, sarif for code scanning, html as one "
    "page, markdown for pull requests, junit for build servers.",
)
@click.option(
    "-o", "--output", metavar="FILE", default="", help="Write the report to a file, whole or not at all."
)
@click.option(
    "--fail-on",
    type=click.Choice(_THRESHOLDS),
    default="high",
    show_default=True,
    help="The least severity that denies (exit code 1); never: findings only warn.",
)
@click.option(
    "--only", metavar="AREAS", default="", help="Run only these areas, for example: models,software."
)
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these paths out. May be repeated.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0, 256),
    default=0,
    metavar="N",
    help="Work with so many processes; 0, the default, is as many as help.",
)
@click.option("--no-cache", is_flag=True, help="Examine everything anew, and remember nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress; of a text report, only the verdict.")
@click.option("-v", "--verbose", is_flag=True, help="List every finding and every file in a text report.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    targets: tuple[str, ...],
    form: str,
    output: str,
    fail_on: str,
    only: str,
    exclude: tuple[str, ...],
    jobs: int,
    no_cache: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Examine files, folders and archives, and say whether they may be used.

    Nothing that is examined is ever loaded, run or unpacked to disk. What cannot be examined to the end
    is reported, and leaves the verdict undetermined (exit code 3).
    """
    from backstamp.cli import output as place
    from backstamp.engine.scan import Options

    if "-" in targets:
        raise UsageError(
            '"-" is not a file: standard input cannot be examined',
            hint="Save it to a file first; a file of that name is ./-",
        )
    place.check_place(output)
    options = Options(
        fail_on=None if fail_on == _NEVER else Severity(fail_on),
        only=tuple(name for part in only.split(",") if (name := part.strip())),
        exclude=exclude,
        jobs=jobs,
    )
    report = _scanned(targets, options, is_cached=not no_cache, is_shown=not quiet)
    written = _rendered(report, form, targets, to_file=bool(output), quiet=quiet, verbose=verbose)
    place.write(written, output)
    return report.verdict.exit_code


def _scanned(targets: tuple[str, ...], options: "Options", *, is_cached: bool, is_shown: bool) -> Report:
    import gc

    from backstamp.cli.output import is_terminal, terminal_width
    from backstamp.engine.scan import scan

    # Syntax trees and the values of pickles hold few cycles: looking for them often is a fifth of the time.
    gc.set_threshold(50_000, 20, 20)
    cache = None
    if is_cached and _has_files(targets):
        import msgspec

        from backstamp.sources.cache import FolderCache, default_folder, stamp

        cache = FolderCache(default_folder())
        options = msgspec.structs.replace(options, stamp=stamp())
    if not (is_shown and is_terminal(2)):
        return scan(targets, options, cache=cache)
    from backstamp.cli.progress import Progress

    progress = Progress(width=terminal_width(2))
    try:
        return scan(
            targets, options, cache=cache, progress=lambda done, total, e: progress.show(done, total, e.shown)
        )
    finally:
        progress.clear()


def _has_files(targets: tuple[str, ...]) -> bool:
    """Say whether there is anything to remember: an empty folder needs no cache."""
    for target in targets:
        try:
            with os.scandir(target) as listing:
                if any(listing):
                    return True
        except OSError:
            return True
    return False


def _rendered(
    report: Report, form: str, targets: tuple[str, ...], *, to_file: bool, quiet: bool, verbose: bool
) -> str:
    if form == "text":
        return _as_text(report, to_file=to_file, quiet=quiet, verbose=verbose)
    if form == "sarif":
        from backstamp.report.sarif import render as as_sarif

        return as_sarif(report, folder=folder_of(targets))
    from importlib import import_module

    written: str = import_module(f"backstamp.report.{form}").render(report)
    return written


def _as_text(report: Report, *, to_file: bool, quiet: bool, verbose: bool) -> str:
    from backstamp.cli import output as place
    from backstamp.report.text import Style, render, render_verdict

    style = Style(
        width=80 if to_file else place.terminal_width(1),
        color=not to_file and place.wants_color(place.is_terminal(1)),
        unicode=to_file or place.speaks_unicode(),
        full=verbose,
    )
    return render_verdict(report, style) if quiet else render(report, style)


def folder_of(targets: tuple[str, ...]) -> str:
    """Name the folder below the working folder that the paths of the report start at; empty if unknown."""
    if len(targets) != 1:
        return ""
    target = os.path.relpath(targets[0])
    folder = target if os.path.isdir(target) else os.path.dirname(target)
    folder = folder.replace(os.sep, "/")
    return "" if folder in {"", "."} or folder.startswith("..") else folder
