"""``backstamp record``: run a training and write down how it went."""

import click

from backstamp.core.errors import OutputError, UsageError

_EXAMPLES = """\b
Examples:
  backstamp record -- python train.py --config train.yaml --output_dir out
  backstamp record --output out --dataset data/ --model base/ -- torchrun train.py
"""


@click.command(
    name="record",
    no_args_is_help=True,
    epilog=_EXAMPLES,
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.argument("command_line", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    default="",
    help="The folder that the training writes to; by default what --output_dir of the command says.",
)
@click.option("--dataset", metavar="PATH", multiple=True, help="Data that it reads. May be repeated.")
@click.option("--model", metavar="PATH", multiple=True, help="A model that it starts from. May be repeated.")
@click.option("--name", metavar="NAME", default="", help="What the run is called.")
@click.option(
    "--statement",
    metavar="FILE",
    default="",
    help="Where to write the statement; by default backstamp.training-run.json in the output folder.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not say where the statement was written.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    command_line: tuple[str, ...],
    output: str,
    dataset: tuple[str, ...],
    model: tuple[str, ...],
    name: str,
    statement: str,
    quiet: bool,
) -> int:
    """Run a training and write one in-toto statement about it: what was intended, used, seen and made.

    The exit code is that of the command. The statement tells a run that failed, too.
    """
    from backstamp.capture.command import Options, record

    for path in (*dataset, *model):
        import os

        if path.startswith(("/", "./", "../", "~")) and not os.path.exists(path):
            raise UsageError(f'there is no "{path}"', hint="Check the path of what the training reads.")
    options = Options(name=name, output=output, statement=statement, datasets=dataset, models=model)
    try:
        code, written = record(command_line, options)
    except OSError as error:
        raise OutputError(
            f"cannot write the statement: {(error.strerror or str(error)).lower()}",
            hint="Choose another place with --statement.",
        ) from error
    if written and not quiet:
        click.echo(f"backstamp: wrote {written}", err=True)
    return code
