"""Where a passphrase comes from: a file, the environment, or the person at the terminal; never shown."""

import os
import sys

import click

from backstamp.core.errors import SourceError, UsageError

VARIABLE = "BACKSTAMP_PASSPHRASE"
_MOST_BYTES = 4096


def given(path: str) -> str | None:
    """Give the passphrase of a file, or of the environment; ``None`` if there is none.

    The end of the line does not belong to it. Raises ``SourceError`` if the file cannot be read, and
    ``UsageError`` if there is nothing in it.
    """
    if not path:
        return os.environ.get(VARIABLE) or None
    try:
        with open(path, "rb") as file:
            found = file.read(_MOST_BYTES).decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        raise SourceError(
            f'cannot read the passphrase from "{path}"',
            hint="It is the whole of a text file, but for the end of its line.",
        ) from error
    if not found:
        raise UsageError(f'the passphrase in "{path}" is empty', hint="Leave the option out for none.")
    return found


def asked(question: str, *, twice: bool = False) -> str | None:
    """Ask at the terminal; ``None`` if there is none, or the answer is empty."""
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(
        question, default="", hide_input=True, show_default=False, confirmation_prompt=twice, err=True
    )
    return answer or None
