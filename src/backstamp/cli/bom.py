"""``backstamp bom``: AI-BOMs. A target alone makes one; the other commands work on documents."""

import click

from backstamp.cli.lazy import LazyGroup
from backstamp.core.errors import UsageError

COMMANDS = {
    "convert": "backstamp.cli.bom_convert",
    "create": "backstamp.cli.bom_create",
    "diff": "backstamp.cli.bom_diff",
    "graph": "backstamp.cli.bom_graph",
    "merge": "backstamp.cli.bom_merge",
    "query": "backstamp.cli.bom_query",
    "score": "backstamp.cli.bom_score",
    "validate": "backstamp.cli.bom_validate",
    "vex": "backstamp.cli.bom_vex",
}
_EXAMPLES = """\b
Examples:
  backstamp bom ./model
  backstamp bom . --format spdx --output bom.spdx.json
"""


class _Group(LazyGroup):
    """A group whose first word may be a target instead of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in COMMANDS and args[0] not in ("-h", "--help"):
            _check_word(args[0])
            args = ["create", *args]
        return super().parse_args(ctx, args)


def _check_word(word: str) -> None:
    """Refuse a word that is no target and nearly a command: ``validat``."""
    import os
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1, cutoff=0.75)
    if near and not os.path.lexists(word):
        raise UsageError(
            f'"{word}" is neither a target nor a command',
            hint=f'Did you mean "{near[0]}"? See backstamp bom --help.',
        )


@click.group(
    name="bom",
    cls=_Group,
    modules=COMMANDS,
    no_args_is_help=True,
    epilog=_EXAMPLES,
    subcommand_metavar="TARGET | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def command() -> None:
    """Say what an AI system is made of: models, data, training, prompts, services and libraries.

    `backstamp bom TARGET` writes a BOM of a file or folder; a target named like a command is written ./NAME.
    The commands check, compare, join, score and convert documents.
    """
