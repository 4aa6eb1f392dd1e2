"""``backstamp bom diff``: what changed between two BOMs."""

import json
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import UsageError

if TYPE_CHECKING:
    from backstamp.bom.changes import Change

SCHEMA = "backstamp.bom-diff/1"


@click.command(name="diff", no_args_is_help=True)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="How to write the changes.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option(
    "--fail-on",
    metavar="CLASSES",
    default="",
    help="Exit with 1 if there are changes of these classes, for example: weights-changed,licence-tightened; "
    "any: for every change.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, old: str, new: str, form: str, output: str, fail_on: str) -> int:
    """Say what changed between two BOMs: weights, lineage, licences, data, templates, services, versions.

    Documents of CycloneDX and SPDX may be compared with each other.
    """
    from backstamp.bom.changes import changes_between
    from backstamp.bom.licence_order import compared
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import cyclonedx_from

    gates = _gates(fail_on)
    place.check_place(output)
    changes = changes_between(cyclonedx_from(old), cyclonedx_from(new), compared)
    if form == "json":
        rows = [
            {"class": c.kind.value, "part": c.part, "before": c.before, "after": c.after} for c in changes
        ]
        written = json.dumps({"schema": SCHEMA, "changes": rows}, indent=2, ensure_ascii=False) + "\n"
    else:
        written = _markdown(changes) if form == "markdown" else _text(changes)
    place.write(written, output)
    return 1 if any("any" in gates or change.kind.value in gates for change in changes) else 0


def _gates(text: str) -> frozenset[str]:
    from backstamp.bom.changes import Class

    known = {kind.value for kind in Class} | {"any"}
    words = frozenset(word for part in text.split(",") if (word := part.strip()))
    for word in sorted(words - known):
        from difflib import get_close_matches

        near = get_close_matches(word, known, n=1)
        raise UsageError(
            f'"{word}" is not a class of changes',
            hint=f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(sorted(known))}.",
        )
    return words


def _text(changes: "tuple[Change, ...]") -> str:
    from backstamp.core.finding import visible

    if not changes:
        return "No change.\n"
    lines = []
    for change in changes:
        lines.append(visible(f"{change.kind.value:<22} {change.part}"))
        if change.before:
            lines.append(visible(f"  - {change.before}"))
        if change.after:
            lines.append(visible(f"  + {change.after}"))
    return "\n".join(lines) + "\n"


def _markdown(changes: "tuple[Change, ...]") -> str:
    lines = ["| change | part | before | after |", "|---|---|---|---|"]
    lines += [
        f"| {change.kind.value} | {_cell(change.part)} | {_cell(change.before)} | {_cell(change.after)} |"
        for change in changes
    ]
    return "\n".join(lines) + "\n" if changes else "No change.\n"


def _cell(text: str) -> str:
    from backstamp.core.finding import visible

    return visible(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
