"""``backstamp bom validate``: is a BOM document right, and does it fit the files that it describes?"""

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import BackstampError, SourceError, UsageError

if TYPE_CHECKING:
    from backstamp.bom.document import Document
    from backstamp.bom.inventory import Inventory
    from backstamp.bom.validate.levels import Wanted

_MIB = 1024 * 1024
_EXAMPLES = """\b
Examples:
  backstamp bom validate bom.cdx.json
  backstamp bom validate bom.cdx.json --artifacts ./model
  backstamp bom validate bom.spdx.json --deep --shapes spdx-model.ttl --context spdx-context.jsonld
"""


@click.command(name="validate", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--artifacts",
    metavar="PATH",
    default="",
    help="Compare digests, numbers of parameters and element types with these files.",
)
@click.option("--deep", is_flag=True, help="Run the SHACL shapes of SPDX (extra backstamp[deep]).")
@click.option("--shapes", metavar="FILE", default="", help="The shapes for --deep: spdx-model.ttl.")
@click.option(
    "--context", metavar="FILE", default="", help="The JSON-LD context for --deep: spdx-context.jsonld."
)
@click.option("--schema", metavar="FILE", default="", help="The official JSON schema, for SPDX documents.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 4096),
    default=64,
    show_default=True,
    metavar="MIB",
    help="Refuse larger documents.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to write the result.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    files: tuple[str, ...],
    artifacts: str,
    deep: bool,
    shapes: str,
    context: str,
    schema: str,
    max_size: int,
    form: str,
    output: str,
) -> int:
    """Check BOM documents: CycloneDX 1.2 to 1.7 and SPDX 3.0, as JSON.

    Two levels always: the official schema, and the meaning (references, package URLs, licences, times,
    profiles). Two on demand: --artifacts and --deep. A level that was not checked is named, and a document is
    never called valid when a level that was asked for could not run.

    Exit codes: 0 valid, 1 not valid, 2 used wrongly or no BOM, 3 undecided or not readable to the end.
    """
    from backstamp.bom.validate.levels import validated
    from backstamp.cli import output as place

    if (shapes or context) and not deep:
        raise UsageError("--shapes and --context are for --deep", hint="Add --deep.")
    place.check_place(output)
    documents = [(path, _document(path, max_size * _MIB)) for path in files]
    wanted = _wanted(artifacts, schema, is_deep=deep, shapes=shapes, context=context)
    results = [validated(document, path, wanted) for path, document in documents]
    if form == "json":
        from backstamp.bom.validate.words import as_tree
        from backstamp.report.json import as_json

        place.write(as_json(as_tree(results)), output)
    else:
        from backstamp.bom.validate.words import as_text

        place.write(as_text(results), output)
    codes = {result.exit_code for result in results}
    return next(code for code in (1, 3, 0) if code in codes)


def _wanted(artifacts: str, schema: str, *, is_deep: bool, shapes: str, context: str) -> "Wanted":
    from datetime import UTC, datetime

    from backstamp.bom.validate.levels import Wanted
    from backstamp.knowledge.schemas import schema_file

    is_given = bool(shapes and context)
    if is_deep and is_given:
        from backstamp.knowledge.shapes import violations

        for path in (shapes, context):
            if not os.path.isfile(path):
                raise SourceError(f'there is no file "{path}"')
    return Wanted(
        now=datetime.now(UTC),
        schema=schema_file(schema) if schema else None,
        inventory=_inventory(artifacts) if artifacts else None,
        shapes=partial(violations, shapes=shapes, context=context) if is_deep and is_given else None,
        not_deep=""
        if is_given or not is_deep
        else "it needs --shapes FILE and --context FILE; nothing is fetched",
    )


def _inventory(path: str) -> "Inventory":
    from backstamp.engine.inventory import take

    if not os.path.exists(path):
        raise SourceError(
            f'there is no file or folder "{path}"', hint="--artifacts takes what the BOM describes."
        )
    return take(path)


def _document(path: str, most: int) -> "Document":
    """Read and understand one file. Its errors begin with its name."""
    from backstamp.bom.document import Bounds, loaded

    try:
        return loaded(_bytes(path, most), Bounds(size=most))
    except BackstampError as error:
        error.message = f'"{path}": {error.message}'
        raise


def _bytes(path: str, most: int) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(most + 1)
        with open(path, "rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise SourceError(f"cannot be read: {(error.strerror or str(error)).lower()}") from error
