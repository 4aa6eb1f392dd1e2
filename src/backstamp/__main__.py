"""``python -m backstamp`` is the command ``backstamp``."""

from backstamp.cli.__main__ import run

if __name__ == "__main__":
    run()
