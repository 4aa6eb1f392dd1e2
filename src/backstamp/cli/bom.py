"""``backstamp bom``: AI-BOMs. Each command is imported when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "validate": "backstamp.cli.bom_validate",
}


class _Lazy(click.Group):
    """A group which imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(name="bom", cls=_Lazy)
def command() -> None:
    """Check the bills of materials of AI systems."""
