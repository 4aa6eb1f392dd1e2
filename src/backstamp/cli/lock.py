"""``backstamp lock``: pin every model and dataset in use to its exact bytes."""

import os
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import SourceError, UsageError
from backstamp.core.finding import shown, visible

if TYPE_CHECKING:
    from backstamp.attest.lockfile import Lock
    from backstamp.engine.locks import Locked, LockOptions

_EXAMPLES = """\b
Examples:
  backstamp lock
  backstamp lock --update org/name
  backstamp lock --check
  backstamp lock --verify --cache /mnt/image/root/.cache/huggingface/hub
"""
_MOST_SHOWN = 50


@click.command(name="lock", epilog=_EXAMPLES)
@click.argument("target", metavar="[TARGET]", default=".")
@click.option(
    "--lock", "path", metavar="FILE", default="", help="The lock; by default models.lock in TARGET."
)
@click.option(
    "--cache",
    "caches",
    metavar="DIR",
    multiple=True,
    help="A hub cache, or a folder of `fetch --to`, instead of the user's own caches. May be repeated.",
)
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these paths out. May be repeated.")
@click.option(
    "--update",
    metavar="NAME",
    multiple=True,
    help="Pin this anew, at what the cache or the folder holds now; '*' is everything. May be repeated.",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Write nothing; exit with 1 if the lock is not fresh."
)
@click.option(
    "--verify",
    "is_verify",
    is_flag=True,
    help="Write nothing; prove that what is on disk is exactly the lock.",
)
@click.option(
    "--exact", is_flag=True, help="With --verify: refuse models in TARGET and caches that are not locked."
)
@click.option("--allow-unresolved", is_flag=True, help="Write the lock without what could not be pinned.")
@click.option("--allow-denied", is_flag=True, help="Lock models that a scan denies; the lock says so.")
@click.option("--no-scan", is_flag=True, help="Do not scan what is pinned: the lock has no verdicts.")
@click.option(
    "--timestamp",
    metavar="TIME",
    default="",
    help="The time of the verdicts, as RFC 3339; else SOURCE_DATE_EPOCH decides, else the clock.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="With --verify: how to write the result.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="With --verify: write the result to a file.")
@click.option(
    "-j", "--jobs", type=click.IntRange(0, 256), default=0, metavar="N", help="Hash so many at a time."
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    target: str,
    path: str,
    caches: tuple[str, ...],
    exclude: tuple[str, ...],
    update: tuple[str, ...],
    is_check: bool,
    is_verify: bool,
    exact: bool,
    allow_unresolved: bool,
    allow_denied: bool,
    no_scan: bool,
    timestamp: str,
    form: str,
    output: str,
    jobs: int,
    quiet: bool,
) -> int:
    """Pin every model and dataset in use to its exact bytes, in `models.lock`.

    In use is what code and configurations of TARGET load and what lies in it. What comes from a hub is looked
    for in the caches of this machine; nothing is downloaded. What was locked stays as it is until --update
    names it.
    """
    from backstamp.cli import verify_locked as checks

    if is_verify:
        if is_check or update:
            raise UsageError(
                "--verify goes with neither --check nor --update", hint="Run one after the other."
            )
        return checks.verify_locked(
            target, caches=caches, lock=path, is_exact=exact, jobs=jobs, form=form, output=output, quiet=quiet
        )
    if exact or output or form != "text":
        raise UsageError("--exact, --format and --output belong to --verify", hint="Add --verify.")
    from backstamp.cli.bom_time import time_of
    from backstamp.engine.locks import LockOptions

    options = LockOptions(
        day=time_of(timestamp)[:10], update=update, exclude=exclude, has_verdicts=not no_scan, jobs=jobs
    )
    place = checks.lock_path(target, path)
    return _lock(
        target,
        place,
        options,
        caches=caches,
        is_check=is_check,
        allowed=(allow_unresolved, allow_denied),
        quiet=quiet,
    )


def _lock(
    target: str,
    place: str,
    options: "LockOptions",
    *,
    caches: tuple[str, ...],
    is_check: bool,
    allowed: tuple[bool, bool],
    quiet: bool,
) -> int:
    from backstamp.attest.lockfile import written
    from backstamp.attest.lockreading import lock_of
    from backstamp.cli import output
    from backstamp.cli.verify_locked import where_of
    from backstamp.engine.locks import locked

    if not is_check:
        output.check_place(place)
    old = _old(place)
    made = locked(where_of(target, caches, place), options, old)
    if made.unknown_updates:
        names = ", ".join(f'"{shown(name)}"' for name in made.unknown_updates)
        raise UsageError(
            f"--update names what is not in use: {names}", hint="`backstamp lock` lists what is."
        )
    if code := _refused(made, *allowed):
        click.echo("backstamp: no lock was written" if not is_check else "backstamp: not fresh", err=True)
        return code
    text = written(made.lock)
    lock_of(text.encode())  # what is written can be read again
    if is_check:
        return _checked(made.lock, old)
    output.write(text, place)
    if not quiet:
        files = sum(len(entry.files) for entry in made.lock.entries)
        click.echo(f"backstamp: wrote {place}: {len(made.lock.entries):,} locked, {files:,} files", err=True)
        for line in _told(made.lock, old):
            click.echo(f"  {line}", err=True)
    return 0


def _old(place: str) -> "Lock | None":
    from backstamp.cli.verify_locked import read_lock

    try:
        return read_lock(place) if os.path.lexists(place) else None
    except SourceError as error:
        error.hint = "The old lock is read first, so that its pins stay. Move it away to start anew."
        raise


def _refused(made: "Locked", allow_unresolved: bool, allow_denied: bool) -> int:  # noqa: FBT001  # two switches of one command
    """Tell what stands against the lock, and give the exit code; 0 if nothing does."""
    lines, code = [], 0
    for each in made.unresolved:
        where = f" (in {each.place})" if each.place else ""
        lines.append(f"unresolved: {each.name}{where}: {each.reason}")
    if made.unresolved and not allow_unresolved:
        lines.append(
            "Load or fetch it once on this machine, name its cache with --cache, or --allow-unresolved."
        )
        code = 3
    lines += [f"denied: {name}: `backstamp scan` tells why" for name in made.denied]
    if made.denied and not allow_denied:
        lines.append("Replace it, or lock it all the same with --allow-denied.")
        code = 1
    for each in made.changed:
        lines.append(f"changed: {each.name}: {each.reason}")
        code = 1
    if made.changed:
        lines.append("If the change is wanted and was reviewed: --update NAME.")
    for line in lines:
        click.echo(visible(line), err=True)
    return code


def _checked(new: "Lock", old: "Lock | None") -> int:
    """Say whether a lock is fresh: 0 if it is."""
    if old is not None and old == new:
        click.echo("the lock is fresh")
        return 0
    for line in _told(new, old) or ["there is no lock"]:
        click.echo(line)
    return 1


def _told(new: "Lock", old: "Lock | None") -> list[str]:
    from backstamp.attest.lockfile import Lock, changes

    found = changes(old or Lock(), new)
    lines = [visible(f"{c.name}: {c.path} {c.what}" if c.path else f"{c.name} {c.what}") for c in found]
    more = [f"and {len(lines) - _MOST_SHOWN:,} more"] if len(lines) > _MOST_SHOWN else []
    return lines[:_MOST_SHOWN] + more
