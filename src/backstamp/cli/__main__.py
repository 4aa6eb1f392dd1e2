"""The entry point: runs a command, prints an error as two lines, and sets the exit code."""

import sys

from backstamp.cli.commands import main


def run() -> None:
    """Run the command line of this process and end it."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
