"""The group of commands; each is imported when it is called.

1. An error is two lines on standard error: what is wrong, and what to do.
2. The exit code is the whole answer for a machine: 0 allow or warn, 1 deny, 2 used wrongly,
   3 undetermined, 4 our fault, 130 stopped by the user. A fault never looks like a verdict.
3. ``--debug`` adds the traceback.
"""

import sys

import click

from backstamp import __version__
from backstamp.cli.lazy import LazyGroup
from backstamp.core.errors import BackstampError

COMMANDS = {
    "attest": "backstamp.cli.attest",
    "bom": "backstamp.cli.bom",
    "explain": "backstamp.cli.explain",
    "fetch": "backstamp.cli.fetch",
    "key": "backstamp.cli.key",
    "lock": "backstamp.cli.lock",
    "record": "backstamp.cli.record",
    "rules": "backstamp.cli.rules",
    "scan": "backstamp.cli.scan",
    "sign": "backstamp.cli.sign",
    "verify": "backstamp.cli.verify",
}
_STOPPED = 130


@click.group(
    cls=LazyGroup,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="backstamp", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def group() -> None:
    """Secure the AI supply chain: what is it made of, and may it run here?

    Works offline, at once, without configuration. Exit codes: 0 allow or warn, 1 deny, 2 used wrongly,
    3 undetermined (not everything could be examined), 4 our fault.
    """


def main(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        result = group.main(arguments, prog_name="backstamp", standalone_mode=False)
    except BackstampError as error:
        return _failed(arguments, error.message, error.hint, error.code, error.details)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return 2
    except click.ClickException as error:
        return _failed(arguments, *_usage(error), 2)
    except click.Abort:
        print("backstamp: stopped; no report was written", file=sys.stderr)
        return _STOPPED
    except BrokenPipeError:
        _drop_output()
        return 0
    except SystemExit:  # click's way when a pipe is gone, with the code of a verdict
        _drop_output()
        return 0
    except OSError as error:
        _drop(1)
        return _failed(
            arguments, f"cannot go on: {error.strerror or error}", "Check the disk and the paths.", 4
        )
    except Exception as error:  # noqa: BLE001  # the edge of the process: a bug is code 4, never "deny"
        what = f"internal error: {type(error).__name__}: {error}"
        return _failed(arguments, what, "This is a fault of Backstamp. --debug shows where it happened.", 4)
    return int(result or 0)


def _failed(arguments: list[str], message: str, hint: str, code: int, details: tuple[str, ...] = ()) -> int:
    from backstamp.core.finding import visible

    if "--debug" in arguments:
        from traceback import print_exc

        print_exc()
    try:
        for line in (f"backstamp: {message}", *(f"  {each}" for each in details), hint):
            if line:
                print(visible(line), file=sys.stderr)
    except OSError:  # nobody listens: the exit code is the answer
        _drop(2)
    return code


def _usage(error: click.ClickException) -> tuple[str, str]:
    """Say what is wrong with a command line, and the nearest right word."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "backstamp"
    hint = f"See {path} --help."
    message = error.format_message().replace("\n", " ")
    if isinstance(error, click.NoSuchOption):
        message = f'"{error.option_name}" is not an option of {path}'
        wanted, known = error.option_name, error.possibilities or _options(context)
    elif context and isinstance(error, click.UsageError) and message.startswith("No such command"):
        wanted = (context.protected_args or context.args or [message.partition("'")[2].partition("'")[0]])[0]
        message = f'"{wanted}" is not a command'
        known = list(COMMANDS)
    else:
        return message[:1].lower() + message[1:].rstrip("."), hint
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=1, cutoff=0.5)
    return message, f'Did you mean "{near[0]}"? {hint}' if near else hint


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    return [name for parameter in context.command.params for name in parameter.opts if name.startswith("--")]


def _drop_output() -> None:
    """Let what is still buffered for the standard streams go nowhere, so that the exit is quiet."""
    _drop(1)
    _drop(2)


def _drop(stream: int) -> None:
    import os

    try:
        os.fstat(stream)
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    except OSError:
        return
