"""``backstamp fetch --locked``: download what is locked, verified while it streams."""

import os
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import UsageError
from backstamp.core.finding import shown, visible

if TYPE_CHECKING:
    from backstamp.attest.fetching import Destination, Fetched
    from backstamp.attest.lockfile import Lock

SCHEMA = "backstamp.fetch/1"
_HUB = "https://huggingface.co"
_EXAMPLES = """\b
Examples:
  backstamp fetch --locked
  backstamp fetch --locked --to ./weights
  backstamp fetch --locked --endpoint https://registry.example.org
"""


@click.command(name="fetch", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("target", metavar="[TARGET]", default=".")
@click.option("--locked", is_flag=True, help="Fetch what the lock names: nothing else can be fetched.")
@click.option(
    "--lock", "path", metavar="FILE", default="", help="The lock; by default models.lock in TARGET."
)
@click.option("--to", metavar="DIR", default="", help="A plain folder: models/org/name/... in it.")
@click.option("--cache", metavar="DIR", default="", help="A hub cache; by default the user's own.")
@click.option(
    "--endpoint", metavar="URL", default="", help="The hub; by default HF_ENDPOINT, else huggingface.co."
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 16),
    default=4,
    show_default=True,
    metavar="N",
    help="Fetch so many files at a time.",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
    help="How to write what came of it.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    target: str,
    locked: bool,
    path: str,
    to: str,
    cache: str,
    endpoint: str,
    jobs: int,
    form: str,
    quiet: bool,
) -> int:
    """Download what `models.lock` names, verified while it streams.

    A file comes to its place only whole and with its locked digest. What is there and right is left alone;
    what stopped half way goes on. HF_TOKEN is sent to the endpoint and nowhere else.
    """
    from backstamp.attest.addresses import endpoint_of
    from backstamp.attest.fetching import fetched
    from backstamp.attest.hubclient import HubClient
    from backstamp.cli import output
    from backstamp.cli.verify_locked import lock_path, read_lock

    if not locked:
        raise UsageError("only what is locked can be fetched", hint="backstamp fetch --locked")
    if to and cache:
        raise UsageError("--to and --cache are two places", hint="Name one of them.")
    lock = read_lock(lock_path(target, path))
    hub = endpoint_of(endpoint or os.environ.get("HF_ENDPOINT") or _HUB)
    client = HubClient(hub, token=os.environ.get("HF_TOKEN", "").strip(), environment=os.environ)
    told = None if quiet else _told
    made = fetched(lock, client, _destination(lock, to, cache), jobs=jobs, told=told)
    output.write(_as_json(made) if form == "json" else _as_text(made))
    return exit_code(made)


def exit_code(made: "tuple[Fetched, ...]") -> int:
    """1 if something came that is not what is locked, 3 if something did not come, else 0."""
    problems = [problem for each in made for problem in each.problems]
    if any(problem.is_wrong for problem in problems):
        return 1
    return 3 if problems else 0


def _destination(lock: "Lock", to: str, cache: str) -> "Destination":
    from backstamp.attest.fetching import ToCache, ToFolder
    from backstamp.attest.hubcache import default_roots
    from backstamp.core.errors import OutputError

    place = to or cache or default_roots(os.environ)[0]
    try:
        return ToFolder(place, lock) if to else ToCache(place)
    except OSError as error:
        raise OutputError(
            f'cannot write to "{place}": {(error.strerror or str(error)).lower()}',
            hint="Choose another place with --to.",
        ) from error


def _told(line: str) -> None:
    click.echo(visible(f"fetched {line}"), err=True)


def _as_text(made: "tuple[Fetched, ...]") -> str:
    lines = []
    for each in made:
        name = f"{each.name}@{each.revision[:12]}" if each.revision else each.name
        what = f"{each.came:,} fetched, {each.kept:,} there already"
        mark = "failed" if each.problems else "ready"
        lines.append(visible(f"{mark:8} {name}: {what}" + (f"  ({each.place})" if each.place else "")))
        for problem in each.problems:
            where = f"{shown(problem.path)}: " if problem.path else ""
            lines.append(visible(f"         {where}{problem.reason}"))
            if problem.hint:
                lines.append(visible(f"         {problem.hint}"))
    return "\n".join(lines or ["nothing to fetch is locked"]) + "\n"


def _as_json(made: "tuple[Fetched, ...]") -> str:
    import json

    import msgspec

    return json.dumps({"schema": SCHEMA, "fetched": msgspec.to_builtins(made)}, indent=2) + "\n"
