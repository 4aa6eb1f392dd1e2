"""Builds the demo system in a temporary folder, scans it and prints the report."""

import os
import subprocess
import sys
import tempfile

from tools.demo.build_demo import MARKER, build

SYSTEM = "ai-system"
DENIED = 1
_SUCCEEDED = """\
The demo system is meant to be denied (`backstamp scan` ended with 1), so the demo itself succeeds.
Nothing in it was executed. Now your own files: make run TARGET=path/to/model"""


def closing_words(code: int, *, was_executed: bool) -> tuple[str, int]:
    """Say what the demo showed, and with which exit code it ends."""
    if was_executed:
        return "demo: something in the demo system was executed. That must never happen: please report it.", 4
    if code != DENIED:
        return f"demo: the scan should have denied the demo system (exit code 1), but ended with {code}.", 1
    return _SUCCEEDED, 0


def main() -> int:
    """Run the demo."""
    backstamp = os.path.join(os.path.dirname(sys.executable), "backstamp")
    with tempfile.TemporaryDirectory(prefix="backstamp-demo-") as folder:
        build(os.path.join(folder, SYSTEM))
        print(f"$ backstamp scan {SYSTEM}\n", file=sys.stderr, flush=True)
        ended = subprocess.run([backstamp, "scan", SYSTEM], cwd=folder, check=False)
        words, code = closing_words(
            ended.returncode, was_executed=os.path.exists(os.path.join(folder, MARKER))
        )
    print(f"\n{words}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
