"""``backstamp bom vex``: what is known of vulnerabilities, in and out."""

from typing import TYPE_CHECKING

import click

from backstamp.core.errors import UsageError
from backstamp.core.tree import Tree

if TYPE_CHECKING:
    from backstamp.bom.vex import VexStatement

_EXAMPLES = """\b
Examples:
  backstamp bom vex bom.cdx.json --add vendor.openvex.json --output bom.vex.cdx.json
  backstamp bom vex bom.cdx.json --to openvex
"""


@click.command(name="vex", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("file", metavar="FILE")
@click.option(
    "--add",
    "added",
    metavar="VEX",
    multiple=True,
    help="Add the statements of this OpenVEX or CycloneDX document. May be repeated; a later statement wins.",
)
@click.option(
    "--to",
    "form",
    type=click.Choice(("cyclonedx", "openvex")),
    default="cyclonedx",
    show_default=True,
    help="Write the document with its statements, or the statements alone as OpenVEX.",
)
@click.option("--author", default="", help="Who says so, for OpenVEX; by default the author of the document.")
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(*, file: str, added: tuple[str, ...], form: str, author: str, output: str) -> int:
    """Add statements on vulnerabilities (VEX) to a BOM, or take them out of one.

    FILE is CycloneDX or OpenVEX. Products are found by bom-ref, digest or purl; a statement on something
    that is not in the BOM is told on standard error.
    """
    from backstamp.bom import openvex, vex
    from backstamp.bom.document import written
    from backstamp.cli import output as place
    from backstamp.cli.bom_file import tree_from

    place.check_place(output)
    tree = tree_from(file)
    if openvex.is_openvex(tree):
        author = author or str(tree.get("author", ""))
        tree = vex.cyclonedx_of_statements(openvex.statements_of(tree))
    elif tree.get("bomFormat") != "CycloneDX":
        raise UsageError(f'"{file}" is neither CycloneDX nor OpenVEX', hint="Convert it to CycloneDX first.")
    statements = [each for path in added for each in _statements(path)]
    tree, missing = vex.with_statements(tree, statements)
    _tell([(statement.vulnerability, product.name) for statement, product in missing])
    if form == "cyclonedx":
        place.write(written(tree), output)
        return 0
    made = openvex.document_of(
        vex.statements_in(tree), author=author or _author(tree), timestamp=_time(openvex.times_in(tree))
    )
    place.write(written(made), output)
    return 0


def _statements(path: str) -> "list[VexStatement]":
    from backstamp.bom import openvex, vex
    from backstamp.cli.bom_file import tree_from

    tree = tree_from(path)
    if openvex.is_openvex(tree):
        return [*openvex.statements_of(tree)]
    if tree.get("bomFormat") == "CycloneDX":
        return [*vex.statements_in(tree)]
    raise UsageError(
        f'"{path}" is neither OpenVEX nor CycloneDX', hint="Name a document with VEX statements."
    )


def _author(tree: Tree) -> str:
    from backstamp.core.tree import text_at, tree_at, trees_at

    names = [text_at(each, "name") for each in trees_at(tree, "metadata", "authors")]
    names += [text_at(tree_at(tree, "metadata", key), "name") for key in ("manufacturer", "supplier")]
    return next((name for name in names if name), "unknown")


def _time(times: list[str]) -> str:
    """Give the latest time that the document names; the present, if it names none."""
    if times:
        return max(times)
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell(missing: list[tuple[str, str]]) -> None:
    from backstamp.core.finding import shown

    for vulnerability, product in missing:
        click.echo(f'not in the BOM: "{shown(product)}", of which {shown(vulnerability)} is said', err=True)
