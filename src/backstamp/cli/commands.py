"""The group of commands; each is imported when it is called."""

import sys
from importlib import import_module

import click

from backstamp import __version__
from backstamp.core.errors import BackstampError

COMMANDS = {
    "scan": "backstamp.cli.scan",
}


class _Lazy(click.Group):
    """A group which imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backstamp", message="%(prog)s %(version)s")
def group() -> None:
    """Secure the AI supply chain: what is it made of, and may it run here?"""


def main(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        result = group.main(arguments, prog_name="backstamp", standalone_mode=False)
    except BackstampError as error:
        return _failed(error.message, error.hint, error.code)
    except click.ClickException as error:
        return _failed(error.format_message(), "See backstamp --help.", 2)
    except click.Abort:
        return 130
    return int(result or 0)


def _failed(message: str, hint: str, code: int) -> int:
    print(f"backstamp: {message}", file=sys.stderr)
    if hint:
        print(hint, file=sys.stderr)
    return code
